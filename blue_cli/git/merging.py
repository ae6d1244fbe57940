"""What a merge driver needs of git: its own merge, and files of the commits that are being merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from blue_cli.errors import Unavailable
from blue_cli.git import process

_HEAD = re.compile(r"GITHEAD_([0-9a-f]{40}(?:[0-9a-f]{24})?)", re.ASCII)
BRANCHES = 100
_BRANCHES = ("refs/heads", "refs/remotes")
ERROR = 128  # and above: git could not; below: so many conflicts


def merge_file(cwd: str, ours: str, base: str, theirs: str, size: int, labels: tuple[str, str], env: Mapping[str, str]) -> bool | None:
    """Merge into the file `ours`, as git does without a driver: whether it is clean, None when git cannot (a binary file)."""
    words = ["merge-file", "-q", f"--marker-size={size}", "-L", labels[0], "-L", "base", "-L", labels[1]]
    try:
        answer = process.start(cwd, words, (ours, base, theirs), process.clean(env))
    except Unavailable:
        return None
    return None if answer.status >= ERROR or answer.status < 0 else answer.status == 0


def versions(cwd: str, path: str, env: Mapping[str, str]) -> Iterator[bytes]:
    """A file as it is in the commit that is checked out and, during `git merge`, in those that are merged into it."""
    others = [match[1] for name in env if (match := _HEAD.fullmatch(name))]
    for commit in ("HEAD", *others):
        try:
            answer = process.start(cwd, ["cat-file", "blob", f"{commit}:{path}"], (), process.clean(env))
        except Unavailable:
            return
        if answer.status == 0:
            yield answer.out


def workspaces(cwd: str, env: Mapping[str, str]) -> list[str]:
    """The folders, relative to the top of the work tree, that hold a tracked `.blue/dialogues/…/dialogue.md`."""
    said = process.ask(cwd, ["ls-files", "-z"], env=env) or ""
    found = (re.fullmatch(r"(|.*/)\.blue/dialogues/[^/]+/dialogue\.md", path) for path in said.split("\0"))
    return list(dict.fromkeys(match[1].rstrip("/") for match in found if match))


def heads_of(root: str, uid: str, env: Mapping[str, str]) -> Iterator[bytes]:
    """Each `dialogue.md` of this uid on a branch, of those that changed last: a dialogue may not be on the one that is
    checked out. `root` is the workspace's folder."""
    said = process.ask(
        root, ["for-each-ref", f"--count={BRANCHES}", "--sort=-committerdate", "--format=%(objectname)", *_BRANCHES], env=env
    )
    commits = list(dict.fromkeys((said or "").split()))
    if not commits:
        return
    found = process.ask(root, ["grep", "-l", "-z", "-F", "-e", f"uid: {uid}", *commits], [".blue/dialogues"], env) or ""
    for place in found.split("\0"):
        commit, _, path = place.partition(":")
        if path.endswith("/dialogue.md"):
            yield process.start(root, ["cat-file", "blob", f"{commit}:./{path}"], (), process.clean(env)).out
