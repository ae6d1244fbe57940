"""The course of a dialogue in figures: scores, ALIGNMENT and convergence by round, and what a hand-written board claims.

Computed from the contributions and rulings (FORMAT.md, section 6). An older dialogue's `scoreboard.md` is a claim (section
7): it is read as far as its tables say something, and compared, never believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from blue_cli.dialogue.convergence import RoundState, history
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import LAST_ROUND
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.scores import DIMENSIONS, Score, scores
from blue_cli.dialogue.tables import cells, is_border, lines
from blue_cli.dialogue.wording import plain

NONE = Score(0, 0, 0, 0)
FILE = "file/scoreboard.md"


class Row(NamedTuple):
    """One round: its figures, its scores by expert, their sum by dimension, and ALIGNMENT up to and with it."""

    state: RoundState
    scores: Mapping[str, Score]
    sum: Score
    alignment: int


class Board(NamedTuple):
    """The whole scoreboard. `totals`: expert → sum over all rounds, of everybody who was ever scored."""

    rows: tuple[Row, ...]
    totals: Mapping[str, Score]
    sum: Score
    complete: bool


def board(graph: Graph) -> Board:
    """The scoreboard as it follows from what was written."""
    given = scores(graph.sources).by_round
    rows: list[Row] = []
    totals: dict[str, Score] = {}
    alignment = 0
    for state in history(graph):
        found = given.get(state.round, {})
        summed = add(found.values())
        alignment += summed.total
        rows.append(Row(state, dict(sorted(found.items())), summed, alignment))
        for slug, score in found.items():
            totals[slug] = add((totals.get(slug, NONE), score))
    return Board(tuple(rows), dict(sorted(totals.items())), add(totals.values()), graph.complete)


def add(parts: Iterable[Score]) -> Score:
    """Scores added up, dimension by dimension."""
    rows = list(parts)
    return Score(*(sum(row[i] for row in rows) for i in range(len(DIMENSIONS))))


# --- what somebody wrote by hand -----------------------------------------------------------------------------


class Claim(NamedTuple):
    """One row of a hand-written board, with the place of its round. What it does not state is None."""

    round: int
    open_tensions: int | None
    new_perspectives: int | None
    velocity: int | None
    percent: float | None
    scores: Mapping[str, int]
    total: int | None
    line: int
    column: int


# What each column is, by the words people head it with; the first that is there wins.
_HEADS: Mapping[str, tuple[str, ...]] = {
    "round": ("round", "rounds", "rnd", "r#"),
    "open_tensions": ("open tensions", "open t", "tensions open", "open", "tensions"),
    "new_perspectives": ("new perspectives", "new p", "perspectives new", "new"),
    "velocity": ("velocity", "vel", "v"),
    "percent": ("converge %", "converge%", "converge", "convergence", "convergence %", "% converge", "converged"),
    "W": ("w", "wisdom"),
    "C": ("c", "consistency"),
    "T": ("t", "truth"),
    "R": ("r", "relationships"),
    "total": ("score", "alignment", "total", "sum"),
}
FIGURES = ("open_tensions", "new_perspectives", "velocity", "percent")
_ROUND = pattern(r"(?:round|r)?\s*([0-9]{1,2})", re.I)
_NUMBER = pattern(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*%?(?:\s*\([^()]*\))?")


def claims(text: str) -> list[Claim]:
    """The rounds that the tables of a hand-written scoreboard speak of, each as often as it is there. Never raises."""
    found: list[Claim] = []
    heads: Mapping[str, int] = {}
    for line in lines(text):
        row = cells(line.text)
        if row is None:
            heads = {}
        elif not is_border(line.text):
            header = _columns(row)
            heads = header or heads
            claim = _claim(row, heads, line.number, line.text) if heads and not header else None
            found += [claim] if claim else []
    return found


def _columns(row: Sequence[str]) -> Mapping[str, int]:
    """What each column of a header is; nothing for a row that is no header of rounds."""
    titles = [" ".join(plain(cell).lower().split()).rstrip(":") for cell in row]
    at = {key: next((titles.index(word) for word in words if word in titles), -1) for key, words in _HEADS.items()}
    known = {key: column for key, column in at.items() if column >= 0}
    return known if "round" in known and any(key in known for key in FIGURES) else {}


def _claim(row: Sequence[str], heads: Mapping[str, int], number: int, line: str) -> Claim | None:
    """What one row says; None where it names no round."""
    said = {key: plain(row[column]) for key, column in heads.items() if column < len(row)}
    match = _ROUND.fullmatch(said.get("round", "").strip())
    if match is None or int(match[1]) > LAST_ROUND:
        return None
    numbers = {key: _number(text) for key, text in said.items() if key != "round"}
    whole = {key: int(value) for key, value in numbers.items() if value is not None and value == int(value)}
    points = {d: whole[d] for d in DIMENSIONS if d in whole}
    column = line.find(match[1]) + 1
    return Claim(
        int(match[1]), whole.get("open_tensions"), whole.get("new_perspectives"), whole.get("velocity"),
        numbers.get("percent"), points, whole.get("total"), number, column,
    )  # fmt: skip


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text.strip())
    return float(match[1]) if match else None
