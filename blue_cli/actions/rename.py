"""Another id for a dialogue. Its uid stays, and with it whatever refers to something in it."""

from __future__ import annotations

import re
from typing import NamedTuple

from blue_cli.actions.dialogues import STAMPED
from blue_cli.actions.load import fold
from blue_cli.actions.panel import native
from blue_cli.dialogue.ids import is_name, slugify
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import WrongCall
from blue_cli.stores.base import Snapshot, Store


class Renamed(NamedTuple):
    """The old id and the new; `links` are (path, link) of other dialogues that still name the old one."""

    old: str
    id: str
    changed: bool
    links: tuple[tuple[str, str], ...] = ()


def rename(store: Store, uid: str, new: str) -> Renamed:
    """Give a dialogue another id: `new` is a whole one, or a slug, which keeps the minute.

    Links of others are found, never changed: they are their authors' words. Raises `WrongCall` for what is no id,
    `Conflict` when the id is taken, or the dialogue is an older one (its title and uid come from its folder's name).
    """
    snapshot = store.load(uid)
    native(fold(snapshot))
    id = _id(snapshot.id, new)
    if id == snapshot.id:
        return Renamed(id, id, False)
    store.rename(uid, id)
    return Renamed(snapshot.id, id, True, _links(store, snapshot.id))


def _id(old: str, new: str) -> str:
    stamped = STAMPED.match(old)
    id = new if STAMPED.match(new) or not stamped else stamped[0] + new
    if not is_name(new) or not is_name(id):
        fix = f"blue dialogue rename {slugify(new)}"
        raise WrongCall(f"{new!r} cannot be a dialogue's id", why="an id has 1 to 128 ASCII letters, digits and inner hyphens", fix=fix)
    return id


def _links(store: Store, old: str) -> tuple[tuple[str, str], ...]:
    """Who names the old id in their `links:`."""
    named = re.compile(rf"(?<![0-9A-Za-z-]){re.escape(old)}(?![0-9A-Za-z-])")
    found = []
    for entry in store.dialogues():
        snapshot = store.load(entry.uid)
        found += [(f"{FOLDER}{entry.id}/dialogue.md", link) for link in _links_of(snapshot) if named.search(link)]
    return tuple(found)


def _links_of(snapshot: Snapshot) -> tuple[str, ...]:
    """The links of a dialogue, without reading its rounds."""
    about = {address: data for address, data in snapshot.blobs.items() if address == "dialogue"}
    return fold(Snapshot(snapshot.uid, snapshot.id, about, "")).meta.links
