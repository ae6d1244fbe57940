"""Who asks for a passphrase, and who does not."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest

from blue_cli.cli.options import Call, Globals, World
from blue_cli.cli.secret import asker
from blue_cli.errors import Locked
from tests.cli.program import Keyboard, Terminal


def calling(stdin: io.BytesIO, stderr: io.StringIO, **globals: Any) -> Call:
    world: Any = World(stdin, io.StringIO(), stderr, {}, "/", lambda: None, lambda bits: 0)  # type: ignore[arg-type,return-value]
    return Call(world, Globals(**globals))


def test_nobody_is_asked_where_nobody_sits_or_who_said_so() -> None:
    assert asker(calling(io.BytesIO(), Terminal())) is None
    assert asker(calling(Keyboard(), io.StringIO())) is None
    assert asker(calling(Keyboard(), Terminal(), no_input=True)) is None


def test_a_terminal_that_would_show_it_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import warnings
    from getpass import GetPassWarning

    def shown(prompt: str) -> str:
        warnings.warn("can not control echo on the terminal", GetPassWarning, stacklevel=2)
        return "seen by all"

    monkeypatch.setattr("getpass.getpass", shown)
    ask = asker(calling(Keyboard(), Terminal()))
    assert ask
    with pytest.raises(Locked, match="would show the passphrase"):
        ask("passphrase: ")


def test_a_forked_child_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "typed")
    ask = asker(calling(Keyboard(), Terminal()))
    assert ask
    assert ask("passphrase: ") == "typed"
    pid = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: pid + 1)
    with pytest.raises(ChildProcessError):
        ask("passphrase: ")


def test_what_stands_in_the_prompt_cannot_reach_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: prompts.append(prompt) or "typed")
    ask = asker(calling(Keyboard(), Terminal()))
    assert ask
    ask("passphrase of \x1b[2J.key: ")
    assert "\x1b" not in prompts[0]
