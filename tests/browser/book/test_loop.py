"""Films of networks on their way, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytestmark = pytest.mark.browser

PAGE = "executed/08_watch_it_appear.html"
PLACE = "images => images.map(image => new DOMMatrix(getComputedStyle(image).transform).m41 / image.offsetWidth)"


def places(page) -> list[float]:
    """Return how far each strip is pushed to the left, as a share of its width."""
    return [-value for value in page.eval_on_selector_all(".fer-loop-screen img", PLACE)]


def test_dragging_shows_the_frame_of_the_step(visit: Callable) -> None:
    page = visit(PAGE).page
    slider = page.locator(".fer-loop input")
    assert places(page) == pytest.approx([1 - 1 / count for count in counts(page)], abs=1e-3)
    slider.fill("0")
    assert page.locator(".fer-loop output").inner_text() == "step 0"
    assert places(page) == pytest.approx([0] * len(counts(page)), abs=1e-3)
    slider.press("ArrowRight")
    assert page.locator(".fer-loop output").inner_text() == "step 1"
    assert places(page)[0] == pytest.approx(1 / counts(page)[0], abs=1e-3)


def counts(page) -> list[int]:
    return page.eval_on_selector_all(".fer-loop-screen", "all => all.map(one => Number(one.dataset.count))")


def test_play_moves_on_and_pause_stops(visit: Callable) -> None:
    page = visit(PAGE).page
    page.locator(".fer-loop input").fill("0")  # whoever drags stops the film
    button = page.locator(".fer-loop button")
    assert button.inner_text() == "Play"
    button.click()
    page.wait_for_function("document.querySelector('.fer-loop input').value > 1")
    button.click()
    assert button.inner_text() == "Play"
    here = page.locator(".fer-loop input").input_value()
    page.wait_for_timeout(600)
    assert page.locator(".fer-loop input").input_value() == here


def test_a_reader_who_wants_less_movement_is_not_shown_any(visit: Callable) -> None:
    page = visit(PAGE).page
    page.emulate_media(reduced_motion="reduce")
    page.reload()
    page.locator(".fer-loop").scroll_into_view_if_needed()
    before = places(page)
    page.wait_for_timeout(600)
    assert places(page) == before
