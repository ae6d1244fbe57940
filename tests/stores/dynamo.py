"""A real DynamoDB server on 127.0.0.1 (moto, or the one that BLUE_TEST_DYNAMODB_ENDPOINT names), and what it lacks.

moto copies its whole table for each operation of a transaction and puts the copy back when one fails, so two requests at
once would undo each other. Here it answers one request at a time, as DynamoDB's transactions would have it, and keeps
only the partitions that a transaction touches. Limits that it does not have are held on the client's side (`Watched`).
"""

from __future__ import annotations

import atexit
import copy
import json
import logging
import os
import socket
import threading
import uuid
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from blue_cli.stores import dynamo_items
from blue_cli.stores.dynamo_table import prepare
from blue_cli.stores.dynamo_url import Target, target_of
from blue_cli.stores.dynamo_wire import Wire
from blue_cli.stores.dynamodb import DynamoStore
from tests.crypto.keys.conftest import _CONNECTS, here_only, knowing_loader

REGION = "eu-central-1"
GIVEN = os.environ.get("BLUE_TEST_DYNAMODB_ENDPOINT", "")  # read before a test hides it
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
UNSET = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL")


@cache
def endpoint() -> str:
    """Where the server of this process listens; it is started when first asked for, and ends with the process."""
    if GIVEN:
        return GIVEN
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    _one_at_a_time()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return "http://{}:{}".format(*server.get_host_and_port())


def _one_at_a_time() -> None:
    """moto, with transactions that neither lose what others write meanwhile nor copy everything there is."""
    from moto.dynamodb import models
    from moto.dynamodb.responses import DynamoHandler

    lock, call, transact = threading.RLock(), DynamoHandler.call_action, models.DynamoDBBackend.transact_write_items
    touched: set[str] = set()

    def locked(self: Any) -> Any:
        with lock:
            return call(self)

    def kept(table: Any) -> Any:
        same = copy.copy(table)
        same.items = copy.copy(table.items)
        for name in list(table.items):
            if getattr(name, "value", name) in touched:
                same.items[name] = copy.deepcopy(table.items[name])
        return same

    def narrow(self: Any, operations: list[dict[str, Any]]) -> None:
        touched.clear()
        touched.update((what.get("Item") or what["Key"])["pk"]["S"] for one in operations for what in one.values())
        copies: dict[int, Any] = {}

        def deepcopy(thing: Any) -> Any:
            if not isinstance(thing, models.Table):
                return copy.deepcopy(thing)
            return copies.get(id(thing)) or copies.setdefault(id(thing), kept(thing))

        models.copy = SimpleNamespace(deepcopy=deepcopy)
        try:
            transact(self, operations)
        finally:
            models.copy = copy

    DynamoHandler.call_action = locked
    models.DynamoDBBackend.transact_write_items = narrow


@contextmanager
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An environment with credentials that mean nothing, where this machine may be connected to; the endpoint."""
    from botocore import session
    from botocore.retries.standard import ExponentialBackoff

    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    if not GIVEN:
        for name, connect in _CONNECTS.items():
            monkeypatch.setattr(socket.socket, name, here_only(connect))
    else:
        for name, connect in _CONNECTS.items():
            monkeypatch.setattr(socket.socket, name, connect)
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0.001)
    monkeypatch.setattr(session, "create_loader", knowing_loader)
    yield endpoint()


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The endpoint, with everything that a client needs to use it."""
    with aws(monkeypatch) as url:
        yield url


@cache
def shared_client(url: str) -> Any:
    """One client for all tests of this process that do not listen to it: making one takes 10 ms."""
    from blue_cli.stores.dynamo_wire import connect

    return connect(Target("any", REGION, url))


def new_url(endpoint_url: str | None = None) -> str:
    """A table that there is not yet. A server that is not ours gets it back at the end."""
    table = f"blue-{uuid.uuid4().hex}"
    if GIVEN:
        atexit.register(_drop, table)
    return f"dynamodb://{table}?region={REGION}&endpoint={endpoint_url or endpoint()}"


def _drop(table: str) -> None:
    with suppress(Exception):
        shared_client(GIVEN).delete_table(TableName=table)


def new_table(quick: bool = True) -> str:
    """An empty table, made as `blue store init` does; its URL."""
    url = new_url()
    wire = Wire(target_of(url))
    if quick:
        wire.client = shared_client(endpoint())
    prepare(wire, pause=0.01)
    return url


def plain(url: str, page: int | None = None) -> DynamoStore:
    """A store with the shared client."""
    wire = Wire(target_of(url), page, pause=lambda seconds: None)
    wire.client = shared_client(wire.target.endpoint)
    return DynamoStore(url, wire)


class Watched:
    """A store whose requests are seen before they are sent, and held against the limits of DynamoDB.

    `sent` names the operations; `hooks` may answer in the server's place, or raise.
    """

    def __init__(self, url: str, page: int | None = None) -> None:
        self.wire = Wire(target_of(url), page, pause=self._slept)
        self.store = DynamoStore(url, self.wire)
        self.sent: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.pauses: list[float] = []
        self.hooks: list[Callable[[str, Any], Any]] = []
        self.wire.client.meta.events.register("before-send.dynamodb", self._before)

    def _slept(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def _before(self, request: Any, **_: object) -> Any:
        name = request.headers["X-Amz-Target"].decode().partition(".")[2]
        self.sent.append(name)
        self.bodies.append(json.loads(request.body))
        refuse_beyond_limits(name, self.bodies[-1])
        for hook in self.hooks:
            answer = hook(name, request)
            if answer is not None:
                return answer
        return None


def decoded(value: Any) -> Any:
    """A body as botocore would have it: bytes are bytes again."""
    if isinstance(value, dict):
        return {name: b64decode(inner) if name == "B" and isinstance(inner, str) else decoded(inner) for name, inner in value.items()}
    return [decoded(one) for one in value] if isinstance(value, list) else value


def refuse_beyond_limits(name: str, body: dict[str, Any]) -> None:
    """What DynamoDB itself would refuse (AWS, "Quotas in Amazon DynamoDB"), told by a count of our own."""
    items: list[dict[str, Any]] = []
    if name == "TransactWriteItems":
        operations = [what for one in decoded(body["TransactItems"]) for what in one.values()]
        items = [what.get("Item") or {**what["Key"], **what.get("ExpressionAttributeValues", {})} for what in operations]
        keys = [json.dumps([item["pk"], item["sk"]]) for item in items]
        assert 1 <= len(items) <= 100 and len(set(keys)) == len(keys)
        assert sum(map(weight, items)) <= 4_000_000
        assert all(what.get(said, "none") for what in operations for said in ("ExpressionAttributeNames", "ExpressionAttributeValues"))
    if name == "BatchWriteItem":
        requests = [one for some in decoded(body["RequestItems"]).values() for one in some]
        items = [what.get("Item") or what["Key"] for one in requests for what in one.values()]
        assert 1 <= len(items) <= 25 and len({json.dumps([item["pk"], item["sk"]]) for item in items}) == len(items)
        assert sum(map(weight, items)) <= 16_000_000
    if name == "BatchGetItem":
        wanted = [json.dumps(one) for some in body["RequestItems"].values() for one in some["Keys"]]
        assert 1 <= len(wanted) <= 100 and len(set(wanted)) == len(wanted)
    for item in items:
        assert weight(item) <= 409_600
        assert 1 <= len(item["pk"]["S"].encode()) <= 2048 and 1 <= len(item["sk"]["S"].encode()) <= 1024


def weight(item: dict[str, Any]) -> int:
    """Never less than DynamoDB counts: the names and values as they stand in JSON, bytes as bytes."""
    total = 0
    for name, value in item.items():
        for inner in value.values():
            total += len(name.encode()) + (len(inner) if isinstance(inner, bytes) else len(json.dumps(inner)))
    return total


def everything(url: str) -> dict[tuple[str, str], dict[str, Any]]:
    """All that lies in the table, by key."""
    target = target_of(url)
    pages = shared_client(target.endpoint).get_paginator("scan").paginate(TableName=target.table, ConsistentRead=True)
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def leftovers(url: str) -> list[str]:
    """The items that mean nothing. Those behind a grave are left to whoever moves in."""
    partitions: dict[str, list[dict[str, Any]]] = {}
    for (pk, _), item in everything(url).items():
        partitions.setdefault(pk, []).append(item)
    found: list[str] = []
    for pk, items in partitions.items():
        view = dynamo_items.view_of(pk.partition("#")[2], items)
        if view is not None:
            found += [*view.garbage, *(item["sk"]["S"] for item in view.redo)]
    return found
