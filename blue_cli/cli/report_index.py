"""`blue report --everywhere`: an index over all dialogues, and a page of each beside it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from blue_cli.actions.report_index import index, index_each
from blue_cli.cli.options import Call
from blue_cli.cli.output import Result
from blue_cli.cli.page_parts import parts
from blue_cli.cli.plaintext import STDOUT, way_out
from blue_cli.cli.report import SEALED, Made, check_output, write
from blue_cli.dialogue.graph import Graph
from blue_cli.errors import Unavailable, WrongCall
from blue_cli.stores.base import Snapshot, Store
from blue_cli.views.report import Edition, page
from blue_cli.views.report_index import INDEX, Line, document, index_page, page_name
from blue_cli.views.text import sanitize

SCHEMA = "blue/report.index@1"
FOLDER = "report"  # where it goes when nothing else is said
FILES = (".html", ".htm")


def everywhere(here: Call, output: str, open: bool, watch: bool, plaintext: bool) -> Result:
    """A folder with the index and a page of every dialogue; the index alone where `output` is a file or standard output.

    Of sealed dialogues only what everybody may see is in it, unless `plaintext`: then what a key opens is.
    """
    check_output(here, output, open)
    if watch:
        raise WrongCall("--watch keeps one page up to date", why="with --everywhere there are many", fix="blue report -d ID --watch")
    store = here.workspace.store if plaintext else here.workspace.public
    alone = output == STDOUT or output.lower().endswith(FILES)
    folder = "" if alone else output or FOLDER
    path = output if alone else os.path.join(folder, INDEX)
    opened: list[Snapshot] = []
    lines = _alone(here, store, plaintext, opened) if alone else _with_pages(here, store, folder, plaintext, opened)
    text = index_page(lines, parts(), not alone, here.at or "")
    _write(here, path, text, opened)
    if open:
        from blue_cli.cli.external import browse

        browse(os.path.abspath(here.path(path)), here.world.env)
    return _result(lines, path, text, alone)


def _alone(here: Call, store: Store, plaintext: bool, opened: list[Snapshot]) -> list[Line]:
    if not plaintext:
        return index(store, here.workspace.processes)
    return index_each(store, lambda snapshot, graph: _note(snapshot, opened))


def _with_pages(here: Call, store: Store, folder: str, plaintext: bool, opened: list[Snapshot]) -> list[Line]:
    """Each dialogue's page as it is read, so that no more than one is held."""
    try:
        os.makedirs(here.path(folder), exist_ok=True)
    except OSError as error:
        raise Unavailable(f"cannot make the folder {folder}: {error.strerror or error}", fix="-o with another name") from None
    found = parts()

    def look(snapshot: Snapshot, graph: Graph) -> None:
        shut = snapshot.seal is not None and not plaintext
        text = page(graph, snapshot.blobs, found, Edition(here.at or "", SEALED if shut else "", INDEX))
        write(here, Made(snapshot, text, graph.complete), os.path.join(folder, page_name(snapshot.id)), plaintext)
        _note(snapshot, opened)

    return index_each(store, look)


def _note(snapshot: Snapshot, opened: list[Snapshot]) -> None:
    """Remember a sealed dialogue that was opened: its title is on the index. Its text need not be kept for that."""
    if snapshot.seal is not None and not snapshot.seal.locked:
        opened.append(Snapshot(snapshot.uid, snapshot.id, {}, "", (), snapshot.seal))


def _write(here: Call, path: str, text: str, opened: Sequence[Snapshot]) -> None:
    """The index into its file; the audit logs of dialogues that were opened for it tell of it first."""
    with ExitStack() as stack:
        for snapshot in opened:
            stack.enter_context(way_out(here, snapshot, "report", path, True))
        if path != STDOUT:
            here.write_file(path, text.encode())


def _result(lines: Sequence[Line], path: str, text: str, alone: bool) -> Result:
    if path == STDOUT:
        return Result(SCHEMA, {}, text)

    def answer() -> dict[str, Any]:
        return {"dialogue": None, "path": path.replace(os.sep, "/"), "bytes": len(text.encode()), **document(lines, not alone)}

    n = len(lines)
    pages = "" if alone else f" and {n} page{'' if n == 1 else 's'} beside it"
    hint = ("-o FOLDER/ writes a page of each dialogue too, and links them",) if alone else ()
    return Result(SCHEMA, answer, f"wrote {sanitize(path)}{pages}\n", hints=hint)
