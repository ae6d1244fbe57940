"""`blue log`, on real repositories: what happened in which commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commits import ADDRESS, RESOLVE, TENSION, Story
from tests.cli.program import blue
from tests.git.repository import ALONE, CLEAN, git


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "work")


def short(*hashes: str) -> list[str]:
    return [hash[:7] for hash in hashes]


def test_the_life_of_a_tension(story: Story) -> None:
    commits = [story.add("muffin", TENSION), story.add("scone", ADDRESS), story.add("muffin", RESOLVE), story.add("scone", "Fine.\n")]
    commits = [*commits[:3], story.add("scone", "[RE:REOPEN T0001]\n")]
    opened, addressed, resolved, reopened = short(*commits)
    said = story.blue("log", "T0001", "-q").out.splitlines()
    day = story.git("log", "-1", "--format=%as")
    assert said == [
        "T0001  reopened  Latency",
        "",
        f"opened     {opened}  {day}  by muffin in round 0  (x@example.org)",
        f"addressed  {addressed}  {day}  by scone with R0001 in round 0  (x@example.org)",
        f"resolved   {resolved}  {day}  by muffin in round 1  (x@example.org)",
        f"reopened   {reopened}  {day}  by scone in round 2  (x@example.org)",
    ]
    assert {what for what, _ in story.log("muffin-t0001")} == {"opened", "addressed", "resolved", "reopened"}


def test_json_says_who_where_and_in_which_commit(story: Story) -> None:
    hash = story.add("muffin", TENSION)
    document = story.blue("log", "T0001", "--json").json
    assert document["schema"] == "blue/log@1" and document["complete"] is True and document["warnings"] == []
    assert document["item"] == {"id": "T0001", "canonical_id": "MUFFIN-T0001", "label": "Latency", "status": "open"}
    (event,) = document["events"]
    date = story.git("log", "-1", "--format=%aI")
    assert event == {
        "what": "opened", "id": "T0001", "canonical_id": "MUFFIN-T0001", "label": "Latency", "by": ["muffin"], "round": 0, "detail": None,
        "path": ".blue/dialogues/cache/round-0/muffin.md", "line": event["line"], "commit": hash, "or_before": False, "date": date,
        "author": {"name": "x@example.org", "email": "x@example.org"}, "subject": "muffin writes",
    }  # fmt: skip


def test_the_whole_dialogue_is_a_paragraph_a_commit(story: Story) -> None:
    hash = story.add("muffin", TENSION)
    out = story.blue("log", "-q").out
    assert out.split("\n\n")[1] == (
        f"{hash[:7]}  {story.git('log', '-1', '--format=%as')}  x@example.org: muffin writes\n"
        '  wrote round-0/muffin.md\n  opened T0001 "Latency" by muffin in round 0\n'
    )
    assert "started dialogue.md" in out.split("\n\n")[0]


def test_the_last_ones_and_one_author_only(story: Story) -> None:
    _, second = story.add("muffin", TENSION), story.add("scone", ADDRESS)
    assert {commit for _, commit in story.log("-n", "1")} == {second[:7]}
    assert [what for what, _ in story.log("T0001", "--author", "Scone")] == ["addressed"]
    assert story.log("T0001", "--author", "nobody") == []
    assert len(story.log("T0001", "--author", "EXAMPLE.org")) == 2
    assert "git authors are looked at" in story.blue("log", "--author", "nobody").err


def test_a_whole_panel_agreed_when_its_last_member_had_written(story: Story) -> None:
    story.add("muffin", TENSION)
    story.add("scone", "[RE:RESOLVE T0001]\n")
    story.add("muffin", "[MOVE:CONVERGE]\n")
    last = story.add("scone", "[MOVE:CONVERGE]\n")
    assert story.log("T0001")[-1] == ("resolved", last[:7])
    assert "by the whole panel" in story.blue("log", "T0001").out


def test_a_renamed_folder_keeps_its_history(story: Story) -> None:
    opened = story.add("muffin", TENSION)
    story.blue("dialogue", "rename", "store", "-d", "cache")
    renamed = story.commit("rename")
    addressed = story.add("scone", ADDRESS)
    story.git("mv", ".blue/dialogues/store", ".blue/dialogues/attic")
    again = story.commit("once more")
    assert story.log("T0001") == [("opened", opened[:7]), ("addressed", addressed[:7])]
    names = [event for event in story.log() if event[0] == "renamed"]
    assert names == [("renamed", renamed[:7]), ("renamed", again[:7])]


def test_a_name_that_another_dialogue_took_over_is_not_followed(story: Story) -> None:
    story.add("muffin", TENSION)
    story.git("mv", ".blue/dialogues/cache", ".blue/dialogues/store")
    story.commit("rename")
    story.blue("dialogue", "new", "Other", "--id", "cache", "--expert", "bagel:Other")
    story.commit("another one")
    story.blue("round", "add", "--expert", "bagel", "-d", "cache", "-", text="[TENSION T01: Not this one]\n")
    story.commit("its round")
    assert "Not this one" not in story.blue("log", "-d", "store").out
    assert [what for what, _ in story.log("-d", "cache") if what == "wrote"] == ["wrote"]


def test_an_edit_undoes_and_brings(story: Story) -> None:
    opened, addressed = story.add("muffin", TENSION), story.add("scone", ADDRESS)
    story.edit("round-0/scone.md", "RE:ADDRESS", "RE:SUPPORT")
    edited = story.commit("changed my mind")
    assert story.log("T0001") == [("opened", opened[:7]), ("addressed", addressed[:7]), ("undone", edited[:7])]
    assert f"no longer addressed  {edited[:7]}" in story.blue("log", "T0001").out
    story.edit("round-0/scone.md", "RE:SUPPORT", "RE:ADDRESS")
    back = story.commit("and back")
    assert story.log("T0001")[-1] == ("addressed", back[:7])
    assert ("edited", edited[:7]) in story.log()


def test_what_was_removed_had_a_life_too(story: Story) -> None:
    opened = story.add("muffin", TENSION)
    story.path("round-0/muffin.md").unlink()
    removed = story.commit("gone")
    assert story.log("T0001") == [("opened", opened[:7]), ("undone", removed[:7])]
    assert story.blue("log", "T0001", "--json").json["item"]["status"] == "removed"
    story.blue("log", "T0002", status=3)


def test_only_front_matter_is_no_edit_and_a_new_id_is_told(story: Story) -> None:
    first = story.add("muffin", TENSION)
    story.edit("round-0/muffin.md", "T01: T0001", "T01: T0004")
    second = story.commit("renumbered")
    assert story.log("T0004") == [("opened", first[:7]), ("renumbered", second[:7])]
    assert "renumbered" in story.blue("log", "T0004").out and "from T0001" in story.blue("log", "T0004").out


def test_two_branches_that_took_the_same_id_are_told_apart_after_the_repair(story: Story) -> None:
    story.git("checkout", "-q", "-b", "side")
    other = story.add("scone", "[TENSION T01: Disks]\n")
    story.git("checkout", "-q", "main")
    own = story.add("muffin", TENSION)
    story.git("merge", "-q", "--no-edit", "side")
    story.blue("check", "--fix")
    fixed = story.commit("ids")
    assert story.log("MUFFIN-T0001") == [("opened", own[:7])]
    assert story.log("SCONE-T0001") == [("opened", other[:7]), ("renumbered", fixed[:7])]


def test_a_merge_that_changed_a_text_itself_is_an_edit(story: Story) -> None:
    story.add("muffin", TENSION)
    story.git("checkout", "-q", "-b", "side")
    addressed = story.add("scone", ADDRESS)
    story.git("checkout", "-q", "main")
    (story.root / "README").write_text("more\n")
    story.commit("elsewhere")
    story.git("merge", "-q", "--no-commit", "--no-ff", "side")
    story.edit("round-0/scone.md", "RE:ADDRESS", "RE:SUPPORT")
    merged = story.commit("merge, and a change on the way")
    assert story.log("T0001")[1:] == [("addressed", addressed[:7]), ("undone", merged[:7])]


def test_rewritten_history_is_the_history_there_is(story: Story) -> None:
    story.add("muffin", TENSION)
    story.git("commit", "-q", "--amend", "-m", "said better")
    assert story.log("T0001") == [("opened", story.git("rev-parse", "--short=7", "HEAD"))]


def test_what_is_not_committed_has_no_history(story: Story) -> None:
    story.add("muffin", TENSION, keep=False)
    said = story.blue("log", "T0001", status=3)
    assert "T0001 is in no commit yet" in said.err
    assert [what for what, _ in story.log()] == ["started"]


def test_a_dialogue_that_is_not_committed(tmp_path: Path) -> None:
    root = Story(tmp_path / "work")
    root.blue("dialogue", "new", "Other", "--id", "other", "--expert", "muffin:A")
    assert "other is in no commit yet" in root.blue("log", "-d", "other", status=3).err


def test_up_to_another_commit(story: Story) -> None:
    first = story.add("muffin", TENSION)
    story.add("scone", ADDRESS)
    assert story.log("T0001", "--at", "HEAD~1") == [("opened", first[:7])]


def test_a_shallow_clone_is_said(story: Story, tmp_path: Path) -> None:
    story.add("muffin", TENSION)
    second = story.add("scone", ADDRESS)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{story.root}", "clone")
    said = blue("log", "T0001", "--json", cwd=tmp_path / "clone", env={"HOME": "/nonexistent", "PATH": CLEAN["PATH"]} | ALONE).json
    assert said["complete"] is False and said["warnings"][0]["rule"] == "shallow"
    assert [(e["what"], e["commit"], e["or_before"]) for e in said["events"]] == [("opened", second, True), ("addressed", second, True)]
    assert "in or before" in blue("log", cwd=tmp_path / "clone", env={"HOME": "/nonexistent", "PATH": CLEAN["PATH"]}).out


def test_a_verdict_is_given_and_goes_stale(story: Story) -> None:
    story.add("muffin", TENSION + ADDRESS.replace("[RE:ADDRESS T0001]", "[RE:RESOLVE T01]"))
    story.add("scone", "[MOVE:CONVERGE]\n")
    story.add("muffin", "[MOVE:CONVERGE]\n")
    story.add("scone", "[MOVE:CONVERGE]\n")
    story.blue("verdict", "add", "--recommendation", "A cache", "-", text="[RE:SUPPORT R0001]\n")
    given = story.commit("verdict")
    stale = story.add("muffin", "[RE:OPPOSE R0001]\n")
    assert story.log("final") == [("verdict given", given[:7]), ("verdict stale", stale[:7])]
    assert ("verdict given", given[:7]) in story.log("T0001")


def test_an_older_dialogue_has_a_history(tmp_path: Path) -> None:
    story = Story(tmp_path / "work")
    folder = story.path("round-0", "2026-01-01T0000Z-old")
    folder.mkdir(parents=True)
    (folder / "muffin.md").write_text(TENSION)
    opened = story.commit("old one")
    (folder.parent / "tensions.md").write_text("| ID | Tension | Status |\n|---|---|---|\n| MUFFIN-T01 | Latency | resolved |\n")
    resolved = story.commit("register")
    assert story.log("MUFFIN-T0001", "-d", "old") == [("opened", opened[:7]), ("resolved", resolved[:7])]


def test_only_where_there_is_git_and_files(tmp_path: Path) -> None:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    assert blue("log", cwd=tmp_path, env={"HOME": "/", "PATH": CLEAN["PATH"]}).status == 7
    assert blue("log", cwd=tmp_path, env={"HOME": "/", "PATH": "/nonexistent"}).status == 7
    from blue_cli.stores.memory import MemoryStore

    assert blue("log", store=MemoryStore()).status == 2


def test_hostile_names_and_subjects_do_not_reach_the_terminal(story: Story) -> None:
    story.add("muffin", TENSION.replace("Latency", "L\x1b[31m\u202e"), keep=False)
    story.git("config", "user.name", "evil")
    story.git("-c", "i18n.commitEncoding=UTF-8", "add", "-A")
    story.git("commit", "-q", "-m", "su\x1b]0;x\x07bject")
    for words in (("log",), ("log", "T0001"), ("log", "--color", "never")):
        out = story.blue(*words).out
        assert "\x1b" not in out and "\u202e" not in out and "\x07" not in out
