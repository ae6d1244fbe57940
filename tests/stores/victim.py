"""A process that writes while something happens to it: killed in a chosen system call, or told that the disk failed.

The process is a fork of the test, waiting at a gate with everything imported, so that strace counts the calls of
the write itself and not those of an interpreter that starts.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import pytest

from blue_cli.errors import BlueError

REQUIRED = os.environ.get("BLUE_REQUIRE_STRACE") == "1"  # read at import: the tests run without any BLUE_*
SURVIVED = 0
CRASHED = 99  # of an exception that is no BlueError
_ALLOW_ANY_TRACER = 0x59616D61, ctypes.c_ulong(-1)  # prctl PR_SET_PTRACER: Yama lets only ancestors trace


@contextmanager
def _forked(act: Callable[[], object]) -> Iterator[tuple[int, int]]:
    """A process that runs `act` when a byte comes through its gate: its id and the gate. Always ended and collected."""
    inner, gate = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads: the child runs plain code only
        pid = os.fork()
    if pid == 0:
        _run(act, inner)
    os.close(inner)
    try:
        yield pid, gate
    finally:
        os.close(gate)


def _run(act: Callable[[], object], inner: int) -> None:
    status = CRASHED
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(*_ALLOW_ANY_TRACER)
        if os.read(inner, 1):
            act()
        status = SURVIVED
    except BlueError as error:
        status = error.exit
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(status)


def run(act: Callable[[], object]) -> int:
    """The exit status of `act` in a process of its own; minus a signal's number when that ended it."""
    with _forked(act) as (pid, gate):
        os.write(gate, b"!")
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def traced(act: Callable[[], object], inject: str) -> int:
    """The same under `strace -e inject=…`, from the first system call of `act` on."""
    with _forked(act) as (pid, gate):
        names = inject.partition(":")[0]
        command = ["strace", "-f", "-o", os.devnull, "-e", f"trace={names}", "-e", f"inject={inject}", "-p", str(pid)]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as strace:
            assert strace.stderr
            said = strace.stderr.readline()
            if b"attached" in said:
                os.write(gate, b"!")
            else:
                os.kill(pid, 9)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if b"attached" not in said:
            raise RuntimeError(said.decode(errors="replace").strip())
        return status


@cache
def _trouble() -> str:
    """Why nothing can be traced here; empty when it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    try:
        status = traced(lambda: os.mkdir("/nowhere/at/all"), "/^mkdir:error=ENOSPC")
    except RuntimeError as error:
        return f"strace may not trace here: {error}"
    return "" if status == CRASHED else f"strace does not inject here: status {status}"


def need_strace() -> None:
    """Skip, saying why; fail instead with BLUE_REQUIRE_STRACE=1, so that CI never goes without."""
    if _trouble():
        (pytest.fail if REQUIRED else pytest.skip)(_trouble())
