"""`blue context`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated

import typer

from blue_cli.actions.context import everyone, one, outside
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.plaintext import PlaintextOption, way_out
from blue_cli.errors import Unavailable, WrongCall
from blue_cli.views.context import BUDGET, BYTES, document
from blue_cli.views.text import sanitize

SCHEMA = "blue/context@1"


def command(
    expert: Annotated[str, typer.Option("--for", metavar="EXPERT", help="Who is to read it; a slug, or judge.")] = "",
    round: Annotated[int | None, typer.Option("--round", metavar="N", help="Before this round; else the one they write next.")] = None,
    budget: Annotated[
        int, typer.Option("--budget", metavar="TOKENS", help=f"At most so many tokens, estimated at {BYTES} bytes each.")
    ] = BUDGET,
    all: Annotated[bool, typer.Option("--all", help="For everybody on the panel: one file each in the folder of -o.")] = False,
    output: Annotated[str, typer.Option("-o", "--output", metavar="PATH", help="Write to this file; with --all into this folder.")] = "",
    plaintext: PlaintextOption = False,
) -> Result:
    """What an expert must read before writing: the question, what they must answer, what they said, and the rest as far as
    the budget goes. Nobody sees what others say in the same round."""
    here = call()
    slug = here.expert(expert or None) if not all else expert
    if all and (expert or not output):
        raise WrongCall("--all writes for the whole panel, into a folder", fix="blue context --all -o DIR")
    if not all and not slug:
        raise WrongCall("whom is it for?", fix="blue context --for EXPERT")
    return _all(here, round, budget, output, plaintext) if all else _one(here, slug, round, budget, output, plaintext)


def _one(here: Call, slug: str, round: int | None, budget: int, output: str, plaintext: bool) -> Result:
    row = here.dialogue()
    store = here.workspace.store
    if output:
        outside(here.cwd, [output], _dialogues(here))
    reading, packed = one(store, row.uid, slug, round, budget)
    hints = _panel(reading.graph.panel(reading.round), reading.expert.slug, reading.round)
    if output:
        with way_out(here, store.load(row.uid), "context", output, plaintext):
            here.write_file(output, packed.text.encode())
    text = f"wrote {sanitize(output)}\n" if output else packed.text
    return Result(SCHEMA, lambda: document(reading, packed), text, hints=hints)


def _all(here: Call, round: int | None, budget: int, folder: str, plaintext: bool) -> Result:
    row = here.dialogue()
    outside(here.cwd, [folder], _dialogues(here))
    packs = everyone(here.workspace.store, row.uid, round, budget)
    paths = [f"{folder.rstrip('/')}/{reading.expert.slug}.md" for reading, _ in packs]
    with way_out(here, here.workspace.store.load(row.uid), "context", folder, plaintext):
        _write_each(here, folder, {path: packed.text for path, (_, packed) in zip(paths, packs, strict=True)})
    files = [{"path": path, **document(*each)} for path, each in zip(paths, packs, strict=True)]
    text = "".join(f"{sanitize(path)}  {packed.tokens} tokens\n" for path, (_, packed) in zip(paths, packs, strict=True))
    return Result(SCHEMA, {"dialogue": row.id, "round": packs[0][0].round, "budget": budget, "files": files}, text)


def _write_each(here: Call, folder: str, texts: Mapping[str, str]) -> None:
    try:
        os.makedirs(here.path(folder), exist_ok=True)
    except OSError as error:
        raise Unavailable(f"cannot make {folder}: {error.strerror}") from None
    outside(here.cwd, list(texts), _dialogues(here))
    for path, text in texts.items():
        here.write_file(path, text.encode())


def _dialogues(here: Call) -> str:
    return os.path.join(here.workspace.root, ".blue", "dialogues")


def _panel(panel: tuple[str, ...], slug: str, round: int) -> tuple[str, ...]:
    """A hint for somebody whom the round does not wait for."""
    return () if slug in panel or slug == "judge" else (f"{slug} is not on the panel of round {round}",)
