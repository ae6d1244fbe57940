"""Rows as a table for people and as TSV for programs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue.grammar import STATUSES
from blue_cli.views.listing import BY_VALUE, LEAST, STYLES, Column, counts_line, paint, select, table, tsv
from blue_cli.views.text import unescape_field, width

COLUMNS = (Column("id", style="id"), Column("status", style=BY_VALUE), Column("round", right=True), Column("label", flex=True))
ROW = ("T0001", "open", "1", "Eviction under memory pressure")


def test_columns_are_aligned_under_their_titles() -> None:
    assert table(COLUMNS, [ROW, ("T0012", "addressed", "10", "日本語"), ("T0013", "open", "2", "")], 0) == (
        "ID     STATUS     ROUND  LABEL\n"
        "T0001  open           1  Eviction under memory pressure\n"
        "T0012  addressed     10  日本語\n"
        "T0013  open           2\n"
    )


def test_no_rows_no_table() -> None:
    assert table(COLUMNS, [], 80) == ""
    assert tsv([]) == ""


cells = st.text(st.sampled_from("ab c日e\u0301\x1b\t\\\u202e"), max_size=40)
rows = st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=5)


@given(rows, st.integers(70, 130))
def test_no_line_is_wider_than_the_terminal_when_the_flexible_columns_can_give_way(rows: list[tuple[str, ...]], wide: int) -> None:
    columns = [Column(name, flex=True) for name in "abcd"]
    lines = table(columns, rows, wide).splitlines()
    assert len(lines) == len(rows) + 1
    assert max(map(width, lines)) <= wide


def test_a_flexible_column_keeps_a_few_characters_on_the_narrowest_terminal() -> None:
    line = table([Column("id"), Column("label", flex=True)], [("T0001", "x" * 50)], 10).splitlines()[1]
    assert line == "T0001  " + "x" * (LEAST - 1) + "…"


@given(rows)
def test_tsv_gives_back_every_cell(rows: list[tuple[str, ...]]) -> None:
    lines = tsv(rows).split("\n")[:-1]
    assert [tuple(unescape_field(field) for field in line.split("\t")) for line in lines] == rows


def test_tsv_cuts_nothing_and_has_no_header() -> None:
    assert tsv([("T0001", "x" * 500)]) == "T0001\t" + "x" * 500 + "\n"


def test_colour_never_carries_what_the_text_does_not() -> None:
    painted = table(COLUMNS, [ROW], 80, color=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == table(COLUMNS, [ROW], 80)
    assert "\x1b[33mopen\x1b[0m" in painted


def test_a_cell_cannot_paint() -> None:
    assert "\x1b" not in table(COLUMNS, [("\x1b[31m", "\x1b", "1", "\x9b")], 80)


def test_every_status_has_a_style() -> None:
    assert not {status for kind in STATUSES.values() for status in kind} - STYLES.keys()


def test_an_unknown_style_paints_nothing() -> None:
    assert paint("x", "no such style", True) == "x"
    assert paint("", "open", True) == ""


def test_counts_leave_out_what_is_zero() -> None:
    assert counts_line({"open": 2, "addressed": 0, "resolved": 1}) == "2 open, 1 resolved"
    assert counts_line({"open": 0}, "tensions") == "no tensions"


def test_columns_can_be_chosen_by_name() -> None:
    columns, picked = select(COLUMNS, [ROW], ["label", "id"])
    assert [column.name for column in columns] == ["label", "id"]
    assert picked == [["Eviction under memory pressure", "T0001"]]
    with pytest.raises(ValueError, match="colour"):
        select(COLUMNS, [ROW], ["colour"])
