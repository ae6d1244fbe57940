"""Repositories with hooks, and programs called `blue` of every kind for a hook to find."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.cli.program import Said, blue
from tests.git.repository import ALONE, CLEAN

PROJECT = Path(__file__).parents[2]
SHELL = "#!/bin/sh\n"
PROGRAMS = {
    # Quick, and says what the real one says of a commit with a finding.
    "refusing": '#!/bin/sh\n[ "$2" = --version ] && echo blue 0.1.0 && exit\ncat >/dev/null\necho "blue: $4: refused"\nexit 1\n',
    "content": '#!/bin/sh\n[ "$2" = --version ] && echo blue 0.1.0 && exit\ncat >/dev/null\n',
    "broken": f"#!{sys.executable}\nimport blue_of_another_python\n",  # ends with 1, as Python does
    "formatter": '#!/bin/sh\ncase $1 in -*) echo "Error: No such option: $1" >&2; exit 2 ;; esac\ntouch formatted\nexit 1\n',
    "no words": "#!/bin/sh\nexit 1\n",
    "tampered": "#!/bin/sh\nexit 6\n",
    "older": "#!/bin/sh\necho 'blue: error: blue has no command \"hooks\"' >&2\nexit 2\n",
    "killed": "#!/bin/sh\nkill -9 $$\n",
    "no program": "#!/no/such/interpreter\n",
}


class Done(NamedTuple):
    """How a process ended, and all that it said."""

    status: int
    said: str


class Clone:
    """A work tree of git's, a home, and a PATH on which the real blue is first, or another program of that name."""

    def __init__(self, root: Path, program: str = "real") -> None:
        self.root = root
        self.home = root.parent / "home"
        self.bin = root.parent / f"bin-{program.replace(' ', '-')}"
        self.home.mkdir(exist_ok=True)
        self.bin.mkdir(exist_ok=True)
        root.mkdir(parents=True, exist_ok=True)
        if program == "real":
            script(self.bin / "blue", f'#!/bin/sh\nPYTHONPATH={PROJECT} exec {sys.executable} -m blue_cli "$@"\n')
        elif program != "missing":
            script(self.bin / "blue", PROGRAMS[program])

    def env(self, **more: str) -> dict[str, str]:
        """The environment of a user; $XDG_CONFIG_HOME is theirs."""
        path = f"{self.bin}:/usr/bin:/bin"
        return {**CLEAN, **ALONE, "PATH": path, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / ".config"), **more}

    def run(self, *command: str, cwd: Path | None = None, stdin: str = "", **env: str) -> Done:
        """Any program, to its end."""
        done = subprocess.run(command, cwd=cwd or self.root, env=self.env(**env), input=stdin.encode(), capture_output=True, check=False)
        return Done(done.returncode, (done.stdout + done.stderr).decode())

    def git(self, *words: str, cwd: Path | None = None, **env: str) -> Done:
        """git, whatever comes of it."""
        return self.run("git", *words, cwd=cwd, **env)

    def ok(self, *words: str, cwd: Path | None = None, **env: str) -> str:
        """git, which must succeed."""
        done = self.git(*words, cwd=cwd, **env)
        assert done.status == 0, done
        return done.said.strip()

    def blue(self, *words: str, cwd: Path | None = None, text: str = "", **env: str) -> Said:
        """The real blue, whatever is on the PATH."""
        return blue(*words, cwd=cwd or self.root, env=self.env(**env), stdin=io.BytesIO(text.encode()))

    def begin(self) -> Clone:
        """A repository with a commit."""
        self.ok("init", "-q", "-b", "main")
        (self.root / "README").write_text("here\n")
        self.ok("add", "-A")
        self.ok("commit", "-q", "-m", "First")
        return self


def script(path: Path, text: str | bytes, mode: int = 0o755) -> Path:
    """A file that may be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def everything(*folders: Path) -> dict[str, tuple[str, bytes | str]]:
    """Every file, folder and link below, with its mode and content; what git itself changes when it looks is left out."""
    found: dict[str, tuple[str, bytes | str]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            info = path.lstat()
            content: bytes | str = ""
            if path.is_symlink():
                content = os.readlink(path)
            elif stat.S_ISREG(info.st_mode):
                content = path.read_bytes()
            found[str(path)] = (stat.filemode(info.st_mode), content)
    return found
