"""Lines of a screen are never wider than they may be, whatever stands in them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from blue_cli.views.spans import Span, align, fit, pad, painted, span, spread, wide, wrap
from blue_cli.views.text import width

TEXT = st.text(st.one_of(st.sampled_from("ab \t\x1b\u202e\u0301漢🧁…"), st.characters()), max_size=30)
SPAN = st.builds(span, TEXT, st.sampled_from(["", "id", "dim", "open", "no such style"]))
LINE = st.lists(SPAN, max_size=6)
COLUMNS = st.integers(0, 40)
STYLE = re.compile("\x1b\\[[0-9;]*m")


@given(LINE, COLUMNS)
def test_a_line_fits(line: list[Span], columns: int) -> None:
    short = fit(line, columns)
    assert wide(short) <= columns
    assert short == line or wide(line) > columns


@given(LINE, COLUMNS)
def test_a_padded_line_is_exactly_that_wide(line: list[Span], columns: int) -> None:
    assert wide(pad(line, columns)) == columns


@given(LINE, LINE, st.integers(1, 60))
def test_two_ends_of_a_line_fit(left: list[Span], right: list[Span], columns: int) -> None:
    line = spread(left, right, columns)
    assert wide(line) <= columns
    if right and line[-len(right) :] == right and left:
        assert wide(line) in (columns, wide(left))


@given(LINE)
def test_no_line_drives_the_terminal(line: list[Span]) -> None:
    text = STYLE.sub("", painted(line, True))
    assert text == "".join(piece.text for piece in line)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", text)
    assert width(painted(line, False)) <= wide(line)


@given(st.lists(st.lists(SPAN, min_size=3, max_size=3), max_size=5), st.lists(st.integers(0, 12), min_size=2, max_size=2))
def test_columns_stand_below_each_other(rows: list[list[Span]], caps: list[int]) -> None:
    lines = align(rows, caps)
    assert len(lines) == len(rows)
    assert len({wide(line[:-1]) for line in lines}) <= 1
    assert all(line[-1] == row[-1] for line, row in zip(lines, rows, strict=True))


@given(st.lists(LINE, max_size=8), st.integers(1, 40))
def test_groups_flow_and_none_is_lost(groups: list[list[Span]], columns: int) -> None:
    lines = wrap(groups, columns)
    assert all(wide(line) <= columns for line in lines)
    kept = [piece for line in lines for piece in line if piece.text.strip()]
    assert kept == [piece for group in groups for piece in fit(group, columns) if piece.text.strip()]
