"""People who work on one dialogue, each in a clone of their own, with a bare remote between them."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

from tests.cli.program import Said, blue
from tests.git.repository import ALONE

ID = "cache"
CHECKOUT = Path(__file__).parents[2]


class Person:
    """A work tree, and the home of whoever works in it. `top` is where `.blue` lies."""

    def __init__(self, root: Path, home: Path, sub: str = "") -> None:
        self.root, self.home, self.top = root, home, root / sub
        self.env = {"HOME": str(home), "PATH": os.defpath, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}

    def git(self, *words: str, status: int = 0, **env: str) -> str:
        """What git says, on both streams."""
        done = subprocess.run(
            ["git", "-C", str(self.root), *words],
            env=self.env | ALONE | env,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        assert done.returncode == status, done
        return done.stdout + done.stderr

    def blue(self, *words: str, text: str = "", status: int = 0) -> Said:
        said = blue(*words, cwd=self.top, env=self.env, stdin=io.BytesIO(text.encode()))
        assert said.status == status, said
        return said

    def add(self, expert: str, text: str, *more: str) -> None:
        """A contribution of round 0."""
        self.blue("round", "add", "--expert", expert, "-d", ID, *more, "-", text=text)

    def commit(self, message: str = "x") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def branch(self, name: str, start: str = "main") -> None:
        self.git("checkout", "-q", "-B", name, start)

    def path(self, inside: str) -> Path:
        return self.top / ".blue" / "dialogues" / ID / inside

    def files(self) -> dict[str, bytes]:
        """Every file of the dialogue."""
        folder = self.path("")
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def statuses(self) -> dict[str, str]:
        """Display id of every tension → its status."""
        lines = self.blue("tensions", "list", "-d", ID, "--all").out.splitlines()
        return {line.split("\t")[0]: line.split("\t")[1] for line in lines}


def founder(folder: Path, *experts: str, sealed: bool = False, driver: bool = False, sub: str = "") -> Person:
    """Whoever started it: a dialogue without a contribution, committed on `main` and pushed to `remote.git`."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder / "remote.git")], env=os.environ | ALONE, check=True)
    (folder / "home").mkdir()
    first = _cloned(folder, "first", folder / "home", sub)
    first.top.mkdir(exist_ok=True)
    first.blue("init", *(["--git-config"] if driver else []))
    if sealed:
        first.blue("key", "new")
    panel = [word for expert in experts or ("muffin", "scone", "eclair") for word in ("--expert", f"{expert}:Cooks")]
    first.blue("dialogue", "new", "Cache policy", "--id", ID, *panel, *(["--sealed"] if sealed else []))
    first.commit("start")
    first.git("push", "-q", "origin", "HEAD:main")
    return first


def colleague(folder: Path, name: str, driver: bool = False, home: str = "home", sub: str = "") -> Person:
    """Somebody who clones it, with the founder's key when the home is the founder's."""
    (folder / home).mkdir(exist_ok=True)
    person = _cloned(folder, name, folder / home, sub)
    if driver:
        person.blue("init", "--git-config")
    return person


def _cloned(folder: Path, name: str, home: Path, sub: str) -> Person:
    subprocess.run(
        ["git", "clone", "-q", str(folder / "remote.git"), str(folder / name)], env=os.environ | ALONE, check=True, capture_output=True
    )
    person = Person(folder / name, home, sub)
    person.git("checkout", "-q", "-B", "main")
    return person
