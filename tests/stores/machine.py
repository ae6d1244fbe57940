"""Any store, compared with a dict through every order of calls that Hypothesis thinks of."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Conflict
from blue_cli.stores.base import Stale, Store
from tests.stores.contract import STRUDEL, told

UIDS = [uuid7(9, n) for n in range(4)] + ["older:a"]
IDS = ["a", "A", "b-1", "B-1", "c"]
ADDRESSES = [
    STRUDEL,
    "contribution/00#Strudel",
    "contribution/99#judge",
    "ruling/01#MUFFIN-T0001",
    "verdict/final",
    "file/panel.json",
    "file/a/b/c/d/ä.md",
]
BLOBS = st.binary(max_size=20) | st.sampled_from([b"\r\n", b"\xef\xbb\xbf", b"---\nuid: x\n---\n"])
PUTS = st.dictionaries(st.sampled_from(ADDRESSES), BLOBS)
MODERATE = settings(max_examples=25, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))


class StoreMachine(RuleBasedStateMachine):
    """Subclasses give `open_store`: two handles of one new, empty store. The calls go to them in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.handles: list[Store] = []
        self.model: dict[str, tuple[str, dict[str, bytes]]] = {}  # uid → id, blobs

    def open_store(self) -> tuple[Store, Store]:
        raise NotImplementedError

    @initialize()
    def open(self) -> None:
        self.handles = list(self.open_store())

    def next(self) -> Store:
        self.handles.reverse()
        return self.handles[0]

    def taken(self, id: str, but: str = "") -> bool:
        return any(id.casefold() == i.casefold() for uid, (i, _) in self.model.items() if uid != but)

    @rule(uid=st.sampled_from(UIDS), id=st.sampled_from(IDS), puts=PUTS)
    def create(self, uid: str, id: str, puts: dict[str, bytes]) -> None:
        if uid.startswith("older:"):
            uid = f"older:{id}"
        else:
            puts = puts | told(uid)
        if uid in self.model or self.taken(id):
            with pytest.raises(Conflict):
                self.next().create(uid, id, puts)
        else:
            self.next().create(uid, id, puts)
            self.model[uid] = (id, puts)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), puts=PUTS, deletes=st.sets(st.sampled_from(ADDRESSES)))
    def commit(self, data: st.DataObject, puts: dict[str, bytes], deletes: set[str]) -> None:
        uid = data.draw(st.sampled_from(sorted(self.model)))
        id, before = self.model[uid]
        after = {address: blob for address, blob in (before | puts).items() if address not in deletes}
        version = self.next().load(uid).version
        assert (self.next().commit(uid, version, puts, deletes) == version) == (after == before)
        self.model[uid] = (id, after)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), puts=PUTS, deletes=st.sets(st.sampled_from(ADDRESSES)))
    def commit_late(self, data: st.DataObject, puts: dict[str, bytes], deletes: set[str]) -> None:
        uid = data.draw(st.sampled_from(sorted(self.model)))
        id, before = self.model[uid]
        version = self.next().load(uid).version
        theirs = {STRUDEL: before.get(STRUDEL, b"") + b"+"}
        self.next().commit(uid, version, theirs)
        self.model[uid] = (id, before | theirs)
        with pytest.raises(Stale):
            self.next().commit(uid, version, puts, deletes)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), id=st.sampled_from(IDS))
    def rename(self, data: st.DataObject, id: str) -> None:
        uid = data.draw(st.sampled_from(sorted(self.model)))
        if self.taken(id, but=uid):
            with pytest.raises(Conflict):
                self.next().rename(uid, id)
            return
        self.next().rename(uid, id)
        blobs = self.model.pop(uid)[1]
        self.model[f"older:{id}" if uid.startswith("older:") else uid] = (id, blobs)

    @invariant()
    def same(self) -> None:
        for store in self.handles:
            assert [(e.id, e.uid) for e in store.dialogues()] == sorted((id, uid) for uid, (id, _) in self.model.items())
            for uid, (id, blobs) in self.model.items():
                seen = store.load(uid)
                assert (seen.uid, seen.id, seen.blobs, seen.unread) == (uid, id, blobs, ())
