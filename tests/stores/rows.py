"""What SQLite and PostgreSQL do alike, beyond the contract: uids that move, one query a load, names that fit nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blue_cli.errors import Conflict, NotFound, WrongCall
from blue_cli.stores import relational
from blue_cli.stores.base import Stale, Store
from tests.stores.contract import MUFFIN, OTHER, STRUDEL, UID, StoreContract, told

Queries = Callable[[], list[str]]
TERMS = ["' OR 1=1 --", "?", "%s", "%(a)s", "\\'; DROP TABLE blue_blobs; --"]


class RelationalContract(StoreContract):
    """Subclasses give `queries`, which begins to note what `store` sends to its engine."""

    @pytest.fixture
    def queries(self, store: Store) -> Queries:
        raise NotImplementedError

    # --- uids ---

    def test_a_uid_that_another_dialogue_has_stays_that_ones(self, store: Store, again: Callable[[], Store]) -> None:
        store.create(OTHER, "a", told(OTHER))
        store.create(UID, "b", told(UID) | {STRUDEL: b"first"})
        store.commit(OTHER, store.load(OTHER).version, told(UID))
        for handle in (store, again()):
            assert [(e.id, e.uid) for e in handle.dialogues()] == [("a", "copy:a"), ("b", UID)]
            assert handle.load(UID).blobs[STRUDEL] == b"first"
            assert handle.load("copy:a").uid == "copy:a"

    def test_a_uid_that_is_given_up_goes_to_the_copy(self, store: Store) -> None:
        self.test_a_uid_that_another_dialogue_has_stays_that_ones(store, lambda: store)
        store.commit(UID, store.load(UID).version, {}, ["dialogue"])
        assert [(e.id, e.uid) for e in store.dialogues()] == [("a", UID), ("b", "older:b")]
        assert store.load("older:b").blobs == {STRUDEL: b"first"}

    def test_a_copy_is_known_by_its_new_id_when_it_is_renamed(self, store: Store) -> None:
        self.test_a_uid_that_another_dialogue_has_stays_that_ones(store, lambda: store)
        store.rename("copy:a", "z")
        assert [(e.id, e.uid) for e in store.dialogues()] == [("b", UID), ("z", "copy:z")]

    def test_an_id_is_asked_for_in_its_own_spelling(self, store: Store) -> None:
        store.create("older:One", "One", {})
        assert store.load("older:One").id == "One"
        for uid in ("older:one", "copy:ONE"):
            with pytest.raises(NotFound):
                store.load(uid)
            with pytest.raises(NotFound):
                store.commit(uid, "", {STRUDEL: b""})

    @pytest.mark.parametrize("term", TERMS)
    def test_what_looks_like_sql_is_a_value_like_any_other(self, store: Store, queries: Queries, term: str) -> None:
        version = store.create(UID, "one", told(UID))
        version = store.commit(UID, version, {f"file/{term.replace(chr(92), '')}": term.encode()})
        sent = queries()
        with pytest.raises(NotFound):
            store.load(term)
        assert sent == [], "what is no uid never reaches the engine"
        assert store.load(UID).blobs[f"file/{term.replace(chr(92), '')}"] == term.encode()

    # --- cost ---

    def test_a_load_is_one_query_however_many_files(self, store: Store, queries: Queries) -> None:
        store.create(UID, "one", told(UID) | {f"file/{n}": b"x" * 1000 for n in range(300)})
        sent = queries()
        assert len(store.load(UID).blobs) == 301
        assert len(sent) == 1, sent

    def test_a_listing_is_one_query_however_many_dialogues(self, store: Store, queries: Queries) -> None:
        for n in range(30):
            store.create(f"older:d{n}", f"d{n}", {})
        sent = queries()
        assert len(list(store.dialogues())) == 30
        assert len(sent) == 1, sent

    def test_what_is_there_already_is_not_written_again(self, store: Store, queries: Queries) -> None:
        version = store.create(UID, "one", told(UID) | {STRUDEL: b"1", MUFFIN: b"2"})
        sent = queries()
        store.commit(UID, version, {STRUDEL: b"1", MUFFIN: b"3"})
        assert sum("INSERT INTO blue_blobs" in one for one in sent) == 1, sent

    # --- tokens ---

    def test_a_version_is_never_used_twice(self, store: Store) -> None:
        first = store.create(UID, "one", told(UID))
        second = store.commit(UID, first, {STRUDEL: b"1"})
        third = store.commit(UID, second, {}, [STRUDEL])
        assert len({first, second, third}) == 3, "the same bytes, and still another version"

    @pytest.mark.parametrize("others", [0, 1, relational.RECENT - 1])
    def test_a_commit_that_went_through_is_known_as_our_own_whoever_wrote_since(
        self, store: Any, again: Callable[[], Store], monkeypatch: pytest.MonkeyPatch, others: int
    ) -> None:
        version = store.create(UID, "one", told(UID))
        real, lost = type(store).write, []

        def lossy(self: Any, work: Callable[[Any], Any]) -> Any:
            if not lost:
                lost.append(real(self, work))  # it is written, the reply is lost, others write, and it is tried again
                for n in range(others):
                    again().commit(UID, again().load(UID).version, {f"file/{n}": b"theirs"})
            return real(self, work)

        monkeypatch.setattr(type(store), "write", lossy)
        assert store.commit(UID, version, {STRUDEL: b"ours"}) == lost[0]
        assert len(store.load(UID).blobs) == 2 + others

    def test_each_way_of_writing_is_known_as_our_own(self, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        real = type(store).write
        monkeypatch.setattr(type(store), "write", lambda self, work: (real(self, work), real(self, work))[1])
        version = store.create("older:one", "one", {STRUDEL: b"1"})
        store.rename("older:one", "two")
        version = store.commit("older:two", version, told(UID))
        version = store.commit(UID, version, told(OTHER))
        store.rename(OTHER, "three")
        assert [(e.id, e.uid) for e in store.dialogues()] == [("three", OTHER)]
        assert store.load(OTHER).version == version
        with pytest.raises(Stale):
            store.commit(OTHER, "x", {STRUDEL: b"2"})
        with pytest.raises(Conflict):
            store.create(OTHER, "four", told(OTHER))

    # --- names ---

    @pytest.mark.parametrize("path", ["x" * 256, "ä" * 128, "a/" + "y" * 3000])
    def test_a_name_that_fits_in_no_folder_is_a_wrong_call(self, store: Store, path: str) -> None:
        version = store.create(UID, "one", told(UID))
        with pytest.raises(WrongCall, match="too long"):
            store.commit(UID, version, {STRUDEL: b"", f"file/{path}": b""})
        assert store.load(UID).version == version

    def test_the_longest_name_that_fits_in_a_folder_fits(self, store: Store) -> None:
        address = "file/" + "/".join("ä" * 127 + str(n) for n in range(5))
        store.create(UID, "one", told(UID) | {address: b"x"})
        assert store.load(UID).blobs[address] == b"x"

    @pytest.mark.parametrize("path", ["a\x00b", "\udcff", "a\nb"])
    def test_text_that_an_engine_could_not_hold_is_a_wrong_call(self, store: Store, path: str) -> None:
        with pytest.raises(WrongCall, match="unsafe-path"):
            store.create(UID, "one", told(UID) | {f"file/{path}": b""})
        assert list(store.dialogues()) == []
