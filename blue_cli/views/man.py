"""A manual page in roff, from the table of commands. Pure: values in, text out (groff_man(7)).

Texts of options are written for a terminal: a line of theirs that begins with a dot, a quote, or holds a backslash would
be an order to the formatter, so every character that means something to it is escaped, and no text is a macro's argument
without quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from blue_cli.views.text import sanitize

# What looks like its ASCII self only when it is named (groff_char(7)); the dash is a minus, so that it can be copied.
SPECIAL = {"\\": "\\(rs", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", '"': "\\(dq"}


class Option(NamedTuple):
    """`-d ID, --dialogue ID` and what it is for."""

    name: str
    help: str


class Entry(NamedTuple):
    """One command: how it is called, what it does (paragraphs), its options."""

    usage: str
    help: str
    options: Sequence[Option]


class Manual(NamedTuple):
    """All that a page has. `exits`, `environment`, `files`: a term and its meaning each."""

    version: str
    summary: str
    commands: Sequence[Entry]
    globals: Sequence[Option]
    exits: Sequence[Option]
    environment: Sequence[Option]
    files: Sequence[Option]


def page(manual: Manual) -> str:
    """The page of section 1. It has no date: the same program writes the same bytes on every day."""
    lines = [
        f'.TH BLUE 1 "" "blue {escape(manual.version)}" "User Commands"',
        ".nh",  # a command that is broken at a hyphen cannot be copied
        *_section("NAME", [f"blue {SPECIAL['-']} {escape(manual.summary)}"]),
        *_section("SYNOPSIS", ["\\fBblue\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGS\\fR]..."]),
        *_section("GLOBAL OPTIONS", ["Before or after the command.", *_terms(manual.globals)]),
        *_section("COMMANDS", [line for entry in manual.commands for line in _entry(entry)]),
        *_section("EXIT STATUS", _terms(manual.exits)),
        *_section("ENVIRONMENT", _terms(manual.environment)),
        *_section("FILES", _terms(manual.files)),
    ]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Text as the formatter shows it, on one line, whatever it says."""
    text = text.replace("\u2026", "...")  # a plain terminal has no such character
    shown = "".join(SPECIAL.get(char, char if char.isascii() else f"\\[u{ord(char):04X}]") for char in sanitize(" ".join(text.split())))
    return f"\\&{shown}" if shown.startswith((".", "\\(aq")) else shown


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [f".SH {title}" if title.isalpha() else f'.SH "{title}"', *lines]


def _entry(entry: Entry) -> Iterable[str]:
    yield f'.SS "{escape(entry.usage)}"'
    for number, paragraph in enumerate(re.split(r"\n\s*\n", entry.help.strip())):
        yield from ([".PP"] if number else []) + [escape(paragraph)]
    yield from _terms(entry.options)


def _terms(options: Iterable[Option]) -> Iterable[str]:
    for option in options:  # a list of choices may be longer than a line: it breaks after each
        yield from (".TP", "\\fB" + escape(option.name).replace("|", "|\\:") + "\\fR", escape(option.help))
