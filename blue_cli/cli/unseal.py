"""`blue unseal`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Any

import typer

from blue_cli.actions.sealing import Sealing, plaintext, unseal
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, write_bytes
from blue_cli.cli.protection import bench_of, count, path
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Finding, WrongCall
from blue_cli.stores.base import Row
from blue_cli.views.text import sanitize_lines

OURS = ("dialogue.md", "round-", "verdicts/")


def command(
    file: Annotated[str, typer.Argument(metavar="[PATH]", help="With --stdout: only this file of the dialogue, byte for byte.")] = "",
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the plaintext, and leave everything sealed.")] = False,
) -> Result:
    """Take the seal off a dialogue: every file as it was. Run again, it goes on where it was stopped.

    When somebody else unsealed a dialogue that this clone saw sealed, this accepts it.
    """
    here = call()
    if file and not stdout:
        raise WrongCall("a whole dialogue is unsealed, never one file", fix=f"blue unseal --stdout {file}")
    row = here.dialogue()
    if stdout:
        return _printed(here, row, file)
    done = unseal(bench_of(here), row.uid)
    here.warnings += [Finding("sealed", note, severity="warning") for note in done.notes]
    document = {
        "changed": done.changed,
        "dialogue": done.id,
        "uid": done.uid,
        "files": [path(done.id, name) for name in done.files],
        "accepted": done.accepted,
    }
    return Result("blue/unseal@1", document, sanitize_lines(_text(done)), hints=_hints(done))


def _text(done: Sealing) -> str:
    if done.changed:
        return f"unsealed {done.id}: {count(len(done.files), 'file')} in plaintext\n"
    if done.accepted:
        return f"{done.id} is plain, and that is taken as meant\n"
    return f"{done.id} is not sealed\n"


def _hints(done: Sealing) -> tuple[str, ...]:
    return ("from the next commit on anybody who has the repository reads it",) if done.changed else ()


# --- printing ------------------------------------------------------------------------------------------------------


def _printed(here: Call, row: Row, file: str) -> Result:
    """One file exactly, or each after a line that names it. On a terminal control characters are shown, not obeyed."""
    files = plaintext(bench_of(here), row.uid, _wanted(here, row, file))
    if here.globals.json:
        return Result("blue/unseal.stdout@1", {"dialogue": row.id, "files": [_item(row.id, *one) for one in files]})
    data = files[0][1] if file else b"".join(_named(*one) for one in files)
    if here.world.stdout.isatty():
        return Result("blue/unseal.stdout@1", {}, sanitize_lines(data.decode(errors="replace")))
    write_bytes(here, data)
    return Result("blue/unseal.stdout@1", {})


def _wanted(here: Call, row: Row, file: str) -> Callable[[str], bool]:
    """A path as in the dialogue's folder, or from here; without one whatever is blue's own."""
    if not file:
        return lambda name: name.startswith(OURS)
    folder = os.path.join(here.workspace.root, FOLDER, row.id)
    seen = os.path.relpath(os.path.normpath(os.path.join(os.path.abspath(here.cwd), file)), folder).replace(os.sep, "/")
    return lambda name: name in (file, seen)


def _named(name: str, data: bytes) -> bytes:
    return f"==> {name} <==\n".encode() + data + (b"" if data.endswith(b"\n") else b"\n")


def _item(id: str, name: str, data: bytes) -> dict[str, Any]:
    try:
        return {"path": path(id, name), "text": data.decode()}
    except UnicodeDecodeError:
        from base64 import b64encode

        return {"path": path(id, name), "base64": b64encode(data).decode()}
