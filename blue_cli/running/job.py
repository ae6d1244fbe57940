"""What a command is asked to do, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DONE = "done"  # it ended by itself, with status 0
FAILED = "failed"  # it ended by itself, with another status or by a signal
TIMEOUT = "timeout"  # it was ended after its time
FLOOD = "flood"  # it was ended because it wrote without end
MISSING = "missing"  # it could not be started at all
OUTPUT_LIMIT = 1024 * 1024  # bytes of standard output, the limit of a contribution (FORMAT.md, section 8)
ERROR_LIMIT = 64 * 1024  # bytes of standard error that are kept: its end


class Job(NamedTuple):
    """One call of a command.

    name     who answers, for events and outcomes
    argv     the command's words; no shell reads them
    env      the whole environment it gets
    cwd      the folder it works in
    stdin    what it is given to read
    timeout  seconds it may take; 0: as long as it likes
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    stdin: bytes
    timeout: float = 0.0


class Outcome(NamedTuple):
    """What became of a call.

    ended    DONE, FAILED, TIMEOUT, FLOOD or MISSING
    status   its exit status, negative for a signal; None when it was never started
    out      what it wrote, at most `OUTPUT_LIMIT` bytes
    err      the end of what it wrote to standard error; why it could not be started
    seconds  how long it took
    """

    job: Job
    ended: str
    status: int | None
    out: bytes
    err: bytes
    seconds: float


class Event(NamedTuple):
    """Something to tell whoever watches: `started`, `said` (a piece of standard error), `ended`."""

    kind: str
    name: str
    data: bytes = b""
