"""Rows as text: an aligned table for people, TSV for programs. Pure; cells are untrusted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from blue_cli.views.text import cut, cut_front, escape_field, sanitize, width

Cells = Sequence[str]

# Style names and the SGR parameters they mean. A status is always also its word: never colour alone.
STYLES: dict[str, str] = {
    "": "",
    "id": "36",
    "title": "1",
    "header": "2",
    "dim": "2",
    "error": "1;31",
    "warning": "1;33",
    "advice": "1;34",
    "hint": "2",
    "open": "33",
    "reopened": "31",
    "addressed": "36",
    "resolved": "32",
    "accepted": "32",
    "merged": "2",
    "raised": "2",
    "refined": "2",
    "conceded": "2",
    "proposed": "33",
    "amended": "36",
    "adopted": "32",
    "rejected": "31",
    "cited": "",
    "challenged": "33",
    "confirmed": "32",
    "refuted": "31",
    "asserted": "",
    "supported": "32",
    "opposed": "31",
    "withdrawn": "2",
    "stated": "",
    "converging": "36",
    "converged": "32",
    "closed": "2",
    "stands": "32",
    "stale": "31",
    "superseded": "2",
    "forced": "33",
    "overridden": "33",
    "waiting": "2",
    "running": "36",
    "retrying": "33",
    "added": "32",
    "failed": "31",
    "overtaken": "33",
}
BY_VALUE = "by value"  # the style is the one named like the cell, as for statuses
GAP = 2  # between columns
LEAST = 12  # columns that a flexible column keeps on the narrowest terminal


class Column(NamedTuple):
    """One column. `name` is its stable name (`--columns`, README), `title` the header (else the name).

    A `flex` column gives way when the terminal is too narrow: its cells are cut with `…`, in front when `tail` says
    that the end is what tells them apart (paths).
    """

    name: str
    title: str = ""
    style: str = ""
    flex: bool = False
    right: bool = False
    tail: bool = False


def paint(text: str, style: str, color: bool) -> str:
    """The text in a named style; unchanged without colour, without such a style, or when there is nothing to paint."""
    code = STYLES.get(style, "") if color else ""
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text


def tsv(rows: Iterable[Cells]) -> str:
    r"""One line a row, no header, no colour, nothing cut; tab, newline, backslash as `\t \n \\` (CLI.md, output)."""
    lines: list[str] = []
    add = lines.append
    for row in rows:
        plain = "".join(row)
        if plain.isprintable() and "\\" not in plain:
            add("\t".join(row))
        else:
            add("\t".join([escape_field(cell) for cell in row]))
    return "\n".join(lines) + "\n" if lines else ""


def table(columns: Sequence[Column], rows: Iterable[Cells], columns_wide: int, color: bool = False) -> str:
    """An aligned table with a header; empty when there is no row. `columns_wide` is the terminal's width, 0 for any."""
    shown = [[sanitize(cell) for cell in row] for row in rows]
    if not shown:
        return ""
    titles = [(column.title or column.name).upper() for column in columns]
    widths = _widths(columns, titles, shown, columns_wide)
    lines = [_line(titles, [column._replace(style="header") for column in columns], widths, color)]
    lines.extend(_line(row, columns, widths, color) for row in shown)
    return "\n".join(lines) + "\n"


def _widths(columns: Sequence[Column], titles: Cells, rows: Sequence[Cells], limit: int) -> list[int]:
    """How wide each column is: as its widest cell; the flexible ones give way, the widest first."""
    widths = [max(width(title), *(width(row[i]) for row in rows)) for i, title in enumerate(titles)]
    over = sum(widths) + GAP * (len(widths) - 1) - limit if limit else 0
    flexible = sorted((i for i, column in enumerate(columns) if column.flex), key=lambda i: -widths[i])
    for i in flexible:
        if over <= 0:
            break
        taken = max(min(over, widths[i] - max(LEAST, width(titles[i]))), 0)
        widths[i] -= taken
        over -= taken
    return widths


def _line(cells: Cells, columns: Sequence[Column], widths: Sequence[int], color: bool) -> str:
    parts = []
    for cell, column, wide in zip(cells, columns, widths, strict=True):
        short = cut_front(cell, wide) if column.tail else cut(cell, wide)
        pad = " " * (wide - width(short))
        painted = paint(short, cell if column.style == BY_VALUE else column.style, color)
        parts.append(pad + painted if column.right else painted + pad)
    return (" " * GAP).join(parts).rstrip()


def counts_line(counts: Mapping[str, int | None], noun: str = "", color: bool = False) -> str:
    """`3 open, 1 addressed`: what is not zero, in the order given, else `no tensions`. None is unknown: not everything could be read."""
    if None in counts.values():
        return f"an unknown number of {noun or 'items'}: not everything could be read"
    parts = [paint(f"{n} {word}", word, color) for word, n in counts.items() if n]
    return ", ".join(parts) or f"no {noun or 'items'}"


def select(columns: Sequence[Column], rows: Iterable[Cells], names: Sequence[str]) -> tuple[list[Column], list[Cells]]:
    """Only the named columns, in that order. ValueError names one that there is none of."""
    at = {column.name: i for i, column in enumerate(columns)}
    for name in names:
        if name not in at:
            raise ValueError(name)
    picked = [at[name] for name in names]
    return [columns[i] for i in picked], [[row[i] for i in picked] for row in rows]
