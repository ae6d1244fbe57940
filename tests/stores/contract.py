"""What every store promises (DESIGN.md, choice 1). A store passes when a subclass that opens it passes."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Conflict, NotFound, Refused, WrongCall
from blue_cli.stores.base import Row, Stale, Store, by_id, commit_loop, stamp
from blue_cli.stores.limits import BLOB
from blue_cli.stores.readonly import ReadOnly

UID = uuid7(1_795_000_000_000, 1)
OTHER = uuid7(1_795_000_000_000, 2)
QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # for tests with thousands of fsync: seconds on a disk
STRUDEL, MUFFIN = "contribution/00#strudel", "contribution/00#muffin"


def told(uid: str, more: bytes = b"") -> dict[str, bytes]:
    """The least a dialogue holds: a `dialogue.md` that says its uid."""
    return {"dialogue": b"---\nblue: 1\nuid: " + uid.encode() + b"\n---\n" + more}


class StoreContract:
    """Subclasses give `store`, an empty store, and `again`, which opens the same store as another process would."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError

    @pytest.fixture
    def again(self, store: Store) -> Callable[[], Store]:
        raise NotImplementedError

    # --- reading ---

    def test_an_empty_store_lists_nothing(self, store: Store) -> None:
        assert list(store.dialogues()) == []

    def test_a_listing_has_each_dialogue_once_sorted_by_bytes(self, store: Store) -> None:
        for number, id in enumerate(["b", "a-2", "Z", "a", "a-10"]):
            store.create(uuid7(number, number), id, told(uuid7(number, number)))
        assert [(e.id, e.uid) for e in store.dialogues()] == [
            (id, uuid7(n, n)) for id, n in [("Z", 2), ("a", 3), ("a-10", 4), ("a-2", 1), ("b", 0)]
        ]

    def test_a_dialogue_is_found_by_its_id_without_a_listing(self, store: Store) -> None:
        store.create(UID, "cache", told(UID))
        store.create("older:Records", "Records", {MUFFIN: b"x"})
        assert [by_id(store, id) for id in ("cache", "Records")] == [Row("cache", UID), Row("Records", "older:Records")]
        assert [by_id(store, id) for id in ("Cache", "records", "cach", "cache/", "../cache", "", "*")] == [None] * 7

    def test_what_is_not_there_is_not_found(self, store: Store) -> None:
        store.create(UID, "one", told(UID))
        for uid in (OTHER, "older:two", "copy:two", "older:../one", "nonsense", ""):
            with pytest.raises(NotFound):
                store.load(uid)
            with pytest.raises(NotFound):
                store.commit(uid, "0", {})
            with pytest.raises(NotFound):
                store.rename(uid, "three")

    def test_another_stamp_says_that_something_changed(self, store: Store, again: Callable[[], Store]) -> None:
        store.create(UID, "one", told(UID) | {STRUDEL: b"before"})
        store.create(OTHER, "other", told(OTHER))
        stamps = [stamp(store, UID)]
        writer = again()
        for puts in ({STRUDEL: b"after."}, {MUFFIN: b"x"}, {"dialogue": told(UID, b"y")["dialogue"]}):
            writer.commit(UID, writer.load(UID).version, puts)
            stamps.append(stamp(store, UID))
        writer.rename(UID, "two")
        stamps.append(stamp(store, UID))
        assert len({*stamps}) == len(stamps)
        writer.commit(OTHER, writer.load(OTHER).version, {MUFFIN: b"x"})
        assert stamp(store, UID) == stamps[-1] == stamp(store, "older:two")

    def test_what_is_not_there_has_no_stamp(self, store: Store) -> None:
        store.create(UID, "one", told(UID))
        for uid in (OTHER, "older:two", "older:ONE", "older:../one", "nonsense", ""):
            with pytest.raises(NotFound):
                stamp(store, uid)

    @pytest.mark.parametrize(
        "data",
        [b"", b"a\r\nb\rc\n", b"\xef\xbb\xbf---\r\n---\r\nx", b"no end", b"\x00\xff\xfe", b"\n" * 3, bytes(range(256)) * 200, b"x" * BLOB],
        ids=["empty", "line-ends", "bom", "no-newline", "not-text", "newlines", "more-than-one-read", "limit"],
    )
    def test_bytes_come_back_exactly(self, store: Store, again: Callable[[], Store], data: bytes) -> None:
        store.create(UID, "one", told(UID) | {STRUDEL: data})
        store.commit(UID, store.load(UID).version, {MUFFIN: data})
        assert again().load(UID).blobs == told(UID) | {STRUDEL: data, MUFFIN: data}

    def test_blobs_are_sorted_by_address_whatever_the_order_of_writing(self, store: Store) -> None:
        blobs = dict.fromkeys(
            ("verdict/final", "ruling/01#T0001", "file/panel.json", "file/a/b/c.md", STRUDEL, MUFFIN, "contribution/10#a"), b"x"
        )
        store.create(UID, "one", blobs | told(UID))
        assert list(store.load(UID).blobs) == sorted(blobs | told(UID))

    def test_a_dialogue_without_a_uid_is_known_by_its_id(self, store: Store) -> None:
        store.create("older:one", "one", {STRUDEL: b"x"})
        assert [e.uid for e in store.dialogues()] == ["older:one"]
        assert store.load("older:one").blobs == {STRUDEL: b"x"}

    def test_a_dialogue_that_is_given_a_uid_is_known_by_it_from_then_on(self, store: Store, again: Callable[[], Store]) -> None:
        store.create("older:one", "one", {STRUDEL: b"x"})
        store.commit("older:one", store.load("older:one").version, told(UID))
        for handle in (store, again()):
            assert handle.load(UID).blobs == told(UID) | {STRUDEL: b"x"}
            assert handle.load("older:one").uid == UID

    # --- commit ---

    def test_a_commit_gives_the_version_that_the_next_one_expects(self, store: Store, again: Callable[[], Store]) -> None:
        version = store.create(UID, "one", told(UID))
        assert version == store.load(UID).version
        version = store.commit(UID, version, {STRUDEL: b"1", MUFFIN: b"2"})
        assert version == again().load(UID).version
        version = again().commit(UID, version, {STRUDEL: b"3"}, [MUFFIN])
        assert store.load(UID).blobs == told(UID) | {STRUDEL: b"3"}
        assert version == store.load(UID).version

    def test_a_stale_commit_changes_nothing(self, store: Store) -> None:
        old = store.create(UID, "one", told(UID))
        store.commit(UID, old, {STRUDEL: b"theirs"})
        with pytest.raises(Stale) as caught:
            store.commit(UID, old, {STRUDEL: b"ours", MUFFIN: b"ours"}, ["dialogue"])
        assert caught.value.exit == 5
        assert store.load(UID).blobs == told(UID) | {STRUDEL: b"theirs"}

    def test_writing_what_is_there_changes_no_version(self, store: Store) -> None:
        version = store.create(UID, "one", told(UID))
        assert store.commit(UID, version, told(UID), [MUFFIN]) == version

    def test_what_is_put_and_deleted_is_gone(self, store: Store) -> None:
        version = store.create(UID, "one", told(UID) | {STRUDEL: b"x"})
        store.commit(UID, version, {STRUDEL: b"y", MUFFIN: b"z"}, iter([STRUDEL, MUFFIN]))
        assert store.load(UID).blobs == told(UID)

    @pytest.mark.parametrize(
        "address",
        [
            "file/../x",
            "file//etc/passwd",
            "file/.git/config",
            "contribution/00#../x",
            "contribution/0#x",
            "file/dialogue.md",
            "",
            "file/a\nb",
            "verdict/con",
        ],
    )
    def test_an_address_that_leads_out_is_a_wrong_call_and_nothing_is_written(self, store: Store, address: str) -> None:
        version = store.create(UID, "one", told(UID))
        for puts, deletes in (({STRUDEL: b"x", address: b"x"}, []), ({STRUDEL: b"x"}, [address])):
            with pytest.raises(WrongCall, match="unsafe-path"):
                store.commit(UID, version, puts, deletes)
        with pytest.raises(WrongCall, match="unsafe-path"):
            store.create(OTHER, "two", told(OTHER) | {address: b"x"})
        assert store.load(UID).version == version
        assert [e.id for e in store.dialogues()] == ["one"]

    def test_a_blob_over_the_limit_is_refused_whole(self, store: Store) -> None:
        version = store.create(UID, "one", told(UID))
        with pytest.raises(Refused, match=r"round-0/strudel\.md is too large"):
            store.commit(UID, version, {MUFFIN: b"x", STRUDEL: b"x" * (BLOB + 1)})
        assert store.load(UID).version == version

    def test_of_sixteen_that_expect_one_version_exactly_one_wins(self, store: Store, again: Callable[[], Store]) -> None:
        version = store.create(UID, "one", told(UID))
        start = Barrier(16)

        def run(number: int) -> bool:
            mine = again()
            start.wait()
            try:
                mine.commit(UID, version, {f"contribution/00#e{number}": b"x", STRUDEL: b"%d" % number})
            except Stale:
                return False
            return True

        with ThreadPoolExecutor(16) as pool:
            won = [number for number, ok in enumerate(pool.map(run, range(16))) if ok]
        assert len(won) == 1
        assert store.load(UID).blobs == told(UID) | {f"contribution/00#e{won[0]}": b"x", STRUDEL: b"%d" % won[0]}

    def test_nothing_is_lost_by_a_loop_of_load_plan_and_commit(self, store: Store, again: Callable[[], Store]) -> None:
        store.create(UID, "one", told(UID))

        def run(number: int) -> None:
            for turn in range(5):
                line = b"%d.%d\n" % (number, turn)
                commit_loop(again(), UID, lambda seen, line=line: ({STRUDEL: seen.blobs.get(STRUDEL, b"") + line}, (), None))  # type: ignore[misc]

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, range(4)))
        assert sorted(store.load(UID).blobs[STRUDEL].split()) == sorted(b"%d.%d" % (n, t) for n in range(4) for t in range(5))

    # --- create and rename ---

    @pytest.mark.parametrize("id", ["one", "ONE", "One"])
    def test_an_id_is_given_once_and_its_twin_is_the_same_id(self, store: Store, id: str) -> None:
        store.create(UID, "one", told(UID))
        with pytest.raises(Conflict):
            store.create(OTHER, id, told(OTHER))
        assert [e.id for e in store.dialogues()] == ["one"]

    def test_a_uid_is_given_once(self, store: Store, again: Callable[[], Store]) -> None:
        store.create(UID, "one", told(UID))
        for handle in (store, again()):
            with pytest.raises(Conflict, match=UID):
                handle.create(UID, "two", told(UID))

    def test_a_dialogue_must_say_the_uid_it_is_created_with(self, store: Store) -> None:
        with pytest.raises(WrongCall, match=OTHER):
            store.create(OTHER, "one", told(UID))
        with pytest.raises(WrongCall):
            store.create(UID, "one", {})
        assert list(store.dialogues()) == []

    @pytest.mark.parametrize("id", ["", ".", "..", "a/b", "-a", "con", "a\n", "ä", ".blue-tmp-1"])
    def test_an_id_that_is_no_name_is_a_wrong_call(self, store: Store, id: str) -> None:
        store.create(UID, "one", told(UID))
        with pytest.raises(WrongCall):
            store.create(OTHER, id, told(OTHER))
        with pytest.raises(WrongCall):
            store.rename(UID, id)
        assert [e.id for e in store.dialogues()] == ["one"]

    def test_of_sixteen_that_create_one_id_exactly_one_wins(self, store: Store, again: Callable[[], Store]) -> None:
        start = Barrier(16)

        def run(number: int) -> bool:
            mine, uid = again(), uuid7(7, number)
            start.wait()
            try:
                mine.create(uid, "one" if number % 2 else "ONE", told(uid))
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(run, range(16))) == 1
        assert len(list(store.dialogues())) == 1

    def test_a_renamed_dialogue_keeps_its_uid_and_version(self, store: Store, again: Callable[[], Store]) -> None:
        version = store.create(UID, "one", told(UID))
        other = again()
        assert other.load(UID).id == "one"
        store.rename(UID, "two")
        for handle in (store, other, again()):
            assert (handle.load(UID).id, handle.load(UID).version) == ("two", version)
            assert [(e.id, e.uid) for e in handle.dialogues()] == [("two", UID)]

    def test_a_rename_may_change_the_case_alone(self, store: Store) -> None:
        store.create(UID, "one", told(UID))
        store.rename(UID, "One")
        assert [e.id for e in store.dialogues()] == ["One"]

    def test_a_rename_to_an_id_that_is_taken_changes_nothing(self, store: Store) -> None:
        store.create(UID, "one", told(UID))
        store.create(OTHER, "two", told(OTHER))
        for id in ("two", "TWO"):
            with pytest.raises(Conflict):
                store.rename(UID, id)
        assert [(e.id, e.uid) for e in store.dialogues()] == [("one", UID), ("two", OTHER)]

    # --- read-only ---

    def test_read_only_reads_and_refuses_to_write(self, store: Store) -> None:
        version = store.create(UID, "one", told(UID))
        closed: Store = ReadOnly(store, "it is a revision of git")
        assert [e.id for e in closed.dialogues()] == ["one"]
        assert closed.load(UID).blobs == told(UID)
        for write in (
            lambda: closed.commit(UID, version, {STRUDEL: b"x"}),
            lambda: closed.create(OTHER, "two", {}),
            lambda: closed.rename(UID, "two"),
        ):
            with pytest.raises(Conflict, match="read-only store") as caught:
                write()
            assert caught.value.why == "it is a revision of git"
        assert store.load(UID).version == version
        assert [e.id for e in store.dialogues()] == ["one"]
