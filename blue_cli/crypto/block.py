"""The `seal:` block of `dialogue.md`: which keys open the dialogue's data keys, and since which round it is sealed.

Only operations on keys change it, so `round add` on two branches never conflicts over it. Nothing in it is secret: data keys
stand here wrapped. What it says is trusted only after its MAC was checked (`seal.unwrap`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from blue_cli.crypto.encoding import b64, canonical_json, unb64
from blue_cli.crypto.envelope import LAST, Malformed
from blue_cli.dialogue.handwriting import write_field
from blue_cli.dialogue.ids import LAST_ROUND
from blue_cli.dialogue.pattern import pattern

WRAPPED = 60  # bytes of a wrapped data key: nonce, key, tag
SALT = 32
MAC = 32
MAX_BLOB = 8192  # bytes; AWS KMS gives at most 6144
MAX_WRAPS = 64
MAX_VERSIONS = 256

_LOCAL = pattern(r"umk#[0-9a-f]{16}")
_KMS = pattern(r"awskms:[!#-\[\]-~]{1,2048}")
_DIGEST = pattern(r"[0-9a-f]{64}")


class Wrap(NamedTuple):
    """The data keys, wrapped under one key.

    key    public id of the key: `umk#…` or `awskms:<arn>`
    epoch  how often that key was renewed here, from 1
    salt   of a `umk#` key, 32 bytes, else empty; blob: what a KMS needs to give the key again, else empty
    deks   one for each of the block's versions, in their order
    """

    key: str
    epoch: int
    salt: bytes
    blob: bytes
    deks: tuple[bytes, ...]


class Block(NamedTuple):
    """The whole block. `pending` is the digest of all plaintexts while sealing or unsealing is under way, else empty."""

    from_round: int
    versions: tuple[int, ...]
    wraps: tuple[Wrap, ...]
    pending: str = ""
    mac: bytes = b""


def parse(seal: Mapping[str, Any]) -> Block:
    """The block from the value of `seal:`. Raises `Malformed` when it is not exactly what `fields` gives."""
    if not isinstance(seal, Mapping) or not seal.keys() - {"pending"} == {"sealed", "from_round", "versions", "wraps", "mac"}:
        raise Malformed("the seal block has other fields than it must have")
    if seal["sealed"] is not True:
        raise Malformed("the seal block does not say `sealed: true`")
    versions = tuple(_number(item, 1, LAST) for item in _list(seal["versions"], MAX_VERSIONS))
    if list(versions) != sorted(set(versions)):
        raise Malformed("the versions of the data key are not in order")
    wraps = tuple(_wrap(item, len(versions)) for item in _list(seal["wraps"], MAX_WRAPS))
    if len({wrap.key for wrap in wraps}) != len(wraps):
        raise Malformed("the same key stands twice in the seal block")
    pending = seal.get("pending", "")
    if "pending" in seal and not (isinstance(pending, str) and _DIGEST.fullmatch(pending)):
        raise Malformed("`pending` in the seal block is no digest")
    return Block(_number(seal["from_round"], 0, LAST_ROUND), versions, wraps, pending, _bytes(seal["mac"], MAC, MAC))


def fields(block: Block) -> dict[str, Any]:
    """The value of `seal:`; the inverse of `parse`."""
    values = _covered(block)
    if not block.pending:
        del values["pending"]
    return values | {"mac": b64(block.mac)}


def line(block: Block) -> str:
    """The one line of `dialogue.md` that holds the block (`envelope.with_seal` puts it there)."""
    return write_field("seal", fields(block))


def signed(block: Block, uid: str) -> bytes:
    """What the MAC is over: every field and the uid, as canonical JSON; null for `pending` when nothing is."""
    return canonical_json({**_covered(block), "pending": block.pending or None, "uid": uid})


def _covered(block: Block) -> dict[str, Any]:
    return {
        "sealed": True,
        "from_round": block.from_round,
        "versions": list(block.versions),
        "wraps": [_wrap_fields(wrap) for wrap in block.wraps],
        "pending": block.pending,
    }


def _wrap_fields(wrap: Wrap) -> dict[str, Any]:
    how = {"blob": b64(wrap.blob)} if wrap.blob else {"salt": b64(wrap.salt)}
    return {"key": wrap.key, "epoch": wrap.epoch, **how, "deks": [b64(dek) for dek in wrap.deks]}


def _wrap(item: Any, versions: int) -> Wrap:
    if not isinstance(item, Mapping):
        raise Malformed("a wrap in the seal block is no map")
    key = item.get("key")
    local = isinstance(key, str) and _LOCAL.fullmatch(key) is not None
    if not isinstance(key, str) or not (local or _KMS.fullmatch(key)):
        raise Malformed("a wrap in the seal block names no key")
    if item.keys() != {"key", "epoch", "salt" if local else "blob", "deks"}:
        raise Malformed("a wrap in the seal block has other fields than it must have")
    deks = tuple(_bytes(text, WRAPPED, WRAPPED) for text in _list(item["deks"], versions))
    if len(deks) != versions:
        raise Malformed("a wrap in the seal block does not hold every version of the data key")
    salt = _bytes(item["salt"], SALT, SALT) if local else b""
    blob = b"" if local else _bytes(item["blob"], 1, MAX_BLOB)
    return Wrap(key, _number(item["epoch"], 1, LAST), salt, blob, deks)


def _number(value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Malformed(f"a number in the seal block is not from {least} to {most}")
    return value


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise Malformed(f"a list in the seal block has not 1 to {most} items")
    return value


def _bytes(value: Any, least: int, most: int) -> bytes:
    if not isinstance(value, str) or len(value) > most * 4 // 3 + 4:
        raise Malformed("not the base64 that must stand in the seal block")
    try:
        data = unb64(value)
    except ValueError:
        raise Malformed("not canonical base64 in the seal block") from None
    if not least <= len(data) <= most:
        raise Malformed("a value of the wrong length in the seal block")
    return data
