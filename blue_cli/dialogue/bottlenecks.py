"""What every way down must pass: the dominators between a node and all the leaves under it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

Edges = Mapping[str, Collection[str]]


def must_pass(start: str, edges: Edges) -> list[str]:
    """The nodes, in order, that lie on every way from `start` to a leaf; without `start`, and empty when there is no leaf.

    Leaves are nodes without edges; a circle that leads to none is no way. One sweep along one shortest way: a node of it
    must be passed when nothing before it leads around it. Linear, and without recursion: the depth is a stranger's.
    """
    way = _shortest(start, edges)
    place = {node: i for i, node in enumerate(way)}
    seen = set(way)
    found: list[str] = []
    farthest = 0
    for i, node in enumerate(way):
        if i and farthest == i:
            found.append(node)
        waiting = [node]
        while waiting:
            below = edges.get(waiting.pop(), ())
            for target in below:
                if target in place:
                    farthest = max(farthest, place[target])
                elif not edges.get(target):
                    farthest = len(way)
                elif target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return found


def _shortest(start: str, edges: Edges) -> list[str]:
    """A shortest way to a leaf, `start` first; only `start` when there is none or it is one."""
    came: dict[str, str] = {}
    queue = [start]
    for node in queue:
        below = edges.get(node, ())
        if not below:
            way = [node]
            while way[-1] != start:
                way.append(came[way[-1]])
            return way[::-1]
        for target in sorted(below):
            if target not in came and target != start:
                came[target] = node
                queue.append(target)
    return [start]
