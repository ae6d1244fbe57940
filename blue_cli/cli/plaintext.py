"""The way out of a seal: text of a sealed dialogue goes where no seal holds it only when that is said, and is told of."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

import typer

from blue_cli.cli.options import Call
from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.errors import Refused
from blue_cli.stores.base import Snapshot

STDOUT = "-"
PlaintextOption = Annotated[
    bool, typer.Option("--plaintext", help="Of a sealed dialogue too: the text goes out without the seal, and the audit log tells of it.")
]

TempOption = Annotated[
    bool, typer.Option("--plaintext-temp", help="Sealed, and no place in memory for the editor's draft: take one on the disk.")
]


def way_out(here: Call, snapshot: Snapshot, command: str, output: str, allowed: bool) -> AbstractContextManager[Any]:
    """Enter it around writing text of a dialogue to a file, or to `STDOUT` in a form that is made to be kept.

    Nothing for a plain dialogue. For a sealed one that was opened: `Refused` unless `allowed` (`--plaintext`); then the
    audit log tells of it first, the command and the file's name, and whatever keeps it from that keeps the text inside.
    """
    if snapshot.seal is None:
        return nullcontext()
    if not allowed:
        raise Refused(
            f"{snapshot.id} is sealed, and its text would lie outside the seal",
            why="nothing was written",
            fix="the same with --plaintext: the audit log tells of it",
        )
    from blue_cli.cli import auditing
    from blue_cli.crypto.event import small
    from blue_cli.stores import opening

    raw = here.workspace.raw_store.load(snapshot.uid)
    block = opening.block_of(raw.blobs[DIALOGUE])
    if block is None:  # unsealed since we looked
        return nullcontext()
    deks = here.workspace.keyring.open(snapshot.uid, block)
    name = output if output == STDOUT else os.path.basename(os.path.realpath(here.path(output)))
    return auditing.around(here, "plaintext-output", deks, {"command": command, "file": small(name)})
