"""Two versions of a file merged over the one that both come from, by what its front matter means.

    body            line by line (`threeway`)
    ids, refs, …    key by key; so are maps in maps
    experts         by slug, then key by key
    links           as a set
    created, at     the earlier of two times: a file is as old as its first version
    anything else   whole; what both changed, each in its own way, stands in conflict markers, all else being united

The result of one clone is the result of the other: what both added stands in the order of its names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue import canonical, document, frontmatter, threeway
from blue_cli.dialogue.document import Document
from blue_cli.dialogue.threeway import Style

_NONE: Any = object()  # a value that is not there


class United(NamedTuple):
    """The bytes of the file, and how many conflicts stand in it."""

    data: bytes
    conflicts: int


def unite(base: bytes, ours: bytes, theirs: bytes, kind: str, style: Style) -> United | None:
    """The file with the changes of both sides. `kind` is a key of `frontmatter.ORDER`; `base` is empty when both added it.

    None for what only a line by line merge can do justice to: no front matter, or one that cannot be read, on any side;
    a text over a limit.
    """
    before, mine, other = (document.read(data) for data in (base, ours, theirs))
    if any(parts.problem for parts in (before, mine, other)) or mine.front is None or other.front is None:
        return None
    if base and before.front is None:
        return None
    front = _front(before.front or "", mine, other.front, kind, style)
    if front is None or len(front.text.encode()) > document.MAX_FRONT:
        return None
    body = threeway.merge(before.body, mine.body, other.body, style)
    head = mine.text[: mine.start]
    if body.text and not head.endswith("\n"):
        head += mine.newline
    bom = _changed(before.bom if base else other.bom, mine.bom, other.bom)
    parts = mine._replace(text=head + body.text, bom=bom)
    return United(document.replace_front(parts, front.text), front.conflicts + body.conflicts)


def _changed(base: bool, ours: bool, theirs: bool) -> bool:
    """Of two sides the one that is not as it was."""
    return theirs if ours == base else ours


# --- front matter ------------------------------------------------------------------------------------------------


def _front(base: str, ours: Document, theirs: str, kind: str, style: Style) -> threeway.Merged | None:
    front = ours.front or ""
    read = [frontmatter.read(text) for text in (base, front, theirs)]
    if any(problems for _, problems in read):
        return None
    values = [fields for fields, _ in read]
    mine, other = (_fields(prefer, *values) for prefer in (_ours, _theirs))
    lines = threeway.merge(base, front, theirs, style)
    if not lines.conflicts and _same(mine, other) and _says(lines.text, mine):
        return lines
    if any("#" in text and canonical.read(text) is None for text in (base, front, theirs)):
        return lines if lines.conflicts else None  # a comment that only lines keep
    texts = [frontmatter.update(front, _changes(values[1], wanted), kind) for wanted in (mine, other)]
    return threeway.beside(texts[0], texts[1], style)


def _says(front: str, wanted: Mapping[str, Any]) -> bool:
    """Whether lines that were merged say what was meant: two lines of one key, say, do not."""
    fields, problems = frontmatter.read(front)
    return not problems and fields.keys() == wanted.keys() and all(_same(fields[key], wanted[key]) for key in fields)


def _changes(fields: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What `update` must be told so that `fields` become `wanted`."""
    changed = {key: value for key, value in wanted.items() if key not in fields or not _same(fields[key], value)}
    return {**dict.fromkeys(fields.keys() - wanted.keys()), **changed}


# --- values ------------------------------------------------------------------------------------------------------

Prefer = Callable[[Any, Any], Any]


def _ours(ours: Any, theirs: Any) -> Any:
    return ours


def _theirs(ours: Any, theirs: Any) -> Any:
    return theirs


def _same(one: Any, other: Any) -> bool:
    """Equal in type too: to Python 1, 1.0 and true are equal."""
    return repr(one) == repr(other)


def _fields(prefer: Prefer, base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Two maps merged key by key; `prefer` chooses where both changed one value, each in its own way."""
    keys = [*base, *sorted((ours.keys() | theirs.keys()) - base.keys())]
    merged = {key: _value(prefer, key, *(side.get(key, _NONE) for side in (base, ours, theirs))) for key in keys}
    return {key: value for key, value in merged.items() if value is not _NONE}


def _value(prefer: Prefer, key: str, base: Any, ours: Any, theirs: Any) -> Any:
    if _same(ours, theirs) or _same(theirs, base):
        return ours
    if _same(ours, base):
        return theirs
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping) and key != "seal":  # a seal is signed as a whole
        return _fields(prefer, base if isinstance(base, Mapping) else {}, ours, theirs)
    if key in ("created", "at") and isinstance(ours, str) and isinstance(theirs, str):
        return min(ours, theirs)
    if isinstance(ours, list) and isinstance(theirs, list) and key in _LISTS:
        named = [_by_name(_LISTS[key], side) for side in (base if isinstance(base, list) else [], ours, theirs)]
        if None not in named:
            return list(_fields(prefer, *named).values())  # type: ignore[arg-type]  # None is not in it
    return prefer(ours, theirs)


def _by_name(name: Callable[[Any], Any], items: list[Any]) -> dict[str, Any] | None:
    """The items by what names them; None when one has no name or two have the same."""
    named = {name(item): item for item in items}
    return named if len(named) == len(items) and all(isinstance(key, str) for key in named) else None


def _slug(item: Any) -> Any:
    return item.get("slug") if isinstance(item, Mapping) else None


def _itself(item: Any) -> Any:
    return item if isinstance(item, str) else None


_LISTS: Mapping[str, Callable[[Any], Any]] = {"experts": _slug, "links": _itself}
