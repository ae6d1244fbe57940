"""`blue dialogue run`: round after round, until the dialogue converges."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from blue_cli.cli import run
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result, screen
from blue_cli.dialogue.ids import JUDGE
from blue_cli.errors import WrongCall
from blue_cli.views.context import BUDGET

if TYPE_CHECKING:
    from blue_cli.actions.course import Course
    from blue_cli.views.running import Told

SCHEMA = "blue/dialogue.run@1"
NAMED = 6  # things in the way that are named one by one; --json has them all


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
    """Have commands hold the dialogue, round after round. It ends when it has converged, or says what is in the way. The same
    call again goes on where it stopped. What is in the dialogue is sent to the commands."""
    here = call()
    row = here.dialogue()
    wanted = run.Wanted(given, judge, jobs, timeout, retries, budget, shell, keep_log, events)
    if verdict and not (judge or here.workspace.config["run.judge"]):
        raise WrongCall("--verdict: the judge gives it, and has no command", fix="--judge 'CMD'")
    course = _run(here, row.uid, wanted, max_rounds, verdict)
    return _result(here, row.id, course, events)


def _run(here: Call, uid: str, wanted: run.Wanted, most: int | None, verdict: bool) -> Course:
    from blue_cli.actions.course import run_course
    from blue_cli.actions.load import readable
    from blue_cli.actions.overview import read
    from blue_cli.views import running as view

    store = here.workspace.store
    readable(store.load(uid))  # of what nobody can read, nobody knows whether it has converged
    graph = read(store, uid)
    way = run.way_of(here, wanted, tuple(e.slug for e in graph.meta.experts))
    with run.running(here, wanted, uid) as (pool, shown):
        course = run_course(pool, store, uid, way, shown, most, verdict)
        shown.round = course.graph.last_round or 0
        outcome = {"blockers": _blockers(course), "convergence": view.progress(course.graph)}
        shown.ends(course.ended, _status(course), {"dialogue": course.graph.meta.id, **outcome})
    sealed = store.load(uid).seal is not None
    rounds = tuple(each._replace(told=tuple(run.set_aside(here, told, sealed) for told in each.told)) for each in course.rounds)
    return course._replace(rounds=rounds, verdict=course.verdict and run.set_aside(here, course.verdict, sealed))


def _status(course: Course) -> int:
    """1 unless it has come to its end, and to the verdict that was asked for."""
    from blue_cli.actions.course import CONVERGED, DECIDED

    return int(course.ended not in (CONVERGED, DECIDED) or (course.verdict is not None and course.ended != DECIDED))


def _blockers(course: Course) -> list[str]:
    """What keeps it from converging, by name; none once it has."""
    from blue_cli.actions.course import CONVERGED, DECIDED
    from blue_cli.dialogue.rules_verdicts import obstacles

    if course.ended in (CONVERGED, DECIDED):
        return []
    silent = [f"the judge has not written in round {r.turn.round}" for r in course.rounds for t in r.told if _failed_judge(t)]
    return [*silent[-1:], *(o.message for o in obstacles(course.graph))]


def _failed_judge(told: Told) -> bool:
    from blue_cli.views import running as view

    return told.name == JUDGE and told.state in (view.REJECTED, view.BROKEN)


def _result(here: Call, dialogue: str, course: Course, events: bool) -> Result:
    from blue_cli.views import running as view

    asked = [(str(each.turn.round), told) for each in course.rounds for told in each.told]
    asked += [(view.VERDICT, course.verdict)] if course.verdict else []
    everybody = [told for _, told in asked]
    blocking = _blockers(course)
    fields = {
        "dialogue": dialogue,
        "ended": course.ended,
        "rounds": [run.round_document(each) for each in course.rounds],
        "verdict": view.document(course.verdict) if course.verdict else None,
        "blockers": blocking,
        "convergence": view.progress(course.graph),
    }
    hints = (*run.hints(here, dialogue, course.rounds, course.verdict), *run.again(everybody), *_next(here, dialogue, course))
    shown = screen(here, here.world.stdout)
    if not shown.terminal and not here.globals.json:
        here.hints += _end(course, blocking)
    text = "" if events else partial(run.answer, asked, True, "\n".join(_end(course, blocking)))
    return Result(SCHEMA, fields, text, hints=hints, warnings=run.findings(everybody), status=_status(course))


def _end(course: Course, blocking: Sequence[str]) -> list[str]:
    """Why it ended, and what is in the way: as many lines as somebody reads."""
    last = course.graph.last_round
    ran = course.rounds[-1].turn.round if course.rounds else last or 0  # in which nobody may have written
    words = {
        "converged": f"it has converged in round {last}",
        "decided": "it is decided: a final verdict stands",
        "stuck": f"it stops in round {ran}: somebody did not write",
        "spent": f"it stops after round {last}, the last it may have, and has not converged",
    }
    more = len(blocking) - NAMED
    lines = [f"in the way: {text}" for text in (blocking[:NAMED] if more > 1 else blocking)]
    return [words[course.ended], *lines, *([f"in the way: {more} things more"] if more > 1 else [])]


def _next(here: Call, dialogue: str, course: Course) -> tuple[str, ...]:
    """What to do next, as it is to be typed."""
    from blue_cli.cli import drafts
    from blue_cli.dialogue.convergence import may_force

    def call(*words: str) -> str:
        return drafts.again(here, [*words, "-d", dialogue])

    if course.ended == "decided":
        return (f"what was decided: {call('verdicts', 'list')}",)
    if course.ended == "converged":
        return () if course.verdict else (f"give the verdict: {call('verdict', 'add')}, or the same call with --verdict",)
    if course.ended == "spent" and may_force(course.graph):
        rule, force = call("rule", "ID", "resolve"), call("verdict", "add", "--force", "REASON")
        return (f"rule on what is open: {rule}", f"or decide all the same: {force}")
    return (f"the same call with a greater --max-rounds goes on, up to {course.graph.meta.max_rounds}",) if course.ended == "spent" else ()
