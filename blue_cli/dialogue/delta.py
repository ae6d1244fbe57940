"""What changed in a dialogue between two moments: two graphs in, one `Delta` out.

Things are matched by their canonical ids, so a renumbering, a renamed folder or an edited label is seen as what it is,
and never as one thing gone and another one come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from blue_cli.dialogue import document
from blue_cli.dialogue.convergence import measure, status
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import path_of
from blue_cli.dialogue.model import Event, Standing
from blue_cli.dialogue.staleness import Cause, stale
from blue_cli.dialogue.verdicts import Verdict, standing, verdicts

NEW, REMOVED, EDITED, CHANGED, HEAD = "new", "removed", "edited", "changed", "front-matter"
PROPOSED, REWORDED, RENUMBERED = "proposed", "reworded", "renumbered"
GIVEN, STALE, STANDS = "given", "stale", "stands again"


class Side(NamedTuple):
    """A dialogue at one moment. `plain` are the blobs that could be read, `raw` all of them as they lie (the same where
    nothing is sealed); `locked` says that something is sealed and no key here opens it."""

    graph: Graph
    plain: Mapping[str, bytes]
    raw: Mapping[str, bytes]
    locked: bool = False


class Change(NamedTuple):
    """What became of one thing. `before` and `after`: its status, None where it was not there; `events` are those of the later
    moment that the earlier one did not have; `what`: new, removed, its new status, proposed, reworded or renumbered."""

    name: str
    kind: str
    what: str
    before: str | None
    after: str | None
    events: tuple[Event, ...]


class FileChange(NamedTuple):
    """What became of a file. `what`: new, removed, edited (its text), front-matter (only what stands above the text), or
    changed (sealed, and nobody here knows how)."""

    what: str
    address: str


class VerdictChange(NamedTuple):
    """What became of a verdict: given, edited, removed, stale (with the causes) or stands again."""

    what: str
    verdict: Verdict
    causes: tuple[Cause, ...] = ()


class Figures(NamedTuple):
    """How far a dialogue had come; None is unknown."""

    status: str | None
    velocity: int | None
    open_tensions: int | None
    new_perspectives: int | None
    percent: float | None
    round: int | None


class Delta(NamedTuple):
    """Everything that differs. `before` and `after` are None where there was no such dialogue, as `start` and `end` are.

    fields    names of what `dialogue.md` says otherwise: title, question, closed, max_rounds, tensions, links
    joined    experts who came, `left` those who went
    complete  False when something could not be read, so that more may have changed than is told
    known     False when that is since no key opens it, so that only files are told
    """

    before: Graph | None
    after: Graph | None
    start: Figures | None
    end: Figures | None
    changes: tuple[Change, ...]
    files: tuple[FileChange, ...]
    verdicts: tuple[VerdictChange, ...]
    fields: tuple[str, ...]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    complete: bool
    known: bool

    @property
    def graph(self) -> Graph:
        """The dialogue as it is now, or as it was last."""
        graph = self.after or self.before
        assert graph is not None
        return graph

    @property
    def moved(self) -> bool:
        """Whether it is there before and after under two ids."""
        return self.before is not None and self.after is not None and self.before.meta.id != self.after.meta.id

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        came = (self.before is None) != (self.after is None)
        return came or self.moved or any((self.changes, self.files, self.verdicts, self.fields, self.joined, self.left))


def delta(before: Side | None, after: Side | None) -> Delta:
    """What changed from one moment to the other; at least one of them has the dialogue.

    Where a key is missing on either side only the files are told, and `complete` is False: an entity that cannot be seen on
    one side may have been there all the time.
    """
    sides = [side for side in (before, after) if side]
    known = not any(side.locked for side in sides)
    complete = known and all(side.graph.complete for side in sides)
    was, now = before and before.graph, after and after.graph
    fields, joined, left = _about(was, now)
    return Delta(
        was,
        now,
        figures(before),
        figures(after),
        tuple(_changes(was, now)) if known else (),
        tuple(_files(before, after)),
        tuple(_verdicts(before, after)) if known else (),
        fields,
        joined,
        left,
        complete,
        known,
    )


def figures(side: Side | None) -> Figures | None:
    """How far it had come."""
    if side is None:
        return None
    measured = measure(side.graph)
    sure = measured.complete and not side.locked
    opened, fresh = len(measured.open_tensions), len(measured.new_perspectives)
    if not sure:
        return Figures(None, None, None, None, None, measured.round)
    return Figures(status(side.graph, measured), measured.velocity, opened, fresh, measured.percent, measured.round)


# --- entities --------------------------------------------------------------------------------------------------


def _changes(before: Graph | None, after: Graph | None) -> Iterator[Change]:
    """In the order of the later graph, then what is gone."""
    old, new = before.standing if before else {}, after.standing if after else {}
    for name, now in new.items():
        was = old.get(name)
        assert after is not None
        if was == now and before is not None and before.entities[name] == after.entities[name]:
            continue  # nearly all of them
        events = new_events(was, now)
        what = _what(before, after, name, was, now, events)
        if what:
            yield Change(name, after.entities[name].kind, what, was.status if was else None, now.status, events)
    for name, was in old.items():
        if name not in new:
            assert before is not None
            yield Change(name, before.entities[name].kind, REMOVED, was.status, None, ())


def _what(
    before: Graph | None, after: Graph, name: str, was: Standing | None, now: Standing, events: tuple[Event, ...]
) -> str:
    """The most telling word for what became of a thing; "" when nothing did."""
    if was is None or before is None:
        return NEW
    if was.status != now.status or any(event.status for event in events):
        return now.status
    if set(now.proposed_by) - set(was.proposed_by):
        return PROPOSED
    old, new = before.entities[name], after.entities[name]
    if old.label != new.label or old.stance != new.stance:
        return REWORDED
    return RENUMBERED if old.id != new.id and new.assigned else ""


def new_events(was: Standing | None, now: Standing) -> tuple[Event, ...]:
    """The events of `now` that `was` has not. Lines and folders may have moved; what happened is the same."""
    if was is None:
        return now.events
    if was.events == now.events:
        return ()
    left = Counter(map(event_key, was.events))
    fresh = []
    for event in now.events:
        key = event_key(event)
        if left[key]:
            left[key] -= 1
        else:
            fresh.append(event)
    return tuple(fresh)


def event_key(event: Event) -> tuple[object, ...]:
    """What makes two events the same event, wherever the dialogue's folder and the line are."""
    return (event.type, event.round, event.actors, event.reference, event.path.rpartition("/")[2])


# --- files -----------------------------------------------------------------------------------------------------


def _files(before: Side | None, after: Side | None) -> Iterator[FileChange]:
    """By address: rounds in order. What is no file of the format (a picture, a summary) counts where it is an older one's."""
    old, new = before.raw if before else {}, after.raw if after else {}
    for address in sorted({*old, *new}):
        what = _file_change(address, before, after)
        if what:
            yield FileChange(what, address)


def _file_change(address: str, before: Side | None, after: Side | None) -> str:
    if before is None or address not in before.raw:
        return NEW
    if after is None or address not in after.raw:
        return REMOVED
    if before.raw[address] == after.raw[address]:
        return ""
    old, new = before.plain.get(address), after.plain.get(address)
    if old is None or new is None:
        return CHANGED
    if old == new:
        return ""
    return EDITED if body(old) != body(new) else HEAD


def body(data: bytes) -> bytes:
    """The bytes of a file without its front matter: what nobody edits without saying so."""
    parts = document.read(data)
    if parts.problem in ("encoding", "limit") or parts.front is None:
        return data
    return parts.body.encode()


def path_in(address: str) -> str:
    """Where a file lies in the dialogue's folder."""
    return path_of(address)


# --- verdicts and dialogue.md ------------------------------------------------------------------------------------


def _verdicts(before: Side | None, after: Side | None) -> Iterator[VerdictChange]:
    old = {v.id: v for v in verdicts(before.graph)} if before else {}
    new = {v.id: v for v in verdicts(after.graph)} if after else {}
    causes_were = _standing_causes(before)
    causes_are = _standing_causes(after)
    for id, verdict in new.items():
        causes = causes_are.get(id, ())
        if id not in old:
            yield VerdictChange(GIVEN, verdict, causes)
        elif causes and not causes_were.get(id):
            yield VerdictChange(STALE, verdict, causes)
        elif causes_were.get(id) and id in causes_are and not causes:
            yield VerdictChange(STANDS, verdict)
        elif old[id]._replace(path=verdict.path) != verdict:
            yield VerdictChange(EDITED, verdict, causes)
    for id in old.keys() - new.keys():
        yield VerdictChange(REMOVED, old[id])


def _standing_causes(side: Side | None) -> dict[str, tuple[Cause, ...]]:
    """The final verdict that stands, with what has made it stale; nothing while something is unread."""
    final = standing(side.graph) if side and side.graph.complete else None
    return {final.id: stale(side.graph, final)} if side and final else {}


FIELDS = ("title", "question", "closed", "max_rounds", "tensions", "links")


def _about(before: Graph | None, after: Graph | None) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Fields that `dialogue.md` has otherwise, experts who joined, experts who left. A retired one is gone from a round on."""
    if before is None or after is None:
        return (), (), ()
    fields = tuple(name for name in FIELDS if getattr(before.meta, name) != getattr(after.meta, name))
    old = {e.slug: e.to_round for e in before.meta.experts}
    new = {e.slug: e.to_round for e in after.meta.experts}
    joined = tuple(slug for slug, until in new.items() if until is None and old.get(slug, 0) is not None)
    left = tuple(slug for slug, until in old.items() if until is None and new.get(slug, 0) is not None)
    return fields, joined, left
