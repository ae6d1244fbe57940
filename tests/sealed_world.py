"""A workspace on disk with a key in a file, a sealed dialogue full of one secret word, and real processes of blue in it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from blue_cli.cli import memory
from blue_cli.crypto.keys.file import FileProvider
from blue_cli.crypto.keys.material import Umk
from blue_cli.crypto.keys.passphrase import Protection
from blue_cli.stores.files import FilesStore
from tests.stores.sealing import ID, UID, Sealer

SECRET = "zqxsentinelvkj"  # one word that no program says by chance, and that survives every case and slug
KEY = bytes(range(101, 133))
ABOUT = f"""---
blue: 1
uid: {UID}
title: The {SECRET} title
question: Is {SECRET} a question?
created: 2026-11-24T05:28:00Z
max_rounds: 1
experts:
- {{slug: muffin, role: "The {SECRET} role", tier: core}}
- {{slug: scone, role: "Keeps {SECRET}", tier: core}}
---
The {SECRET} background.
"""
HEAD = f"---\nblue: 1\ndialogue: {UID}\n"
FILES = {
    "dialogue": ABOUT,
    "contribution/00#muffin": f"{HEAD}round: 0\nexpert: muffin\nids: {{T01: T0001, R01: R0001}}\n---\n"
    f"[TENSION T01: A {SECRET} tension]\nIt is {SECRET} all over.\n\n[RECOMMENDATION R01: Do {SECRET}]\nNow.\n\n[RE:ADDRESS T0001]\n",
    "contribution/00#scone": f"{HEAD}round: 0\nexpert: scone\nids: {{P01: P0001}}\n---\n[PERSPECTIVE P01: Through {SECRET}]\nSeen.\n",
}


class Done(NamedTuple):
    """What a process left behind. `screen` is what the terminal showed, where it had one."""

    status: int
    out: str
    err: str
    screen: str = ""


class World:
    """`home` with the key, `root` with `.blue`, `hidden` in memory, `scratch` for what would be temporary files on the disk."""

    def __init__(self, folder: Path, hidden: Path, files: dict[str, str]) -> None:
        self.folder, self.hidden = folder, hidden
        self.home, self.root, self.scratch = (folder / name for name in ("home", "root", "scratch"))
        for made in (self.home, self.root / ".blue/dialogues", self.scratch):
            made.mkdir(parents=True)
        self.key = self.home / ".blue/keys/umk.key"
        self.key.parent.mkdir(parents=True, mode=0o700)
        provider(self.key).create(Umk(KEY))
        sealer = Sealer(keys=cast(Any, (provider(self.key),)))
        self.dek = sealer.deks.key(1)
        if files:
            FilesStore(str(self.root)).create(UID, ID, sealer.all({address: text.encode() for address, text in files.items()}))

    def env(self, **more: str) -> dict[str, str]:
        """The environment of a process, with a place in memory."""
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "TMPDIR": str(self.scratch), "XDG_RUNTIME_DIR": str(self.hidden),
            "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1", "GIT_CONFIG_GLOBAL": "/dev/null", **more,
        }  # fmt: skip

    def run(self, *words: str, stdin: str = "", before: Sequence[str] = (), **env: str) -> Done:
        """One call with standard input from a pipe."""
        command = [*before, sys.executable, "-m", "blue_cli", *words]
        done = subprocess.run(command, input=stdin.encode(), cwd=self.root, env=self.env(**env), capture_output=True, check=False)
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    @contextmanager
    def start(
        self, *words: str, before: Sequence[str] = (), piped: bool = True, **env: str
    ) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
        """A call with somebody at the terminal: the process, and the terminal's other end. Ended in the end.

        The terminal has ten lines; stdout is a pipe, or with `piped` false the terminal too.
        """
        master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (10, 80))
        command = [*before, sys.executable, "-m", "blue_cli", *words]
        out = subprocess.PIPE if piped else slave
        process = subprocess.Popen(command, stdin=slave, stdout=out, stderr=slave, cwd=self.root, env=self.env(**env))
        os.close(slave)
        try:
            yield process, master
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()
            os.close(master)

    def type(self, *words: str, before: Sequence[str] = (), piped: bool = True, **env: str) -> Done:
        """Such a call to its end."""
        with self.start(*words, before=before, piped=piped, **env) as (process, master):
            out, _ = process.communicate(timeout=60)
            return Done(process.returncode, (out or b"").decode(), "", shown(master))

    def editor(self, body: str) -> str:
        """An $EDITOR that runs this with `path`, the draft."""
        script = self.folder / f"editor-{abs(hash(body))}.py"
        script.write_text(f"import os, signal, stat, sys, time\npath = sys.argv[-1]\n{body}\n")
        return f"{sys.executable} {script}"

    def plaintexts(self) -> list[str]:
        """Every file on the disk that holds the secret, but for the editors."""
        return sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.startswith("editor-") and SECRET.encode() in path.read_bytes().lower()
        )


def provider(path: Path) -> FileProvider:
    """The provider of a key file."""
    return FileProvider(str(path), "the key", Protection({}, None))


def shown(master: int) -> str:
    """What is left to read on a terminal, its line ends as a file has them."""
    parts = []
    os.set_blocking(master, False)
    try:
        while data := os.read(master, 65536):
            parts.append(data)
    except OSError:  # nothing more, or nobody at the other end
        pass
    return b"".join(parts).decode(errors="replace").replace("\r\n", "\n")


@contextmanager
def world(folder: Path, files: dict[str, str] | None = None) -> Iterator[World]:
    """A world, its place in memory removed afterwards."""
    with tempfile.TemporaryDirectory(dir=memory.SHARED, prefix="blue-test-") as hidden:
        yield World(folder, Path(hidden), FILES if files is None else files)
