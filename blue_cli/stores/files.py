"""Dialogues as folders of `.blue/dialogues`: the default store, readable and writable by anybody with an editor.

Reading never locks and never follows a link. A write holds `flock` on the dialogue's own folder (no lock file to
be left behind), looks once more whether everything is as expected, and replaces whole files (`batch`). A reader
may see the first of several files replaced and the next not yet; each one is whole.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from blue_cli.dialogue.ids import DIALOGUE, is_name, path_of
from blue_cli.errors import NotFound
from blue_cli.stores.base import Entry, Facts, Row, Snapshot, Stale, Unread, count
from blue_cli.stores.folder import Blobs, read_folder, read_head, stamp_of
from blue_cli.stores.keys import HEAD, STRAIGHT, Keys
from blue_cli.stores.limits import check_id, check_uid, paths_of
from blue_cli.stores.place import FOLDER, GONE, PATH, make_place, open_place, opened, unavailable
from blue_cli.stores.taken import Taken

FILE_OF_DIALOGUE = path_of(DIALOGUE)


def open_url(url: str, root: str) -> FilesStore:
    """The dialogues below `root`: a URL of this store says no more than its scheme."""
    return FilesStore(root)


def prepare(url: str, root: str) -> bool:
    """Make `.blue/dialogues` where it is missing; whether it was."""
    try:
        with open_place(root):
            return False
    except NotFound:
        make_place(root)
    return True


def describe(url: str, root: str) -> Facts:
    """What there is."""
    return count(FilesStore(root), "files")


class FolderEntry:
    """A dialogue in a listing. Its `uid` is read from `dialogue.md` when asked for."""

    __slots__ = ("_keys", "id")

    def __init__(self, id: str, keys: Keys) -> None:
        self.id = id
        self._keys = keys

    @property
    def uid(self) -> str:
        """The uid to load it by; `older:{id}` without a readable `dialogue.md`."""
        return self._keys.uid_of(self.id)


class FilesStore:
    """The dialogues under `root`, the absolute path of the folder that holds `.blue`.

    `patience` is the time in seconds a write waits for another writer of the same dialogue. Raises, besides what
    the contract says, `Unavailable` when the machine does not let it read or write.
    """

    forkable = True  # it keeps nothing open, so a forked child may use its copy

    def __init__(self, root: str, patience: float = 10.0) -> None:
        self._root = root
        self._patience = patience
        self._keys = Keys(self._head)
        self._taken = Taken()

    def dialogues(self) -> Iterable[Entry]:
        """Every dialogue once, sorted by id. Reads one folder and no file."""
        return [FolderEntry(id, self._keys) for id in self._ids()]

    def by_id(self, id: str) -> Row | None:
        """The dialogue of exactly this id: one look at its folder."""
        if not is_name(id):
            return None
        try:
            with open_place(self._root) as place:
                mode = os.stat(id, dir_fd=place, follow_symlinks=False).st_mode
        except NotFound:
            return None
        except OSError as error:
            if error.errno in GONE:
                return None
            raise unavailable(error, f"{PATH}/{id}") from None
        return Row(id, self._keys.uid_of(id)) if stat.S_ISDIR(mode) else None

    def load(self, uid: str) -> Snapshot:
        """The whole dialogue, or `NotFound`; reads no other dialogue when its uid was listed before.

        `older:{id}` and `copy:{id}` go straight to that id; the snapshot's `uid` is what it answers to.
        """
        with open_place(self._root) as place:
            for _ in range(2):  # the second time when what was remembered is no longer so
                id, fd = self._open(uid, place)
                try:
                    snapshot = self._snapshot(id, fd)
                finally:
                    os.close(fd)
                if snapshot.uid == uid or uid.startswith(STRAIGHT):
                    return snapshot
        raise NotFound(f"no such dialogue: {uid}")

    def stamp(self, uid: str) -> str:
        """What the file system says of every file, and the id (`base.stamp`): no file is opened."""
        with open_place(self._root) as place:
            id, fd = self._open(uid, place)
            try:
                return f"{id} {stamp_of(fd)}"
            except OSError as error:
                raise unavailable(error, f"{PATH}/{id}") from None
            finally:
                os.close(fd)

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        """Replace whole files, in the order of `puts`, then delete, if the version is still `expect`.

        What is already there byte for byte is not written. An error before the first rename leaves everything as
        it was; a later one leaves some files replaced, each whole, and says so.
        """
        from blue_cli.stores import batch

        deletes = tuple(deletes)
        paths = paths_of(puts, deletes)
        with self._locked(uid) as (id, fd):
            blobs, unread = self._contents(id, fd)
            if digest(blobs) != expect:
                raise Stale(f"{id} was changed by someone else", fix="run the same command again")
            batch.refuse_unread(f"{PATH}/{id}/", paths.values(), unread)
            after = {address: data for address, data in {**blobs, **puts}.items() if address not in deletes}
            new = {paths[address]: data for address, data in puts.items() if address in after and blobs.get(address) != data}
            known = {path for address, path in paths.items() if address in blobs}
            batch.write(fd, f"{PATH}/{id}/", new, [path for path in map(paths.__getitem__, deletes) if path in known], known)
            self._learn(id, fd)
            return digest(after)

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        """Make a dialogue, whole or not at all; `Conflict` when the uid or the id (by casefold) is taken.

        All others are looked at for that once in a run of them, unless somebody else adds one meanwhile (`taken`).
        """
        from blue_cli.stores import batch

        paths = paths_of(puts, ())
        make_place(self._root)
        with open_place(self._root, "written") as place, batch.locked(place, PATH, self._patience):
            is_new = not self._taken.is_known(place, self._keys.forgotten)
            if is_new:
                self._look(place)
            check_id(id, self._taken.like(id))
            check_uid(uid, id, puts, self._keys, self._keys.named(uid))
            batch.build(place, f"{PATH}/", id, {paths[address]: data for address, data in puts.items()}, sweep=is_new)
            self._keys.learn(id, puts.get(DIALOGUE, b""))
            self._taken.add(id, place)
        return digest(puts)

    def rename(self, uid: str, id: str) -> None:
        """Give a dialogue's folder another name; `NotFound`, or `Conflict` when the id is taken."""
        from blue_cli.stores import batch

        with open_place(self._root, "written") as place, batch.locked(place, PATH, self._patience), self._locked(uid) as (old, _):
            check_id(id, [other for other in self._names(place) if other != old])
            batch.move(place, f"{PATH}/", old, id)
            self._keys.forget(old)

    def _ids(self) -> list[str]:
        """The ids of all dialogues: folders, no links, with a name that FORMAT.md allows."""
        try:
            with open_place(self._root) as place, os.scandir(place) as entries:
                ids = sorted(entry.name for entry in entries if is_name(entry.name) and entry.is_dir(follow_symlinks=False))
        except NotFound:
            ids = []
        except OSError as error:
            raise unavailable(error, PATH) from None
        self._keys.keep(ids)
        return ids

    def _look(self, place: int) -> None:
        """Find out every id and uid that is taken."""
        names = self._names(place)
        for id in self._ids():
            self._keys.uid_of(id)
        self._taken.keep(names, self._keys.forgotten)

    def _names(self, place: int) -> list[str]:
        """Everything beside the dialogues as well: a new id must differ from a stray file's name too."""
        try:
            return os.listdir(place)
        except OSError as error:
            raise unavailable(error, PATH) from None

    def _open(self, uid: str, place: int) -> tuple[str, int]:
        """The id and an open descriptor of a dialogue's folder, or `NotFound`."""
        for _ in range(2):  # the second time when it was renamed by someone else
            id = self._keys.find(uid, self._ids)
            if id is None:
                break
            try:
                return id, os.open(id, FOLDER, dir_fd=place)
            except OSError as error:
                if error.errno not in GONE:
                    raise unavailable(error, f"{PATH}/{id}") from None
                self._keys.forget(id)
        raise NotFound(f"no such dialogue: {uid}")

    @contextmanager
    def _locked(self, uid: str) -> Iterator[tuple[str, int]]:
        """A dialogue's id and open folder, with its lock held. `Stale` when it changed its name or uid while we waited."""
        from blue_cli.stores import batch

        with open_place(self._root, "written") as place:
            id, fd = self._open(uid, place)
            try:
                with batch.locked(fd, f"{PATH}/{id}", self._patience):
                    if not (batch.is_at(fd, id, place) and (self._learn(id, fd) == uid or uid.startswith(STRAIGHT))):
                        self._keys.forget(id)
                        raise Stale(f"{id} was changed by someone else", fix="run the same command again")
                    yield id, fd
            finally:
                os.close(fd)

    def _head(self, id: str) -> bytes:
        """The first bytes of a `dialogue.md`, empty when there is none that may be read."""
        with open_place(self._root) as place:
            try:
                with opened(id, place) as fd:
                    return read_head(fd, FILE_OF_DIALOGUE, HEAD)
            except OSError as error:
                if error.errno in (*GONE, errno.EACCES):
                    return b""
                raise unavailable(error, f"{PATH}/{id}") from None

    def _learn(self, id: str, fd: int) -> str:
        """The uid that an open dialogue folder answers to now."""
        try:
            return self._keys.learn(id, read_head(fd, FILE_OF_DIALOGUE, HEAD))
        except OSError as error:
            raise unavailable(error, f"{PATH}/{id}") from None

    def _snapshot(self, id: str, fd: int) -> Snapshot:
        blobs, unread = self._contents(id, fd)
        # Without the blob it may still be there, too large to be read: then a listing found its uid as well.
        uid = self._keys.learn(id, blobs[DIALOGUE]) if DIALOGUE in blobs else self._learn(id, fd)
        return Snapshot(uid, id, blobs, lambda: digest(blobs), unread)

    def _contents(self, id: str, fd: int) -> tuple[Blobs, list[Unread]]:
        """Everything in a dialogue's folder."""
        try:
            return read_folder(fd)
        except OSError as error:
            raise unavailable(error, f"{PATH}/{id}") from None


def digest(blobs: Mapping[str, bytes]) -> str:
    """The version of a dialogue: nothing but its addresses and bytes, so that every clone has the same."""
    from hashlib import sha256

    whole = sha256()
    for address in sorted(blobs):
        whole.update(f"{address}\0".encode())
        whole.update(sha256(blobs[address]).digest())
    return whole.hexdigest()
