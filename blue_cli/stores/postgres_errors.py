"""What PostgreSQL and its driver raise, in our words alone.

Nothing that libpq says is passed on: it quotes parts of the URL, and a password with a stray `@` in it is such a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blue_cli.errors import BlueError, Conflict, Unavailable

if TYPE_CHECKING:
    import psycopg

INIT = "blue store init"
BROKEN = ("08", "57P01", "57P02", "57P03", "57P05", "25P03")  # gone, going, coming; or we were away too long
AGAIN = ("40001", "40P01", "23505", "53300")  # serialization, deadlock, two made the same at once, too many connections
SAID = {
    "28": ("the server does not accept this user or password", "check the URL, or the password file"),
    "3D": ("there is no such database", "make it, or check the URL"),
    "42P01": ("its tables are not there", INIT),
    "3F": ("its tables are not there", INIT),
    "42501": ("this user may not do that", "ask whoever runs the server for the right"),
    "25006": ("it may only be read", "write on the primary server"),
    "53100": ("the server's disk is full", ""),
    "53": ("the server has no room for another connection or query", "run the same command again"),
    "57014": ("the server did not answer in 30 s", "run the same command again"),
    "57": ("the server is going down, or coming up", "run the same command again"),
}


def is_passing(error: psycopg.Error) -> bool:
    """Whether another try may help. Without a code of the server's it is the connection that failed."""
    code = error.sqlstate
    if code is None:
        return _is_of_the_line(error) and not _is_refusal(error)
    return code.startswith(BROKEN) or code in AGAIN


def _is_of_the_line(error: psycopg.Error) -> bool:
    import psycopg

    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))


def _is_refusal(error: psycopg.Error) -> bool:
    """Before a connection stands, libpq has the server's FATAL answer in words only."""
    return "FATAL" in str(error) and "starting up" not in str(error) and "shutting down" not in str(error)


def translated(error: psycopg.Error, shown: str) -> BlueError:
    """In words of ours alone."""
    code = error.sqlstate or _code(str(error))
    if code == "55P03":
        return Conflict(f"{shown}: the dialogue is locked", why="someone else held it for 10 s", fix="run the same command again")
    if code == "23505":
        return Conflict(f"{shown}: someone else kept making the same", fix="run the same command again")
    for prefix, (words, fix) in SAID.items():
        if code and code.startswith(prefix):
            why = f"PostgreSQL calls it {code}" if error.sqlstate else _why(str(error))
            return Unavailable(f"{shown}: {words}", why=why, fix=fix)
    if code:
        return Unavailable(f"{shown}: the server refused", why=f"PostgreSQL calls it {code}")
    if not _is_of_the_line(error):
        return Unavailable(f"{shown}: the driver refused what was asked", why=type(error).__name__)
    return Unavailable(f"{shown}: the server does not answer", why=_why(str(error)), fix="check the URL, and that the server runs")


# What a server says before a connection stands, when libpq passes on no code.
REFUSALS = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    r'role ".*" does not exist': "28000",
    r'database ".*" does not exist': "3D000",
    "permission denied for database": "42501",
}


def _code(text: str) -> str | None:
    return next((code for words, code in REFUSALS.items() if re.search(words, text)), None)


# Words that are libpq's own; an order in which the first that is found says most.
REASONS = (
    "Connection refused",
    "timeout expired",
    "failed to resolve host",
    "could not translate host name",
    "No such file or directory",
    "password authentication failed",
    "no password supplied",
    "does not exist",
    "no pg_hba.conf entry",
    "permission denied",
    "SSL",
    "server closed the connection",
    "starting up",
    "shutting down",
)


def _why(text: str) -> str:
    """The known word in what libpq said, and nothing around it."""
    return next((reason for reason in REASONS if reason in text), "the connection broke off")


@contextmanager
def said(shown: str) -> Iterator[None]:
    """What psycopg raises, in our words."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise translated(error, shown) from None
