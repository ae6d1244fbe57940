"""A file taken apart and put together: bodies never change, what is wrong has a place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import document

PARTS = st.sampled_from(
    [
        "---",
        "---\n",
        "---\r\n",
        "--- \n",
        "----\n",
        "\n",
        "\r\n",
        "\r",
        "blue: 1\n",
        "a: 1\r\n",
        "text",
        "key:",
        "- x\n",
        "\ufeff",
        "é",
        "\u2028",
        "#",
        "{",
        "...",
    ]
)
TEXTS = st.one_of(st.lists(PARTS, max_size=12).map("".join), st.text(max_size=60))


def test_front_matter_and_body_are_told_apart():
    doc = document.read(b"---\nblue: 1\nround: 0\n---\n\nBody\n")
    assert (doc.front, doc.body, doc.start_line, doc.front_line, doc.problem) == ("blue: 1\nround: 0\n", "\nBody\n", 5, 2, "")


@pytest.mark.parametrize(
    ("data", "front", "body", "line"),
    [
        (b"Body", None, "Body", 1),
        (b"", None, "", 1),
        (b"---\n---\nBody", "", "Body", 3),
        (b"---\nblue: 1\n---", "blue: 1\n", "", 3),
        (b"---\r\nblue: 1\r\n---\r\nBody\r\n", "blue: 1\r\n", "Body\r\n", 4),
        (b"--- \nblue: 1\n---\t\nBody", "blue: 1\n", "Body", 4),
        (b"---\n# c\ntitle: x\n---\nBody", "# c\ntitle: x\n", "Body", 5),
        (b"---\n{a: 1}\n---\nBody", "{a: 1}\n", "Body", 4),
        (b"---\na: |\n  ---\nb: 1\n---\nBody", "a: |\n  ---\nb: 1\n", "Body", 6),
        (b"----\nblue: 1\n---\n", None, "----\nblue: 1\n---\n", 1),
        (b"---\nProse between two breaks.\n\n---\n", None, "---\nProse between two breaks.\n\n---\n", 1),
        (b"---\n[TENSION T01: x]\n---\n", None, "---\n[TENSION T01: x]\n---\n", 1),
        (b"---\n* https://example.org\n---\n", None, "---\n* https://example.org\n---\n", 1),
        (b"---\n\nA thematic break first.\n", None, "---\n\nA thematic break first.\n", 1),
    ],
)
def test_delimiters(data, front, body, line):
    doc = document.read(data)
    assert (doc.front, doc.body, doc.start_line, doc.problem) == (front, body, line, "")


def test_unclosed_front_matter_is_named():
    doc = document.read(b"---\nblue: 1\n\nBody")
    assert (doc.problem, doc.line, doc.column, doc.front, doc.start) == ("front-matter", 1, 1, None, 0)


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"ok\n\xc3\xa9\xff rest", 2, 2),
        (b"\xff", 1, 1),
        (b"a\n\nb\0c", 3, 2),
        (b"\xef\xbb\xbf\xc3\xa9\0", 1, 2),
        (b"\xef\xbb\xbf\xc3\xa9\xff", 1, 2),
        (b"\xed\xa0\x80", 1, 1),  # a lone surrogate
        (b"\xff" * (2 << 20), 1, 1),
    ],
)
def test_bytes_that_are_no_text_have_a_place(data, line, column):
    doc = document.read(data)
    assert (doc.problem, doc.line, doc.column) == ("encoding", line, column)
    with pytest.raises(ValueError, match="encoding"):
        document.replace_front(doc, None)


def test_the_rest_of_a_broken_file_still_reads():
    doc = document.read(b"---\nblue: 1\n---\nBody \xff[TENSION T01: x]\0")
    assert (doc.front, doc.body) == ("blue: 1\n", "Body \ufffd[TENSION T01: x]\ufffd")


def test_limits_of_size():
    longest = b"x" * document.MAX_LINE
    assert document.read(b"\n".join([longest] * 15)).problem == ""
    over = document.read(b"ok\n" + longest + b"x")
    assert (over.problem, over.line) == ("limit", 2)
    assert document.read(b"x\n" * (1 << 19)).problem == ""
    assert document.read(b"x\n" * (1 << 19) + b"x").problem == "limit"


@pytest.mark.parametrize("key", [b"blue: 1\n", b"title: x\n"])
def test_limit_of_front_matter(key):
    fits = b"---\n" + key + b"# 34567\n" * ((document.MAX_FRONT - len(key)) // 8) + b"---\nBody"
    assert document.read(fits).problem == ""
    doc = document.read(fits.replace(b"---\nBody", b"# 34567\n" * 2 + b"---\nBody"))
    assert (doc.problem, doc.line, doc.front, doc.body) == ("limit", 2, None, "Body")


@settings(deadline=None)
@given(TEXTS, st.booleans())
def test_reading_keeps_every_byte(text, bom):
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    doc = document.read(data)
    if doc.problem != "encoding":
        assert document.replace_front(doc, doc.front) == data
        assert doc.start_line == doc.text[: doc.start].count("\n") + 1 or doc.body == ""
        assert doc.body in text or bom


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_read(data):
    doc = document.read(data)
    assert doc.problem == "encoding" or document.replace_front(doc, doc.front) == data


@settings(deadline=None)
@given(TEXTS)
def test_the_quick_way_and_the_unhurried_way_agree(rest):
    text = "---\nblue: 1\n" + rest
    assert document.read(text.encode()) == document._split(text, False) or "\0" in text


@settings(deadline=None)
@given(
    st.booleans(),
    st.none() | st.sampled_from(["", "blue: 1", "blue: 1{n}ids: {{P01: P0001}}", "x: y"]),
    TEXTS,
    st.sampled_from(["\n", "\r\n"]),
)
def test_join_is_the_inverse(bom, front, body, newline):
    front = front and front.format(n=newline) + newline
    if (front is None and body.startswith(("---", "\ufeff"))) or "\0" in body:
        return
    doc = document.read(document.join(bom, front, body, newline))
    assert (doc.bom, doc.front, doc.body, doc.newline if front else newline) == (bom, front, body, newline)


def test_other_front_matter_leaves_the_rest():
    doc = document.read(b"\xef\xbb\xbf--- \r\na: 1\r\n---\t\nBody\r\n\n")
    assert document.replace_front(doc, "b: 2\r\n") == b"\xef\xbb\xbf--- \r\nb: 2\r\n---\t\nBody\r\n\n"
    assert document.replace_front(document.read(b"Body\r\n"), "b: 2\r\n") == b"---\r\nb: 2\r\n---\r\nBody\r\n"


# --- JSON ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"[1e999]", "too large"),
        (b'{"a": 1, "b": {"a": 1, "a": 2}}', "'a' twice"),
        (b"[" * 17 + b"]" * 17, "nested deeper"),
        (b"[" * 500_000, "nested deeper"),
        (b'{"a":' * 100_000, "nested deeper"),
        (b'["\\u0000"]', "NUL"),
        (b'["\\ud800"]', "surrogate"),
        (b'["\xff"]', "UTF-8"),
        (b"9" * 5000, "digits"),
        (b"[1,]", "line 1"),
        (b"", "line 1"),
        (b'"' + b"x" * (1 << 20) + b'"', "MiB"),
    ],
)
def test_json_that_readers_differ_on_is_refused(data, problem):
    value, found = document.read_json(data)
    assert value is None
    assert problem in found


def test_json_is_read():
    assert document.read_json(b'\xef\xbb\xbf{"a": ["[[[[[[[[[[[[[[[[[[[[", "\\ud83d\\ude00", "\\\\u0000", 0.5]}') == (
        {"a": ["[[[[[[[[[[[[[[[[[[[[", "\U0001f600", "\\u0000", 0.5]},
        "",
    )


@settings(deadline=None)
@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=8)
)
def test_any_json_reads_back(value):
    text = json.dumps(value)
    found, problem = document.read_json(text.encode())
    assert (found == value and not problem) or "NUL" in problem or "nested" in problem


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:\\u0d8eN1 ', max_size=60).map(str.encode))
def test_any_bytes_are_json_or_a_problem(data):
    value, problem = document.read_json(data)
    assert not problem or value is None
