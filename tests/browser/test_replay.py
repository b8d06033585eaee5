"""The replay alone on a bare page, over file:// with every network request refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_utils import evolution
from fer_utils.explorer.replays import replays
from fer_utils.garden import bred, load_genome

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
GENES = """([name, wanted]) => {
    const { sessions } = document.querySelector("fer-replay").data;
    const play = new FerReplay.Play(sessions.find(one => one.name === name));
    play.generation(play.count - 1);
    const nodes = one => [...one.nodes].sort((a, b) => a[0] - b[0]);
    const links = one => [...one.genes.values()].sort((a, b) => a.number - b.number);
    return wanted.map(number => play.generations[number].map(one =>
        [nodes(one), links(one).map(g => [g.source, g.target, g.weight, g.number, g.on])])); }"""
PICTURE = "name => [...FerReplay.paint(document.querySelector('fer-replay').play.cppn(name), 48)]"


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Open sessions as a file; at the end, nothing may have been complained about or asked of the network."""
    complaints: list[str] = []
    contexts = []

    def opened(*sessions: Any, selected: str | None = None, **options: Any) -> Any:
        (tmp_path / "page.html").write_text(replays(sessions, selected=selected).page(), encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 900, "height": 1200}, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def guard(route: Any) -> None:
            if route.request.url.startswith(("file:", "data:", "blob:")):
                route.continue_()
            else:
                complaints.append(route.request.url)
                route.abort()

        context.route("**/*", guard)
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_selector("fer-replay[data-ready]")
        page.evaluate("window.FerReplay = customElements.get('fer-replay').parts")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def mushroom(open_page: Open) -> Any:
    return open_page(bred.play_session("mushroom"), selected="mushroom")


def genes(play: evolution.Play, wanted: list[int]) -> list[Any]:
    """Every gene of some generations as the browser lists them."""
    return [
        [
            [
                [[key, node.activation] for key, node in sorted(cppn.nodes.items())],
                [
                    [*gene.key, gene.weight, gene.innovation, gene.enabled]
                    for gene in sorted(cppn.connections.values(), key=lambda gene: gene.innovation)
                ],
            ]
            for cppn in generation
        ]
        for generation in [play.generations[number] for number in wanted]
    ]


def from_the_mask() -> evolution.Play:
    """A session from a genome, with a cross, a branch, a bold and a careful step, in grey."""
    operators = evolution.Operators(colour=0.0, add_node=0.6, add_link=0.7)
    play = evolution.Play(evolution.Session("masked", 77, operators, shown=5, start=load_genome("mask")))
    play.choose(["0.1", "0.3", "0.4"], strength=4.0)
    play.choose(["1.2"], strength=0.2)
    play.choose(["0.2", "2.1"])
    play.publish("3.4", "other mask")
    return play


def said(page: Any) -> str:
    return str(page.locator(".fer-replay-said").inner_text())


def looked(page: Any) -> str:
    return str(page.locator(".fer-replay-close").get_attribute("data-name"))


def test_the_browser_breeds_the_garden_to_the_bit(open_page: Open) -> None:
    plays = [bred.play_session(name) for name in bred.sessions()]
    page = open_page(*plays)
    for play in plays:
        # A difference anywhere on the way would be in the last generation too.
        wanted = [0, len(play.generations) // 2, len(play.generations) - 1]
        assert page.evaluate(GENES, [play.session.name, wanted]) == genes(play, wanted), play.session.name


def test_a_session_from_a_genome_with_crosses_and_branches_is_bred_to_the_bit(open_page: Open) -> None:
    play = from_the_mask()
    assert open_page(play).evaluate(GENES, ["masked", [0, 1, 2, 3]]) == genes(play, [0, 1, 2, 3])


@pytest.mark.parametrize("name", ["jester", "tomato", "snail", "bear", "frog"])
def test_the_pictures_are_the_packages(open_page: Open, name: str) -> None:
    play = bred.play_session(bred.bred()[name][0])
    page = open_page(play, selected=name)
    for picture in ("0.2", "9.4", bred.bred()[name][1]):
        drawn = np.array(page.evaluate(PICTURE, picture), dtype=float).reshape(48, 48, 4)[..., :3]
        gap = np.abs(drawn - play.genome(picture).image(48) * 255).max(axis=-1)
        assert (gap <= 1).mean() > 0.999  # a pixel on the seam of the hue may turn


def test_a_generation_shows_all_its_pictures_the_choice_and_the_reason(mushroom: Any) -> None:
    play = bred.play_session("mushroom")
    mushroom.locator("fer-replay").evaluate("element => element.go(20)")
    assert said(mushroom).startswith("Generation 20 of 45")
    assert "315 pictures shown so far" in said(mushroom)
    assert mushroom.locator(".fer-replay-sheet button").count() == 15
    step = play.session.steps[20]
    chosen = mushroom.locator(".fer-replay-sheet [data-chosen='now']")
    assert chosen.evaluate_all("all => all.map(one => one.dataset.name)") == list(step.parents)
    assert step.why in mushroom.locator(".fer-replay-why").inner_text()
    assert play.session.steps[19].parents[0] in mushroom.locator(".fer-replay-from").first.inner_text()
    mushroom.evaluate("document.querySelector('fer-replay').settled()")
    assert mushroom.locator(".fer-replay-sheet canvas[data-drawn]").count() == 15


def test_buttons_and_keys_step_and_stay_within_the_session(mushroom: Any) -> None:
    assert said(mushroom).startswith("Generation 42 of 45")
    mushroom.get_by_role("button", name="One generation back").click()
    assert said(mushroom).startswith("Generation 41 ")
    mushroom.keyboard.press("ArrowLeft")
    assert said(mushroom).startswith("Generation 40 ")
    mushroom.keyboard.press("End")
    mushroom.keyboard.press("ArrowRight")
    assert said(mushroom).startswith("Generation 45 of 45")
    assert mushroom.locator(".fer-replay-why").inner_text() == "Here the session ended."
    mushroom.keyboard.press("Home")
    mushroom.keyboard.press("ArrowLeft")
    assert said(mushroom).startswith("Generation 0 ")
    slider = mushroom.get_by_role("slider")
    slider.fill("7")
    assert said(mushroom).startswith("Generation 7 ")
    assert slider.get_attribute("aria-valuetext") == "generation 7"


def test_it_plays_and_stops(mushroom: Any) -> None:
    mushroom.clock.install()
    mushroom.locator("fer-replay").evaluate("element => element.go(3)")
    mushroom.get_by_role("button", name="Play").click()
    mushroom.clock.run_for(3100)
    assert said(mushroom).startswith("Generation 5 ")
    mushroom.get_by_role("button", name="Stop").click()
    mushroom.clock.run_for(4000)
    assert said(mushroom).startswith("Generation 5 ")


def test_a_click_enlarges_and_a_parents_name_leads_there(mushroom: Any) -> None:
    mushroom.locator(".fer-replay-sheet button").nth(3).click()
    assert looked(mushroom) == "42.3"
    (parent,) = bred.play_session("mushroom").parents("42.3")
    mushroom.locator(".fer-replay-close").get_by_role("button", name=parent).click()
    assert looked(mushroom) == parent
    assert said(mushroom).startswith(f"Generation {parent.split('.')[0]} ")


def test_the_line_of_ancestors_leads_to_each(mushroom: Any) -> None:
    line = bred.play_session("mushroom").lineage("42.6")
    tiles = mushroom.locator(".fer-replay-line button")
    assert tiles.evaluate_all("all => all.map(one => one.dataset.name)") == line
    tiles.nth(5).click()
    assert looked(mushroom) == line[5]


def test_a_choice_of_an_earlier_picture_is_called_so(mushroom: Any) -> None:
    mushroom.locator("fer-replay").evaluate("element => element.go(42)")
    assert "39.4, from an earlier generation" in mushroom.locator(".fer-replay-why").inner_text()
    mushroom.keyboard.press("Tab")
    mushroom.locator("fer-replay").evaluate("element => element.go(43)")
    assert mushroom.locator(".fer-replay-from").first.inner_text().startswith("Back to an ancestor: children of 39.4")


def test_the_gallery_changes_the_session(open_page: Open) -> None:
    page = open_page(bred.play_session("jester"), bred.play_session("mushroom"))
    page.locator(".fer-replay-gallery button", has_text="puppy").click()
    assert looked(page) == "44.13"
    assert page.locator(".fer-replay-gallery [aria-pressed='true']").inner_text() == "puppy"
    assert "puppy" in page.locator(".fer-replay-head").inner_text()


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone_and_a_swipe_turns_the_page(open_page: Open, dark: bool) -> None:
    scheme = "dark" if dark else "light"
    page = open_page(
        bred.play_session("tomato"), viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ground = page.locator(".fer-replay").evaluate("node => getComputedStyle(node).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") != dark
    page.evaluate(
        """() => { const sheet = document.querySelector(".fer-replay-sheet");
        const touch = x => ({ pointerType: "touch", clientX: x, clientY: 300 });
        const send = (kind, x) => sheet.dispatchEvent(new PointerEvent(kind, touch(x)));
        send("pointerdown", 100); send("pointerup", 220); send("pointerdown", 100); send("pointerup", 220);
        send("pointerdown", 300); send("pointerup", 180); }"""
    )
    assert said(page).startswith("Generation 43 of 44")


def test_broken_data_leave_the_gallery_and_say_why(browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    broken = replays(bred.play_session("egg")).page().replace('"fer-replay/1"', '"fer-replay/9"', 1)
    (tmp_path / "broken.html").write_text(broken, encoding="utf-8")
    page.goto((tmp_path / "broken.html").as_uri())
    assert page.locator(".fer-replay-fallback img").is_visible()
    assert heard == ['fer-replay: its data must carry the schema "fer-replay/1"']
    page.close()
