"""A second process that outlives a crash: when blue is gone, whatever it had started goes too.

SIGKILL and a crash leave no time to tidy up. The keeper holds the reading end of a pipe whose other end only blue has:
when that closes, it ends every process group that is still open, and (Linux) every process whose environment carries this
run's token, which also finds one that has left its group and one that had just been started and not been told of.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterable

from blue_cli.errors import Unavailable
from blue_cli.running.interruption import held

TOKEN = "BLUE_RUN"  # the variable by which a process started in a run is recognised
ROUNDS = 3  # looks at the process table: what forks while it is looked at is found by the next
LONG = 50  # looks when blue has gone while it was starting something, which has its environment only in a moment
_PAUSE = 0.02  # seconds between them
_HIGHEST = 65536  # file descriptors: a limit of none would take minutes to close
_A_TOKEN = re.compile(r"[0-9a-f.]{1,1000}")
_ALL_IS_WELL, _STARTING = b"=\n", b"?\n"


class Keeper:
    """Started before the first command, and left when all have ended. To be used in a `with`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._pid = 0
        self._pipe = -1

    def __enter__(self) -> Keeper:
        with held():  # a Ctrl-C between the fork and the keeper's own life would make it a second blue
            reading, self._pipe = os.pipe()
            try:
                self._pid = os.fork()
            except OSError as error:
                os.close(reading)
                os.close(self._pipe)
                raise Unavailable(f"no process can be started: {error.strerror}", fix="end some, and run it again") from None
            if not self._pid:
                _watch(reading, self._token)
            os.close(reading)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with held():
            if kind is None:  # all ended as they should: what they left running on purpose, a server say, is theirs
                self._say(_ALL_IS_WELL)
            os.close(self._pipe)
            with contextlib.suppress(ChildProcessError):  # who starts us may ignore the end of children
                os.waitpid(self._pid, 0)

    def starting(self) -> None:
        """Something is about to be started; `opened` follows, unless that is impossible."""
        self._say(_STARTING)

    def opened(self, group: int) -> None:
        """A process group has been started."""
        self._say(b"+%d\n" % group)

    def closed(self, group: int) -> None:
        """It has been ended."""
        self._say(b"-%d\n" % group)

    def _say(self, line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # the keeper has been ended by somebody: no reason to fail
            os.write(self._pipe, line)


def _watch(pipe: int, token: str) -> None:
    """The life of the keeper. Never returns, and raises nothing into a program that is not its own."""
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        os.closerange(0, pipe)  # an inherited stdout would keep a reader of ours waiting
        os.closerange(pipe + 1, min(os.sysconf("SC_OPEN_MAX"), _HIGHEST))
        text = _heard(pipe)
        if not text.endswith(_ALL_IS_WELL):
            end(_open(text), token, LONG if text.endswith(_STARTING) else 1)
    finally:
        os._exit(0)


def _heard(pipe: int) -> bytes:
    """All that was said until the pipe closed. A process that is being started holds it too, until it is about to be itself."""
    text = b""
    while chunk := os.read(pipe, 65536):
        text += chunk
    return text


def _open(text: bytes) -> set[int]:
    """The groups that were open at the end."""
    groups: set[int] = set()
    for line in text.split(b"\n")[:-1]:
        if line[:1] in b"+-":
            (groups.add if line[:1] == b"+" else groups.discard)(int(line[1:]))
    return groups


def end(groups: Iterable[int], token: str, least: int = 1) -> None:
    """End process groups, and whatever carries the token, for good; look at least `least` times after the first."""
    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    for turn in range(max(least, ROUNDS) + 1):
        found = carrying(token)
        for pid in found:
            _kill(pid, token)
        if not found and turn >= least:
            return
        time.sleep(_PAUSE)


def _kill(pid: int, token: str) -> None:
    """End a process if it still carries the token: its number may have become another's since it was found."""
    with contextlib.suppress(OSError):
        if not hasattr(os, "pidfd_open"):
            return os.kill(pid, signal.SIGKILL)
        handle = os.pidfd_open(pid)
        try:
            if _carries(str(pid), token):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)
    return None


def carrying(token: str) -> list[int]:
    """The processes that were started with this token in their environment, or one below it; none where there is no /proc."""
    own = os.getpid()
    try:
        entries = os.listdir("/proc")
    except OSError:
        return []
    return [int(name) for name in entries if name.isdigit() and int(name) != own and _carries(name, token)]


def below(token: str) -> str:
    """A token below the one that this process was itself started with, if any: when an expert is a blue that runs a round, what
    it starts belongs to both runs."""
    above = os.environ.get(TOKEN, "")
    return f"{above}.{token}" if _A_TOKEN.fullmatch(above) else token


def _carries(pid: str, token: str) -> bool:
    start = f"{TOKEN}={token}".encode()
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            text = b"\0" + file.read()
    except OSError:  # it has ended, or is somebody else's
        return False
    return any(b"\0" + start + after in text for after in (b"\0", b"."))
