"""Waiting for a dialogue to change, for as long as somebody wants to (`blue watch`, `blue report --watch`).

The dialogue is looked at again and again (`stores.base.stamp`): that works on every store and every file system, a look at
fifty files costs a quarter of a millisecond, and nothing has to be loaded for it. Pauses grow with the cost of a look, so
that no more than a twentieth of the time goes into looking. How such a wait is ended is decided here: `q` is the reader's
own wish (0), Ctrl-C is 130, and SIGTERM and SIGHUP end the process as if it had not caught them, after what it drew is gone.
"""

from __future__ import annotations

import os
import re
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from blue_cli.errors import BlueError, Locked
from blue_cli.stores.base import Store, stamp

if TYPE_CHECKING:
    from blue_cli.workspace import Workspace

INTERVAL = 0.5  # seconds between two looks
SHARE = 20  # a look may cost the twentieth part of the time
CALM = 0.05  # seconds without a change, after one: several files of one act are shown at once
PATIENCE = 0.5  # seconds after which a change is shown, calm or not
CHANGED, RESIZED, RESUMED, SUSPEND, QUIT = "changed", "resized", "resumed", "suspend", "quit"
ENDING = (signal.SIGTERM, signal.SIGHUP)
NOTED = {signal.SIGWINCH: RESIZED, signal.SIGCONT: RESUMED, signal.SIGTSTP: SUSPEND}
_SEQUENCE = rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])?"  # an arrow, the mouse's wheel, a key with Alt: what they send
_QUITS = b"qQ\x04"  # and Ctrl-D, which is how a terminal says that nothing more comes


class Ended(BaseException):
    """A signal asks this process to end; raised wherever it is, so that everything it holds is put back on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Ear:
    """What is heard while nothing happens: keys, signals, and that nobody reads any more. Made by `listening`."""

    def __init__(self, wake: int, keys: int | None, out: int | None) -> None:
        self._wake = wake
        self._keys = keys
        self._poll = select.poll()
        self._poll.register(wake, select.POLLIN)
        if keys is not None:
            self._poll.register(keys, select.POLLIN)
        if out is not None:
            self._poll.register(out, 0)  # no event is asked for: POLLERR and POLLHUP come unasked
        self._out = out

    def wait(self, seconds: float) -> str:
        """Sleep that long, or until something is heard: one of the words above, empty for nothing."""
        for fd, event in self._poll.poll(seconds * 1000):
            if fd == self._wake:
                return self._signals()
            if fd == self._out and event & (select.POLLERR | select.POLLHUP):
                return QUIT
            if fd == self._keys:
                return self._typed(event)
        return ""

    def ignore(self) -> None:
        """Of the signals that came until now nothing is said any more."""
        with suppress(BlockingIOError):
            while os.read(self._wake, 512):
                pass

    def _signals(self) -> str:
        heard = {NOTED.get(signal.Signals(number), "") for number in os.read(self._wake, 512)}
        return next((word for word in (SUSPEND, RESUMED, RESIZED) if word in heard), "")

    def _typed(self, event: int) -> str:
        typed = b""
        with suppress(OSError):  # the terminal is gone
            typed = os.read(self._keys or 0, 1024)
        if not typed:
            return QUIT
        plain = re.sub(_SEQUENCE, b"", typed)
        return QUIT if any(key in _QUITS for key in plain) else RESUMED if b"\x0c" in plain else ""  # Ctrl-L: draw it all


@contextmanager
def listening(keys: int | None = None, out: int | None = None) -> Iterator[Ear]:
    """Signals are heard from here on, and as they were before afterwards. `keys`, `out`: descriptors of the terminal to read
    keys from, and of what is written to. Raises `Ended`, and `KeyboardInterrupt` as ever."""
    wake, bell = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = {number: signal.getsignal(number) for number in (*ENDING, *NOTED)}
    old = signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
    try:
        for number in ENDING:
            if before[number] is not signal.SIG_IGN:  # nohup
                signal.signal(number, _end)
        for number in NOTED if keys is not None else (signal.SIGWINCH,):
            signal.signal(number, _note)
        yield Ear(wake, keys, out)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old)
        os.close(wake)
        os.close(bell)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise Ended(number)


def _note(number: int, frame: FrameType | None) -> None:
    """Python writes its number into the pipe; that is all."""


def suspend() -> None:
    """Stop, as Ctrl-Z asks, until somebody goes on with it."""
    handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, handler)


def die(number: int) -> NoReturn:
    """End by that signal, as whoever sent it expects to see."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise AssertionError("the signal ends the process")


def ask_now(workspace: Workspace) -> Callable[[], None]:
    """Let a person be asked for a passphrase only until what this returns is called: a prompt would spoil the screen, and
    nobody may sit there any more. A key that is needed later and not at hand is `Locked`."""
    ask, ended = workspace.ask, threading.Event()

    def once(prompt: str) -> str:
        if ask is None or ended.is_set():
            raise Locked("another passphrase is needed", fix="end the watch and start it again")
        return ask(prompt)

    workspace.ask = ask and once
    return ended.set


# --- the wait -------------------------------------------------------------------------------------------------------


def looker(store: Store, uid: str) -> Callable[[], str]:
    """How to look at a dialogue: its stamp, or what keeps it from being looked at. Never raises a `BlueError`."""

    def look() -> str:
        try:
            return stamp(store, uid)
        except BlueError as error:
            return f"{error.code}: {error.message}"

    return look


def follow(
    look: Callable[[], str],
    known: str,
    wait: Callable[[float], str],
    interval: float = INTERVAL,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """CHANGED whenever `look` says something else than it did (`known`: at first), RESIZED, RESUMED and SUSPEND as heard, until QUIT.

    The look that is compared with next was made before CHANGED is said: what changes while the caller reads is seen.
    """
    while True:
        began = clock()
        seen = look()
        pause = max(interval, SHARE * (clock() - began))
        if seen != known:
            known, heard = _calm(look, seen, wait, clock)
            yield CHANGED
        else:
            heard = [wait(pause)]
        for word in filter(None, heard):
            if word == QUIT:
                return
            yield word


def _calm(look: Callable[[], str], seen: str, wait: Callable[[float], str], clock: Callable[[], float]) -> tuple[str, Sequence[str]]:
    """The look after which nothing changed for a moment, and what was heard meanwhile."""
    until, heard = clock() + PATIENCE, []
    while clock() < until:
        heard.append(wait(CALM))
        before, seen = seen, look()
        if seen == before or heard[-1] == QUIT:
            break
    return seen, heard
