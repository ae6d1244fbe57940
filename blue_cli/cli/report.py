"""`blue report`."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from blue_cli.actions.context import outside
from blue_cli.actions.load import fold, readable
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.page_parts import parts
from blue_cli.cli.plaintext import STDOUT, PlaintextOption, way_out
from blue_cli.errors import WrongCall
from blue_cli.stores.base import Entry, Snapshot
from blue_cli.views.report import Edition, page
from blue_cli.views.text import sanitize

if TYPE_CHECKING:
    from blue_cli.cli.report_watch import Keeper

SCHEMA = "blue/report@1"
SUFFIX = ".html"
SEALED = "This dialogue is sealed: what is under the seal was left out. With a key, --plaintext brings it in."


class Made(NamedTuple):
    """A page: of what, its text, and whether anything of the dialogue is not in it."""

    snapshot: Snapshot
    text: str
    complete: bool


def command(
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help="Where to, - for standard output; else DIALOGUE.html in this folder.")
    ] = "",
    open: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Write it anew whenever the dialogue changes, until Ctrl-C.")] = False,
    everywhere: Annotated[
        bool,
        typer.Option("--everywhere", help="A page of each dialogue and an index, in the folder -o (report); -o X.html: the index alone."),
    ] = False,
    plaintext: PlaintextOption = False,
) -> Result:
    """Write a whole dialogue as one HTML page that anybody can read: no network, no other file.

    What is sealed is left out, whoever runs this, unless --plaintext is given.
    """
    here = call()
    if everywhere:
        from blue_cli.cli import report_index

        return report_index.everywhere(here, output, open, watch, plaintext)
    keeper = _keeper(here, output) if watch else None
    check_output(here, output, open)
    row = here.dialogue()
    made = make(here, row, plaintext)
    if output == STDOUT:
        write(here, made, STDOUT, plaintext)
        return Result(SCHEMA, {}, made.text)
    path = output or made.snapshot.id + SUFFIX
    write(here, made, path, plaintext)
    if open:
        from blue_cli.cli.external import browse

        browse(os.path.abspath(here.path(path)), here.world.env)
    if keeper:
        made, status = keeper.keep(row, made, path, plaintext)
        return Result(SCHEMA, document(made, path), status=status)
    return Result(SCHEMA, document(made, path), f"wrote {sanitize(path)}\n")


def _keeper(here: Call, output: str) -> Keeper:
    from blue_cli.cli.report_watch import Keeper

    return Keeper(here, output)


def check_output(here: Call, output: str, open: bool) -> None:
    """`WrongCall` for a place where a page cannot go: among the dialogues, or where it would mix with something else."""
    if output == STDOUT and (open or here.globals.json):
        other = "--open" if open else "--json"
        raise WrongCall(f"-o - and {other} do not go together", why="the page itself goes to standard output", fix="-o FILE")
    if output != STDOUT:
        outside(here.cwd, [output or "."], os.path.join(here.workspace.root, ".blue", "dialogues"))


def make(here: Call, row: Entry, plaintext: bool) -> Made:
    """The page of one dialogue: without what is sealed, or with `plaintext` (`Locked` then when no key here opens it)."""
    workspace = here.workspace
    snapshot = readable(workspace.store.load(row.uid)) if plaintext else workspace.public.load(row.uid)
    graph = fold(snapshot)
    left_out = SEALED if snapshot.seal is not None and not plaintext else ""
    return Made(snapshot, page(graph, snapshot.blobs, parts(), Edition(here.at or "", left_out)), graph.complete)


def write(here: Call, made: Made, path: str, plaintext: bool) -> None:
    """Put a page into a file, whole or not at all; into `STDOUT` nothing goes here, but what is done before it is the same: the
    audit log tells of the text of a sealed dialogue first."""
    seal = made.snapshot.seal
    shut = seal is None or bool(seal.locked)  # then nothing of the text is in it
    with nullcontext() if shut else way_out(here, made.snapshot, "report", path, plaintext):
        if path != STDOUT:
            here.write_file(path, made.text.encode())


def document(made: Made, path: str) -> dict[str, Any]:
    """`blue report --json`."""
    return {"dialogue": made.snapshot.id, "path": path.replace(os.sep, "/"), "bytes": len(made.text.encode()), "complete": made.complete}
