"""Adopting in a store: one commit, or nothing."""

from __future__ import annotations

import random

import pytest

from blue_cli.actions.adopt import Adopted, adopt
from blue_cli.actions.load import load
from blue_cli.errors import Conflict, Refused
from blue_cli.stores.base import Store
from tests.actions.desk import NOW, Desk

ID = "2026-02-06T1839Z-cache"
OLDER = {"contribution/00#muffin": b"[TENSION T01: Latency]\n", "file/tensions.md": b"### MUFFIN-T01: Latency\n\nStatus: resolved in R0\n"}


def do(store: Store, uid: str = f"older:{ID}", new_uid: bool = False, write: bool = True) -> Adopted:
    return adopt(store, uid, NOW, random.Random(11).getrandbits, new_uid, write)


@pytest.fixture
def older(store: Store) -> Store:
    store.create(f"older:{ID}", ID, OLDER)
    return store


def test_an_older_dialogue_is_native_afterwards_under_its_id(older: Store) -> None:
    done = do(older)
    assert [(e.id, e.uid) for e in older.dialogues()] == [(ID, done.uid)]
    graph = load(older, done.uid)
    assert graph.meta.native and graph.standing["MUFFIN-T0001"].status == "resolved"
    assert [path.rpartition(ID)[2] for path in done.added] == ["/round-0/judge.md", "/dialogue.md"]
    assert done.counts == {"resolved": 1}


def test_a_dry_run_writes_nothing(older: Store) -> None:
    before = older.load(f"older:{ID}").version
    assert do(older, write=False).changed
    assert older.load(f"older:{ID}").version == before


def test_what_moves_is_out_of_the_way_before_the_dialogue_is_native(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of files cannot do both at once: killed between them, a native reading must not find what was not read before."""
    store.create(f"older:{ID}", ID, {**OLDER, "contribution/00#summary": b"[TENSION T07: nobody's]\n"})
    seen, commit = [], store.commit

    def watched(*args: object, **more: object) -> str:
        version = commit(*args, **more)  # type: ignore[arg-type]
        seen.append(set(store.load(next(iter(store.dialogues())).uid).blobs))
        return version

    monkeypatch.setattr(store, "commit", watched)
    done = do(store)
    assert done.moved == (("round-0/summary.md", "round-0/older/summary.md"),)
    assert ["dialogue" in blobs for blobs in seen] == [False, True]
    assert all("file/round-0/older/summary.md" in blobs and "contribution/00#summary" not in blobs for blobs in seen)
    assert [path.rpartition(ID)[2] for path in done.added] == ["/round-0/judge.md", "/dialogue.md"]


def test_again_changes_nothing(older: Store) -> None:
    uid = do(older).uid
    again = do(older, uid)
    assert (again.changed, again.uid, again.changes) == (False, uid, ())


def test_a_refusal_writes_nothing(store: Store) -> None:
    store.create(f"older:{ID}", ID, {**OLDER, "contribution/00#scone": b"---\nround: [\n---\n"})
    with pytest.raises(Refused):
        do(store)
    assert "dialogue" not in store.load(f"older:{ID}").blobs


def test_a_native_one_gets_another_uid_when_asked(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: Latency]\n")
    done = do(desk.store, desk.uid, new_uid=True)
    assert done.changed and done.uid != desk.uid
    graph = load(desk.store, done.uid)
    assert graph.meta.uid == done.uid and graph.sources.files[0].front["dialogue"] == done.uid
    assert load(desk.store, done.uid).standing["MUFFIN-T0001"].status == "open"


def test_a_newer_format_is_never_written(desk: Desk) -> None:
    desk.put("dialogue", desk.blobs["dialogue"].replace(b"blue: 1", b"blue: 2"))
    with pytest.raises(Conflict):
        do(desk.store, desk.uid, new_uid=True)
