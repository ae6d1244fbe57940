"""The report page's cards: each entity with its life and what was said about it, and each expert with what they brought. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.grammar import KIND_NAMES, KIND_WORD, UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.links import AGAINST, ANSWER, FOR, Link, Links, Words
from blue_cli.dialogue.model import Entity, Event, Expert, Standing
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.scores import Score
from blue_cli.views.report_names import Linked, Names
from blue_cli.views.text import cut
from blue_cli.views.why import label_of, relation

EXCERPT = 300  # characters of an entity's own text on its card: the whole is in its round
SAID = 160  # characters of what was said about it: the whole is in its round
SIGNS = {FOR: "+", AGAINST: "−", ANSWER: "=", "change": "~"}
_EVENTS = {("T", "opened"): "raised", ("T", "proposed"): "resolution proposed", ("P", "opened"): "said"}  # as people say it
_LINK = pattern(r"!?\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)")


class Happened(NamedTuple):
    """One line of a life: what, in which round, by whom, by means of what, and where it is written."""

    word: str
    round: int
    by: Sequence[Linked]
    cause: Linked | None
    place: Linked
    note: str = ""


class Bearing(NamedTuple):
    """Something that speaks to another: how (sign and words), what it is, who said it, in their words."""

    side: str
    sign: str
    words: str
    other: Linked
    by: Linked | None
    said: str
    label: str


class Card(NamedTuple):
    """An entity as it is shown. `id` is its DOM id, `shown` what it is called, `letter` and `kind` what it is."""

    id: str
    shown: str
    letter: str
    kind: str
    status: str
    label: str
    experts: Sequence[str]
    by: Sequence[Linked]
    round: int
    excerpt: str
    text: str
    place: Linked
    life: Sequence[Happened]
    bearings: Sequence[Bearing]
    merged: Linked | None
    waiting: Sequence[str]
    judge_word: str


class Person(NamedTuple):
    """An expert: what is known of them, what they brought, what they wrote, how they were scored."""

    id: str
    slug: str
    expert: Expert
    wrote: Sequence[tuple[int, str]]
    brought: Sequence[tuple[str, Sequence[Linked]]]
    score: Score | None


class Cards:
    """Makes the cards of one dialogue."""

    def __init__(self, links: Links, names: Names) -> None:
        self._links = links
        self._graph = links.graph
        self._names = names
        self._words = Words(links.graph)
        self._sources = {s.path: s for s in links.graph.sources.files}

    def of_kind(self, letter: str) -> list[Card]:
        """The cards of this kind: what is not settled first, what does not count last, each by id."""
        found = list(self._graph.of_kind(letter))
        found.sort(key=lambda pair: (_turn(pair[1].status), pair[0].round, pair[0].id, pair[0].canonical))
        return [self.card(e, s) for e, s in found]

    def card(self, entity: Entity, where: Standing) -> Card:
        """One entity."""
        names, name = self._names, entity.canonical
        text = self._text(entity)
        return Card(
            names.id(name),
            self._names.shown(name),
            entity.kind,
            KIND_WORD[entity.kind],
            where.status,
            label_of(self._graph, name) if entity.stance else entity.label or cut(text, 80),
            where.contributors,
            [names.expert(slug) for slug in where.contributors],
            entity.round,
            _excerpt(text),
            " ".join(text.split()),
            names.place(entity.path, entity.line),
            [self._happened(entity.kind, event) for event in where.events],
            [*self._bearings(name)],
            names.link(where.merged_into) if where.merged_into else None,
            _waiting(where),
            where.judge_word or "",
        )

    def _text(self, entity: Entity) -> str:
        """An entity's own words, without markers."""
        source = self._sources.get(entity.path)
        if source is None:
            return ""
        parts, at = [], entity.start
        for mark in source.marks:
            if entity.start <= mark.pos < entity.end:
                parts.append(source.text[at : mark.pos])
                at = max(at, mark.end)
        said = " ".join([*parts, source.text[at : entity.end]]).strip(" \n*")
        return said.removeprefix(entity.label).lstrip(" :—-\n*") if entity.label else said

    def _happened(self, kind: str, event: Event) -> Happened:
        names = self._names
        cause = names.link(event.reference) if event.reference and event.reference[0] != "@" else None
        by = [names.expert(slug) for slug in event.actors]
        note = f"the whole panel, as proposed in round {event.confirms}" if event.confirms is not None else ""
        place = names.place(event.path, event.line)
        return Happened(_EVENTS.get((kind, event.type), event.type), event.round, by, cause, place, note)

    def _bearings(self, name: str) -> Iterator[Bearing]:
        """What was said about it, then what it says itself; each pair and word once."""
        seen: set[tuple[str, str, bool]] = set()
        for out, links in ((False, self._links.into.get(name, ())), (True, self._links.out.get(name, ()))):
            for link in links:
                other = link.target if out else link.source
                if (other, link.type, out) not in seen:
                    seen.add((other, link.type, out))
                    yield self._bearing(link, other, out)

    def _bearing(self, link: Link, other: str, out: bool) -> Bearing:
        entity = self._graph.entities.get(other)
        label = label_of(self._graph, other) if entity else ""
        by = None if out or other[0] == "@" or not link.author else self._names.expert(link.author)
        words = _OUTWARD.get(link.type, link.type) if out else _INWARD.get(link.type) or relation(link, False)
        said = "" if out else cut(self._words.said(link), SAID)  # what it says itself stands on its own card
        return Bearing(link.side, SIGNS[link.side], words, self._names.link(other), by, said, label)


_INWARD = {"depend": "needed by"}
_OUTWARD = {
    "depend": "depends on", "support": "supports", "oppose": "opposes", "question": "questions", "refine": "refines",
    "address": "addresses", "resolve": "resolves", "reopen": "reopens", "merged": "took in", "challenge": "challenges",
    "defend": "defends", "concede": "concedes", "bridge": "bridges", "approve": "approves", "conditional": "approves on a condition",
    "reject": "rejects", "hold": "holds", "abstain": "abstains on", "resolved": "settles", "adopted": "adopts",
}  # fmt: skip


def _turn(status: str) -> int:
    return 0 if status in UNSETTLED else 2 if status == "raised" else 1


def _excerpt(text: str) -> str:
    """The beginning of a text as plain words, cut between them: code and tables are in its round."""
    lines, fence = [], False
    for line in text[: 8 * EXCERPT].split("\n"):
        line = line.strip()
        fence ^= line.startswith(("```", "~~~"))
        if not fence and not line.startswith(("```", "~~~", "|")):
            lines.append(_LINK.sub(r"\1", line.lstrip("#>-+* ")))
    plain = " ".join(" ".join(lines).replace("**", "").replace("`", "").replace("*", "").split())
    return plain if len(plain) <= EXCERPT else plain[:EXCERPT].rpartition(" ")[0].rstrip(" ,;:.") + "…"


def _waiting(where: Standing) -> Sequence[str]:
    """Whose word a proposed resolution waits for."""
    return [*dict.fromkeys((*where.contributors, JUDGE))] if where.proposed_by else ()


def people(graph: Graph, names: Names, totals: Any) -> list[Person]:
    """The panel in its order, then whoever wrote without being on it."""
    known = {e.slug: e for e in graph.meta.experts}
    writers = dict.fromkeys(s.author for s in graph.sources.files)
    return [_person(graph, names, known.get(slug, Expert(slug)), totals.get(slug)) for slug in dict.fromkeys((*known, *writers))]


def _person(graph: Graph, names: Names, expert: Expert, score: Score | None) -> Person:
    slug = expert.slug
    wrote = [(s.round, f"#round-{s.round}-{slug}") for s in graph.sources.files if s.author == slug]
    mine = [e for e in graph.entities.values() if slug in graph.standing[e.canonical].contributors]
    brought = [(word, [names.link(e.canonical) for e in mine if e.kind == letter]) for letter, word in KIND_NAMES.items()]
    return Person(f"expert-{slug}", slug, expert, wrote, [(word, ids) for word, ids in brought if ids], score)
