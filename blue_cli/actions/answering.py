"""Taking an answer: looked at by the rules that hold for a person's text, added whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from blue_cli.actions.placement import Draft, Wish
from blue_cli.actions.round_add import Added, add, foresee
from blue_cli.actions.verdict_text import Wish as Verdict
from blue_cli.actions.verdicts import Given, give
from blue_cli.dialogue import answers, binding
from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, JUDGE, contribution
from blue_cli.dialogue.rulebook import WARNING, graded
from blue_cli.dialogue.scores import scores
from blue_cli.errors import Conflict, Finding, Refused
from blue_cli.stores.base import Snapshot, Store

DOUBTS = frozenset({"near-miss-marker", "invalid-ref-type", "dangling-ref", "ambiguous-ref"})
"""Rules by which something that was meant is lost: where they only warn, the author is asked once more nevertheless."""

BESIDE = "this cannot stand beside what others have written in this round"


class Kept(NamedTuple):
    """What an answer has become: its file, what it brought by kind, and the dialogue with it in it."""

    path: str
    brought: Mapping[str, int]
    graph: Graph
    warnings: tuple[Finding, ...]


class Taken(NamedTuple):
    """What became of an answer: `kept`, or `findings` to send back, with the `text` whose lines they name. `conflict`: somebody
    else has written in between."""

    kept: Kept | None
    findings: tuple[Finding, ...] = ()
    conflict: Conflict | None = None
    text: bytes = b""


def contribute(store: Store, uid: str, expert: str, round: int, data: bytes, now: datetime, last: bool) -> Taken:
    """Add an answer to a round. With `last` nobody can be asked again, and doubts do not keep it out. Raises what a store does."""
    name = f"{expert}.md"
    answer = answers.read(name, expert, data)
    if answer.problems:
        return Taken(None, tuple(graded(f) for f in answer.problems), text=answer.data)
    drafts, wish = [Draft(name, answer.data)], Wish(expert, round, if_absent=True)

    def weigh(added: Added) -> None:
        found = _doubts(added, expert, round, name)
        if found or _sees_others(added, expert, round):
            raise Refused("there are doubts", found)

    try:
        added = add(store, uid, drafts, wish, now, None if last else weigh)
    except Refused as refused:
        if last or expert == JUDGE:
            return Taken(None, refused.findings, text=answer.data)
        found = _findings(blind(store.load(uid), expert, round), drafts[0], wish, now)
        if found:
            return Taken(None, found, text=answer.data)
        taken = contribute(store, uid, expert, round, data, now, last=True)
        return taken._replace(findings=tuple(map(_veiled, taken.findings)))
    except Conflict as conflict:
        return Taken(None, (), conflict, answer.data)
    path = added.files[0].path
    return Taken(Kept(path, brought(added.graph, path), added.graph, added.warnings), text=answer.data)


def blind(snapshot: Snapshot, expert: str, round: int) -> Snapshot:
    """A dialogue as an expert may see it while a round is under way: without what the others have written in it.

    Findings go back to the expert, and name what they are about: ids, labels, what is near to a word that was misspelt.
    """
    mine = contribution(round, expert)
    theirs = mine[: -len(expert)]
    blobs = {address: data for address, data in snapshot.blobs.items() if not address.startswith(theirs) or address.lower() == mine}
    return Snapshot(snapshot.uid, snapshot.id, blobs, "", snapshot.unread, snapshot.seal)


def _findings(snapshot: Snapshot, draft: Draft, wish: Wish, now: datetime) -> tuple[Finding, ...]:
    """What is wrong with an answer, in this view of the dialogue, and what is doubtful."""
    try:
        return _doubts(foresee(snapshot, [draft], wish, now), wish.expert, wish.round or 0, draft.name)
    except Refused as refused:
        return refused.findings
    except Conflict:
        return ()


def _veiled(finding: Finding) -> Finding:
    """A finding that only arises from what others wrote in the same round, without what they wrote."""
    return Finding(finding.rule, BESIDE, finding.path, finding.line, finding.column, severity=finding.severity)


def _sees_others(added: Added, expert: str, round: int) -> bool:
    """Whether it refers to what others say in the same round: who came late must not be treated otherwise than who came first."""
    if expert == JUDGE:
        return False
    graph = added.graph
    source = next(s for s in graph.sources.files if s.path == added.files[0].path)
    tokens = (token for mark in source.marks for token in binding.tokens(graph, mark))
    targets = (graph.cast.resolver.find(token, source.author, round, {}).target for token in tokens)
    entities = (graph.entities.get(target or "") for target in targets)
    return any(entity is not None and entity.round == round and entity.path != source.path for entity in entities)


def decide(store: Store, uid: str, data: bytes, now: datetime, last: bool) -> Taken:
    """Make an answer of the judge the final verdict; `last` as above. Raises what a store does."""
    name = "verdict.md"
    answer = answers.read(name, JUDGE, data)
    if answer.problems:
        return Taken(None, tuple(graded(f) for f in answer.problems), text=answer.data)

    def weigh(given: Given) -> None:
        found = tuple(f for f in given.warnings if f.rule in DOUBTS)
        if found:
            raise Refused("there are doubts", found)

    wish = Verdict(kind=FINAL, author=JUDGE, if_absent=True)
    try:
        given = give(store, uid, Draft(name, answer.data), wish, now, None if last else weigh)
    except Refused as refused:
        return Taken(None, refused.findings, text=answer.data)
    except Conflict as conflict:
        return Taken(None, (), conflict, answer.data)
    return Taken(Kept(given.verdict.path, {}, given.graph, given.warnings))


def _doubts(added: Added, expert: str, round: int, name: str) -> tuple[Finding, ...]:
    """What would be lost if it were added as it is."""
    return (*(f for f in added.warnings if f.rule in DOUBTS), *_unscored(added.graph, expert, round, name))


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
    """How many things of each kind a file holds, by the kind's name, and of the judge scores and rulings; `signals` is 1 for
    one that signals CONVERGE. Kinds of which it has none are left out."""
    counts: dict[str, int] = {}
    for entity in graph.entities.values():
        if entity.path == path:
            name = KIND_NAMES[entity.kind]
            counts[name] = counts.get(name, 0) + 1
    source = next((s for s in graph.sources.files if s.path == path), None)
    more = {
        "refs": sum(1 for ref in graph.refs if ref.path == path),
        "signals": int(source is not None and source.author in graph.signals.get(source.round, ())),
        "scores": len(scored) if source is not None and isinstance(scored := source.front.get("scores"), dict) else 0,
        "rulings": sum(1 for ruling in graph.rulings if ruling.path == path),
    }
    return counts | {name: n for name, n in more.items() if n}
