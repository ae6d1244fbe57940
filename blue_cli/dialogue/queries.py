"""Questions about the whole graph: why something stands, what would fall with it, and whether it hangs by one thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from blue_cli.dialogue.bottlenecks import must_pass
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.lifecycle import AGAINST
from blue_cli.dialogue.links import FOR, ORDER, Link, Links
from blue_cli.dialogue.model import new
from blue_cli.dialogue.verdicts import closure, grounds, verdicts

CIRCLE, ABOVE, DEEPER = "cycle", "above", "deeper"
GONE = frozenset({"refuted", "rejected", "withdrawn", "conceded"})  # statuses of what has fallen already


class Step(NamedTuple):
    """One line of a tree, in the order in which it is read.

    name     canonical id, `@slug`, a verdict's address, or `@` for the whole panel
    link     how it bears on the step above; None for a root
    out      whether the one above says so itself (`depends on`), not this one about it (`supported by`)
    again    why nothing follows although there would be something: CIRCLE (it is above itself), ABOVE (told already),
             DEEPER (below the depth asked for), else ""
    """

    name: str
    depth: int
    parent: int
    link: Link | None = None
    out: bool = False
    again: str = ""
    unanswered: bool = False


# --- why -------------------------------------------------------------------------------------------------------


def why(links: Links, roots: Iterable[str], depth: int | None = None, within: frozenset[str] | None = None) -> list[Step]:
    """The trees of what speaks for and against each root, down to the evidence, in the order in which they are read.

    Every thing is unfolded once; a root that was told already is left out. `within`: only these are shown.
    Without recursion, since the depth is a stranger's.
    """
    steps: list[Step] = []
    told: dict[str, bool] = {}
    for root in roots:
        if root not in told:
            _grow(links, root, depth, within, steps, told)
    return steps


def _grow(links: Links, root: str, depth: int | None, within: frozenset[str] | None, steps: list[Step], told: dict[str, bool]) -> None:
    """Add the tree of one root; `told` keeps what was unfolded, and whether anything was below it."""
    entities = links.graph.entities  # what is none, an expert or a verdict that takes something up, has no tree of its own
    waiting: list[Step] = [Step(root, 0, -1)]
    path: list[str] = []
    on_path: set[str] = set()
    while waiting:
        step = waiting.pop()
        on_path.difference_update(path[step.depth :])
        del path[step.depth :]
        if told.get(step.name):
            steps.append(step._replace(again=CIRCLE if step.name in on_path else ABOVE))
            continue
        below = [] if step.link and step.name not in entities else _below(links, step, within, len(steps))
        below = below if root in entities else [child for child in below if child.name != root]  # a verdict is not its own reason
        if below and step.depth == depth:
            steps.append(step._replace(again=DEEPER))
            continue
        steps.append(step)
        path.append(step.name)
        on_path.add(step.name)
        told[step.name] = bool(below)
        waiting += reversed(below)


def _below(links: Links, step: Step, within: frozenset[str] | None, at: int) -> list[Step]:
    """What bears on a step, what is for it first, then in the order in which it was said. Not the way back."""
    name, deeper, found = step.name, step.depth + 1, []
    for link in links.into.get(name, ()):
        if link is not step.link and link.type != "depend" and (within is None or link.source in within):
            found.append(new(Step, (link.source, deeper, at, link, False, "", links.unanswered(link))))
    for link in _own(links, name):
        if link is not step.link and (within is None or link.target in within):
            found.append(new(Step, (link.target, deeper, at, link, True, "", False)))
    return sorted(found, key=_reading_order) if len(found) > 1 else found


def _own(links: Links, name: str) -> Iterable[Link]:
    """What a thing itself rests on: a verdict on all it refers to, an entity on what it depends on, refines, took in or is about."""
    said = links.out.get(name, ())
    entity = links.graph.entities.get(name)
    if entity is None:
        return said or _adopted(links, name)
    own = ("depend", "refine", "merged")
    return [link for link in said if link.type in own or entity.kind == "S"]


def _adopted(links: Links, address: str) -> list[Link]:
    """What a verdict that refers to nothing rests on: whatever was adopted."""
    verdict = next((v for v in verdicts(links.graph) if v.address == address), None)
    if verdict is None:
        return []
    seeds = [e.canonical for e, s in links.graph.of_kind("R") if s.status == "adopted"]
    return [Link(address, "adopted", FOR, seed, verdict.author, verdict.round, verdict.path, 1) for seed in seeds]


def _reading_order(step: Step) -> tuple[int, int, bool, str, int, int, str]:
    link = step.link
    assert link is not None
    return ORDER.index(link.side), link.round, link.author in ("", JUDGE), link.path, link.line, link.column, step.name


# --- what it hangs by --------------------------------------------------------------------------------------------


class Ground(NamedTuple):
    """What a thing rests on in the end.

    leaves    what rests on nothing else, sorted; empty when nothing speaks for it, or only itself
    fragile   the one leaf on which everything rests, else ""
    narrow    everything that every line of argument passes, the leaf included
    """

    leaves: tuple[str, ...]
    fragile: str
    narrow: tuple[str, ...]


def ground(links: Links, name: str) -> Ground:
    """What a thing rests on by the depends and supports of what has not fallen.

    A bare support by an expert, outside any entity, is a vote and no ground. Fragile: one leaf is the dominator of all.
    """
    graph = links.graph
    under: dict[str, set[str]] = {
        above: {below for below in things if graph.standing[below].status not in GONE} for above, things in grounds(graph).items()
    }
    if name not in graph.entities:
        under[name] = {link.target for link in _own(links, name) if link.type not in AGAINST}
    reached = closure(under, [name]) - {name}
    leaves = tuple(sorted(n for n in reached if not under.get(n)))
    narrow = tuple(must_pass(name, under)) if leaves else ()
    return Ground(leaves, leaves[0] if len(leaves) == 1 else "", narrow)


# --- what would fall -----------------------------------------------------------------------------------------------


class Fall(NamedTuple):
    """Something that would fall. `how`: depend, support (it was the last), verdict; `because`: what fell before it."""

    name: str
    how: str
    because: str
    depth: int


class Impact(NamedTuple):
    """What would fall, in the order in which it falls, and what would lose support and keep some (lost, kept)."""

    falls: tuple[Fall, ...]
    weakened: Mapping[str, tuple[int, int]]


def impact(links: Links, name: str) -> Impact:
    """What would fall if this fell.

    The rule: a thing falls when it depends on something that fell, or when it had support by other entities and all of
    that fell; a verdict falls when something falls that it refers to (without refs: something adopted). What is
    refuted, rejected, withdrawn or conceded has fallen before the question was asked, with all that goes with it.
    """
    state = _Falling(links)
    graph = links.graph
    state.spread([n for n, s in graph.standing.items() if s.status in GONE and n != name], spared=name)
    before, lost = frozenset(state.fallen), dict(state.lost)
    state.falls.clear()
    state.spread([name])
    weakened = {
        n: (lost_now - lost.get(n, 0), len(state.supporters[n]) - lost_now)
        for n, lost_now in sorted(state.lost.items())
        if n not in state.fallen and n not in before and lost_now > lost.get(n, 0)
    }
    return Impact(tuple(state.falls), weakened)


def _decided(links: Links) -> Iterable[tuple[str, str]]:
    """Each verdict with what it rests on directly."""
    for verdict in verdicts(links.graph):
        yield from ((verdict.address, link.target) for link in _own(links, verdict.address) if link.type not in AGAINST)


class _Falling:
    """What has fallen so far, and how much support each thing has lost."""

    def __init__(self, links: Links) -> None:
        self.holds: dict[str, list[tuple[str, str]]] = {}
        self.supporters: dict[str, set[str]] = {}
        for link in links.all:
            if link.source in links.graph.entities and link.type == "depend":
                self.holds.setdefault(link.target, []).append(("depend", link.source))
            elif link.source in links.graph.entities and link.type == "support":
                self.supporters.setdefault(link.target, set()).add(link.source)
        for target, sources in self.supporters.items():
            for source in sorted(sources):
                self.holds.setdefault(source, []).append(("support", target))
        for address, target in _decided(links):
            self.holds.setdefault(target, []).append(("verdict", address))
        self.fallen: set[str] = set()
        self.lost: dict[str, int] = {}
        self.falls: list[Fall] = []

    def spread(self, names: list[str], spared: str = "") -> None:
        """Let these fall, and whatever goes with them; `spared` stands whatever happens."""
        self.fallen.update(names)
        queue = [Fall(name, "", "", 0) for name in names]
        for fallen in queue:
            for how, name in self.holds.get(fallen.name, ()):
                if how == "support":
                    self.lost[name] = self.lost.get(name, 0) + 1
                if name in self.fallen or name == spared or (how == "support" and self.lost[name] < len(self.supporters[name])):
                    continue
                self.fallen.add(name)
                queue.append(Fall(name, how, fallen.name, fallen.depth + 1))
        self.falls += queue[len(names) :]


# --- around --------------------------------------------------------------------------------------------------------


def around(links: Links, name: str, depth: int) -> frozenset[str]:
    """Everything at most so many links away, whichever way they point."""
    near = {name}
    edge = [name]
    for _ in range(depth):
        found = [k.source for n in edge for k in links.into.get(n, ())] + [k.target for n in edge for k in links.out.get(n, ())]
        edge = [n for n in dict.fromkeys(found) if n not in near and not n.startswith("@")]
        near.update(edge)
        if not edge:
            break
    return frozenset(near)
