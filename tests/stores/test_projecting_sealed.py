"""Of a dialogue that is sealed nothing stays readable beside it, whoever seals it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from blue_cli.actions.projecting import condition
from blue_cli.actions.sealing import seal
from blue_cli.dialogue.ids import uuid7
from blue_cli.dialogue.schema import TABLES
from blue_cli.stores.relational import RelationalStore
from tests.actions.vault import UID, Vault
from tests.dialogue.judged import AGREED
from tests.stores.projections import assert_same, blobs, dump, follow, fresh, made
from tests.stores.test_projecting import again, database  # noqa: F401 - fixtures

OTHER = uuid7(8, 8)


@pytest.fixture
def vault(again: Callable[[], RelationalStore], tmp_path: Path) -> Vault:  # noqa: F811
    """A plain dialogue and another one, both projected."""
    found = Vault(again(), tmp_path)
    found.store.create(OTHER, "other", blobs(AGREED, OTHER))
    made(found.store)  # type: ignore[arg-type]
    assert "ecret" in said(found.store)
    return found


def said(store: RelationalStore) -> str:  # type: ignore[misc]
    """Every row of every table that is there."""
    names = store.moment(lambda ask: ask.has([table.name for table in TABLES]))
    return "".join(repr(store.read(f"SELECT * FROM {name}")) for name in names)


def test_a_seal_that_nothing_projects_takes_its_rows_away(vault: Vault) -> None:
    before = [row for row in dump(vault.store)["tensions"] if OTHER in repr(row)]  # type: ignore[arg-type]
    seal(vault.bench(), UID)
    assert "ecret" not in said(vault.store)
    assert [row for row in dump(vault.store)["tensions"] if OTHER in repr(row)] == before  # type: ignore[arg-type]
    assert condition(vault.store).behind == 1  # type: ignore[arg-type]
    assert made(vault.store) == 1  # type: ignore[arg-type]
    assert dump(vault.store) == fresh(vault.store)  # type: ignore[arg-type]


@pytest.mark.parametrize("followed", [True, False])
def test_in_tables_of_another_version_too(vault: Vault, followed: bool) -> None:
    """Also in one that only a newer blue knows."""
    store: RelationalStore = vault.store  # type: ignore[assignment]
    one_more = "CREATE TABLE omens (dialogue {int} REFERENCES dialogues (dialogue) ON DELETE CASCADE, said {text})"
    store.write(lambda ask: ask.define(one_more))
    store.write(lambda ask: ask.one("INSERT INTO omens SELECT dialogue, 'Secret' FROM dialogues", ()))
    store.write(lambda ask: ask.one("UPDATE blue_projection SET format = 'newer'", ()))
    if followed:
        follow(store)
    seal(vault.bench(), UID)
    assert "ecret" not in said(store)
    assert store.read("SELECT said FROM omens") == [("Secret",)]  # the other dialogue's


def test_the_first_commit_that_seals_does_it(vault: Vault) -> None:
    """However far the sealing comes: `dialogue.md` is sealed first."""

    class Killed(BaseException):
        pass

    commits: list[str] = []
    real = vault.store.commit

    def dying(uid: str, *rest: object) -> str:
        if commits:
            raise Killed
        commits.append(uid)
        return real(uid, *rest)  # type: ignore[arg-type]

    vault.store.commit = dying  # type: ignore[method-assign,assignment]
    with pytest.raises(Killed):
        seal(vault.bench(), UID)
    assert "ecret" not in said(vault.store)  # type: ignore[arg-type]


def test_what_is_no_seal_leaves_old_rows_where_they_are(vault: Vault) -> None:
    version = vault.store.load(UID).version
    vault.store.commit(UID, version, {"contribution/02#muffin": b"[TENSION T01: one with -----BEGIN BLUE SEALED ROUND----- in it]\n"})
    assert "ecret" in said(vault.store)  # type: ignore[arg-type]
    assert condition(vault.store).behind == 1  # type: ignore[arg-type]
    assert_same(vault.store)  # type: ignore[arg-type]


def test_a_table_of_that_name_that_is_nobodys_projection_is_left_alone(again: Callable[[], RelationalStore], tmp_path: Path) -> None:  # noqa: F811
    vault = Vault(again(), tmp_path)
    store: RelationalStore = vault.store  # type: ignore[assignment]
    store.write(lambda ask: ask.define("CREATE TABLE dialogues (dialogue {int})"))
    store.write(lambda ask: ask.one("INSERT INTO dialogues SELECT key FROM blue_dialogues", ()))
    seal(vault.bench(), UID)
    assert len(store.read("SELECT dialogue FROM dialogues")) == 1


def test_no_page_of_an_sqlite_file_keeps_it(tmp_path: Path) -> None:
    from blue_cli.stores.registry import open_store, prepare

    prepare("sqlite:///blue.db", str(tmp_path))
    store = open_store("sqlite:///blue.db", str(tmp_path))
    vault = Vault(store, tmp_path)
    made(store)  # type: ignore[arg-type]
    seal(vault.bench(), UID)
    store.close()  # type: ignore[attr-defined]
    assert b"ecret latency" not in (tmp_path / "blue.db").read_bytes()
    assert not (tmp_path / "blue.db-wal").exists()
