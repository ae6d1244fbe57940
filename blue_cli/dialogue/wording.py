"""What judges of older dialogues write in their registers: status words, rounds, tension ids (FORMAT.md, section 7).

Every pattern here is bounded or consumes what it scans, so that hostile text costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from blue_cli.dialogue.pattern import pattern

# --- plain text --------------------------------------------------------------------------------------------

_LINK = pattern(r"\[([^\[\]]*)\]\([^()]*\)")
_STRUCK = pattern(r"~~[^~]*~~")
_MARKS = pattern(r"\*+|`+|~~|__")


def unlink(text: str) -> str:
    """The text with `[words](target)` shortened to the words."""
    return _LINK.sub(r"\1", text) if "](" in text else text


def plain(text: str) -> str:
    """The text without emphasis, code ticks, links and outer underscores."""
    return _MARKS.sub("", unlink(text)).strip().strip("_").strip()


def unstruck(text: str) -> str:
    """Plain text without what the judge struck out: `~~Open~~ Resolved` says resolved."""
    return plain(_STRUCK.sub("", text))


# --- status words ------------------------------------------------------------------------------------------

_STATUS_OF = {
    "open": "open", "active": "open", "unresolved": "open",
    "addressed": "addressed", "narrowed": "addressed", "acknowledged": "addressed",
    "resolved": "resolved", "reopened": "reopened", "re-opened": "reopened",
    "accepted": "accepted", "deferred": "accepted", "superseded": "accepted",
}  # fmt: skip
_STATUS = pattern(
    r"(?<![^\W_])(?<!\w-)(?:(?P<not>not(?:\s(?:yet|fully))?\s)?(?P<word>" + "|".join(_STATUS_OF) + r")"
    r"|(?P<part>(?:partial|partly|conditional)(?:ly)?)(?:\s(?:" + "|".join(_STATUS_OF) + r"))?)(?![^\W_])(?!-(?!R\d)\w)",
    re.I,
)
SETTLING = frozenset({"resolved", "accepted", "reopened"})
_ARROW = pattern(r"→|⇒|[-=]>")
_END = pattern(r"\s[-–—]{1,2}\s|\s?[—–]\s|\.(?:\s|$)|;|:(?:\s|$)")
_DETAIL = pattern(r"\s(?:to|by|as|via)\s.*", re.S)
_LEAD = pattern(r"[\W_]*")
_AND = pattern(r"\s*(?:,|/|&|\+|and\b|or\b|vs\b)", re.I)


def lead(text: str) -> int:
    """The length of what stands before the first word: ticks, emoji, brackets."""
    match = _LEAD.match(text)
    return match.end() if match else 0


class Status(NamedTuple):
    """A status and the judge's words for it."""

    status: str
    word: str


def _status(match: re.Match[str]) -> str:
    if match["part"]:
        return "addressed"
    return "open" if match["not"] else _STATUS_OF[match["word"].lower()]


def leading_status(text: str) -> Status | None:
    """The status a text begins with, after ticks and brackets; `Narrowed → resolved` ends as resolved."""
    found = None
    for part in _ARROW.split(text):
        match = _STATUS.match(part, lead(part))
        if match:
            found = Status(_status(match), match[0])
    return found


def status_in(text: str) -> Status | None:
    """The status a `Status` line or cell tells: the one it begins with, else the first word in it."""
    match = _STATUS.search(text)
    return leading_status(text) or (Status(_status(match), match[0]) if match else None)


def section_status(heading: str) -> Status | None:
    """The status a heading gives to what is under it; None for `Open and resolved`, which gives none."""
    found = [Status(_status(m), m[0]) for m in _STATUS.finditer(heading)]
    if not found:
        return None
    first = leading_status(heading)
    alone = first is not None and not _AND.match(heading, heading.find(first.word) + len(first.word))
    mixed = len({s.status in SETTLING for s in found}) > 1
    return found[0] if alone or not mixed else None


def is_status(text: str) -> bool:
    """Whether a text is nothing but a status word and its round: the `(RESOLVED R1)` at the end of a heading."""
    match = _STATUS.match(text, lead(text))
    if not match:
        return False
    rest = _ROUND.sub("", text[match.end() :])
    if _status(match) != "open":  # a label may end in `— open to abuse`
        rest = _DETAIL.sub("", rest)
    return re.search(r"\w", re.sub(r"\b(?:in|at|since|as of)\b", "", rest, flags=re.I)) is None


def judge_word(text: str) -> str | None:
    """The judge's own words: what stands before the first dash, full stop or semicolon, ticks left out."""
    word = _END.split(text[lead(text) :], maxsplit=1)[0].strip(" \t_")
    return word[:200] or None


# --- rounds ------------------------------------------------------------------------------------------------

# `R01` is a recommendation; `R1–R3` is a span that ends in round 3; the R1 of `STRUDEL R1-T01` belongs to an id.
_ROUND = pattern(r"(?<![\w-])R(?:ounds?[ -]?)?(0|[1-9]\d?)(?!\w)(?:(?:\s?[-–—]\s?R(?:ound )?|[-–—])(0|[1-9]\d?)(?!\w))?(-T\d)?", re.I)
_OF_AN_ID = pattern(r"T\d{1,4}\s?\(R(?:ound )?\d{1,2}\)", re.I)
_BEFORE = pattern(r"(?:raised|opened|since|from)(?:\s(?:in|at))?\s$", re.I)


def last_round_named(text: str) -> int | None:
    """The highest round a text names in any way (`R1`, `Round 1`, `R1-T01`)."""
    return max((int(m[2] or m[1]) for m in _ROUND.finditer(text)), default=None)


def first_round(text: str, last: int) -> int | None:
    """The first round a text names, up to `last`; a bare number is a round where it is all there is."""
    if text.isascii() and text.isdigit() and len(text) < 3:
        return int(text) if int(text) <= last else None
    return next((n for m in _ROUND.finditer(text) if (n := int(m[1])) <= last), None)


def dated(text: str, last: int) -> int | None:
    """The round that dates a status: neither one inside an id nor the one in which a tension was raised."""
    if text.isdigit():
        return first_round(text, last)
    text = _OF_AN_ID.sub("", text)
    *_, now = _ARROW.split(text)
    text = now if _ROUND.search(now) else text
    for match in _ROUND.finditer(text):
        number = int(match[2] or match[1])
        if not match[3] and number <= last and not _BEFORE.search(text[max(0, match.start() - 12) : match.start()]):
            return number
    return None


def resolution_dates(text: str) -> tuple[str, str]:
    """Where a resolution may say when: `Resolved in R1: …` or `… (R1)`, not a round it argues about."""
    end = text.rfind("(")
    return judge_word(text) or "", text[end:] if text.endswith(")") and end >= 0 else ""


# --- ids ---------------------------------------------------------------------------------------------------

_WORD = r"[0-9a-z]{1,40}"
_ID = pattern(
    rf"\s*(?P<name>{_WORD}(?:[ -]{_WORD}){{0,5}}?[ -])??(?:R(?P<round>\d{{1,2}})[ -])?"
    r"(?P<id>T(?:(?P<digits>\d{1,4})(?P<odd>\.\d{1,3}|-R\d{1,2})?|-NEW(?:-?\d{1,3})?))(?!\w)(?:\s*\(R(?:ound )?(?P<after>\d{1,2})\))?",
    re.I,
)
_TO = pattern(r"(?:\s*(?:[-–—]|\.\.\.?|to\b|through\b)\s*T|[-–—]|\.\.)(\d{1,4})(?!\w)", re.I)
_NEXT = pattern(r"\s*(?:<br\s{0,2}/?>|,\s*and\b|,|/|&|\+|;|and\b)", re.I)
_SPAN = pattern(r"(?<![\w-])(?:([0-9a-z-]{1,40}) )?T(\d{1,3})(?!\w)" + f"(?:{_TO.pattern})?", re.I)


class Written(NamedTuple):
    """One id as a judge wrote it. `number` is 0 for an odd one (`T-NEW`, `T04-R1`); `name` is "" for a bare one."""

    text: str
    name: str
    round: int | None
    number: int


def _name(text: str | None) -> str:
    """`Creme Brulee ` → `creme-brulee`; the words that only say what it is are no name."""
    name = (text or "").strip(" -").lower().replace(" ", "-")
    while name.startswith("tension-"):
        name = name[8:]
    return "" if name in ("tension", "judge") else name


def _written(match: re.Match[str], number: str) -> Written:
    """The id with these digits: four of them are two of round and two of number (FORMAT.md, section 4)."""
    said = match["after"] or match["round"]
    round, value = (int(said) if said else None), int(number or 0)
    if match["odd"]:
        return Written(match[0].strip(), _name(match["name"]), int(match["odd"][2:]) if match["odd"][1] in "Rr" else round, 0)
    if len(number) == 4:
        round, value = (int(number[:2]) if round is None else round), int(number[2:])
    start = match.start("digits") - match.start()
    text = match[0][:start] + number + match[0][start + len(match["digits"]) :] if number else match[0]
    return Written(text.strip(), _name(match["name"]), round, value)


def _span(match: re.Match[str], end: str) -> tuple[Written, ...]:
    """All ids of `T08–T11`; a span that runs backwards or over a hundred is its two ends."""
    first, last, width = int(match["digits"]), int(end), len(match["digits"])
    numbers = range(first, last + 1) if first <= last <= first + 100 else (first, last)
    return tuple(_written(match, f"{n:0{width}d}") for n in numbers)


def ids_at(text: str, start: int = 0) -> tuple[tuple[Written, ...], int]:
    """The ids (one, a list, a span) at `start` of a plain text, and where they end; nothing when there is none."""
    found: list[Written] = []
    end = start
    match = _ID.match(text, start)
    while match and len(found) < 1000:
        end = match.end()
        to = _TO.match(text, end) if match["digits"] and not match["odd"] and not match["after"] else None
        found += _span(match, to[1]) if to else [_written(match, match["digits"] or "")]
        end = to.end() if to else end
        joint = _NEXT.match(text, end)
        match = _ID.match(text, joint.end()) if joint else None
    return tuple(found), end


def bare_numbers(text: str, names: Collection[str] = ()) -> set[int]:
    """The numbers of all bare tension ids in a prose text, spans filled; an id after an expert's name is theirs."""
    spans = {(int(m[2]), int(m[3] or m[2])) for m in _SPAN.finditer(text) if not (m[1] and m[1].lower() in names)}
    return {n for first, last in spans for n in (range(first, last + 1) if last < 1000 else (first,))}


def experts_in(text: str, slugs: Collection[str]) -> tuple[str, ...]:
    """The known experts a cell or line names, in its order: `Muffin, Creme Brulee (R0)`."""
    words = re.findall(r"[0-9a-z]+", text.lower())
    longest = max((s.count("-") + 1 for s in slugs), default=0)
    found: dict[str, None] = {}
    at = 0
    while at < len(words):
        size = next((n for n in range(min(longest, 8), 0, -1) if "-".join(words[at : at + n]) in slugs), 0)
        if size:
            found["-".join(words[at : at + size])] = None
        at += size or 1
    return tuple(found)
