"""What every command takes, as one table in a file, so that the TAB key need load no command.

A command brings along what it works with, up to twice the time that Typer takes; nobody waits that long for TAB. The file
is written by `python -m tests.docs --update`, and a test holds it against the commands. One that it lacks is loaded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from blue_cli.cli.commands import BARE, BY_NAME, COMMANDS, load

FILE = os.path.join(os.path.dirname(__file__), "outline.json")


class Param(NamedTuple):
    """An option, or an argument (without `spellings`). `many`: an argument that may come again."""

    name: str
    spellings: Sequence[str]
    shape: str
    choices: Sequence[str]
    flag: bool
    many: bool
    help: str


class Node:
    """A command or a group of them."""

    def __init__(self, name: str, help: str, params: Sequence[Param] = (), commands: Mapping[str, Node] | None = None) -> None:
        self.name = name
        self.help = help
        self.options = [param for param in params if param.spellings]
        self.arguments = [param for param in params if not param.spellings]
        self.commands = commands or {}

    @property
    def bare(self) -> Node:
        """The subcommand that a group means when none is named; else itself."""
        return self.commands.get(BARE, self)


def child(word: str) -> Node | None:
    """The command of this name, by either number of its noun."""
    row = BY_NAME.get(word)
    if row is None:
        return None
    said = _known().get(row.name)
    return _node(row.name, said if said is not None else describe(load(row)))


@cache
def _known() -> dict[str, Any]:
    try:
        with open(FILE, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


def _node(name: str, said: Mapping[str, Any]) -> Node:
    commands = {word: _node(word, sub) for word, sub in said.get("commands", {}).items()}
    return Node(name, said["help"], [Param(*param) for param in said.get("params", ())], commands)


# --- writing it ----------------------------------------------------------------------------------------------------


def text() -> str:
    """The file as it should be: one line a command. Loads all of them."""
    lines = [f"{json.dumps(row.name)}: {json.dumps(describe(load(row)))}" for row in COMMANDS]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def describe(command: Any) -> dict[str, Any]:
    """A loaded command as the file has it; what is hidden is left out."""
    help = (command.help or "").strip().partition("\n")[0].rstrip(".")
    subcommands = getattr(command, "commands", None)
    if subcommands is not None:
        return {"help": help, "commands": {name: describe(sub) for name, sub in subcommands.items() if not sub.hidden}}
    return {"help": help, "params": [_param(p) for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]}


def _param(param: Any) -> Param:
    option = param.param_type_name == "option"
    flag = bool(getattr(param, "is_flag", False) or getattr(param, "count", False))
    choices = [str(getattr(choice, "value", choice)) for choice in getattr(param.type, "choices", None) or ()]
    spellings = [*param.opts, *param.secondary_opts] if option else []
    help = (getattr(param, "help", None) or "").strip().partition("\n")[0].rstrip(".")
    return Param(param.name, spellings, str(param.metavar or ""), choices, flag, param.nargs == -1, help)
