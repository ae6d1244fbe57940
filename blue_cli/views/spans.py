"""Lines for a screen of a given size: styled pieces of text, cut and padded by columns. Pure.

A piece is sanitised when it is made (`span`), so that no line can drive the terminal or be wider than it is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from blue_cli.views.listing import GAP, paint
from blue_cli.views.text import cut, sanitize, width


class Span(NamedTuple):
    """A piece of a line in one named style (`listing.STYLES`)."""

    text: str
    style: str = ""


Line = Sequence[Span]


def span(text: str, style: str = "") -> Span:
    """A piece of untrusted text."""
    return Span(sanitize(text), style)


def wide(line: Line) -> int:
    """Columns of a line."""
    return sum(width(piece.text) for piece in line)


def fit(line: Line, columns: int) -> list[Span]:
    """The line, at most that wide; what is left out is shown by `…`."""
    if wide(line) <= columns:
        return list(line)
    kept: list[Span] = []
    left = columns
    for piece in line:
        if width(piece.text) >= left:  # it, or what follows it, does not fit
            kept.append(piece._replace(text=cut(piece.text + "…", left)))
            break
        kept.append(piece)
        left -= width(piece.text)
    return kept


def pad(line: Line, columns: int) -> list[Span]:
    """The line, exactly that wide."""
    short = fit(line, columns)
    return [*short, Span(" " * (columns - wide(short)))]


def spread(left: Line, right: Line, columns: int) -> list[Span]:
    """Two parts of one line, the second at its right end; it is left out where it leaves the first less than half."""
    room = columns - wide(right) - GAP
    if not right or room < min(wide(left), columns // 2):
        return fit(left, columns)
    return [*pad(left, room), Span(" " * GAP), *right]


def align(rows: Sequence[Sequence[Span]], caps: Sequence[int]) -> list[list[Span]]:
    """Rows as lines: the first cells each as wide as their column, the others as they are. `caps`: the most that a column
    may take, 0 for one that is left out."""
    widths = [min(cap, max(width(row[i].text) for row in rows)) for i, cap in enumerate(caps)] if rows else []
    return [_aligned(row, widths) for row in rows]


def _aligned(row: Sequence[Span], widths: Sequence[int]) -> list[Span]:
    line: list[Span] = []
    for piece, columns in zip(row, widths, strict=False):
        if columns:
            line += [*pad([piece], columns), Span(" " * GAP)]
    return [*line, *row[len(widths) :]]


def wrap(pieces: Iterable[Sequence[Span]], columns: int) -> list[list[Span]]:
    """Groups of pieces one after the other, as many on a line as go there."""
    lines: list[list[Span]] = []
    for piece in pieces:
        group = fit(piece, columns)
        if lines and wide(lines[-1]) + GAP + wide(group) <= columns:
            lines[-1] += [Span(" " * GAP), *group]
        else:
            lines.append(group)
    return lines


def painted(line: Line, color: bool) -> str:
    """A line as text, without blanks at its end."""
    text = "".join(paint(piece.text, piece.style, color) for piece in line)
    return text if color else text.rstrip()
