"""One round, or round after round until the dialogue converges: who is asked when, and what ends it.

Nothing is evolved here: who is on the panel and what is asked stays what people made it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from blue_cli.actions import asking, context
from blue_cli.actions.answering import Taken, contribute, decide
from blue_cli.actions.command import Command, Commands, environment, words_for
from blue_cli.actions.load import fold
from blue_cli.actions.panel import native
from blue_cli.actions.round_run import Asked, Asking, Happening
from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import standing
from blue_cli.errors import WrongCall
from blue_cli.running.job import Job, Outcome
from blue_cli.running.pool import Pool
from blue_cli.stores.base import Store
from blue_cli.views.judging import verdict_pack
from blue_cli.views.running import ADDED, OVERTAKEN, Told

CONVERGED, DECIDED, STUCK, SPENT = "converged", "decided", "stuck", "spent"
"""Why round after round ends: the gate is open; a final verdict stands; somebody did not write; no round is left."""

WHOLE_ROUND = 4  # times an expert's budget: the judge reads what all of them have written


class Way(NamedTuple):
    """How everybody is asked. `timeout` in seconds, 0 without end; `budget` in tokens; `cwd` the commands' folder."""

    commands: Commands
    env: Mapping[str, str]
    cwd: str
    timeout: float
    retries: int
    budget: int
    now: Callable[[], datetime]


class Audience(Protocol):
    """Who is told what happens, while it happens."""

    def begins(self, turn: asking.Turn, graph: Graph) -> None:
        """A round begins, or goes on."""

    def concludes(self, graph: Graph) -> None:
        """The rounds are over: the judge is asked for the verdict."""

    def asks(self, names: Sequence[str]) -> None:
        """These are asked now."""

    def hears(self, happening: Happening) -> None:
        """Somebody is asked once more, or has settled."""

    def log(self, attempt: int, outcome: Outcome) -> None:
        """A call as it was, for whoever keeps such things."""


class Round(NamedTuple):
    """What became of a round: everybody who was asked, the judge last; `graph` is the dialogue afterwards."""

    turn: asking.Turn
    told: tuple[Told, ...]
    graph: Graph

    @property
    def whole(self) -> bool:
        """Whether everybody who was asked has written, or somebody has for them in the meantime."""
        return all(told.state == ADDED or (told.state == OVERTAKEN and _wrote(self.graph, told, self.turn)) for told in self.told)


class Course(NamedTuple):
    """What became of a dialogue: its rounds, why it ended, and how giving the verdict went."""

    rounds: tuple[Round, ...]
    ended: str
    graph: Graph
    verdict: Told | None = None


# --- one round -------------------------------------------------------------------------------------------------------


def run_round(pool: Pool, store: Store, uid: str, turn: asking.Turn, way: Way, audience: Audience) -> Round:
    """Ask everybody who is missing, then the judge if that is wanted and nobody is missing any more."""
    ready(turn, way.commands)
    audience.begins(turn, fold(store.load(uid)))
    texts = asking.texts(store, uid, turn, way.budget)
    experts = [_expert(store, uid, turn, expert, texts[expert.slug], way) for expert in turn.missing]
    told = _ask(pool, experts, way, audience)
    if turn.judge and not turn.others and Round(turn, tuple(told), fold(store.load(uid))).whole:
        _, packed = context.one(store, uid, JUDGE, turn.round, WHOLE_ROUND * way.budget)
        judge = _expert(store, uid, turn, Expert(JUDGE, JUDGE), packed.text, way)
        told += _ask(pool, [judge], way, audience)
    return Round(turn, tuple(told), fold(store.load(uid)))


def _wrote(graph: Graph, told: Told, turn: asking.Turn) -> bool:
    return asking.judged(graph, turn.round) if told.name == JUDGE else told.name in graph.writers.get(turn.round, ())


def ready(turn: asking.Turn, commands: Commands) -> None:
    """`WrongCall` when somebody who is to be asked has no command."""
    wanted = [e.slug for e in turn.missing] + ([JUDGE] if turn.judge else [])
    silent = [slug for slug in wanted if commands.of(slug) is None]
    if silent:
        fix = "--judge 'CMD'" if silent == [JUDGE] else "--with 'CMD' for everybody" if commands.all is None and not commands.own else ""
        fix = fix or " ".join("--judge 'CMD'" if slug == JUDGE else f"--with {slug}='CMD'" for slug in silent)
        raise WrongCall(f"no command for {', '.join(silent)}", why="blue runs what you name, and nothing else", fix=fix)


def _ask(pool: Pool, asked: Sequence[Asked], way: Way, audience: Audience) -> list[Told]:
    asking_ = Asking(asked, way.retries, audience.hears, audience.log)
    audience.asks([one.job.name for one in asked])
    pool.run(asking_.jobs(), asking_.answered)
    return [asking_.told[one.job.name] for one in asked]


def _expert(store: Store, uid: str, turn: asking.Turn, expert: Expert, text: str, way: Way) -> Asked:
    def take(data: bytes, last: bool) -> Taken:
        return contribute(store, uid, expert.slug, turn.round, data, way.now(), last)

    return Asked(_job(turn.dialogue, turn.round, expert, way), text, take)


def _job(dialogue: str, round: int, expert: Expert, way: Way) -> Job:
    found = way.commands.of(expert.slug)
    command = found if found is not None else Command("", ())
    words = words_for(command, expert.slug, expert.role, round)
    return Job(expert.slug, words, environment(way.env, dialogue, expert, round), way.cwd, b"", way.timeout)


# --- round after round -----------------------------------------------------------------------------------------------


def run_course(pool: Pool, store: Store, uid: str, way: Way, audience: Audience, most: int | None, verdict: bool) -> Course:
    """Round after round, until the gate opens, somebody fails to write, or no round is left: the dialogue has as many as it
    may have, or `most`, however many of them this call has run. With `verdict` the judge is then asked for the final one."""
    rounds: list[Round] = []
    judge = way.commands.of(JUDGE) is not None
    while True:
        graph = native(fold(store.load(uid)))
        ended = _ended(graph, rounds, most, judge)
        if ended:
            break
        turn = asking.turn(store, uid, None, (), judge)
        rounds.append(run_round(pool, store, uid, turn, way, audience))
    if ended != CONVERGED or not verdict:
        return Course(tuple(rounds), ended, graph)
    given = _verdict(pool, store, uid, graph, way, audience)
    after = fold(store.load(uid))
    return Course(tuple(rounds), DECIDED if given.state == ADDED else CONVERGED, after, given)


def _ended(graph: Graph, rounds: Sequence[Round], most: int | None, judge: bool) -> str:
    """Why no further round is run; "" when one is."""
    final = standing(graph)
    if final is not None and not stale(graph, final):
        return DECIDED
    measured, last = measure(graph), graph.last_round
    over = last is not None and not measured.missing and (not judge or asking.judged(graph, last))
    if over and measured.can_converge:
        return CONVERGED
    if rounds and not (rounds[-1].whole and rounds[-1].told):
        return STUCK
    allowed = graph.meta.max_rounds if most is None else min(most, graph.meta.max_rounds)
    return SPENT if over and last is not None and last + 1 >= allowed else ""


def _verdict(pool: Pool, store: Store, uid: str, graph: Graph, way: Way, audience: Audience) -> Told:
    """Ask the judge for the final verdict."""
    audience.concludes(graph)
    round = graph.last_round or 0
    _, packed = context.one(store, uid, JUDGE, round, WHOLE_ROUND * way.budget, judging=False)
    job = _job(graph.meta.id, round, Expert(JUDGE, JUDGE), way)
    asked = Asked(job, verdict_pack(graph, packed.text), lambda data, last: decide(store, uid, data, way.now()))
    return _ask(pool, [asked], way, audience)[0]
