"""Questions to git about the repository around a workspace. Nothing here writes.

A repository may be hostile: an embedded bare one runs programs that its own configuration names (HARDENING.md, "git in
an untrusted folder"). So git is started in one way only, with what could run anything turned off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from subprocess import DEVNULL, TimeoutExpired, run

# Against: a bare repository put into the work tree; a file system monitor, or a hook, that is any program; an index
# written while reading; a file name that is a pattern.
SAFE = (
    "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "--no-optional-locks", "--literal-pathspecs",
)  # fmt: skip
QUIET = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
PATIENCE = 20.0  # seconds


def ask(root: str, words: Sequence[str], paths: Sequence[str] = (), env: Mapping[str, str] = os.environ) -> str | None:
    """What git answers in the folder `root`; None when there is no git, no repository, or no answer.

    `words` begin with the subcommand. `paths` are relative to `root` and never taken for options. Whatever in the
    environment moves the repository elsewhere (`GIT_DIR`, …) is left out.
    """
    clean = {name: value for name, value in env.items() if not name.startswith("GIT_")} | QUIET
    command = ["git", "-C", root, *SAFE, *words, "--", *paths] if paths else ["git", "-C", root, *SAFE, *words]
    try:
        done = run(command, env=clean, stdin=DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, ValueError, TimeoutExpired):  # ValueError: a NUL in a path
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def head(root: str, env: Mapping[str, str] = os.environ) -> str:
    """The commit that is checked out, `abc1234 subject`; empty where there is none."""
    return (ask(root, ["log", "-1", "--no-show-signature", "--no-color", "--format=%h %s"], env=env) or "").strip()


def commits_with(root: str, path: str, env: Mapping[str, str] = os.environ) -> int | None:
    """How many commits of all branches and tags changed what lies at a path (a file or a folder): each keeps what it
    wrote. None when git does not say, 0 when it never had it."""
    said = (ask(root, ["rev-list", "--count", "--all"], [path], env) or "").strip()
    return int(said) if said.isdigit() else None
