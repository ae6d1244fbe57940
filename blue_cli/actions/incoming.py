"""What comes in with the next commit, and what came in with a branch: the findings that are somebody's doing now.

An old mistake elsewhere stops nobody: a commit answers for the dialogues it changes, a branch for what was not wrong
where it began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

from blue_cli.actions.check import EVERYWHERE, Scope, Wanted, check, examine
from blue_cli.dialogue.ids import address_of
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Finding
from blue_cli.stores.base import Snapshot, Store
from blue_cli.views.findings import Report


class Touched(Protocol):
    """Which dialogues a commit would change, and of which of them the `dialogue.md`."""

    @property
    def touched(self) -> frozenset[str]: ...
    @property
    def named(self) -> frozenset[str]: ...


def check_staged(store: Store, changed: Touched, wanted: Wanted, only: str = "") -> Report:
    """What is wrong with the dialogues that the next commit changes, as it would leave them; `only` one of them.

    Of two dialogues with one uid the one that the commit brings is the copy.
    """
    entries = list(store.dialogues())
    ids = [entry.id for entry in entries if entry.id in changed.touched and only in ("", entry.id)]
    if not ids:
        return Report([], 0)
    if changed.named:
        for entry in entries:
            if entry.id not in changed.named:
                _ = entry.uid  # asked first: it was there first
    return check(store, wanted, Scope(dict.fromkeys(ids, ())))


def check_since(now: Store, then: Store, wanted: Wanted, scope: Scope = EVERYWHERE, processes: int = 1) -> Report:
    """The findings that there are now and were not then.

    The same finding is the same rule on the same words of the same file, on whatever line, of a dialogue with the same
    uid, under whatever name. Of several that are alike, as many are new as there are more of them now.
    """
    report = check(now, wanted, scope, processes)
    before = {entry.uid for entry in then.dialogues()} if report.findings else set()
    kept: list[Finding] = []
    uids = {entry.id: entry.uid for entry in now.dialogues()} if before else {}
    for id, findings in _by_dialogue(report.findings):
        uid = uids.get(id, "")
        kept += _new(findings, now.load(uid), then.load(uid), wanted) if uid in before else findings
    return report._replace(findings=sorted(kept, key=lambda f: (f.path, f.line, f.column)))


def _by_dialogue(findings: Iterable[Finding]) -> Iterable[tuple[str, list[Finding]]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.path.removeprefix(FOLDER).partition("/")[0], []).append(finding)
    return found.items()


def _new(findings: list[Finding], now: Snapshot, then: Snapshot, wanted: Wanted) -> list[Finding]:
    """What was not found then. First what is told in the same words is taken away, then what only is about the same."""
    old = list(examine(then, wanted)[0].findings)
    for exact in (True, False):
        mine, theirs = _keys(now, exact), _keys(then, exact)
        known = Counter(map(theirs, old))
        rest = []
        for finding in findings:
            known[mine(finding)] -= 1
            if known[mine(finding)] < 0:
                rest.append(finding)
        findings, old = rest, list(_left(old, theirs, known))
    return findings


def _left(old: list[Finding], key: Callable[[Finding], tuple[str, ...]], known: Counter[tuple[str, ...]]) -> Iterable[Finding]:
    """The old findings that nothing was matched with."""
    for finding in old:
        if known[key(finding)] > 0:
            known[key(finding)] -= 1
            yield finding


def _keys(snapshot: Snapshot, exact: bool) -> Callable[[Finding], tuple[str, ...]]:
    """What tells one finding of a dialogue from another, wherever in its file it stands."""
    lines: dict[str, list[str]] = {}

    def key(finding: Finding) -> tuple[str, ...]:
        path = finding.path.removeprefix(f"{FOLDER}{snapshot.id}/")
        if path not in lines:
            lines[path] = snapshot.blobs.get(address_of(path), b"").decode("utf-8", "replace").splitlines()
        there = lines[path][finding.line - 1].strip() if 0 < finding.line <= len(lines[path]) else ""
        return (finding.rule, path, there, *([finding.message] if exact else ()))

    return key
