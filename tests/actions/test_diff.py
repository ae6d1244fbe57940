"""Two moments of a workspace compared, whatever stores they are."""

from __future__ import annotations

from blue_cli.actions.diff import Moment, Pair, chosen, deltas, pairs, touched
from blue_cli.dialogue.delta import Delta
from blue_cli.dialogue.ids import path_of
from blue_cli.errors import NotFound
from blue_cli.git.past import object_of
from blue_cli.stores.base import Row, Store, Unread
from blue_cli.stores.memory import MemoryStore
from tests.actions.desk import Desk


def copy(store: Store) -> MemoryStore:
    other = MemoryStore()
    for entry in store.dialogues():
        snapshot = store.load(entry.uid)
        other.create(snapshot.uid, snapshot.id, snapshot.blobs)
    return other


def moment(store: Store) -> Moment:
    return Moment(store, store)


def compared(before: Store, after: Store) -> list[Delta]:
    found: list[Delta] = []
    deltas(moment(before), moment(after), pairs(moment(before), moment(after)), found.append)
    return found


def test_the_same_at_both_moments_is_told_of_nobody(desk: Desk) -> None:
    assert compared(desk.store, copy(desk.store)) == []


def test_what_came_in_between(desk: Desk) -> None:
    before = copy(desk.store)
    desk.add("muffin", "[TENSION T01: New]\n")
    (found,) = compared(before, desk.store)
    assert [(c.what, c.name) for c in found.changes] == [("new", "MUFFIN-T0001")]


def test_a_file_read_for_one_moment_is_not_read_for_the_other_and_means_the_same(desk: Desk) -> None:
    first = "# A heading\n\n[TENSION T01: One]\nits text\n\n# Another\n\n[RE:SUPPORT T01] by the author\n\n"
    desk.add("muffin", first + "[CLAIM C01: two]\n[RE:SUPPORT T01]\n")
    before = copy(desk.store)
    desk.add("scone", "[RE:ADDRESS T0001]\n")
    (found,) = compared(before, desk.store)
    assert found.before and found.after
    again = desk.graph
    assert (found.after.entities, found.after.standing, found.after.refs) == (again.entities, again.standing, again.refs)
    marks = {s.address: s.marks for s in found.before.sources.files}
    shared = [s for s in found.after.sources.files if s.marks is marks.get(s.address)]
    assert [s.author for s in shared] == ["muffin"]


def test_a_file_that_is_another_one_is_read_again(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: One]\n")
    before = copy(desk.store)
    desk.put("contribution/00#muffin", desk.blobs["contribution/00#muffin"].replace(b"One", b"Two"))
    (found,) = compared(before, desk.store)
    assert [(c.what, c.name) for c in found.changes] == [("reworded", "MUFFIN-T0001")]


def test_a_dialogue_is_known_by_its_uid(desk: Desk) -> None:
    before = copy(desk.store)
    desk.store.rename(desk.uid, "store")
    assert pairs(moment(before), moment(desk.store)) == [Pair(Row("cache", desk.uid), Row("store", desk.uid))]
    assert pairs(moment(before), moment(desk.store), {"other"}) == []
    for name in ("cache", "store"):
        assert set(chosen(moment(before), moment(desk.store), name)) == {"cache", "store"}
    (found,) = compared(before, desk.store)
    assert found.moved and not found.changes and not found.files


def test_one_that_is_at_neither_moment(desk: Desk) -> None:
    try:
        chosen(moment(desk.store), moment(desk.store), "nothing")
    except NotFound as error:
        assert "nothing" in error.message
    else:
        raise AssertionError


def test_what_a_commit_holds_is_compared_file_by_file(desk: Desk) -> None:
    held = {"cache": {path_of(address): object_of(data, 40) for address, data in desk.blobs.items()}}
    assert touched(desk.store, held) == set()
    assert touched(desk.store, {}) == {"cache"} == touched(desk.store, held | {"cache": {}})
    assert touched(desk.store, held | {"gone": {"a": "b"}}) == {"gone"} and touched(desk.store, held | {"gone": {}}, {"cache"}) == set()
    desk.add("muffin", "x\n")
    assert touched(desk.store, held) == {"cache"} and touched(desk.store, held, {"other"}) == set()


def test_what_may_not_be_read_counts_as_touched(desk: Desk) -> None:
    held = {"cache": {path_of(address): object_of(data, 40) for address, data in desk.blobs.items()}}

    class Hiding:
        def dialogues(self) -> object:
            return desk.store.dialogues()

        def load(self, uid: str) -> object:
            snapshot = desk.store.load(uid)
            snapshot.unread = (Unread("round-0/x.md", "symlink"),)
            return snapshot

    assert touched(Hiding(), held) == {"cache"}  # type: ignore[arg-type]
