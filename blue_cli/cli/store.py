"""`blue store`: where the dialogues lie."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from blue_cli.cli import store_move
from blue_cli.cli.commands import group
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.remedy import INIT, reaching
from blue_cli.config import without_password

if TYPE_CHECKING:
    from blue_cli.stores.projecting import Condition
    from blue_cli.workspace import Workspace

app = group("Where dialogues lie: files, an SQLite file, PostgreSQL or DynamoDB. --store URL, $BLUE_STORE or your settings name it.")
app.command("copy")(store_move.copy)
app.command("verify")(store_move.verify)


@app.command("init")
def init() -> Result:
    """Make the tables that a store needs. Can be run again: it says when they are there already."""
    workspace = call().workspace
    url = without_password(workspace.config["store"])
    made = workspace.prepare_store()
    text = f"made {url}\n" if made else f"left {url} as it is\n"
    return Result("blue/store.init@1", {"store": url, "created": made}, text)


@app.command("project")
def project(drop: Annotated[bool, typer.Option("--drop", help="Take the projection away.")] = False) -> Result:
    """Make tables of what was said, or bring them up to date. They are for SQL and for questions to all dialogues, and every
    write keeps them current. In DynamoDB it makes items and indexes."""
    from blue_cli.actions import projecting

    here = call()
    store, url = projecting.able(here.workspace.raw_store), without_password(here.workspace.config["store"])
    if drop:
        gone = projecting.unproject(store)
        text = f"took the projection of {url} away\n" if gone else f"{url} has no projection\n"
        return Result("blue/store.project@1", {"store": url, "dropped": gone, "projected": 0}, text)
    made = _followed(here, projecting.project(store))
    text = f"projected {made} dialogue{'' if made == 1 else 's'} of {url}\n" if made else f"the projection of {url} is current\n"
    return Result("blue/store.project@1", {"store": url, "dropped": False, "projected": made}, text)


def _followed(here: Call, steps: Iterable[tuple[int, int]]) -> int:
    """Go through all steps; on a terminal with a line for whoever waits. How many there were."""
    from blue_cli.cli.progress import Steps

    watched = here.world.stderr.isatty() and not (here.globals.quiet or here.globals.json)
    line = Steps(here.world.stderr, "projected {} of {} dialogues") if watched else None
    total = 0
    for done, total in steps:
        if line:
            line.at(done, total)
    if line:
        line.clear()
    return total


@app.command("status")
def status() -> Result:
    """Say which store it is, who chose it, and what is in it."""
    workspace = call().workspace
    url, origin, facts = without_password(workspace.config["store"]), workspace.config.origin("store"), workspace.describe_store()
    document = {
        "store": url,
        "origin": origin,
        "engine": facts.engine,
        "ready": facts.ready,
        "format": facts.format or None,
        "dialogues": facts.dialogues,
        "files": facts.files,
        "bytes": facts.size,
    }
    known = _projection(workspace) if facts.ready else None
    if known:
        document["projection"] = {"current": known.known and not known.behind, "behind": known.behind} if known.there else None
    lines = [f"store      {url} ({origin})", f"engine     {facts.engine}"]
    if facts.ready:
        lines += [f"dialogues  {facts.dialogues}", f"files      {facts.files}", f"bytes      {facts.size}"]
    if known:
        lines.append(f"projection {_word(known, reaching(call(), 'blue store project'))}")
    hints = () if facts.ready else (f"its tables are not there yet: {reaching(call(), INIT)}",)
    return Result("blue/store.status@1", document, "\n".join(lines) + "\n", hints=hints)


def _projection(workspace: Workspace) -> Condition | None:
    """How it stands with the projection; None where the store cannot hold one."""
    if not hasattr(workspace.raw_store, "project"):
        return None
    from blue_cli.actions import projecting

    return projecting.condition(projecting.able(workspace.raw_store))


def _word(known: Condition, fix: str) -> str:
    if not known.there:
        return "none"
    if not known.known:
        return f"of another version: {fix}"
    return f"{known.behind} out of date: {fix}" if known.behind else "current"
