"""Reading an older dialogue: no front matter, panels in JSON, the judge's register (FORMAT.md, section 7)."""

from __future__ import annotations

from collections.abc import Mapping

from blue_cli.dialogue import document, older, register
from blue_cli.dialogue.ids import JUDGE, ROUND, split_address
from blue_cli.dialogue.model import Expert, Meta, Register
from blue_cli.dialogue.sources import FOLDER, NO_REGISTER, Sources, by_name, ordered, source
from blue_cli.errors import Finding

_POOL = "file/expert-pool.json"


def read(id: str, uid: str, blobs: Mapping[str, bytes], findings: list[Finding], near: bool) -> Sources:
    """Everything that an older dialogue's folder says."""
    panels = _panels(id, blobs, findings)
    files = [
        source(id, address, data, findings, near)
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
    rulings = [source(id, a, blobs[a], findings, near) for a in blobs if a.startswith("ruling/")]
    slugs = frozenset(e.slug for e in about.experts)
    rows = _register(id, blobs, slugs, last)
    findings += rows.findings
    named = older.first_named(summaries, slugs) if rows.rows else {}
    return Sources(about, ordered(files), by_name(rulings), (), rows, named, tuple(findings))


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
    pool = older.read_pool(blobs[_POOL]) if _POOL in blobs else older.Pool()
    findings += [Finding("front-matter", p, f"{FOLDER}{id}/expert-pool.json", 1, 1) for p in pool.problems]
    experts = older.experts(panels, writers, pool.experts)
    said = {round: tuple(e.slug for e in panel) for round, panel in panels.items()}
    return Meta(id, uid, older.title_of(id), pool.question, experts=experts, panels=said, native=False, domain=pool.domain)


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


def _register(id: str, blobs: Mapping[str, bytes], slugs: frozenset[str], last: int) -> Register:
    tensions, verdict = _text(blobs, "file/tensions.md"), _text(blobs, "file/verdict.md")
    if tensions is None and verdict is None:
        return NO_REGISTER
    folder = f"{FOLDER}{id}/"
    return register.read(tensions or "", folder + "tensions.md", slugs, last, verdict, folder + "verdict.md")
