"""One event: one spelling, one place, one tag."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.crypto import event as module
from blue_cli.crypto.encoding import canonical_json
from blue_cli.crypto.event import (
    DETAILS,
    FILE_LIMIT,
    VALUE,
    WORKSPACE,
    WORKSPACE_KEK,
    Event,
    Malformed,
    audit_key,
    is_genuine,
    is_log,
    read,
    rfc3339,
    sign,
    small,
    write,
)
from tests.crypto.events import KEY, KEY_ID, START, STRUDEL, UID, UMK

PLAIN = Event(1, STRUDEL, "2026-11-24T08:00:00Z", "seal", UID, KEY_ID, {"from_round": "0"}, ())
SIGNED = sign(PLAIN, KEY)


def hkdf(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 for one block, written out."""
    return hmac.digest(hmac.digest(bytes(32), secret, "sha256"), info + b"\x01", "sha256")


def test_the_key_and_the_tag_are_what_the_format_says() -> None:
    info = b"blue/v1/audit" + len(UID).to_bytes(4, "big") + UID.encode()
    assert hkdf(b"d" * 32, info) == KEY
    document = json.loads(write(SIGNED))
    tag = document.pop("tag")
    bare = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    assert tag == hmac.new(KEY, bare, hashlib.sha256).hexdigest()
    assert SIGNED.name == f"000001-{STRUDEL}-{tag[:8]}.json"


def test_the_key_of_the_workspace_comes_from_the_master_key_by_way_of_a_kek() -> None:
    from blue_cli.crypto.keys import material

    uid, epoch, salt, _ = WORKSPACE_KEK
    kek = material.Umk(b"u" * 32).kek(uid, epoch, salt)
    assert kek == hkdf(b"u" * 32, b"blue/v1/kek\0\0\0\x09workspace\0\0\0\x010")
    assert audit_key(kek, WORKSPACE) == hkdf(kek, b"blue/v1/audit\0\0\0\x09workspace")


def test_what_is_written_is_read_and_genuine_under_its_key_only() -> None:
    assert read(UID, SIGNED.name, write(SIGNED)) == SIGNED
    assert is_genuine(SIGNED, KEY)
    assert not is_genuine(SIGNED, audit_key(b"e" * 32, UID))
    assert not is_genuine(SIGNED._replace(details={}), KEY)
    assert b"\n" not in write(SIGNED)  # nothing that a conversion of line ends could change


def test_a_workspace_event_is_under_a_master_key() -> None:
    event = sign(PLAIN._replace(dialogue=WORKSPACE, key=UMK, action="key-new"), KEY)
    assert read(WORKSPACE, event.name, write(event)) == event
    for key in (KEY_ID, "umk#", "umk#00112233445566FF", "awskms:arn"):
        with pytest.raises(Malformed):
            sign(event._replace(key=key), KEY)


WRONG: list[dict[str, Any]] = [
    {"v": 2}, {"v": True}, {"v": "1"}, {"n": 0}, {"n": -1}, {"n": 10**6}, {"n": 1.0}, {"n": True}, {"n": "1"}, {"n": None},
    {"writer": "STRUDEL1"}, {"writer": "5717d31"}, {"writer": "../../aa"}, {"writer": 1},
    {"at": "2026-11-24T08:00:00"}, {"at": "2026-11-24T08:00:00+00:00"}, {"at": "2026-02-30T08:00:00Z"}, {"at": "0000-00-00T00:00:00Z"},
    {"action": "read"}, {"action": ""}, {"action": "SEAL"}, {"action": ["seal"]},
    {"dialogue": WORKSPACE}, {"dialogue": ""},
    {"key": KEY_ID.replace("#1#", "#2#")}, {"key": KEY_ID[:-1]}, {"key": KEY_ID + "0"}, {"key": KEY_ID[:-1] + "g"},
    {"key": KEY_ID.replace("dek", "kek")}, {"key": KEY_ID[:-9]}, {"key": UMK},
    {"details": {"a": 1}}, {"details": {"a": "x" * (VALUE + 1)}}, {"details": {"A": "x"}}, {"details": {"": "x"}}, {"details": []},
    {"details": {"a": "two\nlines"}}, {"details": {"a": "\u202e"}}, {"details": {f"a{'b' * i}": "" for i in range(DETAILS + 1)}},
    {"details": {"a": {"b": "c"}}}, {"seen": ["x"]}, {"seen": [1]}, {"seen": ["0" * 64, "0" * 64]}, {"seen": ["1" * 64, "0" * 64]},
    {"seen": "0" * 64}, {"tag": "0"}, {"tag": "F" * 64}, {"tag": 7}, {"more": "1"},
]  # fmt: skip


@pytest.mark.parametrize("change", WRONG, ids=lambda change: json.dumps(change)[:40])
def test_a_value_that_cannot_be_is_refused_though_it_be_signed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        _reread(change)


def test_the_same_without_such_a_value_is_read() -> None:
    assert _reread({}).details == SIGNED.details


def _reread(change: dict[str, Any]) -> Event:
    """The event with another value, under the name that its content asks for."""
    document = {**json.loads(write(SIGNED)), **change}
    document["tag"] = change.get("tag", hmac.new(KEY, canonical_json({**document, "tag": ""}), "sha256").hexdigest())
    name = f"{document['n'] if isinstance(document['n'], int) else 1:06d}-{document['writer']}-{str(document['tag'])[:8]}.json"
    return read(UID, name, canonical_json(document))


@pytest.mark.parametrize("field", sorted(json.loads(write(SIGNED))))
def test_no_field_may_be_missing(field: str) -> None:
    document = json.loads(write(SIGNED))
    del document[field]
    with pytest.raises(Malformed):
        read(UID, SIGNED.name, canonical_json(document))


ODD = {
    "spaces": json.dumps(json.loads(write(SIGNED))).encode(),
    "a line end": write(SIGNED) + b"\n",
    "a byte order mark": b"\xef\xbb\xbf" + write(SIGNED),
    "an escape": write(SIGNED).replace(b"seal", b"se\\u0061l"),
    "a key twice": write(SIGNED).replace(b'{"action"', b'{"action":"seal","action"'),
    "brackets": b"[" * FILE_LIMIT,
    "a number without end": b"1" * 10_000,
    "a surrogate": write(SIGNED).replace(b'"0"', b'"\\ud800"'),
    "not a number": b'{"n":NaN}',
    "too much": write(SIGNED).replace(b'"0"', b'"' + b"0" * FILE_LIMIT + b'"'),
    "nothing": b"",
    "not text": b"\xff\xfe",
    "null": b"null",
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_there_is_one_spelling_and_nothing_else_is_an_event(data: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        read(UID, SIGNED.name, data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["", "x", SIGNED.name + ".bak", SIGNED.name.upper(), "000002" + SIGNED.name[6:], SIGNED.name.replace(STRUDEL, "00000000"),
     SIGNED.name[:16] + "00000000.json", " " + SIGNED.name, "1-" + SIGNED.name[7:]],
)  # fmt: skip
def test_the_name_must_agree_with_the_content(name: str) -> None:
    with pytest.raises(Malformed):
        read(UID, name, write(SIGNED))


def test_an_event_of_another_dialogue_is_out_of_place() -> None:
    with pytest.raises(Malformed):
        read(UID[:-1] + "0", SIGNED.name, write(SIGNED))
    with pytest.raises(Malformed):
        read(WORKSPACE, SIGNED.name, write(SIGNED))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,0123456789eE.-nulltruefalse\\ud', max_size=80).map(str.encode))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(UID, SIGNED.name, data)


@given(st.text(max_size=400) | st.text(alphabet=st.characters(categories=["Cs", "Cc", "Zl"]), max_size=300))
def test_any_text_becomes_a_small_detail(text: str) -> None:
    found = small(text)
    assert len(found) <= VALUE and found.isprintable() and small(found) == found
    event = sign(PLAIN._replace(details={"path": found}), KEY)
    assert read(UID, event.name, write(event)) == event


def test_time_is_in_utc_whatever_the_clock_says() -> None:
    assert rfc3339(START) == "2026-11-24T08:00:00Z"
    assert rfc3339(START.astimezone(timezone(timedelta(hours=5, minutes=30)))) == "2026-11-24T08:00:00Z"
    assert rfc3339(datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))) == "2025-12-31T23:00:00Z"


def test_a_log_is_that_of_a_uid_or_of_the_workspace() -> None:
    assert is_log(UID) and is_log(WORKSPACE)
    assert not any(is_log(name) for name in ("", "..", "older:one", "cache", UID.upper(), UID + "/..", UID + "\n", "Workspace"))


def test_reading_an_event_needs_no_cipher() -> None:
    assert not hasattr(module, "aead")  # `blue audit show` starts without it
