"""Global options anywhere on the command line. Pure: words in, words out.

People and agents type `blue tensions list --json` as readily as `blue --json tensions list`; the parser below
Typer knows only the second. So one walk over the words takes the globals out, wherever they stand, and leaves
what belongs to the command. It takes nothing after `--`, nothing that is another option's value, and knows no
abbreviations (CLI.md, words).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from blue_cli.errors import WrongCall


class Global(NamedTuple):
    """One global option. `value` is how help shows its value, empty for a flag."""

    name: str
    options: tuple[str, ...]
    value: str
    help: str
    choices: tuple[str, ...] = ()


GLOBALS: tuple[Global, ...] = (
    Global("folder", ("-C",), "DIR", "work as if blue had been started in DIR"),
    Global("dialogue", ("-d", "--dialogue"), "ID", "the dialogue: its id, its slug, or the beginning of one"),
    Global("json", ("--json",), "", "one JSON document on standard output"),
    Global("quiet", ("-q", "--quiet"), "", "no hints"),
    Global("verbose", ("-v", "--verbose"), "", "say more"),
    Global("color", ("--color",), "WHEN", "colour: auto, always or never", ("auto", "always", "never")),
    Global("no_input", ("--no-input",), "", "never ask, never open an editor"),
    Global("at", ("--at",), "REV", "read a commit, tag, branch or date, not the files"),
    Global("store", ("--store",), "URL", "where dialogues lie: a folder or a database"),
    Global("version", ("--version",), "", "the version"),
    Global("help", ("-h", "--help"), "", "this text"),
)
BY_OPTION: dict[str, Global] = {option: g for g in GLOBALS for option in g.options}


class Node(Protocol):
    """A command or a group of them, as far as the walk needs to know."""

    @property
    def name(self) -> str:
        """Its own name, whatever alias led here."""
        ...

    @property
    def options(self) -> Mapping[str, int]:
        """Every option by its spelling (`--status`, `-n`), with the number of words it takes after it."""
        ...

    @property
    def bare(self) -> str:
        """The subcommand a group means when none is named, else empty."""
        ...

    def child(self, word: str) -> Node | None:
        """The subcommand of this name or alias; None for an unknown one and below a single command."""
        ...


class Split(NamedTuple):
    """The words sorted out. `path` names the way to `node`, `rest` is for its parser."""

    globals: dict[str, str]
    path: tuple[str, ...]
    node: Node
    rest: tuple[str, ...]


def split(words: Sequence[str], root: Node) -> Split:
    """Take the globals out of the words and walk to the command. `WrongCall` for a global without its value."""
    walk = _Walk(list(words), root)
    while walk.words:
        walk.take(walk.words.pop(0))
    if "help" not in walk.globals:
        walk.descend_bare()
    return Split(walk.globals, tuple(walk.path), walk.node, (*walk.rest, *(["--", *walk.late] if walk.late else [])))


class _Walk:
    """Where the walk is: the words still to come, the command reached, what was taken and what was left.

    `late` are words that are no options though the parser would take the first of them, a number below zero, for one.
    """

    def __init__(self, words: list[str], root: Node) -> None:
        self.words = words
        self.node = root
        self.path: list[str] = []
        self.rest: list[str] = []
        self.late: list[str] = []
        self.globals: dict[str, str] = {}

    def take(self, word: str) -> None:
        if word == "--":
            self.descend_bare()
            self.late += self.words
            self.words = []
        elif word[0:1] == "-" and word[1:2].isdigit():  # no option of blue is a digit
            self.descend_bare()
            self.late.append(word)
        elif word.startswith("--"):
            self._long(word)
        elif word.startswith("-") and len(word) > 1:
            self._cluster(word)
        else:
            self._word(word)

    def descend_bare(self) -> None:
        """`blue tensions --status open` is `blue tensions list --status open`."""
        if self.node.bare and not self.rest:
            self._step(self.node.bare)

    def _step(self, word: str) -> bool:
        child = self.node.child(word)
        if child is None:
            return False
        self.node = child
        self.path.append(child.name)
        return True

    def _word(self, word: str) -> None:
        if self.late:
            self.late.append(word)
        elif self.rest or not self._step(word):
            self.rest.append(word)

    def _long(self, word: str) -> None:
        name, equals, value = word.partition("=")
        option = BY_OPTION.get(name)
        if option is None:
            self._local(word, name, bool(equals))
        elif not option.value and equals:
            raise WrongCall(f"{name} takes no value", why=f"{word} gives it one")
        else:
            self._set(option, name, value if equals else None)

    def _local(self, word: str, name: str, attached: bool) -> None:
        self.descend_bare()
        self.rest.append(word)
        if not attached:
            self._keep(self.node.options.get(name, 0))

    def _keep(self, count: int) -> None:
        """Leave the next words to the option before them, whatever they look like."""
        self.rest += self.words[:count]
        del self.words[:count]

    def _cluster(self, word: str) -> None:
        """`-qv`, `-dX`, `-qd X`, `-n5`, `-qn 5`: global letters out, the command's own letters stay."""
        kept = "-"
        letters = word[1:]
        for at, letter in enumerate(letters, 1):
            option, tail = BY_OPTION.get(f"-{letter}"), letters[at:]
            if option is None:
                kept += letter
                if self._takes(f"-{letter}"):
                    self._leave(kept + tail, 0 if tail else self.node.options[f"-{letter}"])
                    return
            elif option.value:
                self._set(option, f"-{letter}", tail or None)
                break
            else:
                self.globals[option.name] = "true"
        if kept != "-":
            self._leave(kept, 0)

    def _takes(self, name: str) -> bool:
        self.descend_bare()
        return self.node.options.get(name, 0) > 0

    def _leave(self, cluster: str, values: int) -> None:
        self.rest.append(cluster)
        self._keep(values)

    def _set(self, option: Global, name: str, value: str | None) -> None:
        if not option.value:
            self.globals[option.name] = "true"
            return
        if value is None:
            value = self.words.pop(0) if self.words else ""
        if not value:  # also `-d "$ID"` with an unset ID, which must not silently mean another dialogue
            raise WrongCall(f"{name} needs a value", fix=f"{name} {option.value}")
        if option.choices and value not in option.choices:
            raise WrongCall(f'{name}: no such choice: "{value}"', fix=f"one of {', '.join(option.choices)}")
        self.globals[option.name] = value


def wants_json(words: Sequence[str]) -> bool:
    """Whether `--json` stands among the words before `--`.

    The guess for calls so wrong that the walk itself fails; the walk's word is the better one.
    """
    before = words[: words.index("--")] if "--" in words else words
    return "--json" in before
