"""`blue round score EXPERT W C T R`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.program import Said, blue

PATH = ".blue/dialogues/cache/round-0/rulings/score-muffin.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path)
    blue("round", "add", "--expert", "muffin", cwd=tmp_path, stdin=io.BytesIO(b"So it is.\n"))
    return tmp_path


def score(root: Path, *words: str) -> Said:
    return blue("round", "score", *words, cwd=root)


def test_a_score_in_json_and_on_disk(root: Path) -> None:
    found = score(root, "@Muffin", "8", "6", "5", "5", "--json").json
    assert found == {
        "schema": "blue/round.score@1", "created": True, "dialogue": "cache", "round": 0, "expert": "muffin",
        "scores": {"W": 8, "C": 6, "T": 5, "R": 5}, "total": 24, "path": PATH, "warnings": [],
    }  # fmt: skip
    lines = (root / PATH).read_text().splitlines()
    assert [line.partition(":")[0] for line in lines[1:-1]] == ["blue", "dialogue", "round", "expert", "created", "scores"]
    assert lines[-2:] == ["scores: {W: 8, C: 6, T: 5, R: 5}", "---"]
    assert blue("check", cwd=root).status == 0


def test_the_same_again_and_another(root: Path) -> None:
    score(root, "muffin", "8", "6", "5", "5")
    assert score(root, "muffin", "8", "6", "5", "5", "--json").json["created"] is False
    answer = score(root, "muffin", "1", "6", "5", "5", "--json")
    assert (answer.status, answer.json["error"]["path"]) == (5, PATH)
    assert score(root, "muffin", "1", "6", "5", "5", "--replace").out == "muffin, round 0: W 1 C 6 T 5 R 5, together 17\n"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("muffin", "8", "6", "5", "x"), 2),
        (("muffin", "8", "6", "5", "4.5"), 2),
        (("muffin", "8", "6", "5", "nan"), 2),
        (("muffin", "8", "6", "5", "-1"), 2),
        (("muffin", "8", "6", "5"), 2),
        (("muffin", "8", "6", "5", "9" * 5000), 2),
        (("judge", "8", "6", "5", "5"), 2),
        (("mufin", "8", "6", "5", "5"), 3),
        (("muffin", "8", "6", "5", "5", "--round", "7"), 3),
    ],
)
def test_what_is_no_score_writes_nothing(root: Path, words: tuple[str, ...], status: int) -> None:
    answer = score(root, *words, "--json")
    assert (answer.status, answer.json["error"]["exit"]) == (status, status)
    assert not (root / PATH).exists()


@pytest.mark.parametrize("words", [("muffin", "8", "6", "5", "-1"), ("muffin", "-8", "6", "5", "1"), ("--", "muffin", "8", "6", "5", "-1")])
def test_a_number_below_zero_is_told_what_a_score_is(root: Path, words: tuple[str, ...]) -> None:
    answer = score(root, *words)
    assert (answer.status, "a whole number from 0" in answer.err) == (2, True)


def test_one_who_has_not_written_is_scored_with_a_hint(root: Path) -> None:
    assert "scone has not written in round 0" in score(root, "scone", "1", "1", "1", "1").err
