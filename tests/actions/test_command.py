"""The command that answers for an expert: its words, its shell, its environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.actions.command import Command, command, environment, parse, words_for
from blue_cli.dialogue.model import Expert
from blue_cli.errors import WrongCall

PANEL = ("muffin", "scone")


def words(text: str, role: str = "Caching", expert: str = "muffin", round: int = 2) -> tuple[str, ...]:
    """The words that start a command."""
    return words_for(command(text, shell=False), expert, role, round)


# --- who answers with what ---------------------------------------------------------------------------------------------


def test_one_for_all_or_one_each() -> None:
    found = parse(["llm -m a", "scone=llm -m b"], "", PANEL, shell=False)
    assert [found.of(slug).words[2] for slug in PANEL] == ["a", "b"]  # type: ignore[union-attr]
    assert found.of("judge") is None, "the judge is asked only with a command of their own"
    judged = parse(["SCONE=x y"], "z", PANEL, shell=False)
    assert (judged.of("muffin"), judged.of("scone"), judged.of("judge")) == (None, Command("x y", ("x", "y")), Command("z", ("z",)))
    assert parse(["judge=j"], "", PANEL, shell=False).of("judge") == Command("j", ("j",))


def test_a_word_with_an_equals_sign_is_no_name_for_it() -> None:
    for text in ("env A=b llm", "./ask?x=1 y", "/bin/a=b"):
        assert parse([text], "", PANEL, shell=False).all == command(text, shell=False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["bagel=llm"], "no bagel on the panel"), (["a", "b"], "two commands for everybody"),
        (["scone=a", "scone=b"], "scone has two commands"),
        (["scone='a"], "no command line"), (["scone="], "empty"), ([""], "empty"), (["  "], "empty"), (["a\\"], "no command line"),
    ],
)  # fmt: skip
def test_what_is_no_command_is_said(given: list[str], message: str) -> None:
    with pytest.raises(WrongCall, match=message) as caught:
        parse(given, "", PANEL, shell=False)
    assert caught.value.fix


# --- words -----------------------------------------------------------------------------------------------------------


def test_names_are_replaced_within_a_word() -> None:
    found = words("llm -s 'You are {expert}, {role}.' --x={round}{round} {expert}")
    assert found == ("llm", "-s", "You are muffin, Caching.", "--x=22", "muffin")


@pytest.mark.parametrize(
    "word", ['{"role": "x"}', "{}", "{expert", "expert}", "{Expert}", "{ role }", "{dialogue}", "{0}", "{expert!r}", "%s", "$ROLE"]
)
def test_nothing_else_is(word: str) -> None:
    assert words_for(Command("", ("x", word)), "muffin", "Caching", 0) == ("x", word)


def test_a_brace_around_a_name_stays() -> None:
    assert words_for(Command("", ('{"a": "{role}"}', "{{round}}")), "muffin", "Caching", 1) == ('{"a": "Caching"}', "{1}")


def test_a_value_that_looks_like_a_name_is_not_replaced() -> None:
    assert words("x {role}", role="{expert}{round}{role}") == ("x", "{expert}{round}{role}")


@given(st.text(max_size=30).filter(lambda role: "\0" not in role))
def test_a_role_is_one_word_whatever_it_says(role: str) -> None:
    assert words("x a{role}b c", role=role) == ("x", f"a{role}b", "c")


# --- the shell -------------------------------------------------------------------------------------------------------

PLACES = ["printf %s {role}", 'printf %s "{role}"', 'x={role}; printf %s "$x"', "printf %s ''{role}\"\""]
ROLES = [
    "$(touch {out})", "`touch {out}`", "'; touch {out}; '", '"; touch {out}; "', "a\n touch {out}\n", "*", "$HOME", "-n", "\\", "a  b",
    "'\"'\"'", "{{expert}}", "é ∀",
]  # fmt: skip


def spoken(text: str, role: str, folder: Path) -> str:
    """What a shell command prints for an expert with this role."""
    made = words_for(command(text, shell=True), "muffin", role, 0)
    env = environment({"PATH": "/usr/bin:/bin", "HOME": "/root"}, "cache", Expert("muffin", role), 0)
    return subprocess.run(made, env=env, cwd=folder, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("place", PLACES)
def test_a_shell_takes_a_role_as_it_is_wherever_it_is_named(place: str, tmp_path: Path) -> None:
    """Also within double quotes, where a value put in, however quoted, would be read as commands."""
    for template in ROLES:
        role = template.format(out=tmp_path / "touched")
        assert spoken(place, role, tmp_path).rstrip("\n") == role.rstrip("\n"), template
        assert not [*tmp_path.iterdir()]


def test_a_shell_within_the_shell_does_too(tmp_path: Path) -> None:
    role = f"$(touch {tmp_path / 'touched'})"
    for place in ("sh -c 'printf %s \"{role}\"'", "sh -c 'printf %s {role}'", 'printf %s "$(printf %s {role})"'):
        spoken(place, role, tmp_path)
        assert not [*tmp_path.iterdir()]


@given(st.text(alphabet="$(){}`'\"\\;|&<>*? \nat", max_size=20), st.sampled_from(PLACES))
@settings(max_examples=25, deadline=None)
def test_whatever_it_says(role: str, place: str) -> None:
    assert spoken(place, role, Path("/")).rstrip("\n") == role.rstrip("\n")


def test_braces_of_the_shells_own_stay() -> None:
    made = words_for(command('f() { echo {a,b} "${x}"; }; echo \'{"json": 1}\' {expert}', shell=True), "muffin", "r", 0)
    assert made == ("/bin/sh", "-c", 'f() { echo {a,b} "${x}"; }; echo \'{"json": 1}\' "${BLUE_EXPERT}"')


@pytest.mark.parametrize("text", ["sh -c 'llm -s \"{role}\"'", "/bin/bash -e -c 'echo {role}'", "zsh -c '{role}'"])
def test_a_role_does_not_become_a_part_of_a_shells_text(text: str) -> None:
    """Without --shell, the words of a shell named by the user are its program: a role in it could say anything."""
    with pytest.raises(WrongCall, match="part of its commands") as caught:
        command(text, shell=False)
    assert "$BLUE_ROLE" in caught.value.fix
    assert command(text.replace("{role}", "$BLUE_ROLE"), shell=False)
    assert command("env -c {role}", shell=False)


def test_what_only_a_shell_understands_is_left_to_it() -> None:
    text = "cat <<'END'\nit's {round}\nEND"
    assert words_for(command(text, shell=True), "muffin", "r", 0)[:2] == ("/bin/sh", "-c")
    with pytest.raises(WrongCall):
        command(text, shell=False)
    with pytest.raises(WrongCall, match="empty"):
        command(" ", shell=True)


# --- environment -----------------------------------------------------------------------------------------------------


def test_the_users_environment_without_what_is_blues() -> None:
    own = {"BLUE_KEY_FILE": "/k", "BLUE_STORE": "postgresql://u:p@h/d", "BLUE_RUN": "t", "BLUE_EXPERT": "x"}
    given = {"PATH": "/bin", "OPENAI_API_KEY": "k", **own}
    found = environment(given, "2026-cache", Expert("muffin", "Caching"), 3)
    assert found == {
        "PATH": "/bin", "OPENAI_API_KEY": "k", "BLUE_DIALOGUE": "2026-cache", "BLUE_EXPERT": "muffin", "BLUE_ROLE": "Caching",
        "BLUE_ROUND": "3",
    }  # fmt: skip
    assert given["BLUE_EXPERT"] == "x", "a copy"


def test_a_role_that_no_environment_can_hold_keeps_no_command_from_running() -> None:
    env = environment({"PATH": "/usr/bin:/bin"}, "cache", Expert("muffin", "a\0b" + "é" * 200_000), 0)
    assert subprocess.run(["printenv", "BLUE_ROLE"], env=env, capture_output=True, check=True).stdout.decode().startswith("abé")
