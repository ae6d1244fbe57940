"""Real git in a folder, without any settings but those said here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
ALONE = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    **{f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(root: Path, *words: str) -> str:
    """What git says; fails when git does."""
    return subprocess.run(["git", "-C", str(root), *words], env=CLEAN | ALONE, check=True, capture_output=True, text=True).stdout.strip()


def repository(root: Path) -> Path:
    """A new repository with one commit, in a folder."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    (root / "README").write_text("here\n")
    commit(root, "First, with\ta tab")
    return root


def commit(root: Path, message: str) -> None:
    """Commit everything."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
