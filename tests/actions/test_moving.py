"""Copying between stores and holding two against each other: in all directions, whatever lies there, after a kill anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from blue_cli.actions.moving import DIFFERS, LEFT_OUT, Difference, copy, pairs, verify
from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Unavailable
from blue_cli.stores.base import Row, Snapshot, Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.limits import BLOB
from blue_cli.stores.memory import MemoryStore
from blue_cli.stores.registry import open_store, prepare
from blue_cli.stores.sealed import Sealed
from tests.databases import KINDS
from tests.stores import sealing
from tests.stores.contract import MUFFIN, OTHER, STRUDEL, UID, told

STORES = ["files", "memory", *KINDS]
TWIN = uuid7(1_795_000_000_000, 3)


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Store]:
    """An empty store of this kind."""
    folder.mkdir()
    if kind == "memory":
        yield MemoryStore()
        return
    with ExitStack() as ends:
        url = ends.enter_context(KINDS[kind]()) if kind in KINDS else kind
        prepare(url, str(folder))
        store = open_store(url, str(folder))
        if kind in KINDS:
            ends.callback(store.close)  # type: ignore[attr-defined]
        yield store


def fill(store: Store) -> Store:
    """Every sort of dialogue there is; two of them share a uid, and the later one by name has it."""
    store.create(UID, "one", told(UID) | {STRUDEL: b"a\r\n\xff\x00", MUFFIN: b"", "file/ä/note.txt": b"x" * 5000})
    store.create("older:headless", "headless", {STRUDEL: b"x"})
    store.create("older:older", "older", {"dialogue": b"# About\n", MUFFIN: b"y"})
    store.create(TWIN, "twin-b", told(TWIN) | {STRUDEL: b"b"})
    store.create("older:twin-a", "twin-a", {STRUDEL: b"a"})
    store.commit("older:twin-a", store.load("older:twin-a").version, {"dialogue": told(TWIN)["dialogue"]})
    return sealing.sealed_store(store)


COUNT = 6


def brought(source: Store, target: Store, **options: Any) -> Counter[str]:
    return Counter(step.moved.state for step in copy(source, target, **options))


def troubles(source: Store, target: Store, **options: Any) -> list[tuple[str, str, str]]:
    steps = list(copy(source, target, **options))
    return [(s.moved.state, s.moved.id, s.moved.why) for s in steps if s.moved.state in (DIFFERS, LEFT_OUT)]


def compared(a: Store, b: Store) -> list[Difference]:
    return [difference for step in verify(a, b) for difference in step.differences]


def everything(store: Store) -> dict[str, Mapping[str, bytes]]:
    return {row.id: store.load(f"older:{row.id}").blobs for row in store.dialogues()}


# --- directions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", STORES)
@pytest.mark.parametrize("here", STORES)
def test_every_store_is_copied_to_every_other_to_the_byte(here: str, there: str, tmp_path: Path) -> None:
    with opened(here, tmp_path / "here") as source, opened(there, tmp_path / "there") as target:
        fill(source)
        before = everything(source)
        assert brought(source, target, dry_run=True) == {"copied": COUNT}
        assert list(target.dialogues()) == []
        assert brought(source, target) == {"copied": COUNT}
        assert everything(target) == everything(source) == before
        assert compared(source, target) == compared(target, source) == []
        assert brought(source, target) == {"there": COUNT}
        opened_again = Sealed(target, sealing.ring).load(sealing.UID)
        assert b"The secret tension" in opened_again.blobs["contribution/00#muffin"]
        assert all(b"The secret tension" not in data for data in target.load(sealing.UID).blobs.values())


def test_of_two_that_share_a_uid_the_same_one_has_it() -> None:
    class Turned(MemoryStore):
        """As a database that remembers who had the uid first."""

        def dialogues(self) -> Iterable[Row]:
            return [Row("a", "copy:a"), Row("b", TWIN)]

    source, target = Turned(), MemoryStore()
    source.create(TWIN, "b", told(TWIN))
    source.create("older:a", "a", {})
    source.commit("older:a", source.load("older:a").version, told(TWIN, b"more"))
    assert brought(source, target) == {"copied": 2}
    assert list(target.dialogues()) == [Row("a", "copy:a"), Row("b", TWIN)]
    assert list(MemoryStore.dialogues(target)) == list(source.dialogues())


# --- what is there already, and differs -------------------------------------------------------------------------------


def test_what_differs_is_named_and_left_as_it_is_and_the_rest_is_copied() -> None:
    source, target = fill(MemoryStore()), MemoryStore()
    target.create(UID, "one", told(UID) | {STRUDEL: b"theirs"})
    target.create(OTHER, "OLDER", told(OTHER))
    target.create(TWIN, "else", told(TWIN))
    before = everything(target)
    expected = [
        (DIFFERS, "older", "the id is taken there: OLDER"),
        (DIFFERS, "one", "what is there differs"),
        (DIFFERS, "twin-b", "its uid is taken there: else"),
        (DIFFERS, "twin-a", "its uid is taken there: else"),
    ]
    assert sorted(troubles(source, target, dry_run=True)) == sorted(expected)
    assert sorted(troubles(source, target)) == sorted(expected)
    assert {id: blobs for id, blobs in everything(target).items() if id in before} == before
    assert sorted(everything(target).keys() - before.keys()) == sorted(["headless", sealing.ID])


def test_a_dialogue_of_which_there_is_only_a_part_is_no_copy_begun() -> None:
    source, target = fill(MemoryStore()), MemoryStore()
    target.create("older:one", "one", {STRUDEL: b"a\r\n\xff\x00", MUFFIN: b"", "file/ä/note.txt": b"x" * 5000})
    assert troubles(source, target) == [(DIFFERS, "one", "what is there differs")]


def test_ids_that_are_one_by_casefold(tmp_path: Path) -> None:
    dialogues = tmp_path / ".blue/dialogues"
    for id, uid in (("one", UID), ("ONE", OTHER)):
        (dialogues / id).mkdir(parents=True)
        (dialogues / id / "dialogue.md").write_bytes(told(uid)["dialogue"])
    for options in ({"dry_run": True}, {}):
        target = MemoryStore()
        assert troubles(FilesStore(str(tmp_path)), target, **options) == [(DIFFERS, "one", "the id is taken there: ONE")]
    assert [row.id for row in target.dialogues()] == ["ONE"]


def test_what_cannot_be_read_leaves_its_dialogue_out(tmp_path: Path) -> None:
    source, target = FilesStore(str(tmp_path)), MemoryStore()
    fill(source)
    folder = tmp_path / ".blue/dialogues"
    (folder / "one/round-0/link.md").symlink_to("/etc/passwd")
    (folder / "older/huge.txt").write_bytes(b"x" * (BLOB + 1))
    expected = [(LEFT_OUT, "older", "huge.txt cannot be read (too-large)"), (LEFT_OUT, "one", "round-0/link.md cannot be read (symlink)")]
    assert troubles(source, target) == expected
    assert troubles(source, target) == expected
    assert everything(target).keys() == everything(source).keys() - {"one", "older"}
    (folder / "one/round-0/link.md").unlink()
    (folder / "older/huge.txt").unlink()
    assert brought(source, target) == {"copied": 2, "there": 4}


def test_what_a_store_does_not_take_is_left_out_and_the_rest_is_copied(tmp_path: Path) -> None:
    source = fill(MemoryStore())
    source.create(OTHER, "long", told(OTHER) | {f"file/{'x' * 300}": b""})
    with opened("sqlite", tmp_path / "there") as target:
        [(state, id, why)] = troubles(source, target)
        assert (state, id, "too long" in why) == (LEFT_OUT, "long", True)
        assert len(list(target.dialogues())) == COUNT


def test_a_file_in_the_way_makes_a_dialogue_another(tmp_path: Path) -> None:
    source, target = fill(MemoryStore()), FilesStore(str(tmp_path))
    brought(source, target)
    (tmp_path / ".blue/dialogues/one/link.md").symlink_to("/etc/passwd")
    assert troubles(source, target) == [(DIFFERS, "one", "what is there differs")]
    assert [d[:2] + d[3:] for d in compared(source, target)] == [("unread-in-b", "one", "link.md", "symlink")]
    (tmp_path / ".blue/dialogues/one/link.md").rename(tmp_path / ".blue/dialogues/one/round-0/muffin.md")
    assert [(d.difference, d.path) for d in compared(source, target)] == [("unread-in-b", "round-0/muffin.md")], "said once"
    assert [(d.difference, d.path) for d in compared(target, source)] == [("unread-in-a", "round-0/muffin.md")]


# --- interruptions -----------------------------------------------------------------------------------------------------


class Killed(Exception):
    pass


class Breaking:
    """A store whose process is killed at the `left`th write, before it is done or after it."""

    def __init__(self, store: Store, left: int, after: bool) -> None:
        self._store = store
        self._left = left
        self._after = after
        self.dialogues = store.dialogues
        self.load = store.load
        self.rename = store.rename

    def _break(self, write: Callable[[], str]) -> str:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        version = write()
        if self._left == 0:
            raise Killed
        return version

    def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
        return self._break(lambda: self._store.create(uid, id, puts))

    def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
        return self._break(lambda: self._store.commit(uid, expect, puts, deletes))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["files", "memory", "sqlite"])
@pytest.mark.parametrize("write", range(1, COUNT + 2))
def test_a_copy_killed_at_any_write_is_run_again(kind: str, write: int, after: bool, tmp_path: Path) -> None:
    source = fill(MemoryStore())
    with opened(kind, tmp_path / "there") as target:
        with pytest.raises(Killed):
            list(copy(source, Breaking(target, write, after)))
        assert troubles(source, target) == []
        assert everything(target) == everything(source)
        assert brought(source, Breaking(target, 1, False)) == {"there": COUNT}, "and from then on nothing is written"


def test_nothing_is_ever_deleted() -> None:
    deleted: list[object] = []

    class Watched(MemoryStore):
        def commit(self, uid: str, expect: str, puts: Mapping[str, bytes], deletes: Iterable[str] = ()) -> str:
            deleted.extend(deletes)
            return super().commit(uid, expect, puts)

    assert brought(fill(MemoryStore()), Watched()) == {"copied": COUNT}
    assert deleted == []


def test_a_store_that_gives_up_ends_the_copy() -> None:
    class Full(MemoryStore):
        def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
            raise Unavailable("the disk is full")

    with pytest.raises(Unavailable):
        list(copy(fill(MemoryStore()), Full()))


def test_what_is_not_read_back_as_it_was_written_is_named() -> None:
    class Forgetful(MemoryStore):
        def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
            return super().create(uid, id, {address: data for address, data in puts.items() if address != MUFFIN})

    found = troubles(fill(MemoryStore()), Forgetful())
    assert sorted(id for _, id, _ in found) == sorted([sealing.ID, "older", "one"])
    assert {why for *_, why in found} == {"what was read back is not what was written"}


def test_somebody_who_is_faster_is_left_in_place() -> None:
    class Raced(MemoryStore):
        def create(self, uid: str, id: str, puts: Mapping[str, bytes]) -> str:
            if id == "one":
                super().create(OTHER, "ONE", told(OTHER))
            return super().create(uid, id, puts)

    [(state, id, why)] = troubles(fill(MemoryStore()), Raced())
    assert (state, id, "ONE already exists" in why) == (DIFFERS, "one", True)


def test_what_is_gone_since_it_was_listed_is_left_out() -> None:
    class Shrinking(MemoryStore):
        def dialogues(self) -> Iterable[Row]:
            return [*super().dialogues(), Row("gone", OTHER)]  # type: ignore[list-item]

    source, target = Shrinking(), MemoryStore()
    fill(source)
    assert troubles(source, target) == [(LEFT_OUT, "gone", "it was taken away meanwhile")]
    assert compared(source, target) == []


# --- verify -----------------------------------------------------------------------------------------------------------


def test_verify_names_every_difference() -> None:
    a, b = fill(MemoryStore()), MemoryStore()
    brought(a, b)
    a.create(OTHER, "mine", told(OTHER))
    b.create(uuid7(9, 9), "yours", told(uuid7(9, 9)))
    b.commit(UID, b.load(UID).version, {STRUDEL: b"a\r\n", "file/new": b"x"}, [MUFFIN])
    b.rename("older:older", "elder")
    b.rename(sealing.UID, "renamed")
    found = [(d.difference, d.id, d.path, d.detail) for d in compared(a, b)]
    assert found == [
        ("other-id", sealing.ID, "", "renamed"),
        ("only-in-b", "elder", "", ""),
        ("only-in-a", "mine", "", ""),
        ("only-in-a", "older", "", ""),
        ("only-in-b", "one", "new", ""),
        ("only-in-a", "one", "round-0/muffin.md", ""),
        ("other-bytes", "one", "round-0/strudel.md", "from byte 4 on; 5 and 3 bytes"),
        ("only-in-b", "yours", "", ""),
    ]
    turned = {"only-in-a": "only-in-b", "only-in-b": "only-in-a"}
    back = [(turned.get(d.difference, d.difference), d.path) for d in compared(b, a)]
    assert Counter(back) == Counter((difference, path) for difference, _, path, _ in found)


def test_which_dialogue_is_which() -> None:
    r = Row
    assert pairs([r("a", UID)], [r("a", UID)]) == [(r("a", UID), r("a", UID))]
    assert pairs([r("a", UID), r("b", "copy:b")], [r("a", "copy:a"), r("b", UID)]) == [
        (r("a", UID), r("a", "copy:a")), (r("b", "copy:b"), r("b", UID))], "who has the uid is up to the store"  # fmt: skip
    assert pairs([r("a", UID), r("b", OTHER)], [r("a", OTHER), r("b", UID)]) == [
        (r("a", UID), r("b", UID)), (r("b", OTHER), r("a", OTHER))], "names were swapped"  # fmt: skip
    assert pairs([r("a", "older:a")], [r("a", UID)]) == [(r("a", "older:a"), r("a", UID))], "it was given a uid"
    assert pairs([r("a", UID)], [r("b", OTHER)]) == [(r("a", UID), None), (None, r("b", OTHER))]


# --- cost -------------------------------------------------------------------------------------------------------------


def test_one_dialogue_is_held_at_a_time_and_a_thousand_contributions_are_quick() -> None:
    loads: list[str] = []

    class Counted(MemoryStore):
        def load(self, uid: str) -> Snapshot:
            loads.append(uid)
            return super().load(uid)

    source, target = Counted(), Counted()
    for n in range(50):
        source.create(uuid7(n, n), f"d{n:02}", told(uuid7(n, n)) | {f"contribution/{e:02}#muffin": b"text\n" * 100 for e in range(20)})
    began = perf_counter()
    for done, _ in enumerate(copy(source, target), 1):
        assert len(loads) == 2 * done, "each is read once, and once read back, before the next one"
    assert perf_counter() - began < 5
    loads.clear()
    assert brought(source, target) == {"there": 50}
    assert len(loads) == 100
