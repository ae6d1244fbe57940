"""A second process that outlives a crash: when blue is gone, whatever it had started goes too.

SIGKILL and a crash leave no time to tidy up. The keeper holds the reading end of a pipe whose other end only blue has:
when that closes, it ends every process group that is still open, and (Linux) every process whose environment carries this
run's token, which also finds one that has left its group and one that had just been started and not been told of.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

TOKEN = "BLUE_RUN"  # the variable by which a process started in a run is recognised
ROUNDS = 3  # looks at the process table: what forks while it is looked at is found by the next
_PAUSE = 0.02  # seconds between them
_HIGHEST = 65536  # file descriptors: a limit of none would take minutes to close
_ALL_IS_WELL = b"=\n"


class Keeper:
    """Started before the first command, and left when all have ended. To be used in a `with`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._pid = 0
        self._pipe = -1

    def __enter__(self) -> Keeper:
        reading, self._pipe = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            _watch(reading, self._token)
        os.close(reading)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:  # all ended as they should: what they left running on purpose, a server say, is theirs
            os.write(self._pipe, _ALL_IS_WELL)
        os.close(self._pipe)
        os.waitpid(self._pid, 0)

    def opened(self, group: int) -> None:
        """A process group has been started."""
        os.write(self._pipe, b"+%d\n" % group)

    def closed(self, group: int) -> None:
        """Nothing is left of it."""
        os.write(self._pipe, b"-%d\n" % group)


def _watch(pipe: int, token: str) -> None:
    """The life of the keeper. Never returns, and raises nothing into a program that is not its own."""
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        os.closerange(0, pipe)  # an inherited stdout would keep a reader of ours waiting
        os.closerange(pipe + 1, min(os.sysconf("SC_OPEN_MAX"), _HIGHEST))
        groups = _groups(pipe)
        if groups is not None:
            end(groups, token)
    finally:
        os._exit(0)


def _groups(pipe: int) -> set[int] | None:
    """The groups that were open when the pipe closed; None when that was no accident."""
    text = b""
    while chunk := os.read(pipe, 65536):
        text += chunk
    if text.endswith(_ALL_IS_WELL):
        return None
    groups: set[int] = set()
    for line in text.split(b"\n")[:-1]:
        (groups.add if line[:1] == b"+" else groups.discard)(int(line[1:]))
    return groups


def end(groups: set[int], token: str) -> None:
    """End process groups, and whatever carries the token, for good."""
    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    for turn in range(ROUNDS):
        found = carrying(token)
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if not found and turn:
            return
        time.sleep(_PAUSE)


def carrying(token: str) -> list[int]:
    """The processes that were started with this token in their environment; none where there is no /proc.

    A token that ends in a dot stands for all that begin with it.
    """
    start = f"{TOKEN}={token}".encode()
    wanted = start if token.endswith(".") else start + b"\0"
    found = []
    try:
        entries = os.listdir("/proc")
    except OSError:
        return []
    for name in entries:
        if name.isdigit() and int(name) != os.getpid() and _carries(name, wanted):
            found.append(int(name))
    return found


def _carries(pid: str, wanted: bytes) -> bool:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return b"\0" + wanted in b"\0" + file.read()
    except OSError:  # it has ended, or is somebody else's
        return False
