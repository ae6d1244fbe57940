"""Only what is surely a date is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.git.dates import moment


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("1970-01-01", 86_399),
        ("1970-01-01T00:00", 0),
        ("1970-01-01 00:01:02", 62),
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T02:00+0200", 0),
    ],
)
def test_a_day_means_its_end_and_no_zone_means_utc(text: str, second: int) -> None:
    assert moment(text) == second


@pytest.mark.parametrize(
    "text",
    [
        *("", "tea", "yesterday", "2026", "20261124", "2026-11", "2026-13-01", "2026-02-30", "2026-11-24T25:00", "2026-11-24T"),
        *("2026-11-24Z", " 2026-11-24", "2026-11-24\n", "\u0662\u0660\u0662\u0666-11-24", "--before=2026-11-24"),
        *("0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59"),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert moment(text) is None


@given(st.text(alphabet="0123456789-T :Z+.", max_size=30))
def test_nothing_raises(text: str) -> None:
    assert moment(text) is None or isinstance(moment(text), int)
