"""The scoreboard: computed, and what a hand-written one claims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue.scoreboard import board, claims
from blue_cli.dialogue.scores import Score
from tests.dialogue.build import graph, panel
from tests.dialogue.test_rules import check

HEAD = "| Round | W | C | T | R | Score | Open Tensions | New P | Velocity | Converge % |\n|---|---|---|---|---|---|---|---|---|---|\n"


def score(*points: int) -> str:
    return f"---\nscores: {{W: {points[0]}, C: {points[1]}, T: {points[2]}, R: {points[3]}}}\n---\n"


def test_scores_add_up_by_round_expert_and_dimension() -> None:
    files = panel({"muffin": "x", "scone": "x"}, {"muffin": "x", "scone": "x"})
    files |= {"round-0/rulings/score-muffin.md": score(1, 2, 3, 4), "round-1/rulings/score-muffin.md": score(1, 0, 0, 0)}
    files |= {"round-1/rulings/score-scone.md": score(5, 5, 5, 5)}
    found = board(graph(files))
    assert [(r.sum.total, r.alignment) for r in found.rows] == [(10, 10), (21, 31)]
    assert found.totals == {"muffin": Score(2, 2, 3, 4), "scone": Score(5, 5, 5, 5)}
    assert found.sum == Score(7, 7, 8, 9)


def test_a_row_is_read_by_its_headers() -> None:
    (claim,) = claims(HEAD + "| 0 | 45| 30| 25| 25| 125 | **10** | 20 | ~30 | 83% |\n")
    assert (claim.round, claim.open_tensions, claim.new_perspectives, claim.velocity, claim.percent) == (0, 10, 20, None, 83.0)
    assert (claim.scores, claim.total, claim.line) == ({"W": 45, "C": 30, "T": 25, "R": 25}, 125, 3)


OTHERS = ["| Expert | R0 | R1 |\n|---|---|---|\n| Muffin | 1 | 2 |\n", "| Round | W |\n|---|---|\n| 0 | 1 |\n"]


@pytest.mark.parametrize("text", ["", "no table", *OTHERS, HEAD + "| x | 1 |\n", HEAD])
def test_what_states_no_figures_of_a_round_claims_nothing(text: str) -> None:
    assert claims(text) == []


@given(st.text(alphabet="|-0123456789 Roundvelcity%\n`<!>", max_size=200))
def test_nothing_raises(text: str) -> None:
    claims(HEAD + text)


def drift(table: str, **rounds: str) -> list[str]:
    files = {"round-0/muffin.md": "[TENSION T01: a]\n", "round-1/muffin.md": "[MOVE:CONVERGE]\n", "scoreboard.md": table}
    return [f.message for f in check(files) if f.rule == "scoreboard-drift"]


def test_a_board_that_is_right_drifts_nowhere() -> None:
    wrong = drift(HEAD + "| 0 | | | | | | 1 | 0 | 1 | 0% |\n| 1 | | | | | | 0 | 0 | - | 100% |\n")
    assert wrong == ["round 1: open tensions 0, by what was written 1"]
    assert drift(HEAD + "| 0 | | | | | | 1 | 0 | 1 | 0% |\n") == []


def test_one_finding_a_round_with_every_figure() -> None:
    assert drift(HEAD + "| 0 | | | | | | 2 | 3 | 5 | 40% |\n| 7 | | | | | | 0 | 0 | 0 | 0% |\n") == [
        "round 0: open tensions 2, by what was written 1; new perspectives 3, by what was written 0; "
        "velocity 5, by what was written 1; converge % 40, by what was written 0",
        "round 7: nobody wrote in it",
    ]


def test_percent_may_be_rounded_either_way() -> None:
    files = {f"round-0/{slug}.md": text for slug, text in {"a": "[MOVE:CONVERGE]", "b": "x", "c": "x"}.items()}
    for said, count in ((33, 0), (34, 0), (35, 1)):
        board_text = f"| Round | Converge % |\n|---|---|\n| 0 | {said}% |\n"
        assert sum(f.rule == "scoreboard-drift" for f in check({**files, "scoreboard.md": board_text})) == count


def test_a_score_that_is_no_number_is_a_finding() -> None:
    files = {**panel({"muffin": "x"}), "round-0/rulings/score-muffin.md": "---\nscores: {W: many, C: 1, T: 1, R: 1}\n---\n"}
    assert [f.rule for f in check(files)] == ["front-matter"]


def test_a_board_that_adopting_left_behind_claims_nothing() -> None:
    wrong = {"scoreboard.md": HEAD + "| 0 | | | | | | 9 | 9 | 18 | 40% |\n"}
    older = {"round-0/muffin.md": "x\n"}
    assert [f.rule for f in check({**older, **wrong})] == ["scoreboard-drift"]
    assert check({**panel({"muffin": "x\n"}), **wrong}) == []


def test_nobody_has_been_scored() -> None:
    found = board(graph(panel({"muffin": "x"})))
    assert (found.totals, found.sum.total, [r.alignment for r in found.rows]) == ({}, 0, [0])
