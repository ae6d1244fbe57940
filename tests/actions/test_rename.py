"""Another id for a dialogue: its uid and everything in it stay."""

from __future__ import annotations

import random

import pytest

from blue_cli.actions.dialogues import Wish, start
from blue_cli.actions.load import load
from blue_cli.actions.rename import rename
from blue_cli.errors import Conflict, NotFound, WrongCall
from blue_cli.stores.base import Store
from tests.actions.desk import NOW

OLD = "2026-11-24T0528Z-cache-policy"


@pytest.fixture
def uid(store: Store) -> str:
    return start(store, Wish("Cache policy"), NOW, random.Random(7).getrandbits).uid


def other(store: Store, *links: str, id: str = "other") -> None:
    start(store, Wish("Other", links=links, id=id), NOW, random.Random(8).getrandbits)


@pytest.mark.parametrize(
    ("new", "id"),
    [
        ("caching", "2026-11-24T0528Z-caching"),
        ("2026-11-25T0600Z-caching", "2026-11-25T0600Z-caching"),
        ("Cache-Policy", "2026-11-24T0528Z-Cache-Policy"),
    ],
)
def test_a_slug_keeps_the_minute_and_a_whole_id_is_taken(store: Store, uid: str, new: str, id: str) -> None:
    done = rename(store, uid, new)
    assert (done.old, done.id, done.changed) == (OLD, id, True)
    assert [(e.id, e.uid) for e in store.dialogues()] == [(id, uid)]
    assert load(store, uid).meta.title == "Cache policy"


def test_the_same_id_changes_nothing(store: Store, uid: str) -> None:
    assert not rename(store, uid, "cache-policy").changed


def test_an_id_that_is_taken_is_a_conflict(store: Store, uid: str) -> None:
    other(store, id="2026-11-24T0528Z-Caching")
    with pytest.raises(Conflict):
        rename(store, uid, "caching")


@pytest.mark.parametrize("new", ["", "a b", "../up", "nul/x", "-x", "x" * 120])
def test_what_cannot_be_an_id_is_a_wrong_call(store: Store, uid: str, new: str) -> None:
    with pytest.raises(WrongCall):
        rename(store, uid, new)
    assert [e.id for e in store.dialogues()] == [OLD]


def test_links_of_others_are_listed_and_left(store: Store, uid: str) -> None:
    other(store, f"see {OLD}", f".blue/dialogues/{OLD}/round-0", f"{OLD}-2", f"my-{OLD}", "elsewhere")
    done = rename(store, uid, "caching")
    path = ".blue/dialogues/other/dialogue.md"
    assert done.links == ((path, f"see {OLD}"), (path, f".blue/dialogues/{OLD}/round-0"))


def test_an_older_dialogue_is_adopted_first(store: Store) -> None:
    store.create("older:cache", "cache", {"contribution/00#muffin": b"One.\n"})
    with pytest.raises(Conflict):
        rename(store, "older:cache", "caching")


def test_no_such_dialogue(store: Store) -> None:
    with pytest.raises(NotFound):
        rename(store, "019b7871-2680-70e4-b285-a2d6ce8fe84a", "caching")
