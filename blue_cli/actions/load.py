"""The whole pipeline on one screen: a snapshot's bytes become a graph.

bytes → document (front matter, body) → marks → entities and acts → the fold → graph
"""

from __future__ import annotations

from blue_cli.dialogue import sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.graph import Graph
from blue_cli.stores.base import Snapshot, Store

_UNREAD = {
    "too-large": ("limit", "larger than 1 MiB, not read", "split it, or move what is no contribution out of the dialogue"),
    "symlink": ("unsafe-path", "a symbolic link, not followed", "put the file itself there"),
    "not-regular": ("unsafe-path", "no regular file, not read", "remove it"),
    "unsafe-name": ("unsafe-path", "a name that no terminal or file system should be given", "rename it"),
    "unreadable": ("unsafe-path", "may not be read", "give yourself the right to read it"),
}


def load(store: Store, uid: str, only: str = "", near: bool = False) -> Graph:
    """One dialogue, read and folded. `NotFound` when the store has none of that uid."""
    return fold(store.load(uid), only, near)


def fold(snapshot: Snapshot, only: str = "", near: bool = False) -> Graph:
    """The graph of a snapshot. `only` and `near`: see `assemble` and `sources.read`."""
    return assemble(sources.read(snapshot.id, snapshot.uid, snapshot.blobs, unread(snapshot), near, only), only)


def unread(snapshot: Snapshot) -> list[sources.Unread]:
    """What the store could not read, as findings-to-be."""
    out = []
    for entry in snapshot.unread:
        rule, message, fix = _UNREAD.get(entry.reason, ("unsafe-path", "not read", "look at it"))
        out.append(sources.Unread(entry.path, rule, f"{message}{': ' + entry.detail if entry.detail else ''}", fix))
    return out
