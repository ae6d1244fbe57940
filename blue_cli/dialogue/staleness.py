"""Whether a verdict still stands: what has happened since to what it was decided on (FORMAT.md, section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blue_cli.dialogue.grammar import UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE, kind_of, path_of
from blue_cli.dialogue.sources import FOLDER
from blue_cli.dialogue.verdicts import Verdict, is_new, rests_on, seen


class Cause(NamedTuple):
    """Why a verdict is stale. `what`: edited, removed, raised, reopened, refined, opposed, conceded, refuted or rejected;
    `id` is the canonical id of what it happened to ("" for a file), `by` who did it ("" when that cannot be known)."""

    what: str
    id: str
    path: str
    line: int
    by: str = ""


def stale(graph: Graph, verdict: Verdict) -> tuple[Cause, ...]:
    """Everything that makes a verdict stale, by place; empty when it stands. `graph` must have been read whole."""
    since = _Since(graph, verdict)
    causes = {*since.changed(), *since.raised(), *since.turned(), *since.conceded(), *since.ruled()}
    return tuple(sorted(causes or {*since.undone()}, key=lambda c: (c.path, c.line, c.what, c.id)))


_TURNS = {"refine": "refined", "oppose": "opposed"}
_RULINGS = {("refuted", "E"), ("rejected", "R")}
_EFFECTLESS = frozenset({"refine-type-mismatch", "invalid-ref-target", "self-ref", "future-ref"})


class _Since:
    """What came after a verdict. `new`: the paths of what it has not seen; `rests`: what must not be shaken."""

    def __init__(self, graph: Graph, verdict: Verdict) -> None:
        self.graph = graph
        self.verdict = verdict
        self.then = seen(graph, verdict)
        self.rests = rests_on(self.then, verdict)
        later = [s for s in graph.sources.verdicts if s.round > verdict.round]
        unseen = [s for s in (*graph.sources.files, *graph.sources.rulings) if is_new(verdict, s)]
        self.new = frozenset(s.path for s in (*unseen, *later))

    def touched(self, target: str | None) -> str:
        """The thing that the verdict rests on and an act on `target` is an act on; "" when it is none."""
        walked: set[str] = set()
        name = target
        while name and name not in walked and name not in self.rests:
            walked.add(name)
            name = self.graph.standing[name].merged_into if name in self.graph.standing else None
        return name if name and name in self.rests else ""

    def changed(self) -> Iterator[Cause]:
        """Files of the basis that are no longer what they were."""
        for address, digest in self.verdict.basis.items():
            now = self.graph.sources.digests.get(address)
            if now != digest:
                yield Cause("removed" if now is None else "edited", "", self.path(address), 1)

    def path(self, address: str) -> str:
        try:
            return f"{FOLDER}{self.graph.meta.id}/{path_of(address)}"
        except ValueError:  # a basis that somebody wrote by hand
            return address

    def raised(self) -> Iterator[Cause]:
        """Tensions that were raised since, or that were reopened: an act that opened nothing is no cause."""
        for entity, where in self.graph.of_kind("T"):
            if where.status == "raised":  # only the judge's tensions count here
                continue
            opened = {event.round for event in where.events if event.status == "reopened"}
            for event in where.events:
                if event.path not in self.new:
                    continue
                if event.type == "opened" or (event.type == "reopened" and event.round in opened):
                    what = "raised" if event.type == "opened" else "reopened"
                    yield Cause(what, entity.canonical, event.path, event.line, event.actors[0])

    def turned(self) -> Iterator[Cause]:
        """What it rests on was refined or opposed."""
        graph = self.graph
        void = {(t.source.path, t.mark.line, t.mark.column, t.word) for t in graph.troubles if t.rule in _EFFECTLESS}
        for ref in graph.refs:
            if ref.path in self.new and ref.type in _TURNS and (ref.path, ref.line, ref.column, ref.written) not in void:
                name = self.touched(ref.target)
                if name:
                    yield Cause(_TURNS[ref.type], name, ref.path, ref.line, ref.author)

    def conceded(self) -> Iterator[Cause]:
        """What it rests on was taken back by who said it."""
        for move in self.graph.moves:
            for target in move.targets if move.type == "concede" and move.path in self.new else ():
                name = self.touched(target)
                if name and move.expert in self.graph.standing[target].contributors:
                    yield Cause("conceded", name, move.path, move.line, move.expert)

    def ruled(self) -> Iterator[Cause]:
        """What it rests on was refuted or rejected by the judge."""
        for ruling in self.graph.rulings:
            for target in ruling.targets if ruling.author == JUDGE and ruling.path in self.new else ():
                name = self.touched(target)
                if name and (ruling.type, kind_of(target)) in _RULINGS:
                    yield Cause(ruling.type, name, ruling.path, ruling.line, ruling.author)

    def undone(self) -> Iterator[Cause]:
        """Tensions that were settled and are not, though nobody reopened them: a late contribution to an old round can
        withdraw the proposal that unanimity had made stand."""
        for entity, where in self.graph.of_kind("T"):
            was = self.then.standing.get(entity.canonical)
            if where.status in UNSETTLED and was is not None and was.status not in (*UNSETTLED, "raised"):
                for event in [event for event in where.events if event.path in self.new][:1]:
                    yield Cause("reopened", entity.canonical, event.path, event.line, event.actors[0])
