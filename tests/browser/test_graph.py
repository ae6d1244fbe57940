"""The argument graph: a mouse, fingers, keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.tab import PHONE, Browser, Tab, tab

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'blue-dialogue[test]'")
VIEWPORT = "#graph-figure .viewport"


@pytest.fixture
def opened(browser: Browser, page: Path) -> Iterator[Tab]:
    """The page with its graph on the screen."""
    with tab(browser, page, reduced_motion="reduce") as one:
        one.page.locator("#graph-figure").scroll_into_view_if_needed()
        one.settle()
        yield one
        one.quiet()


def view(one: Tab) -> tuple[float, float, float, float]:
    """x, y, width, height of what is seen of the drawing, in its units."""
    x, y, wide, high = map(float, one.page.get_attribute(f"{VIEWPORT} > svg", "viewBox").split())
    return x, y, wide, high


def middle(one: Tab, selector: str = VIEWPORT) -> tuple[float, float]:
    """Where on the screen the middle of an element is."""
    box = one.page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(one: Tab, dx: float, dy: float, start: tuple[float, float]) -> None:
    """Press, move, let go."""
    one.page.mouse.move(*start)
    one.page.mouse.down()
    one.page.mouse.move(start[0] + dx, start[1] + dy, steps=4)
    one.page.mouse.up()


def test_a_click_on_a_node_goes_to_the_thing(opened: Tab) -> None:
    opened.page.click(f"{VIEWPORT} .node[data-id=E0001] .box")
    opened.settle()
    assert opened.page.url.endswith("#E0001")
    assert (opened.focused, opened.in_view("E0001")) == ("E0001", True)


def test_a_pointer_over_a_node_tells_what_it_is_and_shows_what_stands_around_it(opened: Tab) -> None:
    assert "One shard is hot" in opened.js("document.querySelector('.node[data-id=C0001] title').textContent")
    opened.page.hover(f"{VIEWPORT} .node[data-id=T0002] .box")
    near = "[...document.querySelectorAll('.node.near')].map((node) => node.dataset.id).sort()"
    assert opened.js(near) == ["R0001", "T0002"]
    assert opened.js("[...document.querySelectorAll('.edge.near')].map((e) => [e.dataset.from, e.dataset.to])") == [["T0002", "R0001"]]
    opened.page.mouse.move(1, 1)
    assert opened.js(near) == []


def test_a_mouse_moves_the_drawing_and_that_is_no_click(opened: Tab) -> None:
    opened.page.click("[data-zoom=in]")
    x, y, wide, high = view(opened)
    drag(opened, -60, -20, middle(opened, f"{VIEWPORT} .node[data-id=R0001] .box"))
    moved = view(opened)
    assert moved[0] > x and moved[1] > y and moved[2:] == pytest.approx((wide, high))
    assert "#" not in opened.page.url


def test_the_buttons_zoom_about_the_middle_and_show_all(opened: Tab) -> None:
    x, y, wide, high = view(opened)
    opened.page.click("[data-zoom=in]")
    closer = view(opened)
    assert closer[2] < wide
    assert (closer[0] + closer[2] / 2, closer[1] + closer[3] / 2) == pytest.approx((x + wide / 2, y + high / 2), abs=1)
    opened.page.click("[data-zoom=out]")
    assert view(opened) == pytest.approx((x, y, wide, high), abs=1)
    for _ in range(4):
        opened.page.click("[data-zoom=in]")
    opened.page.click("[data-zoom=fit]")
    left, top, wide, high = view(opened)
    size = opened.js(f"(({{width, height}}) => [width, height])(document.querySelector('{VIEWPORT} .canvas').getBBox())")
    assert left <= 12 and top <= 12 and left + wide >= size[0] and top + high >= size[1]


def test_zoom_ends_somewhere_and_the_drawing_is_never_lost(opened: Tab) -> None:
    for button in ("in", "out"):
        for _ in range(25):
            opened.page.click(f"[data-zoom={button}]")
        assert all(abs(number) < 1e5 for number in view(opened))
    opened.page.click("[data-zoom=in]")
    for _ in range(6):
        drag(opened, 400, 90, middle(opened))
    shown = opened.js(
        f"""(() => {{ const box = document.querySelector('{VIEWPORT}').getBoundingClientRect(),
        all = document.querySelector('{VIEWPORT} .canvas').getBoundingClientRect();
        return all.left < box.right && all.right > box.left && all.top < box.bottom && all.bottom > box.top }})()"""
    )
    assert shown


def test_the_wheel_scrolls_the_page_and_zooms_with_control(opened: Tab) -> None:
    before, top = view(opened), opened.js("scrollY")
    opened.page.mouse.move(*middle(opened))
    opened.page.mouse.wheel(0, 120)
    opened.page.wait_for_function("(top) => scrollY > top", arg=top)
    assert view(opened) == before
    opened.page.keyboard.down("Control")
    opened.page.mouse.wheel(0, -120)
    opened.page.keyboard.up("Control")
    opened.page.wait_for_timeout(100)
    assert view(opened)[2] < before[2]


def test_keys_move_and_zoom_it(opened: Tab) -> None:
    opened.page.focus(VIEWPORT)
    start = view(opened)
    opened.press("+")
    assert view(opened)[2] < start[2]
    x = view(opened)[0]
    opened.press("ArrowRight")
    assert view(opened)[0] > x
    opened.press("-", "0")
    assert view(opened)[2] >= start[2] * 0.9
    top = opened.js("scrollY")
    opened.press("ArrowDown")  # the drawing moves, not the page below it
    assert opened.js("scrollY") == top


def test_tab_walks_the_nodes_shows_each_and_enter_goes_there(opened: Tab) -> None:
    for _ in range(4):
        opened.page.click("[data-zoom=in]")
    opened.page.focus(VIEWPORT)
    seen = []
    for _ in range(8):
        opened.press("Tab")
        id = opened.js("document.activeElement.dataset.id")
        frame = opened.page.locator(VIEWPORT).bounding_box()
        inside = frame["x"] - 1 <= middle(opened, f"{VIEWPORT} .node[data-id={id}] .box")[0] <= frame["x"] + frame["width"] + 1
        seen.append((id, inside, opened.js("document.activeElement.classList.contains('near')")))
    assert [state for state in seen if state[1:] != (True, True)] == []
    assert len({id for id, *_ in seen}) == 8
    opened.press("Enter")
    opened.settle()
    assert opened.page.url.endswith(f"#{seen[-1][0]}")


def test_one_finger_moves_two_zoom_and_a_tap_goes_there(browser: Browser, page: Path) -> None:
    with tab(browser, page, viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce") as one:
        one.page.locator("#graph-figure").scroll_into_view_if_needed()
        one.settle()
        x, y = middle(one)
        touch(one, [(x, y)], [(x - 80, y)])
        moved = view(one)
        assert moved[0] > 0
        touch(one, [(x - 20, y), (x + 20, y)], [(x - 90, y), (x + 90, y)])
        assert view(one)[2] < moved[2] * 0.7
        one.page.click("[data-zoom=fit]")
        one.page.tap(f"{VIEWPORT} .node[data-id=E0001] .box")
        one.settle()
        assert one.page.url.endswith("#E0001")
        one.quiet()


def touch(one: Tab, start: list[tuple[float, float]], end: list[tuple[float, float]]) -> None:
    """Fingers from here to there, as the browser gets them from a screen."""
    session = one.page.context.new_cdp_session(one.page)

    def send(type: str, part: float = 0) -> None:
        points = [
            {"x": a[0] + (b[0] - a[0]) * part, "y": a[1] + (b[1] - a[1]) * part, "id": i}
            for i, (a, b) in enumerate(zip(start, end, strict=True))
        ]
        session.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": [] if type == "touchEnd" else points})

    send("touchStart")
    for step in range(1, 9):
        send("touchMove", step / 8)
    send("touchEnd")
    one.settle()
