"""What is told of a dialogue that somebody watches."""

from __future__ import annotations

from blue_cli.views.news import News, arrived, cells, news
from tests.dialogue.build import graph, panel

OPENED = "[TENSION T01: a]\n\n[PERSPECTIVE P01: b]\n"
FIRST = {"muffin": OPENED, "scone": "[RECOMMENDATION R01: c]\n\n[RE:ADDRESS T0001]\n"}


def told(files: dict[str, str]) -> list[tuple[str, ...]]:
    return [cells(one) for one in news(graph(files))]


def test_contributions_in_the_order_of_rounds_and_what_they_changed() -> None:
    files = panel(FIRST, {"muffin": "[RE:RESOLVE T0001]\n\n[MOVE:CONVERGE]\n"})
    assert told(files) == [
        ("0", "muffin", "wrote", "", "1 perspective, 1 tension"),
        ("0", "muffin", "opened", "T0001?", "a"),
        ("0", "scone", "wrote", "", "1 recommendation"),
        ("0", "scone", "addressed", "T0001?", "a"),
        ("1", "muffin", "wrote", "", "signals CONVERGE"),
        ("1", "muffin", "resolved", "T0001?", "a"),
    ]


def test_a_resolution_that_nobody_has_confirmed_is_not_told_as_one() -> None:
    assert ("1", "scone", "would settle", "T0001?", "a") in told(panel(FIRST, {"scone": "[RE:RESOLVE T0001]\n"}))


def test_what_the_whole_panel_did_is_told_once_and_after_what_it_wrote() -> None:
    end = "[MOVE:CONVERGE]\n"
    files = panel(FIRST, {"scone": "[RE:RESOLVE T0001]\n\n" + end, "muffin": end})
    assert told(files)[-1] == ("1", "the panel", "resolved", "T0001?", "a")


def test_the_judge_comes_last_in_a_round() -> None:
    judged = {**FIRST, "judge": "---\nscores: {muffin: {W: 1, C: 2, T: 3, R: 4}}\n---\n[ACCEPTED MUFFIN-T0001: later]\n"}
    files = {**panel(judged), "verdicts/final.md": "---\nblue: 1\nkind: final\nround: 0\nforced: time\n---\nSo.\n"}
    assert [row[1:4] for row in told(files)][-3:] == [
        ("judge", "accepted", "T0001?"), ("judge", "scored", ""), ("judge", "verdict", "final"),
    ]  # fmt: skip


def test_that_it_was_closed_is_the_last_thing() -> None:
    files = panel(FIRST, closed="{at: 2026-11-24T05:28:00Z, reason: enough}")
    assert told(files)[-1] == ("0", "", "closed", "", "enough")


def test_news_is_what_was_not_there() -> None:
    before = news(graph(panel(FIRST)))
    after = news(graph(panel(FIRST, {"muffin": "[MOVE:CONVERGE]\n"})))
    assert arrived(before, after) == [News(1, "muffin", "wrote", "", "signals CONVERGE")]
    assert arrived(after, before) == arrived(before, before) == []
