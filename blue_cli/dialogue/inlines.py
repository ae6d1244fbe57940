"""Where inside a paragraph a marker cannot count: code spans, links, images, autolinks, inline HTML.

One pass from left to right with a stack of open brackets (CommonMark 0.31, "Phase 2: inline structure"), without
link reference definitions. Linear in the text, also on a hundred thousand brackets or backticks.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Callable

Span = tuple[int, int]

MAX_TRIES = 10_000  # links and tags of one region that turn out to be none; beyond, all are text
MAX_PARENS = 32  # open in a link destination (CommonMark); it also keeps repeated `](` linear


def hidden(text: str, start: int, end: int) -> list[Span]:
    """The spans of `text[start:end]`, one paragraph or heading, in which no marker counts.

    Offsets are those of `text`; the spans are in order, and none touches the inside of another.
    """
    region = text[start:end]
    if "`" not in region and "<" not in region and "](" not in region:
        return []
    return [(start + a, start + b) for a, b in _Inlines(region).scan()]


class _Opener:
    """An open `[` or `![`. `blocked`: a link stands inside, and links hold no links."""

    __slots__ = ("blocked", "image", "start")

    def __init__(self, start: int, image: bool) -> None:
        self.start = start
        self.image = image
        self.blocked = False


class _Inlines:
    """The state of one pass over one region."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.spans: list[Span] = []
        self.openers: list[_Opener] = []
        self.runs: dict[int, list[int]] | None = None
        self.tries = MAX_TRIES
        self.absent: set[str] = set()  # closers that do not come any more: each is looked for in vain once

    def scan(self) -> list[Span]:
        """The hidden spans, in order."""
        search, at = _patterns()["token"].search, 0
        while match := search(self.region, at):
            step = _STEPS.get(match[0][0])
            at = step(self, match) if step else match.end()
        return self.spans

    def code(self, match: re.Match[str]) -> int:
        """A run of backticks: a code span if a run of the same length follows, else text."""
        if self.runs is None:
            self.runs = {}
            for run in _patterns()["run"].finditer(self.region):
                self.runs.setdefault(len(run[0]), []).append(run.start())
        closers = self.runs.get(len(match[0]), [])
        found = bisect_left(closers, match.end())
        if found == len(closers):
            return match.end()
        return self.hide(match.start(), closers[found] + len(match[0]))

    def hide(self, start: int, end: int) -> int:
        """Record a span, which takes in those inside it."""
        while self.spans and self.spans[-1][0] >= start:
            self.spans.pop()
        self.spans.append((start, end))
        return end

    def opener(self, match: re.Match[str]) -> int:
        """`[` or `![`; a `!` without a bracket is not matched."""
        self.openers.append(_Opener(match.start(), match[0][0] == "!"))
        return match.end()

    def closer(self, match: re.Match[str]) -> int:
        """`]`: the end of a link text if a destination follows directly."""
        if not self.openers:
            return match.end()
        opener = self.openers.pop()
        end = -1
        if (opener.image or not opener.blocked) and self.tries and self.region.startswith("(", match.end()):
            end = _link_end(self.region, match.end() + 1)
            self.tries -= end < 0
        if self.openers and (opener.blocked if end < 0 else not opener.image):
            self.openers[-1].blocked = True
        return self.hide(opener.start, end) if end > 0 else match.end()

    def angle(self, match: re.Match[str]) -> int:
        """`<`: an autolink, a tag, a comment, or text."""
        at = match.start()
        for opening, closing, least in _CLOSED_BY:
            if self.region.startswith(opening, at):
                end = self.find(closing, at + least)
                return self.hide(at, end) if end > 0 else match.end()
        if self.tries and self.find(">", at) > 0:
            if found := _patterns()["tag"].match(self.region, at):
                return self.hide(at, found.end())
            self.tries -= 1
        return match.end()

    def find(self, closing: str, at: int) -> int:
        """Where the next `closing` ends, else -1."""
        if closing in self.absent:
            return -1
        found = self.region.find(closing, at)
        if found < 0:
            self.absent.add(closing)
            return -1
        return found + len(closing)


_STEPS: dict[str, Callable[[_Inlines, re.Match[str]], int]] = {
    "`": _Inlines.code,
    "[": _Inlines.opener,
    "!": _Inlines.opener,
    "]": _Inlines.closer,
    "<": _Inlines.angle,
}

# What opens, what closes, and how far after the opening the closing may begin (`<!-->` is a whole comment).
_CLOSED_BY = (("<!--", "-->", 2), ("<?", "?>", 2), ("<![CDATA[", "]]>", 9))


def _link_end(region: str, at: int) -> int:
    """Where a link ends whose `(` ends at `at`, else -1 (CommonMark 0.31, "Links")."""
    space = _patterns()["space"]
    start = space.match(region, at).end()  # type: ignore[union-attr]  # it matches nothing, too  # it matches the empty text, too
    at = _destination_end(region, start)
    if at < 0:
        return -1
    gap = space.match(region, at).end()  # type: ignore[union-attr]  # it matches nothing, too
    if gap > at and (title := _patterns()["title"].match(region, gap)):
        gap = space.match(region, title.end()).end()  # type: ignore[union-attr]  # as above
    return gap + 1 if region.startswith(")", gap) else -1


def _destination_end(region: str, start: int) -> int:
    """Where a link destination ends (at `start` when it is empty), else -1."""
    if region.startswith("<", start):
        match = _patterns()["angled"].match(region, start)
        return match.end() if match else -1
    depth = 0
    end = len(region)
    for match in _patterns()["destination"].finditer(region, start):
        found = match[0]
        if found == "(":
            depth += 1
            if depth > MAX_PARENS:
                return -1
        elif found == ")" and depth:
            depth -= 1
        elif (len(found) == 1 and found != "\\") or found == "\\ ":
            end = match.start()
            break
    return -1 if depth else end


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Compiled when first needed: most files hold nothing that hides."""
    name = "[A-Za-z][A-Za-z0-9-]*"
    value = "(?:[^\"'=<>`\\x00-\\x20]+|'[^']*'|\"[^\"]*\")"
    attribute = rf"\s+[a-zA-Z_:][a-zA-Z0-9:._-]*(?:\s*=\s*{value})?"
    label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    tags = (
        rf"<{name}(?:{attribute})*\s*/?>",
        rf"</{name}\s*>",
        "<![A-Za-z][^>]*>",
        r"<[a-zA-Z][a-zA-Z0-9+.\-]{1,31}:[^<>\x00-\x20]*>",
        rf"<[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{label}(?:\.{label})*>",
    )
    sources = {
        "token": r"\\.|`+|!?\[|\]|<",
        "run": "`+",
        "space": r"[ \t\n]*",
        "angled": r"<(?:[^<>\n\\]|\\.)*>",
        "title": r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)""",
        "destination": r"\\.?|[()\x00-\x20\x7f]",
        "tag": "|".join(tags),
    }
    return {name: re.compile(source, re.DOTALL) for name, source in sources.items()}
