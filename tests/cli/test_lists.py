"""Lists on a terminal, in a pipe and as JSON (CLI.md, output)."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from blue_cli.views.items import LISTS
from tests.cli.program import Terminal, blue

BODY = """[TENSION T01: tab\there, \\ and a [bracket]]

[TENSION T02: b]

[PERSPECTIVE P01: \x1b[31mred\u202e]

[RECOMMENDATION R01: r]
[RE:SUPPORT P01] [MOVE:CHALLENGE P01: why]

[EVIDENCE E01: e]

[CLAIM C01: c]

[STANCE S01: CONDITIONAL | 0.75] if it is cheap
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", cwd=tmp_path)
    assert blue("round", "add", "--expert", "muffin", cwd=tmp_path, stdin=io.BytesIO(BODY.encode())).status == 0
    assert blue("verdict", "add", "--kind", "interim", cwd=tmp_path, stdin=io.BytesIO(b"Not yet.\n")).status == 0
    return tmp_path


@pytest.mark.parametrize("noun", LISTS)
def test_every_list_in_three_forms(root: Path, noun: str) -> None:
    piped = blue(noun, "list", cwd=root)
    assert piped.status == 0
    lines = piped.out.splitlines()
    assert lines and all(line.count("\t") == len(LISTS[noun].columns) - 1 for line in lines)
    table = blue(noun, "list", cwd=root, stdout=Terminal(), env={"HOME": "/nonexistent", "COLUMNS": "200", "TERM": "dumb"}).out.splitlines()
    assert len(table) == len(lines) + 2
    document = blue(noun, "list", "--json", cwd=root).json
    assert (document["schema"], len(document["items"]), document["warnings"]) == (f"blue/{noun}.list@1", len(lines), [])


def test_tsv_escapes_and_terminals_are_safe(root: Path) -> None:
    assert blue("tensions", cwd=root).out.splitlines()[0] == "T0001\topen\tmuffin\t0\ttab\\there, \\\\ and a [bracket]\tcache"
    for stream in (None, Terminal()):
        assert not set("\x1b\u202e") & set(blue("perspectives", "--color", "never", cwd=root, stdout=stream).out)
    assert blue("perspectives", "--json", cwd=root).json["items"][0]["label"] == "\x1b[31mred\u202e"


@pytest.mark.parametrize("words", [("tensions",), ("tension",), ("tensions", "list"), ("tension", "list"), ("list", "tensions")])
def test_either_number_and_no_verb_mean_list(root: Path, words: tuple[str, ...]) -> None:
    said = blue(*words, cwd=root)
    assert (said.status == 0) == (words[0] != "list")
    assert said.out.count("\n") == (2 if said.status == 0 else 0)


def test_filters(root: Path) -> None:
    count = lambda *words: blue(*words, cwd=root).out.count("\n")  # noqa: E731
    assert count("tensions", "--status", "open", "--status", "resolved") == count("tensions", "--status", "open,resolved") == 2
    assert count("tensions", "--status", "OPEN", "--by", "@Muffin", "--round", "0") == 2
    assert count("tensions", "--round", "1") == count("tensions", "--raised") == 0
    assert count("stances", "--status", "conditional") == 1
    assert count("stances", "--status", "reject") == 0
    assert count("refs", "--status", "support") == 1


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("tensions", "--status", "opne"), "open"),
        (("tensions", "--columns", "lable"), "label"),
        (("moves", "--status", "chalenge"), "challenge"),
        (("stances", "--status", "rejct"), "reject"),
        (("tensoins",), "tensions"),
        (("tensions", "lsit"), "list"),
        (("tensions", "--stauts", "open"), "--status"),
    ],
)
def test_wrong_words_get_the_right_one(root: Path, words: tuple[str, ...], near: str) -> None:
    said = blue(*words, "--json", cwd=root)
    assert (said.status, said.json["error"]["suggestions"][:1]) == (2, [near])


def test_an_expert_that_nobody_knows_is_hinted_at(root: Path) -> None:
    said = blue("tensions", "--by", "mufin", cwd=root)
    assert (said.status, said.out) == (0, "")
    assert "no mufin in this dialogue; did you mean muffin?" in said.err
    assert "no mufin" not in blue("tensions", "--by", "muffin", "--status", "merged", cwd=root).err


def test_that_nothing_is_unsettled_is_said_only_when_it_is_so(root: Path) -> None:
    assert "nothing is unsettled" not in blue("tensions", "--round", "7", cwd=root).err
    blue("round", "add", "--expert", "muffin", cwd=root, stdin=io.BytesIO(b"[RE:RESOLVE T0001, T0002]"))
    assert "nothing is unsettled" in blue("tensions", cwd=root).err


def test_an_empty_list_is_no_error(root: Path) -> None:
    for words in (("tensions", "--status", "merged"), ("claims", "--round", "9")):
        assert (blue(*words, cwd=root).status, blue(*words, cwd=root).out) == (0, "")
        assert blue(*words, "--json", cwd=root).json["items"] == []


def test_columns_in_the_order_they_are_asked_for(root: Path) -> None:
    assert blue("tensions", "--columns", "label,id", "--status", "open", cwd=root).out.splitlines()[1] == "b\tT0002"


def test_everywhere_needs_no_dialogue_and_names_each(root: Path) -> None:
    blue("dialogue", "new", "Other", "--id", "other", "--expert", "scone:B", cwd=root)
    blue("round", "add", "--expert", "scone", "-d", "other", cwd=root, stdin=io.BytesIO(b"[TENSION T01: x]"))
    assert blue("tensions", cwd=root).status == 2
    said = blue("tensions", "--everywhere", "--columns", "id,dialogue", cwd=root)
    assert said.out == "T0001\tcache\nT0002\tcache\nT0001\tother\n"
    document = blue("tensions", "--everywhere", "--json", cwd=root).json
    assert (document["dialogue"], [item["dialogue"] for item in document["items"]]) == (None, ["cache", "cache", "other"])


def test_json_is_compact_in_a_pipe_and_indented_on_a_terminal(root: Path) -> None:
    assert blue("claims", "--json", cwd=root).out.count("\n") == 1
    terminal = blue("claims", "--json", cwd=root, stdout=Terminal()).out
    assert terminal.count("\n") > 5
    assert json.loads(terminal) == blue("claims", "--json", cwd=root).json
