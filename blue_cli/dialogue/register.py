"""The register of an older dialogue's judge: `tensions.md` and the tables of `verdict.md` (FORMAT.md, section 7).

Lines become drafts (`drafts`), drafts become rows here. What a row *does* is the fold's business.
Nothing here raises on any text, and the cost is linear in its length.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from blue_cli.dialogue.document import MAX_BYTES
from blue_cli.dialogue.drafts import Draft, Reader
from blue_cli.dialogue.model import Register, RegisterRow
from blue_cli.dialogue.wording import (
    SETTLING,
    Written,
    dated,
    experts_in,
    first_round,
    judge_word,
    last_round_named,
    leading_status,
    resolution_dates,
    status_in,
)


def read(tensions_md: str, path: str, slugs: Collection[str], last_round: int, verdict_md: str | None, verdict_path: str) -> Register:
    """The rows of both files, the register's first, so that one id may come twice: the verdict speaks later.

    `slugs` are the dialogue's experts in lower case; an id that names somebody else is a finding and no row.
    """
    slugs = frozenset(slug.lower() for slug in slugs)
    register = Reader(path, slugs, False).read(tensions_md)
    verdict = Reader(verdict_path, slugs, True).read(verdict_md or "")
    rows = _Rows(slugs, last_round)
    for draft in register.drafts:
        rows.add(draft, None)
    named = [last_round_named(tensions_md) if len(tensions_md) <= MAX_BYTES else None]
    named += [n for row in rows.rows for n in (row.raised, row.settled)]
    for draft in verdict.drafts:
        rows.add(draft, last_round)
    last = max((n for n in named if n is not None), default=None)
    clipped = None if last is None else max(0, min(last, last_round))
    return Register(tuple(_numbered(rows.rows)), clipped, (*register.findings, *verdict.findings))


class _Rows:
    """Rows out of drafts. Remembers which ids were there before: a later section does not say when one was raised."""

    def __init__(self, slugs: Collection[str], last: int) -> None:
        self.rows: list[RegisterRow] = []
        self._slugs, self._last = slugs, last
        self._seen: set[tuple[str, int | None, int]] = set()

    def add(self, draft: Draft, settled: int | None) -> None:
        """One row an id. `settled` is the round of rows that name none."""
        status, word = _decide(draft)
        date = next((n for text in _dates(draft, status) if (n := dated(text, self._last)) is not None), settled)
        contributors = experts_in(draft.by, self._slugs) or experts_in(draft.raised, self._slugs)
        for written in draft.ids:
            author = written.name if written.name in self._slugs else None
            raised = self._raised(draft, written)
            said = (written.text, author, written.round, written.number, draft.label, status, word, raised, date, contributors)
            self.rows.append(RegisterRow(*said, draft.path, draft.line, draft.column))

    def _raised(self, draft: Draft, written: Written) -> int | None:
        key = (written.name, written.round, written.number)
        section = None if key in self._seen else draft.section.raised
        self._seen.add(key)
        rounds = (first_round(draft.raised, self._last), written.round, first_round(draft.by, self._last), section)
        return next((n for n in rounds if n is not None and n <= self._last), None)


def _decide(draft: Draft) -> tuple[str | None, str | None]:
    """The status and the judge's words: the row's own, else the section's, else the first bold, else its resolution.

    A row of a resolved section whose resolution says that it was deferred is accepted: the narrower word, and it settles too.
    """
    own = status_in(draft.status) or status_in(draft.own)
    word = judge_word(draft.status) or judge_word(draft.own)
    if own:
        return own.status, word
    told = leading_status(draft.resolution) or leading_status(draft.resolved)
    section = draft.section.status
    if section and not (told and {section.status, told.status} == {"resolved", "accepted"}):
        return section.status, word or section.word
    bold = leading_status(draft.bold)
    if bold:
        return bold.status, word or judge_word(draft.bold)
    if told:
        return told.status, word or told.word
    return ("resolved", draft.outcome) if draft.outcome else (None, word)


def _dates(draft: Draft, status: str | None) -> Iterator[str]:
    """The texts that may name the round of a status, the narrowest first; a section that says otherwise dates nothing."""
    yield from (draft.status, draft.own, draft.dates, draft.resolved, *resolution_dates(draft.resolution))
    section = draft.section.status
    if section and (section.status == status or {section.status, status} <= SETTLING):
        yield draft.section.text


def _numbered(rows: Sequence[RegisterRow]) -> list[RegisterRow]:
    """Odd ids (`T-NEW`, `T04-R1`) get the numbers after the highest, by position, each spelling one."""
    highest = max((row.number for row in rows), default=0)
    given: dict[str, int] = {}
    for row in rows:
        if not row.number:
            given.setdefault(row.written.upper(), highest + len(given) + 1)
    return [row if row.number else row._replace(number=given[row.written.upper()]) for row in rows]
