"""What git holds of dialogues, as blobs: the same things are read, and the same left alone, as in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from blue_cli.dialogue.ids import DIALOGUE, address_of, is_name, is_path, path_of
from blue_cli.errors import NotFound
from blue_cli.git.listing import FILES, LINK, Item
from blue_cli.git.objects import Objects
from blue_cli.stores.base import Entry, Snapshot, Unread
from blue_cli.stores.files import FolderEntry
from blue_cli.stores.folder import printable
from blue_cli.stores.keys import HEAD, STRAIGHT, Keys
from blue_cli.stores.limits import BLOB, DEPTH
from blue_cli.stores.place import PATH
from blue_cli.stores.readonly import Refusing

FILE_OF_DIALOGUE = path_of(DIALOGUE)
Items = Mapping[str, Item]  # by path inside the dialogue's folder


class GitStore(Refusing):
    """A store that reads from git and writes nothing. Subclasses say which dialogues there are, and what each holds."""

    _why = "what git keeps, its commits and its index, is only read"

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._keys = Keys(self._head)

    def ids(self) -> list[str]:
        """The ids of all dialogues, sorted."""
        raise NotImplementedError

    def items(self, id: str) -> Items:
        """What one dialogue holds, with sizes; empty when there is none."""
        raise NotImplementedError

    def version(self, id: str) -> str:
        """The version of a dialogue that is there."""
        raise NotImplementedError

    def dialogues(self) -> Iterable[Entry]:
        """Every dialogue once, sorted by id."""
        return [FolderEntry(id, self._keys) for id in self.ids()]

    def load(self, uid: str) -> Snapshot:
        """The whole dialogue, or `NotFound`."""
        id = self._keys.find(uid, self.ids)
        if id is None or id not in self.ids():
            raise NotFound(f"no such dialogue: {uid}")
        blobs, unread = read(self.items(id), self._objects)
        own = self._keys.learn(id, blobs[DIALOGUE]) if DIALOGUE in blobs else self._keys.uid_of(id)
        if own != uid and not uid.startswith(STRAIGHT):
            raise NotFound(f"no such dialogue: {uid}")
        return Snapshot(own, id, blobs, lambda: self.version(id), unread)

    def close(self) -> None:
        """End git. What is asked afterwards starts it again."""
        self._objects.close()

    def _head(self, id: str) -> bytes:
        """The first bytes of a `dialogue.md`, empty when there is none that may be read."""
        item = self.items(id).get(FILE_OF_DIALOGUE)
        if item is None or _trouble(FILE_OF_DIALOGUE, item):
            return b""
        return (self._objects.read([item.oid])[0] or b"")[:HEAD]


def by_dialogue(items: Iterable[tuple[str, Item]]) -> Iterator[tuple[str, str, Item]]:
    """Id, path inside the dialogue's folder, and what is there, for everything that lies in a dialogue."""
    for path, item in items:
        id, slash, inside = path.removeprefix(PATH + "/").partition("/")
        if slash and is_name(id):
            yield id, inside, item


def read(items: Items, objects: Objects) -> tuple[dict[str, bytes], list[Unread]]:
    """Every file by address (sorted), and what was not read, as `folder.read_folder` does it.

    Sizes must be known: what is too large is never asked for.
    """
    unread: set[Unread] = set()
    wanted: dict[str, tuple[str, str]] = {}
    for path, item in items.items():
        address, trouble = _judge(path)
        trouble = trouble or (_trouble(path, item) if address else None)
        if trouble:
            unread.add(trouble)
        elif address:
            wanted[address] = path, item.oid
    blobs = {}
    for (address, (path, _)), data in zip(wanted.items(), objects.read([oid for _, oid in wanted.values()]), strict=True):
        if data is None:
            unread.add(_absent(path))
        else:
            blobs[address] = data
    return dict(sorted(blobs.items())), sorted(unread)


@lru_cache(4096)
def _judge(path: str) -> tuple[str | None, Unread | None]:
    """The address of a path; or what is wrong with it or a folder in it; or neither for what is ignored."""
    parts = path.split("/")
    for number, part in enumerate(parts):
        here = "/".join(parts[: number + 1])
        if part.startswith("."):
            return None, None
        if not is_path(here):
            return None, Unread(printable(here), "unsafe-name")
        if number > DEPTH:
            return None, Unread("/".join(parts[:number]), "too-large", f"more than {DEPTH} levels of folders")
    return address_of(path), None


def _trouble(path: str, item: Item) -> Unread | None:
    if item.stage:
        return Unread(path, "unmerged")
    if item.mode == LINK:
        return Unread(path, "symlink")
    if item.mode not in FILES:
        return Unread(path, "not-regular")
    if item.size < 0:
        return _absent(path)
    return Unread(path, "too-large", f"{item.size} bytes, the limit is {BLOB}") if item.size > BLOB else None


def _absent(path: str) -> Unread:
    return Unread(path, "unreadable", "git has no such object here")
