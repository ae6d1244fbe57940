"""FORMAT.md, section 7: registers in tables, with bars or box characters, also in a verdict's fence."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.model import RegisterRow
from tests.dialogue.registers import column, one, rows, table


def test_a_table_row_says_everything_and_where_it_stands() -> None:
    text = "# Tensions\n\n" + table(
        "| ID | Tension | Status | Raised | Resolution | Raised By |",
        "| T01 | Latency or `freshness` | **Resolved R2** | R0 | a short expiry | Muffin, Strudel |",
    )
    assert one(text) == RegisterRow(
        "T01", None, None, 1, "Latency or `freshness`", "resolved", "Resolved R2", 0, 2, ("muffin", "strudel"), "d/tensions.md", 5, 3
    )


def test_columns_come_in_any_order_and_case() -> None:
    text = table("| raised by | STATUS | **Label** | Round | Id |", "| @macaron | Open | Who pays | 1 | T07 |")
    row = one(text)
    assert (row.written, row.label, row.status, row.raised, row.contributors) == ("T07", "Who pays", "open", 1, ("macaron",))


@pytest.mark.parametrize("head", ["Tension", "Label", "Description", "tension", "`Label`"])
def test_the_label_column(head: str) -> None:
    assert one(table(f"| ID | {head} | Status |", "| T01 | words | Open |")).label == "words"


def test_a_table_without_outer_bars_is_one_too() -> None:
    assert one(table("ID | Tension | Status", "T01 | words | Open")).status == "open"


def test_a_bar_inside_a_cell_is_escaped() -> None:
    assert one(table("| ID | Tension | Status |", r"| T01 | a \| b | Accepted |")).label == "a | b"


def test_short_and_long_rows() -> None:
    found = rows(table("| ID | Tension | Status |", "| T01 |", "| T02 | words | Open | more | and more |"))
    assert column("status", found) == [None, "open"]


@pytest.mark.parametrize("head", ["Owner", "Raised By", "Owners", "Contributors"])
@pytest.mark.parametrize(
    ("cell", "slugs"),
    [
        ("Muffin", ("muffin",)),
        ("**Muffin** & Strudel", ("muffin", "strudel")),
        ("Muffin (R0), Creme Brulee", ("muffin", "creme-brulee")),
        ("creme-brulee/macaron and the rest", ("creme-brulee", "macaron")),
        ("Muffin, Muffin", ("muffin",)),
        ("the whole panel", ()),
        ("Bagel", ()),
    ],
)
def test_contributors_are_the_experts_a_cell_names(head: str, cell: str, slugs: tuple[str, ...]) -> None:
    assert one(table(f"| ID | {head} | Status |", f"| T01 | {cell} | Open |")).contributors == slugs


def test_a_raised_column_may_name_people() -> None:
    row = one(table("| ID | Raised | Status |", "| T01 | Muffin (R1) | Open |"))
    assert (row.raised, row.contributors) == (1, ("muffin",))


@pytest.mark.parametrize(
    ("head", "cells", "raised", "settled"),
    [
        ("Status | Round", "Open | 1", 1, None),  # beside a Status column
        ("Raised | Round", "Muffin | 1", 1, None),  # beside a Raised column
        ("Resolution | Round", "a cache | 2", None, 2),  # else the resolution's
        ("Resolution | Round", "a cache | R2", None, 2),
        ("Status | Raised | Resolved", "Resolved | 0 | 2", 0, 2),
        ("Status | Raised | Resolved", "Resolved | Round 0 | Round 2", 0, 2),
        ("Status | Raised | Resolved", "Open | R1 | —", 1, None),
        ("Status | Resolution", "Resolved | R2: a cache", None, 2),
        ("Status | Resolution", "Resolved | a cache: simple (R2)", None, 2),
        ("Status | Resolution", "Resolved | a cache: simpler than the R1 proposal", None, None),
        ("Status | Resolved", "Resolved R1 | 2", None, 1),  # the status dates itself
    ],
)
def test_the_rounds_of_a_row(head: str, cells: str, raised: int | None, settled: int | None) -> None:
    row = one(table(f"| ID | {head} |", f"| T01 | {cells} |"))
    assert (row.raised, row.settled) == (raised, settled)


def test_a_table_without_a_status_takes_the_heading_over_it() -> None:
    text = "## ✅ Resolved\n\n" + table("| ID | Tension |", "| T01 | a |")
    text += "\n## Still open\n\n### Small ones\n\n" + table("| ID | Tension |", "| T02 | b |")
    found = rows(text)
    assert column("status", found) == ["resolved", "open"]
    assert column("judge_word", found) == ["Resolved", "open"]


def test_an_empty_status_cell_takes_it_too() -> None:
    assert one("## Deferred\n" + table("| ID | Status |", "| T01 |  |")).status == "accepted"


def test_a_resolution_that_was_put_off_is_the_narrower_word() -> None:
    text = "## Resolved\n" + table("| ID | Resolution |", "| T01 | Deferred to the next RFC |", "| T02 | Narrowed: one table only |")
    assert column("status", rows(text)) == ["accepted", "resolved"]


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("a short expiry", "resolved"),
        ("R2", "resolved"),
        ("—", None),
        ("", None),
        ("TBD", None),
        ("none yet", None),
        ("Narrowed: x", "addressed"),
    ],
)
def test_without_any_status_word_a_resolution_that_is_there_says_so(cell: str, status: str | None) -> None:
    assert one(table("| ID | Tension | Resolution |", f"| T01 | words | {cell} |")).status == status


def test_a_continuation_row_belongs_to_the_row_above() -> None:
    text = table("| ID | Tension | Status |", "| T01 | a long | Partially |", "|  | label | resolved |", "| T02 | b | Open |")
    assert [(r.label, r.status, r.judge_word) for r in rows(text)] == [
        ("a long label", "addressed", "Partially resolved"),
        ("b", "open", "Open"),
    ]


BOX = """\
## Resolved Tensions

```
┌──────────────────┬──────────────────────────────┐
│        ID        │          Resolution          │
├──────────────────┼──────────────────────────────┤
│ MACARON-T01      │ a short expiry, which costs  │
│ (R0)             │ nothing                      │
├──────────────────┼──────────────────────────────┤
│ STRUDEL R1-T01   │ Resolved in R2: one table    │
│                  │ and no index                 │
└──────────────────┴──────────────────────────────┘
```
"""


def test_box_tables_in_a_fence_are_rows_of_the_last_round() -> None:
    found = rows("### T01: before\nStatus: Open R1\n", BOX)
    assert [(r.written, r.author, r.id_round, r.status, r.judge_word, r.settled, r.path, r.line) for r in found] == [
        ("T01", None, None, "open", "Open R1", 1, "d/tensions.md", 1),
        ("MACARON-T01 (R0)", "macaron", 0, "resolved", "Resolved", 3, "d/verdict.md", 7),
        ("STRUDEL R1-T01", "strudel", 1, "resolved", "Resolved", 2, "d/verdict.md", 10),
    ]


@pytest.mark.parametrize("fenced", [True, False])
@pytest.mark.parametrize(
    "drawn",
    [
        "| ID | Status |\n|----|----|\n| T01 | Deferred |\n",
        "+----+----------+\n| ID | Status   |\n+====+==========+\n| T01 | Deferred |\n+----+----------+\n",
        "┌────┬──────────┐\n│ ID │ Status   │\n├────┼──────────┤\n│ T01 │ Deferred │\n└────┴──────────┘\n",
        "╔════╦══════════╗\n║ ID ║ Status   ║\n╠════╬══════════╣\n║ T01 ║ Deferred ║\n╚════╩══════════╝\n",
        "│ ID │ Status │\n│ T01 │ Deferred │\n",
    ],
)
def test_however_a_table_is_drawn(drawn: str, fenced: bool) -> None:
    found = rows("", f"```\n{drawn}```\n" if fenced else drawn)
    assert [(r.written, r.status, r.settled) for r in found] == [("T01", "accepted", 3)]


def test_a_verdict_speaks_after_the_register_about_the_same_tension() -> None:
    found = rows(table("| ID | Status |", "| T01 | Open |"), table("| ID | Status |", "| T01 | Resolved |"))
    assert [(r.written, r.status, r.settled, r.path) for r in found] == [
        ("T01", "open", None, "d/tensions.md"),
        ("T01", "resolved", 3, "d/verdict.md"),
    ]


def test_a_verdicts_headings_and_other_tables_are_no_rows() -> None:
    assert rows("", "## T01: words\nStatus: Resolved\n\n" + table("| Topic | Decision |", "| T01 | RESOLVED |")) == ()


@pytest.mark.parametrize(
    ("cell", "status"), [("✅", "resolved"), ("yes", "resolved"), ("R2", "resolved"), ("❌", None), ("no", None), ("…", None)]
)
def test_a_column_that_asks_whether_it_is_resolved(cell: str, status: str | None) -> None:
    assert one(table("| ID | Tension | Resolved? |", f"| T01 | words | {cell} |")).status == status
