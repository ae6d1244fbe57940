"""`blue dialogue new|list|show` as people and scripts call it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.program import Keyboard, Said, Terminal, blue


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    return tmp_path


def pooled(root: Path, pool: object, *words: str) -> Said:
    text = pool if isinstance(pool, bytes) else json.dumps(pool).encode()
    (root / "pool.json").write_bytes(text)
    return blue("dialogue", "new", "Cache", "--id", "cache", "--pool", "pool.json", "--json", *words, cwd=root)


def experts(root: Path) -> list[tuple[str, str, str, float | None]]:
    items = blue("experts", "--json", cwd=root).json["items"]
    return [(x["slug"], x["tier"], x["source"], x["relevance"]) for x in items]


def test_the_panel_may_come_from_a_pool(root: Path) -> None:
    pool = [{"name": "Muffin Man", "role": "Caching", "tier": "Core", "relevance": 0.9}, {"role": "Data modeling", "tier": "WILDCARD"}]
    assert pooled(root, pool, "--expert", "scone:Storage").status == 0
    assert experts(root) == [
        ("scone", "core", "created", None),
        ("muffin-man", "core", "pool", 0.9),
        ("data-modeling", "wildcard", "pool", None),
    ]


@pytest.mark.parametrize(
    ("pool", "word"),
    [
        (b"{", "pool.json"),
        (b"[]", "no experts"),
        (b"\xff", "UTF-8"),
        (b"[NaN]", "NaN"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"[" * 5000, "nested"),
        ([{"name": "x", "role": "y"}, 7], "no experts"),
        ([{"name": "x", "role": "y"}, {"name": "X", "role": "z"}], "twice"),
        ({"experts": "all"}, "no list"),
    ],
)
def test_a_pool_that_cannot_be_read_starts_nothing(root: Path, pool: object, word: str) -> None:
    said = pooled(root, pool)
    assert (said.status, said.json["error"]["code"]) == (1, "refused")
    assert word in said.out
    assert list((root / ".blue/dialogues").iterdir()) == []


def test_the_background_may_be_typed(root: Path) -> None:
    editor = root / "editor.sh"
    editor.write_text('#!/bin/sh\ncp "$1" seen.md\nprintf "It is slow.\\n" | cat - seen.md > "$1"\n')
    editor.chmod(0o755)
    env = {"HOME": "/nonexistent", "EDITOR": str(editor), "PATH": os.environ["PATH"]}
    said = blue(
        "dialogue",
        "new",
        "Ca --> che",
        "--id",
        "cache",
        "--edit",
        cwd=root,
        env=env,
        stdin=Keyboard(),
        stdout=Terminal(),
        stderr=Terminal(),
    )
    assert said.status == 0
    assert (root / "seen.md").read_text().count("-->") == 1
    assert (root / ".blue/dialogues/cache/dialogue.md").read_text().endswith("---\n\nIt is slow.\n")
    assert blue("dialogue", "new", "x", "--edit", cwd=root).status == 2, "a script has no editor"


@pytest.mark.parametrize("argument", [b"bad \xff bytes".decode(errors="surrogateescape"), "nul \u0001", "bidi \u202e", "[/]"])
def test_hostile_titles_make_a_dialogue_that_can_be_read(root: Path, argument: str) -> None:
    assert blue("dialogue", "new", argument, "--question", argument, "--id", "cache", cwd=root).status == 0
    shown = blue("dialogue", "show", cwd=root)
    assert shown.status == 0
    assert not any(char in shown.out for char in "\u202e\u0001\udcff")
    assert blue("check", cwd=root).status == 0


def test_showing_by_name_or_by_option(root: Path) -> None:
    blue("dialogue", "new", "Cache", "--id", "cache", cwd=root)
    assert blue("dialogue", "show", "cache", cwd=root).out == blue("dialogue", "show", "-d", "ca", cwd=root).out
    said = blue("dialogue", "show", "cahce", cwd=root)
    assert (said.status, "did you mean cache?" in said.err) == (3, True)


def test_the_list_is_a_table_tsv_or_json(root: Path) -> None:
    assert (blue("dialogue", "list", cwd=root).status, blue("dialogue", "list", cwd=root).out) == (0, "")
    blue("dialogue", "new", "Tab\there", "--id", "cache", cwd=root)
    assert blue("dialogues", cwd=root).out == "cache\topen\t0\t0\t0\t0\tTab\\there\n"
    table = blue("dialogues", "--color", "never", cwd=root, stdout=Terminal()).out.splitlines()
    assert (table[0].split()[0], table[-1]) == ("ID", "1 open")
    assert blue("dialogues", "--json", cwd=root).json["items"][0]["title"] == "Tab\there"
    assert blue("dialogues", "--columns", "title,id", cwd=root).out == "Tab\\there\tcache\n"


def test_where_there_is_no_workspace(tmp_path: Path) -> None:
    assert blue("dialogue", "new", "Cache", cwd=tmp_path).status == 3
