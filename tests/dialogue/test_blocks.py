"""Which lines a marker can count in: FORMAT.md, section 2, "Never a marker", read as examples; then the two readers held equal."""

from __future__ import annotations

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue.blocks import BLANK, BREAK, CODE, HEADING, HTML, QUOTE, TABLE, TEXT, Blocks, plain, read, read_fast
from blue_cli.dialogue.grammar import MARKERS
from blue_cli.dialogue.reference import MAX_WORK, opens_marker, read_reference

LETTERS = {TEXT: "t", HEADING: "h", BREAK: "-", CODE: "c", HTML: "<", TABLE: "|", QUOTE: ">", BLANK: "."}


def kinds(text: str) -> str:
    """The kinds of the lines as letters; what the fast reader says must be what the reference says."""
    read_by_reference = read_reference(text)
    assert read_fast(text) in (None, read_by_reference)
    return "".join(LETTERS[kind] for kind in read_by_reference.kinds)


EXAMPLES = [
    # paragraphs, headings, breaks
    ("", "."),
    ("[TENSION T01: a]", "t"),
    ("[TENSION T01: a]\ntext\n\n  text", "tt.t"),
    ("# [TENSION T01: a]\ntext", "ht"),
    ("#[TENSION T01: a]\n####### seven", "tt"),
    ("[TENSION T01: a]\n---", "hh"),
    ("a\n[TENSION T01: a]\n===", "hhh"),
    ("[TENSION T01: a]\n\n---", "t.-"),
    ("[TENSION T01: a]\n* * *\ntext", "t-t"),
    ("[EVIDENCE E01]: https://example.org\n[RESOLVED T06]: done", "tt"),  # no link reference definitions
    # lists
    ("- [TENSION T01: a]\n  text\n  - [TENSION T02: b]\n\n    text", "ttt.t"),
    ("1. [TENSION T01: a]\n2. b\nlazy", "ttt"),
    ("- a\n---\n- b", "t-t"),
    ("- a\n\n      code", "t.c"),
    ("- # [TENSION T01: a]", "h"),
    ("123456. a\n     - b\n     [TENSION T01: a]", "ttt"),
    ("- \n- a", ".t"),
    # code
    ("```\n[TENSION T01: a]\n```\n[TENSION T02: b]", "ccct"),
    ("```\n[TENSION T01: a]\n~~~\n\n[TENSION T02: b]", "ccccc"),
    ("~~~~\n```\n~~~\n~~~~~\na", "cccct"),
    ("```\na\n    ```\n```", "cccc"),
    ("text\n```\na\n```", "tccc"),
    ("``` a | b\n---|---\n[TENSION T01: a]", "||t"),  # a table goes before a fence
    ("    [TENSION T01: a]\n\n    b\n\na", "ccc.t"),
    ("text\n    [TENSION T01: a]", "tt"),
    ("- a\n  ```\n  [TENSION T01: a]\n  ```\n- b", "tccct"),
    ("\t[TENSION T01: a]", "c"),
    # HTML
    ("<!-- [TENSION T01: a] -->\n[TENSION T02: b]", "<t"),
    ("<!--\n\n[TENSION T01: a]\n-->\na", "<<<<t"),
    ("<div>\n[TENSION T01: a]\n\n[TENSION T02: b]", "<<.t"),
    ("text\n<b>\n[TENSION T01: a]", "ttt"),
    # quotes
    ("> [TENSION T01: a]\nlazy\n\n[TENSION T02: b]", ">>.t"),
    ("> a\n>\n[TENSION T01: a]", ">>t"),
    ("> a\n# b", ">h"),
    (">\n  \na", ">.t"),
    ("- > a\n  b", ">>"),
    # tables, and the one exception
    ("| a | b |\n|---|---|\n| [RESOLVED T01] | x |\nlazy row\n\na", "||||.t"),
    ("| a | b |\n|---|---|\n| x | y |\n[TENSION T01: a]\ntext", "|||tt"),
    ("| a | b |\n|---|---|\n  **[TENSION T01: a]**", "||t"),
    ("| a | b |\n|---|---|\n[STRUDEL-P0001: a]", "||t"),
    ("| a | b |\n|---|---|\n[STANCE S01: APPROVE | 0.85]", "|||"),
    ("| a | b |\n|---|---|\n[tension T01: a]\n[TENSIONS T01]\n[link] row", "|||||"),
    ("text\n| a |\n|---|\n- b", "t||t"),
    ("a | b\n---\n\na | b\n--- | ---\nc", "hh.|||"),
    ("| a | b |\n|---|", "tt"),
    ("- a | b\n  --|--\n  [TENSION T01: a]", "||t"),
]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_each_line_has_its_kind(text: str, expected: str) -> None:
    assert kinds(text) == expected
    assert "".join(LETTERS[kind] for kind in read(text).kinds) == expected


def test_a_region_is_named_by_the_first_line_of_its_paragraph() -> None:
    text = "a\n[RE:SUPPORT P0001]\n\n- b\n  c\n- d\ne\n\nf\n---\n# g\n\n```\n```"
    assert read(text).regions == [0, 0, -1, 3, 3, 5, 5, -1, 8, 8, 10, -1, -1, -1]
    assert read("a\n1. b\na\n2. b\n\na\n2. b").regions == [0, 1, 1, 3, -1, 5, 5]  # only 1 interrupts a paragraph


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n```\n[TENSION T01: a]\n", 1),
        ("a\n<!-- b\n[TENSION T01: a]", 1),
        ("- a\n  ```\n  b\n\nc", 1),
        ("```\na\n```\n<!-- b -->", -1),
        ("```\n\n```", -1),
        ("```", 0),
        ("> ```\n> a", -1),  # a quote's own affair
    ],
)
def test_what_is_never_closed_is_named(text: str, line: int) -> None:
    kinds(text)
    assert read(text).unclosed == line == read_reference(text).unclosed


def test_lazy_lines_of_a_quote_are_known() -> None:
    text = "> a\nb\n> c\n\n> - d\ne"
    assert read(text).lazy == {1, 5}


def test_an_author_or_a_word_of_the_table_opens_a_marker() -> None:
    assert all(opens_marker(marker.example) for marker in MARKERS if "|" not in marker.example)
    assert opens_marker("  [STRUDEL-P0001: a]")
    assert not any(map(opens_marker, ("[x]", "[TENSIONS]", "a [TENSION T01]", "[TENSION T01 | a]", "[STRUDEL: a]", "")))


# --- the two readers ------------------------------------------------------------------------------------------

EXAMPLE_MARKERS = [marker.example for marker in MARKERS] + ["[STRUDEL-P0001: a]", "**[TENSION T01]** a", "[EVIDENCE E01]: https://a.b"]
HEADS = ["", "", "", "", " ", "   ", "    ", "      ", "- ", "* ", "1. ", "12) ", "  - ", "    - ", "-   ", "> ", ">", "# ", "### ", "**"]
RARE_HEADS = ["\t", "-\t", "> > ", "> - ", "- > ", "- - ", "-     ", "2. - ", " > "]
TAILS = ["text", "a | b", "| a | b |", "| a |", "|---|---|", "---|---", "|---|", ":-: | -:", "---", "***", "- - -", "===", "=", "--"]
BLOCKS = ["```", "````", "~~~", "```text", "```a`b", "<!-- a -->", "<!-- a", "-->", "<!-- a | b -->", "<div>", "</b>", "<5 ms", "[a]: b"]
ODD = ["-", "+", "`a` b", "#x", "#", "1.", "\\| a | b", ": a", "12 a", "_a_", "___", "\x0c", "é"]

markers = st.sampled_from(EXAMPLE_MARKERS)
heads = st.sampled_from(HEADS) | st.sampled_from(HEADS) | st.sampled_from(HEADS + RARE_HEADS)
lines = st.builds(
    str.__add__,
    st.builds(str.__add__, heads, markers | markers | st.sampled_from(TAILS) | st.sampled_from(BLOCKS + ODD)),
    st.sampled_from(["", "", "", " ", "   "]),
) | st.sampled_from(["", "", " ", "     "])
fences = st.builds(
    lambda indent, mark, inside, end: f"{indent}{mark}\n{inside}\n{end}",
    st.sampled_from(["", "", " ", "   ", "    "]),
    st.sampled_from(["```", "~~~", "````", "```text"]),
    markers,
    st.sampled_from(["```", "~~~", "````  ", "    ```", "```a", ""]),
)
tables = st.builds(
    lambda rows, end: "| a | b |\n|---|---|\n" + "\n".join([*rows, end]), st.lists(st.just("| c | [RESOLVED T01] |"), max_size=2), lines
)
bodies = st.lists(lines | lines | lines | fences | tables, max_size=8).map("\n".join)


@settings(max_examples=500, deadline=None)
@given(bodies)
def test_the_fast_reader_says_what_markdown_it_says_or_nothing(text: str) -> None:
    fast = read_fast(text)
    assert fast is None or fast == read_reference(text)


def scribble(rnd: random.Random) -> str:
    """Lines at random: Hypothesis repeats itself too much to put every line after every other."""
    ends = [*TAILS, *BLOCKS, *ODD, "| a | b |\n|---|---|\n| c | d |", "| a | b |\n|---|---|"]
    return "\n".join(
        rnd.choice(["", " ", "     "])
        if rnd.random() < 0.18
        else rnd.choice(HEADS) + rnd.choice(EXAMPLE_MARKERS if rnd.random() < 0.4 else ends) + rnd.choice(["", "", "  "])
        for _ in range(rnd.randint(1, 9))
    )


@settings(max_examples=300, deadline=None)
@given(st.integers(min_value=0))
def test_the_readers_agree_on_scribbles(seed: int) -> None:
    rnd = random.Random(seed)
    for text in (scribble(rnd) for _ in range(25)):
        fast = read_fast(text)
        assert fast is None or fast == read_reference(text), repr(text)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="[]`~<>|-=#*+_:1.!/ \t\na\\", max_size=60))
def test_the_readers_agree_on_any_text(text: str) -> None:
    fast = read_fast(text)
    assert fast is None or fast == read_reference(text)
    assert len(read(text).kinds) == len(read(text).regions) == text.count("\n") + 1


@settings(max_examples=400, deadline=None)
@given(st.lists(markers | st.sampled_from(["text", "", "# a", "#", "a - b", "a 1. b"]), max_size=6).map("\n".join) | bodies)
def test_a_plain_text_has_nothing_but_text_and_headings(text: str) -> None:
    if plain(text):
        found = read(text)
        for kind, line in zip(found.kinds, text.split("\n"), strict=True):
            assert kind in (TEXT, BLANK) or (kind == HEADING and line.startswith("#"))


@pytest.mark.parametrize("line", ["```", "~~~", "> a", " a", "a\tb", "| a |", "<b>", "`a`", "---", "===", "- a", "1. a", "[a](b)", "*"])
def test_what_may_hide_a_marker_is_not_plain(line: str) -> None:
    assert plain("[TENSION T01: a]\ntext")
    assert not plain(f"[TENSION T01: a]\n{line}\n")
    assert not plain(f"{line}\n[TENSION T01: a]")


# --- how often there is doubt ---------------------------------------------------------------------------------


def ordinary(rnd: random.Random) -> str:
    """A contribution as people and the benchmark write them: markers, prose, fences and tables with decoys, lists."""
    parts = []
    for _ in range(rnd.randint(3, 9)):
        marker = rnd.choice(EXAMPLE_MARKERS)
        parts.append(
            rnd.choice(
                [
                    f"{marker}\nSome text about the cache.\n",
                    f"## Heading\n\n**Moves**: {marker}\n",
                    f"- {marker}\n- text\n  - nested\n    more\n",
                    f"```text\n{marker}\n\ntext\n```\n",
                    f"| topic | id |\n|---|---|\n| a | {marker.replace('|', '')} |\n\n",
                    f"1. {marker}\n2. text\n\n> {marker}\n\n---\n",
                    f"<!-- blue: ignore[x] reason -->\n{marker}\n",
                    f"Text with `code` and {marker}\n",
                ]
            )
        )
    return "\n".join(parts)


def test_ordinary_files_are_read_without_markdown_it() -> None:
    rnd = random.Random(7)
    texts = [ordinary(rnd) for _ in range(500)]
    doubts = [text for text in texts if read_fast(text) is None]
    assert len(doubts) < 0.02 * len(texts), doubts[0]
    for text in texts[:100]:
        assert read_fast(text) == read_reference(text)


# --- hostile text ---------------------------------------------------------------------------------------------

MIB = 1 << 20
HOSTILE = {
    "fences": "```\na\n",
    "fences in lists": "- ```\n",
    "quotes": "> a\n",
    "deep quotes": "> " * 60 + "a\n",
    "one endless quote": ">",
    "tables": "| a |\n|---|\n",
    "a long table": "|a|\n",
    "wide tables": "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n",
    "bullets": "- a\n",
    "bullets in bullets": "- " * 19 + "a\n",
    "empty bullets": "-\n",
    "one line of bullets": "- ",
    "comments": "<!--\n",
    "tags": "<b>\n",
    "rules": "* * * * * * *x\n",
    "underlines": "a\n=\n",
    "text": "a\n",
    "tabs": "\ta\n",
    "blank lines": " \n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_at_once(name: str) -> None:
    """A mebibyte of anything: no hang, no RecursionError, whether or not the scanner is in doubt at the end."""
    unit = HOSTILE[name]
    start = time.process_time()
    for text in (unit * (MIB // len(unit)), "- > a\n\n" + unit * (MAX_WORK // (4 + 2 * len(unit))) + "\n\t<b>"):
        assert isinstance(read(text), Blocks)
    assert time.process_time() - start < 5  # a second here; quadratic would be minutes


def test_what_is_too_much_is_said() -> None:
    long = read("- > a\n" * MAX_WORK)
    assert long.beyond == 0 and set(long.kinds) == {CODE}
    deep = read("".join("  " * depth + "- a\n" for depth in range(40)))
    assert 15 < deep.beyond < 40 and deep.kinds[deep.beyond] == CODE
    assert deep.kinds[0] == TEXT
    assert read("[TENSION T01: a]").beyond == -1


def test_odd_bytes_change_nothing() -> None:
    line = "[TENSION T01: " + "a" * (1 << 16) + "]"
    assert kinds(line) == "t"
    assert kinds("[TENSION T01: a]\x00\n\x00\n\r") == "ttt"
    assert kinds(json.loads('"\\ud800\\n# a"')) == "th"
