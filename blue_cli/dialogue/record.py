"""An older single-file record (`*.dialogue.recorded.md`) as the files of an older folder (FORMAT.md, section 7).

`## Round N` opens a round, `### Muffin 🧁` or `### 🧁 Muffin` an expert's text in it. The record is cut, never rewritten:
every line goes, byte for byte, into exactly one file, but for blank lines and rules between them and bare `## Round N`
headings, which the names of the folders say.

    ### Muffin 🧁 in round 1                round-1/muffin.md, with its heading
    ### 💙 Judge in round 1                 round-1/judge.md
    what else stands in round 1             round-1.summary.md, the judge's
    sections on tensions, scores, verdict   tensions.md, scoreboard.md, verdict.md; when only rounds have them, the last one
    the rest                                background.md
    a table of the panel, a question        also expert-pool.json, with what is said there
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from blue_cli.dialogue import document, record_rules, record_words
from blue_cli.dialogue.headings import heading
from blue_cli.dialogue.ids import JUDGE, LAST_ROUND, contribution
from blue_cli.dialogue.older import slug_of
from blue_cli.dialogue.record_words import Head, Panel, Part
from blue_cli.dialogue.rulebook import ERROR
from blue_cli.dialogue.tables import Line
from blue_cli.dialogue.tables import lines as lines_of
from blue_cli.errors import Finding

MAX_BYTES = 16 << 20  # of a record: a hundred contributions of the longest kind there is
MAX_HEADINGS = 20_000  # two hundred a round, which nobody writes
NO_ROUND = "no heading opens a round"
_POOL = "file/expert-pool.json"
_FILE = "file/{}.md"


class Record(NamedTuple):
    """A record cut up. `blobs` by address; `runs` the lines (from 0, end excluded) that each is made of; `names` slug → name
    as written. Findings have no path yet."""

    blobs: Mapping[str, bytes]
    runs: Mapping[str, tuple[tuple[int, int], ...]]
    names: Mapping[str, str]
    findings: tuple[Finding, ...]

    def line(self, address: str, number: int) -> int:
        """The line of the record, from 1, that is this line of one of its files."""
        for start, end in self.runs.get(address, ()):
            if number <= end - start:
                return start + number
            number -= end - start
        return 0


def read(data: bytes) -> Record:
    """Cut a record up. Never raises; what is wrong, and what may have been meant otherwise, is in `findings`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if len(data) > MAX_BYTES:
        return Record({}, {}, {}, (Finding("limit", f"over {MAX_BYTES >> 20} MiB", line=1, column=1, severity=ERROR),))
    if not text or "\0" in text:
        parts = document.read(data)
        said = parts.message or "an empty file"
        return Record({}, {}, {}, (Finding("encoding", said, line=parts.line or 1, column=parts.column or 1, severity=ERROR),))
    return _Cut(data, text).done()


class _Cut:
    """One record being cut."""

    def __init__(self, data: bytes, text: str) -> None:
        self._raw = _lines(data)
        self._seen: list[Line] = []
        self._findings: list[Finding] = []
        for line in lines_of(text):
            if line.problem:
                self._hidden(line)
            else:
                self._seen.append(line)
        headings = record_words.headings(self._seen)
        if len(headings) > MAX_HEADINGS:
            self._error("limit", headings[MAX_HEADINGS][0], f"more than {MAX_HEADINGS} headings", "split the record")
        self._heads = [_head(*found) for found in headings[:MAX_HEADINGS]]
        self._round_level = next((h.level for h in self._heads if record_words.round_in(h.raw)), 0)
        self._level = self._expert_level()
        self._names: dict[str, str] = {}
        self._panel = Panel()
        self._last = -1  # the round that was opened last

    def _bold_names(self) -> None:
        """Where no heading names an expert or the judge, bold lines with their names are such headings."""
        known = self._panel.names
        named = [h for h in self._heads if h.level > self._round_level and _names_one(h, known)]
        found = [] if named else [_head(*found) for found in record_words.bold(self._seen)][:MAX_HEADINGS]
        meant = [h for h in found if _names_one(h, known)]
        if meant:
            self._heads = sorted([*self._heads, *meant])
            self._level = record_words.BOLD

    def _expert_level(self) -> int:
        """The level of experts' headings: where most cupcakes are, else the first one below the rounds'."""
        begun = next((h.line for h in self._heads if record_words.round_in(h.raw)), 0)
        below = [h for h in self._heads if h.level > self._round_level and h.line > begun]
        marked = [h.level for h in below if h.title.cupcake]
        if marked:
            return max(sorted(set(marked)), key=marked.count)
        return min((h.level for h in below), default=self._round_level + 1)

    # --- cutting ---

    def done(self) -> Record:
        """The record as files, and everything that was found on the way."""
        if not self._round_level:
            self._error("missing-field", 0, NO_ROUND, "write `## Round 0` above the first experts' texts")
            return Record({}, {}, {}, tuple(self._findings))
        self._panel = record_words.panel_in(self._outside())
        self._bold_names()
        parts = self._last_words([*self._parts()])
        runs: dict[str, list[tuple[int, int]]] = {}
        for part in parts:
            runs.setdefault(part.address, []).append((part.start + part.bare, part.end))
        kept = {address: tuple(found) for address, found in sorted(runs.items()) if self._says(found)}
        blobs = {address: b"".join(b"".join(self._raw[a:b]) for a, b in found) for address, found in kept.items()}
        self._findings += record_rules.check(parts, self._level, self._text)
        if pool := self._pool():
            blobs[_POOL] = pool
        found = tuple(sorted(self._findings, key=lambda f: (f.line, f.column)))
        return Record(dict(sorted(blobs.items())), kept, self._names, found)

    def _text(self, start: int, end: int) -> str:
        return b"".join(self._raw[start:end]).decode().removeprefix("\ufeff").replace("\r\n", "\n")

    def _outside(self) -> list[str]:
        """The lines outside the rounds, where the panel and the question are said."""
        lines, start, inside = [], 0, False
        for head in self._heads:
            if head.level <= self._round_level:
                lines += [] if inside else [line.text for line in self._seen[start : head.line]]
                start, inside = head.line, record_words.round_in(head.raw) is not None
        return lines + ([] if inside else [line.text for line in self._seen[start:]])

    def _parts(self) -> Iterator[Part]:
        """Heading by heading, with the file that each belongs to."""
        first = self._heads[0].line
        part = Part(None, 0, first, _FILE.format("background"))
        if first:
            yield part
        ends = [*(h.line for h in self._heads[1:]), len(self._seen)]
        known = self._known()
        for head, end in zip(self._heads, ends, strict=True):
            part = self._part(head, end, part, known)
            yield part

    def _part(self, head: Head, end: int, before: Part, known: frozenset[str]) -> Part:
        opened = record_words.round_in(head.raw)
        if head.level <= self._round_level:
            if opened is None:
                if head.title.judge and self._last >= 0:  # the judge's last word, below all rounds
                    return Part(head, head.line, end, _summary(self._last))
                return Part(head, head.line, end, _FILE.format(record_words.section_file(head.raw)))
            return self._round(head, end, *opened)
        if before.round < 0 or head.level > self._level:
            return before._replace(head=head, start=head.line, end=end, bare=False, own=False)
        if head.level == self._level and (head.title.judge or self._is_expert(head, known)):
            return Part(head, head.line, end, self._author(head, before.round), before.round)
        return Part(head, head.line, end, _summary(before.round), before.round, record_words.section_file(head.raw))

    def _round(self, head: Head, end: int, number: int, rest: str) -> Part:
        if number > LAST_ROUND:
            self._error("limit", head.line, f"round {number}: rounds go from 0 to {LAST_ROUND}", "number the rounds from 0")
            number = LAST_ROUND
        self._last = number
        return Part(head, head.line, end, _summary(number), number, record_words.section_file(rest), bare=not rest)

    def _known(self) -> frozenset[str]:
        """Who is an expert for certain: on the panel, or with a cupcake at the experts' level."""
        worn = {h.title.name.casefold() for h in self._heads if h.title.cupcake and h.level == self._level}
        return self._panel.names | worn

    def _is_expert(self, head: Head, known: frozenset[str]) -> bool:
        """Whether a heading at the experts' level names one; a section of the judge's does not. Of any other nobody can tell
        whose text follows, so it is an error."""
        title = head.title
        if title.cupcake or title.name.casefold() in known:
            return True
        if title.section or not title.name:
            return False
        if known and not title.symbol:
            mark, name = "#" * head.level, title.name
            fix = f"`{mark} {name} {record_words.CUPCAKE}` for an expert, `{mark} Judge` for the judge, `{mark}# {name}` inside a text"
            self._error("near-miss-marker", head.line, f"whose text is {name!r}? its heading has the level of the experts", fix)
        return True

    def _author(self, head: Head, round: int) -> str:
        """Whose text it is; a name that can be nobody's is an error, and the text stays with the judge."""
        name = head.title.name
        if head.title.judge:
            return contribution(round, JUDGE)
        slug = slug_of(name)
        if not slug:
            fix = "write it with ASCII letters, and not as a file of the judge's"
            self._error("invalid-id", head.line, f"{name!r} cannot be an expert's name", fix)
            return _summary(round)
        other = self._names.setdefault(slug, name)
        if other.casefold() != name.casefold():
            fix = "write a name in one way, or give one of them another"
            self._error("duplicate-id", head.line, f"{name!r} and {other!r} are both {slug}", fix)
        return contribution(round, slug)

    def _last_words(self, parts: list[Part]) -> list[Part]:
        """Where only rounds have a tracker or a scoreboard, the last one is the judge's last word on it."""
        for file in ("tensions", "scoreboard"):
            address = _FILE.format(file)
            inside = [p for p in parts if p.address == _summary(p.round) and p.section == file]
            if not any(p.address == address for p in parts) and inside:
                last = max(p.round for p in inside)
                parts = [p._replace(address=address, bare=False) if p in inside and p.round == last else p for p in parts]
        return parts

    def _says(self, runs: list[tuple[int, int]]) -> bool:
        """Whether there is more than blank lines and rules between sections."""
        return any(self._text(n, n + 1).strip(" \t\n-*_") for start, end in runs for n in range(start, end))

    def _pool(self) -> bytes:
        """What is said of the panel, as an older folder says it; nothing when nothing is."""
        import json

        said = {"question": self._panel.question, "experts": list(self._panel.rows)}
        said = {key: value for key, value in said.items() if value}
        return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode() if said else b""

    # --- findings ---

    def _hidden(self, line: Line) -> None:
        if line.problem == "limit":
            self._seen.append(line)
            self._error("limit", line.number - 1, f"a line over {document.MAX_LINE >> 10} KiB", "break it up")
            return
        rest = (raw.decode().rstrip() for raw in self._raw[line.number :])
        if any((found := heading(text)) and record_words.round_in(found[1]) for text in rest):
            what = "code fence" if line.problem == "fence" else "HTML comment or block"
            self._error("near-miss-marker", line.number - 1, f"a {what} that never ends hides the rounds below it", "end it")

    def _error(self, rule: str, line: int, message: str, fix: str) -> None:
        self._findings.append(Finding(rule, message, line=line + 1, column=1, fix=fix, severity=ERROR))


def _lines(data: bytes) -> list[bytes]:
    """Lines end at line feeds, as they are counted everywhere."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _head(line: int, level: int, raw: str) -> Head:
    return Head(line, level, raw, record_words.title_of(raw))


def _names_one(head: Head, known: frozenset[str]) -> bool:
    return head.title.judge or head.title.cupcake or head.title.name.casefold() in known


def _summary(round: int) -> str:
    return _FILE.format(f"round-{round}.summary")
