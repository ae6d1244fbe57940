"""`blue expert add|retire` and `blue experts list`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import blue


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", cwd=tmp_path)
    return tmp_path


def test_adding_says_who_and_where(root: Path) -> None:
    said = blue("expert", "add", "scone:Storage:adjacent", "--reason", "bills", "--focus", "disks", "--from-round", "2", "--json", cwd=root)
    assert said.json["expert"] == {
        "slug": "scone", "role": "Storage", "tier": "adjacent", "source": "created", "reason": "bills", "focus": "disks", "from_round": 2,
    }  # fmt: skip
    assert said.json["changed"] is True
    assert "on the panel of cache already" in blue("experts", "add", "scone:Storage:adjacent", cwd=root).out
    assert blue("expert", "add", "scone:Other", cwd=root).status == 5


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("scone",), 2),
        ((":x",), 2),
        (("../x:R",), 1),
        (("judge:R",), 1),
        (("x:R", "--from-round", "100"), 1),
        (("x:R", "--from-round", "-1"), 1),
        ((), 2),
    ],
)
def test_what_cannot_be_added(root: Path, words: tuple[str, ...], status: int) -> None:
    before = (root / ".blue/dialogues/cache/dialogue.md").read_bytes()
    said = blue("expert", "add", *words, "--json", cwd=root)
    assert (said.status, said.json["error"]["exit"]) == (status, status)
    assert (root / ".blue/dialogues/cache/dialogue.md").read_bytes() == before


def test_retiring(root: Path) -> None:
    assert blue("expert", "retire", "mufin", "--json", cwd=root).json["error"]["suggestions"] == ["muffin"]
    assert blue("expert", "retire", "@Muffin", cwd=root).out == "muffin is off the panel of cache\n"
    assert blue("experts", cwd=root).out == ""


def test_the_panel_of_a_round(root: Path) -> None:
    blue("expert", "add", "scone:B:wildcard", "--from-round", "2", cwd=root)
    slugs = lambda *words: [line.split("\t")[0] for line in blue("experts", *words, cwd=root).out.splitlines()]  # noqa: E731
    assert slugs() == ["muffin", "scone"]
    assert slugs("--round", "0") == ["muffin"]
    assert slugs("--round", "2") == ["muffin", "scone"]
    assert slugs("--status", "wildcard") == ["scone"]
