"""Which `]` closes a `[`: what a marker's label ends at (FORMAT.md, section 2). Linear, also on lines of nothing else."""

from __future__ import annotations

import re
from bisect import bisect_right


class Brackets:
    """The brackets of one line at a time: each line is read once, however many it opens (64 KiB of `[` took seconds)."""

    __slots__ = ("closers", "pairs", "stop", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.stop = -1
        self.pairs: dict[int, int] = {}
        self.closers: list[int] = []

    def closing(self, pos: int) -> int:
        """The offset of the `]` that balances the `[` at `pos` on its line, else of the first one, else -1.

        Asked with rising offsets.
        """
        if pos > self.stop:
            self._read_line(pos)
        found = self.pairs.get(pos, -1)
        if found < 0:
            next = bisect_right(self.closers, pos)
            found = self.closers[next] if next < len(self.closers) else -1
        return found

    def _read_line(self, start: int) -> None:
        stop = self.text.find("\n", start)
        self.stop = stop if stop >= 0 else len(self.text)
        self.pairs, self.closers = {}, []
        opened: list[int] = []
        for match in re.compile(r"\\.|[\[\]]").finditer(self.text, start, self.stop):
            if match[0] == "[":
                opened.append(match.start())
            elif match[0] == "]":
                self.closers.append(match.start())
                if opened:
                    self.pairs[opened.pop()] = match.start()


def closing_bracket(text: str, pos: int) -> int:
    """One question to `Brackets`."""
    return Brackets(text).closing(pos)
