"""Scores: whole numbers, one file, in the round that was written in."""

from __future__ import annotations

import pytest

from blue_cli.actions import scoring
from blue_cli.dialogue.scores import Score
from blue_cli.errors import Conflict, NotFound, WrongCall
from tests.actions.desk import NOW, Desk

GIVEN = Score(8, 6, 5, 5)


@pytest.fixture(autouse=True)
def begun(desk: Desk) -> None:
    desk.add("muffin", "x")


def score(desk: Desk, expert: str = "muffin", given: Score = GIVEN, **more: object) -> scoring.Scored:
    return scoring.score(desk.store, desk.uid, expert, given, NOW, **more)  # type: ignore[arg-type]


def test_a_score_is_a_file_of_the_last_round(desk: Desk) -> None:
    done = score(desk)
    assert (done.round, done.created, done.wrote) == (0, True, True)
    assert b"\nscores: {W: 8, C: 6, T: 5, R: 5}\n" in desk.blobs["ruling/00#score-muffin"]
    _, board, _ = scoring.read_board(desk.store, desk.uid)
    assert (board.rows[0].scores, board.sum.total) == ({"muffin": GIVEN}, 24)


def test_the_same_again_is_no_error_and_another_needs_replace(desk: Desk) -> None:
    score(desk)
    assert score(desk).created is False
    with pytest.raises(Conflict, match="W 8 C 6 T 5 R 5"):
        score(desk, given=Score(1, 1, 1, 1))
    desk.put("ruling/00#score-muffin", desk.blobs["ruling/00#score-muffin"] + b"Why: see above.\n")
    score(desk, given=Score(1, 1, 1, 1), replace=True)
    assert b"R: 1}" in desk.blobs["ruling/00#score-muffin"]
    assert desk.blobs["ruling/00#score-muffin"].endswith(b"---\nWhy: see above.\n")


def test_a_score_in_judge_md_is_the_same_score(desk: Desk) -> None:
    desk.put("contribution/00#judge", "---\nscores: {muffin: {W: 8, C: 6, T: 5, R: 5}}\n---\nWell argued.\n")
    assert score(desk).created is False
    with pytest.raises(Conflict):
        score(desk, given=Score(1, 1, 1, 1))


def test_while_a_final_verdict_stands_the_round_that_was_written_is_scored(desk: Desk) -> None:
    desk.put("verdict/final", "---\nblue: 1\nkind: final\nround: 0\n---\nSo it is.\n")
    assert score(desk).round == 0


@pytest.mark.parametrize(
    ("expert", "given", "round", "error"),
    [
        ("nobody", GIVEN, None, NotFound),
        ("judge", GIVEN, None, WrongCall),
        ("muffin", GIVEN, 3, NotFound),
        ("muffin", Score(-1, 0, 0, 0), None, WrongCall),
        ("muffin", Score(10**18, 0, 0, 0), None, WrongCall),
    ],
)
def test_what_is_no_score_is_refused(desk: Desk, expert: str, given: Score, round: int | None, error: type[Exception]) -> None:
    before = dict(desk.blobs)
    with pytest.raises(error):
        score(desk, expert, given, round=round)
    assert dict(desk.blobs) == before


def test_a_broken_score_counts_as_none_and_can_be_mended(desk: Desk) -> None:
    desk.put("ruling/00#score-muffin", "---\nscores: {W: lots}\n---\n")
    with pytest.raises(Conflict, match="no score"):
        score(desk)
    assert score(desk, replace=True).created


def test_a_score_of_a_newer_format_is_never_written_over(desk: Desk) -> None:
    desk.put("ruling/00#score-muffin", "---\nblue: 2\nscores: {W: 1, C: 1, T: 1, R: 1}\n---\n")
    before = dict(desk.blobs)
    with pytest.raises(Conflict, match="format 2"):
        score(desk, replace=True)
    assert dict(desk.blobs) == before
