"""Which table, where: `dynamodb://TABLE?region=REGION[&endpoint=URL]`. The URL is the user's; no repository chooses one."""

from __future__ import annotations

import re
from typing import NamedTuple

from blue_cli.errors import WrongCall

FORM = "dynamodb://TABLE?region=REGION"
TABLE = r"[0-9A-Za-z_.-]{3,255}"  # AWS, "Naming rules"
REGION = r"[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-[0-9]{1,2}"
ENDPOINT = r"https?://(?:[0-9A-Za-z.-]{1,253}|\[[0-9A-Fa-f:]{2,45}\])(?::[0-9]{1,5})?/?"


class Target(NamedTuple):
    """A table. `endpoint` is empty for AWS itself."""

    table: str
    region: str
    endpoint: str = ""

    @property
    def shown(self) -> str:
        """As a person recognises it."""
        return f"DynamoDB table {self.table} in {self.region}"


def target_of(url: str) -> Target:
    """The table that a URL names. `WrongCall` otherwise; of what is wrong only names are repeated, in case of a password."""
    from urllib.parse import unquote

    match = re.fullmatch(r"dynamodb://([^?#/@]*)/?(?:\?([^#]*))?", url)
    if match is None:
        raise _wrong("this is no URL of a table")
    table, settings = match[1], _settings(match[2] or "")
    if not re.fullmatch(TABLE, table):
        raise _wrong("the name of a table has 3 to 255 letters, digits, and any of _ . -")
    if not re.fullmatch(REGION, settings.get("region", "")):
        raise _wrong("region= must say where the table is" if not settings.get("region") else "region= is none, such as eu-central-1")
    endpoint = unquote(settings.get("endpoint", ""))
    if "endpoint" in settings and not re.fullmatch(ENDPOINT, endpoint):
        raise _wrong("endpoint= is no https://HOST or http://HOST:PORT; names and passwords have no place in it")
    return Target(table, settings["region"], endpoint.rstrip("/"))


def _settings(query: str) -> dict[str, str]:
    """What stands behind the question mark: each name once, and only those that there are."""
    found: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        if name not in ("region", "endpoint") or name in found:
            raise _wrong("region= and endpoint= may follow the question mark, each of them once")
        found[name] = value
    return found


def _wrong(why: str) -> WrongCall:
    return WrongCall("the store's URL is not understood", why=why, fix=FORM)
