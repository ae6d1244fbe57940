"""FORMAT.md, section 7: what is no row, and what hostile text costs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import drafts, wording
from tests.dialogue.registers import SLUGS, WORDS, column, one, read, rows, table


@pytest.mark.parametrize(
    "text",
    [
        "T01: words\n\n**T02**: resolved\n\n- T03: Status: resolved\n",
        "### T01 and T02 were the hardest\nStatus: Resolved\n",
        "### T01's history\nStatus: Resolved\n",
        "### About T01: words\nStatus: Resolved\n",
        "### P01: words\n### R02: words\n",
        "#T01: words\n",
        "    ### T01: words\n",
        "> ### T01: words\n",
        table("| Category | Open | Resolved |", "| Cost T01 | 1 | R1 |", "| T02 | 2 | 3 |"),
        table("| ID | Recommendation |", "| R01 | words |", "| P01 | words |", "| 1 | words |"),
        "    | ID | Status |\n    |---|---|\n    | T01 | Open |\n",
        "```\n" + table("| ID | Status |", "| T01 | Open |") + "```\n",
        "~~~md\n### T01: words\n```\n### T02: words\n~~~\n",
        "- a list\n  ```\n  ### T01: words\n  ```\n",
        "<!--\n### T01: words\n\n" + table("| ID | Status |", "| T01 | Open |") + "-->\n",
        "text <!-- | T01 | --> text\n",
        "| ID | Status |\n|---|---|\n| <!-- T01 --> | Open |\n",
        "<pre>\n### T01: words\n</pre>\n",
        "| ID | Status |\n|---|---|\n\n| T01 | Open |\n",  # the table ended before
        "",
    ],
)
def test_prose_code_comments_and_other_tables_yield_nothing(text: str) -> None:
    assert rows(text) == ()


def test_what_follows_a_fence_or_a_comment_is_read_again() -> None:
    assert column("written", rows("```\n### T01: a\n```\n### T02: b\n<!-- x -->\n### T03: c\n<!--\n-->\n### T04: d\n")) == [
        "T02",
        "T03",
        "T04",
    ]


def test_a_table_without_ids_under_a_row_says_nothing_about_it() -> None:
    assert one("### T01: words\n| **Resolved** | **Open** |\n|---|---|\n| **Resolved in R1** | 3 |\n").status is None


def test_a_status_in_indented_code_or_a_quote_is_not_the_rows() -> None:
    assert one("### T01: words\n\n    **Status: RESOLVED**\n\n> **Status: RESOLVED**\n").status is None


@pytest.mark.parametrize(("opener", "what"), [("```", "code fence"), ("<!--", "HTML block")])
def test_a_block_without_an_end_that_hides_the_rest_is_a_finding(opener: str, what: str) -> None:
    found = read(f"### T01: a\n\n{opener}\n### T02: b\n")
    assert column("written", found.rows) == ["T01"]
    assert [(f.rule, f.line) for f in found.findings] == [("near-miss-marker", 3)]
    assert what in found.findings[0].message


# --- hostile text ------------------------------------------------------------------------------------------

IDS = ["T01", "T1-T99", "T08–T11", "MACARON-", "BAGEL-", "STRUDEL R1-", " (R0)", "T-NEW", "T04-R1", "T0", "T9999", "R1", "Round 2"]
HEADS = ["ID", "Status", "Round", "Resolution", "Raised By", "Status: ", "Resolved", "PARTIALLY ", "Open", "→", "not "]
MARKS = [
    "#",
    "### ",
    ", ",
    ": ",
    " — ",
    "**",
    "__",
    "`",
    "```",
    "~~~",
    "~~",
    "<!--",
    "-->",
    "<pre>",
    "[",
    "](",
    "]",
    "(",
    ")",
    ">",
    "- ",
    "_",
]
LINES = ["|", " | ", "│", "├┼┤", "|---|", "---", "\n", "\n\n", "\r\n", "    ", "\t", "✅", "é", "\u2028", "\x00"]
PIECES = st.sampled_from([*IDS, *HEADS, *MARKS, *LINES])
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS | st.none(), st.integers(0, 99))
def test_no_text_raises_and_every_row_makes_sense(tensions: str, verdict: str | None, last: int) -> None:
    found = read(tensions, verdict, last)
    for row in found.rows:
        assert row.number >= 1 and row.written
        assert row.author is None or row.author in SLUGS
        assert row.status in (None, "open", "addressed", "resolved", "reopened", "accepted")
        assert all(n is None or 0 <= n <= last for n in (row.raised, row.settled))
        text = tensions if row.path == "d/tensions.md" else str(verdict)
        assert 1 <= row.line <= text.count("\n") + 1 and row.column >= 1
    assert found.last_named is None or 0 <= found.last_named <= last


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 999), st.sampled_from(sorted(WORDS)), st.integers(0, 3)), min_size=1, max_size=8))
def test_what_a_judge_would_write_is_read_back(items: list[tuple[int, str, int]]) -> None:
    text = table("| ID | Tension | Status | Raised |", *(f"| T{n:02d} | label {n} | {s.title()} | R{r} |" for n, s, r in items))
    assert [(r.number, r.label, r.status, r.raised) for r in rows(text)] == [(n, f"label {n}", s, r) for n, s, r in items]


HOSTILE = [
    *(
        "[",
        "](",
        "(",
        "**",
        "__",
        "_",
        "~~",
        "`",
        "<!--",
        "<!---->",
        "<pre>\n",
        "```\n",
        "|",
        "│",
        "|\\",
        "→",
        " — ",
        " ",
        "# \t",
        "\t#",
        "##",
        "é",
    ),
    *("T1-T99,", "T1,", "T1-T99 x\n", "# T1-T99, T1-T99 x\n", "|T1-T99|\n", "a ", "a-", "R1-", "R1 ", "Round ", "- "),
    *("not ", "resolved ", "**Resolved", "Status: ", "Status:\n"),
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("head", ["", "### T01: ", "| ID | Status |\n|---|---|\n| T01 | ", "| ID | Status |\n|---|---|\n", "### T01: a\n"])
def test_hostile_text_costs_linear_time(head: str, piece: str) -> None:
    """A quadratic pattern would take minutes on a line of this length."""
    text = head + piece * (60_000 // len(piece))
    begun = time.process_time()
    read(text, text)
    assert time.process_time() - begun < 3


def test_limits_are_findings_that_name_them() -> None:
    def rules(text: str) -> list[tuple[str, int]]:
        return [(f.rule, f.line) for f in read(text).findings]

    assert rules("### T01: a\n" + "x" * 70_000 + "\n### T02: b\n") == [("limit", 2)]
    assert len(rows("### T01: a\n" + "x" * 70_000 + "\n### T02: b\n")) == 2
    assert rules("x\n" * 600_000) == [("limit", 1)]
    many = "### T1-T99: a\n" * 100
    assert rules(many)[0][0] == "limit"
    assert len(rows(many)) <= drafts.MAX_ROWS + 100


def test_one_line_cannot_ask_for_millions() -> None:
    assert len(wording.ids_at("T1-T99, " * 8000)[0]) < 1100
