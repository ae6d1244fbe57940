"""Two moments of a workspace, each a store: which dialogues to compare, and what changed in each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from blue_cli.actions import choosing
from blue_cli.actions.load import fold
from blue_cli.dialogue.delta import Delta, Side, delta
from blue_cli.dialogue.ids import path_of
from blue_cli.dialogue.sources import Source
from blue_cli.errors import NotFound
from blue_cli.git.past import object_of
from blue_cli.stores.base import Row, Snapshot, Store


class Moment(NamedTuple):
    """The dialogues as they were at one time: `store` in plaintext as far as a key opens it, `raw` as they lie there."""

    store: Store
    raw: Store


class Pair(NamedTuple):
    """One dialogue at both moments; None where it is not."""

    before: Row | None
    after: Row | None


def pairs(before: Moment, after: Moment, differing: Collection[str] | None = None) -> list[Pair]:
    """The dialogues to compare, by their later id; with `differing` only those under these ids.

    A dialogue is known by its uid, so a renamed folder is one dialogue; one that got its first uid keeps its folder.
    """
    old, new = (_rows(moment.raw, differing) for moment in (before, after))
    found: list[Pair] = []
    for uid, row in new.items():
        found.append(Pair(old.pop(uid, None), row))
    left = {row.id: row for row in old.values()}
    found = [pair if pair.before or pair.after is None else Pair(left.pop(pair.after.id, None), pair.after) for pair in found]
    found += [Pair(row, None) for row in left.values()]
    return sorted(found, key=lambda pair: _id(pair).encode())


def touched(raw: Store, held: Mapping[str, Mapping[str, str]], only: Collection[str] | None = None) -> set[str]:
    """The ids of the dialogues in a store that are not, file by file, what a commit holds (`git.past.held`).

    `only` are the ids to look at. A file that may not be read counts as another one.
    """
    ids = {id for id in held if only is None or id in only}
    for entry in raw.dialogues():
        if only is None or entry.id in only:
            snapshot = raw.load(entry.uid)
            same = not snapshot.unread and _is_held(snapshot.blobs, held.get(entry.id, {}))
            (ids.discard if same else ids.add)(entry.id)
    return ids


def _is_held(blobs: Mapping[str, bytes], files: Mapping[str, str]) -> bool:
    now = {path_of(address): data for address, data in blobs.items()}
    return now.keys() == files.keys() and all(object_of(now[path], len(oid)) == oid for path, oid in files.items())


def _rows(store: Store, differing: Collection[str] | None) -> dict[str, Row]:
    entries = [entry for entry in store.dialogues() if differing is None or entry.id in differing]
    return {entry.uid: Row(entry.id, entry.uid) for entry in entries}


def _id(pair: Pair) -> str:
    row = pair.after or pair.before
    assert row is not None
    return row.id


def chosen(before: Moment, after: Moment, wanted: str) -> Collection[str]:
    """The ids of the one dialogue that is meant at both moments. `NotFound` where neither has it."""
    try:
        meant = choosing.find(after.store, wanted)
    except NotFound:
        meant = choosing.find(before.store, wanted)
    ids = {entry.id for moment in (before, after) for entry in moment.raw.dialogues() if entry.uid == meant.uid}
    return ids | {meant.id}


def deltas(before: Moment, after: Moment, of: list[Pair], tell: Callable[[Delta], None]) -> None:
    """Hand each dialogue's differences on, one after the other: no more than two graphs are ever held."""
    for pair in of:
        old = _side(before, pair.before)
        found = delta(old, _side(after, pair.after, old))
        if found.differs:
            tell(found)


def _side(moment: Moment, row: Row | None, other: Side | None = None) -> Side | None:
    """One moment of a dialogue. A file that the other moment has too, byte for byte, is not scanned again."""
    if row is None:
        return None
    snapshot = moment.store.load(row.uid)
    locked = snapshot.seal is not None and bool(snapshot.seal.locked)
    raw = _raw(moment, snapshot) if snapshot.seal else snapshot.blobs
    return Side(fold(snapshot, known=_read_before(other, snapshot)), snapshot.blobs, raw, locked)


def _read_before(other: Side | None, snapshot: Snapshot) -> dict[str, Source]:
    """The contributions that are the same at the other moment, as they were read there."""
    if other is None or other.graph.meta.id != snapshot.id or not other.graph.meta.native:
        return {}
    ends: dict[str, set[int]] = {}
    for entity in other.graph.entities.values():
        ends.setdefault(entity.path, set()).add(entity.end)
    same = (s for s in other.graph.sources.files if other.plain[s.address] == snapshot.blobs.get(s.address))
    return {s.address: s._replace(ends=sorted(ends.get(s.path, ()))) for s in same}


def _raw(moment: Moment, snapshot: Snapshot) -> dict[str, bytes]:
    """What lies there, sealed or not: what nobody here can open can still be told to have changed."""
    return dict(moment.raw.load(snapshot.uid).blobs)

