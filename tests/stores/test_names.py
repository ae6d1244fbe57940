"""Names for the TAB key: only what FORMAT.md allows for a name comes out, whatever lies in the folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from blue_cli.stores import names

HOSTILE = ("$(touch owned)", "`id`", "a b", "a\nb", "'; ls", '"', "-rf", "*", "~root", "\x1b[31m", "é", ".hidden", "con", "!!", "a\\", "%F")
FRONT = """---
blue: 1
experts:
- {slug: muffin, role: "$(id)"}
- {slug: "$(id)"}
- {slug: toast;id}
---
- {slug: body}
"""
ONE = "2026-11-24T0528Z-cache"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """One good dialogue among hostile names on every level."""
    place = tmp_path / ".blue" / "dialogues"
    good = place / ONE
    (good / "round-0").mkdir(parents=True)
    (good / "round-1" / "rulings").mkdir(parents=True)
    (good / "dialogue.md").write_text(FRONT)
    (good / "round-0" / "muffin.md").write_text("---\nids: {P01: P0001, T01: T0001, X: $(id), Y: T9}\n---\nids: {T01: T0099}\n")
    (good / "round-1" / "judge.md").write_text('---\nround: 1\nids: {T01: T0101, "`id`": "`id`", Z: T01020304050607}\n---\n')
    for name in HOSTILE:
        (place / name).mkdir()
        (good / name).mkdir()
        (good / "round-0" / f"{name}.md").write_text("---\nids: {T01: T0077}\n---\n")
    return tmp_path


def test_only_names_come_out(root: Path) -> None:
    assert names.dialogues(str(root)) == [ONE]
    assert names.experts(str(root), ONE) == ["judge", "muffin", "toast"]
    assert names.rounds(str(root), ONE) == [0, 1]
    assert names.entities(str(root), ONE) == {"P0001": "muffin, round 0", "T0001": "muffin, round 0", "T0101": "judge, round 1"}
    said = [*names.dialogues(str(root)), *names.experts(str(root), ONE), *names.entities(str(root), ONE)]
    assert all(re.fullmatch(r"[0-9A-Za-z-]+", word) for word in said)


def test_links_and_pipes_are_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "stranger.md").write_text("---\nids: {T01: T0500}\n---\n")
    good = root / ".blue" / "dialogues" / ONE
    (good / "round-5").symlink_to(elsewhere)
    (good / "round-1" / "link.md").symlink_to(elsewhere / "stranger.md")
    os.mkfifo(good / "round-1" / "pipe.md")
    assert "T0500" not in names.entities(str(root), ONE)
    assert "stranger" not in names.experts(str(root), ONE)


def test_nothing_there_is_nothing(tmp_path: Path) -> None:
    assert names.dialogues(str(tmp_path)) == []
    assert names.open_one(str(tmp_path)) is None
    assert names.entities(str(tmp_path), ONE) == {}


def test_the_only_open_dialogue_is_found_by_names_and_heads(root: Path) -> None:
    place = root / ".blue" / "dialogues"
    for id, text in (("closed", "---\nclosed: {}\n---\n"), ("decided", "---\n---\n"), ("said", "---\n---\nclosed: no\n")):
        (place / id / "verdicts").mkdir(parents=True)
        (place / id / "dialogue.md").write_text(text)
    (place / "decided" / "verdicts" / "final.md").write_text("")
    assert [id for id in names.dialogues(str(root)) if names.is_open(str(root), id)] == [ONE, "said"]
    assert names.open_one(str(root)) is None
    (place / "said" / "verdicts" / "final-2.md").write_text("")
    assert names.open_one(str(root)) == ONE


def test_sealed_dialogues_are_counted_by_their_heads(root: Path) -> None:
    assert names.sealed(str(root)) == 0
    (root / ".blue" / "dialogues" / "two").mkdir()
    (root / ".blue" / "dialogues" / "two" / "dialogue.md").write_text("---\nblue: 1\nsealed: {}\n---\n")
    assert names.sealed(str(root)) == 1
