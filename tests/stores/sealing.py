"""A sealed dialogue for tests, made with the library's own parts, and keys that lie in no file."""

from __future__ import annotations

import random
from collections.abc import Mapping

from blue_cli.crypto import block as blocks
from blue_cli.crypto import envelope, seal
from blue_cli.crypto.block import Block
from blue_cli.crypto.keyring import KeyRing
from blue_cli.crypto.keys.base import Made
from blue_cli.crypto.keys.material import Umk
from blue_cli.crypto.membership import State
from blue_cli.crypto.seal import Deks
from blue_cli.stores.base import Store
from blue_cli.stores.memory import MemoryStore
from blue_cli.stores.opening import sights

UID = "019b76da-a800-7a6a-84a2-cbcc0c5c7fd0"
ID = "2026-11-24T0528Z-sealed-7f3a"
ABOUT = f"""---
blue: 1
uid: {UID}
title: The secret title
question: The secret question
created: 2026-11-24T05:28:00Z
experts:
- {{slug: muffin, role: "The secret role", tier: core}}
- {{slug: scone, role: Storage}}
---
The secret background.
""".encode()
ROUNDS = {
    "contribution/00#muffin": b"---\nblue: 1\ncreated: 2026-11-24T05:29:00Z\nids: {T01: T0001}\n---\n[TENSION T01: The secret tension]\n",
    "contribution/00#scone": b"---\nblue: 1\nids: {P01: P0001}\n---\n[PERSPECTIVE P01: The secret idea]\n[RE:ADDRESS T0001]\n",
    "contribution/01#muffin": b"---\nblue: 1\n---\n[RE:RESOLVE T0001]\n[MOVE:CONVERGE]\n",
    "ruling/01#score-scone": b"---\nblue: 1\nscores: {W: 1, C: 2, T: 3, R: 4}\n---\n",
}


class Held:
    """A key provider whose key lies in this object."""

    scheme = kind = "file"
    shown = "a key of the test"

    def __init__(self, seed: int) -> None:
        self._umk = Umk(random.Random(seed).randbytes(32))
        self.id = self._umk.id
        self.asked = 0

    def new_kek(self, uid: str, epoch: int) -> Made:
        salt = random.Random(epoch).randbytes(32)
        return Made(self._umk.kek(uid, epoch, salt), salt)

    def kek(self, uid: str, epoch: int, salt: bytes, blob: bytes) -> bytes:
        self.asked += 1
        return self._umk.kek(uid, epoch, salt)


MINE, OTHER = Held(1), Held(2)


def ring(*keys: Held) -> KeyRing:
    """A key ring of these keys; MINE without any."""
    return KeyRing(keys or (MINE,))


def nobody() -> KeyRing:
    """The key ring of somebody without a key."""
    return KeyRing(())


class Sealer:
    """The data keys of one dialogue and what has been sealed with them. The same `seed` gives the same bytes."""

    def __init__(self, uid: str = UID, from_round: int = 0, keys: tuple[Held, ...] = (MINE,), seed: int = 7) -> None:
        self.uid = uid
        self.random = random.Random(seed).randbytes
        self.deks = Deks(uid, {1: self.random(32)})
        wraps = tuple(KeyRing(keys).wrap(uid, self.deks, key, 1) for key in keys)
        self.block = seal.sign(Block(from_round, (1,), wraps), self.deks)
        self.states: dict[str, State] = {}

    def seal(self, address: str, plain: bytes, rev: int = 1, blind: bool = False) -> bytes:
        """A sealed file; with `blind` its writer saw nothing."""
        seen = () if blind else sights(self.states, address)
        sealed = seal.seal_file(self.deks, self.uid, address, plain, rev, seen, self.random)
        self.states[address] = State(rev, envelope.read(sealed, self.uid, address).tag, seen)
        return envelope.with_seal(sealed, blocks.line(self.block)) if address == "dialogue" else sealed

    def all(self, plain: Mapping[str, bytes]) -> dict[str, bytes]:
        """Each of these files, sealed in this order."""
        return {address: self.seal(address, data) for address, data in plain.items()}


PLAIN = {"dialogue": ABOUT, **ROUNDS}


def sealed_store(store: Store | None = None, sealer: Sealer | None = None) -> Store:
    """A store with one sealed dialogue, as its bytes lie there."""
    store = store or MemoryStore()
    store.create(UID, ID, (sealer or Sealer()).all(PLAIN))
    return store


def tamper(store: Store, puts: Mapping[str, bytes] = {}, deletes: tuple[str, ...] = ()) -> None:
    """Change what lies in a store behind the wrapper's back."""
    store.commit(UID, store.load(UID).version, puts, deletes)
