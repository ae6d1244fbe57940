"""The screen of `blue watch`: it fits, whatever the dialogue and the terminal, and tells the most important things first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.scoreboard import board
from blue_cli.views.news import news
from blue_cli.views.text import width
from blue_cli.views.watch import Seen, document, frame, line, state
from tests.dialogue.build import graph, panel
from tests.dialogue.plays import NAMES, Play, plays
from tests.dialogue.texts import BODIES

STYLE = re.compile("\x1b\\[[0-9;]*m")
SIZE = st.tuples(st.integers(1, 140), st.integers(1, 45))
EVIL = "\x1b[2J\u202e漢字🧁" * 9
SCORES = "---\nscores: {muffin: {W: 8, C: 6, T: 5, R: 5}, scone: {W: 1, C: 1, T: 1, R: 1}}\n---\nx\n"
FILES = panel(
    {"muffin": "[TENSION T01: Cold starts]\n\n[TENSION T02: Cost]\n", "scone": "[PERSPECTIVE P01: Who pays]\n", "judge": SCORES},
    {"muffin": "[RE:RESOLVE T0001]\n\n[MOVE:CONVERGE]\n"},
    experts="muffin scone eclair",
)
FOUND = graph(FILES)


def seen(of: Graph, **more: object) -> Seen:
    return Seen(of, board(of), news(of))._replace(**more)  # type: ignore[arg-type]


def shown(of: Graph, columns: int = 100, rows: int = 30, **more: object) -> str:
    return "\n".join(frame(seen(of, **more), columns, rows, False))


def holds(of: Seen, columns: int, rows: int) -> None:
    for color, plain in ((True, False), (False, True)):
        lines = frame(of, columns, rows, color, plain)
        texts = [STYLE.sub("", text) for text in lines]
        assert len(lines) == rows
        assert all(width(text) <= columns for text in texts)
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", "".join(texts))


@given(plays(), SIZE)
def test_any_dialogue_fits_any_terminal(play: Play, size: tuple[int, int]) -> None:
    of = graph(play.files(NAMES))
    holds(seen(of, fresh=news(of)[-3:], foot="changed"), *size)


@given(BODIES, SIZE, st.booleans())
def test_any_text_fits_any_terminal(body: str, size: tuple[int, int], whole: bool) -> None:
    of = graph(panel({"muffin": body, "scone": f"[TENSION T01: {EVIL}]\n"}, question=f'"{"w" * 300}"'))._replace(complete=whole)
    holds(seen(of, fresh=news(of), trouble=EVIL, foot=EVIL), *size)


@pytest.mark.parametrize("size", [(100, 30), (80, 24), (60, 14), (40, 12), (40, 10)])
def test_the_figures_what_is_next_and_an_open_tension_are_always_there(size: tuple[int, int]) -> None:
    text = shown(FOUND, *size)
    for part in ("round 1", "velocity 1", "converge 33.3%", "next: round 1 waits for", "T0002?  open", "q quits", "PANEL", "EVENTS"):
        assert part in text


def test_what_is_not_settled_comes_first() -> None:
    assert re.findall(r"^(T000\d)", shown(FOUND), re.M) == ["T0002", "T0001"]


def test_who_is_waited_for_comes_first_and_who_leads() -> None:
    text = shown(FOUND, 120)
    assert text.index("…  eclair") < text.index("…  scone") < text.index("✓  muffin  converges")
    assert "1  muffin" in text and "24" in text and "ALIGNMENT 28" in text


def test_what_does_not_fit_is_counted() -> None:
    of = graph(panel({"muffin": "".join(f"[TENSION T{n:02}: t{n}]\n\n" for n in range(1, 41))}))
    text = shown(of, 80, 24)
    listed = len(re.findall(r"^T00", text, re.M))
    assert f"40 open  … {40 - listed} more" in text and listed > 3


def test_what_came_while_it_was_watched_is_marked_and_first() -> None:
    last = [one for one in news(FOUND) if one.round == 0][:1]
    lines = [row for row in shown(FOUND, fresh=last).split("\n") if " r0 " in row or " r1 " in row]
    assert lines[0].startswith("●  r0  muffin") and not any("●" in row for row in lines[1:])


def test_trouble_is_said_where_the_next_step_is() -> None:
    text = shown(FOUND, trouble="gone: deleted")
    assert "gone: deleted" in text and "next:" not in text and "T0002?" in text


def test_what_is_wrong_in_it_or_cannot_be_read_is_said() -> None:
    assert "1 mistake in it: blue check says what" in shown(graph(panel({"muffin": "[RE:RESOLVE T0909]\n"})))
    assert "not everything could be read" in shown(FOUND._replace(complete=False))
    assert "velocity ?" in shown(FOUND._replace(complete=False))
    assert "blue check" not in shown(FOUND)


def test_a_verdict_and_whether_it_stands() -> None:
    final = {"verdicts/final.md": "---\nblue: 1\nkind: final\nround: 1\nforced: time\nrecommendation: Use 2Q\n---\nSo.\n"}
    assert "verdict final stands: Use 2Q" in shown(graph({**FILES, **final}))


def test_a_dialogue_without_anything_says_who_is_asked() -> None:
    text = shown(graph(panel(experts="muffin")))
    assert "no round yet" in text and "round 0 waits for muffin" in text


def test_ascii_where_it_must_be() -> None:
    assert all(text.isascii() for text in frame(seen(FOUND, fresh=news(FOUND)), 100, 30, True, True))


def test_the_state_in_a_line() -> None:
    assert state(seen(FOUND))[2:] == ("open", "", "velocity 1, converge 33.3%, next: round 1 waits for eclair, scone")
    assert state(seen(FOUND, trouble="gone"))[2:] == ("trouble", "", "gone")
    assert line(news(FOUND)[1]) == "round 0  muffin  opened  T0001?  Cold starts"


def test_json_has_the_state_the_events_and_the_scores() -> None:
    told = document(seen(FOUND))
    assert told["convergence"]["velocity"] == 1 and told["scoreboard"]["alignment"] == 28
    assert [event["what"] for event in told["events"]][:3] == ["wrote", "opened", "opened"]
