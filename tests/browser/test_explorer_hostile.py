"""Data that somebody spoiled: the page says so, or does with what is left; it never breaks and never runs them."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from explorers import Open, data_page, random_network, set_state, settle, state, two_page

from fer_utils import garden
from fer_utils.explorer import payload
from fer_utils.layerize import layerize

pytestmark = pytest.mark.browser

JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0.5,
    1e300,
    "",
    "<img src=x onerror='window.taken=1'>",
    "javascript:window.taken=1",
    "__proto__",
    "constructor",
    [],
    [[]],
    {},
    {"__proto__": {"taken": 1}},
    {"toString": 1, "length": 1e9},
)
SHOW = """async (text) => {
  document.querySelectorAll('fer-explorer').forEach((old) => old.remove());
  const element = document.createElement('fer-explorer'), data = document.createElement('script');
  data.type = 'application/json'; data.textContent = text; element.append(data); document.body.append(element);
  await element.settled();
  if (element.state) for (const mode of ['Genome', 'Both']) {
    const buttons = [...element.querySelectorAll('button')];
    const button = buttons.find((node) => node.textContent === mode && node.offsetParent);
    if (button) { button.click(); await element.settled(); }
  }
  return [Boolean(element.state), (element.querySelector('.fer-message') || {}).textContent || '',
          element.querySelectorAll('img, iframe, a[href^=javascript]').length, String(window.taken), String({}.taken)];
}"""


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the way to every value of some plain data."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for key, value in items for found in places(value, (*path, key)))]


def spoiled(data: Any, rng: random.Random) -> Any:
    """Put junk in the place of one value, anywhere."""
    data = copy.deepcopy(data)
    path = rng.choice(places(data)[1:])
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = rng.choice(JUNK)
    return data


def test_data_spoiled_anywhere_give_a_sentence_or_an_explorer(open_page: Open) -> None:
    small = random_network("2;cache:2,sin:2", 0, label="small")
    good = payload(layerize(garden.load_genome("mask")), small, chosen=[None, {0: "a"}], size=16, full=16)
    good["shown"], good["linked"], good["colours"] = [0, 1], False, "cividis"
    page = open_page(data_page(good), viewport={"width": 1200, "height": 900})
    rng, outcomes = random.Random(5), []
    for _ in range(40):
        text = json.dumps(spoiled(good, rng))
        ready, message, elements, taken, polluted = page.evaluate(SHOW, text)
        assert ready or message.startswith("This explorer cannot be shown: "), text[:2000]
        assert (elements, taken, polluted) == (0, "undefined", "undefined")
        outcomes.append(ready)
    assert True in outcomes
    assert False in outcomes


PARTS = ("selected", "weights", "changes", "held", "neuron", "view", "shown", "linked", "colours")


def test_a_state_spoiled_anywhere_is_passed_over(open_page: Open) -> None:
    page = open_page(two_page())
    for part in PARTS:
        set_state(page, selected={"network": 0, "weight": [1, 0, 3]}, shown=[0, 1], linked=False)
        before = state(page)
        for junk in JUNK:
            set_state(page, **{part: junk})
            set_state(page, **{part: [junk, junk]})
            set_state(page, **{part: {"network": junk, "weight": junk, "1,0,3": junk, "1,3": junk}})
        settle(page)
        kept = {"changes", "held", "view", "colours"} - {part}
        assert {name: state(page)[name] for name in kept} == {name: before[name] for name in kept}, part
    assert page.evaluate("({}).taken") is None
