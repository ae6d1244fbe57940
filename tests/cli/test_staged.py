"""`check --staged` and `check --since`: the commit as it would be, and what a branch brought in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blue_cli.stores.memory import MemoryStore
from tests.cli.program import blue
from tests.git.people import ID, Person
from tests.git.repository import ALONE
from tests.git.tracing import changes
from tests.stores.victim import need_strace

WRONG = "[RE:SUPPORT P0099]\n"


def person(root: Path, home: Path) -> Person:
    one = Person(root, home)
    one.root.mkdir()
    one.git("init", "-q", "-b", "main")
    one.blue("init")
    one.blue("dialogue", "new", "Cache policy", "--id", ID, "--expert", "muffin:A", "--expert", "scone:B")
    one.add("muffin", "[TENSION T01: Latency]\n")
    one.commit("a tension")
    return one


@pytest.fixture
def one(tmp_path: Path) -> Person:
    return person(tmp_path / "work", tmp_path / "home")


def stage(one: Person, inside: str, text: str) -> None:
    write(one, inside, text)
    one.git("add", "-A")


def write(one: Person, inside: str, text: str) -> None:
    one.path(inside).parent.mkdir(parents=True, exist_ok=True)
    one.path(inside).write_text(text)


def staged(one: Person, *words: str) -> list[str]:
    """The rules that are broken in what is staged."""
    found = blue("check", "--staged", "--json", *words, cwd=one.root, env=one.env)
    rules = [f["rule"] for f in found.json["findings"] if f["severity"] == "error"]
    assert found.status == (6 if "seal-broken" in rules else int(bool(rules))), found
    return rules


# --- what is looked at -------------------------------------------------------------------------------------------


def test_the_index_counts_and_the_work_tree_does_not(one: Person) -> None:
    write(one, "round-0/scone.md", WRONG)
    assert staged(one) == []
    one.git("add", "-A")
    assert staged(one) == ["dangling-ref"]
    write(one, "round-0/scone.md", "mended, but not staged\n")
    assert staged(one) == ["dangling-ref"]
    one.path("round-0/scone.md").unlink()
    assert staged(one) == ["dangling-ref"]
    one.git("add", "-A")
    assert staged(one) == []


def test_a_deletion_that_leaves_a_reference_in_the_air_is_found(one: Person) -> None:
    one.add("scone", "[RE:ADDRESS T0001]\n")
    one.commit("more")
    one.git("rm", "-q", f".blue/dialogues/{ID}/round-0/muffin.md")
    assert staged(one) == ["dangling-ref"]


def test_a_renamed_dialogue_is_judged_under_its_new_name(one: Person) -> None:
    stage(one, "round-0/scone.md", WRONG)
    one.git("commit", "-q", "-m", "wrong", "--no-verify")
    one.git("mv", f".blue/dialogues/{ID}", ".blue/dialogues/renamed")
    assert staged(one) == ["dangling-ref"]
    assert "dialogues/renamed/" in one.blue("check", "--staged", status=1).out


def test_a_mistake_in_a_dialogue_that_the_commit_leaves_alone_stops_nobody(one: Person) -> None:
    stage(one, "round-0/scone.md", WRONG)
    one.commit("wrong")
    assert staged(one) == []
    one.blue("dialogue", "new", "Another", "--id", "other", "--expert", "muffin:A")
    (one.root / "program.c").write_text("int main;\n")
    one.git("add", "-A")
    assert staged(one) == []
    stage(one, "round-0/more.md", "fine\n")
    assert staged(one) == ["dangling-ref"], "whoever changes a dialogue answers for it"


def test_a_default_dialogue_in_the_environment_hides_nothing_and_a_named_one_is_a_wish(one: Person) -> None:
    one.blue("dialogue", "new", "Another", "--id", "other", "--expert", "muffin:A")
    stage(one, "round-0/scone.md", WRONG)
    one.env["BLUE_DIALOGUE"] = "other"
    assert staged(one) == ["dangling-ref"]
    assert staged(one, "-d", "other") == []


def test_what_is_only_meant_to_be_added_is_not_judged(one: Person) -> None:
    write(one, "round-0/scone.md", WRONG)
    one.git("add", "--intent-to-add", ".")
    assert staged(one) == []


def test_an_open_merge_is_an_error(one: Person) -> None:
    one.branch("other")
    stage(one, "round-0/muffin.md", "theirs\n")
    one.git("commit", "-q", "-m", "theirs")
    one.git("checkout", "-q", "main")
    stage(one, "round-0/muffin.md", "ours\n")
    one.git("commit", "-q", "-m", "ours")
    one.git("merge", "other", status=1)
    assert "conflict-marker" in staged(one)
    one.git("add", "-A")
    assert staged(one) == ["conflict-marker"], "marked as settled, with the marks in it"


def test_a_copied_dialogue_is_found_though_only_the_copy_is_touched(one: Person) -> None:
    for name in ("a-copy", "z-copy"):
        subprocess.run(["cp", "-r", str(one.path("")), str(one.path("").parent / name)], check=True)
        one.git("add", "-A")
        assert staged(one) == ["duplicate-uid"]
        assert f"dialogues/{name}/dialogue.md" in one.blue("check", "--staged", status=1).out
        one.git("reset", "-q")
        subprocess.run(["rm", "-r", str(one.path("").parent / name)], check=True)


def test_before_the_first_commit_everything_is_judged(tmp_path: Path) -> None:
    one = Person(tmp_path / "new", tmp_path / "home")
    one.root.mkdir()
    one.git("init", "-q")
    one.blue("init")
    one.blue("dialogue", "new", "Cache policy", "--id", ID, "--expert", "muffin:A")
    stage(one, "round-0/muffin.md", WRONG)
    assert staged(one) == ["dangling-ref"]


# --- sealed ------------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(one: Person) -> Person:
    one.blue("key", "new")
    one.blue("seal", "-d", ID)
    one.commit("sealed")
    return one


def test_plaintext_staged_in_a_sealed_dialogue_is_an_error_with_and_without_the_key(sealed: Person) -> None:
    stage(sealed, "round-1/scone.md", "[TENSION T01: In the clear]\n")
    assert staged(sealed) == ["plaintext-in-sealed"]
    (sealed.home / ".blue/keys/umk.key").unlink()
    assert staged(sealed) == ["plaintext-in-sealed"]


def test_a_sealed_round_is_no_finding_and_without_the_key_it_can_be_committed(sealed: Person) -> None:
    sealed.add("scone", "[TENSION T01: Disks]\n", "--round", "1")
    sealed.git("add", "-A")
    assert staged(sealed) == []
    (sealed.home / ".blue/keys/umk.key").unlink()
    assert staged(sealed) == []


def test_a_seal_taken_out_by_hand_is_found_and_one_taken_off_by_unseal_is_not(sealed: Person) -> None:
    text = sealed.path("dialogue.md").read_text()
    seal = text.index("\nseal:")
    stage(sealed, "dialogue.md", text[:seal] + text[text.index("\n---", seal) :])
    for path in sealed.path("").glob("round-*/*.md"):
        path.write_text("plain\n")
    sealed.git("add", "-A")
    assert "seal-broken" in staged(sealed)
    sealed.git("reset", "-q", "--hard")
    sealed.blue("unseal", "-d", ID)
    sealed.git("add", "-A")
    assert staged(sealed) == []


def test_judging_remembers_nothing(sealed: Person) -> None:
    """A commit that is never made must not make the files that lie here look old."""
    before = sealed.path("round-0/muffin.md").read_bytes()
    sealed.blue("status")
    sealed.add("muffin", "[TENSION T01: Newer]\n", "--round", "0", "--replace")
    sealed.git("add", "-A")
    sealed.path("round-0/muffin.md").write_bytes(before)
    assert staged(sealed) == []
    assert "warning" not in sealed.blue("status").err


# --- inside git commit -------------------------------------------------------------------------------------------


@pytest.fixture
def hooked(one: Person) -> Person:
    hook = one.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m blue_cli check --staged </dev/null >../said 2>&1\n')
    hook.chmod(0o755)
    return one


def commits(one: Person, *words: str, **env: str) -> bool:
    """Whether git makes the commit; what the hook said is that of a check, whichever way."""
    line = ["git", "-C", str(one.root), "commit", "-q", "-m", "x", *words]
    done = subprocess.run(line, env=one.env | ALONE | env, check=False, capture_output=True, text=True)
    said = (one.root.parent / "said").read_text()
    assert "in " in said and ("error[" in said) is bool(done.returncode), (said, done)
    return done.returncode == 0


def test_a_commit_of_some_paths_is_judged_as_it_will_be(hooked: Person) -> None:
    hooked.add("scone", "fine\n")
    hooked.git("add", "-A")
    write(hooked, "round-0/muffin.md", WRONG)
    (hooked.root / "README").write_text("x\n")
    hooked.git("add", "README", f".blue/dialogues/{ID}/round-0/muffin.md")
    assert not commits(hooked), "everything that is staged"
    assert commits(hooked, "--", "README"), "of what is staged, only what is right"
    assert not commits(hooked, "--", f".blue/dialogues/{ID}/round-0/muffin.md")
    assert commits(hooked, "--", f".blue/dialogues/{ID}/round-0/scone.md")


def test_commit_a_takes_what_lies_in_the_work_tree(hooked: Person) -> None:
    write(hooked, "round-0/muffin.md", WRONG)
    assert not commits(hooked, "-a")
    write(hooked, "round-0/muffin.md", "fine\n")
    assert commits(hooked, "-a")


def test_commit_p_takes_a_part_of_a_file(hooked: Person) -> None:
    lines = [f"line {number}\n" for number in range(30)]
    stage(hooked, "round-0/scone.md", "".join(lines))
    assert commits(hooked)
    write(hooked, "round-0/scone.md", "".join(["better\n", *lines[1:-1], WRONG]))
    line, env = ["git", "-C", str(hooked.root), "add", "-p"], hooked.env | ALONE
    done = subprocess.run(line, env=env, input="y\nn\n", text=True, check=True, capture_output=True)
    assert "line 0" in done.stdout
    assert commits(hooked)
    assert not commits(hooked, "-a")


def test_a_commit_in_a_linked_work_tree_a_submodule_and_with_amend(hooked: Person, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "linked")
    linked = Person(tmp_path / "linked", hooked.home)
    stage(linked, "round-0/scone.md", WRONG)
    assert not commits(linked)
    stage(linked, "round-0/scone.md", "fine\n")
    assert commits(linked) and commits(linked, "--amend")


def test_an_index_of_ones_own_is_the_one_that_is_judged(hooked: Person, tmp_path: Path) -> None:
    stage(hooked, "round-0/scone.md", WRONG)
    own = {"GIT_INDEX_FILE": str(tmp_path / "index")}
    hooked.git("read-tree", "HEAD", **own)
    assert commits(hooked, "--allow-empty", **own)
    assert not commits(hooked)


def test_a_repository_kept_elsewhere_is_found_in_its_hook(tmp_path: Path) -> None:
    home = tmp_path / "home"
    one = person(tmp_path / "work", home)
    bare = tmp_path / "dotfiles"
    (one.root / ".git").rename(bare)
    there = {"GIT_DIR": str(bare), "GIT_WORK_TREE": str(one.root)}
    hook = bare / "hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m blue_cli check --staged </dev/null >../said 2>&1\n')
    hook.chmod(0o755)
    one.git("config", "core.bare", "false", **there)
    write(one, "round-0/scone.md", WRONG)
    one.git("add", "-A", **there)
    assert not commits(one, **there)
    write(one, "round-0/scone.md", "fine\n")
    one.git("add", "-A", **there)
    assert commits(one, **there)


# --- it touches nothing ------------------------------------------------------------------------------------------


def everything(root: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_mode, path.read_bytes())
        for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink()
    }  # fmt: skip


def test_nothing_is_written_neither_the_index_nor_an_object(one: Person) -> None:
    stage(one, "round-0/scone.md", WRONG)
    write(one, "round-0/scone.md", "changed again\n")
    os.utime(one.path("round-0/muffin.md"), (1, 1))  # git would like to refresh its index
    before = everything(one.root)
    assert staged(one) == ["dangling-ref"]
    one.blue("check", "--since", "HEAD")
    one.blue("tensions", "list", "--at", "HEAD")
    assert everything(one.root) == before


@pytest.mark.strace
@pytest.mark.parametrize("words", [["check", "--staged"], ["check", "--since", "HEAD~1"], ["tensions", "list", "--at", "HEAD~1"]])
def test_no_file_is_even_opened_for_writing(one: Person, tmp_path: Path, words: list[str]) -> None:
    need_strace()
    one.add("scone", "fine\n")
    one.commit("more")
    stage(one, "round-1/scone.md", "fine\n")
    os.utime(one.path("round-0/muffin.md"), (1, 1))
    assert changes([sys.executable, "-m", "blue_cli", *words], tmp_path / "trace", one.root, one.env) == []


# --- wrong calls -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["--staged x", "--staged --since HEAD", "--staged --fix", "--since HEAD --fix", "--staged -", "--since HEAD -"]
)
def test_one_thing_is_judged_at_a_time(one: Person, words: str) -> None:
    one.blue("check", *words.split(), status=2)


def test_outside_a_repository_and_without_git_it_is_unavailable(one: Person, tmp_path: Path) -> None:
    lonely = Person(tmp_path / "lonely", one.home)
    lonely.root.mkdir()
    lonely.blue("init")
    for words in (["--staged"], ["--since", "HEAD"]):
        assert "no git repository" in lonely.blue("check", *words, status=7).err
        env, one.env = one.env, one.env | {"PATH": "/nonexistent"}
        assert "git is not installed" in one.blue("check", *words, status=7).err
        one.env = env


def test_a_store_that_is_no_folder_is_no_index(one: Person) -> None:
    for words in (["--staged"], ["--since", "HEAD"]):
        said = blue("check", *words, cwd=one.root, env=one.env, store=MemoryStore())
        assert said.status == 2 and "git" in said.err


# --- since -------------------------------------------------------------------------------------------------------


def test_a_branch_answers_for_what_it_brought_in(one: Person) -> None:
    stage(one, "round-0/scone.md", WRONG)
    one.commit("wrong on main")
    one.branch("topic")
    assert one.blue("check", "--since", "main").out.startswith("0 errors")
    stage(one, "round-0/scone.md", f"moved down\n\n{WRONG}")
    one.commit("moved")
    assert one.blue("check", "--since", "main").out.startswith("0 errors")
    stage(one, "round-1/scone.md", WRONG)
    said = one.blue("check", "--since", "main", status=1).out
    assert said.count("error[") == 1 and "round-1/scone.md:1:" in said
    assert one.blue("check", "--since", "main", "--json", status=1).json["since"] == one.git("rev-parse", "main").strip()


def test_it_is_compared_with_where_the_branch_left_and_not_with_what_came_after(one: Person) -> None:
    stage(one, "round-0/scone.md", WRONG)
    one.commit("wrong")
    one.branch("topic")
    one.git("checkout", "-q", "main")
    stage(one, "round-0/scone.md", "mended\n")
    one.commit("mended on main")
    one.git("checkout", "-q", "topic")
    assert one.blue("check", "--since", "main").out.startswith("0 errors")


def test_an_unknown_revision_a_lonely_branch_and_a_date(one: Person) -> None:
    assert "no revision" in one.blue("check", "--since", "nope", status=3).err
    assert "is " + one.git("rev-parse", "--short", "HEAD").strip() in one.blue("check", "--since", "9000-01-01").err
    one.git("checkout", "-q", "--orphan", "lonely")
    one.commit("lonely")
    assert "no commit in common" in one.blue("check", "--since", "main", status=3).err
