"""`blue export`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from blue_cli.actions.load import fold, readable
from blue_cli.cli.options import call
from blue_cli.cli.output import Result, encode
from blue_cli.cli.plaintext import STDOUT, PlaintextOption, way_out
from blue_cli.views.export import export
from blue_cli.views.text import sanitize


class Format(StrEnum):
    """What a dialogue can be exported as."""

    json = "json"


def command(
    format: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.json,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to; standard output without it.")] = "",
    plaintext: PlaintextOption = False,
) -> Result:
    """Write a whole dialogue: its graph, and every file as it stands."""
    here = call()
    row = here.dialogue()
    snapshot = readable(here.workspace.store.load(row.uid))
    with way_out(here, snapshot, "export", output or STDOUT, plaintext):
        document = {"schema": "blue/export@1", **export(fold(snapshot), snapshot.blobs), "warnings": []}
        text = encode(here, document)
        if output:
            here.write_file(output, text.encode())
    return Result("blue/export@1", document, f"wrote {sanitize(output)}\n" if output else text)
