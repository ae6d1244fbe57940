"""What the headings and tables of an older single-file record say: rounds, names, sections of the judge.

A name may stand before or after its emoji, `### Muffin 🧁` or `### 🧁 Muffin`, with more behind it in parentheses, after a
colon or a dash. Where no `## Round 0` opens a round, underlined headings do, else bold lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.headings import heading
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.tables import Line, cells, is_border
from blue_cli.dialogue.wording import plain, unlink

CUPCAKE = "\U0001f9c1"  # how the records mark an expert

_ROUND = pattern(r"[^\w]*round[ \t]*[-#:№]?[ \t]*([0-9]{1,9})(?![\w.][0-9]|\w)[^\w\n]*(.*)", re.I)
_CUT = pattern(r"[(\[:|,]|\s[-–—]+(?:\s|$)|\s[0-9]|\sround\b", re.I)
_NUMBERING = pattern(r"^\s*\d{1,3}[.)]\s+")
_PARTS = pattern(
    r"\b(?:summar(?:y|ies)|synthesis|score(?:s|board)?|scoring|tensions?|tracker|tracking|perspectives?|inventory|convergence|verdict|notes?|overview"
    r"|assessment|analysis|status|panel|panels|experts?|moves?|rulings?|recommendations?|questions?|background|context|next|open"
    r"|alignment|velocity|metrics|round|results?|decisions?|outcome|discussion|responses?|contributions?|dialogue|participants)\b",
    re.I,
)
_RECAP = pattern(r"\b(?:summar(?:y|ies)|synthesis|score(?:s|board)?|tracker|inventory)\b", re.I)
_REGISTER, _SCOREBOARD = pattern(r"\btensions?\b", re.I), pattern(r"\bscore(?:s|board)?\b|\balignment track", re.I)
_VERDICT = pattern(r"\bverdict\b|\b(?:converged|final) (?:recommendation|decision|position)\b", re.I)


_UNDERLINE = pattern(r" {0,3}(?:(=+)|-+)")
_BOLD = pattern(r" {0,3}(\*\*|__)(?! )([^*_]{1,200})\1[ \t]*:?")
BOLD = 6  # the level of a bold line that stands for a heading

Found = tuple[int, int, str]  # a heading: its line (from 0), its level, its text


class Title(NamedTuple):
    """A heading of a record: the name in it, whether it wears the cupcake or another emoji, whether it is a section's, and
    whether that tells again what others said."""

    name: str
    cupcake: bool
    symbol: bool
    section: bool
    recap: bool

    @property
    def judge(self) -> bool:
        """Whether it is the judge's own contribution; `Judge's summary` and `Judge: scores` are sections."""
        return self.name.casefold() == JUDGE and not self.recap


class Head(NamedTuple):
    """A heading: its line (from 0), its level, its text as written and what it says."""

    line: int
    level: int
    raw: str
    title: Title


class Part(NamedTuple):
    """A heading and what is below it, from line to line. `address` is the file it goes to; `round` -1 outside the rounds;
    `section` the kind of section of the judge's it is in; `bare` when the heading itself is said by the folder's name, `own`
    when it opens its file or section."""

    head: Head | None
    start: int
    end: int
    address: str
    round: int = -1
    section: str = ""
    bare: bool = False
    own: bool = True


def headings(lines: Sequence[Line]) -> list[Found]:
    """The headings of a record: ATX, where none of them opens a round also underlined ones (setext), else bold lines that do."""
    found = [(n, *at) for n, line in enumerate(lines) if not line.fenced and (at := heading(line.text))]
    if not any(round_in(text) for _, _, text in found):
        found = sorted([*found, *_underlined(lines)])
    if not any(round_in(text) for _, _, text in found):
        found = sorted([*found, *((n, BOLD - 1, text) for n, _, text in bold(lines) if round_in(text))])
    return found


def _underlined(lines: Sequence[Line]) -> Iterator[Found]:
    """Setext headings of one line (CommonMark 0.31, section 4.3); `---` below a short text is a rule to who writes it."""
    for n, line in enumerate(lines[:-1]):
        below = None if line.fenced or lines[n + 1].fenced else _UNDERLINE.fullmatch(lines[n + 1].text)
        text = line.text.strip()
        meant = below and (round_in(text) or len(below[0].strip()) >= max(len(text), 4))
        if below and meant and text.strip("=-*_") and (n == 0 or not lines[n - 1].text.strip()):
            yield n, 1 if below[1] else 2, text


def bold(lines: Sequence[Line]) -> Iterator[Found]:
    """Bold lines that stand alone, as people write headings who do not know how."""
    for n, line in enumerate(lines):
        match = None if line.fenced else _BOLD.fullmatch(line.text)
        if match and (n == 0 or not lines[n - 1].text.strip()):
            yield n, BOLD, match[2].strip()


def title_of(raw: str) -> Title:
    """What a heading says."""
    text = plain(unlink(raw))
    name = _name(text)
    cut = _CUT.search(name)
    name = (name[: cut.start()] if cut else name).strip(" \t*_`'\"~.-–—")
    section, recap = (found.search(text) is not None for found in (_PARTS, _RECAP))
    return Title(name, CUPCAKE in text, any(map(_is_symbol, text)), section, recap)


def _name(text: str) -> str:
    """The text up to the emoji; what follows it where nothing stands before."""
    text = _NUMBERING.sub("", text)
    parts = "".join("\0" if _is_symbol(char) else char for char in text).split("\0")
    return next((part.strip() for part in parts if any(map(str.isalnum, part))), "")


def _is_symbol(char: str) -> bool:
    """An emoji, or what joins and colours them."""
    if char < "\x80":
        return False
    import unicodedata

    return unicodedata.category(char) in ("So", "Sk") or char in "\u200d\ufe0e\ufe0f"


def round_in(raw: str) -> tuple[int, str] | None:
    """The round a heading opens and the rest of it: `Round 1: Opening` → (1, "Opening"). None for any other heading."""
    match = _ROUND.match(plain(unlink(raw)))
    return (int(match[1]), match[2].strip()) if match else None


def section_file(raw: str) -> str:
    """The file of an older folder that a section of the whole record belongs into: the register, the scoreboard, the
    verdict; else the background."""
    text = plain(raw)
    if _REGISTER.search(text):
        return "tensions"
    if _VERDICT.search(text):
        return "verdict"
    return "scoreboard" if _SCOREBOARD.search(text) else "background"


# --- who is on the panel -------------------------------------------------------------------------------------------

_HEADS = {
    "name": ("agent", "expert", "name", "participant", "member", "panelist"),
    "role": ("role", "expertise", "specialty", "perspective", "background"),
    "tier": ("tier",),
    "relevance": ("relevance",),
}
_LISTED = pattern(r"^[\s*_>-]*(?:participants|experts|panel|agents|expert panel)[\s*_]*:[\s*_]*(.+)$", re.I)
_QUESTION = pattern(r"^[\s*_>-]*question[\s*_]*:[\s*_]*(\S.*)$", re.I)
_NUMBER = pattern(r"0(?:\.\d{1,6})?|1(?:\.0{1,6})?")


class Panel(NamedTuple):
    """What the text outside the rounds says of the people: `rows` as an expert pool has them, `names` of everybody listed."""

    rows: tuple[dict[str, Any], ...] = ()
    names: frozenset[str] = frozenset()
    question: str = ""


def panel_in(lines: Sequence[str]) -> Panel:
    """The panel that tables and `**Participants**:` lines name, and the question. Only what is said, nothing filled in."""
    rows, question = [*_rows(lines)], _asked(lines)
    names = {row["name"].casefold() for row in rows}
    for line in lines:
        if listed := _LISTED.match(line):
            names |= {title_of(part).name.casefold() for part in re.split(r"[,;·]", listed[1])}
        elif not question and (asked := _QUESTION.match(line)):
            question = asked[1].strip().strip("*_").strip()
    return Panel(tuple(rows), frozenset(names - {"", JUDGE}), question)


def _asked(lines: Sequence[str]) -> str:
    """The paragraph below a heading `Question`."""
    at = next((n for n, line in enumerate(lines) if (found := heading(line)) and title_of(found[1]).name.casefold() == "question"), None)
    said: list[str] = []
    for line in [] if at is None else lines[at + 1 :]:
        if heading(line) or (said and not line.strip()):
            break
        said += [line.strip(" \t>")] if line.strip() else []
    return " ".join(said).strip("*_ ")


def _rows(lines: Sequence[str]) -> Iterator[dict[str, Any]]:
    columns: dict[str, int] = {}
    for line in lines:
        row = cells(line)
        if row is None:
            columns = {}
        elif not columns:
            columns = _columns(row)
        elif not is_border(line) and (said := _person(row, columns)):
            yield said


def _columns(row: Sequence[str]) -> dict[str, int]:
    """The columns of a table of people: a name, and a role or a tier."""
    heads = [plain(cell).strip().lower() for cell in row]
    found = {key: next((heads.index(word) for word in words if word in heads), -1) for key, words in _HEADS.items()}
    found = {key: at for key, at in found.items() if at >= 0}
    return found if "name" in found and ("role" in found or "tier" in found) else {"none": -1}


def _person(row: Sequence[str], columns: dict[str, int]) -> dict[str, Any]:
    said: dict[str, Any] = {key: plain(row[at]).strip() for key, at in columns.items() if 0 <= at < len(row)}
    said["name"] = title_of(said.get("name", "")).name
    if said["name"].casefold() in ("", JUDGE):
        return {}
    relevance = said.pop("relevance", "")
    if _NUMBER.fullmatch(relevance):
        said["relevance"] = float(relevance)
    return {key: value for key, value in said.items() if value not in ("", "-", "–", "—")}
