"""The judge of blocks: what markdown-it-py makes of the lines of a body (FORMAT.md, section 2).

Defines the vocabulary (`Blocks` and the line kinds) that the fast scanner in `blocks` shares. Block rules only:
markdown-it's inline rules take seconds on hostile text (HARDENING.md), so they are never run.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from blue_cli.dialogue.grammar import MARKERS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

TEXT, HEADING, BREAK, CODE, HTML, TABLE, QUOTE, BLANK = range(8)

MAX_WORK = 32_000  # that markdown-it is asked to do: about a quarter of a second, in deep nests one
MAX_NESTING = 40  # levels; a list takes two. Beyond, markdown-it skips the lines, and so do we


class Blocks(NamedTuple):
    """What each line of a body is. Indices count from 0; lines are `text.split("\\n")`.

    kinds     one of the kinds a line. TEXT: paragraph text, in list items too; HEADING: with the underline of a
              setext heading; CODE, HTML: with their fences, and blank lines inside; QUOTE: whatever is in a block
              quote; BLANK: no text, an empty list item included
    regions   for TEXT and HEADING lines the first line of their paragraph or heading, else -1
    unclosed  the first line of the first fence or HTML comment that nothing closes, else -1
    lazy      QUOTE lines without a `>` of their own
    beyond    the first line that was not read since the text is too long or too deep (read as CODE), else -1
    """

    kinds: list[int]
    regions: list[int]
    unclosed: int = -1
    lazy: frozenset[int] = frozenset()
    beyond: int = -1


def opens_marker(line: str) -> bool:
    """Whether this line, in a table, is a marker rather than a row: it starts with one and holds no `|`."""
    return "|" not in line and _marker().match(line) is not None


@functools.cache
def _marker() -> re.Pattern[str]:
    words = "|".join(re.escape(marker.word) for marker in MARKERS)
    return re.compile(rf"[ \t]*(?:\*\*)?\[(?:(?:{words})(?![0-9A-Za-z])|[0-9A-Za-z][0-9A-Za-z-]*-[PTRECS][0-9]{{4}})")


_EMPTY_ITEM = r"[ \t]*(?:(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]+|$))+"


def read_reference(text: str) -> Blocks:
    """The kinds of all lines, by markdown-it's block rules without link reference definitions.

    Text that would take too long is not read at all: every line is CODE and `beyond` is 0. Never raises.
    """
    lines = text.split("\n")
    if _work(text) > MAX_WORK:
        return Blocks([CODE] * len(lines), [-1] * len(lines), beyond=0)
    kinds, regions = [-1] * len(lines), [-1] * len(lines)
    lazy: set[int] = set()
    unclosed = -1
    for token in _top_tokens(text):
        first, end = token.map or (0, 0)
        kind = _KINDS[token.type]
        kinds[first:end] = [kind] * (end - first)
        if kind in (TEXT, HEADING):
            regions[first:end] = [first] * (end - first)
        elif kind == QUOTE:
            while not lines[end - 1].strip(" \t"):  # an empty quote's token takes in the line after it
                end -= 1
                kinds[end] = BLANK
            lazy.update(i for i in range(first + 1, end) if not lines[i].lstrip(" \t").startswith(">"))
        elif unclosed < 0 and _is_unclosed(token):
            unclosed = first
    return Blocks(kinds, regions, unclosed, frozenset(lazy), _settle(kinds, lines))


def _work(text: str) -> int:
    """What markdown-it will cost, in units of some ten microseconds: lines, cells, levels of lists and quotes."""
    return 4 * text.count("\n") + sum(map(text.count, ("|", ">", "- ", "* ", "+ ", ". ", ") ")))


def _settle(kinds: list[int], lines: list[str]) -> int:
    """Give the lines that no block claimed their kind; the first that was lost to deep nesting, else -1."""
    beyond = -1
    for i, kind in enumerate(kinds):
        if kind < 0:
            empty = not lines[i].strip(" \t") or re.fullmatch(_EMPTY_ITEM, lines[i]) is not None
            kinds[i] = BLANK if empty else CODE
            if not empty and beyond < 0:
                beyond = i
    return beyond


_KINDS = {
    "paragraph_open": TEXT,
    "heading_open": HEADING,
    "hr": BREAK,
    "fence": CODE,
    "code_block": CODE,
    "html_block": HTML,
    "table_open": TABLE,
    "blockquote_open": QUOTE,
}


def _top_tokens(text: str) -> list[Token]:
    """The tokens that decide lines: those of blocks, without anything inside an outermost block quote."""
    tokens: list[Token] = []
    parser = _parser()
    parser.block.parse(text, parser, {}, tokens)
    found, depth = [], 0
    for token in tokens:
        if token.type == "blockquote_close":
            depth -= 1
        elif depth == 0 and token.type in _KINDS:
            found.append(token)
        depth += token.type == "blockquote_open"
    return found


def _is_unclosed(token: Token) -> bool:
    """Whether a fence or an HTML comment ran out of text (or of its list item) before it was closed."""
    if token.type == "html_block":
        return token.content.lstrip(" ").startswith("<!--") and "-->" not in token.content
    if token.type != "fence":
        return False
    first, end = token.map or (0, 0)
    inside = token.content.count("\n") + (not token.content.endswith("\n") and token.content != "")
    return inside == end - first - 1


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 21 ms, and few files need it

    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table").disable("reference")
    parser.block.ruler.before("paragraph", "marker", _ends_table, {"alt": ["blockquote"]})
    return parser


def _ends_table(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A markdown-it rule that makes no block: it only tells a table where a marker ends it.

    Tables ask the terminators of block quotes; quotes themselves must not be ended, hence the look at the parent.
    """
    if not silent or state.parentType != "table":
        return False
    return opens_marker(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])
