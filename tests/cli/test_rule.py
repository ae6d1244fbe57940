"""`blue rule` and the verbs of `blue tensions` as people and scripts call them."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import pytest

from blue_cli.dialogue.grammar import VERBS
from tests.cli.program import Said, blue

TEXT = "[TENSION T01: Latency]\n\n[TENSION T02: Disks]\n\n[RECOMMENDATION R01: An hour]\n\n[EVIDENCE E01: The load test]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", cwd=tmp_path)
    blue("round", "add", "--expert", "muffin", cwd=tmp_path, stdin=io.BytesIO(TEXT.encode()))
    return tmp_path


def said(root: Path, *words: str) -> Said:
    return blue(*words, cwd=root)


def files(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*.md")}


def test_a_ruling_in_json(root: Path) -> None:
    found = said(root, "rule", "T0001", "resolve", "--via", "R0001", "--reason", "measured", "--json").json
    assert (found["schema"], found["created"], found["round"]) == ("blue/rule@1", True, 0)
    assert (found["type"], found["id"], found["via"], found["into"]) == ("resolved", "T0001", "R0001", None)
    assert (found["canonical_id"], found["reason"]) == ("MUFFIN-T0001", "measured")
    assert found["path"] == ".blue/dialogues/cache/round-0/rulings/MUFFIN-T0001.md"
    assert found["changed"] == [{"id": "T0001", "from": "open", "to": "resolved", "by": "R0001"}]
    assert found["convergence"]["open_tensions"] == 1


def test_a_refusal_names_all_that_is_wrong_and_the_call_to_mend(root: Path) -> None:
    before = files(root)
    answer = said(root, "rule", "R0001", "accept", "--into", "T0001", "--json")
    found = answer.json
    assert (answer.status, found["schema"], found["created"]) == (1, "blue/rule@1", False)
    assert [error["rule"] for error in found["errors"]] == ["invalid-ref-target", "invalid-ref-target", "missing-field"]
    retry = shlex.split(found["retry"])[1:]
    assert blue(*retry, "--json", cwd=root).json["errors"] == found["errors"]
    assert files(root) == before


def test_an_unknown_id_is_not_found_and_the_nearest_is_named(root: Path) -> None:
    answer = said(root, "rule", "T0009", "resolve", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "not-found")
    assert "T0001" in answer.json["error"]["suggestions"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("T0001", "resolv"), "resolve"),
        (("resolve", "T0001"), "blue rule T0001 resolve"),
        (("accept", "T01 x"), "blue rule 'T01 x' accept"),
        (("T0001",), "blue rule --help"),
    ],
)
def test_a_wrong_call_says_the_right_one(root: Path, words: tuple[str, ...], hint: str) -> None:
    answer = said(root, "rule", *words)
    assert (answer.status, hint in answer.err) == (2, True)


def test_a_verb_in_upper_case_is_the_verb(root: Path) -> None:
    assert said(root, "rule", "t0001", "RESOLVE", "--json").json["type"] == "resolved"


@pytest.mark.parametrize("verb", ["resolve", "accept", "reopen"])
def test_the_verbs_of_tensions_write_the_same_file(root: Path, verb: str) -> None:
    assert said(root, "tensions", verb, "T0001", "--reason", "so it is", "-d", "cache").status == 0
    path = root / ".blue/dialogues/cache/round-0/rulings/MUFFIN-T0001.md"
    assert path.read_text().endswith(f"---\n[{VERBS[verb].upper()} T0001: so it is]\n")
    assert said(root, "rule", "T0001", verb, "--reason", "so it is", "--if-absent", "--json").json["created"] is False


def test_the_same_and_another_ruling_in_one_round_are_conflicts(root: Path) -> None:
    assert said(root, "tensions", "accept", "T0001", "--reason", "later").status == 0
    assert said(root, "tensions", "accept", "T0001", "--reason", "later").status == 5
    answer = said(root, "rule", "T0001", "resolve", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (5, "conflict")
    assert "--replace" in answer.json["error"]["fix"]
    assert said(root, "rule", "T0001", "resolve", "--replace", "--json").json["changed"][0]["from"] == "accepted"


def test_a_ruling_that_changes_nothing_says_so(root: Path) -> None:
    assert "T0001 stood so already" in said(root, "rule", "T0001", "reopen").out


def test_an_older_dialogue_is_read_as_it_lies(root: Path) -> None:
    (root / ".blue/dialogues/old/round-0").mkdir(parents=True)
    (root / ".blue/dialogues/old/round-0/muffin.md").write_text(TEXT)
    before = files(root)
    answer = said(root, "rule", "MUFFIN-T0001", "resolve", "-d", "old")
    assert (answer.status, "blue dialogue adopt old" in answer.err) == (5, True)
    assert said(root, "round", "score", "muffin", "1", "1", "1", "1", "-d", "old").status == 5
    assert files(root) == before


def test_control_characters_of_a_reason_never_reach_the_terminal(root: Path) -> None:
    assert said(root, "rule", "T0001", "accept", "--reason", "a\x1b(b)").status == 0
    answer = said(root, "rule", "T0001", "resolve")
    assert (answer.status, "ACCEPTED T0001" in answer.err, "\x1b" in answer.err) == (5, True, False)
