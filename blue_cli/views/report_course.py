"""The course of a dialogue in the report page: four small charts over the rounds, each saying in words what it draws. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blue_cli.dialogue.convergence import RoundState
from blue_cli.dialogue.scoreboard import Board
from blue_cli.views.svgtext import escape, units

WIDE, HIGH = 200.0, 72.0
SIDE, TOP, BOTTOM = 6.0, 10.0, 18.0  # free space: beside the first and last dot, above the highest, below for the rounds
MOST_LABELS = 12  # with more rounds only the first and the last are named
UNKNOWN = "unknown"


class Chart(NamedTuple):
    """One chart: its name, the last value as text, the drawing, and what it says to who does not see it."""

    name: str
    last: str
    svg: str
    about: str


class Line(NamedTuple):
    """A round in figures, as a row of the table; None where nobody knows."""

    round: int
    wrote: int
    panel: int
    open: int | None
    new: int | None
    velocity: int | None
    converge: str | None


def charts(board: Board) -> list[Chart]:
    """Open tensions, new perspectives, velocity and convergence by round. None while something is unread, or before any round."""
    states = [row.state for row in board.rows]
    if not states or not board.complete:
        return []
    rounds = [state.round for state in states]
    series: tuple[tuple[str, Sequence[float], str], ...] = (
        ("Open tensions", [s.open_tensions for s in states], ""),
        ("New perspectives", [s.new_perspectives for s in states], ""),
        ("Velocity", [s.velocity for s in states], ""),
        ("Converge", [s.percent for s in states], "%"),
    )
    return [_chart(name, rounds, values, unit) for name, values, unit in series]


def lines(board: Board) -> list[Line]:
    """The same as a table."""
    return [_line(row.state, board.complete) for row in board.rows]


def _line(state: RoundState, known: bool) -> Line:
    figures = (state.open_tensions, state.new_perspectives, state.velocity, f"{state.percent:g}%") if known else (None, None, None, None)
    return Line(state.round, len(state.writers), len(state.panel), *figures)


def _chart(name: str, rounds: Sequence[int], values: Sequence[float], unit: str) -> Chart:
    most = 100.0 if unit else max(*values, 1)
    step = (WIDE - 2 * SIDE) / max(len(values) - 1, 1)
    points = [(SIDE + i * step, TOP + (HIGH - TOP - BOTTOM) * (1 - value / most)) for i, value in enumerate(values)]
    base = units(HIGH - BOTTOM)
    drawn = [
        f'<line class="axis" x1="0" y1="{base}" x2="{units(WIDE)}" y2="{base}"/>',
        f'<polyline class="line" points="{" ".join(f"{units(x)},{units(y)}" for x, y in points)}"/>',
        *(_dot(x, y, last=i == len(points) - 1) for i, (x, y) in enumerate(points)),
        *(_label(x, rounds[i], i, len(rounds)) for i, (x, _) in enumerate(points)),
    ]
    about = f"{name} by round: " + ", ".join(f"{value:g}{unit} in round {n}" for n, value in zip(rounds, values, strict=True))
    svg = f'<svg class="chart" viewBox="0 0 {units(WIDE)} {units(HIGH)}" role="img" aria-label="{escape(about)}">{"".join(drawn)}</svg>'
    return Chart(name, f"{values[-1]:g}{unit}", svg, about)


def _dot(x: float, y: float, last: bool) -> str:
    return f'<circle class="{"dot last" if last else "dot"}" cx="{units(x)}" cy="{units(y)}" r="{3.5 if last else 2.2}"/>'


def _label(x: float, round: int, i: int, count: int) -> str:
    if count > MOST_LABELS and 0 < i < count - 1:
        return ""
    anchor = "start" if i == 0 and count > 1 else "end" if i == count - 1 and count > 1 else "middle"
    x = 0 if anchor == "start" else WIDE if anchor == "end" else x
    return f'<text class="tick" x="{units(x)}" y="{units(HIGH - 4)}" text-anchor="{anchor}">{round}</text>'
