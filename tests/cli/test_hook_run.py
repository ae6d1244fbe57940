"""What the hooks check, with real commits and pushes: findings, plaintext of sealed dialogues, lines of messages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from blue_cli.git import hookblock
from tests.cli.program import Said
from tests.git.hooking import Clone, everything, script

GOOD = "---\nexpert: {}\nround: {}\n---\nAll well.\n"
BAD = "---\nexpert: {}\nround: {}\n---\n[RE:SUPPORT T0909]\n"
DIALOGUE = ".blue/dialogues/cache"
ZEROS = "0" * 40


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A workspace with a dialogue of two experts, committed, and all three hooks."""
    clone = Clone(tmp_path / "work").begin()
    start(clone, clone.root)
    commit(clone)
    clone.blue("hooks", "install", "--pre-commit", "--pre-push", "--commit-msg")
    return clone


@pytest.fixture
def bare(clone: Clone, tmp_path: Path) -> Path:
    """The other side, which has what is there."""
    clone.run("git", "init", "-q", "--bare", "-b", "main", str(tmp_path / "bare"))
    clone.ok("remote", "add", "origin", str(tmp_path / "bare"))
    clone.ok("push", "-q", "--no-verify", "origin", "main")
    return tmp_path / "bare"


def start(clone: Clone, cwd: Path, id: str = "cache", *more: str) -> None:
    cwd.mkdir(exist_ok=True)
    clone.blue("init", cwd=cwd)
    said = clone.blue("dialogue", "new", "Cache", "--id", id, "--expert", "muffin:A", "--expert", "scone:B", *more, cwd=cwd)
    assert said.status == 0, said


def commit(clone: Clone, message: str = "x") -> str:
    """Everything, past the hooks; the hash."""
    clone.ok("add", "-A")
    clone.ok("commit", "-q", "--no-verify", "--allow-empty", "-m", message)
    return clone.ok("rev-parse", "HEAD")


def write(clone: Clone, text: str = BAD, expert: str = "muffin", round: int = 0, folder: str = DIALOGUE) -> Path:
    path = clone.root / folder / f"round-{round}/{expert}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.format(expert, round))
    return path


def hook(clone: Clone, name: str, *words: str, text: str = "", status: int = 0, cwd: Path | None = None, **env: str) -> Said:
    said = clone.blue("hooks", "run", name, *words, text=text, cwd=cwd, **env)
    assert said.status == status, said
    return said


# --- a commit --------------------------------------------------------------------------------------------------------


def test_a_finding_stops_a_commit_and_two_ways_go_past_it(clone: Clone) -> None:
    write(clone)
    clone.ok("add", "-A")
    done = clone.git("commit", "-m", "x")
    assert done.status == 1
    assert f"{DIALOGUE}/round-0/muffin.md:5:13: error[dangling-ref]" in done.said
    assert done.said.endswith("blue: pre-commit: refused; past it, once: git commit --no-verify\n")
    assert clone.git("commit", "-q", "-m", "x", BLUE_SKIP_HOOKS="1").status == 0
    write(clone, BAD + "more\n")
    assert clone.git("commit", "-a", "-q", "-m", "x").status == 1
    assert clone.git("commit", "-a", "-q", "--no-verify", "-m", "x").status == 0


def test_a_good_commit_and_one_of_something_else_is_passed_in_silence(clone: Clone) -> None:
    write(clone, GOOD)
    clone.ok("add", "-A")
    assert clone.git("commit", "-q", "-m", "x") == (0, "")
    write(clone)
    commit(clone, "somebody's mistake, past the hooks")
    (clone.root / "README").write_text("more\n")
    clone.ok("add", "-A")
    assert clone.git("commit", "-q", "-m", "x") == (0, ""), "an old mistake elsewhere stops nobody"


def test_the_index_is_judged_never_the_work_tree(clone: Clone) -> None:
    path = write(clone)
    clone.ok("add", "-A")
    path.write_text(GOOD.format("muffin", 0))
    hook(clone, "pre-commit", status=1)
    clone.ok("add", "-A")
    path.write_text(BAD.format("muffin", 0))
    hook(clone, "pre-commit")
    path.unlink()
    hook(clone, "pre-commit")


def test_a_partial_commit_is_judged_as_it_would_be(clone: Clone) -> None:
    write(clone, GOOD, "muffin")
    write(clone, GOOD, "scone")
    commit(clone)
    good, bad = write(clone, GOOD + "More.\n", "muffin"), write(clone, BAD, "scone")
    clone.ok("add", str(bad))
    assert clone.git("commit", "-q", "-m", "x", "--", str(good)) == (0, ""), "the bad one is staged, and no part of it"
    assert clone.git("commit", "-q", "-m", "x", "--", str(bad)).status == 1
    clone.ok("reset", "-q")
    assert clone.git("commit", "-q", "-a", "-m", "x").status == 1
    bad.write_text(GOOD.format("scone", 0) + "Mended.\n")
    assert clone.git("commit", "-q", "-a", "-m", "x") == (0, "")


def test_the_index_that_git_names_is_the_one_as_a_hook_sees_it(clone: Clone) -> None:
    """`git commit -- PATH` makes an index of its own; git may name it from the folder in which the hook runs."""
    path = write(clone)
    clone.ok("read-tree", "HEAD", GIT_INDEX_FILE=str(clone.root / "own-index"))
    clone.ok("add", str(path), GIT_INDEX_FILE=str(clone.root / "own-index"))
    hook(clone, "pre-commit")
    hook(clone, "pre-commit", status=1, GIT_INDEX_FILE="own-index")
    hook(clone, "pre-commit", status=1, GIT_INDEX_FILE=str(clone.root / "own-index"))


def test_what_a_deletion_and_a_rename_leave_behind_is_judged(clone: Clone) -> None:
    write(clone, "---\nexpert: muffin\nround: 0\nids: {{T01: T0001}}\n---\n[TENSION T01: Slow]\nx\n")
    write(clone, "---\nexpert: scone\nround: 1\n---\n[RE:SUPPORT T0001]\n", "scone", 1)
    clone.ok("add", "-A")
    hook(clone, "pre-commit")
    commit(clone)
    clone.ok("rm", "-q", f"{DIALOGUE}/round-0/muffin.md")
    assert "dangling-ref" in hook(clone, "pre-commit", status=1).out
    clone.ok("reset", "-q", "--hard")
    clone.ok("mv", DIALOGUE, ".blue/dialogues/renamed")
    hook(clone, "pre-commit")


def test_the_hook_adds_nothing_and_stashes_nothing(clone: Clone) -> None:
    write(clone, GOOD)
    clone.ok("add", "-A")
    write(clone, BAD, "scone")
    write(clone, GOOD + "not staged\n")
    before = everything(clone.root)
    hook(clone, "pre-commit")
    assert everything(clone.root) == before


def test_the_first_commit_of_a_repository(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "new")
    clone.ok("init", "-q", "-b", "main")
    start(clone, clone.root)
    write(clone)
    clone.ok("add", "-A")
    hook(clone, "pre-commit", status=1)


def test_every_workspace_of_a_repository_is_found(clone: Clone) -> None:
    start(clone, clone.root / "part", "other")
    path = write(clone, BAD, folder="part/.blue/dialogues/other")
    clone.ok("add", "-A")
    said = hook(clone, "pre-commit", status=1)
    assert said.out.startswith("part/.blue/dialogues/other/round-0/muffin.md:5:13: error")
    assert hook(clone, "pre-commit", status=1, cwd=clone.root / "part").out.startswith(".blue/dialogues/other/round-0")
    write(clone, BAD)
    clone.ok("add", "-A")
    assert hook(clone, "pre-commit", "--json", status=1).json["counts"]["error"] == 2
    path.unlink()


def test_in_a_linked_work_tree(clone: Clone) -> None:
    other = clone.root.parent / "other"
    clone.ok("worktree", "add", "-q", str(other))
    path = other / DIALOGUE / "round-0/muffin.md"
    path.parent.mkdir()
    path.write_text(BAD.format("muffin", 0))
    clone.ok("add", "-A", cwd=other)
    assert clone.git("commit", "-q", "-m", "x", cwd=other).status == 1
    path.write_text(GOOD.format("muffin", 0))
    assert clone.git("commit", "-q", "-a", "-m", "x", cwd=other) == (0, "")


def test_a_git_folder_that_lies_somewhere_else(tmp_path: Path) -> None:
    """`git --git-dir=... --work-tree=... commit`, as people keep their settings."""
    clone = Clone(tmp_path / "tree")
    start(clone, clone.root)
    write(clone)
    clone.run("git", "init", "-q", "--bare", str(tmp_path / "dots"))
    script(tmp_path / "dots/hooks/pre-commit", hookblock.insert(None, "pre-commit"))
    git = (f"--git-dir={tmp_path}/dots", f"--work-tree={clone.root}")
    clone.ok(*git, "add", ".")
    done = clone.git(*git, "commit", "-q", "-m", "x")
    assert done.status == 1 and "error[dangling-ref]" in done.said


def test_in_a_submodule(clone: Clone) -> None:
    inner = Clone(clone.root.parent / "inner").begin()
    clone.ok("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "part")
    part = clone.root / "part"
    start(clone, part)
    assert clone.blue("hooks", "install", cwd=part).status == 0
    write(clone, folder="part/.blue/dialogues/cache")
    clone.ok("add", "-A", cwd=part)
    assert "error[dangling-ref]" in clone.git("commit", "-q", "-m", "x", cwd=part).said
    clone.ok("commit", "-q", "-m", "x", cwd=part, BLUE_SKIP_HOOKS="1")
    clone.ok("add", "-A")
    assert clone.git("commit", "-q", "-m", "the submodule") == (0, "")


def test_a_repository_without_a_workspace_has_nothing_to_check(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "plain").begin()
    for words in (["pre-commit"], ["pre-push", "origin", "x"], ["commit-msg", "README"]):
        assert hook(clone, *words) == (0, "", "")


def test_hooks_run_as_json_and_wrong_calls(clone: Clone) -> None:
    write(clone)
    clone.ok("add", "-A")
    found = hook(clone, "pre-commit", "--json", status=1).json
    assert (found["schema"], found["hook"], found["refused"]) == ("blue/hooks.run@1", "pre-commit", True)
    assert found["findings"][0]["path"] == f"{DIALOGUE}/round-0/muffin.md"
    assert hook(clone, "pre-commit", "--json", BLUE_SKIP_HOOKS="1").json["refused"] is False
    assert "one of pre-commit" in hook(clone, "post-commit", status=2).err
    hook(clone, "commit-msg", status=2)
    hook(clone, "pre-commit", "--at", "HEAD", status=2)
    hook(clone, "pre-push", text="nonsense\n", status=2)


def test_warnings_stop_a_commit_where_the_settings_say_so(clone: Clone) -> None:
    write(clone, "---\nexpert: muffin\nround: 0\n---\n[TENSION T01: Not registered]\nx\n")
    clone.ok("add", "-A")
    hook(clone, "pre-commit")
    hook(clone, "pre-commit", status=1, BLUE_CHECK_STRICT="true")


# --- sealed ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(clone: Clone) -> Clone:
    clone.blue("key", "new")
    start(clone, clone.root, "secret", "--sealed")
    said = clone.blue("round", "add", "--expert", "muffin", "-d", "secret", "-", text="[TENSION T01: Slow]\nx\n")
    assert said.status == 0, said
    return clone


def plain(clone: Clone) -> Path:
    return write(clone, GOOD, "scone", folder=".blue/dialogues/secret")


@pytest.mark.parametrize("key", [True, False])
def test_plaintext_in_a_sealed_dialogue_stops_a_commit_with_and_without_the_key(sealed: Clone, key: bool) -> None:
    if not key:
        shutil.rmtree(sealed.home)
        sealed.home.mkdir()
    sealed.ok("add", "-A")
    assert sealed.git("commit", "-q", "-m", "x").status == 0, "who has no key can commit what is sealed"
    plain(sealed)
    sealed.ok("add", "-A")
    done = sealed.git("commit", "-q", "-m", "x")
    assert done.status == 1 and "plaintext-in-sealed" in done.said and "refused" in done.said
    assert sealed.git("commit", "-q", "--no-verify", "-m", "x").status == 0


def test_a_seal_that_does_not_hold_is_6(sealed: Clone) -> None:
    path = sealed.root / ".blue/dialogues/secret/round-0/muffin.md"
    lines = path.read_text().split("\n")
    lines[-4] = lines[-4][::-1]
    path.write_text("\n".join(lines))
    sealed.ok("add", "-A")
    hook(sealed, "pre-commit", status=6)
    assert "seal-broken" in sealed.git("commit", "-q", "-m", "x").said


# --- a push ----------------------------------------------------------------------------------------------------------


def test_a_push_is_stopped_by_what_it_brings_and_by_nothing_older(clone: Clone, bare: Path) -> None:
    write(clone)
    commit(clone)
    done = clone.git("push", "-q", "origin", "main")
    assert done.status == 1 and "error[dangling-ref]" in done.said and "past it, once: git push --no-verify" in done.said
    assert clone.git("push", "-q", "origin", "main", BLUE_SKIP_HOOKS="1").status == 0
    write(clone, GOOD, "scone")
    commit(clone)
    assert clone.git("push", "-q", "origin", "main") == (0, ""), "the other side has that mistake already"


def test_new_branches_deletions_and_tags(clone: Clone, bare: Path) -> None:
    write(clone)
    bad = commit(clone)
    clone.ok("branch", "bad")
    clone.ok("tag", "-a", "-m", "x", "bad-tag")
    clone.ok("tag", "blob", clone.ok("rev-parse", "HEAD:README"))
    clone.ok("reset", "-q", "--hard", "HEAD~1")
    assert clone.git("push", "-q", "origin", "main:fresh", "blob") == (0, "")
    for name in ("bad", "bad-tag", f"{bad}:refs/heads/x", "--all"):
        done = clone.git("push", "-q", "origin", name)
        assert done.status == 1 and "dangling-ref" in done.said, name
    assert clone.git("push", "-q", "origin", "--delete", "fresh") == (0, "")
    assert clone.git("push", "-q", str(bare), "main:other") == (0, "")
    assert clone.git("push", "-q", str(bare), "bad").status == 1


def test_the_commit_that_is_pushed_is_judged_not_the_work_tree(clone: Clone, bare: Path) -> None:
    write(clone, GOOD)
    commit(clone)
    write(clone)
    assert clone.git("push", "-q", "origin", "main") == (0, "")


def test_a_rewritten_branch_is_judged_from_where_it_parted(clone: Clone, bare: Path) -> None:
    write(clone, GOOD)
    commit(clone)
    clone.ok("push", "-q", "origin", "main")
    clone.ok("reset", "-q", "--hard", "HEAD~1")
    write(clone)
    commit(clone)
    assert clone.git("push", "-q", "--force", "origin", "main").status == 1
    write(clone, GOOD + "Other.\n")
    clone.ok("commit", "-q", "-a", "--amend", "--no-verify", "-m", "x")
    assert clone.git("push", "-q", "--force", "origin", "main") == (0, "")


def test_a_hash_that_is_not_here_counts_as_nothing(clone: Clone, bare: Path) -> None:
    tip = clone.ok("rev-parse", "HEAD")
    hook(clone, "pre-push", "origin", "x", text=f"refs/heads/main {tip} refs/heads/main {'1' * 40}\n")
    hook(clone, "pre-push", "--", "--upload-pack=x", "--output=x", text=f"refs/heads/main {tip} refs/heads/main {ZEROS}\n")
    assert not (clone.root / "x").exists()
    hook(clone, "pre-push", "origin", "x")


def test_what_follows_in_the_hook_reads_what_git_says(clone: Clone, bare: Path) -> None:
    path = clone.root / ".git/hooks/pre-push"
    with path.open("a") as target:
        target.write("cat >seen\n")
    tip = clone.ok("rev-parse", "HEAD")
    clone.ok("push", "-q", "origin", "main:other", "main:third")
    seen = (clone.root / "seen").read_text()
    assert seen == "".join(f"refs/heads/main {tip} refs/heads/{name} {ZEROS}\n" for name in ("other", "third"))


def test_the_pre_commit_program_tells_it_in_the_environment(clone: Clone, bare: Path) -> None:
    before = clone.ok("rev-parse", "HEAD")
    write(clone)
    commit(clone)
    hook(clone, "pre-push", status=1, PRE_COMMIT_FROM_REF=before, PRE_COMMIT_TO_REF="HEAD", PRE_COMMIT_REMOTE_BRANCH="refs/heads/main")
    hook(clone, "pre-push", PRE_COMMIT_FROM_REF="HEAD", PRE_COMMIT_TO_REF="HEAD")


# --- the plaintext guard ---------------------------------------------------------------------------------------------


def guarded(clone: Clone, *words: str) -> str:
    done = clone.git("push", "-q", "origin", *(words or ("main",)))
    assert done.status == 1 and "plaintext of a sealed dialogue in commit" in done.said, done
    return done.said


def test_plaintext_in_a_commit_on_the_way_stops_a_push(sealed: Clone, bare: Path) -> None:
    commit(sealed, "sealed")
    assert sealed.git("push", "-q", "origin", "main") == (0, "")
    path = plain(sealed)
    leak = commit(sealed, "leak")
    assert "plaintext-in-sealed" in sealed.git("push", "-q", "origin", "main").said
    path.unlink()
    commit(sealed, "as if nothing had happened")
    said = guarded(sealed)
    assert leak[:10] in said and ".blue/dialogues/secret/round-0/scone.md:1:1: error[plaintext-in-sealed]" in said
    shutil.rmtree(sealed.home / ".blue")
    guarded(sealed)
    assert sealed.git("push", "-q", "--no-verify", "origin", "main").status == 0
    assert sealed.git("push", "-q", "origin", "main:again") == (0, ""), "what the other side has cannot be kept from it"


def test_a_dialogue_that_was_sealed_after_it_was_committed(clone: Clone, bare: Path) -> None:
    clone.blue("key", "new")
    start(clone, clone.root, "late")
    write(clone, GOOD, folder=".blue/dialogues/late")
    commit(clone, "in the open")
    clone.ok("mv", ".blue/dialogues/late", ".blue/dialogues/later")
    assert clone.blue("seal", "-d", "later").status == 0
    commit(clone, "sealed, under another name")
    said = guarded(clone)
    assert ".blue/dialogues/late/round-0/muffin.md" in said and ".blue/dialogues/late/dialogue.md" in said
    assert clone.blue("unseal", "-d", "later").status == 0
    commit(clone, "opened for everybody")
    assert clone.git("push", "-q", "origin", "main") == (0, "")


def test_history_before_the_first_sealed_round_is_no_secret(clone: Clone, bare: Path) -> None:
    clone.blue("key", "new")
    assert clone.git("push", "-q", "origin", "main") == (0, "")
    write(clone, GOOD)
    commit(clone)
    assert clone.blue("seal", "--from", "1").status == 0
    commit(clone)
    assert clone.git("push", "-q", "origin", "main") == (0, "")


def test_a_branch_that_was_merged_without_a_trace_is_looked_at(sealed: Clone, bare: Path) -> None:
    commit(sealed, "sealed")
    sealed.ok("push", "-q", "origin", "main")
    sealed.ok("checkout", "-q", "-b", "side")
    path = plain(sealed)
    leak = commit(sealed, "leak")
    path.unlink()
    commit(sealed, "gone")
    sealed.ok("checkout", "-q", "main")
    commit(sealed, "something else")
    sealed.ok("merge", "-q", "--no-edit", "--no-verify", "side")
    assert leak[:10] in guarded(sealed)


# --- a message -------------------------------------------------------------------------------------------------------


def message(clone: Clone, text: str, status: int = 0) -> str:
    (clone.root / "message").write_text(text)
    return hook(clone, "commit-msg", "message", status=status).out


def test_a_line_that_blue_does_not_know_stops_a_commit(clone: Clone) -> None:
    done = clone.git("commit", "--allow-empty", "-m", "Title\n\nBlue-Audti: x")
    assert done.status == 1 and "did you mean Blue-Audit?" in done.said
    assert "message:3:1: error[trailer]: blue knows no blue-other line" in message(clone, "T\n\nblue-other: x\n", 1)
    assert "Blue-Audit" in message(clone, "T\n\nSigned-off-by: A\nblue-audit: x\n", 1)


@pytest.mark.parametrize(
    "text",
    [
        "Blue-green: switch\n", "T\n\nBlue-green: a way to deploy.\nMore of it.\n", "T\n\nBlue-sky: thoughts\n\nSigned-off-by: A <a@b>\n",
        "T\n\n# Blue-Other: a comment\n", "T\n# ------------------------ >8 ------------------------\n\nBlue-Other: x\n", "", "\n\n", "T\n",
    ],
)  # fmt: skip
def test_prose_and_comments_are_no_lines_of_blue(clone: Clone, text: str) -> None:
    assert message(clone, text) == ""


def test_a_comment_is_what_git_s_settings_say(clone: Clone) -> None:
    clone.ok("config", "core.commentChar", ";")
    assert message(clone, "T\n\n;Blue-Other: x\nSigned-off-by: A\n") == ""
    clone.ok("config", "core.commentChar", "auto")
    assert message(clone, "T\n\n# Blue-Other: x\nSigned-off-by: A\n") == ""


def test_an_anchor_must_name_what_is_there(sealed: Clone) -> None:
    line = sealed.blue("audit", "anchor", "-d", "secret", "-q").out.splitlines()[0]
    assert line.startswith("Blue-Audit: ")
    assert sealed.git("commit", "-q", "--allow-empty", "-m", f"T\n\n{line}") == (0, "")
    assert "Blue-Audit line that cannot be read" in message(sealed, "T\n\nBlue-Audit: nonsense\n", 1)
    log = sealed.root / ".blue/audit" / line.split()[1]
    shutil.rmtree(log)
    done = sealed.git("commit", "-q", "--allow-empty", "-m", f"T\n\n{line}")
    assert done.status == 1 and "is missing" in done.said and "commit-msg: refused" in done.said


def test_an_anchor_of_a_workspace_further_down(sealed: Clone) -> None:
    line = sealed.blue("audit", "anchor", "-d", "secret", "-q").out.splitlines()[0]
    (sealed.root / "part").mkdir()
    (sealed.root / ".blue").rename(sealed.root / "part/.blue")
    commit(sealed)
    start(sealed, sealed.root, "another")
    commit(sealed)
    assert message(sealed, f"T\n\n{line}\n") == ""


# --- blue in the hook that does not work -------------------------------------------------------------------------------


@pytest.mark.parametrize("program", ["missing", "broken", "formatter", "older"])
def test_a_commit_is_let_through_when_nothing_can_check_it(clone: Clone, program: str) -> None:
    write(clone)
    clone.ok("add", "-A")
    done = Clone(clone.root, program).git("commit", "-q", "-m", "x")
    assert done.status == 0 and "this commit was not checked" in done.said


def test_a_bug_in_blue_lets_a_commit_through(clone: Clone) -> None:
    write(clone)
    clone.ok("add", "-A")
    script(clone.bin / "blue", "#!/bin/sh\necho 'blue: error: a bug in blue: TypeError' >&2\nexit 70\n")
    done = clone.git("commit", "-q", "-m", "x")
    assert done.status == 0 and done.said.endswith("blue: hint: this commit was not checked\n")
