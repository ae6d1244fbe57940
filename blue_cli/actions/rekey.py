"""Keys of sealed dialogues, changed in three ways that are never mixed.

rewrap     the same data keys under a new key-encryption key, or another person's or service's: no file is touched
rotate     a new data key for what is written from now on: no file is touched
reencrypt  every file under the newest data key

And the wraps themselves: one more that opens the dialogue, or one less. What changes the block is one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from blue_cli.actions.protection import Bench, Held, hold_whole, in_order, paths, refuse_absent, renew, with_block
from blue_cli.crypto import envelope
from blue_cli.crypto.block import MAX_VERSIONS, Block, Wrap
from blue_cli.crypto.seal import Deks, seal_file
from blue_cli.dialogue.ids import DIALOGUE, path_of
from blue_cli.errors import BlueError, Conflict, NotFound, Refused
from blue_cli.stores.base import Snapshot, commit_loop
from blue_cli.stores.sealed import holds_seal

if TYPE_CHECKING:
    from blue_cli.crypto.keys.base import KeyProvider

MANY = 256  # files resealed in one commit: what is in memory twice, and what a kill makes to be done again


class Rekeyed(NamedTuple):
    """What became of a dialogue's keys.

    version  the data key that seals what is written
    keys     public names of the keys that open it · renewed: those with a new wrap · dropped: those that no longer open it
    files    paths that were sealed anew
    """

    id: str
    uid: str
    changed: bool
    version: int
    keys: tuple[str, ...]
    renewed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


Plan = Callable[[Held], tuple[Block, Deks, Rekeyed] | Rekeyed]


# --- who can open it -----------------------------------------------------------------------------------------------


def add(bench: Bench, uid: str, provider: KeyProvider) -> Rekeyed:
    """Let one more key open a dialogue: all its data keys, old and new, and no file changes."""

    def plan(held: Held) -> tuple[Block, Deks, Rekeyed] | Rekeyed:
        if provider.id in held.keys:
            return _same(held)
        wraps = (*held.block.wraps, bench.ring.wrap(held.deks.uid, held.deks, provider, 1))
        return _with(held, held.deks, wraps, renewed=(provider.id,))

    return _change(bench, uid, "wrap-added", plan, {"added": provider.id})


def remove(bench: Bench, uid: str, key: str) -> Rekeyed:
    """Let a key open a dialogue no longer: what is written from now on is under a new data key that it never gets.

    What it opened before it opens still, in every copy that was made. `NotFound` when it opens nothing, `Conflict` for the
    last one, `Locked` when one that stays is not here.
    """

    def plan(held: Held) -> tuple[Block, Deks, Rekeyed]:
        rest = tuple(wrap for wrap in held.block.wraps if wrap.key != key)
        if len(rest) == len(held.block.wraps):
            raise NotFound(f"{key} does not open {held.raw.id}", fix="one of:\n" + "\n".join(held.keys), suggestions=held.keys)
        if not rest:
            why = "then nobody could read it again"
            raise Conflict(f"{key} is the only key that opens {held.raw.id}", why=why, fix="blue seal --add PROVIDER, or blue unseal")
        return _rotated(bench, held, rest, (key,))

    return _change(bench, uid, "wrap-removed", plan, {"removed": key})


# --- the three verbs -------------------------------------------------------------------------------------------------


def rewrap(bench: Bench, uid: str, to: KeyProvider | None = None, *, dry_run: bool = False) -> Rekeyed:
    """A new key-encryption key for each wrap whose key is here; with `to`, its key takes the place of the configured one.

    The data keys stay: whoever kept one of them reads on (`rotate`, `reencrypt`).
    """

    def plan(held: Held) -> tuple[Block, Deks, Rekeyed] | Rekeyed:
        return _replaced(bench, held, to, dry_run) if to else _rewrapped(bench, held, dry_run)

    return _change(bench, uid, "rewrap", plan, {"to": to.id} if to else {}, dry_run)


def rotate(bench: Bench, uid: str, *, dry_run: bool = False) -> Rekeyed:
    """A new data key for what is written from now on, for every key that opens the dialogue; all of them must be here.

    Nothing is done when nothing was written yet under the newest one: running it again is no second rotation.
    """

    def plan(held: Held) -> tuple[Block, Deks, Rekeyed] | Rekeyed:
        if all(opened.version != held.deks.newest for opened in held.found.files.values()):
            return _same(held)
        return _rotated(bench, held, held.block.wraps, (), dry_run)

    return _change(bench, uid, "rotate", plan, {}, dry_run)


def reencrypt(bench: Bench, uid: str, *, dry_run: bool = False, many: int = MANY) -> Rekeyed:
    """Every file that is not under the newest data key, under that one; what it saw stays. Goes on where it was stopped."""
    held = hold_whole(bench, bench.store.load(uid))
    todo = _outdated(held)
    result = _same(held)._replace(changed=bool(todo), files=paths(todo))
    if dry_run or not todo:
        return result

    def plan(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], tuple[str, ...]]:
        there = hold_whole(bench, now)
        puts = {address: _resealed(bench, there, address) for address in _outdated(there)[:many]}
        return puts, (), tuple(puts)

    with bench.log("reencrypt", held.deks, {"version": str(held.deks.newest), "files": str(len(todo))}):
        done: list[str] = []
        while some := commit_loop(bench.store, uid, plan):
            done += some
    bench.seen.compare(held.raw.uid, held.raw.id, hold_whole(bench, bench.store.load(uid)).revs)
    return result._replace(files=paths(set(done)))


# --- everywhere ------------------------------------------------------------------------------------------------------


class Failed(NamedTuple):
    """A dialogue with which it did not work."""

    id: str
    uid: str
    error: BlueError


def everywhere(bench: Bench, act: Callable[[str], Rekeyed]) -> list[Rekeyed | Failed]:
    """Do it to every sealed dialogue. One that fails stays as it is, and the others go on."""
    done: list[Rekeyed | Failed] = []
    for entry in bench.store.dialogues():
        try:
            raw = bench.store.load(entry.uid)
            if holds_seal(raw.blobs) or bench.seen.was_sealed(raw.uid, raw.id):
                done.append(act(entry.uid))
        except BlueError as error:
            done.append(Failed(entry.id, entry.uid, error))
    return done


# --- how the block changes ---------------------------------------------------------------------------------------------


def _change(bench: Bench, uid: str, action: str, plan: Plan, details: Mapping[str, str], dry_run: bool = False) -> Rekeyed:
    """One commit that swaps the block. The plan is made once before the event is written, so that what cannot be leaves none."""
    held = hold_whole(bench, bench.store.load(uid))
    planned = plan(held)
    if isinstance(planned, Rekeyed):
        return planned
    if dry_run:
        return planned[2]

    def again(now: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Rekeyed]:
        there = hold_whole(bench, now)
        ready = planned if there.block == held.block else plan(there)
        if isinstance(ready, Rekeyed):
            return {}, (), ready
        block, deks, result = ready
        return {DIALOGUE: with_block(now.blobs[DIALOGUE], block, deks)}, (), result

    with bench.log(action, held.deks, {**details, "version": str(planned[1].newest)}):
        return commit_loop(bench.store, uid, again)


def _same(held: Held) -> Rekeyed:
    return Rekeyed(held.raw.id, held.raw.uid, False, held.deks.newest, held.keys)


def _with(
    held: Held, deks: Deks, wraps: tuple[Wrap, ...], renewed: Iterable[str] = (), dropped: tuple[str, ...] = ()
) -> tuple[Block, Deks, Rekeyed]:
    block = held.block._replace(versions=deks.versions, wraps=wraps)
    keys = tuple(wrap.key for wrap in wraps)
    return block, deks, Rekeyed(held.raw.id, held.raw.uid, True, deks.newest, keys, tuple(renewed), dropped)


def _rotated(
    bench: Bench, held: Held, wraps: tuple[Wrap, ...], dropped: tuple[str, ...], dry_run: bool = False
) -> tuple[Block, Deks, Rekeyed]:
    """A new data key, for the keys of these wraps."""
    if len(held.block.versions) >= MAX_VERSIONS:
        raise Conflict(f"{held.raw.id} has had {MAX_VERSIONS} data keys", fix="blue unseal, then blue seal")
    refuse_absent(bench, held.raw.id, wraps)
    deks = held.deks.with_new_version(bench.random)
    new = wraps if dry_run else renew(bench, held.raw.id, deks, wraps)  # a service is asked for no key that is not kept
    return _with(held, deks, new, (wrap.key for wrap in wraps), dropped)


def _rewrapped(bench: Bench, held: Held, dry_run: bool) -> tuple[Block, Deks, Rekeyed]:
    here = {wrap.key: provider for wrap in held.block.wraps if (provider := bench.ring.find(wrap.key))}
    wraps = tuple(
        bench.ring.wrap(held.deks.uid, held.deks, here[wrap.key], wrap.epoch + 1) if wrap.key in here and not dry_run else wrap
        for wrap in held.block.wraps
    )
    return _with(held, held.deks, wraps, here)


def _replaced(bench: Bench, held: Held, to: KeyProvider, dry_run: bool) -> tuple[Block, Deks, Rekeyed] | Rekeyed:
    """The wrap of the configured key gives way to that of `to`, in its place."""
    mine = {provider.id for provider in bench.ring.providers if provider is not to}
    old = next((wrap for wrap in held.block.wraps if wrap.key in mine and wrap.key != to.id), None)
    if old is None:
        return _same(held) if to.id in held.keys else _no_place(held, to)
    if dry_run:
        new = old._replace(key=to.id)
    else:
        new = bench.ring.wrap(held.deks.uid, held.deks, to, 1)
    kept = (new if wrap is old else wrap for wrap in held.block.wraps if wrap.key != to.id)
    return _with(held, held.deks, tuple(kept), (to.id,), (old.key,))


def _no_place(held: Held, to: KeyProvider) -> Rekeyed:
    why = f"the key of {to.shown} takes the place of a configured one, and none of those opens it"
    raise Conflict(f"there is no key of {held.raw.id} to be replaced", why=why, fix=f"blue seal --add PROVIDER -d {held.raw.id}")


# --- how files change ----------------------------------------------------------------------------------------------------


def _outdated(held: Held) -> list[str]:
    return in_order(address for address, opened in held.found.files.items() if opened.version != held.deks.newest)


def _resealed(bench: Bench, held: Held, address: str) -> bytes:
    """The same text, seen as it was, under the newest data key and the next revision."""
    old = held.found.files[address]
    try:
        new = seal_file(held.deks, held.deks.uid, address, old.data, old.rev + 1, old.seen, bench.random)
    except envelope.Broken as error:
        raise Refused(f"{path_of(address)} cannot be sealed anew: it stays as it is", why=str(error)) from None
    line = envelope.seal_text(held.raw.blobs[DIALOGUE]) if address == DIALOGUE else None
    return envelope.with_seal(new, line.replace("\r\n", "\n")) if line else new
