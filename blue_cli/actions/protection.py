"""What every operation on a dialogue's protection starts from: the store below the wrapper, the keys, the seal opened.

Each operation is a chain of commits. Every one of them is planned from what lies in the store at that moment and leaves a
state that all of this can read, so a kill between two of them, or a run from another clone, is no special case.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

from blue_cli.crypto import block as blocks
from blue_cli.crypto import envelope, seal
from blue_cli.crypto.block import Block, Wrap
from blue_cli.crypto.seal import Deks
from blue_cli.dialogue.ids import DIALOGUE, path_of, split_address
from blue_cli.errors import Conflict, Locked
from blue_cli.stores import opening
from blue_cli.stores.base import Snapshot, Store, Unread
from blue_cli.stores.sealed import holds_seal

if TYPE_CHECKING:
    from blue_cli.crypto.keyring import KeyRing
    from blue_cli.stores.lastseen import LastSeen

# Entered before the first commit of an operation (its name in the audit log, the data keys, details): when that raises,
# nothing is changed; when the operation raises, it may say so.
Around = Callable[[str, Deks, Mapping[str, str]], AbstractContextManager[Any]]
UNDONE = "blue seal goes on with it, blue unseal goes back"


class Bench(NamedTuple):
    """What an operation works with. `store` holds sealed dialogues sealed; `seen` is what this clone has seen of them."""

    store: Store
    ring: KeyRing
    log: Around
    seen: LastSeen
    random: Callable[[int], bytes] = os.urandom


class Held(NamedTuple):
    """A sealed dialogue whose seal holds, opened."""

    raw: Snapshot
    block: Block
    deks: Deks
    found: opening.Opening

    @property
    def plaintexts(self) -> dict[str, bytes]:
        """Every file in plaintext, by address."""
        return {**self.found.plain, **{address: opened.data for address, opened in self.found.files.items()}}

    @property
    def keys(self) -> tuple[str, ...]:
        """The public names of the keys that open it."""
        return tuple(wrap.key for wrap in self.block.wraps)

    @property
    def revs(self) -> dict[str, int]:
        """How often each sealed file was changed."""
        return {address: opened.rev for address, opened in self.found.files.items()}


def hold(bench: Bench, raw: Snapshot) -> Held:
    """Open a sealed dialogue. `Locked` without a key, `Tampered` where its seal does not hold, `Conflict` when it has none."""
    if not holds_seal(raw.blobs):
        refuse_stripped(bench, raw)
        raise Conflict(f"{raw.id} is not sealed", fix=f"blue seal -d {raw.id}")
    found = opening.look(raw, lambda: bench.ring)
    if found.block is not None and found.deks is None:  # said first: half sealed, it looks tampered with to whoever has no key
        raise _locked(bench, raw.id, raw.uid, found.block)
    opening.refuse_faults(raw.id, found.faults)
    assert found.block is not None and found.deks is not None  # without a block there is a fault
    return Held(raw, found.block, found.deks, found)


def _locked(bench: Bench, id: str, uid: str, block: Block) -> Locked:
    """Why no key opens it, and what to do: the keys say it again, having remembered it."""
    why = fix = ""
    try:
        bench.ring.open(uid, block)
    except Locked as error:
        why, fix = error.why, error.fix
    return Locked(f"{id} is sealed, and no key here opens it", why=why, fix=fix)


def hold_whole(bench: Bench, raw: Snapshot) -> Held:
    """The same, of a dialogue that nobody is sealing or unsealing; `Conflict` otherwise."""
    held = hold(bench, raw)
    if held.block.pending:
        raise Conflict(f"{raw.id} is half sealed: blue seal or blue unseal was interrupted", fix=UNDONE)
    return held


def older(bench: Bench, held: Held) -> tuple[str, ...]:
    """What is older than this clone has seen, or gone, in words; from here on the highest of both is known."""
    revs = opening.revisions(held.found, bench.seen.revisions(held.raw.uid))
    return tuple(bench.seen.compare(held.raw.uid, held.raw.id, revs))


def refuse_stripped(bench: Bench, raw: Snapshot) -> None:
    """`Tampered` for a plain dialogue that was sealed when this clone last saw it: sealing it would hide what was put there."""
    if bench.seen.was_sealed(raw.uid, raw.id):
        why = f"it was sealed when this clone last saw it, and is not now; if somebody unsealed it on purpose: blue unseal -d {raw.id}"
        opening.refuse_faults(raw.id, [Unread(path_of(DIALOGUE), opening.BROKEN, why)])


def with_block(data: bytes, block: Block, deks: Deks) -> bytes:
    """A `dialogue.md` with this block, signed; its text stays as it is, sealed or not."""
    return envelope.with_seal(data, blocks.line(seal.sign(block, deks)))


def renew(bench: Bench, id: str, deks: Deks, wraps: Iterable[Wrap]) -> tuple[Wrap, ...]:
    """All data keys under a new key-encryption key of each wrap's provider.

    Every provider must be here, since a new data key cannot be wrapped for a key that is not: else `Locked`, naming those.
    """
    wraps = tuple(wraps)
    refuse_absent(bench, id, wraps)
    return tuple(bench.ring.wrap(deks.uid, deks, provider, wrap.epoch + 1) for wrap in wraps if (provider := bench.ring.find(wrap.key)))


def refuse_absent(bench: Bench, id: str, wraps: Iterable[Wrap]) -> None:
    """`Locked` with the names of the keys that are not here."""
    absent = [wrap.key for wrap in wraps if bench.ring.find(wrap.key) is None]
    if absent:
        raise Locked(
            f"{id}: a new data key cannot be wrapped for {'a key' if len(absent) == 1 else 'keys'} not here: {', '.join(absent)}",
            why="each key that opens the dialogue has to open the new data key too",
            fix="\n".join(["name them all in BLUE_KEYS, or leave one out:", *(f"blue seal --remove '{key}' -d {id}" for key in absent)]),
        )


def in_order(addresses: Iterable[str]) -> list[str]:
    """`dialogue.md`, then round by round contributions and rulings, then verdicts, then all else."""
    return sorted(addresses, key=_place)


def _place(address: str) -> tuple[int, int, str]:
    kind, round, name = split_address(address)
    if address == DIALOGUE or kind in ("contribution", "ruling"):
        return (0, 2 * round + (kind == "ruling"), name)  # the round of dialogue.md is -1
    return (1 if kind == "verdict" else 2, 0, address)


def paths(addresses: Iterable[str]) -> tuple[str, ...]:
    """Their paths in the dialogue's folder, in order."""
    return tuple(path_of(address) for address in in_order(addresses))
