"""The report page's texts: each round with what was written in it, and verdicts with their reasons. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue import document
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, FINAL, JUDGE
from blue_cli.dialogue.rules_verdicts import told
from blue_cli.dialogue.scoreboard import Board
from blue_cli.dialogue.scores import Score
from blue_cli.dialogue.sources import Source
from blue_cli.views.pages import markup
from blue_cli.views.prose import Prose
from blue_cli.views.report_marks import Marks
from blue_cli.views.report_names import Linked, Names, text_id
from blue_cli.views.verdicts import Told, tell

_BACKGROUNDS = (DIALOGUE, "file/background.md")  # the second one in older dialogues
KEPT = ("verdict.md", "tensions.md", "scoreboard.md")  # of an older dialogue's judge
_DID = ("resolved", "accepted", "adopted", "key evidence", "key claims", "rests on")


class Text(NamedTuple):
    """A contribution or a ruling. `html` is made of its markdown."""

    id: str
    author: str
    by: Linked
    role: str
    path: str
    html: Any
    signals: bool = False
    score: Score | None = None


class Round(NamedTuple):
    """A round. `sealed` and `silent`: who wrote what is not shown, and who has not written."""

    number: int
    texts: Sequence[Text]
    rulings: Sequence[Text]
    summary: Any
    sealed: Sequence[str]
    silent: Sequence[str]
    signals: Sequence[str]


class Given(NamedTuple):
    """A verdict as it is shown. `state`: `verdicts.STATES`; `causes`: what made it stale, and where that is written."""

    id: str
    dom: str
    text: str
    kind: str
    state: Sequence[str]
    recommendation: str
    conditions: Sequence[str]
    facts: Sequence[tuple[str, str]]
    supporters: Sequence[Linked]
    by: Linked
    author: str
    round: int
    causes: Sequence[Linked]
    decided: Sequence[tuple[str, Sequence[Linked]]]
    html: Any


def kept(graph: Graph, blobs: Mapping[str, bytes]) -> list[str]:
    """The files of an older dialogue's judge that are there."""
    return [] if graph.meta.native else [name for name in KEPT if f"file/{name}" in blobs]


class Texts:
    """Makes the texts of one dialogue; `blobs` are the bytes it was read from."""

    def __init__(self, graph: Graph, names: Names, blobs: Mapping[str, bytes]) -> None:
        self._graph = graph
        self._names = names
        self._blobs = blobs
        self._marks = Marks(graph, names)
        self._prose = Prose(names.word)
        self._kept = kept(graph, blobs)
        self._roles = {e.slug: e.role for e in graph.meta.experts}

    def _html(self, source: Source) -> Any:
        return markup(self._prose.html(source.text, source.start, pieces=self._marks.pieces(source)))

    def background(self) -> Any:
        """What the panel was told before it began; "" without any."""
        for name in _BACKGROUNDS:
            body = document.read(self._blobs[name]).body.strip() if name in self._blobs else ""
            if body:
                return markup(self._prose.html(body))
        return ""

    def kept(self, name: str) -> Any:
        """A file that the judge of an older dialogue kept beside the rounds, read as text; "" where there is none."""
        data = self._blobs.get(f"file/{name}") if name in self._kept else None
        return markup(self._prose.html(document.read(data).text)) if data is not None else ""

    def rounds(self, board: Board) -> list[Round]:
        """Every round of which there is anything."""
        all = self._graph.sources
        numbers = {s.round for s in (*all.files, *all.rulings)} | {round for round, _ in all.shut}
        scores = {row.state.round: row.scores for row in board.rows}
        return [self._round(number, scores.get(number, {})) for number in sorted(numbers)]

    def _round(self, number: int, scores: Mapping[str, Score]) -> Round:
        graph = self._graph
        texts = [self._text(s, scores.get(s.author)) for s in graph.sources.files if s.round == number]
        rulings = [self._text(s, None) for s in graph.sources.rulings if s.round == number and s.text[s.start :].strip()]
        sealed = [author for round, author in graph.sources.shut if round == number]
        wrote = {*graph.writers.get(number, ()), *sealed}
        silent = [slug for slug in graph.panel(number) if slug not in wrote] if number == graph.last_round else []
        return Round(number, texts, rulings, self._summary(number), sealed, silent, graph.signals.get(number, ()))

    def _text(self, source: Source, score: Score | None) -> Text:
        names, author = self._names, source.author
        path = names.place(source.path, 0).text.rpartition(":")[0]
        signals = author in self._graph.signals.get(source.round, ())
        role = "the judge" if author == JUDGE else self._roles.get(author, "")
        return Text(text_id(source), author, names.expert(author), role, path, self._html(source), signals, score)

    def _summary(self, number: int) -> Any:
        """The judge's summary of a round of an older dialogue."""
        data = self._blobs.get(f"file/round-{number}.summary.md")
        return markup(self._prose.html(document.read(data).text)) if data is not None else ""

    def verdicts(self) -> list[Given]:
        """The one that stands first, then the others, what was superseded last."""
        found = [self._verdict(one) for one in tell(self._graph)]
        return sorted(found, key=lambda v: (v.kind != FINAL, "superseded" in v.state))

    def _verdict(self, found: Told) -> Given:
        v, names = found.verdict, self._names
        source = next(s for s in self._graph.sources.verdicts if s.address == v.address)
        causes = [Linked(told(self._graph, c), names.place(c.path, c.line).href) for c in found.causes]
        decided = [(word, sorted(names.link(n) for n in ids)) for word, ids in zip(_DID, found.decided, strict=True) if ids]
        return Given(
            v.id,
            names.id(v.address),
            text_id(source),
            v.kind,
            found.state,
            v.recommendation,
            v.conditions,
            [*_facts(found)],
            [names.expert(slug) for slug in v.supporting_experts],
            names.expert(v.author),
            v.author,
            v.round,
            causes,
            decided,
            self._html(source),
        )


def _facts(found: Told) -> Iterator[tuple[str, str]]:
    v = found.verdict
    yield from (
        (word, text)
        for word, text in (
            ("Vote", v.vote), ("Confidence", v.confidence), ("Supersedes", v.supersedes), ("Superseded by", found.superseded_by),
            ("Overridden" if v.overridden else "Forced", v.forced), ("Given", v.created[:16].replace("T", " ")),
        )
        if text
    )  # fmt: skip
