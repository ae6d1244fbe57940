"""The format of a sealed file: bytes to `Envelope` and back, and what its tag also covers. No key is needed here.

A sealed file is front matter that anybody may read, then armoured base64 (DECISIONS.md, the notes on sealing). One value has
one spelling, and no other is read, so none can be changed behind the tag's back.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from blue_cli.crypto.armour import BEGIN, armoured, dearmoured
from blue_cli.crypto.blocktext import seal_text, with_seal, without_seal
from blue_cli.crypto.encoding import canonical_json, lp
from blue_cli.crypto.place import FIELDS, Broken, Malformed, Misplaced, Place, Unsupported, byte_pattern, expert_line
from blue_cli.dialogue.document import MAX_BYTES, MAX_FRONT

__all__ = ["FIELDS", "Broken", "Envelope", "Malformed", "Misplaced", "Place", "Unsupported", "associated", "bound"]
__all__ += ["full_address", "is_sealed", "read", "read_at", "seal_text", "with_seal", "write", "write_at"]

SUITE = 1  # AES-256-GCM, HKDF-SHA-512, committed
SALT, NONCE, COMMIT, TAG = 32, 12, 32, 16  # bytes
MAX_SEEN = 1 << 20  # bytes of the list of what the writer saw
MAX_BODY = MAX_BYTES + MAX_SEEN + 8 + TAG
MAX_HEAD = 2 * MAX_FRONT
MAX_SEALED = MAX_BODY * 4 // 3 // 76 * 78 + MAX_HEAD + 1024  # bytes of a sealed file, line ends of CRLF included
LAST = 10**9 - 1  # of revisions and versions of keys

_NONE = '""'
_INNER = ("slug", "tier", "from_round", "to_round")  # of an expert in a sealed dialogue.md


class Envelope(NamedTuple):
    """A sealed file taken apart.

    fields   what is readable, without `sealed`; the keys are those of `FIELDS[kind]`, absent ones left out
    version  of the data key
    body     ciphertext, with the tag as its last 16 bytes
    """

    kind: str
    fields: Mapping[str, Any]
    suite: int
    version: int
    rev: int
    salt: bytes
    nonce: bytes
    commit: bytes
    body: bytes

    @property
    def tag(self) -> bytes:
        """What names this very ciphertext to others (membership)."""
        return self.body[-TAG:]


def is_sealed(data: bytes) -> bool:
    """Whether this claims to be a sealed file, also one whose end is gone (of a `dialogue.md` only when its head is short).

    Cheap: it is asked for every file. Text that only quotes a sealed file is none: the line must stand in the front matter.
    """
    if data.find(b"\nsealed: {suite: ", 60, 270) < 0 and not data.endswith(_ENDS):
        return False
    at, end = data.find(b"\nsealed: {", 0, MAX_HEAD), data.find(b"\n---", 3)
    return at > 0 and data.startswith((b"---\n", b"---\r\n")) and (at < end or end < 0)


_ENDS = (b"-----\n", b"-----", b"-----\r\n")


def full_address(uid: str, address: str) -> str:
    """`dialogue:{uid}/entity:{address}`. Raises `Malformed` for a uid or an address that is none."""
    return Place(uid, address).full


# --- writing -------------------------------------------------------------------------------------------------


def write(envelope: Envelope, uid: str, address: str) -> bytes:
    """The bytes of a sealed file; of `dialogue.md` without its `seal:` block. `read` is the inverse.

    Raises `Malformed` for an address at which nothing of this kind is sealed.
    """
    return write_at(envelope, Place(uid, address))


def write_at(envelope: Envelope, place: Place) -> bytes:
    """`write` for a place that was checked before."""
    _check_kind(envelope, place)
    _, fields, suite, version, rev, salt, nonce, commit, body = envelope
    return (
        f'---\n{_front(place, fields)}sealed: {{suite: {suite}, key: "dek#{place.uid}#{version}", rev: {rev}, '
        f'salt: "{_b64(salt)}", nonce: "{_b64(nonce)}", commit: "{_b64(commit)}"}}\n---\n'
    ).encode() + armoured(body)


def associated(envelope: Envelope, uid: str, address: str) -> bytes:
    """What the tag covers besides the plaintext: the suite, where the file is, and every readable field.

    lp(suite, SHA-256 of the full address, then each field in the order of the file, the parts of `sealed` at the end, as
    canonical JSON; null for what is absent). Raises as `write` does.
    """
    return bound(envelope, Place(uid, address))


def bound(envelope: Envelope, place: Place) -> bytes:
    """`associated` for a place that was checked before."""
    _check_kind(envelope, place)
    kind, fields, suite, version, rev, salt, nonce, commit, _ = envelope
    if kind == "dialogue":
        readable = lp(*[canonical_json(fields.get(key)) for key in FIELDS[kind]])
    else:  # numbers and texts that JSON does not change
        blue, created = b"%d" % fields["blue"], fields["created"].encode()
        readable = b'\0\0\0%c%b%b\0\0\0%c"%b"' % (len(blue), blue, place.bound, len(created) + 2, created)
    used, changed = b"%d" % version, b"%d" % rev
    return _BOUND % (
        suite, sha256(place.full.encode()).digest(), readable,
        suite, len(used) + 43, place.uid.encode(), used, len(changed), changed,
        b2a_base64(salt, newline=False), b2a_base64(nonce, newline=False), b2a_base64(commit, newline=False),
    )  # fmt: skip


# The lengths of `lp`, spelled out: ten times faster, and a test holds it equal to the list that it says.
_BOUND = b'\0\0\0\1%d\0\0\0 %b%b\0\0\0\1%d\0\0\0%c"dek#%b#%b"\0\0\0%c%b\0\0\0."%b"\0\0\0\x12"%b"\0\0\0."%b"'


def _check_kind(envelope: Envelope, place: Place) -> None:
    if envelope.kind != place.kind or envelope.suite != SUITE:
        raise Malformed(f"no {envelope.kind} of suite {envelope.suite} is sealed at this place")


def _b64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


def _front(place: Place, fields: Mapping[str, Any]) -> str:
    if place.kind == "dialogue":
        return "".join([_field(key, fields[key]) for key in FIELDS["dialogue"] if key in fields])
    return f"blue: {fields['blue']}\n{place.lines.decode()}created: {fields['created'] or _NONE}\n"


def _field(key: str, value: Any) -> str:
    """A field of `dialogue.md`. Members are mostly the same from one dialogue to the next, and writing them is slow."""
    from blue_cli.dialogue.handwriting import write_field

    if key == "experts" and isinstance(value, list) and all(_is_flat(item) for item in value):
        return "experts:\n" + "".join([_member(tuple(item.items())) for item in value])
    return write_field(key, value, _INNER)


def _is_flat(item: Any) -> bool:
    """Whether a member may be a key of the cache. True and 1.0 may not: they would be taken for 1."""
    return isinstance(item, dict) and all(type(value) in (str, int) for value in item.values())


@lru_cache(1024)
def _member(items: tuple[tuple[str, Any], ...]) -> str:
    from blue_cli.dialogue.handwriting import write_field

    return write_field("experts", [dict(items)], _INNER).removeprefix("experts:\n")


# --- reading -------------------------------------------------------------------------------------------------

# In these, no value has a second spelling: the last character of 32 bytes of base64 has only some values.
_32 = rb'"([0-9A-Za-z+/]{42}[AEIMQUYcgkosw048]=)"'
_SEALED = (
    rb'sealed: \{suite: (0|[1-9][0-9]{0,8}), key: "dek#([0-9a-f-]{36})#([1-9][0-9]{0,8})", rev: ([1-9][0-9]{0,8}), '
    rb"salt: " + _32 + rb', nonce: "([0-9A-Za-z+/]{16})", commit: ' + _32 + rb"\}\n---\n" + BEGIN
)
_TIME = rb'""|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})'
_HEAD = byte_pattern(rb"---\nblue: ([1-9][0-9]{0,2})\n((?:(?:dialogue|round|expert): [^\n]*\n)*)created: (" + _TIME + rb")\n" + _SEALED)
_DIALOGUE_HEAD = byte_pattern(rb"---\n()(blue: (?:[^\n]+\n)*?)()" + _SEALED)
_SUITE = byte_pattern(rb"\nsealed: \{suite: ([0-9]{1,9})[,}]")
_NEWER = byte_pattern(rb"---\nblue: ([0-9]{1,9})\n")


def read(data: bytes, uid: str, address: str) -> Envelope:
    """Take a sealed file apart. `uid` and `address` say where it lies.

    CRLF and a missing final line end are read; all else must be as `write` writes it. Raises `Malformed`, `Unsupported` for
    another suite or a later format, `Misplaced` when it says that it belongs elsewhere. Sizes are checked before decoding.
    """
    return read_at(data, Place(uid, address))


def read_at(data: bytes, place: Place) -> Envelope:
    """`read` for a place that was checked before."""
    if len(data) > MAX_SEALED:
        raise Malformed(f"over {MAX_SEALED} bytes")
    text = _unix(data) if b"\r" in data or data[-1:] != b"\n" else data
    if place.kind == "dialogue":
        text = without_seal(text)
        match = _DIALOGUE_HEAD.match(text, 0, MAX_HEAD)
    else:
        match = _HEAD.match(text, 0, MAX_HEAD)
    if match is None:
        raise _unreadable(text)
    blue, lines, created, suite, uid, version, rev, salt, nonce, commit = match.groups()
    if suite != b"%d" % SUITE:
        raise _unreadable(text)
    fields = _dialogue_fields(place, lines) if place.kind == "dialogue" else _fields(place, blue, lines, created)
    if uid.decode() != place.uid:
        raise Misplaced("its key belongs to another dialogue")
    body = dearmoured(text[match.end() :])
    if not TAG <= len(body) <= MAX_BODY:
        raise Malformed("too short or too long to be sealed text")
    salt, nonce, commit = a2b_base64(salt), a2b_base64(nonce), a2b_base64(commit)
    return Envelope(place.kind, fields, SUITE, int(version), int(rev), salt, nonce, commit, body)


def _unix(data: bytes) -> bytes:
    """With line feeds and a final line end: git's `autocrlf` and editors change these two, and nothing is lost by it."""
    if b"\r" in data:
        ends = data.count(b"\n") + (not data.endswith(b"\n") and data.endswith(b"\r"))
        if not data.count(b"\r\n") == data.count(b"\r") == ends:
            raise Malformed("line ends of two kinds")
        data = data.replace(b"\r\n", b"\n")
    return data if data.endswith(b"\n") else data + b"\n"


def _unreadable(text: bytes) -> Malformed:
    suite, newer = _SUITE.search(text[:MAX_HEAD]), _NEWER.match(text)
    if suite and suite[1] != b"%d" % SUITE:
        return Unsupported(f"sealed with suite {int(suite[1])}; this version knows suite {SUITE}")
    if newer and int(newer[1]) > 1:
        return Unsupported(f"sealed in format {int(newer[1])}; this version knows format 1")
    return Malformed("the front matter of a sealed file is damaged, or has other fields than it must have")


def _fields(place: Place, blue: bytes, lines: bytes, created: bytes) -> dict[str, Any]:
    if lines != place.lines:
        raise _elsewhere(place, lines)
    return {"blue": int(blue), **place.fields, "created": "" if created == b'""' else created.decode()}


_LINES = byte_pattern(rb'dialogue: [0-9a-f-]{36}\n(round: (?:0|[1-9][0-9]?)\n)?(?:(expert: "?([0-9A-Za-z-]+)"?\n))?')


def _elsewhere(place: Place, lines: bytes) -> Malformed:
    """Why the lines of the place are not those that they must be."""
    match = _LINES.fullmatch(lines)
    if match and bool(match[1]) == (place.round >= 0) and bool(match[2]) == bool(place.expert):
        if not match[2] or expert_line(match[3].decode()) == match[2]:
            return Misplaced("it says that it belongs to another place")
        return Malformed("its front matter is not spelled as blue writes it")
    return Malformed("it has other readable fields than it must have")


def _dialogue_fields(place: Place, front: bytes) -> dict[str, Any]:
    from blue_cli.dialogue.canonical import read as read_front

    fields = read_front(front.decode("ascii", "replace"))
    if not fields or not {"blue", "uid", "created"} <= fields.keys() <= set(FIELDS["dialogue"]):
        raise _unreadable(b"---\n" + front)
    if fields["uid"] != place.uid:
        raise Misplaced("it says that it belongs to another dialogue")
    if type(fields["blue"]) is not int or _front(place, fields).encode() != front:
        raise Malformed("its front matter is not spelled as blue writes it")
    return fields
