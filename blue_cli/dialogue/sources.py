"""Blobs in, everything that was read from them out: the last stage before the fold.

Here a dialogue's own format and the older one (FORMAT.md, section 7) become the same thing. Nothing raises on
what a user wrote: findings are collected, and the rest still reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue import document, frontmatter, markers, meta, older, register
from blue_cli.dialogue.blocks import Blocks
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, ROUND, path_of, split_address
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.model import Expert, Meta, Register
from blue_cli.errors import Finding

FOLDER = ".blue/dialogues/"


class Source(NamedTuple):
    """One markdown file of a round, read. `text` has line feeds only; the body begins at `start`, on line `line`."""

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
    """

    meta: Meta
    files: tuple[Source, ...]
    rulings: tuple[Source, ...]
    verdicts: tuple[str, ...]
    register: Register
    named: Mapping[str, int]
    findings: tuple[Finding, ...]


NO_REGISTER = Register((), None)


class Unread(NamedTuple):
    """What a store could not read: the path in the dialogue's folder, and the finding it amounts to."""

    path: str
    rule: str
    message: str
    fix: str


def read(id: str, uid: str, blobs: Mapping[str, bytes], unread: Iterable[Unread] = (), near: bool = False) -> Sources:
    """Read every blob of a dialogue. With `near`, block structure is kept for every file (the checks want it)."""
    findings = [Finding(u.rule, u.message, f"{FOLDER}{id}/{u.path}", 1, 1, fix=u.fix) for u in unread]
    about = _about(id, uid, blobs, findings)
    if about is None:
        return _read_older(id, uid, blobs, findings, near)
    files, rulings, verdicts = [], [], []
    for address in blobs:
        kind = address.partition("/")[0]
        if kind == "contribution":
            files.append(_source(id, address, blobs[address], findings, near))
        elif kind == "ruling":
            rulings.append(_source(id, address, blobs[address], findings, near))
        elif kind == "verdict":
            verdicts.append(address)
    return Sources(about, _ordered(files), _by_name(rulings), tuple(sorted(verdicts)), NO_REGISTER, {}, tuple(findings))


def _ordered(files: list[Source]) -> tuple[Source, ...]:
    return tuple(sorted(files, key=lambda s: (s.round, s.author == JUDGE, s.author)))


def _by_name(rulings: list[Source]) -> tuple[Source, ...]:
    return tuple(sorted(rulings, key=lambda s: s.address.encode()))


def _about(id: str, uid: str, blobs: Mapping[str, bytes], findings: list[Finding]) -> Meta | None:
    """What `dialogue.md` says; None when the dialogue is an older one."""
    data = blobs.get(DIALOGUE)
    if data is None:
        return None
    path = f"{FOLDER}{id}/dialogue.md"
    front, _ = _front(data, path, findings)
    if front is None or ("blue" not in front and "uid" not in front):
        # A conflict or a broken line must not turn a native dialogue into an older one: the uid tells.
        if uid.startswith(("older:", "copy:")):
            return None
        front = front or {}
    about, problems = meta.read(id, uid, front)
    findings += [Finding(rule, message, path, 1, 1, fix=fix) for rule, message, fix in problems]
    return about


def _front(data: bytes, path: str, findings: list[Finding]) -> tuple[dict[str, Any] | None, document.Document]:
    """The front matter of a file, None without any; problems go to `findings`."""
    parts = document.read(data)
    if parts.problem:
        findings.append(Finding(parts.problem, parts.message, path, parts.line, parts.column))
    if parts.front is None:
        return None, parts
    fields, problems = frontmatter.read(parts.front)
    for line, column, message in problems:
        findings.append(Finding("front-matter", message, path, parts.front_line + line - 1, column))
    return fields, parts


def _source(id: str, address: str, data: bytes, findings: list[Finding], near: bool) -> Source:
    """Read one contribution or ruling file."""
    path = f"{FOLDER}{id}/{path_of(address)}"
    kind, round, name = split_address(address)
    front, parts = _front(data, path, findings)
    text, start = parts.text, parts.start
    if "\r" in text:  # positions are counted in the lines that markdown sees
        before = text[:start].replace("\r\n", "\n").replace("\r", "\n")
        text, start = before + text[start:].replace("\r\n", "\n").replace("\r", "\n"), len(before)
    marks, read = markers.scan(text, start, parts.start_line, near)
    author = JUDGE if kind == "ruling" or name.lower() == JUDGE else name.lower()
    return Source(address, path, round, author, text, start, parts.start_line, front or {}, marks, read)


# --- older dialogues (FORMAT.md, section 7) ------------------------------------------------------------------


def _read_older(id: str, uid: str, blobs: Mapping[str, bytes], findings: list[Finding], near: bool) -> Sources:
    panels = _panels(id, blobs, findings)
    files = [
        _source(id, address, data, findings, near)
        for address, data in blobs.items()
        if address.startswith("contribution/") and _is_expert(address, panels)
    ]
    writers: dict[int, list[str]] = {}
    for s in files:
        if s.author != JUDGE:
            writers.setdefault(s.round, []).append(s.author)
    about = _older_meta(id, uid, blobs, panels, writers, findings)
    summaries = _summaries(blobs)
    last = max(writers, default=0)
    rulings = [_source(id, a, blobs[a], findings, near) for a in blobs if a.startswith("ruling/")]
    rows = _register(id, blobs, about, last)
    findings += rows.findings
    return Sources(about, _ordered(files), _by_name(rulings), (), rows, older.first_named(summaries) if rows.rows else {}, tuple(findings))


def _is_expert(address: str, panels: Mapping[int, tuple[Expert, ...]]) -> bool:
    _, round, name = split_address(address)
    slug = name.lower()
    if slug in older.NEVER:
        return False
    return slug == JUDGE or round not in panels or any(e.slug == slug for e in panels[round])


def _panels(id: str, blobs: Mapping[str, bytes], findings: list[Finding]) -> dict[int, tuple[Expert, ...]]:
    panels: dict[int, tuple[Expert, ...]] = {}
    for address, data in blobs.items():
        folder, _, name = address.removeprefix("file/").partition("/")
        match = ROUND.fullmatch(folder) if name == "panel.json" else None
        if match:
            experts, problems = older.read_panel(data)
            findings += [Finding("front-matter", p, f"{FOLDER}{id}/{folder}/{name}", 1, 1) for p in problems]
            if experts:
                panels[int(match[1])] = experts
    return panels


def _older_meta(
    id: str,
    uid: str,
    blobs: Mapping[str, bytes],
    panels: Mapping[int, tuple[Expert, ...]],
    writers: Mapping[int, list[str]],
    findings: list[Finding],
) -> Meta:
    domain, question, pool = "", "", ()
    if "file/expert-pool.json" in blobs:
        domain, question, pool, problems = older.read_pool(blobs["file/expert-pool.json"])
        findings += [Finding("front-matter", p, f"{FOLDER}{id}/expert-pool.json", 1, 1) for p in problems]
    experts = older.experts(panels, writers, pool)
    said = {round: tuple(e.slug for e in panel) for round, panel in panels.items()}
    return Meta(id, uid, older.title_of(id), question, experts=experts, panels=said, native=False, domain=domain)


def _text(blobs: Mapping[str, bytes], address: str) -> str | None:
    data = blobs.get(address)
    if data is None:
        return None
    return document.read(data).text.replace("\r\n", "\n").replace("\r", "\n")


def _summaries(blobs: Mapping[str, bytes]) -> dict[int, str]:
    summaries: dict[int, str] = {}
    for address in blobs:
        if address.endswith(".summary.md"):
            match = ROUND.fullmatch(address.removeprefix("file/").removesuffix(".summary.md"))
            if match:
                summaries[int(match[1])] = _text(blobs, address) or ""
    return summaries


def _register(id: str, blobs: Mapping[str, bytes], about: Meta, last: int) -> Register:
    tensions, verdict = _text(blobs, "file/tensions.md"), _text(blobs, "file/verdict.md")
    if tensions is None and verdict is None:
        return NO_REGISTER
    folder = f"{FOLDER}{id}/"
    slugs = frozenset(e.slug for e in about.experts)
    return register.read(tensions or "", folder + "tensions.md", slugs, last, verdict, folder + "verdict.md")
