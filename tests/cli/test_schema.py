"""`blue schema`: every document that blue prints has a published JSON Schema, and is as it says (CLI.md, output)."""

from __future__ import annotations

import ast
import copy
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

import blue_cli
from blue_cli.dialogue.ids import address_of
from blue_cli.views import export
from blue_cli.views.items import LISTS
from tests import published
from tests.cli.program import blue
from tests.dialogue import plays
from tests.dialogue.build import graph, panel
from tests.dialogue.plays import Play

NAMES = sorted(path.stem for path in published.FOLDER.glob("*.json"))
READ = sorted(path.stem for path in (published.FOLDER / "input").glob("*.json"))
CODE = Path(blue_cli.__file__).parent
CORPUS = Path(os.environ.get("BLUE_CORPUS") or CODE.parents[1] / "shared" / "corpus")  # read before the guards clear it
# Schema names that are put together, and what may stand in their braces.
TOGETHER: dict[str, tuple[str, ...]] = {
    "blue/{}.list@1": tuple(LISTS),
    "blue/expert.{}@1": ("add", "retire"),
    "blue/panel.{}@1": ("show", "set"),
    "blue/key.{}@1": ("rewrap", "rotate", "reencrypt"),
}
FOREIGN = {"blue/aif@1"}  # names that blue gives to its part of somebody else's format
LINES = {"round.event@1"}  # documents of which there is one a line: there are no warnings beside each


# --- the files ---------------------------------------------------------------------------------------------------


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a schema; not what only looks like one, in examples."""
    yield schema
    under = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
    under += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for one in under:
        yield from parts(one)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_stands_alone(name: str) -> None:
    schema = published.schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], schema["$id"]) == ("https://json-schema.org/draft/2020-12/schema", f"urn:blue:{name}")
    assert schema["title"] and schema["description"].endswith(".")
    refs = {part["$ref"] for part in parts(schema) if "$ref" in part}
    assert refs == {f"#/$defs/{key}" for key in schema.get("$defs", {})}, "each part that is named is there, and is used"
    for document in schema.get("anyOf", [schema]):
        assert document["properties"]["schema"]["const"] == f"blue/{name}"
        assert {"schema"} | ({"warnings"} if name not in LINES else set()) <= set(document["required"])


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_says_what_each_field_is_and_leaves_room_for_more(name: str) -> None:
    for part in parts(published.schema(name)):
        assert part.get("additionalProperties", True) is not False
        assert set(part.get("required", ())) <= set(part.get("properties", {}))
        for key, field in part.get("properties", {}).items():
            assert field["description"], key
            assert {"type", "enum", "const", "$ref", "anyOf"} & set(field), f"{key} may be anything"


def test_a_part_of_one_name_is_the_same_everywhere() -> None:
    seen: dict[str, Any] = {}
    for name in NAMES:
        for key, part in published.schema(name).get("$defs", {}).items():
            assert seen.setdefault(key, part) == part, f"{key} in {name}"


@pytest.mark.parametrize("name", NAMES)
def test_its_examples_are_such_documents_and_nothing_may_be_missing_or_beside_it(name: str) -> None:
    examples = published.schema(name)["examples"]
    assert examples
    for example in examples:
        published.hold(example)
        for key in set(example) - {"at"}:
            without = {k: v for k, v in example.items() if k != key}
            if all(key in variant["required"] for variant in published.schema(name).get("anyOf", [published.schema(name)])):
                assert not published.validator(name).is_valid(without), key
        more = {**example, "unheard-of": 1}
        assert not published.validator(name).is_valid(more)
        assert jsonschema.Draft202012Validator(published.schema(name)).is_valid(more), "fields may be added"


# --- every document has one ----------------------------------------------------------------------------------------


def written(file: Path) -> Iterator[str]:
    """Schema names in a file of the program, `{}` for what is put in."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        if re.fullmatch(r"blue/[a-z.{}-]+@\d+", text):
            yield text


def test_each_name_in_the_program_has_a_schema_and_each_schema_is_printed() -> None:
    found = {name for file in sorted(CODE.rglob("*.py")) for name in written(file)} - FOREIGN
    put_in = {name for name in found if "{}" in name}
    assert put_in <= set(TOGETHER), "say here what stands in the braces"
    made = {name.replace("{}", word) for name in put_in for word in TOGETHER[name]}
    assert {name.removeprefix("blue/") for name in (found - put_in) | made} == set(NAMES)


def test_a_name_without_schema_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "new.py"
    file.write_text('"""`blue/in.text@1`"""\nSCHEMA = "blue/new@1"\nother = f"blue/{noun}.new@1"\n')
    assert [*written(file)] == ["blue/new@1", "blue/{}.new@1"]


# --- documents that are really printed -----------------------------------------------------------------------------


def exported(files: dict[str, str]) -> Any:
    blobs = {address_of(path): text.encode() for path, text in files.items()}
    return json.loads(json.dumps({"schema": "blue/export@1", **export.export(graph(files), blobs), "warnings": []}))


@settings(max_examples=20)
@given(plays.plays())
def test_the_export_of_any_dialogue_is_as_its_schema_says(play: Play) -> None:
    published.hold(exported(play.files()))


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every field of a document; of lists the first item is enough."""
    if isinstance(value, dict):
        for key, under in value.items():
            yield (*at, key)
            yield from paths(under, (*at, key))
    elif isinstance(value, list):
        for i, under in enumerate(value[:1]):
            yield from paths(under, (*at, i))


OPTIONAL = {"bom", "newline", "stance", "confidence", "on", "merged_into", "confirms_round", "to_round", "reason", "focus", "git"}


def test_a_field_that_an_export_loses_or_changes_would_be_noticed() -> None:
    whole = exported(panel({"muffin": "[TENSION T01: a]\n\n[RE:SUPPORT T01]\n\n[MOVE:CONVERGE]"}, {"judge": "[ACCEPTED MUFFIN-T0001: b]"}))
    published.hold(whole)
    for path in paths(whole):
        if path[-1] in OPTIONAL or path[-2:-1] == ("scores",):
            continue
        lost, changed = copy.deepcopy(whole), copy.deepcopy(whole)
        for made in (lost, changed):
            inner = made
            for step in path[:-1]:
                inner = inner[step]
            if made is lost:
                del inner[path[-1]]
            else:
                inner[path[-1]] = {"of another": ["type"]}
        for made in (lost, changed):
            assert not published.validator("export@1").is_valid(made), path


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS} (set BLUE_CORPUS)")
def test_real_dialogues_are_exported_as_the_schema_says() -> None:
    held = 0
    for folder in sorted(path for path in CORPUS.iterdir() if (path / ".blue").is_dir()):
        listed = blue("dialogue", "list", "--json", cwd=folder).json
        for item in listed["items"]:
            said = blue("export", "-d", item["id"], "--json", cwd=folder)  # `blue` holds it
            held += said.json["schema"] == "blue/export@1"
    assert held


# --- the command ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [["export"], ["export@1"], ["blue/export@1"], ["blue/export"], ["urn:blue:export@1"], ["EXPORT"], ["blue", "export"]],
    ids=" ".join,
)
def test_a_schema_is_printed_as_it_lies_there(words: list[str]) -> None:
    assert blue("schema", *words).out == (published.FOLDER / "export@1.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [["tensions.list"], ["tensions", "list"], ["blue tensions list"], ["blue/tensions.list@1"]], ids=" ".join)
def test_a_command_of_two_words_has_its_schema_by_both(words: list[str]) -> None:
    assert json.loads(blue("schema", *words).out)["$id"] == "urn:blue:tensions.list@1"


@pytest.mark.parametrize("name", READ)
def test_what_blue_reads_has_one_too(name: str) -> None:
    schema = json.loads(blue("schema", name.partition("@")[0]).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:blue:{name}"
    assert blue("schema", f"urn:blue:{name}", "--json").json["name"] == f"urn:blue:{name}"


def test_as_json_it_comes_in_an_envelope() -> None:
    said = blue("schema", "version", "--json").json
    assert (said["schema"], said["name"], said["json_schema"]) == ("blue/schema@1", "blue/version@1", published.schema("version@1"))


@pytest.mark.parametrize("words", [[], ["list"]], ids=["nothing", "list"])
def test_without_a_name_all_are_listed(words: list[str]) -> None:
    rows = [line.split("\t") for line in blue("schema", *words).out.splitlines()]
    assert [row[0] for row in rows] == [*(f"blue/{name}" for name in NAMES), *(f"urn:blue:{name}" for name in READ)]
    assert all(len(row) == 3 and all(row) for row in rows)
    assert [item["name"] for item in blue("schema", *words, "--json").json["items"]] == [row[0] for row in rows]


@pytest.mark.parametrize(
    ("word", "near"),
    [("tension.list", "tensions.list"), ("exprot", "export"), ("dialogue", "dialogue.adopt"), ("export@7", "export"), ("qqqqq", "")],
)
def test_an_unknown_name_is_not_found_and_what_was_meant_is_said(word: str, near: str) -> None:
    error = blue("schema", word, "--json").json["error"]
    assert (error["code"], error["exit"]) == ("not-found", 3)
    assert near in error["suggestions"] if near else not error["suggestions"]
    assert error["fix"]


@pytest.mark.parametrize("word", ["../schemas/export", "..", "/etc/passwd", "export@1.json", "", " ", "\0", "\x1b[31m"])
def test_a_name_is_never_a_path(word: str) -> None:
    said = blue("schema", word)
    assert said.status == 3 and not said.out and "\x1b" not in said.err


LOADED = """
import sys
from blue_cli.cli.main import run

run(["schema", "export"], stdin=None, stdout=open("/dev/null", "w"), stderr=sys.stderr, env={}, cwd="/")
print(*{"jsonschema", "referencing", "rich", "yaml", "blue_cli.stores.files", "blue_cli.dialogue.assemble"} & set(sys.modules))
"""


def test_nothing_is_validated_at_run_time() -> None:
    """jsonschema is for tests: whoever validates brings a tool. To print a file costs what starting costs."""
    assert subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout == "\n"
