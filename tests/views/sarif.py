"""The part of the SARIF 2.1.0 schema that blue writes, by hand and stricter than the official one (fixtures/schemas): no
optional field that blue does not mean to write passes."""

from __future__ import annotations

from typing import Any


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


_TEXT = {"type": "string", "minLength": 1}
_MESSAGE = _object("text", text=_TEXT)  # 3.11, 3.12
_LEVEL = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
_PLACE = {"type": "integer", "minimum": 1}
_REGION = _object("startLine", startLine=_PLACE, startColumn=_PLACE, endLine=_PLACE, endColumn=_PLACE)  # 3.30
_URI = {"type": "string", "format": "uri-reference", "pattern": r"^[A-Za-z0-9._~!$&'()*+,;=:@/%-]+$"}  # RFC 3986
_LOCATION = _object(
    "physicalLocation", physicalLocation=_object("artifactLocation", artifactLocation=_object("uri", uri=_URI), region=_REGION)
)
_RULE = _object(  # reportingDescriptor, 3.49
    "id",
    id=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
    defaultConfiguration=_object("level", level=_LEVEL),
    properties=_object("tags", tags={"type": "array", "items": _TEXT, "uniqueItems": True}),
)
_RESULT = _object(  # 3.27
    "ruleId level message",
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    message=_MESSAGE,
    locations={"type": "array", "items": _LOCATION, "minItems": 1},
)
_DRIVER = _object("name rules", name=_TEXT, semanticVersion=_TEXT, rules={"type": "array", "items": _RULE, "uniqueItems": True})
_RUN = _object(
    "tool results",
    tool=_object("driver", driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},  # 3.14.17
    results={"type": "array", "items": _RESULT},
)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"$schema": {"type": "string"}, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": _RUN}},
    "required": ["version", "runs"],
    "additionalProperties": False,
}
