"""Texts merged over a common one: nothing that a side wrote is lost, nothing takes long, and conflicts look as git's do."""

from __future__ import annotations

import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blue_cli.dialogue.threeway import Style, beside, merge, pairs

PLAIN = Style()
LINES = st.lists(st.sampled_from(["", "a", "b", "c", "long line", "a\r", "<<<<<<< ours", "=======", "é"]), max_size=12)
ENDS = st.sampled_from(["", "\n"])
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, ENDS)


def lines(text: str) -> set[str]:
    """A last line without an end may have got one, with the carriage return of the others."""
    return {line.removesuffix("\r") for line in text.split("\n")} - {""}


@settings(max_examples=250, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_every_line_of_either_side_is_there_unless_the_other_took_it_out(base: str, ours: str, theirs: str) -> None:
    text, conflicts = merge(base, ours, theirs, PLAIN)
    kept = lines(text)
    assert lines(ours) - kept <= lines(base) - lines(theirs)
    assert lines(theirs) - kept <= lines(base) - lines(ours)
    if not conflicts:
        assert kept <= lines(ours) | lines(theirs)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
@example("", "\n\na\n\na\n", "a\n\na\n\na\n\n")  # two ways to pair the lines: both clones must take the same one
def test_one_side_that_changed_nothing_gives_the_other(base: str, ours: str, theirs: str) -> None:
    assert merge(base, base, theirs, PLAIN) == (theirs, 0)
    assert merge(base, ours, base, PLAIN) == (ours, 0)
    assert merge(base, ours, ours, PLAIN) == (ours, 0)
    assert merge(base, ours, theirs, PLAIN).conflicts == merge(base, theirs, ours, PLAIN).conflicts


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_both_beside_each_other_hold_each_whole(ours: str, theirs: str) -> None:
    """Taking one side of every conflict gives back that side."""
    style = Style(9, "1", "2")
    text = beside(ours, theirs, style).text
    assert chosen(text, 0) == bare(ours)
    assert chosen(text, 1) == bare(theirs)


def bare(text: str) -> str:
    return text.removesuffix("\n").rstrip("\r")


def chosen(text: str, wanted: int) -> str:
    out, side = [], -1
    for line in text.split("\n"):
        mark = line.removesuffix("\r")
        if mark in ("<<<<<<<<< 1", "=========", ">>>>>>>>> 2"):
            side = {"<": 0, "=": 1, ">": -1}[mark[0]]
        elif side in (-1, wanted):
            out.append(line)
    return bare("\n".join(out))


def test_conflicts_are_marked_as_asked() -> None:
    text, conflicts = merge("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", Style(9, "main", "other"))
    assert (text, conflicts) == ("a\n<<<<<<<<< main\nX\n=========\nY\n>>>>>>>>> other\nc\n", 1)


def test_a_conflict_in_a_text_with_carriage_returns_has_them_too() -> None:
    text, _ = merge("a\r\n", "X\r\n", "Y", PLAIN)
    assert text == "<<<<<<< ours\r\nX\r\n=======\r\nY\r\n>>>>>>> theirs\r\n"


def test_what_both_added_stands_once() -> None:
    assert merge("a\n", "a\nsame\n", "a\nsame\n", PLAIN) == ("a\nsame\n", 0)
    text, conflicts = merge("", "1\n2\n3\n4\n5\nX\n", "1\n2\n3\n4\n5\nY\n", PLAIN)
    assert text.count("3") == 1 and conflicts == 1


def test_two_changes_a_few_lines_apart_are_one_conflict_and_far_apart_two() -> None:
    near = beside("A\n1\n2\nB\n", "C\n1\n2\nD\n", PLAIN)
    assert near.conflicts == 1 and near.text.count("1\n2\n") == 2
    assert beside("A\n1\n2\n3\n4\nB\n", "C\n1\n2\n3\n4\nD\n", PLAIN).conflicts == 2


def test_a_last_line_without_an_end_stays_so_where_it_can() -> None:
    assert merge("a\nb", "X\na\nb", "a\nb", PLAIN).text == "X\na\nb"
    assert merge("a\n1\n2\nb", "X\n1\n2\nb", "a\n1\n2\nb2", PLAIN) == ("X\n1\n2\nb2", 0)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("a\nX\nc\nd\ne\n", "a\nb\nc\nd\nY\n"),
        ("a\nX\nc\nd\ne\n", "a\nY\nc\nd\ne\n"),
        ("X\na\nb\nc\nd\ne\n", "a\nb\nc\ne\n"),
        ("e\n", "a\n"),
    ],
)
def test_git_says_the_same(tmp_path: Path, ours: str, theirs: str) -> None:
    base = "a\nb\nc\nd\ne\n"
    for name, text in (("o", base), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["git", "merge-file", "-p", "-q", "ours", "o", "theirs"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert merge(base, ours, theirs, PLAIN) == (done.stdout, done.returncode)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (["\n"] * 100_000, ["\n"] * 99_999 + ["x\n"]),
        (["\n", "x\n"] * 40_000, ["x\n", "x\n", "\n"] * 30_000),
        ([f"{n}\n" for n in range(60_000)], [f"{n}\n" for n in reversed(range(60_000))]),
        ([f"{n % 300}\n" for n in range(60_000)], [f"{n % 301}\n" for n in range(60_000)]),
        ([f"{n}\n" for n in range(30_000)], [f"{n + more}\n" for n in range(30_000) for more in (1, 0)]),
    ],
    ids=["blank", "two", "reversed", "repeated", "one by one"],
)
def test_no_text_takes_long(a: list[str], b: list[str]) -> None:
    start = time.process_time()
    found = pairs(a, b)
    assert time.process_time() - start < 8  # it takes less than a second; without a budget minutes
    assert all(a[i] == b[j] for i, j in found)
    assert all(one < other and one[1] < other[1] for one, other in pairwise(found))
