"""`blue context`, `blue search` and `blue stats` as called."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.program import Terminal, blue


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path)
    for slug in ("muffin", "scone"):
        body = f"[CLAIM C01: \x1b[31m{slug}'s Café]\nIs café open?\n".encode()
        assert blue("round", "add", "--expert", slug, cwd=tmp_path, stdin=io.BytesIO(body)).status == 0
    return tmp_path


def test_the_text_is_the_same_in_a_pipe_and_as_json(root: Path) -> None:
    out = blue("context", "--for", "muffin", cwd=root).out
    document = blue("context", "--for", "muffin", "--json", cwd=root).json
    assert (document["schema"], document["text"], document["round"], document["budget"]) == ("blue/context@1", out, 1, 8000)
    assert document["tokens"] <= 8000 and out.encode()[: document["stable_bytes"]].decode().endswith("Role: A\nTier: core\n```\n\n")


def test_blue_expert_says_who(root: Path) -> None:
    env = {"HOME": "/nonexistent", "BLUE_EXPERT": "scone"}
    assert "You are the expert `scone`" in blue("context", cwd=root, env=env).out
    assert blue("context", "--all", "-o", "out", cwd=root, env=env).status == 0


def test_one_file_a_member(root: Path) -> None:
    said = blue("context", "--all", "-o", "out", "--json", cwd=root)
    assert [file["path"] for file in said.json["files"]] == ["out/muffin.md", "out/scone.md"]
    assert {path.name for path in (root / "out").iterdir()} == {"muffin.md", "scone.md"}
    assert (root / "out/scone.md").read_text() == blue("context", "--for", "scone", cwd=root).out


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((), 2),
        (("--all",), 2),
        (("--all", "--for", "muffin", "-o", "out"), 2),
        (("--all", "-o", ".blue/dialogues"), 2),
        (("--all", "-o", ".blue/dialogues/cache/round-1"), 2),
        (("--for", "muffin", "-o", ".blue/dialogues/cache/round-1/muffin.md"), 2),
        (("--for", "muffin", "--budget", "5"), 2),
        (("--for", "muffin", "--round", "-1"), 2),
        (("--for", "nobody"), 3),
    ],
)
def test_what_is_refused_writes_nothing(root: Path, words: tuple[str, ...], status: int) -> None:
    before = sorted(root.rglob("*"))
    said = blue("context", *words, cwd=root)
    assert (said.status, said.out) == (status, "")
    assert sorted(root.rglob("*")) == before


def test_a_link_in_the_folder_leads_nowhere(root: Path) -> None:
    (root / "out").mkdir()
    target = root / ".blue/dialogues/cache/round-0/muffin.md"
    (root / "out/muffin.md").symlink_to(target)
    before = target.read_bytes()
    assert blue("context", "--all", "-o", "out", cwd=root).status == 2
    assert target.read_bytes() == before and not (root / "out/scone.md").exists()


def test_hits_in_a_pipe_on_a_terminal_and_as_json(root: Path) -> None:
    row = "C0001\tclaim\tasserted\tmuffin\t0\t\\x1b[31mmuffin's Café\tIs café open?\tcache"
    assert blue("search", "CAFE", "muffin", cwd=root).out == f"{row}\n"
    shown = blue("search", "CAFE", "muffin", "--color", "always", cwd=root, stdout=Terminal()).out
    assert "\x1b[1m»muffin«\x1b[0m's \x1b[1m»Café«\x1b[0m" in shown and "\x1b[31mm" not in shown
    plain = blue("search", "CAFE muffin", "--color", "never", cwd=root, stdout=Terminal()).out
    assert "»muffin«'s »Café«" in plain and "1 found" in plain
    assert blue("search", "cafe", "--kind", "claims", "--by", "scone", "--json", cwd=root).json["items"][0]["id"] == "C0002"


@pytest.mark.parametrize("words", [("search", " "), ("search",), ("search", "x", "--kind", "taim")])
def test_a_search_for_nothing_is_a_wrong_call(root: Path, words: tuple[str, ...]) -> None:
    assert blue(*words, cwd=root).status == 2


def test_no_hit_is_an_empty_list(root: Path) -> None:
    assert blue("search", "zebra", "-q", cwd=root) == (0, "", "")


def test_figures_in_every_form(root: Path) -> None:
    assert "2 contributions in 1 round\n" in blue("stats", cwd=root).out
    assert blue("stats", "--everywhere", cwd=root).out.split("\t")[:4] == ["cache", "converging", "2", "1"]
    assert "\n1 dialogue\n" in blue("stats", "--everywhere", "--color", "never", cwd=root, stdout=Terminal()).out
    one, all = blue("stats", "--json", cwd=root).json, blue("stats", "--everywhere", "--json", cwd=root).json
    assert one["kinds"] == all["sums"]["kinds"] and one["experts"] == all["dialogues"][0]["experts"]
