"""What a command wrote, taken as a contribution: decoded, out of the fence that a model puts around it, and looked at.

Nothing is mended but that fence and the blank lines around it, which belong to the way and not to the text. What cannot be a
contribution is a finding with its place, so that it can be sent back; an apology has no marker and is one, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from blue_cli.dialogue import document, sources
from blue_cli.dialogue.ids import JUDGE, contribution
from blue_cli.errors import Finding

_OPENING = re.compile(r"(`{3,}|~{3,})[ \t]*(?:markdown|md|text)?", re.I)
_CODE = re.compile(r"^[ \t]*(?:`{3,}|~{3,}).*$|`", re.M)  # lines that open or close a fence, and backticks
_BLANK = re.compile(r"\A(?:[ \t]*\r?\n)+")
EMPTY, NOTHING = "the answer is empty", "the answer has no marker: nothing in it counts"
WRITE = "answer with the text of your contribution alone"
IN_CODE = "all markers of the answer stand in a fence or in backticks, where nothing counts"
MARK = "say what you have to say in markers, as shown under: How to write"
BARE = "write them bare, without a fence and without backticks"


class Answer(NamedTuple):
    """A contribution as it may be added, and what is wrong with it: with a problem it may not."""

    data: bytes
    problems: tuple[Finding, ...]


def read(name: str, expert: str, data: bytes) -> Answer:
    """The answer of an expert, or of the judge; `name` is what findings call it. Never raises."""
    parts = document.read(data)
    if parts.problem:
        return Answer(data, (Finding(parts.problem, parts.message, name, parts.line, parts.column, fix=WRITE),))
    text = _BLANK.sub("", unfenced(data.decode().lstrip("\ufeff"))).rstrip() + "\n"  # a byte order mark belongs to the way, too
    taken = document.read(text.encode())
    return Answer(text.encode(), tuple(_problems(name, expert, taken, text)))


def unfenced(text: str) -> str:
    """A text without the one fence that holds all of it; any other text as it is. Linear in its length, whatever it is."""
    first, *lines = text.strip().split("\n")
    opening = _OPENING.fullmatch(first.rstrip())
    if opening is None or len(lines) < 2 or lines[-1].strip() != opening[1]:
        return text
    inner = lines[:-1]
    return text if any(line.lstrip().startswith(opening[1]) for line in inner) else "\n".join(inner)


def _problems(name: str, expert: str, parts: document.Document, text: str) -> Iterator[Finding]:
    if not parts.body.strip():
        yield Finding("missing-field", EMPTY, name, 1, 1, fix=WRITE)
    elif expert != JUDGE and not _marked(expert, text):
        quoted = _marked(expert, _CODE.sub("", text))
        yield Finding("missing-field", IN_CODE if quoted else NOTHING, name, parts.start_line, 1, fix=BARE if quoted else MARK)


def _marked(expert: str, text: str) -> bool:
    """Whether anything in a text counts."""
    return bool(sources.source("", contribution(0, expert), text.encode(), [], near=False).marks)
