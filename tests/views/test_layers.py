"""Where boxes go: nothing overlaps, and no edge crosses a box, whatever the graph."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.views.layers import Layout, TooDense, arrange

WIDE, HIGH = 100.0, 40.0
NODES = st.integers(1, 14)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    count = draw(NODES)
    ends = st.integers(0, count - 1)
    edges = draw(st.lists(st.tuples(ends, ends).filter(lambda pair: pair[0] != pair[1]), max_size=24))
    return count, edges


def points(way: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """An edge as it is drawn, as points: a curve and a straight piece in turn."""
    out = []
    for k in range(1, len(way)):
        (x0, y0), (x1, y1) = way[k - 1], way[k]
        for i in range(21):
            t = i / 20
            s = (3 * t * t - 2 * t**3) if k % 2 else 0.0
            x = x0 + (x1 - x0) * (1.5 * t * (1 - t) + t**3 + 1.5 * t * t * (1 - t) if k % 2 else t)
            out.append((x, y0 + (y1 - y0) * s))
    return out


def crossed(laid: Layout) -> list[tuple[int, int]]:
    return [
        (e, n)
        for e, way in enumerate(laid.ways)
        for n, box in enumerate(laid.boxes)
        for x, y in points(way)
        if box.x + 0.01 < x < box.x + box.width - 0.01 and box.y + 0.01 < y < box.y + box.height - 0.01
    ]


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_no_boxes_overlap_and_no_edge_crosses_one(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    laid = arrange(*drawn, WIDE, HIGH)
    for a, b in combinations(laid.boxes, 2):
        assert a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y + 0.01 or b.y + b.height <= a.y + 0.01
    assert crossed(laid) == []
    for (a, b), way, flipped in zip(drawn[1], laid.ways, laid.flipped, strict=True):
        left, right = (b, a) if flipped else (a, b)
        assert way[0][0] == laid.boxes[left].x + WIDE and way[-1][0] == laid.boxes[right].x


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_everything_is_inside_the_picture(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    laid = arrange(*drawn, WIDE, HIGH)
    for box in laid.boxes:
        assert box.x >= -0.01 and box.x + box.width <= laid.width + 0.01
        assert box.y >= -0.01 and box.y + box.height <= laid.height + 0.01
    assert all(-0.01 <= y <= laid.height + 0.01 for way in laid.ways for _, y in way)


def test_a_circle_is_broken_once() -> None:
    laid = arrange(3, [(0, 1), (1, 2), (2, 0)], WIDE, HIGH)
    assert sum(laid.flipped) == 1


def test_a_deep_chain_and_a_wide_star_are_drawn() -> None:
    chain = arrange(3_000, [(i, i + 1) for i in range(2_999)], WIDE, HIGH)
    assert len({box.y for box in chain.boxes}) == 1  # straight
    star = arrange(400, [(i, 399) for i in range(399)], WIDE, HIGH)
    assert len({way[-1][1] for way in star.ways}) == 399


def test_what_nobody_could_read_is_refused() -> None:
    count = 130
    with pytest.raises(TooDense):
        arrange(count, [(a, b) for a in range(count) for b in range(a + 1, count)], WIDE, HIGH)


def test_nothing_is_a_picture_too() -> None:
    assert arrange(0, [], WIDE, HIGH).boxes == ()
