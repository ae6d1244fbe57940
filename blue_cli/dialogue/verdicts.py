"""Verdicts: what was decided, what it rests on, and whether it still stands (FORMAT.md, sections 1 and 6).

A verdict's file says what was decided and keeps its `basis`, a digest of everything it saw. All else about it, what it
resolved, adopted and rests on, and what has made it stale, is computed here and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, VERDICT_KINDS, path_of, verdict_kind
from blue_cli.dialogue.lifecycle import AGAINST
from blue_cli.dialogue.sources import FOLDER, Source

CONFIDENCES = ("unanimous", "strong", "split", "contested")


class Verdict(NamedTuple):
    """One verdict as its file says it. `number` counts those of a kind: `final` is 1, `final-2` is 2."""

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


class Cause(NamedTuple):
    """Why a verdict is stale. `what`: edited, removed, raised, reopened, refined, opposed, conceded, or a ruling's type;
    `id` is the canonical id of what it happened to ("" for a file), `by` who did it."""

    what: str
    id: str
    path: str
    line: int
    by: str = ""


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
    """A verdict from its file. Fields of the wrong shape count as not said; the file's name has the kind and the number."""
    front = source.front
    id = source.address.partition("/")[2]
    kind, number = verdict_kind(id)
    said = front.get("kind")
    return Verdict(
        id,
        source.address,
        source.path,
        kind or (said if said in VERDICT_KINDS else "interim"),
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
        _text(front, "forced"),
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


# --- what it did ---------------------------------------------------------------------------------------------


def decided(graph: Graph, verdict: Verdict) -> Decided:
    """What a verdict resolved, accepted, adopted and rests on."""
    rests = rests_on(graph, verdict)
    settled: dict[str, list[str]] = {"resolved": [], "accepted": []}
    for entity, where in graph.of_kind("T"):
        if where.status in settled and entity.round <= verdict.round:
            settled[where.status].append(entity.canonical)
    adopted = [e.canonical for e, s in graph.of_kind("R") if s.status == "adopted" and e.canonical in rests]
    kinds = {kind: tuple(sorted(n for n in rests if graph.entities[n].kind == kind)) for kind in "EC"}
    resolved, accepted = (tuple(sorted(settled[word])) for word in ("resolved", "accepted"))
    return Decided(resolved, accepted, tuple(sorted(adopted)), kinds["E"], kinds["C"], tuple(sorted(rests)))


def rests_on(graph: Graph, verdict: Verdict) -> frozenset[str]:
    """Everything a verdict rests on: what it refers to, else what was adopted, and what speaks for that, to the last leaf.

    One thing rests on another when it depends on it, or when the other supports it.
    """
    seeds = {r.target for r in graph.refs if r.source == verdict.address and r.type not in AGAINST and r.target in graph.entities}
    if not seeds:
        seeds = {e.canonical for e, s in graph.of_kind("R") if s.status == "adopted"}
    return closure(grounds(graph), [seed for seed in seeds if seed])


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


# --- whether it stands ---------------------------------------------------------------------------------------


def stale(graph: Graph, verdict: Verdict) -> tuple[Cause, ...]:
    """Everything that has happened since to what a verdict was decided on (FORMAT.md, section 6); empty when it stands."""
    rests = rests_on(graph, verdict)
    new = frozenset(s.path for s in (*graph.sources.files, *graph.sources.rulings) if _is_new(verdict, s))
    causes = [*_changed(graph, verdict), *_raised(graph, new), *_turned(graph, rests, new), *_ruled(graph, rests, new)]
    return tuple(sorted(set(causes), key=lambda c: (c.path, c.line, c.what, c.id)))


def _is_new(verdict: Verdict, source: Source) -> bool:
    """Whether a verdict has not seen a file; one without a basis is taken to have seen all up to its round."""
    return source.address not in verdict.basis if verdict.basis else source.round > verdict.round


def _changed(graph: Graph, verdict: Verdict) -> Iterator[Cause]:
    """Files of the basis that are no longer what they were."""
    for address, digest in verdict.basis.items():
        now = graph.sources.digests.get(address)
        if now != digest:
            yield Cause("removed" if now is None else "edited", "", _path(graph, address), 1)


def _path(graph: Graph, address: str) -> str:
    try:
        return f"{FOLDER}{graph.meta.id}/{path_of(address)}"
    except ValueError:  # a basis that somebody wrote by hand
        return address


def _raised(graph: Graph, new: frozenset[str]) -> Iterator[Cause]:
    """Tensions raised or reopened in files that the verdict did not see."""
    for entity, where in graph.of_kind("T"):
        for event in where.events:
            if event.path in new and event.type in ("opened", "reopened") and where.status != "raised":
                yield Cause("raised" if event.type == "opened" else "reopened", entity.canonical, event.path, event.line, event.actors[0])


_TURNS = {"refine": "refined", "oppose": "opposed"}


def _turned(graph: Graph, rests: frozenset[str], new: frozenset[str]) -> Iterator[Cause]:
    """What it rests on was refined, opposed or taken back since."""
    for ref in graph.refs:
        if ref.path in new and ref.target in rests and ref.type in _TURNS:
            yield Cause(_TURNS[ref.type], ref.target or "", ref.path, ref.line, ref.author)
    for move in graph.moves:
        for target in move.targets if move.type == "concede" and move.path in new else ():
            if target in rests and move.expert in graph.standing[target].contributors:
                yield Cause("conceded", target, move.path, move.line, move.expert)


def _ruled(graph: Graph, rests: frozenset[str], new: frozenset[str]) -> Iterator[Cause]:
    """What it rests on was refuted or rejected since."""
    for ruling in graph.rulings:
        for target in ruling.targets if ruling.type in ("refuted", "rejected") and ruling.path in new else ():
            if target in rests:
                yield Cause(ruling.type, target, ruling.path, ruling.line, ruling.author)
