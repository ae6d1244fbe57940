"""`blue scoreboard` as people and scripts call it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.program import Said, Terminal, blue

SCREEN = {"HOME": "/nonexistent", "COLUMNS": "100", "TERM": "dumb"}


class Latin(Terminal):
    encoding = "ISO-8859-1"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the dialogue `cache`, one round old."""
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path)
    for expert in ("muffin", "scone"):
        text = io.BytesIO(b"[PERSPECTIVE P01: Cold caches]\n")
        assert blue("round", "add", "--expert", expert, cwd=tmp_path, stdin=text).status == 0
    return tmp_path


@pytest.fixture
def scored(root: Path) -> Path:
    assert blue("round", "score", "muffin", "8", "6", "5", "5", cwd=root).status == 0
    return root


def drawn(root: Path, *words: str, on: Terminal | None = None) -> Said:
    return blue("scoreboard", *words, cwd=root, env=SCREEN, stdout=on or Terminal())


def test_piped_it_is_a_row_a_round_and_one_a_score(scored: Path) -> None:
    said = blue("scoreboard", cwd=scored)
    assert said.out == (
        "0\t-\t8\t6\t5\t5\t24\t24\t0\t2\t2\t0%\tcache\n"
        "0\tmuffin\t8\t6\t5\t5\t24\t24\t-\t-\t-\t-\tcache\n"
    )  # fmt: skip


def test_bars_on_a_terminal_and_ascii_where_it_knows_no_others(scored: Path) -> None:
    assert "████" in drawn(scored).out
    assert drawn(scored, on=Latin()).out.isascii() and "####" in drawn(scored, on=Latin()).out
    assert drawn(scored, "--ascii").out.isascii()


def test_columns_can_be_picked(scored: Path) -> None:
    assert blue("scoreboard", "--columns", "expert,score", cwd=scored).out == "-\t24\nmuffin\t24\n"
    assert blue("scoreboard", "--columns", "nonsense", cwd=scored).status == 2


def test_json_by_round_and_expert(scored: Path) -> None:
    told = blue("scoreboard", "--json", cwd=scored).json
    assert (told["schema"], told["alignment"], told["complete"], told["claimed"]) == ("blue/scoreboard@1", 24, True, None)
    assert told["rounds"][0]["scores"] == {"muffin": {"W": 8, "C": 6, "T": 5, "R": 5}}
    assert told["experts"] == [{"expert": "muffin", "sum": {"W": 8, "C": 6, "T": 5, "R": 5}, "total": 24}]


def test_without_scores_it_says_how_to_give_some(root: Path) -> None:
    assert "nobody has been scored yet: blue round score" in drawn(root).out
    assert blue("scoreboard", cwd=root).out == "0\t-\t-\t-\t-\t-\t-\t0\t0\t2\t2\t0%\tcache\n"


def test_an_older_board_is_shown_as_a_claim_and_one_that_adopting_left_is_not(root: Path) -> None:
    board = "| Round | W | C | T | R | Score | Velocity |\n|---|---|---|---|---|---|---|\n| 0 | 1 | 2 | 3 | 4 | 10 | 7 |\n"
    older = root / ".blue/dialogues/2026-01-01T0000Z-tea"
    (older / "round-0").mkdir(parents=True)
    (older / "round-0/muffin.md").write_text("Tea.\n")
    (older / "scoreboard.md").write_text(board)
    said = drawn(root, "-d", older.name)
    assert "scoreboard.md claims" in said.out and "blue round score" not in said.out
    (claim,) = blue("scoreboard", "--json", "-d", older.name, cwd=root).json["claimed"]
    assert (claim["score"], claim["velocity"], claim["open_tensions"], claim["line"]) == (10, 7, None, 3)
    (root / ".blue/dialogues/cache/scoreboard.md").write_text(board)
    assert blue("scoreboard", "--json", "-d", "cache", cwd=root).json["claimed"] is None
