"""What others wrote, inside a markdown file of ours: markdown-it, with HTML allowed, sees what was written and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from blue_cli.views.quoting import inert, quoted
from blue_cli.views.text import sanitize

COMMON = MarkdownIt("commonmark")
TABLES = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PIECES = st.sampled_from(
    ["<script>", "</blockquote>", "<!--", "-->", "<details>", "<a href='`'>", "`", "``", "```", "~~~", "\\", "\\`", "\\<", "[x]: /u", "[x",
     "]: /u", "[x]", "![i](http://e/x.png)", "!", "# h", "## h", "===", "---", "> ", "- ", "1. ", "    ", "\t", " ", "\n", "\n\n", "\n",
     "| a |", "|---|", "a", "<b>", "&lt;", "<?x", "<![CDATA[", "a@b.c", "<http://e>", "\r", "\x1b", "\u202e", "\u2028", "$", "*", "_"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)


def walk(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *walk(token.children or []))]


@given(st.text(max_size=30) | TEXTS)
@settings(max_examples=300)
@pytest.mark.parametrize("reader", [COMMON, TABLES], ids=["commonmark", "tables"])
def test_a_label_reads_as_it_was_written(reader: MarkdownIt, label: str) -> None:
    tokens = walk(reader.parse(f"- on: {inert(label)}.\n"))
    assert [t.type for t in tokens if t.type in ("html_inline", "html_block", "link_open", "image", "code_inline", "em_open")] == []
    seen = "".join(t.content for t in tokens if t.type in ("text", "text_special"))
    assert seen == f"on: {sanitize(' '.join(label.split()))}."


def test_what_would_be_a_link_without_brackets_is_broken_up() -> None:
    assert inert("http://e www.e.org a@b.c") == r"http\://e www\.e.org a\@b.c"


def reaches_out(reader: MarkdownIt, text: str) -> list[str]:
    """What a quoted text does beyond its quote, as markdown-it sees it between two lines of ours."""
    env: dict[str, Any] = {}
    lines = ["before", "", *quoted(text, 4), "", "# after [x] [a]"]
    tokens = reader.parse("\n".join(lines), env)
    outside = [t.type for t in tokens if t.level == 0]
    wrong = [] if outside[2:-2] == ["blockquote_open", "blockquote_close"] and outside[:1] == ["paragraph_open"] else outside
    wrong += [t.type for t in walk(tokens) if t.type in ("html_block", "html_inline", "image")]
    return wrong + list(env.get("references", ()))


@given(TEXTS | st.text(max_size=40))
@settings(max_examples=250, deadline=None)
@pytest.mark.parametrize("reader", [COMMON, TABLES], ids=["commonmark", "tables"])
def test_no_text_reaches_out_of_its_quote(reader: MarkdownIt, text: str) -> None:
    assert reaches_out(reader, text) == []


@pytest.mark.parametrize("text", ["<!-- open", "```\nopen", "[x]: /elsewhere", "![](http://e/x.png)", "</blockquote>"])
def test_the_same_text_bare_would(text: str) -> None:
    env: dict[str, Any] = {}
    tokens = walk(COMMON.parse(f"{text}\n\n# after [x]", env))
    assert "heading_open" not in [t.type for t in tokens] or env.get("references") or {"html_block", "image"} & {t.type for t in tokens}


def test_code_stays_as_it_is() -> None:
    text = "A `Vec<u8>` here, <b> there\n\n```rust\nlet x: Vec<u8>; # ![no](image)\n```\n<i>"
    assert [*quoted(text, 4)] == [
        "> A `Vec<u8>` here, &lt;b> there", ">", "> ```rust", "> let x: Vec<u8>; # ![no](image)", "> ```", "> &lt;i>",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["  ```\n```\n<b>\n", "- a\n  ```\n<b>", "a ` b\n` <b> `", "\\` `<b>`", "| `a | <b>` |"])
def test_where_it_is_not_sure_that_it_is_code_it_is_none(text: str) -> None:
    assert "<b>" not in "\n".join(quoted(text, 4))


def test_headings_come_below_ours() -> None:
    assert [*quoted("# One\n### Three\n####### no\n#no", 4)] == ["> ##### One", "> ###### Three", "> ####### no", "> #no"]


def test_an_act_with_a_colon_is_no_link_definition() -> None:
    assert [*quoted("[RESOLVED T06]: done\n[a](b) stays", 4)] == ["> \\[RESOLVED T06]: done", "> [a](b) stays"]


def test_no_terminal_obeys_it() -> None:
    assert [*quoted("a\x1b[2J\u202eb\r\nc", 4)] == ["> a\\x1b[2J\\u202eb", "> c"]
