"""Making the table: one, paid by the request, with the two keys that everything of `dynamo_items` lies under."""

from __future__ import annotations

from blue_cli.errors import Unavailable, WrongCall
from blue_cli.stores.dynamo_commit import check_format, conditioned
from blue_cli.stores.dynamo_items import DIRECTORY, FORMAT, ROW_OF_FORMAT, key
from blue_cli.stores.dynamo_wire import INIT, NoTable, Wire, another

KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
TYPES = [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}]
READY = ("ACTIVE", "UPDATING")
LOOKS = 60  # for a table that is being made
PAUSE = 1.0  # seconds between two of them


def prepare(wire: Wire, pause: float = PAUSE) -> bool:
    """Make the table if there is none, and wait until it can be used; whether it was made. Two who do it at once both succeed.

    Raises `WrongCall` for a table of other keys, `Unavailable`, also for one of a newer blue.
    """
    made = _create(wire)
    _await(wire, pause)
    check_format(wire.get(DIRECTORY, ROW_OF_FORMAT))
    form = {**key(DIRECTORY, ROW_OF_FORMAT), "f": {"N": str(FORMAT)}}
    wire.transact([conditioned({"Put": {"Item": form}}, {"f": FORMAT}, or_absent=True)], f"blue-format-{FORMAT}")
    return made


def _create(wire: Wire) -> bool:
    from botocore.exceptions import ClientError

    def make() -> bool:
        try:
            wire.client.create_table(TableName=wire.target.table, KeySchema=KEYS, AttributeDefinitions=TYPES, BillingMode="PAY_PER_REQUEST")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ResourceInUseException":
                raise
            return False
        return True

    return bool(wire.told(make))


def is_there(wire: Wire) -> bool:
    """Whether the table can be used. `WrongCall` for one of other keys, `Unavailable` when nobody answers."""
    try:
        return _status(wire) in READY
    except NoTable:
        return False


def _await(wire: Wire, pause: float) -> None:
    """Until the table is there and active. Right after it was made, AWS may not know of it yet."""
    for _ in range(LOOKS):
        if is_there(wire):
            return
        wire.sleep(pause)
    raise Unavailable(f"{wire.target.shown} is not there yet", why="AWS is still making it", fix=f"{INIT}, again in a minute")


def _status(wire: Wire) -> str:
    table = wire.told(lambda: wire.client.describe_table(TableName=wire.target.table)).get("Table", {})
    keys = [one for one in table.get("AttributeDefinitions", TYPES) if one.get("AttributeName") in ("pk", "sk")]
    if table.get("KeySchema", KEYS) != KEYS or any(one not in TYPES for one in keys):
        why = "its keys are not pk and sk, both strings"
        raise WrongCall(f"{wire.target.table} is not a table of blue", why=why, fix=another(wire.target))
    return str(table.get("TableStatus"))
