"""What this clone has seen of sealed dialogues: that they were sealed, and how new each file was.

Kept outside the repository, where whoever changes the repository does not get at it: one file a dialogue, named by its
uid, and one named by its folder's id, so that neither a new uid nor a new name hides a seal that was taken out. Best
effort: what cannot be written is not, and nothing fails for it. It is no cache: nothing is ever answered from it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

LIMIT = 4 << 20  # bytes of a record
SHOWN = 3  # files that a note names

Describe = Callable[[], str]


class LastSeen:
    """The records of one clone, below `folder`, in a folder named after the clone's `root`. `commit` names the commit that
    is checked out, "" when there is none.
    """

    def __init__(self, folder: str, root: str = "", commit: Describe = lambda: "") -> None:
        self._base = folder
        self._root = root
        self._commit = commit
        self._names: frozenset[str] | None = None
        self._known: dict[str, dict[str, int]] = {}  # what was read of the records in this run

    @cached_property
    def _folder(self) -> str:
        from hashlib import sha256

        clone = os.path.realpath(self._root).encode("utf-8", "surrogateescape")
        return os.path.join(self._base, sha256(clone).hexdigest()[:16])

    def was_sealed(self, uid: str, id: str) -> bool:
        """Whether a dialogue of this uid, or in a folder of this id, was sealed. One listing answers for all of them."""
        if self._names is None:
            try:  # whoever never saw a sealed dialogue has no base, and need not load a hash function
                self._names = frozenset(os.listdir(self._folder) if os.path.isdir(self._base) else ())
            except OSError:
                self._names = frozenset()
        return bool(self._names) and (_uid(uid) in self._names or _id(id) in self._names)

    def revisions(self, uid: str) -> dict[str, int]:
        """The highest revision seen of each file."""
        if uid not in self._known:
            revs = self._read(_uid(uid)).get("revs")
            said = revs.items() if isinstance(revs, dict) else ()
            self._known[uid] = {address: rev for address, rev in said if isinstance(rev, int)}
        return self._known[uid]

    def compare(self, uid: str, id: str, revs: Mapping[str, int]) -> list[str]:
        """Notes on what is older than it was, or gone; then keep the highest of both."""
        known = self.revisions(uid)
        older = _older(known, revs)
        if known == revs and self.was_sealed(uid, id):
            return []
        highest = {address: max(known.get(address, 0), revs.get(address, 0)) for address in {**known, **revs}}
        if highest != known or not self.was_sealed(uid, id):
            self._known[uid] = highest
            self._write(_uid(uid), {"v": 1, "uid": uid, "id": id, "revs": dict(sorted(highest.items()))})
            self._write(_id(id), {"v": 1, "uid": uid})
            self._names = None
        return [self._note(id, older, known, revs)] if older else []

    def accept(self, uid: str, id: str, revs: Mapping[str, int]) -> None:
        """Take what is there now as seen, whatever was there before."""
        self.forget(uid, id)
        self.compare(uid, id, revs)

    def forget(self, uid: str, id: str) -> None:
        """The dialogue is no longer sealed, and that is meant."""
        self._known.pop(uid, None)
        for name in (_uid(uid), _id(id), _id(str(self._read(_uid(uid)).get("id", id)))):
            with suppress(OSError):
                os.unlink(os.path.join(self._folder, name))
        self._names = None

    def _note(self, id: str, older: list[str], known: Mapping[str, int], revs: Mapping[str, int]) -> str:
        named = [
            f"{address} (revision {revs[address]}, was {known[address]})" if address in revs else f"{address} (gone)"
            for address in older[:SHOWN]
        ]
        more = f" and {len(older) - SHOWN} more" if len(older) > SHOWN else ""
        at = self._commit()
        where = f", as of commit {at}" if at else ""
        return (
            f"{id}: sealed files are older than this clone has seen{where}: {', '.join(named)}{more}; "
            "if an older state is meant (a branch, a revert), `blue seal` takes it as seen"
        )

    def _read(self, name: str) -> dict[str, Any]:
        import json

        try:
            with open(os.path.join(self._folder, name), "rb") as file:
                found = json.loads(file.read(LIMIT))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, name: str, record: Mapping[str, Any]) -> None:
        import json

        path = os.path.join(self._folder, name)
        temp = f"{path}.{os.getpid()}"
        with suppress(OSError):
            os.makedirs(self._folder, 0o700, exist_ok=True)
            with open(temp, "x", encoding="utf-8", opener=_private) as file:
                json.dump(record, file, separators=(",", ":"))
            os.replace(temp, path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


class Recalled(LastSeen):
    """The same records for what is no work tree, the index for one: asked, never written."""

    def compare(self, uid: str, id: str, revs: Mapping[str, int]) -> list[str]:
        """Notes as from a work tree; nothing is kept."""
        known = self.revisions(uid)
        older = _older(known, revs)
        return [self._note(id, older, known, revs)] if older else []


def _older(known: Mapping[str, int], revs: Mapping[str, int]) -> list[str]:
    return sorted(address for address, rev in known.items() if revs.get(address, 0) < rev)


def _uid(uid: str) -> str:
    return f"uid-{uid.replace('/', '_').replace(':', '_')[:200]}.json"


def _id(id: str) -> str:
    return f"id-{id}.json"
