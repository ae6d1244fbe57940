"""`blue scoreboard`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions.scoring import read_board
from blue_cli.cli.lists import ColumnsOption, picked_columns
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.views import scoreboard as view
from blue_cli.views.listing import select


def command(
    columns: ColumnsOption = "",
    ascii: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII only, as where the terminal's encoding is not UTF-8.")] = False,
) -> Result:
    """Scores, ALIGNMENT and the course of the rounds, drawn so that it is seen at a glance."""
    here = call()
    graph, board, claimed = read_board(here.workspace.store, here.dialogue().uid)
    picked = picked_columns("scoreboard", view.COLUMNS, columns)
    if picked or not here.world.stdout.isatty():
        titles, rows = select(view.COLUMNS, view.rows(graph, board), picked or [c.name for c in view.COLUMNS])
        return Result("blue/scoreboard@1", lambda: view.document(graph, board, claimed), columns=titles, rows=rows)
    encoding = (getattr(here.world.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    return Result(
        "blue/scoreboard@1",
        lambda: view.document(graph, board, claimed),
        lambda screen: view.text(graph, board, claimed, screen.width, screen.color, ascii or encoding != "utf8"),
    )
