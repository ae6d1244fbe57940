"""Front matter that a person wrote: YAML without the parts that surprise or attack (HARDENING.md, the YAML rows).

Built on the parser's events, so nothing is expanded, constructed or recursed into before it is checked. Always PyYAML's
Python parser: the C one differs in details, and the same file must read the same on every machine.
Importing this module costs 26 ms, so it is imported where front matter turns out not to be canonical.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from frontmatter.default_handlers import YAMLHandler

from blue_cli.dialogue.canonical import typed
from blue_cli.dialogue.document import MAX_DEPTH

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_MOST = 50  # problems of one file; more would only repeat themselves
_REFUSED: Any = object()


class Problem(NamedTuple):
    """Something wrong at a place in the front matter, lines and columns from 1."""

    line: int
    column: int
    message: str


class Span(NamedTuple):
    """A top-level key with the offsets at which it starts and at which its value ends."""

    key: str
    start: int
    end: int


class Loaded(NamedTuple):
    """What was read. `lined` tells whether every key of the top level starts a line, with nothing around them."""

    fields: dict[str, Any]
    problems: list[Problem]
    spans: list[Span]
    lined: bool


class _Stop(Exception):
    """No use in reading on; the problem is noted."""


class _Loader(yaml.SafeLoader):
    """Builds plain values from events and notes what it refuses."""

    def __init__(self, stream: str) -> None:
        self.source = stream
        self.found: list[tuple[int, str]] = []
        self.spans: list[Span] = []
        self.content_end = 0
        super().__init__(stream)

    def get_single_data(self) -> Loaded:
        """The whole document. Raises YAMLError and ValueError as the parser does; `read` catches them."""
        fields: dict[str, Any] = {}
        lined = False
        try:
            fields, lined = self._document()
        except _Stop:
            pass
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self.found.append(self._explained(error))
        return Loaded(fields, _placed(self.source, self.found), self.spans, lined)

    def _document(self) -> tuple[dict[str, Any], bool]:
        self._next()
        begin = self._next()
        if isinstance(begin, yaml.StreamEndEvent):
            return {}, True
        root = self._next()
        if not isinstance(root, yaml.MappingStartEvent):
            self._note(root, "not a map: write one `key: value` a line")
            raise _Stop
        fields = self._value(root, 1)
        end, after = self._next(), self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            self._note(after, "a second document: keep one")
        return fields if isinstance(fields, dict) else {}, not (root.flow_style or begin.explicit or end.explicit)

    def _next(self) -> Any:
        return self.get_event()  # type: ignore[no-untyped-call]  # the stubs of PyYAML leave it out

    def _note(self, event: Any, message: str) -> None:
        self.found.append((event.start_mark.index, message))
        if len(self.found) >= _MOST:
            raise _Stop

    def _explained(self, error: Exception) -> tuple[int, str]:
        if isinstance(error, yaml.MarkedYAMLError):
            mark = error.problem_mark or error.context_mark
            return (mark.index if mark else self.index), f"not YAML: {error.problem or error.context}"
        return self.index, f"not YAML: {error}"

    def _value(self, event: Any, depth: int) -> Any:
        """The value that starts with this event, `_REFUSED` when it was noted as a problem."""
        refused = self._is_refused(event)
        if depth > MAX_DEPTH and not isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            self._note(event, f"nested deeper than {MAX_DEPTH}: flatten it")
            raise _Stop
        if isinstance(event, yaml.MappingStartEvent):
            value: Any = self._map(depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._list(depth)
        else:
            value = self._scalar(event)
        return _REFUSED if refused else value

    def _is_refused(self, event: Any) -> bool:
        """Anchors and aliases (bombs) and tags (constructors) are refused wherever they stand."""
        if isinstance(event, yaml.AliasEvent):
            self._note(event, f"an alias `*{event.anchor}`: write the value out")
        elif event.anchor is not None:
            self._note(event, f"an anchor `&{event.anchor}`: remove it")
        elif event.tag is not None:
            self._note(event, f"a tag `{event.tag}`: remove it")
        else:
            return False
        return True

    def _scalar(self, event: Any) -> Any:
        self.content_end = event.end_mark.index
        if isinstance(event, yaml.AliasEvent):
            return _REFUSED
        if _UNSTORABLE.search(event.value):
            self._note(event, "a NUL character or half a surrogate pair: remove it")
            return _REFUSED
        return event.value if event.style else typed(event.value)

    def _list(self, depth: int) -> list[Any]:
        items = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, depth + 1))
        self._close(event)
        return [item for item in items if item is not _REFUSED]

    def _map(self, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, depth)
            value = self._value(self._next(), depth + 1)
            if depth == 1:
                self.spans.append(Span(str(key), event.start_mark.index, self.content_end))
            if key in fields:
                self._note(event, f"the key `{key}` twice: keep one of them")
            elif key is not _REFUSED and value is not _REFUSED:
                fields[key] = value
        self._close(event)
        return fields

    def _close(self, event: Any) -> None:
        if event.end_mark.index > event.start_mark.index:  # a bracket; the end of a block is nowhere
            self.content_end = event.end_mark.index

    def _key(self, event: Any, depth: int) -> Any:
        """A key as text. Digits are text here; nothing else that is not text may be a key."""
        if not isinstance(event, yaml.ScalarEvent):
            self._note(event, "a key that is not text: write a word")
            self._value(event, depth + 1)
            return _REFUSED
        value = self._value(event, depth)
        if value is _REFUSED:
            return _REFUSED
        if event.value == "<<" and not event.style:
            self._note(event, "a merge key `<<`: write the fields out")
            return _REFUSED
        if isinstance(value, bool | float | None):
            self._note(event, f"the key `{event.value}` is not text: put it in quotes")
            return _REFUSED
        return event.value


class StrictHandler(YAMLHandler):
    """python-frontmatter's YAML handler with the strict loader."""

    def load(self, fm: str, **kwargs: object) -> Any:
        """A `Loaded`. Raises `yaml.reader.ReaderError` when the text holds characters that YAML cannot."""
        return super().load(fm, **{**kwargs, "Loader": _Loader})


def read(front: str) -> Loaded:
    """The fields of any YAML front matter, and every problem with its place. Never raises."""
    try:
        loaded = StrictHandler().load(front)
    except yaml.reader.ReaderError as error:
        message = f"the character U+{ord(front[error.position]):04X}: remove it, or write it as an escape in quotes"
        return Loaded({}, _placed(front, [(error.position, message)]), [], False)
    return loaded if isinstance(loaded, Loaded) else Loaded({}, [], [], False)


def _placed(source: str, found: list[tuple[int, str]]) -> list[Problem]:
    """Offsets as lines and columns. Only `\\n` ends a line, as everywhere else; YAML's own marks count U+2028 too."""
    return [Problem(source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at), message) for at, message in sorted(found)]
