"""`blue round run`: whatever command the user has answers for the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from blue_cli.cli import run
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.views import running as view
from blue_cli.views.context import BUDGET, tokens
from blue_cli.views.listing import Column

if TYPE_CHECKING:
    from blue_cli.actions.asking import Turn
    from blue_cli.actions.course import Round, Way

SCHEMA = "blue/round.run@1"


def run_(
    given: run.WithOption = [],  # noqa: B006 - Typer copies it
    judge: run.JudgeOption = "",
    only: Annotated[list[str], typer.Option("--for", metavar="EXPERT", help="Ask only this expert; again for more.")] = [],  # noqa: B006 - as above
    round: Annotated[int | None, typer.Option("--round", metavar="N", help="Which round; else the one under way, else the next.")] = None,
    jobs: run.JobsOption = run.WIDTH,
    timeout: run.TimeoutOption = run.PATIENCE,
    retries: run.RetriesOption = run.RETRIES,
    budget: run.BudgetOption = BUDGET,
    shell: run.ShellOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who would be asked with what, and ask nobody.")] = False,
    keep_log: run.LogOption = "",
    events: run.EventsOption = False,
) -> Result:
    """Have commands write a round: each member of the panel who has not written gets the text of `blue context` on standard
    input, and what the command prints is their contribution. The same again asks only who is missing. What is in the
    dialogue is sent to the command."""
    from blue_cli.actions import asking

    here = call()
    row = here.dialogue()
    wanted = run.Wanted(given, judge, jobs, timeout, retries, budget, shell, keep_log, events)
    judged = bool(judge or here.workspace.config["run.judge"])
    turn = asking.turn(here.workspace.store, row.uid, round, only, judged)
    way = run.way_of(here, wanted, turn.panel)
    if dry_run:
        return _planned(here, row.uid, turn, way)
    done, sealed = _run(here, row.uid, turn, way, wanted)
    done = done._replace(told=tuple(run.set_aside(here, told, sealed) for told in done.told))
    return _result(here, done, events)


def _run(here: Call, uid: str, turn: Turn, way: Way, wanted: run.Wanted) -> tuple[Round, bool]:
    from blue_cli.actions.course import run_round
    from blue_cli.running.pool import Pool

    store = here.workspace.store
    shown = run.audience(here, wanted, uid)
    with run.interruptible(), Pool(wanted.jobs, shown.event, shown.beat) as pool:
        try:
            return run_round(pool, store, uid, turn, way, shown), store.load(uid).seal is not None
        finally:
            shown.leave()


def _planned(here: Call, uid: str, turn: Turn, way: Way) -> Result:
    """Who would be asked, with what, and how much they would read."""
    from blue_cli.actions import asking
    from blue_cli.actions.course import ready

    ready(turn, way.commands)
    texts = asking.texts(here.workspace.store, uid, turn, way.budget)
    rows = [
        (name, str(tokens(texts[name])) if name in texts else "", command)
        for name, command in run.people(way.commands, list(texts), turn.judge)
    ]
    fields = {
        "dialogue": turn.dialogue, "dry_run": True, "round": turn.round, "written_before": list(turn.written),
        "calls": [{"expert": name, "tokens": int(size) if size else None, "command": command} for name, size, command in rows],
    }  # fmt: skip
    columns = (Column("expert", style="id"), Column("tokens", right=True), Column("command", flex=True))
    return Result(SCHEMA, fields, columns=columns, rows=rows, counts=f"round {turn.round}; nobody was asked")


def _result(here: Call, done: Round, events: bool) -> Result:
    turn = done.turn
    hints = run.hints(here, turn.dialogue, [done])
    if not done.told:
        hints += (f"everybody has written in round {turn.round}",)
    warnings = tuple(f for told in done.told for f in told.findings)
    fields = {"dialogue": turn.dialogue, "dry_run": False, **run.round_document(done)}
    status = int(run.failed(done.told))
    if events and not here.globals.json:
        return Result(SCHEMA, fields, "", hints=hints, warnings=warnings, status=status)
    return Result(
        SCHEMA, fields, columns=view.COLUMNS, rows=[view.cells(told) for told in done.told],
        counts=view.velocity(done.graph), hints=hints, warnings=warnings, status=status,
    )  # fmt: skip
