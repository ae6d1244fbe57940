"""What may stand where the cursor is: commands, options, and names of things that are there now.

The words are walked as `argv` walks them, but never refused: half a command line is no mistake. Commands and options come
from the table and from `outline`; names from `stores.names`, which reads names and first lines only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from blue_cli.actions.choosing import slug_of
from blue_cli.cli import outline
from blue_cli.cli.argv import BY_OPTION, GLOBALS, Global
from blue_cli.cli.commands import COMMANDS
from blue_cli.cli.outline import Node, Param
from blue_cli.errors import BlueError
from blue_cli.stores import names
from blue_cli.views.completion import FILES, FOLDERS

Words = list[tuple[str, str]]  # a word and what it means
PATHS = ("FILE", "PATH", "P", "FILE|FOLDER")
FOLDER = "DIR"
EXPERTS = ("E", "EXPERT", "SLUG")
ROOT = Node("", "")


class Answer(NamedTuple):
    """Words for the shell; `others` is what else could stand there, `FILES`, `FOLDERS` or nothing."""

    words: Words
    others: str = ""


class Asked(NamedTuple):
    """Where the cursor is. `option` is one that still needs its value, `before` how many arguments there are."""

    node: Node
    noun: str  # the first command on the way to `node`
    globals: Mapping[str, str]
    option: Param | Global | None
    before: int
    open: bool  # whether options may still come


def complete(words: list[str], cwd: str, env: Mapping[str, str], shell: str = "") -> Answer:
    """What the last of the words may become. It may be empty; bash has `--option=value` in three words."""
    words = [_plain(word) for word in _joined(words)] if shell == "bash" else words
    *before, current = words or [""]
    current = _plain(current) if shell == "fish" else current  # the words before it come without quotes
    asked = _walk(before)
    found = _find(asked, current, _Place(asked, current, cwd, env))
    if shell == "bash" and current.startswith("--") and "=" in current:
        head = len(current.partition("=")[0]) + 1
        found = found._replace(words=[(word[head:], meaning) for word, meaning in found.words])
    return found


def _joined(words: list[str]) -> list[str]:
    """`--option`, `=`, `value` as one word."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1].startswith("--") and (word == "=" or joined[-1].endswith("=")):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _plain(word: str) -> str:
    """A word without its quotes, as far as they are closed. What it would expand to is not asked."""
    if not set(word) & set("'\"\\"):
        return word
    import shlex

    try:
        return " ".join(shlex.split(word)[:1])
    except ValueError:  # a quote that is still open
        return word.lstrip("'\"")


# --- where the cursor is -----------------------------------------------------------------------------------------


def _walk(words: list[str]) -> Asked:
    node, noun = ROOT, ""
    taken: dict[str, str] = {}
    option: Param | Global | None = None
    before, options = 0, True
    for word in words:
        if option is not None:
            taken[option.name] = word
            option = None
        elif options and word == "--":
            options = False
        elif options and word.startswith("-") and len(word) > 1:
            node, option, value = _option(node, word)
            if option is not None and value:
                taken[option.name] = value
            option = option if value is None else None
        elif not before and (child := _child(node, word)):
            node, noun = child, noun or child.name
        else:
            before += 1
    return Asked(node, noun, taken, option, before, options)


def _child(node: Node, word: str) -> Node | None:
    return outline.child(word) if node is ROOT else node.commands.get(word)


def _option(node: Node, word: str) -> tuple[Node, Param | Global | None, str | None]:
    """The option in a word if it takes a value, and the value that is in the word already; None when it is the next one."""
    name, equals, value = word.partition("=")
    if not word.startswith("--") and len(word) > 2:  # -dID
        name, equals, value = word[:2], "=", word[2:]
    if name in BY_OPTION:
        found = BY_OPTION[name]
        return node, found if found.value else None, value if equals else None
    node = node.bare
    option = next((param for param in node.options if name in param.spellings), None)
    return node, option if option and not option.flag else None, value if equals else None


# --- what may stand there ------------------------------------------------------------------------------------------


def _find(asked: Asked, current: str, place: _Place) -> Answer:
    if asked.option is not None:
        return _matching(place.values(asked.node, asked.option), current)
    if asked.open and current.startswith("--") and "=" in current:
        name, _, value = current.partition("=")
        node, option, _ = _option(asked.node, current)
        found = _matching(place.values(node, option), value) if option is not None else Answer([])
        return found._replace(words=[(f"{name}={word}", meaning) for word, meaning in found.words])
    if asked.open and current.startswith("-"):
        return _matching(Answer([*_options(asked.node.bare), *_globals()]), current)
    if (asked.node is ROOT or asked.node.commands) and not asked.before:
        return _matching(Answer(_commands(asked.node)), current)
    arguments = asked.node.bare.arguments
    if not arguments:
        return Answer([])
    at = arguments[min(asked.before, len(arguments) - 1)]
    return Answer([]) if asked.before >= len(arguments) and not at.many else _matching(place.values(asked.node, at), current)


def _matching(found: Answer, current: str) -> Answer:
    return found._replace(words=[(word, meaning) for word, meaning in found.words if word.startswith(current)])


def _commands(node: Node) -> Words:
    if node is ROOT:
        return [(row.name, row.help) for row in COMMANDS]
    return [(name, sub.help) for name, sub in node.commands.items()]


def _options(node: Node) -> Words:
    return [(name, option.help) for option in node.options for name in option.spellings]


def _globals() -> Words:
    return [(name, g.help) for g in GLOBALS for name in g.options]


# --- values --------------------------------------------------------------------------------------------------------


class _Place:
    """The folder that the words are about. Nothing is looked up before a value is asked for."""

    def __init__(self, asked: Asked, current: str, cwd: str, env: Mapping[str, str]) -> None:
        self._noun = asked.noun
        self._taken = asked.globals
        self._typed = current.rpartition("=")[2] if current.startswith("--") else current
        self._cwd = os.path.join(cwd, os.path.expanduser(asked.globals.get("folder", "")))
        self._env = env

    def values(self, node: Node, of: Param | Global) -> Answer:
        """What an option, global or not, or an argument may be."""
        if of.choices:
            return Answer([(choice, "") for choice in of.choices])
        if isinstance(of, Global):
            return Answer(self._dialogues()) if of.name == "dialogue" else Answer([], FOLDERS if of.name == "folder" else "")
        shape = of.shape.strip("[].")
        if shape in PATHS:
            return Answer([], FILES)
        if shape == FOLDER:
            return Answer([], FOLDERS)
        if "|" in shape and shape.islower():
            return Answer([(word, "") for word in shape.split("|")])
        return Answer(self._named(of, shape, node.name))

    def _named(self, of: Param, shape: str, command: str) -> Words:
        if shape == "ID":
            return self._dialogues() if of.name == "dialogue" else [] if command == "new" else self._entities()
        if shape in EXPERTS:
            return self._experts()
        if shape == "N" and of.name in ("round", "number", "from_round"):
            return self._rounds()
        if shape in TABLES:
            return TABLES[shape]()
        return _statuses(self._noun) if shape == "S" and of.name == "status" else _kinds(self._noun) if of.name == "kind" else []

    @property
    def _root(self) -> str | None:
        from blue_cli.workspace import find_root

        try:
            return find_root(self._cwd)
        except (BlueError, OSError):
            return None

    def _dialogues(self) -> Words:
        """Slugs, and ids where a slug is not enough or something was typed."""
        ids = names.dialogues(self._root) if self._root else []
        slugs = [slug_of(id) for id in ids]
        short = [(slug, id if slug != id else "") for slug, id in zip(slugs, ids, strict=True) if slugs.count(slug) == 1]
        known = {id for pair in short for id in pair} if not self._typed else {slug for slug, _ in short}
        return sorted(short) + [(id, "") for id in ids if id not in known]

    def _one(self) -> tuple[str, str] | None:
        """The workspace and the dialogue that the words are about."""
        root = self._root
        if root is None:
            return None
        wanted = self._taken.get("dialogue") or self._env.get("BLUE_DIALOGUE", "")
        if not wanted:
            one = names.open_one(root)
            return (root, one) if one else None
        ids = names.dialogues(root)
        for matches in ([wanted] if wanted in ids else [], [id for id in ids if slug_of(id) == wanted]):
            if len(matches) == 1:
                return root, matches[0]
        begun = [id for id in ids if id.startswith(wanted) or slug_of(id).startswith(wanted)]
        return (root, begun[0]) if len(begun) == 1 else None

    def _entities(self) -> Words:
        one = self._one()
        return list(names.entities(*one).items()) if one else []

    def _experts(self) -> Words:
        one = self._one()
        return [(slug, "") for slug in names.experts(*one)] if one else []

    def _rounds(self) -> Words:
        one = self._one()
        return [(str(n), "") for n in names.rounds(*one)] if one else []


def _rules() -> Words:
    from blue_cli.dialogue.rulebook import RULES

    return [(rule.id, rule.summary) for rule in RULES.values()]


def _schemas() -> Words:
    from blue_cli.cli import schema

    return [(name.partition("@")[0], "") for name in (*schema.names(), *schema.inputs())]


def _hooks() -> Words:
    from blue_cli.git.hookblock import HOOKS

    return [(hook, "") for hook in HOOKS]


TABLES: Mapping[str, Callable[[], Words]] = {"R": _rules, "RULE": _rules, "NAME": _schemas, "HOOK": _hooks}


def _kinds(noun: str) -> Words:
    if noun == "verdict":
        from blue_cli.dialogue.ids import VERDICT_KINDS

        return [(kind, "") for kind in VERDICT_KINDS]
    from blue_cli.dialogue.grammar import ENTITY_OF

    return [(marker.word.lower(), "") for marker in ENTITY_OF.values()]


def _statuses(noun: str) -> Words:
    from blue_cli.dialogue.grammar import STATUSES
    from blue_cli.views.items import LISTS

    return [(word, "") for word in STATUSES.get(LISTS[noun].kind, ())] if noun in LISTS else []
