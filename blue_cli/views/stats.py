"""Figures as text and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.views.listing import BY_VALUE, Column, counts_line, paint, table

GUTTER = 9  # columns between a name and what there is of it: the total, right-aligned, and the gaps
Figures = Mapping[str, Any]
Line = tuple[str, str, Figures]

COLUMNS = (
    Column("dialogue", style="id", flex=True), Column("status", style=BY_VALUE), Column("contributions", "texts", right=True),
    Column("rounds", right=True), *(Column(name, letter, right=True) for letter, name in KIND_NAMES.items()), Column("refs", right=True),
    Column("moves", right=True), Column("open", right=True), Column("answered", right=True), Column("age", right=True),
)  # fmt: skip
_EXPERT = ("contributions", *KIND_NAMES.values(), "resolved", "signals", "score")
_SHORT = {"contributions": "texts", **{name: letter for letter, name in KIND_NAMES.items()}}
EXPERT_COLUMNS = (Column("expert", style="id"), *(Column(name, _SHORT.get(name, ""), right=True) for name in _EXPERT))


def answer_rate(figures: Figures) -> float | None:
    """Percent of the doubts that were answered; None where nobody doubted anything."""
    doubts = figures.get("doubts", 0)
    return round(100 * figures["answered"] / doubts, 1) if doubts else None


def average_age(figures: Figures) -> float | None:
    """How many rounds an open tension has been open on average; None where none is."""
    opened = figures.get("open_tensions", 0)
    return round(figures["age"] / opened, 1) if opened else None


def cells(line: Line) -> tuple[str, ...]:
    """dialogue, status, contributions, rounds, one number a kind, refs, moves, open tensions, answered, age."""
    id, status, figures = line
    kinds = [sum(figures["kinds"][name].values()) for name in KIND_NAMES.values()]
    numbers = [figures["contributions"], figures["rounds"], *kinds, *(sum(figures[name].values()) for name in ("refs", "moves"))]
    return (id, status, *map(str, numbers), str(figures["open_tensions"]), _percent(figures), _number(average_age(figures)))


def _percent(figures: Figures) -> str:
    rate = answer_rate(figures)
    return "" if rate is None else f"{rate:g}%"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def document(figures: Figures) -> dict[str, Any]:
    """The figures of one dialogue or of all; rates in percent, ages in rounds, null where there is nothing to divide by."""
    shown = {key: value for key, value in figures.items() if key not in ("age", "doubts", "answered", "experts")}
    return {
        **shown,
        "doubts": figures.get("doubts", 0),
        "answered": figures.get("answered", 0),
        "answer_percent": answer_rate(figures),
        "average_age_rounds": average_age(figures),
        "experts": [{"slug": slug, **did} for slug, did in figures.get("experts", {}).items()],
    }


def text(figures: Figures, head: str, width: int, color: bool) -> str:
    """The figures for people: what there is by kind and status, refs and moves, doubts, and who did what."""
    if not figures:
        return f"{head}\n"
    lines = [paint(head, "title", color), f"{_many(figures, 'contributions')} in {_many(figures, 'rounds')}", ""]
    wide = max(map(len, KIND_NAMES.values()))
    for name in KIND_NAMES.values():
        counts = figures["kinds"][name]
        total = sum(counts.values())
        lines.append(f"{name:{wide}}  {total:5}  {counts_line(counts, name, color) if total else ''}".rstrip())
    for name in ("refs", "moves"):
        counts = dict(sorted(figures[name].items(), key=lambda pair: (-pair[1], pair[0])))
        total = sum(counts.values())
        first, *more = _wrapped(counts_line(counts, name) if total else "", width - wide - GUTTER if width else 0)
        lines += [f"{name:{wide}}  {total:5}  {first}".rstrip(), *(f"{'':{wide + GUTTER}}{line}" for line in more)]
    rows = [(slug, *(str(did[what]) for what in _EXPERT)) for slug, did in figures["experts"].items()]
    return "\n".join([*lines, "", *_rates(figures), "", table(EXPERT_COLUMNS, rows, width, color)]).rstrip("\n") + "\n"


def _wrapped(text: str, width: int) -> list[str]:
    """A line of counts broken between two of them where the terminal ends; 0: nowhere."""
    if width <= 0 or len(text) <= width:
        return [text]
    from textwrap import wrap

    counts = ", ".join(count.replace(" ", "_") for count in text.split(", "))
    return [line.replace("_", " ") for line in wrap(counts, width, break_long_words=False, break_on_hyphens=False)]


def _many(figures: Figures, name: str) -> str:
    number = figures[name]
    return f"{number} {name[:-1] if number == 1 else name}"


def _rates(figures: Figures) -> Sequence[str]:
    rate, age = answer_rate(figures), average_age(figures)
    doubts = f"{figures['answered']} of {figures['doubts']} objections, questions and challenges answered"
    return (
        "no objections, questions or challenges" if rate is None else f"{doubts} ({rate:g}%)",
        "no open tensions" if age is None else f"open tensions: {figures['open_tensions']}, open for {age:g} rounds on average",
    )
