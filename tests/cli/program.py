"""blue in this process, with commands made for a test."""

from __future__ import annotations

import io
import json
import sys
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from blue_cli.cli import commands
from blue_cli.cli.main import run
from blue_cli.dialogue.ids import uuid7
from blue_cli.stores.base import Store
from tests import published

FAKE = "fake_"  # in the names of modules that tests make; nobody publishes what their commands say


class Said(NamedTuple):
    """What a call left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout; fails when there is anything else."""
        return json.loads(self.out)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Keyboard(io.BytesIO):
    def isatty(self) -> bool:
        return True


def blue(
    *argv: str,
    cwd: object = "/",
    env: dict[str, str] | None = None,
    stdin: io.BytesIO | None = None,
    stdout: io.StringIO | None = None,
    stderr: io.StringIO | None = None,
    store: Store | None = None,
) -> Said:
    """Run blue with these words; a document that it prints must be as its published schema says."""
    out, err = stdout or io.StringIO(), stderr or io.StringIO()
    status = run(
        argv, stdin=stdin or io.BytesIO(), stdout=out, stderr=err, env=env or {"HOME": "/nonexistent"}, cwd=str(cwd), store=store
    )
    said = Said(status, out.getvalue(), err.getvalue())
    if not any(row.module.startswith(FAKE) for row in commands.BY_NAME.values()):
        published.hold_output(said.out)
    return said


def add(monkeypatch: pytest.MonkeyPatch, name: str, function: Callable[..., Any]) -> None:
    """Make `blue NAME` run this function, as a row of the table would."""
    module = ModuleType(f"blue_cli.cli.{FAKE}{name}")
    module.command = function  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(commands.BY_NAME, name, commands.Command(name, f"{FAKE}{name}", "made for a test"))


def stock(store: Store, id: str, front: str = "", **more: bytes) -> None:
    """Put a dialogue into a store; `front` are more lines of its front matter, `more` further blobs (`_` for `/`)."""
    uid = uuid7(1, zlib.crc32(id.encode()))
    blobs = {name.replace("_", "/", 1): data for name, data in more.items()}
    store.create(uid, id, {"dialogue": f"---\nblue: 1\nuid: {uid}\n{front}---\n".encode(), **blobs})
