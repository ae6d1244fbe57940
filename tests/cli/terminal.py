"""blue on a real terminal of its own: started as a shell would, typed at, resized, hung up, and looked at."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SOON = 15.0  # seconds in which anything has happened, on a machine that has a lot to do
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
FRAME = re.compile("\x1b\\[\\?2026h(.*?)\x1b\\[\\?2026l", re.S)
ROW = re.compile("\x1b\\[([0-9]+);1H\x1b\\[0m\x1b\\[K")
STYLE = re.compile("\x1b\\[[0-9;]*m")


class Terminal:
    """One process on one terminal. `sent` is all that it wrote; `side` a descriptor that keeps the terminal open."""

    def __init__(self, process: subprocess.Popen[bytes], master: int, side: int) -> None:
        self.process = process
        self.side = side
        self.sent = ""
        self.before = termios.tcgetattr(side)
        self._master: int | None = master

    def until(self, said: Callable[[], Any], within: float = SOON) -> float:
        """Read until that is so; the seconds it took. Fails with what is on the screen when it never is."""
        began = time.monotonic()
        while not said():
            left = began + within - time.monotonic()
            assert left > 0, f"not within {within} s; on the screen:\n" + "\n".join(self.screen()) + f"\nsent: {self.sent[-500:]!r}"
            self._read(min(left, 0.05))
        return time.monotonic() - began

    def sees(self, text: str) -> Callable[[], bool]:
        """Whether the text is on the screen."""
        return lambda: any(text in line for line in self.screen())

    def screen(self) -> list[str]:
        """The lines that somebody sees, without their styles."""
        rows: dict[int, str] = {}
        for frame in FRAME.findall(self.sent):
            _, *pairs = ROW.split(frame)
            rows |= {int(row): STYLE.sub("", text) for row, text in zip(pairs[::2], pairs[1::2], strict=True)}
        return [rows.get(row, "") for row in range(1, max(rows, default=0) + 1)]

    def type(self, keys: bytes) -> None:
        """Press keys."""
        assert self._master is not None
        os.write(self._master, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Another size; the kernel tells the process."""
        assert self._master is not None
        termios.tcsetwinsize(self._master, (rows, columns))

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self.side)
        self.side = -1
        if self._master is not None:
            os.close(self._master)
            self._master = None

    def ends(self) -> int:
        """Its exit status, a signal as a negative number; everything it wrote has been read."""
        self.until(lambda: self.process.poll() is not None)
        while self._read(0.05):
            pass
        return int(self.process.returncode)

    def is_as_before(self) -> bool:
        """Whether the terminal is as whoever started blue had it: its attributes, the cursor, the screen."""
        return termios.tcgetattr(self.side) == self.before and self.sent.count(ENTER) == self.sent.count(LEAVE) > 0

    def _read(self, seconds: float) -> bool:
        if self._master is None:
            time.sleep(seconds)
            return False
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        self.sent += os.read(self._master, 65536).decode(errors="replace")
        return True


@contextmanager
def terminal(cwd: Path, *words: str, size: tuple[int, int] = (100, 30), shell: str = "", **env: str) -> Iterator[Terminal]:
    """Such a process; whatever is left of it is gone afterwards. `shell`: a script that runs it, as "$@"."""
    before = ["bash", "-c", shell, "shell"] if shell else []
    master, side = pty.openpty()
    termios.tcsetwinsize(side, (size[1], size[0]))
    process = subprocess.Popen(
        [*before, sys.executable, "-m", "blue_cli", *words], stdin=side, stdout=side, stderr=side, cwd=cwd,
        env={**os.environ, "TERM": "xterm-256color", **env}, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # the terminal's own process: Ctrl-C reaches it
    )  # fmt: skip
    found = Terminal(process, master, side)
    try:
        yield found
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        if found.side >= 0:
            found.hang_up()
