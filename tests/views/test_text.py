"""Untrusted text on a screen: nothing that a terminal obeys, nothing that reads differently from what it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.views.text import cut, cut_front, escape_field, sanitize, sanitize_lines, unescape_field, width

ANY = st.text(st.characters(codec=None) | st.sampled_from("\\\t\n\r\x1b\x9b\u202e\u200b\u2028\U000e0041tnrxuU0"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("\x07\x7f\x00", "\\x07\\x7f\\x00"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("abc\u202edef\u2066", "abc\\u202edef\\u2066"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("lone\ud800", "lone\\ud800"),
        ("[red]markup[/red] back\\slash", "[red]markup[/red] back\\slash"),
        ("naïve 日本語 e\u0301 \xa0 🥐", "naïve 日本語 e\u0301 \xa0 🥐"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_escaped(text: str, shown: str) -> None:
    assert sanitize(text) == shown


@given(ANY)
def test_nothing_dangerous_is_left(text: str) -> None:
    assert not [c for c in sanitize(text) if unicodedata.category(c) in ("Cc", "Cs") or unicodedata.bidirectional(c) in _BIDI]


_BIDI = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def test_line_feeds_and_tabs_of_a_text_stay() -> None:
    assert sanitize_lines("a\tb\n\x1bc\r\n") == "a\tb\n\\x1bc\\r\n"


@given(ANY)
def test_a_field_comes_back_as_it_was_and_is_one_field(text: str) -> None:
    field = escape_field(text)
    assert unescape_field(field) == text
    assert not set("\t\n\r\x1b") & set(field)


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0), ("🥐", 2)])
def test_width_is_what_a_terminal_uses(text: str, columns: int) -> None:
    assert width(text) == columns


@given(st.text(st.sampled_from("ab 日本e\u0301🥐"), max_size=30), st.integers(0, 30))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, columns: int) -> None:
    short = cut(text, columns)
    assert width(short) <= columns
    assert short == text or short.endswith("…") or columns == 0


def test_cut_in_front_keeps_the_end() -> None:
    assert cut_front("round-1/muffin.md:12", 10) == "…fin.md:12"
    assert cut_front("muffin.md", 10) == "muffin.md"
