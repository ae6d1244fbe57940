"""The scoreboard: who brought what, and how the dialogue went, at a glance (`blue scoreboard`). Pure.

Bars and sparklines only repeat what a number beside them says, and never by colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.scoreboard import Board, Claim, Row
from blue_cli.dialogue.scores import DIMENSIONS
from blue_cli.views import export
from blue_cli.views.listing import Column, paint, table
from blue_cli.views.text import sanitize

EVERYBODY = "-"  # in the column of experts: the row of the whole round
NONE, UNKNOWN = "-", "?"
BAR = 12  # columns of the longest bar
RISING, FILLED = "▁▂▃▄▅▆▇█", ("█", "▌")
RISING_PLAIN, FILLED_PLAIN = "_.:-=+*#", ("#", "")
MOST_ROUNDS = 10  # with more of them, an expert's rounds are only drawn

_POINTS = tuple(Column(d, right=True) for d in DIMENSIONS)
_COURSE = (
    Column("open", right=True), Column("new", right=True), Column("velocity", right=True), Column("converge", right=True),
)  # fmt: skip
COLUMNS = (
    Column("round", right=True), Column("expert", style="id"), *_POINTS, Column("score", right=True), Column("alignment", right=True),
    *_COURSE, Column("dialogue", style="dim"),
)  # fmt: skip


# --- a row for each round, and below it one for each expert who was scored ------------------------------------


def rows(graph: Graph, board: Board) -> Iterator[tuple[str, ...]]:
    """TSV: round, expert (`-` for all of them), W, C, T, R, score, alignment so far, open, new, velocity, converge, dialogue."""
    so_far: dict[str, int] = {}
    for row in board.rows:
        yield (*_round(row, board.complete), graph.meta.id)
        for slug, score in row.scores.items():
            so_far[slug] = so_far.get(slug, 0) + score.total
            points = (*map(str, score), str(score.total), str(so_far[slug]))
            yield (str(row.state.round), slug, *points, *([NONE] * len(_COURSE)), graph.meta.id)


def _round(row: Row, complete: bool) -> tuple[str, ...]:
    points = [str(n) for n in (*row.sum, row.sum.total)] if row.scores else [NONE] * (len(DIMENSIONS) + 1)
    return (str(row.state.round), EVERYBODY, *points, str(row.alignment), *_course(row, complete))


def _course(row: Row, complete: bool) -> tuple[str, ...]:
    state = row.state
    if not complete:
        return (UNKNOWN,) * len(_COURSE)
    return (str(state.open_tensions), str(state.new_perspectives), str(state.velocity), f"{state.percent:g}%")


# --- JSON ----------------------------------------------------------------------------------------------------


def document(graph: Graph, board: Board, claimed: Sequence[Claim] = ()) -> dict[str, Any]:
    """`blue/scoreboard@1`; `claimed` is what an older dialogue's scoreboard.md says, null where there is none."""
    said = [_claim(c) for c in claimed]
    return {"dialogue": graph.meta.id, **export.scoreboard(board), "claimed": said or None, "complete": board.complete}


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "round": claim.round, "scores": dict(claim.scores), "score": claim.total, "open_tensions": claim.open_tensions,
        "new_perspectives": claim.new_perspectives, "velocity": claim.velocity, "converge_percent": claim.percent, "line": claim.line,
    }  # fmt: skip


# --- on a terminal -------------------------------------------------------------------------------------------


def text(graph: Graph, board: Board, claimed: Sequence[Claim], width: int, color: bool, plain: bool) -> str:
    """The rounds with bars, the experts with their course, and what somebody claimed. `plain`: ASCII only."""
    head = paint(sanitize(graph.meta.title), "title", color)
    blocks = [head, _rounds(board, width, color, plain), _experts(board, width, color, plain), _claimed(claimed, width, color)]
    if not board.rows:
        blocks.append("no round has been written yet")
    elif not board.totals:
        way = ": blue round score EXPERT W C T R" if graph.meta.native else ""  # an older dialogue is never written to
        blocks.append(f"nobody has been scored{' yet' if way else ' in a file of the dialogue'}{way}")
    else:
        spelled = "  ".join(f"{d} {n}" for d, n in zip(DIMENSIONS, board.sum, strict=True))
        blocks.append(f"ALIGNMENT {board.sum.total}  ({spelled})")
    return "\n\n".join(block for block in blocks if block) + "\n"


def _rounds(board: Board, width: int, color: bool, plain: bool) -> str:
    scored = bool(board.totals)
    points = (*_POINTS, Column("score", right=True), Column("alignment", right=True)) if scored else ()
    columns = (Column("round", right=True), *points, *_COURSE[:3], Column("", " "), _COURSE[3], Column("", " "))
    most = max((row.state.velocity for row in board.rows), default=0)
    cells = []
    for row in board.rows:
        of = _round(row, board.complete)
        speed = bar(row.state.velocity, most, plain) if board.complete else ""
        signals = bar(row.state.percent, 100, plain) if board.complete else ""
        cells.append((of[0], *(of[2:8] if scored else ()), *of[8:11], speed, of[11], signals))
    return table(columns, cells, width, color).rstrip("\n")


def _experts(board: Board, width: int, color: bool, plain: bool) -> str:
    """Each expert's total by round, the course of it drawn, and the sums; the best first."""
    listed = board.rows if len(board.rows) <= MOST_ROUNDS else ()
    columns = (
        Column("expert", style="id", flex=True), *(Column(f"r{row.state.round}", right=True) for row in listed), Column("course"),
        *_POINTS, Column("total", right=True),
    )  # fmt: skip
    most = max((score.total for row in board.rows for score in row.scores.values()), default=0)
    cells = []
    for slug, total in sorted(board.totals.items(), key=lambda item: (-item[1].total, item[0])):
        course = [row.scores[slug].total if slug in row.scores else None for row in board.rows]
        by_round = [NONE if n is None else str(n) for n in course] if listed else []
        cells.append((slug, *by_round, spark(course, most, plain), *map(str, total), str(total.total)))
    return table(columns, cells, width, color).rstrip("\n")


def _claimed(claimed: Sequence[Claim], width: int, color: bool) -> str:
    columns = (Column("round", right=True), *_POINTS, Column("score", right=True), *_COURSE)
    cells = []
    for c in claimed:
        percent = None if c.percent is None else f"{c.percent:g}%"
        numbers = (*(c.scores.get(d) for d in DIMENSIONS), c.total, c.open_tensions, c.new_perspectives, c.velocity, percent)
        cells.append((str(c.round), *(NONE if n is None else str(n) for n in numbers)))
    drawn = table(columns, cells, width, color).rstrip("\n")
    return f"scoreboard.md claims (blue check compares):\n{drawn}" if drawn else ""


def bar(value: float, most: float, plain: bool = False) -> str:
    """A bar as long as the value is of the most; something above zero is never nothing."""
    full, half = FILLED_PLAIN if plain else FILLED
    if value <= 0 or most <= 0:
        return ""
    halves = max(1, round(2 * BAR * min(value, most) / most))
    return full * (halves // 2) + half * (halves % 2) or full


def spark(values: Sequence[int | None], most: int, plain: bool = False) -> str:
    """One character a value, the higher the more; a space where there is none."""
    steps = RISING_PLAIN if plain else RISING
    top = len(steps) - 1
    return "".join(" " if v is None else steps[min(top, v * top // most) if most else 0] for v in values)
