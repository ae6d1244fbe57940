"""Which lines of a markdown body a marker can count in at all (FORMAT.md, section 2, "Never a marker").

A scanner of ours reads the plain cases in microseconds; where it is in doubt, markdown-it-py (`reference`) is asked.
Where it is not, the two say the same of every line: Hypothesis holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable

from blue_cli.dialogue.inlines import hidden
from blue_cli.dialogue.lines import ENDED, OPEN, SPECIAL, UNSURE_ENDED, cells, columns, interrupts, is_break, is_tag, opening, quoted
from blue_cli.dialogue.reference import BLANK, BREAK, CODE, HEADING, HTML, QUOTE, TABLE, TEXT, Blocks, opens_marker, read_reference

__all__ = ["BLANK", "BREAK", "CODE", "HEADING", "HTML", "QUOTE", "TABLE", "TEXT", "Blocks"]
__all__ += ["hidden", "plain", "read", "read_fast", "read_reference"]

DOUBT = -1  # a step's answer: this needs markdown-it
MAX_DEPTH = 15  # list levels read here: fewer than the reference's limit
MAX_CELLS = 60_000  # of one table; markdown-it ends one at 65,536 cells it had to add


def read(text: str) -> Blocks:
    """The kinds of all lines of `text`, whose line ends are `\\n`. Never raises."""
    return read_fast(text) or read_reference(text)


def plain(text: str) -> bool:
    """Whether no line or span of this text can hide a marker, and every line is TEXT, BLANK or (with `#`) HEADING.

    Conservative and cheap: a False only means that the blocks must be read.
    """
    return not (
        "`" in text
        or "|" in text
        or "<" in text
        or "(" in text  # of a link; three times cheaper than to look for `](`
        or "\t" in text
        or text[:1] in SPECIAL
        or opening().search(text)
    )


def read_fast(text: str) -> Blocks | None:
    """As `read_reference`, many times faster; None where this scanner is in doubt. Never raises."""
    if "\t" in text:
        return None
    scan = _Scan(text.split("\n"))
    lines, regions, special, stack = scan.lines, scan.regions, scan.special, scan.stack
    kinds, at, end, para = scan.kinds, 0, len(lines), -1
    while at < end:
        line = lines[at]
        if not line:
            kinds[at] = BLANK
            para = -1
        elif line[0] in SPECIAL:
            scan.para = para
            at = special(at)
            if at < 0:
                return None
            para = scan.para
            continue
        else:
            if para < 0:
                para = at
                stack.clear()
            regions[at] = para
        at += 1
    return Blocks(kinds, regions, scan.unclosed, frozenset(scan.lazy))


class _Scan:
    """One pass over the lines of a body.

    para   first line of the paragraph that is open, else -1
    stack  the indents at which the contents of the open list items begin

    The methods that handle a line return the next line to handle, or DOUBT; those in `_STEPS` may also return 0:
    it is text after all.
    """

    __slots__ = ("kinds", "lazy", "lines", "para", "regions", "stack", "unclosed")

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.kinds = [TEXT] * len(lines)
        self.regions = [-1] * len(lines)
        self.para = -1
        self.stack: list[int] = []
        self.unclosed = -1
        self.lazy: list[int] = []

    def special(self, at: int) -> int:
        """Handle a line that does not begin like plain text."""
        body = self.lines[at].lstrip(" ")
        if not body:
            return self.mark(at, at + 1, BLANK)
        indent = len(self.lines[at]) - len(body)
        first = body[0]
        if first in "|-:" and at and "|" in self.lines[at - 1] and (found := self.table(at, indent, body)):
            return found
        if self.para < 0:
            self.leave(indent)
        top = self.stack[-1] if self.stack else 0
        if indent - top > 3:
            return self.text(at) if self.para >= 0 else self.code(at, top)
        if self.para >= 0 and (found := self.inside(at, indent, top, body)):
            return found
        step = _STEPS.get(first)
        return (step(self, at, indent, body) if step else 0) or self.text(at)

    def inside(self, at: int, indent: int, top: int, body: str) -> int:
        """What only an open paragraph makes of a line: the underline of a heading. Else 0."""
        if indent < top:
            parent = next((content for content in reversed(self.stack) if content <= indent), 0)
            return DOUBT if indent - parent > 3 else 0
        mark = body[0]
        if mark not in "=-" or body.rstrip(" ").strip(mark):
            return 0
        self.regions[at] = self.para
        return self.mark(self.para, at + 1, HEADING)

    def leave(self, indent: int) -> None:
        """Close the list items whose content would need a deeper indent."""
        while self.stack and indent < self.stack[-1]:
            self.stack.pop()

    def mark(self, first: int, end: int, kind: int) -> int:
        """Give the lines a kind; no paragraph is open after them."""
        self.kinds[first:end] = [kind] * (end - first)
        self.para = -1
        return end

    def text(self, at: int) -> int:
        """A line of a paragraph, which it opens if none is."""
        if self.para < 0:
            self.para = at
        self.regions[at] = self.para
        return at + 1

    def code(self, at: int, top: int) -> int:
        """Indented code: up to the last line that is indented so far, blank ones between included."""
        end, lines = at + 1, self.lines
        for i in range(end, len(lines)):
            body = lines[i].lstrip(" ")
            if body and len(lines[i]) - len(body) - top < 4:
                break
            if body:
                end = i + 1
        return self.mark(at, end, CODE)

    def heading(self, at: int, indent: int, body: str) -> int:
        """`#` to `######` and a space."""
        rest = body.lstrip("#")
        if len(body) - len(rest) > 6 or rest[:1] not in ("", " "):
            return 0
        self.leave(indent)
        self.regions[at] = at
        return self.mark(at, at + 1, HEADING)

    def rule_or_item(self, at: int, indent: int, body: str) -> int:
        """A line of `-`, `*`, `_` or `+`: a thematic break, a bullet, or text."""
        if is_break(body):
            self.leave(indent)
            return self.mark(at, at + 1, BREAK)
        return self.item(at, indent, body, 1) if body[0] != "_" and body[1:2] in ("", " ") else 0

    def numbered(self, at: int, indent: int, body: str) -> int:
        """`1.` or `1)`: a list item, or text."""
        digits = len(body) - len(body.lstrip("0123456789"))
        if digits > 9 or body[digits : digits + 1] not in (".", ")") or body[digits + 1 : digits + 2] not in ("", " "):
            return 0
        if self.para >= 0 and indent >= (self.stack[-1] if self.stack else 0) and int(body[:digits]) != 1:
            return 0  # only 1 interrupts a paragraph
        return self.item(at, indent, body, digits + 1)

    def item(self, at: int, indent: int, body: str, width: int) -> int:
        """A list item: its first line may open a paragraph, a heading or a list in the list; anything else is doubt."""
        content = body[width:].lstrip(" ")
        if not content:
            interrupts = self.para >= 0 and indent >= (self.stack[-1] if self.stack else 0)
            return 0 if interrupts else DOUBT
        padding = len(body) - width - len(content)
        self.leave(indent)
        if padding > 4 or len(self.stack) >= MAX_DEPTH:
            return DOUBT
        self.para = -1
        self.stack.append(indent + width + padding)
        first = content[0]
        if first not in SPECIAL:
            return self.text(at)
        if first in ">~<" or content.startswith("```") or is_break(content):
            return DOUBT
        step = _STEPS.get(first)
        return (step(self, at, self.stack[-1], content) if step else 0) or self.text(at)

    def fence(self, at: int, indent: int, body: str) -> int:
        """A code fence at the top level, up to the line that closes it."""
        mark = body[0]
        info = body.lstrip(mark)
        run = body[: len(body) - len(info)]
        if len(run) < 3:
            return 0
        self.leave(indent)
        if self.stack or "|" in info or "`" in info:
            return DOUBT
        for i in range(at + 1, len(self.lines)):
            line = self.lines[i]
            if run in line and not line.strip(" ").strip(mark) and line.find(mark) < 4:
                return self.mark(at, i + 1, CODE)
        return self.never(at, CODE)

    def never(self, at: int, kind: int) -> int:
        """A block that nothing closes takes all that follows; a last line of spaces alone is no line."""
        end = len(self.lines)
        self.mark(at, end, kind)
        if end - 1 > at and not self.lines[-1].strip(" "):
            self.kinds[-1] = BLANK
        if self.unclosed < 0:
            self.unclosed = at
        return end

    def html(self, at: int, indent: int, body: str) -> int:
        """An HTML comment, in a list only on one line. Other HTML is doubt."""
        if not body.startswith("<!--"):
            return DOUBT if is_tag(body) else 0
        self.leave(indent)
        if "-->" in body:
            return self.mark(at, at + 1, HTML)
        if self.stack or "|" in body:
            return DOUBT
        for i in range(at + 1, len(self.lines)):
            if "-->" in self.lines[i]:
                return self.mark(at, i + 1, HTML)
        return self.never(at, HTML)

    def quote(self, at: int, indent: int, body: str) -> int:
        """A block quote at the top level, with the lines that continue its paragraph without a `>`."""
        self.leave(indent)
        if self.stack:
            return DOUBT
        lines, end, state = self.lines, at, ENDED
        while end < len(lines):
            line = lines[end]
            body = line.lstrip(" ")
            if body[:1] == ">" and len(line) - len(body) < 4:
                state = quoted(state, body)
            elif not body or state in (ENDED, UNSURE_ENDED):
                break
            elif body[0] in "|:-" and "|" in lines[end - 1]:
                return DOUBT
            elif interrupts(line):
                break
            elif state == OPEN:
                self.lazy.append(end)
            else:
                return DOUBT
            end += 1
        return self.mark(at, end, QUOTE)

    def table(self, at: int, indent: int, body: str) -> int:
        """A table whose second line this is, up to its last row; 0 when it is none."""
        above = self.kinds[at - 1]
        width = columns(body)
        if not width or above == CODE:
            return 0
        if above != TEXT or self.stack:
            return DOUBT
        header = self.lines[at - 1]
        if indent > 3 or header.startswith("    "):
            return 0
        if "\\" in header or not header.isprintable():
            return DOUBT  # an escaped pipe; white space that only some strip
        if len(cells(header)) != width:
            return 0
        end = self.rows(at + 1)
        if (end - at) * width > MAX_CELLS:
            return DOUBT
        self.regions[at - 1] = -1
        return self.mark(at - 1, end, TABLE)

    def rows(self, at: int) -> int:
        """The end of the rows that begin at `at`."""
        for i in range(at, len(self.lines)):
            line = self.lines[i]
            if line[:1] != "|" and (not line.strip() or interrupts(line) or line.startswith("    ") or opens_marker(line)):
                return i
        return len(self.lines)


_STEPS: dict[str, Callable[[_Scan, int, int, str], int]] = {
    "#": _Scan.heading,
    ">": _Scan.quote,
    "`": _Scan.fence,
    "~": _Scan.fence,
    "<": _Scan.html,
    **dict.fromkeys("-*_+", _Scan.rule_or_item),
    **dict.fromkeys("0123456789", _Scan.numbered),
}
