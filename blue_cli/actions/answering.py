"""Taking an answer: looked at by the rules that hold for a person's text, added whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from blue_cli.actions.placement import Draft, Wish
from blue_cli.actions.round_add import Added, add, foresee
from blue_cli.actions.verdict_text import Wish as Verdict
from blue_cli.actions.verdicts import give
from blue_cli.dialogue import answers, binding, document, frontmatter
from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, JUDGE, contribution, local
from blue_cli.dialogue.rulebook import WARNING, graded
from blue_cli.dialogue.scores import scores
from blue_cli.errors import Conflict, Finding, Refused
from blue_cli.stores.base import Snapshot, Store

DOUBTS = frozenset({"near-miss-marker", "invalid-ref-type", "dangling-ref", "ambiguous-ref"})
"""Rules by which something that was meant is lost: where they only warn, the author is asked once more nevertheless."""

FRONT = "its first line is the first of the answer, `---`, without a fence"
SCORE = f"score everybody in the front matter, as shown under: What you write now; {FRONT}"
UNDECIDED = "the verdict does not say what is decided"
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
    """Add an answer to a round. With `last` nobody can be asked again, and doubts do not keep it out. Raises what a store does.

    Whether it is taken, and what is said of it, does not depend on what others have written in the round by then.
    """
    name = f"{expert}.md"
    answer = answers.read(name, expert, data)
    if answer.problems:
        return Taken(None, tuple(graded(f) for f in answer.problems), text=answer.data)
    draft, wish = Draft(name, answer.data), Wish(expert, round, if_absent=True)

    def weigh(added: Added) -> None:
        found = _idle(added, expert, name) if last else _doubts(added, expert, round, name)
        if found or _unseen(added, expert, round):
            raise Refused("there are doubts", found)

    try:
        return _added(store, uid, draft, wish, now, weigh)
    except Refused as refused:
        if expert == JUDGE or (last and refused.findings):
            return Taken(None, refused.findings, text=answer.data)
    found = _findings(blind(store.load(uid), expert, round), draft, wish, now, last)
    if found:
        return Taken(None, found, text=answer.data)
    try:
        return _added(store, uid, draft, wish, now)
    except Refused as refused:
        return Taken(None, tuple(map(_veiled, refused.findings)), text=answer.data)


def _added(
    store: Store, uid: str, draft: Draft, wish: Wish, now: datetime, weigh: Callable[[Added], None] | None = None
) -> Taken:
    try:
        added = add(store, uid, [draft], wish, now, weigh)
    except Conflict as conflict:
        return Taken(None, (), conflict, draft.data)
    path = added.files[0].path
    return Taken(Kept(path, brought(added.graph, path), added.graph, _in_file(added, draft)), text=draft.data)


def _in_file(added: Added, draft: Draft) -> tuple[Finding, ...]:
    """The warnings about an answer that was added, where it lies now: nobody has the draft, and the front matter is another."""
    source = next((s for s in added.graph.sources.files if s.path == added.files[0].path), None)
    body = document.read(draft.data).start_line
    if source is None:
        return added.warnings
    moved = source.line - body
    return tuple(
        f._replace(path=source.path, line=f.line + moved if f.line >= body else 1) if f.path == draft.name else f for f in added.warnings
    )


def blind(snapshot: Snapshot, expert: str, round: int) -> Snapshot:
    """A dialogue as an expert may see it while a round is under way: without what the others have written in it.

    Findings go back to the expert, and name what they are about: ids, labels, what is near to a word that was misspelt.
    """
    mine = contribution(round, expert)
    theirs = mine[: -len(expert)]
    blobs = {address: data for address, data in snapshot.blobs.items() if not address.startswith(theirs) or address.lower() == mine}
    return Snapshot(snapshot.uid, snapshot.id, blobs, "", snapshot.unread, snapshot.seal)


def _findings(snapshot: Snapshot, draft: Draft, wish: Wish, now: datetime, last: bool) -> tuple[Finding, ...]:
    """What is wrong with an answer, in this view of the dialogue, and (unless it is the last try) what is doubtful."""
    try:
        added = foresee(snapshot, [draft], wish, now)
    except Refused as refused:
        return refused.findings
    except Conflict:
        return ()
    guessed = _guessed(added, draft, wish)
    return guessed if last else (*_doubts(added, wish.expert, wish.round or 0, draft.name), *guessed)


def _veiled(finding: Finding) -> Finding:
    """A finding that only arises from what others wrote in the same round, without what they wrote."""
    return Finding(finding.rule, BESIDE, finding.path, finding.line, finding.column, severity=finding.severity)


def _unseen(added: Added, expert: str, round: int) -> list[tuple[str, str]]:
    """Words in an answer that can only be guesses, with the local id of what they mean where that is its own: what others say in
    the same round nobody has seen, and the display id of something new depends on who comes first."""
    if expert == JUDGE:
        return []
    graph, found = added.graph, []
    source = next(s for s in graph.sources.files if s.path == added.files[0].path)
    for token in (token for mark in source.marks for token in binding.tokens(graph, mark)):
        entity = graph.entities.get(graph.cast.resolver.find(token, source.author, round, {}).target or "")
        if entity is not None and entity.round == round and (entity.path != source.path or token.form == "display"):
            found.append((token.written, local(entity.kind, entity.number) if entity.path == source.path else ""))
    return found


def _guessed(added: Added, draft: Draft, wish: Wish) -> tuple[Finding, ...]:
    """Its own things that an answer names by an id that they do not have yet."""
    lines = draft.data.decode().split("\n")
    found = []
    for word, own in _unseen(added, wish.expert, wish.round or 0):
        line = next((number for number, text in enumerate(lines, 1) if word in text), 1)
        message = f"{word}: what you write now has no such id before it is added"
        found.append(graded(Finding("dangling-ref", message, draft.name, line, 1, fix=f"write {own}" if own else "")))
    return tuple(found)


def decide(store: Store, uid: str, data: bytes, now: datetime) -> Taken:
    """Make an answer of the judge the final verdict. Raises what a store does."""
    name = "verdict.md"
    answer = answers.read(name, JUDGE, data)
    if answer.problems:
        return Taken(None, tuple(graded(f) for f in answer.problems), text=answer.data)
    if not _recommends(answer.data):
        fix = 'in the front matter, recommendation: "what is decided, in one line"'
        return Taken(None, (graded(Finding("missing-field", UNDECIDED, name, 1, 1, fix=fix)),), text=answer.data)
    try:
        given = give(store, uid, Draft(name, answer.data), Verdict(kind=FINAL, author=JUDGE, if_absent=True), now)
    except Refused as refused:
        return Taken(None, refused.findings, text=answer.data)
    except Conflict as conflict:
        return Taken(None, (), conflict, answer.data)
    return Taken(Kept(given.verdict.path, {}, given.graph, given.warnings))


def _recommends(data: bytes) -> bool:
    """Whether a text says what is decided. A person may leave that to the reasons; an apology would become a verdict."""
    front, problems = frontmatter.read(document.read(data).front or "")
    return bool(problems or front.get("recommendation"))  # what is wrong with the front matter is found where it is read


def _idle(added: Added, expert: str, name: str) -> tuple[Finding, ...]:
    """What keeps out a judge's text that neither scores nor rules, as an apology does: with it the round would be over."""
    if expert != JUDGE or brought(added.graph, added.files[0].path):
        return ()
    return (graded(Finding("missing-field", "neither a score nor a ruling: nothing in it counts", name, 1, 1, fix=SCORE)),)


def _doubts(added: Added, expert: str, round: int, name: str) -> tuple[Finding, ...]:
    """What would be lost if it were added as it is."""
    return (*(f for f in added.warnings if f.rule in DOUBTS), *_unscored(added.graph, expert, round, name))


def _unscored(graph: Graph, expert: str, round: int, name: str) -> tuple[Finding, ...]:
    """Experts whom the judge has not scored in a round in which they wrote, and scores of others."""
    if expert != JUDGE:
        return ()
    given, wrote = scores(graph.sources).by_round.get(round, {}), graph.writers.get(round, ())
    strangers = [slug for slug in given if slug not in wrote]
    if strangers:
        message = f"a score of {', '.join(strangers)}, who has not written in round {round}"
        return (graded(Finding("dangling-ref", message, name, 1, 1, severity=WARNING, fix=f"score {', '.join(wrote)}")),)
    silent = [slug for slug in wrote if slug not in given]
    if not silent:
        return ()
    fix = f"in the front matter: scores: {{{silent[0]}: {{W: …, C: …, T: …, R: …}}, …}}; {FRONT}"
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
