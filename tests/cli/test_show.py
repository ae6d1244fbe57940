"""`blue show`: one thing, its text and its life."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.program import blue


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path)
    texts = {
        "muffin": "[TENSION T01: Latency [/] \x1bc\x07]\nFirst \x1b[31mline.\n\nSecond.\n",
        "scone": "[RECOMMENDATION R01: r]\n[RE:ADDRESS MUFFIN-T01]\n",
    }
    for slug, text in texts.items():
        assert blue("round", "add", "--expert", slug, cwd=tmp_path, stdin=io.BytesIO(text.encode())).status == 0
    return tmp_path


def test_its_words_its_text_its_life_and_who_refers_to_it(root: Path) -> None:
    out = blue("show", "t0001", cwd=root).out
    for word in ("T0001", "addressed", "Latency [/]", "MUFFIN-T0001 by muffin in round 0", "Second.", "opened", "R0001"):
        assert word in out
    assert "\x1b" not in out and "\x07" not in out
    assert blue("show", "MUFFIN-T0001", cwd=root).out == out


def test_the_same_as_json(root: Path) -> None:
    document = blue("show", "T0001", "--json", cwd=root).json
    item = document["item"]
    assert (item["content"], item["status"]) == ("First \x1b[31mline.\n\nSecond.", "addressed")
    assert [event["type"] for event in item["events"]] == ["opened", "addressed"]
    assert [(r["source"], r["type"]) for r in document["referred_by"]] == [("SCONE-R0001", "address")]


@pytest.mark.parametrize("word", ["T0002", "MUFIN-T0001", "nonsense", "", "../x", "T" * 10_000])
def test_what_is_not_there(root: Path, word: str) -> None:
    said = blue("show", word, "--json", cwd=root)
    assert (said.status, said.json["error"]["code"]) == (3, "not-found")


def test_a_word_is_needed(root: Path) -> None:
    assert blue("show", cwd=root).status == 2
    assert blue("show", "T0001", "T0002", cwd=root).status == 2
