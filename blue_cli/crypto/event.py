"""One event of an audit log: that a change of keys or of protection was set about. Reading is never logged.

Its file is canonical JSON without a line end (so that no conversion of line ends touches it):
`{v, n, writer, at, action, dialogue, key, details, seen, tag}`, the tag being HMAC-SHA-256 over all the rest. It lies at
`{dialogue}/{n:06d}-{writer}-{first 8 hex digits of the tag}.json`. Pure: no clock, no chance, no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from blue_cli.crypto.encoding import canonical_json, lp
from blue_cli.dialogue.ids import UID
from blue_cli.dialogue.pattern import pattern

WORKSPACE = "workspace"
WORKSPACE_KEK = (WORKSPACE, 0, bytes(32), b"")  # uid, epoch, salt, blob: what `KeyProvider.kek` takes
VERSION = 1
ACTIONS = (
    "key-new", "key-import", "key-export", "wrap-added", "wrap-removed", "rewrap", "rotate", "reencrypt", "seal", "unseal",
    "plaintext-output",
)  # fmt: skip
FILE_LIMIT = 1 << 16  # bytes of an event, enough for 900 heads
CHECK = 4  # bytes of a check value
DETAILS, VALUE = 16, 256  # how many details, and the characters of one

_NAME = pattern(r"[0-9]{6}-[0-9a-f]{8}-[0-9a-f]{8}\.json")
_WRITER = pattern(r"[0-9a-f]{8}")
_TAG = pattern(r"[0-9a-f]{64}")
_AT = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_DETAIL = pattern(r"[a-z][a-z_]{0,31}")
_UMK = pattern(r"umk#[0-9a-f]{16}")
_CHECK = pattern(r"[0-9a-f]{8}")
_FIELDS = {"v", "n", "writer", "at", "action", "dialogue", "key", "details", "seen", "tag"}


class Malformed(ValueError):
    """A file that is no event, or not where its content says. One line, without anything from the file."""


class Draft(NamedTuple):
    """What somebody is about to do. `dialogue` is a uid or `workspace`, `key` the public id of the key that tags it."""

    dialogue: str
    action: str
    key: str
    details: Mapping[str, str] = {}


class Event(NamedTuple):
    """One event. `n` is one more than the highest it saw, `seen` the tags (hex) of the heads it saw, `at` RFC 3339 in UTC."""

    n: int
    writer: str
    at: str
    action: str
    dialogue: str
    key: str
    details: Mapping[str, str]
    seen: tuple[str, ...]
    tag: str = ""

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.n:06d}-{self.writer}-{self.tag[:8]}.json"


# --- keys ----------------------------------------------------------------------------------------------------


def audit_key(secret: bytes, log: str) -> bytes:
    """The key of a log: from the dialogue's data key version 1, or for the workspace's log
    from the KEK that a master key gives for it, `provider.kek(*WORKSPACE_KEK)`."""
    from blue_cli.crypto import aead

    return aead.hkdf256(secret, b"", b"blue/v1/audit" + lp(log))


def key_id(log: str, key: bytes) -> str:
    """The public name of the audit key of a dialogue: `dek#{uid}#1#` and a check value of 8 hex digits.

    Always version 1, which rotating keeps. The check value tells it from the version 1 of another time: a dialogue that is
    unsealed and sealed again has another, and what was tagged under the first is not forged, its key is gone.
    """
    from blue_cli.crypto import aead

    return f"dek#{log}#1#{aead.hkdf256(key, b'', b'blue/v1/check', CHECK).hex()}"


def _is_key_of(log: str, key: str) -> bool:
    if log == WORKSPACE:
        return _UMK.fullmatch(key) is not None
    return key.startswith(f"dek#{log}#1#") and _CHECK.fullmatch(key, len(log) + 7) is not None


# --- one event -----------------------------------------------------------------------------------------------


def sign(event: Event, key: bytes) -> Event:
    """The event with its tag. `Malformed` when it could not be read back."""
    signed = event._replace(tag=_tag(event, key))
    read(event.dialogue, signed.name, write(signed))
    return signed


def is_genuine(event: Event, key: bytes) -> bool:
    """Whether this key made the tag of exactly this event."""
    from blue_cli.crypto import aead

    return aead.same(_tag(event, key).encode(), event.tag.encode())


def rfc3339(at: datetime) -> str:
    """A moment as an event says it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_log(name: str) -> bool:
    """Whether a log may have this name: the uid of a dialogue, or `workspace`."""
    return name == WORKSPACE or UID.fullmatch(name) is not None


def small(value: str) -> str:
    """A detail as it may stand in an event: one printable line, cut where it is too long."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in value)
    return plain if len(plain) <= VALUE else plain[: VALUE - 1] + "…"


def _document(event: Event) -> dict[str, Any]:
    return {"v": VERSION, **event._asdict(), "details": dict(event.details)}


def _tag(event: Event, key: bytes) -> str:
    from blue_cli.crypto import aead

    document = _document(event)
    del document["tag"]
    return aead.mac(key, canonical_json(document)).hex()


def write(event: Event) -> bytes:
    """The bytes of an event's file."""
    return canonical_json(_document(event))


def read(log: str, name: str, data: bytes) -> Event:
    """The event in a file of a log. `Malformed` unless it is byte for byte what `write` writes, in the right place.

    The tag is not checked, that takes a key.
    """
    document = _parse(name, data)
    if document.pop("v") != VERSION:
        raise Malformed("an event of another version of the format")
    event = Event(**{**document, "seen": tuple(document["seen"])})
    if not _in_range(event) or not _is_text(event):
        raise Malformed("an event with a value that cannot be")
    if event.dialogue != log or not _is_key_of(log, event.key):
        raise Malformed("an event of another log")
    if event.name != name:
        raise Malformed("an event under the name of another")
    return event


def _parse(name: str, data: bytes) -> dict[str, Any]:
    if not _NAME.fullmatch(name):
        raise Malformed("not the name of an event")
    if len(data) > FILE_LIMIT:
        raise Malformed(f"larger than {FILE_LIMIT} bytes")
    try:
        document = json.loads(data)
        canonical = canonical_json(document) == data
    except (ValueError, RecursionError):  # a bracket repeated 60,000 times, a lone surrogate, a number without end
        raise Malformed("not JSON") from None
    if not canonical or not isinstance(document, dict) or document.keys() != _FIELDS:
        raise Malformed("not an event as blue writes it")
    if not all(type(document[field]) is kind for field, kind in _KINDS.items()):  # True is an int and equals 1
        raise Malformed("an event with a value of the wrong type")
    return document


_KINDS = {"v": int, "n": int, "details": dict, "seen": list, **dict.fromkeys(("writer", "at", "action", "dialogue", "key", "tag"), str)}


def _in_range(event: Event) -> bool:
    return (
        event.n > 0  # and has at most six digits, as its name
        and event.action in ACTIONS
        and _WRITER.fullmatch(event.writer) is not None
        and _TAG.fullmatch(event.tag) is not None
        and _AT.fullmatch(event.at) is not None
        and _is_date(event.at)
    )


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_text(event: Event) -> bool:
    tags, details = event.seen, event.details
    return (
        all(isinstance(tag, str) and _TAG.fullmatch(tag) for tag in tags)
        and list(tags) == sorted(set(tags))
        and len(details) <= DETAILS
        and all(_DETAIL.fullmatch(key) and isinstance(text, str) and small(text) == text for key, text in details.items())
    )
