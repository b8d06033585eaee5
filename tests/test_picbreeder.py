"""Genome files: what a whole one becomes, what the paper's three are, and that downloads are asked for and pinned.

What is refused stands in the table of test_bad_input.py.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from genome_files import COLOURS, GREY_LINKS, GREY_NODES, INPUTS, declaring, link, node, xml, zipped
from hypothesis import given
from hypothesis import strategies as st

from fer_utils import picbreeder
from fer_utils.checks import BadInput
from fer_utils.genome import Genome
from fer_utils.layerize import layerize
from fer_utils.picbreeder import __main__ as command
from fer_utils.picbreeder import archive, paper

# Node and link counts of the raw files, the added h and s included; ages; the paper's table.
FACTS = {
    "skull": (25, 59, 74, "12;cache:15,gaussian:4,identity:2,sin:1", 5478, 147),
    "butterfly": (34, 108, 104, "16;cache:17,gaussian:4,sigmoid:1,sin:1", 8096, 281),
    "apple": (83, 264, 321, "33;cache:28,gaussian:3,sigmoid:5,sin:2", 46474, 918),
}


def read(folder: Path, data: bytes, name: str = "genome.zip") -> Genome:
    (folder / name).write_bytes(data)
    return picbreeder.read_genome(folder / name)


# --- reading ---


@pytest.mark.parametrize(
    "data",
    [zipped(xml()), zipped(xml(), name="some folder/any name.txt"), xml(), xml(older=True), zipped(xml(older=True))],
    ids=["zip", "zip with another member name", "plain xml", "older root", "zip with older root"],
)
def test_every_form_of_the_file_gives_the_same_genome(tmp_path: Path, data: bytes) -> None:
    genome = read(tmp_path, data, "little.dat")
    assert (genome.name, genome.age) == ("little", 7)
    assert [n.id for n in genome.nodes] == [*(f"1_{i}" for i in (0, 1, 2, 3, 4, 9, 10)), "added_h", "added_s"]
    assert genome.inputs == {"x": "1_2", "y": "1_3", "d": "1_1", "b": "1_0"}
    assert genome.outputs == {"h": "added_h", "s": "added_s", "v": "1_4"}


def test_a_grey_genome_gets_two_zero_links_at_the_end(tmp_path: Path) -> None:
    genome = read(tmp_path, xml())
    assert [(c.id, c.source, c.target, c.weight) for c in genome.connections[-2:]] == [
        ("added_h_link", "1_4", "added_h", 0.0),
        ("added_s_link", "1_4", "added_s", 0.0),
    ]
    image = genome.image(16)
    assert np.array_equal(image[..., 0], image[..., 1]) and np.array_equal(image[..., 1], image[..., 2])


def test_a_colour_genome_keeps_its_three_outputs(tmp_path: Path) -> None:
    genome = read(tmp_path, xml(nodes=[*INPUTS, *COLOURS], links=[link(20 + i, 2, 4 + i) for i in range(3)]))
    assert genome.outputs == {"h": "1_4", "s": "1_5", "v": "1_6"}
    assert len(genome.connections) == 3


def test_activations_may_be_written_with_blanks_and_with_or_without_the_argument(tmp_path: Path) -> None:
    odd = [node(9, activation="\n   gaussian(x)  "), node(10, activation="sin ( x )"), node(11, activation="cos")]
    links = [*GREY_LINKS, link(25, 2, 11), link(26, 11, 4)]
    genome = read(tmp_path, xml(nodes=[*GREY_NODES[:5], *odd], links=links))
    assert [genome.node(f"1_{i}").activation for i in (9, 10, 11)] == ["gaussian", "sin", "cos"]


def test_the_age_may_be_absent(tmp_path: Path) -> None:
    assert read(tmp_path, xml(attributes="")).age is None


def test_the_same_number_on_two_branches_is_two_nodes(tmp_path: Path) -> None:
    twin = node(9).replace('branch="1"', 'branch="2"')
    bridge = link(25, 2, 9).replace('<target branch="1"', '<target branch="2"')
    back = link(26, 9, 4).replace('<source branch="1"', '<source branch="2"')
    genome = read(tmp_path, xml(nodes=[*GREY_NODES, twin], links=[*GREY_LINKS, bridge, back]))
    assert {"1_9", "2_9"} <= set(genome.order())


def test_a_node_without_bias_may_say_so(tmp_path: Path) -> None:
    nodes = [n.replace("<node ", '<node bias="0.0" affinity="grey" ') for n in GREY_NODES]
    assert len(read(tmp_path, xml(nodes=nodes)).nodes) == 9


def test_no_more_than_the_limit_is_ever_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    original = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        data = original(self, n)
        taken.append(len(data))
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    bomb = declaring(zipped(b"<" + b" " * (64 * 1024 * 1024)), 100)
    with pytest.raises(BadInput, match="more than the 100 declared"):
        read(tmp_path, bomb)
    assert sum(taken) <= archive.MOST_BYTES + 1


@given(st.data())
def test_any_damage_to_a_file_gives_a_genome_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(data.draw(st.sampled_from([xml(), zipped(xml())])))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    folder = tmp_path_factory.mktemp("damaged")
    try:
        read(folder, bytes(whole[:cut] if data.draw(st.booleans()) else whole))
    except BadInput as error:
        assert "\n" not in str(error) and str(folder) in str(error)


# --- the paper's three ---


@pytest.mark.parametrize("name", FACTS)
def test_the_papers_genomes_are_as_the_paper_counts_them(paper_genome: Callable[[str], Genome], name: str) -> None:
    genome = paper_genome(name)
    layered = layerize(genome)
    found = (
        len(genome.nodes),
        len(genome.connections),
        genome.age,
        str(layered.architecture),
        layered.architecture.weight_count,
        sum(1 for _ in layered.nonzero()),
    )
    assert found == FACTS[name]
    assert set(genome.order()) == {n.id for n in genome.nodes}, "every node of the paper's files reaches an output"


def test_the_pinned_hashes_are_whole_and_different() -> None:
    hashes = [genome.sha256 for genome in picbreeder.PAPER.values()]
    assert len(set(hashes)) == 3 and all(re.fullmatch("[0-9a-f]{64}", one) for one in hashes)
    assert paper.COMMIT in paper.SOURCE


# --- where the files come from ---


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a folder on this machine as if it were the authors' repository, with an empty cache and no folder set."""
    folder = tmp_path / "served"
    folder.mkdir()
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(paper, "SOURCE", f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setattr(paper, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("FER_PICBREEDER_DIR", raising=False)
    for variable in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    yield folder
    server.shutdown()
    server.server_close()


def pin(monkeypatch: pytest.MonkeyPatch, name: str, data: bytes) -> None:
    """Let a paper genome's pinned hash be that of ``data``."""
    digest = hashlib.sha256(data).hexdigest()
    genome = picbreeder.PAPER[name]
    monkeypatch.setitem(picbreeder.PAPER, name, picbreeder.PaperGenome(name, genome.number, genome.title, digest))


def test_a_download_is_checked_kept_and_found_again(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (served / "skull.zip").write_bytes(zipped(xml()))
    pin(monkeypatch, "skull", zipped(xml()))
    assert picbreeder.find("skull") is None
    place = picbreeder.download("skull")
    assert picbreeder.find("skull") == place == paper.cache_folder() / "skull.zip"
    (served / "skull.zip").unlink()
    assert picbreeder.download("skull") == place, "a second download takes the file that is there"


def test_a_download_with_the_wrong_hash_is_refused_with_both_and_not_kept(served: Path) -> None:
    (served / "skull.zip").write_bytes(b"not the authors' file")
    with pytest.raises(BadInput) as refused:
        picbreeder.download("skull")
    assert picbreeder.PAPER["skull"].sha256 in str(refused.value)
    assert hashlib.sha256(b"not the authors' file").hexdigest() in str(refused.value)
    assert [path for path in paper.cache_folder().rglob("*") if path.is_file()] == []


def test_a_missing_file_at_the_source_is_said_in_one_sentence(served: Path) -> None:
    with pytest.raises(BadInput, match=r"apple\.zip cannot be downloaded to .*404") as refused:
        picbreeder.download("apple")
    assert "\n" not in str(refused.value)


def test_a_damaged_file_in_the_cache_is_replaced_by_the_next_download(
    served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (served / "skull.zip").write_bytes(zipped(xml()))
    pin(monkeypatch, "skull", zipped(xml()))
    paper.cache_folder().mkdir(parents=True)
    (paper.cache_folder() / "skull.zip").write_bytes(b"cut short")
    assert picbreeder.find("skull") is None
    assert picbreeder.download("skull").read_bytes() == zipped(xml())


def test_finding_never_downloads(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (served / "skull.zip").write_bytes(zipped(xml()))
    pin(monkeypatch, "skull", zipped(xml()))
    assert picbreeder.find("skull") is None
    assert not paper.cache_folder().exists()


def test_the_folder_comes_before_the_cache(served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(monkeypatch, "skull", zipped(xml()))
    (served / "skull.zip").write_bytes(zipped(xml()))
    cached = picbreeder.download("skull")
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setenv("FER_PICBREEDER_DIR", str(folder))
    assert picbreeder.find("skull") == cached, "a folder without the file leaves the cache"
    (folder / "skull.zip").write_bytes(zipped(xml()))
    assert picbreeder.find("skull") == folder / "skull.zip"


def test_a_file_in_the_folder_with_another_hash_is_refused_with_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "skull.zip").write_bytes(zipped(xml()))
    monkeypatch.setenv("FER_PICBREEDER_DIR", str(tmp_path))
    with pytest.raises(BadInput, match=str(tmp_path / "skull.zip")) as refused:
        picbreeder.find("skull")
    assert picbreeder.PAPER["skull"].sha256 in str(refused.value)
    assert hashlib.sha256(zipped(xml())).hexdigest() in str(refused.value)
    assert picbreeder.read_genome(tmp_path / "skull.zip").name == "skull", "a path the user gives is not checked"


# --- the command ---


def test_the_command_downloads_all_three_with_a_line_each(
    served: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in picbreeder.PAPER:
        (served / f"{name}.zip").write_bytes(zipped(xml()))
        pin(monkeypatch, name, zipped(xml()))
    assert command.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["skull", "Picbreeder", "576"],
        ["butterfly", "Picbreeder", "4376"],
        ["apple", "Picbreeder", "5736"],
    ]
    assert picbreeder.download_all().keys() == picbreeder.PAPER.keys()


def test_the_command_without_a_network_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paper, "SOURCE", "http://127.0.0.1:9/")
    monkeypatch.setattr(paper, "cache_folder", lambda: tmp_path / "cache")
    assert command.main([]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and "cannot be downloaded" in captured.err


def test_importing_the_room_opens_no_connection_and_writes_nothing(tmp_path: Path) -> None:
    code = "import socket; socket.socket.connect = None; import fer_utils.picbreeder as p; p.find('skull')"
    environment = {"PATH": "", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    root = Path(__file__).resolve().parent.parent
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=root)
    assert list(tmp_path.iterdir()) == []


def test_a_zip_written_by_another_tool_is_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as stored:
        stored.writestr("genome.xml", xml())
    assert read(tmp_path, buffer.getvalue()).age == 7
