"""`export --format csv`: any reader of CSV has the text again, and no spreadsheet runs it."""

from __future__ import annotations

import csv as reader
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blue_cli.cli.export import Table
from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.views.export_csv import GUARDED, TABLES, cell, csv
from tests.dialogue import plays
from tests.dialogue.build import panel
from tests.dialogue.plays import Play
from tests.views.test_export_md import FINAL, ROUND_0, whole

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "'", '=HYPERLINK("http://e","x")', "=cmd|' /C calc'!A0"]


def rows(text: str) -> list[list[str]]:
    return list(reader.reader(io.StringIO(text, newline=""), strict=True))


def unguarded(value: str) -> str:
    return value.removeprefix("'")


def full() -> dict[str, Any]:
    return whole({**panel(ROUND_0), "verdicts/final.md": FINAL})


def labelled(label: str) -> dict[str, Any]:
    document = full()
    document["tensions"][0]["label"] = label
    return document


@given(st.text(max_size=30))
@example('a,"b"\r\nc')
@example("\n")
@settings(max_examples=100, deadline=None)
def test_the_text_is_there_again(label: str) -> None:
    header, *found = rows(csv(labelled(label), "entities"))
    (tension,) = [row for row in found if row[0] == "tension"]
    assert unguarded(tension[header.index("label")]) == label
    assert {len(row) for row in found} == {len(header)}


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(formula: str) -> None:
    for text in (csv(labelled(formula), "entities"), csv({**full(), "rulings": [{"reason": formula}]}, "rulings")):
        cells = [value for row in rows(text)[1:] for value in row]
        assert f"'{formula}" in cells
        assert not [value for value in cells if value.startswith(GUARDED[:-1])]


def test_lines_end_as_the_rfc_has_it_also_the_last() -> None:
    text = csv(labelled("one\nline"), "entities")
    assert text.endswith("\r\n") and text.count("\r\n") == len(rows(text))


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (True, "true"), (0, "0"), (33.3, "33.3"), (["a", "b"], "a b"), ([], "")])
def test_what_a_value_becomes(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_the_command_offers_the_tables_there_are() -> None:
    assert [table.value for table in Table] == [*TABLES]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_one_that_the_export_knows(name: str) -> None:
    columns, of = TABLES[name]
    document = whole(
        {**panel({**ROUND_0, "scone": ROUND_0["scone"] + "\n\n[STANCE S01: APPROVE | 0.5 on R01]"}), "verdicts/final.md": FINAL,
         "round-0/rulings/score-muffin.md": "---\nscores: {W: 1, C: 2, T: 3, R: 4}\n---\n"}
    )  # fmt: skip
    found = list(of(document))
    assert found
    sometimes = {"merged_into", "confirms_round"}
    assert set(columns) - set().union(*found) <= sometimes


@given(plays.plays())
@settings(max_examples=30, deadline=None)
def test_every_dialogue_has_a_row_for_each_thing(play: Play) -> None:
    document = whole(play.files())
    found = rows(csv(document, "entities"))[1:]
    assert [row[2] for row in found] == [e["canonical_id"] for kind in KIND_NAMES.values() for e in document[kind]]
    assert all(len({len(row) for row in rows(csv(document, name))}) == 1 for name in TABLES)


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 here")
def test_sqlite_reads_it(tmp_path: Path) -> None:
    label = 'a, "b"\nc'
    (tmp_path / "e.csv").write_bytes(csv(labelled(label), "entities").encode())
    asked = "SELECT label || '|' || line FROM e WHERE kind = 'tension'"
    run = subprocess.run(
        ["sqlite3", ":memory:", ".import --csv e.csv e", asked], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{label}|1\n" and not run.stderr
