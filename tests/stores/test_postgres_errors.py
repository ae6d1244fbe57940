"""What a PostgreSQL server answers instead of a connection, and that no password is repeated in it."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from blue_cli.errors import Unavailable
from blue_cli.stores import postgres as engine
from blue_cli.stores.postgres import describe, open_url, prepare
from tests.stores import postgres

TIGER = "t1g3r"


class Secret(str):
    """Not shown by a test that fails."""

    def __repr__(self) -> str:
        return "(a URL with a password)"


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    url = postgres.fresh()
    yield url
    postgres.drop(url)


def refused(act: Callable[[], Any], *secrets: str) -> str:
    """What is said; none of these is part of it, nor of a traceback."""
    with pytest.raises(Unavailable) as caught:
        act()
    error = caught.value
    text = f"{error.message} {error.why} {error.fix} {''.join(traceback.format_exception(error))}"
    assert not [secret for secret in secrets if secret in text], "the password was said"
    return error.message


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('password authentication failed for user "{}"', "does not accept this user or password"),
        ("fe_sendauth: no password supplied", "does not accept this user or password"),
        ('FATAL:  no pg_hba.conf entry for host "::1", user "{}"', "does not accept this user or password"),
        ('FATAL:  role "{}" does not exist', "does not accept this user or password"),
        ('FATAL:  database "{}" does not exist', "there is no such database"),
        ('FATAL:  permission denied for database "{}"', "this user may not do that"),
    ],
)
@pytest.mark.parametrize("act", [lambda url: open_url(url, "").by_id("x"), lambda url: prepare(url, ""), lambda url: describe(url, "")])
def test_a_server_that_refuses_to_talk(said: str, meant: str, act: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a connection stands there are no codes, only words, and they repeat what was given."""
    refusal = psycopg.OperationalError(said.format(TIGER))
    monkeypatch.setattr(engine, "PAUSE", 0.0001)
    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: (_ for _ in ()).throw(refusal))
    assert meant in refused(lambda: act(f"postgresql://scott:{TIGER}@db/x"), TIGER)


@pytest.mark.skipif(not postgres.PASSWORD, reason="the server asks for no password")
def test_a_password_in_the_url(database: str) -> None:
    right, wrong = (Secret(database.replace("@", f":{quote(word, safe='')}@", 1)) for word in (postgres.PASSWORD, TIGER))
    with pytest.MonkeyPatch.context() as without:
        without.delenv("PGPASSWORD")
        assert describe(right, "").ready is False
        for url in (wrong, database):
            assert "does not accept this user or password" in refused(lambda url=url: describe(url, ""), TIGER)  # type: ignore[misc]
        hidden = (postgres.PASSWORD, quote(postgres.PASSWORD, safe=""))
        assert "its tables are not there" in refused(lambda: list(open_url(right, "").dialogues()), *hidden)
