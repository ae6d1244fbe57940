"""A copied dialogue gets a uid of its own (FORMAT.md, section 1, `duplicate-uid`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blue_cli.dialogue.edition import fields_of, with_front
from blue_cli.dialogue.ids import DIALOGUE, path_of
from blue_cli.dialogue.sources import digests


def with_uid(blobs: Mapping[str, bytes], uid: str) -> dict[str, bytes]:
    """The files of a native dialogue that say its uid, with another one; bodies and unknown keys stay byte for byte.

    What a verdict was decided on is the same text under another uid: where its `basis` fitted a file it fits it still,
    and where it did not, it does not. Raises `Refused` for front matter that cannot be read.
    """
    puts = {DIALOGUE: with_front(path_of(DIALOGUE), blobs[DIALOGUE], {"uid": uid}, "dialogue")}
    for address, data in blobs.items():
        kind = address.partition("/")[0]
        if kind in ("contribution", "ruling") and "dialogue" in fields_of(data):
            puts[address] = with_front(path_of(address), data, {"dialogue": uid}, kind)
    old, new = digests(blobs), digests({**blobs, **puts})
    for address, data in blobs.items():
        if address.startswith("verdict/"):
            puts[address] = _verdict(path_of(address), data, uid, old, new)
    return puts


def _verdict(path: str, data: bytes, uid: str, old: Mapping[str, str], new: Mapping[str, str]) -> bytes:
    said = fields_of(data)
    changes: dict[str, Any] = {"dialogue": uid} if "dialogue" in said else {}
    if isinstance(basis := said.get("basis"), dict):
        changes["basis"] = {seen: new[seen] if seen in old and digest == old[seen] else digest for seen, digest in basis.items()}
    return with_front(path, data, changes, "verdict") if changes else data
