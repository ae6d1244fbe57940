"""Rows of a graph: every dialogue has some, and they hold what was written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from blue_cli.dialogue import schema
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.projection import About, Rows, fitting, rows, sealed
from blue_cli.dialogue.schema import TABLES
from tests.dialogue.build import ID, graph, panel
from tests.dialogue.judged import AGREED, with_verdict
from tests.dialogue.plays import plays
from tests.dialogue.test_schema import database, insert
from tests.dialogue.texts import BODIES

ABOUT = About("u", "v1", ("dialogue", "contribution/00#muffin", "ruling/00#x", "verdict/final", "file/x"), {})


def projected(of: Graph) -> Rows:
    """The rows, after a database has taken all of them."""
    found = rows(of, ABOUT)
    made = database()
    for table in TABLES:
        insert(made, table.name, [(1, *row) for row in found[table.name]])
    made.close()
    return found


def of(table: str, found: Rows) -> list[dict[str, object]]:
    """Rows by column."""
    columns = next(t.columns for t in TABLES if t.name == table)
    return [{c.name: value for c, value in zip(columns, row, strict=True)} for row in found[table]]


@settings(max_examples=60, deadline=None)
@given(plays())
def test_every_play_becomes_rows(play: object) -> None:
    files = play.files()  # type: ignore[attr-defined]
    made = graph(files)
    found = projected(made)
    assert sum(len(found[schema.OF_KIND[kind].name]) for kind in schema.OF_KIND) == len(made.entities)
    assert len(found["refs"]) == len(made.refs)
    assert len({row[0] for row in found["moves"]}) == len(made.moves)
    assert len({row[0] for row in found["rulings"]}) == len(made.rulings)


@settings(max_examples=60, deadline=None)
@given(BODIES, BODIES, BODIES)
def test_whatever_stands_in_the_files_it_becomes_rows(a: str, b: str, c: str) -> None:
    projected(graph(panel({"muffin": a, "judge": b}, {"muffin": c, "stranger": b})))
    projected(graph({"round-0/muffin.md": a, "tensions.md": b, "round-1/muffin.md": c}))
    projected(graph(with_verdict(AGREED, body=a)))


def test_a_ref_to_nothing_keeps_what_was_written() -> None:
    (ref,) = of("refs", projected(graph(panel({"muffin": "[RE:ADDRESS T0999]\n"}))))
    assert (ref["target"], ref["target_kind"], ref["misses"], ref["written"], ref["source"], ref["author"]) == (
        None, None, None, "T0999", None, "muffin")  # fmt: skip


@pytest.mark.parametrize("text", ["ADDRESS MUFFIN-P0001", "RESOLVE MUFFIN-P0001", "REFINE MUFFIN-P0001", "SUPPORT @muffin"])
def test_a_ref_to_what_its_verb_cannot_be_about_names_it_beside_the_target(text: str) -> None:
    (ref,) = of("refs", projected(graph(panel({"muffin": f"[RE:{text}]\n\n[PERSPECTIVE P01: x]\n"}))))
    assert ref["target"] is None
    assert ref["misses"] in ("MUFFIN-P0001", "@muffin")


def test_a_ref_of_a_verdict_says_which() -> None:
    (ref,) = [r for r in of("refs", projected(graph(with_verdict(AGREED)))) if r["verdict"]]
    assert (ref["verdict"], ref["source"], ref["target"]) == ("final", None, "MUFFIN-R0001")


def test_two_that_claim_one_display_id_are_two_rows() -> None:
    body = "---\nids: {T01: T0001}\n---\n[TENSION T01: a]\n"
    found = of("tensions", projected(graph(panel({"muffin": body, "scone": body}))))
    assert [(t["canonical_id"], t["id"]) for t in found] == [("MUFFIN-T0001", "T0001"), ("SCONE-T0001", "T0001")]


def test_a_move_has_a_row_a_target_and_one_without_any() -> None:
    body = "[PERSPECTIVE P01: a]\n[PERSPECTIVE P02: b]\n# then\n[MOVE:BRIDGE P01 P02]\n[MOVE:CONVERGE]\n[MOVE:REQUEST @scone: why]\n"
    found = of("moves", projected(graph(panel({"muffin": body, "scone": "x"}))))
    assert [(m["position"], m["part"], m["type"], m["target"], m["target_expert"]) for m in found] == [
        (0, 0, "bridge", "MUFFIN-P0001", None),
        (0, 1, "bridge", "MUFFIN-P0002", None),
        (1, 0, "converge", None, None),
        (2, 0, "request", None, "@scone"),
    ]


def test_what_a_verdict_does_not_say_in_our_words_is_null() -> None:
    (verdict,) = of("verdicts", projected(graph(with_verdict(AGREED, confidence="quite", conditions=["a", "b"]))))
    assert (verdict["confidence"], verdict["conditions"]) == (None, "a\nb")


def test_files_are_counted_by_what_they_are() -> None:
    (row,) = of("dialogues", projected(graph(AGREED)))
    assert (row["contributions"], row["rulings"], row["verdicts"], row["sealed"], row["exact"], row["version"]) == (1, 1, 1, 0, 1, "v1")


def test_a_sealed_dialogue_is_one_row_and_says_nothing_but_how_many_files_it_has() -> None:
    found = sealed(ID, ABOUT)
    assert [name for name, those in found.items() if those] == ["dialogues"]
    made = database()
    insert(made, "dialogues", [(1, *row) for row in found["dialogues"]])
    (row,) = of("dialogues", found)
    assert {k: v for k, v in row.items() if v is not None} == {
        "uid": "u", "id": ID, "sealed": 1, "exact": 0, "native": 1, "contributions": 1, "rulings": 1, "verdicts": 1, "version": "v1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "held"),
    [("a\0b", "a\ufffdb"), ("\ud800", "\ufffd\ufffd\ufffd"), ("é😀", "é😀"), (10**30, 2**63 - 1), (-(10**30), 1 - 2**63),
     (float("inf"), None),
     (float("nan"), None), (0.85, 0.85), (None, None), (7, 7)],
)  # fmt: skip
def test_what_an_engine_cannot_hold_is_replaced(value: object, held: object) -> None:
    assert fitting(value) == held  # type: ignore[arg-type]


@pytest.mark.parametrize("odd", ["a\0b", "\ud800"])
def test_and_then_the_rows_are_not_exact(odd: str) -> None:
    made = graph(AGREED)
    for changed in (made._replace(meta=made.meta._replace(title=odd)), made._replace(refs=(made.refs[0]._replace(written=odd),))):
        assert of("dialogues", projected(changed))[0]["exact"] == 0


def test_a_name_with_a_comma_would_be_two_in_a_list() -> None:
    made = graph(AGREED)
    name = "MUFFIN-T0001"
    changed = made._replace(standing={**made.standing, name: made.standing[name]._replace(contributors=("a,b",))})
    assert of("dialogues", projected(changed))[0]["exact"] == 0
