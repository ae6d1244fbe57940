"""A sealed dialogue between its bytes in a store and the plaintext that everything else works on.

Fail closed: what should be sealed and is not, what does not open under a data key that the block vouches for, and what
is missing though another file saw it are faults, found on every read. Only imported for dialogues that hold a seal.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from blue_cli.crypto import block as blocks
from blue_cli.crypto import envelope, membership
from blue_cli.crypto import seal as sealing
from blue_cli.crypto.encoding import lp
from blue_cli.crypto.membership import State
from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.ids import DIALOGUE, path_of, split_address, uid_in
from blue_cli.errors import Conflict, Finding, Locked, Tampered
from blue_cli.stores.base import Seal, Snapshot, Unread

if TYPE_CHECKING:
    from blue_cli.crypto.keyring import KeyRing
    from blue_cli.crypto.seal import Deks, Opened

SEALED, PLAINTEXT, BROKEN = "sealed", "plaintext", "broken"
Random = Callable[[int], bytes]

# reason: rule, message, fix
FAULTS = {
    SEALED: ("sealed-unreadable", "sealed, and no key here opens it", "ask somebody who can read it for the key file"),
    PLAINTEXT: (
        "plaintext-in-sealed",
        "plaintext in a sealed dialogue",
        "move it out of the folder, read it, and add it with blue round add",
    ),
    BROKEN: ("seal-broken", "the seal does not hold", "ask who changed it, and take the file from a commit where it was whole"),
}
FOLDER = ".blue/dialogues/"
_KINDS = ("contribution/", "ruling/", "verdict/")
_ORDER = {"contribution": 0, "ruling": 1, "verdict": 2, "dialogue": 3}


class Opening(NamedTuple):
    """What was found in a sealed dialogue.

    files   opened, by address · plain: what is legitimately not sealed · shut: sealed, and no key here opens it
    faults  what must not be: reason plaintext or broken
    block   None when there is none, or none that can be read; `locked` is why no key opens it
    """

    block: blocks.Block | None
    deks: Deks | None
    locked: str
    files: dict[str, Opened]
    plain: dict[str, bytes]
    shut: tuple[str, ...]
    faults: tuple[Unread, ...]
    fix: str = ""


def is_protected(address: str, from_round: int) -> bool:
    """Whether a file must be sealed. Verdicts and `dialogue.md` always: they speak about every round."""
    if address == DIALOGUE or address.startswith("verdict/"):
        return True
    return address.startswith(("contribution/", "ruling/")) and split_address(address).round >= from_round


def block_of(data: bytes) -> blocks.Block | None:
    """The seal block of a `dialogue.md`, None without one. Raises `envelope.Malformed`."""
    line = envelope.seal_text(data)
    if line is None:
        return None
    fields, problems = frontmatter.read(line)
    if problems or not isinstance(fields.get("seal"), dict):
        raise envelope.Malformed("the seal block is no map of its own fields")
    return blocks.parse(fields["seal"])


def look(raw: Snapshot, ring: Callable[[], KeyRing]) -> Opening:
    """Open what can be opened, and find what must not be. Raises what the key providers raise when they do not answer."""
    try:
        block = block_of(raw.blobs.get(DIALOGUE, b""))
    except envelope.Malformed as error:
        return _unblocked(raw, str(error))
    if block is None:
        return _unblocked(raw, "sealed files, but dialogue.md says nothing of a seal: it was taken out")
    try:
        deks, locked, fix = ring().open(raw.uid, block), "", ""
    except Locked as error:
        deks, locked, fix = None, error.why or error.message, error.fix
    except (Tampered, envelope.Broken) as error:
        return _unblocked(raw, str(error))
    files, plain, shut, faults = _sorted_out(raw, block, deks)
    held = _held(raw, faults) if block.pending and deks is not None else {}
    if held and _census(files, plain | held) != block.pending:
        held = {}
    if held:
        plain |= held  # `blue seal` or `blue unseal` is on its way: these very bytes were there at its start
        faults = [fault for fault in faults if fault.reason != PLAINTEXT]
    if deks is not None:
        faults += _missing(files, held)
    return Opening(block, deks, locked, files, plain, tuple(shut), tuple(faults), fix)


def _unblocked(raw: Snapshot, why: str) -> Opening:
    """A dialogue of which nothing can be opened, since nothing says with what."""
    shut = tuple(address for address, data in raw.blobs.items() if envelope.is_sealed(data))
    plain = {address: data for address, data in raw.blobs.items() if address not in shut}
    return Opening(None, None, why, {}, plain, shut, (Unread(path_of(DIALOGUE), BROKEN, why),))


def _sorted_out(
    raw: Snapshot, block: blocks.Block, deks: Deks | None
) -> tuple[dict[str, Opened], dict[str, bytes], list[str], list[Unread]]:
    """What opened, what is plain as it may be, what is shut, and the faults among the files themselves."""
    plain: dict[str, bytes] = {}
    faults: list[Unread] = []
    found = {address: data for address, data in raw.blobs.items() if envelope.is_sealed(data)}
    for address, data in raw.blobs.items():
        if address not in found and is_protected(address, block.from_round):
            faults.append(Unread(path_of(address), PLAINTEXT))
        elif address not in found:
            plain[address] = data
    if deks is None:
        return {}, plain, list(found), faults
    files, broken = sealing.open_files(deks, raw.uid, found)
    return files, plain, [], faults + [Unread(path_of(address), BROKEN, str(error)) for address, error in broken.items()]


def _missing(files: Mapping[str, Opened], held: Mapping[str, bytes]) -> list[Unread]:
    """Files that another file saw and that are not there, or not as new as they were. What is `held` lies there unsealed."""
    return [
        Unread(path_of(head.address), BROKEN, f"{path_of(by)} saw it in revision {head.rev}, which is not there")
        for head, by in membership.missing(states(files))
        if head.address not in held
    ]


def revisions(found: Opening, known: Mapping[str, int]) -> dict[str, int]:
    """How new each file is. One that lies there in plaintext while sealing is under way is as new as it was `known` to be."""
    waiting = {address: known[address] for address in found.plain if address in known}
    return waiting | {address: opened.rev for address, opened in found.files.items()}


def states(files: Mapping[str, Opened]) -> dict[str, State]:
    """What membership asks of opened files."""
    return {address: opened.state for address, opened in files.items()}


def _held(raw: Snapshot, faults: Iterable[Unread]) -> dict[str, bytes]:
    paths = {fault.path for fault in faults if fault.reason == PLAINTEXT}
    return {address: data for address, data in raw.blobs.items() if path_of(address) in paths}


def _census(files: Mapping[str, Opened], plain: Mapping[str, bytes]) -> str:
    return census({**plain, **{address: opened.data for address, opened in files.items()}})


def census(blobs: Mapping[str, bytes]) -> str:
    """One hash of the plaintexts of all contributions, rulings and verdicts: what an interrupted `blue seal` started from."""
    parts: list[bytes | str] = []
    for address in sorted(blobs):
        if address.startswith(_KINDS):
            parts += [address, sha256(blobs[address]).digest()]
    return sha256(lp(*parts)).hexdigest()


# --- reading -------------------------------------------------------------------------------------------------


def snapshot(raw: Snapshot, found: Opening) -> Snapshot:
    """The dialogue as everything else sees it; faults and what is shut are in `unread`."""
    blobs = dict(found.plain)
    blobs |= {address: opened.data for address, opened in found.files.items()}
    if DIALOGUE not in blobs and DIALOGUE in raw.blobs:  # without it, or with a broken one, its readable fields still say who is asked
        blobs[DIALOGUE] = readable(raw.blobs[DIALOGUE])
    unread = [*raw.unread, *found.faults]
    unread += [Unread(path_of(address), SEALED, found.locked) for address in found.shut]
    from_round = found.block.from_round if found.block else 0
    seal = Seal(from_round, found.locked, found.fix)
    return Snapshot(raw.uid, raw.id, dict(sorted(blobs.items())), lambda: raw.version, sorted(unread), seal)


def readable(data: bytes) -> bytes:
    """The front matter of a sealed `dialogue.md`, which anybody may read, without what is sealed."""
    parts = document.read(data)
    return f"---\n{parts.front or ''}---\n".encode()


def refuse_faults(id: str, faults: Iterable[Unread]) -> None:
    """`Tampered`, naming each, when there are any."""
    findings = [finding(id, fault) for fault in faults]
    if findings:
        what = "is not as it was sealed" if len(findings) == 1 else f"is not as it was sealed, in {len(findings)} places"
        raise Tampered(f"{id} {what}", findings, why="nothing in it can be relied on until that is mended", fix="blue check")


def finding(id: str, fault: Unread) -> Finding:
    """A fault as the finding it amounts to."""
    rule, message, fix = FAULTS[fault.reason]
    detail = f": {fault.detail}" if fault.detail else ""
    return Finding(rule, message + detail, f"{FOLDER}{id}/{fault.path}", 1, 1, fix=fix, severity="error")


# --- writing -------------------------------------------------------------------------------------------------


def sealed_puts(
    raw: Snapshot, found: Opening, puts: Mapping[str, bytes], highest: Mapping[str, int], random: Random = os.urandom
) -> dict[str, bytes]:
    """What to write for these plaintexts, in an order in which each file is there before one that saw it.

    `highest` is the highest revision of each file that this clone has seen; a new one goes above it.
    Raises `Conflict` for what a sealed dialogue cannot take.
    """
    assert found.block is not None and found.deks is not None
    if found.block.pending:
        raise Conflict(f"{raw.id} is half sealed: blue seal or blue unseal was interrupted", fix="run it again: it goes on")
    known = states(found.files)
    out: dict[str, bytes] = {}
    for address in sorted(puts, key=lambda a: (_ORDER.get(split_address(a).kind, 9), a)):
        data = puts[address]
        old = found.files.get(address)
        if not is_protected(address, found.block.from_round):
            out[address] = _unsealed(raw, address, data)
        elif old is None or old.data != data:  # an unchanged plaintext keeps its envelope: nothing shows as changed
            _keep_uid(raw, address, data)
            rev = 1 + max(highest.get(address, 0), newest_rev(known, address))
            seen = sights(known, address)
            sealed = sealing.seal_file(found.deks, raw.uid, address, data, rev, seen, random)
            known[address] = State(rev, envelope.read(sealed, raw.uid, address).tag, seen)
            out[address] = _with_block(raw, sealed) if address == DIALOGUE else sealed
    return out


def newest_rev(known: membership.Files, address: str) -> int:
    """The highest revision of a file that is there or that anybody saw; 0 when there was none."""
    here = known[address].rev if address in known else 0
    return max([here, *(head.rev for state in known.values() for head in state.seen if head.address == address)])


def sights(known: membership.Files, address: str) -> tuple[membership.Head, ...]:
    """What the file at this address is written in sight of: the heads; a ruling and a verdict see everything."""
    return membership.everything(known, address) if address.startswith(("ruling/", "verdict/")) else membership.heads(known, address)


def _unsealed(raw: Snapshot, address: str, data: bytes) -> bytes:
    """History before the first sealed round stays readable; any other file would be plaintext that nothing protects."""
    if address.startswith("file/") and raw.blobs.get(address) != data:
        raise Conflict(f"{path_of(address)} would be plaintext in a sealed dialogue", fix="blue unseal first, or keep it elsewhere")
    return data


def _keep_uid(raw: Snapshot, address: str, data: bytes) -> None:
    """The uid is bound into every seal."""
    if address == DIALOGUE and uid_in(data, raw.id) != raw.uid:
        raise Conflict(f"{raw.id} is sealed under its uid, which cannot be changed", fix="blue unseal, change it, blue seal")


def _with_block(raw: Snapshot, sealed: bytes) -> bytes:
    """A new `dialogue.md` with the seal block it had."""
    line = envelope.seal_text(raw.blobs[DIALOGUE])
    assert line is not None
    return envelope.with_seal(sealed, line.replace("\r\n", "\n"))
