"""FORMAT.md, section 7: registers in headings, their status lines and sections."""

from __future__ import annotations

import pytest

from tests.dialogue.registers import column, one, rows


@pytest.mark.parametrize("marks", ["#", "##", "###", "####", "#####", "######"])
@pytest.mark.parametrize(
    "heading",
    [
        "T01: Latency, or freshness",
        "T01 — Latency, or freshness",
        "T01 - Latency, or freshness",
        "T01 -- Latency, or freshness",
        "T01 Latency, or freshness",
        "**T01**: Latency, or freshness",
        "**T01:** Latency, or freshness",
        "**T01: Latency, or freshness**",
        "`T01`: Latency, or freshness",
        "[T01] Latency, or freshness",
        "[T01](#x): Latency, or freshness",
        "[TENSION T01: Latency, or freshness]",
        "Tension T01: Latency, or freshness",
        "✅ T01: Latency, or freshness",
        "1. T01: Latency, or freshness",
        "T01: Latency, or freshness ##",
    ],
)
def test_a_heading_is_a_row(marks: str, heading: str) -> None:
    row = one(f"{marks} {heading}\n\n**Status: OPEN**\n")
    assert (row.written, row.label, row.status, row.line) == ("T01", "Latency, or freshness", "open", 1)


@pytest.mark.parametrize(
    "label",
    [
        "`expiry` against **size**",
        "Who, if not RFC 0058's owner?",
        "The T02 of the cache: reads",
        "Open questions on tokens",
        "Cache [x] — open to abuse",
    ],
)
def test_a_label_stays_as_it_is_written(label: str) -> None:
    row = one(f"### MACARON-T01 (R0): {label}\n")
    assert (row.label, row.status) == (label, None)


@pytest.mark.parametrize(
    ("heading", "status", "settled"),
    [
        ("### T01: Words (RESOLVED R1)", "resolved", 1),
        ("### T01: Words [RESOLVED]", "resolved", None),
        ("### T01: Words — Resolved in R2", "resolved", 2),
        ("### T01: Words ✅ Resolved", "resolved", None),
        ("### T01: Words (Deferred to RFC 60)", "accepted", None),
        ("### T01 (RESOLVED R1): Words", "resolved", 1),
        ("### [RESOLVED] T01: Words", "resolved", None),
        ("### ✅ Resolved: T01 — Words", "resolved", None),
    ],
)
def test_a_heading_may_carry_its_own_status(heading: str, status: str, settled: int | None) -> None:
    row = one("## OPEN\n\n" + heading)
    assert (row.label, row.status, row.settled) == ("Words", status, settled)


@pytest.mark.parametrize(
    "line",
    [
        "Status: Partially resolved",
        "**Status: PARTIALLY RESOLVED** — the rest is a detail",
        "**Status:** Partially resolved.",
        "- **Status:** Partially Resolved (R1)",
        "* *Status*: partially resolved",
        "1. Status: Partially resolved",
        "- [x] Status: Partially resolved",
        "    - Status: Partially resolved",
        "**Status**: 🟡 Partially resolved",
        "`Status`: Partially resolved",
        "Raised by: Muffin · Status: Partially resolved",
        "Raised: R0 | **Status**: Partially resolved",
        "**Status:**\n\nPartially resolved",
        "#### Status: Partially resolved",
        "#### Partially resolved",
        "text first\n\nmore text\n\nStatus: Partially resolved",
        "**Status: OPEN** (R0)\n\n**Status: PARTIALLY RESOLVED** (R1)",  # the last one is the judge's final word
    ],
)
def test_a_status_line_speaks_for_its_row_alone(line: str) -> None:
    found = rows(f"## RESOLVED\n\n### T01: a\n{line}\n\n### T02: b\n\ntext\n")
    assert column("status", found) == ["addressed", "resolved"]
    assert str(found[0].judge_word).lower().startswith("partially resolved")


def test_a_section_speaks_for_all_under_it() -> None:
    text = "# Tracker\n## RESOLVED\n### T01: a\n## OPEN — Round 1 Tensions\n### Cluster A (2)\n#### T02: b\n#### T03: c\n"
    text += "## Notes\n### T04: d\n"
    found = rows(text)
    assert column("status", found) == ["resolved", "open", "open", None]
    assert column("judge_word", found) == ["RESOLVED", "OPEN", "OPEN", None]
    assert column("raised", found) == [None, 1, 1, None]


@pytest.mark.parametrize(
    ("heading", "status"),
    [
        ("PARTIALLY ADDRESSED", "addressed"),
        ("✅ RESOLVED (3)", "resolved"),
        ("Tensions resolved in Round 1", "resolved"),
        ("Active", "open"),
        ("Unresolved Tensions", "open"),
        ("Resolved / Superseded", "resolved"),
        ("Resolved and open tensions", None),  # says nothing about one of them
        ("Open-ended remarks", None),
        ("Resolution notes", None),
    ],
)
def test_what_a_section_says(heading: str, status: str | None) -> None:
    assert one(f"## {heading}\n### T01: words\n").status == status


def test_without_both_the_first_bold_that_begins_with_a_status_word() -> None:
    row = one("### T01: words\n**Not this one.** Then **Resolved in R1** by Macaron: revert, said in R2. **Open** no more.\n")
    assert (row.status, row.judge_word, row.settled) == ("resolved", "Resolved in R1", 1)


def test_the_bold_dates_what_the_section_says() -> None:
    found = rows("## RESOLVED\n### T01: a\n**Narrowed in R1** by Muffin\n### T02: b\n**Resolved** in R2 by Muffin\n")
    assert [(r.status, r.settled) for r in found] == [("resolved", 1), ("resolved", 2)]


@pytest.mark.parametrize(
    ("line", "settled"),
    [
        ("Status: Resolved in Round 1", 1),
        ("Status: RESOLVED (R2)", 2),
        ("Status: Superseded by STRUDEL R1-T01", None),  # the R1 of an id
        ("Status: Superseded by MACARON-T01 (R0)", None),
        ("Status: Superseded by STRUDEL R1-T01 in R2", 2),
        ("Status: Resolved (raised in R0)", None),
        ("Status: Resolved R1–R2", 2),
        ("Status: Open (R0) → Resolved (R1)", 1),
        ("Status: Resolved by R01", None),  # a recommendation
        ("Status: Deferred to Round 9", None),  # there is no such round
        ("Status: Resolved\nResolved: Round 1", 1),
        ("Status: Resolved\n**Resolved in:** R1", 1),
    ],
)
def test_a_round_dates_a_status(line: str, settled: int | None) -> None:
    assert one(f"### T01: words\n{line}\n").settled == settled


def test_a_section_dates_what_it_settles_and_nothing_else() -> None:
    text = "## RESOLVED in Round 1\n### T01: a\n### T02: b\nStatus: Resolved R2\n## OPEN — Round 1\n### T03: c\nStatus: Resolved\n"
    assert column("settled", rows(text)) == [1, 2, None]


@pytest.mark.parametrize(
    ("lines", "raised", "contributors"),
    [
        ("Raised by: Muffin, Scone, Strudel", None, ("muffin", "strudel")),
        ("**Raised by**: Muffin (R1)", 1, ("muffin",)),
        ("**Raised**: R0", 0, ()),
        ("- **Raised:** Round 2\n- **Owner:** Macaron", 2, ("macaron",)),
        ("Raised: 1 · Owner: Creme Brulee", 1, ("creme-brulee",)),
        ("*Raised in R0 by Muffin and Strudel*", 0, ("muffin", "strudel")),
        ("Raised by Muffin in Round 1.", 1, ("muffin",)),
        ("Round: 1", 1, ()),
        ("Raised: Round 9", None, ()),  # there is no such round
    ],
)
def test_field_lines_say_when_and_by_whom(lines: str, raised: int | None, contributors: tuple[str, ...]) -> None:
    row = one(f"### T01: words\n{lines}\n")
    assert (row.raised, row.contributors) == (raised, contributors)


def test_a_section_of_a_round_says_when_its_tensions_were_raised_once() -> None:
    text = "## Round 0 tensions\n### T01: a\n## New in Round 1\n### T01: a\n### T02: b\n"
    assert [(r.written, r.raised) for r in rows(text)] == [("T01", 0), ("T01", None), ("T02", 1)]


def test_who_raised_it_may_stand_beside_the_id() -> None:
    row = one("### T01 (Muffin, R1): words\n")
    assert (row.label, row.raised, row.contributors) == ("words", 1, ("muffin",))


def test_a_heading_without_a_label_takes_it_from_a_field() -> None:
    assert one("### T01\n**Tension:** words\n").label == "words"


def test_what_stands_below_a_thematic_break_is_not_about_the_row() -> None:
    assert one("### T01: words\nStatus: Open\n\n---\n\n**Status: RESOLVED**, all of them\n").status == "open"
