"""`blue schema`: the JSON Schema of each document that blue prints with --json, and of those that it reads.

The files in `blue_cli/schemas` are written by hand and are a contract. They stay in the package: `$id` is a name
(`urn:blue:export@1`), nothing is fetched, and each file stands alone. What blue reads is in `input`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import typer

from blue_cli.cli.output import Result
from blue_cli.errors import NotFound
from blue_cli.views.listing import Column

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "schemas")
INPUT = os.path.join(FOLDER, "input")
END = ".json"
LIST = "list"
COLUMNS = (Column("schema", style="id"), Column("command"), Column("description", flex=True))


class Published(NamedTuple):
    """A schema: what its documents say in `schema` (those that blue reads: in `$schema`), and its text as it lies in the package."""

    id: str
    text: str

    @property
    def document(self) -> dict[str, Any]:
        """It, parsed."""
        return dict(json.loads(self.text))


def command(
    name: Annotated[list[str], typer.Argument(metavar="[NAME]...", help="As in export, tensions.list, error; without: all.")] = [],  # noqa: B006 - Typer reads the default and copies it
) -> Result:
    """The JSON Schema (draft 2020-12) of a document that blue prints with --json, or reads. Without NAME it lists them.

    NAME is the command, in one word or several, or what the document says in "schema": blue schema blue/export@1
    """
    if not name or name == [LIST]:
        return _listed()
    found = read(find(name))
    return Result("blue/schema@1", lambda: {"name": found.id, "json_schema": found.document}, found.text)


def names() -> list[str]:
    """Every schema by its file's name, `export@1`."""
    return sorted(file.removesuffix(END) for file in os.listdir(FOLDER) if file.endswith(END))


def inputs() -> list[str]:
    """The schemas of documents that blue reads, by the file's name, `rounds@1`."""
    return sorted(file.removesuffix(END) for file in os.listdir(INPUT) if file.endswith(END))


def read(name: str) -> Published:
    """The schema of this name, one of `names()` or `inputs()`."""
    folder, begin = (INPUT, "urn:blue:") if name in inputs() else (FOLDER, "blue/")
    with open(os.path.join(folder, name + END), encoding="utf-8") as file:
        return Published(begin + name, file.read())


def find(words: Sequence[str]) -> str:
    """The name that is meant by a command's words, a document's `schema` or its part without number: the newest then.

    Raises `NotFound` with what is spelled alike.
    """
    known = [*names(), *inputs()]
    asked = ".".join(".".join(words).split()).lower().removeprefix("urn:").removeprefix("blue:").removeprefix("blue/").removeprefix("blue.")
    same = [name for name in known if asked in (name, _plain(name))]
    if same:
        return max(same, key=lambda name: int(name.rpartition("@")[2]))
    from difflib import get_close_matches

    short = [_plain(name) for name in known]
    near = [name for name in short if name.startswith(f"{asked}.")] or get_close_matches(re.sub("@.*", "", asked), short, 3, 0.6)
    fix = f"did you mean {near[0]}?" if near else "blue schema lists them"
    raise NotFound(f'no schema is named "{" ".join(words)}"', fix=fix, suggestions=near)


def _plain(name: str) -> str:
    return name.partition("@")[0]


def _listed() -> Result:
    items = [_item(name) for name in (*names(), *inputs())]
    rows = [[item["name"], item["command"], item["description"]] for item in items]
    return Result("blue/schema.list@1", {"items": items}, columns=COLUMNS, rows=rows, counts=f"{len(rows)} schemas")


def _item(name: str) -> dict[str, str]:
    found = read(name)
    document = found.document
    return {"name": found.id, "command": document["title"], "description": document["description"]}
