"""`blue stats`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from blue_cli.actions.stats import Stats, stats
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.views.stats import COLUMNS, cells, document, text

SCHEMA = "blue/stats@1"


def command(
    everywhere: Annotated[bool, typer.Option("--everywhere", help="A line a dialogue, and all of them together.")] = False,
) -> Result:
    """A dialogue in figures: what there is by kind and status, who did what, how many doubts were answered, how long tensions
    have been open."""
    here = call()
    row = None if everywhere else here.dialogue()
    found = stats(here.workspace.store, row.uid if row else None, here.workspace.processes, here.workspace.projection)
    if row is None:
        return _everywhere(here, found)
    ((id, status, figures),) = found.lines
    return Result(
        SCHEMA,
        {"dialogue": id, "status": status, **document(figures), "complete": found.complete},
        lambda screen: text(figures, f"{id}  {status}", screen.width, screen.color),
    )


def _everywhere(here: Call, found: Stats) -> Result:
    """Lines alone in a pipe; below them the sums on a terminal."""
    n = len(found.lines)

    def answer() -> dict[str, Any]:
        each = [{"dialogue": id, "status": status, **document(figures)} for id, status, figures in found.lines]
        return {"dialogue": None, "dialogues": each, "sums": document(found.sums), "complete": found.complete}

    return Result(
        SCHEMA,
        answer,
        columns=COLUMNS,
        rows=lambda: map(cells, found.lines),
        counts=lambda screen: "\n" + text(found.sums, f"{n} dialogue{'' if n == 1 else 's'}", screen.width, screen.color).rstrip("\n"),
    )
