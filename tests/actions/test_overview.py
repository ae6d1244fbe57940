"""All dialogues as a list, and one of them looked into."""

from __future__ import annotations

import pytest

from blue_cli.actions.overview import find, overview, read, round_of
from blue_cli.errors import NotFound
from blue_cli.stores.base import Store
from tests.actions.desk import Desk


def test_each_dialogue_in_one_line(desk: Desk) -> None:
    desk.store.create("older:old", "old", {"contribution/00#muffin": b"[TENSION T01: a]\n"})
    desk.add("muffin", "[TENSION T01: a]\n\n[PERSPECTIVE P01: b]")
    lines = overview(desk.store)
    assert [(x.id, x.status, x.rounds, x.experts, x.open_tensions, x.velocity, x.title, x.native) for x in lines] == [
        ("cache", "open", 1, 2, 1, 2, "Cache policy", True),
        ("old", "open", 1, 1, 1, 1, "Old", False),
    ]


def test_none_is_an_empty_list(store: Store) -> None:
    assert overview(store) == []


def test_a_round_that_is_there(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no rounds yet"):
        round_of(read(desk.store, desk.uid), 0)
    desk.add_files({"muffin.md": "a"}, round=2)
    graph = read(desk.store, desk.uid)
    assert [round_of(graph, n) for n in range(3)] == [0, 1, 2]
    for number in (-1, 3, 10**9):
        with pytest.raises(NotFound, match="no round"):
            round_of(graph, number)


@pytest.mark.parametrize("word", ["T0001", "t0001", "MUFFIN-T0001", "muffin-t0001", " T0001? "])
def test_a_thing_is_found_by_any_of_its_names(desk: Desk, word: str) -> None:
    desk.add("muffin", "[TENSION T01: Latency]")
    assert find(desk.graph, word).label == "Latency"


@pytest.mark.parametrize("word", ["T0011", "MUFIN-T0001", "MUFFIN-T0002"])
def test_and_what_is_close_is_offered_with_its_label(desk: Desk, word: str) -> None:
    desk.add("muffin", "[TENSION T01: Latency]")
    with pytest.raises(NotFound) as caught:
        find(desk.graph, word)
    assert caught.value.suggestions == ("T0001",)
    assert 'T0001 "Latency"' in caught.value.fix


@pytest.mark.parametrize("word", ["", "?", "[/]", "\x1b[2J", "x" * 100_000])
def test_nonsense_is_not_found(desk: Desk, word: str) -> None:
    desk.add("muffin", "[TENSION T01: Latency]")
    with pytest.raises(NotFound):
        find(desk.graph, word)
