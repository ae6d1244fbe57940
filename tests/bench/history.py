"""A repository with a history: one commit a contribution, for measuring `--at`, `diff` and `log`."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

from blue_cli.dialogue.ids import uuid7
from tests.bench.workspace import EXPERTS, _contribution

ID = "2026-01-11T0000Z-history"
ROUNDS = 100
BRANCH = 10  # contributions that only the branch has


def build(root: Path, commits: int = 1000, dialogues: int = 1, seed: int = 7) -> Path:
    """A repository of so many commits, each of which adds one contribution: on `main` all but the last few, those on the
    branch `work`, which is checked out. The same seed gives the same hashes."""
    root.mkdir(parents=True, exist_ok=True)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "fast-import", "--quiet", data=b"".join(_stream(commits, dialogues, random.Random(seed))))
    _git(root, "checkout", "-q", "work")
    return root


def _stream(commits: int, dialogues: int, chance: random.Random):  # type: ignore[no-untyped-def]
    experts = max(1, -(-commits // (dialogues * 100)))
    slugs = [EXPERTS[n] if n < len(EXPERTS) else f"expert-{n}" for n in range(experts)]
    folders = [(f".blue/dialogues/{ID}{'-' + str(n) if n else ''}", uuid7(1_790_000_000_000 + n, n)) for n in range(dialogues)]
    heads = {f"{folder}/dialogue.md": _head(uid, slugs) for folder, uid in folders}
    yield _commit("main", 0, heads, "Start")
    written = 1
    for round in range(100):
        for place, slug in enumerate(slugs):
            for folder, uid in folders:
                if written < commits:
                    branch = "work" if written >= commits - BRANCH else "main"
                    start = "from refs/heads/main\n" if written == commits - BRANCH else ""
                    text = contribution(uid, round, place, slugs, chance)
                    yield _commit(branch, written, {f"{folder}/round-{round}/{slug}.md": text}, f"{slug} writes", start)
                    written += 1


def contribution(uid: str, round: int, place: int, slugs: list[str], chance: random.Random) -> str:
    """As `workspace` writes them, for any number of experts."""
    text = _contribution(uid, round, place % len(EXPERTS), chance)
    slug = EXPERTS[place % len(EXPERTS)]
    shown = f"{round:02d}{place % len(EXPERTS) + 1:02d}"
    return text.replace(f"expert: {slug}\n", f"expert: {slugs[place]}\n").replace(shown, f"{round:02d}{place + 1:02d}", 3)


def _head(uid: str, slugs: list[str]) -> str:
    members = "".join(f"- {{slug: {slug}, role: Role of {slug}, tier: core, source: created}}\n" for slug in slugs)
    return f"---\nblue: 1\nuid: {uid}\ntitle: History\ncreated: 2026-01-11T00:00:00Z\nexperts:\n{members}max_rounds: 99\n---\n"


def _commit(branch: str, number: int, files: dict[str, str], message: str, start: str = "") -> bytes:
    who = f"Ann Other <ann@example.org> {1_768_089_600 + number * 60} +0000"
    head = f"commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\ndata {len(message)}\n{message}\n{start}"
    parts = [head.encode()]
    for path, text in files.items():
        data = text.encode()
        parts.append(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    return b"".join(parts)


def _git(root: Path, *words: str, data: bytes | None = None) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    subprocess.run(["git", "-C", str(root), *words], input=data, env=env, check=True, capture_output=True)
