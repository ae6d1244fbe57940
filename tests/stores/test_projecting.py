"""The projection beside the dialogues of SQLite and PostgreSQL: made, dropped, followed by every write, never half."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blue_cli.actions.projecting import Graphs, condition, unproject
from blue_cli.dialogue.ids import uuid7
from blue_cli.dialogue.schema import TABLES
from blue_cli.errors import BlueError, Conflict, Unavailable
from blue_cli.stores.base import Stale
from blue_cli.stores.projecting import Condition
from blue_cli.stores.registry import open_store, prepare
from blue_cli.stores.relational import RelationalStore
from tests.dialogue.judged import AGREED, with_verdict
from tests.stores import postgres
from tests.stores.projections import assert_same, blobs, dump, fill, follow, fresh, made, of

UID = uuid7(0, 0)
CURRENT = Condition(True, True, 0)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], RelationalStore]]:
    """Opens one new store, as often as it is called."""
    url = "sqlite:///blue.db"
    if request.param == "postgresql":
        found = request.getfixturevalue("database")
        url = f"{found}{'&' if '?' in found else '?'}schema=s{next(postgres.NUMBERS)}"
    prepare(url, str(tmp_path))
    opened: list[Any] = []

    def open_it() -> RelationalStore:
        opened.append(open_store(url, str(tmp_path)))
        return opened[-1]  # type: ignore[no-any-return]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(again: Callable[[], RelationalStore]) -> RelationalStore:
    made = again()
    fill(made, [AGREED, with_verdict(AGREED)])
    return made


def write(store: RelationalStore, uid: str = UID, text: bytes = b"[TENSION T01: new]\n", at: str = "contribution/02#muffin") -> None:
    store.commit(uid, store.load(uid).version, {at: text})


def tensions(store: RelationalStore) -> int:
    return len(dump(store)["tensions"])


def run(store: RelationalStore, *statements: str) -> None:
    """Something that another program does in the database."""
    store.write(lambda ask: [ask.one(statement, ()) for statement in statements])


# --- made, dropped ---------------------------------------------------------------------------------------------


def test_there_is_none_until_it_is_made_and_making_it_again_writes_nothing(store: RelationalStore) -> None:
    assert condition(store) == Condition(False)  # type: ignore[arg-type]
    assert (made(store), condition(store), made(store)) == (2, CURRENT, 0)  # type: ignore[arg-type]
    assert tensions(store) == 4


def test_it_goes_without_a_trace_and_comes_back_the_same(store: RelationalStore) -> None:
    made(store)
    before = dump(store)
    assert [unproject(store), unproject(store)] == [True, False]  # type: ignore[arg-type]
    assert store.moment(lambda ask: ask.has([table.name for table in TABLES])) == []
    made(store)
    assert dump(store) == before


@pytest.mark.parametrize("name", ["tensions", "dialogues"])
def test_a_table_that_blue_did_not_make_is_not_touched(store: RelationalStore, name: str) -> None:
    run(store, f"CREATE TABLE {name} (mine integer)", f"INSERT INTO {name} VALUES (7)")
    with pytest.raises(Conflict, match=name):
        made(store)
    assert unproject(store) is False  # type: ignore[arg-type]
    assert store.read(f"SELECT mine FROM {name}") == [(7,)]
    write(store)


def test_one_of_another_form_answers_nothing_and_is_made_again(store: RelationalStore) -> None:
    made(store)
    run(store, "UPDATE blue_projection SET format = 'older'")
    assert condition(store) == Condition(True)  # type: ignore[arg-type]
    assert_same(store)
    follow(store)
    write(store)
    assert made(store) == 2
    assert condition(store) == CURRENT  # type: ignore[arg-type]


def test_a_dialogue_that_somebody_deleted_is_forgotten(store: RelationalStore) -> None:
    made(store)
    run(store, f"DELETE FROM blue_dialogues WHERE uid = '{UID}'")
    assert_same(store)
    made(store)
    assert [row[0] for row in dump(store)["dialogues"]] == ["d1"]


# --- kept current ----------------------------------------------------------------------------------------------


def test_every_way_of_writing_is_followed(store: RelationalStore) -> None:
    follow(store)
    made(store)
    write(store)
    assert tensions(store) == 5
    other = uuid7(9, 9)
    store.create(other, "new", blobs(AGREED, other))
    store.rename(UID, "renamed")
    store.commit(other, store.load(other).version, {}, ["contribution/00#scone"])
    assert condition(store) == CURRENT  # type: ignore[arg-type]
    assert {row[0] for row in dump(store)["dialogues"]} == {"d1", "new", "renamed"}
    assert dump(store) == fresh(store)


def test_a_uid_that_moves_takes_its_rows_along(store: RelationalStore) -> None:
    follow(store)
    made(store)
    other = uuid7(9, 9)
    store.commit(UID, store.load(UID).version, blobs(AGREED, other))
    assert condition(store) == CURRENT  # type: ignore[arg-type]
    assert dump(store) == fresh(store)


def test_a_copy_that_comes_into_a_uid_is_behind_until_it_is_projected_again(store: RelationalStore) -> None:
    store.create("older:copy", "copy", {})
    store.commit("older:copy", store.load("older:copy").version, blobs(AGREED, UID))
    follow(store)
    made(store)
    store.commit(UID, store.load(UID).version, blobs(AGREED, uuid7(9, 9)))
    assert store.load(UID).id == "copy"
    assert condition(store).behind == 1  # type: ignore[arg-type]
    assert_same(store)
    assert made(store) == 1
    assert dump(store) == fresh(store)


def test_what_somebody_wrote_without_it_is_behind_and_is_asked_of_the_files(store: RelationalStore) -> None:
    made(store)
    write(store)
    assert condition(store) == Condition(True, True, 1)  # type: ignore[arg-type]
    assert_same(store)
    assert made(store) == 1
    assert condition(store) == CURRENT  # type: ignore[arg-type]


def test_a_commit_that_lost_leaves_the_rows_alone(store: RelationalStore) -> None:
    follow(store)
    made(store)
    old = store.load(UID).version
    write(store)
    before = dump(store)
    with pytest.raises(Stale):
        store.commit(UID, old, {"contribution/03#muffin": b"[TENSION T01: x]"})
    assert dump(store) == before


def test_rows_and_files_come_together_or_not_at_all(store: RelationalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(store)
    made(store)
    before, files = dump(store), store.load(UID).blobs
    monkeypatch.setattr(Graphs, "rows", lambda self, snapshot: {"tensions": [(1, 2, 3)]})
    with pytest.raises(BlueError):
        write(store)
    monkeypatch.undo()
    assert (dump(store), store.load(UID).blobs) == (before, files)


def test_a_store_without_one_pays_a_question_a_write(store: RelationalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(store)
    monkeypatch.setattr(Graphs, "rows", lambda self, snapshot: pytest.fail("nothing is read for a projection that is not there"))
    write(store)


# --- a stranger's file ------------------------------------------------------------------------------------------


def test_a_trigger_on_a_table_of_the_projection_is_refused(tmp_path: Path) -> None:
    prepare("sqlite:///blue.db", str(tmp_path))
    store: Any = open_store("sqlite:///blue.db", str(tmp_path))
    fill(store, [AGREED])
    made(store)
    run(store, "CREATE TRIGGER bad AFTER INSERT ON tensions BEGIN DELETE FROM blue_blobs; END")
    follow(store)
    for act in (lambda: write(store), lambda: made(store), lambda: unproject(store)):
        with pytest.raises(Unavailable, match="triggers"):
            act()
    assert len(store.load(UID).blobs) == len(AGREED)
    store.close()


def test_answers_are_of_one_moment(store: RelationalStore, again: Callable[[], RelationalStore]) -> None:
    made(store)
    other = again()

    def work(ask: Any) -> tuple[Any, Any]:
        first = ask.one("SELECT count(*) FROM blue_blobs", ())
        write(other)
        return first, ask.one("SELECT count(*) FROM blue_blobs", ())

    first, second = store.moment(work)
    assert first == second
    assert of(store)
