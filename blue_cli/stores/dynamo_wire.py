"""Requests to DynamoDB: the few that the store needs, with bounds on size, on tries and on waiting.

botocore repeats what was throttled, lost or answered with 5xx by itself (`standard` mode, the same ClientRequestToken).
What it does not repeat is repeated here, as often and no oftener: a transaction that met another one, and what
a batch left unprocessed. boto3 is imported when the first request is made, since that takes 100 ms and more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from blue_cli.dialogue.pattern import pattern
from blue_cli.errors import BlueError, Unavailable, WrongCall
from blue_cli.stores.dynamo_items import BATCH, GETS, ITEM, ITEMS, TRANSACTION, Item, Operation, key, operation_size, size
from blue_cli.stores.dynamo_url import Target

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

ATTEMPTS = 4  # of one request by botocore, the first among them
TRIES = 10  # of one transaction, or one batch, that was not taken for now
PAUSE, LONGEST = 0.02, 1.0  # seconds before the second try, and at most
CONNECT, READ = 5, 10  # seconds one attempt may take
INSTALL = "pip install 'blue-dialogue[aws]'"
INIT = "blue store init"

FAILED = "ConditionalCheckFailed"
AGAIN = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "InternalServerError"}
)
THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "TransactionInProgressException",
        "TransactionConflictException",
        "InternalServerError",
        "ServiceUnavailable",
        "LimitExceededException",
    }
)
READS, WRITES = ("Query", "GetItem", "BatchGetItem"), ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem", "BatchWriteItem")
ACTIONS = tuple(f"dynamodb:{name}" for name in (*READS, *WRITES))
TABLES = ("DescribeTable", "CreateTable", "UpdateTable")  # what only `blue store` needs
CONFIGURATION = {  # what each means to who has to change something
    "AccessDeniedException": ("this user may not do that", f"allow on it {', '.join(ACTIONS)}"),
    "UnrecognizedClientException": ("AWS does not know these credentials", "aws configure, or aws sso login"),
    "InvalidSignatureException": ("the credentials are wrong, or this machine's clock is", "aws configure, or set the clock"),
    "ExpiredTokenException": ("the credentials have expired", "aws sso login"),
    "ItemCollectionSizeLimitExceededException": ("the dialogue is larger than its table takes", "a table without local indexes"),
}  # fmt: skip
OTHER_KEYS = pattern(r"schema|[Mm]issing the key|required keys")


class Unanswered(Unavailable):
    """No answer came, so nobody knows yet whether the request was carried out."""


class Cancelled(Exception):
    """A transaction that was not carried out, and why."""

    def __init__(self, reasons: set[str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons


class NoTable(Unavailable):
    """There is no such table in that account and region."""


class Wire:
    """One table. `page` bounds the items of a page, for tests; `pause` waits a number of seconds."""

    def __init__(self, target: Target, page: int | None = None, pause: Callable[[float], None] = time.sleep) -> None:
        self.target = target
        self._page = {"Limit": page} if page else {}
        self.sleep = pause

    @cached_property
    def client(self) -> Any:
        """botocore's client."""
        try:
            return self.told(lambda: connect(self.target), ValueError)
        except ValueError:  # AWS_ENDPOINT_URL_DYNAMODB is none
            raise self._refused("AWS_ENDPOINT_URL_DYNAMODB is no URL") from None

    def close(self) -> None:
        """End the connections, if there are any."""
        if "client" in vars(self):
            self.client.close()

    def query(self, pk: str, start: str = "") -> Iterator[Item]:
        """Every item of a partition whose sort key starts so; page by page, and a page may be empty."""
        asked: dict[str, Any] = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}}
        if start:
            asked["KeyConditionExpression"] += " AND begins_with(sk, :start)"
            asked["ExpressionAttributeValues"][":start"] = {"S": start}
        after: dict[str, Any] = {}
        while True:
            answer = self._ask("query", "Items", ConsistentRead=True, **asked, **after, **self._page)
            yield from answer["Items"]
            last = answer.get("LastEvaluatedKey")
            if not last:
                return
            if after.get("ExclusiveStartKey") == last:  # a server that turns in a circle would hold us for ever
                raise self._unclear("the same page comes again and again")
            after = {"ExclusiveStartKey": last}

    def get(self, pk: str, sk: str) -> Item | None:
        """One item as it is now."""
        answer = self._ask("get_item", "ConsumedCapacity", Key=key(pk, sk), ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
        item: Item | None = answer.get("Item")
        return item

    def items(self, keys: Sequence[Item]) -> Iterator[Item]:
        """Those of some items that there are, as they are now: 100 a request, in no order, each of its own moment."""
        for at in range(0, len(keys), GETS):
            yield from self._items(keys[at : at + GETS])

    def _items(self, keys: Sequence[Item]) -> Iterator[Item]:
        table, turn = self.target.table, 0
        while keys:  # an answer ends at 16 MB, or earlier; what is left is asked for again, and what brings nothing has bounds
            if turn == TRIES:
                raise self._busy("UnprocessedKeys", TRIES)
            self.wait(turn)
            asked = {table: {"Keys": keys, "ConsistentRead": True}}
            answer = self._ask("batch_get_item", "UnprocessedKeys", RequestItems=asked)
            left = answer["UnprocessedKeys"].get(table, {}).get("Keys", [])
            turn = 0 if len(left) < len(keys) else turn + 1
            keys = left
            yield from answer.get("Responses", {}).get(table, [])

    def transact(self, operations: Sequence[Operation], token: str) -> bool:
        """Carry out all of them or none; False when a condition does not hold.

        `token` makes repetitions one request (for ten minutes). Raises `Unanswered` when it may have been done.
        """
        self._check([operation_size(operation) for operation in operations], ITEMS, TRANSACTION)
        full = [{verb: {"TableName": self.target.table, **what}} for one in operations for verb, what in one.items()]
        for turn in range(TRIES):
            self.wait(turn)
            reasons = self._transact(full, token)
            if not reasons:
                return True
            if FAILED in reasons:
                return False
            if not reasons <= AGAIN:
                raise self._refused(", ".join(sorted(reasons)))
        raise self._busy(", ".join(sorted(reasons)), TRIES)

    def batch(self, puts: Iterable[Item], deletes: Iterable[Item] = ()) -> None:
        """Write and delete items, 25 a request, in no order and not as a whole: for what nobody sees."""
        every = [{"PutRequest": {"Item": item}} for item in puts] + [{"DeleteRequest": {"Key": where}} for where in deletes]
        for at in range(0, len(every), BATCH):
            self._batch(every[at : at + BATCH])

    def _batch(self, requests: list[dict[str, Any]]) -> None:
        self._check([size(item) for one in requests for what in one.values() for item in what.values()], BATCH, BATCH * ITEM)
        for turn in range(TRIES):
            self.wait(turn)
            answer = self._ask("batch_write_item", "UnprocessedItems", RequestItems={self.target.table: requests})
            left = answer["UnprocessedItems"].get(self.target.table, [])
            if not left:
                return
            requests = left
        raise self._busy("UnprocessedItems", TRIES)

    def _transact(self, operations: list[Operation], token: str) -> set[str]:
        """The reasons for which it was not done; none when it was."""
        try:
            self.told(lambda: self._sent(operations, token))
        except Cancelled as cancelled:
            return cancelled.reasons
        return set()

    def _sent(self, operations: list[Operation], token: str) -> None:
        from botocore.exceptions import ClientError

        try:
            answer = self.client.transact_write_items(TransactItems=operations, ClientRequestToken=token, ReturnConsumedCapacity="TOTAL")
        except ClientError as error:
            reasons = {str(reason.get("Code", "None")) for reason in error.response.get("CancellationReasons", ())} - {"None"}
            code = _code(error)
            if code in ("TransactionConflictException", "TransactionInProgressException"):
                reasons = {"TransactionConflict"}
            if not reasons:
                raise
            raise Cancelled(reasons) from None
        if "ConsumedCapacity" not in answer:
            raise self._unclear("the reply was cut off, or something between here and AWS answered")

    def _ask(self, operation: str, expected: str, **arguments: Any) -> Any:
        """An answer that holds what an answer of DynamoDB always holds: botocore takes anything with status 200."""
        if not operation.startswith("batch_"):
            arguments["TableName"] = self.target.table
        method = getattr(self.client, operation)
        for turn in range(3):
            self.wait(turn)
            answer = self.told(lambda: method(**arguments))
            if expected in answer:
                return answer
        raise self._unclear("the reply was cut off, or something between here and AWS answered")

    def wait(self, turn: int) -> None:
        """Longer each time, and not in step with others."""
        if turn:
            from random import random

            self.sleep(min(LONGEST, PAUSE * 2**turn) * (0.5 + random() / 2))

    def _check(self, sizes: Sequence[int], items: int, total: int) -> None:
        """What a test server lets pass and DynamoDB does not. The store never asks for it; a bug would."""
        if len(sizes) > items or sum(sizes) > total or max(sizes, default=0) > ITEM:
            raise BlueError(f"a request of {len(sizes)} items and {sum(sizes)} bytes is more than DynamoDB takes")

    # --- errors ---

    def told(self, action: Callable[[], Any], let: type[Exception] = Cancelled) -> Any:
        """What an action of botocore gives; its errors as ours. An answer that it trips over is none; `let` passes."""
        try:
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise not_installed() from None
        try:
            return action()
        except ClientError as error:
            raise self._answered(error) from None
        except BotoCoreError as error:
            raise self._unanswered(error) from None
        except let:
            raise
        except (LookupError, ValueError, TypeError, AttributeError):
            raise self._unclear("something between here and AWS answered") from None

    def _answered(self, error: ClientError) -> BlueError:
        """What DynamoDB said. Its own text is left out: it may repeat what was sent."""
        code = _code(error)
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in ("ResourceNotFoundException", "TableNotFoundException"):
            where = self.target.region
            return NoTable(f"there is no table {self.target.table} in {where}", why=code, fix=f"{INIT}, or another region=")
        if code == "ValidationException" and OTHER_KEYS.search(str(error)):
            why = "its keys are not pk and sk, both strings"
            return WrongCall(f"{self.target.table} is not a table of blue", why=why, fix=another(self.target))
        if code in THROTTLED or (code not in CONFIGURATION and status >= 500):
            return self._busy(code, int(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)) + 1)
        why, fix = CONFIGURATION.get(code, ("DynamoDB refuses", ""))
        if code == "AccessDeniedException" and error.operation_name in TABLES:
            fix += f", and dynamodb:{error.operation_name}"
        return Unavailable(f"{self.target.shown}: {why}", why=code, fix=fix)

    def _unanswered(self, error: BotoCoreError) -> BlueError:
        """What happened on the way. botocore's own text is left out: it may hold an address with credentials."""
        kind = type(error).__name__
        if any(word in kind for word in ("Credential", "Profile", "Token", "SSO")):
            return Unavailable("there are no AWS credentials that can be used", why=kind, fix="aws configure, or aws sso login")
        if "Config" in kind or ("Endpoint" in kind and "Connection" not in kind):
            return self._refused(kind)
        fix = "look at the network, then run the same command again"
        return Unanswered(f"{self.target.shown} cannot be reached", why=kind, fix=fix)

    def _busy(self, why: str, tries: int) -> Unanswered:
        return Unanswered(f"{self.target.shown} does not answer for now", why=f"{why}, {tries} attempts", fix="run the same command again")

    def _refused(self, why: str) -> Unavailable:
        return Unavailable(f"{self.target.shown}: the request was refused", why=why, fix="look at the AWS settings of this machine")

    def _unclear(self, why: str) -> Unanswered:
        fix = "look at the network, then run the same command again"
        return Unanswered(f"{self.target.shown}: this is no answer of DynamoDB", why=why, fix=fix)


def connect(target: Target) -> Any:
    """A client: standard retries and short timeouts, so that a dead network is an error within a minute."""
    try:
        from boto3.session import Session
        from botocore.config import Config
    except ImportError:
        raise not_installed() from None
    settings = Config(connect_timeout=CONNECT, read_timeout=READ, retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
    return Session(region_name=target.region).client("dynamodb", config=settings, endpoint_url=target.endpoint or None)


def another(target: Target) -> str:
    """The way out where a table is somebody else's."""
    return f"name another table, and make it: {INIT} --store 'dynamodb://TABLE?region={target.region}'"


def not_installed() -> WrongCall:
    """boto3 is an extra."""
    return WrongCall("a store in DynamoDB needs boto3, which is not installed", fix=INSTALL)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) or "no error code"
