"""Giving a verdict: from a text to a file that says what was decided, and on what. Never changed afterwards.

A final one must wait until the dialogue has converged; a later one supersedes it. As with contributions, everything
happens inside one load, plan, commit loop, and nothing is written when anything is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from blue_cli.actions.dialogues import stamp
from blue_cli.actions.load import fold
from blue_cli.actions.panel import native
from blue_cli.actions.placement import Draft, may_replace
from blue_cli.actions.round_add import changes, with_puts
from blue_cli.actions.verdict_text import WISHES, Text, Wish, read
from blue_cli.dialogue import binding, document, frontmatter
from blue_cli.dialogue.convergence import may_force
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, JUDGE, path_of
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.repair import registration
from blue_cli.dialogue.rulebook import ERROR, graded
from blue_cli.dialogue.rules import check
from blue_cli.dialogue.rules_verdicts import NOT_CONVERGED, STALE, WITHOUT_REASON, obstacles
from blue_cli.dialogue.sources import FOLDER, digests
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import INTERIM, Verdict, verdicts
from blue_cli.errors import Conflict, Finding, Refused
from blue_cli.stores.base import Snapshot, Store, commit_loop
from blue_cli.views.added import Change

_GATED = frozenset({NOT_CONVERGED, WITHOUT_REASON, STALE})  # what the gate has said already, with the way out


class Given(NamedTuple):
    """The outcome: the verdict in the dialogue as it is now. `created` False: exactly this one stood there already."""

    verdict: Verdict
    created: bool
    changed: tuple[Change, ...]
    graph: Graph
    warnings: tuple[Finding, ...]


def give(store: Store, uid: str, draft: Draft, wish: Wish, now: datetime) -> Given:
    """Add a verdict.

    Raises `Refused` with everything that is wrong, each thing that keeps the dialogue from converging included, and
    `Conflict` when exactly this verdict stands already (unless `if_absent`).
    """

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Given]:
        puts, given = _plan(snapshot, draft, wish, now)
        return ({} if wish.dry_run else puts), (), given

    return commit_loop(store, uid, plan)


def begin(store: Store, uid: str, wish: Wish) -> Graph:
    """The dialogue about which a verdict is yet to be typed. Raises what `give` would raise of it, before anybody types."""
    graph = native(fold(store.load(uid)))
    found = [*_gate(graph, wish)] if wish.kind in ("", FINAL) else []
    if found:
        raise Refused("the dialogue has not converged", found)
    return graph


def _plan(snapshot: Snapshot, draft: Draft, wish: Wish, now: datetime) -> tuple[dict[str, bytes], Given]:
    before = native(fold(snapshot))
    text, found = read(draft, wish, before)
    there = None if any(f.severity == ERROR for f in found) else _there(snapshot, before, text, wish)
    if there is not None:
        return {}, Given(there, False, (), before, ())
    found += [*_gate(before, wish)] if text.kind == FINAL else []
    id, superseded = _id(snapshot, before, text)
    address = f"verdict/{id}"
    may_replace(snapshot, address)
    puts = registration(before, snapshot.blobs)  # whose ids are written now need not be written later, which would be an edit
    puts[address] = _file(snapshot, before, text, wish, superseded, now, puts)
    become, after = _bound(snapshot, puts, address)
    mine = _path(before, address)
    found += [_moved(f, text, after, address) for f in check(after, become.blobs) if f.path == mine and f.rule not in _GATED]
    if any(f.severity == ERROR for f in found):
        raise Refused("nothing was written", found)
    verdict = next(v for v in verdicts(after) if v.address == address)
    return puts, Given(verdict, True, tuple(changes(before, after)), after, tuple(found))


def _path(graph: Graph, address: str) -> str:
    return f"{FOLDER}{graph.meta.id}/{path_of(address)}"


# --- whether it may be -------------------------------------------------------------------------------------------


def gate(graph: Graph, force: str | None, override: bool) -> Iterator[Finding]:
    """Everything that keeps a final verdict from being given: nothing once the dialogue can converge, or when it is
    forced with a reason at `max_rounds` (before that: overridden too)."""
    if force is not None and not force.strip():
        yield Finding(WITHOUT_REASON, "a verdict is forced only with a reason", fix="--force REASON")
        return
    found = obstacles(graph)
    if force is not None and (override or may_force(graph)):
        return
    for obstacle in found:
        place = (obstacle.path, obstacle.line, int(obstacle.line > 0))
        yield Finding(NOT_CONVERGED, obstacle.message, *place, fix=obstacle.fix, id=obstacle.id or None)
    if found and force is not None:
        most, last = graph.meta.max_rounds, graph.last_round
        now = "there is none yet" if last is None else f"this is round {last}"
        why = f"a verdict can be forced in round {most - 1}, the last of {most}, and {now}"
        yield Finding(NOT_CONVERGED, "it is too early to force it", why=why, fix="--override as well, if it cannot wait")


def _gate(graph: Graph, wish: Wish) -> Iterator[Finding]:
    for finding in gate(graph, wish.force, wish.override):
        yield graded(finding)


def _forced(graph: Graph, text: Text, wish: Wish) -> str:
    """The reason for which a verdict is forced; "" for one that need not be."""
    reason = (wish.force or "").strip()
    return reason if reason and text.kind == FINAL and obstacles(graph) else ""


def _there(snapshot: Snapshot, graph: Graph, text: Text, wish: Wish) -> Verdict | None:
    """The verdict that says exactly this and is still true to its basis, if there is one; `Conflict` unless that is no error."""
    forced = _forced(graph, text, wish)
    for verdict in reversed(verdicts(graph)):
        if verdict.kind == text.kind and verdict.author == text.author and _same(snapshot, verdict, text, forced):
            if stale(graph, verdict):
                continue
            if wish.if_absent:
                return verdict
            raise Conflict(f"{verdict.id} says exactly this already", fix="--if-absent makes that no error", path=verdict.path)
        if text.kind == FINAL and verdict.kind == FINAL:
            return None  # an earlier one that said so has been superseded
    return None


def _same(snapshot: Snapshot, verdict: Verdict, text: Text, forced: str) -> bool:
    parts = document.read(snapshot.blobs[verdict.address])
    said = frontmatter.read(parts.front or "")[0]
    keys = [key for key in WISHES if key not in ("kind", "author")]
    fields = all((said.get(key) or None) == (text.fields.get(key) or None) for key in keys)
    return fields and parts.body == text.parts.body and verdict.forced == forced


# --- the file ----------------------------------------------------------------------------------------------------


def _id(snapshot: Snapshot, graph: Graph, text: Text) -> tuple[str, str]:
    """The next free id of its kind, and the verdict that it supersedes."""
    finals = [v for v in verdicts(graph) if v.kind == FINAL]
    if text.kind == FINAL:
        number = finals[-1].number + 1 if finals else 1
        return (f"{FINAL}-{number}" if number > 1 else FINAL), finals[-1].id if finals else ""
    taken = {address.partition("/")[2].casefold() for address in snapshot.blobs if address.startswith("verdict/")}
    base = INTERIM if text.kind == INTERIM else f"{text.kind}-{text.author[:110].strip('-') or JUDGE}"
    number = 1
    while (id := base if number == 1 and text.kind != INTERIM else f"{base}-{number}").casefold() in taken:
        number += 1
    return id, ""


def _file(
    snapshot: Snapshot, graph: Graph, text: Text, wish: Wish, superseded: str, now: datetime, puts: Mapping[str, bytes]
) -> bytes:
    """The file; `refs:` still to come. Keys that the tool does not know survive, and so does every byte of the body."""
    forced = _forced(graph, text, wish)
    supporting = [slug.lower().removeprefix("@") for slug in text.fields.get("supporting_experts") or ()]
    said = {key: text.fields.get(key) or None for key in ("recommendation", "vote", "confidence", "conditions")}
    fields: dict[str, Any] = {
        "blue": FORMAT, "dialogue": graph.meta.uid, "kind": text.kind, "round": graph.last_round or 0, "author": text.author,
        "created": stamp(now), **said, "supporting_experts": supporting or None, "supersedes": superseded or None,
        "forced": forced or None, "override": True if forced and wish.override and not may_force(graph) else None,
        "refs": None, "basis": digests({**snapshot.blobs, **puts}),
    }  # fmt: skip
    front = frontmatter.update(text.parts.front, fields, "verdict")
    if len(front.encode()) > document.MAX_FRONT:
        many = len(fields["basis"])
        message = f"a verdict on {many} contributions and rulings: its basis would be over {document.MAX_FRONT >> 10} KiB"
        raise Refused("nothing was written", [graded(Finding("limit", message, fix="start a new dialogue that links to this one"))])
    return document.replace_front(text.parts, front if text.parts.front is not None else front.replace("\n", text.parts.newline))


def _bound(snapshot: Snapshot, puts: dict[str, bytes], address: str) -> tuple[Snapshot, Graph]:
    """The dialogue as it would become, the display ids in the verdict bound to what they mean now."""
    graph = fold(with_puts(snapshot, puts))
    source = next(s for s in graph.sources.verdicts if s.address == address)
    parts = document.read(puts[address])
    front = frontmatter.update(parts.front, {"refs": binding.bind(graph, source) or None}, "verdict")
    puts[address] = document.replace_front(parts, front)
    become = with_puts(snapshot, puts)
    return become, fold(become, near=True)


def _moved(finding: Finding, text: Text, after: Graph, address: str) -> Finding:
    """A finding in the verdict's file, in the draft's lines."""
    source = next(s for s in after.sources.verdicts if s.address == address)
    shift = text.parts.start_line - source.line
    line, end = (max(1, n + shift) if n else 0 for n in (finding.line, finding.end_line))
    return finding._replace(path=text.draft.name, line=line, end_line=end)

