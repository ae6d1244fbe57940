"""One command under way: its process, its pipes, and what came out of them so far."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from typing import IO

from blue_cli.running.job import DONE, ERROR_LIMIT, FAILED, OUTPUT_LIMIT, Job, Outcome
from blue_cli.running.keeper import TOKEN

MOMENT = 0.1  # seconds for a process that was killed to be over


class Process:
    """A command in a process group and session of its own. It is over only when somebody has called `reap`.

    ended     why it was told to end; "" while it was not
    kill_at   when asking it to end turns into ending it (monotonic seconds), 0 while it was not asked
    gone_at   when it was found to be over
    shut_at   when it was found to have closed what it writes to
    """

    def __init__(self, job: Job, token: str) -> None:
        self.job = job
        self.token = token
        self.started = time.monotonic()
        self.out = bytearray()
        self.err = bytearray()
        self.talked = 0  # bytes of standard error
        self.unsent = memoryview(job.stdin)
        self.ended = ""
        self.reaped = False
        self.deadline = self.started + job.timeout if job.timeout else 0.0
        self.kill_at = self.gone_at = self.shut_at = 0.0
        self.popen = subprocess.Popen(
            job.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=job.cwd,
            env={**job.env, TOKEN: token}, start_new_session=True, bufsize=0,
        )  # fmt: skip

    @property
    def pipes(self) -> list[IO[bytes]]:
        """Those of its pipes that are still open."""
        return [p for p in (self.popen.stdin, self.popen.stdout, self.popen.stderr) if p is not None and not p.closed]

    @property
    def open_for_reading(self) -> bool:
        """Whether more may come from it."""
        return any(pipe is not self.popen.stdin for pipe in self.pipes)

    def signal(self, number: int) -> None:
        """To its whole group, as long as the command itself is not reaped: then the number of the group is nobody else's."""
        if not self.reaped:
            with contextlib.suppress(OSError):
                os.killpg(self.popen.pid, number)

    def ask(self, why: str, patience: float) -> None:
        """Ask it to end, once; after so many seconds it will be ended."""
        if not self.ended:
            self.ended = why
            self.kill_at = time.monotonic() + patience
            self.signal(signal.SIGTERM)

    def has_ended(self) -> bool:
        """Whether the command itself is over, which leaves it unreaped where there is a way to (macOS before Python 3.13 has none)."""
        if not hasattr(os, "waitid"):
            return self.popen.poll() is not None
        try:
            return os.waitid(os.P_PID, self.popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # somebody else has reaped it
            return True

    def reap(self) -> None:
        """Collect it, so that no zombie is left. One that belongs to somebody else (sudo) cannot be ended, and is left."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(MOMENT)
        self.reaped = True

    def outcome(self) -> Outcome:
        """What became of it."""
        status = self.popen.returncode
        ended = self.ended or (DONE if status == 0 else FAILED)
        took = time.monotonic() - self.started
        return Outcome(self.job, ended, status, bytes(self.out[:OUTPUT_LIMIT]), bytes(self.err[-ERROR_LIMIT:]), took)
