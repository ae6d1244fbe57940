"""Commands side by side, in one thread: each in a process group of its own, with a time, a cap and an end.

A command gets its text on standard input while what it writes is read, so neither can wait for the other for ever. What
it leaves running in its group when it ends is ended; so is everything when the pool is left, by whatever way.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import IO, Any

from blue_cli.running.job import DONE, ERROR_LIMIT, FAILED, FLOOD, MISSING, OUTPUT_LIMIT, TIMEOUT, Event, Job, Outcome
from blue_cli.running.keeper import TOKEN, Keeper, carrying

PATIENCE = 2.0  # seconds between asking a command to end and ending it
DRAIN = 0.5  # seconds for what is still in the pipes when somebody outside the group holds them open
SOON = 0.005  # seconds to the next look at a command that has closed its pipes, which it does a moment before it is over
BEAT = 0.1  # seconds between looks at the clock, and beats for whoever draws
_PIECE = 65536


class Process:
    """One command under way."""

    def __init__(self, job: Job, token: str) -> None:
        self.job = job
        self.token = token
        self.started = time.monotonic()
        self.out = bytearray()
        self.err = bytearray()
        self.unsent = memoryview(job.stdin)
        self.ended = ""  # why it was told to end, or how it did
        self.deadline = self.started + job.timeout if job.timeout else 0.0
        self.kill_at = 0.0
        self.gone_at = 0.0
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
        """To its whole group. The command itself is not reaped before, so the number of the group is nobody else's."""
        with contextlib.suppress(OSError):
            os.killpg(self.popen.pid, number)

    def has_ended(self) -> bool:
        """Whether the command itself is over, which leaves it unreaped."""
        return os.waitid(os.P_PID, self.popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def outcome(self) -> Outcome:
        """What became of it."""
        status = self.popen.returncode
        ended = self.ended or (DONE if status == 0 else FAILED)
        took = time.monotonic() - self.started
        return Outcome(self.job, ended, status, bytes(self.out[:OUTPUT_LIMIT]), bytes(self.err[-ERROR_LIMIT:]), took)


class Pool:
    """At most `width` commands at a time. To be used in a `with`: at its end none of them is left.

    `tell` hears of every event, `beat` is called about ten times a second while something runs.
    """

    def __init__(self, width: int, tell: Callable[[Event], None] = lambda event: None, beat: Callable[[], None] = lambda: None) -> None:
        self._width = max(1, width)
        self._tell = tell
        self._beat = beat
        self._token = os.urandom(12).hex()
        self._count = 0
        self._keeper = Keeper(f"{self._token}.")
        self._selector = selectors.DefaultSelector()
        self._running: list[Process] = []

    def __enter__(self) -> Pool:
        self._keeper.__enter__()
        return self

    def __exit__(self, *about: object) -> None:
        try:
            self.stop()
        finally:
            self._selector.close()
            self._keeper.__exit__(*about)

    def run(self, jobs: Iterable[Job], answered: Callable[[Outcome], Iterable[Job]]) -> None:
        """Run these jobs, and those that `answered` asks for when it is given an outcome, which go first."""
        waiting = deque(jobs)
        while waiting or self._running:
            while waiting and len(self._running) < self._width:
                waiting.extendleft(self._finish(self._start(waiting.popleft()), answered))
            for outcome in self._step():
                waiting.extendleft(self._finish(outcome, answered))

    def stop(self) -> None:
        """End what runs: ask, wait a little, insist. What had left its group is found by its environment."""
        running, self._running = self._running, []
        for process in running:
            process.signal(signal.SIGTERM)
        until = time.monotonic() + PATIENCE
        try:
            while time.monotonic() < until and not all(process.has_ended() for process in running):
                time.sleep(0.01)
        finally:
            for process in running:
                self._bury(process)
                self._sweep(process)

    # --- one command ---------------------------------------------------------------------------------------------

    def _start(self, job: Job) -> Outcome | None:
        """Start it; its outcome when that is impossible."""
        self._count += 1
        try:
            process = Process(job, f"{self._token}.{self._count}")
        except (OSError, ValueError) as error:  # ValueError: a NUL in a word
            return Outcome(job, MISSING, None, b"", (getattr(error, "strerror", None) or str(error)).encode(), 0.0)
        self._running.append(process)
        self._keeper.opened(process.popen.pid)
        for pipe in process.pipes:
            os.set_blocking(pipe.fileno(), False)
            writing = pipe is process.popen.stdin
            self._selector.register(pipe, selectors.EVENT_WRITE if writing else selectors.EVENT_READ, process)
        self._tell(Event("started", job.name))
        return None

    def _finish(self, outcome: Outcome | None, answered: Callable[[Outcome], Iterable[Job]]) -> list[Job]:
        if outcome is None:
            return []
        self._tell(Event("ended", outcome.job.name))
        return [*answered(outcome)][::-1]

    def _step(self) -> list[Outcome]:
        """Wait for news, a beat at most; the outcomes of those that are over."""
        soon = any(not process.open_for_reading for process in self._running)
        for key, _ in self._selector.select(SOON if soon else BEAT):
            (self._send if key.fileobj is key.data.popen.stdin else self._receive)(key.data, key.fileobj)
        over = [process for process in self._running if self._is_over(process)]
        for process in over:
            self._running.remove(process)
            self._bury(process)
            if process.ended:
                self._sweep(process)
        self._beat()
        return [process.outcome() for process in over]

    def _send(self, process: Process, pipe: Any) -> None:
        try:
            process.unsent = process.unsent[os.write(pipe.fileno(), process.unsent[:_PIECE]) :]
        except BlockingIOError:
            return
        except OSError:  # it does not want to hear more
            process.unsent = process.unsent[:0]
        if not process.unsent:
            self._close(pipe)

    def _receive(self, process: Process, pipe: Any) -> None:
        try:
            data = os.read(pipe.fileno(), _PIECE)
        except BlockingIOError:
            return
        if not data:
            self._close(pipe)
        elif pipe is process.popen.stdout:
            process.out += data
            if len(process.out) > OUTPUT_LIMIT:
                self._close(pipe)
                self._end(process, FLOOD)
        else:
            process.err += data
            del process.err[: -2 * ERROR_LIMIT]
            self._tell(Event("said", process.job.name, data))

    def _close(self, pipe: Any) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(pipe)
        with contextlib.suppress(OSError):
            pipe.close()

    def _end(self, process: Process, why: str) -> None:
        """Ask it to end; `_is_over` insists."""
        if not process.ended:
            process.ended = why
            process.kill_at = time.monotonic() + PATIENCE
            process.signal(signal.SIGTERM)

    def _is_over(self, process: Process) -> bool:
        now = time.monotonic()
        if process.has_ended():
            if not process.gone_at:
                process.gone_at = now
                process.signal(signal.SIGKILL)  # what it left running in its group
            return now > process.gone_at + DRAIN or not process.open_for_reading
        if process.deadline and now > process.deadline:
            self._end(process, TIMEOUT)
        if process.kill_at and now > process.kill_at:
            process.signal(signal.SIGKILL)
        return False

    def _bury(self, process: Process) -> None:
        """End its group for good, and reap it."""
        process.signal(signal.SIGKILL)
        for pipe in process.pipes:
            self._close(pipe)
        process.popen.wait()
        self._keeper.closed(process.popen.pid)

    def _sweep(self, process: Process) -> None:
        """What it started outside its group, when it did not end by itself."""
        for pid in carrying(process.token):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
