"""Markers in the texts of the report page: what they open has its id there, and what they name is linked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from blue_cli.dialogue.grammar import ENTITY, KIND_WORD, STANCE
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.sources import Source
from blue_cli.views.prose import Piece, escape
from blue_cli.views.report_names import Names, text_id

FEW = 6  # words that are looked for one by one
Place = tuple[str, int, int]  # path, line, column


class Marks:
    """What every marker of a dialogue opens and names, by where it stands."""

    def __init__(self, graph: Graph, names: Names) -> None:
        self._graph = graph
        self._names = names
        self._opened: dict[Place, str] = {(e.path, e.line, e.column): name for name, e in graph.entities.items()}
        self._targets: dict[Place, dict[str, str]] = {}
        for ref in graph.refs:
            self._aim((ref.path, ref.line, ref.column), ref.target, ref.written)
        for move in graph.moves:
            self._aim_all((move.path, move.line, move.column), move.targets)
        for rule in graph.rulings:
            self._aim_all((rule.path, rule.line, rule.column), (*rule.targets, rule.into, rule.via))

    def _aim(self, place: Place, target: str | None, written: str = "") -> None:
        if target:
            known = self._targets.setdefault(place, {})
            known[target] = known.get(target) or written

    def _aim_all(self, place: Place, targets: Iterable[str | None]) -> None:
        for target in targets:
            self._aim(place, target)

    def pieces(self, source: Source) -> list[Piece]:
        """The markers of a text as the page shows them, in order."""
        found: list[Piece] = []
        anchor, lines = text_id(source), set[int]()
        for mark in source.marks:
            if mark.pos < source.start or (found and mark.pos < found[-1].end):
                continue
            id = "" if mark.line in lines else f"{anchor}:{mark.line}"
            lines.add(mark.line)
            opened = self._opened.get((source.path, mark.line, mark.column))
            html = self._definition(source, mark, opened, id) if opened else self._act(source, mark, id)
            found.append(Piece(mark.pos, mark.end, html, mark.row.shape in (ENTITY, STANCE)))
        return found

    def _definition(self, source: Source, mark: Mark, name: str, id: str) -> str:
        """Where something is said for the first time: its kind, its id with the link to its card, its words."""
        entity = self._graph.entities[name]
        inside = mark.label if mark.label in source.text[mark.pos : mark.end] else ""  # else the words follow on the line
        label = f' <span class="label">{escape(inside)}</span>' if inside else ""
        link = f'<a class="id" href="{self._names.href(name)}">{escape(self._names.shown(name))}</a>'
        return f'<span class="said{_alone(source, mark)}"{_id(id)}><span class="kind">{KIND_WORD[entity.kind]}</span> {link}{label}</span>'

    def _act(self, source: Source, mark: Mark, id: str) -> str:
        """What somebody does to something: the word, what was written with it, and what it was taken to mean."""
        targets = self._targets.get((source.path, mark.line, mark.column), {})
        words: dict[str, str] = {}
        for name, written in targets.items():
            words |= {word: name for word in (written, self._names.shown(name), name) if word}
        text, named = self._linked(mark.label.strip(" :"), words)
        rest = [self._anchor(name, self._names.link(name).text) for name in targets if name not in named]
        aim = f' <span class="aim">→ {", ".join(rest)}</span>' if rest else ""
        verb = escape(mark.row.word.rpartition(":")[2].lower())
        return f'<span class="act{_alone(source, mark)}"{_id(id)}><span class="verb">{verb}</span>{" " + text if text else ""}{aim}</span>'

    def _linked(self, text: str, words: dict[str, str]) -> tuple[str, set[str]]:
        """A text with links where it names something, and what it names."""
        if not words:
            return escape(text), set()
        named: set[str] = set()
        parts: list[str] = []
        for n, part in enumerate(_split(text, words)):
            if n % 2:
                named.add(words[part])
                parts.append(self._anchor(words[part], part))
            else:
                parts.append(escape(part))
        return "".join(parts), named

    def _anchor(self, name: str, text: str) -> str:
        href = self._names.href(name)
        return f'<a class="id" href="{escape(href)}">{escape(text)}</a>' if href else escape(text)


def _split(text: str, words: Iterable[str]) -> Iterable[str]:
    """A text cut at these words, which are every second part; where several begin, the longest counts."""
    ordered = sorted(words, key=len, reverse=True)
    if len(ordered) > FEW:
        yield from re.split("(" + "|".join(map(re.escape, ordered)) + ")", text)
        return
    at = 0  # a pattern of its own for every marker would cost more than all the rest
    while found := [(place, n) for n, word in enumerate(ordered) if (place := text.find(word, at)) >= 0]:
        place, n = min(found)
        yield from (text[at:place], ordered[n])
        at = place + len(ordered[n])
    yield text[at:]


def _alone(source: Source, mark: Mark) -> str:
    """The class of a marker after which nothing follows on its line: it is set as a line of its own."""
    stop = source.text.find("\n", mark.end)
    after = source.text[mark.end : stop if stop >= 0 else len(source.text)]
    before = source.text[source.text.rfind("\n", 0, mark.pos) + 1 : mark.pos]
    return "" if after.strip(" \t*_:") or before.strip(" \t*_#-+") else " alone"


def _id(id: str) -> str:
    return f' id="{escape(id)}"' if id else ""
