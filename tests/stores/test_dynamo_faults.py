"""What goes wrong between here and DynamoDB, and what it leads to: tried again with bounds, then one clear error, and
nothing half-written. Injected before a request is sent, so that botocore's own tries really run, or on the wire."""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

from blue_cli.errors import BlueError, Unavailable, WrongCall
from blue_cli.stores import dynamo_wire, dynamodb
from blue_cli.stores.base import Stale
from blue_cli.stores.dynamo_items import META, checksum, partition
from blue_cli.stores.dynamo_wire import ATTEMPTS, TRIES
from blue_cli.stores.dynamodb import DynamoStore, open_url
from tests.crypto.keys import proxy
from tests.crypto.keys.inject import response
from tests.stores.contract import MUFFIN, OTHER, STRUDEL, UID, told
from tests.stores.dynamo import REGION, Watched, dynamo, endpoint, everything, new_table, new_url, plain, shared_client  # noqa: F401
from tests.stores.dynamo_deeds import DEEDS, Deed, bring, many, narrow, state_of  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("dynamo")


@pytest.fixture
def url() -> str:
    made = new_table()
    plain(made).create(UID, "one", told(UID) | {STRUDEL: b"old"})
    return made


def says(error: BlueError) -> str:
    return f"{error.message}: {error.why}: {error.fix}"


def answer(code: str, status: int = 400, only: str = "", times: int = 1000, **more: Any) -> Callable[[str, Any], Any]:
    """DynamoDB says this, so many times, to requests of that name."""
    left = iter(range(times))
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "made for a test", **more}).encode()

    def hook(name: str, request: Any) -> Any:
        if (only and name != only) or next(left, None) is None:
            return None
        return response(request, status, body)

    return hook


def cancelled(code: str, times: int = 1000) -> Callable[[str, Any], Any]:
    reasons = [{"Code": "None"}, {"Code": code, "Message": "made for a test"}]
    return answer("TransactionCanceledException", only="TransactWriteItems", times=times, CancellationReasons=reasons)


# --- what DynamoDB says ------------------------------------------------------------------------------------------


class Said(NamedTuple):
    """An answer, and what a load makes of it. `calls`: how often it is asked."""

    code: str
    status: int
    error: type[BlueError]
    words: str
    calls: int = 1


SAID = (
    Said("ProvisionedThroughputExceededException", 400, Unavailable, "for now: ProvisionedThroughputExceededException", ATTEMPTS),
    Said("ThrottlingException", 400, Unavailable, "does not answer for now: ThrottlingException, 4 attempts", ATTEMPTS),
    Said("RequestLimitExceeded", 400, Unavailable, "does not answer for now", ATTEMPTS),
    Said("InternalServerError", 500, Unavailable, "does not answer for now", ATTEMPTS),
    Said("TomorrowException", 503, Unavailable, "does not answer for now: TomorrowException", ATTEMPTS),
    Said("TomorrowException", 400, Unavailable, "DynamoDB refuses: TomorrowException"),
    Said("ResourceNotFoundException", 400, Unavailable, "there is no table"),
    Said("AccessDeniedException", 400, Unavailable, "this user may not do that: AccessDeniedException: allow on it dynamodb:Query"),
    Said("UnrecognizedClientException", 400, Unavailable, "AWS does not know these credentials"),
    Said("InvalidSignatureException", 400, Unavailable, "or this machine's clock is"),
    Said("ExpiredTokenException", 400, Unavailable, "the credentials have expired"),
)


@pytest.mark.parametrize("said", SAID, ids=lambda said: f"{said.code}-{said.status}")
def test_what_dynamodb_says_and_what_it_leads_to(said: Said, url: str) -> None:
    watched = Watched(url)
    watched.hooks.append(answer(said.code, said.status))
    for act in (lambda: watched.store.load(UID), lambda: list(watched.store.dialogues())):
        del watched.sent[:]
        with pytest.raises(said.error) as caught:
            act()
        assert said.words in says(caught.value)
        assert "made for a test" not in says(caught.value)
        assert len(watched.sent) == said.calls
    assert plain(url).load(UID).blobs == told(UID) | {STRUDEL: b"old"}


@pytest.mark.parametrize("code", [said.code for said in SAID if said.calls > 1 and said.code != "TomorrowException"])
def test_what_passes_is_waited_for(code: str, url: str) -> None:
    watched = Watched(url)
    watched.hooks.append(answer(code, 500 if code == "InternalServerError" else 400, times=3))
    assert watched.store.load(UID).blobs == told(UID) | {STRUDEL: b"old"}
    assert watched.sent == ["Query"] * 4


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_meets_another_is_tried_again_with_bounds(code: str, url: str) -> None:
    watched = Watched(url)
    version = watched.store.load(UID).version
    watched.hooks.append(cancelled(code, times=3))
    version = watched.store.commit(UID, version, {STRUDEL: b"new"})
    assert watched.sent[1:] == ["TransactWriteItems"] * 4
    assert len({body["ClientRequestToken"] for body in watched.bodies[1:]}) == 1
    assert len(watched.pauses) == 3
    watched.hooks[:] = [cancelled(code)]
    del watched.sent[:]
    with pytest.raises(Unavailable, match="does not answer for now") as caught:
        watched.store.commit(UID, version, {STRUDEL: b"newer"})
    assert f"{code}, {TRIES} attempts" in says(caught.value)
    assert watched.sent == ["TransactWriteItems"] * TRIES + ["GetItem"]
    assert 0 < sum(watched.pauses) < 12
    assert plain(url).load(UID).blobs[STRUDEL] == b"new"


def test_a_condition_that_failed_beside_a_conflict_is_a_lost_race(url: str) -> None:
    watched = Watched(url)
    version = watched.store.load(UID).version
    plain(url).commit(UID, version, {STRUDEL: b"theirs"})
    with pytest.raises(Stale):
        watched.store.commit(UID, version, {STRUDEL: b"ours"})


@pytest.mark.parametrize("code", ["ValidationError", "ItemCollectionSizeLimitExceeded", "AccessDenied"])
def test_a_transaction_that_can_never_work_is_not_tried_again(code: str, url: str) -> None:
    watched = Watched(url)
    version = watched.store.load(UID).version
    watched.hooks.append(cancelled(code))
    with pytest.raises(Unavailable, match="refused") as caught:
        watched.store.commit(UID, version, {STRUDEL: b"new"})
    assert code in says(caught.value)
    assert watched.sent.count("TransactWriteItems") == 1


# --- what a batch leaves -----------------------------------------------------------------------------------------


def unprocessed(watched: Watched, share: Callable[[int], int], times: int = 1000) -> Callable[[str, Any], Any]:
    """Of each batch the first so many items are left; the others are really written."""
    left = iter(range(times))

    def hook(name: str, request: Any) -> Any:
        if name != "BatchWriteItem" or request.headers.get("X-Inner") or next(left, None) is None:
            return None
        ((table, items),) = json.loads(request.body)["RequestItems"].items()
        rest = items[: share(len(items))]
        done = items[len(rest) :]
        if done:
            from tests.stores.dynamo import decoded

            shared_client(endpoint()).batch_write_item(RequestItems={table: decoded(done)})
        return response(request, 200, json.dumps({"UnprocessedItems": {table: rest} if rest else {}}).encode())

    return hook


@pytest.mark.usefixtures("narrow")
def test_what_a_batch_leaves_is_sent_again(url: str) -> None:
    watched = Watched(url)
    version = watched.store.load(UID).version
    watched.hooks.append(unprocessed(watched, lambda count: count // 2))
    watched.store.commit(UID, version, many(0, 12))
    assert plain(url).load(UID).blobs == told(UID) | {STRUDEL: b"old"} | many(0, 12)
    assert watched.sent.count("BatchWriteItem") > 4 and watched.pauses


@pytest.mark.usefixtures("narrow")
def test_a_batch_that_is_always_left_is_an_error_and_nobody_sees_any_of_it(url: str) -> None:
    watched = Watched(url)
    version = watched.store.load(UID).version
    watched.hooks.append(unprocessed(watched, lambda count: count))
    with pytest.raises(Unavailable, match="does not answer for now"):
        watched.store.commit(UID, version, many(0, 12))
    assert watched.sent == ["Query"] + ["BatchWriteItem"] * TRIES
    assert plain(url).load(UID).blobs == told(UID) | {STRUDEL: b"old"}


# --- pages -------------------------------------------------------------------------------------------------------


def test_an_empty_page_is_not_the_end(url: str) -> None:
    """DynamoDB may answer with no item and a key to go on from. The next page is what the server has."""
    watched, turns = Watched(url), iter(range(3))

    def hook(name: str, request: Any) -> Any:
        turn = next(turns, None)
        if name != "Query" or turn is None:
            return None
        body = json.loads(request.body)
        start = {"pk": body["ExpressionAttributeValues"][":pk"], "sk": {"S": f"a{turn}"}}  # before everything there is
        return response(request, 200, json.dumps({"Items": [], "Count": 0, "ScannedCount": 0, "LastEvaluatedKey": start}).encode())

    watched.hooks.append(hook)
    assert watched.store.load(UID).blobs == told(UID) | {STRUDEL: b"old"}
    assert watched.sent == ["Query"] * 4


def test_a_server_that_turns_in_a_circle_is_left(url: str) -> None:
    watched = Watched(url)
    page = json.dumps({"Items": [], "Count": 0, "LastEvaluatedKey": {"pk": {"S": "a"}, "sk": {"S": "b"}}}).encode()
    watched.hooks.append(lambda name, request: response(request, 200, page))
    with pytest.raises(Unavailable, match="no answer of DynamoDB"):
        watched.store.load(UID)
    assert len(watched.sent) == 2


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"{}", b"", b"[]", b'{"Items'], ids=["html", "empty", "nothing", "list", "cut"])
def test_what_is_no_answer_is_none(url: str, body: bytes) -> None:
    """botocore takes any reply with status 200; a hotel's network must not make a dialogue vanish, or a commit succeed."""
    watched = Watched(url)
    version = watched.store.load(UID).version
    watched.hooks.append(lambda name, request: response(request, 200, body))
    for act in (
        lambda: watched.store.load(UID),
        lambda: list(watched.store.dialogues()),
        lambda: watched.store.commit(UID, version, {STRUDEL: b"new"}),
        lambda: watched.store.create(OTHER, "two", told(OTHER)),
        lambda: watched.store.rename(UID, "two"),
    ):
        with pytest.raises(Unavailable):
            act()
    assert state_of(plain(url)) == {(UID, "one"): told(UID) | {STRUDEL: b"old"}}


def test_a_checksum_that_is_wrong_is_read_again(url: str) -> None:
    watched, turns = Watched(url), iter(range(1))

    def hook(name: str, request: Any) -> Any:
        if next(turns, None) is None:
            return None
        made = response(request, 200, b'{"Items":[],"Count":0}')
        made.headers["x-amz-crc32"] = str(zlib.crc32(b"another reply"))
        return made

    watched.hooks.append(hook)
    assert watched.store.load(UID).blobs[STRUDEL] == b"old"
    assert watched.sent == ["Query"] * 2


# --- the wire ----------------------------------------------------------------------------------------------------


def through(url: str, *plan: str, patience: float = 0.3) -> tuple[proxy.Proxy, DynamoStore]:
    """The store, behind a proxy that does something bad with the replies."""
    host, port = endpoint().removeprefix("http://").split(":")
    between = proxy.Proxy((host, int(port)), *plan, patience=patience)
    store = DynamoStore(url.replace(endpoint(), between.url))
    store.wire.sleep = lambda seconds: None
    return between, store


@pytest.mark.parametrize("fate", [proxy.DROP, proxy.HALF])
@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
def test_a_reply_that_is_lost_after_the_deed_is_recognised(deed: Deed, fate: str) -> None:
    """Whichever reply it is: the server did what it was asked, and the next try must not take that for somebody else's."""
    total, turn = 1, 0
    while turn < total:
        url = new_table()
        bring(plain(url), deed.before)
        between, store = through(url, *[proxy.PASS] * turn, fate, proxy.PASS)
        with between:
            deed.do(store)
        total = len(between.requests) - 1
        assert state_of(plain(url)) == deed.after
        turn += 1 if total < 9 else 3


def test_when_every_reply_is_lost_it_is_an_error_and_the_deed_is_done(url: str) -> None:
    version = plain(url).load(UID).version
    between, store = through(url, proxy.PASS, proxy.DROP)
    with between, pytest.raises(Unavailable, match="cannot be reached") as caught:
        store.commit(UID, version, {STRUDEL: b"new"})
    assert caught.value.exit == 7
    assert plain(url).load(UID).blobs[STRUDEL] == b"new"


def test_when_no_try_of_a_commit_is_answered_the_table_is_asked_whether_it_was_done(url: str) -> None:
    version = plain(url).load(UID).version
    between, store = through(url, proxy.PASS, *[proxy.DROP] * ATTEMPTS, proxy.PASS)
    with between:
        now = store.commit(UID, version, {STRUDEL: b"new"})
    assert plain(url).load(UID).version == now != version


def test_our_own_success_is_recognised_after_others_have_written(url: str) -> None:
    """The reply is lost, somebody else commits on top, and the try that follows fails its condition."""
    watched, turns = Watched(url), iter(range(2))
    version = watched.store.load(UID).version

    def hook(name: str, request: Any) -> Any:
        if name != "TransactWriteItems" or next(turns, None) != 1:
            return None
        other = plain(url)
        other.commit(UID, other.load(UID).version, {MUFFIN: b"theirs"})
        return None

    watched.hooks.append(hook)
    watched.wire.client.meta.events.register("needs-retry.dynamodb.TransactWriteItems", lost_once())
    ours = watched.store.commit(UID, version, {STRUDEL: b"ours"})
    assert watched.sent == ["Query", "TransactWriteItems", "TransactWriteItems", "GetItem"]
    now = plain(url).load(UID)
    assert now.blobs == told(UID) | {STRUDEL: b"ours", MUFFIN: b"theirs"}
    assert ours != now.version  # so the next commit that expects it is stale, as it should be
    with pytest.raises(Stale):
        watched.store.commit(UID, ours, {STRUDEL: b"again"})


def lost_once() -> Callable[..., float | None]:
    """The first reply, whatever it is, is asked for again."""
    turns = iter(range(1))
    return lambda **_: None if next(turns, None) is None else 0.0001


def test_a_server_that_says_nothing_is_left(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamo_wire, "READ", 0.1)
    between, store = through(url, proxy.SILENT, patience=0.3)
    with between, pytest.raises(Unavailable, match="cannot be reached") as caught:
        store.load(UID)
    assert "ReadTimeoutError" in says(caught.value)


@pytest.mark.parametrize("fate", [proxy.RESET, proxy.HEAD])
def test_a_connection_that_breaks_once_is_made_again(url: str, fate: str) -> None:
    between, store = through(url, fate, proxy.PASS, fate, fate, proxy.PASS)
    with between:
        store.commit(UID, store.load(UID).version, {STRUDEL: b"new"})
    assert plain(url).load(UID).blobs[STRUDEL] == b"new"


def test_a_slow_reply_is_waited_for(url: str) -> None:
    between, store = through(url, proxy.SLOW, patience=0.2)
    with between:
        assert store.load(UID).blobs[STRUDEL] == b"old"


def test_nobody_listens(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unavailable, match="cannot be reached") as caught:
        open_url(url.replace(endpoint(), f"http://127.0.0.1:{port}"), "").load(UID)
    assert str(port) not in says(caught.value)


# --- settings ----------------------------------------------------------------------------------------------------


def test_without_credentials(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Unavailable, match="no AWS credentials") as caught:
        open_url(url, "").load(UID)
    assert "aws configure" in caught.value.fix


def test_a_profile_that_there_is_not(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(Unavailable, match="no AWS credentials"):
        open_url(url, "").load(UID)


def test_an_endpoint_of_the_environment_that_is_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "not a url")
    with pytest.raises(Unavailable, match="refused"):
        open_url(url.partition("&")[0], "").load(UID)


def test_another_region_has_no_such_table(url: str) -> None:
    store = open_url(url.replace(REGION, "us-west-2"), "")
    with pytest.raises(Unavailable, match=r"there is no table .* in us-west-2") as caught:
        store.load(UID)
    assert "blue store init" in caught.value.fix


def test_a_table_that_was_not_made() -> None:
    store = open_url(new_url(), "")
    for act in (lambda: store.load(UID), lambda: list(store.dialogues()), lambda: store.create(UID, "one", told(UID))):
        with pytest.raises(Unavailable, match="there is no table") as caught:
            act()
        assert "blue store init" in caught.value.fix


def test_a_dialogue_of_a_newer_form_is_neither_read_nor_written(url: str) -> None:
    store = plain(url)
    version = store.load(UID).version
    table = url.partition("//")[2].partition("?")[0]
    meta = everything(url)[partition(UID), META]
    shared_client(endpoint()).put_item(TableName=table, Item={**meta, "f": {"N": "2"}, "sum": {"M": {}}})
    fresh = plain(url)
    for act in (lambda: fresh.load(UID), lambda: fresh.commit(UID, version, {STRUDEL: b"x"}), lambda: fresh.rename(UID, "x")):
        with pytest.raises(Unavailable, match="newer blue") as caught:
            act()
        assert caught.value.exit == 7
    with pytest.raises(Unavailable):
        store.commit(UID, version, {STRUDEL: b"x"})


def put(url: str, item: dict[str, Any]) -> None:
    """Something in the table that blue did not write."""
    shared_client(endpoint()).put_item(TableName=url.partition("//")[2].partition("?")[0], Item=item)


def test_what_somebody_else_writes_into_the_table_is_no_traceback(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb, "TEARS", 2)
    for item in everything(url).values():
        for name in item.keys() - {"pk", "sk"}:
            for other in ({"S": "x"}, {"N": "-1"}, {"L": []}, None):
                put(url, {key: value for key, value in {**item, name: other}.items() if value is not None})
                with suppress(BlueError):
                    list(plain(url).dialogues())
                with suppress(BlueError):
                    plain(url).commit(UID, plain(url).load(UID).version, told(UID))
                with suppress(BlueError):
                    plain(url).rename(UID, "one")
        put(url, item)
    assert plain(url).load(UID).blobs == told(UID) | {STRUDEL: b"old"}


def test_an_address_that_leads_out_of_the_dialogue_is_not_read(url: str) -> None:
    odd = {"file/../../etc/passwd": "unsafe-name", "file/x": "too-large"}
    tokens = {"dialogue": "", STRUDEL: ""} | dict.fromkeys(odd, "t")
    for (_, sk), item in everything(url).items():
        if sk.startswith("blob#"):
            tokens[sk[5:]] = item["g"]["S"]
    for address in odd:
        body: dict[str, Any] = {"d": {"B": b"x"}} if ".." in address else {"p": {"N": "1000000000"}}
        put(url, {"pk": {"S": partition(UID)}, "sk": {"S": f"blob#{address}"}, "g": {"S": "t"}, **body})
    put(url, {**everything(url)[partition(UID), META], "sum": {"S": checksum(tokens)}})
    store = plain(url)
    for _ in range(2):
        seen = store.load(UID)
        assert seen.blobs.keys() - {MUFFIN} == {"dialogue", STRUDEL}
        assert {unread.reason for unread in seen.unread} == set(odd.values())
        store.commit(UID, seen.version, {MUFFIN: b"%d" % len(seen.blobs)})


def test_without_boto3(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "boto3.session", None)
    with pytest.raises(WrongCall, match="boto3, which is not installed") as caught:
        open_url(url, "").load(UID)
    assert caught.value.fix == "pip install 'blue-dialogue[aws]'"
