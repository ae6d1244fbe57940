"""Figures of one dialogue and of all."""

from __future__ import annotations

import marshal

import pytest

from blue_cli.actions.stats import stats
from blue_cli.views.stats import COLUMNS, answer_rate, average_age, cells, document
from tests.actions.desk import Desk


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Two rounds: two tensions, one resolved; three doubts, two answered."""
    desk.add("muffin", "[TENSION T01: a]\n\n[TENSION T02: b]\n\n[CLAIM C01: d]\n\n[CLAIM C02: e]")
    desk.add("scone", "[MOVE:CHALLENGE MUFFIN-C01] [RE:OPPOSE MUFFIN-C02]\n\n[CLAIM C01: f]\n[RE:QUESTION MUFFIN-C01]")
    desk.add("muffin", "[RE:RESOLVE T0001] [MOVE:DEFEND C0001]\n\n[MOVE:CONVERGE]")
    desk.put("ruling/01#score-muffin", "---\nblue: 1\nround: 1\nscores: {W: 1, C: 2, T: 3, R: 4}\n---\n")
    return desk


def test_what_is_counted(full: Desk) -> None:
    ((id, status, figures),) = stats(full.store, full.uid).lines
    assert (id, status) == ("cache", "converging")
    assert (figures["contributions"], figures["rounds"], figures["refs"]) == (3, 2, {"oppose": 1, "question": 1, "resolve": 1})
    assert (figures["kinds"]["tensions"]["resolved"], figures["kinds"]["tensions"]["open"]) == (1, 1)
    assert figures["moves"] == {"challenge": 1, "defend": 1, "converge": 1}
    assert (figures["doubts"], figures["answered"], answer_rate(figures)) == (3, 2, 66.7)
    assert (figures["open_tensions"], average_age(figures)) == (1, 1.0)


def test_who_did_what(full: Desk) -> None:
    experts = stats(full.store, full.uid).sums["experts"]
    assert list(experts) == ["muffin", "scone"]
    did = experts["muffin"]
    assert (did["contributions"], did["tensions"], did["claims"]) == (2, 2, 2)
    assert (did["resolved"], did["signals"], did["score"]) == (1, 1, 10)
    full.add("judge", "[RESOLVED T0002]")
    assert stats(full.store, full.uid).sums["experts"]["judge"]["resolved"] == 1


def test_nothing_to_divide_by_is_unknown_and_not_zero(desk: Desk) -> None:
    ((_, _, figures),) = stats(desk.store, desk.uid).lines
    assert (answer_rate(figures), average_age(figures)) == (None, None)
    assert document(figures)["answer_percent"] is None


def test_everywhere_is_a_line_each_and_their_sums(full: Desk) -> None:
    full.store.create("older:old", "old", {"contribution/00#muffin": b"[TENSION T01: g]\n"})
    found = stats(full.store, None)
    assert [cells(line)[:4] for line in found.lines] == [("cache", "converging", "3", "2"), ("old", "open", "1", "1")]
    assert {len(cells(line)) for line in found.lines} == {len(COLUMNS)}
    assert found.sums["kinds"]["tensions"]["open"] == 2
    assert found.sums["experts"]["muffin"]["contributions"] == 3
    assert found.sums["contributions"] == sum(figures["contributions"] for _, _, figures in found.lines)


def test_an_answer_can_be_sent_by_another_process(full: Desk) -> None:
    lines = stats(full.store, full.uid).lines
    assert marshal.loads(marshal.dumps(lines)) == lines


def test_an_empty_workspace_has_no_figures(desk: Desk) -> None:
    class Nothing:
        def dialogues(self) -> list[object]:
            return []

    found = stats(Nothing(), None)  # type: ignore[arg-type]
    assert (found.lines, found.sums, document(found.sums)["experts"]) == ([], {}, [])


def test_a_long_line_goes_on_below_where_it_began() -> None:
    from blue_cli.actions.stats import _nothing
    from blue_cli.dialogue.grammar import KIND_NAMES, STATUSES
    from blue_cli.views.stats import text

    figures = {
        "contributions": 1, "rounds": 1, "kinds": {name: dict.fromkeys(STATUSES[k], 0) for k, name in KIND_NAMES.items()},
        "refs": {word * 6: 1 for word in "abcdef"}, "moves": {}, "doubts": 0, "answered": 0, "open_tensions": 0, "age": 0,
        "experts": {"muffin": _nothing()},
    }  # fmt: skip
    lines = text(figures, "head", 50, False).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("refs"))
    assert lines[at + 1].startswith(" " * lines[at].index("1 aaaaaa") + "1 ")
    assert max(map(len, lines[at : at + 3])) <= 50
