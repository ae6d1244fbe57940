"""The only writer: stdout is data, stderr is talk.

A command returns a `Result`; what becomes of it, a table, TSV or one JSON document, is decided here and nowhere
else (CLI.md, output).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TextIO

from blue_cli.cli.options import Call
from blue_cli.errors import BlueError, Finding, Locked, Refused, Tampered, Unavailable
from blue_cli.views.listing import Cells, Column, paint, table, tsv
from blue_cli.views.text import sanitize, sanitize_lines


class Screen(NamedTuple):
    """What a text may make of where it goes: columns (0 when it is not a terminal), colour or not."""

    width: int
    color: bool
    terminal: bool


class Result(NamedTuple):
    """What a command answers, in every form it can be asked for; callables are called only when their form is.

    schema    `blue/<command>@1`
    document  the JSON document without `schema` and `warnings`
    columns   with `rows`: a list; else `text` is the answer
    counts    the line under a table on a terminal
    hints     to stderr, not with -q or --json
    status    the exit status
    paged     a text that may be longer than the screen: on a terminal it goes through the pager
    """

    schema: str
    document: Mapping[str, Any] | Callable[[], Mapping[str, Any]]
    text: str | Callable[[Screen], str] = ""
    columns: Sequence[Column] = ()
    rows: Iterable[Cells] | Callable[[], Iterable[Cells]] = ()
    counts: str | Callable[[Screen], str] = ""
    hints: tuple[str, ...] = ()
    warnings: tuple[Finding, ...] = ()
    status: int = 0
    paged: bool = False


def emit(call: Call, result: Result) -> int:
    """Write a result in the form this call asked for; the exit status."""
    call.settle()
    call.status = result.status
    call.warnings += result.warnings
    call.hints += result.hints
    if call.globals.json:
        document = result.document() if callable(result.document) else result.document
        document = {**document, "at": call.at} if call.at else document
        write(call, encode(call, {"schema": result.schema, **document, "warnings": _warnings(call)}))
        return result.status
    shown = screen(call, call.world.stdout)
    text = render(result, shown)
    if not (result.paged and shown.terminal and _page(call, text, shown)):
        write(call, text)
    talk(call)
    return result.status


def _page(call: Call, text: str, shown: Screen) -> bool:
    """Show a text that is longer than the screen in the pager; whether that was done."""
    from blue_cli.cli.external import page

    rows = os.get_terminal_size(call.world.stdout.fileno()).lines if call.may_ask() else 0
    return 0 < rows <= text.count("\n") and page(text, call.world.env, str(call.workspace.config["pager"]))


def render(result: Result, screen: Screen) -> str:
    """A result as text: a table on a terminal, TSV elsewhere, or the text it brings."""
    if not result.columns:
        text = result.text(screen) if callable(result.text) else result.text
        return text if not text or text.endswith("\n") else text + "\n"
    rows = result.rows() if callable(result.rows) else result.rows
    if not screen.terminal:
        return tsv(rows)
    counts = result.counts(screen) if callable(result.counts) else result.counts
    return table(result.columns, rows, screen.width, screen.color) + (counts + "\n" if counts else "")


# --- errors and talk ----------------------------------------------------------------------------------------


def fail(call: Call, error: BlueError) -> int:
    """Write an error: talk for people, and one document when JSON was asked for; the exit status."""
    call.settle()
    call.status = error.exit
    color = screen(call, call.world.stderr).color
    lines = [*_error_lines(error, color)]
    if isinstance(error, Locked):  # it says itself what these warn of
        call.warnings = [warning for warning in call.warnings if warning.rule != "sealed"]
    if not call.globals.json:
        lines = [*_warning_lines(call.warnings, color), *lines]
    _say(call.world.stderr, lines)
    if call.globals.json:
        write(call, encode(call, error_document(call, error)))
    return error.exit


def error_document(call: Call, error: BlueError) -> dict[str, Any]:
    """The failure of CLI.md, output. A refusal also carries its findings."""
    shown = {
        "code": error.code,
        "exit": error.exit,
        "message": error.message,
        "why": error.why or None,
        "fix": error.fix or None,
        "path": error.path,
        "line": error.line,
        "column": error.column,
        "suggestions": list(error.suggestions),
    }
    document: dict[str, Any] = {"schema": "blue/error@1", "error": shown}
    if isinstance(error, Refused | Tampered):
        document["findings"] = finding_documents(error.findings)
    return {**document, "warnings": _warnings(call)}


def finding_documents(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON."""
    from blue_cli.views.findings import as_document  # only who has found something pays for it

    return [as_document(finding) for finding in findings]


def _warnings(call: Call) -> list[dict[str, Any]]:
    return finding_documents(call.warnings) if call.warnings else []


def talk(call: Call) -> None:
    """Warnings, and hints unless -q."""
    color = screen(call, call.world.stderr).color
    lines = [*_warning_lines(call.warnings, color)]
    if not call.globals.quiet:
        lines += [f"blue: {paint('hint', 'hint', color)}: {sanitize(hint)}" for hint in call.hints]
    _say(call.world.stderr, lines)


def _warning_lines(warnings: Iterable[Finding], color: bool) -> Iterable[str]:
    for finding in warnings:
        if finding.column:  # in a text: as `check` says it
            yield from _finding_lines(finding, color)
            continue
        yield f"blue: {paint('warning', 'warning', color)}: {_place(finding.path, finding.line, 0)}{sanitize(finding.message)}"
        yield from _because(finding.why, finding.fix)


def _error_lines(error: BlueError, color: bool) -> Iterable[str]:
    said = bool(error.path) and not error.line and error.message.startswith(f"{error.path}: ")  # a store's errors name it themselves
    place = "" if said else _place(error.path, error.line, error.column)
    yield f"blue: {paint('error', 'error', color)}: {place}{sanitize(error.message)}"
    yield from _because(error.why, error.fix)
    for finding in error.findings if isinstance(error, Refused | Tampered) else ():
        yield from _finding_lines(finding, color)


def _finding_lines(finding: Finding, color: bool) -> Iterable[str]:
    label = f"{paint(finding.severity, finding.severity, color)}[{finding.rule}]"
    yield f"{_place(finding.path, finding.line, finding.column)}{label}: {sanitize(finding.message)}"
    yield from _because(finding.why, finding.fix)


def _place(path: str | None, line: int | None, column: int | None) -> str:
    """`path:line:column: `, as far as it is known."""
    parts = [sanitize(path), *(str(n) for n in (line, column) if n)] if path else []
    return ":".join(parts) + ": " if parts else ""


def _because(why: str, fix: str) -> Iterable[str]:
    for name, text in (("why", why), ("fix", fix)):
        if text:
            yield f"  {name}: " + sanitize_lines(text).replace("\n", "\n       ")


# --- streams ------------------------------------------------------------------------------------------------


def encode(call: Call, document: Mapping[str, Any]) -> str:
    """One JSON document and a line feed: indented on a terminal, compact in a pipe."""
    import json

    stream = call.world.stdout
    plain = (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "") != "utf8"
    if stream.isatty():
        return json.dumps(document, ensure_ascii=plain, indent=2) + "\n"
    return json.dumps(document, ensure_ascii=plain, separators=(",", ":")) + "\n"


def write(call: Call, text: str) -> None:
    """Data to stdout, at once, so that a full disk is an error and not a note after the end.

    Raises `BrokenPipeError` when the reader has gone, `Unavailable` when it cannot be written.
    """
    try:
        call.world.stdout.write(text)
        call.world.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unavailable(f"cannot write to standard output: {error.strerror or error}") from None


def write_bytes(call: Call, data: bytes) -> None:
    """Exact bytes to stdout, where text would not be the same. Raises as `write` does."""
    buffer = getattr(call.world.stdout, "buffer", None)
    if buffer is None:  # a stream of text only
        write(call, data.decode(errors="surrogateescape"))
        return
    try:
        call.world.stdout.flush()
        buffer.write(data)
        buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unavailable(f"cannot write to standard output: {error.strerror or error}") from None


def _say(stream: TextIO, lines: Sequence[str]) -> None:
    if lines:
        with contextlib.suppress(OSError):  # nobody listens: no reason to fail
            stream.write("\n".join(lines) + "\n")
            stream.flush()


def screen(call: Call, stream: TextIO) -> Screen:
    """What this stream is to a text: how wide, and whether colour is wanted on it."""
    terminal = stream.isatty()
    return Screen(_columns(call.world.env, stream) if terminal else 0, wants_color(call, terminal), terminal)


def wants_color(call: Call, terminal: bool) -> bool:
    """`--color`, then the setting, then NO_COLOR (no-color.org), FORCE_COLOR, TERM=dumb, and whether it is a terminal."""
    env = call.world.env
    for choice in (call.globals.color, "" if call.globals.color else call.color_setting):
        if choice in ("always", "never"):
            return choice == "always"
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR", "0") not in ("0", ""):
        return True
    return terminal and env.get("TERM") != "dumb"


def _columns(env: Mapping[str, str], stream: TextIO) -> int:
    """The terminal's width: $COLUMNS, what the terminal says, else 80."""
    given = env.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given[:5]) > 0:
        return int(given[:5])
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
