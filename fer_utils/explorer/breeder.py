"""Breed pictures in JupyterLab: fifteen at a time, with every choice on record.

``breed("my evening")`` shows the breeder. It writes ``garden/sessions/my evening.json`` after each choice and goes on
from there when it is called again; going back to an ancestor, branching and bolder or smaller steps are choices like
any other, and so are in the record. A picture that was given a name lies in ``garden/`` as a genome.

Everything that a click does is done in the kernel; the page of pictures (``sheet.js``) only says what was clicked.
"""

from __future__ import annotations

import base64
import html
import io
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import ipywidgets
from PIL import Image

from fer_utils import evolution, garden, images, plotting
from fer_utils.checks import BadInput, bad, whole
from fer_utils.explorer.sheet import Sheet
from fer_utils.garden import publishing
from fer_utils.genome import Genome

LARGE: Final = 320  # side of the enlarged picture, pixels
SMALL: Final = 64  # of an ancestor's
BOLDEST: Final = 4.0


class Breeder(ipywidgets.VBox):
    """The breeder: pick parents, breed, go back, branch, publish.

    Args:
        play: The session in play; it is changed.
        folder: The garden its record and its published genomes go to.
        size: Side of a picture on the page, pixels.

    Attributes:
        play: The session in play.
        picks: Names of the parents picked for the next generation; they may be of several generations.

    Source: paper, section on Picbreeder; its site worked so.
    """

    def __init__(self, play: evolution.Play, *, folder: str | Path, size: int = 128) -> None:
        self.play, self.folder, self._size = play, Path(folder), images.image_size("size", size)
        self.picks: list[str] = []
        self._lock, self._drawing = threading.RLock(), False
        self._make()
        super().__init__(self._laid_out())
        self._listen()
        self._arrive(len(play.generations) - 1)

    @property
    def record(self) -> Path:
        """The file that holds the session's record."""
        return publishing.record_path(self.folder, self.play.session.name)

    def breed(self) -> None:
        """Breed the next generation from the pictures picked, and keep the record."""
        if not self.picks:
            raise BadInput("parents must be one or more, got none: pick a picture first.")
        # The browser's slider counts in steps and hands back 1.0000000000000002; the record says what was seen.
        strength = round(self.strength.value, 1)
        session = self.play.session.with_step(self.picks, self.why.value.strip(), strength=strength)
        evolution.keep_session(self.record, session)  # first the record: what is shown is always kept
        step = session.steps[-1]
        self.play.choose(step.parents, step.why, strength=step.strength)
        self.picks, self.why.value = [], ""
        self._arrive(len(self.play.generations) - 1)

    def publish(self) -> Path:
        """Publish the picture looked at under the name typed, and return the genome's file."""
        path = publishing.publish(self.play, self.sheet.looked, self.title.value, self.note.value, folder=self.folder)
        self.title.value = self.note.value = ""
        self._mark()
        return path

    def _make(self) -> None:
        """Make every part."""
        wide = {"width": "98%"}
        self.head, self.message, self.chosen, self.about = (ipywidgets.HTML() for _ in range(4))
        self.sheet = Sheet(label="Pictures of this generation")
        self.line = Sheet(choose=False, label="Ancestors, the oldest first")
        self.generation = ipywidgets.IntSlider(description="Generation", min=0, max=0, layout=wide)
        self.large = ipywidgets.Image(format="png", width=LARGE, height=LARGE)
        self.strength = ipywidgets.FloatSlider(
            description="Boldness", value=1.0, min=0.1, max=BOLDEST, step=0.1, readout_format=".1f", layout=wide
        )
        self.why = ipywidgets.Text(description="Why", placeholder="a line for the record", layout=wide)
        self.go = ipywidgets.Button(description="Next generation", button_style="primary")
        self.drop = ipywidgets.Button(description="Pick none")
        self.graph_button = ipywidgets.Button(description="Show its graph")
        self.graph = ipywidgets.Image(format="png", layout={"display": "none", "max_width": "100%"})
        self.title = ipywidgets.Text(description="Name", placeholder="what it shows")
        self.note = ipywidgets.Text(description="Note", placeholder="what a reader should know")
        self.publish_button = ipywidgets.Button(description="Publish")

    def _laid_out(self) -> list[ipywidgets.Widget]:
        row, wrap = ipywidgets.HBox, {"flex_flow": "row wrap", "align_items": "flex-start"}
        left = ipywidgets.VBox(
            [self.generation, self.sheet, self.chosen, self.strength, self.why, row([self.go, self.drop])],
            layout={"flex": "2 1 420px", "min_width": "0"},
        )
        publishing_row = row([self.title, self.note, self.publish_button], layout={"flex_flow": "row wrap"})
        right = ipywidgets.VBox([self.large, self.about, self.graph_button], layout={"flex": "1 1 320px"})
        return [self.head, row([left, right], layout=wrap), self.line, publishing_row, self.message, self.graph]

    def _listen(self) -> None:
        """Answer buttons and changes, one at a time.

        JupyterLab may hand the messages of different widgets to different threads. So whoever answers holds the lock,
        and then reads what is set now: what a change carried may be of the past by then.
        """
        self.go.on_click(partial(self._try, self.breed))
        self.drop.on_click(partial(self._try, self._drop))
        self.publish_button.on_click(partial(self._try, self._published))
        self.graph_button.on_click(partial(self._try, self._show_graph))
        self.generation.observe(self._alone(lambda: self._show(self.generation.value)), names="value")
        self.sheet.observe(self._alone(lambda: self._picked(self.sheet.picked)), names="picked")
        self.sheet.observe(self._alone(lambda: self._look(self.sheet.looked)), names="looked")
        self.line.observe(self._alone(lambda: self._visit(self.line.looked)), names="looked")

    def _alone(self, act: Callable[[], None]) -> Callable[[object], None]:
        def answer(_: object) -> None:
            with self._lock:
                act()

        return answer

    def _try(self, act: Any, _: object) -> None:
        """Do what a button asks for; what cannot be is said in the panel."""
        with self._lock:
            self.message.value = ""
            try:
                act()
            except BadInput as error:
                self.message.value = f'<b role="alert">{html.escape(str(error), quote=False)}</b>'

    def _arrive(self, generation: int) -> None:
        """Show a generation that is new to the slider, which must learn its new end first, by a message of its own."""
        self.generation.max = len(self.play.generations) - 1
        if self.generation.value == generation:
            self._show(generation)
        else:
            self.generation.value = generation

    def _show(self, generation: int) -> None:
        """Show a generation, with those of it that are picked."""
        cppns = self.play.generations[generation]
        names = [f"{generation}.{place}" for place in range(len(cppns))]
        pictures = [_data_uri(picture) for picture in evolution.draw(cppns, self._size)]
        with self.sheet.hold_sync():
            self.sheet.names = names
            self.sheet.picked = [name for name in self.picks if name in names]
            self.sheet.looked = next((name for name in names if name in self.sheet.picked), names[0])
            self.sheet.pictures = pictures
        self._mark()
        self._say()

    def _mark(self) -> None:
        """Say in the corners what was chosen earlier, and what was published."""
        session = self.play.session
        marks = {parent: "chosen" for step in session.steps for parent in step.parents}
        marks |= {one.picture: one.name for one in session.published}
        self.sheet.marks = {name: mark for name, mark in marks.items() if name in self.sheet.names}
        self.head.value = (
            f"<b>{html.escape(session.name)}</b>: generation {self.generation.value} of {self.generation.max}, "
            f"{session.images_shown} pictures shown; seed {session.seed}; kept in {html.escape(str(self.record))}"
        )

    def _picked(self, names: Sequence[str]) -> None:
        """Take over what was picked on this page; parents stay in the order in which they were picked."""
        here = [name for name in names if name in self.sheet.names]
        kept = [name for name in self.picks if name not in self.sheet.names or name in here]
        self.picks = kept + [name for name in here if name not in kept]
        self._say()

    def _drop(self) -> None:
        self.picks = []
        self.sheet.picked = []
        self._say()

    def _say(self) -> None:
        """Say who the parents will be, and whether that goes back."""
        last = len(self.play.generations) - 1
        back = bool(self.picks) and all(int(name.split(".")[0]) < last for name in self.picks)
        parents = ", ".join(self.picks) or "none yet; click a picture, or several"
        self.chosen.value = f"Parents: {parents}{' (a branch from an earlier generation)' if back else ''}"

    def _look(self, name: str) -> None:
        """Enlarge a picture of this page, and show where it comes from."""
        if name not in self.sheet.names:  # clicked on a page that has gone since
            self.sheet.looked = self.sheet.names[0]
            return
        genome, cppn = self.play.genome(name), self.play.cppn(name)
        self.large.value = images.png_bytes(genome.image(LARGE))
        parents = " and ".join(self.play.parents(name)) or "none"
        self.about.value = (
            f"<b>{name}</b>: {sum(key > 2 for key in cppn.nodes)} hidden nodes, {len(cppn.links())} connections. "
            f"Parents: {parents}."
        )
        self.graph.layout.display = "none"
        self._draw_line(name)

    def _draw_line(self, name: str) -> None:
        """Show a picture's ancestors; that it is looked at there too is no wish to go there."""
        line = self.play.lineage(name)
        self._drawing = True
        with self.line.hold_sync():
            self.line.names, self.line.marks, self.line.looked = line, {}, name
            self.line.pictures = [
                _data_uri(one) for one in evolution.draw([self.play.cppn(one) for one in line], SMALL)
            ]
        self._drawing = False

    def _visit(self, name: str) -> None:
        """Go to an ancestor that was clicked in the line."""
        if name and not self._drawing and name != self.sheet.looked:
            self.generation.value = int(name.split(".")[0])
            self.sheet.looked = name

    def _show_graph(self) -> None:
        figure, data = plotting.genome_graph(self.play.genome(self.sheet.looked)), io.BytesIO()
        figure.savefig(data, format="png", dpi=100)
        self.graph.value = data.getvalue()
        self.graph.layout.display = ""

    def _published(self) -> None:
        path = self.publish()
        self.message.value = (
            f"Published: <code>fer.load_genome({html.escape(repr(str(path)))})</code> loads it, "
            f"<code>make book IMAGE={html.escape(str(path))}</code> makes a book of it."
        )


def breed(
    name: str = "my first",
    *,
    seed: int | None = None,
    grey: bool | None = None,
    start: Genome | str | Path | None = None,
    folder: str | Path = "garden",
    size: int = 128,
) -> Breeder:
    """Breed pictures by eye: a new session, or one that goes on where it was left.

    Args:
        name: Of the session; its record is ``<folder>/sessions/<name>.json``.
        seed: Whole number from 0 to 2**32 - 1; by default drawn, and kept in the record.
        grey: Whether pictures stay without colour; by default they do not.
        start: A genome, or its name or file, to breed on from; by default minimal ones.
        folder: The garden: where record and published genomes go.
        size: Side of a picture on the page, pixels.

    Returns:
        The breeder; a live notebook shows it.

    Raises:
        BadInput: A name or number is not usable, or the session is there and began otherwise than is asked for.

    Source: paper, section on Picbreeder.
    """
    path = publishing.record_path(folder, name)
    genome = start if isinstance(start, Genome) or start is None else garden.load_genome(start)
    wanted = None if seed is None else whole("seed", seed, least=0, most=2**32 - 1)
    if path.exists():
        session = evolution.load_session(path)
        _check_agreement(session, path, seed=wanted, grey=grey, start=genome)
    else:
        operators = evolution.Operators(colour=0.0 if grey else 1.0)
        drawn = secrets.randbelow(2**32) if wanted is None else wanted
        session = evolution.Session(publishing.file_name("name", name), drawn, operators, start=genome)
    return Breeder(evolution.replay(session), folder=folder, size=size)


def _check_agreement(
    session: evolution.Session, path: Path, *, seed: int | None, grey: bool | None, start: Genome | None
) -> None:
    """Refuse to go on with a session that began otherwise."""
    known = {"seed": session.seed, "grey": not session.operators.colour, "start": session.start}
    for argument, value in {"seed": seed, "grey": grey, "start": start}.items():
        if value is not None and value != known[argument]:
            expected = getattr(known[argument], "name", known[argument])
            raise bad(argument, f"{expected!r}, as the session was begun", getattr(value, "name", value), path=path)


def _data_uri(picture: Iterable[Any]) -> str:
    """Encode a picture exactly, and fast rather than small: it travels from the kernel to the page next door."""
    buffer = io.BytesIO()
    Image.fromarray(images.to_bytes(picture)).save(buffer, format="PNG", compress_level=1)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
