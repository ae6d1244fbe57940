"""Commands side by side, in one thread: each in a process group of its own, with a time, a cap and an end.

A command gets its text on standard input while what it writes is read, so neither can wait for the other for ever. What
it leaves running in its group when it ends is ended; so is everything when the pool is left, by whatever way.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from blue_cli.running.interruption import held
from blue_cli.running.job import ERROR_LIMIT, FLOOD, MISSING, OUTPUT_LIMIT, TIMEOUT, Event, Job, Outcome
from blue_cli.running.keeper import Keeper, below, end
from blue_cli.running.process import Process

PATIENCE = 2.0  # seconds between asking a command to end and ending it
DRAIN = 0.5  # seconds for what is still in the pipes when somebody outside the group holds them open
SOON = 0.005  # seconds to the next look at a command that has closed its pipes, which it does a moment before it is over
AFTER_ALL = 0.25  # seconds after which it is thought to go on without them, and looked at with every beat
BEAT = 0.1  # seconds between looks at the clock, and beats for whoever draws
_PIECE = 65536


class Pool:
    """At most `width` commands at a time. To be used in a `with`: at its end none of them is left.

    `tell` hears of every event, `beat` is called about ten times a second while something runs.
    """

    def __init__(self, width: int, tell: Callable[[Event], None] = lambda event: None, beat: Callable[[], None] = lambda: None) -> None:
        self._width = max(1, width)
        self._tell = tell
        self._beat = beat
        self._token = below(os.urandom(12).hex())
        self._count = 0
        self._keeper = Keeper(self._token)
        self._selector = selectors.DefaultSelector()
        self._running: list[Process] = []
        self._orphaned = False

    def __enter__(self) -> Pool:
        self._keeper.__enter__()
        # Who starts us may ignore the end of children, which we inherit: then nobody could say how a command has ended.
        self._orphaned = signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN and threading.current_thread() is threading.main_thread()
        if self._orphaned:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return self

    def __exit__(self, *about: object) -> None:
        try:
            self.stop()
        finally:
            self._selector.close()
            self._keeper.__exit__(*about)
            if self._orphaned:
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    def run(self, jobs: Iterable[Job], answered: Callable[[Outcome], Iterable[Job]]) -> None:
        """Run these jobs, and those that `answered` asks for when it is given an outcome, which go first."""
        waiting = deque(jobs)
        while waiting or self._running:
            while waiting and len(self._running) < self._width:
                waiting.extendleft(self._finish(self._start(waiting.popleft()), answered))
            for outcome in self._step():
                waiting.extendleft(self._finish(outcome, answered))

    def stop(self) -> None:
        """End what runs: ask, wait a little, insist; a further Ctrl-C means at once. What had left its group is found by its
        environment."""
        if not self._running:
            return
        with held() as came:
            running, self._running = self._running, []
            for process in running:
                process.signal(signal.SIGTERM)
            until = time.monotonic() + PATIENCE
            while not came and time.monotonic() < until and not all(process.has_ended() for process in running):
                time.sleep(0.01)
            for process in running:
                self._bury(process)
            end((), self._token)

    # --- one command ---------------------------------------------------------------------------------------------

    def _start(self, job: Job) -> Outcome | None:
        """Start it; its outcome when that is impossible."""
        self._count += 1
        with held():
            self._keeper.starting()
            try:
                process = Process(job, f"{self._token}.{self._count}")
            except (OSError, ValueError) as error:  # ValueError: a NUL in a word
                return Outcome(job, MISSING, None, b"", (getattr(error, "strerror", None) or str(error)).encode(errors="replace"), 0.0)
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
        soon = any(self._ends_soon(process) for process in self._running)
        for key, _ in self._selector.select(SOON if soon else BEAT):
            (self._send if key.fileobj is key.data.popen.stdin else self._receive)(key.data, key.fileobj)
        over = [process for process in self._running if self._is_over(process)]
        for process in over:
            with held():
                self._running.remove(process)
                self._bury(process)
            if process.ended:  # it did not end by itself: what it started outside its group is not meant to stay
                end((), process.token)
        self._beat()
        return [process.outcome() for process in over]

    @staticmethod
    def _ends_soon(process: Process) -> bool:
        """Whether it has closed its pipes just now."""
        if process.open_for_reading:
            return False
        process.shut_at = process.shut_at or time.monotonic()
        return time.monotonic() < process.shut_at + AFTER_ALL

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
                process.ask(FLOOD, PATIENCE)
        else:
            process.err += data
            del process.err[:-ERROR_LIMIT]
            process.talked += len(data)
            if process.talked <= OUTPUT_LIMIT:  # who talks without end is not listened to without end; the last of it is kept
                self._tell(Event("said", process.job.name, data))

    def _close(self, pipe: Any) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(pipe)
        with contextlib.suppress(OSError):
            pipe.close()

    def _is_over(self, process: Process) -> bool:
        now = time.monotonic()
        if process.has_ended():
            if not process.gone_at:
                process.gone_at = now
                process.signal(signal.SIGKILL)  # what it left running in its group
            return now > process.gone_at + DRAIN or not process.open_for_reading
        if process.deadline and now > process.deadline:
            process.ask(TIMEOUT, PATIENCE)
        if process.kill_at and now > process.kill_at:
            process.signal(signal.SIGKILL)
            return now > process.kill_at + PATIENCE  # it belongs to somebody else (sudo), and will not be waited for
        return False

    def _bury(self, process: Process) -> None:
        """End its group for good, and reap it. The keeper forgets the group first: once reaped, its number may be another's."""
        process.signal(signal.SIGKILL)
        for pipe in process.pipes:
            self._close(pipe)
        self._keeper.closed(process.popen.pid)
        process.reap()
