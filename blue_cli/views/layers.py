"""Where the boxes of a graph go, and the ways of its edges: layers from left to right (Sugiyama, Tagawa, Toda 1981).

Edges only ever run in two kinds of places: in the gaps between columns, where no box is, and through a column in a slot
of their own that was reserved among its boxes. So no edge can cross a box it does not belong to.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

SLOTS = 4000  # reserved slots of long edges above which a graph is too dense to be drawn, and to be read
GAP = 76  # between columns, where edges run
APART = 16  # between boxes of a column
BELOW = 26  # between graphs that do not hang together
THIN = 8  # height of a slot
_SWEEPS = 8


class TooDense(Exception):
    """More long edges than anybody could follow."""


class Box(NamedTuple):
    """Where a node is."""

    x: float
    y: float
    width: float
    height: float


class Layout(NamedTuple):
    """Boxes by node. Ways by edge: points from left to right, in turn the ends of a curve through a gap and of a
    straight piece through a column; `flipped` tells whether an edge runs against its direction, to break a circle."""

    boxes: tuple[Box, ...]
    ways: tuple[tuple[tuple[float, float], ...], ...]
    flipped: tuple[bool, ...]
    width: float
    height: float


def layout(count: int, edges: Sequence[tuple[int, int]], width: float, height: float) -> Layout:
    """Lay out nodes 0 to count - 1, all of one size. `TooDense` when there are too many long edges."""
    flipped = _flips(count, edges)
    pairs = [(b, a) if turned else (a, b) for (a, b), turned in zip(edges, flipped, strict=True)]
    layer = _layers(count, pairs)
    if sum(layer[b] - layer[a] - 1 for a, b in pairs) > SLOTS:
        raise TooDense
    columns, chains = _chains(count, pairs, layer)
    neighbours = _neighbours(sum(map(len, columns)), chains)
    _order(columns, neighbours)
    heights = [height if node < count else THIN for node in range(len(neighbours[0]))]
    middles = _middles(columns, neighbours, heights)
    boxes = tuple(Box(layer[n] * (width + GAP), middles[n] - height / 2, width, height) for n in range(count))
    ways = _ways(chains, boxes, middles, layer, width)
    low = max((middles[n] + h / 2 for n, h in enumerate(heights)), default=0)
    return Layout(boxes, ways, tuple(flipped), len(columns) * (width + GAP) - GAP if columns else 0, low)


def _flips(count: int, edges: Sequence[tuple[int, int]]) -> list[bool]:
    """Which edges to turn around so that no circle is left: those that lead back to where a walk comes from."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for i, (a, b) in enumerate(edges):
        out[a].append((i, b))
    flipped = [False] * len(edges)
    state = [0] * count  # 0 not met, 1 on the way here, 2 done
    for root in range(count):
        stack = [] if state[root] else [(root, iter(out[root]))]
        state[root] = state[root] or 1
        while stack:
            node, rest = stack[-1]
            edge, target = next(rest, (-1, -1))
            if edge < 0:
                state[node] = 2
                stack.pop()
            elif state[target] == 1:
                flipped[edge] = True
            elif not state[target]:
                state[target] = 1
                stack.append((target, iter(out[target])))
    return flipped


def _layers(count: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """The column of each node: by the longest way to it; what starts a way moves next to what it leads to."""
    out: list[list[int]] = [[] for _ in range(count)]
    waits = [0] * count
    for a, b in pairs:
        out[a].append(b)
        waits[b] += 1
    starts = [n for n in range(count) if not waits[n]]
    layer = [0] * count
    queue = list(starts)
    for node in queue:
        for target in out[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            waits[target] -= 1
            if not waits[target]:
                queue.append(target)
    for node in starts:
        layer[node] = min((layer[target] for target in out[node]), default=1) - 1
    return layer


def _chains(count: int, pairs: Sequence[tuple[int, int]], layer: Sequence[int]) -> tuple[list[list[int]], list[list[int]]]:
    """The nodes of each column, and of each edge the nodes it passes: slots are numbered after the nodes."""
    columns: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for node in range(count):
        columns[layer[node]].append(node)
    chains, following = [], count
    for a, b in pairs:
        chain = [a]
        for column in range(layer[a] + 1, layer[b]):
            columns[column].append(following)
            chain.append(following)
            following += 1
        chains.append([*chain, b])
    return columns, chains


def _neighbours(count: int, chains: Sequence[Sequence[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """For each node and slot its neighbours on the left, and on the right."""
    left: list[list[int]] = [[] for _ in range(count)]
    right: list[list[int]] = [[] for _ in range(count)]
    for chain in chains:
        for a, b in pairwise(chain):
            right[a].append(b)
            left[b].append(a)
    return left, right


def _order(columns: list[list[int]], neighbours: tuple[list[list[int]], list[list[int]]]) -> None:
    """Sort each column by the middle of its neighbours, back and forth; the order with the fewest crossings stays."""
    place = {node: i for column in columns for i, node in enumerate(column)}
    best, fewest = [list(column) for column in columns], _crossings(columns, place, neighbours[1])
    for sweep in range(_SWEEPS):
        known = neighbours[sweep % 2]
        for column in columns if sweep % 2 == 0 else reversed(columns):
            middle = {n: sum(place[k] for k in known[n]) / len(known[n]) if known[n] else place[n] for n in column}
            column.sort(key=middle.__getitem__)
            for i, node in enumerate(column):
                place[node] = i
        crossings = _crossings(columns, place, neighbours[1])
        if crossings < fewest:
            best, fewest = [list(column) for column in columns], crossings
    columns[:] = best


def _crossings(columns: Sequence[Sequence[int]], place: dict[int, int], right: Sequence[Sequence[int]]) -> int:
    """How many pairs of edges cross between neighbouring columns."""
    total = 0
    for column in columns:
        met: list[int] = []
        for node in column:
            ends = sorted(place[target] for target in right[node])
            total += sum(len(met) - bisect_right(met, end) for end in ends)
            for end in ends:
                insort(met, end)
    return total


# --- coordinates -------------------------------------------------------------------------------------------------


def _middles(
    columns: Sequence[Sequence[int]], neighbours: tuple[list[list[int]], list[list[int]]], heights: Sequence[float]
) -> list[float]:
    """The middle of each node and slot from top to bottom: as near to its neighbours as those beside it let it be."""
    middles = [0.0] * len(heights)
    for column in columns:
        top = 0.0
        for node in column:
            middles[node] = top + heights[node] / 2
            top += heights[node] + APART
    for sweep in range(_SWEEPS):
        known = neighbours[sweep % 2]
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wished = [sum(middles[k] for k in known[n]) / len(known[n]) if known[n] else middles[n] for n in column]
            for node, middle in zip(column, _apart(wished, [heights[n] for n in column]), strict=True):
                middles[node] = middle
    highest = min((middles[n] - h / 2 for n, h in enumerate(heights)), default=0.0)
    return [middle - highest for middle in middles]


def _apart(wished: Sequence[float], heights: Sequence[float]) -> list[float]:
    """The places nearest to the wished ones, by least squares, at which nothing overlaps: pooled adjacent violators."""
    offsets, at = [], 0.0
    for i, height in enumerate(heights):
        at += (heights[i - 1] + height) / 2 + APART if i else 0.0
        offsets.append(at)
    pools: list[tuple[float, int]] = []  # (mean, how many)
    for wish, offset in zip(wished, offsets, strict=True):
        mean, size = wish - offset, 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        pools.append((mean, size))
    spread = [mean for mean, size in pools for _ in range(size)]
    return [mean + offset for mean, offset in zip(spread, offsets, strict=True)]


def _ways(
    chains: Sequence[Sequence[int]], boxes: Sequence[Box], middles: Sequence[float], layer: Sequence[int], width: float
) -> tuple[tuple[tuple[float, float], ...], ...]:
    leaves = _ports([(chain[0], middles[chain[1]], i) for i, chain in enumerate(chains)], boxes)
    enters = _ports([(chain[-1], middles[chain[-2]], i) for i, chain in enumerate(chains)], boxes)
    ways = []
    for i, chain in enumerate(chains):
        way = [(boxes[chain[0]].x + width, leaves[i])]
        for step, slot in enumerate(chain[1:-1], layer[chain[0]] + 1):
            left = step * (width + GAP)
            way += [(left, middles[slot]), (left + width, middles[slot])]
        ways.append((*way, (boxes[chain[-1]].x, enters[i])))
    return tuple(ways)


def _ports(ends: Sequence[tuple[int, float, int]], boxes: Sequence[Box]) -> dict[int, float]:
    """For each edge the height at which it meets a box: in the order of where it comes from, spread over its side."""
    by_box: dict[int, list[tuple[float, int]]] = {}
    for node, other, edge in ends:
        by_box.setdefault(node, []).append((other, edge))
    ports = {}
    for node, met in by_box.items():
        box = boxes[node]
        step = min(9.0, (box.height - 14) / max(len(met) - 1, 1))
        first = box.y + box.height / 2 - step * (len(met) - 1) / 2
        for i, (_, edge) in enumerate(sorted(met)):
            ports[edge] = first + i * step
    return ports


# --- several graphs beside each other ------------------------------------------------------------------------------


def components(count: int, edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The nodes that hang together, largest part first."""
    beside: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges:
        beside[a].append(b)
        beside[b].append(a)
    seen = [False] * count
    parts = []
    for root in range(count):
        if not seen[root]:
            seen[root] = True
            part = [root]
            for node in part:
                fresh = [n for n in dict.fromkeys(beside[node]) if not seen[n]]
                for n in fresh:
                    seen[n] = True
                part += fresh
            parts.append(sorted(part))
    return sorted(parts, key=lambda part: (-len(part), part[0]))


def arrange(count: int, edges: Sequence[tuple[int, int]], width: float, height: float) -> Layout:
    """Lay out a graph of any number of parts: each by itself, then in rows, the largest first. `TooDense`: see `layout`."""
    parts = components(count, edges)
    at = {node: (p, i) for p, part in enumerate(parts) for i, node in enumerate(part)}
    inner: list[list[int]] = [[] for _ in parts]
    for e, (a, _) in enumerate(edges):
        inner[at[a][0]].append(e)
    drawn = [layout(len(part), [(at[edges[e][0]][1], at[edges[e][1]][1]) for e in inner[p]], width, height) for p, part in enumerate(parts)]
    boxes: dict[int, Box] = {}
    ways: dict[int, tuple[tuple[float, float], ...]] = {}
    flipped: dict[int, bool] = {}
    corners, total = _rows([(d.width, d.height) for d in drawn])
    for p, (one, (x, y)) in enumerate(zip(drawn, corners, strict=True)):
        boxes |= {node: box._replace(x=box.x + x, y=box.y + y) for node, box in zip(parts[p], one.boxes, strict=True)}
        ways |= {e: tuple((a + x, b + y) for a, b in way) for e, way in zip(inner[p], one.ways, strict=True)}
        flipped |= dict(zip(inner[p], one.flipped, strict=True))
    numbers = range(len(edges))
    return Layout(tuple(boxes[n] for n in range(count)), tuple(ways[e] for e in numbers), tuple(flipped[e] for e in numbers), *total)


def _rows(sizes: Sequence[tuple[float, float]]) -> tuple[list[tuple[float, float]], tuple[float, float]]:
    """Where rectangles go in rows from the left, as wide as makes a picture a little wider than high; and its size."""
    area = sum((w + GAP) * (h + BELOW) for w, h in sizes)
    limit = max([(area * 1.6) ** 0.5, *(w for w, _ in sizes)], default=0)
    corners: list[tuple[float, float]] = []
    x, y, high, wide = 0.0, 0.0, 0.0, 0.0
    for w, h in sizes:
        if x and x + w > limit:
            x, y, high = 0.0, y + high + BELOW, 0.0
        corners.append((x, y))
        x, high, wide = x + w + GAP, max(high, h), max(wide, x + w)
    return corners, (wide, y + high)
