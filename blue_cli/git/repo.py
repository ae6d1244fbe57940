"""Questions to git about the repository around a workspace. Nothing here writes.

From `Repository.find` on; a revision becomes a hash by `resolve`, and from there on nothing that a user wrote reaches git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from blue_cli.errors import NotFound, Unavailable, WrongCall
from blue_cli.git import listing, process
from blue_cli.git.listing import Change, Item
from blue_cli.git.objects import Objects, Remembered
from blue_cli.git.process import PATIENCE, QUIET, SAFE, ask

__all__ = ["PATIENCE", "QUIET", "SAFE", "Commit", "Repository", "ask", "commits_with", "head"]

HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
EMPTY_TREES = {40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", 64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"}
LONGEST = 1000  # characters of a revision
SUGGESTED, LISTED = 3, 5000


class Commit(NamedTuple):
    """A commit that a word became. `dated` is `abc1234 subject` when the word was a date, else empty."""

    hash: str
    dated: str = ""


class Repository:
    """The repository around the folder `root`. `top` is its work tree, `git_dir` where it keeps itself (absolute paths).

    `prefix` is the way from `top` to `root`: empty, or a path that ends in `/`. `shallow` says that its history is cut.
    Every path in a question and in an answer is relative to `root`.
    """

    def __init__(self, root: str, env: Mapping[str, str], found: Sequence[str]) -> None:
        self.root = root
        self.env = dict(env)
        self.top, self.git_dir, shallow, self.prefix = found
        self.shallow = shallow == "true"

    @classmethod
    def find(cls, root: str, env: Mapping[str, str] = os.environ, inside_hook: bool = False, cwd: str = ".") -> Repository:
        """The repository around a folder. `Unavailable` when there is none, or no git.

        Inside a hook, run in the folder `cwd`, the index and the repository that git names in the environment are kept
        (a partial commit has an index of its own); everywhere else they are dropped.
        """
        safe = process.clean(env)
        found = _look(root, safe)
        here = os.path.realpath(cwd)
        if inside_hook and (isinstance(found, str) or _lies_in(here, found[0])):  # else it is the hook of another repository
            there = _named(env, here)
            if there and (isinstance(found, str) or os.path.realpath(there["GIT_DIR"]) != os.path.realpath(found[1])):
                safe |= there
                found = _look(root, safe)
            if env.get("GIT_INDEX_FILE") and not isinstance(found, str):
                safe["GIT_INDEX_FILE"] = os.path.join(found[0], env["GIT_INDEX_FILE"])  # as git does: relative to the top
        if isinstance(found, str):
            raise Unavailable("this is no git repository", why=found, fix="git init, or leave out what needs git")
        return cls(root, safe, found)

    # --- commits ---

    def resolve(self, word: str) -> Commit:
        """The commit that a revision or a date means. `NotFound`, or `WrongCall` for what can be neither."""
        if not word or len(word) > LONGEST or not word.isprintable():
            raise WrongCall("that is no revision", why="a revision is a short text without control characters")
        found = self._verified(word)
        if found:
            return Commit(found)
        from blue_cli.git.dates import moment

        when = moment(word)
        return self._before(word, when) if when is not None else self._unknown(word)

    def commit(self, word: str) -> str | None:
        """The hash of a revision that may not be there, a branch for one; None when it is not."""
        return self._verified(word) or None

    def head(self) -> str | None:
        """The hash of the commit that is checked out; None before the first one."""
        return self.commit("HEAD")

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits (hashes); None when their histories do not meet, or are cut."""
        answer = self.answer(["merge-base", self.checked(one), self.checked(other)])
        return answer.out.decode().split("\n")[0] if answer.status == 0 else None

    def parted(self, word: str) -> Commit:
        """Where the commit that is checked out and the one that a word means parted. `NotFound` when they never met."""
        other, head = self.resolve(word), self.head()
        base = self.merge_base(other.hash, head) if head else None
        if base is None:
            raise NotFound(f"{word} and what is checked out have no commit in common", why=self._cut() or "their histories never met")
        return Commit(base, other.dated)

    def default_branch(self) -> str | None:
        """The branch that others start from, as a full ref: origin/HEAD, init.defaultBranch, main, master; None without one."""
        named = self.answer(["config", "--get", "init.defaultBranch"]).out.decode("utf-8", "replace").strip()
        names = [name for name in dict.fromkeys((named, "main", "master")) if name]
        wanted = ["refs/remotes/origin/HEAD", *(f"refs/{kind}/{name}" for name in names for kind in ("heads", "remotes/origin"))]
        return next((ref for ref in wanted if self._verified(ref)), None)

    def names(self) -> list[str]:
        """Branches and tags by their short names."""
        said = self.answer(["for-each-ref", f"--count={LISTED}", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes"])
        return said.out.decode("utf-8", "replace").splitlines()

    # --- what is in them ---

    def tree(self, commit: str, path: str, deep: bool = True) -> dict[str, Item]:
        """What lies under a folder in a commit, by path: every file with its size, or with `deep` off only what the
        folder itself holds. Empty when the folder is not there."""
        words = ["ls-tree", "-r", "-z", "-l"] if deep else ["ls-tree", "-z"]
        return listing.of_tree(self.out([*words, self.checked(commit)], [path.rstrip("/") + "/"]))

    def index(self, path: str) -> list[tuple[str, Item]]:
        """What the index holds under a folder, in its order. Sizes are not known."""
        return listing.of_index(self.out(["ls-files", "-s", "-z"], [path]))

    def staged(self, path: str, commit: str | None) -> list[Change]:
        """What the index changes against a commit under a folder; against nothing at all when there is none."""
        against = self.checked(commit) if commit else self.empty_tree()
        words = ["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-ext-diff", "--relative", "--abbrev=64"]
        return listing.of_changes(self.out([*words, "--ita-invisible-in-index", against], [path]))

    def changed(self, old: str, new: str, path: str) -> list[Change]:
        """What differs under a folder from one commit to another."""
        words = ["diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-ext-diff", "--relative", "--abbrev=64"]
        return listing.of_changes(self.out([*words, self.checked(old), self.checked(new)], [path]))

    def empty_tree(self) -> str:
        """The hash of the tree that holds nothing."""
        said = self.out(["rev-parse", "--show-object-format"]).strip()
        return EMPTY_TREES[64 if said == b"sha256" else 40]

    @cached_property
    def shared(self) -> Remembered:
        """A reader for everything that reads several commits, which read once what they have in common. To be closed."""
        return Remembered(self.root, self.env)

    def objects(self) -> Objects:
        """A reader of contents, to be closed."""
        return Objects(self.root, self.env)

    # --- asking ---

    @staticmethod
    def checked(text: str) -> str:
        """A full hash, and nothing else: the last door before git's command line."""
        if not HASH.fullmatch(text):
            raise ValueError(f"not a hash: {text!r}")
        return text

    def answer(self, words: Sequence[str], paths: Sequence[str] = (), data: bytes | None = None) -> process.Answer:
        """Ask git anything that only reads. Words never come from outside: a revision is a hash by now."""
        return process.start(self.root, words, paths, self.env, data)

    def out(self, words: Sequence[str], paths: Sequence[str] = (), data: bytes | None = None) -> bytes:
        """The same where git must have an answer: `Unavailable` with what it said otherwise."""
        answer = self.answer(words, paths, data)
        if answer.status:
            raise Unavailable(f"git {words[0]} failed", why=answer.said, fix="git fsck" if "object" in answer.said else "")
        return answer.out

    def _verified(self, word: str) -> str:
        """The hash of a revision; empty when it is none. Only here does a word from outside reach git."""
        answer = self.answer(["rev-parse", "--verify", "--quiet", "--end-of-options", word + "^{commit}"])
        said = answer.out.decode("ascii", "replace").strip()
        return said if answer.status == 0 and HASH.fullmatch(said) else ""  # `^main` is answered with `^` and a hash

    def _before(self, word: str, when: int) -> Commit:
        words = ["rev-list", "-1", f"--before=@{when} +0000", "--first-parent", "--format=%h %s", "--no-show-signature", "HEAD", "--"]
        answer = self.answer(words)
        first, _, dated = answer.out.decode("utf-8", "replace").partition("\n")
        if answer.status or not first:
            raise NotFound(f"no commit is as old as {word}", why=self._cut(), fix="" if self.shallow else "git log --first-parent")
        return Commit(self.checked(first.removeprefix("commit ")), dated.strip())

    def _unknown(self, word: str) -> Commit:
        from difflib import get_close_matches

        near = get_close_matches(word, self.names(), SUGGESTED, 0.5)
        fix = f"did you mean {' or '.join(near)}?" if near else "a branch, a tag, a commit, HEAD~3, or a date like 2026-11-24"
        raise NotFound(f'no revision "{word}"', why=self._cut(), fix=fix, suggestions=near)

    def _cut(self) -> str:
        return "this clone is shallow, older commits are not here: git fetch --unshallow" if self.shallow else ""


def _named(env: Mapping[str, str], cwd: str) -> dict[str, str]:
    """The repository that a hook was told of, by absolute paths; git names it relative to the hook's folder."""
    if not env.get("GIT_DIR"):
        return {}
    tree = env.get("GIT_WORK_TREE", "")
    return {"GIT_DIR": os.path.join(cwd, env["GIT_DIR"]), "GIT_WORK_TREE": os.path.join(cwd, tree)}


def _lies_in(path: str, folder: str) -> bool:
    return os.path.commonpath([path, os.path.realpath(folder)]) == os.path.realpath(folder)


def _look(root: str, env: Mapping[str, str]) -> list[str] | str:
    """Top, git folder, whether it is shallow, and prefix of the repository around a folder; or why there is none."""
    words = ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--is-shallow-repository", "--show-prefix"]
    answer = process.start(root, words, (), env)
    found = os.fsdecode(answer.out).split("\n")[:-1]
    if answer.status:
        return answer.said.split("\n")[0] or "git found none"
    if len(found) != 4:
        return "the name of a folder above has a line feed"
    if os.path.realpath(os.path.join(found[0], found[3])) != os.path.realpath(root):
        return "its work tree is somewhere else"
    return found


# --- without a repository at hand --------------------------------------------------------------------------------


def head(root: str, env: Mapping[str, str] = os.environ) -> str:
    """The commit that is checked out, `abc1234 subject`; empty where there is none."""
    return (ask(root, ["log", "-1", "--no-show-signature", "--no-color", "--format=%h %s"], env=env) or "").strip()


def commits_with(root: str, path: str, env: Mapping[str, str] = os.environ) -> int | None:
    """How many commits of all branches and tags changed what lies at a path (a file or a folder): each keeps what it
    wrote. None when git does not say, 0 when it never had it."""
    said = (ask(root, ["rev-list", "--count", "--all"], [path], env) or "").strip()
    return int(said) if said.isdigit() else None
