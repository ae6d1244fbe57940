"""Trees drawn with lines: each line cut to the screen, however deep the tree is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from blue_cli.views.listing import paint
from blue_cli.views.text import cut, width

LEAST = 16  # columns that a label keeps on the narrowest terminal
PASSED = "│  "
DEEPEST = 40  # levels that are drawn with their lines; a stranger's chain of thousands would fill the screen with blanks


class Line(NamedTuple):
    """A line of a tree before it is cut to the screen: what it is, what may be shortened, and what follows."""

    head: str
    label: str
    tail: str
    loud: str = ""


def tree(lines: Sequence[Line], depths: Sequence[int], columns: int, color: bool) -> Iterator[str]:
    """Lines joined by box-drawing characters; roots at depth 0 or 1. On a terminal labels give way so that each line fits."""
    shown = paint("\0", "dim", color).split("\0") if color else ("", "")
    for line, branch in zip(lines, branches(depths), strict=True):
        label = line.label
        if columns:
            fixed = sum(map(_plain_width, line)) - width(label) + len(branch) + 2 * sum(map(bool, line))
            label = cut(label, max(columns - fixed, LEAST))
        parts = [part for part in (line.head, label, line.loud, line.tail) if part]
        yield shown[0] + branch + shown[1] + "  ".join(parts)


def branches(depths: Sequence[int]) -> list[str]:
    """What is drawn in front of each line of a tree given by its depths (0: nothing), read backwards: who has one below.

    Below DEEPEST the drawing stops growing and the depth is written instead.
    """
    drawn: list[str] = []
    follows: list[str] = []  # for each depth, what is drawn on the way past it: whether another line of that depth is still to come
    for depth in reversed(depths):
        if not depth:
            drawn.append("")
            follows.clear()
            continue
        follows += ["   "] * (depth - len(follows))
        passed = "".join(follows[: min(depth, DEEPEST) - 1])
        deep = f"({depth}) " if depth > DEEPEST else ""
        drawn.append(f"{passed}{'├─ ' if follows[depth - 1] == PASSED else '└─ '}{deep}")
        follows[depth - 1 :] = [PASSED]
    return drawn[::-1]


def _plain_width(text: str) -> int:
    """The width of a text that may have been painted by us."""
    return width(re.sub("\x1b\\[[0-9;]*m", "", text) if "\x1b" in text else text)
