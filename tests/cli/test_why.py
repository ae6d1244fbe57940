"""`blue why`, asked from a shell."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.program import blue

MUFFIN = """[CLAIM C01: it is slow]
[RE:DEPEND E01]

[EVIDENCE E01: measured]

[RECOMMENDATION R01: replace it]
[RE:DEPEND C01]
"""
SCONE = "[EVIDENCE E01: one machine only]\n[RE:OPPOSE MUFFIN-E01]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path)
    for slug, text in (("muffin", MUFFIN), ("scone", SCONE)):
        assert blue("round", "add", "--expert", slug, cwd=tmp_path, stdin=io.BytesIO(text.encode())).status == 0
    folder = tmp_path / ".blue/dialogues/cache/verdicts"
    folder.mkdir()
    (folder / "final.md").write_text("---\nkind: final\nround: 0\nauthor: judge\nrecommendation: do it\n---\n[RE:SUPPORT R0001]\n")
    return tmp_path


def test_a_tree_without_colour_in_a_pipe(root: Path) -> None:
    said = blue("why", "R0001", cwd=root)
    assert said.status == 0 and "\x1b" not in said.out
    assert (
        "├─ + depends on C0001" in said.out
        and "│  │  └─ - opposed by E0002" in said.out.replace("   └─ -", "│  └─ -")
        and "! nobody answered" in said.out
    )
    assert "└─ + supported by final" in said.out


def test_any_spelling_of_an_id_and_the_verdict(root: Path) -> None:
    assert blue("why", "muffin-r0001", cwd=root).out == blue("why", "r0001", cwd=root).out
    assert blue("why", "final", cwd=root).out.startswith("final  do it\nfinal verdict by judge in round 0\n")
    assert blue("why", "FINAL", "--json", cwd=root).json["item"]["kind"] == "verdict"


def test_json_says_all_of_it(root: Path) -> None:
    document = blue("why", "R0001", "--json", cwd=root).json
    assert document["schema"] == "blue/why@1" and document["warnings"] == []
    assert [step["id"] for step in document["tree"]] == ["R0001", "C0001", "E0001", "E0002", "final"]
    assert (document["fragile"], document["unanswered"], document["complete"]) == ("E0001", 1, True)
    assert document["bottlenecks"] == ["C0001", "E0001"]


def test_impact_reaches_the_verdict(root: Path) -> None:
    document = blue("why", "E0001", "--impact", "--json", cwd=root).json
    assert [(f["id"], f["how"], f["because"]) for f in document["falls"]] == [
        ("C0001", "depend", "E0001"), ("R0001", "depend", "C0001"), ("final", "verdict", "R0001"),
    ]  # fmt: skip
    assert "if it fell, 3 more things would fall" in blue("why", "E0001", "--impact", cwd=root).out
    short = blue("why", "E0001", "--impact", "--depth", "1", cwd=root).out
    assert "R0001" not in short and "and 2 more below that depth" in short


def test_a_depth(root: Path) -> None:
    out = blue("why", "R0001", "--depth", "1", cwd=root).out
    assert "E0001" not in out.split("\n\n", 1)[1] and "(more below)" in out


@pytest.mark.parametrize(
    ("argv", "status"), [(("why", "R0009"), 3), (("why",), 2), (("why", "R0001", "--depth", "0"), 2), (("why", "../x"), 3)]
)
def test_what_cannot_be_answered(root: Path, argv: tuple[str, ...], status: int) -> None:
    said = blue(*argv, "--json", cwd=root)
    assert said.status == status and said.json["schema"] == "blue/error@1"


def test_nothing_was_said_about_it(root: Path) -> None:
    assert blue("why", "E0002", cwd=root).out.endswith("\nnobody has said anything for or against it\n")
