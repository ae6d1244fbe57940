"""The life of a dialogue, or of one thing in it, through commits (`blue log`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from blue_cli.actions.commits import HEAD, Past, Tale, Touch, tell
from blue_cli.actions.load import fold
from blue_cli.actions.reasoning import subject
from blue_cli.dialogue.delta import EDITED, REMOVED, event_key
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, JUDGE, address_of, split_address
from blue_cli.dialogue.model import Event
from blue_cli.dialogue.sources import FOLDER
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import Verdict, decided, standing, verdicts
from blue_cli.errors import Locked, NotFound
from blue_cli.stores.base import Row, Store

WROTE, SCORED, STARTED, RENAMED, UNDONE, RENUMBERED = "wrote", "scored", "started", "renamed", "undone", "renumbered"
GIVEN, STALE = "verdict given", "verdict stale"
_VERDICT = "verdict/"
_FIRST = -1  # of things that stand before all others of their commit


class Entry(NamedTuple):
    """One thing that a commit brought.

    what     an event's type, or wrote, scored, edited, removed, started, renamed, renumbered, undone, verdict given, verdict stale
    name     the canonical id or the verdict's address it happened to, "" for a file
    shown    how that is called, and its `label`
    detail   the act it was done with, the id it had before, what was undone
    number   which commit, counted from the oldest; `order` is its place within it
    """

    number: int
    order: int
    what: str
    name: str
    shown: str
    label: str
    by: tuple[str, ...]
    round: int | None
    detail: str
    path: str
    line: int


class History(NamedTuple):
    """What happened, oldest first. `graph` is the newest state that has what was asked about, `name`, "" for the dialogue;
    `present` says whether it is still there; `cut` says that the clone is shallow, so that what the first commit brought may be older."""

    graph: Graph
    name: str
    present: bool
    tale: Tale
    entries: tuple[Entry, ...]
    cut: bool
    complete: bool

    def touch(self, entry: Entry) -> Touch:
        """The commit of an entry."""
        return self.tale.touches[entry.number]

    def older(self, entry: Entry) -> bool:
        """Whether it may have happened before the commit it is told of: history is cut there."""
        return self.cut and not self.touch(entry).commit.parents


def history(past: Past, shallow: bool, at: Callable[[str], Store], tip: str, row: Row, word: str = "") -> History:
    """The history of what a word means, up to the commit `tip`.

    `NotFound` when there is no such thing in any of its commits, `Locked` when it needs a text that no key here opens.
    """
    try:
        snapshot = at(tip).load(row.uid)
    except NotFound:
        raise NotFound(f"{row.id} is in no commit yet", fix="git add and git commit") from None
    graph = fold(snapshot)
    locked = snapshot.seal is not None and bool(snapshot.seal.locked)
    if locked and word:
        assert snapshot.seal is not None
        raise Locked(f"{snapshot.id} is sealed, and no key here opens it", why=snapshot.seal.locked)
    tale = tell(past, at, snapshot.id, row.uid, graph.meta.native, not locked)
    then, name = _meant(graph, tale, word) if word else (graph, "")
    entries = tuple(sorted(_entries(then, tale, name, graph), key=lambda e: (e.number, e.order)))
    cut = shallow and any(not touch.commit.parents for touch in tale.touches)
    return History(then, name, then is graph, tale, entries, cut, graph.complete and tale.whole and not cut and not locked)


def chosen(found: History, author: str, last: int | None) -> History:
    """Only what an expert did, or what came by a git author; and only of the last commits that are left.

    `author` is an expert when the dialogue has one of that name (or it is the judge), else part of a git author's name and
    e-mail, as in `git log --author`.
    """
    entries = found.entries
    if author:
        entries = tuple(entry for entry in entries if _is_by(found, entry, author.casefold()))
    if last is not None:
        kept = set(sorted({entry.number for entry in entries})[-last:])
        entries = tuple(entry for entry in entries if entry.number in kept)
    return found._replace(entries=entries)


def is_expert(graph: Graph, author: str) -> bool:
    """Whether this is the name of somebody in the dialogue."""
    writers = {slug for who in graph.writers.values() for slug in who}
    return author.casefold() in {JUDGE, *writers, *(e.slug.casefold() for e in graph.meta.experts)}


def _is_by(found: History, entry: Entry, author: str) -> bool:
    if is_expert(found.graph, author):
        return author in entry.by
    commit = found.touch(entry).commit
    return author in f"{commit.author} <{commit.email}>".casefold()


def _meant(graph: Graph, tale: Tale, word: str) -> tuple[Graph, str]:
    """The thing and the newest graph that has it: what was taken out again had a life too."""
    try:
        return graph, subject(graph, word)
    except NotFound:
        for older in tale.graphs:
            entity = older.find(word)
            if entity is not None:
                return older, entity.canonical
        raise


# --- entries ---------------------------------------------------------------------------------------------------


def _entries(graph: Graph, tale: Tale, name: str, newest: Graph) -> Iterator[Entry]:
    if name.startswith(_VERDICT):
        yield from _of_verdicts(graph, tale, [v for v in verdicts(graph) if v.address == name])
        return
    if not name:
        yield from _of_dialogue(tale, graph)
        yield from _of_verdicts(graph, tale, verdicts(graph))
    for number, entity in enumerate(newest.standing):
        if name in ("", entity):
            yield from _of_entity(graph, tale, entity, number)
    yield from _undone(graph, tale, name)
    if name:
        yield from _of_file(graph, tale, name)
        deciding = [v for v in verdicts(graph) if any(name in ids for ids in decided(graph, v))]
        yield from (entry for entry in _of_verdicts(graph, tale, deciding) if entry.what == GIVEN)


def _of_entity(graph: Graph, tale: Tale, name: str, order: int) -> Iterator[Entry]:
    """Its events, each with the commit that brought it; a later event of the same commit comes later."""
    present = graph.standing[name].events
    for event in present:
        number = _commit_of(tale, graph, name, event)
        if number is not None:
            yield _entry(graph, name, event, number, event.type, order)


def _entry(graph: Graph, name: str, event: Event, number: int, what: str, order: int, detail: str = "") -> Entry:
    entity = graph.entities[name]
    act = event.reference or ""
    said = detail or ("" if act.startswith("@") else graph.shown(act))  # `@slug`: in no entity, and who it was is said anyway
    return Entry(number, order, what, name, graph.shown(name), entity.label, event.actors, event.round, said, event.path, event.line)


def _commit_of(tale: Tale, graph: Graph, name: str, event: Event) -> int | None:
    """The commit that brought an event: an edit, else the one that added its file. A whole panel agreed with its last file."""
    edited = tale.appeared.get((name, event_key(event)))
    if edited is not None:
        return edited
    inside = _inside(event.path)
    born = [tale.births.get(inside)]
    if len(event.actors) > 1:
        folder = inside.rpartition("/")[0]
        born += [tale.births.get(f"{folder}/{actor}.md") for actor in event.actors]
    return max((number for number in born if number is not None), default=None)


def _inside(path: str) -> str:
    """A path in the dialogue's folder, whatever the folder is called."""
    return path.removeprefix(FOLDER).partition("/")[2]


def _undone(graph: Graph, tale: Tale, name: str) -> Iterator[Entry]:
    """What was there and was taken out again: as it came, and as it went."""
    for number, entity, event, then in tale.gone:
        if name in ("", entity):
            came = _commit_of(tale, then, entity, event)
            if came is not None and came < number:
                yield _entry(then, entity, event, came, event.type, len(graph.standing))
            yield _entry(then, entity, event, number, UNDONE, len(graph.standing), event.type)


def _of_file(graph: Graph, tale: Tale, name: str) -> Iterator[Entry]:
    """That the text around a thing was edited, and that it had another id."""
    entity = graph.entities[name]
    home, current = _inside(entity.path), entity.id
    for number, path, what in tale.edits:
        if path == home and what == EDITED:
            yield _plain(number, what, entity.author, entity.round, entity.path)
    for number, path, old, new in reversed(tale.renumbered):
        if path == home and new == current:
            by: tuple[str, ...] = ()
            yield Entry(number, 0, RENUMBERED, name, new, entity.label, by, None, old, entity.path, entity.line)
            current = old


def _plain(number: int, what: str, by: str, round: int | None, path: str, detail: str = "") -> Entry:
    return Entry(number, _FIRST, what, "", "", "", (by,) if by else (), round, detail, path, 1)


def _of_dialogue(tale: Tale, graph: Graph) -> Iterator[Entry]:
    """The files of the rounds, and the dialogue's own names."""
    folder = f"{FOLDER}{graph.meta.id}/"
    yield from (_plain(0, STARTED, "", None, folder + HEAD) for _ in tale.touches[:1])
    for number, touch in enumerate(tale.touches):
        yield from [_plain(number, RENAMED, "", None, f"{FOLDER}{touch.id}", touch.moved)] if touch.moved else []
    yield from _of_births(tale, folder)
    for number, path, what in tale.edits:
        place = split_address(address_of(path))
        by = place.name.lower() if place.kind == "contribution" else ""
        yield _plain(number, what, by, place.round if place.round >= 0 else None, folder + path)
    for number, path, old, new in tale.renumbered:
        yield _plain(number, RENUMBERED, "", None, folder + path, f"{old} to {new}")


def _of_births(tale: Tale, folder: str) -> Iterator[Entry]:
    """Contributions and scores as they came; rulings show as what they did."""
    for path, number in tale.births.items():
        place = split_address(address_of(path))
        if place.kind == "contribution":
            yield _plain(number, WROTE, place.name.lower(), place.round, folder + path)
        elif place.kind == "ruling" and place.name.startswith("score-"):
            yield _plain(number, SCORED, JUDGE, place.round, folder + path, place.name.removeprefix("score-"))


def _of_verdicts(graph: Graph, tale: Tale, of: Sequence[Verdict]) -> Iterator[Entry]:
    """When each was given, and when the one that stands went stale."""
    last = standing(graph)
    order = len(graph.standing)
    for verdict in of:
        number = tale.births.get(_inside(verdict.path))
        if number is None:
            continue
        said = (verdict.address, verdict.id, verdict.recommendation)
        yield Entry(number, order, GIVEN, *said, (verdict.author,), verdict.round, "", verdict.path, 1)
        causes = stale(graph, verdict) if verdict == last and verdict.kind == FINAL and graph.complete else ()
        since = [(_commit_of_cause(tale, c.path, c.what), c) for c in causes]
        known = [(at, c) for at, c in since if at is not None]
        if known:
            at, cause = min(known, key=lambda pair: pair[0])
            by = (cause.by,) if cause.by else ()
            what = graph.shown(cause.id) + f" was {cause.what}" if cause.id else f"{_inside(cause.path)} was {cause.what}"
            yield Entry(max(at, number), order + 1, STALE, *said, by, None, what, cause.path, cause.line)


def _commit_of_cause(tale: Tale, path: str, what: str) -> int | None:
    """The commit that made a verdict stale: the edit or removal of a file, else the one that added what was said since."""
    inside = _inside(path)
    if what in (EDITED, REMOVED):
        return max((number for number, edited, _ in tale.edits if edited == inside), default=tale.births.get(inside))
    return tale.births.get(inside)
