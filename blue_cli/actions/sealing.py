"""Seal a dialogue and take its seal off. Killed at any moment, both go on from what lies there, from any clone.

Sealing: (1) the audit event; (2) `dialogue.md` sealed, with the block: from here the data key is safe, and `pending` in the
block counts every plaintext, so readers take exactly those bytes and writers wait; (3) the files, in order of their rounds,
each in sight of those before it; (4) the block without `pending`. Unsealing goes the same way back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from blue_cli.actions.load import fold
from blue_cli.actions.protection import Bench, Held, hold, hold_whole, in_order, older, paths, refuse_stripped, with_block
from blue_cli.crypto import envelope
from blue_cli.crypto import seal as seals
from blue_cli.crypto.block import Block
from blue_cli.crypto.keys.place import Missing
from blue_cli.crypto.membership import Head, State, everything, heads
from blue_cli.crypto.seal import Deks
from blue_cli.dialogue.ids import DIALOGUE, UID, path_of
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Conflict, Locked, NotFound, Refused, WrongCall
from blue_cli.stores.base import Snapshot, commit_loop
from blue_cli.stores.limits import BLOB
from blue_cli.stores.opening import census, is_protected, states
from blue_cli.stores.sealed import holds_seal

if TYPE_CHECKING:
    from blue_cli.crypto.keys.base import KeyProvider


class Sealing(NamedTuple):
    """What became of a dialogue.

    files     paths that were sealed, or unsealed, now
    readable  paths that anybody can read, in a sealed dialogue
    keys      public names of the keys that open it
    accepted  that this clone now takes what is there for what it has seen
    notes     what was older than this clone had seen, when it went on with that or took it
    """

    id: str
    uid: str
    changed: bool
    from_round: int = 0
    files: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    accepted: bool = False
    notes: tuple[str, ...] = ()


# --- sealing -----------------------------------------------------------------------------------------------------


def seal(bench: Bench, uid: str, from_round: int | None = None, more: Sequence[KeyProvider] = (), accept: bool = True) -> Sealing:
    """Seal a dialogue from a round on, under the first configured key and those of `more`; or go on with it.

    `from_round` None: all of it, or as it is. A sealed dialogue that is whole stays as it is, and with `accept` what is there
    counts as seen. Raises `Conflict` for a dialogue that cannot be sealed as it is, `Refused` for a file that cannot, `Tampered`
    where a seal does not hold, `Locked` without a key; then nothing was changed.
    """
    raw = bench.store.load(uid)
    if holds_seal(raw.blobs):
        return _extend(bench, raw, from_round, accept)
    _refuse_unfit(bench, raw)
    deks = Deks.make(raw.uid, bench.random)
    block = _block(bench, deks, from_round or 0, more)
    sealed_files(bench, raw, block, deks, {})  # whatever cannot be sealed is found out before anything is written

    def announce(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], None]:
        if holds_seal(now.blobs):
            raise Conflict(f"{now.id} was sealed by someone else meanwhile", fix="run the same command again")
        _refuse_unfit(bench, now)
        return {DIALOGUE: _dialogue(bench, now.blobs[DIALOGUE], block._replace(pending=census(now.blobs)), deks)}, (), None

    with bench.log("seal", deks, {"from_round": str(block.from_round), "keys": " ".join(wrap.key for wrap in block.wraps)}):
        commit_loop(bench.store, uid, announce)
        return _proceed(bench, raw.uid)


def look(bench: Bench, uid: str) -> Sealing:
    """How a sealed dialogue is sealed. Raises as `seal`, and `Conflict` for one that is not, or only half."""
    return _done(hold_whole(bench, bench.store.load(uid)), ())


def newborn(bench: Bench, uid: str, data: bytes) -> tuple[bytes, Deks]:
    """A `dialogue.md` sealed before it is ever written, and the new data keys. The audit event is the caller's."""
    deks = Deks.make(uid, bench.random)
    return _dialogue(bench, data, _block(bench, deks, 0, ()), deks), deks


def _extend(bench: Bench, raw: Snapshot, from_round: int | None, accept: bool) -> Sealing:
    """A dialogue that has a seal: whole, interrupted, or to be sealed from an earlier round on."""
    held = hold(bench, raw)
    wanted = held.block.from_round if from_round is None else from_round
    if wanted > held.block.from_round:
        fix = f"blue unseal -d {raw.id}, then blue seal --from {wanted} -d {raw.id}"
        raise Conflict(f"{raw.id} is sealed from round {held.block.from_round} on, nothing is unsealed by sealing", fix=fix)
    if wanted == held.block.from_round and not held.block.pending:
        notes = older(bench, held)
        if accept:
            bench.seen.accept(raw.uid, raw.id, held.revs)
        return _done(held, ())._replace(accepted=accept, notes=notes)
    notes = older(bench, held)
    lower = held.block._replace(from_round=wanted)
    sealed_files(bench, raw, lower, held.deks, states(held.found.files))

    def announce(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], None]:
        there = hold(bench, now)
        pending = there.block.pending or census(there.plaintexts)
        block = there.block._replace(from_round=min(wanted, there.block.from_round), pending=pending)
        return _swapped(there, block), (), None

    with bench.log("seal", held.deks, {"from_round": str(wanted)}):
        commit_loop(bench.store, raw.uid, announce)
        return _proceed(bench, raw.uid)._replace(notes=notes)


def _proceed(bench: Bench, uid: str) -> Sealing:
    """Steps 3 and 4, from whatever is there."""

    def protect(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], tuple[str, ...]]:
        there = hold(bench, now)
        puts = sealed_files(bench, now, there.block, there.deks, states(there.found.files))
        return puts, (), tuple(puts)

    def finish(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Held]:
        there = hold(bench, now)
        if any(is_protected(address, there.block.from_round) for address in there.found.plain):
            raise Conflict(f"{now.id} was changed by someone else", fix="run the same command again")
        return _swapped(there, there.block._replace(pending="")), (), there

    files = commit_loop(bench.store, uid, protect)
    held = commit_loop(bench.store, uid, finish)
    bench.seen.accept(uid, held.raw.id, held.revs)
    return _done(held, paths([DIALOGUE, *files]))._replace(changed=True)


def sealed_files(bench: Bench, raw: Snapshot, block: Block, deks: Deks, known: Mapping[str, State]) -> dict[str, bytes]:
    """Every plaintext that the block wants sealed, sealed, in the order in which they are written. `known` are the sealed ones.

    Each sees what no other has seen before it; a ruling and a verdict see everything. `Refused` for what cannot be sealed.
    """
    known = dict(known)
    tips = heads(known)
    highest = _highest(bench, deks.uid, known)
    out: dict[str, bytes] = {}
    plain = (a for a, data in raw.blobs.items() if a != DIALOGUE and is_protected(a, block.from_round) and not envelope.is_sealed(data))
    for address in in_order(plain):
        seen = everything(known) if address.startswith(("ruling/", "verdict/")) else tips
        sealed, state = _sealed(bench, deks, address, raw.blobs[address], tuple(seen), 1 + highest.get(address, 0))
        if len(sealed) > BLOB:
            raise _unsealable(address, f"sealed, it would have {len(sealed)} bytes, the limit is {BLOB}")
        out[address], known[address] = sealed, state
        tips = (Head(address, state.rev, state.tag),)
    return out


def _highest(bench: Bench, uid: str, known: Mapping[str, State]) -> dict[str, int]:
    """The highest revision of each file that this clone or another file has seen: a new one goes above it."""
    highest = bench.seen.revisions(uid)
    for state in known.values():
        for head in state.seen:
            highest[head.address] = max(highest.get(head.address, 0), head.rev)
    return highest


def _sealed(bench: Bench, deks: Deks, address: str, data: bytes, seen: tuple[Head, ...], rev: int) -> tuple[bytes, State]:
    try:
        sealed = seals.seal_file(deks, deks.uid, address, data, rev, seen, bench.random)
    except envelope.Broken as error:
        raise _unsealable(address, str(error)) from None
    return sealed, State(rev, envelope.read(sealed, deks.uid, address).tag, seen)


def _unsealable(address: str, why: str) -> Refused:
    return Refused(f"{path_of(address)} cannot be sealed: nothing was written", why=why)


def _dialogue(bench: Bench, data: bytes, block: Block, deks: Deks) -> bytes:
    rev = 1 + bench.seen.revisions(deks.uid).get(DIALOGUE, 0)
    return with_block(_sealed(bench, deks, DIALOGUE, data, (), rev)[0], block, deks)


def _block(bench: Bench, deks: Deks, from_round: int, more: Sequence[KeyProvider]) -> Block:
    """The block under the default key and more; a key that is named twice is used once."""
    if not bench.ring.providers:
        raise WrongCall("no key is configured", fix="the setting keys, or BLUE_KEYS=file:")
    try:
        first = bench.ring.providers[0].id
    except Missing as error:
        raise Locked(error.message, why="sealing takes a key, and makes none", fix="blue key new, or blue key import FILE") from None
    providers = {provider.id: provider for provider in (*more, bench.ring.providers[0])}
    ordered = [providers[first], *(provider for id, provider in providers.items() if id != first)]
    return Block(from_round, deks.versions, tuple(bench.ring.wrap(deks.uid, deks, provider, 1) for provider in ordered))


def _refuse_unfit(bench: Bench, raw: Snapshot) -> None:
    """Whatever sealing would not keep as it is, or not for whoever opens it again."""
    refuse_stripped(bench, raw)
    for entry in raw.unread:
        if entry.path.endswith(".md"):
            why = "what nobody has read cannot be sealed"
            raise Conflict(f"{FOLDER}{raw.id}/{entry.path} was not read: {entry.reason}", why=why, fix="look at it, and move it away")
    about = fold(Snapshot(raw.uid, raw.id, {a: data for a, data in raw.blobs.items() if a == DIALOGUE}, "")).meta
    if not about.native:
        raise Conflict(f"{raw.id} is an older dialogue and cannot be sealed as it lies", fix=f"blue dialogue adopt {raw.id}")
    if about.blue > FORMAT:
        raise Conflict(f"{raw.id} is written in format {about.blue}, this blue writes {FORMAT}", fix="upgrade blue")
    if not UID.fullmatch(raw.uid):
        raise Conflict(f"{raw.id} shares its uid with another dialogue", fix=f"blue dialogue adopt {raw.id} --new-uid")


# --- unsealing -----------------------------------------------------------------------------------------------------


def unseal(bench: Bench, uid: str) -> Sealing:
    """Take the seal off: every file as it was before it was sealed, byte for byte.

    A dialogue that is plain, though this clone saw it sealed, is taken for unsealed by somebody else, on purpose.
    """
    raw = bench.store.load(uid)
    if not holds_seal(raw.blobs):
        accepted = bench.seen.was_sealed(raw.uid, raw.id)
        bench.seen.forget(raw.uid, raw.id)
        return Sealing(raw.id, raw.uid, False, accepted=accepted)
    held = hold(bench, raw)
    notes = older(bench, held)

    def announce(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], None]:
        there = hold(bench, now)
        return _swapped(there, there.block._replace(pending=there.block.pending or census(there.plaintexts))), (), None

    def expose(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], tuple[str, ...]]:
        files = hold(bench, now).found.files
        puts = {address: files[address].data for address in reversed(in_order(files)) if address != DIALOGUE}
        return puts, (), tuple(puts)

    def finish(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], None]:
        files = hold(bench, now).found.files
        if files.keys() != {DIALOGUE}:
            raise Conflict(f"{now.id} was changed by someone else", fix="run the same command again")
        return {DIALOGUE: files[DIALOGUE].data}, (), None

    with bench.log("unseal", held.deks, {}):
        commit_loop(bench.store, uid, announce)
        files = commit_loop(bench.store, uid, expose)
        commit_loop(bench.store, uid, finish)
    bench.seen.forget(raw.uid, raw.id)
    return Sealing(raw.id, raw.uid, True, files=paths([DIALOGUE, *files]), notes=notes)


def plaintext(bench: Bench, uid: str, wanted: Callable[[str], bool] = lambda path: True) -> list[tuple[str, bytes]]:
    """Files of a dialogue in plaintext, as (path, bytes). Nothing is changed; of a sealed one the audit log tells it.

    `NotFound` when no file is wanted.
    """
    raw = bench.store.load(uid)
    if not holds_seal(raw.blobs):
        refuse_stripped(bench, raw)
        return _chosen(raw.id, raw.blobs, wanted)
    held = hold(bench, raw)
    chosen = _chosen(raw.id, held.plaintexts, wanted)
    with bench.log("plaintext-output", held.deks, {"files": str(len(chosen)), "first": chosen[0][0]}):
        return chosen


def _chosen(id: str, blobs: Mapping[str, bytes], wanted: Callable[[str], bool]) -> list[tuple[str, bytes]]:
    chosen = [(path_of(address), blobs[address]) for address in in_order(blobs) if wanted(path_of(address))]
    if not chosen:
        raise NotFound(f"no such file in {id}", why="a path is that in the dialogue's folder, like round-0/muffin.md")
    return chosen


# --- both ----------------------------------------------------------------------------------------------------------


def _swapped(held: Held, block: Block) -> dict[str, bytes]:
    """What to write to have another block; nothing when it is there."""
    return {} if block == held.block else {DIALOGUE: with_block(held.raw.blobs[DIALOGUE], block, held.deks)}


def _done(held: Held, files: tuple[str, ...]) -> Sealing:
    """A sealed dialogue as it is now. What is not under the seal is named."""
    readable = paths(address for address in held.found.plain if address not in held.found.files)
    return Sealing(held.raw.id, held.raw.uid, False, held.block.from_round, files, readable, held.keys, accepted=True)
