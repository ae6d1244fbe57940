"""A terminal as a screen: everything of it for as long as it is held, and as it was before afterwards.

The alternate screen, so that nothing in the scrollback is lost; the cursor hidden and lines not wrapped (an odd character
that is wider than it is counted must not shift the lines below). A frame goes out in one write, in a synchronized update
(DEC mode 2026, ignored by terminals that have no such thing), only the lines that changed, and never a clear in between:
nothing to flicker.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

SIZE = os.terminal_size((80, 24))  # where the terminal knows none
ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
LEAVE = "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"


class Fullscreen:
    """A terminal, held. `out` is its descriptor, `keys` the one that keys come from, None when they come from elsewhere."""

    def __init__(self, out: int, keys: int | None, encoding: str) -> None:
        self._out = out
        self._keys = keys
        self._encoding = encoding
        self._before: list[object] | None = None
        self._shown: list[str] = []
        self._held = False

    def take(self) -> None:
        """Switch to the other screen; keys come one by one and unseen, those that send signals still do."""
        self._held = True
        if self._keys is not None:
            import termios

            attributes = termios.tcgetattr(self._keys)
            self._before = self._before or list(attributes)
            attributes[3] &= ~(termios.ICANON | termios.ECHO)
            attributes[6] = [*attributes[6]]
            attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._keys, termios.TCSADRAIN, attributes)
        self.forget()
        self._write(ENTER)

    def give_back(self) -> None:
        """As it was. A terminal that is gone needs nothing; no signal comes in between."""
        import signal

        if not self._held:
            return
        signals = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self._restore()
        finally:
            self._held = False
            signal.pthread_sigmask(signal.SIG_SETMASK, signals)

    def _restore(self) -> None:
        with suppress(OSError):
            self._write(LEAVE)
        if self._keys is not None and self._before is not None:
            import termios

            with suppress(termios.error):
                termios.tcsetattr(self._keys, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]  # as it was given

    def size(self) -> os.terminal_size:
        """Columns and lines, as they are now."""
        with suppress(OSError):
            size = os.get_terminal_size(self._out)
            if size.columns and size.lines:
                return size
        return SIZE

    def forget(self) -> None:
        """Draw everything the next time: the terminal was resized, or somebody else wrote on it."""
        self._shown = []

    def draw(self, lines: Sequence[str]) -> None:
        """Show these lines from the first one on; what is the same as before is not sent."""
        news = [  # erased before, not after: after a full line the cursor still stands on its last character
            f"\x1b[{row};1H\x1b[0m\x1b[K{text}"
            for row, text in enumerate(lines, 1)
            if row > len(self._shown) or self._shown[row - 1] != text
        ]
        self._shown = list(lines)
        if news:
            self._write(BEGIN + "".join(news) + END)

    def _write(self, text: str) -> None:
        data = text.encode(self._encoding, "replace")
        while data:
            data = data[os.write(self._out, data) :]
