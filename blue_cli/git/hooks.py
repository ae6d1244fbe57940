"""Where git looks for the hooks of a repository, who said so, and which `blue` a hook would find there.

The one question to git without the `core.hooksPath` override of `process.SAFE`: it is the setting that is asked for, and
nothing that is asked here runs a hook.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from blue_cli.errors import Unavailable
from blue_cli.git import process
from blue_cli.git.process import PATIENCE, SAFE
from blue_cli.git.repo import Repository

_AT = SAFE.index("core.hooksPath=/dev/null")
_ASKING = (*SAFE[: _AT - 1], *SAFE[_AT + 1 :])
SHARED = ("system", "global")  # scopes of a setting that hold for more than this repository


class Place(NamedTuple):
    """Where hooks lie; absolute paths.

    folder  what git looks into · real: the same behind links
    top     the work tree · common: where git keeps what all work trees of a repository share
    setting `core.hooksPath` as it is written ("" when it is not) · scope: the kind of file that says it, as git calls it
    """

    folder: str
    real: str
    top: str
    common: str
    setting: str = ""
    scope: str = ""

    @property
    def shared(self) -> bool:
        """Whether other repositories run these hooks too."""
        return self.scope in SHARED

    @property
    def tracked(self) -> bool:
        """Whether they lie in the work tree, where somebody else keeps them: they are committed, or a program makes them."""
        return _inside(self.real, self.top) and not _inside(self.real, self.common)

    @property
    def off(self) -> bool:
        """Whether git is told to look where no hook can be."""
        return not self.folder or (os.path.lexists(self.folder) and not os.path.isdir(self.folder))


def find_place(repository: Repository, env: Mapping[str, str]) -> Place:
    """Where the hooks of a repository lie. `Unavailable` when git does not say (`--path-format` came with 2.31)."""
    words = ["rev-parse", "--path-format=absolute", "--git-common-dir", "--git-path", "hooks"]
    answer = _ask(repository.top, words, env)
    lines = os.fsdecode(answer.out).split("\n")
    if answer.status or len(lines) != 3:
        raise Unavailable("git does not say where its hooks lie", why=answer.said or "the name of a folder has a line feed")
    common, folder = lines[0], lines[1]
    told = os.fsdecode(_ask(repository.top, ["config", "--show-scope", "-z", "--get", "core.hooksPath"], env).out)
    scope, _, setting = told.rstrip("\0").partition("\0")
    return Place(folder, os.path.realpath(folder), os.path.realpath(repository.top), os.path.realpath(common), setting, scope)


def _ask(top: str, words: list[str], env: Mapping[str, str]) -> process.Answer:
    """As `process.start`, with the settings that git would see, those of the environment included."""
    seen = process.clean(env) | {name: value for name, value in env.items() if name.startswith("GIT_CONFIG")}
    try:
        done = subprocess.run(
            ["git", "-C", top, *_ASKING, *words], env=seen, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except FileNotFoundError:
        raise process.no_git() from None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"git {words[0]} cannot be run", why=str(error)) from None
    return process.Answer(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip())


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


# --- who would answer ------------------------------------------------------------------------------------------


class Program(NamedTuple):
    """The `blue` that a hook would find on this PATH: whether there is one, and its version (None: it is another program)."""

    found: bool
    version: str | None = None


def program(env: Mapping[str, str]) -> Program:
    """Ask the first `blue` on the PATH who it is. Another program refuses the first word, and does nothing else."""
    path = shutil.which("blue", path=env.get("PATH", os.defpath))
    if path is None:
        return Program(False)
    try:
        done = subprocess.run(
            [path, "--no-input", "--version"], env=dict(env), stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return Program(True)
    said = re.fullmatch(rb"blue (\d[\w.+-]*)\s*", done.stdout) if done.returncode == 0 else None
    return Program(True, said[1].decode() if said else None)
