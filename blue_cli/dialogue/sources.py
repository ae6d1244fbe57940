"""Blobs in, everything that was read from them out: the last stage before the fold.

Here a dialogue's own format and the older one (FORMAT.md, section 7) become the same thing. Nothing raises on
what a user wrote: findings are collected, and the rest still reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue import document, frontmatter, markers, meta
from blue_cli.dialogue.blocks import Blocks
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, address_of, path_of, split_address
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.model import Meta, Register
from blue_cli.errors import Finding

FOLDER = ".blue/dialogues/"


class Source(NamedTuple):
    """One markdown file of a round, read. `text` has line feeds only; the body begins at `start`, on line `line`. `ends` are
    the offsets at which the contents of its entities end, where an earlier reading of the same bytes found them."""

    address: str
    path: str
    round: int
    author: str
    text: str
    start: int
    line: int
    front: Mapping[str, Any]
    marks: list[Mark]
    blocks: Blocks | None
    ends: Sequence[int] = ()


class Trouble(NamedTuple):
    """Something that could not be taken as written: the rule it breaks, where, and the word in question.

    A fact only; `rules` makes a finding of it, with the reason and the way out.
    """

    rule: str
    source: Source
    mark: Mark
    word: str
    about: str = ""


class Sources(NamedTuple):
    """A whole dialogue, read.

    files    contributions, in the order of FORMAT.md, section 3 (the judge last in a round)
    rulings  ruling files by round and name
    named    bare tension id → first round whose summary names it (older dialogues)
    digests  contribution and ruling address → 16 hex digits of the SHA-256 of its bytes, where a verdict needs them
    complete whether every contribution could be read; if not, what follows from them is unknown
    shut     (round, author) of contributions that are sealed and could not be opened: they wrote, whatever they said
    """

    meta: Meta
    files: tuple[Source, ...]
    rulings: tuple[Source, ...]
    verdicts: tuple[Source, ...]
    register: Register
    named: Mapping[str, int]
    findings: tuple[Finding, ...]
    complete: bool = True
    digests: Mapping[str, str] = {}
    shut: tuple[tuple[int, str], ...] = ()


NO_REGISTER = Register((), None)


class Unread(NamedTuple):
    """What a store could not read: the path in the dialogue's folder, and the finding it amounts to; `rule` is "" for a sealed file."""

    path: str
    rule: str
    message: str
    fix: str


def read(
    id: str,
    uid: str,
    blobs: Mapping[str, bytes],
    unread: Iterable[Unread] = (),
    near: bool = False,
    only: str = "",
    known: Mapping[str, Source] = {},
) -> Sources:
    """Read every blob of a dialogue. With `near`, block structure is kept for every file (the checks want it); `only`
    is the scanner's. `known` are contributions that were read from the same bytes under the same id before; what was
    found in them is not told again."""
    unread = tuple(unread)
    complete = not any(address_of(u.path).startswith(("contribution/", "ruling/", "verdict/")) for u in unread)
    sealed = [split_address(address_of(u.path)) for u in unread if not u.rule]
    shut = tuple((place.round, place.name.lower()) for place in sealed if place.kind == "contribution")
    findings = [Finding(u.rule, u.message, f"{FOLDER}{id}/{u.path}", 1, 1, fix=u.fix) for u in unread if u.rule]
    about = _about(id, uid, blobs, findings)
    if about is None:
        from blue_cli.dialogue import older_sources  # a dialogue of its own format need not load what reads the others

        return older_sources.read(id, uid, blobs, findings, near)._replace(complete=complete)
    files, rulings, verdicts = [], [], []
    for address, data in blobs.items():
        if address.startswith("contribution/"):
            files.append(known.get(address) or source(id, address, data, findings, near, only))
        elif address.startswith("ruling/"):
            rulings.append(source(id, address, data, findings, near, only))
        elif address.startswith("verdict/"):
            verdicts.append(source(id, address, data, findings, near))
    last = max((s.round for s in files), default=0)
    decided = tuple(_as_said(s, last) for s in by_name(verdicts))
    seen = digests(blobs) if verdicts else {}
    return Sources(about, ordered(files), by_name(rulings), decided, NO_REGISTER, {}, tuple(findings), complete, seen, shut)


def _as_said(verdict: Source, last: int) -> Source:
    """A verdict with the round and author that its front matter says, else the last round and the judge."""
    round, author = verdict.front.get("round"), verdict.front.get("author")
    return verdict._replace(
        round=round if isinstance(round, int) and not isinstance(round, bool) and round >= 0 else last,
        author=author.lower() if isinstance(author, str) else JUDGE,
    )


def digests(blobs: Mapping[str, bytes]) -> dict[str, str]:
    """What a verdict's `basis` is made of: every contribution and ruling, scores left out (they decide nothing)."""
    from hashlib import sha256

    return {
        address: sha256(data).hexdigest()[:16]
        for address, data in sorted(blobs.items())
        if address.startswith(("contribution/", "ruling/")) and "#score-" not in address
    }


def ordered(files: list[Source]) -> tuple[Source, ...]:
    """Contributions in the order of FORMAT.md, section 3, whatever order they came in."""
    return tuple(sorted(files, key=lambda s: (s.round, s.author == JUDGE, s.author, s.address)))


def by_name(rulings: list[Source]) -> tuple[Source, ...]:
    """Rulings by round and the bytes of their names."""
    return tuple(sorted(rulings, key=lambda s: s.address.encode()))


def _about(id: str, uid: str, blobs: Mapping[str, bytes], findings: list[Finding]) -> Meta | None:
    """What `dialogue.md` says; None when the dialogue is an older one."""
    data = blobs.get(DIALOGUE)
    if data is None:
        return None
    path = f"{FOLDER}{id}/dialogue.md"
    front = _fields(document.read(data), path, findings)
    if front is None or ("blue" not in front and "uid" not in front):
        # A conflict or a broken line must not turn a native dialogue into an older one: the uid tells.
        if uid.startswith(("older:", "copy:")):
            return None
        front = front or {}
    about, problems = meta.read(id, uid, front)
    findings += [Finding(rule, message, path, 1, 1, fix=fix) for rule, message, fix in problems]
    return about


def _fields(parts: document.Document, path: str, findings: list[Finding]) -> dict[str, Any] | None:
    """The front matter of a file, None without any; problems go to `findings`."""
    if parts.problem:
        findings.append(Finding(parts.problem, parts.message, path, parts.line, parts.column))
    if parts.front is None:
        return None
    fields, problems = frontmatter.read(parts.front)
    for line, column, message in problems:
        findings.append(Finding("front-matter", message, path, parts.front_line + line - 1, column))
    return fields


def _place(id: str, address: str) -> tuple[int, str, str]:
    """Round, author and path of a contribution or ruling. A contribution's are cut out of the address, which is the
    fastest way and is done for every file."""
    if address.startswith("contribution/"):
        name, round = address[16:], int(address[13:15])
        return round, name.lower(), f"{FOLDER}{id}/round-{round}/{name}.md"
    return split_address(address).round, JUDGE, f"{FOLDER}{id}/{path_of(address)}"


def _asked(front: str | None, marks: Sequence[Mark], only: str) -> bool:
    """Whether anybody will ask for this front matter: a narrow reading needs the `ids:` of what is in the file, and `refs:`."""
    if front is None or not only or "refs" in front:
        return front is not None
    for mark in marks:  # noqa: SIM110  # `any` over a generator costs as much as the rest of this
        if mark.row.letter:
            return True
    return False


def source(id: str, address: str, data: bytes, findings: list[Finding], near: bool, only: str = "") -> Source:
    """Read one contribution or ruling file."""
    round, author, path = _place(id, address)
    parts = document.read(data)
    text, start = parts.text, parts.start
    if "\r" in text:  # positions are counted in the lines that markdown sees
        before = text[:start].replace("\r\n", "\n").replace("\r", "\n")
        text, start = before + text[start:].replace("\r\n", "\n").replace("\r", "\n"), len(before)
    marks, read = markers.scan(text, start, parts.start_line, near, only)
    front = _fields(parts, path, findings) if parts.problem or _asked(parts.front, marks, only) else None
    return Source(address, path, round, author, text, start, parts.start_line, front or {}, marks, read)
