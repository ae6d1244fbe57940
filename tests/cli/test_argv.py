"""Globals stand anywhere: before, between and after; never in another option's value, never after `--`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.cli.argv import GLOBALS, Split, split, wants_json
from blue_cli.errors import WrongCall


class Leaf(NamedTuple):
    name: str
    options: Mapping[str, int] = {}
    bare: str = ""

    def child(self, word: str) -> None:
        return None


class Group(NamedTuple):
    name: str
    children: Mapping[str, Leaf | Group]
    bare: str = ""
    options: Mapping[str, int] = {}

    def child(self, word: str) -> Leaf | Group | None:
        return self.children.get(word)


LIST = Leaf("list", {"--status": 1, "-n": 1, "--all": 0, "-a": 0, "--pair": 2})
TENSIONS = Group("tensions", {"list": LIST}, "list")
SHOW = Leaf("show", {"-o": 1})
ROOT = Group("blue", {"tensions": TENSIONS, "tension": TENSIONS, "show": SHOW})

# A call as chunks between which a global may stand: an option and its value are one chunk.
CALLS = [
    [["tensions"], ["list"], ["--status", "open"], ["--all"], ["-n", "5"]],
    [["tensions"], ["list"], ["--status", "--json"], ["-n-q"]],
    [["tensions"], ["list"], ["--pair", "-q", "--json"], ["-an", "-d"]],
    [["show"], ["T0101"], ["-o", "-"], ["-"]],
    [["tensions"], ["--status=open"], ["-a"]],
    [["tensions"]],
]
# Spellings of a global, and what they say.
SPELLINGS = [
    (["--json"], {"json": "true"}),
    (["-q"], {"quiet": "true"}),
    (["-qv"], {"quiet": "true", "verbose": "true"}),
    (["-d", "cache"], {"dialogue": "cache"}),
    (["-dcache"], {"dialogue": "cache"}),
    (["--dialogue=cache"], {"dialogue": "cache"}),
    (["--dialogue", "--json"], {"dialogue": "--json"}),
    (["-vdlist"], {"verbose": "true", "dialogue": "list"}),
    (["-qC", "tensions"], {"quiet": "true", "folder": "tensions"}),
    (["--color=never"], {"color": "never"}),
    (["--no-input"], {"no_input": "true"}),
    (["--version"], {"version": "true"}),
]


def plain(words: list[str]) -> Split:
    return split(words, ROOT)


@given(st.sampled_from(CALLS), st.lists(st.tuples(st.sampled_from(SPELLINGS), st.integers(0, 9)), max_size=4))
def test_every_position_of_every_global_gives_the_same_call(
    call: list[list[str]], placed: list[tuple[tuple[list[str], dict[str, str]], int]]
) -> None:
    chunks = [*call]
    said: dict[str, str] = {}
    for (spelling, meaning), place in placed:
        if said.keys() & meaning.keys():
            continue  # of a repeated one the last wins, which is another test's business
        said |= meaning
        chunks.insert(place % (len(chunks) + 1), spelling)
    with_globals = plain([word for chunk in chunks for word in chunk])
    without = plain([word for chunk in call for word in chunk])
    assert with_globals == without._replace(globals=said)


def test_help_before_and_after_is_the_same_and_names_the_command_as_far_as_it_goes() -> None:
    assert plain(["-h", "tensions", "list"]) == plain(["tensions", "list", "--help"])
    assert plain(["tensions", "-h"]).path == ("tensions",)  # the group's help, not that of its list


def test_nothing_after_a_double_dash_is_taken() -> None:
    found = plain(["show", "-q", "--", "--json", "-d", "x"])
    assert (found.globals, found.rest) == ({"quiet": "true"}, ("--", "--json", "-d", "x"))


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        (["show", "8", "-1"], ("8", "--", "-1")),
        (["show", "-1", "8", "-o", "-2", "-3.5"], ("-o", "-2", "--", "-1", "8", "-3.5")),
        (["show", "-1", "--", "-o", "-2"], ("--", "-1", "-o", "-2")),
        (["tensions", "-5", "-qan", "-6"], ("-an", "-6", "--", "-5")),
    ],
)
def test_a_number_below_zero_is_no_option(words: list[str], rest: tuple[str, ...]) -> None:
    assert plain(words).rest == rest


def test_another_options_value_is_not_taken() -> None:
    assert plain(["tensions", "list", "--status", "--json"]).globals == {}
    assert plain(["tensions", "list", "-an", "-q"]).rest == ("-an", "-q")


def test_global_letters_leave_a_cluster_and_the_commands_own_stay() -> None:
    found = plain(["tensions", "list", "-qan", "5", "-avd", "cache"])
    assert found.globals == {"quiet": "true", "verbose": "true", "dialogue": "cache"}
    assert found.rest == ("-an", "5", "-a")


def test_there_are_no_abbreviations() -> None:
    assert plain(["tensions", "list", "--jso", "--quie"]).rest == ("--jso", "--quie")


def test_the_last_of_a_repeated_global_wins() -> None:
    assert plain(["-d", "a", "show", "--dialogue", "b"]).globals == {"dialogue": "b"}


@pytest.mark.parametrize(
    "words", [["tensions"], ["tension"], ["tensions", "--all"], ["tension", "--json", "--status", "open"], ["tensions", "-a"]]
)
def test_a_bare_noun_means_list(words: list[str]) -> None:
    assert plain(words).path == ("tensions", "list")


def test_an_unknown_word_stays_where_the_walk_stopped() -> None:
    found = plain(["tensions", "lst", "--json"])
    assert (found.path, found.rest, found.globals) == (("tensions",), ("lst",), {"json": "true"})


@pytest.mark.parametrize(
    "words", [["-d"], ["show", "--dialogue"], ["-d", "", "show"], ["--dialogue="], ["--json=yes"], ["--color", "purple"], ["-C"]]
)
def test_a_global_with_a_wrong_value_is_a_wrong_call(words: list[str]) -> None:
    with pytest.raises(WrongCall):
        plain(words)


@given(st.lists(st.text(st.sampled_from("-=qvdCnaox "), max_size=6) | st.sampled_from(["tensions", "list", "--json", "--"])))
def test_any_words_end_in_a_call_or_a_wrong_call(words: list[str]) -> None:
    try:
        found = plain(words)
    except WrongCall:
        return
    assert found.globals.keys() <= {g.name for g in GLOBALS}


def test_json_is_seen_before_anything_is_parsed() -> None:
    assert wants_json(["nonsense", "--json"])
    assert not wants_json(["show", "--", "--json"])
