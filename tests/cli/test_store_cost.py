"""What one question about one dialogue asks of a database: counted where it leaves blue, with many dialogues beside it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from blue_cli.dialogue.ids import uuid7
from blue_cli.stores import dynamo_wire, sqlite
from blue_cli.stores.registry import open_store, prepare
from tests.cli.program import Said, blue
from tests.stores.dynamo import SETTINGS, dynamo, new_table, plain  # noqa: F401 - a fixture
from tests.stores.test_postgres import noting

Sent = list[str]
OTHERS = 50


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Requests to DynamoDB by name, statements about blue's tables by their first words."""
    import psycopg

    found: Sent = []
    connect, file = dynamo_wire.connect, sqlite.connect

    def listening(target: Any) -> Any:
        client = connect(target)
        client.meta.events.register("before-send.dynamodb", lambda request, **_: found.append(_name(request)))
        return client

    def traced(*args: Any) -> Any:
        connection = file(*args)
        connection.set_trace_callback(found.append)
        return connection

    monkeypatch.setattr(dynamo_wire, "connect", listening)
    monkeypatch.setattr(sqlite, "connect", traced)
    monkeypatch.setattr(psycopg.Cursor, "execute", noting(found, psycopg.Cursor.execute))
    return found


def _name(request: Any) -> str:
    return str(request.headers["X-Amz-Target"].decode().partition(".")[2])


def statements(sent: Sent) -> Sent:
    """Those that ask a table for something of a dialogue, each by what it begins with and the table."""
    return [" ".join(one.split()[:2]) for one in sent if " FROM blue_dialogues" in one]


@pytest.fixture(params=["sqlite", "postgresql", "dynamodb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Callable[..., Said]]]:
    """The URL, and blue in a workspace whose store has one dialogue."""
    url = "sqlite:///blue.db"
    if request.param == "postgresql":
        from tests.stores import postgres

        url = postgres.fresh()
    if request.param == "dynamodb":
        request.getfixturevalue("dynamo")
        url = new_table()
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "BLUE_STORE": url, **SETTINGS}
    prepare(url, str(tmp_path))

    def run(*words: str, text: str = "") -> Said:
        said = blue(*words, cwd=tmp_path, env=env, stdin=io.BytesIO(text.encode()))
        assert said.status == 0, said
        return said

    run("init")
    run("dialogue", "new", "One", "--id", "one", "--expert", "muffin:Caching")
    run("round", "add", "-d", "one", "--expert", "muffin", "-", text="[TENSION T01: a]\n")
    yield url, run
    if request.param == "postgresql":
        from tests.stores import postgres

        postgres.drop(url)


def others(url: str, root: Path) -> None:
    """Fifty more dialogues."""
    store: Any = plain(url) if url.startswith("dynamodb") else open_store(url, str(root))
    for number in range(OTHERS):
        uid = uuid7(number, number)
        store.create(uid, f"beside-{number}", {"dialogue": f"---\nblue: 1\nuid: {uid}\n---\n".encode()})


def cost(run: Callable[..., Said], sent: Sent, *words: str, text: str = "") -> Sent:
    del sent[:]
    run(*words, text=text)
    return list(sent)


def test_a_list_of_one_dialogue_is_one_look_for_its_id_and_one_query(
    sent: Sent, place: tuple[str, Callable[..., Said]], tmp_path: Path
) -> None:
    url, run = place
    asked = ("tensions", "list", "-d", "one")
    alone = cost(run, sent, *asked)
    if url.startswith("dynamodb"):
        assert alone == ["GetItem", "Query"]
    else:
        assert statements(alone) == ["SELECT id,", "SELECT b.address,"]
    others(url, tmp_path)
    assert cost(run, sent, *asked) == alone


def test_a_round_is_written_by_one_transaction(sent: Sent, place: tuple[str, Callable[..., Said]]) -> None:
    url, run = place
    add = ("round", "add", "-d", "one", "--expert", "muffin", "-")
    found = cost(run, sent, *add, text="[PERSPECTIVE P01: more]\n")
    if url.startswith("dynamodb"):
        assert found.count("TransactWriteItems") == 1 and "BatchWriteItem" not in found, found
    else:
        assert sum("INSERT INTO blue_blobs" in one for one in found) == 1, found
        assert sum("UPDATE blue_dialogues" in one for one in found) == 1, found
