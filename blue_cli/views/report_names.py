"""The report page's addresses: what every thing is called in it, and the links between them. Pure.

T0101, MUFFIN-T0101   an entity, by its display id where that is unique
expert-muffin         an expert
round-1               a round; round-1-muffin a contribution, round-1-muffin:14 the marker on its line 14
ruling-01-T0101       a ruling or a score
verdict-final         a verdict
file-tensions         a file of the judge's in an older dialogue
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import split_address
from blue_cli.dialogue.links import PANEL
from blue_cli.dialogue.sources import FOLDER, Source


class Linked(NamedTuple):
    """A word that leads somewhere; `href` is "" where there is nothing to go to."""

    text: str
    href: str = ""


class Names:
    """Ids in the document of one dialogue."""

    def __init__(self, graph: Graph, shown: Collection[str] = ()) -> None:
        """`shown`: files of an older dialogue (names in its folder) that the page has besides."""
        self.graph = graph
        self._ids = {name: e.id if graph.by_id.get(e.id) == name else name for name, e in graph.entities.items()}
        self._words = {**{id: name for id, name in graph.by_id.items() if name in self._ids}, **{name: name for name in self._ids}}
        sources = (*graph.sources.files, *graph.sources.rulings, *graph.sources.verdicts)
        self._texts = {source.path: text_id(source) for source in sources}
        self._texts |= {f"{FOLDER}{graph.meta.id}/{name}": f"file-{name.removesuffix('.md')}" for name in shown}
        self._lines = {(source.path, mark.line) for source in sources for mark in source.marks}
        self._experts = {e.slug for e in graph.meta.experts} | {s.author for s in graph.sources.files}

    def id(self, name: str) -> str:
        """The DOM id of an entity (canonical id), an expert (`@slug`) or a verdict (its address); "" for what has none."""
        if name in self._ids:
            return self._ids[name]
        if name.startswith("verdict/"):
            return f"verdict-{name.partition('/')[2]}"
        return f"expert-{name[1:]}" if name[:1] == "@" and name[1:] in self._experts else ""

    def href(self, name: str) -> str:
        """The link to a thing, "" where there is nothing to go to."""
        id = self.id(name)
        return f"#{id}" if id else ""

    def link(self, name: str) -> Linked:
        """A thing as it is called, with its link."""
        if name == PANEL:
            return Linked("the whole panel")
        return Linked(self.shown(name), self.href(name))

    def shown(self, name: str) -> str:
        """What a thing is called on the page: as everywhere, without the `?` of ids that no file has, which only who writes needs."""
        entity = self.graph.entities.get(name)
        return entity.id if entity else name.removeprefix("@").removeprefix("verdict/")

    def expert(self, slug: str) -> Linked:
        """An expert, with the link to what they contributed."""
        return Linked(slug, self.href(f"@{slug}"))

    def word(self, word: str) -> str:
        """The link for a display or canonical id in running text."""
        name = self._words.get(word)
        return f"#{self._ids[name]}" if name else ""

    def has_text(self, id: str) -> bool:
        """Whether the page has a text of this DOM id."""
        return id in self._texts.values()

    def place(self, path: str, line: int) -> Linked:
        """A place in a file of the dialogue; linked when the page has its text."""
        short = path.removeprefix(f"{FOLDER}{self.graph.meta.id}/")
        text = self._texts.get(path)
        if text is None:
            return Linked(short)
        return Linked(f"{short}:{line}", f"#{text}:{line}" if (path, line) in self._lines else f"#{text}")


def text_id(source: Source) -> str:
    """The DOM id of a text: contribution, ruling or verdict."""
    place = split_address(source.address)
    if place.kind == "contribution":
        return f"round-{place.round}-{source.author}"
    if place.kind == "ruling":
        return f"ruling-{place.round}-{place.name}"
    return f"verdict-text-{place.name}"
