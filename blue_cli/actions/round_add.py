"""Adding contributions: parse, check against the graph as it would become, number, bind, commit.

All of it happens inside one load, plan, commit loop, so that two people adding at once never share a display id.
Nothing is written when anything is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from blue_cli.actions.dialogues import stamp
from blue_cli.actions.load import fold
from blue_cli.actions.panel import joins, native, with_experts
from blue_cli.actions.placement import Draft, Place, Reading, Wish, places, read
from blue_cli.dialogue import binding, document, frontmatter
from blue_cli.dialogue.cast import ids_of
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, LAST_ROUND, is_name
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.repair import registration
from blue_cli.dialogue.rulebook import ERROR, WARNING
from blue_cli.dialogue.rules import check
from blue_cli.dialogue.rules_verdicts import OVERTAKEN
from blue_cli.dialogue.sources import Source
from blue_cli.errors import Finding
from blue_cli.stores.base import Snapshot, Store, commit_loop
from blue_cli.views.added import Change, File


class Added(NamedTuple):
    """The outcome. `graph` is the dialogue with the contributions in it; `warnings` did not keep them out."""

    files: tuple[File, ...]
    changed: tuple[Change, ...]
    graph: Graph
    warnings: tuple[Finding, ...]


def add(
    store: Store, uid: str, drafts: Sequence[Draft], wish: Wish, now: datetime, weigh: Callable[[Added], None] | None = None
) -> Added:
    """Add contributions, all or none.

    Raises `Refused` with every error of every draft, `Conflict` when one is there already and differs, or when it is
    not this expert's turn. `weigh` sees what would be, before anything is written, and may refuse it by raising.
    """

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Added]:
        puts, added = _plan(snapshot, drafts, wish, now)
        if weigh is not None:
            weigh(added)
        return ({} if wish.dry_run else puts), (), added

    return commit_loop(store, uid, plan)


def foresee(snapshot: Snapshot, drafts: Sequence[Draft], wish: Wish, now: datetime) -> Added:
    """What would be, if this snapshot were the dialogue. Raises what `add` does, and writes nothing."""
    return _plan(snapshot, drafts, wish, now)[1]


def _plan(snapshot: Snapshot, drafts: Sequence[Draft], wish: Wish, now: datetime) -> tuple[dict[str, bytes], Added]:
    before = native(fold(snapshot))
    readings = [read(draft, wish) for draft in drafts]
    people, puts = _panel(snapshot, before, readings, wish)
    placed = places(snapshot, people, readings, wish)
    fresh = [p for p in placed.places if not p.same]
    if fresh:
        for round in sorted({p.round for p in fresh}):
            puts |= registration(before, snapshot.blobs, round)
        numbered = fold(with_puts(snapshot, puts))
        puts |= {p.address: _file(p, numbered, now) for p in fresh}
        puts = _number(snapshot, puts, fresh)
    become = with_puts(snapshot, puts)
    after = fold(become, near=True)
    found = _judge(snapshot, become, after, fresh)
    placed.settle(found)
    files = tuple(_described(after, p) for p in placed.places)
    return puts, Added(files, tuple(changes(before, after)), after, found)


def with_puts(snapshot: Snapshot, puts: Mapping[str, bytes]) -> Snapshot:
    """The snapshot as it would become."""
    return Snapshot(snapshot.uid, snapshot.id, {**snapshot.blobs, **puts}, "", snapshot.unread, snapshot.seal)


def _panel(snapshot: Snapshot, graph: Graph, readings: Sequence[Reading], wish: Wish) -> tuple[Graph, dict[str, bytes]]:
    """The graph with the new expert on the panel, where `--new-expert` lets one join, and the `dialogue.md` that says so."""
    known = {JUDGE, *(e.slug for e in graph.meta.experts)}
    joining = {}
    for reading in readings if wish.new_role else ():
        slug, round = reading.expert, reading.round
        if slug not in known and is_name(slug):
            first = joins(graph, slug) if round is None else min(max(round, 0), LAST_ROUND)
            joining[slug] = Expert(slug, wish.new_role, "core", source="created", from_round=first)
    if not joining:
        return graph, {}
    puts = {DIALOGUE: with_experts(snapshot, dict(sorted(joining.items())))}
    return fold(with_puts(snapshot, puts)), puts


class Beginning(NamedTuple):
    """What an editor opens with: the dialogue, whose turn it is in which round, and the text to begin on."""

    graph: Graph
    expert: str
    round: int
    text: str


def begin(store: Store, uid: str, draft: Draft | None, wish: Wish) -> Beginning:
    """Where a text that is yet to be typed would go. Raises what `add` would raise, before anybody types.

    It begins as `draft`; without one, when a contribution is to be replaced, as that one's body.
    """
    snapshot = store.load(uid)
    graph = native(fold(snapshot))
    readings = [read(draft or Draft(wish.expert, b"-"), wish)]
    people, _ = _panel(snapshot, graph, readings, wish)
    placed = places(snapshot, people, readings, wish)
    placed.settle()
    (place,) = placed.places
    parts = place.parts if draft else document.read(place.old or b"")
    return Beginning(graph, place.expert, place.round, parts.text if draft else parts.body)


# --- front matter ------------------------------------------------------------------------------------------------


def _file(place: Place, graph: Graph, now: datetime) -> bytes:
    """The file with its front matter, ids and refs still to come. Keys that the tool does not know survive; so does every
    byte of the body."""
    created = stamp(now)
    if place.old is not None:
        said = frontmatter.read(document.read(place.old).front or "")[0].get("created")
        created = said if isinstance(said, str) else created
    fields: dict[str, Any] = {
        "blue": FORMAT, "dialogue": graph.meta.uid, "round": place.round, "expert": place.expert, "created": created,
        "ids": _old_ids(place) or None, "refs": None,
    }  # fmt: skip
    front = frontmatter.update(place.parts.front, fields, "contribution")
    return document.replace_front(place.parts, front if place.parts.front is not None else front.replace("\n", place.parts.newline))


def _number(snapshot: Snapshot, puts: dict[str, bytes], fresh: Sequence[Place]) -> dict[str, bytes]:
    """The puts with display ids assigned and, once everything has its id, refs bound in the fresh files."""
    for field, make in (("ids", binding.assign), ("refs", binding.bind)):
        graph = fold(with_puts(snapshot, puts))
        by_address = {s.address: s for s in graph.sources.files}
        for place in fresh:
            parts = document.read(puts[place.address])
            changes = {field: make(graph, by_address[place.address]) or None}
            puts[place.address] = document.replace_front(parts, frontmatter.update(parts.front, changes, "contribution"))
    return puts


def _old_ids(place: Place) -> Mapping[str, str]:
    """The ids that a replaced contribution had: who referred to them must find them again."""
    ids = frontmatter.read(document.read(place.old).front or "")[0].get("ids") if place.old is not None else None
    return ids if isinstance(ids, dict) else {}


# --- judging what would be ---------------------------------------------------------------------------------------


def _judge(snapshot: Snapshot, become: Snapshot, after: Graph, fresh: Sequence[Place]) -> tuple[Finding, ...]:
    """What is wrong with the fresh files, and the errors that other files get by them: what others referred to must not
    go. Findings name the draft, in the draft's lines."""
    every = check(after, become.blobs) if fresh else []
    drafts = {source.path: (place, source) for place in fresh for source in [_source(after, place)]}
    found = [warning for place in fresh for warning in place.warnings]
    found += [_moved(f, *drafts[f.path]) for f in every if f.path in drafts]
    others = [f for f in every if f.path not in drafts and f.severity == ERROR]
    if others:
        had = {_what(f) for f in check(fold(snapshot, near=True), snapshot.blobs)}
        found += [overtaking(f) for f in others if _what(f) not in had]
    return tuple(found)


def overtaking(finding: Finding) -> Finding:
    """What a text does to others' by being there: an error, but for a verdict that it makes stale, which is its right."""
    return finding._replace(severity=WARNING) if finding.rule in OVERTAKEN else finding


def _what(finding: Finding) -> tuple[str, str, str]:
    """A finding without its line, which moves when front matter grows."""
    return finding.rule, finding.path, finding.message


def _moved(finding: Finding, place: Place, source: Source) -> Finding:
    shift = place.parts.start_line - source.line
    line = max(1, finding.line + shift) if finding.line else 0
    end = max(1, finding.end_line + shift) if finding.end_line else 0
    return finding._replace(path=place.draft.name, line=line, end_line=end)


def _source(after: Graph, place: Place) -> Source:
    return next(s for s in after.sources.files if s.address == place.address)


def _described(after: Graph, place: Place) -> File:
    source = _source(after, place)
    return File(place.address, source.path, place.round, place.expert, ids_of(source), not place.same)


def changes(before: Graph, after: Graph) -> Sequence[Change]:
    """What was there before and stands differently now."""
    found = []
    for name, standing in before.standing.items():
        now = after.standing.get(name)
        if now is not None and now.status != standing.status:
            event = next((e for e in reversed(now.events) if e.status == now.status), None)
            by = after.shown(event.reference) if event and event.reference else ",".join("@" + a for a in event.actors) if event else ""
            found.append(Change(after.shown(name), standing.status, now.status, by))
    return found
