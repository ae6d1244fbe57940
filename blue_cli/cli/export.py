"""`blue export`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from blue_cli.actions.load import fold, readable
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, Screen, encode
from blue_cli.cli.plaintext import STDOUT, PlaintextOption, way_out
from blue_cli.dialogue.graph import Graph
from blue_cli.errors import WrongCall
from blue_cli.views.export import export
from blue_cli.views.text import sanitize, sanitize_lines

SCHEMA = "blue/export@1"


class Format(StrEnum):
    """What a dialogue can be exported as."""

    json = "json"
    md = "md"
    csv = "csv"
    argdown = "argdown"
    aif = "aif"
    canvas = "canvas"


class Table(StrEnum):
    """The tables of CSV; `views.export_csv` makes them."""

    entities = "entities"
    events = "events"
    refs = "refs"
    moves = "moves"
    rulings = "rulings"
    verdicts = "verdicts"
    experts = "experts"
    rounds = "rounds"
    scores = "scores"


def command(
    format: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.json,
    table: Annotated[Table | None, typer.Option("--table", help="Which table of CSV; entities without it.")] = None,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="Where to; standard output without it.")] = "",
    plaintext: PlaintextOption = False,
) -> Result:
    """Write a whole dialogue for another program. JSON holds its graph and every file as it stands, and lacks nothing; markdown is
    to be read and compared; CSV, Argdown, the Argument Interchange Format (aif) and JSON Canvas are for their tools.

    What a format cannot carry is said in its head, of CSV on standard error. With --json the answer is the JSON document, whatever FILE is.
    """
    here = call()
    if table and format is not Format.csv:
        raise WrongCall(f"--table is for CSV, not for {format}", fix=f"blue export --format csv --table {table}")
    row = here.dialogue()
    if output:
        from blue_cli.actions.context import outside  # a file only: the rest of it is about prompts

        outside(here.cwd, [output], os.path.join(here.workspace.root, ".blue", "dialogues"))
    snapshot = readable(here.workspace.store.load(row.uid))
    with way_out(here, snapshot, "export", output or STDOUT, plaintext):
        graph = fold(snapshot)
        whole = format in (Format.json, Format.md, Format.csv) or here.globals.json
        document = {"schema": SCHEMA, **export(graph, snapshot.blobs), "warnings": []} if whole else {}
        text = encode(here, document) if format is Format.json else _written(here, format, table or Table.entities, graph, document)
        if output:
            here.write_file(output, text.encode())
    shown = f"wrote {sanitize(output)}\n" if output else _on_screen(text) if format is Format.csv else text
    return Result(SCHEMA, document, shown, hints=_hints(graph) if format is Format.csv else ())


def _written(here: Call, format: Format, table: Table, graph: Graph, document: Mapping[str, Any]) -> str:
    """The text of another format; only its own view is loaded."""
    if format is Format.md:
        from blue_cli.views.export_md import markdown

        return markdown(document)
    if format is Format.csv:
        from blue_cli.views.export_csv import csv

        return csv(document, table)
    if format is Format.argdown:
        from blue_cli.views.export_argdown import argdown

        return argdown(graph)
    if format is Format.aif:
        from blue_cli.views.export_aif import aif

        return encode(here, aif(graph))
    from blue_cli.views.export_canvas import canvas

    return encode(here, canvas(graph))


def _on_screen(text: str) -> Callable[[Screen], str]:
    """CSV is exact for a program and in a file; on a terminal it must not be obeyed."""
    return lambda screen: sanitize_lines(text.replace("\r\n", "\n")) if screen.terminal else text


def _hints(graph: Graph) -> tuple[str, ...]:
    from blue_cli.views.export_csv import NOT_CARRIED

    unread = () if graph.complete else ("not everything of the dialogue could be read: states are unknown",)
    return (f"not in this table: {NOT_CARRIED}; a cell like a formula has ' in front", *unread)
