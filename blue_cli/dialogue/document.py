"""One file taken apart into front matter and body, and put together again.

Only places are decided here: what the front matter says is `frontmatter`'s, what the body means is `markers`'.
The bytes of a body pass through unchanged (FORMAT.md, section 1), which is why no line is ever split here.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from blue_cli.dialogue.pattern import pattern

MAX_BYTES = 1 << 20  # of a file
MAX_FRONT = 64 << 10  # bytes of front matter
MAX_LINE = 64 << 10  # bytes of a line
MAX_DEPTH = 16  # of nesting, in front matter and in JSON

_BOM = b"\xef\xbb\xbf"
_OPEN = pattern(r"---[ \t]*\r?\n")
_CLOSE = pattern(r"(?:^|\n)---[ \t]*(?:\r?\n|\Z)")
# What makes a block between two `---` front matter and not prose between two thematic breaks.
_KEY = pattern(r"^[ \t]*(?:\{|<<:|[\"']?[\w-]+[\"']?[ \t]*:(?!\S))", re.M)


class Document(NamedTuple):
    """A file as text.

    text        all of it, without the byte order mark, nothing else changed
    front       the text between the `---` lines, its last line end included; None without front matter
    front_line  line the front matter starts at, from 1
    start       offset in `text` at which the body begins; `start_line` the line of it
    problem     '' or the rule that is broken: `encoding`, `limit`, `front-matter`, at `line` and `column`
    """

    text: str
    bom: bool
    front: str | None
    front_line: int
    start: int
    start_line: int
    problem: str = ""
    line: int = 0
    column: int = 0
    message: str = ""

    @property
    def body(self) -> str:
        """The text after the front matter."""
        return self.text[self.start :]

    @property
    def newline(self) -> str:
        """The line end of the first line, `\\n` when there is none."""
        end = self.text.find("\n")
        return "\r\n" if end > 0 and self.text[end - 1] == "\r" else "\n"


def read(data: bytes) -> Document:
    """Take a file apart. Never raises: what is wrong is in `problem`, and the rest still reads.

    Bytes that are no UTF-8 read as U+FFFD; a file over a limit reads as empty (FORMAT.md, section 8).
    """
    bom = data.startswith(_BOM)
    try:
        text = (data[3:] if bom else data).decode()
    except UnicodeDecodeError as error:
        return _undecoded(data, bom, error.start + (3 if bom else 0), "not UTF-8: save the file as UTF-8")
    if "\0" in text:
        return _undecoded(data, bom, data.index(0), "a NUL character: remove it")
    if len(data) >= MAX_LINE and (broken := _over(data)):
        return Document("", bom, None, 2, 0, 1, "limit", *broken)
    if text.startswith("---\nblue: "):  # what the tool writes
        end = text.find("\n---", 8)
        if text[end + 4 : end + 5] == "\n" and 0 < end < MAX_FRONT // 4:
            front = text[4 : end + 1]
            return Document(text, bom, front, 2, end + 5, front.count("\n") + 3)
    elif not text.startswith("---"):
        return Document(text, bom, None, 2, 0, 1)
    return _split(text, bom)


def _split(text: str, bom: bool) -> Document:
    """The unhurried way, for any spelling of the delimiters."""
    opened = _OPEN.match(text)
    if not opened:
        return Document(text, bom, None, 2, 0, 1)
    closed = _CLOSE.search(text, opened.end() - 1)
    if not closed:
        if _KEY.match(text, opened.end()):
            message = "the front matter is never closed: add a line `---` after it"
            return Document(text, bom, None, 2, 0, 1, "front-matter", 1, 1, message)
        return Document(text, bom, None, 2, 0, 1)
    front = text[opened.end() : closed.start() + 1]
    if front.strip() and not _KEY.search(front):
        return Document(text, bom, None, 2, 0, 1)
    lines = text.count("\n", 0, closed.end()) + 1
    if len(front.encode()) > MAX_FRONT:
        message = f"front matter over {MAX_FRONT >> 10} KiB: move text into the body"
        return Document(text, bom, None, 2, closed.end(), lines, "limit", 2, 1, message)
    return Document(text, bom, front, 2, closed.end(), lines)


def _undecoded(data: bytes, bom: bool, at: int, message: str) -> Document:
    line_start = data.rfind(b"\n", 0, at) + 1
    line, column = data.count(b"\n", 0, at) + 1, len(data[line_start:at].decode(errors="replace")) + 1
    if bom and line == 1:
        column -= 1
    if len(data) > MAX_BYTES:
        return Document("", bom, None, 2, 0, 1, "encoding", line, column, message)
    text = data[3 if bom else 0 :].decode(errors="replace").replace("\0", "\ufffd")
    return _split(text, bom)._replace(problem="encoding", line=line, column=column, message=message)


def _over(data: bytes) -> tuple[int, int, str] | None:
    """The limit that is broken, as line, column, message. Only asked of files so long that one may be."""
    if len(data) > MAX_BYTES:
        return 1, 1, f"over {MAX_BYTES >> 20} MiB: split it into several rounds"
    for number, line in enumerate(data.split(b"\n"), 1):
        if len(line) > MAX_LINE:
            return number, 1, f"a line over {MAX_LINE >> 10} KiB: break it up"
    return None


def join(bom: bool, front: str | None, body: str, newline: str = "\n") -> bytes:
    """The bytes of a file: the inverse of `read` for delimiters as the tool writes them. `front` ends with a line end."""
    head = "" if front is None else f"---{newline}{front}---{newline}"
    return (_BOM if bom else b"") + (head + body).encode()


def replace_front(document: Document, front: str | None) -> bytes:
    """The file with other front matter, everything else byte for byte, also delimiters spelled in odd ways.

    `replace_front(read(data), read(data).front) == data`. Raises ValueError for a file whose text is not all of it
    (`encoding`, `limit`): writing it would lose bytes.
    """
    if document.problem in ("encoding", "limit"):
        raise ValueError(f"{document.problem}: {document.message}")
    text, start = document.text, document.start
    if document.front is None or front is None:
        return join(document.bom, front, text[start:], document.newline)
    begin = text.index("\n") + 1
    after = begin + len(document.front)
    return (_BOM if document.bom else b"") + (text[:begin] + front + text[after:]).encode()


# --- JSON of older folders -----------------------------------------------------------------------------------

_STRING = pattern(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.S)  # one without an end to the end, or each quote in it would be tried
_BRACKET = pattern(r"[\[\]{}]")
_BAD_ESCAPE = pattern(r"(?<!\\)(?:\\\\)*+\\u0000")


def read_json(data: bytes, limit: int = MAX_BYTES) -> tuple[Any | None, str]:
    """The value of a JSON file and '', or None and what is wrong with it. Never raises.

    Refused, since readers differ on them: NaN and infinities, a key twice, nesting over 16, over `limit` bytes, NUL, lone
    surrogates.
    """
    import json

    if len(data) > limit:
        return None, f"over {limit >> 20} MiB"
    try:
        text = data.decode("utf-8-sig")
        _check_depth(text)
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)
        if _BAD_ESCAPE.search(text):
            raise ValueError("a NUL character: remove it")
        if "\\ud" in text or "\\uD" in text or "\\Ud" in text:
            json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate cannot be stored
    except UnicodeError:
        return None, "not UTF-8, or half a surrogate pair: save the file as UTF-8"
    except ValueError as error:
        return None, str(error)
    return value, ""


def _check_depth(text: str) -> None:
    """Before parsing: the parser recurses."""
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH}: flatten it")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # None is meant
        raise ValueError(f"the key {twice!r} twice: keep one of them")
    return fields


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON: write a number or null")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:20]} is too large")
    return value
