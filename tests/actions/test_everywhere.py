"""A question put to every dialogue: the same answers with one process and with two, and nothing left behind."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.actions import everywhere
from blue_cli.actions.everywhere import ENOUGH, ask
from blue_cli.actions.listing import list_things
from blue_cli.actions.overview import overview
from blue_cli.errors import NotFound, Unavailable
from blue_cli.stores.base import Row, Snapshot, Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from blue_cli.views.items import LISTS, Filter
from tests.bench.workspace import FILES, build

MANY = ENOUGH + 5


class Names:
    """A store of names only."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)

    def dialogues(self) -> Iterable[Row]:
        return [Row(name, name) for name in self.names]

    def load(self, uid: str) -> Snapshot:
        raise NotFound(uid)


def names(n: int = MANY) -> Store:
    return Names(f"d{i:03d}" for i in range(n))  # type: ignore[return-value]


def children() -> bool:
    """Whether this process has a child, running or dead."""
    try:
        return os.waitpid(-1, os.WNOHANG) is not None
    except ChildProcessError:
        return False


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=5,
)


@settings(max_examples=15, deadline=None)
@given(st.lists(plain, min_size=ENOUGH, max_size=ENOUGH + 3))
def test_two_processes_give_the_answers_of_one(answers: list[object]) -> None:
    store = names(len(answers))
    given = {f"d{i:03d}": answer for i, answer in enumerate(answers)}
    assert list(ask(store, lambda _, uid: given[uid], 2)) == list(ask(store, lambda _, uid: given[uid], 1)) == answers
    assert not children()


def test_the_work_is_really_shared() -> None:
    assert len(set(ask(names(), lambda _, __: os.getpid(), 2))) == 2
    assert len(set(ask(names(), lambda _, __: os.getpid(), 1))) == 1
    assert len(set(ask(names(ENOUGH - 1), lambda _, __: os.getpid(), 2))) == 1, "too few to pay for a process"


def test_more_than_a_pipe_holds() -> None:
    assert sum(map(len, ask(names(), lambda _, __: "x" * 100_000, 2))) == MANY * 100_000


@pytest.mark.parametrize("bad", [0, MANY - 1])
def test_an_error_is_raised_once_wherever_it_is_met(bad: int, capfd: pytest.CaptureFixture[str]) -> None:
    def question(_: Store, uid: str) -> str:
        if uid == f"d{bad:03d}":
            raise Unavailable("the disk is gone")
        return "x" * 100_000  # far more than a pipe holds: the child is still writing when the parent gives up

    with pytest.raises(Unavailable):
        list(ask(names(), question, 2))
    assert not children()
    assert capfd.readouterr() == ("", "")


def test_who_stops_listening_leaves_nobody_behind() -> None:
    answers = ask(names(), lambda _, __: "x" * 100_000, 2)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert not children()


def test_answers_that_cannot_be_sent_are_given_here() -> None:
    assert len(list(ask(names(), lambda _, uid: Row(uid, uid), 2))) == MANY


def test_a_child_that_dies_is_replaced_by_oneself() -> None:
    parent = os.getpid()

    def question(_: Store, uid: str) -> str:
        if os.getpid() != parent:
            os.kill(os.getpid(), 9)
        return uid

    assert len(list(ask(names(), question, 2))) == MANY


def test_without_a_second_process_it_takes_longer_and_that_is_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise OSError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(everywhere.os, "fork", fork)
    before = len(os.listdir("/dev/fd"))
    assert len(list(ask(names(), lambda _, uid: uid, 2))) == MANY
    assert len(os.listdir("/dev/fd")) == before


def test_a_dialogue_that_went_away_meanwhile_is_not_there() -> None:
    def question(store: Store, uid: str) -> str:
        if uid in ("d001", f"d{MANY - 1:03d}"):
            store.load(uid)
        return uid

    for processes in (1, 2):
        assert len(list(ask(names(), question, processes))) == MANY - 2


def test_the_collector_of_garbage_works_again_afterwards() -> None:
    import gc

    list(ask(names(3), lambda _, uid: gc.isenabled() and 1 / 0))
    assert gc.isenabled()


def test_no_dialogues_no_answers(tmp_path: Path) -> None:
    assert list(ask(MemoryStore(), lambda _, uid: uid, 2)) == []
    assert threading.active_count() >= 1


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """As many dialogues in files as make a second process pay."""
    root = tmp_path_factory.mktemp("many")
    build(root, MANY * FILES)
    return FilesStore(str(root))


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize("noun", LISTS)
def test_every_list_of_real_dialogues_is_the_same(many: Store, noun: str, json: bool) -> None:
    alone, shared = (list_things(many, noun, Filter(all=True), None, json, processes) for processes in (1, 2))
    assert alone == shared
    assert len(alone.rows) + len(alone.items) >= (MANY if noun not in ("evidence", "claims", "stances", "verdicts") else 0)


def test_so_is_the_list_of_dialogues(many: Store) -> None:
    assert overview(many, 1) == overview(many, 2)
    assert len(overview(many, 2)) == MANY
