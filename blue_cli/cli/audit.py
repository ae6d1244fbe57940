"""`blue audit`: what was done with keys and seals, and whether the log of it is whole."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from blue_cli.actions import audit as action
from blue_cli.actions.audit import FOLDER, Log
from blue_cli.cli.auditing import AuditKeys
from blue_cli.cli.commands import group
from blue_cli.cli.lists import ColumnsOption, picked_columns
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, finding_documents
from blue_cli.crypto.audit import Problem, heads
from blue_cli.crypto.event import WORKSPACE, is_log
from blue_cli.errors import Locked, Tampered
from blue_cli.stores.events import EventFolder
from blue_cli.views import audit as view
from blue_cli.views.listing import select

app = group("What was done with keys and seals: a log that shows whether it is whole.")
EverywhereOption = Annotated[bool, typer.Option("--everywhere", help="The logs of all dialogues and of the workspace.")]


@app.command()
def verify(everywhere: EverywhereOption = False) -> Result:
    """Whether no event was changed, added or removed. It checks the log of the dialogue and that of the workspace.

    Exit status 6 when something is wrong, 4 when some events cannot be checked because their key is not here. It shows
    order and completeness to a holder of the key, against somebody without it.
    """
    here = call()
    logs, strays = _checked(here, everywhere)
    found = [*(view.finding(stray, FOLDER, "error") for stray in strays), *view.findings(logs, FOLDER)]
    broken = any(finding.severity == "error" for finding in found)
    return Result(
        "blue/audit.verify@1",
        lambda: {
            "ok": not broken,
            "logs": [view.log(*log) for log in logs],
            "findings": finding_documents(found),
            "complete": not any(log.report.unverified for log in logs),
        },
        lambda screen: view.text(logs, found, lambda path: here.workspace.shown(path, here.cwd), screen.color),
        status=Tampered.exit if broken else Locked.exit if any(log.report.unverified for log in logs) else 0,
    )


@app.command()
def show(everywhere: EverywhereOption = False, columns: ColumnsOption = "") -> Result:
    """The events, as they say of themselves: needs no key and checks none."""
    here = call()
    picked = picked_columns("events", view.COLUMNS, columns)
    logs, strays = _looked(here, everywhere)
    events = [(event, log.dialogue) for log in logs for event in log.report.events]
    wrong = [*(view.finding(stray, FOLDER, "warning") for stray in strays), *view.findings(logs, FOLDER)]
    rows = [view.cells(event, dialogue) for event, dialogue in events]
    titles, rows_shown = select(view.COLUMNS, rows, picked or _columns(here))
    return Result(
        "blue/audit.show@1",
        lambda: {"items": [view.item(event, dialogue, FOLDER) for event, dialogue in events], "verified": False},
        columns=titles,
        rows=rows_shown,
        counts=f"{len(rows)} event{'' if len(rows) == 1 else 's'}",
        hints=("nothing of this was checked: blue audit verify",) if rows else ("no events",),
        warnings=tuple(finding._replace(severity="warning") for finding in wrong if finding.severity != "advice"),
    )


@app.command()
def anchor(everywhere: EverywhereOption = False) -> Result:
    """A line for each log, to be put into the message of a commit. It says how many events there are, and which are the last.

    Whoever can rewrite the log afterwards without rewriting the history is found out.
    """
    here = call()
    logs, _ = _checked(here, everywhere)
    lines = action.anchors(logs)

    def document() -> dict[str, Any]:
        told = [log for log in logs if log.report.events]
        return {
            "anchors": [
                {"log": log.name, "dialogue": log.dialogue, "count": len(log.report.events), "line": line,
                 "heads": [event.tag for event in heads(log.report.events)]}
                for log, line in zip(told, lines, strict=True)
            ]
        }  # fmt: skip

    return Result("blue/audit.anchor@1", document, "\n".join(lines), hints=() if lines else ("no events to anchor",))


def _columns(here: Call) -> list[str]:
    """A terminal shows what people read; TSV has every column."""
    return list(view.ON_TERMINAL) if here.world.stdout.isatty() else [column.name for column in view.COLUMNS]


def _looked(here: Call, everywhere: bool) -> tuple[list[Log], list[Problem]]:
    """The logs that are asked about, without a key, and what lies among them and is none."""
    port = EventFolder(here.workspace.root)
    names, strays = _names(here, port, everywhere)
    return action.examine(port, names, action.no_key), strays


def _checked(here: Call, everywhere: bool) -> tuple[list[Log], list[Problem]]:
    """The same with every key that is here, and with every sealed dialogue, whether it still has a log or not."""
    port, keys = EventFolder(here.workspace.root), AuditKeys(here)
    names, strays = _names(here, port, everywhere)
    ids = _ids(here) if everywhere else {}
    sealed = keys.sealed(name for name in (ids if everywhere else names) if is_log(name) and name != WORKSPACE)
    return action.examine(port, {**names, **{uid: ids[uid] for uid in sealed if uid not in names}}, keys.key_for, sealed), strays


def _names(here: Call, port: EventFolder, everywhere: bool) -> tuple[dict[str, str], list[Problem]]:
    """The dialogue's log and that of the workspace, or all there are, by what people call them."""
    if everywhere:
        return action.logs_here(port, _ids(here))
    names = {WORKSPACE: WORKSPACE}
    wanted = here.globals.dialogue or here.world.env.get("BLUE_DIALOGUE", "")
    if wanted or any(True for _ in here.workspace.raw_store.dialogues()):  # before the first dialogue there may be a key
        row = here.dialogue()
        names = {row.uid: row.id, **names} if is_log(row.uid) else names
    return names, []


def _ids(here: Call) -> dict[str, str]:
    return {entry.uid: entry.id for entry in here.workspace.raw_store.dialogues()}
