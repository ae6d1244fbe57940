"""Markdown for a pull request, read back as a reader of markdown reads it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from blue_cli.dialogue.delta import delta
from blue_cli.views import diff
from blue_cli.views.comment import LIMIT, code, comment
from tests.dialogue.build import panel
from tests.dialogue.test_delta import side

HOSTILE = [
    "@team look", "fixes #1 and GH-2", "![x](https://evil.example/pixel.png)", "</details></summary><script>alert(1)</script>",
    "`` ` ``` `", "`", "``", "a``` b", "[x](javascript:alert(1))", "**bold** _it_ ~~no~~", "https://evil.example", "\\`", "a\\", "&lt;b>",
    "| a | b |", "---", "- x", "# h", "<!-- x -->", "\u202eabc", "x" * 500, ":+1:", "$x$", "a\tb", "user@example.org", "0a1b2c3d4e",
]  # fmt: skip


def link(path: str, line: int) -> str:
    return f"https://host.example/{path}#L{line}"


def document(**bodies: str) -> diff.Document:
    """A dialogue that came with these contributions."""
    return diff.dialogue(delta(None, side(panel(bodies))))


def inline(text: str) -> list[Token]:
    """Every inline token of a comment, as GitHub's dialect would find them."""
    reader = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    return [child for token in reader.parse(text) for child in token.children or []]


def assert_inert(text: str) -> None:
    """Nothing is anything but our own words, inline code, our links, and folds."""
    reader = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    folds = [token.content.strip() for token in reader.parse(text) if token.type == "html_block"]
    assert all(re.fullmatch(r"<details><summary>\d+ [a-z ]+</summary>|</details>", fold) for fold in folds), folds
    assert [fold == "</details>" for fold in folds] == [False, True] * (len(folds) // 2)
    assert all(char.isprintable() or char == "\n" for char in text)
    for token in inline(text):
        assert token.type in ("text", "code_inline", "strong_open", "strong_close", "link_open", "link_close", "softbreak"), token
        if token.type == "text":
            assert not re.search(r"[@#<>\[\]`!]|https?:", token.content), token.content
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith("https://host.example/.blue/dialogues/"), token.attrs


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_nothing_but_its_letters(label: str) -> None:
    found = document(muffin="[TENSION T01: x]\n\n[PERSPECTIVE P01: x]\n")
    found["title"] = found["previous_id"] = label
    for change in (*found["tensions"], *found["perspectives"]):
        change |= {"label": label, "by": [label]}
    assert_inert(comment([found], True, link))


@given(st.text("`@#<>![]() \\\n\r\t\u2028ab1:&;*_~|-", max_size=40))
@settings(max_examples=300, deadline=None)
def test_inline_code_holds_whatever_it_is_given(label: str) -> None:
    tokens = [t for t in inline(f"- **x** {code(label)} — y") if t.type == "code_inline"]
    assert len(tokens) == 1 and [t.type for t in inline(f"a {code(label)} b")] == ["text", "code_inline", "text"]
    if label.split() and label.isprintable():
        assert tokens[0].content == " ".join(label.split())


def test_it_says_what_changed_and_where() -> None:
    text = comment([document(muffin="[TENSION T01: Latency]\n", scone="[EVIDENCE E01: A test]\n")], True, link)
    place = ".blue/dialogues/2026-11-24T0528Z-cache-policy/round-0/muffin.md"
    assert text.startswith("### `Cache policy`\n\n**new dialogue** · velocity 1 · converge 0 % · status open\n")
    assert f"- **opened** `T0001?` `Latency` — `muffin` [`round-0/muffin.md:1`](https://host.example/{place}#L1)\n" in text
    assert "<details><summary>1 piece of evidence</summary>\n\n- **new** `E0001?` `A test`" in text


def test_a_long_list_is_cut_and_says_so() -> None:
    found = document(muffin="".join(f"[TENSION T{n:02d}: Label {n}]\n\n" for n in range(1, 40)))
    text = comment([found], True, link)
    assert text.count("**opened**") == 10 and "- and 29 more\n" in text


def test_it_never_grows_beyond_what_a_host_takes() -> None:
    kinds = ("TENSION", "CLAIM")
    found = document(muffin="".join(f"[{word} {word[0]}{n:02d}: {'long ' * 40}]\n\n" for word in kinds for n in range(1, 40)))
    text = comment([found] * 400, True, link)
    assert len(text) < LIMIT + 200 and re.search(r"and \d+ more dialogues\n$", text)
    assert_inert(text)


def test_a_stale_verdict_stands_first() -> None:
    from tests.dialogue.test_delta import DECIDED

    opposed = DECIDED | {"round-2/scone.md": "[RE:OPPOSE MUFFIN-R0001]\n"}
    text = comment([diff.dialogue(delta(side(DECIDED), side(opposed)))], True, link)
    assert "⚠ **verdict `final` is stale**: `R0001? was opposed by scone in round-2/scone.md:1`\n" in text
    assert_inert(text)


def test_nothing_to_say() -> None:
    assert comment([], True, link) == "No differences in dialogues.\n"


def test_what_is_sealed_is_said() -> None:
    shut: Any = side(panel({"muffin": "x"}), ("round-0/muffin.md",), True)
    text = comment([diff.dialogue(delta(None, shut))], False, link)
    assert "sealed, and no key here opens it" in text
    assert_inert(text)
