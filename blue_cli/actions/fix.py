"""Mend what `check` finds and a program can mend: spellings, ids that nobody wrote down, ids that two files claim.

The plan is pure, and made again when somebody else wrote first (`commit_loop`); an older dialogue is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from blue_cli.actions.check import EVERY, Scope, Wanted, covers, uids_of, with_blobs
from blue_cli.actions.load import fold
from blue_cli.dialogue import repair, rules
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import path_of, split_address
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Finding
from blue_cli.stores.base import Snapshot, Store, commit_loop

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
MENDED = ("near-miss-marker", "unregistered", "duplicate-id")  # the rules that a fix is for


class Change(NamedTuple):
    """One file before and after."""

    path: str
    before: bytes
    after: bytes


class Mended(NamedTuple):
    """What was changed (or would be), what only a person can decide, and whether the dialogue is one that is never changed."""

    changes: tuple[Change, ...] = ()
    left: tuple[Finding, ...] = ()
    older: bool = False


def fix(store: Store, wanted: Wanted, scope: Scope, write: bool) -> list[Mended]:
    """Mend the dialogues of a scope, one after the other, each whole or not at all; with `write` off only say how.

    Raises what the store raises, and `Conflict` when others kept writing.
    """
    done: list[Mended] = []
    for uid in uids_of(store, scope):

        def planned(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Mended]:
            paths = scope.paths.get(snapshot.id, ())
            mended, puts = plan(snapshot, wanted, paths)
            return puts if write else {}, (), mended

        done.append(commit_loop(store, uid, planned))
    return done


def plan(snapshot: Snapshot, wanted: Wanted = EVERY, paths: tuple[str, ...] = ()) -> tuple[Mended, dict[str, bytes]]:
    """What a fix writes into one dialogue. With `paths` only their spellings are mended, and the ids of their rounds.

    Spellings come first, since they make entities; then missing ids; then ids claimed twice. Each step sees what the
    one before left.
    """
    graph = fold(snapshot)
    if not repair.may_write(graph):
        return Mended(older=not graph.meta.native), {}
    puts: dict[str, bytes] = {}
    left: list[Finding] = []
    for step in (_spell, _register, _renumber):
        found = _mendable(graph, {**snapshot.blobs, **puts}, wanted, paths)
        if step is _renumber:
            left = _unbound(graph, snapshot, puts, found)
        more = step(graph, {**snapshot.blobs, **puts}, found)
        if more:
            puts.update(more)
            graph = fold(with_blobs(snapshot, {**snapshot.blobs, **puts}))
    folder = f"{FOLDER}{snapshot.id}/"
    changes = [Change(folder + path_of(address), snapshot.blobs[address], data) for address, data in sorted(puts.items())]
    return Mended(tuple(changes), tuple(left)), puts


def _mendable(graph: Graph, blobs: Mapping[str, bytes], wanted: Wanted, paths: tuple[str, ...]) -> list[Finding]:
    """The findings that a fix is for; suppressed ones are none."""
    found = rules.select(rules.check(graph, blobs), wanted.only, wanted.without)
    return [f for f in found if f.fixable and f.rule in MENDED and (not paths or any(covers(path, f.path) for path in paths))]


def _spell(graph: Graph, blobs: Mapping[str, bytes], found: list[Finding]) -> dict[str, bytes]:
    places = {(f.path, f.line, f.column) for f in found if f.rule == "near-miss-marker"}
    return repair.respelling(graph, blobs, places) if places else {}


def _register(graph: Graph, blobs: Mapping[str, bytes], found: list[Finding]) -> dict[str, bytes]:
    """All files of the rounds in which one is not registered: ids are counted over a whole round."""
    paths = {f.path for f in found if f.rule == "unregistered"}
    meant = {target for f in found if f.rule == "unregistered" for target in f.related}
    rounds = {s.round for s in graph.sources.files if s.path in paths or s.path in meant}
    puts: dict[str, bytes] = {}
    for round in sorted(rounds):
        puts.update(repair.registration(graph, blobs, round))
    return puts


def _renumber(graph: Graph, blobs: Mapping[str, bytes], found: list[Finding]) -> dict[str, bytes]:
    rounds = {_round(graph, f.path) for f in found if f.rule == "duplicate-id"}
    if not rounds:
        return {}
    puts = repair.renumbering(graph, blobs)
    return {address: data for address, data in puts.items() if split_address(address).round in rounds}


def _round(graph: Graph, path: str) -> int:
    return next((s.round for s in graph.sources.files if s.path == path), -1)


def _unbound(graph: Graph, snapshot: Snapshot, puts: Mapping[str, bytes], found: list[Finding]) -> list[Finding]:
    """References that two entities claim and no `refs:` binds: after the fix they mean the earlier one, meant or not."""
    if not any(f.rule == "duplicate-id" for f in found):
        return []
    checked = rules.check(graph, {**snapshot.blobs, **puts})
    return [f for f in checked if f.rule == "ambiguous-ref" and f.severity == "error"]


def diff(changes: tuple[Change, ...]) -> str:
    """The changes as a unified diff; bytes that are no UTF-8 read as U+FFFD in it."""
    from difflib import unified_diff

    parts: list[str] = []
    for change in changes:
        before, after = (_LINE.findall(data.decode(errors="replace")) for data in (change.before, change.after))
        for line in unified_diff(before, after, f"a/{change.path}", f"b/{change.path}"):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)
