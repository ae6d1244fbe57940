"""What an adoption has done, or would do, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Adopted(NamedTuple):
    """A dialogue made native, or given another uid.

    changes  (path, bytes before, bytes after) of every file written; before is empty for a new one
    moved    (from, to) of files that a native dialogue would take for contributions
    counts   the tensions by status, the same before and after; empty where only the uid changed
    status   the dialogue's own status before and after
    """

    id: str
    uid: str
    changed: bool
    changes: tuple[tuple[str, bytes, bytes], ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    counts: Mapping[str, int] = {}
    status: tuple[str, str] = ("", "")

    @property
    def added(self) -> list[str]:
        """Paths of new files."""
        return [path for path, before, _ in self.changes if not before]


def summary(done: Adopted, dry_run: bool) -> str:
    """A few lines: which files, and that everything stands as before."""
    if not done.changed:
        return f"already native: {done.id}\n"
    if not done.counts and not done.added:
        verb = "would give" if dry_run else "gave"
        return f"{verb} {done.id} the uid {done.uid}: {_files(len(done.changes))}\n"
    rest = len(done.changes) - len(done.added)
    lines = [f"{'would adopt' if dry_run else 'adopted'} {done.id}"]
    lines += [f"  added {path}" for path in done.added]
    lines += [f"  moved {old} to {new}" for old, new in done.moved]
    lines += [f"  front matter in {_files(rest)}, their texts as they were"] if rest else []
    counted = ", ".join(f"{number} {status}" for status, number in done.counts.items())
    lines += [f"tensions, before as after: {counted or 'none'}"]
    return "\n".join(lines) + "\n"


def _files(number: int) -> str:
    return f"{number} file{'' if number == 1 else 's'}"


def document(done: Adopted, dry_run: bool, diff: str) -> dict[str, Any]:
    """The JSON of `blue dialogue adopt`; `diff` only of a dry run."""
    fields: dict[str, Any] = {
        "changed": done.changed,
        "dry_run": dry_run,
        "dialogue": done.id,
        "uid": done.uid,
        "files": [{"path": path, "change": "changed" if before else "added"} for path, before, _ in done.changes],
        "moved": [{"from": old, "to": new} for old, new in done.moved],
    }
    if done.changed:
        fields |= {"tensions": dict(done.counts), "status": {"before": done.status[0], "after": done.status[1]}}
    return {**fields, "diff": diff} if dry_run else fields
