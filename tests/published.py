"""What blue prints, held against the JSON Schemas that it publishes (`blue_cli/schemas`).

Published schemas are open, since fields may be added under one number. Here they are closed: a field that no schema
describes is a mistake.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import blue_cli

FOLDER = Path(blue_cli.__file__).parent / "schemas"
BEGIN = "blue/"  # of what a document says in `schema`


def schema(name: str) -> Any:
    """A published schema, by its file's name (`export@1`)."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def closed(part: Any) -> Any:
    """The same schema, in which an object has the properties that are described and no others."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    shut = {key: value if key in ("examples", "required") else closed(value) for key, value in part.items()}
    return {"additionalProperties": False, **shut} if is_object(part) else shut


def is_object(part: dict[str, Any]) -> bool:
    """Whether this part of a schema lists the properties of an object (and is no property that is called `properties`)."""
    return part.get("type") == "object" and isinstance(part.get("properties"), dict)


@cache
def validator(name: str) -> Any:
    """Of one document, closed."""
    import jsonschema  # a quarter of a second, which a process of a test that prints no document need not spend

    return jsonschema.Draft202012Validator(closed(schema(name)))


def hold(document: Any) -> None:
    """Fail unless a document is as its schema says, with nothing beside it."""
    name = document["schema"].removeprefix(BEGIN)
    assert (FOLDER / f"{name}.json").is_file(), f"{document['schema']} has no schema"
    found = validator(name)
    if not found.is_valid(document):
        from jsonschema.exceptions import best_match

        error = best_match(found.iter_errors(document))
        where = "/".join(map(str, error.absolute_path))
        raise AssertionError(f"{document['schema']}, {where or 'the document'}: {error.message}\n{json.dumps(document)[:2000]}")


def hold_output(text: str) -> None:
    """Hold what stands on stdout, if it is one of blue's documents, or one of them a line."""
    if not re.match(r'\{\s*"schema":\s*"blue/', text):
        return
    lines = text.splitlines()
    for one in lines if len(lines) > 1 and lines[0].endswith("}") else [text]:
        hold(json.loads(one))
