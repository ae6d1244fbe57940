"""What a command gets from its call: the folder, the dialogue that is meant, input, and files to write."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blue_cli.cli.options import call, system_now, system_random
from blue_cli.cli.output import Result
from blue_cli.stores.memory import MemoryStore
from tests.cli.program import Keyboard, add, blue, stock


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Make `blue ask` answer with what a function returns."""

    def make(function: Callable[[], Any]) -> None:
        add(monkeypatch, "ask", lambda: Result("blue/ask@1", {"answer": function()}))

    return make


Ask = Callable[[Callable[[], Any]], None]


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    stock(store, "2026-11-24T0528Z-cache")
    stock(store, "2026-11-24T0529Z-queue", "closed: {at: x}\n")
    return store


def test_the_option_names_the_dialogue_then_the_variable_then_the_only_open_one(ask: Ask, store: MemoryStore) -> None:
    ask(lambda: call().dialogue().id)
    assert blue("ask", "--json", "-d", "queue", store=store, env={"BLUE_DIALOGUE": "cache"}).json["answer"].endswith("queue")
    assert blue("ask", "--json", store=store, env={"BLUE_DIALOGUE": "queue"}).json["answer"].endswith("queue")
    said = blue("ask", store=store)
    assert said.err == "blue: hint: dialogue 2026-11-24T0528Z-cache, the only open one\n"


def test_a_folder_is_as_if_blue_had_been_started_there(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    ask(lambda: os.path.relpath(call().path("a.md"), tmp_path))
    assert blue("-C", "in", "ask", "--json", cwd=tmp_path).json["answer"] == os.path.join("in", "a.md")
    assert blue("-C", str(tmp_path / "in"), "ask", "--json").json["answer"] == os.path.join("in", "a.md")


def test_an_expert_is_who_was_named_else_who_the_environment_says(ask: Ask, store: MemoryStore) -> None:
    ask(lambda: [call().expert("strudel"), call().expert(None)])
    assert blue("ask", "--json", store=store, env={"BLUE_EXPERT": "muffin"}).json["answer"] == ["strudel", "muffin"]
    assert blue("ask", "--json", store=store).json["answer"] == ["strudel", ""]


def test_input_is_never_awaited_from_a_keyboard(ask: Ask) -> None:
    ask(lambda: call().read_input().decode())
    assert blue("ask", "--json", stdin=io.BytesIO(b"text")).json["answer"] == "text"
    assert blue("ask", stdin=Keyboard()).status == 2


def test_input_has_a_limit(ask: Ask) -> None:
    ask(lambda: len(call().read_input(3)))
    assert blue("ask", "--json", stdin=io.BytesIO(b"abc")).json["answer"] == 3
    assert blue("ask", stdin=io.BytesIO(b"abcd")).status == 2


def test_a_file_is_written_whole_and_keeps_its_mode(ask: Ask, tmp_path: Path) -> None:
    ask(lambda: call().write_file("out.json", b"new"))
    (tmp_path / "out.json").write_text("old")
    (tmp_path / "out.json").chmod(0o600)
    assert blue("ask", "-q", cwd=tmp_path).status == 0
    assert (tmp_path / "out.json").read_text() == "new"
    assert (tmp_path / "out.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_a_file_that_cannot_be_written_is_unavailable(ask: Ask, tmp_path: Path) -> None:
    ask(lambda: call().write_file("no/such/out.json", b"new"))
    said = blue("ask", "--json", cwd=tmp_path)
    assert said.status == 7
    assert str(tmp_path) not in said.out


def test_a_broken_write_leaves_the_old_file_and_no_other(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    ask(lambda: call().write_file("out.json", b"new"))
    (tmp_path / "out.json").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    assert blue("ask", cwd=tmp_path).status == 7
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.json", "old")]


def test_the_systems_clock_and_chance() -> None:
    assert system_now().utcoffset() is not None
    assert all(system_random(74) < 1 << 74 for _ in range(50))
    assert len({system_random(74) for _ in range(50)}) == 50
