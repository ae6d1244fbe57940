"""Any store, with sealed dialogues opened on the way out and sealed again on the way in.

Plain dialogues pass through: telling that a dialogue holds no seal costs a search in its bytes, and nothing of
`crypto` is imported for them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from blue_cli.dialogue.ids import DIALOGUE
from blue_cli.errors import Conflict, Locked
from blue_cli.stores.base import Entry, Row, Snapshot, Stale, Store, Unread, by_id
from blue_cli.stores.lastseen import LastSeen

if TYPE_CHECKING:
    from blue_cli.crypto.keyring import KeyRing

ARMOUR = b"-----BEGIN BLUE SEALED ROUND-----"
BLOCK = b"\nseal:"


class Sealed:
    """What `store` holds, in plaintext where a key of `ring` opens it.

    `load` raises `Tampered` for a dialogue whose seal does not hold. With `lenient` it does not: the faults are in the
    snapshot's `unread`, for `check` to report. `notes` collects what the user should be told. `seen` is what this clone
    has seen before, None for anything that is no work tree.
    """

    def __init__(
        self,
        store: Store,
        ring: Callable[[], KeyRing],
        seen: LastSeen | None = None,
        lenient: bool = False,
        notes: list[str] | None = None,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._store = store
        self._ring = ring
        self._seen = seen
        self._lenient = lenient
        self._random = random
        self.notes: list[str] = [] if notes is None else notes

    @property
    def forkable(self) -> bool:
        """As the store behind it: each dialogue is opened in one process only."""
        return getattr(self._store, "forkable", False)

    def dialogues(self) -> Iterable[Entry]:
        """As the store behind it: ids and uids are never sealed."""
        return self._store.dialogues()

    def by_id(self, id: str) -> Row | None:
        """As the store behind it."""
        return by_id(self._store, id)

    def load(self, uid: str) -> Snapshot:
        """The dialogue, opened. `Tampered` when its seal does not hold; what no key opens is in `unread`."""
        raw = self._store.load(uid)
        if not holds_seal(raw.blobs):
            return self._plain(raw)
        from blue_cli.stores import opening

        found = opening.look(raw, self._ring)
        if not self._lenient:
            opening.refuse_faults(raw.id, found.faults)
        if found.block is not None and found.block.pending:
            self.notes.append(f"{raw.id} is half sealed: blue seal goes on with it, blue unseal goes back")
        if self._seen and found.deks is not None and not found.faults:
            self.notes += self._seen.compare(raw.uid, raw.id, opening.revisions(found, self._seen.revisions(raw.uid)))
        if found.locked and found.block is not None:
            self.notes.append(f"{raw.id} is sealed, and no key here opens it: {found.locked}")
        return opening.snapshot(raw, found)

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        """As the store behind it, with what belongs under the seal sealed.

        Raises `Tampered`, `Locked` (the caller has seen that in the snapshot), and `Conflict` for what a sealed dialogue
        cannot take: a file taken out, another uid, a file of no known kind.
        """
        deletes = tuple(deletes)
        raw = self._store.load(uid)
        if not holds_seal(raw.blobs):
            refuse_smuggled(puts)
            return self._store.commit(uid, expect, puts, deletes)
        from blue_cli.stores import opening

        if raw.version != expect:
            raise Stale(f"{raw.id} was changed by someone else", fix="run the same command again")
        found = opening.look(raw, self._ring)
        opening.refuse_faults(raw.id, found.faults)
        if found.deks is None:
            raise Locked(f"{raw.id} is sealed, and what cannot be read cannot be added to", why=found.locked)
        if deletes:
            raise Conflict(f"nothing is taken out of {raw.id}: it is sealed", why="what another file saw must stay there")
        highest = self._seen.revisions(raw.uid) if self._seen else {}
        sealed = opening.sealed_puts(raw, found, puts, highest, self._random)
        return self._store.commit(uid, expect, sealed) if sealed else expect

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        """As the store behind it. A dialogue that is sealed from its beginning is made below this wrapper."""
        return self._store.create(uid, id, puts)

    def rename(self, uid: str, id: str) -> None:
        """As the store behind it: no seal knows the id."""
        self._store.rename(uid, id)

    def _plain(self, raw: Snapshot) -> Snapshot:
        """A dialogue without a seal; one that had a seal when this clone last saw it has been stripped."""
        if not (self._seen and self._seen.was_sealed(raw.uid, raw.id)):
            return raw
        from blue_cli.stores import opening

        why = "it was sealed when this clone last saw it, and is not now; if somebody unsealed it on purpose: blue unseal"
        fault = Unread(DIALOGUE + ".md", opening.BROKEN, why)
        if not self._lenient:
            opening.refuse_faults(raw.id, [fault])
        return Snapshot(raw.uid, raw.id, raw.blobs, lambda: raw.version, [*raw.unread, fault])


def nobody() -> KeyRing:
    """The ring of somebody who has no key: a seal stays shut whatever keys there are, and no provider is asked."""
    raise Locked("sealed, and read without a key")


def holds_seal(blobs: Mapping[str, bytes]) -> bool:
    """Whether anything here is sealed or says so: the block in `dialogue.md`, or an envelope anywhere."""
    head = blobs.get(DIALOGUE, b"")
    if BLOCK in head and BLOCK in head.partition(b"\n---")[0]:
        return True
    return any(ARMOUR in data for data in blobs.values()) and _any_envelope(blobs)


def _any_envelope(blobs: Mapping[str, bytes]) -> bool:
    """A text that only quotes the armour is no envelope."""
    from blue_cli.crypto.envelope import is_sealed

    return any(is_sealed(data) for data in blobs.values())


def refuse_smuggled(puts: Mapping[str, bytes]) -> None:
    """An envelope written into a plain dialogue would never open again."""
    if holds_seal(puts):
        raise Conflict("a sealed text cannot be added to a plain dialogue", fix="open it first, or seal the dialogue: blue seal")
