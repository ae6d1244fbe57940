"""The way out of a missing table is a command that makes the tables of the very store that has none."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from blue_cli.stores import sqlite
from tests.cli.program import Said, blue

URL = "sqlite:///a b.db"
NAMED = "blue store init --store 'sqlite:///a b.db'"
TIGER = "t1g3r"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Said]:
    def run(*argv: str, **env: str) -> Said:
        return blue(*argv, cwd=tmp_path, env={"HOME": str(tmp_path / "home"), **env})

    run("init")
    return run


def fix(said: Said) -> str:
    assert said.status == 7
    return said.err.partition("  fix: ")[2].rstrip("\n")


def settings(root: Path, url: str) -> None:
    (root / "home/.config/blue").mkdir(parents=True)
    (root / "home/.config/blue/config.toml").write_text(f'store = "{url}"\n')


@pytest.mark.parametrize("how", ["flag", "variable", "settings"])
def test_the_command_that_is_shown_works(run: Callable[..., Said], tmp_path: Path, how: str) -> None:
    if how == "settings":
        settings(tmp_path, URL)
    env = {"BLUE_STORE": URL} if how == "variable" else {}
    argv = ("dialogue", "list", *(("--store", URL) if how == "flag" else ()))
    shown = fix(run(*argv, **env))
    assert shown == ("blue store init" if how == "settings" else NAMED)
    assert run(*shlex.split(shown)[1:]).out == f"made {URL}\n"
    assert run(*argv, **env) == Said(0, "", "")


def test_in_json_too(run: Callable[..., Said]) -> None:
    assert run("dialogue", "list", "--store", URL, "--json").json["error"]["fix"] == NAMED


@pytest.mark.parametrize("argv", [("copy", "files:", URL), ("copy", URL, "files:"), ("verify", "files:", URL), ("verify", URL, "files:")])
def test_of_two_stores_the_one_is_named_that_has_none(run: Callable[..., Said], argv: tuple[str, ...]) -> None:
    for env in ({}, {"BLUE_STORE": "sqlite:///other.db"}):
        assert fix(run("store", *argv, **env)) == NAMED
        assert fix(run("store", *argv, "--store", "sqlite:///other.db", **env)) == NAMED


def test_the_command_that_compares_two_stores_is_shown(run: Callable[..., Said]) -> None:
    run("dialogue", "new", "Cache", "--id", "cache")
    run("store", "init", "--store", URL)
    run("dialogue", "new", "Cache", "--id", "cache", "--store", URL)
    said = run("store", "copy", "files:", URL)
    assert (said.status, said.err) == (1, "blue: hint: what differs in it: blue store verify files: 'sqlite:///a b.db'\n")


def test_status_says_it_as_well(run: Callable[..., Said]) -> None:
    assert NAMED in run("store", "status", "--store", URL).err
    run("store", "init", "--store", URL)
    run("store", "project", "--store", URL)
    run("dialogue", "new", "Cache", "--store", URL)
    assert "projection current" in run("store", "status", "--store", URL).out


@pytest.mark.parametrize(
    ("argv", "env", "shown"),
    [
        (("--store", "{url}", "dialogue", "list"), {}, "blue store init --store URL, with the URL you gave"),
        (("store", "copy", "files:", "{url}"), {}, "blue store init --store URL, with the URL you gave"),
        (("dialogue", "list"), {"BLUE_STORE": "{url}"}, "blue store init, with the same BLUE_STORE"),
    ],
)
def test_a_password_is_kept_back(
    run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], env: dict[str, str], shown: str
) -> None:
    """Whatever the engine: what is in the way of a copy is the URL."""
    url = f"sqlite://scott:{TIGER}@/blue.db"
    monkeypatch.setattr(sqlite, "place_of", lambda *_: ("/nowhere/blue.db", "blue.db"))
    said = run(*(word.format(url=url) for word in argv), **{name: value.format(url=url) for name, value in env.items()})
    assert fix(said) == shown
    assert TIGER not in said.out + said.err
