"""Names: dialogue ids, slugs, addresses and paths, canonical and display ids.

Every id that becomes part of a path passes `is_name` here first (HARDENING.md, "path in an id").
"""

from __future__ import annotations

import re
from typing import NamedTuple

from blue_cli.dialogue.pattern import pattern

NAME = pattern(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,126}[0-9A-Za-z])?")
ROUND = pattern(r"round-(0|[1-9][0-9]?)")
JUDGE = "judge"
LAST_ROUND = 99
LAST_NUMBER = 999
KINDS = "PTRECS"

# Device names that Windows resolves in every folder, with any extension: such a file could not be checked out there.
WINDOWS = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))})


def is_name(text: str) -> bool:
    """Whether this may be a dialogue id, an expert slug or a verdict id (FORMAT.md, section 1)."""
    return NAME.fullmatch(text) is not None and text.casefold() not in WINDOWS


def slugify(text: str, fallback: str = "dialogue") -> str:
    """Lower case words joined by hyphens; `fallback` when there is no ASCII letter."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^0-9a-z]+", "-", plain.lower()).strip("-")[:60].strip("-")
    return slug if re.search("[a-z]", slug) and is_name(slug) else fallback


# --- addresses ---------------------------------------------------------------------------------------------

DIALOGUE = "dialogue"
_FILES = "file/"


class Address(NamedTuple):
    """An address taken apart. `kind` is dialogue, contribution, ruling, verdict or file."""

    kind: str
    round: int
    name: str


def contribution(round: int, slug: str) -> str:
    """The address of one expert's file of one round."""
    return f"contribution/{round:02d}#{slug}"


def ruling(round: int, name: str) -> str:
    """The address of a ruling, or of a score."""
    return f"ruling/{round:02d}#{name}"


def path_of(address: str) -> str:
    """The path of an address inside the dialogue's folder. Inverse of `address_of`; ValueError if it is none."""
    kind, _, rest = address.partition("/")
    if address == DIALOGUE:
        return "dialogue.md"
    if kind in ("contribution", "ruling") and rest[2:3] == "#" and rest[:2].isascii() and rest[:2].isdigit() and is_name(rest[3:]):
        folder = "rulings/" if kind == "ruling" else ""
        return f"round-{int(rest[:2])}/{folder}{rest[3:]}.md"
    if kind == "verdict" and is_name(rest):
        return f"verdicts/{rest}.md"
    if kind == "file" and is_path(rest) and address_of(rest) == address:
        return rest
    raise ValueError(f"not an address: {address!r}")


def address_of(path: str) -> str:
    """The address of a path inside the dialogue's folder: total, and the inverse of `path_of`."""
    if path == "dialogue.md":
        return DIALOGUE
    parts = path.split("/")
    name = parts[-1][:-3]
    if parts[-1].endswith(".md") and is_name(name):
        match = ROUND.fullmatch(parts[0])
        if match and len(parts) == 2:
            return f"contribution/{int(match[1]):02d}#{name}"
        if match and len(parts) == 3 and parts[1] == "rulings":
            return f"ruling/{int(match[1]):02d}#{name}"
        if parts[0] == "verdicts" and len(parts) == 2:
            return f"verdict/{name}"
    return _FILES + path


def is_path(path: str) -> bool:
    """Whether a path may lie inside a dialogue's folder: relative, no dot parts, nothing a terminal would obey."""
    return bool(path) and all(
        part and not part.startswith(".") and part.isprintable() and "\\" not in part for part in path.split("/")
    )


def split_address(address: str) -> Address:
    """The parts of an address that `path_of` accepts (not checked again)."""
    kind, _, rest = address.partition("/")
    if kind in ("contribution", "ruling"):
        return Address(kind, int(rest[:2]), rest[3:])
    return Address(kind, -1, rest)


FINAL = "final"
VERDICT_KINDS = (FINAL, "interim", "minority", "dissent")


def verdict_kind(id: str) -> tuple[str, int]:
    """The kind and number in a verdict's id: `final-2` is ("final", 2), `minority-muffin` is ("minority", 1)."""
    match = re.fullmatch(r"final(?:-([0-9]{1,4}))?", id)
    if match:
        return FINAL, int(match[1] or 1)
    kind, _, rest = id.partition("-")
    tail = rest.rpartition("-")[2]
    number = int(tail) if tail.isascii() and tail.isdigit() and len(tail) < 5 else 1
    return (kind if kind in VERDICT_KINDS and kind != FINAL else ""), number


# --- entity ids --------------------------------------------------------------------------------------------

DISPLAY = pattern(r"([PTRECS])([0-9]{2})([0-9]{2,9})")  # bounded: Python refuses to make a number of 5,000 digits
CANONICAL = pattern(r"([0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?)-([PTRECS])([0-9]{2})([0-9]{2,3})")
BARE = pattern(r"([PTRECS])([0-9]{1,3})")


def canonical(author: str, kind: str, round: int, number: int) -> str:
    """`STRUDEL-T0001`: needs no coordination, since author, round and number are known where it is written."""
    return f"{author.upper()}-{kind}{round:02d}{number:02d}"


def display(kind: str, round: int, number: int) -> str:
    """`T0010`: what people type; two digits of round, then two or more."""
    return f"{kind}{round:02d}{number:02d}"


def local(kind: str, number: int) -> str:
    """`T01`: the key of an entity in its file's `ids:`."""
    return f"{kind}{number:02d}"


def kind_of(name: str) -> str:
    """The kind letter in a canonical id."""
    return name.rpartition("-")[2][:1]


# --- minting: pure, the clock and the random bits come in ---------------------------------------------------


def uuid7(milliseconds: int, random: int) -> str:
    """A UUIDv7 (RFC 9562, section 5.7) from milliseconds since 1970 and 74 random bits."""
    n = (milliseconds << 80) | (7 << 76) | ((random >> 62 & 0xFFF) << 64) | (2 << 62) | (random & (1 << 62) - 1)
    h = f"{n:032x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


UID = pattern(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEAD_UID = re.compile(rb"^uid: *\"?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\"?[ \t]*\r?$", re.M)


def uid_in(data: bytes, folder: str) -> str:
    """The key under which a dialogue is loaded: the `uid:` of its front matter, else one made from its id.

    Only the first front matter block counts. `older:{folder}` is the uid of a dialogue without one (FORMAT.md, section 7).
    """
    if data.startswith((b"---\n", b"---\r\n", b"\xef\xbb\xbf---")):
        head = data[: data.find(b"\n---", 4) + 1]
        match = _HEAD_UID.search(head)
        if match:
            return match[1].decode()
    return f"older:{folder}"
