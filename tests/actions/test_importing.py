"""Bringing dialogues into a store: whole or not at all, and nothing that is there is touched."""

from __future__ import annotations

from typing import Any

import pytest

from blue_cli.actions.importing import Wish, bring, renamed
from blue_cli.actions.importing_forms import Arrival, read_file, read_folder
from blue_cli.errors import Conflict, Refused
from blue_cli.stores.base import Store
from tests.actions.test_importing_forms import RECORD, ROUNDS, UID, exported, read

OTHER = "019b7871-2680-70e4-b285-a2d6ce8fe84b"


def record(id: str, text: str = RECORD) -> Arrival:
    return read_file(f"{id}.md", text.encode(), "", lambda: UID)


def ids(store: Store) -> list[str]:
    return [entry.id for entry in store.dialogues()]


def test_each_is_made_as_it_came(store: Store) -> None:
    arrivals = [record("tea"), read(ROUNDS), read_folder("old", {"contribution/00#muffin": b"a"}, [], "")]
    assert [b.created for b in bring(store, arrivals, Wish())] == [True] * 3
    assert ids(store) == ["cache-policy", "old", "tea"]
    for arrival in arrivals:
        assert store.load(arrival.uid).blobs == arrival.blobs


def test_a_dry_run_writes_nothing(store: Store) -> None:
    assert [b.created for b in bring(store, [record("tea")], Wish(dry_run=True))] == [True]
    assert ids(store) == []


def test_with_an_error_in_one_none_is_made_and_all_is_told(store: Store) -> None:
    bad = record("milk", RECORD + "\n### Bagel\n")
    with pytest.raises(Refused) as raised:
        bring(store, [record("tea"), bad, read({"title": "x"})], Wish())
    assert {f.path for f in raised.value.findings if f.severity == "error"} == {"milk.md", "cache.json"}
    assert ids(store) == []


def test_two_of_one_id_or_uid_are_refused(store: Store) -> None:
    with pytest.raises(Refused) as raised:
        bring(store, [record("tea"), record("TEA")], Wish())
    assert [f.rule for f in raised.value.findings if f.severity == "error"] == ["duplicate-id"]
    copy = read(ROUNDS)._replace(name="copy", id="copy")
    with pytest.raises(Refused) as raised:
        bring(store, [read(ROUNDS), copy], Wish())
    assert [f.rule for f in raised.value.findings] == ["duplicate-uid"]
    assert ids(store) == []


@pytest.mark.parametrize("arrival", [record("tea"), read(ROUNDS)], ids=["record", "rounds"])
def test_the_same_once_more_is_a_conflict_or_nothing(store: Store, arrival: Arrival) -> None:
    bring(store, [arrival], Wish())
    with pytest.raises(Conflict, match="the same to the byte"):
        bring(store, [arrival], Wish())
    assert [b.created for b in bring(store, [arrival], Wish(if_absent=True))] == [False]


def test_rounds_are_the_same_under_the_uid_they_got_the_first_time(store: Store) -> None:
    bring(store, [read(ROUNDS)], Wish())
    again = renamed(read(ROUNDS), OTHER)
    assert again.uid == OTHER
    assert [b.created for b in bring(store, [again], Wish(if_absent=True))] == [False]


@pytest.mark.parametrize("if_absent", [False, True])
@pytest.mark.parametrize(
    ("there", "comes", "words"),
    [
        (record("tea"), record("tea", RECORD + "more\n"), "differs"),
        (record("tea"), record("TEA"), "taken"),
        (read(ROUNDS), read(ROUNDS)._replace(id="second"), "uid"),
    ],
    ids=["other text", "casefold", "uid"],
)
def test_what_is_there_stays(store: Store, there: Arrival, comes: Arrival, words: str, if_absent: bool) -> None:
    bring(store, [there], Wish())
    with pytest.raises(Conflict, match=words):
        bring(store, [record("first"), comes], Wish(if_absent))
    assert ids(store) == [there.id] and store.load(there.uid).blobs == there.blobs


def test_a_copy_gets_a_uid_of_its_own(store: Store) -> None:
    bring(store, [read(ROUNDS)], Wish())
    copy = renamed(read(ROUNDS)._replace(id="second"), OTHER)
    bring(store, [copy], Wish(new_uid=True))
    assert store.load(OTHER).id == "second"
    assert renamed(record("tea"), OTHER) == record("tea"), "an older one has none"


def test_no_path_leads_out(store: Store) -> None:
    for address in ("file/../../x", "contribution/00#../x", "file/a/b/c/d/e/f", "file/" + "a" * 300):
        arrival: Any = record("tea")._replace(blobs={address: b"x"}, findings=())
        with pytest.raises(Refused) as raised:
            bring(store, [record("first"), arrival], Wish())
        assert [f.rule for f in raised.value.findings if f.severity == "error"] == ["unsafe-path"]
    assert ids(store) == []


def test_a_sealed_folder_stays_sealed_and_keeps_its_uid(store: Store) -> None:
    from blue_cli.dialogue.ids import address_of
    from blue_cli.dialogue.rulebook import RULES

    files = {address_of(path.removeprefix("cache/")): text.encode() for path, text in RULES["sealed-unreadable"].example.items()}
    arrival = read_folder("cache", files, [], "")
    assert arrival.sealed
    bring(store, [arrival], Wish())
    assert store.load(arrival.uid).blobs == files
    with pytest.raises(Refused):
        bring(store, [renamed(arrival, OTHER)], Wish())


def test_an_export_of_an_older_dialogue_is_one_under_any_id(store: Store) -> None:
    arrival = read(exported({"round-0/muffin.md": b"a"}), id="other")
    bring(store, [arrival], Wish())
    assert store.load("older:other").id == "other"
