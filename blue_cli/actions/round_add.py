"""Adding contributions: parse, check against the graph as it would become, number, bind, commit.

All of it happens inside one load, plan, commit loop, so that two people adding at once never share a display id.
Nothing is written when anything is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from blue_cli.actions.dialogues import native, stamp, with_experts
from blue_cli.actions.load import fold
from blue_cli.dialogue import binding, document, frontmatter
from blue_cli.dialogue.cast import ids_of
from blue_cli.dialogue.convergence import next_round
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, LAST_ROUND, ROUND, contribution, is_name, path_of
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.repair import registration
from blue_cli.dialogue.rulebook import ERROR
from blue_cli.dialogue.rules import check
from blue_cli.dialogue.sources import FOLDER, Source
from blue_cli.errors import Conflict, Finding, Refused
from blue_cli.stores.base import Snapshot, Store, commit_loop
from blue_cli.views.added import Change, File


class Draft(NamedTuple):
    """A text to be added. `name` is what the user calls it (a path, or `-`), and what findings name."""

    name: str
    data: bytes


class Wish(NamedTuple):
    """How: what `blue round add` was told. `new_role` lets an expert join who is not on the panel."""

    expert: str = ""
    round: int | None = None
    new_role: str = ""
    if_absent: bool = False
    replace: bool = False
    dry_run: bool = False


class Added(NamedTuple):
    """The outcome. `graph` is the dialogue with the contributions in it; `warnings` did not keep them out."""

    files: tuple[File, ...]
    changed: tuple[Change, ...]
    graph: Graph
    warnings: tuple[Finding, ...]


class _Place(NamedTuple):
    """A draft with its author and round; `old` is the contribution that it replaces or equals."""

    draft: Draft
    parts: document.Document
    expert: str
    round: int
    address: str
    old: bytes | None
    same: bool


def add(store: Store, uid: str, drafts: Sequence[Draft], wish: Wish, now: datetime) -> Added:
    """Add contributions, all or none.

    Raises `Refused` with every error of every draft, `Conflict` when one is there already and differs, or when it is
    not this expert's turn.
    """

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Added]:
        puts, added = _plan(snapshot, drafts, wish, now)
        return ({} if wish.dry_run else puts), (), added

    return commit_loop(store, uid, plan)


def _plan(snapshot: Snapshot, drafts: Sequence[Draft], wish: Wish, now: datetime) -> tuple[dict[str, bytes], Added]:
    before = native(fold(snapshot))
    people, puts = _panel(snapshot, before, drafts, wish)
    places = _places(snapshot, people, drafts, wish)
    fresh = [p for p in places if not p.same]
    if fresh:
        for round in sorted({p.round for p in fresh}):
            puts |= registration(before, snapshot.blobs, round)
        numbered = fold(_with(snapshot, puts))
        puts |= {p.address: _file(p, numbered, now) for p in fresh}
        puts = _number(snapshot, puts, fresh)
    become = _with(snapshot, puts)
    after = fold(become, near=True)
    warnings = _judge(after, become, fresh)
    files = tuple(_described(after, p) for p in places)
    return puts, Added(files, tuple(_changes(before, after)), after, warnings)


def _with(snapshot: Snapshot, puts: Mapping[str, bytes]) -> Snapshot:
    """The snapshot as it would become."""
    return Snapshot(snapshot.uid, snapshot.id, {**snapshot.blobs, **puts}, "", snapshot.unread)


# --- whose, and which round ------------------------------------------------------------------------------------


def _panel(snapshot: Snapshot, graph: Graph, drafts: Sequence[Draft], wish: Wish) -> tuple[Graph, dict[str, bytes]]:
    """The graph with the new expert on the panel, where `--new-expert` lets one join, and the `dialogue.md` that says so."""
    if not wish.new_role:
        return graph, {}
    known = {e.slug for e in graph.meta.experts}
    slugs = {author_of(d, wish)[0] for d in drafts} - known - {JUDGE, ""}
    joining = [Expert(s, wish.new_role, "core", source="created", from_round=wish.round or graph.last_round or 0) for s in sorted(slugs)]
    if not joining:
        return graph, {}
    puts = {DIALOGUE: with_experts(snapshot, [*graph.meta.experts, *joining])}
    return fold(_with(snapshot, puts)), puts


def author_of(draft: Draft, wish: Wish) -> tuple[str, int | None]:
    """The expert and round of a draft: from the options, else its front matter, else its file name."""
    parts = document.read(draft.data)
    front = frontmatter.read(parts.front)[0] if parts.front else {}
    folder, _, name = draft.name.replace("\\", "/").rpartition("/")
    stem = name.removesuffix(".md")
    said = front.get("expert")
    expert = wish.expert or (said if isinstance(said, str) else "") or (stem if is_name(stem) else "")
    place = ROUND.fullmatch(folder.rpartition("/")[2])
    stated = front.get("round")
    round = wish.round if wish.round is not None else stated if isinstance(stated, int) else int(place[1]) if place else None
    return expert.lower(), round


def _places(snapshot: Snapshot, graph: Graph, drafts: Sequence[Draft], wish: Wish) -> list[_Place]:
    findings: list[Finding] = []
    places: list[_Place] = []
    for draft in drafts:
        place = _place(snapshot, graph, draft, wish, findings)
        if place and any((p.expert, p.round) == (place.expert, place.round) for p in places):
            findings.append(Finding("duplicate-id", f"a second contribution of {place.expert} to round {place.round}", draft.name, 1, 1,
                                    fix="one expert writes one file a round: join the texts"))  # fmt: skip
        elif place:
            places.append(place)
    if findings:
        raise Refused("nothing was written", findings)
    return places


def _place(snapshot: Snapshot, graph: Graph, draft: Draft, wish: Wish, findings: list[Finding]) -> _Place | None:
    """Where a draft goes; None with findings when that cannot be said."""
    expert, round = author_of(draft, wish)
    parts = document.read(draft.data)
    problem = _unreadable(draft, parts) or _unknown(draft, expert, graph) or _outside(draft, round)
    if problem:
        findings.append(problem)
        return None
    latest = max((s.round for s in graph.sources.files if s.author == expert), default=None)
    if round is None and latest is not None:
        old = snapshot.blobs.get(_address(graph, expert, latest))
        if (wish.if_absent and old is not None and _same(old, parts)) or wish.replace:
            round = latest
    if round is None:
        round = _turn(graph, expert)
    address = _address(graph, expert, round)
    old = snapshot.blobs.get(address)
    same = old is not None and _same(old, parts)
    if old is not None and not same and not wish.replace:
        raise Conflict(
            f"{expert} has written in round {round} already, and something else",
            why="a contribution is an immutable record: what changes afterwards changes what others answered to",
            fix="--replace for a typo of your own; [MOVE:CONCEDE ID] in the next round to take something back",
            path=f"{FOLDER}{graph.meta.id}/{path_of(contribution(round, expert))}",
        )
    if same and not (wish.if_absent or wish.replace):
        raise Conflict(f"{expert} has written exactly this in round {round} already", fix="--if-absent makes that no error")
    return _Place(draft, parts, expert, round, address, old, same)


def _address(graph: Graph, expert: str, round: int) -> str:
    """The address of a contribution that is there, in the case it is written in; else the one it would get."""
    for source in graph.sources.files:
        if source.author == expert and source.round == round:
            return source.address
    return contribution(round, expert)


def _unreadable(draft: Draft, parts: document.Document) -> Finding | None:
    if parts.problem:
        return Finding(parts.problem, parts.message, draft.name, parts.line, parts.column)
    if not parts.text[parts.start :].strip():
        fix = "write something; the markers are in: blue rules --markers"
        return Finding("missing-field", "the contribution is empty", draft.name, 1, 1, fix=fix)
    return None


def _unknown(draft: Draft, expert: str, graph: Graph) -> Finding | None:
    if not expert:
        fix = "--expert SLUG, or `expert:` in its front matter"
        return Finding("missing-field", "whose contribution is this?", draft.name, 1, 1, fix=fix)
    known = [e.slug for e in graph.meta.experts]
    if expert == JUDGE or expert in known:
        return None
    from difflib import get_close_matches

    near = tuple(get_close_matches(expert, known, 3, 0.6))
    guess = f"did you mean {near[0]}? else: " if near else ""
    return Finding("unknown-expert", f"{expert} is not on the panel", draft.name, 1, 1, severity=ERROR, suggestions=near,
                   why=f"the panel is {', '.join(known) or 'empty'}", fix=f"{guess}blue expert add {expert}:ROLE")  # fmt: skip


def _outside(draft: Draft, round: int | None) -> Finding | None:
    if round is None or 0 <= round <= LAST_ROUND:
        return None
    return Finding("limit", f"round {round}: rounds go from 0 to {LAST_ROUND}", draft.name, 1, 1, fix="--round N")


def _turn(graph: Graph, expert: str) -> int:
    """The writing round; `Conflict` naming who is still missing."""
    round, missing = next_round(graph, expert)
    if round is None:
        raise Conflict(
            f"it is not {expert}'s turn: round {graph.last_round} still waits for {', '.join(missing)}",
            why="a round is open until its whole panel has written",
            fix="wait for them, or say which round you mean: --round N",
        )
    if round > LAST_ROUND:
        raise Conflict(f"this dialogue has had all its {LAST_ROUND + 1} rounds", fix="start a new one that links to it")
    return round


def _same(old: bytes, parts: document.Document) -> bool:
    return document.read(old).body == parts.body


# --- front matter ------------------------------------------------------------------------------------------------


def _file(place: _Place, graph: Graph, now: datetime) -> bytes:
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
    return document.replace_front(place.parts, front)


def _number(snapshot: Snapshot, puts: dict[str, bytes], fresh: Sequence[_Place]) -> dict[str, bytes]:
    """The puts with display ids assigned and, once everything has its id, refs bound in the fresh files."""
    for field, make in (("ids", binding.assign), ("refs", binding.bind)):
        graph = fold(_with(snapshot, puts))
        by_address = {s.address: s for s in graph.sources.files}
        for place in fresh:
            parts = document.read(puts[place.address])
            changes = {field: make(graph, by_address[place.address]) or None}
            puts[place.address] = document.replace_front(parts, frontmatter.update(parts.front, changes, "contribution"))
    return puts


def _old_ids(place: _Place) -> Mapping[str, str]:
    """The ids that a replaced contribution had: who referred to them must find them again."""
    ids = frontmatter.read(document.read(place.old).front or "")[0].get("ids") if place.old is not None else None
    return ids if isinstance(ids, dict) else {}


# --- judging what would be ---------------------------------------------------------------------------------------


def _judge(after: Graph, become: Snapshot, fresh: Sequence[_Place]) -> tuple[Finding, ...]:
    """Refuse when a fresh file has an error; its warnings come back. Findings name the draft, in the draft's lines."""
    found: list[Finding] = []
    every = check(after, become.blobs) if fresh else []
    for place in fresh:
        source = _source(after, place)
        shift = place.parts.start_line - source.line
        found += [_moved(f, place.draft.name, shift) for f in every if f.path == source.path]
    errors = [f for f in found if f.severity == ERROR]
    if errors:
        raise Refused("nothing was written", found)
    return tuple(found)


def _moved(finding: Finding, name: str, shift: int) -> Finding:
    line = max(1, finding.line + shift) if finding.line else 0
    end = max(1, finding.end_line + shift) if finding.end_line else 0
    return finding._replace(path=name, line=line, end_line=end)


def _source(after: Graph, place: _Place) -> Source:
    return next(s for s in after.sources.files if s.address == place.address)


def _described(after: Graph, place: _Place) -> File:
    source = _source(after, place)
    return File(place.address, source.path, place.round, place.expert, ids_of(source), not place.same)


def _changes(before: Graph, after: Graph) -> Sequence[Change]:
    """What was there before and stands differently now."""
    changes = []
    for name, standing in before.standing.items():
        now = after.standing.get(name)
        if now is not None and now.status != standing.status:
            event = next((e for e in reversed(now.events) if e.status == now.status), None)
            by = after.shown(event.reference) if event and event.reference else ",".join("@" + a for a in event.actors) if event else ""
            changes.append(Change(after.shown(name), standing.status, now.status, by))
    return changes
