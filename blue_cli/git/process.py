"""How git is started: in one way only, with everything turned off that could run a program of the repository's.

A repository may be hostile: an embedded bare one runs programs that its own configuration names (HARDENING.md, "git in
an untrusted folder"). Nothing goes through a shell, and nothing here writes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from subprocess import DEVNULL, TimeoutExpired, run
from typing import NamedTuple

from blue_cli.errors import Unavailable

# Against: a bare repository put into the work tree; a file system monitor, a hook, or a checker of signatures that is
# any program; an index written while reading; a file name that is a pattern; a pager.
SAFE = (
    "-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "log.showSignature=false", "--no-pager", "--no-optional-locks", "--literal-pathspecs",
)  # fmt: skip
# A partial clone fetches what it lacks, by a program that its settings name: no protocol is allowed.
QUIET = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
PATIENCE = 20.0  # seconds


class Answer(NamedTuple):
    """How git ended, what it answered, and what it said about that."""

    status: int
    out: bytes
    said: str


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without whatever moves the repository elsewhere (`GIT_DIR`, …) or makes git talk."""
    return {name: value for name, value in env.items() if not name.startswith("GIT_")} | QUIET


def command(root: str, words: Sequence[str], paths: Sequence[str] = ()) -> list[str]:
    """The whole command line. `words` begin with the subcommand; `paths` are relative to `root`, never options."""
    return ["git", "-C", root, *SAFE, *words, *(["--", *paths] if paths else [])]


def start(root: str, words: Sequence[str], paths: Sequence[str], env: Mapping[str, str], data: bytes | None = None) -> Answer:
    """Run git with an environment that is clean already. `Unavailable` without git, or when it does not end in time."""
    line, quiet = command(root, words, paths), dict(env)
    try:
        if data is None:
            done = run(line, env=quiet, stdin=DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
        else:
            done = run(line, env=quiet, input=data, capture_output=True, timeout=PATIENCE, check=False)
    except FileNotFoundError:
        raise no_git() from None
    except TimeoutExpired:
        raise Unavailable(f"git {words[0]} does not answer", why=f"it took more than {PATIENCE:.0f} seconds") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in a path
        raise Unavailable(f"git {words[0]} cannot be run", why=str(error)) from None
    return Answer(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip())


def no_git() -> Unavailable:
    """The error where there is no git."""
    return Unavailable("git is not installed here, or not on the PATH", fix="install git; everything else works without it")


def ask(root: str, words: Sequence[str], paths: Sequence[str] = (), env: Mapping[str, str] = os.environ) -> str | None:
    """What git answers in the folder `root`; None when there is no git, no repository, or no answer."""
    try:
        answer = start(root, words, paths, clean(env))
    except Unavailable:
        return None
    return answer.out.decode("utf-8", "replace") if answer.status == 0 else None
