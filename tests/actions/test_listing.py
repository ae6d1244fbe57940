"""Lists of one dialogue and of all: filters, counts, and the same for text and JSON."""

from __future__ import annotations

import pytest

from blue_cli.actions.listing import Listed, list_things
from blue_cli.views.items import LISTS, Filter
from tests.actions.desk import Desk


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Two rounds with something of everything."""
    desk.add("muffin", "[TENSION T01: a]\n\n[TENSION T02: b]\n\n[PERSPECTIVE P01: c]\n\n[STANCE S01: APPROVE | 0.5]\n\n[CLAIM C01: d]")
    said = "[STANCE S01: REJECT | 1]\n\n[EVIDENCE E01: e]\n\n[RECOMMENDATION R01: f]"
    desk.add("scone", f"[RE:RESOLVE MUFFIN-T01] [MOVE:CHALLENGE C0001]\n\n{said}")
    desk.add("muffin", "[RE:RESOLVE T0001]")
    desk.put("verdict/interim-1", "Not yet.\n")
    desk.store.create("older:old", "old", {"contribution/00#muffin": b"[TENSION T01: g]\n"})
    return desk


def listed(desk: Desk, noun: str, everywhere: bool = False, json: bool = False, **wanted: object) -> Listed:
    fields = {k: frozenset(str(v).split()) if k == "statuses" else v for k, v in wanted.items()}
    return list_things(desk.store, noun, Filter(**fields), None if everywhere else desk.uid, json)  # type: ignore[arg-type]


def test_tensions_that_are_not_settled(full: Desk) -> None:
    assert [row[:2] for row in listed(full, "tensions").rows] == [("T0002", "open")]
    assert [row[:2] for row in listed(full, "tensions", all=True).rows] == [("T0001", "resolved"), ("T0002", "open")]
    assert [row[:2] for row in listed(full, "tensions", statuses="resolved").rows] == [("T0001", "resolved")]
    assert listed(full, "tensions", by="scone").rows == listed(full, "tensions", round=1, all=True).rows == []


def test_counts_are_of_everything_whatever_the_filter(full: Desk) -> None:
    counts = listed(full, "tensions", by="nobody").counts
    assert list(counts) == ["open", "addressed", "resolved", "accepted", "reopened", "merged", "raised"]
    assert (counts["open"], counts["resolved"]) == (1, 1)


def test_everywhere_is_all_dialogues_in_their_order(full: Desk) -> None:
    found = listed(full, "tensions", everywhere=True)
    assert [(row[0], row[-1]) for row in found.rows] == [("T0002", "cache"), ("T0001?", "old")]
    assert found.counts["open"] == 2


@pytest.mark.parametrize("noun", LISTS)
def test_every_list_has_its_columns_and_the_same_things_as_json(full: Desk, noun: str) -> None:
    text, json = listed(full, noun, all=True), listed(full, noun, all=True, json=True)
    assert text.rows and len(text.rows) == len(json.items)
    assert {len(row) for row in text.rows} == {len(LISTS[noun].columns)}
    assert all(isinstance(cell, str) for row in text.rows for cell in row)
    assert {item["dialogue"] for item in json.items} == {"cache"}
    assert (text.items, json.rows) == ([], [])


def test_stances_are_filtered_by_what_they_say(full: Desk) -> None:
    assert [row[1:4] for row in listed(full, "stances", statuses="reject").rows] == [("REJECT", "1.0", "scone")]
    assert len(listed(full, "stances").rows) == 2


def test_refs_and_moves_are_filtered_by_their_type(full: Desk) -> None:
    assert [row[1] for row in listed(full, "refs", statuses="resolve", by="scone").rows] == ["resolve"]
    assert [row[2] for row in listed(full, "moves", statuses="challenge").rows] == ["challenge"]
    assert listed(full, "moves", statuses="concede").rows == []


def test_a_tension_says_who_proposed_and_who_must_confirm(full: Desk) -> None:
    full.add("scone", "[RECOMMENDATION R01: h]\n[RE:RESOLVE T0002]")
    (item,) = listed(full, "tensions", json=True).items
    assert (item["status"], item["proposed_by"], item["must_confirm"]) == ("addressed", ["scone"], ["muffin", "judge"])
    assert (item["addressed_by"], item["resolved_by"], item["age_rounds"]) == (["R0101"], None, 1)
    (settled,) = listed(full, "tensions", json=True, statuses="resolved").items
    assert (settled["must_confirm"], settled["resolved_by"]) == ([], "@muffin")


def test_what_could_not_be_read_is_said(full: Desk) -> None:
    assert listed(full, "tensions").complete is True
