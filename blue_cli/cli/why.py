"""`blue why`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions.overview import read_text
from blue_cli.actions.reasoning import subject
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.dialogue import queries
from blue_cli.dialogue.links import Links
from blue_cli.views.impact import impact_document, impact_text
from blue_cli.views.why import Told, why_document, why_text

SCHEMA = "blue/why@1"


def command(
    id: Annotated[str, typer.Argument(metavar="ID", help="T0101, MUFFIN-T0101, or a verdict: final, final-2, …")],
    impact: Annotated[bool, typer.Option("--impact", help="What would fall if this fell.")] = False,
    depth: Annotated[int | None, typer.Option("--depth", metavar="N", min=1, help="No more than N levels.")] = None,
    no_pager: Annotated[bool, typer.Option("--no-pager", help="Write a long text straight to the terminal.")] = False,
) -> Result:
    """What speaks for a thing and against it, down to the evidence: + for, - against, = an answer, ~ a change.

    A doubt that nobody but its author answered is marked. Fragile: everything rests on one leaf.
    """
    here = call()
    graph = read_text(here.workspace.store, here.dialogue().uid)
    name = subject(graph, id)
    links = Links(graph)
    if impact:
        found = queries.impact(links, name)
        return Result(
            SCHEMA,
            lambda: impact_document(graph, name, found, depth),
            lambda screen: impact_text(graph, name, found, depth, screen.width, screen.color),
            paged=not no_pager,
        )
    told = Told(links, name, queries.why(links, [name], depth), queries.ground(links, name))
    return Result(SCHEMA, lambda: why_document(told), lambda screen: why_text(told, screen.width, screen.color), paged=not no_pager)
