"""What can be seen of a body: whether a marker at an offset counts there, or something hides it (FORMAT.md, section 2).

Reading blocks costs more than everything else that is done with a file, so it is done only where no shorter look tells.
"""

from __future__ import annotations

from bisect import bisect_right

from blue_cli.dialogue import blocks

_HIDING = ("```", "~~~", "<")  # what can hide what stands paragraphs below it: fences and HTML


class View:
    """What can be seen of a body: its lines' kinds, and the spans inside its paragraphs.

    Most markers begin a paragraph of their own at the margin, where nothing can hide them (`begins`). Blocks are read
    only when there is one of which less than that can tell: not in a `plain` body, in a plain paragraph of any other, or
    in a simple fence.

    risk    the offset of the first of `_HIDING` that was not looked at; `ahead` where the next of each is
    fenced  where the last fence that was looked at ends
    seen    where the last paragraph that was looked at ends, `clear` whether it is plain
    """

    __slots__ = (
        "ahead", "at", "bars", "blocks", "clear", "fenced", "hidden", "index", "inline", "plain", "risk", "seen", "start", "starts", "text",
    )  # fmt: skip

    def __init__(self, text: str, start: int, near: bool) -> None:
        self.text = text
        self.start = start
        self.risk = len(text)
        if "`" in text or "<" in text or "~" in text:
            self.ahead = [-1] * len(_HIDING)
            self._look_ahead(start)
        self.fenced = self.seen = start
        self.clear = False
        self.bars = "|" in text
        self.plain = False
        self.blocks: blocks.Blocks | None = None
        if near:
            self.look()

    def look(self) -> None:
        """Read the blocks, unless the body is plain: then there is nothing to know about them."""
        body = self.text[self.start :]
        self.at, self.index = self.start, 0
        self.starts: list[int] = []
        self.hidden: dict[int, list[tuple[int, int]]] = {}
        self.inline: bool | None = None
        self.plain = blocks.plain(body)
        self.blocks = None if self.plain else blocks.read(body)

    def begins(self, pos: int, end: int) -> bool:
        """Whether a marker begins a paragraph at the margin, after a blank line, with no table, link, fence or HTML about."""
        text = self.text
        if not self.fenced <= pos <= self.risk:
            return False
        if (pos != self.start and text[pos - 2 : pos] != "\n\n") or text.startswith("(", end):
            return False
        if not self.bars:
            return True
        stop = text.find("\n", end)
        return text.find("|", pos, stop if stop >= 0 else len(text)) < 0

    def shows(self, pos: int) -> bool:
        """Whether a marker at this offset can be one. Asked with rising offsets."""
        known = self._known(pos)
        if known is not None:
            return known
        if self.blocks is None and not self.plain:
            self.look()
        if self.blocks is None:
            return True
        self.index += self.text.count("\n", self.at, pos)
        self.at = pos
        kind = self.blocks.kinds[self.index]
        if kind not in (blocks.TEXT, blocks.HEADING):
            return False
        if self.inline is None:
            self.inline = _has_inline(self.text, self.start)
        if not self.inline:
            return True
        spans = self._spans(self.blocks.regions[self.index])
        before = bisect_right(spans, (pos, len(self.text))) - 1
        return before < 0 or spans[before][1] <= pos

    def _known(self, pos: int) -> bool | None:
        """What can be told without the blocks: nothing shows in a simple fence, everything in a plain paragraph.

        Each paragraph is looked at once, however many markers it has.
        """
        while self.risk < pos and self._step_over():
            pass
        if pos < self.fenced:
            return False
        if pos > self.risk:
            return None
        if pos >= self.seen:
            stop = self.text.find("\n\n", pos)
            self.seen = stop if stop >= 0 else len(self.text)
            begin = self.text.rfind("\n\n", self.start, pos)
            self.clear = blocks.plain(self.text[begin + 2 if begin >= 0 else self.start : self.seen])
        return True if self.clear else None

    def _step_over(self) -> bool:
        """Go on behind the fence at `risk` when it is a simple one: it stands at the margin, after a blank line, and the
        next backtick of the text begins the line that closes it."""
        text, at = self.text, self.risk
        if not text.startswith("```", at) or (at != self.start and text[at - 2 : at] != "\n\n"):
            return False
        close = text.find("`", at + 3)
        end = close + 3
        if close < 0 or not text.startswith("\n```", close - 1) or text[end : end + 1] not in ("", "\n"):
            return False
        self.fenced = end
        self._look_ahead(end)
        return True

    def _look_ahead(self, at: int) -> None:
        """Set `risk` to the first thing from an offset on. What was found ahead of it is not searched for again."""
        for i, mark in enumerate(_HIDING):
            if self.ahead[i] < at:
                found = self.text.find(mark, at)
                self.ahead[i] = found if found >= 0 else len(self.text)
        self.risk = min(self.ahead)

    def _spans(self, first: int) -> list[tuple[int, int]]:
        """Code spans, links and comments of the inline region that begins at line `first` of the body."""
        if first not in self.hidden:
            assert self.blocks is not None  # `shows` has read them
            regions, last = self.blocks.regions, first
            while last + 1 < len(regions) and regions[last + 1] == first:
                last += 1
            self.starts = self.starts or line_starts(self.text, self.start)
            end = self.starts[last + 1] if last + 1 < len(self.starts) else len(self.text)
            self.hidden[first] = blocks.hidden(self.text, self.starts[first], end)
        return self.hidden[first]


def _has_inline(text: str, start: int) -> bool:
    """Whether something inside a paragraph can hide a marker. Fences alone hide lines, which the kinds say already."""
    if "<" in text or ("(" in text and "](" in text):
        return True
    return "`" in text and text.count("`", start) != 3 * text.count("\n```", start)


def line_starts(text: str, start: int) -> list[int]:
    """The offsets at which the lines from `start` on begin."""
    starts = [start]
    at = text.find("\n", start)
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts
