"""Verdicts: what was decided, on what, and what that rests on (FORMAT.md, sections 1, 5 and 6).

A verdict's file says what was decided and keeps its `basis`, a digest of everything it saw. All else about it, what it
resolved, adopted and rests on, is computed here from the dialogue as the verdict saw it, and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, VERDICT_KINDS, verdict_kind
from blue_cli.dialogue.lifecycle import AGAINST
from blue_cli.dialogue.sources import Source

CONFIDENCES = ("unanimous", "strong", "split", "contested")
INTERIM = "interim"


class Verdict(NamedTuple):
    """One verdict as its file says it. `number` counts those of a kind: `final` is 1, `final-2` is 2.

    forced      the reason why it was given although the dialogue had not converged, else ""
    overridden  whether that was before `max_rounds`
    """

    id: str
    address: str
    path: str
    kind: str
    number: int
    round: int
    author: str
    created: str
    recommendation: str
    conditions: tuple[str, ...]
    vote: str
    confidence: str
    supporting_experts: tuple[str, ...]
    supersedes: str
    forced: str
    overridden: bool
    basis: Mapping[str, str]


class Decided(NamedTuple):
    """What a verdict did, computed; canonical ids, sorted."""

    tensions_resolved: tuple[str, ...]
    tensions_accepted: tuple[str, ...]
    recommendations_adopted: tuple[str, ...]
    key_evidence: tuple[str, ...]
    key_claims: tuple[str, ...]
    rests_on: tuple[str, ...]


def verdicts(graph: Graph) -> tuple[Verdict, ...]:
    """Every verdict, finals first, each kind in the order in which one superseded the other."""
    found = [read(source) for source in graph.sources.verdicts]
    return tuple(sorted(found, key=lambda v: (VERDICT_KINDS.index(v.kind), v.number, v.id)))


def standing(graph: Graph) -> Verdict | None:
    """The final verdict that no later one supersedes; None while there is none."""
    finals = [v for v in verdicts(graph) if v.kind == FINAL]
    return finals[-1] if finals else None


def read(source: Source) -> Verdict:
    """A verdict from its file. Fields of the wrong shape count as not said.

    The file's name has the kind and the number. What is final must be called so, since it is found by its name; a name
    that says nothing leaves the other kinds to the front matter.
    """
    front = source.front
    id = source.address.partition("/")[2]
    kind, number = verdict_kind(id)
    said = front.get("kind")
    return Verdict(
        id,
        source.address,
        source.path,
        kind or (said if said in VERDICT_KINDS and said != FINAL else INTERIM),
        number,
        source.round,
        source.author,
        _text(front, "created"),
        _text(front, "recommendation"),
        _texts(front, "conditions"),
        _text(front, "vote"),
        _text(front, "confidence"),
        _texts(front, "supporting_experts"),
        _text(front, "supersedes"),
        _text(front, "forced").strip(),
        front.get("override") is True,
        {k: v for k, v in _map(front.get("basis")).items() if isinstance(v, str)},
    )


def _text(front: Mapping[str, Any], key: str) -> str:
    value = front.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _texts(front: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = front.get(key)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


# --- what it saw ---------------------------------------------------------------------------------------------


def is_new(verdict: Verdict, source: Source) -> bool:
    """Whether a verdict has not seen a contribution or ruling; one without a basis has seen all up to its round."""
    return source.address not in verdict.basis if verdict.basis else source.round > verdict.round


def seen(graph: Graph, verdict: Verdict, itself: bool = True) -> Graph:
    """The dialogue as a verdict saw it: folded from its basis and what was decided before, with or without `itself`.

    A file of the basis that was edited since is taken as it is now: what it was nobody has kept.
    """
    all = graph.sources
    files = tuple(s for s in all.files if not is_new(verdict, s))
    rulings = tuple(s for s in all.rulings if not is_new(verdict, s))
    decided = tuple(s for s in all.verdicts if (itself if s.address == verdict.address else _before(read(s), verdict)))
    if (len(files), len(rulings), len(decided)) == (len(all.files), len(all.rulings), len(all.verdicts)):
        return graph
    return assemble(all._replace(files=files, rulings=rulings, verdicts=decided))


def _before(other: Verdict, verdict: Verdict) -> bool:
    """Whether another verdict was given before this one. Finals are numbered; the others of its round are taken to be."""
    if other.kind != FINAL:
        return other.round <= verdict.round
    return other.number < verdict.number if verdict.kind == FINAL else other.round < verdict.round


# --- what it did ---------------------------------------------------------------------------------------------


def decided(graph: Graph, verdict: Verdict) -> Decided:
    """What a verdict resolved, accepted, adopted and rests on, whatever became of that since."""
    then = seen(graph, verdict)
    rests = rests_on(then, verdict)
    settles = verdict.kind in (FINAL, INTERIM)  # who dissents decides nothing
    settled: dict[str, list[str]] = {"resolved": [], "accepted": []}
    for entity, where in then.of_kind("T"):
        if where.status in settled and settles:
            settled[where.status].append(entity.canonical)
    adopted = [e.canonical for e, s in then.of_kind("R") if settles and s.status == "adopted" and e.canonical in rests]
    kinds = {kind: tuple(sorted(n for n in rests if then.entities[n].kind == kind)) for kind in "EC"}
    resolved, accepted = (tuple(sorted(settled[word])) for word in ("resolved", "accepted"))
    return Decided(resolved, accepted, tuple(sorted(adopted)), kinds["E"], kinds["C"], tuple(sorted(rests)))


def rests_on(then: Graph, verdict: Verdict) -> frozenset[str]:
    """Everything a verdict rests on, in the dialogue as it saw it: what it refers to, else what was adopted, and what
    speaks for that, to the last leaf. One thing rests on another when it depends on it, or when the other supports it.
    """
    seeds = {r.target for r in then.refs if r.source == verdict.address and r.type not in AGAINST and r.target in then.entities}
    if not seeds:
        seeds = {e.canonical for e, s in then.of_kind("R") if s.status == "adopted"}
    return closure(grounds(then), [seed for seed in seeds if seed])


def grounds(graph: Graph) -> dict[str, set[str]]:
    """For each entity what it rests on directly."""
    under: dict[str, set[str]] = {}
    for ref in graph.refs:
        source, target = ref.source, ref.target or ""
        if target in graph.entities and source in graph.entities:
            if ref.type == "depend":
                under.setdefault(source, set()).add(target)
            elif ref.type == "support":
                under.setdefault(target, set()).add(source)
    return under


def closure(under: Mapping[str, Iterable[str]], seeds: Iterable[str]) -> frozenset[str]:
    """All that can be reached; a circle is walked once."""
    reached: set[str] = set()
    waiting = list(seeds)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += under.get(name, ())
    return frozenset(reached)
