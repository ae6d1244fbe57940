"""Canonical front matter: the small reader agrees with the YAML loader, and the writer is its inverse."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import canonical, document, frontmatter, handwriting, strictyaml
from tests.dialogue.fronts import ANY, CONTRIBUTION, DIALOGUE, STRINGS, fields_of


def test_a_contribution_is_read_without_yaml():
    fields = canonical.read(CONTRIBUTION)
    assert fields == {
        "blue": 1,
        "dialogue": "019b7871-2680-70e4-b285-a2d6ce8fe84a",
        "round": 2,
        "expert": "muffin",
        "created": "2026-11-24T05:28:00Z",
        "ids": {"P01": "P0113", "T01": "T0108"},
        "refs": {"T0103": "STRUDEL-T0103"},
    }
    assert canonical.read(CONTRIBUTION.replace("\n", "\r\n")) == fields


def test_every_canonical_shape_is_read_without_yaml():
    fields = canonical.read(DIALOGUE)
    assert fields is not None
    assert fields["experts"][0] == {
        "slug": "muffin",
        "role": "Data modeling, mostly",
        "tier": "core",
        "relevance": 0.9,
        "git": ["*@example.org"],
    }
    assert fields["panels"] == {"1": ["muffin", "no"]}
    assert fields["links"] == ["https://example.org/rfc/7", "RFC-0012"]
    scores = canonical.read("scores: {strudel: {W: 8, C: 6, T: 5, R: 5}, muffin: {W: 0, C: 0, T: 0, R: 0}}\n")
    assert scores == {"scores": {"strudel": {"W": 8, "C": 6, "T": 5, "R": 5}, "muffin": {"W": 0, "C": 0, "T": 0, "R": 0}}}


@settings(deadline=None, max_examples=250)
@given(ANY)
@example("a: 1\n- x\n")
@example("a:\n- x\nb: 1\n- y\n")
@example("a: 1\na: 2\n")
@example("ids: {P01: P0001, P01: P0002}\n")
@example("a: {x: 1, x: 2}\n")
@example("a: {null: 1}\n")
@example("true: 1\n")
@example("a:\nb: 1\n")
@example('a: "x\\ud800"\n')
@example('a: "x\\u0000"\n')
@example("a: " + "x" * 60000)
@example("a" * 1100 + ": {P01: P0001}\n")  # YAML takes no key that long
@example("a: {" + "b" * 1100 + ": 1}\n")
@example('a: {"' + "b" * 1100 + '": 1}\n')
@example('a: ["' + "b" * 1100 + '", {x: "' + "c" * 1100 + '"}]\n')
@example("a:\n- b\nc:\n- - d\n")
@example("a: 1234567890123456789\nb: -0\nc: 1.\nd: -1.5\n")
def test_the_two_readers_agree(text):
    strict = canonical.read(text)
    if strict is not None and len(text) < document.MAX_FRONT:
        loaded = strictyaml.read(text)
        assert (loaded.fields, loaded.problems) == (strict, [])
        assert repr(loaded.fields) == repr(strict)  # 1, 1.0 and True are equal; -0.0 and 0.0 too


def test_the_examples_are_canonical():
    for text, kind in ((CONTRIBUTION, "contribution"), (DIALOGUE, "dialogue")):
        fields, problems = frontmatter.read(text)
        assert (frontmatter.write(fields, kind), problems) == (text, [])


@settings(deadline=None, max_examples=160)
@given(fields_of())
def test_what_is_written_reads_back(pair):
    kind, fields = pair
    text = frontmatter.write(fields, kind)
    found, problems = frontmatter.read(text)
    assert (found, problems) == (fields, [])
    assert frontmatter.write(found, kind) == text


@settings(deadline=None, max_examples=80)
@given(fields_of())
def test_what_is_written_is_the_same_for_any_yaml_reader(pair):
    """PyYAML's own loader reads YAML 1.1; RFC 3339 times are the exception."""
    kind, fields = pair
    text = frontmatter.write(fields, kind)
    if not re.search(handwriting._TIME, text):
        assert _with_text_keys(yaml.safe_load(text) or {}) == fields


def _with_text_keys(value):
    """Rounds are numbers for YAML and text for us."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(inner) for key, inner in value.items()}
    return [_with_text_keys(inner) for inner in value] if isinstance(value, list) else value


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])) | STRINGS)
def test_a_text_is_one_line_without_surprises(text):
    written = handwriting.quoted(text)
    assert len(written.splitlines()) == 1
    assert not set(written) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def test_what_no_store_keeps_is_not_written():
    assert handwriting.quoted("a\0\ud800") == '"a\ufffd\ufffd"'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.9, "0.9"),
        (1.0, "1.0"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000.0"),
        (float("nan"), '"nan"'),
        (float("inf"), '"inf"'),
        (True, "true"),
        ("no", '"no"'),
        ("017", '"017"'),
        ("12:30", '"12:30"'),
        ("2026-11-24", '"2026-11-24"'),
        ("2026-11-24T05:28:00Z", "2026-11-24T05:28:00Z"),
        ("1234567812345678", '"1234567812345678"'),
        ("12e4567890123456", '"12e4567890123456"'),
        ("abcdef0123456789", "abcdef0123456789"),
        ("2026-11-24T0528Z-cache", "2026-11-24T0528Z-cache"),
        ("3 reasons", "3 reasons"),
        ("a: b", '"a: b"'),
        ("a ", '"a "'),
        ("a\nb", '"a\\nb"'),
        ("Müller", '"Müller"'),
        ("", '""'),
        ([], "[]"),
        ({}, "{}"),
        ({1: ["a"]}, "{1: [a]}"),
        ({"a": None, "b": 1}, "{b: 1}"),
    ],
)
def test_spelling_of_values(value, written):
    assert frontmatter.write({"x": value, "gone": None}, "dialogue") == f"x: {written}\n"


def test_known_keys_come_first_in_their_order():
    text = frontmatter.write({"zeta": 1, "expert": "muffin", "ids": {}, "alpha": 2, "blue": 1}, "contribution")
    assert text == "blue: 1\nexpert: muffin\nids: {}\nzeta: 1\nalpha: 2\n"
    assert frontmatter.write({"experts": [{"role": "r", "x": 1, "slug": "s"}]}, "dialogue") == "experts:\n- {slug: s, role: r, x: 1}\n"
