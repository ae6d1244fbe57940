"""The tables: what they refuse follows from the table of markers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from blue_cli.dialogue import schema
from blue_cli.dialogue.grammar import KIND_NAMES, MARKERS, MOVE, REF, RULING, STATUSES
from blue_cli.dialogue.projection import About, rows
from blue_cli.dialogue.relation import statements
from blue_cli.dialogue.verdicts import CONFIDENCES
from tests.dialogue.build import graph
from tests.dialogue.judged import AGREED, with_verdict

TYPES = {"int": "INTEGER", "text": "TEXT", "real": "REAL", "strict": " STRICT"}
FOURTEEN = {
    *["dialogues", "experts", "rounds", "verdicts", "perspectives", "tensions", "recommendations", "evidence", "claims", "moves", "refs"],
    *["perspective_events", "tension_events", "recommendation_events"],
}  # fmt: skip
JOINED = {"stances", "rulings", "evidence_events", "claim_events"}
LETTERS = {row.effect: row.targets for row in MARKERS if row.shape == REF}


def database() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute("PRAGMA foreign_keys = ON")
    for statement in statements(schema.TABLES):
        made.execute(statement.format(**TYPES))
    return made


def insert(into: sqlite3.Connection, table: str, rows: object) -> None:
    places = next(len(t.columns) for t in schema.TABLES if t.name == table) + 1
    into.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * places)})", rows)  # type: ignore[arg-type]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    """With one dialogue in it, as key 1."""
    made = database()
    found = rows(graph(with_verdict(AGREED)), About("u", "v", (), {}))
    for table in schema.TABLES:
        insert(made, table.name, [(1, *row) for row in found[table.name]])
    yield made
    made.close()


def refused(db: sqlite3.Connection, statement: str, *values: object) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(statement, values)


def test_every_table_of_the_contract_is_there() -> None:
    names = {table.name for table in schema.TABLES}
    assert names - {"entities", "contributors"} == FOURTEEN | JOINED


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_kind_has_its_statuses_and_no_other(db: sqlite3.Connection, kind: str) -> None:
    table = KIND_NAMES[kind]
    db.execute("INSERT INTO entities VALUES (1, 'X', ?, 'X0001', 1, '')", (kind,))
    more = ", NULL, NULL, NULL" if kind == "S" else ", ''" if kind == "T" else ""
    said = f"1, 'X', '{kind}', 99, 'X0001', 1, NULL, '', '', 'a', 0, 1, 'a', '{STATUSES[kind][0]}', NULL, NULL, 'p', 1, 1"
    db.execute(f"INSERT INTO {table} VALUES ({said}{more})")
    for status in STATUSES[kind]:
        db.execute(f"UPDATE {table} SET status = ? WHERE canonical_id = 'X'", (status,))
    for status in ("nonsense", "", "OPEN"):
        refused(db, f"UPDATE {table} SET status = ? WHERE canonical_id = 'X'", status)
    refused(db, f"UPDATE {table} SET kind = 'Z' WHERE canonical_id = 'X'")


@pytest.mark.parametrize("row", [m for m in MARKERS if m.shape in (REF, MOVE, RULING)], ids=lambda m: m.word)
def test_a_verb_has_its_targets_and_no_other(db: sqlite3.Connection, row: object) -> None:
    assert isinstance(row, type(MARKERS[0]))
    table = {REF: "refs", MOVE: "moves", RULING: "rulings"}[row.shape]
    if not db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
        values = {
            "moves": "0, 0, 'a', 0, 'bridge', NULL, NULL, NULL, '', 'p', 1, 1",
            "rulings": "0, 0, 'adopted', NULL, NULL, NULL, NULL, '', 'judge', 0, 'p', 1, 1",
        }
        db.execute(f"INSERT INTO {table} VALUES (1, {values[table]})")
    where = f"rowid = (SELECT min(rowid) FROM {table})"
    things = db.execute("SELECT min(canonical_id), kind FROM entities GROUP BY kind").fetchall()
    assert {kind for _, kind in things} >= set("TREC")
    if row.targets == "=":
        db.execute(f"UPDATE {table} SET source = ?, source_kind = ? WHERE {where}", things[0])
    for name, kind in things:
        legal = kind == things[0][1] if row.targets == "=" else kind in row.targets
        change = f"UPDATE {table} SET type = ?, target = ?, target_kind = ? WHERE {where}"
        if legal:
            db.execute(change, (row.effect, name, kind))
        else:
            refused(db, change, row.effect, name, kind)
    refused(db, f"UPDATE {table} SET type = 'nonsense', target = NULL, target_kind = NULL WHERE {where}")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE refs SET target = 'NOBODY-T0001', target_kind = 'T'",
        "UPDATE refs SET target_kind = 'P' WHERE target_kind = 'R'",
        "UPDATE refs SET target_kind = NULL WHERE target IS NOT NULL",
        "UPDATE refs SET source = 'NOBODY-T0001', source_kind = 'T'",
        "UPDATE refs SET verdict = 'final-9'",
        "UPDATE tensions SET merged_into = 'NOBODY-T0001'",
        "UPDATE tensions SET merged_into = 'MUFFIN-R0001'",
        "UPDATE tension_events SET canonical_id = 'NOBODY-T0001'",
        "UPDATE tension_events SET status = 'proposed'",
        "UPDATE contributors SET canonical_id = 'NOBODY-T0001'",
        "DELETE FROM entities WHERE kind = 'R'",
        "UPDATE experts SET dialogue = 2",
        "UPDATE dialogues SET status = 'done'",
        "UPDATE dialogues SET sealed = 2",
        "UPDATE verdicts SET kind = 'last'",
        "UPDATE verdicts SET confidence = 'high'",
        "UPDATE rounds SET velocity = 99",
        "UPDATE rounds SET converge_percent = 101",
        "INSERT INTO entities VALUES (1, 'X', 'Q', 'X', 1, '')",
    ],
)
def test_what_cannot_be_is_refused(db: sqlite3.Connection, change: str) -> None:
    refused(db, change)


def test_a_display_id_may_be_there_twice(db: sqlite3.Connection) -> None:
    db.execute("UPDATE tensions SET id = 'T0001'")
    db.execute("UPDATE entities SET id = 'T0001' WHERE kind = 'T'")


def test_every_confidence_is_known(db: sqlite3.Connection) -> None:
    for word in CONFIDENCES:
        db.execute("UPDATE verdicts SET confidence = ?", (word,))


def test_verdicts_hold_nothing_that_is_computed() -> None:
    names = {column.name for column in schema.VERDICTS.columns}
    assert not names & {"tensions_resolved", "tensions_accepted", "recommendations_adopted", "key_evidence", "key_claims", "stale"}


def test_a_dialogue_goes_with_its_one_row(db: sqlite3.Connection) -> None:
    """In one statement, also for somebody who knows no other table."""
    insert(db, "dialogues", [(2, *row[1:]) for row in db.execute("SELECT * FROM dialogues")])
    db.execute("DELETE FROM dialogues WHERE dialogue = 1")
    left = [db.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in schema.TABLES]
    assert left == [1, *[0] * (len(left) - 1)]
