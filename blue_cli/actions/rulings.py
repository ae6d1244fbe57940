"""The judge rules: one ruling, one file, so that rulings on different things never conflict on two branches.

A ruling is kept nowhere else; what it changes follows from the fold. Two rulings on one thing in one round claim one
file, on purpose: that is a conflict which a person has to see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from blue_cli.actions.dialogues import stamp
from blue_cli.actions.load import fold
from blue_cli.actions.overview import find
from blue_cli.actions.panel import native
from blue_cli.actions.placement import may_replace
from blue_cli.actions.round_add import changes, with_puts
from blue_cli.dialogue import binding, document, frontmatter, markers
from blue_cli.dialogue.convergence import next_round
from blue_cli.dialogue.grammar import INTO, KIND_NAMES, KIND_WORD, MARKERS, RULING, VERBS, VIA, Marker
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE, LAST_ROUND, is_name, path_of, ruling
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.model import Entity
from blue_cli.dialogue.rulebook import ERROR, graded
from blue_cli.dialogue.rules import check
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Conflict, Finding, Refused
from blue_cli.stores.base import Snapshot, Store, commit_loop
from blue_cli.views.added import Change
from blue_cli.views.ruling import File

_ROWS: dict[str, Marker] = {row.effect: row for row in MARKERS if row.shape == RULING}


class Wish(NamedTuple):
    """A ruling to be: what `blue rule` was told. `into` and `via` are ids as written, "" without one."""

    verb: str
    id: str
    into: str = ""
    via: str = ""
    reason: str = ""
    if_absent: bool = False
    replace: bool = False


class Ruled(NamedTuple):
    """The outcome: the ruling, what stands differently now, and the dialogue with it."""

    file: File
    changed: tuple[Change, ...]
    graph: Graph


class _Parts(NamedTuple):
    """The things that a ruling names."""

    row: Marker
    on: Entity
    into: Entity | None
    via: Entity | None


def rule(store: Store, uid: str, wish: Wish, now: datetime) -> Ruled:
    """Write a ruling into the last round, or into the next while a final verdict stands (FORMAT.md, section 6).

    Raises `NotFound` for an id that is not there, `Refused` with everything else that is wrong, `Conflict` when the
    judge has already ruled on this in this round, and something else.
    """

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Ruled]:
        puts, ruled = _plan(snapshot, wish, now)
        return puts, (), ruled

    return commit_loop(store, uid, plan)


def _plan(snapshot: Snapshot, wish: Wish, now: datetime) -> tuple[dict[str, bytes], Ruled]:
    before = native(fold(snapshot))
    parts = _parts(before, wish)
    reason = " ".join(wish.reason.split())
    body = _body(before, parts, reason)
    found = [*_mistakes(before, parts, wish, reason), *_unfit(parts.row, reason, body)]
    if found:
        raise Refused("nothing was written", [graded(f) for f in found])
    round = _round(before)
    address = _address(snapshot, round, parts.on.canonical)
    if _is_there(snapshot, address, body, wish):
        return {}, _ruled(before, parts, reason, round, address, False)
    data = _file(snapshot, before, round, address, body, now)
    after = fold(with_puts(snapshot, {address: data}))
    data = _bound(after, address, data)
    become = with_puts(snapshot, {address: data})
    after = fold(become, near=True)
    _judge(after, become, address)
    return {address: data}, _ruled(after, parts, reason, round, address, True, tuple(changes(before, after)))


# --- what is ruled on ----------------------------------------------------------------------------------------


def _parts(graph: Graph, wish: Wish) -> _Parts:
    """The things that are named, each found or `NotFound`. A ruling on what was merged is one on what it became."""
    row = _ROWS[VERBS[wish.verb]]
    on = find(graph, wish.id)
    if row.effect != VERBS["merge"]:
        on = _root(graph, on)
    into = find(graph, wish.into) if wish.into else None
    via = find(graph, wish.via) if wish.via else None
    return _Parts(row, on, into, via)


def _root(graph: Graph, entity: Entity) -> Entity:
    seen = {entity.canonical}
    while (into := graph.standing[entity.canonical].merged_into) and into in graph.entities and into not in seen:
        seen.add(into)
        entity = graph.entities[into]
    return entity


def _mistakes(graph: Graph, parts: _Parts, wish: Wish, reason: str) -> list[Finding]:
    """Everything that keeps this from being a ruling, before it is one."""
    row, on, into, via = parts
    found = _wrong_kind(graph, row, on, wish.verb)
    if wish.verb == "merge" and into is None:
        found.append(Finding("missing-field", f"into what is {graph.shown(on.canonical)} merged?", fix="--into ID"))
    if into is not None:
        found += _wrong_into(graph, on, into, wish.verb)
    if via is not None and (wish.verb != "resolve" or via.kind != "R"):
        fix = f"leave --via out, or say blue rule {wish.id} resolve --via with a recommendation's id"
        found.append(Finding("invalid-ref-target", "only a tension is resolved via something, and that is a recommendation", fix=fix))
    if row.reason and not reason:
        found.append(Finding("missing-field", f"why? one who would {wish.verb} must say it", fix="--reason TEXT"))
    return found


def _wrong_kind(graph: Graph, row: Marker, on: Entity, verb: str) -> list[Finding]:
    if on.kind in row.targets:
        return []
    kinds = " or ".join(f"a {KIND_WORD[kind]}" if kind != "E" else KIND_NAMES["E"] for kind in row.targets)
    fits = [word for word, effect in VERBS.items() if on.kind in _ROWS[effect].targets]
    fix = f"of {', '.join(fits)}" if fits else "the judge does not rule on these"
    message = f"{verb} is for {kinds}, and {graph.shown(on.canonical)} is a {KIND_WORD[on.kind]}"
    return [Finding("invalid-ref-target", message.replace("is a evidence", "is evidence"), fix=fix)]


def _wrong_into(graph: Graph, on: Entity, into: Entity, verb: str) -> list[Finding]:
    if verb != "merge":
        return [Finding("invalid-ref-target", f"--into is for merge, not for {verb}", fix="leave it out")]
    if into.kind != on.kind:
        message = f"a {KIND_WORD[on.kind]} cannot become part of a {KIND_WORD[into.kind]}"
        return [Finding("invalid-ref-target", message, fix=f"--into a {KIND_WORD[on.kind]}'s id")]
    if on.canonical in (into.canonical, _root(graph, into).canonical):
        return [Finding("self-ref", f"{graph.shown(on.canonical)} cannot become part of itself", fix="--into another ID")]
    return []


def _unfit(row: Marker, reason: str, body: str) -> list[Finding]:
    """What keeps a text from reading back as one ruling with this reason: what no store keeps, or a bracket too many."""
    read = document.read(body.encode(errors="surrogatepass"))
    if read.problem:
        return [Finding(read.problem, f"the reason: {read.message}")]
    marks, _ = markers.scan(body, 0, 1)
    if not reason or (len(marks) == 1 and marks[0].row is row and marks[0].end == len(body) - 1):
        return []
    why = "the reason stands in brackets, and would end the ruling before its end"
    message = "the reason has brackets that do not balance, or a backslash at its end"
    return [Finding("missing-field", message, why=why, fix="write it without")]


# --- the file ------------------------------------------------------------------------------------------------


def _round(graph: Graph) -> int:
    round = next_round(graph, JUDGE)[0] or 0
    if round > LAST_ROUND:
        raise Conflict(f"this dialogue has had all its {LAST_ROUND + 1} rounds", fix="start a new one that links to it")
    return round


def _address(snapshot: Snapshot, round: int, name: str) -> str:
    """The address of this round's ruling on a thing, in the case in which it is there already."""
    stem = name if is_name(name) else name[-100:].lstrip("-")  # a slug of 128 and the number would be too long
    address = ruling(round, stem)
    return next((a for a in snapshot.blobs if a.casefold() == address.casefold()), address)


def _body(graph: Graph, parts: _Parts, reason: str) -> str:
    targets = _typed(graph, parts.on)
    for word, entity in ((INTO, parts.into), (VIA, parts.via)):
        targets += f" {word} {_typed(graph, entity)}" if entity else ""
    return markers.write(parts.row, targets=targets, reason=reason) + "\n"


def _typed(graph: Graph, entity: Entity) -> str:
    """The display id where a file has it and no other claims it, else the canonical id, which never moves."""
    sure = entity.assigned and graph.by_id.get(entity.id) == entity.canonical and entity.id not in graph.cast.resolver.claimed
    return entity.id if sure else entity.canonical


def _is_there(snapshot: Snapshot, address: str, body: str, wish: Wish) -> bool:
    """Whether this very ruling is there; `Conflict` for another one, and for what must not be written over."""
    may_replace(snapshot, address)
    old = snapshot.blobs.get(address)
    if old is None:
        return False
    path = f"{FOLDER}{snapshot.id}/{path_of(address)}"
    parts = document.read(old)
    if parts.body == body:
        if wish.if_absent or wish.replace:
            return True
        raise Conflict("the judge has ruled exactly this in this round already", fix="--if-absent makes that no error", path=path)
    blue = frontmatter.read(parts.front or "")[0].get("blue")
    if isinstance(blue, int) and blue > FORMAT:
        raise Conflict(f"it is written in format {blue}, this blue writes {FORMAT}", fix="upgrade blue", path=path)
    if not wish.replace:
        said = parts.body.strip().partition("\n")[0]
        raise Conflict(
            "the judge has ruled on this in this round already, and something else",
            why=f"it says {said}; of two rulings on one thing in one round only one can stand",
            fix="--replace to take the other's place, or rule again in the next round",
            path=path,
        )
    return False


def _file(snapshot: Snapshot, graph: Graph, round: int, address: str, body: str, now: datetime) -> bytes:
    """The ruling with its front matter, refs still to come."""
    old = frontmatter.read(document.read(snapshot.blobs[address]).front or "")[0] if address in snapshot.blobs else {}
    created = old.get("created")
    fields = {"blue": FORMAT, "dialogue": graph.meta.uid, "round": round, "created": created if isinstance(created, str) else stamp(now)}
    return f"---\n{frontmatter.write(fields, 'ruling')}---\n{body}".encode()


def _bound(graph: Graph, address: str, data: bytes) -> bytes:
    source = next(s for s in graph.sources.rulings if s.address == address)
    parts = document.read(data)
    front = frontmatter.update(parts.front, {"refs": binding.bind(graph, source) or None}, "ruling")
    return document.replace_front(parts, front)


def _judge(after: Graph, become: Snapshot, address: str) -> None:
    """`Refused` with every error that the ruling would have once it is written, such as one on something of a later round."""
    path = f"{FOLDER}{become.id}/{path_of(address)}"
    found = [f for f in check(after, become.blobs) if f.path == path and f.severity == ERROR]
    if found:
        raise Refused("nothing was written", [f._replace(path="", line=0, column=0, end_line=0, end_column=0) for f in found])


def _ruled(graph: Graph, parts: _Parts, reason: str, round: int, address: str, created: bool, changed: Sequence[Change] = ()) -> Ruled:
    into, via = (entity.canonical if entity else None for entity in (parts.into, parts.via))
    path = f"{FOLDER}{graph.meta.id}/{path_of(address)}"
    return Ruled(File(parts.row.effect, parts.on.canonical, into, via, reason, round, path, created), tuple(changed), graph)
