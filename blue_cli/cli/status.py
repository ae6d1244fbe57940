"""`blue status`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions.overview import read, read_text
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.errors import Refused
from blue_cli.views import status as view


def command(
    gate: Annotated[bool, typer.Option("--gate", help="Exit 1 unless the dialogue can converge, or has.")] = False,
) -> Result:
    """How far a dialogue has come: velocity, signals, what is in the way, the next step."""
    here = call()
    graph = (read_text if gate else read)(here.workspace.store, here.dialogue().uid)
    closed = gate and not view.gate(graph)
    return Result(
        "blue/status@1",
        lambda: view.document(graph),
        lambda screen: view.text(graph, screen.width, screen.color),
        hints=(f"the gate is closed: {'it cannot converge yet' if graph.complete else 'something could not be read'}",) if closed else (),
        status=Refused.exit if closed else 0,
    )
