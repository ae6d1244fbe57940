"""A folder for a text that must not reach a disk: made in memory, entered by this user only, gone in the end.

The draft of a sealed dialogue lies there while an editor has it, and with it whatever the editor puts beside it (swap
file, backup). What an editor keeps elsewhere by its own settings, and swap space without encryption, are out of reach.
"""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, NoReturn, TypeVar

from blue_cli.errors import Refused, Unavailable

SHARED = "/dev/shm"
MOUNTS = "/proc/self/mountinfo"
IN_MEMORY = ("tmpfs", "ramfs")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
Text = TypeVar("Text")
TRIES = 5  # of emptying a folder into which a dying editor still writes


def place(env: Mapping[str, str], anywhere: bool = False) -> str:
    """Where such a folder may be made: $XDG_RUNTIME_DIR, /dev/shm, with `anywhere` (`--plaintext-temp`) else $TMPDIR or /tmp.

    `Refused` when there is no such place.
    """
    runtime = env.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime) and _is_private(runtime) and is_in_memory(runtime):
        return runtime
    if os.access(SHARED, os.W_OK | os.X_OK) and _is_safe(SHARED) and is_in_memory(SHARED):
        return SHARED
    if anywhere:
        import tempfile

        return env.get("TMPDIR") or tempfile.gettempdir()
    raise Refused(
        "the dialogue is sealed, and no place in memory was found for the draft",
        why="$XDG_RUNTIME_DIR is no tmpfs that is this user's alone, and /dev/shm none that can be written",
        fix="pipe the text in, or take a draft on the disk: --plaintext-temp",
    )


def _is_private(folder: str) -> bool:
    """Whether it is a folder that this user has alone."""
    mode, owner = _look(folder)
    return stat.S_ISDIR(mode) and owner == os.geteuid() and not mode & 0o077


def _is_safe(folder: str) -> bool:
    """Whether nobody else can put a folder of theirs in the place of ours: the sticky bit keeps names their owners'."""
    mode, owner = _look(folder)
    return stat.S_ISDIR(mode) and owner in (0, os.geteuid()) and bool(mode & stat.S_ISVTX or not mode & 0o022)


def _look(folder: str) -> tuple[int, int]:
    """Mode and owner of what lies there, itself and not what it leads to; nothing and nobody when there is nothing."""
    try:
        status = os.lstat(folder)
    except OSError:
        return 0, -1
    return status.st_mode, status.st_uid


def is_in_memory(folder: str) -> bool:
    """Whether the file system is one of memory. Only Linux says so; elsewhere none is known."""
    try:
        device = os.stat(folder).st_dev
        with open(MOUNTS, encoding="utf-8", errors="replace") as mounts:
            lines = mounts.read().splitlines()
    except OSError:
        return False
    here = f"{os.major(device)}:{os.minor(device)}"
    mounted = [line.partition(" - ") for line in lines if line.split(" ", 3)[2:3] == [here]]
    return bool(mounted) and all(kind.split(" ", 1)[0] in IN_MEMORY for _, _, kind in mounted)


def new(base: str) -> str:
    """The path of a folder that is not there yet, with a name that nobody guesses."""
    return os.path.join(base, f"blue-{os.urandom(16).hex()}")


def make(folder: str) -> str:
    """Make it, for this user only. `Unavailable` when it cannot be made."""
    try:
        os.mkdir(folder, 0o700)
    except OSError as error:
        raise Unavailable(f"no folder for the draft: {os.path.dirname(folder)}: {error.strerror}") from None
    return folder


def lend(base: str, use: Callable[[str], Text]) -> Text:
    """What `use` makes of a folder, which is removed however that ends: also by a signal, which then has its effect.

    Its name is known before it is there, so that no moment is left in which it is and nobody would remove it.
    """
    folder, signals = new(base), _Signals()
    before = _handle(signals)
    try:
        return _used(folder, signals, use)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if signals.caught:
            _let_end(signals.caught)


def _used(folder: str, signals: _Signals, use: Callable[[str], Text]) -> Text:
    """No context manager: a signal between the body and its `__exit__` would leave the folder. The inner `finally` may be
    interrupted, but once only, and then the outer one is not."""
    try:
        try:
            signals.may_interrupt()
            return use(make(folder))
        finally:
            signals.wait()
    finally:
        remove(folder)


def keep(base: str, name: str, data: bytes) -> str:
    """Put a text into a folder of its own, which stays; the path."""
    path = os.path.join(make(new(base)), name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return path


def remove(folder: str) -> None:
    """Remove it with all that is in it. `Unavailable` when something stays."""
    import shutil

    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return
    raise Unavailable(f"the draft could not be removed: it lies in {folder}", fix=f"rm -r {folder}")


# --- signals -------------------------------------------------------------------------------------------------


class Ended(BaseException):
    """A signal that ends the process arrived. No `Exception`: nothing on the way may take it for an error of its own."""


class _Signals:
    """The signals that end a process, each turned into `Ended`, once, where that may interrupt; else kept for later."""

    def __init__(self) -> None:
        self.caught = 0
        self._open = False

    def may_interrupt(self) -> None:
        """From here on. One that has come already counts."""
        self._open = True
        if self.caught:
            self.wait()
            raise Ended

    def wait(self) -> None:
        """From here on nothing is interrupted."""
        self._open = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.caught = self.caught or number
        if self._open:
            self._open = False
            raise Ended


def _handle(signals: _Signals) -> dict[int, Any]:
    """The handlers there were, by signal. Python takes handlers in its main thread only; what is ignored (nohup) stays so."""
    before: dict[int, Any] = {}
    for number in ENDING:
        old = signal.getsignal(number)
        if old in (signal.SIG_IGN, None):
            continue
        try:
            before[number] = signal.signal(number, signals)
        except ValueError:
            break
    return before


def _let_end(number: int) -> NoReturn:
    """The signal's own effect, so that who waits for the process sees why it ended. Where it was not the end: as Ctrl-C."""
    if number != signal.SIGINT:
        os.kill(os.getpid(), number)
    raise KeyboardInterrupt
