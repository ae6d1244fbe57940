"""Jobs made shortly, a pool that remembers, and eyes for what is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from blue_cli.running.job import Event, Job, Outcome
from blue_cli.running.pool import Pool

EXPERTS = Path(__file__).parents[2] / "fixtures/experts"
ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
MARK = "TEST_OF_BLUE"  # a variable by which a test finds what it started, whatever became of it
RUN = os.environ.setdefault("TEST_OF_BLUES", os.urandom(6).hex())  # whoever runs the same tests beside us has another
LINUX = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")


def job(name: str, *words: str, stdin: bytes = b"", timeout: float = 0.0, cwd: str = "/", mark: str = "", **env: str) -> Job:
    """A job; `mark` makes what it starts findable."""
    return Job(name, words, {**ENV, **env, **(marked(mark) if mark else {})}, cwd, stdin, timeout)


def marked(mark: str) -> dict[str, str]:
    """The variable that makes what is started findable."""
    return {MARK: f"{mark}.{RUN}", "TEST_OF_BLUES": RUN}


def shell(name: str, text: str, **more: Any) -> Job:
    """One that a shell reads."""
    return job(name, "/bin/sh", "-c", text, **more)


def python(name: str, text: str, **more: Any) -> Job:
    """One in Python."""
    return job(name, sys.executable, "-S", "-c", text, **more)


class Watched:
    """What a pool told, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.outcomes: dict[str, Outcome] = {}
        self.beats = 0

    def beat(self) -> None:
        self.beats += 1

    def answered(self, outcome: Outcome) -> list[Job]:
        self.outcomes[outcome.job.name] = outcome
        return []

    def said(self, name: str) -> bytes:
        """All that a command wrote to standard error, as it was told."""
        return b"".join(event.data for event in self.events if event.kind == "said" and event.name == name)


def run(*jobs: Job, width: int = 4) -> Watched:
    """Run jobs to their end; everything is gone, or the test fails."""
    seen = Watched()
    with nothing_left(), Pool(width, seen.events.append, seen.beat) as pool:
        pool.run(jobs, seen.answered)
    return seen


def one(made: Job) -> Outcome:
    """The outcome of one job."""
    return run(made).outcomes[made.name]


@contextmanager
def nothing_left() -> Iterator[None]:
    """No file descriptor and no child more than before."""
    before = descriptors(), children()
    yield
    assert descriptors() == before[0], "a file descriptor leaks"
    assert children() <= before[1], "a process is left, if only as a zombie"


def descriptors() -> set[str]:
    """The open ones, but for the one that looks; none where there is no /proc."""
    if not os.path.isdir("/proc/self/fd"):
        return set()
    return {name for name in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{name}")}


def children(pid: int | str = "self") -> set[int]:
    """The processes that a process has started and not reaped; none where there is no /proc."""
    return {int(child) for tasks in Path(f"/proc/{pid}/task").glob("*/children") for child in tasks.read_text().split()}


def alive(mark: str) -> list[int]:
    """The processes that carry a mark and run: no zombies, not this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                carries = f"{MARK}={mark}.{RUN}".encode() in (entry / "environ").read_bytes().split(b"\0")
                state = (entry / "stat").read_text().rpartition(") ")[2][0]
            except OSError:
                continue
            if carries and state != "Z":
                found.append(int(entry.name))
    return found


def soon(true: Callable[[], object], within: float = 10.0) -> bool:
    """Whether something becomes true in time."""
    until = time.monotonic() + within
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def gone(mark: str, within: float = 10.0) -> bool:
    """Whether nothing carries a mark any more. What does is ended, so that no test leaves it to the next."""
    if soon(lambda: not alive(mark), within):
        return True
    for pid in alive(mark):
        os.kill(pid, signal.SIGKILL)
    return False


@contextmanager
def beside(text: str, *words: str, **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A Python of its own that runs this text, with pipes; ended in the end, whatever became of the test."""
    with subprocess.Popen([sys.executable, "-c", text, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **more) as process:
        try:
            yield process
            process.wait(30)
        finally:
            process.kill()
