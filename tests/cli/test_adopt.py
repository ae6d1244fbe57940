"""`blue dialogue adopt` and `rename` as people and scripts call them."""

from __future__ import annotations

import pytest

from blue_cli.stores.memory import MemoryStore
from tests.cli.program import blue, stock

ID = "2026-02-06T1839Z-cache"


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.create(f"older:{ID}", ID, {"contribution/00#muffin": b"[TENSION T01: \x1b[31mred]\n"})
    return store


def test_a_dry_run_shows_the_diff_and_writes_nothing(store: MemoryStore) -> None:
    said = blue("dialogue", "adopt", ID, "--dry-run", store=store)
    assert said.status == 0 and "+ids: {T01: T0001}" in said.out and "\x1b" not in said.out
    assert blue("dialogue", "adopt", "cache", "--dry-run", "--json", store=store).json["diff"].startswith("--- a/.blue/dialogues/")
    assert "dialogue" not in store.load(f"older:{ID}").blobs


def test_adopting_tells_what_was_written_and_how_to_undo_it(store: MemoryStore) -> None:
    said = blue("dialogue", "adopt", store=store)
    assert said.out.splitlines()[0] == f"adopted {ID}"
    assert f"git restore .blue/dialogues/{ID}" in said.err
    again = blue("dialogue", "adopt", "--json", store=store)
    assert (again.status, again.json["changed"]) == (0, False)


def test_json_names_every_file(store: MemoryStore) -> None:
    done = blue("dialogue", "adopt", ID, "--json", store=store).json
    assert done["schema"] == "blue/dialogue.adopt@1" and "diff" not in done
    folder = f".blue/dialogues/{ID}"
    assert done["files"] == [
        {"path": f"{folder}/round-0/muffin.md", "change": "changed"},
        {"path": f"{folder}/dialogue.md", "change": "added"},
    ]
    assert done["tensions"] == {"open": 1} and done["status"] == {"before": "open", "after": "open"}


def test_renaming_tells_the_new_place(store: MemoryStore) -> None:
    stock(store, "2026-11-24T0528Z-disks", "title: Disks\n")
    said = blue("dialogue", "rename", "plates", "-d", "disks", store=store)
    assert said.out.splitlines()[-1] == ".blue/dialogues/2026-11-24T0528Z-plates/dialogue.md"
    assert blue("dialogue", "rename", ID, "-d", "plates", store=store).status == 5
    assert blue("dialogue", "rename", "a/b", "-d", "plates", "--json", store=store).json["error"]["exit"] == 2


def test_renaming_an_older_dialogue_points_to_adopt(store: MemoryStore) -> None:
    said = blue("dialogue", "rename", "plates", store=store)
    assert said.status == 5 and f"blue dialogue adopt {ID}" in said.err
