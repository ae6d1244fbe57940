"""Logs for tests: keys that anybody may know, and events made by several writers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from blue_cli.crypto.audit import follow, verify
from blue_cli.crypto.event import WORKSPACE, Draft, Event, audit_key, key_id, write
from blue_cli.dialogue.ids import uuid7

UID = uuid7(1_795_000_000_000, 1)
KEY = audit_key(b"d" * 32, UID)
KEY_ID = key_id(UID, KEY)
UMK = "umk#00112233445566ff"
WORKSPACE_KEY = audit_key(b"w" * 32, WORKSPACE)
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
STRUDEL, MUFFIN = "5717d311", "00ff00ff"

Files = dict[str, bytes]


def key_for(event: Event) -> bytes | None:
    """The holder of every key of these tests."""
    return {KEY_ID: KEY, UMK: WORKSPACE_KEY}.get(event.key)


def add(files: Mapping[str, bytes], writer: str = STRUDEL, action: str = "rotate", minutes: int = 0, **details: str) -> Files:
    """The dialogue's log with one more event."""
    event = follow(Draft(UID, action, KEY_ID, details), KEY, writer, START + timedelta(minutes=minutes), verify(UID, files, key_for))
    return {**files, event.name: write(event)}


def chain(length: int) -> Files:
    """A log of one writer."""
    files: Files = {}
    for minutes in range(length):
        files = add(files, minutes=minutes)
    return files


def problems(files: Mapping[str, bytes]) -> list[str]:
    """What is wrong with the dialogue's log, in words."""
    return [problem.message for problem in verify(UID, files, key_for).problems]


def names(events: Iterable[Event]) -> list[str]:
    return [event.name for event in events]
