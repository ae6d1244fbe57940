"""Every command there is, in one table, and how the one that is called gets loaded.

How to add one: a row here and a module in this package. Only the called command's module is imported, so a
command costs the others nothing; nothing here imports Typer either, and `--version` and `--help` never do.
The module offers one of

- `app`, a `typer.Typer` with subcommands, made by `group(help)` (a subcommand `list` is what the bare noun means),
- `command`, a function with Typer annotations, for a verb of its own, or
- `build(noun)`, which returns such an app: one module for several nouns.

A command function takes its options as parameters, gets the rest by `options.call()`, and returns an
`output.Result`; it prints nothing and raises `BlueError`s. Its docstring is its help.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from blue_cli.errors import WrongCall

if TYPE_CHECKING:
    import typer


class Command(NamedTuple):
    """A row of the table. `other` is the other number of the noun, accepted everywhere."""

    name: str
    module: str
    help: str
    other: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("init", "init", "make .blue/ here, or say what is there already"),
    Command("status", "status", "how far a dialogue has come, what is in its way"),
    Command("watch", "watch", "a dialogue while it runs, live on the terminal"),
    Command("dialogue", "dialogue", "start, run, list, show, close, rename and adopt them", "dialogues"),
    Command("expert", "expert", "add, retire and list experts", "experts"),
    Command("panel", "panel", "who is asked in a round: show, set, sample"),
    Command("round", "round", "have it run, add contributions, score; list and show rounds", "rounds"),
    Command("rule", "rule", "rule as the judge: resolve, accept, merge, adopt, ..."),
    Command("scoreboard", "scoreboard", "scores and the course of the rounds, drawn"),
    Command("verdict", "verdict", "give a verdict; list them", "verdicts"),
    Command("check", "check", "find mistakes in dialogues"),
    Command("show", "show", "one thing: its text, its story, what refers to it"),
    Command("why", "why", "what speaks for a thing and against it, what hangs on it"),
    Command("graph", "graph", "the dialogue as a tree, mermaid, DOT, SVG or JSON"),
    Command("tensions", "lists", "list tensions; resolve, accept, reopen them", "tension"),
    Command("perspectives", "lists", "list perspectives", "perspective"),
    Command("recommendations", "lists", "list recommendations", "recommendation"),
    Command("evidence", "lists", "list evidence"),
    Command("claims", "lists", "list claims", "claim"),
    Command("stances", "lists", "list stances", "stance"),
    Command("refs", "lists", "list references between them", "ref"),
    Command("moves", "lists", "list moves", "move"),
    Command("context", "context", "what an expert must read before writing"),
    Command("search", "search", "find words in labels and texts"),
    Command("stats", "stats", "a dialogue, or all of them, in figures"),
    Command("export", "export", "a whole dialogue as JSON, md, CSV, Argdown, AIF, canvas"),
    Command("import", "import_", "bring in older records, exports, JSON of rounds"),
    Command("schema", "schema", "the JSON Schema of each JSON document that blue prints"),
    Command("report", "report", "a whole dialogue as one HTML page"),
    Command("diff", "diff", "what changed in dialogues between two commits"),
    Command("log", "log", "the life of a thing or a dialogue through commits"),
    Command("rules", "rules", "what check looks for, and the marker words"),
    Command("key", "key", "make, show, check, print and bring the keys that seal"),
    Command("seal", "seal", "seal a dialogue; change which keys open it"),
    Command("unseal", "unseal", "take a seal off, or print what is under it"),
    Command("audit", "audit", "the log of changes to keys and seals: show, verify, anchor"),
    Command("store", "store", "where dialogues lie: make a database ready, copy, compare"),
    Command("hooks", "hooks", "let git ask blue before it commits or pushes", "hook"),
    Command("merge-file", "merge_file", "merge one file for git: its merge driver, and its textconv"),
    Command("doctor", "doctor", "look for trouble around blue: git, keys, settings, ..."),
    Command("trust", "trust", "let this repository's settings choose programs and places"),
    Command("completion", "completion", "the TAB key for bash, zsh, fish; the manual page"),
)
BY_NAME: dict[str, Command] = {name: c for c in COMMANDS for name in (c.name, c.other) if name}
BARE = "list"
# What --at is for: commands that read dialogues, and nothing else.
_NOUNS = ("dialogue", "round", "verdict", "expert", *(c.name for c in COMMANDS if c.module == "lists"))
READING = frozenset(
    [
        *("status", "check", "show", "why", "graph", "context", "search", "stats", "export", "report", "scoreboard", "log"),
        *("dialogue show", "round show", "panel show"),
        *(f"{noun} {BARE}" for noun in _NOUNS),
    ]
)
PROGRAM = "blue"
HELP_OPTIONS = ["-h", "--help"]


def group(help: str) -> typer.Typer:
    """A Typer app as every noun of blue is one: no completion, no Rich, no tracebacks of its own."""
    import typer

    return typer.Typer(
        help=help, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, suggest_commands=False
    )


class Root:
    """The program as a node of the walk over argv: its children are the table's rows."""

    name = PROGRAM
    bare = ""
    options: Mapping[str, int] = {}

    def child(self, word: str) -> Branch | None:
        """The command of this name, loaded."""
        row = BY_NAME.get(word)
        return Branch(load(row), row.name) if row else None

    def names(self) -> list[str]:
        """What may stand here."""
        return [c.name for c in COMMANDS]

    def invoke(self, path: str, words: list[str]) -> Any:
        """The program alone does nothing."""
        raise unknown(self, path, tuple(words))

    def help(self, path: str, columns: int) -> str:
        """Every command and every global option."""
        return overview()


class Branch:
    """A loaded command, or a group of them, as a node of the walk over argv."""

    def __init__(self, command: Any, name: str) -> None:
        self.command = command
        self.name = name

    @property
    def children(self) -> Mapping[str, Any]:
        """Subcommands by name; none below a single command."""
        return getattr(self.command, "commands", {})

    @property
    def bare(self) -> str:
        """`list`, in a group that has it."""
        return BARE if BARE in self.children else ""

    @cached_property
    def options(self) -> dict[str, int]:
        """Each option's spelling and the number of words it takes."""
        return {
            spelling: 0 if getattr(option, "is_flag", False) or getattr(option, "count", False) else option.nargs
            for option in self.command.params
            if option.param_type_name == "option"
            for spelling in (*option.opts, *option.secondary_opts)
        }

    def child(self, word: str) -> Branch | None:
        """The subcommand of this name."""
        command = self.children.get(word)
        return Branch(command, word) if command else None

    def names(self) -> list[str]:
        """What may stand here; nothing below a single command."""
        return list(self.children)

    def invoke(self, path: str, words: list[str]) -> Any:
        """Parse the words and run the command; what it returns. Raises what Typer raises on a wrong call."""
        context = self.command.make_context(path, words, help_option_names=HELP_OPTIONS)
        with context:
            return self.command.invoke(context)

    def help(self, path: str, columns: int) -> str:
        """Its help, that many columns wide. Typer puts braces around what must be said; they stay around a choice alone."""
        import re

        context = self.command.context_class(
            self.command, info_name=path, terminal_width=columns, max_content_width=columns, help_option_names=HELP_OPTIONS
        )
        usage, end, rest = str(self.command.get_help(context)).partition("\n\n")
        return re.sub(r"\{([^{}|]+)\}", r"\1", usage) + end + rest + "\n\nGlobal options (-d, --json, -q, ...) are in: blue --help\n"


def load(row: Command) -> Any:
    """The parser's command object of a row. Imports its module, and Typer."""
    from typer.main import get_command, get_group

    module = import_module(f"blue_cli.cli.{row.module}")
    if hasattr(module, "command"):
        app = group("")
        app.command(row.name)(module.command)
        return get_command(app)
    return get_group(module.build(row.name) if hasattr(module, "build") else module.app)


def unknown(node: Root | Branch, path: str, words: tuple[str, ...]) -> WrongCall:
    """The error for a word that is no command here, or for none at all."""
    from difflib import get_close_matches

    names = node.names()
    words = tuple(word for word in words if word != "--")
    if not words:
        return WrongCall(f"{path} needs a subcommand", fix=f"one of {', '.join(names)}", suggestions=names)
    if words[0].startswith("-"):
        return WrongCall(f"no such option: {words[0]}", fix=f"see: {path} --help")
    known = names if isinstance(node, Branch) else [*BY_NAME]
    near = get_close_matches(words[0], known, 3, 0.6)
    fix = f"did you mean {path} {near[0]}?" if near else f"one of {', '.join(names)}"
    return WrongCall(f'{path} has no command "{words[0]}"', fix=fix, suggestions=near)


def overview() -> str:
    """The help of the program: every command and every global option."""
    from blue_cli.cli.argv import GLOBALS

    commands = [(c.name, c.help) for c in COMMANDS]
    options = [(", ".join(g.options) + (f" {g.value}" if g.value else ""), g.help) for g in GLOBALS]
    wide = max(len(left) for left, _ in commands + options)
    lines = [f"Usage: {PROGRAM} COMMAND [OPTIONS] [ARGS]...", "", "Structured dialogues between experts, kept as markdown in git.", ""]
    for title, rows in (("Commands", commands), ("Global options, before or after the command", options)):
        lines += [f"{title}:", *(f"  {left:{wide}}  {right}" for left, right in rows), ""]
    return "\n".join([*lines, "What a command takes: blue COMMAND --help", ""])
