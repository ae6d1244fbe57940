"""`blue panel show|set|sample` as people and scripts call it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.program import Said, blue

PEOPLE = [
    {"name": f"{tier}{n}", "role": "Any", "tier": tier, "relevance": 0.5} for tier in ("Core", "ADJACENT", "wildcard") for n in range(6)
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the dialogue `cache` and a pool of six people of each tier."""
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path)
    (tmp_path / "pool.json").write_text(json.dumps(PEOPLE))
    return tmp_path


def sample(root: Path, *words: str) -> Said:
    return blue("panel", "sample", "--seed", "s", *words, "--json", cwd=root)


def drawn(root: Path, *words: str) -> list[str]:
    return [e["slug"] for e in sample(root, "--pool", "pool.json", *words).json["panel"]]


def test_who_is_asked(root: Path) -> None:
    told = blue("panel", "show", "--json", cwd=root).json
    assert (told["schema"], told["round"], told["set"]) == ("blue/panel.show@1", 0, False)
    assert [(e["slug"], e["wrote"], e["signals"]) for e in told["panel"]] == [("muffin", False, False), ("scone", False, False)]
    assert blue("panel", "show", "100", cwd=root).status == 3


def test_setting_is_told_and_stays(root: Path) -> None:
    told = blue("panel", "set", "1", "@Scone", "--json", cwd=root).json
    assert (told["schema"], told["changed"], [e["slug"] for e in told["panel"]]) == ("blue/panel.set@1", True, ["scone"])
    assert blue("panel", "set", "1", "scone", "--json", cwd=root).json["changed"] is False
    assert [line.split("\t")[0] for line in blue("panel", "show", "1", cwd=root).out.splitlines()] == ["scone"]


@pytest.mark.parametrize(
    ("words", "status"),
    [(("1", "sconne"), 3), (("x", "scone"), 2), (("1",), 2), (("100", "scone"), 1), (("-1", "scone"), 1)],
)
def test_a_panel_that_cannot_be_set_changes_nothing(root: Path, words: tuple[str, ...], status: int) -> None:
    path = root / ".blue/dialogues/cache/dialogue.md"
    before = path.read_bytes()
    said = blue("panel", "set", *words, cwd=root)
    assert (said.status, path.read_bytes() == before) == (status, True), said.err


def test_the_judge_sits_on_no_panel(root: Path) -> None:
    assert blue("panel", "set", "1", "judge", cwd=root).status == 3


def test_a_sample_is_the_same_for_the_same_seed_and_mixed(root: Path) -> None:
    first = drawn(root, "--size", "12")
    assert first == drawn(root, "--size", "12") and len(first) == 12
    assert [sum(slug.startswith(tier) for slug in first) for tier in ("core", "adjacent", "wildcard")] == [4, 5, 3]
    panels = {tuple(drawn(root, "--size", "6", "--seed", str(n))) for n in range(8)}
    assert len(panels) > 4


def test_retained_ones_are_on_it_and_excluded_ones_are_not(root: Path) -> None:
    chosen = drawn(root, "--size", "4", "--retain", "@Core1,core2", "--retain", "core3", "--exclude", "adjacent0")
    assert {"core1", "core2", "core3"} <= set(chosen) and "adjacent0" not in chosen


def test_sampling_writes_nothing_and_says_what_would(root: Path) -> None:
    path = root / ".blue/dialogues/cache/dialogue.md"
    before = path.read_bytes()
    told = sample(root, "--pool", "pool.json", "--size", "1", "--retain", "core0").json
    assert told["next"] == ["blue expert add core0:Any:core -d cache", "blue panel set 0 core0 -d cache"]
    assert path.read_bytes() == before
    for command in told["next"]:
        assert blue(*command.split()[1:], cwd=root).status == 0
    assert [e["slug"] for e in blue("panel", "show", "--json", cwd=root).json["panel"]] == ["core0"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--size", "3"), 1),
        (("--size", "0"), 2),
        (("--size", "many"), 2),
        ((), 2),
        (("--size", "1", "--retain", "nobody"), 3),
        (("--size", "1", "--exclude", "nobody"), 3),
        (("--size", "1", "--retain", "muffin", "--retain", "scone"), 2),
        (("--size", "1", "--retain", "muffin", "--exclude", "muffin"), 2),
        (("--size", "1", "--pool", "missing.json"), 3),
    ],
)
def test_a_sample_that_cannot_be(root: Path, words: tuple[str, ...], status: int) -> None:
    said = sample(root, *words)
    assert (said.status, said.json["schema"]) == (status, "blue/error@1"), said.out


def test_a_pool_with_mistakes_has_all_of_them_told(root: Path) -> None:
    (root / "pool.json").write_text('[{"name": "a", "tier": "boss"}, {"name": "b", "relevance": 7}, {"name": "a"}]')
    said = sample(root, "--size", "1", "--pool", "pool.json")
    assert said.status == 1
    assert all(word in said.out for word in ("boss", "relevance 7", "a stands twice"))
    assert [f["path"] for f in said.json["findings"]] == ["pool.json"] * 3


def test_who_has_retired_is_drawn_no_more(root: Path) -> None:
    for expert in ("muffin", "scone"):  # who has never written is taken off the list when they retire
        assert blue("round", "add", "--expert", expert, cwd=root, stdin=io.BytesIO(b"x\n")).status == 0
    assert blue("expert", "retire", "scone", cwd=root).status == 0
    assert [e["slug"] for e in sample(root, "--size", "1").json["panel"]] == ["muffin"]
    assert sample(root, "--size", "2").status == 1
