"""The explorer in its page: no width breaks it, every control has a name, wrong data are a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from explorers import Open, moved, pictures, random_network, settle, state, two, two_page

from fer_utils.cppn import Network
from fer_utils.explorer import ExplorerWidget, explore, payload, script, styles

pytestmark = pytest.mark.browser


# ------------------------------------------------------------------------------------------------ the frame


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_sticks_out_at_any_width(open_page: Open, width: int) -> None:
    wide = random_network("9;cache:28,gaussian:3,sigmoid:5,sin:2", 4, label="A network with quite a long name, seed 12")
    page = open_page(
        explore(*two(), wide, chosen=[{0: "a" * 60}, {0: "b"}, {0: "c"}], size=16, full=16).page(),
        viewport={"width": width, "height": 800},
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """() => [...document.querySelectorAll('.fer-explorer *')].filter((node) =>
             !node.closest('.fer-scroller') && node.getBoundingClientRect().right > innerWidth + 0.5)
             .map((node) => node.className)"""
    )
    assert outside == []


def test_a_finger_can_tap_neurons_and_buttons(open_page: Open) -> None:
    page = open_page(two_page(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="brightness").tap()
    assert state(page)["selected"]["weight"] == [4, 2, 2]
    tiles = page.locator("canvas.fer-tiles")
    tiles.scroll_into_view_if_needed()
    box = tiles.bounding_box()
    page.touchscreen.tap(box["x"] + 1.5 * box["width"] / 10, box["y"] + 2.5 * box["height"] / 6)
    assert state(page)["neuron"] == [1, 1]


@pytest.mark.parametrize(
    "mark", ["html[data-theme=dark]", "body[data-jp-theme-light=false]", "system", "html[data-theme=light]"]
)
def test_the_colours_follow_the_page(open_page: Open, mark: str) -> None:
    page = open_page(two_page(), color_scheme="light" if mark.startswith(("html[data-theme=dark", "body")) else "dark")
    if mark != "system":
        place, _, rest = mark.partition("[")
        name, _, value = rest.rstrip("]").partition("=")
        page.evaluate("([p, n, v]) => document.querySelector(p).setAttribute(n, v)", [place, name, value])
    background = page.locator(".fer-explorer").evaluate("(node) => getComputedStyle(node).backgroundColor")
    assert (sum(int(part) for part in background[4:-1].split(",")) > 600) == (mark == "html[data-theme=light]")


def test_focus_is_visible_on_every_control(open_page: Open) -> None:
    page = open_page(two_page())
    seen = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => { const n = document.activeElement; if (!n.closest('.fer-explorer')) return null;
                 const s = getComputedStyle(n); return [n.tagName, s.outlineStyle, s.outlineWidth]; }"""
        )
        if found is None:
            break
        seen.add(found[0])
        assert found[1:] == ["solid", "2px"]
    assert {"BUTTON", "INPUT", "SELECT", "DIV", "SUMMARY"} <= seen


def test_every_control_and_canvas_has_a_name(open_page: Open) -> None:
    page = open_page(two_page())
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('.fer-explorer :is(button, input, select, [role])')].filter((n) =>
             !(n.getAttribute('aria-label') || n.textContent.trim() || n.closest('label')
               || n.getAttribute('role') === 'status')).map((n) => n.outerHTML)"""
    )
    assert nameless == []


def test_stills_stand_in_without_javascript_and_in_print(open_page: Open) -> None:
    page = open_page(two_page(), wait=False, java_script_enabled=False)
    assert page.locator(".fer-explorer-fallback img").first.is_visible()
    page = open_page(two_page())
    stills, box = page.locator(".fer-explorer-fallback"), page.locator(".fer-explorer")
    assert (stills.is_visible(), box.is_visible()) == (False, True)
    page.emulate_media(media="print")
    assert (stills.is_visible(), box.is_visible()) == (True, False)


def test_two_copies_of_the_script_and_two_elements_live_together(open_page: Open) -> None:
    one = two_page()
    page = open_page(
        one.replace(
            "</body>", explore(two()[0], chosen=[{0: "z"}], size=16, full=16).html(inline_assets=True) + "</body>"
        )
    )
    assert page.locator(".fer-explorer").count() == 2
    page.get_by_role("slider", name="first: z").press("End")
    assert state(page)["changes"] == [{}, {}]


def test_an_element_that_is_moved_or_hidden_goes_on(open_page: Open) -> None:
    page = open_page(two_page())
    page.evaluate(
        """() => { const place = document.createElement('div'); document.body.append(place);
             place.append(document.querySelector('fer-explorer')); }"""
    )
    before = pictures(page)
    page.get_by_role("slider", name="first: left eye").press("End")
    settle(page)
    assert page.locator(".fer-explorer").count() == 1
    assert moved(before[0], pictures(page)[0])


# ------------------------------------------------------------------------------------------- hostile data


def bare_page(data: str) -> str:
    return (
        f"<!doctype html><meta charset=utf-8><style>{styles()}</style><body><fer-explorer>"
        f'<script type="application/json">{data}</script><div class="fer-explorer-fallback">stills</div></fer-explorer>'
        f"<script>{script()}</script>"
    )


def broken(**changes: Any) -> str:
    data = payload(two()[0], chosen=[{0: "a"}])
    for key, value in changes.items():
        target = data if key in ("schema", "networks") else data["networks"][0]
        target[key] = value
    return json.dumps(data).replace("<", "\\u003c")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("null", "schema"),
        ("[]", "schema"),
        (broken(schema="fer-explorer/9"), "schema"),
        (broken(networks=[]), "no network"),
        (broken(networks="many"), "no network"),
        (broken(networks=[None]), "network 0"),
        (broken(architecture="0;cache:3"), "architecture"),
        (broken(architecture="4;magic:3"), "magic"),
        (broken(architecture="4;toString:3"), "architecture"),
        (broken(architecture=["<img src=x onerror=alert(1)>"]), "architecture"),
        (broken(weights="%%%"), "base64"),
        (broken(weights="AAAA"), "weights, got"),
        (broken(weights=None), "first"),
        (broken(chosen=[{"weight": [99, 0, 0]}]), "does not exist"),
        (broken(chosen=[{"weight": [0, 0, 0], "low": 1, "high": -1}]), "no range"),
        (broken(chosen=[None]), "does not exist"),
    ],
)
def test_wrong_data_give_a_sentence_and_keep_the_stills(open_page: Open, data: str, said: str) -> None:
    page = open_page(bare_page(data), wait=False)
    message = page.locator(".fer-message").inner_text()
    assert message.startswith("This explorer cannot be shown:")
    assert said in message
    assert page.evaluate("document.querySelector('fer-explorer').settled()") is None
    assert state(page) is None
    assert page.locator(".fer-explorer-fallback").is_visible()


def test_weights_that_are_not_finite_are_refused(open_page: Open) -> None:
    network = random_network("1;cache:1", 0)
    data = payload(network, chosen=[{0: "a"}])
    data["networks"][0]["weights"] = "AADAfwAAwH8AAMB/AADAfwAAwH8AAMB/AADAfw=="
    page = open_page(bare_page(json.dumps(data)), wait=False)
    assert "must be finite" in page.locator(".fer-message").inner_text()


HOSTILE = [
    "</script><script>window.taken=1</script>",
    "<img src=x onerror='window.taken=1'>",
    "<!--<script>",
    '"><b>x',
    "__proto__",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_as_words(open_page: Open, text: str) -> None:
    first, second = two()
    named = Network(first.architecture, first.weights, text, {(2, 1): text})
    page = open_page(explore(named, second, chosen=[{0: text}, {1: text}], title=text, size=16, full=16).page())
    page.evaluate("document.querySelector('fer-explorer').state = {neuron: [2, 1]}")
    assert page.evaluate("window.taken") is None
    assert page.locator(".fer-title").inner_text() == text
    assert page.locator(".fer-label").first.inner_text() == text
    assert text in page.locator(".fer-pick").first.inner_text()
    assert text in page.locator(".fer-close .fer-place").inner_text()
    assert page.locator(".fer-explorer img, .fer-explorer b").count() == 0


# --------------------------------------------------------------------------------- the same element from Python

MODEL = """
window.model = (() => {
  const values = DATA, heard = [];
  return {
    saved: 0, heard,
    get: (name) => values[name],
    set: (name, value) => Object.assign(values, typeof name === 'string' ? { [name]: value } : name),
    save_changes() { this.saved += 1; },
    on: (names, call) => heard.push(call),
  };
})();
"""


def test_the_widget_carries_state_between_python_and_the_element(open_page: Open) -> None:
    widget = ExplorerWidget(*two(), chosen=[{(1, 0, 3): "a"}, {(2, 1, 4): "b"}], size=16, full=16)
    values = {"data": widget.data, "selected": widget.selected, "changes": [{}, {"2,1,4": 0.5}], "held": [{}, {}]}
    text = json.dumps({"model": MODEL.replace("DATA", json.dumps(values)), "module": widget._esm})
    text = text.replace("<", "\\u003c")
    page = open_page(f"<!doctype html><body><div id=place></div><script>window.given = {text}</script>", wait=False)
    page.evaluate(
        """async () => { (0, eval)(given.model);
             const module = await import(URL.createObjectURL(new Blob([given.module], { type: 'text/javascript' })));
             module.default.render({ model, el: document.querySelector('#place') }); }"""
    )
    settle(page)
    assert state(page)["changes"] == [{}, {"2,1,4": 0.5}]
    assert page.evaluate("model.saved") == 0
    page.get_by_role("slider", name="first: a").press("End")
    settle(page)
    assert page.evaluate("model.get('changes')") == state(page)["changes"]
    assert page.evaluate("model.get('changes')[0]['1,0,3']") == pytest.approx(two()[0].weight((1, 0, 3)) + 1, abs=1e-5)
    assert page.evaluate("model.saved") > 0
    page.evaluate("model.set({ selected: { network: 1, weight: [0, 1, 2] }, changes: [{}, {}] }); model.heard.at(-1)()")
    assert state(page)["selected"] == {"network": 1, "weight": [0, 1, 2]}
    assert state(page)["changes"] == [{}, {}]
