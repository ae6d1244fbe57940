"""The table of commands: every row loads, only the called one does, and nothing shadows a global option."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blue_cli.cli.argv import BY_OPTION, GLOBALS
from blue_cli.cli.commands import BY_NAME, COMMANDS, Branch, Root, load
from blue_cli.cli.options import Globals
from tests.cli.program import Said, blue


def leaves(branch: Branch, path: str) -> Iterator[tuple[str, Branch]]:
    """Every single command below, with its path."""
    if not branch.names():
        yield path, branch
    for name in branch.names():
        child = branch.child(name)
        assert child
        yield from leaves(child, f"{path} {name}")


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_every_row_loads_and_helps(row: object) -> None:
    name = row.name  # type: ignore[attr-defined]
    for path, leaf in leaves(Branch(load(BY_NAME[name]), name), f"blue {name}"):
        words = path.split()[1:]
        said: Said = blue(*words, "--help")
        assert (said.status, said.err) == (0, ""), path
        assert said.out.startswith(f"Usage: {path} ")
        assert leaf.command.help, f"{path} says nothing about itself"


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_what_a_group_says_of_its_commands_fits_a_line(row: object) -> None:
    branch = Branch(load(row), row.name)  # type: ignore[attr-defined, arg-type]
    told = branch.help(f"blue {branch.name}", 80).partition("Commands:")[2]
    assert not [line for line in told.splitlines() if line.endswith("...")], "make its first sentence shorter"


def test_braces_in_a_usage_mean_a_choice() -> None:
    assert blue("round", "show", "--help").out.startswith("Usage: blue round show [OPTIONS] N\n")
    assert "{bash|zsh|fish|man}" in blue("completion", "--help").out


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_an_option_means_one_thing_in_the_whole_program(row: object) -> None:
    name = row.name  # type: ignore[attr-defined]
    for path, leaf in leaves(Branch(load(BY_NAME[name]), name), name):
        assert not leaf.options.keys() & BY_OPTION.keys(), path


def test_a_word_leads_to_one_row() -> None:
    names = [name for row in COMMANDS for name in (row.name, row.other) if name]
    assert len(names) == len(set(names))


def test_the_other_number_of_a_noun_is_the_same_command() -> None:
    assert BY_NAME["tension"] is BY_NAME["tensions"]
    assert BY_NAME["dialogues"] is BY_NAME["dialogue"]


def test_the_globals_that_are_declared_are_the_globals_there_are() -> None:
    assert [g.name for g in GLOBALS] == list(Globals._fields)
    assert all((Globals._field_defaults[g.name] == "") is bool(g.value) for g in GLOBALS)


def test_the_overview_names_every_command_and_global() -> None:
    out = blue("--help").out
    assert all(f"  {row.name} " in out for row in COMMANDS)
    assert all(option in out for option in BY_OPTION)
    assert max(map(len, out.splitlines())) <= 80


def test_a_group_without_its_subcommand_says_which_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    from blue_cli.cli.commands import unknown

    assert unknown(Root(), "blue", ()).suggestions
