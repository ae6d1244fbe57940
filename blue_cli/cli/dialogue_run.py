"""`blue dialogue run`: round after round, until the dialogue converges."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from blue_cli.cli import run
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.errors import WrongCall
from blue_cli.views import running as view
from blue_cli.views.context import BUDGET

if TYPE_CHECKING:
    from blue_cli.actions.course import Course

SCHEMA = "blue/dialogue.run@1"


class Until(StrEnum):
    """What round after round is run for."""

    converged = "converged"


def run_(
    given: run.WithOption = [],  # noqa: B006 - Typer copies it
    judge: run.JudgeOption = "",
    until: Annotated[Until, typer.Option("--until", help="What to run for.")] = Until.converged,
    max_rounds: Annotated[
        int | None, typer.Option("--max-rounds", metavar="N", min=1, help="Until the dialogue has so many rounds, not more.")
    ] = None,
    verdict: Annotated[bool, typer.Option("--verdict", help="Then ask the judge for the final verdict.")] = False,
    jobs: run.JobsOption = run.WIDTH,
    timeout: run.TimeoutOption = run.PATIENCE,
    retries: run.RetriesOption = run.RETRIES,
    budget: run.BudgetOption = BUDGET,
    shell: run.ShellOption = False,
    keep_log: run.LogOption = "",
    events: run.EventsOption = False,
) -> Result:
    """Have commands hold the dialogue: round after round, until it has converged, or says what is in the way. The same again
    goes on where it stopped. What is in the dialogue is sent to the commands."""
    here = call()
    row = here.dialogue()
    wanted = run.Wanted(given, judge, jobs, timeout, retries, budget, shell, keep_log, events)
    if verdict and not (judge or here.workspace.config["run.judge"]):
        raise WrongCall("--verdict: the judge gives it, and has no command", fix="--judge 'CMD'")
    course = _run(here, row.uid, wanted, max_rounds, verdict)
    return _result(here, row.id, course, events)


def _run(here: Call, uid: str, wanted: run.Wanted, most: int | None, verdict: bool) -> Course:
    from blue_cli.actions.course import run_course
    from blue_cli.actions.overview import read
    from blue_cli.running.pool import Pool

    store = here.workspace.store
    graph = read(store, uid)
    way = run.way_of(here, wanted, tuple(e.slug for e in graph.meta.experts))
    shown = run.audience(here, wanted, uid)
    with run.interruptible(), Pool(wanted.jobs, shown.event, shown.beat) as pool:
        try:
            course = run_course(pool, store, uid, way, shown, most, verdict)
        finally:
            shown.leave()
    sealed = store.load(uid).seal is not None
    rounds = tuple(each._replace(told=tuple(run.set_aside(here, told, sealed) for told in each.told)) for each in course.rounds)
    return course._replace(rounds=rounds, verdict=course.verdict and run.set_aside(here, course.verdict, sealed))


def _result(here: Call, dialogue: str, course: Course, events: bool) -> Result:
    from blue_cli.actions.course import CONVERGED, DECIDED
    from blue_cli.dialogue.rules_verdicts import obstacles

    asked = [(str(each.turn.round), told) for each in course.rounds for told in each.told]
    asked += [("verdict", course.verdict)] if course.verdict else []
    blocking = [] if course.ended in (CONVERGED, DECIDED) else [o.message for o in obstacles(course.graph)]
    fields = {
        "dialogue": dialogue,
        "ended": course.ended,
        "rounds": [run.round_document(each) for each in course.rounds],
        "verdict": view.document(course.verdict) if course.verdict else None,
        "blockers": blocking,
        "convergence": view.progress(course.graph),
    }
    hints = (*run.hints(here, dialogue, course.rounds), *_next(dialogue, course.ended, bool(course.verdict)))
    wrong = bool(blocking) or run.failed([told for _, told in asked if told is course.verdict])
    warnings = tuple(f for _, told in asked for f in told.findings)
    here.hints += [f"in the way: {text}" for text in blocking]
    if events and not here.globals.json:
        return Result(SCHEMA, fields, "", hints=hints, warnings=warnings, status=int(wrong))
    return Result(
        SCHEMA, fields, columns=(view.ROUND, *view.COLUMNS), rows=[(number, *view.cells(told)) for number, told in asked],
        counts=f"{course.ended}: {view.velocity(course.graph)}", hints=hints, warnings=warnings, status=int(wrong),
    )  # fmt: skip


def _next(dialogue: str, ended: str, asked: bool) -> tuple[str, ...]:
    """What to do next."""
    if ended == "converged" and not asked:
        return (f"it has converged: blue verdict add -d {dialogue}",)
    return (f"a final verdict stands: blue verdicts list -d {dialogue}",) if ended == "decided" else ()
