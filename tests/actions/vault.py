"""A dialogue to be sealed, with something of every kind in it, keys in files, and stores that die."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from blue_cli.actions.protection import Bench
from blue_cli.crypto.keyring import KeyRing
from blue_cli.crypto.keys.file import FileProvider
from blue_cli.crypto.keys.material import Umk
from blue_cli.crypto.keys.passphrase import Protection
from blue_cli.crypto.seal import Deks
from blue_cli.stores.base import Snapshot, Store
from blue_cli.stores.lastseen import LastSeen
from blue_cli.stores.sealed import Sealed, holds_seal

UID = "0193f8a0-0000-7000-8000-000000000001"
ID = "2026-11-24T0528Z-cache"
HEAD = f"---\nblue: 1\ndialogue: {UID}\n"
TEXTS: dict[str, bytes] = {
    "dialogue": f"---\nblue: 1\nuid: {UID}\ntitle: Secret plans\ncreated: 2026-11-24T05:28:00Z\nexperts:\n"
    "- {slug: muffin, role: Caching}\n- {slug: scone, role: Storage}\n---\nThe secret background\n".encode(),
    "contribution/00#muffin": f"{HEAD}round: 0\nexpert: muffin\ncreated: 2026-11-24T05:29:00Z\nids: {{T01: T0001}}\n---\n"
    "[TENSION T01: Secret latency]\n".encode(),
    "contribution/00#scone": f"{HEAD}round: 0\nexpert: scone\n---\r\nSecret, without a line end".encode(),
    "contribution/01#muffin": b"No front matter, secret all the same\n",
    "ruling/00#MUFFIN-T0001": f"{HEAD}round: 0\nexpert: judge\n---\n[ACCEPTED T0001: secretly]\n".encode(),
    "ruling/01#score-muffin": f"{HEAD}round: 1\nexpert: judge\n---\nsecret score\n".encode(),
    "verdict/interim": f"{HEAD}kind: interim\n---\nA secret verdict\n".encode(),
    "file/notes.txt": b"beside it",
}
PROTECTED = [address for address in TEXTS if not address.startswith("file/")]


class Vault:
    """The dialogue in a store, the first key configured, and what the audit log was told."""

    def __init__(self, store: Store, folder: Path, texts: Mapping[str, bytes] = TEXTS) -> None:
        self.store = store
        self.folder = folder
        self.events: list[str] = []
        self.key = new_key(folder / "first.key")
        self.seen = LastSeen(str(folder / "seen"))
        if texts:
            store.create(UID, ID, texts)

    def bench(self, *more: FileProvider, store: Store | None = None, seen: LastSeen | None = None) -> Bench:
        """A bench with fresh providers: nothing is remembered from an earlier one."""
        ring = KeyRing([key_at(self.folder / "first.key"), *more])
        return Bench(store or self.store, ring, self.log, seen or self.seen)

    def over(self, store: Store) -> Vault:
        """The same key, over another store, in a clone that has seen nothing."""
        other = Vault.__new__(Vault)
        other.store, other.folder, other.events, other.key = store, self.folder, [], self.key
        other.seen = LastSeen(str(self.folder / f"seen-{id(store)}"))
        return other

    @contextmanager
    def log(self, action: str, deks: Deks, details: Mapping[str, str]) -> Iterator[None]:
        """The audit log."""
        assert deks.uid == UID and details is not None
        self.events.append(action)
        yield

    def read(self, *more: FileProvider, seen: LastSeen | None = None) -> Mapping[str, bytes]:
        """What a reading command gets."""
        return Sealed(self.store, lambda: self.bench(*more).ring, seen or self.seen).load(UID).blobs

    @property
    def raw(self) -> Mapping[str, bytes]:
        """What lies in the store."""
        return self.store.load(UID).blobs

    @property
    def plain(self) -> list[str]:
        """Where the sentinel word can be read, or the beginning of a line of plain text."""
        return sorted(a for a, data in self.raw.items() if b"ecret" in data)

    @property
    def is_sealed(self) -> bool:
        return holds_seal(self.raw)


def new_key(path: Path) -> FileProvider:
    """A key in a file of its own folder, made now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    provider = key_at(path)
    provider.create(Umk.make(os.urandom))
    return provider


def key_at(path: Path) -> FileProvider:
    """The provider of a key file."""
    return FileProvider(str(path), path.name, Protection({}, None))


class Killed(BaseException):
    """The process is no more: nothing catches this."""


class Mortal:
    """A store that writes file by file and dies when it has written so many: what a kill between two renames leaves."""

    def __init__(self, store: Store, writes: int) -> None:
        self.store = store
        self.left = writes

    def dialogues(self) -> Iterable[object]:
        return self.store.dialogues()

    def load(self, uid: str) -> Snapshot:
        return self.store.load(uid)

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        assert not tuple(deletes)
        assert self.store.load(uid).version == expect
        for address, data in puts.items():
            if not self.left:
                raise Killed
            self.left -= 1
            self.store.commit(uid, self.store.load(uid).version, {address: data})
        return self.store.load(uid).version

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        raise AssertionError

    def rename(self, uid: str, id: str) -> None:
        raise AssertionError
