"""Taking an answer: looked at by the rules that hold for a person's text, added whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from blue_cli.actions.placement import Draft, Wish
from blue_cli.actions.round_add import Added, add
from blue_cli.actions.verdict_text import Wish as Verdict
from blue_cli.actions.verdicts import give
from blue_cli.dialogue import answers
from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, JUDGE
from blue_cli.dialogue.rulebook import WARNING, graded
from blue_cli.dialogue.scores import scores
from blue_cli.errors import Conflict, Finding, Refused
from blue_cli.stores.base import Store

DOUBTS = frozenset({"near-miss-marker", "invalid-ref-type", "dangling-ref", "ambiguous-ref"})
"""Rules by which something that was meant is lost: where they only warn, the author is asked once more nevertheless."""


class Kept(NamedTuple):
    """What an answer has become: its file, what it brought by kind, and the dialogue with it in it."""

    path: str
    brought: Mapping[str, int]
    graph: Graph
    warnings: tuple[Finding, ...]


class Taken(NamedTuple):
    """What became of an answer: `kept`, or `findings` to send back. `conflict`: somebody else has written in between."""

    kept: Kept | None
    findings: tuple[Finding, ...] = ()
    conflict: Conflict | None = None


def contribute(store: Store, uid: str, expert: str, round: int, data: bytes, now: datetime, last: bool) -> Taken:
    """Add an answer to a round. With `last` nobody can be asked again, and doubts do not keep it out. Raises what a store does."""
    name = f"{expert}.md"
    answer = answers.read(name, expert, data)
    if answer.problems:
        return Taken(None, tuple(graded(f) for f in answer.problems))
    draft, wish = [Draft(name, answer.data)], Wish(expert, round, if_absent=True)
    try:
        if not last:
            tried = add(store, uid, draft, wish._replace(dry_run=True), now)
            doubts = (*_doubts(tried), *_unscored(tried.graph, expert, round, name))
            if doubts:
                return Taken(None, doubts)
        added = add(store, uid, draft, wish, now)
        return Taken(Kept(added.files[0].path, brought(added.graph, added.files[0].path), added.graph, added.warnings))
    except Refused as refused:
        return Taken(None, refused.findings)
    except Conflict as conflict:
        return Taken(None, (), conflict)


def decide(store: Store, uid: str, data: bytes, now: datetime) -> Taken:
    """Make an answer of the judge the final verdict. Raises what a store does."""
    name = "verdict.md"
    answer = answers.read(name, JUDGE, data)
    if answer.problems:
        return Taken(None, tuple(graded(f) for f in answer.problems))
    try:
        given = give(store, uid, Draft(name, answer.data), Verdict(kind=FINAL, author=JUDGE, if_absent=True), now)
    except Refused as refused:
        return Taken(None, refused.findings)
    except Conflict as conflict:
        return Taken(None, (), conflict)
    return Taken(Kept(given.verdict.path, {}, given.graph, given.warnings))


def _doubts(tried: Added) -> tuple[Finding, ...]:
    return tuple(f for f in tried.warnings if f.rule in DOUBTS)


def _unscored(graph: Graph, expert: str, round: int, name: str) -> tuple[Finding, ...]:
    """Experts whom the judge has not scored in a round in which they wrote."""
    if expert != JUDGE:
        return ()
    given = scores(graph.sources).by_round.get(round, {})
    silent = [slug for slug in graph.writers.get(round, ()) if slug not in given and slug != JUDGE]
    if not silent:
        return ()
    fix = f"in the front matter: scores: {{{silent[0]}: {{W: …, C: …, T: …, R: …}}, …}}"
    return (graded(Finding("missing-field", f"no score of {', '.join(silent)}", name, 1, 1, severity=WARNING, fix=fix)),)


def brought(graph: Graph, path: str) -> dict[str, int]:
    """How many things of each kind a file holds, by the kind's name; kinds of which it has none are left out."""
    counts: dict[str, int] = {}
    for entity in graph.entities.values():
        if entity.path == path:
            name = KIND_NAMES[entity.kind]
            counts[name] = counts.get(name, 0) + 1
    refs = sum(1 for ref in graph.refs if ref.path == path)
    return {**counts, "refs": refs} if refs else counts
