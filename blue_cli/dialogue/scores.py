"""Scores: Wisdom, Consistency, Truth and Relationships, given by the judge (FORMAT.md, sections 1 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.sources import Source, Sources

DIMENSIONS = ("W", "C", "T", "R")
FILE = "score-"  # and the expert's slug: the name of a score's file


class Score(NamedTuple):
    """One expert's score of one round; integers from 0 on."""

    W: int
    C: int
    T: int
    R: int

    @property
    def total(self) -> int:
        """All four together."""
        return sum(self)


class Scores(NamedTuple):
    """round → expert → score, and what could not be read as one: (source, what is wrong)."""

    by_round: Mapping[int, Mapping[str, Score]]
    problems: tuple[tuple[Source, str], ...]


def scores(sources: Sources) -> Scores:
    """Every score. A file of its own outdoes what `judge.md` says of the same expert and round."""
    found: dict[int, dict[str, Score]] = {}
    problems: list[tuple[Source, str]] = []
    for source in sources.files:
        if source.author == JUDGE and "scores" in source.front:
            said = source.front["scores"]
            for slug, value in said.items() if isinstance(said, dict) else [("", said)]:
                _take(found, problems, source, str(slug).lower(), value)
    for source in sources.rulings:
        name = source.address.partition("#")[2]
        if name.startswith(FILE):
            _take(found, problems, source, name.removeprefix(FILE).lower(), source.front.get("scores"))
    return Scores(found, tuple(problems))


def _take(
    found: dict[int, dict[str, Score]], problems: list[tuple[Source, str]], source: Source, slug: str, value: Any
) -> None:
    score = read(value)
    if score is None:
        problems.append((source, f"the score of {slug or 'somebody'} is not {{W: 8, C: 6, T: 5, R: 5}}, integers from 0 on"))
    else:
        found.setdefault(source.round, {})[slug] = score


def read(value: object) -> Score | None:
    """A score from front matter; None when one of the four is missing or no integer from 0 on."""
    if not isinstance(value, dict) or set(value) != set(DIMENSIONS):
        return None
    numbers = [value[d] for d in DIMENSIONS]
    if any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for n in numbers):
        return None
    return Score(*numbers)
