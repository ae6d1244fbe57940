"""Which program the name blue starts, told by what lies on the PATH, without starting any."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from blue_cli.actions.diagnosis import NOTE, OK, PROBLEM
from blue_cli.actions.machine import look, programs, versions

OURS = "#!/usr/bin/python3\nimport sys\nfrom blue_cli.cli.main import main\nmain()\n"
FORMATTER = "#!/usr/bin/python3\nimport sys\nfrom blue import main\n"


def put(folder: Path, text: str, mode: int = 0o755) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "blue").write_text(text)
    (folder / "blue").chmod(mode)
    return str(folder / "blue")


def seen(running: str, *folders: object) -> list[tuple[str, str]]:
    found = programs({"PATH": os.pathsep.join(map(str, folders))}, running)
    return [(check.state, check.found.partition(":")[0]) for check in found]


def test_this_one_alone_is_fine(tmp_path: Path) -> None:
    program = put(tmp_path / "a", OURS)
    assert seen(program, tmp_path / "none", tmp_path / "a", tmp_path / "a") == [(OK, program)]


def test_a_link_to_it_is_it_and_so_is_one_beside_its_python(tmp_path: Path) -> None:
    program = put(tmp_path / "venv", OURS)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "blue").symlink_to(program)
    assert seen(program, tmp_path / "bin", tmp_path / "venv") == [(OK, str(tmp_path / "bin" / "blue"))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [(FORMATTER, "the formatter of that name"), ("#!/bin/sh\ntouch owned\n", "another program"), ("\0\xff", "another program")],
)
def test_another_program_of_the_name_is_told_and_not_started(text: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program = put(tmp_path / "a", OURS)
    put(tmp_path / "b", text)
    assert seen(program, tmp_path / "b", tmp_path / "a") == [
        (PROBLEM, f"the first blue on the PATH is {kind}"),
        (NOTE, "a second installation, later on the PATH"),
    ]
    assert seen(program, tmp_path / "a", tmp_path / "b")[1] == (NOTE, f"{kind}, later on the PATH")
    assert not (tmp_path / "owned").exists()


def test_another_installation_before_this_one_is_a_problem(tmp_path: Path) -> None:
    program = put(tmp_path / "a", OURS)
    put(tmp_path / "b", OURS)
    assert seen(program, tmp_path / "b", tmp_path / "a")[0] == (PROBLEM, "another installation comes first on the PATH")


def test_none_at_all(tmp_path: Path) -> None:
    program = put(tmp_path / "a", OURS, 0o644)
    (tmp_path / "d" / "blue").mkdir(parents=True)
    assert seen(program, tmp_path / "a", tmp_path / "d", "relative", "") == [(PROBLEM, "no blue on the PATH")]


def test_a_pipe_of_the_name_does_not_make_it_wait(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    os.mkfifo(tmp_path / "p" / "blue", 0o777)
    assert seen("/x/blue", tmp_path / "p") == [(PROBLEM, "no blue on the PATH")]


def test_versions_of_all_that_it_stands_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [check.state for check in versions()] == [OK] * 8
    import importlib.metadata

    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.29.1" if name == "typer" else "1.0")
    assert [check.found for check in versions() if check.state == PROBLEM] == ["typer 0.29.1"]

    def gone(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", gone)
    assert sum(check.state == PROBLEM for check in versions()) == 6


def test_the_folder_for_its_memory_and_the_locale(tmp_path: Path) -> None:
    def states(folder: Path, encoding: str) -> dict[str, str]:
        return {check.name: check.state for check in look({}, sys.executable, str(folder), encoding)}

    assert states(tmp_path / "not" / "yet", "utf-8") | {"program": ""} == {"program": "", "versions": OK, "state": OK, "locale": OK}
    (tmp_path / "file").write_text("")
    assert states(tmp_path / "file" / "blue", "ANSI_X3.4-1968")["state"] == PROBLEM
    assert states(tmp_path, "ANSI_X3.4-1968")["locale"] == PROBLEM
    assert states(tmp_path, "UTF8")["locale"] == OK
