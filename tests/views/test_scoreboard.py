"""The scoreboard drawn: bars repeat what a number says, in ASCII where it must be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue.scoreboard import board, claims
from blue_cli.views.scoreboard import BAR, COLUMNS, bar, document, rows, spark, text
from tests.dialogue.build import graph, panel

FILES = panel({"muffin": "[PERSPECTIVE P01: a]", "scone": "[TENSION T01: b]"}, {"muffin": "x", "scone": "x"})
FILES |= {"round-0/judge.md": "---\nscores: {muffin: {W: 8, C: 6, T: 5, R: 5}, scone: {W: 1, C: 1, T: 1, R: 1}}\n---\nx\n"}
FOUND = graph(FILES)


def test_tsv_has_a_row_a_round_and_one_a_score() -> None:
    assert [row[:2] for row in rows(FOUND, board(FOUND))] == [("0", "-"), ("0", "muffin"), ("0", "scone"), ("1", "-")]
    assert {len(row) for row in rows(FOUND, board(FOUND))} == {len(COLUMNS)}


def test_the_drawing_has_every_figure() -> None:
    shown = text(FOUND, board(FOUND), [], 100, False, False)
    assert "ALIGNMENT 28" in shown and "█" in shown
    assert text(FOUND, board(FOUND), [], 100, False, True).isascii()


def test_json_is_complete_and_unknown_is_null() -> None:
    told = document(FOUND, board(FOUND), claims("| Round | Velocity |\n|---|---|\n| 0 | 9 |\n"))
    assert (told["alignment"], told["claimed"][0]["velocity"], told["rounds"][1]["scores"]) == (28, 9, {})
    hidden = FOUND._replace(complete=False)
    assert document(hidden, board(hidden))["rounds"][0]["velocity"] is None
    assert "?" in text(hidden, board(hidden), [], 100, False, False)


@given(st.floats(0, 1000), st.floats(0, 1000), st.booleans())
def test_a_bar_fits_and_what_is_something_is_seen(value: float, most: float, plain: bool) -> None:
    drawn = bar(value, most, plain)
    assert len(drawn) <= BAR and bool(drawn) == (value > 0 and most > 0)


@given(st.lists(st.none() | st.integers(0, 99)), st.booleans())
def test_a_sparkline_has_a_character_a_value(values: list[int | None], plain: bool) -> None:
    assert len(spark(values, 99, plain)) == len(values)


def test_the_course_of_alignment_adds_up() -> None:
    found = graph({**FILES, "round-1/rulings/score-scone.md": "---\nscores: {W: 2, C: 0, T: 0, R: 0}\n---\n"})
    cells = [dict(zip([c.name for c in COLUMNS], row, strict=True)) for row in rows(found, board(found))]
    assert [(c["expert"], c["W"], c["score"], c["alignment"], c["velocity"], c["converge"]) for c in cells] == [
        ("-", "9", "28", "28", "2", "0%"),
        ("muffin", "8", "24", "24", "-", "-"),
        ("scone", "1", "4", "4", "-", "-"),
        ("-", "2", "2", "30", "1", "0%"),
        ("scone", "2", "2", "6", "-", "-"),
    ]


def test_without_scores_only_the_course_is_drawn() -> None:
    found = graph(panel({"muffin": "[PERSPECTIVE P01: a]"}))
    shown = text(found, board(found), [], 100, False, False)
    assert "nobody has been scored yet: blue round score EXPERT W C T R" in shown and "ALIGNMENT" not in shown
    assert document(found, board(found))["experts"] == []
    older = graph({"round-0/muffin.md": "x"})  # is never written to, so that nobody can be scored in it
    assert "blue round score" not in text(older, board(older), [], 100, False, False)
