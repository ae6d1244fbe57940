"""What hides a marker inside a paragraph: examples first, then markdown-it's inline rules as the judge on short texts."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from blue_cli.dialogue.inlines import MAX_TRIES, hidden

HIDDEN = [
    "`{}`",
    "`` a ` {} ``",
    "`a\n{}`",
    "[{}](https://example.org)",
    "[a {} [b]](<c d> 'title')",
    "![{}](x.png)",
    "[a ![{}](b)](c)",
    "![a [{}](b)](c)",
    "[a](b '{}')",
    "[{}]()",
    "[{}](a(b)c)",
    "<!-- {} -->",
    '<a title="{}">b</a>',
    "\\\\`{}`",
    "![a `](b)` {}](c)",
]
SHOWN = [
    "{}",
    "` {}",
    "`` {} `",
    "\\`{}`",
    "`a\\` {}",
    "{}(because it is)",
    "[{}](because it is)",
    "[{}] (a)",
    "[{}]\n(a)",
    "[{}][a]",
    "{}: https://example.org",
    "[{}](a(b)",
    "[{}](<a\nb>)",
    "[{}](a'b c')",
    "[{} [a](b)](c)",
    "\\[{}](a)",
    "[{}\\](a)",
    "a < b {} c > d",
    "<!- {} -->",
    "<!-- {}",
    "<1a {}>",
    "[a](" + "(" * 33 + ")" * 33 + ") {}",
]


def is_hidden(template: str, marker: str = "[RE:SUPPORT P0001]") -> bool:
    text = "before `\n" + template.format(marker)
    start = len("before `\n")
    at = text.index(marker)
    return any(a <= at and at + len(marker) <= b for a, b in hidden(text, start, len(text)))


@pytest.mark.parametrize("template", HIDDEN)
def test_a_marker_in_code_a_link_or_html_is_hidden(template: str) -> None:
    assert is_hidden(template)


@pytest.mark.parametrize("template", SHOWN)
def test_a_marker_elsewhere_is_not(template: str) -> None:
    assert not is_hidden(template)


def test_offsets_are_those_of_the_whole_text_and_a_link_takes_in_what_it_holds() -> None:
    assert hidden("ab [`c`](d) `e`", 3, 15) == [(3, 11), (12, 15)]
    assert hidden("`a` b `c`", 4, 9) == [(6, 9)]
    assert hidden("<http://a.b> <a@b.c> <b>", 0, 24) == [(0, 12), (13, 20), (21, 24)]


ATOMS = [
    *("`", "`", "``", "```", "[", "[", "]", "](", "](", "![", "(", ")", ")", "<", ">", "\\", "\\`", "\\[", "\\]", "!", "*", "**", "="),
    *("&amp;", " ", "\n", '"', "'", "<!--", "-->", "<b>", "</b>", '<a href="', "<http://", "<x@y.z>", "<?", "?>", "<!A", "<![CDATA["),
    *("]]>", "/>", "a", "b", "[RESOLVED T01](because it is)", "[RE:SUPPORT P0001]", "](<", '](u "t")', "](u 't')", "](u (t))", "]()"),
]
JUDGE = MarkdownIt("commonmark", {"maxNesting": 1000})
JUDGE.validateLink = lambda url: True  # type: ignore[method-assign]  # what may be linked to is not our question


def shown_by_the_judge(text: str) -> set[str]:
    """The probe words that markdown-it leaves as plain text."""
    depth, found = 0, []
    for token in JUDGE.parseInline(text, {})[0].children or []:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if not depth and token.type in ("text", "text_special"):
            found.append(token.content)
    return set(re.findall(r"Q\d+q", "".join(found)))


@settings(max_examples=1200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ATOMS), st.booleans()), max_size=14))
def test_markdown_it_hides_the_same(pieces: list[tuple[str, bool]]) -> None:
    text = "".join(atom + f"Q{i}q" * probed for i, (atom, probed) in enumerate(pieces)).strip()
    # markdown-it differs from CommonMark 0.31 on `--->`, and takes a line end into an autolink
    assume("---" not in text and "\n>" not in text)
    spans = hidden(text, 0, len(text))
    assert all(a < b for a, b in spans) and all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    shown = {m[0] for m in re.finditer(r"Q\d+q", text) if not any(a <= m.start() < b for a, b in spans)}
    assert shown == shown_by_the_judge(text)


UNITS = ["`", "`a", "``a`", "[", "]", "![", "[a](", "[a](b", "[a](<", '[a](b "', "[a](b)", "[[a](b)]", "[a](\\(", "<!--", "<a ", "<a b='"]


@pytest.mark.parametrize("unit", [*UNITS, "<?", "<!A", "<![CDATA[", "<a:", "<x@", "](", "\\", "[a](   "])
@pytest.mark.parametrize("end", ["", ">"])
def test_much_of_anything_takes_no_time(unit: str, end: str) -> None:
    text = unit * 60_000 + end
    start = time.process_time()
    hidden(text, 0, len(text))
    assert time.process_time() - start < 4  # a second here; quadratic would be minutes


def test_after_ten_thousand_links_that_are_none_the_search_ends() -> None:
    for none in ("[a](b c) ", "<a b=c "):
        text = none * (MAX_TRIES - 1) + "[RE:SUPPORT P0001](a) >"
        assert len(hidden(text, 0, len(text))) == 1
        assert hidden(none * 2 + text, 0, len(text) + 2 * len(none)) == []
