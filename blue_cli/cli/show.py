"""`blue show`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions.overview import find, read_text
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.views import verdicts
from blue_cli.views.dialogue import entity_shown, show_entity


def command(
    id: Annotated[str, typer.Argument(metavar="ID", help="T0101, MUFFIN-T0101, final, …")],
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Write a long text straight to the terminal.")] = False,
) -> Result:
    """One thing: its words and its text, what happened to it, what refers to it."""
    here = call()
    graph = read_text(here.workspace.store, here.dialogue().uid)
    verdict = verdicts.find(graph, id)
    if verdict is not None:
        return Result(
            "blue/show@1",
            lambda: verdicts.shown(graph, verdict),
            lambda screen: verdicts.show(graph, verdict, screen.color),
            paged=not no_pager,
        )
    entity = find(graph, id)
    return Result(
        "blue/show@1",
        lambda: entity_shown(graph, entity),
        lambda screen: show_entity(graph, entity, screen.color),
        paged=not no_pager,
    )
