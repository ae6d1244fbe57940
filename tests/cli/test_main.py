"""The error boundary: every way out has its status, one line of talk, and with --json exactly one document."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from blue_cli import __version__
from blue_cli.cli.output import Result
from blue_cli.errors import EXIT_CLASSES, BlueError, Conflict, Finding, NotFound, Refused, WrongCall
from tests.cli.program import add, blue


def raising(error: BaseException) -> Any:
    def command() -> Result:
        raise error

    return command


# --- statuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EXIT_CLASSES, ids=lambda kind: kind.__name__)
def test_an_errors_status_is_its_classs(kind: type[BlueError], monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, "break", raising(kind("it broke", fix="mend it")))
    said = blue("break")
    assert (said.status, said.out) == (kind.exit, "")
    assert said.err == "blue: error: it broke\n  fix: mend it\n"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 7, "unavailable"),
        (OSError(errno.ENOSPC, "No space left on device"), 7, "unavailable"),
        (KeyError("x"), 70, "bug"),
        (RecursionError(), 70, "bug"),
        (SystemExit(0), 70, "bug"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), 70, "bug"),
        (NotFound("no T0105", path="a.md", line=3, column=2, suggestions=["T0104"]), 3, "not-found"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_any_exception_is_one_document(error: BaseException, status: int, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, "break", raising(error))
    said = blue("break", "--json")
    assert said.status == status
    assert said.json["schema"] == "blue/error@1"
    assert (said.json["error"]["code"], said.json["error"]["exit"]) == (code, status)
    assert list(said.json["error"]) == ["code", "exit", "message", "why", "fix", "path", "line", "column", "suggestions"]
    assert said.json["warnings"] == []


@pytest.mark.parametrize(
    ("argv", "status", "schema"),
    [
        ([], 0, "help"),
        (["--help"], 0, "help"),
        (["trust", "-h"], 0, "help"),
        (["--version"], 0, "version"),
        (["nonsense"], 2, "error"),
        (["--nonsense"], 2, "error"),
        (["init", "--nonsense"], 2, "error"),
        (["init", "extra"], 2, "error"),
        (["--color", "purple"], 2, "error"),
        (["-C", "/no/such/folder", "init"], 3, "error"),
        (["trust"], 3, "error"),
        (["break"], 70, "error"),
        (["wrong"], 70, "error"),
        (["typed", "--round", "x"], 2, "error"),
        (["typed", "--round"], 2, "error"),
        (["typed"], 2, "error"),
        (["missing"], 70, "error"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
@pytest.mark.parametrize("first", [True, False], ids=["json first", "json last"])
def test_with_json_every_way_out_prints_one_document(
    argv: list[str], status: int, schema: str, first: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def typed(round: Annotated[int, typer.Option()]) -> Result:
        raise AssertionError

    add(monkeypatch, "break", raising(ZeroDivisionError("division by zero")))
    add(monkeypatch, "wrong", lambda: "no result")
    add(monkeypatch, "typed", typed)
    add(monkeypatch, "missing", typed)
    monkeypatch.delitem(sys.modules, "blue_cli.cli.fake_missing")
    said = blue(*(["--json", *argv] if first else [*argv, "--json"]), cwd=tmp_path)
    if argv[-1:] == ["--round"] and not first:  # there --json is the value of --round
        assert (said.status, said.out) == (2, "")
    else:
        assert (said.status, said.json["schema"]) == (status, f"blue/{schema}@1")


def test_a_refusal_brings_its_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding("dangling-ref", "no such tension", "a.md", 14, 3, why="there is T0104", fix="T0104?", severity="error")
    add(monkeypatch, "refuse", raising(Refused("1 error", [finding])))
    assert "a.md:14:3: error[dangling-ref]: no such tension\n  why: there is T0104\n  fix: T0104?\n" in blue("refuse").err
    assert blue("refuse", "--json").json["findings"][0]["rule"] == "dangling-ref"


def test_the_place_of_an_error_can_be_clicked(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, "break", raising(Conflict("newer format", path="a.md", line=3)))
    assert blue("break").err == "blue: error: a.md:3: newer format\n"


# --- bugs -----------------------------------------------------------------------------------------------------


def test_a_bug_is_one_line_and_a_way_to_see_more(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, "break", raising(ZeroDivisionError("division by zero")))
    said = blue("break")
    assert said.err.startswith("blue: error: a bug in blue: ZeroDivisionError: division by zero\n  fix: run it again with BLUE_DEBUG=1")
    assert "Traceback" not in said.err


def test_a_traceback_comes_only_when_asked_for_and_never_with_locals(monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> Result:
        secret = "".join(["hunt", "er2"])
        raise ZeroDivisionError(len(secret))

    add(monkeypatch, "break", command)
    said = blue("break", env={"BLUE_DEBUG": "1"})
    assert "Traceback" in said.err
    assert "hunter2" not in said.err


def test_hostile_text_in_an_error_drives_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, "break", raising(WrongCall("no \x1b]0;owned\x07 \u202etxt", why="[red]x[/red]\x9b1m")))
    said = blue("break")
    assert said.err == "blue: error: no \\x1b]0;owned\\x07 \\u202etxt\n  why: [red]x[/red]\\x9b1m\n"
    assert blue("break", "--json").json["error"]["message"] == "no \x1b]0;owned\x07 \u202etxt"


# --- did you mean ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "meant"),
    [(["tesions"], "tensions"), (["dialogs"], "dialogues"), (["init", "--jsn"], "--json"), (["trust", "--forgt"], "--forget")],
)
def test_a_near_miss_is_named(argv: list[str], meant: str) -> None:
    said = blue(*argv, "--json")
    assert said.status == 2
    assert meant in said.json["error"]["suggestions"]
    assert "did you mean" in said.json["error"]["fix"]


def test_options_that_do_not_exist_yet_are_unknown() -> None:
    assert blue("init", "--at", "HEAD").status == 2
    assert "no such option: --shop" in blue("init", "--shop", "x").err


# --- the real process -------------------------------------------------------------------------------------------


def spawn(*argv: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "blue_cli", *argv], capture_output="stdout" not in more, check=False, **more)


def test_the_status_reaches_the_shell() -> None:
    said = spawn("nonsense")
    assert (said.returncode, said.stdout) == (2, b"")
    assert spawn("--version").stdout.decode() == f"blue {__version__}\n"


def test_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    said = spawn("--help", stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (said.returncode, said.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_an_error_and_not_silence() -> None:
    with open("/dev/full", "wb") as full:
        said = spawn("--version", stdout=full, stderr=subprocess.PIPE)
    assert said.returncode == 7
    assert said.stderr.startswith(b"blue: error: cannot write to standard output")
    with open("/dev/full", "wb") as full:
        said = spawn("nonsense", "--json", stdout=full, stderr=subprocess.PIPE)
    assert said.returncode == 2  # the error that could not be written is still the answer
    assert b"Traceback" not in said.stderr


def test_closed_streams_are_no_bug() -> None:
    line = f"{sys.executable} -m blue_cli --version <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", line], check=False).returncode == 0


def test_an_ascii_stream_still_gets_valid_json(tmp_path: Path) -> None:
    said = spawn("nönsense", "--json", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert b"n\\u00f6nsense" in said.stdout


def test_an_argument_that_is_no_text_is_shown_escaped() -> None:
    said = spawn(b"n\xff".decode(errors="surrogateescape"))
    assert said.returncode == 2
    assert b"n\\udcff" in said.stderr


def test_ctrl_c_is_130_without_a_traceback(tmp_path: Path) -> None:
    editor = tmp_path / "sleeps.py"
    editor.write_text(
        "import sys, time\n"
        "from blue_cli.cli import commands, main\n"
        "import types\n"
        "module = types.ModuleType('blue_cli.cli.fake'); sys.modules[module.__name__] = module\n"
        "def command() -> None:\n    print('up', flush=True); time.sleep(30)\n"
        "module.command = command\n"
        "commands.BY_NAME['fake'] = commands.Command('fake', 'fake', '')\n"
        "main.main(['fake', '--json'])\n"
    )
    child = subprocess.Popen([sys.executable, editor], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout and child.stderr
    assert child.stdout.readline() == b"up\n"
    time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert (child.returncode, err) == (130, b"blue: error: interrupted\n")
    assert b'"code":"interrupted"' in out


def test_a_deleted_folder_is_an_error_not_a_bug(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    line = f'cd "{gone}" && rmdir "{gone}" && {sys.executable} -P -m blue_cli trust'
    said = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
    assert said.returncode in (3, 7), said.stderr


def test_version_and_help_import_no_typer() -> None:
    for word in ("--version", "--help"):
        world = "stdin=io.BytesIO(), stdout=io.StringIO(), stderr=io.StringIO(), env={}, cwd='.'"
        code = f"import sys, io; from blue_cli.cli.main import run; run(['{word}'], {world}); print('typer' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def test_input_of_the_process_is_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    from blue_cli.cli.options import call

    def command() -> Result:
        data = call().read_input()
        return Result("blue/x@1", {"bytes": len(data)})

    add(monkeypatch, "read", command)
    assert blue("read", "--json", stdin=io.BytesIO(b"\xff\x00a")).json["bytes"] == 3
