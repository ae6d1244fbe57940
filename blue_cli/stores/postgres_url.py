"""The URL of a PostgreSQL store, taken apart without ever repeating what may be a password."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from blue_cli.errors import WrongCall

SCHEMA = "blue"
CONNECT: dict[str, Any] = {"connect_timeout": 5, "application_name": "blue", "tcp_user_timeout": 10_000}
CONNECT |= {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}  # a peer that is gone is noticed in 25 s
SESSION = {
    "client_encoding": "utf8",
    "default_transaction_isolation": r"read\ committed",  # the row's lock and its version decide, not snapshots
    "synchronous_commit": "on",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",  # what a vanished client holds is given up
}
# The whole shape of a URL: with a second @ or a stray / in it, part of a password would be taken for a host.
SHAPE = re.compile(r"postgres(?:ql)?://(?:[^@/?#\s]*@)?([\w.,:%\[\]-]*)(?:/([^@/?#\s]*))?(?:\?([^@#\s]*))?")
NAME = re.compile("(?!pg_)[a-z_][a-z0-9_]{0,50}")


class Target(NamedTuple):
    """A URL taken apart: what libpq gets, the schema, and how messages name it (without user and password)."""

    conninfo: str
    schema: str
    shown: str


def target_of(url: str) -> Target:
    """`WrongCall` for what is no such URL, without repeating any of it, and where psycopg is not installed."""
    psycopg = _driver()
    from psycopg import conninfo

    shape = SHAPE.fullmatch(url)
    rest = (shape[3] or "") if shape else ""
    options = [part for part in rest.split("&") if not part.startswith("schema=")]
    schema = next((part[7:] for part in rest.split("&") if part.startswith("schema=")), SCHEMA)
    try:
        if shape is None or not url.isprintable() or not NAME.fullmatch(schema):
            raise psycopg.ProgrammingError
        given = conninfo.conninfo_to_dict(url.partition("?")[0] + ("?" + "&".join(options) if any(options) else ""))
    except psycopg.Error:
        why = "signs such as @ / ? # in a user or password are written as %40 %2F %3F %23; a schema has a-z, 0-9 and _"
        raise WrongCall("not the URL of a PostgreSQL database", why=why, fix="postgresql://USER@HOST/DATABASE") from None
    settings = " ".join(f"-c {name}={value}" for name, value in {**SESSION, "search_path": f"{schema},pg_temp"}.items())
    options_given = f"{given.pop('options', '')} {settings}".strip()
    shown = "postgresql://" + (shape[1] or "") + (f"/{shape[2]}" if shape[2] else "") + (f" (schema {schema})" if schema != SCHEMA else "")
    return Target(conninfo.make_conninfo("", **{**CONNECT, **given, "options": options_given}), schema, shown)


def _driver() -> Any:
    """psycopg, imported by nobody who has no such store."""
    try:
        import psycopg
    except ImportError:
        raise WrongCall(
            "a PostgreSQL store needs psycopg", why="it is not installed", fix="pip install 'blue-dialogue[postgres]'"
        ) from None
    return psycopg
