"""What git asks a merge driver: one file that both branches changed, merged over the one that both come from.

Plain files are united by what they say (`dialogue.union`). Sealed ones are opened, merged and sealed again in memory: only
sealed bytes are ever given back, and where that cannot be done "ours" stays, sealed as it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from blue_cli.dialogue import threeway
from blue_cli.dialogue.ids import DIALOGUE, address_of, is_path, split_address
from blue_cli.dialogue.scores import FILE as SCORE
from blue_cli.dialogue.threeway import Style
from blue_cli.dialogue.union import United, unite
from blue_cli.stores.sealed import ARMOUR

if TYPE_CHECKING:
    from blue_cli.crypto.block import Block
    from blue_cli.crypto.keyring import KeyRing
    from blue_cli.crypto.membership import Head
    from blue_cli.crypto.seal import Deks, Opened

FOLDER = ".blue/dialogues/"


class Versions(NamedTuple):
    """The file as both branches had it (empty when it is new on both), and as each has it now."""

    base: bytes
    ours: bytes
    theirs: bytes


class Place(NamedTuple):
    """Where a path of a repository lies: the folder that holds `.blue`, the dialogue's folder, the address in it."""

    root: str
    id: str
    address: str


class Merged(NamedTuple):
    """What to write, None to leave "ours" as it is. `clean`: it is all of both. `why`: what was not merged, and no marker shows it."""

    data: bytes | None
    clean: bool
    why: str = ""


class Keys(NamedTuple):
    """What opens sealed files: each `dialogue.md` that may hold the seal block, and the keys of this run."""

    heads: Callable[[], Iterable[bytes]]
    ring: Callable[[], KeyRing]
    random: Callable[[int], bytes] = os.urandom


def place_of(path: str) -> Place | None:
    """The place of a path that is relative to the top of the repository; None when it is no file of a dialogue."""
    root, found, inside = f"/{path}".rpartition(f"/{FOLDER}")
    id, _, rest = inside.partition("/")
    if not found or not rest.endswith(".md") or not is_path(rest):
        return None
    return Place(root.lstrip("/"), id, address_of(rest))


def merge(address: str, versions: Versions, style: Style, keys: Keys) -> Merged | None:
    """The file of both branches; None when git's own merge is as good: not ours, too large, front matter not to be read."""
    if any(map(_is_sealed, versions[1:])):
        return _sealed(address, versions, keys)
    base = b"" if _is_sealed(versions.base) else versions.base
    united = _united(address, versions._replace(base=base), style)
    return Merged(united.data, not united.conflicts) if united else None


def _united(address: str, versions: Versions, style: Style) -> United | None:
    kind, _, name = split_address(address)
    if kind == "file":
        return None
    return unite(*versions, "score" if kind == "ruling" and name.startswith(SCORE) else kind, style)


def _is_sealed(data: bytes) -> bool:
    if ARMOUR not in data and b"\nsealed: {" not in data:
        return False
    from blue_cli.crypto.envelope import is_sealed

    return is_sealed(data)


# --- sealed ------------------------------------------------------------------------------------------------------


class _Kept(Exception):
    """Ours stays as it is, for this reason."""


def _sealed(address: str, versions: Versions, keys: Keys) -> Merged:
    """Never raises what a key provider or a broken seal raises: whatever it is, ours stays and a person decides."""
    from blue_cli.errors import BlueError

    try:
        return _resealed(address, versions, keys)
    except _Kept as reason:
        return Merged(None, False, str(reason))
    except BlueError as error:
        return Merged(None, False, " ".join([error.message, *error.why.split("\n")]).strip())
    except ValueError as error:  # `Broken`, or a text that no seal holds
        return Merged(None, False, str(error))


def _resealed(address: str, versions: Versions, keys: Keys) -> Merged:
    """Sealed above both. Also ours alone, where the texts clash: else what saw the other one would find it gone, and nobody
    could write any more."""
    from blue_cli.crypto import envelope, seal

    if not all(map(_is_sealed, versions[1:])):
        raise _Kept("it is sealed on one branch and plain on the other")
    heads = [versions.ours, versions.theirs] if address == DIALOGUE else list(keys.heads())
    blocks = list(_opened_blocks(heads, keys.ring, all_of_them=address == DIALOGUE))
    mine, other = (_open(address, data, blocks, side) for side, data in zip(versions._fields[1:], versions[1:], strict=True))
    plain = _plain_merge(address, _open_base(address, versions.base, blocks), mine.data, other.data)
    why = "" if plain is not None else "both branches changed the same place in it"
    text = mine.data if plain is None else plain
    newest = _newest(blocks)
    rev = min(max(mine.rev, other.rev) + 1, envelope.LAST)
    new = seal.seal_file(newest, newest.uid, address, text, rev, _both_seen(address, mine, other), keys.random)
    if address == DIALOGUE:
        from blue_cli.actions.seal_blocks import united_line

        new = envelope.with_seal(new, united_line(*versions, newest))
    return Merged(new, not why, why)


def _opened_blocks(heads: Iterable[bytes], ring: Callable[[], KeyRing], all_of_them: bool) -> Iterator[tuple[Block, Deks]]:
    """The data keys behind each seal block. Raises what the last of them raised when none opens, or one does not and must:
    a block whose MAC was not seen to hold is nobody's."""
    from blue_cli.dialogue.ids import uid_in
    from blue_cli.errors import BlueError
    from blue_cli.stores.opening import block_of

    error: Exception = _Kept("its dialogue.md, with the seal block, is not there")
    opened = 0
    for head in dict.fromkeys(heads):
        try:
            block = block_of(head)
            if block is not None:
                yield block, ring().open(uid_in(head, ""), block)
                opened += 1
        except (BlueError, ValueError) as problem:
            if all_of_them:
                raise
            error = problem
    if not opened:
        raise error


def _open(address: str, data: bytes, blocks: list[tuple[Block, Deks]], side: str = "base") -> Opened:
    """The file under whichever block opens it. `pending` is an operation under way: nothing is sealed meanwhile."""
    from blue_cli.crypto import seal

    error: ValueError = ValueError("no seal block opens it")
    for block, deks in blocks:
        if block.pending:
            raise _Kept("blue seal or blue unseal was interrupted, and has to end first")
        try:
            return seal.open_file(deks, deks.uid, address, data)
        except ValueError as problem:
            error = problem
    raise ValueError(f"{side}: {error}")


def _open_base(address: str, data: bytes, blocks: list[tuple[Block, Deks]]) -> bytes:
    """What both come from. One that does not open counts as empty: then more is a conflict, and nothing is lost."""
    if not _is_sealed(data):
        return data
    try:
        return _open(address, data, blocks).data
    except ValueError:
        return b""


def _plain_merge(address: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """None when both changed the same place, or a text that has no lines."""
    if ours == theirs:
        return ours
    united = _united(address, Versions(base, ours, theirs), Style())
    if united is None:
        try:
            text, conflicts = threeway.merge(base.decode(), ours.decode(), theirs.decode(), Style())
        except UnicodeDecodeError:
            return None
        united = United(text.encode(), conflicts)
    return None if united.conflicts else united.data


def _newest(blocks: list[tuple[Block, Deks]]) -> Deks:
    """The data keys that hold every version there is on either branch."""
    newest = max((deks for _, deks in blocks), key=lambda deks: len(deks.versions))
    for _, deks in blocks:
        if any(version not in newest.versions or deks.key(version) != newest.key(version) for version in deks.versions):
            raise _Kept("both branches have a data key that the other has not")
    return newest


def _both_seen(address: str, ours: Opened, theirs: Opened) -> list[Head]:
    """What the writers of both saw, each file at its highest revision."""
    seen = {head.address: head for head in sorted((*ours.seen, *theirs.seen)) if head.address != address}
    return sorted(seen.values())
