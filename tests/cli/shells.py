"""Real shells on a terminal of their own, for the TAB key."""

from __future__ import annotations

import os
import pty
import select
import shlex
import shutil
import sys
import time
from pathlib import Path

import pytest

PROMPT = "ready>"
PATIENCE = 30.0  # seconds for one answer on a busy machine


def program(folder: Path) -> str:
    """A folder with a `blue` that runs this code."""
    folder.mkdir(exist_ok=True)
    script = folder / "blue"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m blue_cli "$@"\n')
    script.chmod(0o755)
    return str(folder)


class Shell:
    """An interactive shell. `argv` without the user's own settings; `first` is typed before anything."""

    def __init__(self, argv: list[str], first: str, cwd: str, path: str) -> None:
        if not shutil.which(argv[0]):
            pytest.skip(f"there is no {argv[0]} here")
        path = f"{path}:/usr/bin:/bin"
        env = {"PATH": path, "HOME": cwd, "TERM": "dumb", "PS1": PROMPT, "PYTHONPATH": os.environ["PYTHONPATH"], "LC_ALL": "C.UTF-8"}
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(cwd)
            os.execvpe(argv[0], argv, env)
        self.type(f"{first}; PS1={PROMPT!r}; echo be''gun\n", "begun")

    def type(self, keys: str, until: str) -> str:
        """Press keys; what the terminal shows until a text comes, which must come."""
        os.write(self._fd, keys.encode())
        shown, end = "", time.monotonic() + PATIENCE
        while until not in shown:
            left = end - time.monotonic()
            assert left > 0, f"no {until!r} in {shown!r}"
            if select.select([self._fd], [], [], left)[0]:
                shown += os.read(self._fd, 65536).decode(errors="replace")
        return shown

    def close(self) -> None:
        """The end of the line, and of the shell."""
        os.close(self._fd)
        os.waitpid(self._pid, 0)
