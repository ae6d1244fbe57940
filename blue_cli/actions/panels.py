"""The panel of a round: who is asked, set by name or sampled from a pool."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from blue_cli.actions.load import fold
from blue_cli.actions.panel import mistakes, native, no_expert, with_experts
from blue_cli.actions.round_add import with_puts
from blue_cli.dialogue import sampling
from blue_cli.dialogue.convergence import final_of
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, LAST_ROUND
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.rulebook import graded
from blue_cli.errors import Conflict, Finding, NotFound, Refused, WrongCall
from blue_cli.stores.base import Snapshot, Store, commit_loop


class Panel(NamedTuple):
    """The panel of one round as it was set; `graph` is the dialogue with it."""

    round: int
    changed: bool
    graph: Graph


class Sampled(NamedTuple):
    """A panel that was drawn, the round it could sit in, and those of it whom the dialogue does not know yet."""

    experts: tuple[Expert, ...]
    round: int
    unknown: tuple[Expert, ...]


def running(graph: Graph) -> int:
    """The round that runs: the last one, or the next when that one's panel has written or a final verdict stands."""
    last = graph.last_round
    if last is None:
        return 0
    waits = any(slug not in graph.writers.get(last, ()) for slug in graph.panel(last))
    return last if waits and not final_of(graph, last) else min(last + 1, LAST_ROUND)


def shown(graph: Graph, round: int | None) -> int:
    """The round whose panel is meant: the one that runs when none is named; `NotFound` for one there can never be."""
    if round is None:
        return running(graph)
    if not 0 <= round <= LAST_ROUND:
        raise NotFound(f"no round {round}", why=f"rounds go from 0 to {LAST_ROUND}", fix="blue panel show")
    return round


def set_panel(store: Store, uid: str, round: int, slugs: Sequence[str]) -> Panel:
    """Write who is asked in a round into `dialogue.md`.

    Raises `NotFound` for an expert that nobody added, and `Conflict` for a round that is over: its panel has decided what
    was unanimous in it.
    """
    named = list(dict.fromkeys(slugs))
    if not 0 <= round <= LAST_ROUND:
        found = Finding("limit", f"round {round}: rounds go from 0 to {LAST_ROUND}", fix="blue panel set N SLUG…")
        raise Refused("nothing was written", [graded(found)])

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Panel]:
        graph = native(fold(snapshot))
        known = [e.slug for e in graph.meta.experts]
        for slug in named:
            if slug not in known:
                raise no_expert(slug, known)
        if set(graph.meta.panels.get(round, ())) == set(named):
            return {}, (), Panel(round, False, graph)
        _may_set(graph, round)
        puts = {DIALOGUE: with_experts(snapshot, {}, {round: named})}
        return puts, (), Panel(round, True, fold(with_puts(snapshot, puts)))

    return commit_loop(store, uid, plan)


def _may_set(graph: Graph, round: int) -> None:
    if round < running(graph):
        raise Conflict(
            f"round {round} is over, and so is its panel",
            why="who was asked decides whether a round was unanimous",
            fix=f"blue panel set {running(graph)} …",
        )


# --- sampling ------------------------------------------------------------------------------------------------


def members(graph: Graph) -> tuple[Expert, ...]:
    """Who could be asked in the round that runs: the dialogue's experts, without those who have retired."""
    return tuple(e for e in graph.meta.experts if e.to_round is None)


def draw(
    graph: Graph, pool: Sequence[Expert], size: int, seed: str, retain: Collection[str] = (), exclude: Collection[str] = ()
) -> Sampled:
    """A panel of that size from a pool; writes nothing, and draws the same from the same pool and seed.

    `NotFound` for a name that is not in the pool, `WrongCall` when the names contradict each other or the size,
    `Refused` when the pool has not as many people, or has some that could be no experts.
    """
    found = [graded(problem) for expert in pool for problem in mistakes(expert)]
    if found:
        raise Refused("this pool cannot be used", found)
    by_slug = {e.slug: e for e in pool}
    for slug in (*retain, *exclude):
        if slug not in by_slug:
            raise _not_in(slug, list(by_slug))
    both = sorted(set(retain) & set(exclude))
    if both:
        raise WrongCall(f"--retain and --exclude both name {', '.join(both)}", fix="decide for one of them")
    if len(set(retain)) > size or size < 1:
        raise WrongCall(f"--size {size}: {len(set(retain)) or 1} are to be on the panel at least", fix="--size N")
    free = len(by_slug) - len(set(exclude))
    if size > free:
        why = f"{len(set(exclude))} of {len(by_slug)} are excluded" if exclude else f"its people: {', '.join(sorted(by_slug)) or 'none'}"
        raise Refused(f"a panel of {size} is larger than its pool of {free}", why=why, fix=f"--size {free}, or a larger pool")
    drawn = sampling.sample(list(by_slug.values()), size, seed, set(retain), set(exclude))
    known = {e.slug for e in graph.meta.experts}
    return Sampled(drawn, running(graph), tuple(e for e in drawn if e.slug not in known and e.slug != JUDGE))


def _not_in(slug: str, known: Sequence[str]) -> NotFound:
    from difflib import get_close_matches

    near = get_close_matches(slug, known, 3, 0.5)
    fix = f"did you mean {near[0]}?" if near else f"of {', '.join(sorted(known)) or 'nobody'}"
    return NotFound(f"no expert {slug!r} in the pool", fix=fix, suggestions=near)
