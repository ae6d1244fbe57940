"""What every way down must pass, held equal to taking each node out and looking whether a leaf is still reached."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue.bottlenecks import must_pass

NAMES = "abcdefg"
EDGES = st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES), max_size=3), max_size=7)


def reaches_a_leaf(start: str, edges: dict[str, set[str]], without: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        if not edges.get(node):
            return True
        fresh = edges[node] - seen - {without}
        seen |= fresh
        waiting += fresh
    return False


@given(EDGES)
@settings(max_examples=300)
def test_it_is_what_cannot_be_taken_out(edges: dict[str, set[str]]) -> None:
    there = reaches_a_leaf("a", edges, "") and bool(edges.get("a"))
    expected = {name for name in NAMES if name != "a" and not reaches_a_leaf("a", edges, name)} if there else set()
    assert set(must_pass("a", edges)) == expected


def test_in_the_order_of_the_way() -> None:
    assert must_pass("a", {"a": {"b"}, "b": {"c", "d"}, "c": {"e"}, "d": {"e"}, "e": {"f"}}) == ["b", "e", "f"]


def test_two_leaves_have_nothing_in_common_but_what_is_above_them() -> None:
    assert must_pass("a", {"a": {"b"}, "b": {"c", "d"}}) == ["b"]


def test_a_circle_is_no_ground() -> None:
    assert must_pass("a", {"a": {"b"}, "b": {"a"}}) == []
    assert must_pass("a", {"a": {"b", "c"}, "b": {"a"}}) == ["c"]


def test_a_chain_of_a_hundred_thousand() -> None:
    edges = {str(i): {str(i + 1)} for i in range(100_000)}
    assert len(must_pass("0", edges)) == 100_000
