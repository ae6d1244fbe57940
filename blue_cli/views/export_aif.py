"""`export --format aif`: the argument in the Argument Interchange Format, as the JSON of AIFdb has it. Pure.

Information nodes (I) are what was put forward, and never touch each other: between two of them stands an application of a
scheme, inference (RA), conflict (CA) or rephrase (MA) (Chesñevar et al. 2006, "Towards an argument interchange format").
Who said it is told by locutions (L) that illocutions (YA) anchor in what they say, and transitions (TA) from one locution to
the one that takes it up (Reed et al. 2008, "AIF+"; Inference Anchoring Theory). Ids are numbers, as its readers want them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import AGAINST, FOR, PANEL, Link, Links, Words
from blue_cli.views.graphs import Node, Wanted, draw

Document = dict[str, Any]
NOT_CARRIED = (
    "the kind and status of things other than under `blue`, their life, the texts of contributions, moves without a target, "
    "rounds, scores, and whether a verdict stands"
)
_SCHEMES = {"RA": "Default Inference", "CA": "Default Conflict", "MA": "Default Rephrase", "TA": "Default Transition"}
_FORCES = {"RA": "Arguing", "CA": "Disagreeing", "MA": "Restating"}
_REPHRASE = frozenset({"refine", "merged"})
_QUESTIONS, _DOUBTS = "question", "challenge"
_BACKWARDS = frozenset({"depend", "merged"})  # what the target says goes into the scheme, and the source comes out


class _Said(NamedTuple):
    """What is known of a thing in the net: its information node and the locution that put it forward."""

    information: str
    locution: str
    by: str


def aif(graph: Graph) -> Document:
    """The document. `blue` is a member of ours: which node is what, and what the format cannot carry."""
    links = Links(graph)
    net = _Net(graph)
    things = {node.name: net.put_forward(node) for node in draw(links, Wanted(), False).nodes}
    words = Words(graph)
    seen: set[tuple[str, str, str, str]] = set()
    for link in links.all:
        by = _speaker(link)
        key = (link.source, link.type, link.target, by)
        if link.target in things and link.source != link.target and key not in seen:
            seen.add(key)
            net.take_up(link, by, things, words)
    return net.document()


def _speaker(link: Link) -> str:
    return PANEL if link.source == PANEL else link.author or link.source.removeprefix("@")


class _Net:
    """A net under way. Every id is the next number, so that the same dialogue gives the same document."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes: list[Document] = []
        self.edges: list[Document] = []
        self.locutions: list[Document] = []
        self.people: dict[str, str] = {}
        self.things: dict[str, Document] = {}
        self.verbs: dict[str, str] = {}
        self.times = {s.path: s.front.get("created") for s in (*graph.sources.files, *graph.sources.rulings, *graph.sources.verdicts)}
        for member in graph.meta.experts:
            self.person(member.slug)

    def node(self, type: str, text: str, scheme: str = "") -> str:
        """A node; its id."""
        id = str(len(self.nodes) + 1)
        fields = {"nodeID": id, "text": text, "type": type}
        self.nodes.append({**fields, "scheme": scheme} if scheme else fields)
        return id

    def join(self, *ids: str) -> None:
        """Edges from each to the next."""
        for a, b in pairwise(ids):
            self.edges.append({"edgeID": str(len(self.edges) + 1), "fromID": a, "toID": b})

    def person(self, slug: str) -> str:
        """A participant's id."""
        return self.people.setdefault(slug, str(len(self.people) + 1))

    def locution(self, slug: str, text: str, path: str) -> str:
        """A locution of somebody, dated by the file in which it stands; its id."""
        shown = "the whole panel" if slug == PANEL else slug
        id = self.node("L", f"{shown} : {text}")
        created = self.times.get(path)
        self.locutions.append({"nodeID": id, "personID": self.person(slug), "timestamp": str(created or ""), "source": path})
        return id

    def put_forward(self, node: Node) -> _Said:
        """A thing: what it says, asserted by whoever wrote it."""
        text = " ".join(node.label.split()) or node.id
        entity = self.graph.entities.get(node.name)
        path = entity.path if entity else next((s.path for s in self.graph.sources.verdicts if s.address == node.name), "")
        information = self.node("I", text)
        locution = self.locution(node.by, text, path)
        self.join(locution, self.node("YA", "Asserting", "Asserting"), information)
        self.things[information] = {"id": node.id, "canonical_id": node.name, "kind": node.kind, "status": node.status, "round": node.round}
        return _Said(information, locution, node.by)

    def take_up(self, link: Link, by: str, things: Mapping[str, _Said], words: Words) -> None:
        """What was said about a thing: a scheme between two, or only an act of somebody."""
        source, target = things.get(link.source), things[link.target]
        scheme = _scheme(link) if source else ""
        if source and source.by == by:
            locution = source.locution
        else:
            said = " ".join(filter(None, (link.type, self.graph.shown(link.target)))) + (f": {text}" if (text := words.said(link)) else "")
            locution = self.locution(by, said, link.path)
        transition = self.node("TA", _SCHEMES["TA"], _SCHEMES["TA"])
        self.join(target.locution, transition, locution)
        self.verbs[transition] = link.type
        if source and scheme:
            first, last = (target, source) if link.type in _BACKWARDS else (source, target)
            between = self.node(scheme, _SCHEMES[scheme], _SCHEMES[scheme])
            self.verbs[between] = link.type
            self.join(first.information, between, last.information)
            self.join(transition, self.node("YA", _FORCES[scheme], _FORCES[scheme]), between)
        elif not source or source.by != by:
            force = _force(link)
            self.join(locution, self.node("YA", force, force), target.information)

    def document(self) -> Document:
        """The net as AIFdb's JSON."""
        names = {PANEL: "the whole panel"}
        return {
            "nodes": self.nodes,
            "edges": self.edges,
            "schemefulfillments": [],
            "descriptorfulfillments": [],
            "cqdescriptorfulfillments": [],
            "participants": [
                {"participantID": id, "firstname": names.get(slug, slug), "surname": ""} for slug, id in self.people.items()
            ],
            "locutions": self.locutions,
            "blue": {
                "format": "blue/aif@1",
                "dialogue": self.graph.meta.id,
                "title": self.graph.meta.title,
                "question": self.graph.meta.question,
                "complete": self.graph.complete,
                "not_carried": NOT_CARRIED,
                "things": self.things,
                "verbs": self.verbs,
            },
        }


def _scheme(link: Link) -> str:
    """The scheme of something said by one thing about another; none for an answer, which is only a turn of the dialogue."""
    if link.type in _REPHRASE:
        return "MA"
    return {FOR: "RA", AGAINST: "CA"}.get(link.side, "")


def _force(link: Link) -> str:
    """What somebody does by saying it about a thing without a thing of their own."""
    if link.type == _QUESTIONS:
        return "Questioning"
    if link.type == _DOUBTS:
        return "Challenging"
    return {FOR: "Agreeing", AGAINST: "Disagreeing"}.get(link.side, "Default Illocuting")
