"""Search and keys, without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import report
from tests.browser.dialogues import start, write
from tests.browser.tab import Browser, Tab, tab

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'blue-dialogue[test]'")
RESULTS = "#results a"


@pytest.fixture
def opened(browser: Browser, page: Path) -> Iterator[Tab]:
    """The page of a full dialogue, its search field focused by a key."""
    with tab(browser, page) as one:
        one.press("/")
        assert one.focused == "search"
        yield one
        one.quiet()


def found(one: Tab, text: str) -> list[str]:
    """The ids that a search finds, in order."""
    one.page.fill("#search", text)
    return [link.get_attribute("href").removeprefix("#") for link in one.page.query_selector_all(RESULTS)]


def test_every_word_must_be_found_in_id_label_or_text(opened: Tab) -> None:
    assert found(opened, "memory budget") == ["T0002"]
    assert found(opened, "memory deploy") == []
    assert opened.count == "nothing found"
    assert found(opened, "t0003") == ["T0003"]
    assert "E0002" in found(opened, "counted year")  # in its text only, of which the place is shown
    assert opened.page.inner_text("#results mark") == "Counted"
    assert found(opened, "cache minutes")[0] == "R0001"
    assert opened.page.query_selector("#results mark") is None  # the label says it


def test_an_id_counts_more_than_a_label_and_a_label_more_than_a_text(opened: Tab) -> None:
    assert found(opened, "r0001")[0] == "R0001"
    order = found(opened, "tenants")
    assert order == ["C0001"]
    assert set(found(opened, "load test")[:1]) == {"E0001"}  # in its label; the verdict has it in its text alone
    assert found(opened, "ch")[0] == "E0002"  # "change" begins with it, "cache" has it somewhere
    assert set(found(opened, "cache")[:3]) == {"R0001", "R0101", "verdict-final"}  # all in labels


@pytest.mark.parametrize(("text", "id"), [("HÖT", "C0001"), ("hot", "C0001"), ("  one   shard ", "C0001")])
def test_case_accents_and_spaces_do_not_count(opened: Tab, text: str, id: str) -> None:
    assert found(opened, text)[0] == id


@pytest.mark.parametrize("text", ["[", ".*", "\\", "<b>", "'", "${1}", "a" * 5000, "\u202e", "%"])
def test_nothing_typed_is_more_than_text(opened: Tab, text: str) -> None:
    found(opened, text)
    assert opened.said == []


def test_a_search_keeps_to_the_filters(opened: Tab) -> None:
    both = found(opened, "prices")
    opened.choose("kind", "evidence")
    opened.page.focus("#search")
    assert found(opened, "prices") == [id for id in both if id.startswith("E")] == ["E0002"]


def test_arrows_walk_and_enter_goes_there(opened: Tab) -> None:
    ids = found(opened, "prices")
    assert len(ids) >= 3
    opened.press("ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown")
    assert opened.js("document.activeElement.getAttribute('href')") == f"#{ids[1]}"
    opened.press("Enter")
    opened.settle()
    assert opened.page.url.endswith(f"#{ids[1]}")
    assert (opened.focused, opened.in_view(ids[1]), opened.page.is_visible("#results")) == (ids[1], True, False)


def test_enter_in_the_field_goes_to_the_first(opened: Tab) -> None:
    found(opened, "t0002")
    opened.press("Enter")
    opened.settle()
    assert opened.page.url.endswith("#T0002")


def test_up_from_the_first_is_the_field_again_and_escape_closes_then_clears(opened: Tab) -> None:
    found(opened, "prices")
    opened.press("ArrowDown", "ArrowUp")
    assert opened.focused == "search"
    opened.press("ArrowDown", "Escape")
    assert (opened.focused, opened.page.is_visible("#results")) == ("search", False)
    assert opened.page.input_value("#search") == "prices"
    opened.press("Escape")
    assert opened.page.input_value("#search") == ""
    assert opened.count.endswith("in all")


def test_a_press_beside_closes_the_results(opened: Tab) -> None:
    found(opened, "prices")
    opened.page.click("h1")
    assert not opened.page.is_visible("#results")


def test_the_list_of_keys(opened: Tab) -> None:
    opened.press("?")  # typed into the field
    assert opened.page.input_value("#search") == "?"
    opened.page.fill("#search", "")
    opened.page.focus("main")
    opened.press("?")
    assert opened.page.is_visible("#keys")
    opened.press("/")  # behind it nothing happens
    assert opened.focused != "search"
    opened.press("Escape")
    assert not opened.page.is_visible("#keys")
    opened.press("?", "?")
    assert not opened.page.is_visible("#keys")


def test_a_key_with_a_modifier_is_the_browser_s(opened: Tab) -> None:
    opened.page.focus("main")
    opened.press("Control+/", "Alt+/")
    assert opened.focused == "main"


def test_all_of_it_can_be_reached_by_tab(opened: Tab) -> None:
    """From the top to the first card: skip link, contents, search, filters, and the focus is always to be seen."""
    opened.page.reload()
    reached, unseen = [], []
    for _ in range(45):
        opened.press("Tab")
        reached.append(opened.js("((e) => e.id || e.getAttribute('href') || e.localName)(document.activeElement)"))
        if not opened.js("((s) => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"):
            unseen.append(reached[-1])
    assert {"#main", "#tensions", "search", "kind", "status", "expert", "theme"} <= set(reached)
    assert unseen == []


def test_the_skip_link_skips(opened: Tab) -> None:
    opened.page.reload()
    opened.press("Tab", "Enter")
    opened.settle()
    assert opened.focused == "main"


def test_what_the_card_cuts_off_is_found_too(browser: Browser, tmp_path: Path) -> None:
    start(tmp_path, "long", "Long", "muffin:Baker")
    write(tmp_path, "long", 0, {"muffin": f"[TENSION T01: a]\nFirst {'come ' * 100}the needles.\n"})
    with tab(browser, report(tmp_path, "long", tmp_path / "long.html")) as one:
        one.press("/")
        assert found(one, "first needle") == ["T0001"]  # one on the card, one only in the data
        assert one.page.inner_text("#results mark") == "First"
        assert found(one, "needle") == ["T0001"]
        assert one.page.inner_text("#results mark") == "needle"
        one.quiet()
