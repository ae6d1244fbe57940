"""`blue diff`, on real repositories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.commits import ADDRESS, RESOLVE, TENSION, Story
from tests.cli.program import blue
from tests.git.repository import ALONE, CLEAN, git

ENV = {"HOME": "/nonexistent", "PATH": CLEAN["PATH"]} | ALONE


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A dialogue on `main`, and a branch `work`, checked out, that has one commit more."""
    story = Story(tmp_path / "work")
    story.add("muffin", TENSION)
    story.git("checkout", "-q", "-b", "work")
    story.add("scone", ADDRESS)
    return story


def what(document: Any, kind: str = "tensions") -> list[tuple[str, str]]:
    return [(change["what"], change["id"]) for d in document["dialogues"] for change in d[kind]]


def files(document: Any) -> list[tuple[str, str]]:
    return [(f["what"], f["path"].rpartition("cache/")[2]) for d in document["dialogues"] for f in d["files"]]


def test_from_where_the_branch_left_to_the_work_tree(story: Story) -> None:
    story.git("checkout", "-q", "main")
    story.blue("dialogue", "new", "Other", "--id", "other", "--expert", "bagel:A")
    story.commit("main goes on")
    story.git("checkout", "-q", "work")
    story.add("muffin", RESOLVE, keep=False)
    document = story.diff()
    assert what(document) == [("resolved", "T0001")] and what(document, "recommendations") == [("new", "R0001")]
    assert [d["dialogue"] for d in document["dialogues"]] == ["cache"]
    assert (document["from"], document["to"], document["complete"]) == (story.git("merge-base", "main", "work"), None, True)
    assert "where this branch left main" in story.blue("diff").err


def test_two_commits_and_where_they_parted(story: Story) -> None:
    story.git("checkout", "-q", "main")
    story.add("muffin", "[CLAIM C01: Only on main]\n", "--round", "1")
    assert what(story.diff("main..work"), "claims") == [("removed", "C0101")]
    assert what(story.diff("main...work"), "claims") == [] == what(story.diff("main...work"), "claims")
    assert what(story.diff("main...work")) == [("addressed", "T0001")]
    assert what(story.diff("work..main")) == [("open", "T0001")]
    assert what(story.diff("..work")) == what(story.diff("main..work")) and story.diff("HEAD..")["dialogues"] == []


def test_one_revision_is_compared_with_the_work_tree(story: Story) -> None:
    assert story.diff("HEAD")["dialogues"] == []
    story.path("round-1").mkdir()
    story.path("round-1/muffin.md").write_text("[CLAIM C01: untracked]\n")
    assert files(story.diff("HEAD")) == [("new", "round-1/muffin.md")]
    assert story.blue("diff", "HEAD", "-q").out.count("untracked") == 1


def test_text_is_a_course_and_a_table(story: Story) -> None:
    assert story.blue("diff", "main..work", "-q").out.splitlines() == [
        "cache  Cache",
        "velocity 1, converge 0 %, status open",
        "",
        "WHAT       WAS   ID     LABEL         BY              PLACE",
        "addressed  open  T0001  Latency       scone, round 0  round-0/scone.md:11",
        "new              R0001  A cache       scone, round 0  round-0/scone.md:10",
        "new                     contribution  scone           round-0/scone.md",
    ]
    assert story.blue("diff", "HEAD", "-q").out == "no differences\n"


def test_exit_code_only_when_asked_for(story: Story) -> None:
    story.blue("diff", "main..work")
    story.blue("diff", "main..work", "--exit-code", status=1)
    story.blue("diff", "HEAD", "--exit-code")


def test_an_edit_is_one_of_the_body(story: Story) -> None:
    story.edit("round-0/muffin.md", "It is slow", "It is very slow")
    assert files(story.diff("HEAD")) == [("edited", "round-0/muffin.md")]
    story.git("checkout", "-q", ".")
    story.edit("round-0/muffin.md", "round: 0", "round: 0\nnote: x")
    assert files(story.diff("HEAD")) == [("front-matter", "round-0/muffin.md")]


def test_a_renamed_folder_and_a_renumbered_id_are_followed(story: Story) -> None:
    story.edit("round-0/muffin.md", "T01: T0001", "T01: T0005")
    story.git("mv", ".blue/dialogues/cache", ".blue/dialogues/store")
    (document,) = story.diff("HEAD")["dialogues"]
    assert (document["change"], document["previous_id"], document["dialogue"]) == ("renamed", "cache", "store")
    (change,) = document["tensions"]
    assert (change["what"], change["id"], change["previous_id"]) == ("renumbered", "T0005", "T0001")


def test_a_dialogue_that_came_and_one_that_went(story: Story) -> None:
    story.blue("dialogue", "new", "Other", "--id", "other", "--expert", "bagel:A")
    story.git("rm", "-rq", ".blue/dialogues/cache")
    assert [(d["dialogue"], d["change"]) for d in story.diff("HEAD")["dialogues"]] == [("cache", "removed"), ("other", "new")]
    assert [d["dialogue"] for d in story.diff("HEAD", "-d", "other")["dialogues"]] == ["other"]
    assert [d["dialogue"] for d in story.diff("HEAD", "-d", "cache")["dialogues"]] == ["cache"]
    story.blue("diff", "HEAD", "-d", "nothing", status=3)


def test_an_adopted_dialogue_is_the_same_dialogue(story: Story) -> None:
    folder = story.path("round-0", "2026-01-01T0000Z-old")
    folder.mkdir(parents=True)
    (folder / "muffin.md").write_text(TENSION)
    story.commit("older")
    story.blue("dialogue", "adopt", "-d", "old")
    assert [(d["dialogue"], d["change"]) for d in story.diff("HEAD")["dialogues"]] == [("2026-01-01T0000Z-old", "changed")]


def test_only_dialogues_that_differ_are_read(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        story.blue("dialogue", "new", name, "--id", name, "--expert", "bagel:A")
    story.commit("more")
    story.add("muffin", RESOLVE, "-d", "cache", keep=False)
    from blue_cli.actions import diff

    read: list[str] = []
    fold = diff.fold
    monkeypatch.setattr(diff, "fold", lambda snapshot, known: (read.append(snapshot.id), fold(snapshot, known=known))[1])
    story.diff("HEAD")
    assert read == ["cache", "cache"]


def test_as_a_comment_with_links_to_the_host(story: Story) -> None:
    hash = story.git("rev-parse", "work")
    github = {"GITHUB_REPOSITORY": "team/cache", "GITHUB_SERVER_URL": "https://git.example"}
    out = story.blue("diff", "main..work", "--format", "md", **github).out
    assert f"](https://git.example/team/cache/blob/{hash}/.blue/dialogues/cache/round-0/scone.md#L" in out
    out = story.blue("diff", "main..work", "--format", "md", CI_PROJECT_URL="https://lab.example/t/c").out
    assert f"](https://lab.example/t/c/-/blob/{hash}/.blue/dialogues/cache/round-0/scone.md#L" in out
    assert "](.blue/dialogues/cache/round-0/scone.md#L" in story.blue("diff", "main..work", "--format", "md").out
    hostile = {"GITHUB_REPOSITORY": "x) ![a](https://evil", "GITHUB_SERVER_URL": "https://h"}
    assert "![a]" not in story.blue("diff", "main..work", "--format", "md", **hostile).out


def test_a_workspace_below_the_top_is_linked_from_the_top(tmp_path: Path) -> None:
    story = Story(tmp_path / "work", "sub folder")
    story.add("muffin", TENSION)
    assert what(story.diff("HEAD~1..HEAD")) == [("opened", "T0001")]
    out = story.blue("diff", "HEAD~1..HEAD", "--format", "md").out
    assert "](sub%20folder/.blue/dialogues/cache/round-0/muffin.md#L" in out
    assert [what for what, _ in story.log("T0001")] == ["opened"]


def test_formats_are_three(story: Story) -> None:
    assert story.blue("diff", "main..work", "--format", "json").json["schema"] == "blue/diff@1"
    story.blue("diff", "--format", "html", status=2)
    story.blue("--at", "HEAD", "diff", status=2)


@pytest.mark.parametrize("words", ["nothing..HEAD", "HEAD..nothing", "--output=x..HEAD", "HEAD~99", "a b", "..\x01"])
def test_revisions_that_are_none(story: Story, words: str) -> None:
    said = blue("diff", "--json", "--", words, cwd=story.root, env=ENV)
    assert said.status in (2, 3) and said.json["schema"] == "blue/error@1"
    assert not (story.root / "x").exists()


def test_without_a_default_branch_or_a_commit(tmp_path: Path) -> None:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    assert blue("diff", cwd=tmp_path, env=ENV).status == 7
    git(tmp_path, "init", "-q", "-b", "trunk")
    assert "no commit yet" in blue("diff", cwd=tmp_path, env=ENV).err
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    said = blue("diff", cwd=tmp_path, env=ENV)
    assert said.status == 3 and "blue diff HEAD" in said.err


def test_a_shallow_clone_is_said(story: Story, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", f"file://{story.root}", "clone")
    git(tmp_path / "clone", "checkout", "-q", "work")
    said = blue("diff", "origin/main...HEAD", cwd=tmp_path / "clone", env=ENV)
    assert said.status == 3 and "shallow" in said.err and "git fetch --unshallow" in said.err
    assert what(blue("diff", "origin/main..HEAD", "--json", cwd=tmp_path / "clone", env=ENV).json) == [("addressed", "T0001")]


# --- sealed --------------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[Story, str]:
    """The dialogue sealed in one commit and added to in the next; the home that has the key."""
    story = Story(tmp_path / "work")
    home = str(tmp_path / "home")
    Path(home).mkdir()
    story.blue("key", "new", HOME=home)
    story.add("muffin", TENSION)
    story.blue("seal", HOME=home)
    story.commit("sealed")
    story.blue("round", "add", "--expert", "scone", "-", text=ADDRESS, HOME=home)
    story.commit("under the seal")
    return story, home


def test_a_sealed_dialogue_is_opened_on_both_sides(sealed: tuple[Story, str]) -> None:
    story, home = sealed
    document = story.blue("diff", "HEAD~1..HEAD", "--json", HOME=home).json
    assert what(document) == [("addressed", "T0001")] and document["complete"] is True
    document = story.blue("diff", "HEAD~2..HEAD~1", "--json", HOME=home).json  # sealing changes not a word
    assert what(document) == [] and not [f for f in files(document) if f[0] in ("edited", "changed")]


def test_without_a_key_it_says_which_files_changed_and_no_more(sealed: tuple[Story, str]) -> None:
    story, _ = sealed
    for words in ("HEAD~1..HEAD", "HEAD~2..HEAD"):
        document = story.blue("diff", words, "--json").json
        assert what(document) == [] and document["complete"] is False
        assert ("new", "round-0/scone.md") in files(document)
        assert document["dialogues"][0]["after"]["velocity"] is None
    assert "no key here opens it" in story.blue("diff", "HEAD~1..HEAD", "-q").out
    assert story.blue("diff", "HEAD~1..HEAD", "--exit-code", status=1)


def test_the_life_of_a_sealed_tension(sealed: tuple[Story, str]) -> None:
    story, home = sealed
    events = story.blue("log", "T0001", "--json", HOME=home).json["events"]
    assert [(e["what"], e["subject"]) for e in events] == [("opened", "muffin writes"), ("addressed", "under the seal")]
    story.blue("log", "T0001", status=4)
    document = story.blue("log", "--json").json
    assert document["complete"] is False and [e["by"] for e in document["events"] if e["what"] == "wrote"] == [["muffin"], ["scone"]]
