"""The rows and items of lists: what the columns promise, and filters."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.graph import Graph
from blue_cli.views.items import LISTS, Filter
from tests.dialogue.build import graph, panel


@pytest.fixture(scope="module")
def full() -> Graph:
    """Two experts, two rounds, something of everything."""
    first = {
        "muffin": "---\nids: {T01: T0001, P01: P0001}\n---\n"
        "[TENSION T01: a]\n\n[PERSPECTIVE P01: b]\n\n[CLAIM C01: c]\n\n[EVIDENCE E01: d]",
        "scone": "[RECOMMENDATION R01: e]\n[RE:RESOLVE T0001] [RE:SUPPORT @muffin] [RE:DEPEND T0999]\n\n"
        "[STANCE S01: CONDITIONAL | .5] if cheap",
    }
    second = {"muffin": "[MOVE:CONCEDE MUFFIN-C01]\n\n[MOVE:CONVERGE]\n\n[STANCE S01: HOLD]", "scone": "[MOVE:REQUEST @muffin: why?]"}
    return graph(panel(first, second) | {"verdicts/interim-1.md": "Not yet.\n"})


def cells(graph: Graph, noun: str, **wanted: object) -> list[tuple[str, ...]]:
    listing = LISTS[noun]
    return [listing.cells(graph, thing) for thing in listing.find(graph, Filter(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize("noun", LISTS)
def test_a_row_has_a_cell_for_every_column(full: Graph, noun: str) -> None:
    rows = cells(full, noun, all=True)
    assert rows and {len(row) for row in rows} == {len(LISTS[noun].columns)}
    assert LISTS[noun].columns[-1].name == "dialogue"


def test_the_columns_of_tensions_are_the_contract() -> None:
    assert [column.name for column in LISTS["tensions"].columns] == ["id", "status", "contributors", "round", "label", "dialogue"]


def test_an_id_that_no_file_has_is_marked(full: Graph) -> None:
    assert [row[0] for row in cells(full, "tensions")] == ["T0001"]
    assert [row[0] for row in cells(full, "claims")] == ["C0001?"]


def test_a_target_that_is_not_there_is_shown_as_written(full: Graph) -> None:
    assert [row[:3] for row in cells(full, "refs")] == [
        ("R0001?", "resolve", "T0001"), ("R0001?", "support", "@muffin"), ("R0001?", "depend", "T0999 (not found)"),
    ]  # fmt: skip
    listing = LISTS["refs"]
    assert [listing.document(full, ref)["target"] for ref in listing.find(full, Filter())] == ["MUFFIN-T0001", "@muffin", None]


def test_stances_with_and_without_a_confidence(full: Graph) -> None:
    assert [row[1:4] for row in cells(full, "stances")] == [("CONDITIONAL", "0.5", "scone"), ("HOLD", "", "muffin")]


@pytest.mark.parametrize(
    ("noun", "wanted", "count"),
    [
        ("tensions", {}, 1),
        ("tensions", {"by": "muffin"}, 1),
        ("tensions", {"by": "scone"}, 0),
        ("tensions", {"round": 1}, 0),
        ("tensions", {"statuses": frozenset(["addressed"])}, 1),
        ("tensions", {"statuses": frozenset(["raised"])}, 0),
        ("claims", {"statuses": frozenset(["withdrawn"])}, 1),
        ("stances", {"statuses": frozenset(["hold"])}, 1),
        ("moves", {"statuses": frozenset(["converge"]), "by": "muffin", "round": 1}, 1),
        ("moves", {"by": "nobody"}, 0),
        ("experts", {"by": "scone"}, 1),
        ("experts", {"round": 7}, 2),
    ],
)
def test_filters_narrow(full: Graph, noun: str, wanted: dict[str, object], count: int) -> None:
    assert len(cells(full, noun, **wanted)) == count


def test_tensions_that_do_not_count_are_shown_when_asked_for() -> None:
    judged = graph(panel({"muffin": "[TENSION T01: a]", "judge": "[TENSION T01: b]"}, tensions="judge"))
    assert [row[4] for row in cells(judged, "tensions")] == ["b"]
    assert [row[4] for row in cells(judged, "tensions", raised=True)] == ["a"]
    assert [row[4] for row in cells(judged, "tensions", all=True)] == ["a", "b"]


def test_what_a_settled_tension_says() -> None:
    bodies = [{"muffin": "[TENSION T01: a]", "scone": "x"}, {"muffin": "[RE:RESOLVE MUFFIN-T01]", "scone": "[RE:ADDRESS MUFFIN-T01]"}]
    done = graph(panel(*bodies))
    listing = LISTS["tensions"]
    (item,) = [listing.document(done, thing) for thing in listing.find(done, Filter(all=True))]
    assert (item["status"], item["resolved_by"], item["must_confirm"], item["proposed_by"]) == ("resolved", "@muffin", [], [])
    assert item["age_rounds"] == 1
