"""A heading that may be a tension of a register: its id, its label as written, the status it carries."""

from __future__ import annotations

import re
from typing import NamedTuple

from blue_cli.dialogue.wording import Status, ids_at, is_status, lead, leading_status, plain, section_status, unlink, unstruck


class Section(NamedTuple):
    """A heading that is no row: the status it gives, and the round its tensions were raised in."""

    status: Status | None
    text: str
    raised: int | None


NOWHERE = Section(None, "", None)


_MARK = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_NUMBERING = re.compile(r"(?:\d{1,3}[.)]\s+)?[^\w]*(?:tension\s+(?=\S))?[^\w]*", re.I)
_SEPARATOR = re.compile(r"[*`~\]]*\s*(?:[:.)—–→]|-{1,2}(?=\s))?[:*]*\s*")
_RAISED_IN = re.compile(
    r"\b(?:raised|new|surfaced|opened)\s(?:(?:in|from)\s)?(?:Round |R)(\d{1,2})\b|\b(?:Round |R)(\d{1,2})[ -](?:new )?tensions?\b", re.I
)
_ASIDE = re.compile(r"[*`~\]]*\s*\(([^()]{1,80})\)(?=[*`~\]]*\s*[:—–-])")  # `T01 (Muffin, R0): label`
_TAIL = re.compile(r"[(\[]|\s[-–—]{1,2}\s|[✅✔☑❌🟢🟡🔴🔵🟠⚪⏳🔒🔓⚠]")


def heading(line: str) -> tuple[int, str] | None:
    """Level and text of an ATX heading (CommonMark 0.31, section 4.2), None for any other line."""
    match = _MARK.match(line)
    if not match:
        return None
    text = line[match.end() :].strip()
    bare = text.rstrip("#")
    if bare != text and (not bare or bare[-1] in " \t"):
        text = bare.rstrip()
    return len(match[1]), text


def head(raw: str) -> tuple[str, str, str, str]:
    """A heading as text that begins with its id, the label as written, the status it carries, and who raised it."""
    raw = unlink(raw)
    kept = [i for i, char in enumerate(raw) if char not in "*`~"]
    text = "".join(raw[i] for i in kept)
    numbering = _NUMBERING.match(text)
    start, own = numbering.end() if numbering else 0, ""
    status = leading_status(text[start : start + 60])
    if status and text[start:].startswith(status.word):
        after = start + len(status.word)
        begin = after + lead(text[after:])
        own, start = (status.word, begin) if ids_at(text, begin)[0] else ("", start)
    _, end = ids_at(text, start)
    label = raw[kept[end - 1] + 1 :] if end > start else raw
    aside = _ASIDE.match(label)
    said = plain(aside[1]) if aside else ""
    label, tail = _split_tail(label_of(_separated(label[aside.end() :] if aside else label)))
    if is_status(said):
        own, said = said, ""
    return text[start:], label, own or tail, said


def _separated(label: str) -> str:
    """What follows an id and its separator: `** — ` and `]: ` go."""
    label = _SEPARATOR.sub("", label, count=1)
    return label[:-1] if label.endswith("]") and "[" not in label else label


def label_of(text: str) -> str:
    """A label as written; only emphasis around all of it goes, or half of a pair that the id took with it."""
    text = text.strip()
    for mark in ("**", "__", "*"):
        if text.count(mark) == 1:
            text = text.removesuffix(mark).removeprefix(mark).strip()
        elif text.count(mark) == 2 and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)].strip()
    return text


def _split_tail(label: str) -> tuple[str, str]:
    """`Sync direction (RESOLVED R1)` → the label and its status."""
    if is_status(plain(label)):
        return "", plain(label).strip("[]() ")
    cut = max((m.start() for m in _TAIL.finditer(label)), default=-1)
    tail = plain(label[cut:]).strip("[]() -–—") if cut >= 0 else ""
    return (label[:cut].strip(), tail) if tail and is_status(tail) else (label, "")


def section_of(raw: str) -> Section:
    """What a heading that is no row says about the rows under it."""
    text = unstruck(raw)
    raised = _RAISED_IN.search(text)
    return Section(section_status(text), text, int(raised[1] or raised[2]) if raised else None)
