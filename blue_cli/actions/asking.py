"""Who is asked in a round, and what they get to read: decided before the first of them has written.

Everybody's text is made from the rounds before (`dialogue/context`), so nobody sees what another says in the same round,
whoever is ready first, and whoever is asked again after an interruption.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blue_cli.actions import context
from blue_cli.actions.load import fold, readable
from blue_cli.actions.panel import native, no_expert
from blue_cli.dialogue.convergence import final_of
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE, LAST_ROUND
from blue_cli.dialogue.model import Expert
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import standing
from blue_cli.errors import Conflict, NotFound, WrongCall
from blue_cli.stores.base import Store


class Turn(NamedTuple):
    """Who still has to write in a round, in the order of the panel, and who has; `judge` when the judge is asked as well.

    `others` are members that are missing too, and that nobody wants to ask now.
    """

    dialogue: str
    round: int
    panel: tuple[str, ...]
    missing: tuple[Expert, ...]
    written: tuple[str, ...]
    others: tuple[str, ...]
    judge: bool


def turn(store: Store, uid: str, wanted: int | None, only: Sequence[str], judge: bool) -> Turn:
    """Whose turn it is: in round `wanted`, else in the one under way, which is over when its judge, if asked for, has written.

    `only`: ask these alone. `Conflict` for a dialogue that takes no text and, unless a round is wanted, for one that is
    decided; `NotFound` when nobody is on the panel, or one of `only` is not.
    """
    graph = native(fold(readable(store.load(uid))))
    round = _under_way(graph, judge) if wanted is None else wanted
    if not 0 <= round <= LAST_ROUND:
        raise WrongCall(f"round {round}: rounds go from 0 to {LAST_ROUND}", fix="--round N")
    panel = graph.panel(round)
    if not panel:
        raise NotFound(f"nobody is on the panel of round {round}", fix="blue expert add SLUG:ROLE")
    picked = _picked(only, panel, round)
    writers = graph.writers.get(round, ())
    known = {e.slug: e for e in graph.meta.experts}
    missing = tuple(known.get(slug, Expert(slug)) for slug in panel if slug not in writers)
    return Turn(
        graph.meta.id, round, panel, tuple(e for e in missing if e.slug in picked), tuple(s for s in panel if s in writers),
        tuple(e.slug for e in missing if e.slug not in picked), judge and not judged(graph, round),
    )  # fmt: skip


def _under_way(graph: Graph, judge: bool) -> int:
    """The round that is not over yet, else the next one; `Conflict` once a final verdict stands."""
    last = graph.last_round
    if last is None:
        return 0
    final = standing(graph) if final_of(graph, last) else None
    if final and not stale(graph, final):
        raise Conflict(
            f"{graph.meta.id} is decided: a final verdict stands",
            why="whatever is written now opens the next round, and may make the verdict stale",
            fix=f"if that is what you want: --round {min(last + 1, LAST_ROUND)}",
        )
    if final:
        return last + 1
    writers = graph.writers.get(last, ())
    over = all(slug in writers for slug in graph.panel(last)) and (not judge or judged(graph, last))
    return last + 1 if over else last


def judged(graph: Graph, round: int) -> bool:
    """Whether the judge has written in a round: a ruling or a score alone is no word on it."""
    return any(s.author == JUDGE and s.round == round for s in graph.sources.files)


def _picked(only: Sequence[str], panel: Sequence[str], round: int) -> Sequence[str]:
    """Those of the panel that are to be asked; all of it when nobody is named."""
    names = [slug.lower().removeprefix("@") for slug in only]
    for slug in names:
        if slug not in panel:
            raise no_expert(slug, panel, f"the panel of round {round} is {', '.join(panel)}")
    return names or panel


def texts(store: Store, uid: str, turn: Turn, budget: int) -> dict[str, str]:
    """What each of the missing reads, by name. Raises what `context.one` does."""
    packs = context.some(store, uid, [e.slug for e in turn.missing], turn.round, budget)
    return {reading.expert.slug: packed.text for reading, packed in packs}
