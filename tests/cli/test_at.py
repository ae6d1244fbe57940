"""`--at`: what a dialogue was at any commit, for everything that reads, and for nothing that writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from blue_cli.cli.commands import COMMANDS, READING, Branch, load
from blue_cli.stores.memory import MemoryStore
from tests.cli.program import blue, stock
from tests.git.people import ID, Person

QUESTIONS = (
    "status", "check", "graph", "stats", "export", "scoreboard", "dialogue list", "dialogue show", "round list", "round show 0",
    "verdict list", "expert list", "panel show", "search Latency", "show T0001", "why T0001", "context --for muffin",
    "tensions list", "perspectives list", "recommendations list", "evidence list", "claims list", "stances list", "refs list", "moves list",
)  # fmt: skip


@pytest.fixture
def one(tmp_path: Path) -> Person:
    """Three commits: a dialogue, a tension in it, and its solution; then a work tree that has gone on."""
    one = Person(tmp_path / "work", tmp_path / "home")
    one.root.mkdir()
    one.git("init", "-q", "-b", "main")
    one.blue("init")
    one.blue("dialogue", "new", "Cache policy", "--id", ID, "--expert", "muffin:A", "--expert", "scone:B")
    one.commit("started")
    one.add("muffin", "[TENSION T01: Latency]\n")
    one.commit("a tension")
    one.add("scone", "[PERSPECTIVE P01: Disks are cheap]\n")
    one.commit("a perspective")
    one.git("tag", "v1")
    one.blue("rule", "T0001", "accept", "--reason", "so be it")
    return one


def leaves() -> dict[str, object]:
    found: dict[str, object] = {}
    for row in COMMANDS:
        branch = Branch(load(row), row.name)
        for path, leaf in [(row.name, branch)] if not branch.names() else [(f"{row.name} {n}", branch.child(n)) for n in branch.names()]:
            found[path] = leaf
    return found


def test_every_reading_command_is_a_command_and_is_tried_here() -> None:
    assert leaves().keys() >= READING
    elsewhere = {"log", "diff", "report"}  # asked in files of their own
    assert {question for question in READING if not any(q.startswith(question) for q in QUESTIONS)} <= elsewhere


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_to_a_commit_is_answered_as_it_was_then(one: Person, question: str) -> None:
    """In a clone of that commit the same question has the same answer."""
    words = question.split()
    then = Person(one.root.parent / "then", one.home)
    one.git("worktree", "add", "-q", str(then.root), "HEAD")
    wanted, said = blue(*words, "--json", cwd=then.root, env=one.env), blue(*words, "--json", "--at", "HEAD", cwd=one.root, env=one.env)
    head = one.git("rev-parse", "HEAD").strip()
    assert said.status == wanted.status
    assert said.json == {**wanted.json, "at": head}
    text = blue(*words, "--at", "v1", cwd=one.root, env=one.env)
    assert (text.status, text.out) == (wanted.status, blue(*words, cwd=then.root, env=one.env).out)


def test_any_name_of_a_commit_will_do(one: Person) -> None:
    assert [line.split("\t")[1] for line in one.blue("tensions", "list", "--all").out.splitlines()] == ["accepted"]
    short = one.git("rev-parse", "HEAD~2").strip()[:9]
    for word, count in {"HEAD": 1, "main~1": 1, "v1~2": 0, "main@{0}": 1, "9000-01-01": 1, short: 0}.items():
        out = one.blue("tensions", "list", "--at", word).out
        assert len(out.splitlines()) == count and "accepted" not in out, word


def test_a_date_says_which_commit_it_became_and_a_name_does_not(one: Person) -> None:
    short = one.git("rev-parse", "--short", "HEAD").strip()
    assert f"hint: --at 9000-01-01 is {short} a perspective" in one.blue("status", "--at", "9000-01-01").err
    assert "--at" not in one.blue("status", "--at", "v1").err


def test_an_unknown_revision_is_not_found_with_near_names(one: Person) -> None:
    said = one.blue("status", "--at", "v11", status=3)
    assert 'no revision "v11"' in said.err and "did you mean v1?" in said.err
    error = one.blue("status", "--at", "v11", "--json", status=3).json["error"]
    assert error["suggestions"] == ["v1"]


@pytest.mark.parametrize("word", ["--output=stolen", "-x", "^main", "main..v1", "HEAD:README"])
def test_a_word_that_git_would_obey_is_no_revision(one: Person, word: str) -> None:
    before = sorted(path.name for path in one.root.iterdir())
    assert "no revision" in one.blue("status", f"--at={word}", status=3).err
    assert "no revision" in one.blue("check", f"--since={word}", status=3).err
    assert sorted(path.name for path in one.root.iterdir()) == before


@pytest.mark.parametrize("word", ["a\nb", "\x1b[31mred", "a\0b"])
def test_control_characters_are_a_wrong_call_and_reach_no_terminal(one: Person, word: str) -> None:
    said = one.blue("status", f"--at={word}", status=2)
    assert "no revision" in said.err and "\x1b" not in said.err and "\0" not in said.err


@pytest.mark.parametrize("words", ["init", "dialogue new T", "round add -", "expert add a:B", "rule T0001 accept", "verdict add -", "seal"])
def test_what_writes_takes_no_revision(one: Person, words: str) -> None:
    said = one.blue(*words.split(), "--at", "HEAD", status=2)
    assert "--at is only for what reads" in said.err


def test_everything_that_is_not_reading_refuses(one: Person) -> None:
    for path in leaves().keys() - READING:
        assert "--at" in one.blue(*path.split(), "--at", "HEAD", status=2).err, path


def test_check_mends_and_stages_nothing_in_the_past(one: Person) -> None:
    for option in ("--fix", "--staged", "--since=v1"):
        assert "does not go with --at" in one.blue("check", option, "--at", "v1", status=2).err


def test_outside_a_repository_and_without_git_it_is_unavailable(one: Person, tmp_path: Path) -> None:
    lonely = Person(tmp_path / "lonely", one.home)
    lonely.root.mkdir()
    lonely.blue("init")
    assert "no git repository" in lonely.blue("dialogue", "list", "--at", "HEAD", status=7).err
    one.env["PATH"] = "/nonexistent"
    assert "git is not installed" in one.blue("status", "--at", "HEAD", status=7).err
    one.blue("status")


def test_a_store_without_commits_has_no_past() -> None:
    store = MemoryStore()
    stock(store, "one")
    said = blue("status", "--at", "HEAD", store=store)
    assert said.status == 2 and "git" in said.err


def test_lists_say_null_where_nothing_was_asked(one: Person) -> None:
    assert one.blue("tensions", "list", "--json").json["at"] is None


def test_a_sealed_round_opens_at_any_commit_where_the_key_is_and_stays_shut_elsewhere(one: Person) -> None:
    one.blue("key", "new")
    one.blue("seal", "-d", ID)
    one.commit("sealed")
    one.add("scone", "[TENSION T01: Secret disks]\n", "--round", "1")
    one.commit("more")
    assert "Latency" in one.blue("tensions", "list", "--all", "--at", "HEAD~1").out
    assert "Secret disks" in one.blue("tensions", "list", "--at", "HEAD").out
    assert "Latency" in one.blue("tensions", "list", "--at", "v1").out, "it was plaintext then, and that is no fault"
    shutil.rmtree(one.home / ".blue")
    one.blue("show", "T0001", "--at", "HEAD", status=4)
    assert one.blue("tensions", "list", "--json", "--at", "HEAD").json["complete"] is False


def test_looking_back_is_no_rollback(one: Person) -> None:
    """What this clone has seen of a sealed dialogue is compared with the files that lie here, never with an old commit."""
    one.blue("key", "new")
    one.blue("seal", "-d", ID)
    one.commit("sealed")
    one.add("scone", "[TENSION T01: Disks]\n", "--round", "1")
    one.commit("more")
    one.blue("status")
    for word in ("HEAD~1", "v1"):
        assert "warning" not in one.blue("status", "--at", word).err
    assert "warning" not in one.blue("status").err


def test_the_work_tree_is_not_looked_at(one: Person) -> None:
    shutil.rmtree(one.path(""))
    assert json.loads(one.blue("tensions", "list", "--json", "--at", "HEAD").out)["counts"]["open"] == 1
    assert one.blue("dialogue", "list").out == ""
