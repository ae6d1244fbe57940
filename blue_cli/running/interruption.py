"""Ctrl-C and its relatives held back for a moment: where a process has been started and nobody knows of it yet, and where
what was started is being ended, nothing may break in."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held() -> Iterator[list[int]]:
    """Signals that would raise inside are noted and raised at the end; gives those that have come so far.

    They are not blocked: a process started inside would inherit that. A signal that ends or ignores is left alone, and so is
    a thread that is not the main one, in which none is ever raised.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    handlers = {number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))}
    noting = {number: lambda number, frame: came.append(number) for number in handlers}
    try:
        _set(noting)
        yield came
    finally:
        _set(handlers)
        if came:
            handlers[signal.Signals(came[0])](came[0], None)


def _set(handlers: Mapping[signal.Signals, Callable[[int, FrameType | None], object]]) -> None:
    """All at once: what comes in between is delivered after the last of them."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # may raise for a signal that came just before
        for number, handler in handlers.items():
            signal.signal(number, handler)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
