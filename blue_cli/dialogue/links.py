"""What was said about what: refs, moves, rulings and stances as one kind of edge, each on a side.

A merged tension or perspective is the one it was merged into: what was said about it counts there (FORMAT.md, section 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.model import new
from blue_cli.dialogue.sources import Source

FOR, AGAINST, ANSWER, CHANGE = "for", "against", "answer", "change"
SIDES: dict[str, str] = {
    "support": FOR, "depend": FOR, "defend": FOR, "adopted": FOR, "confirmed": FOR, "approve": FOR, "conditional": FOR,
    "oppose": AGAINST, "question": AGAINST, "challenge": AGAINST, "rejected": AGAINST, "refuted": AGAINST, "reject": AGAINST,
    "address": ANSWER, "resolve": ANSWER, "reopen": ANSWER, "resolved": ANSWER, "accepted": ANSWER, "reopened": ANSWER,
}  # fmt: skip
ORDER = (FOR, AGAINST, ANSWER, CHANGE)
DOUBTS = frozenset({"oppose", "question", "challenge"})  # what wants an answer
PANEL = "@"  # the source of what the whole panel decided together


class Link(NamedTuple):
    """Something said about an entity.

    `source` is a canonical id, `@slug` where no entity says it, a verdict's address, or PANEL; `target` is a canonical id.
    `author` is who said it, `said` what they said with it ("" for refs: `Words` finds it).
    """

    source: str
    type: str
    side: str
    target: str
    author: str
    round: int
    path: str
    line: int
    column: int = 0
    said: str = ""


class Links:
    """All links of a dialogue, by either end. Built once a question."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.all: list[Link] = [*_refs(graph), *_moves(graph), *_rulings(graph), *_stances(graph), *_settled(graph)]
        self.into: dict[str, list[Link]] = {}
        self.out: dict[str, list[Link]] = {}
        for link in self.all:
            self.into.setdefault(link.target, []).append(link)
            self.out.setdefault(link.source, []).append(link)
        self._aimed = _aimed(self.all)

    def unanswered(self, link: Link) -> bool:
        """Whether this is a doubt that nobody but its author has answered, in its own or a later round.

        Supporting, refining, defending or conceding the opposing argument is an answer; and so, since an argument may
        have no id of its own to aim at, is defending, refining or conceding what it opposes. Supporting what it
        opposes is one only where there is no such id, and in a later round: experts of one round have not seen each
        other, and what they support in it was no answer.
        """
        if link.type not in DOUBTS or link.source.startswith("verdict/"):  # a decision is no argument
            return False
        aims = [((link.target, False), link.round)]
        if link.source in self.graph.entities:
            aims += [((link.source, False), link.round), ((link.source, True), link.round)]
        else:
            aims.append(((link.target, True), link.round + 1))
        return not any(
            author != link.author and round >= since for aim, since in aims for author, round in self._aimed.get(aim, {}).items()
        )


def _aimed(links: list[Link]) -> dict[tuple[str, bool], dict[str, int]]:
    """(what was answered for, whether by support) → author → the last round in which they did."""
    aimed: dict[tuple[str, bool], dict[str, int]] = {}
    for link in links:
        if link.type in ("support", "refine", "defend", "concede"):
            rounds = aimed.setdefault((link.target, link.type == "support"), {})
            rounds[link.author] = max(link.round, rounds.get(link.author, 0))
    return aimed


def whole(graph: Graph, name: str) -> str:
    """What an entity became part of when it was merged, over any number of mergers; else itself."""
    if graph.standing[name].merged_into is None:
        return name
    seen = {name}
    while (where := graph.standing.get(name)) and where.merged_into and where.merged_into not in seen:
        name = where.merged_into
        seen.add(name)
    return name


def _refs(graph: Graph) -> Iterator[Link]:
    for ref in graph.refs:
        if ref.target and ref.target in graph.entities and ref.target != ref.source:
            side = SIDES.get(ref.type, CHANGE)
            target = whole(graph, ref.target)
            yield new(Link, (ref.source, ref.type, side, target, ref.author, ref.round, ref.path, ref.line, ref.column, ""))


def _moves(graph: Graph) -> Iterator[Link]:
    for move in graph.moves:
        source = move.source or "@" + move.expert
        for target in move.targets:
            if target in graph.entities and move.type != "request" and target != source:
                side = _conceded(graph, target, move.expert) if move.type == "concede" else SIDES.get(move.type, CHANGE)
                place = (move.round, move.path, move.line, move.column)
                yield Link(source, move.type, side, whole(graph, target), move.expert, *place, move.text)


def _conceded(graph: Graph, target: str, who: str) -> str:
    """Taking back what one said speaks against it, granting what another said for it; a tension is answered."""
    if graph.entities[target].kind == "T":
        return ANSWER
    return AGAINST if who in graph.standing[target].contributors else FOR


def _rulings(graph: Graph) -> Iterator[Link]:
    """The judge's rulings; what anybody else wrote in their form had no effect."""
    for rule in graph.rulings:
        for target in rule.targets if rule.author == JUDGE else ():
            source = rule.into or rule.via or "@" + JUDGE
            if target in graph.entities and source != target:
                side = SIDES.get(rule.type, CHANGE)
                yield Link(source, rule.type, side, target, JUDGE, rule.round, rule.path, rule.line, rule.column, rule.reason)


def _stances(graph: Graph) -> Iterator[Link]:
    for name, target in graph.abouts.items():
        entity = graph.entities.get(name)
        if entity and entity.stance and target in graph.entities:
            word = entity.stance[0].lower()
            yield Link(name, word, SIDES.get(word, CHANGE), target, entity.author, entity.round, entity.path, entity.line)


def _settled(graph: Graph) -> Iterator[Link]:
    """What settled a tension and was said by no ref or ruling: the whole panel's signal, or a row of an older judge's register."""
    texts = {source.path for source in (*graph.sources.files, *graph.sources.rulings)}
    for entity, where in graph.of_kind("T"):
        for event in where.events:
            if event.confirms is not None:
                yield Link(PANEL, event.type, ANSWER, entity.canonical, "", event.round, event.path, event.line)
            elif event.type in SIDES and event.actors == (JUDGE,) and event.path not in texts:
                yield Link("@" + JUDGE, event.type, ANSWER, entity.canonical, JUDGE, event.round, event.path, event.line)


class Words:
    """What was said along with a ref: the text after its colon, else the rest of its line."""

    def __init__(self, graph: Graph) -> None:
        self._sources = {s.path: s for s in (*graph.sources.files, *graph.sources.rulings, *graph.sources.verdicts)}
        self._marks: dict[str, Mapping[tuple[int, int], Mark]] = {}

    def said(self, link: Link) -> str:
        """The words of a link, on one line; "" when there are none."""
        if link.said or link.path not in self._sources:
            return " ".join(link.said.split())
        source = self._sources[link.path]
        if link.path not in self._marks:
            self._marks[link.path] = {(mark.line, mark.column): mark for mark in source.marks}
        mark = self._marks[link.path].get((link.line, link.column))
        return _said(source, mark) if mark else ""


def _said(source: Source, mark: Mark) -> str:
    reason = mark.label.partition(":")[2]
    if not reason.strip():
        line_end = source.text.find("\n", mark.end)
        reason = source.text[mark.end : line_end if line_end >= 0 else len(source.text)].partition("[")[0].strip(" :*\r")
    return " ".join(reason.split())
