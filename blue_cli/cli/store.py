"""`blue store`: where the dialogues lie."""

from __future__ import annotations

from blue_cli.cli.commands import group
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.config import without_password

app = group("Where dialogues lie: files, an SQLite file, PostgreSQL or DynamoDB. --store URL, $BLUE_STORE or your settings name it.")


@app.command("init")
def init() -> Result:
    """Make the tables that a store needs. Can be run again: it says when they are there already."""
    workspace = call().workspace
    url = without_password(workspace.config["store"])
    made = workspace.prepare_store()
    text = f"made {url}\n" if made else f"left {url} as it is\n"
    return Result("blue/store.init@1", {"store": url, "created": made}, text)


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
    lines = [f"store      {url} ({origin})", f"engine     {facts.engine}"]
    if facts.ready:
        lines += [f"dialogues  {facts.dialogues}", f"files      {facts.files}", f"bytes      {facts.size}"]
    hints = () if facts.ready else ("its tables are not there yet: blue store init",)
    return Result("blue/store.status@1", document, "\n".join(lines) + "\n", hints=hints)
