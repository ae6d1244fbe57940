"""Settings: one table, and how values from several places become one `Config`. Parses text, opens nothing.

A repository is a stranger: its file may set only what is harmless. A setting that names a program, a host or
a place (`by` is "user") is ignored there until `blue trust` recorded the file's hash (CLI.md, settings).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from blue_cli.errors import Finding

REPO, USER = "repo", "user"
FLAG, ENVIRONMENT, DEFAULT = "flag", "environment", "default"
LIMIT = 64 * 1024  # bytes of a settings file
COLORS = ("auto", "always", "never")


class Setting(NamedTuple):
    """One setting. `by` is who may set it: "repo" (and everybody else) or only "user"."""

    key: str
    type: str  # words | bool | int | text | one of a tuple in `allowed`
    default: Any
    by: str
    doc: str
    allowed: tuple[Any, ...] = ()  # the words there are, or the least and the greatest number


SETTINGS: dict[str, Setting] = {
    s.key: s
    for s in (
        Setting("check.select", "words", (), REPO, "rules to report; all when empty"),
        Setting("check.ignore", "words", (), REPO, "rules not to report"),
        Setting("check.strict", "bool", False, REPO, "warnings fail the check too"),
        Setting("check.older_as_errors", "bool", False, REPO, "errors in an older dialogue stay errors"),
        Setting("dialogue.max_rounds", "int", 10, REPO, "rounds of a new dialogue before it may be forced", (1, 99)),
        Setting("color", "word", "auto", USER, "when to colour", COLORS),
        Setting("editor", "text", "", USER, "the editor, before $VISUAL and $EDITOR"),
        Setting("pager", "text", "", USER, "the pager, before $PAGER"),
        Setting("store", "text", "files", USER, "where dialogues lie"),
        Setting("keys", "words", ("file:",), USER, "keys to try on what is sealed; the first seals what is new"),
        Setting("expert", "text", "", USER, "who writes when --expert is not given"),
        Setting("run.with", "texts", (), USER, "commands that answer in a round: CMD for all, SLUG=CMD for one"),
        Setting("run.judge", "text", "", USER, "the command that answers for the judge"),
    )
}


class Value(NamedTuple):
    """A value and where it came from: flag, an environment variable, a file's name, default."""

    value: Any
    origin: str
    line: int = 0


class Config:
    """Every setting with its origin. Immutable; `config["color"]` is the value."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = {key: values.get(key, Value(s.default, DEFAULT)) for key, s in SETTINGS.items()}

    def __getitem__(self, key: str) -> Any:
        return self._values[key].value

    def origin(self, key: str) -> str:
        """Where the value came from."""
        return self._values[key].origin


def without_password(url: str) -> str:
    """A URL as it may be shown: without user and password, of its options only those that are nobody's secret.

    Everything up to the last @ goes, since a password may hold any sign when somebody forgot to encode it.
    """
    head, _, options = re.sub("//.*@", "//", url, flags=re.S).partition("?")
    kept = [part for part in options.split("&") if part.startswith(("schema=", "region="))]
    return head + ("?" + "&".join(kept) if kept else "")


def mask(text: str | None) -> str | None:
    """A text without the `user:password@` of any URL in it, also of one that a path was made of."""
    return re.sub(r"(:/{1,2})[^/\s@:]*:\S*@", r"\1", text) if text and ":/" in text else text


def merge(*layers: Mapping[str, Value]) -> Config:
    """One `Config` from layers of values, the strongest first."""
    merged: dict[str, Value] = {}
    for layer in reversed(layers):
        merged.update(layer)
    return Config(merged)


# --- from TOML ---------------------------------------------------------------------------------------------


def parse(text: str, origin: str) -> tuple[dict[str, Value], tuple[Finding, ...]]:
    """The values of a settings file, and a finding for each that is not one. Never raises.

    `origin` is the file's name as messages show it.
    """
    if _says_nothing(text):
        return {}, ()
    import tomllib

    try:
        tree = tomllib.loads(text)
    except RecursionError:  # tomllib recurses over nested arrays: 2 KiB of `[` are enough
        return {}, (_warning(origin, 1, "nested too deeply to be settings"),)
    except ValueError as error:  # also the int of more digits than Python converts
        return {}, (_unparsable(origin, text, str(error)),)
    values: dict[str, Value] = {}
    findings: list[Finding] = []
    for key, raw in _leaves(tree):
        line = _line_of(text, key)
        value, problem = _judge(key, raw)
        if problem:
            findings.append(problem._replace(path=origin, line=line))
        else:
            values[key] = Value(value, origin, line)
    return values, tuple(findings)


def _says_nothing(text: str) -> bool:
    """Only comments and known tables, as `blue init` leaves it: no reason to spend 4 ms on importing a TOML parser."""
    tables = {f"[{key.partition('.')[0]}]" for key in SETTINGS if "." in key}
    lines = [line for line in map(str.strip, text.split("\n")) if line and not line.startswith("#")]
    return set(lines) <= tables and len(lines) == len(set(lines)) and text.replace("\n", "").replace("\r", "").isprintable()


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Dotted keys, as deep as settings go; what lies deeper is one unknown key."""
    for name, raw in tree.items():
        key = f"{prefix}{name}"
        if isinstance(raw, dict) and not prefix and key not in SETTINGS:
            yield from _leaves(raw, f"{key}.")
        else:
            yield key, raw


def _judge(key: str, raw: Any) -> tuple[Any, Finding | None]:
    setting = SETTINGS.get(key)
    if setting is None:
        return None, _unknown(key)
    try:
        return CHECKS[setting.type](setting, raw), None
    except ValueError as error:
        return None, _warning("", 0, f"{key}: {error}", fix=f"the default stands: {setting.default!r}")


def _unknown(key: str) -> Finding:
    from difflib import get_close_matches

    near = get_close_matches(key, SETTINGS, 1)
    fix = f"did you mean {near[0]}?" if near else "remove it, or use a newer blue"
    return _warning("", 0, f'no setting is named "{key}"', fix=fix, suggestions=tuple(near))


def _unparsable(origin: str, text: str, message: str) -> Finding:
    """tomllib says the place only in words: `(at line 3, column 5)` or `(at end of document)`."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    finding = _warning(origin, 1, "not TOML: " + (message[: place.start()] if place else message)[:200])
    if place is None:
        return finding
    return finding._replace(line=int(place[1] or text.count("\n") + 1), column=int(place[2] or 0))


def _warning(path: str, line: int, message: str, fix: str = "", suggestions: tuple[str, ...] = ()) -> Finding:
    return Finding("settings", message, path, line, severity="warning", fix=fix, suggestions=suggestions)


def _line_of(text: str, key: str) -> int:
    """The line where a key is set, 0 when it is spelled in a way this does not see (quoted, inline table)."""
    table, _, name = key.rpartition(".")
    current = ""
    for number, line in enumerate(text.split("\n"), 1):
        head = re.match(r"\s*(?:\[\s*([\w.-]+)\s*\]|([\w-]+(?:\s*\.\s*[\w-]+)*)\s*=)", line)
        if head and head[1]:
            current = head[1]
        elif head:
            written = re.sub(r"\s", "", head[2])
            if (f"{current}.{written}" if current else written) == key or (current == table and written == name):
                return number
    return 0


# --- one check a type --------------------------------------------------------------------------------------


def _text(setting: Setting, raw: Any) -> str:
    if isinstance(raw, str) and raw.isprintable():
        return raw
    raise ValueError("one line of text is needed")


def _word(setting: Setting, raw: Any) -> str:
    if raw in setting.allowed and isinstance(raw, str):
        return raw
    raise ValueError(f"one of {', '.join(setting.allowed)} is needed")


def _bool(setting: Setting, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    raise ValueError("true or false is needed")


def _int(setting: Setting, raw: Any) -> int:
    least, most = setting.allowed
    if isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most:
        return raw
    raise ValueError(f"a whole number from {least} to {most} is needed")


def _words(setting: Setting, raw: Any) -> tuple[str, ...]:
    if isinstance(raw, list) and all(isinstance(word, str) and word.isprintable() for word in raw):
        return tuple(raw)
    raise ValueError("a list of words is needed")


def _texts(setting: Setting, raw: Any) -> tuple[str, ...]:
    many = [raw] if isinstance(raw, str) else raw
    if isinstance(many, list) and all(isinstance(text, str) and text.isprintable() for text in many):
        return tuple(many)
    raise ValueError("one line of text is needed, or a list of such")


CHECKS: dict[str, Callable[[Setting, Any], Any]] = {
    "text": _text, "word": _word, "bool": _bool, "int": _int, "words": _words, "texts": _texts,
}  # fmt: skip


# --- from the environment and the command line ---------------------------------------------------------------


def variable(key: str) -> str:
    """The environment variable of a setting: `dialogue.max_rounds` is BLUE_DIALOGUE_MAX_ROUNDS."""
    return "BLUE_" + key.replace(".", "_").upper()


def from_environment(env: Mapping[str, str]) -> tuple[dict[str, Value], tuple[Finding, ...]]:
    """The settings that the environment gives; an empty variable is none."""
    values: dict[str, Value] = {}
    findings: list[Finding] = []
    for key, setting in SETTINGS.items():
        name = variable(key)
        text = env.get(name, "")
        if not text:
            continue
        value, problem = _judge(key, _typed(setting, text))
        if problem:
            findings.append(problem._replace(message=problem.message.replace(key, f"${name}", 1)))
        else:
            values[key] = Value(value, f"${name}")
    return values, tuple(findings)


def _typed(setting: Setting, text: str) -> Any:
    """A variable's text as TOML would have it; what cannot be is left for the check to refuse."""
    if setting.type == "words":
        return [word for word in re.split(r"[,\s]+", text) if word]
    if setting.type == "texts":
        return [line for line in text.split("\n") if line.strip()]
    if setting.type == "bool":
        return {"1": True, "true": True, "0": False, "false": False}.get(text.lower(), text)
    if setting.type == "int":
        return int(text) if re.fullmatch("[0-9]{1,6}", text) else text
    return text


# --- the repository's share ----------------------------------------------------------------------------------


def _printable(value: Any) -> Any:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return without_password(value) if isinstance(value, str) else value


def split_trust(values: Mapping[str, Value], trusted: bool) -> tuple[dict[str, Value], tuple[Finding, ...]]:
    """What a repository's file may decide, and a warning for each value ignored until `blue trust`."""
    kept: dict[str, Value] = {}
    findings: list[Finding] = []
    for key, value in values.items():
        if trusted or SETTINGS[key].by == REPO:
            kept[key] = value
        else:
            findings.append(
                _warning(value.origin, value.line, f'{key} = "{_printable(value.value)}" is ignored', fix="read the file, then: blue trust")
                ._replace(why="a repository may not choose programs, places or looks for who reads it")
            )
    return kept, tuple(findings)
