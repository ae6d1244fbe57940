"""Why-trees in the report page: what the verdicts rest on, as lists in lists. Pure.

The tree is a flat run of lines with what each opens and closes: its depth is a stranger's, and nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import Links, Words
from blue_cli.dialogue.queries import Step, ground, why
from blue_cli.dialogue.verdicts import standing, verdicts
from blue_cli.views.report_cards import SIGNS
from blue_cli.views.report_names import Linked, Names
from blue_cli.views.why import AGAIN, label_of, relation

DEEPEST = 12  # levels that are still indented; what is deeper follows on the last one
MOST = 1500  # lines of all trees: what is beyond is only counted
NAMED = 12  # leaves named one by one


class Leaf(NamedTuple):
    """One line: how it bears on the one above, what it is, what it says; `closes` counts the lists that end after it."""

    sign: str
    side: str
    words: str
    thing: Linked
    status: str
    label: str
    by: Linked | None
    round: int
    place: Linked
    note: str
    unanswered: bool
    parent: bool
    closes: int


class Tree(NamedTuple):
    """What one thing rests on. `fragile`, `leaves`, `narrow`: see `queries.Ground`; `left` counts lines that are not shown."""

    root: Linked
    label: str
    lines: Sequence[Leaf]
    leaves: Sequence[Linked]
    fragile: Linked | None
    narrow: Sequence[Linked]
    unanswered: int
    left: int


def trees(links: Links, names: Names) -> list[Tree]:
    """A tree for the verdict that stands, else for every other verdict, else for what is recommended and not turned down.

    A recommendation's tree of one level would only repeat the connections on its card.
    """
    made, left = [], MOST
    for root in _roots(links.graph):
        steps = why(links, [root])
        least = 2 if root in links.graph.entities else 1
        if left > 0 and max(step.depth for step in steps) >= least:
            made.append(_tree(links, names, root, steps, left))
            left -= len(steps)
    return made


def _roots(graph: Graph) -> list[str]:
    now = standing(graph)
    if now:
        return [now.address]
    given = [verdict.address for verdict in verdicts(graph)]
    return given or [e.canonical for e, s in graph.of_kind("R") if s.status != "rejected"]


def _tree(links: Links, names: Names, root: str, steps: Sequence[Step], most: int) -> Tree:
    graph, hangs = links.graph, ground(links, root)
    shown = steps[1 : most + 1]
    fragile = names.link(hangs.fragile) if hangs.fragile else None
    leaves = [names.link(name) for name in hangs.leaves]
    narrow = [] if fragile else [names.link(name) for name in hangs.narrow]
    lines = [*_lines(graph, names, shown)]
    label = graph.entities[root].label if root in graph.entities else ""
    unanswered = sum(step.unanswered for step in steps)
    return Tree(names.link(root), label, lines, leaves, fragile, narrow, unanswered, len(steps) - 1 - len(shown))


def _lines(graph: Graph, names: Names, steps: Sequence[Step]) -> Iterator[Leaf]:
    depths = [*(min(step.depth, DEEPEST) for step in steps), 1]
    words = Words(graph)
    for i, step in enumerate(steps):
        deeper = depths[i + 1] > depths[i] and i + 1 < len(steps)
        yield _leaf(graph, names, step, words, deeper, max(depths[i] - depths[i + 1], 0))


def _leaf(graph: Graph, names: Names, step: Step, words: Words, parent: bool, closes: int) -> Leaf:
    link = step.link
    assert link is not None  # only a root has none
    entity = graph.entities.get(step.name)
    status = "" if entity is None or entity.stance else graph.standing[step.name].status
    label = label_of(graph, step.name) if entity else words.said(link)
    who = entity.author if entity else ""
    place = names.place(entity.path, entity.line) if entity else names.place(link.path, link.line)
    return Leaf(
        SIGNS[link.side],
        link.side,
        relation(link, step.out),
        names.link(step.name),
        status,
        label,
        names.expert(who) if who else None,
        entity.round if entity else link.round,
        place,
        AGAIN[step.again] if step.again else "",
        step.unanswered,
        parent,
        closes,
    )
