"""`blue verdict add`, `blue verdicts list`, `blue show final`, `blue dialogue close` as people and scripts call them."""

from __future__ import annotations

import io
import os
import shlex
from pathlib import Path

import pytest

from tests.cli.program import Keyboard, Said, Terminal, blue

HOME = {"HOME": "/nonexistent"}
CONVERGE = "[MOVE:CONVERGE]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the dialogue `cache`, in which two have agreed on R0001."""
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path)
    said(tmp_path, "round", "add", "--expert", "muffin", text="[RECOMMENDATION R01: Ten minutes]\n" + CONVERGE)
    said(tmp_path, "round", "add", "--expert", "scone", text=CONVERGE)
    return tmp_path


def said(root: Path, *words: str, text: str = "", env: dict[str, str] | None = None) -> Said:
    return blue(*words, "-d", "cache", cwd=root, env={**HOME, **(env or {})}, stdin=io.BytesIO(text.encode()))


def verdict(root: Path, *words: str, text: str = "[RE:SUPPORT R0001]\n", env: dict[str, str] | None = None) -> Said:
    return said(root, "verdict", "add", *words, text=text, env=env)


def test_every_option_reaches_the_file(root: Path) -> None:
    words = "--recommendation|Ten minutes|--condition|a|--condition|b|--vote|2:0|--confidence|strong|--supporting|muffin|--json"
    found = verdict(root, *words.split("|")).json
    assert (found["schema"], found["created"], found["id"]) == ("blue/verdict.add@1", True, "final")
    made = found["verdict"]
    assert (made["recommendation"], made["conditions"], made["vote"]) == ("Ten minutes", ["a", "b"], "2:0")
    assert (made["confidence"], made["supporting_experts"]) == ("strong", ["muffin"])
    assert found["changed"] == [{"id": "R0001", "from": "proposed", "to": "adopted", "by": "verdict/final"}]


@pytest.mark.parametrize(
    ("words", "option"),
    [(["--kind", "last"], "--kind"), (["--confidence", "sure"], "--confidence"), (["--override"], "--override")],
)
def test_a_wrong_word_is_a_wrong_call(root: Path, words: list[str], option: str) -> None:
    found = verdict(root, *words)
    assert (found.status, option in found.err) == (2, True)


def test_a_minority_speaks_for_who_calls(root: Path) -> None:
    assert verdict(root, "--kind", "minority", "--json", env={"BLUE_EXPERT": "scone"}).json["verdict"]["author"] == "scone"
    assert verdict(root, "--json", env={"BLUE_EXPERT": "scone"}).json["verdict"]["author"] == "judge"


def test_a_refusal_says_how_to_try_again(root: Path) -> None:
    said(root, "round", "add", "--expert", "muffin", text="[TENSION T01: Disks]\n")
    (root / "v.md").write_text("So be it.\n")
    found = verdict(root, "v.md", "--recommendation", "It's ten", "--json")
    assert (found.status, found.json["created"]) == (1, False)
    assert [(f["rule"], f["id"]) for f in found.json["errors"]] == [
        ("verdict-not-converged", "@scone"), ("verdict-not-converged", "MUFFIN-T0101"), ("verdict-not-converged", "@muffin"),
    ]  # fmt: skip
    assert found.json["retry"] == "blue verdict add v.md -d cache --recommendation 'It'\"'\"'s ten'"
    again = shlex.split(found.json["retry"])[1:]
    assert blue(*again, "--force", "no time", "--override", cwd=root, env=HOME).status == 0


def test_what_was_typed_is_not_lost(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    script = tmp_path_factory.mktemp("bin") / "editor"
    script.write_text('#!/bin/sh\n{ echo "[RE:SUPPORT R0009]"; cat "$1"; } > "$1.new"; mv "$1.new" "$1"\n')
    script.chmod(0o755)
    found = blue(
        "verdict", "add", "-d", "cache", cwd=root, env={**HOME, **os.environ, "VISUAL": str(script)}, stdin=Keyboard(), stderr=Terminal()
    )
    kept = found.err.partition("mend it, then: blue verdict add ")[2].split()[0]
    assert found.status == 1
    assert Path(kept).read_text() == "[RE:SUPPORT R0009]\n"


def test_the_editor_does_not_open_for_what_could_not_be_given(root: Path) -> None:
    said(root, "round", "add", "--expert", "muffin", text="[TENSION T01: Disks]\n")
    env = {**HOME, "VISUAL": "/nonexistent/editor"}
    found = blue("verdict", "add", "-d", "cache", cwd=root, env=env, stdin=Keyboard(), stderr=Terminal())
    assert (found.status, "T0101" in found.err) == (1, True)


def test_nobody_there_to_type(root: Path) -> None:
    assert blue("verdict", "add", "-d", "cache", "--no-input", cwd=root, env=HOME, stdin=Keyboard()).status == 2


def test_lists_and_show(root: Path) -> None:
    verdict(root, "--recommendation", "Ten minutes")
    verdict(root, "--kind", "dissent", "--author", "scone", text="No.\n")
    rows = [line.split("\t") for line in said(root, "verdicts", "list").out.splitlines()]
    assert rows == [
        ["final", "final", "0", "judge", "stands", "Ten minutes", "", "cache"],
        ["dissent-scone", "dissent", "0", "scone", "recorded", "", "", "cache"],
    ]
    assert said(root, "verdict").out == said(root, "verdicts").out
    assert len(said(root, "verdicts", "--status", "stands").out.splitlines()) == 1
    assert len(said(root, "verdicts", "--by", "scone").out.splitlines()) == 1
    assert said(root, "show", "final").out.startswith("final  stands  Ten minutes\n")
    assert said(root, "show", "final", "--json").json["item"]["stale"] is False
    assert said(root, "show", "final-9").status == 3


def test_the_list_of_dialogues_sees_what_made_a_verdict_stale(root: Path) -> None:
    verdict(root)
    assert said(root, "dialogue", "list").out.split("\t")[1] == "converged"
    said(root, "round", "add", "--expert", "scone", text="[RE:OPPOSE R0001]\n")
    assert said(root, "dialogue", "list").out.split("\t")[1] != "converged"


def test_closing(root: Path) -> None:
    assert said(root, "dialogue", "close").status == 1
    assert said(root, "dialogue", "close", "--reason", "a", "--force", "b").status == 2
    verdict(root)
    found = said(root, "dialogue", "close", "--reason", "done", "--json").json
    assert (found["schema"], found["changed"], found["closed"]["reason"]) == ("blue/dialogue.close@1", True, "done")
    assert said(root, "dialogue", "close", "--json").json["changed"] is False
    assert verdict(root, "--kind", "interim", text="x\n").status == 5
    assert said(root, "round", "add", "--expert", "scone", text="x\n").status == 5
