"""Rows in DynamoDB follow a commit by their differences; nobody ever takes for current what is half written or of another version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from blue_cli.actions.listing import list_things
from blue_cli.actions.projecting import Graphs, condition, project, unproject
from blue_cli.dialogue.ids import uuid7
from blue_cli.errors import Unavailable
from blue_cli.stores import dynamo_items, dynamo_projection
from blue_cli.stores.base import Snapshot
from blue_cli.stores.dynamo_items import DIRECTORY, META, key, partition, place, view_of
from blue_cli.stores.dynamo_projection import FLAG, HEAD, form, items, write
from blue_cli.stores.dynamodb import DynamoStore
from blue_cli.stores.projecting import Condition
from blue_cli.views.items import Filter
from tests.dialogue.build import panel
from tests.dialogue.judged import AGREED
from tests.stores.dynamo import Watched, dynamo, endpoint, everything, new_table, plain  # noqa: F401 - a fixture
from tests.stores.projections import blobs, of

pytestmark = pytest.mark.usefixtures("dynamo")
UID, OTHER = uuid7(1, 1), uuid7(2, 2)
CURRENT = Condition(True, True, 0)
FILES = panel({"muffin": "[TENSION T01: a]\n[PERSPECTIVE P01: p]\n", "scone": "[TENSION T01: b]\n[RE:SUPPORT MUFFIN-P0001]\n"})
NEWS = {"contribution/01#muffin": b"[RESOLVED T0001: done]\n[TENSION T01: c]\n[PERSPECTIVE P01: q]\n"}
SEALED = {"dialogue": b"---\nblue: 1\nuid: " + UID.encode() + b"\ntitle: x\nseal: {v: 1}\n---\n"}
SECRET = b"zqxsecret"


class Killed(BaseException):
    """The process ends here."""


@cache
def template(endpoint: str) -> tuple[str, dict[tuple[str, str], Any]]:
    """A table that tests share, and what lies in it before each: a dialogue with its projection."""
    url = new_table()
    store = plain(url)
    store.create(UID, "one", blobs(FILES, UID))
    store.wire.batch([{**key(DIRECTORY, FLAG), "form": {"S": form(Graphs())}}])  # no index: they are not looked at here
    store.project(UID, Graphs())
    return url, everything(url)


def table(follow: bool = True) -> tuple[str, DynamoStore]:
    """A dialogue with its projection, as if nobody had written to it."""
    url, wanted = template(endpoint())
    store, there = plain(url), everything(url)
    store.wire.batch(
        [item for where, item in wanted.items() if there.get(where) != item], [key(*where) for where in there if where not in wanted]
    )
    store.projector = Graphs if follow else None
    return url, store


def watched(url: str, page: int | None = None) -> Watched:
    """A store that follows what it writes, and whose requests are seen."""
    made = Watched(url, page)
    made.store.projector = Graphs
    return made


def again(writer: Watched, turn: int, do: Callable[[], object]) -> None:
    """The same client, for a store that knows nothing yet; something happens when it sends its nth request."""
    writer.store = DynamoStore("", writer.wire)
    writer.store.projector = Graphs
    writer.sent.clear()
    writer.hooks[:] = [lambda name, request: do() and None if len(writer.sent) == turn else None]


def rows(url: str, uid: str = UID) -> dict[str, Any]:
    return of_partition(everything(url), place(uid))


def of_partition(there: Mapping[tuple[str, str], Any], pk: str) -> dict[str, Any]:
    return {sk: item for (one, sk), item in there.items() if one == pk}


def right(there: Mapping[tuple[str, str], Any], uid: str = UID) -> dict[str, Any]:
    """What the rows of a dialogue have to say, made anew of its partition."""
    seen = view_of(uid, list(of_partition(there, partition(uid)).values()))
    assert seen
    return {item["sk"]["S"]: item for item in items(Graphs(), Snapshot(seen.uid, seen.id, seen.blobs, seen.version))}


def bare(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("g", "n", "sum") and (name != "form" or item["sk"] != {"S": HEAD})}


def assert_honest(url: str, *uids: str) -> list[bool]:
    """Whoever finds the version of `meta` in the `dialogue` item finds every row right. Of each dialogue whether it is so."""
    there = everything(url)
    return [_is_current(there, uid) for uid in uids or (UID,)]


def _is_current(there: Mapping[tuple[str, str], Any], uid: str) -> bool:
    said, meta = of_partition(there, place(uid)), there.get((partition(uid), META), {})
    head = said.get(HEAD, {})
    if "v" not in head or (head["v"], head["id"]) != (meta.get("v"), meta.get("id")):
        return False
    assert {sk: bare(item) for sk, item in said.items()} == {sk: bare(item) for sk, item in right(there, uid).items()}
    assert int(head["n"]["N"]) == len(said) - 1
    return True


def assert_same_list(store: DynamoStore) -> None:
    """What a list says of all dialogues, with the rows and without."""
    with_rows, without = (list_things(store, "tensions", Filter(all=True), None, True, 1, projection) for projection in (of(store), None))
    assert with_rows == without


def add(store: DynamoStore, puts: dict[str, bytes] = NEWS) -> None:
    store.commit(UID, store.load(UID).version, puts)


def take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction takes eight operations."""
    for module in (dynamo_items, dynamo_projection):
        monkeypatch.setattr(module, "ITEMS", 12 if module is dynamo_items else 8)


# --- differences ---------------------------------------------------------------------------------------------------


def test_a_commit_costs_three_requests_more_and_one_when_there_is_nothing_to_follow() -> None:
    url, _ = table()
    writer = watched(url)
    add(writer.store)
    assert writer.sent == ["Query", "TransactWriteItems", "GetItem", "Query", "TransactWriteItems"]
    assert len(writer.bodies[1]["TransactItems"]) == 2, "the blob and meta"
    assert assert_honest(url) == [True]


def test_only_what_differs_is_written() -> None:
    url, store = table()
    rounds = panel(*({e: f"[TENSION T01: {e} {n}]\n" for e in ("muffin", "scone")} for n in range(10)))
    add(store, {address: data for address, data in blobs(rounds, UID).items() if address != "dialogue"})
    before = rows(url)
    writer = watched(url)
    add(writer.store, {"contribution/10#muffin": b"[TENSION T01: new]\n"})
    put = {what["Item"]["sk"]["S"] for one in writer.bodies[-1]["TransactItems"] for verb, what in one.items() if verb == "Put"}
    assert len(before) > 70
    assert put == {
        HEAD, "answers", "round#000010", "expert#muffin", "tension#MUFFIN-T1001", "event#MUFFIN-T1001#000000",
        "contributor#MUFFIN-T1001#000000",
    }  # fmt: skip
    assert assert_honest(url) == [True]


def test_rows_that_say_it_already_are_only_read() -> None:
    url, store = table()
    writer = watched(url)
    write(writer.store.wire, Graphs(), store.load(UID))
    assert writer.sent == ["Query"]


def test_numbers_are_the_same_however_the_server_spells_them() -> None:
    url, store = table()
    client, name = store.wire.client, store.wire.target.table
    for item in rows(url).values():
        spelled = {name: {"N": f"{value['N']}.0"} if value.get("N", "").isdigit() else value for name, value in item.items()}
        client.put_item(TableName=name, Item=spelled)
    writer = watched(url)
    write(writer.store.wire, Graphs(), store.load(UID))
    assert writer.sent == ["Query"]


def test_a_row_that_somebody_else_changed_is_mended_by_the_next_commit() -> None:
    url, store = table()
    name, gone = store.wire.target.table, rows(url)["tension#SCONE-T0001"]
    store.wire.client.put_item(TableName=name, Item=gone | {"status": {"S": "resolved"}})
    store.wire.client.put_item(TableName=name, Item=gone | {"sk": {"S": "tension#ODD"}})
    add(store)
    assert assert_honest(url) == [True]


def test_a_number_that_dynamodb_does_not_have_is_text() -> None:
    values = [dynamo_projection._value(number) for number in (0.5, 0.0, 2**63 - 1, 1e200, -1e-200)]
    assert [next(iter(value)) for value in values] == ["N", "N", "N", "S", "S"]


# --- killed, and overtaken -----------------------------------------------------------------------------------------


def die() -> None:
    raise Killed


@pytest.mark.parametrize("turns", [False, True])
def test_killed_before_any_request_nothing_half_written_is_current_and_the_next_commit_mends_it(
    turns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if turns:
        take_turns(monkeypatch)
    seen, writer = [], watched(table()[0])
    for turn in range(1, 40, 1 + turns):
        url, store = table()
        again(writer, turn, die)
        try:
            add(writer.store)
        except Killed:
            seen += assert_honest(url)
            assert_same_list(store)
            add(store, {"contribution/02#scone": b"[RE:SUPPORT MUFFIN-P0001]\n"})
            assert assert_honest(url) == [True]
        else:
            break
    assert seen[0] and not seen[-1], "old and current at first, then behind"


OVERTAKERS: dict[str, Callable[[DynamoStore], object]] = {
    "commits": lambda other: add(other, {"contribution/02#scone": b"[TENSION T01: theirs]\n"}),
    "seals": lambda other: add(other, SEALED),
    "renames": lambda other: other.rename(UID, "two"),
    "renames there and back": lambda other: (other.rename(UID, "two"), other.rename(UID, "one")),
    "adopts": lambda other: other.commit(UID, other.load(UID).version, blobs(FILES, OTHER)),
    "clears": lambda other: unproject(other),
}


@pytest.mark.parametrize(("what", "follows"), [*((name, True) for name in OVERTAKERS), ("commits", False), ("seals", False)])
def test_overtaken_before_any_request_rows_are_never_of_two_versions(what: str, follows: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_make_index", "_drop_index"):
        monkeypatch.setattr(dynamo_projection, name, lambda wire, index: None)
    assert_never_mixed(what, follows)


@pytest.mark.parametrize("what", ["commits", "seals", "renames there and back"])
def test_overtaken_between_two_turns_as_well(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take_turns(monkeypatch)
    assert_never_mixed(what, True)


def assert_never_mixed(what: str, follows: bool) -> None:
    writer = watched(table()[0])
    for turn in range(3, 40):  # the first two requests are the commit's
        url, store = table()
        other = plain(url)
        other.projector = Graphs if follows else None
        again(writer, turn, lambda other=other: OVERTAKERS[what](other))  # type: ignore[misc]
        add(writer.store)
        if len(writer.sent) < turn:
            return
        current = assert_honest(url, UID, OTHER)
        if what == "clears":
            list(project(store))
        assert_same_list(store)
        if follows and what != "clears":
            assert any(current), "who wrote last has rows"
        if what == "seals":
            assert rows(url).keys() <= {HEAD}, "no row of what is sealed by now"
    raise AssertionError("it never ended")


def test_rows_of_two_ids_in_one_query_are_not_compared_with() -> None:
    """Renamed while the query runs, and back before anything is written: version, id and token are those that were read."""
    writer = watched(table()[0], page=3)
    for turn in range(5, 10):  # the first four: of the commit, and whether there is a projection
        url, store = table()
        back: list[DynamoStore] = []

        def come(store: DynamoStore = store, back: list[DynamoStore] = back, url: str = url) -> None:
            store.rename(UID, "two")
            back.append(plain(url))

        def go(name: str, request: Any, back: list[DynamoStore] = back) -> None:
            if back and name == "TransactWriteItems":
                back.pop().rename(UID, "one")

        again(writer, turn, come)
        writer.hooks.append(go)
        add(writer.store)
        assert writer.sent[turn - 1] == "Query"
        assert_honest(url)


def test_no_row_is_there_without_the_item_that_says_whose_turn_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has taken the rows away, to seal, may trust that nobody who was about to write goes on."""
    take_turns(monkeypatch)
    writer = watched(table()[0])
    for turn in range(4, 40, 2):
        url, store = table()

        def look(name: str, request: Any, turn: int = turn, url: str = url) -> None:
            assert len(writer.sent) <= turn or rows(url).keys() in (set(), rows(url).keys() | {HEAD})

        again(writer, turn, lambda store=store: dynamo_projection.clear(store.wire, UID))  # type: ignore[misc]
        writer.hooks.append(look)
        add(writer.store)
        if len(writer.sent) < turn:
            return
    raise AssertionError("it never ended")


class Later(Graphs):
    """Of a blue to come."""

    format = "later"


def test_killed_while_rows_of_another_form_are_made_anew_the_rest_is_behind_and_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _, store = table()
    monkeypatch.setattr(dynamo_projection, "_make_index", lambda wire, index: None)
    assert store.begin_projection(Later()) == [UID]
    assert store.begin_projection(Later()) == [UID], "nobody has made them yet"
    store.projector = Later
    assert store.moment(lambda ask: ask.one("SELECT count(*) FROM dialogues", ())) == [(0,)]
    store.project(UID, Later())
    assert store.begin_projection(Later()) == []
    assert store.moment(lambda ask: ask.one("SELECT count(*) FROM dialogues", ())) == [(1,)]


# --- sealed --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["seals", "adopts"])
def test_rows_that_come_back_before_it_is_sealed_or_moves_away_are_gone_afterwards(what: str) -> None:
    """Whoever seals may be killed right after the deed, so nothing may be left to do."""
    writer = watched(table()[0])
    for turn in range(1, 20):
        url, store = table()
        again(writer, turn, lambda store=store: store.project(UID, Graphs()))  # type: ignore[misc]
        writer.store.projector = None
        OVERTAKERS[what](writer.store)
        assert rows(url).keys() <= {HEAD}
        if len(writer.sent) < turn:
            assert turn > 5
            return
    raise AssertionError("it never ended")


def test_rows_of_an_older_dialogue_go_with_its_id() -> None:
    url, store = table(follow=False)
    store.create("older:old", "old", {address: data for address, data in blobs(FILES, UID).items() if address != "dialogue"})
    store.project("older:old", Graphs())
    assert len(rows(url, "older:old")) > 5
    store.rename("older:old", "new")
    assert rows(url, "older:old") == {}


def test_no_row_is_left_of_what_is_sealed_by_somebody_who_can_make_none() -> None:
    url, store = table(follow=False)
    assert len(rows(url)) > 5
    add(store, SEALED)
    assert rows(url) == {}
    assert condition(store).behind == 1
    store.project(UID, Graphs())
    assert rows(url).keys() == {HEAD}


@pytest.mark.parametrize("follow", [True, False])
def test_what_cannot_be_taken_out_of_the_rows_is_not_sealed(follow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    _, store = table(follow)

    def refuse(puts: Any, deletes: Any = ()) -> None:
        raise Unavailable("no")

    monkeypatch.setattr(store.wire, "batch", refuse)
    before = store.load(UID)
    with pytest.raises(Unavailable):
        add(store, SEALED)
    assert store.load(UID).version == before.version


def test_the_words_are_in_no_item_once_it_is_sealed() -> None:
    url, store = table()
    add(store, {"contribution/01#muffin": f"[TENSION T01: {SECRET.decode()}]\n".encode()})
    held = {sk for (pk, sk), item in everything(url).items() if SECRET in repr(item).encode() and pk == place(UID)}
    assert held == {"tension#MUFFIN-T0101"}, "and compressed in `answers`"
    store.projector = None
    add(store, {**SEALED, "contribution/01#muffin": b"sealed by now"})
    assert not [where for where, item in everything(url).items() if SECRET in repr(item).encode()]
    assert rows(url) == {}


def test_an_agreed_dialogue_has_rows_of_every_sort() -> None:
    """What is killed and overtaken above is not small for want of rows."""
    assert len(list(items(Graphs(), Snapshot(UID, "one", blobs(AGREED, UID), "v")))) > 15
