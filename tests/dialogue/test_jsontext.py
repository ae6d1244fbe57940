"""Where things stand in a JSON text."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue import document, jsontext

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def paths(value: object, at: jsontext.Path = ()) -> list[tuple[jsontext.Path, object]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(at, value), *(found for key, inner in items for found in paths(inner, (*at, key)))]


@given(VALUES, st.sampled_from([None, 1]))
def test_every_value_is_found_where_it_begins(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    there = dict(paths(value))
    found = jsontext.places(text, there)
    assert set(found) == set(there)
    lines = text.split("\n")
    for path, (line, column) in found.items():
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert json.JSONDecoder().raw_decode(rest)[0] == there[path]


@given(st.text(alphabet='{}[],:"\\\\ \n1aN', max_size=40))
def test_any_text_is_walked_to_its_end(text: str) -> None:
    assert all(0 <= token.offset < len(text) for token in jsontext.walk(text))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": 1,\n "a": 2}', (2, 2)),
        ('{"a": {"b": 1},\n "b": [1, {"c": 1, "c": 2}]}', (2, 20)),
        ('{"a":\n  NaN}', (2, 3)),
        ('{"a": 1,\n}', (2, 1)),
        ("[\n" * 20, (17, 1)),
        ("nothing", (1, 1)),
    ],
)
def test_what_the_reader_refuses_has_a_place(text: str, place: tuple[int, int]) -> None:
    value, problem = document.read_json(text.encode())
    assert value is None and jsontext.problem_place(text, problem) == place


def test_a_value_that_is_not_there_stands_where_it_would() -> None:
    found = jsontext.places('{"a":\n [1]}', [("a", 0), ("a", 7), ("b",)])
    assert [jsontext.nearest(found, path) for path in (("a", 0), ("a", 7), ("b",))] == [(2, 3), (2, 2), (1, 1)]


@pytest.mark.parametrize("text", ['{"' + '\\"' * 400_000, '"' * 400_001, '{"a":' + "[" * 400_000, "[" + "1," * 400_000])
def test_hostile_texts_take_no_time(text: str) -> None:
    began = time.process_time()
    problem = document.read_json(text.encode())[1]
    jsontext.problem_place(text, problem)
    assert problem and time.process_time() - began < 5


def test_a_path_is_shown_as_people_write_it() -> None:
    assert jsontext.shown(("rounds", 0, "contributions", 2, "text")) == "rounds[0].contributions[2].text: "
    assert jsontext.shown(()) == ""
