"""Front matter: read by the small strict reader or the YAML loader, written in one canonical form.

Known keys come first, in the order of FORMAT.md, section 1; what the tool does not know it keeps, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from blue_cli.dialogue import canonical, handwriting
from blue_cli.dialogue.document import MAX_FRONT
from blue_cli.dialogue.pattern import pattern
from blue_cli.errors import Finding, Refused

ORDER: dict[str, tuple[str, ...]] = {
    "dialogue": (
        "blue", "uid", "title", "question", "created", "experts", "panels", "max_rounds", "tensions", "links", "closed", "seal",
    ),
    "contribution": ("blue", "dialogue", "round", "expert", "created", "ids", "refs", "scores"),
    "ruling": ("blue", "dialogue", "round", "created", "refs"),
    "score": ("blue", "dialogue", "round", "expert", "created", "scores"),
    "verdict": (
        "blue", "dialogue", "kind", "round", "author", "created", "recommendation", "vote", "confidence", "conditions",
        "supporting_experts", "supersedes", "forced", "override", "refs", "basis",
    ),
}  # fmt: skip
INNER: dict[str, tuple[str, ...]] = {
    "experts": ("slug", "role", "tier", "relevance", "source", "reason", "focus", "from_round", "to_round", "git"),
    "closed": ("at", "reason"),
}

_TAIL = "\0"  # no key can be this
_BLANK = pattern(r"\A(?:[ \t]*\r?\n)+")

Problems = Sequence[tuple[int, int, str]]


def read(front: str) -> tuple[dict[str, Any], Problems]:
    """The fields, and what is wrong as (line, column, message), both from 1 and relative to `front`. Never raises.

    A field with a problem is left out, the others are read.
    """
    if len(front) * 4 > MAX_FRONT and len(front.encode(errors="replace")) > MAX_FRONT:
        return {}, [(1, 1, f"front matter over {MAX_FRONT >> 10} KiB: move text into the body")]
    fields = canonical.read(front)
    if fields is not None:
        return fields, []
    from blue_cli.dialogue import strictyaml

    loaded = strictyaml.read(front)
    return loaded.fields, list(loaded.problems)


def write(fields: Mapping[str, Any], kind: str) -> str:
    """Canonical front matter without its `---` lines; a field that is None is left out. Inverse of `read`.

    `kind` is a key of `ORDER`. Whole numbers of more than 18 digits and numbers that no decimal can say read back as text.
    """
    return "".join(_field(key, fields[key]) for key in handwriting.ordered(fields, ORDER[kind]))


def _field(key: str, value: Any) -> str:
    return handwriting.write_field(key, value, INNER.get(key, ()))


def update(front: str | None, changes: Mapping[str, Any], kind: str) -> str:
    """The front matter with some fields changed (None removes one): known keys canonical, unknown ones as they stood.

    Comments stay with the key below them; only those behind the value of a known key are lost. Raises `Refused` when the
    front matter has problems, since fields that could not be read would be lost.
    """
    front = front or ""
    newline = "\r\n" if "\r\n" in front else "\n"
    if front and not front.endswith("\n"):
        front += newline
    fields, problems = read(front)
    if problems:
        raise _refusal(problems)
    merged = {**fields, **changes}
    untouched = [key for key in fields if key not in ORDER[kind] and key not in changes]
    wanted = read(write(merged, kind))[0] | {key: fields[key] for key in untouched}
    text = ""
    for entries in _layouts(front):
        text = _assembled(entries, merged, untouched, kind, newline)
        if read(text) == (wanted, []):
            break
    return text


def _layouts(front: str) -> Iterator[list[_Entry]]:
    """What to keep of the source, most first: moving a line can change what another says (blank lines below `|+`)."""
    entries = _entries(front)
    yield entries
    yield [entry._replace(above=_BLANK.sub("", entry.above)) for entry in entries]
    yield []


def _refusal(problems: Problems) -> Refused:
    findings = [Finding("front-matter", message, line=line + 1, column=column) for line, column, message in problems]
    return Refused(
        "front matter with errors cannot be changed",
        findings,
        why="fields that cannot be read would be lost",
        fix="correct the front matter by hand, then try again",
    )


class _Entry(NamedTuple):
    """The lines of one top-level key, and the comments and blank lines above it. `_TAIL` is what follows the last."""

    key: str
    above: str
    source: str


def _assembled(entries: list[_Entry], merged: Mapping[str, Any], untouched: list[str], kind: str, newline: str) -> str:
    above = {entry.key: entry.above for entry in entries}
    source = {entry.key: entry.source for entry in entries}
    known = [key for key in handwriting.ordered(merged, ORDER[kind]) if key in ORDER[kind]]
    added = [key for key in handwriting.ordered(merged, ()) if key not in ORDER[kind] and key not in untouched]
    parts = []
    for key in (*known, *untouched, *added):
        kept = source.get(key) if key in untouched else None
        parts.append(above.get(key, "") + (kept or _field(key, merged[key]).replace("\n", newline)))
    return "".join(parts) + above.get(_TAIL, "")


def _entries(front: str) -> list[_Entry]:
    """The top-level keys with their lines; empty when keys do not stand on lines of their own."""
    if canonical.read(front) is not None:
        lines = front.splitlines(keepends=True)
        heads = [n for n, line in enumerate(lines) if line[:2] != "- "] + [len(lines)]
        return [_Entry(lines[a].partition(":")[0], "", "".join(lines[a:b])) for a, b in pairwise(heads)]
    from blue_cli.dialogue import strictyaml

    loaded = strictyaml.read(front)
    if not loaded.lined:
        return []
    entries, done = [], 0
    for key, start, end in loaded.spans:
        begin = front.rfind("\n", 0, start) + 1
        stop = end if front[end - 1] == "\n" else front.find("\n", end) + 1
        entries.append(_Entry(key, front[done:begin], front[begin:stop]))
        done = stop
    return [*entries, _Entry(_TAIL, front[done:], "")]
