"""A commit to DynamoDB is seen whole or not at all, wherever it is interrupted and whoever reads in between."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Conflict, NotFound, Unavailable
from blue_cli.stores.base import Stale, Store, commit_loop
from blue_cli.stores.dynamo_items import META, PART, partition
from blue_cli.stores.dynamodb import DynamoStore
from tests.stores.contract import MUFFIN, OTHER, STRUDEL, UID, told
from tests.stores.dynamo import Watched, dynamo, everything, leftovers, new_table, plain, shared_client  # noqa: F401 - a fixture
from tests.stores.dynamo_deeds import DEEDS, LARGE, Deed, bring, many, narrow, state_of  # noqa: F401

pytestmark = pytest.mark.usefixtures("dynamo")
NARROW = pytest.mark.usefixtures("narrow")
EACH = pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)


class Killed(BaseException):
    """The process ends here."""


def before(url: str, deed: Deed) -> None:
    bring(plain(url), deed.before)


# --- what a reader sees ------------------------------------------------------------------------------------------


@NARROW
@EACH
def test_between_any_two_requests_a_reader_sees_all_or_nothing(deed: Deed) -> None:
    url = new_table()
    before(url, deed)
    writer, seen = Watched(url), []
    writer.hooks.append(lambda name, request: seen.append(state_of(plain(url))))
    deed.do(writer.store)
    seen.append(state_of(plain(url)))
    assert all(state in (deed.before, deed.after) for state in seen)
    news = [state == deed.after for state in seen]
    assert news == sorted(news) and news[-1]  # never back
    assert leftovers(url) == []


@NARROW
@EACH
@pytest.mark.parametrize("page", [3, None])
def test_a_reader_who_is_overtaken_between_two_pages_sees_all_or_nothing(deed: Deed, page: int | None) -> None:
    """The same for a query that spans a commit: with pages of few items every page but the first may be too new."""
    if not deed.before:
        return
    (uid, _), *_ = deed.before
    turn = 0
    while True:
        url = new_table()
        before(url, deed)
        reader, at = Watched(url, page), turn

        def overtake(name: str, request: Any, reader: Watched = reader, at: int = at, url: str = url) -> None:
            if len(reader.sent) == at + 1:
                deed.do(plain(url))

        reader.hooks.append(overtake)
        try:
            snapshot = reader.store.load(uid)
        except NotFound:
            assert uid not in {other for other, _ in deed.after}
        else:
            assert {(snapshot.uid, snapshot.id): snapshot.blobs}.items() <= {**deed.before, **deed.after}.items() or (
                snapshot.blobs in (*deed.before.values(), *deed.after.values())
            )
        if len(reader.sent) <= turn:
            return
        turn += 1


def test_a_reader_who_is_always_overtaken_gives_up_with_a_conflict() -> None:
    url = new_table()
    plain(url).create(UID, "one", told(UID) | {STRUDEL: b"0"})
    reader, other = Watched(url, page=1), plain(url)

    def overtake(name: str, request: Any) -> None:
        if '"blob#contribution' in request.body.decode():  # the second page
            commit_loop(other, UID, lambda seen: ({address: data + b"+" for address, data in seen.blobs.items()}, (), None))

    reader.hooks.append(overtake)
    with pytest.raises(Conflict, match="kept changing while it was read"):
        reader.store.load(UID)
    assert len(reader.pauses) == 11


def test_items_that_do_not_fit_together_are_told_from_a_change() -> None:
    url = new_table()
    store = plain(url)
    store.create(UID, "one", told(UID) | {STRUDEL: b"0"})
    table = url.partition("//")[2].partition("?")[0]
    shared_client(store.wire.target.endpoint).delete_item(
        TableName=table, Key={"pk": {"S": partition(UID)}, "sk": {"S": f"blob#{STRUDEL}"}}
    )
    with pytest.raises(Unavailable, match="do not fit together") as caught:
        store.load(UID)
    assert caught.value.exit == 7


# --- killed ------------------------------------------------------------------------------------------------------


@NARROW
@EACH
def test_killed_before_any_request_the_old_or_the_new_is_there_and_the_next_commit_cleans_up(deed: Deed) -> None:
    turn, states = 0, []
    while True:
        url = new_table()
        before(url, deed)
        if not killed(url, deed, turn):
            break
        store = plain(url)
        state = state_of(store)
        assert state in (deed.before, deed.after)
        states.append(state == deed.after)
        if state == deed.before:  # what people do then
            deed.do(store)
        ((uid, id), blobs), *others = deed.after.items()
        store.commit(uid, store.load(uid).version, {"file/next": b"n"})
        assert state_of(plain(url)) == {(uid, id): {**blobs, "file/next": b"n"}, **dict(others)}
        assert leftovers(url) == []
        turn += 1 if turn < 4 or deed.name != "adopt-many" else 2
    assert turn and states == sorted(states)


def killed(url: str, deed: Deed, turn: int) -> bool:
    """Whether the process ended before its request of that number was sent."""
    writer = Watched(url)

    def hook(name: str, request: Any) -> None:
        if len(writer.sent) == turn + 1:
            raise Killed

    writer.hooks.append(hook)
    try:
        deed.do(writer.store)
    except Killed:
        return True
    return False


@NARROW
def test_a_dialogue_can_be_made_where_one_moved_out_and_its_mover_was_killed() -> None:
    deed = next(deed for deed in DEEDS if deed.name == "rename-older")
    for turn in range(4, 8):
        url = new_table()
        before(url, deed)
        killed(url, deed, turn)
        store = plain(url)
        if ("older:two", "two") not in state_of(store):
            continue
        store.create("older:one", "one", {MUFFIN: b"another"})
        assert store.load("older:one").blobs == {MUFFIN: b"another"}
        assert plain(url).load("older:two").blobs == deed.before["older:one", "one"]


def test_a_store_that_fails_after_the_decision_has_committed() -> None:
    url = new_table()
    plain(url).create(UID, "one", told(UID))
    writer = Watched(url)

    def hook(name: str, request: Any) -> None:
        if writer.sent.count("TransactWriteItems") > 1:
            raise Unavailable("gone")

    writer.hooks.append(hook)
    version = writer.store.commit(UID, writer.store.load(UID).version, many(0, 120))
    assert plain(url).load(UID).version == version
    writer.hooks.clear()
    writer.store.commit(UID, version, {STRUDEL: b"next"})
    assert plain(url).load(UID).blobs == told(UID) | many(0, 120) | {STRUDEL: b"next"}
    assert leftovers(url) == []


# --- many at once ------------------------------------------------------------------------------------------------


@NARROW
def test_two_large_commits_at_once_and_two_that_fold_the_same() -> None:
    url = new_table()
    version = plain(url).create(UID, "one", told(UID))

    def run(number: int) -> bool:
        try:
            plain(url).commit(UID, version, {**many(0, 20, b"%d" % number), STRUDEL: LARGE[number:]})
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = [number for number, ok in enumerate(pool.map(run, range(4))) if ok]
    assert len(won) == 1
    assert plain(url).load(UID).blobs == told(UID) | many(0, 20, b"%d" % won[0]) | {STRUDEL: LARGE[won[0] :]}
    store = plain(url)
    store.commit(UID, store.load(UID).version, {MUFFIN: b"m"})
    assert leftovers(url) == []


def test_a_fold_that_comes_late_changes_nothing() -> None:
    """A writer stops between its decision and its folding; others finish that and go on; then it wakes up."""
    url = new_table()
    plain(url).create(UID, "one", told(UID) | many(0, 100, b"old"))
    late, rest = Watched(url), many(0, 100, b"last")

    def overtake(name: str, request: Any) -> None:
        if late.sent.count("TransactWriteItems") == 2 and plain(url).load(UID).blobs != told(UID) | rest:
            other = plain(url)
            other.commit(UID, other.load(UID).version, rest)

    late.hooks.append(overtake)
    late.store.commit(UID, late.store.load(UID).version, many(0, 100, b"late"))
    assert plain(url).load(UID).blobs == told(UID) | rest


def _compete(url: str, version: str, number: int, start: Any, won: Any) -> None:
    store = DynamoStore(url)
    start.wait()
    try:
        store.commit(UID, version, {STRUDEL: b"%d" % number, f"contribution/00#e{number}": b"x"})
    except Stale:
        return
    won.put(number)


def test_of_sixteen_processes_exactly_one_wins() -> None:
    url = new_table()
    version = plain(url).create(UID, "one", told(UID))
    fork = multiprocessing.get_context("fork")
    start, won = fork.Barrier(16), fork.SimpleQueue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the server runs in a thread here, and no child uses it
        children = [fork.Process(target=_compete, args=(url, version, number, start, won)) for number in range(16)]
        for child in children:
            child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 16
    winner = won.get()
    assert won.empty()
    assert plain(url).load(UID).blobs == told(UID) | {STRUDEL: b"%d" % winner, f"contribution/00#e{winner}": b"x"}


def test_a_dialogue_renamed_there_and_back_has_its_version_and_takes_no_commit_of_before() -> None:
    """The version is the same, the items are others: a transaction prepared before would leave a sum that fits nothing."""
    url = new_table()
    store, slow = plain(url), Watched(url)
    version = store.create("older:one", "one", {STRUDEL: b"s", MUFFIN: b"m"})

    def hook(name: str, request: Any) -> None:
        if name == "TransactWriteItems" and slow.sent.count(name) == 1:
            store.rename("older:one", "two")
            store.rename("older:two", "one")

    slow.hooks.append(hook)
    slow.store.commit("older:one", version, {STRUDEL: b"t"})
    assert plain(url).load("older:one").blobs == {STRUDEL: b"t", MUFFIN: b"m"}


def test_a_uid_that_another_dialogue_has_makes_a_copy_and_a_free_one_an_original() -> None:
    store = plain(new_table())
    store.create(UID, "one", told(UID))
    store.create("older:two", "two", {})
    store.commit("older:two", store.load("older:two").version, told(UID))
    assert [(e.id, e.uid) for e in store.dialogues()] == [("one", UID), ("two", "copy:two")]
    assert store.load("copy:two").blobs == told(UID)
    store.rename("copy:two", "three")
    store.commit("copy:three", store.load("copy:three").version, told(OTHER))
    assert [(e.id, e.uid) for e in store.dialogues()] == [("one", UID), ("three", OTHER)]


# --- sizes and counts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1, 1 << 20])
def test_a_blob_of_any_size_is_written_again_and_again(size: int) -> None:
    url = new_table()
    store = Watched(url).store
    one, two = os.urandom(size), os.urandom(size or 1)
    store.create(UID, "one", told(UID) | {STRUDEL: one})
    assert plain(url).load(UID).blobs[STRUDEL] == one
    store.commit(UID, store.load(UID).version, {STRUDEL: two})
    assert plain(url).load(UID).blobs[STRUDEL] == two
    store.commit(UID, store.load(UID).version, {}, [STRUDEL])
    assert plain(url).load(UID).blobs == told(UID)
    assert [sk for pk, sk in everything(url) if pk == partition(UID)] == ["blob#dialogue", META]


def test_a_commit_of_more_than_4_mb_goes_in_phases() -> None:
    url = new_table()
    blobs = {f"file/{number}": os.urandom(350_000) for number in range(12)}
    watched = Watched(url)  # which holds every request against the limits
    watched.store.create(UID, "one", told(UID) | blobs)
    assert plain(url).load(UID).blobs == told(UID) | blobs
    assert "BatchWriteItem" in watched.sent


def test_an_address_that_is_too_long_for_a_key_is_kept_as_well() -> None:
    url = new_table()
    long = {f"file/{'ä' * 400}/{letter * 400}/x": letter.encode() * 400_000 for letter in "ab"}
    store = Watched(url).store
    store.create(UID, "one", told(UID) | long)
    store.commit(UID, store.load(UID).version, many(0, 120) | {address: data + b"+" for address, data in long.items()})
    assert plain(url).load(UID).blobs == told(UID) | many(0, 120) | {address: data + b"+" for address, data in long.items()}
    store.commit(UID, store.load(UID).version, {}, long)
    assert plain(url).load(UID).blobs == told(UID) | many(0, 120)


def counted(watched: Watched, do: Callable[[], object]) -> list[str]:
    del watched.sent[:]
    do()
    return watched.sent


def test_how_often_the_table_is_asked() -> None:
    url = new_table()
    watched = Watched(url)
    store: Store = watched.store
    hundred = {f"contribution/{n % 10:02d}#e{n}": b"x" * 2000 for n in range(85)}
    assert counted(watched, lambda: store.create(UID, "one", told(UID) | hundred)) == ["TransactWriteItems"]
    assert counted(watched, lambda: list(store.dialogues())) == ["Query"]
    assert counted(watched, lambda: store.load(UID)) == ["Query"]
    version = store.load(UID).version
    assert counted(watched, lambda: store.commit(UID, version, {STRUDEL: b"1"})) == ["TransactWriteItems"]
    assert [len(watched.bodies[-1]["TransactItems"])] == [2]  # the blob and meta
    assert counted(watched, lambda: plain(url).commit(UID, plain(url).load(UID).version, {STRUDEL: b"2"})) == []
    fresh = Watched(url)
    fresh.store.commit(UID, plain(url).load(UID).version, {STRUDEL: b"3"})
    assert fresh.sent == ["Query", "TransactWriteItems"]
    assert counted(fresh, lambda: fresh.store.rename(UID, "two")) == ["Query", "TransactWriteItems"]


def test_a_dialogue_of_more_than_a_page_is_one_query_with_as_many_pages_as_it_needs() -> None:
    url = new_table()
    blobs = {f"contribution/{n % 10:02d}#e{n}": b"x" * 30_000 for n in range(80)}
    plain(url).create(UID, "one", told(UID) | blobs)
    watched = Watched(url)
    assert watched.store.load(UID).blobs == told(UID) | blobs
    assert watched.sent == ["Query"] * 3  # 2.4 MB, and a page ends before 1 MB
    small = Watched(url, page=10)
    small.store.load(UID)
    assert small.sent == ["Query"] * 9  # 80 contributions, dialogue, meta: 82 items


def test_other_dialogues_cost_nothing() -> None:
    url = new_table()
    store = plain(url)
    for number in range(30):
        store.create(uuid7(number, number), f"d{number}", told(uuid7(number, number)))
    watched = Watched(url, page=10)
    assert counted(watched, lambda: watched.store.load(uuid7(7, 7))) == ["Query"]
    assert len(list(watched.store.dialogues())) == 30
