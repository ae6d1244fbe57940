"""Searching one dialogue and all of them."""

from __future__ import annotations

from blue_cli.actions.search import Found, find_words
from blue_cli.views.search import COLUMNS
from tests.actions.desk import Desk


def found(desk: Desk, *words: str, everywhere: bool = False, kind: str = "", by: str = "", items: bool = True) -> Found:
    return find_words(desk.store, words, kind, by, None if everywhere else desk.uid, items)


def test_rows_and_items_are_the_same_things(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: Disk or tape?]\nA disk.\n\n[CLAIM C01: a]\nSome disk.")
    both = found(desk, "disk")
    assert both.rows == [
        ("T0001", "tension", "open", "muffin", "0", "Disk or tape?", "A disk.", "cache"),
        ("C0001", "claim", "asserted", "muffin", "0", "a", "Some disk.", "cache"),
    ]
    assert {len(row) for row in both.rows} == {len(COLUMNS)}
    assert [(i["id"], i["found_in"], i["match"], i["label_spans"]) for i in both.items] == [
        ("T0001", "label", "word", [[0, 4]]), ("C0001", "content", "word", []),
    ]  # fmt: skip
    assert found(desk, "disk", items=False) == Found(both.rows, [], True)


def test_everywhere_ranks_all_dialogues_together(desk: Desk) -> None:
    desk.add("muffin", "[CLAIM C01: a]\ndisk")
    desk.store.create("older:old", "old", {"contribution/00#muffin": b"[TENSION T01: disk]\n"})
    assert [(row[0], row[-1]) for row in found(desk, "disk", everywhere=True).rows] == [("T0001?", "old"), ("C0001", "cache")]
    assert found(desk, "nowhere", everywhere=True) == Found([], [], True)


def test_what_could_not_be_read_is_said(desk: Desk) -> None:
    assert found(desk, "disk").complete is True
