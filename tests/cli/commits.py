"""A repository with a dialogue of two experts, told in commits."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from tests.cli.program import Said, blue
from tests.git.repository import commit, git, repository


class Story:
    """A work tree with the dialogue `cache`, in a folder of its own with `sub`; each act is one commit unless `keep` is off."""

    def __init__(self, top: Path, sub: str = "") -> None:
        root = self.root = top / sub
        repository(top)
        (root / ".blue/dialogues").mkdir(parents=True)
        self.blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:Caching", "--expert", "scone:Disks")
        commit(root, "New dialogue")

    def blue(self, *words: str, text: str = "", status: int = 0, **env: str) -> Said:
        said = blue(*words, cwd=self.root, stdin=io.BytesIO(text.encode()), env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", **env})
        assert said.status == status, said
        return said

    def add(self, expert: str, text: str, *more: str, keep: bool = True) -> str:
        """One contribution; the commit's hash."""
        self.blue("round", "add", "--expert", expert, *more, "-", text=text)
        return self.commit(f"{expert} writes") if keep else ""

    def commit(self, message: str = "change") -> str:
        commit(self.root, message)
        return self.git("rev-parse", "HEAD")

    def git(self, *words: str) -> str:
        return git(self.root, *words)

    def path(self, inside: str, id: str = "cache") -> Path:
        return self.root / ".blue/dialogues" / id / inside

    def edit(self, inside: str, old: str, new: str, id: str = "cache") -> None:
        """Change a file past the program, as an editor would."""
        path = self.path(inside, id)
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def diff(self, *words: str) -> Any:
        return self.blue("diff", *words, "--json").json

    def log(self, *words: str) -> list[tuple[str, str]]:
        """(what, the commit's first seven letters) of each event."""
        return [(e["what"], e["commit"][:7]) for e in self.blue("log", *words, "--json").json["events"]]


TENSION = "[TENSION T01: Latency]\nIt is slow.\n"
ADDRESS = "[RECOMMENDATION R01: A cache]\n[RE:ADDRESS T0001]\n"
RESOLVE = "[RE:RESOLVE T0001]\n[MOVE:CONVERGE]\n"
