"""The index over all dialogues in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.tab import PHONE, Browser, Tab, tab

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'blue-dialogue[test]'")
URGENT = ["2026-04-stale", "2026-05-under-way", "2026-06-begun", "2026-03-prices", "2026-02-closed"]


@pytest.fixture
def opened(browser: Browser, site: Path) -> Iterator[Tab]:
    with tab(browser, site / "index.html") as one:
        yield one
        assert one.said == []


def rows(one: Tab) -> list[str]:
    """The ids of the dialogues shown, in order."""
    return [row.query_selector("code").inner_text() for row in one.page.query_selector_all("[data-row]") if row.is_visible()]


def test_what_needs_somebody_comes_first(opened: Tab) -> None:
    opened.settle()
    opened.quiet()
    assert rows(opened)[0] == URGENT[0]
    assert set(rows(opened)[1:3]) == set(URGENT[1:3])
    assert rows(opened)[3:] == URGENT[3:]
    text = opened.page.inner_text("main")
    assert "5 dialogues" in text and "1 stale verdict" in text and "for up to 1 round" in text


def test_each_leads_to_its_page(opened: Tab) -> None:
    opened.page.click("text=Which queue")
    opened.page.wait_for_url("**/2026-06-begun.html")
    assert opened.page.inner_text("h1") == "Which queue"


def test_filter_and_search_narrow_it_down(opened: Tab) -> None:
    opened.choose("status", "stale")
    assert rows(opened) == ["2026-04-stale"]
    assert opened.count == "1 of 5 shown"
    opened.choose("status", "")
    opened.page.fill("#search", "queue begun")
    assert rows(opened) == ["2026-06-begun"]
    opened.press("Escape")
    assert len(rows(opened)) == 5


def test_keys_alone_open_a_dialogue(opened: Tab) -> None:
    opened.press("/")
    opened.page.keyboard.type("under-way")
    opened.press("ArrowDown", "Enter")
    opened.page.wait_for_url("**/2026-05-under-way.html")


def test_another_order(opened: Tab) -> None:
    opened.choose("sort", "velocity")
    assert rows(opened)[0] == "2026-05-under-way"
    opened.choose("sort", "title")
    assert rows(opened)[-1] == "2026-06-begun"
    opened.choose("sort", "")
    assert rows(opened)[0] == URGENT[0] and rows(opened)[3:] == URGENT[3:]


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_nothing_makes_it_wider_than_the_screen(browser: Browser, site: Path, width: int) -> None:
    with tab(browser, site / "index.html", viewport={"width": width, "height": 800}) as one:
        assert one.js("document.documentElement.scrollWidth") <= width


def test_on_a_phone_a_menu_has_the_search(browser: Browser, site: Path) -> None:
    with tab(browser, site / "index.html", viewport=PHONE) as one:
        assert one.js("document.querySelector('h1').getBoundingClientRect().top") < 200
        assert not one.page.is_visible("#search")
        one.page.click("text=Menu")
        one.page.fill("#search", "queue")
        assert len(rows(one)) == 1
        one.quiet()


def test_without_scripts_all_is_there(browser: Browser, site: Path) -> None:
    with tab(browser, site / "index.html", java_script_enabled=False) as one:
        assert len(rows(one)) == 5
        assert not one.page.is_visible("#filters") and not one.page.is_visible("text=Menu")
        one.page.click("text=Which queue")
        assert one.page.inner_text("h1") == "Which queue"
        one.page.click("text=Dialogues")
        assert one.page.inner_text("h1") == "5 dialogues"
