"""Where a sealed file is: what kind of file that makes it, and which of its readable fields follow from it.

Everything here is built from checked parts, from where the file *is*, never from what it says. Also the errors of broken seals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, cast

from blue_cli.dialogue.ids import DIALOGUE, UID, is_name
from blue_cli.dialogue.pattern import pattern

# The readable fields of each kind, in the order of the file and of the associated data. Nothing missing, nothing more.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "contribution": ("blue", "dialogue", "round", "expert", "created"),
    "ruling": ("blue", "dialogue", "round", "created"),
    "verdict": ("blue", "dialogue", "created"),
    "dialogue": ("blue", "uid", "created", "experts", "panels", "max_rounds", "closed"),
}


class Broken(ValueError):
    """A seal that does not hold. `reason` is one word for programs; the message is one line and holds no secret."""

    reason: ClassVar[str] = "broken"


class Malformed(Broken):
    """Not a sealed file as this program writes it."""

    reason = "malformed"


class Unsupported(Malformed):
    """Sealed in a way that this version does not know."""

    reason = "unsupported"


class Misplaced(Malformed):
    """Its readable fields name another place than the one where it lies."""

    reason = "moved"


def byte_pattern(text: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """`pattern` for bytes: compiled when first used, so that a run over plain files compiles none."""
    return cast("re.Pattern[bytes]", pattern(cast(str, text), flags))


class Place:
    """A checked uid and address.

    kind   contribution, ruling, verdict or dialogue
    round  -1 where there is none; expert: empty where there is none
    lines  the readable fields that follow from the place, as they are written; of dialogue.md only the uid, unused
    bound  the same as they are bound to the ciphertext: lp of each as canonical JSON
    """

    __slots__ = ("address", "bound", "expert", "kind", "lines", "round", "uid")

    def __init__(self, uid: str, address: str) -> None:
        """Raises `Malformed` where nothing is sealed, and for a uid that is none."""
        if not _is_uid(uid):
            raise Malformed("the dialogue has no uid")
        self.uid, self.address = uid, address
        self.kind, self.round, name = _parts(address)
        if not _is_name(name):
            raise Malformed("nothing is sealed at this place")
        self.expert = name if self.kind == "contribution" else ""
        self.lines = f"dialogue: {uid}\n".encode()
        self.bound = b'\0\0\0&"%b"' % uid.encode()
        if self.round >= 0:
            self.lines += b"round: %d\n" % self.round
            self.bound += b"\0\0\0%c%d" % (1 + (self.round > 9), self.round)
        if self.expert:
            self.lines += expert_line(self.expert)
            self.bound += b'\0\0\0%c"%b"' % (len(self.expert) + 2, self.expert.encode())

    @property
    def full(self) -> str:
        """`dialogue:{uid}/entity:{address}`: the same in every store, so that moving between stores is a copy of bytes."""
        address = "dialogue/meta" if self.address == DIALOGUE else self.address
        return f"dialogue:{self.uid}/entity:{address}"

    @property
    def fields(self) -> dict[str, Any]:
        """The readable fields that follow from the place: the only values that they may have."""
        if self.kind == "dialogue":
            return {"uid": self.uid}
        if self.expert:
            return {"dialogue": self.uid, "round": self.round, "expert": self.expert}
        return {"dialogue": self.uid, "round": self.round} if self.round >= 0 else {"dialogue": self.uid}


def _parts(address: str) -> tuple[str, int, str]:
    """Kind, round and name; no name where nothing is sealed."""
    kind, _, rest = address.partition("/")
    if kind == "contribution" or kind == "ruling":
        digits = rest[:2]
        found = rest[2:3] == "#" and digits.isascii() and digits.isdigit()
        return (kind, int(digits), rest[3:]) if found else (kind, -1, "")
    if kind == "verdict":
        return kind, -1, rest
    return DIALOGUE, -1, address if address == DIALOGUE else ""


@lru_cache(1024)
def expert_line(slug: str) -> bytes:
    """The line of a contribution's expert."""
    from blue_cli.dialogue.handwriting import write_field

    return write_field("expert", slug).encode()


# The same few stand in the addresses of thousands of files.
_is_name = lru_cache(1024)(is_name)


@lru_cache(64)
def _is_uid(text: str) -> bool:
    return UID.fullmatch(text) is not None
