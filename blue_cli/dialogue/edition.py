"""A file in another edition: other front matter, the same body, or no change at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.meta import FORMAT
from blue_cli.errors import Conflict, Finding, Refused


def with_front(path: str, data: bytes, fields: Mapping[str, Any], kind: str) -> bytes:
    """A file with these fields in its front matter (None removes one); its body and unknown keys stay byte for byte.

    Raises `Refused`, naming the file, when something would be lost, and `Conflict` for a file of a newer format.
    """
    parts = document.read(data)
    if parts.problem:
        raise Refused("nothing was written", [Finding(parts.problem, parts.message, path, parts.line, parts.column)])
    said = fields_of(data).get("blue")
    if isinstance(said, int) and said > FORMAT:
        raise Conflict(f"{path} is written in format {said}, this blue writes {FORMAT}", fix="upgrade blue")
    try:
        front = frontmatter.update(parts.front, fields, kind)
    except Refused as refused:
        raise Refused("nothing was written", [f._replace(path=path) for f in refused.findings], why=refused.why, fix=refused.fix) from None
    return document.replace_front(parts, front if parts.front is not None else front.replace("\n", parts.newline))


def fields_of(data: bytes) -> dict[str, Any]:
    """What the front matter of a file says, as far as it can be read; nothing without any."""
    front = document.read(data).front
    return frontmatter.read(front)[0] if front else {}
