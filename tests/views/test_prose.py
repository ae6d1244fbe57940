"""Strangers' markdown becomes text, tables and links to the web, and nothing else, whatever is written."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blue_cli.views.prose import MOST_DELIMITERS, Piece, Prose
from blue_cli.views.text import UNSAFE
from tests.views.markup import PROSE, Page, inert

KNOWN = {"T0101": "#T0101", "MUFFIN-T0101": "#T0101"}
RENDERER = Prose(lambda word: KNOWN.get(word, ""))
MARK = "MARK"


def html(text: str) -> str:
    """The text with every MARK shown as a piece."""
    pieces = [Piece(m.start(), m.end(), '<span class="act">piece</span>', True) for m in re.finditer(MARK, text)]
    return RENDERER.html(text, pieces=pieces)


PARTS = st.sampled_from(
    [
        *("<script>alert(1)</script>", "</script>", "<img src=x onerror=alert(1)>", "<!--", "-->", "<svg onload=x>", "&lt;", "&#x202e;"),
        *("[x](javascript:alert(1))", "[x](data:text/html,y)", "![x](https://e.org/x.png)", "<https://e.org/?a=b&c>", "[x](../y.md)"),
        *("[x](https://e.org 'MARK')", "[MARK](https://e.org/MARK)", "`MARK`", MARK, "\nMARK", "T0101", "[T0101](https://e.org)"),
        *("[a]: javascript:x", "[a]", "[E]: https://e.org", "\n", "\n\n", "\n    ", "\n> ", "\n- ", "\n1. ", "\n# ", "\n```js\n"),
        *("|a|b|\n|-|:-:|\n|c|d|", "***", "**", "_", "~~", "`", "``", "\\", "\"'><", "\x00", "\x1b[31m", "\u202e", "\ue000", "x@e.org"),
        *("\ue0000\ue001", "&#xe000;0&#xe001;", "&#57344;9&#57345;", "&#xE000;", "http://e.org", "[x](https://e.org/\u202e)", "[](#T0101)"),
        *("[x](HTTPS://e.org)", "[x](//e.org/x)", "[x](mailto:a@e.org)", "![a [b](c) `d`](x)", "A-" * 9, "\t", "\u2028", "Ω"),
    ]
)
TEXTS = st.lists(PARTS | st.text(max_size=6), max_size=14).map(lambda parts: "".join(p + " " * (len(p) % 2) for p in parts))


@settings(max_examples=250, deadline=None)
@given(TEXTS)
@example("[x](https://e.org 'MARK')")
@example("&#xe000;7&#xe001;")
def test_whatever_is_written_is_inert(text: str) -> None:
    out = html(text)
    page = Page(out)
    for element in page.elements:
        assert element.tag in PROSE, element
        inert(element)
        assert not (element.tag == "a" and "a" in element.path), element
        assert set(element.attrs) <= {"href", "rel", "title", "class", "start", "tabindex"}, element
    assert not re.search(UNSAFE, out.replace("\n", "").replace("\t", ""))
    assert not re.search("[\ue000\ue001]", out)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# A\n\n## B\n\n### C", "<h5>A</h5>\n<h6>B</h6>\n<h6>C</h6>\n"),
        ("see T0101.", '<p>see <a class="id" href="#T0101">T0101</a>.</p>\n'),
        ("see MUFFIN-T0101, T9999, XT0101, T0101-x", '<p>see <a class="id" href="#T0101">MUFFIN-T0101</a>, T9999, XT0101, T0101-x</p>\n'),
        ("`T0101`", "<p><code>T0101</code></p>\n"),
        ("[T0101 MARK](https://e.org)", '<p><a href="https://e.org" rel="noopener noreferrer">T0101 MARK</a></p>\n'),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>\n"),
        ("[x](ftp://e.org)", '<p><span title="ftp://e.org">x</span></p>\n'),
        ("![a map](https://e.org/x.png)", '<p><span class="image">[image: a map]</span></p>\n'),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("[E01]: https://e.org", "<p>[E01]: https://e.org</p>\n"),  # no reference definition
        ("a\u202eb", "<p>a\\u202eb</p>\n"),
        ("```js\n<b>\n```", '<pre tabindex="0"><code>&lt;b&gt;\n</code></pre>\n'),
        ("a\nMARK b", '<p>a</p>\n<p><span class="act">piece</span> b</p>\n'),
        ("**MARK** b", '<p><strong><span class="act">piece</span></strong> b</p>\n'),
    ],
)
def test_what_becomes_of_it(written: str, shown: str) -> None:
    assert html(written) == shown


def test_a_marker_ends_a_table_and_alignment_is_a_class() -> None:
    page = Page(html("| a | b |\n|---|--:|\n| 1 | 2 |\nMARK and on"))
    assert [e.attrs for e in page.find("td")] == [{}, {"class": "right"}]  # no style: the policy forbids it
    assert [e.path for e in page.find("span", class_="act")] == [("p",)]


def test_a_part_of_a_file() -> None:
    text = "---\nfront\n---\nbody MARK\nrest"
    start = text.index("body")
    piece = Piece(text.index(MARK), text.index("\nrest"), "<em>x</em>")
    assert RENDERER.html(text, start, text.index("rest"), [piece]) == "<p>body <em>x</em></p>\n"


@pytest.mark.parametrize(
    "hostile",
    ["![" * 20000, "[" * 60000, "*a " * 20000, "_a*" * 20000, "[a](" * 15000, "> " * 30000, "- " * 30000, "`" * 60000, "A-" * 30000,
     "<a " * 20000, "\\" * 60000, "&amp;" * 12000, "|a" * 9000 + "\n" + "|-" * 9000 + "\n|", "MARK " * 9000],
    ids=lambda text: repr(text[:4]),
)  # fmt: skip
def test_nothing_takes_it_long(hostile: str) -> None:
    began = time.process_time()
    Page(html(hostile))
    assert time.process_time() - began < 5  # a hundred times what it takes; markdown alone: minutes


def test_a_long_but_honest_paragraph_keeps_its_emphasis() -> None:
    honest = "some *words* and `code` " * (MOST_DELIMITERS // 5)
    assert html(honest).count("<em>") == MOST_DELIMITERS // 5


def test_a_paragraph_with_more_delimiters_than_any_text_is_shown_as_it_was_written() -> None:
    assert html("*a* " * MOST_DELIMITERS) == "<p>" + ("*a* " * MOST_DELIMITERS).strip() + "</p>\n"
    assert "<em>" in html("*a* " * MOST_DELIMITERS + "\n\n*b*")  # another one is not touched by it
