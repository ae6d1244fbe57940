"""A repository with a history, one commit a contribution, for measuring `--at`, `diff` and `log`: `python -m tests.bench.history`."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from blue_cli.dialogue.ids import uuid7
from tests.bench.run import BASE, BLUE, measure, table
from tests.bench.workspace import EXPERTS, contribution

ID = "2026-01-11T0000Z-history"
ROUNDS = 100
BRANCH = 10  # commits that only the branch has


def build(root: Path, commits: int = 1000, dialogues: int = 1, seed: int = 7) -> Path:
    """A repository of so many commits, each of which adds one contribution: on `main` all but the last few, which are on the
    branch `work`, checked out. The same seed gives the same hashes."""
    root.mkdir(parents=True, exist_ok=True)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "fast-import", "--quiet", data=b"".join(_stream(commits, dialogues, random.Random(seed))))
    _git(root, "checkout", "-q", "work")
    return root


def _stream(commits: int, dialogues: int, chance: random.Random) -> Iterator[bytes]:
    """What `git fast-import` reads."""
    experts = max(1, -(-commits // (dialogues * ROUNDS)))
    slugs = [EXPERTS[n] if n < len(EXPERTS) else f"expert-{n}" for n in range(experts)]
    folders = [(f".blue/dialogues/{ID}{f'-{n}' if n else ''}", uuid7(1_790_000_000_000 + n, n)) for n in range(dialogues)]
    yield _commit("main", 0, {f"{folder}/dialogue.md": _head(uid, slugs) for folder, uid in folders}, "Start")
    places = ((r, p, f) for r in range(ROUNDS) for p in range(experts) for f in folders)
    for number, (round, place, (folder, uid)) in zip(range(1, commits), places, strict=False):
        branch = "work" if number >= commits - BRANCH else "main"
        start = "from refs/heads/main\n" if number == commits - BRANCH else ""
        text = contribution(uid, round, place, chance, slugs)
        yield _commit(branch, number, {f"{folder}/round-{round}/{slugs[place]}.md": text}, f"{slugs[place]} writes", start)


def _head(uid: str, slugs: Sequence[str]) -> str:
    members = "".join(f"- {{slug: {slug}, role: Role of {slug}, tier: core, source: created}}\n" for slug in slugs)
    return f"---\nblue: 1\nuid: {uid}\ntitle: History\ncreated: 2026-01-11T00:00:00Z\nexperts:\n{members}max_rounds: 99\n---\n"


def _commit(branch: str, number: int, files: dict[str, str], message: str, start: str = "") -> bytes:
    who = f"Ann Other <ann@example.org> {1_768_089_600 + number * 60} +0000"
    parts = [f"commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\ndata {len(message)}\n{message}\n{start}"]
    parts += [f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n" for path, text in files.items()]
    return "".join(parts).encode()


def _git(root: Path, *words: str, data: bytes | None = None) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", "-C", str(root), *words], input=data, env=env, check=True, capture_output=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--dialogues", type=int, default=1)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="blue-bench-") as top:
        root = build(Path(top) / "history", options.commits, options.dialogues)
        blue = [BLUE, "-C", str(root), "-d", ID]
        todo = {
            "import typer": BASE,
            "tensions list": [*blue, "tensions", "list"],
            "tensions list --at HEAD": [*blue, "tensions", "list", "--at", "HEAD"],
            "diff main...HEAD": [*blue, "diff", "main...HEAD"],
            "diff": [*blue, "diff"],
            "log T0101": [*blue, "log", "T0101"],
            "log": [*blue, "log"],
        }
        print(table(measure(todo, options.runs)))


if __name__ == "__main__":
    main()
