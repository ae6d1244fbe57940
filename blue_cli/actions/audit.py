"""The audit log: record what is about to be done, verify, show, anchor.

**Record first, then do.** An event says that something was set about, so no change is ever without one: a kill in
between leaves an event whose change did not happen, never a change that no event tells of. When the event cannot be
written the operation fails before it changed anything; when the operation itself fails, `logged` adds that it did.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import NamedTuple, Protocol

from blue_cli.crypto.audit import SHORT, KeyFor, Problem, Report, anchor, check_anchor, follow, verify
from blue_cli.crypto.event import WORKSPACE, Draft, Event, Malformed, is_log
from blue_cli.errors import BlueError, Conflict, Tampered, Unavailable
from blue_cli.stores.base import Unread
from blue_cli.views.audit import findings

FOLDER = ".blue/audit"
Kept = tuple[Mapping[str, bytes], Sequence[Unread]]


class EventLog(Protocol):
    """Where events lie: files that are added to a log and never replaced (`stores.events`)."""

    def logs(self) -> list[str]:
        """The names of everything that lies where logs do, sorted."""
        ...

    def read(self, log: str) -> Kept:
        """Every file of a log by name, and what was not read; nothing when there is no such log."""
        ...

    def add(self, log: str, make: Callable[[Kept], tuple[str, bytes]]) -> None:
        """Add the file (name, bytes) that `make` makes of what is there, alone and on disk when this returns."""
        ...


class Log(NamedTuple):
    """A log as it was found. `dialogue` is what people call it: the dialogue's id, or the name of the log."""

    name: str
    dialogue: str
    report: Report


# --- writing -------------------------------------------------------------------------------------------------


def record(port: EventLog, draft: Draft, key: bytes, writer: str, at: datetime) -> Event:
    """Write down what is about to be done, under the log's audit key (`crypto.event.audit_key`).

    Raises `Unavailable`, `Tampered` or `Conflict` when it cannot be written: then the operation must not go on.
    """
    written: list[Event] = []

    def make(kept: Kept) -> tuple[str, bytes]:
        from blue_cli.crypto.event import write

        report = _examine(draft.dialogue, kept, lambda event: key if event.key == draft.key else None)
        event = follow(draft, key, writer, at, report)
        written.append(event)
        return event.name, write(event)

    _check(draft.dialogue)
    try:
        port.add(draft.dialogue, make)
    except Malformed as error:  # more heads than an event can name, or numbers used up
        raise Conflict(f"the event cannot be written: {error}", fix="blue audit verify", path=f"{FOLDER}/{draft.dialogue}") from None
    return written[0]


@contextmanager
def logged(port: EventLog, draft: Draft, key: bytes, writer: str, now: Callable[[], datetime]) -> Iterator[Event]:
    """`record`, then the operation as the body. When that raises, another event says so, as far as it can be written."""
    event = record(port, draft, key, writer, now())
    try:
        yield event
    except BaseException as error:
        reason = error.code if isinstance(error, BlueError) else type(error).__name__  # its text may quote anything
        with suppress(Exception):
            record(port, draft._replace(details={"failed": event.tag[:SHORT], "reason": reason}), key, writer, now())
        raise


def _check(log: str) -> None:
    if not is_log(log):  # it becomes a part of a path
        raise Conflict(f"no log may be called {log!r}", why="a log is that of a dialogue with a uid, or of the workspace")


# --- reading -------------------------------------------------------------------------------------------------


def examine(port: EventLog, names: Mapping[str, str], key_for: KeyFor, sealed: Mapping[str, str] = {}) -> list[Log]:
    """The logs with these names (to what people call them), as far as `key_for` has keys.

    `sealed` are the dialogues that are, to the names of their audit keys (empty: not here): one without an event under
    that key that says so has lost its log.
    """
    for name in names:
        _check(name)
    return [Log(name, shown, _told(_examine(name, port.read(name), key_for), sealed.get(name))) for name, shown in names.items()]


def _told(report: Report, key: str | None) -> Report:
    seals = (event for event in report.events if event.action == "seal" and event.tag not in report.forged)
    if key is None or any(key in ("", event.key) for event in seals):
        return report
    return report._replace(problems=(*report.problems, Problem("", "the dialogue is sealed and no event says so")))


def _examine(log: str, kept: Kept, key_for: KeyFor) -> Report:
    files, unread = kept
    report = verify(log, files, key_for)
    more = [Problem(item.path, f"not read: {item.reason}", item.detail) for item in unread]
    return report._replace(problems=(*report.problems, *more))


def no_key(event: Event) -> None:
    """The `key_for` of whoever only wants to look."""


def logs_here(port: EventLog, ids: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """Every log there is, that of the workspace first, then by what people call them (`ids` by uid); and what lies there
    and is none."""
    names = port.logs()
    shown = {name: ids.get(name, name) for name in names if is_log(name)}
    ordered = sorted(shown.items(), key=lambda item: (item[0] != WORKSPACE, item[1]))
    return dict(ordered), [Problem(name, "not a log", "no dialogue has this uid") for name in names if not is_log(name)]


def anchors(logs: Sequence[Log]) -> list[str]:
    """A line for a commit message for each log that has events. `Tampered` when something is wrong with one."""
    wrong = [one for one in findings(logs, FOLDER) if one.severity == "error"]
    if wrong:
        message = f"no anchor for a log that is broken: {len(wrong)} problem{'' if len(wrong) == 1 else 's'}"
        raise Tampered(message, wrong, why="it would make the truth of what is there now", fix="blue audit verify")
    return [anchor(log.name, log.report.events) for log in logs if log.report.events]


def broken_anchors(port: EventLog, message: str) -> list[Problem]:
    """What the `Blue-Audit` lines of a commit message name and is no longer there (`crypto.audit.check_anchor`). No key."""
    names = [name for name in port.logs() if is_log(name) and name in message]
    return check_anchor(message, {log.name: log.report.events for log in examine(port, dict.fromkeys(names, ""), no_key)})


# --- who writes ----------------------------------------------------------------------------------------------


def writer(folder: str, root: str, random: Callable[[int], int]) -> str:
    """The name of this clone in its logs: 8 hex digits, drawn once and kept in the user's state (`folder`), by the place
    of the clone. It says who branched from whom and identifies nobody. `Unavailable` when it cannot be kept."""
    from hashlib import sha256

    path = os.path.join(folder, sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:32])
    try:
        return _kept(path) or _keep(folder, path, f"{random(32):08x}")
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror or error}", why="it names this clone in the audit log") from None


def _kept(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            text = file.read(64).strip()
    except FileNotFoundError:
        return ""
    return text if len(text) == 8 and not set(text) - set("0123456789abcdef") else ""


def _keep(folder: str, path: str, name: str) -> str:
    """Keep a new name, or take the one that another process kept a moment ago. One that cannot be read is replaced."""
    from blue_cli.actions.file import replace

    os.makedirs(folder, mode=0o700, exist_ok=True)
    draft = f"{path}.{name}"
    replace(draft, f"{name}\n".encode())
    try:
        os.link(draft, path)
    except FileExistsError:
        if other := _kept(path):
            return other
        os.replace(draft, path)
    finally:
        with suppress(OSError):
            os.unlink(draft)
    return name
