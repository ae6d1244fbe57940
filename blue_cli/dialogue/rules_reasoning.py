"""Advice on the reasoning: what a careful reader would ask about, although every file is as it should be.

Each rule speaks only where something can still be done about it, and only of what somebody has written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import open_after
from blue_cli.dialogue.grammar import UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, JUDGE
from blue_cli.dialogue.model import Ref
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.places import Case, on
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Finding

FIRST_ROUNDS = 1  # unanimity up to this round, counted from 0, is fast
_SIDES = {"support": 1, "oppose": -1}
_STANCES = {"approve": 1, "reject": -1}  # the others take no side
_SIDE_WORD = {1: "for", -1: "against"}
_GIVEN_UP = frozenset({"rejected", "withdrawn", "conceded", "merged", "refuted", "refined", "amended"})
_DOUBTS = frozenset({"oppose", "question", "reopen"})
_BRACKETS = pattern(r"\[[^\]\n]*\]")
_EVIDENCE_ID = pattern(r"E[0-9]{2,}")


class _Said(NamedTuple):
    """One taking of sides: by whom, on what, in which round, +1 or -1, where, and whether an entity's text stands behind it."""

    author: str
    target: str
    round: int
    side: int
    path: str
    line: int
    column: int
    entity: bool


def _sides(graph: Graph) -> Iterator[list[_Said]]:
    """Everything that one expert has said for or against one thing, by round, where it is more than once."""
    found: dict[tuple[str, str], list[_Said]] = {}
    for ref in graph.refs:
        side = _SIDES.get(ref.type)
        if side and ref.target and ref.author != JUDGE and not ref.source.startswith("verdict/"):
            said = _Said(ref.author, ref.target, ref.round, side, ref.path, ref.line, ref.column, ref.source in graph.entities)
            found.setdefault((ref.author, ref.target), []).append(said)
    for name, target in graph.abouts.items():
        stance = graph.entities[name]
        side = _STANCES.get(stance.stance[0].lower()) if stance.stance else None
        if side and stance.author != JUDGE:
            said = _Said(stance.author, target, stance.round, side, stance.path, stance.line, stance.column, False)
            found.setdefault((stance.author, target), []).append(said)
    for many in found.values():
        if len(many) > 1:
            yield sorted(many, key=lambda s: (s.round, s.path, s.line, s.column))


# --- one expert, two sides ---------------------------------------------------------------------------------------


def sides(case: Case) -> Iterator[Finding]:
    """`contradiction` in one round, `unexplained-flip` from one to the next."""
    for many in _sides(case.graph):
        if len({said.side for said in many}) > 1:
            yield from _contradictions(case, many)
            yield from _flips(case, many)


def _contradictions(case: Case, many: list[_Said]) -> Iterator[Finding]:
    for round in sorted({said.round for said in many}):
        here = [said for said in many if said.round == round]
        other = next((said for said in here if said.side != here[0].side), None)
        if other:
            shown = case.graph.shown(other.target)
            message = f"{other.author} speaks for {shown} and against it in round {round}"
            yield _at(case, "contradiction", message, other, shown, (f"{here[0].path}:{here[0].line}",))


def _flips(case: Case, many: list[_Said]) -> Iterator[Finding]:
    rounds = sorted({said.round for said in many})
    plain = {r: [said for said in many if said.round == r] for r in rounds}
    last: _Said | None = None
    for round in rounds:
        here = plain[round]
        if len({said.side for said in here}) > 1:
            last = None  # a contradiction is told as such, and is no side to turn from
            continue
        if last and last.side != here[0].side and not _explained(case, last.round, here):
            shown = case.graph.shown(here[0].target)
            message = f"{last.author} was {_SIDE_WORD[last.side]} {shown} in round {last.round}, and is {_SIDE_WORD[here[0].side]} it now"
            yield _at(case, "unexplained-flip", message, here[0], shown, (f"{last.path}:{last.line}",))
        last = here[0]


def _explained(case: Case, before: int, now: list[_Said]) -> bool:
    """Whether the text says why, or the thing was refined, or its speaker conceded something, since they took the other side."""
    graph, author, target, round = case.graph, now[0].author, now[0].target, now[0].round
    if any(said.entity or _worded(case, said) for said in now):
        return True
    if any(r.type == "refine" and r.target == target and before < r.round <= round for r in graph.refs):
        return True
    return any(m.type == "concede" and m.expert == author and before < m.round <= round for m in graph.moves)


def _worded(case: Case, said: _Said) -> bool:
    """Whether there are words in the marker behind its target, or in its paragraph."""
    at = case.mark_at(said.path, said.line, said.column)
    if at is None:
        return True
    source, mark = at
    begin = source.text.rfind("\n\n", 0, mark.pos) + 2 if "\n\n" in source.text[: mark.pos] else source.start
    end = source.text.find("\n\n", mark.end)
    paragraph = source.text[max(begin, source.start) : end if end >= 0 else len(source.text)]
    return bool(mark.label.partition(":")[2].strip() or re.search(r"\w", _BRACKETS.sub("", paragraph)))


def _at(case: Case, rule: str, message: str, said: _Said, word: str, related: tuple[str, ...]) -> Finding:
    at = case.mark_at(said.path, said.line, said.column)
    if at is None:
        return Finding(rule, message, said.path, said.line, said.column, id=said.target, related=related)
    return on(rule, message, *at, word, id=said.target, related=related)


# --- refs between things ---------------------------------------------------------------------------------------------


def adopted_opposites(case: Case) -> Iterator[Finding]:
    """Two adopted recommendations of which one opposes the other: `contradiction`."""
    graph = case.graph
    for ref in graph.refs:
        if ref.type == "oppose" and _is(graph, ref.source, "R", "adopted") and _is(graph, ref.target, "R", "adopted"):
            message = f"{graph.shown(ref.source)} and {graph.shown(ref.target or '')} are both adopted, and one opposes the other"
            why, fix = "only one of them can be followed", "let the judge reject one, or refine one"
            yield _on_ref(case, "contradiction", message, ref, why, fix)


def refuted(case: Case) -> Iterator[Finding]:
    """What rests directly on refuted evidence and has not been given up."""
    graph = case.graph
    for ref in graph.refs:
        ground, rests = (ref.source, ref.target) if ref.type == "support" else (ref.target, ref.source)
        if ref.type in ("support", "depend") and _is(graph, ground, "E", "refuted"):
            held = graph.standing.get(rests or "")
            if held and held.status not in _GIVEN_UP:
                message = f"{graph.shown(rests or '')} rests on {graph.shown(ground or '')}, which was refuted"
                yield _on_ref(case, "refuted-support", message, ref)


def _is(graph: Graph, name: str | None, kind: str, status: str) -> bool:
    standing = graph.standing.get(name or "")
    return standing is not None and standing.status == status and graph.entities[name or ""].kind == kind


def _on_ref(case: Case, rule: str, message: str, ref: Ref, why: str = "", fix: str = "") -> Finding:
    at = case.mark_at(ref.path, ref.line, ref.column)
    if at is None:
        return Finding(rule, message, ref.path, ref.line, ref.column, why=why, fix=fix, id=ref.target)
    return on(rule, message, *at, ref.written, id=ref.target, why=why, fix=fix)


def orphans(case: Case) -> Iterator[Finding]:
    """Evidence of an earlier round that stands alone, in a dialogue in which other evidence does not.

    Where nobody links evidence it is not this one that lacks something, and of the last round nobody could yet speak.
    """
    graph, last = case.graph, case.graph.last_round or 0
    evidence = [entity for entity, _ in graph.of_kind("E")]
    if len(evidence) < 2 or last == 0:
        return
    linked = {name for ref in graph.refs for name in (ref.source, ref.target)}
    linked |= {name for move in graph.moves for name in (move.source, *move.targets)}
    linked |= {name for ruling in graph.rulings for name in ruling.targets}
    alone = [e for e in evidence if e.canonical not in linked and e.round < last]
    if not alone or len(alone) == len([e for e in evidence if e.round < last]):
        return
    named = _named(case)
    for entity in alone:
        if entity.id not in named and (entity.path, f"E{entity.number:02d}") not in named:
            message = f"nothing refers to {graph.shown(entity.canonical)}, and it refers to nothing"
            yield Finding("orphan-evidence", message, entity.path, entity.line, entity.column, id=entity.canonical)


def _named(case: Case) -> set[str | tuple[str, str]]:
    """Evidence that the prose names: display ids anywhere, local ones in their own file, there besides where they are defined."""
    found: set[str | tuple[str, str]] = set()
    for source in case.graph.sources.files:
        words = _EVIDENCE_ID.findall(source.text, source.start)
        found.update(word for word in words if len(word) > len("E999"))
        found.update((source.path, word) for word in words if words.count(word) > 1)
    return found


# --- convergence -----------------------------------------------------------------------------------------------------


def own_tension(case: Case) -> Iterator[Finding]:
    """An expert whose last word is CONVERGE while a tension that they raised was open, and still is."""
    graph = case.graph
    spoken = {slug: round for round in sorted(graph.writers) for slug in graph.writers[round]}
    signals = {move.expert: move for move in graph.moves if move.type == "converge" and move.round == spoken.get(move.expert)}
    if not signals:
        return
    for entity, where in graph.of_kind("T"):
        unanswered = where.status in UNSETTLED and not where.proposed_by  # to signal is to agree to what is proposed
        for slug in where.contributors if unanswered else ():
            signal = signals.get(slug)
            if signal and entity.round <= signal.round and open_after(graph, entity.canonical, signal.round):
                shown = graph.shown(entity.canonical)
                message = f"{slug} signals that nothing is left to say, and {shown}, which they raised, is {where.status}"
                at = case.mark_at(signal.path, signal.line, signal.column)
                more: dict[str, Any] = {"id": entity.canonical, "related": (f"{entity.path}:{entity.line}",)}
                rule = "converge-with-own-open-tension"
                yield on(rule, message, *at, **more) if at else Finding(rule, message, signal.path, signal.line, signal.column)


def silent(case: Case) -> Iterator[Finding]:
    """Members of the running round's panel who wrote nothing in a round that is over, nor since."""
    graph, last = case.graph, case.graph.last_round
    for slug in graph.panel(last) if last else ():
        wrote = max((round for round, who in graph.writers.items() if slug in who), default=-1)
        missed = [round for round in sorted(graph.writers) if wrote < round < (last or 0) and slug in graph.panel(round)]
        if missed:
            rounds = f"round {missed[0]}" if len(missed) == 1 else f"rounds {', '.join(map(str, missed))}"
            message = f"{slug} is on the panel and wrote nothing in {rounds}, nor since"
            yield _about(case, "silent-expert", message, slug, missed[0])


def _about(case: Case, rule: str, message: str, slug: str, round: int) -> Finding:
    """A finding on an expert's line of `dialogue.md`; in an older dialogue on the panel of a round."""
    if not case.native:
        return Finding(rule, message, f"{FOLDER}{case.graph.meta.id}/round-{round}/panel.json", 1, 1, id=f"@{slug}")
    lines: Iterable[str] = case.blobs.get(DIALOGUE, b"").decode(errors="replace").splitlines()
    named = re.compile(rf"(?<![\w-]){re.escape(slug)}(?![\w-])", re.I)
    for number, line in enumerate(lines, 1):
        match = named.search(line) if line.startswith("- ") else None
        if match:
            return Finding(rule, message, case.about, number, match.start() + 1, number, match.end() + 1, id=f"@{slug}")
    return Finding(rule, message, case.about, 1, 1, id=f"@{slug}")


def unanimity(case: Case) -> Iterator[Finding]:
    """The whole panel signals in one of the first rounds, and until then nobody raised a tension or doubted anything."""
    graph = case.graph
    for round in range(FIRST_ROUNDS + 1):
        panel, signals = graph.panel(round), graph.signals.get(round, ())
        if len(panel) > 1 and all(slug in signals for slug in panel):
            if not _doubted(graph, round):
                signal = next(m for m in graph.moves if m.type == "converge" and m.round == round and m.expert in panel)
                message = f"all {len(panel)} signal in round {round}, and nobody has raised a tension or doubted anything"
                at = case.mark_at(signal.path, signal.line, signal.column)
                yield on("fast-unanimity", message, *at) if at else Finding("fast-unanimity", message, signal.path, signal.line, 1)
            return


def _doubted(graph: Graph, round: int) -> bool:
    return (
        any(e.round <= round and (e.kind == "T" or (e.stance and e.stance[0].lower() == "reject")) for e in graph.entities.values())
        or any(r.type in _DOUBTS and r.round <= round for r in graph.refs)
        or any(m.type == "challenge" and m.round <= round for m in graph.moves)
    )
