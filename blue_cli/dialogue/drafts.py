"""From lines to drafts: each row of an older judge's register with everything that is said about it, still as text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from blue_cli.dialogue.document import MAX_BYTES
from blue_cli.dialogue.headings import NOWHERE, Section, head, heading, label_of, section_of
from blue_cli.dialogue.tables import Columns, Line, cells, columns, is_border, lines
from blue_cli.dialogue.wording import (
    Written,
    first_round,
    ids_at,
    is_status,
    lead,
    leading_status,
    plain,
    unstruck,
)
from blue_cli.errors import Finding

MAX_ROWS = 2000  # spans (`T1-T99`) let a small file ask for millions


class Draft:
    """Everything said about one row, as text: a table's cells or the field lines under a heading."""

    __slots__ = (
        "bold",  # the first bold that begins with a status word
        "by",
        "column",
        "dates",  # texts that may date the status besides it
        "ids",
        "label",
        "line",
        "outcome",  # the header over a resolution that is there, in a table without a status column
        "own",  # the status at the end of a heading
        "path",
        "raised",
        "resolution",
        "resolved",
        "section",
        "status",
    )

    def __init__(self, ids: Sequence[Written], label: str, place: tuple[str, int, int], section: Section) -> None:
        self.ids, self.label, self.section = ids, label, section
        self.path, self.line, self.column = place
        self.status = self.own = self.bold = self.dates = self.outcome = ""
        self.raised = self.resolved = self.resolution = self.by = ""


_FIELD_NAME = (
    r"(status|raised by|raised(?: in)?|owners?|contributors?|raisers?|resolved(?: in)?|resolution|round|label|tension|description)"
    r"\s*(?::|\s[-–—]\s)\s*"
)
_FIELD = re.compile(r"(?:[-*+]\s+|\d{1,3}[.)]\s+)?[^\w]*" + _FIELD_NAME, re.I)
_MORE = re.compile(r"[|·•;,.—–(]\s*" + _FIELD_NAME, re.I)
_ROLE = {"raised in": "raised", "raised by": "by", "resolved in": "resolved", "tension": "label", "description": "label", "round": "raised"}
_SAID = re.compile(r"(?:[-*+]\s+)?[^\w]*raised\s(?:in\s|by\s|at\s)", re.I)  # `Raised in R0 by Muffin`, without a colon
_BOLD = re.compile(r"\*\*([^*]+)\*\*|__([^_]+)__")
_DATE_END = re.compile(r"\sby\s|:|\s[-–—]|[—.;]")
_VOID = re.compile(r"[\s?._…❌✗✘–—-]*$|(?:n/?a|none|tbd|todo|pending|no|not|to be|in progress|unclear|unknown|unresolved|open)\b", re.I)
_BREAK = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}")  # what is below is about all rows, or the next
_BULLET = re.compile(r"^(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_PROSE = re.compile(r"\s*[a-z]|['’]\w|\s*[,/&+]")
_AFTER_ID = re.compile(r"\(?R\d{1,2}\)?|\(Round \d{1,2}\)", re.I)  # the round, wrapped to the cell's next line
_JOINED = re.compile(r"[0-9A-Za-z-]+(?:-| R\d{1,2}-)T\d", re.I)


class Reader:
    """One pass over one file. A verdict's headings are no rows, but its fences are read."""

    def __init__(self, path: str, slugs: Collection[str], verdict: bool) -> None:
        self.path, self.slugs, self.verdict = path, slugs, verdict
        self.drafts: list[Draft] = []
        self.findings: list[Finding] = []
        self._sections: list[tuple[int, Section]] = []
        self._columns: Columns | None = None  # of the table we are in
        self._cells: Draft | None = None  # its last row
        self._row: tuple[int, Draft] | None = None  # the heading we are under, if it is a row, and its level
        self._waits = False  # for the status on the line after `Status:`
        self._count = 0

    def read(self, text: str) -> Reader:
        """Read everything, within the limits."""
        if len(text) > MAX_BYTES:
            self._find("limit", Line(1, ""), f"over {MAX_BYTES >> 20} MiB: not read")
            return self
        for line in lines(text):
            if self._count > MAX_ROWS:
                self._find("limit", line, f"more than {MAX_ROWS} tensions: the rest is not read")
                break
            self._read(line)
        return self

    def _read(self, line: Line) -> None:
        found = None if line.fenced else heading(line.text)
        if line.problem:
            self._hidden(line)
        elif line.fenced and not self.verdict:
            self._columns = None
        elif found:
            self._columns = None
            self._heading(line, *found)
        elif not self._table(line):
            self._prose(line)

    def _hidden(self, line: Line) -> None:
        if line.problem == "limit":
            self._find("limit", line, "a line over 64 KiB: not read")
        else:
            what = "code fence" if line.problem == "fence" else "HTML block"
            self._find("near-miss-marker", line, f"this {what} has no end: tensions below it are not read")

    def _find(self, rule: str, line: Line, message: str, why: str = "") -> None:
        self.findings.append(Finding(rule, message, self.path, line.number, 1, why=why))

    # headings

    def _heading(self, line: Line, level: int, text: str) -> None:
        if self._row and level > self._row[0] and self._says(self._row[1], plain(text)):
            return
        while self._sections and self._sections[-1][0] >= level:
            self._sections.pop()
        draft = None if self.verdict else self._heading_row(line, text)
        if draft:
            self._row, self._waits = (level, draft), False
        elif not self._row or level <= self._row[0]:
            self._row = None
            self._sections.append((level, section_of(text)))

    def _says(self, draft: Draft, text: str) -> bool:
        """Whether a heading under a row is a field of it (`#### Status: open`) or its status alone."""
        if is_status(text):
            draft.status = text
        elif _FIELD.match(text):
            self._fields(text)
        else:
            return False
        return True

    def _section(self) -> Section:
        """What the headings over here say: the nearest with a status, else the nearest that dates."""
        inner = [section for _, section in reversed(self._sections)]
        found = next((s for s in inner if s.status), NOWHERE)
        raised = next((s.raised for s in inner if s.raised is not None), None)
        return found._replace(raised=raised)

    def _heading_row(self, line: Line, text: str) -> Draft | None:
        bare, label, own, by = head(text)
        ids = self._known(line, bare, _names_somebody(bare))
        if not ids:
            return None
        draft = self._draft(line, ids, label)
        draft.own, draft.by = own, by
        return draft

    def _known(self, line: Line, text: str, loud: bool) -> list[Written]:
        """The ids a plain text begins with, where nothing but a label follows them."""
        ids, end = ids_at(text)
        self._count += len(ids)  # also of those that are prose: reading them costs as much
        if not ids or _PROSE.match(text, end):
            return []
        strangers = [w for w in ids if w.name and w.name not in self.slugs]
        if strangers and loud:
            why = "only an id of an expert of this dialogue, or a bare one, is a tension of the register"
            self._find("near-miss-marker", line, f"{strangers[0].text}: no such expert", why)
        return [w for w in ids if w not in strangers]

    def _draft(self, line: Line, ids: list[Written], label: str) -> Draft:
        column = max(line.text.find(ids[0].text.split()[0]), 0) + 1
        draft = Draft(ids, label, (self.path, line.number, column), self._section())
        self.drafts.append(draft)
        return draft

    # tables

    def _table(self, line: Line) -> bool:
        """Whether the line belongs to a table; a code line (four spaces) does only inside a verdict's fence."""
        row = None if _is_code(line) else cells(line.text)
        if row is None or is_border(line.text):
            self._columns = self._columns if is_border(line.text) else None
            return row is not None or self._columns is not None
        heads = columns(row)
        if heads:
            self._columns, self._cells = heads, None
        elif self._columns:
            self._table_row(line, row, self._columns)
        return heads is not None or self._columns is not None

    def _table_row(self, line: Line, row: list[str], heads: Columns) -> None:
        said = {role: row[at] if at < len(row) else "" for role, at in heads.items()}
        written = plain(said["id"])
        written = written[lead(written) :]
        ids = self._known(line, written, True)
        if ids:
            _, end = ids_at(written)
            label = label_of(said["label"]) if said.get("label") else written[end:].lstrip(" :—–-")
            self._cells = self._draft(line, ids, label)
        elif said["id"] and not _AFTER_ID.fullmatch(written):
            self._cells = None
        if self._cells:
            _add_cells(self._cells, said, not ids)

    # field lines under a heading

    def _prose(self, line: Line) -> None:
        text = line.text.strip()
        if _BREAK.fullmatch(line.text):
            self._row = None
        if not self._row or not text or text[0] in ">|│┃║" or _is_code(line):
            return
        draft = self._row[1]
        bare = unstruck(text)
        if self._waits:
            draft.status, self._waits = _BULLET.sub("", bare), False
            return
        self._fields(_BULLET.sub("", bare))
        if not draft.bold:
            draft.bold, dates = _first_bold(text)
            draft.dates = dates or draft.dates

    def _fields(self, text: str) -> None:
        """The fields of one line: `Raised by: Muffin · Round: 0 · Status: Open`."""
        assert self._row
        draft = self._row[1]
        first = _FIELD.match(text)
        if not first:
            if _SAID.match(text):
                draft.raised, draft.by = draft.raised or text, draft.by or text
            return
        found = [first, *_MORE.finditer(text, first.end())]
        for field, after in zip(found, [*found[1:], None], strict=True):
            value = text[field.end() : after.start() if after else len(text)].strip()
            role = _ROLE.get(field[1].lower(), field[1].lower())
            role = "by" if role.rstrip("s") in ("owner", "contributor", "raiser") else role
            if role == "status":
                draft.status, self._waits = value or draft.status, not value
            elif not getattr(draft, role):
                setattr(draft, role, value)


def _is_code(line: Line) -> bool:
    """Indented code; a deeper list item is none."""
    text = line.text.expandtabs(4)
    return not line.fenced and text.startswith("    ") and not _BULLET.match(text.strip())


def _names_somebody(text: str) -> bool:
    """`BAGEL-T01` means a person; `About T01` is a heading of prose."""
    return _JOINED.match(text) is not None


def _add_cells(draft: Draft, said: dict[str, str], more: bool) -> None:
    """A row's cells, or (`more`) what its next line adds to them."""
    for role in ("status", "raised", "resolved", "resolution", "by"):
        new = unstruck(said.get(role, ""))
        setattr(draft, role, f"{getattr(draft, role)} {new}".strip())
    if more and said.get("label"):
        draft.label = f"{draft.label} {label_of(said['label'])}".strip()
    if more and said["id"] and draft.ids[-1].round is None and (after := _AFTER_ID.search(said["id"])):
        round = int(re.sub(r"\D", "", after[0]))
        draft.ids = [w._replace(text=f"{w.text} {after[0]}", round=round) for w in draft.ids]
    if "status" not in said and not draft.outcome:
        draft.outcome = next((role.title() for role in ("resolved", "resolution") if not _VOID.match(getattr(draft, role))), "")
    _add_round(draft, plain(said.get("round", "")), bool({"status", "raised"} & said.keys()))


def _add_round(draft: Draft, text: str, raised: bool) -> None:
    """A `Round` column: beside Status or Raised it is when the tension was raised, else when it was resolved."""
    number = first_round(text, 99)
    if number is None:
        return
    role = "raised" if raised else "resolved"
    if first_round(getattr(draft, role), 99) is None:
        setattr(draft, role, f"{getattr(draft, role)} R{number}".strip())


def _first_bold(text: str) -> tuple[str, str]:
    """The first bold that begins with a status word, and the words around which a round may date it.

    Without such a word, what the line's own bold opening says: it may still date a status that stands elsewhere.
    """
    for match in _BOLD.finditer(text):
        inner = plain(match[1] or match[2])
        if leading_status(inner):
            return inner, inner + " " + _DATE_END.split(plain(text[match.end() :]), maxsplit=1)[0]
    opening = _BOLD.match(_BULLET.sub("", text))
    dates = plain(opening[1] or opening[2]) if opening else ""  # `**Refined in R1** by …` is no status and dates one
    return "", dates if first_round(dates, 99) is not None else ""
