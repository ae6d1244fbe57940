"""Questions to git: right answers from a friendly repository, and nothing run by a hostile one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from blue_cli.errors import NotFound, Unavailable, WrongCall
from blue_cli.git import process, repo
from blue_cli.git.listing import UNKNOWN, Item
from blue_cli.git.objects import MISSING
from blue_cli.git.repo import Repository
from tests.git.repository import ALONE, CLEAN, commit, git, repository
from tests.git.tracing import changes
from tests.stores.victim import need_strace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "work")


def test_head_names_the_commit_as_people_do(root: Path) -> None:
    short = git(root, "rev-parse", "--short", "HEAD")
    assert repo.head(str(root)) == f"{short} First, with\ta tab"


def test_without_a_commit_or_a_repository_or_git_there_is_none(tmp_path: Path) -> None:
    assert repo.head(str(tmp_path)) == "" and repo.commits_with(str(tmp_path), "x") is None
    git(tmp_path, "init", "-q")
    assert repo.head(str(tmp_path)) == ""
    assert repo.head(str(tmp_path), {"PATH": "/nonexistent"}) == ""


def test_commits_are_those_that_changed_the_path_on_any_branch(root: Path) -> None:
    (root / "a").mkdir()
    for text in ("one", "two"):
        (root / "a/file").write_text(text)
        commit(root, text)
    git(root, "checkout", "-q", "-b", "other", "HEAD~1")
    (root / "a/file").write_text("three")
    commit(root, "three")
    assert repo.commits_with(str(root), "a/file") == 3
    assert repo.commits_with(str(root), "a") == 3
    assert repo.commits_with(str(root), "never") == 0


def test_a_path_is_no_pattern_and_no_option(root: Path) -> None:
    assert repo.commits_with(str(root), "*") == 0
    assert repo.commits_with(str(root), ":(glob)**") == 0
    assert repo.commits_with(str(root), "--output=stolen") == 0 and not (root / "stolen").exists()
    assert repo.commits_with(str(root), "a\0b") is None


def test_a_workspace_may_lie_below_the_top(root: Path) -> None:
    (root / "sub/.blue").mkdir(parents=True)
    (root / "sub/.blue/x").write_text("x")
    commit(root, "x")
    assert repo.commits_with(str(root / "sub"), ".blue/x") == 1


def test_what_the_environment_says_of_another_repository_does_not_count(root: Path, tmp_path: Path) -> None:
    other = repository(tmp_path / "other")
    commit_env = {"PATH": os.environ["PATH"], "GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other)}
    assert repo.head(str(root), commit_env) == repo.head(str(root))
    assert repo.head(str(root), commit_env).split()[0] == git(root, "rev-parse", "--short", "HEAD")


def test_no_program_of_the_repository_is_run(root: Path) -> None:
    witness, program = root.parent / "ran", root.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {witness}\n")
    program.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(program))
    (root / ".git/hooks/post-commit").write_text(program.read_text())
    (root / ".git/hooks/post-commit").chmod(0o755)
    git(root, "config", "user.name", "x")
    git(root, "config", "user.email", "x@example.org")
    (root / "README").write_text("changed\n")
    assert repo.ask(str(root), ["status", "--porcelain"], ["README"])
    assert repo.ask(str(root), ["commit", "-q", "--allow-empty", "-m", "x"]) is not None
    assert not witness.exists()
    git(root, "status")
    assert witness.exists(), "a git that is asked without care does run it"


def test_a_bare_repository_in_the_work_tree_is_none(root: Path) -> None:
    bare = root / "evil"
    git(root, "clone", "-q", "--bare", str(root), str(bare))
    git(bare, "rev-parse", "HEAD")
    assert repo.ask(str(bare), ["rev-parse", "HEAD"]) is None


def test_nobody_is_asked_for_a_password_and_nothing_is_written(root: Path) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in (root / ".git").rglob("*"))
    repo.head(str(root))
    repo.commits_with(str(root), "README")
    repo.ask(str(root), ["status", "--porcelain"])
    assert sorted((path, path.stat().st_mtime_ns) for path in (root / ".git").rglob("*")) == before
    assert repo.QUIET["GIT_TERMINAL_PROMPT"] == "0"


# --- a repository ------------------------------------------------------------------------------------------------


def found(root: Path, env: Mapping[str, str] = os.environ, **more: object) -> Repository:
    return Repository.find(str(root), env, **more)  # type: ignore[arg-type]


def test_a_repository_is_found_from_any_folder_in_it(root: Path) -> None:
    (root / "sub").mkdir()
    one, other = found(root), found(root / "sub")
    assert (one.top, one.prefix, one.git_dir, one.shallow) == (str(root), "", str(root / ".git"), False)
    assert (other.top, other.prefix) == (str(root), "sub/")


def test_a_link_on_the_way_to_it_changes_nothing(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    assert found(root.parent / "link").top == str(root)


def test_without_a_repository_or_git_it_is_unavailable_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no git repository") as caught:
        found(tmp_path)
    assert "not a git repository" in caught.value.why and caught.value.exit == 7
    with pytest.raises(Unavailable, match="not installed"):
        found(tmp_path, {"PATH": "/nonexistent"})


def test_a_work_tree_that_is_said_to_be_elsewhere_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    git(root, "config", "core.worktree", str(tmp_path / "elsewhere"))
    with pytest.raises(Unavailable):
        found(root)


# --- a revision from outside -------------------------------------------------------------------------------------


def test_whatever_a_revision_is_called_a_hash_comes_out(root: Path) -> None:
    (root / "README").write_text("again\n")
    commit(root, "Second")
    git(root, "tag", "-a", "v1", "-m", "x", "HEAD~1")
    first, second = git(root, "rev-parse", "HEAD~1"), git(root, "rev-parse", "HEAD")
    repository = found(root)
    words = {"HEAD": second, "main": second, "v1": first, "HEAD~1": first, second[:8]: second, "main@{0}": second, "@": second}
    words |= {"main@{yesterday}": first}  # the oldest that the reflog knows
    assert {word: repository.resolve(word).hash for word in words} == words


@pytest.mark.parametrize(
    "word",
    [
        *("--output=stolen", "-x", "--all", "^main", "main..main", "main...main", "HEAD:README", "HEAD^{tree}", "nope", "HEAD~99"),
        *("*", ":/", "@{-1}", "--end-of-options", "--", "main --output=stolen", "-n1", "0" * 40),
    ],
)
def test_what_is_no_one_commit_is_not_found_and_does_nothing(root: Path, word: str) -> None:
    with pytest.raises(NotFound, match="no revision"):
        found(root).resolve(word)
    assert sorted(path.name for path in root.iterdir()) == [".git", "README"]


@pytest.mark.parametrize("word", ["", "a\nb", "a\0b", "\x1b[31m", "main\r", "\u202emain", "x" * 1001])
def test_what_no_revision_can_be_is_a_wrong_call_before_git_is_asked(root: Path, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = found(root)
    monkeypatch.setattr(process, "run", None)
    with pytest.raises(WrongCall):
        repository.resolve(word)


def test_a_branch_named_like_an_option_is_a_branch(root: Path) -> None:
    git(root, "update-ref", "refs/heads/--output=stolen", "HEAD")
    assert found(root).resolve("--output=stolen").hash == git(root, "rev-parse", "HEAD")
    assert found(root).resolve("refs/heads/--output=stolen").hash and not (root / "stolen").exists()


def test_near_names_are_suggested(root: Path) -> None:
    git(root, "tag", "release-1")
    with pytest.raises(NotFound) as caught:
        found(root).resolve("relaese-1")
    assert caught.value.suggestions == ("release-1",) and "did you mean release-1?" in caught.value.fix


def dated(root: Path, when: str, branch: str = "main") -> str:
    (root / "README").write_text(when)
    git(root, "add", "-A")
    env = CLEAN | ALONE | {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    subprocess.run(["git", "-C", str(root), "commit", "-qm", when], env=env, check=True)
    return git(root, "rev-parse", "HEAD")


def test_a_date_is_the_last_commit_of_the_first_parents_until_then(tmp_path: Path) -> None:
    root = tmp_path / "dated"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    first, second = dated(root, "2026-11-20T10:00:00Z"), dated(root, "2026-11-20T23:30:00Z")
    third = dated(root, "2026-11-22T10:00:00Z")
    repository = found(root)
    for word, hash in {
        "2026-11-20": second, "2026-11-21": second, "2026-11-20T12:00": first, "2026-11-20 10:00:00": first,
        "2026-11-21T01:00:00+02:00": first, "2026-11-22": third, "9000-01-01": third,
    }.items():  # fmt: skip
        assert repository.resolve(word).hash == hash, word
        assert repository.resolve(word).dated.startswith(hash[:7] + " 2026-11-2")
    with pytest.raises(NotFound, match="as old as 2026-11-19"):
        repository.resolve("2026-11-19")
    git(root, "branch", "2026-11-22", first)
    assert repository.resolve("2026-11-22").hash == first, "a name comes first"


def test_what_a_merge_brought_in_was_not_here_before_it(tmp_path: Path) -> None:
    root = tmp_path / "merged"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    first = dated(root, "2026-11-20T10:00:00Z")
    git(root, "checkout", "-q", "-b", "topic")
    dated(root, "2026-11-21T10:00:00Z")
    git(root, "checkout", "-q", "main")
    env = CLEAN | ALONE | {"GIT_AUTHOR_DATE": "2026-11-23T10:00:00Z", "GIT_COMMITTER_DATE": "2026-11-23T10:00:00Z"}
    subprocess.run(["git", "-C", str(root), "merge", "-q", "--no-ff", "--no-edit", "topic"], env=env, check=True)
    assert found(root).resolve("2026-11-22").hash == first


def test_a_shallow_clone_says_that_its_history_is_cut(root: Path) -> None:
    commit_all = [dated(root, f"2026-11-2{day}T10:00:00Z") for day in range(3)]
    clone = root.parent / "shallow"
    git(root.parent, "clone", "-q", "--depth=1", f"file://{root}", str(clone))
    repository = found(clone)
    assert repository.shallow and repository.resolve("HEAD").hash == commit_all[-1]
    for word in ("HEAD~1", "2026-11-21", commit_all[0]):
        with pytest.raises(NotFound) as caught:
            repository.resolve(word)
        assert "git fetch --unshallow" in caught.value.why


def test_where_two_histories_parted(root: Path) -> None:
    base = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "-q", "-b", "topic")
    mine = dated(root, "2026-11-20T10:00:00Z")
    git(root, "checkout", "-q", "main")
    theirs = dated(root, "2026-11-21T10:00:00Z")
    repository = found(root)
    assert repository.merge_base(mine, theirs) == base and repository.parted("topic").hash == base
    git(root, "checkout", "-q", "--orphan", "other")
    lonely = dated(root, "2026-11-22T10:00:00Z")
    assert repository.merge_base(lonely, mine) is None
    with pytest.raises(NotFound, match="no commit in common"):
        repository.parted("topic")


def test_the_default_branch_is_what_origin_says_else_a_usual_name(root: Path) -> None:
    assert found(root).default_branch() == "refs/heads/main"
    git(root, "branch", "-m", "trunk")
    assert found(root).default_branch() is None
    git(root, "config", "init.defaultBranch", "trunk")
    assert found(root).default_branch() == "refs/heads/trunk"
    clone = root.parent / "clone"
    git(root.parent, "clone", "-q", str(root), str(clone))
    git(clone, "checkout", "-q", "-b", "main")
    assert found(clone).default_branch() == "refs/remotes/origin/HEAD"


def test_only_a_hash_gets_into_a_command_line(root: Path) -> None:
    repository = found(root)
    for word in ("HEAD", "--output=x", "", "a" * 39):
        for ask in (lambda w=word: repository.tree(w, "x"), lambda w=word: repository.merge_base(w, w)):
            with pytest.raises(ValueError, match="not a hash"):
                ask()


# --- what is in it -----------------------------------------------------------------------------------------------


def test_names_that_are_patterns_or_hold_anything_are_names(root: Path) -> None:
    names = ["*", "[a]", ":(glob)x", "a b", "t\tab", "new\nline", "--output=x", "ünï"]
    (root / "sub").mkdir()
    for name in (*names, "plain"):
        (root / "sub" / name).write_text(name)
    commit(root, "x")
    repository = found(root / "sub")
    head = repository.head()
    assert head
    wanted = {f"{name}": len(name.encode()) for name in (*names, "plain")}
    deep = found(root).tree(head, "sub")
    assert {path.removeprefix("sub/"): item.size for path, item in deep.items()} == wanted
    assert {path for path, _ in repository.index("*")} == {"*"}
    assert {path for path, _ in repository.index(":(glob)x")} == {":(glob)x"}
    assert [path for path, _ in repository.index("--output=x")] == ["--output=x"] and not (root / "sub/x").exists()


def test_paths_are_relative_to_the_folder_that_asks(root: Path) -> None:
    (root / "sub/deep").mkdir(parents=True)
    (root / "sub/deep/file").write_text("x")
    git(root, "add", "-A")
    repository = found(root / "sub")
    assert [(c.status, c.path) for c in repository.staged("deep", repository.head())] == [("A", "deep/file")]
    before = repository.head()
    commit(root, "x")
    after = repository.head()
    assert before and after
    assert list(repository.tree(after, "deep")) == ["deep/file"] and list(repository.tree(after, "deep", deep=False)) == ["deep/file"]
    assert [(c.status, c.path) for c in repository.changed(before, after, "deep")] == [("A", "deep/file")]
    assert repository.tree(before, "deep") == {}


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    for name, extra in (("sha1", []), ("sha256", ["--object-format=sha256"])):
        root = tmp_path / name
        root.mkdir()
        git(root, "init", "-q", *extra)
        (root / "file").write_text("x")
        git(root, "add", "file")
        repository = found(root)
        assert repository.head() is None
        assert [(c.status, c.path) for c in repository.staged("file", None)] == [("A", "file")]
        with pytest.raises(NotFound):
            repository.resolve("2026-11-24")


# --- hooks -------------------------------------------------------------------------------------------------------


def test_inside_a_hook_what_git_says_is_kept_and_elsewhere_it_is_dropped(root: Path, tmp_path: Path) -> None:
    other = repository(tmp_path / "other")
    said = {"PATH": os.environ["PATH"], "GIT_INDEX_FILE": ".git/next-index", "GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other)}
    assert found(root, said).git_dir == str(root / ".git") and "GIT_INDEX_FILE" not in found(root, said).env
    inside = found(other, said, inside_hook=True, cwd=str(other))
    assert inside.env["GIT_INDEX_FILE"] == str(other / ".git/next-index") and inside.git_dir == str(other / ".git")


def test_in_the_hook_of_another_repository_it_is_elsewhere(root: Path, tmp_path: Path) -> None:
    other = repository(tmp_path / "other")
    said = {"PATH": os.environ["PATH"], "GIT_INDEX_FILE": str(other / ".git/index"), "GIT_DIR": str(other / ".git")}
    asked = found(root, said, inside_hook=True, cwd=str(other))
    assert asked.git_dir == str(root / ".git") and not asked.env.keys() & said.keys() - {"PATH"}


def test_a_hook_that_goes_into_a_folder_keeps_its_index(root: Path) -> None:
    """git names the index relative to the top of the work tree; another file would be an empty index, and nothing wrong in it."""
    (root / "sub").mkdir()
    said = {"PATH": os.environ["PATH"], "GIT_INDEX_FILE": ".git/index"}
    asked = found(root / "sub", said, inside_hook=True, cwd=str(root / "sub"))
    assert asked.env["GIT_INDEX_FILE"] == str(root / ".git/index")
    assert [path for path, _ in found(root, said, inside_hook=True, cwd=str(root / "sub")).index(".")] == ["README"]


def test_a_hook_of_a_repository_that_no_folder_leads_to(tmp_path: Path) -> None:
    home, bare = tmp_path / "home", tmp_path / "dotfiles"
    home.mkdir()
    git(tmp_path, "init", "-q", "--bare", str(bare))
    said = {"PATH": os.environ["PATH"], "GIT_DIR": str(bare), "GIT_INDEX_FILE": str(bare / "index")}
    inside = found(home, said, inside_hook=True, cwd=str(home))
    assert (inside.top, inside.git_dir) == (str(home), str(bare))
    with pytest.raises(Unavailable):
        found(home, said)


# --- nothing of a stranger's is run ------------------------------------------------------------------------------

PROGRAMS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "diff.external", "diff.x.textconv", "diff.x.command",
    "filter.x.clean", "filter.x.smudge", "filter.x.process", "gpg.program", "credential.helper", "core.gitProxy", "alias.rev-parse",
    "alias.ls-tree", "alias.cat-file", "alias.ls-files", "interactive.diffFilter", "pager.log", "core.alternateRefsCommand",
)  # fmt: skip


def hostile(root: Path) -> Path:
    """Let everything that can name a program name one; the file that such a program makes."""
    witness, program = root.parent / "ran", root.parent / "program"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> {witness}\ncat 2>/dev/null\n')
    program.chmod(0o755)
    hooks = root.parent / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"):
        (hooks / hook).symlink_to(program)
    (root / ".gitattributes").write_text("* filter=x diff=x\n")
    commit(root, "attributes")
    for name in PROGRAMS:
        git(root, "config", name, f"!{program}" if name.startswith("alias") else str(program))
    for name, value in (("core.hooksPath", str(hooks)), ("log.showSignature", "true"), ("protocol.allow", "always")):
        git(root, "config", name, value)
    return witness


def test_no_setting_of_a_repository_starts_a_program(root: Path) -> None:
    witness = hostile(root)
    (root / "README").write_text("changed behind the index\n")
    repository = found(root)
    head = repository.resolve("HEAD").hash
    parent = repository.resolve("HEAD~1").hash
    repository.tree(head, "README")
    repository.index(".")
    repository.staged(".", head)
    repository.changed(parent, head, ".")
    repository.default_branch()
    repository.names()
    repository.merge_base(head, parent)
    repository.resolve("2030-01-01")
    with repository.objects() as objects:
        assert objects.read([f"{head}:README"]) == [b"here\n"]
        objects.sizes([head])
    repo.head(str(root))
    assert not witness.exists(), witness.read_text()
    subprocess.run(["git", "-C", str(root), "status"], env=CLEAN | ALONE, check=False, capture_output=True)
    assert witness.exists(), "a git that is asked without care does run them"


@pytest.mark.parametrize("unknown", ["GIT_ALLOW_PROTOCOL", "GIT_NO_LAZY_FETCH"])  # either is enough for a git that knows it
def test_a_partial_clone_fetches_nothing_by_a_program_of_its_own(root: Path, monkeypatch: pytest.MonkeyPatch, unknown: str) -> None:
    monkeypatch.delitem(process.QUIET, unknown)
    git(root, "config", "uploadpack.allowFilter", "true")
    clone, witness, program = root.parent / "partial", root.parent / "ran", root.parent / "program"
    git(root.parent, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{root}", str(clone))
    program.write_text(f"#!/bin/sh\ntouch {witness}\n")
    program.chmod(0o755)
    git(clone, "config", "remote.origin.uploadpack", str(program))
    repository = found(clone)
    head = repository.resolve("HEAD").hash
    (oid,) = [part.split()[2] for part in git(root, "ls-tree", "HEAD", "README").splitlines()]
    objects = repository.objects()
    for question in (lambda: objects.read([oid]), lambda: objects.sizes([oid]), lambda: repository.tree(head, ".")):
        with contextlib.suppress(Unavailable):  # what git says of it depends on how new it is
            assert question() in ([None], [MISSING], {"README": Item("100644", oid, UNKNOWN)})
    objects.close()
    assert not witness.exists()
    subprocess.run(["git", "-C", str(clone), "cat-file", "-p", oid], env=CLEAN | ALONE, check=False, capture_output=True)
    assert witness.exists(), "a git that is asked without care does fetch"


def test_an_embedded_bare_repository_is_no_repository(root: Path) -> None:
    bare = root / ".blue/dialogues/evil"
    bare.parent.mkdir(parents=True)
    git(root, "clone", "-q", "--bare", str(root), str(bare))
    witness, program = root.parent / "ran", root.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {witness}\n")
    program.chmod(0o755)
    git(bare, "config", "core.fsmonitor", str(program))
    git(bare, "config", "core.worktree", str(bare))
    git(bare, "config", "core.bare", "false")
    with pytest.raises(Unavailable):
        found(bare)
    assert found(bare.parent).top == str(root) and not witness.exists()


@pytest.mark.strace
def test_asking_opens_nothing_for_writing(root: Path, tmp_path: Path) -> None:
    need_strace()
    script = (
        "import sys; from blue_cli.git.repo import Repository; r = Repository.find(sys.argv[1]); h = r.resolve('HEAD').hash;"
        "r.index('.'); r.staged('.', h); r.tree(h, '.'); r.default_branch(); o = r.objects(); o.read([h]); o.sizes([h]); o.close()"
    )
    os.utime(root / "README", (1, 1))  # an index that git would like to refresh
    before = (root / ".git/index").read_bytes()
    assert changes([sys.executable, "-B", "-c", script, str(root)], tmp_path / "trace") == []
    assert (root / ".git/index").read_bytes() == before
