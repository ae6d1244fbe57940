"""FORMAT.md, section 7: ids, status words and rounds as judges write them."""

from __future__ import annotations

import pytest

from tests.dialogue.registers import WORDS, column, one, read, rows, table


@pytest.mark.parametrize(
    ("cell", "written", "author", "id_round", "number"),
    [
        ("T01", "T01", None, None, 1),
        ("T1", "T1", None, None, 1),
        ("T012", "T012", None, None, 12),
        ("**T01**", "T01", None, None, 1),
        ("`T01`", "T01", None, None, 1),
        ("[T01](#t01)", "T01", None, None, 1),
        ("~~T01~~", "T01", None, None, 1),
        ("✅ T01", "T01", None, None, 1),
        ("T01 (R2)", "T01 (R2)", None, 2, 1),
        ("T0203", "T0203", None, 2, 3),
        ("JUDGE-T0203", "JUDGE-T0203", None, 2, 3),
        ("MACARON-T01", "MACARON-T01", "macaron", None, 1),
        ("MACARON-T01 (R0)", "MACARON-T01 (R0)", "macaron", 0, 1),
        ("MACARON-T01 (Round 0)", "MACARON-T01 (Round 0)", "macaron", 0, 1),
        ("STRUDEL R1-T02", "STRUDEL R1-T02", "strudel", 1, 2),
        ("STRUDEL-R1-T02", "STRUDEL-R1-T02", "strudel", 1, 2),
        ("Macaron T01", "Macaron T01", "macaron", None, 1),
        ("macaron-t01", "macaron-t01", "macaron", None, 1),
        ("MUFFIN-T0103", "MUFFIN-T0103", "muffin", 1, 3),
        ("CREME-BRULEE-T01", "CREME-BRULEE-T01", "creme-brulee", None, 1),
        ("Creme Brulee R1-T01", "Creme Brulee R1-T01", "creme-brulee", 1, 1),
    ],
)
@pytest.mark.parametrize("shape", ["table", "heading"])
def test_ids_as_they_are_written(shape: str, cell: str, written: str, author: str | None, id_round: int | None, number: int) -> None:
    text = table("| ID | Tension | Status |", f"| {cell} | words | Open |") if shape == "table" else f"### {cell}: words\nStatus: Open\n"
    row = one(text)
    assert (row.written, row.author, row.id_round, row.number, row.label) == (written, author, id_round, number, "words")
    assert row.raised == id_round


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("T08-T11", ["T08", "T09", "T10", "T11"]),
        ("T08–T11", ["T08", "T09", "T10", "T11"]),
        ("T08 – T10", ["T08", "T09", "T10"]),
        ("T08-10", ["T08", "T09", "T10"]),
        ("T1..T3", ["T1", "T2", "T3"]),
        ("T1 to T3", ["T1", "T2", "T3"]),
        ("T01, T03", ["T01", "T03"]),
        ("T01/T03", ["T01", "T03"]),
        ("T01<br>T03", ["T01", "T03"]),
        ("T01 & T03 and T05", ["T01", "T03", "T05"]),
        ("T01–T03, T07", ["T01", "T02", "T03", "T07"]),
        ("**T01**, **T02**", ["T01", "T02"]),
        ("MACARON-T01, STRUDEL R1-T01", ["MACARON-T01", "STRUDEL R1-T01"]),
        ("MACARON-T01–T03", ["MACARON-T01", "MACARON-T02", "MACARON-T03"]),
        ("T09-T02", ["T09", "T02"]),  # backwards: its two ends
    ],
)
@pytest.mark.parametrize("shape", ["table", "heading"])
def test_several_ids_are_a_row_each(shape: str, cell: str, written: list[str]) -> None:
    text = table("| ID | Tension | Status |", f"| {cell} | words | Open |") if shape == "table" else f"### {cell}: words\nStatus: Open\n"
    found = rows(text)
    assert column("written", found) == written
    assert {(r.label, r.status) for r in found} == {("words", "open")}


def test_odd_ids_get_the_numbers_after_the_highest() -> None:
    text = table("| ID | Status |", "| T-NEW | Open |", "| T04-R1 | Open |", "| T04 | Open |", "| T1.1 | Open |", "| T-NEW | Resolved |")
    assert [(r.written, r.number) for r in rows(text)] == [("T-NEW", 5), ("T04-R1", 6), ("T04", 4), ("T1.1", 7), ("T-NEW", 5)]


def test_an_id_of_nobody_is_a_finding_and_no_row() -> None:
    found = read(table("| ID | Status |", "| BAGEL-T01 | Resolved |", "| T02 | Open |") + "\n### BAGEL R1-T02: label\nStatus: Open\n")
    assert column("written", found.rows) == ["T02"]
    assert [(f.rule, f.path) for f in found.findings] == [("near-miss-marker", "d/tensions.md")] * 2
    assert [f.line for f in found.findings] == [3, 6]


# --- status words ------------------------------------------------------------------------------------------

DRESS = [
    *("{}", "**{}**", "✅ {}", "✓ **{}**", "`{}`", "_{}_", "🟢 *{}*", "[{}]", "~~Open~~ {}"),
    *("{} (R1)", "{} R1", "{} — see R2", "{}: done", "{}."),
]


@pytest.mark.parametrize("dress", DRESS)
@pytest.mark.parametrize(("status", "word"), [(s, w) for s, words in WORDS.items() for w in words])
def test_status_words_in_any_dress(status: str, word: str, dress: str) -> None:
    cell = dress.format(word)
    assert one(table("| ID | Status |", f"| T01 | {cell} |")).status == status, cell
    assert one(f"### T01: words\nStatus: {cell}\n").status == status, cell


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("**Deferred to RFC**", "Deferred to RFC"),
        ("✅ **Resolved R1**", "Resolved R1"),
        ("PARTIALLY RESOLVED — the rest is a detail", "PARTIALLY RESOLVED"),
        ("Superseded by STRUDEL R1-T01 and T02. See there", "Superseded by STRUDEL R1-T01 and T02"),
        ("Withdrawn", "Withdrawn"),  # no word of the list: kept all the same
        ("", None),
    ],
)
def test_the_judges_own_word_is_kept(cell: str, word: str | None) -> None:
    assert one(table("| ID | Status |", f"| T01 | {cell} |")).judge_word == word


def test_an_unknown_word_leaves_the_status_to_the_section() -> None:
    row = one("## RESOLVED\n### T01: words\nStatus: Withdrawn\n")
    assert (row.status, row.judge_word) == ("resolved", "Withdrawn")


# --- the last round that is named --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("nothing", None),
        ("RFC 0058, R01, P2, PR1", None),
        ("as of R1", 1),
        ("Round 2 and R0", 2),
        ("STRUDEL R1-T01", 1),
        ("R0–R2", 2),
        ("ROUND 1", 1),
        ("R7", 3),  # clipped
        (table("| ID | Status | Raised |", "| T01 | Open | 1 |"), 1),
    ],
)
def test_the_last_round_named_anywhere(text: str, last: int | None) -> None:
    assert read(text, "R3 in the verdict counts for nothing").last_named == last
