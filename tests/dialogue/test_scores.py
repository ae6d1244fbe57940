"""What counts as a score, and which one where there are two (FORMAT.md, sections 1 and 6)."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.scores import Score, read, scores
from tests.dialogue.build import panel
from tests.dialogue.build import read as sources

BASE = panel({"muffin": "x\n", "scone": "y\n"})
FILE = "round-0/rulings/score-muffin.md"


def of(**more: str) -> tuple[dict[str, Score], list[str]]:
    """The scores of round 0 and the addresses of what is none; `file` is muffin's own, `judge` the judge's front matter."""
    files = dict(BASE)
    if "file" in more:
        files[FILE] = f"---\nscores: {more['file']}\n---\n"
    if "judge" in more:
        files["round-0/judge.md"] = f"---\nscores: {more['judge']}\n---\nWell argued.\n"
    found = scores(sources(files))
    return dict(found.by_round.get(0, {})), [source.address for source, _ in found.problems]


def test_a_score_of_its_own_file() -> None:
    assert of(file="{W: 8, C: 6, T: 5, R: 5}") == ({"muffin": Score(8, 6, 5, 5)}, [])
    assert Score(8, 6, 5, 5).total == 24


def test_the_judges_text_may_carry_many() -> None:
    found, problems = of(judge="{muffin: {W: 1, C: 2, T: 3, R: 4}, Scone: {W: 0, C: 0, T: 0, R: 0}}")
    assert (found, problems) == ({"muffin": Score(1, 2, 3, 4), "scone": Score(0, 0, 0, 0)}, [])


def test_a_file_of_its_own_outdoes_the_judges_text() -> None:
    found, _ = of(judge="{muffin: {W: 1, C: 2, T: 3, R: 4}}", file="{W: 8, C: 6, T: 5, R: 5}")
    assert found == {"muffin": Score(8, 6, 5, 5)}


def test_a_broken_file_does_not_hide_the_judges_text() -> None:
    found, problems = of(judge="{muffin: {W: 1, C: 2, T: 3, R: 4}}", file="{W: 8}")
    assert (found, problems) == ({"muffin": Score(1, 2, 3, 4)}, ["ruling/00#score-muffin"])


def test_one_broken_score_in_the_judges_text_leaves_the_others() -> None:
    found, problems = of(judge="{muffin: {W: 1, C: 2, T: 3, R: 4}, scone: many}")
    assert (list(found), problems) == (["muffin"], ["contribution/00#judge"])
    assert of(judge="lots") == ({}, ["contribution/00#judge"])


def test_an_expert_scores_nobody() -> None:
    files = {**BASE, "round-0/muffin.md": "---\nscores: {muffin: {W: 9, C: 9, T: 9, R: 9}}\n---\nx\n"}
    assert not scores(sources(files)).by_round


@pytest.mark.parametrize(
    "value",
    [None, 8, "8", [8, 6, 5, 5], {}, {"W": 1}, {"W": 1, "C": 1, "T": 1, "R": 1, "X": 1}, {"w": 1, "c": 1, "t": 1, "r": 1},
     {"W": -1, "C": 1, "T": 1, "R": 1}, {"W": 1.0, "C": 1, "T": 1, "R": 1}, {"W": True, "C": 1, "T": 1, "R": 1},
     {"W": "1", "C": 1, "T": 1, "R": 1}],
)  # fmt: skip
def test_four_whole_numbers_or_nothing(value: object) -> None:
    assert read(value) is None
