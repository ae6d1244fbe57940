"""The index over all dialogues: one line of facts each, as JSON and for the page. Pure; every title is untrusted.

There is no clock in it, so the same dialogues always make the same bytes: how old something is, is said in dates that stand
in the files and in rounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import history, measure, status
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import standing, verdicts
from blue_cli.views.pages import STYLE, render

INDEX, TEMPLATE = "index.html", "index.html.j2"
STANDS, STALE, UNKNOWN = "stands", "stale", "unknown"
ORDER = ("converging", "open", "converged", "closed")  # where something is to be done comes first
DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
WIDE, HIGH = 96.0, 24.0  # of the small course of a dialogue, in user units


class Line(NamedTuple):
    """One dialogue. Numbers are None where something could not be read.

    created    when it was started, as `dialogue.md` says; "" where it does not
    active     the newest time that any of its files gives; "" where none does
    age        rounds that its oldest open tension has been open for; None also when none is open
    verdict    `stands`, `stale` or `unknown` for the final verdict that no later one supersedes; "" while there is none
    causes     how many things have made it stale
    course     the velocity after each round
    """

    id: str
    title: str
    question: str
    status: str
    sealed: bool
    complete: bool
    created: str
    active: str
    rounds: int
    experts: int
    contributions: int
    open_tensions: int | None
    velocity: int | None
    percent: float | None
    age: int | None
    verdict: str
    causes: int
    recommendation: str
    course: tuple[int, ...]


def line(graph: Graph, sealed: bool = False) -> Line:
    """The facts of one dialogue."""
    measured = measure(graph)
    about, whole = graph.meta, graph.complete
    final = standing(graph)
    causes = stale(graph, final) if final and whole else ()
    last = graph.last_round
    ages = [(last or 0) - graph.entities[name].round for name in measured.open_tensions]
    return Line(
        about.id, about.title, about.question, status(graph, measured), sealed, whole, about.created or "", _newest(graph),
        0 if last is None else last + 1, len(about.experts), len(graph.sources.files) + len(graph.sources.shut),
        len(measured.open_tensions) if whole else None, measured.velocity, measured.percent, max(ages, default=None) if whole else None,
        "" if final is None else UNKNOWN if not whole else STALE if causes else STANDS, len(causes),
        final.recommendation if final else "", tuple(state.velocity for state in history(graph)) if whole else (),
    )  # fmt: skip


def _newest(graph: Graph) -> str:
    """The newest of the times that the files of a dialogue give; what looks like no time counts for nothing."""
    closed = (graph.meta.closed or {}).get("at")
    said = [source.front.get("created") for source in (*graph.sources.files, *graph.sources.rulings)]
    said += [graph.meta.created, closed, *(verdict.created for verdict in verdicts(graph))]
    return max((time for time in said if isinstance(time, str) and DAY.fullmatch(time)), default="")


def arranged(lines: Iterable[Line]) -> list[Line]:
    """In the order of the page: stale verdicts, then what is under way, then what is done; the newest of each first."""
    found = sorted(lines, key=lambda one: one.id)
    found.sort(key=lambda one: one.active or one.created, reverse=True)
    return sorted(found, key=lambda one: (one.verdict != STALE, ORDER.index(one.status)))


def sums(lines: Sequence[Line]) -> dict[str, Any]:
    """What there is in all: dialogues by status, open tensions, stale verdicts, and how many could not be read whole."""
    return {
        "dialogues": len(lines),
        "status": {word: sum(one.status == word for one in lines) for word in ORDER},
        "open_tensions": sum(one.open_tensions or 0 for one in lines),
        "stale_verdicts": sum(one.verdict == STALE for one in lines),
        "incomplete": sum(not one.complete for one in lines),
    }


def document(lines: Sequence[Line], pages: bool) -> dict[str, Any]:
    """The index as JSON (`blue/report.index@1`). `page` is the file beside the index, null where none is written."""
    return {
        "dialogues": [_document(one, pages) for one in lines],
        "sums": sums(lines),
        "complete": all(one.complete for one in lines),
    }


def _document(one: Line, pages: bool) -> dict[str, Any]:
    return {
        "dialogue": one.id, "title": one.title or None, "question": one.question or None, "status": one.status, "sealed": one.sealed,
        "complete": one.complete, "created": one.created or None, "last_activity": one.active or None, "rounds": one.rounds,
        "experts": one.experts, "contributions": one.contributions, "open_tensions": one.open_tensions, "velocity": one.velocity,
        "percent": one.percent, "oldest_open_rounds": one.age, "verdict": one.verdict or None, "stale_causes": one.causes,
        "recommendation": one.recommendation or None, "course": list(one.course), "page": page_name(one.id) if pages else None,
    }  # fmt: skip


def page_name(id: str) -> str:
    """The file of a dialogue's page beside the index. An id is a name by the rules of FORMAT.md, section 1: no `/`, no dots
    alone; one that would be the index itself gets another."""
    return "index-.html" if id.lower() == "index" else f"{id}.html"


def index_page(lines: Sequence[Line], parts: Mapping[str, str], linked: bool, at: str = "") -> str:
    """The index as HTML, whole in itself (`parts` see `pages`); `linked` where each dialogue's page lies beside it."""
    shown = [_row(one, linked) for one in lines]
    statuses = [word for word in (*ORDER, STALE, "sealed") if any(word in row["words"] for row in shown)]
    facts = {"lines": shown, "sums": sums(lines), "statuses": statuses, "linked": linked, "at": at}
    return render({**parts, STYLE: parts[STYLE] + parts["index.css"]}, TEMPLATE, facts)


def _row(one: Line, linked: bool) -> dict[str, Any]:
    """A line as the template shows it; `numbers` is what the page sorts by."""
    digits = {"active": one.active, "created": one.created if DAY.fullmatch(one.created) else ""}
    numbers = {f"data-{name}": re.sub(r"\D", "", time)[:14] for name, time in digits.items()}
    counted = {"data-velocity": one.velocity, "data-open": one.open_tensions, "data-age": one.age}
    return {
        **one._asdict(),
        "title": one.title or ("A sealed dialogue" if one.sealed else one.id),
        "words": (one.status, *([STALE] if one.verdict == STALE else []), *(["sealed"] if one.sealed else [])),
        "started": one.created if DAY.fullmatch(one.created) else "",
        "points": " ".join(course(one.course)) if one.course else "",
        "numbers": {**{name: value for name, value in numbers.items() if value}, **{k: v for k, v in counted.items() if v is not None}},
        "page": page_name(one.id) if linked else "",
    }


def course(velocities: Sequence[int]) -> Iterator[str]:
    """The points `x,y` of the velocity after each round, for a polyline of `WIDE` by `HIGH` with a margin of 2; one round
    alone is a level line."""
    values = list(velocities) if len(velocities) > 1 else [*velocities, *velocities]
    highest, step = max(values, default=0) or 1, (WIDE - 4) / max(1, len(values) - 1)
    for i, value in enumerate(values):
        yield f"{2 + i * step:.1f},{2 + (HIGH - 4) * (1 - value / highest):.1f}"
