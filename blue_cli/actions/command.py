"""The command that answers for an expert: as the user gave it, with who is meant put in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from blue_cli.dialogue.ids import JUDGE, is_name
from blue_cli.dialogue.model import Expert
from blue_cli.errors import WrongCall

SHELL = "/bin/sh"
OWN = "BLUE_"  # variables that are blue's business: keys, the store's password; a command gets none of them


LONGEST = 8000  # characters of a role in a variable, of which no one may be longer than 128 KiB
SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "fish", "ash"})


class Command(NamedTuple):
    """A command line. With `shell` it is one text for the shell; else words, which nothing but the program reads."""

    text: str
    words: tuple[str, ...]
    shell: bool = False


_NAMES = re.compile(r"\{(expert|role|round)\}")
_CLOSED = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.""", re.S)  # what is quoted for a shell, and over


class Commands(NamedTuple):
    """Who answers with what: an expert's own command, else the one for all."""

    own: Mapping[str, Command]
    all: Command | None

    def of(self, slug: str) -> Command | None:
        """The command of an expert, None without one. The judge has only their own."""
        return self.own.get(slug) or (None if slug == JUDGE else self.all)


def parse(given: list[str], judge: str, panel: tuple[str, ...], shell: bool) -> Commands:
    """`CMD` for everybody, `slug=CMD` for one. `WrongCall` for what is no command line, and for two that claim one expert."""
    own: dict[str, Command] = {}
    everybody: list[Command] = []
    for text in given:
        head, equals, rest = text.partition("=")
        named = bool(equals) and is_name(head)
        if named and head.lower() not in (*panel, JUDGE):
            raise WrongCall(
                f"--with {head}=…: there is no {head} on the panel",
                why=f"the panel is {', '.join(panel)}",
                fix=f"a variable for the command is set by: --with 'env {head}=… CMD'",
            )
        if not named:
            everybody.append(command(text, shell))
        elif head.lower() in own:
            raise WrongCall(f"--with: {head} has two commands", fix="one for each")
        else:
            own[head.lower()] = command(rest, shell)
    if len(everybody) > 1:
        raise WrongCall("--with: two commands for everybody", fix="one for all, and SLUG=CMD for single experts")
    if judge:
        own[JUDGE] = command(judge, shell)
    return Commands(own, everybody[0] if everybody else None)


def command(text: str, shell: bool) -> Command:
    """One command line, split as a shell would split it; for a shell it stays whole. `WrongCall` when that is impossible."""
    try:
        words = (SHELL, "-c", text) if shell and text.strip() else tuple(shlex.split(text))
    except ValueError as error:
        raise WrongCall(f"{text!r} is no command line", why=str(error), fix="check its quotes") from None
    if not words:
        raise WrongCall("the command is empty", fix="--with 'CMD …'")
    if not shell and words[0].rpartition("/")[2] in SHELLS and "-c" in words and any("{role}" in word for word in words):
        raise WrongCall(
            f"{text!r}: {{role}} would be read by {words[0]} as a part of its commands",
            why="a role is somebody's text, and may say anything",
            fix="put \"$BLUE_ROLE\" there instead, or use --shell, which does",
        )
    return Command(text, words, shell)


def words_for(command: Command, expert: str, role: str, round: int) -> tuple[str, ...]:
    """The words to start it with. Only `{expert}`, `{role}` and `{round}` are replaced, each within its word, and at once, so
    that a value that looks like a name stays as it is.

    For a shell they become its variables. A role is somebody's text: no quoting of it is safe wherever a command line may
    name it (within "…", say), and what a variable holds is never read as a command.
    """
    if command.shell:
        return SHELL, "-c", _NAMES.sub(_variable, command.text)
    values = {"expert": expert, "role": role, "round": str(round)}
    return tuple(_NAMES.sub(lambda match: values[match[1]], word) for word in command.words)


def _variable(match: re.Match[str]) -> str:
    """The variable for a name: as one word, where no quotes are around it already."""
    variable = f"${{{OWN}{match[1].upper()}}}"
    return variable if _within_quotes(match.string[: match.start()]) else f'"{variable}"'


def _within_quotes(text: str) -> bool:
    """Whether a shell is within quotes at the end of this text."""
    return any(quote in _CLOSED.sub("", text) for quote in "'\"")


def environment(env: Mapping[str, str], dialogue: str, expert: Expert, round: int) -> dict[str, str]:
    """What a command finds in its environment: the user's own, without blue's, and who it answers for."""
    kept = {name: value for name, value in env.items() if not name.startswith(OWN)}
    role = expert.role.replace("\0", "")[:LONGEST]  # what no environment can hold would keep the command from being started
    return {**kept, "BLUE_DIALOGUE": dialogue, "BLUE_EXPERT": expert.slug, "BLUE_ROLE": role, "BLUE_ROUND": str(round)}
