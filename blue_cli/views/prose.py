"""Markdown of strangers as HTML that does nothing: no raw HTML, no image, no inline style, only links that lead to the web.

The text is markdown-it's `js-default`; what is between is replaced by what the caller makes of it (`Piece`), in running text
only. Everything that comes out is made here from escaped text (HARDENING.md, HTML report).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from blue_cli.dialogue.pattern import pattern
from blue_cli.views.text import sanitize_lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

# Opens, number, closes. Private characters: nobody types them, and a text that has them gets them back escaped.
_OPEN, _CLOSE = "\ue000", "\ue001"
_HELD = pattern(f"{_OPEN}([0-9]+){_CLOSE}")
_PRIVATE = pattern(f"[{_OPEN}{_CLOSE}]")
_SPELLED = pattern(r"&(?=#(?:[xX]0*[eE]00[01]|0*5734[45]);)")  # the same characters by their number
# Bounded, since an unbounded name before the letter is quadratic on `A-A-A-…`.
_ID = pattern(r"(?<![\w-])(?:[A-Z0-9][A-Z0-9-]{0,40}-)?[PTRECS][0-9]{4,6}(?![\w-])")
_SCHEMES = ("http://", "https://", "mailto:", "#")
_DELIMITERS = pattern(r"[\[\]!*_`~<&\\]")
MOST_DELIMITERS = 1500  # in one paragraph: markdown's own time is quadratic in them, and no text has so many
TOP = 5  # a text's own first heading: above it stand the page, the section, the round and the contribution
LOWEST = 6


class Piece(NamedTuple):
    """A part of a text, by offsets, that is shown as `html`; inside of links and where no HTML may stand it stays as it was.
    `breaks`: it begins a paragraph of its own."""

    start: int
    end: int
    html: str
    breaks: bool = False


def escape(text: str) -> str:
    """Inert in an element and in a quoted attribute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace("'", "&#39;")


class Prose:
    """A renderer, made once a page. `href` gives the place of what an id names in running text, "" for what is no id."""

    def __init__(self, href: Callable[[str], str] = lambda id: "") -> None:
        self._href = href
        self._markdown = _markdown()
        self._markdown.renderer.rules["text"] = self._text  # type: ignore[attr-defined]  # markdown-it types only the protocol of a renderer
        self._written: list[str] = []
        self._shown: list[str] = []

    def html(self, text: str, start: int = 0, end: int | None = None, pieces: Sequence[Piece] = ()) -> str:
        """A text, from `start` to `end`, as HTML. Never raises; what is in it are the tags of text, headings and tables."""
        self._written = [text[piece.start : piece.end] for piece in pieces]
        self._shown = [piece.html for piece in pieces]
        rendered = self._markdown.render(_joined(text, start, len(text) if end is None else end, pieces))
        return sanitize_lines(_HELD.sub(lambda match: escape(self._written[int(match[1])]), rendered))

    def _text(self, tokens: Sequence[Token], i: int, options: object, env: Mapping[str, Any]) -> str:
        """Running text: pieces and ids become what they are shown as, outside of links."""
        content = tokens[i].content
        if tokens[i].meta.get("linked"):
            return escape(content) if _OPEN not in content else _HELD.sub(lambda m: escape(self._written[int(m[1])]), escape(content))
        parts = _HELD.split(content)
        return "".join(self._shown[int(part)] if n % 2 else self._named(escape(part)) for n, part in enumerate(parts))

    def _named(self, text: str) -> str:
        return _ID.sub(self._link, text)

    def _link(self, match: re.Match[str]) -> str:
        href = self._href(match[0])
        return f'<a class="id" href="{escape(href)}">{match[0]}</a>' if href else match[0]


def _joined(text: str, start: int, end: int, pieces: Sequence[Piece]) -> str:
    """The markdown with a placeholder for each piece."""
    parts, at = [], start
    for number, piece in enumerate(pieces):
        before = text[at : piece.start]
        line = before[before.rfind("\n") + 1 :]
        if piece.breaks and not line.strip():  # also the end of a table, which would take the line for a row
            before = before[: len(before) - len(line)] + "\n" + line
        parts += [_safe(before), f"{_OPEN}{number}{_CLOSE}"]
        at = piece.end
    return "".join([*parts, _safe(text[at:end])])


def _safe(text: str) -> str:
    text = _SPELLED.sub(r"\\&", text) if "&#" in text else text
    if _OPEN in text or _CLOSE in text:
        return _PRIVATE.sub(lambda match: f"\\\\u{ord(match[0]):04x}", text)
    return text


# --- markdown-it -------------------------------------------------------------------------------------------------


def _markdown() -> MarkdownIt:
    """A parser that takes no reference definitions (they are the form of markers) and refuses what takes it too long."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False})
    made.disable("reference")
    made.core.ruler.before("inline", "bounded", _bound)
    made.core.ruler.push("inert", _inert)
    rules = made.renderer.rules  # type: ignore[attr-defined]  # as above
    rules["image"], rules["fence"], rules["code_block"] = _image, _code, _code
    rules["table_open"] = lambda *_: '<div class="wide" tabindex="0"><table>\n'
    rules["table_close"] = lambda *_: "</table></div>\n"
    return made


def _bound(state: StateCore) -> None:
    """A paragraph with more delimiters than any text has is plain text: `![` twenty thousand times takes seconds."""
    for token in state.tokens:
        if token.type == "inline" and len(_DELIMITERS.findall(token.content)) > MOST_DELIMITERS:
            plain = type(token)("text", "", 0)
            plain.content = token.content
            token.type, token.children = "plain", [plain]


def _inert(state: StateCore) -> None:
    """What the renderer is not to show as it stands: styles, headings above the page's own, links that lead nowhere."""
    for token in state.tokens:
        if token.type == "plain":
            token.type = "inline"
        if token.type.startswith("heading"):
            token.tag = f"h{min(TOP + int(token.tag[1]) - 1, LOWEST)}"
        style = token.attrs.pop("style", None)  # the policy of the page forbids it
        if style and "left" not in str(style):
            token.attrs["class"] = str(style).rpartition(":")[2]
        if token.children:
            _unlink(token.children)


def _unlink(children: Sequence[Token]) -> None:
    """Links to what is no place on the web become their text; text in a link holds no other."""
    leads: list[bool] = []
    for token in children:
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            leads.append(href.lower().startswith(_SCHEMES) and "%EE%80%80" not in href)
            token.attrs = {"href": href, "rel": "noopener noreferrer"} if leads[-1] else {"title": href}
            token.tag = "a" if leads[-1] else "span"
        elif token.type == "link_close" and leads:
            token.tag = "a" if leads.pop() else "span"
        elif leads:
            token.meta["linked"] = True


def _image(tokens: Sequence[Token], i: int, options: object, env: object) -> str:
    about = "".join(child.content for child in tokens[i].children or [])
    return f'<span class="image">[image: {escape(about or str(tokens[i].attrs.get("src", "")))}]</span>'


def _code(tokens: Sequence[Token], i: int, options: object, env: object) -> str:
    return f'<pre tabindex="0"><code>{escape(tokens[i].content)}</code></pre>\n'
