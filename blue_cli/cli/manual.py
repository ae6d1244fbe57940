"""What the manual page says, gathered from the tables and the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blue_cli import __version__
from blue_cli.cli.argv import GLOBALS
from blue_cli.cli.commands import COMMANDS, PROGRAM, load
from blue_cli.config import SETTINGS, variable
from blue_cli.errors import EXIT_CLASSES
from blue_cli.views.man import Entry, Manual, Option

FILES = (
    Option(".blue/dialogues/ID/dialogue.md", "A dialogue: its question, its experts."),
    Option(".blue/dialogues/ID/round-N/EXPERT.md", "What an expert said in a round."),
    Option(".blue/config.toml", "Settings of the repository. What names a program or a place counts only after blue trust."),
    Option("~/.config/blue/config.toml", "Settings of the user."),
    Option("~/.blue/keys/umk.key", "The key that seals, unless BLUE_KEY_FILE names another place."),
)
MORE = (
    Option("BLUE_DIALOGUE", "The dialogue, where -d does not say one."),
    Option("BLUE_KEY_FILE", "Where the key lies that seals."),
    Option("BLUE_PASSPHRASE_FILE", "A file of mode 0600 that holds the passphrase of the key."),
    Option("BLUE_SKIP_HOOKS", "1 has git's hooks check nothing."),
    Option("BLUE_DEBUG", "1 shows where in the program an error arose."),
    Option("NO_COLOR, FORCE_COLOR", "No colour, colour always."),
)


def manual() -> Manual:
    """Everything there is to say about this program; loads every command."""
    exits = [Option("0", "done; the answer is yes; an empty list")]
    exits += [Option(str(error.exit), error.meaning) for error in sorted(EXIT_CLASSES, key=lambda error: error.exit)]
    globals = [Option(", ".join(g.options) + (f" {g.value}" if g.value else ""), g.help) for g in GLOBALS]
    environment = [*(Option(variable(s.key), f"Setting {s.key}: {s.doc}.") for s in SETTINGS.values()), *MORE]
    summary = "structured dialogues between experts, kept as plain markdown in git"
    return Manual(__version__, summary, list(_entries()), globals, exits, environment, FILES)


def _entries() -> Iterator[Entry]:
    for row in COMMANDS:
        command = load(row)
        subcommands = getattr(command, "commands", None)
        for name, sub in ({"": command} if subcommands is None else subcommands).items():
            if not sub.hidden:
                yield _entry(" ".join(filter(None, (PROGRAM, row.name, name))), sub)


def _entry(path: str, command: Any) -> Entry:
    params = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    arguments = [str(p.metavar or p.name.upper()) for p in params if p.param_type_name == "argument"]
    options = [Option(_name(p), _help(p)) for p in params if p.param_type_name == "option"]
    told = [Option(str(p.metavar or p.name.upper()), p.help) for p in params if p.param_type_name == "argument" and p.help]
    return Entry(" ".join([path, *(["[OPTIONS]"] if options else []), *arguments]), command.help or "", [*told, *options])


def _name(option: Any) -> str:
    choices = getattr(option.type, "choices", None)
    value = "|".join(str(getattr(c, "value", c)) for c in choices) if choices else option.metavar or option.name.upper()
    return ", ".join([*option.opts, *option.secondary_opts]) + ("" if option.is_flag else f" {value}")


def _help(option: Any) -> str:
    return str(option.help or "")
