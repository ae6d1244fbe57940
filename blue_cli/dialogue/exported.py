"""The files of a dialogue out of a `blue/export@1` document: only its `contributions` are believed, the rest follows from them.

Strict about what becomes a file, indifferent to everything else: fields are added to that schema, never taken away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue import document
from blue_cli.dialogue.ids import is_name, path_of
from blue_cli.dialogue.jsontext import Path

SCHEMA = "blue/export@1"


class Problem(NamedTuple):
    """What is wrong with a JSON document, and the path of the value in it."""

    rule: str
    path: Path
    message: str
    fix: str = ""
    severity: str = ""


class Exported(NamedTuple):
    """A dialogue as it was exported. `uid` is what the document says it is."""

    id: str
    uid: str
    blobs: Mapping[str, bytes]


def read(value: Mapping[str, Any]) -> tuple[Exported, list[Problem]]:
    """The dialogue in an export, and everything that is wrong with it. Never raises."""
    about = value.get("dialogue")
    fields = about if isinstance(about, dict) else {}
    problems: list[Problem] = []
    id, uid = fields.get("id"), fields.get("uid")
    if not isinstance(id, str) or not is_name(id):
        problems.append(Problem("invalid-id", ("dialogue", "id"), f"{_shown(id)} is no dialogue id", "export it again"))
        id = ""
    if value.get("complete") is False:
        message = "the export is not complete: something in the dialogue could not be read"
        problems.append(Problem("missing-field", ("complete",), message, "export it where everything can be read"))
    items = value.get("contributions")
    if not isinstance(items, list):
        problems.append(Problem("missing-field", ("contributions",), "contributions: missing or no list", "export it again"))
        items = []
    blobs = dict(_blobs(items, problems))
    return Exported(id, uid if isinstance(uid, str) else "", blobs), problems


def _blobs(items: list[Any], problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    """Each address with its bytes; no two that one file system would take for one."""
    seen: dict[str, str] = {}
    for n, item in enumerate(items):
        place: Path = ("contributions", n)
        if not isinstance(item, dict):
            problems.append(Problem("missing-field", place, "not an object", "export it again"))
            continue
        address = _address(item, place, problems)
        data = _data(item, place, problems)
        twin = seen.get(address.casefold())
        if address and twin is not None:
            problems.append(Problem("duplicate-id", (*place, "address"), f"{address} stands here twice, as {twin}", "keep one of them"))
            continue
        seen[address.casefold()] = address
        if address and data is not None:
            yield address, data


def _address(item: Mapping[str, Any], place: Path, problems: list[Problem]) -> str:
    address = item.get("address")
    try:
        if not isinstance(address, str):
            raise ValueError(address)
        path_of(address)
    except ValueError:
        message = f"{_shown(address)} is no place in a dialogue"
        problems.append(Problem("unsafe-path", (*place, "address"), message, "export it again"))
        return ""
    return str(address)


def _data(item: Mapping[str, Any], place: Path, problems: list[Problem]) -> bytes | None:
    """The bytes of a file, the inverse of `views.export.contribution`."""
    body, front, newline = item.get("body"), item.get("front_matter"), item.get("newline", "\n")
    fits = isinstance(body, str) and (front is None or isinstance(front, str)) and newline in ("\n", "\r\n")
    encoding, bom = item.get("encoding", "text"), item.get("bom", False)
    if not fits or encoding not in ("text", "base64") or not isinstance(bom, bool):
        message = "needs body (text), front_matter (text or null), encoding (text or base64), bom (true or false) and newline"
        problems.append(Problem("missing-field", place, message, "export it again"))
        return None
    data = _decoded(str(body), place, problems) if encoding == "base64" else document.join(bom, front, str(body), str(newline))
    if data is not None and len(data) > document.MAX_BYTES:
        problems.append(Problem("limit", (*place, "body"), f"over {document.MAX_BYTES >> 20} MiB", "split it"))
        return None
    return data


def _decoded(body: str, place: Path, problems: list[Problem]) -> bytes | None:
    import base64
    import binascii

    try:
        return base64.b64decode(body.encode(), validate=True)
    except (ValueError, binascii.Error):
        problems.append(Problem("encoding", (*place, "body"), "no base64", "export it again"))
        return None


def _shown(value: Any) -> str:
    return repr(value)[:60]
