"""`blue round run`: whatever command the user has answers for the panel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blue_cli.cli import run
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.dialogue.ids import JUDGE
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
    """Have commands write a round. Each member of the panel who has not written gets the text of `blue context` on standard
    input, and what the command prints is their contribution. The same call again asks only who is missing. What is in the
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
    done = _run(here, row.uid, turn, way, wanted)
    return _result(here, done, events)


def _run(here: Call, uid: str, turn: Turn, way: Way, wanted: run.Wanted) -> Round:
    from blue_cli.actions.course import run_round

    store = here.workspace.store
    with run.running(here, wanted, uid) as (pool, shown):
        done = run_round(pool, store, uid, turn, way, shown)
        shown.ends("whole" if done.whole else "failed", int(not done.whole), {"dialogue": turn.dialogue, **_outcome(done)})
    sealed = store.load(uid).seal is not None
    return done._replace(told=tuple(run.set_aside(here, told, sealed) for told in done.told))


def _outcome(done: Round) -> dict[str, Any]:
    from blue_cli.views import running as view

    silent = [one.name for one in done.told if one.state in (view.REJECTED, view.BROKEN)]
    return {"missing": silent, "convergence": view.progress(done.graph)}


def _planned(here: Call, uid: str, turn: Turn, way: Way) -> Result:
    """Who would be asked, with what, and how much they would read: of the judge that is known once the panel has written."""
    from blue_cli.actions import asking, context
    from blue_cli.actions.course import WHOLE_ROUND, ready

    ready(turn, way.commands)
    sizes = {name: tokens(text) for name, text in asking.texts(here.workspace.store, uid, turn, way.budget).items()}
    names = list(sizes)
    if turn.judge and not turn.missing and not turn.others:
        _, packed = context.one(here.workspace.store, uid, JUDGE, turn.round, WHOLE_ROUND * way.budget)
        sizes[JUDGE] = tokens(packed.text)
    rows = [(name, sizes.get(name), command) for name, command in run.people(way.commands, names, turn.judge)]
    fields = {
        "dialogue": turn.dialogue, "dry_run": True, "round": turn.round, "written_before": list(turn.written),
        "calls": [{"expert": name, "tokens": size, "command": command} for name, size, command in rows],
    }  # fmt: skip
    columns = (Column("expert", style="id"), Column("tokens", right=True), Column("command", flex=True))
    cells = [(name, "" if size is None else str(size), command) for name, size, command in rows]
    counts = f"round {turn.round} of {turn.dialogue}; nobody was asked"
    return Result(SCHEMA, fields, columns=columns, rows=cells, counts=counts, hints=() if rows else (_written(turn),))


def _written(turn: Turn) -> str:
    return f"everybody has written in round {turn.round}"


def _result(here: Call, done: Round, events: bool) -> Result:
    from blue_cli.views import running as view

    turn = done.turn
    hints = (*run.hints(here, turn.dialogue, [done]), *run.again(done.told))
    if not done.told:
        hints += (_written(turn),)
    fields = {"dialogue": turn.dialogue, "dry_run": False, **run.round_document(done)}
    asked = [(str(turn.round), told) for told in done.told]
    text = "" if events else partial(run.answer, asked, False, view.velocity(done.graph))
    return Result(SCHEMA, fields, text, hints=hints, warnings=run.findings(done.told), status=int(not done.whole))
