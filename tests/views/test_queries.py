"""The questions in SQL that the README prints: each runs on both engines, as printed and with a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from blue_cli.dialogue.ids import uuid7
from blue_cli.dialogue.verdicts import decided, verdicts
from blue_cli.stores.registry import open_store, prepare
from blue_cli.stores.relational import RelationalStore
from blue_cli.views.queries import QUERIES, Query, text
from tests.dialogue.build import ID, graph, panel
from tests.dialogue.judged import AGREED, with_verdict
from tests.stores import postgres
from tests.stores.projections import blobs, made

OPEN = panel(
    {
        "muffin": "[PERSPECTIVE P01: x]\n\n[TENSION T01: old]\n\n[EVIDENCE E01: wrong]\n[RE:SUPPORT MUFFIN-P0001]\n",
        "scone": "[TENSION T01: other]\n\n[CLAIM C01: leans]\n[RE:DEPEND MUFFIN-E0001]\n[RE:SUPPORT MUFFIN-P0001]\n",
    },
    {"scone": "[TENSION T01: newer]\n", "judge": "[REFUTED MUFFIN-E0001: no]\n"},
)
ADOPTED = panel(
    {
        "muffin": "[CLAIM C01: y]\n\n[RECOMMENDATION R01: x]\n[RE:DEPEND MUFFIN-C0001]\n\n[EVIDENCE E01: z]\n[RE:SUPPORT MUFFIN-C0001]\n",
        "judge": "[ADOPTED MUFFIN-R0001]\n",
    }
)
DIALOGUES = {ID: with_verdict(AGREED), "open": OPEN, "unnamed": with_verdict(ADOPTED, body="why\n", round=0)}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelationalStore]:
    url = "sqlite:///blue.db" if request.param == "sqlite" else postgres.fresh()
    root = str(tmp_path_factory.mktemp("queries"))
    prepare(url, root)
    opened: Any = open_store(url, root)
    for number, (id, files) in enumerate(DIALOGUES.items()):
        opened.create(uuid7(number, number), id, blobs(files, uuid7(number, number)))
    made(opened)
    yield opened
    opened.close()
    if request.param == "postgresql":
        postgres.drop(url)


def query(words: str) -> Query:
    return next(q for q in QUERIES if words in q.question)


def asked(store: RelationalStore, query: Query, value: str = "") -> list[tuple[Any, ...]]:
    """The rows with a parameter's value; the parameter occurs once."""
    statement = query.sql.replace(f":{query.parameter}", "?") if query.parameter else query.sql
    return store.read(statement, (value or query.example,) if query.parameter else ())


@pytest.mark.parametrize("one", QUERIES, ids=lambda q: q.question)
def test_what_is_printed_runs_and_says_what_the_parameter_says(store: RelationalStore, one: Query) -> None:
    assert store.read(one.printed) == asked(store, one)
    assert asked(store, one) != []


@pytest.mark.parametrize("value", ["x'; DROP TABLE refs; --", "' OR '1'='1", "\\", "é"])
def test_a_value_is_a_value(store: RelationalStore, value: str) -> None:
    for one in QUERIES:
        if one.parameter:
            assert asked(store, one, value) == []
            assert store.read(one._replace(example=value).printed) == []


def test_open_tensions_by_expert(store: RelationalStore) -> None:
    assert asked(store, query("still open")) == [("scone", 2), ("muffin", 1)]


def test_what_supports(store: RelationalStore) -> None:
    place = ".blue/dialogues/open/round-0/"
    assert asked(store, query("supports")) == [("open", "E0001", place + "muffin.md", 6), ("open", "C0001", place + "scone.md", 5)]


@pytest.mark.parametrize("id", [ID, "unnamed"])
def test_what_the_verdict_rests_on_is_what_why_says(store: RelationalStore, id: str) -> None:
    of = graph(DIALOGUES[id])
    rests = decided(of, verdicts(of)[0]).rests_on
    assert [row[2] for row in asked(store, query("rest on"), id)] == list(rests)
    assert len(rests) > 1


def test_refuted_evidence(store: RelationalStore) -> None:
    assert asked(store, query("refuted")) == [("open", "E0001", "C", "C0001"), ("open", "E0001", "P", "P0001")]


def test_the_oldest(store: RelationalStore) -> None:
    assert [row[:3] for row in asked(store, query("longest"))] == [(1, "T0001", "muffin"), (1, "T0002", "scone"), (0, "T0101", "scone")]


def test_parameters_are_parameters() -> None:
    for one in QUERIES:
        assert re.findall(r":\w+", one.sql) == ([f":{one.parameter}"] if one.parameter else [])


def test_all_of_them_are_printed() -> None:
    printed = "\n".join(text())
    assert printed.count(";") == len(QUERIES) == 5
    assert Path(__file__).name == "test_queries.py"
