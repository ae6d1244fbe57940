"""What is about to be pushed: which commits, and what in them the other side does not have (githooks(5), pre-push)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from blue_cli.errors import WrongCall
from blue_cli.git import process
from blue_cli.git.listing import FILES, fields
from blue_cli.git.repo import HASH, Repository

REFS = 5000  # of one remote that are asked for a common ancestor
_RAW = ("-r", "-m", "--root", "--raw", "-z", "--no-renames", "--no-ext-diff", "--relative", "--abbrev=64")


class Ref(NamedTuple):
    """A line that git gives to the hook. The local name is empty, and the hash zeros, for what is deleted there."""

    local: str
    oid: str
    remote: str
    theirs: str


class Push(NamedTuple):
    """A commit that is pushed to `ref`, and the commits of the other side's that are known here.

    `base` is the newest of what both have, None when that is nothing. `theirs` is what the ref was, as far as it is here.
    """

    ref: str
    tip: str
    base: str | None
    theirs: str | None
    remote: str


class Brought(NamedTuple):
    """A file as a commit that is pushed has it. `path` is relative to the repository's root."""

    commit: str
    path: str
    oid: str


def parse(data: bytes) -> list[Ref]:
    """The lines of standard input: `<local ref> <local oid> <remote ref> <remote oid>`. `WrongCall` for anything else."""
    refs = []
    for line in data.decode("utf-8", "surrogateescape").splitlines():
        words = line.split(" ")
        if words == [""]:
            continue
        if len(words) != 4 or not HASH.fullmatch(words[1]) or not HASH.fullmatch(words[3]):
            raise WrongCall("that is nothing that git gives to a pre-push hook", why="<local ref> <local oid> <remote ref> <remote oid>")
        refs.append(Ref(*words))
    return refs


def pushes(repository: Repository, remote: str, refs: Sequence[Ref]) -> list[Push]:
    """What the lines amount to. Deletions push nothing, a tag its commit, a tag of something else no dialogue."""
    found = []
    for ref in refs:
        tip = repository.commit(ref.oid) if ref.oid.strip("0") else None
        if tip:
            theirs = repository.commit(ref.theirs) if ref.theirs.strip("0") else None
            found.append(Push(ref.remote, tip, _base(repository, tip, theirs, remote), theirs, remote))
    return found


def _base(repository: Repository, tip: str, theirs: str | None, remote: str) -> str | None:
    """The best common ancestor with the ref as it was; for a new one, with all that is known of the remote's branches."""
    known = [theirs] if theirs else _tracked(repository, remote)
    answer = repository.answer(["merge-base", tip, *known]) if known else None
    said = answer.out.decode("ascii", "replace").split("\n")[0] if answer and answer.status == 0 else ""
    return said if HASH.fullmatch(said) else None


def _tracked(repository: Repository, remote: str) -> list[str]:
    """Where this remote's branches were when last heard of; nothing for one that is no more than an address."""
    if not remote or "://" in remote:
        return []
    words = ["for-each-ref", f"--count={REFS}", "--format=%(objecttype) %(objectname)", f"refs/remotes/{remote}/"]
    answer = repository.answer(words)
    lines = (line.partition(" ") for line in answer.out.decode("utf-8", "replace").splitlines())
    return list(dict.fromkeys(oid for kind, _, oid in lines if kind == "commit" and HASH.fullmatch(oid)))


def folders(repository: Repository, commit: str) -> list[str]:
    """Every folder that a commit holds."""
    return list(fields(repository.out(["ls-tree", "-r", "-d", "-z", "--name-only", commit])))


def brought(repository: Repository, push: Push, path: str) -> list[Brought]:
    """Every file under a folder as each commit has it that is pushed and that the other side is not known to have."""
    known = list(dict.fromkeys([*([push.theirs] if push.theirs else []), *_tracked(repository, push.remote)]))
    commits = repository.out(["rev-list", "--full-history", push.tip, *(f"^{oid}" for oid in known)], [path])
    words = ["diff-tree", "--stdin", *_RAW]
    answer = process.start(repository.root, words, [path], repository.env, commits) if commits else None
    return _brought(answer.out) if answer else []


def _brought(data: bytes) -> list[Brought]:
    """`commit`, then `:mode mode oid oid status` and `path` for each file; a merge is compared with every parent."""
    found: dict[Brought, None] = {}
    commit, parts = "", iter(fields(data))
    for part in parts:
        if not part.startswith(":"):
            commit = part.split(" ")[0]
            continue
        _, mode, _, oid, _ = part.split()
        path = next(parts)
        if mode in FILES:
            found[Brought(commit, path, oid)] = None
    return list(found)
