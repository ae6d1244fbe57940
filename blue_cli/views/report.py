"""`blue report`: a whole dialogue as one HTML page that needs neither blue nor the repository. Pure; every word is untrusted.

The same files give the same page: no clock, no absolute path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import blockers, measure, status
from blue_cli.dialogue.grammar import KIND_WORD
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import Links
from blue_cli.dialogue.scoreboard import board
from blue_cli.views import report_course as course
from blue_cli.views.dialogue import held_up, next_step
from blue_cli.views.pages import data, markup, render
from blue_cli.views.report_cards import Card, Cards, people
from blue_cli.views.report_graph import figure
from blue_cli.views.report_grounds import trees
from blue_cli.views.report_names import Linked, Names
from blue_cli.views.report_texts import Given, Texts, kept
from blue_cli.views.status import WORDS
from blue_cli.views.text import cut, sanitize

TEMPLATE = "dialogue.html.j2"
_SHUT = "sealed-unreadable"  # said once already where the seal was left on
SEARCHED = 2000  # characters of an entity's text that the search of the page looks at
TOLD = 12  # findings named one by one
_KINDS = (("R", "Recommendations"), ("P", "Perspectives"), ("E", "Evidence"), ("C", "Claims"), ("S", "Stances"))


class Edition(NamedTuple):
    """How a page was made: of which commit ("" for the files as they are), why parts of it are left out ("" when none), and the
    name of the index beside it ("" when it stands alone)."""

    at: str = ""
    left_out: str = ""
    up: str = ""


TODAY = Edition()


def page(graph: Graph, blobs: Mapping[str, bytes], parts: Mapping[str, str], edition: Edition = TODAY) -> str:
    """The page of one dialogue. `blobs` are the bytes it was read from; `parts` see `pages`. What could not be read is said."""
    names, links, scored = Names(graph, kept(graph, blobs)), Links(graph), board(graph)
    cards, texts = Cards(links, names), Texts(graph, names, blobs)
    tensions, given = cards.of_kind("T"), texts.verdicts()
    others = [(title, cards.of_kind(letter)) for letter, title in _KINDS]
    every = [*tensions, *(card for _, some in others for card in some)]
    drawn = figure(links, names)
    facts = {
        **_dialogue(graph),
        "edition": edition,
        "missing": [*_missing(graph, edition)],
        "verdicts": given,
        "written": texts.kept("verdict.md"),
        "register": texts.kept("tensions.md"),
        "claimed": texts.kept("scoreboard.md"),
        "in_the_way": _in_the_way(graph, names),
        "background": texts.background(),
        "charts": [chart._replace(svg=markup(chart.svg)) for chart in course.charts(scored)],
        "course": course.lines(scored),
        "board": scored,
        "ranking": sorted(scored.totals.items(), key=lambda item: (-item[1].total, item[0])),
        "tensions": tensions,
        "tension_counts": _counts(tensions),
        "figure": drawn._replace(svg=markup(drawn.svg)) if drawn else None,
        "people": people(graph, names, scored.totals),
        "others": [(title, some) for title, some in others if some],
        "rounds": texts.rounds(scored),
        "trees": trees(links, names),
        "names": names,
        "kinds": _kinds(every, given),
        "statuses": sorted({card.status for card in every} | {v.kind for v in given}),
        "experts": sorted({slug for card in every for slug in card.experts}),
        "data": data({"entities": [*map(_searched, every), *map(_decided, given)]}),
    }
    return render(parts, TEMPLATE, facts)


def _dialogue(graph: Graph) -> dict[str, Any]:
    """What is asked, and how far it has come."""
    measured, about = measure(graph), graph.meta
    title = about.title or ("A sealed dialogue" if not graph.complete else about.id)
    return {
        "about": about,
        "title": title,
        "complete": graph.complete,
        "status": status(graph, measured) if graph.complete or about.closed else "unknown",
        "measured": measured,
        "held_up": held_up(measured),
        "next": next_step(graph, measured).removeprefix("next: "),
        "round_count": 0 if graph.last_round is None else graph.last_round + 1,
        "entity_count": len(graph.entities),
    }


def _missing(graph: Graph, edition: Edition) -> Iterator[str]:
    """What a reader must know is not here."""
    if edition.left_out:
        yield edition.left_out
    if not graph.complete:
        yield "Not everything could be read: what would be counted is unknown, and shown as such."
    said = [f for f in graph.sources.findings if not (edition.left_out and f.rule == _SHUT)]
    yield from (f"{finding.path}: {finding.message}" for finding in said[:TOLD])
    if len(said) > TOLD:
        yield f"and {len(said) - TOLD} more: blue check names them all"


def _in_the_way(graph: Graph, names: Names) -> list[tuple[str, Linked, str]]:
    """What keeps it from converging: in words, what it is, its label."""
    found = []
    for blocker in blockers(graph, measure(graph)):
        entity = graph.entities.get(blocker.name)
        thing = names.link(blocker.name) if entity else names.expert(blocker.name)
        found.append((WORDS[blocker.what], thing, entity.label if entity else ""))
    return found


def _counts(cards: Sequence[Card]) -> list[tuple[str, int]]:
    """How many have each status, most first."""
    counts: dict[str, int] = {}
    for card in cards:
        counts[card.status] = counts.get(card.status, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _kinds(cards: Sequence[Card], given: Sequence[Given]) -> list[str]:
    there = {card.kind for card in cards}
    return [*(word for word in KIND_WORD.values() if word in there), *(["verdict"] if given else [])]


# --- what the page's search looks at -------------------------------------------------------------------------------


def _searched(card: Card) -> dict[str, Any]:
    return {
        "id": card.id, "kind": card.kind, "label": sanitize(card.label), "status": card.status, "experts": list(card.experts),
        "round": card.round, **_words(card),
    }  # fmt: skip


def _words(card: Card) -> dict[str, str]:
    """Its text; `more` is what follows its excerpt, where the card shows how it begins. The script puts them together."""
    begun, text = card.excerpt.removesuffix("…"), cut(card.text, SEARCHED)
    return {"more": sanitize(text.removeprefix(begun))} if begun and text.startswith(begun) else {"text": sanitize(text)}


def _decided(given: Given) -> dict[str, Any]:
    return {
        "id": given.dom, "kind": "verdict", "label": sanitize(given.recommendation), "status": given.kind, "experts": [given.author],
        "round": given.round, "text": sanitize(" ".join(given.conditions)),
    }  # fmt: skip
