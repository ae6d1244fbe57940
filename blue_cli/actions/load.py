"""The whole pipeline on one screen: a snapshot's bytes become a graph.

bytes → document (front matter, body) → marks → entities and acts → the fold → graph
"""

from __future__ import annotations

from collections.abc import Mapping

from blue_cli.dialogue import sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.graph import Graph
from blue_cli.errors import Locked
from blue_cli.stores.base import Snapshot, Store, Unread

_UNREAD = {
    "too-large": ("limit", "larger than 1 MiB, not read", "split it, or move what is no contribution out of the dialogue"),
    "symlink": ("unsafe-path", "a symbolic link, not followed", "put the file itself there"),
    "not-regular": ("unsafe-path", "no regular file, not read", "remove it"),
    "unsafe-name": ("unsafe-path", "a name that no terminal or file system should be given", "rename it"),
    "unmerged": ("conflict-marker", "an open merge: the index holds each side", "settle it, then git add"),
    "unreadable": ("unsafe-path", "may not be read", "give yourself the right to read it"),
}


_SEALED = ("sealed", "plaintext", "broken")


def load(store: Store, uid: str, only: str = "", near: bool = False) -> Graph:
    """One dialogue, read and folded. `NotFound` when the store has none of that uid."""
    return fold(store.load(uid), only, near)


def fold(snapshot: Snapshot, only: str = "", near: bool = False, known: Mapping[str, sources.Source] = {}) -> Graph:
    """The graph of a snapshot. `only`, `near` and `known`: see `assemble` and `sources.read`."""
    return assemble(sources.read(snapshot.id, snapshot.uid, snapshot.blobs, unread(snapshot), near, only, known), only)


def readable(snapshot: Snapshot) -> Snapshot:
    """The snapshot, for an answer that needs the text. `Locked` when it is sealed and no key here opens it."""
    if snapshot.seal is not None and snapshot.seal.locked:
        raise Locked(f"{snapshot.id} is sealed, and no key here opens it", why=snapshot.seal.locked, fix=snapshot.seal.fix)
    return snapshot


def unread(snapshot: Snapshot) -> list[sources.Unread]:
    """What the store could not read, as findings-to-be; what no key opens is one of them for the whole dialogue."""
    out = []
    shut = sum(entry.reason == "sealed" for entry in snapshot.unread)
    if shut and snapshot.seal is not None and not any(entry.reason == "broken" for entry in snapshot.unread):
        what = "a file sealed, and no key here opens it" if shut == 1 else f"{shut} files sealed, and no key here opens them"
        out.append(sources.Unread("dialogue.md", "sealed-unreadable", f"{what}: {snapshot.seal.locked}", ""))
    for entry in snapshot.unread:
        if entry.reason in _SEALED:
            out.append(_around_a_seal(entry))
            continue
        rule, message, fix = _UNREAD.get(entry.reason, ("unsafe-path", "not read", "look at it"))
        out.append(sources.Unread(entry.path, rule, f"{message}{': ' + entry.detail if entry.detail else ''}", fix))
    return out


def _around_a_seal(entry: Unread) -> sources.Unread:
    """A file that no key opens is part of one finding for all; a seal that does not hold is a finding of its own."""
    from blue_cli.stores.opening import FAULTS, SEALED

    rule, message, fix = FAULTS[entry.reason]
    detail = f": {entry.detail}" if entry.detail else ""
    return sources.Unread(entry.path, "" if entry.reason == SEALED else rule, message + detail, fix)
