"""A round that runs, as somebody sees it: what stands where, and that nothing is ever wider or higher than the screen."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.errors import Finding
from blue_cli.views.running import (
    ADDED,
    BROKEN,
    OVERTAKEN,
    REJECTED,
    RETRYING,
    RUNNING,
    STOPPED,
    WAITING,
    Row,
    Told,
    last_lines,
    reason,
    rows,
    said,
    settled_line,
    signs,
    size,
    summary,
    told_line,
    unpainted,
)  # fmt: skip
from blue_cli.views.text import sanitize, width

FOOT = "velocity 3: 1 open tension and 2 new perspectives; 0 of 4 signal CONVERGE"
STATES = (WAITING, RUNNING, RETRYING, ADDED, REJECTED, BROKEN, OVERTAKEN, STOPPED)
PANEL = [
    Row("muffin", RUNNING, 8.0, "thinking"), Row("scone", WAITING), Row("eclair", ADDED, 0, "1 perspective", 1.24),
    Row("strudel", BROKEN, 0, "ended with status 3", 12.0), Row("tart", RETRYING, 9.6, "line 3: no such tension"),
]  # fmt: skip
ODD = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\r\t\u202e\u200b\U0001f9c1宽é\u0301")), max_size=30)
ROW = st.builds(Row, ODD, st.sampled_from(STATES), st.floats(0, 1e6), ODD, st.none() | st.floats(0, 1e6))


def shown(people: list[Row], columns: int = 80, high: int = 24) -> list[str]:
    return rows("round 0 of cache: 2 of 5", people, FOOT, 10.0, columns, high, False)


def test_everybody_has_a_row_that_says_what_they_do_and_for_how_long() -> None:
    assert shown(PANEL) == [
        "round 0 of cache: 2 of 5",
        "  ▸ muffin   running 2 s     thinking",
        "  · scone    waiting",
        "  ✓ eclair   added 1.2 s     1 perspective",
        "  ✗ strudel  failed 12.0 s   ended with status 3",
        "  ↻ tart     retrying 0 s    line 3: no such tension",
        FOOT,
    ]


def test_on_a_low_screen_those_at_work_are_seen_and_the_rest_is_counted() -> None:
    assert shown(PANEL, high=5) == [
        "round 0 of cache: 2 of 5",
        "  ▸ muffin   running 2 s     thinking",
        "  ↻ tart     retrying 0 s    line 3: no such tension",
        "  and 3 more: 1 waiting, 1 added, 1 failed",
        FOOT,
    ]


def test_on_a_narrow_screen_the_least_important_goes_first() -> None:
    assert shown(PANEL[:1], columns=44)[1:] == ["  ▸ muffin  running 2 s     thinking", "velocity 3, 0 of 4 signal CONVERGE"]
    assert shown(PANEL[:1], columns=26)[1:] == ["  ▸ muffin  running 2 s   "[:26], "velocity 3"]


@settings(max_examples=60)
@given(ODD, st.lists(ROW, max_size=8), ODD, st.floats(0, 1e6), st.integers(1, 120), st.integers(1, 30), st.booleans())
def test_no_row_is_wider_than_the_screen_and_no_view_higher(
    title: str, people: list[Row], foot: str, now: float, columns: int, high: int, color: bool
) -> None:
    lines = rows(title, people, foot, now, columns, high, color)
    assert len(lines) <= high
    for line in lines:
        plain = unpainted(line) if color else line
        assert width(plain) <= columns
        assert sanitize(plain) == plain, "nothing in it drives a terminal"


@settings(max_examples=40)
@given(ODD, st.lists(ROW, max_size=4), ODD, st.integers(2, 120), st.booleans())
def test_what_stays_of_a_round_is_one_line(title: str, people: list[Row], foot: str, columns: int, color: bool) -> None:
    line = unpainted(settled_line(title, people, foot, 1.0, columns, color))
    assert width(line) <= columns and sanitize(line) == line


def test_what_stays_of_a_round_says_whether_it_is_whole() -> None:
    good = [row for row in PANEL if row.state == ADDED]
    assert settled_line("round 0", good, FOOT, 2.0, 120, False) == f"✓ round 0: 1 added after 2.0 s; {FOOT}"
    assert settled_line("round 0", [*good, PANEL[3]], FOOT, 2.0, 60, False) == "✗ round 0: 1 added, 1 failed after 2.0 s; velocity 3"


# --- what was brought, and what was wrong ----------------------------------------------------------------------------


def test_what_somebody_brought_is_said_in_words_or_in_signs() -> None:
    brought = {"perspectives": 2, "tensions": 1, "evidence": 1, "refs": 1, "signals": 1}
    assert said(brought) == "2 perspectives, 1 tension, 1 evidence, 1 ref, signals CONVERGE"
    assert signs(brought) == "2P 1T 1E 1 ref CONVERGE"
    assert (said({"scores": 2, "rulings": 1}), said({})) == ("2 scores, 1 ruling", "")


def test_the_first_finding_is_the_reason() -> None:
    told = Told("muffin", REJECTED, 1, 0, 0.1, 1, 1, why="2 findings in the answer")
    assert reason(told) == "2 findings in the answer"
    told = told._replace(findings=(Finding("dangling-ref", "no \x1b[31msuch", "muffin.md", 3), Finding("near-miss-marker", "b", "", 1)))
    assert reason(told) == "line 3: no \\x1b[31msuch, and 1 more"
    assert reason(told._replace(findings=(), state=BROKEN, why="ended with status 3", err=b"a\nno key\n")) == "ended with status 3: no key"
    assert told_line(told, False) == "muffin: rejected after 0.1 s: line 3: no \\x1b[31msuch, and 1 more"


def test_standard_error_is_lines_without_what_drives_a_terminal() -> None:
    assert last_lines(b"\x1b[?25l\x1b[2K\r| 1\r/ 2\r\nloading \x1b]0;mine\x07\x1b[1mdone\x1b[0m\n\n", 2) == ["/ 2", "loading done"]
    assert last_lines(b"a\xff \x9b2J\xc2\x9b2J \xe2\x80\xaeb\x1b") == ["a\ufffd \ufffd2J\\x9b2J \\u202eb\\x1b"]
    assert last_lines(b" \n\r\n") == []
    assert [len(line) for line in last_lines(b"x" * 5000)] == [200]


def test_sizes_are_short() -> None:
    assert [size(n) for n in (0, 999, 1000, 2551, 9949, 9950, 999_499, 999_500, 1 << 20, 10**10)] == (
        ["0", "999", "1.0k", "2.6k", "9.9k", "10k", "999k", "1.0M", "1.0M", "10G"]
    )


# --- the table at the end --------------------------------------------------------------------------------------------

ADDED_ONE = Told("muffin", ADDED, 1, 0, 0.25, 2551, 218, "p", {"perspectives": 1, "tensions": 1, "recommendations": 1, "refs": 1})
FAILED_ONE = Told("scone", BROKEN, 3, 3, 62.0, 7566, 0, why="ended with status 3")


def test_a_wide_table_has_words_and_a_narrow_one_signs() -> None:
    assert summary([("0", ADDED_ONE)], False, 100, False).splitlines() == [
        "EXPERT  STATE   TIME  SENT  GOT  EXIT  WHAT",
        "muffin  added  0.2 s  2.6k  218     0  1 perspective, 1 tension, 1 recommendation, 1 ref",
    ]
    assert summary([("0", ADDED_ONE), ("0", FAILED_ONE)], True, 80, False).splitlines() == [
        "ROUND  EXPERT  STATE   TRIES    TIME  SENT  GOT  EXIT  WHAT",
        "    0  muffin  added       1   0.2 s  2.6k  218     0  1P 1T 1R 1 ref",
        "    0  scone   failed      3  62.0 s  7.6k    0     3  ended with status 3",
    ]


def test_what_the_judge_gave_last_is_the_verdict() -> None:
    assert summary([("verdict", Told("judge", ADDED, 1, 0, 0.1, 1, 1))], True, 80, False).splitlines()[1].endswith("0  the final verdict")


NAMES = st.text("abcdefghij-", min_size=1, max_size=10)
TOLD = st.builds(
    Told, NAMES, st.sampled_from((ADDED, REJECTED, BROKEN, OVERTAKEN)), st.integers(1, 9), st.none() | st.integers(-15, 255),
    st.floats(0, 999), st.integers(0, 10**9), st.integers(0, 1 << 20), why=ODD,
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(TOLD, max_size=4))
def test_the_table_fits_into_80_columns(asked: list[Told]) -> None:
    assert all(width(line) <= 80 for line in summary([("verdict", told) for told in asked], True, 80, False).splitlines())
