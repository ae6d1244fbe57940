"""An older register's rows as the judge's own words: tensions, rulings, and what the judge must have said in between."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue import document
from blue_cli.dialogue.drift import status_after
from blue_cli.dialogue.edition import fields_of, with_front
from blue_cli.dialogue.grammar import ENTITY_OF, MARKERS, REF, RULING
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE, contribution, display, local, path_of
from blue_cli.dialogue.markers import scan, write
from blue_cli.dialogue.meta import FORMAT

_SETTLES = ("resolved", "accepted", "reopened")
_ELSEWHERE = ("raised", "merged")  # what a tension is when the judge's word on it changes nothing
# (as it would stand, as it stood) → what the judge says to get there, after the tables of FORMAT.md, section 5
_STEPS: dict[tuple[str, str], tuple[str, ...]] = {
    **{(before, "resolved"): ("resolved",) for before in ("open", "addressed", "reopened", "accepted")},
    **{(before, "accepted"): ("accepted",) for before in ("open", "addressed", "reopened", "resolved")},
    **{(before, "reopened"): ("reopened",) for before in ("resolved", "accepted")},
    **{(before, "reopened"): ("resolved", "reopened") for before in ("open", "addressed")},
    **{(before, "addressed"): ("address",) for before in ("open", "reopened")},
    **{(before, "addressed"): ("reopened", "address") for before in ("resolved", "accepted")},
    ("addressed", "open"): ("reopened",),
}

_HEADING = "## Rulings from the register"


class _Word(NamedTuple):
    """What the judge says of a tension at the end of a round: the effect, and why."""

    name: str
    effect: str
    reason: str


class Judge:
    """What the judge's files have to say. Begins with the register's tensions and settlements; `catch_up` adds to it."""

    def __init__(self, graph: Graph, uid: str, created: str) -> None:
        self._graph, self._uid, self._created = graph, uid, created
        self._renumbers = graph.cast.counting is not None
        self._tensions: dict[int, dict[int, str]] = {}  # round → local number → label
        self._words: dict[int, list[_Word]] = {}
        for row, name in graph.cast.rows:
            entity = graph.entities[name]
            if row.author is None:
                self._tensions.setdefault(entity.round, {})[entity.number] = _label(entity.label, entity.id)
        settled: list[tuple[int, str, str, str]] = []
        for row, name in graph.cast.rows:
            events = [e for e in graph.standing[name].events if (e.type, e.path, e.line) == (row.status, row.path, row.line)]
            settled += [(e.round, name, e.type, row.judge_word or "") for e in events[:1] if e.type in _SETTLES]
        for round, name, effect, word in sorted(settled, key=lambda said: said[0]):  # of one round in the register's order
            self._say(max(round, graph.entities[name].round), name, effect, word)

    def _say(self, round: int, name: str, effect: str, word: str) -> None:
        word = _clean(word)
        said = self._words.setdefault(round, [])
        if next((w.effect for w in reversed(said) if w.name == name), "") != effect:
            said.append(_Word(name, effect, f"the register says {word}" if word else "as in the register"))

    @property
    def addresses(self) -> dict[str, int]:
        """The judge's files, in the case they are written in, with their rounds."""
        rounds = sorted({*self._tensions, *self._words})
        there = {s.round: s.address for s in self._graph.sources.files if s.author == JUDGE}
        return {there.get(round, contribution(round, JUDGE)): round for round in rounds}

    def catch_up(self, native: Graph, round: int) -> bool:
        """Say what makes every tension stand at the end of a round where it stood; whether there was anything to say."""
        missing = []
        for entity, where in self._graph.of_kind("T"):
            now = native.standing.get(entity.canonical)
            if now and entity.round <= round and where.status not in _ELSEWHERE and now.status not in _ELSEWHERE:
                steps = _STEPS.get((status_after(now, round), status_after(where, round)), ())
                missing += [(entity.canonical, effect) for effect in steps]
        for name, effect in missing:
            self._say(round, name, effect, "")
        return bool(missing)

    def files(self, blobs: Mapping[str, bytes]) -> dict[str, bytes]:
        """The judge's files: what is there already, byte for byte, and below it what is said here."""
        return {address: self._file(address, round, blobs.get(address)) for address, round in self.addresses.items()}

    def _file(self, address: str, round: int, data: bytes | None) -> bytes:
        newline = document.read(data or b"").newline
        tensions, words = sorted(self._tensions.get(round, {}).items()), self._words.get(round, ())
        there = set(document.read(data or b"").body.splitlines())  # also what a run that was killed has written
        lines = [write(ENTITY_OF["T"], id=local("T", number), label=label) for number, label in tensions]
        rulings = [line for line in map(self._written, words) if line not in there]
        lines += [_HEADING] if rulings and (tensions or data) else []  # else they would stand in the last tension's text
        lines = [line for line in lines if line not in there] + rulings
        said = fields_of(data or b"")
        ids = {**said.get("ids", {}), **{local("T", number): display("T", round, number) for number, _ in tensions}}
        refs = dict(sorted({**said.get("refs", {}), **{self._shown(word.name): word.name for word in words}}.items()))
        fields: dict[str, Any] = {"blue": FORMAT, "dialogue": self._uid, "round": round, "expert": JUDGE}
        fields |= {"created": self._created} if data is None else {}
        fields |= {"ids": ids or None, "refs": refs or None}
        text = (newline + (newline * 2).join(lines) + newline if lines else "").encode()
        if text and data and not data.endswith(b"\n"):
            text = newline.encode() + text
        return with_front(path_of(address), (data or b"") + text, fields, "contribution")

    def _written(self, word: _Word) -> str:
        shape = REF if word.effect == "address" else RULING
        row = next(m for m in MARKERS if m.shape == shape and m.effect == word.effect)
        return write(row, targets=self._shown(word.name), reason=word.reason)

    def _shown(self, name: str) -> str:
        """The display id that a tension has from now on."""
        entity = self._graph.entities[name]
        return display("T", entity.round, entity.number) if self._renumbers and entity.author == JUDGE else entity.id


def _label(text: str, otherwise: str) -> str:
    """A label as it stands, where it reads back from a marker; else without what would end or hide the marker."""
    plain = " ".join(text.split())
    for label in (plain, _clean(plain)):
        line = write(ENTITY_OF["T"], id="T01", label=label)
        marks, _ = scan(line + "\n", 0, 1)
        if label and len(marks) == 1 and marks[0].label.strip() == label:
            return label
    return otherwise


def _clean(text: str) -> str:
    """Words without characters that mean something to a marker or to Markdown."""
    return " ".join(re.sub(r"[\[\]`<>|*_\\\x00-\x1f]", " ", text).split())
