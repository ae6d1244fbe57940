"""Make a workspace: `.blue/`, its `dialogues/`, and settings that say what could be set. Never overwrites."""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from blue_cli.actions.file import replace
from blue_cli.config import REPO, SETTINGS
from blue_cli.errors import Conflict

FOLDERS = (".blue", ".blue/dialogues")
FILE = ".blue/config.toml"
HEAD = (
    "# Settings of this repository. Take away the # to change one.",
    "# What names a program or a place is ignored here until `blue trust`.",
)


class Made(NamedTuple):
    """Paths relative to the workspace: what is new, and what lay there and was left alone."""

    created: tuple[str, ...]
    kept: tuple[str, ...]


def init(root: str) -> Made:
    """Make what is missing. `Conflict` when something else lies there; OSError when it cannot be made."""
    fresh = {name: _make_folder(root, name) for name in FOLDERS}
    fresh[FILE] = _make_file(os.path.join(root, FILE), settings_text().encode())
    return Made(tuple(name for name, new in fresh.items() if new), tuple(name for name, new in fresh.items() if not new))


def _make_folder(root: str, name: str) -> bool:
    path = os.path.join(root, name)
    try:
        os.mkdir(path)
    except FileExistsError:
        if stat.S_ISDIR(os.lstat(path).st_mode):  # not through a link, which a clone could point anywhere
            return False
        raise Conflict(f"{name} is in the way", why="it is no folder", fix="move it away, then: blue init") from None
    return True


def _make_file(path: str, data: bytes) -> bool:
    """Never over anything, a dangling link included."""
    if os.path.lexists(path):
        return False
    replace(path, data)
    return True


def settings_text() -> str:
    """A settings file with everything a repository may set, commented out: the defaults stand."""
    lines = [*HEAD]
    table = ""
    for setting in SETTINGS.values():
        if setting.by != REPO:
            continue
        head, _, name = setting.key.rpartition(".")
        if head != table:
            lines += ["", f"[{head}]"]
            table = head
        lines.append(f"# {name} = {_toml(setting.default)}  # {setting.doc}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    return {"True": "true", "False": "false", "()": "[]"}.get(str(value), str(value))
