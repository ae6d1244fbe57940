"""A dialogue as a plain JSON of rounds, `rounds@1` (blue schema rounds): what a program writes that knows nothing of blue's files.

    {"title": "Cache policy", "question": "How long?", "experts": [{"slug": "muffin", "role": "Caching"}],
     "rounds": [{"round": 0, "contributions": [{"expert": "muffin", "text": "…markdown…"}], "judge": "…markdown…"}]}

Strict: an unknown key is a mistake, since what it says would be lost. What is not said stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue.exported import Problem
from blue_cli.dialogue.ids import JUDGE, LAST_ROUND, is_name
from blue_cli.dialogue.jsontext import Path
from blue_cli.dialogue.meta import TIERS
from blue_cli.dialogue.model import Expert

SCHEMA = "urn:blue:rounds@1"  # what a document may say in `$schema`; the file is in blue_cli/schemas/input


class Text(NamedTuple):
    """One text of one round, and where it stands in the JSON. `author` is in lower case."""

    round: int
    author: str
    text: str
    place: Path


class Rounds(NamedTuple):
    """What such a document says. `experts` also holds who wrote, when it names nobody."""

    id: str
    title: str
    question: str
    created: str
    background: str
    experts: tuple[Expert, ...]
    texts: tuple[Text, ...]


# key → (type, needed); the type's word is what an error says
_TOP = {
    "$schema": (str, False), "id": (str, False), "title": (str, True), "question": (str, False),
    "created": (str, False), "background": (str, False), "experts": (list, False), "rounds": (list, True),
}  # fmt: skip
_EXPERT = {"slug": (str, True), "role": (str, False), "tier": (str, False)}
_ROUND = {"round": (int, True), "contributions": (list, True), "judge": (str, False)}
_CONTRIBUTION = {"expert": (str, True), "text": (str, True)}
_WORDS: Mapping[type, str] = {str: "a text", list: "a list", int: "a whole number"}
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def read(value: Any) -> tuple[Rounds, list[Problem]]:
    """The document as far as it is right, and everything that is wrong with it. Never raises."""
    return _Reader().read(value)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, value: Any) -> tuple[Rounds, list[Problem]]:
        top = self._fields(value, (), _TOP)
        self._top(top)
        said = self._experts(top.get("experts"))
        texts = tuple(self._texts(top.get("rounds", [])))
        experts = said if said is not None else _writers(texts)
        self._strangers(texts, experts)
        words: list[str] = [top.get(key, "") for key in ("id", "title", "question", "created", "background")]
        return Rounds(words[0], words[1], words[2], words[3], words[4], experts, texts), self.problems

    def _wrong(self, rule: str, place: Path, message: str, fix: str) -> None:
        self.problems.append(Problem(rule, place, message, fix))

    def _fields(self, value: Any, place: Path, known: Mapping[str, tuple[type, bool]]) -> dict[str, Any]:
        """The fields of an object that are of the right type; what else it has or has not is reported."""
        if not isinstance(value, dict):
            self._wrong("missing-field", place, "not an object", f"write {{{', '.join(known)}}}")
            return {}
        for key in value:
            if key not in known:
                self._wrong("front-matter", (*place, key), f"unknown key {key!r}", f"one of {', '.join(known)}")
        fields = {}
        for key, (kind, needed) in known.items():
            if key not in value:
                if needed:
                    self._wrong("missing-field", place, f"{key}: missing", f"add {key}: {_WORDS[kind]}")
            elif not isinstance(value[key], kind) or isinstance(value[key], bool):
                self._wrong("front-matter", (*place, key), f"{key}: not {_WORDS[kind]}", f"write {_WORDS[kind]}")
            else:
                fields[key] = value[key]
        return fields

    def _top(self, top: Mapping[str, Any]) -> None:
        import re

        if top.get("$schema", SCHEMA) != SCHEMA:
            self._wrong("newer-format", ("$schema",), f"{top['$schema'][:60]!r} is not {SCHEMA}", f"write {SCHEMA}, or use a newer blue")
        if "id" in top and not is_name(top["id"]):
            self._wrong("invalid-id", ("id",), f"{top['id'][:60]!r} is no dialogue id", "use ASCII letters, digits and hyphens")
        if "title" in top and not top["title"].strip():
            self._wrong("missing-field", ("title",), "the title is empty", "say what it is about")
        if "created" in top and not re.fullmatch(_TIME, top["created"], re.A):
            self._wrong("front-matter", ("created",), "created: no time in UTC", "write it as 2026-11-24T05:28:00Z, or leave it out")

    def _experts(self, items: list[Any] | None) -> tuple[Expert, ...] | None:
        if items is None:
            return None
        found: dict[str, Expert] = {}
        for n, item in enumerate(items):
            place: Path = ("experts", n)
            fields = self._fields(item, place, _EXPERT)
            slug, tier = fields.get("slug", "").lower(), fields.get("tier", "").lower()
            if "slug" in fields:
                self._slug(slug, (*place, "slug"))
            if slug in found:
                self._wrong("duplicate-id", (*place, "slug"), f"{slug!r} stands here twice", "name each expert once")
            if tier and tier not in TIERS:
                self._wrong("front-matter", (*place, "tier"), f"tier {tier[:40]!r}", f"one of {', '.join(TIERS)}")
            found[slug] = Expert(slug, fields.get("role", ""), tier)
        return tuple(found.values())

    def _slug(self, slug: str, place: Path) -> bool:
        if slug == JUDGE:
            self._wrong("invalid-id", place, f"{JUDGE!r} is the judge's name", f"the judge's text goes into {JUDGE!r} beside contributions")
        elif not is_name(slug):
            self._wrong("invalid-id", place, f"{slug[:60]!r} cannot be an expert's name", "use ASCII letters, digits and hyphens")
        else:
            return True
        return False

    def _texts(self, rounds: list[Any]) -> Iterator[Text]:
        seen: set[int] = set()
        if not rounds:
            self._wrong("missing-field", ("rounds",), "there is no round", "a dialogue that has none yet: blue dialogue new")
        for n, item in enumerate(rounds):
            place: Path = ("rounds", n)
            fields = self._fields(item, place, _ROUND)
            number = fields.get("round", -1)
            if "round" in fields and not 0 <= number <= LAST_ROUND:
                self._wrong("limit", (*place, "round"), f"round {_number(number)}: rounds go from 0 to {LAST_ROUND}", "number them from 0")
                number = -1
            elif number >= 0 and number in seen:
                self._wrong("duplicate-id", (*place, "round"), f"round {number} stands here twice", "put them together")
            seen.add(number)
            texts = [*self._contributions(fields.get("contributions", []), number, (*place, "contributions"))]
            if "judge" in fields:
                texts.append(Text(number, JUDGE, fields["judge"], (*place, "judge")))
            yield from texts if number >= 0 else ()

    def _contributions(self, items: list[Any], round: int, place: Path) -> Iterator[Text]:
        seen: set[str] = set()
        for n, item in enumerate(items):
            fields = self._fields(item, (*place, n), _CONTRIBUTION)
            slug = fields.get("expert", "").lower()
            if "expert" not in fields or not self._slug(slug, (*place, n, "expert")) or "text" not in fields:
                continue
            if slug in seen:
                self._wrong("duplicate-id", (*place, n, "expert"), f"{slug} has two texts in this round", "put them together")
                continue
            seen.add(slug)
            yield Text(round, slug, fields["text"], (*place, n, "text"))

    def _strangers(self, texts: tuple[Text, ...], experts: tuple[Expert, ...]) -> None:
        known = {JUDGE, *(e.slug for e in experts)}
        for text in texts:
            if text.author not in known:
                place = (*text.place[:-1], "expert")
                fix = "add them there, or leave experts out altogether"
                self._wrong("unknown-expert", place, f"{text.author} is not among experts", fix)


def _number(number: int) -> str:
    """A number that may have thousands of digits, which Python refuses to print."""
    return str(number) if abs(number) < 10**9 else "of many digits"


def _writers(texts: tuple[Text, ...]) -> tuple[Expert, ...]:
    """Who wrote, from their first round on, where nobody is named."""
    first: dict[str, int] = {}
    for text in texts:
        if text.author != JUDGE:
            first[text.author] = min(text.round, first.get(text.author, text.round))
    return tuple(Expert(slug, from_round=first[slug]) for slug in sorted(first))
