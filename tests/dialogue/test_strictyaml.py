"""YAML as people and attackers write it: no surprises, nothing to attack with, every problem at its place."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings

from blue_cli.dialogue import frontmatter
from tests.dialogue.fronts import ANY


@settings(deadline=None, max_examples=160)
@given(ANY)
@example("a: \ud800")
@example("a: [")
@example("%YAML " + "9" * 5000 + ".1\n---\na: 1")
@example("a: !%FF x")
@example('"\\UFFFFFFFF"')
def test_any_text_reads_or_has_problems_at_places(text):
    fields, problems = frontmatter.read(text)
    assert isinstance(fields, dict)
    lines = text.split("\n")
    for line, column, message in problems:
        assert 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1 and message


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "on",
        "y",
        "12:30",
        "017",
        "0x1F",
        "1e3",
        "1_000",
        ".inf",
        ".5",
        "2026-11-24",
        "2026-13-45",
        "2026-11-24 05:28:00",
        "True",
        "1234567890123456789",
    ],
)
def test_text_stays_text(text):
    """YAML 1.1 would make of these a bool, 750, 15, a date or a ValueError."""
    for front in (f"title: {text}\n", f"title:  {text}  # a comment\n", f"x: {{title: {text}}}\n", f"x:\n  - {text}\n"):
        fields, problems = frontmatter.read(front)
        assert not problems
        assert text in repr(fields) and all(
            text in (v, *(v if isinstance(v, list) else []), *(v.values() if isinstance(v, dict) else [])) for v in fields.values()
        )


def test_numbers_and_words_that_mean_something():
    fields, problems = frontmatter.read("a: 1\nb: -2\nc: 0.90\nd: true\ne: false\nf: null\ng: ~\nh:\ni: '1'\n")
    assert (list(fields.values()), problems) == ([1, -2, 0.9, True, False, None, None, None, "1"], [])


@pytest.mark.parametrize(
    ("front", "line", "column", "message"),
    [
        ("a: &x 1\nb: 2\n", 1, 4, "anchor"),
        ("a: [&x [1], *x]\n", 1, 5, "anchor"),
        ("b: 1\na: *x\n", 2, 4, "alias"),
        ("a: !!python/object/apply:os.system [x]\n", 1, 4, "tag"),
        ("a: !!str 1\n", 1, 4, "tag"),
        ("a: ! 1\n", 1, 4, "tag"),
        ("a: 1\n<<: {b: 1}\n", 2, 1, "merge"),
        ("a: {<<: {b: 1}}\n", 1, 5, "merge"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "twice"),
        ("a: {x: 1, x: 2}\n", 1, 11, "twice"),
        ("ids: {P01: P0001, P01: P0002}\n", 1, 19, "twice"),
        ("true: 1\n", 1, 1, "not text"),
        ("1.5: 1\n", 1, 1, "not text"),
        ("~: 1\n", 1, 1, "not text"),
        ("? [a]\n: 1\n", 1, 3, "not text"),
        ("a: [x\n", 2, 1, "not YAML"),
        ("- a\n", 1, 1, "not a map"),
        ("text\n", 1, 1, "not a map"),
        ("a: 1\n...\n---\nb: 2\n", 3, 1, "second document"),
        ("a: 1\nb: \x00\n", 2, 4, "U+0000"),
        ('a: 1\nb: "\\0"\n', 2, 4, "NUL"),
        ('b: "\\ud800"\n', 1, 4, "surrogate"),
        ('"a\\0": 1\n', 1, 1, "NUL"),
        ('b: "\\U00110000"\n', 1, 0, "not YAML"),
        ("a: 'é\u2028'\nb: *x\n", 2, 4, "alias"),  # U+2028 ends a line for YAML only
        ("a: 1\n\tb: 2\n", 2, 1, "not YAML"),
    ],
)
def test_what_is_refused_has_a_place(front, line, column, message):
    _, problems = frontmatter.read(front)
    assert problems
    assert message in problems[0][2]
    assert (problems[0][0], column and problems[0][1]) == (line, column)


def test_what_is_refused_leaves_the_other_fields():
    fields, problems = frontmatter.read("blue: 1\nx: &a [1]\ny: *a\nround: 2\nround: 3\nz: [1, *a]\n")
    assert fields == {"blue": 1, "round": 2, "z": [1]}
    assert [line for line, _, _ in problems] == [2, 3, 5, 6]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "front",
    [
        BOMB,
        "a: " + "[" * 50_000,
        "[" * 50_000,
        "{" * 50_000,
        "a: " + "{a: " * 16_000,
        "- " * 30_000,
        "? " * 30_000,
        "a: " + "[" * 17 + "]" * 17,
        "".join(f"{' ' * n}a:\n" for n in range(40)),
        "a: " + "[x, " * 15_000,
        "&a " * 20_000,
        '"' + "\\" * 60_000,
        "a: " + "'" * 60_001,
        "a: |\n" + " \n" * 30_000 + "]",
        "%" * 60_000,
        "a: 1\n" * 13_000,
        "".join(f"a{n}: *b\n" for n in range(6000)),
        "a: {" + ", ".join(f"'{n}': &x 1" for n in range(4000)),
    ],
    ids=lambda text: text[:8],
)
def test_attacks_end_soon_in_a_problem(front):
    began = time.process_time()
    _, problems = frontmatter.read(front)
    assert 1 <= len(problems) <= 50
    assert time.process_time() - began < 10  # no hang; a factor of ten above what the slowest takes
