"""What is inside an envelope, and which of it may be read from outside: no cryptography here.

The inside is lp(`seen`, the file's own bytes). The readable fields follow from the place and the inside, in one way only.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from blue_cli.crypto.encoding import lp, unlp
from blue_cli.crypto.envelope import MAX_SEEN
from blue_cli.crypto.membership import Head
from blue_cli.crypto.place import Broken, Malformed, Place, byte_pattern
from blue_cli.dialogue import frontmatter
from blue_cli.dialogue.document import MAX_BYTES, MAX_FRONT
from blue_cli.dialogue.ids import LAST_ROUND, is_name

TIERS = ("core", "adjacent", "wildcard")


class Mislabelled(Broken):
    """A readable field says other than the inside."""

    reason = "mislabelled"


def pack(seen: Iterable[Head], plain: bytes) -> bytes:
    """The inside of an envelope. Raises `Malformed` over a limit."""
    if len(plain) > MAX_BYTES:
        raise Malformed(f"over {MAX_BYTES >> 20} MiB: split it into several rounds")
    listed = _listed(sorted(seen))
    if len(listed) > MAX_SEEN:
        raise Malformed("too many files in one dialogue to seal another")
    return lp(listed, plain)


def _listed(seen: Sequence[Head]) -> bytes:
    """Canonical JSON, whose texts need no escapes: a list of [address, rev, tag in base64]."""
    return b"[" + b",".join([b'["%b",%d,"%b"]' % (h[0].encode(), h[1], b2a_base64(h[2], newline=False)) for h in seen]) + b"]"


_HEAD = byte_pattern(rb'"(dialogue|[a-z]{6,12}/[0-9A-Za-z#-]{1,140})",([1-9][0-9]{0,8}),"([0-9A-Za-z+/]{21}[AQgw]==)"')


def unpack(inside: bytes) -> tuple[tuple[Head, ...], bytes]:
    """What the writer saw, and the file's bytes. Inverse of `pack`.

    Raises `Malformed`, though only somebody with the key can have made an inside that is wrong.
    """
    try:
        listed, plain = unlp(inside, 2)
        if listed == b"[]":
            return (), plain
        seen = tuple([_head(item) for item in listed.removeprefix(b"[[").removesuffix(b"]]").split(b"],[")])
    except ValueError:
        raise Malformed("what is sealed is not a file of blue's") from None
    if not (listed[:2] == b"[[" and listed[-2:] == b"]]" and all(one.address < other.address for one, other in pairwise(seen))):
        raise Malformed("what is sealed is not a file of blue's")
    return seen, plain


def _head(item: bytes) -> Head:
    match = _HEAD.fullmatch(item)
    if match is None:
        raise ValueError("no head")
    return Head(match[1].decode(), int(match[2]), a2b_base64(match[3]))


# --- what is readable --------------------------------------------------------------------------------------------


def readable(place: Place, plain: bytes) -> dict[str, Any]:
    """The readable fields of a file, in the order of the file.

    Where it belongs is taken from where it is (what the text says of it instead is a finding of others). `blue` and
    `created` are taken from lines of the text that are spelled as the tool spells them; what `dialogue.md` says of its
    members only in its proper form. Anything else stays inside. Raises `Mislabelled` for a `dialogue.md` that has another
    uid inside.
    """
    usual = b"---\nblue: 1\n%bcreated: " % place.lines
    if plain.startswith(usual) and place.kind != "dialogue" and 0 < plain.find(b"\n---\n", 3) < MAX_FRONT:
        line = plain[len(usual) : len(usual) + 21]
        if _USUAL.fullmatch(line):  # as below, in half the time
            return {"blue": 1, **place.fields, "created": line[:20].decode()}
    front = _front(plain)
    fields = {"blue": 1, **place.fields, "created": ""}
    if not front.startswith(b"blue: 1\n") and (blue := _BLUE.search(front)):
        fields["blue"] = int(blue[1])
    if created := _CREATED.search(front):
        fields["created"] = created[1].decode()
    if place.kind == "dialogue":
        said = frontmatter.read(front.decode(errors="replace"))[0] if front else {}
        if said.get("uid", place.uid) != place.uid:
            raise Mislabelled("dialogue.md has another uid inside")
        fields |= _members(said)
    return fields


_TIME = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_USUAL = byte_pattern(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\n")
_BLUE = byte_pattern(rb"^blue: ([1-9][0-9]{0,2})\r?$", re.M)
_CREATED = byte_pattern(rb"^created: (" + _TIME + rb")\r?$", re.M)
_AT = byte_pattern(_TIME)
_FRONT = byte_pattern(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n((?:[^\n]*\n)*?)---[ \t]*(?:\r?\n|\Z)")


def _front(plain: bytes) -> bytes:
    """The first block between two `---`, whatever stands below it: a body decides nothing here."""
    if plain.startswith(b"---\nblue: ") and 0 < (end := plain.find(b"\n---\n", 3)) < MAX_FRONT:
        return plain[4 : end + 1]  # what the tool writes
    match = _FRONT.match(plain, 0, MAX_FRONT + 16)
    return match[1] if match else b""


def _members(front: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    experts = [expert for item in _list(front.get("experts")) if (expert := _expert(item))]
    if experts:
        fields["experts"] = experts
    panels = front.get("panels")
    if isinstance(panels, dict):
        kept = {key: slugs for key, value in panels.items() if _is_round(key) and (slugs := _slugs(value))}
        if kept:
            fields["panels"] = kept
    if _is_number(front.get("max_rounds"), 1, LAST_ROUND + 1):
        fields["max_rounds"] = front["max_rounds"]
    closed = front.get("closed")
    if isinstance(closed, dict) and closed:
        fields["closed"] = {"at": at if _AT.fullmatch((at := str(closed.get("at"))).encode(errors="replace")) else ""}
    return fields


def _expert(item: Any) -> dict[str, Any] | None:
    said = item if isinstance(item, dict) else {"slug": item}
    if not _is_slug(said.get("slug")):
        return None
    expert = {"slug": said["slug"]}
    if said.get("tier") in TIERS:
        expert["tier"] = said["tier"]
    for key in ("from_round", "to_round"):
        if _is_number(said.get(key), 0, LAST_ROUND):
            expert[key] = said[key]
    return expert


def _is_round(key: Any) -> bool:
    return isinstance(key, str) and key.isascii() and key.isdigit() and str(int(key[:3])) == key and int(key) <= LAST_ROUND


def _slugs(value: Any) -> list[str]:
    return [slug for slug in _list(value) if _is_slug(slug)]


def _is_slug(value: Any) -> bool:
    return isinstance(value, str) and is_name(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
