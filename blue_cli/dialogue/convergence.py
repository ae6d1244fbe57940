"""How far a dialogue has come: velocity, signals, status, whose turn it is (FORMAT.md, section 6)."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from blue_cli.dialogue.grammar import UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.meta import panel_of
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import standing


class Convergence(NamedTuple):
    """Where the dialogue stands. Names are canonical ids and slugs; percent is 0 to 100.

    With `complete` False something could not be read, and the numbers are None: unknown, never zero.
    """

    round: int | None
    velocity: int | None
    open_tensions: tuple[str, ...]
    new_perspectives: tuple[str, ...]
    signals: tuple[str, ...]
    panel: tuple[str, ...]
    missing: tuple[str, ...]
    percent: float | None
    can_converge: bool | None
    complete: bool


class RoundState(NamedTuple):
    """One round in figures: what was open after it, what was new in it, who wrote and who signalled."""

    round: int
    panel: tuple[str, ...]
    writers: tuple[str, ...]
    open_tensions: int
    new_perspectives: int
    velocity: int
    percent: float
    signals: tuple[str, ...]


def measure(graph: Graph) -> Convergence:
    """The convergence of the dialogue as it is now."""
    last = graph.last_round
    opened = tuple(name for name, s in graph.standing.items() if s.status in UNSETTLED and graph.entities[name].kind == "T")
    if last is None:
        none = Convergence(None, len(opened), opened, (), (), graph.panel(0), graph.panel(0), 0.0, False, graph.complete)
        return none if graph.complete else none._replace(velocity=None, percent=None, can_converge=None)
    panel = graph.panel(last)
    fresh = tuple(e.canonical for e, _ in graph.of_kind("P") if e.round == last and e.author != JUDGE)
    signals = tuple(slug for slug in graph.signals.get(last, ()) if slug in panel)
    missing = tuple(slug for slug in panel if slug not in graph.writers.get(last, ()))
    percent = round(100 * len(signals) / len(panel), 1) if panel else 0.0
    velocity = len(opened) + len(fresh)
    can = not missing and not velocity and bool(panel) and len(signals) == len(panel)
    if not graph.complete:
        return Convergence(last, None, opened, fresh, signals, panel, missing, None, None, False)
    return Convergence(last, velocity, opened, fresh, signals, panel, missing, percent, can, True)


def status(graph: Graph, measured: Convergence | None = None) -> str:
    """`open`, `converging`, `converged` or `closed`."""
    measured = measured or measure(graph)
    if graph.meta.closed:
        return "closed"
    if measured.round is None:
        return "open"
    unanimous = bool(measured.panel) and len(measured.signals) == len(measured.panel)
    final = standing(graph)
    if (final and not stale(graph, final)) or (not graph.meta.native and unanimous):
        return "converged"
    if measured.velocity is None or measured.percent is None:
        return "open"
    return "converging" if not measured.velocity or measured.percent >= 50 else "open"


class Blocker(NamedTuple):
    """One thing that keeps a dialogue from converging. `what`: open-tension, new-perspective, not-written, not-signalled;
    `name` a canonical id or a slug."""

    what: str
    name: str


def blockers(graph: Graph, measured: Convergence) -> list[Blocker]:
    """Everything that keeps it from converging, in the order in which it can be done."""
    if measured.round is None:
        return [Blocker("not-written", slug) for slug in measured.panel]
    unknown = {author for round, author in graph.sources.shut if round == measured.round}
    silent = [slug for slug in measured.panel if slug not in {*measured.signals, *measured.missing, *unknown}]
    return [
        *(Blocker("not-written", slug) for slug in measured.missing),
        *(Blocker("open-tension", name) for name in measured.open_tensions),
        *(Blocker("new-perspective", name) for name in measured.new_perspectives),
        *(Blocker("not-signalled", slug) for slug in silent),
    ]


def may_force(graph: Graph) -> bool:
    """Whether `max_rounds` is reached, so that a verdict may be forced with a reason."""
    last = graph.last_round
    return last is not None and last + 1 >= graph.meta.max_rounds


def final_of(graph: Graph, number: int) -> bool:
    """Whether a final verdict stands that was given in this round or later: anything written now opens the next one."""
    final = standing(graph)
    return final is not None and final.round >= number


def history(graph: Graph) -> list[RoundState]:
    """Every round that has a contribution or a panel of its own, as it looked when it was over."""
    last = graph.last_round
    if last is None:
        return []
    fresh = [0] * (last + 1)
    for entity, _ in graph.of_kind("P"):
        if entity.round <= last and entity.author != JUDGE:
            fresh[entity.round] += 1
    return [_round(graph, number, opened, fresh[number]) for number, opened in enumerate(_open_after_each(graph, last))]


def _round(graph: Graph, number: int, opened: int, fresh: int) -> RoundState:
    panel, writers = graph.panel(number), graph.writers.get(number, ())
    signals = tuple(slug for slug in graph.signals.get(number, ()) if slug in panel)
    percent = round(100 * len(signals) / len(panel), 1) if panel else 0.0
    return RoundState(number, panel, writers, opened, fresh, opened + fresh, percent, signals)


def _open_after_each(graph: Graph, last: int) -> list[int]:
    """How many tensions were open when each round was over: `open_after` of all of them, every event looked at once."""
    change = [0] * (last + 1)  # how many more are open than were a round before
    for entity, where in graph.of_kind("T"):
        number = entity.round
        if number > last or where.status == "raised":
            continue
        is_open = True
        change[number] += 1
        for event in where.events:
            number = max(number, event.round)
            if number > last:
                break
            if event.status and is_open != (event.status in UNSETTLED):
                is_open = not is_open
                change[number] += 1 if is_open else -1
    return list(accumulate(change))


def open_after(graph: Graph, name: str, number: int) -> bool:
    """Whether a tension was open when a round was over, by replaying what its events made of it."""
    entity, standing = graph.entities[name], graph.standing[name]
    if entity.round > number or standing.status == "raised":
        return False
    settled = False
    for event in standing.events:
        if event.round > number:
            break
        if event.status:
            settled = event.status not in UNSETTLED
    return not settled


def next_round(graph: Graph, slug: str) -> tuple[int | None, tuple[str, ...]]:
    """The round an expert writes in by default, or None with the names of who is still missing (FORMAT.md, section 6)."""
    last = graph.last_round
    if last is None:
        return 0, ()
    writers = graph.writers.get(last, ())
    final = final_of(graph, last)
    if slug == JUDGE:
        return (last + 1 if final else last), ()
    if slug in panel_of(graph.meta, last, writers) and slug not in writers and not final:
        return last, ()
    missing = tuple(s for s in panel_of(graph.meta, last, writers) if s not in writers)
    if final or not missing:
        return last + 1, ()
    return None, missing
