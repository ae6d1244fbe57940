"""An HTML page taken apart: every element with its attributes, and what must never be in a page made of strangers' words."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

VOID = frozenset({"meta", "input", "br", "hr", "img", "link"})
_TABLE = ("table", "thead", "tbody", "tr", "th", "td")
_TEXT = ("p", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "a", "span", "div", "hr", "br")
PROSE = frozenset((*_TEXT, *_TABLE))  # what a text may become
LINKS = ("http://", "https://", "mailto:", "#")


class Element(NamedTuple):
    """One start tag, and the text directly after it."""

    tag: str
    attrs: dict[str, str]
    path: tuple[str, ...]


class Page(HTMLParser):
    """Reads a page as a browser does, but for repairs: unbalanced tags are an error here."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute twice: <{tag} {names}>"
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, f"</{tag}> in {self._open[-3:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self._open), data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    @property
    def text(self) -> str:
        """Everything a reader sees, in order."""
        return "".join(text for path, text in self.texts if not {"script", "style"} & set(path))

    def find(self, tag: str = "", **attrs: str) -> list[Element]:
        """The elements of this tag with these attributes (`class_` is a word among several)."""
        word = attrs.pop("class_", "")
        wanted = {name.replace("_", "-"): value for name, value in attrs.items()}
        return [
            e
            for e in self.elements
            if (not tag or e.tag == tag)
            and all(e.attrs.get(name) == value for name, value in wanted.items())
            and (not word or word in e.attrs.get("class", "").split())
        ]

    def check(self) -> None:
        """Every id once, every link inside leads somewhere, nothing runs, nothing is styled or fetched from within."""
        ids = [e.attrs["id"] for e in self.elements if "id" in e.attrs]
        assert len(set(ids)) == len(ids), sorted({id for id in ids if ids.count(id) > 1})
        for element in self.elements:
            inert(element)
            href = element.attrs.get("href", "#main")
            assert not href.startswith("#") or href[1:] in ids, f"{href} leads nowhere: {element}"
            assert not (element.tag == "a" and "a" in element.path), f"a link in a link: {element}"


def inert(element: Element) -> None:
    """Nothing in this element does anything but show text and link to the web."""
    assert not {"style", "src", "srcset", "action", "formaction", "data", "srcdoc"} & set(element.attrs), element
    assert not [name for name in element.attrs if name.startswith("on")], element
    href = element.attrs.get("href", element.attrs.get("xlink:href", "#"))
    assert href.lower().startswith(LINKS), element
