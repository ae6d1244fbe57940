"""The commits that touched a path, with what each changed there: two questions to git, however many they are."""

from __future__ import annotations

from typing import NamedTuple

from blue_cli.git import listing
from blue_cli.git.listing import Change
from blue_cli.git.repo import HASH, Repository

_FORMAT = "%H%x00%P%x00%an%x00%ae%x00%aI%x00%s"


class Past(NamedTuple):
    """One commit: `when` is the author's date in ISO 8601, `changes` are against its first parent."""

    hash: str
    parents: tuple[str, ...]
    author: str
    email: str
    when: str
    subject: str
    changes: tuple[Change, ...]


def touching(repository: Repository, path: str, tip: str, limit: int = 0) -> list[Past]:
    """The commits in the history of `tip` (a hash) that changed what lies at `path`, newest first; `limit` 0 means all.

    In a shallow clone (`repository.shallow`) the last commit looks as if it had added everything.
    """
    count = [f"--max-count={limit}"] if limit else []
    said = repository.out(["rev-list", f"--format={_FORMAT}", *count, repository.checked(tip)], [path])
    rows = [line.split("\0") for line in said.decode("utf-8", "replace").split("\n") if "\0" in line]
    changes = _changes(repository, path, [row[0] for row in rows])
    return [Past(row[0], tuple(row[1].split()), *row[2:6], changes.get(row[0], ())) for row in rows if len(row) == 6]


def _changes(repository: Repository, path: str, hashes: list[str]) -> dict[str, tuple[Change, ...]]:
    """What each commit changed at a path. git answers with a commit's hash, then its changes; a merge comes once a
    parent, and only the first time counts."""
    if not hashes:
        return {}
    words = ["diff-tree", "--stdin", "-r", "-m", "--root", "--raw", "-z", "--no-renames", "--no-ext-diff", "--relative", "--abbrev=64"]
    found: dict[str, list[str]] = {}
    here: list[str] = []
    for part in listing.fields(repository.out(words, [path], "".join(f"{name}\n" for name in hashes).encode())):
        if HASH.fullmatch(part) and len(here) % 2 == 0:  # a path comes after its `:…` only
            here = []
            found.setdefault(part, here)
        else:
            here.append(part)
    return {name: tuple(listing.paired(parts)) for name, parts in found.items()}
