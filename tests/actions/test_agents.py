"""Agents are told once, in a marked block, and nothing around it changes by a byte."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from blue_cli.actions.agents import BLOCK, END, START, Told, refusal, tell_agents, with_block
from blue_cli.cli.main import run
from blue_cli.errors import EXIT_CLASSES
from tests.golden import SESSIONS

WHOLE = b"\n".join([START, *BLOCK.encode().splitlines(), END])
OLD = START + b"\nsaid by an older blue\n" + END
TEXTS = {
    "plain": b"# Mine\n",
    "windows": b"# Mine\r\n\r\nline\r\n",
    "no line feed at the end": b"# Mine",
    "byte order mark": b"\xef\xbb\xbf# Mine\n",
    "only a byte order mark": b"\xef\xbb\xbf",
    "not UTF-8": b"caf\xe9\n",
    "mixed": b"a\nb\r\nc",
    "almost a mark": b"> " + START + b"\n`" + END + b"`\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_block_comes_after_what_was_said_and_comes_once(text: bytes) -> None:
    once = with_block(text)
    assert once.startswith(text)
    assert with_block(once) == once
    assert once.replace(b"\r\n", b"\n").count(WHOLE) == 1
    assert refusal(once) == ""


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_older_block_is_replaced_and_what_is_around_it_stays(text: bytes) -> None:
    before = text if text.endswith(b"\n") or text == b"\xef\xbb\xbf" else text + b"\n"
    changed = with_block(before + OLD + b"\nafter it, \xff")
    assert changed.startswith(before + START)
    assert changed.endswith(END + b"\nafter it, \xff")
    assert b"older blue" not in changed


def test_a_block_in_a_file_of_windows_lines_has_such_lines() -> None:
    assert with_block(b"a\r\n").replace(b"\r\n", b"").count(b"\n") == 0
    spoiled = with_block(b"a\r\n").replace(b"- See", b"- see")
    assert with_block(spoiled) == with_block(b"a\r\n")


@pytest.mark.parametrize(
    "text",
    [START + b"\n", END + b"\n", END + b"\n" + START, OLD + b"\n" + OLD, b"\xff\xfe#\0", b"a\0b", b"x" * (1 << 20) + b"y"],
    ids=["no end", "no start", "crossed", "twice", "UTF-16", "NUL", "large"],
)
def test_what_cannot_be_understood_is_left_alone(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_bytes(text)
    [told] = tell_agents(str(tmp_path))
    assert told.state == "kept"
    assert told.why
    assert (tmp_path / "AGENTS.md").read_bytes() == text


def test_it_is_made_then_kept_and_its_mode_stays(tmp_path: Path) -> None:
    assert tell_agents(str(tmp_path)) == [Told("AGENTS.md", "created")]
    path = tmp_path / "AGENTS.md"
    path.write_bytes(b"mine\n" + OLD)
    path.chmod(0o640)
    assert tell_agents(str(tmp_path)) == [Told("AGENTS.md", "updated")]
    assert tell_agents(str(tmp_path)) == [Told("AGENTS.md", "kept")]
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["AGENTS.md"]


def test_the_other_file_is_told_only_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "CLAUDE.md").write_text("mine\n")
    assert [told.state for told in tell_agents(str(tmp_path))] == ["created", "updated"]
    assert (tmp_path / "CLAUDE.md").read_bytes() == b"mine\n\n" + WHOLE + b"\n"


def test_two_names_of_one_file_get_one_block(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").write_text("mine\n")
    (tmp_path / "CLAUDE.md").symlink_to("AGENTS.md")
    assert tell_agents(str(tmp_path)) == [Told("AGENTS.md", "updated"), Told("CLAUDE.md", "kept", "it is AGENTS.md")]
    assert (tmp_path / "AGENTS.md").read_bytes().count(START) == 1
    assert (tmp_path / "CLAUDE.md").is_symlink()


@pytest.mark.parametrize("place", ["outside.md", "work/.git/hooks/pre-commit", "work/.git/a.md", "work/sub/a.md", "work/Makefile"])
def test_a_link_is_not_followed_to_where_a_stranger_could_want_it(place: str, tmp_path: Path) -> None:
    target = tmp_path / place
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"theirs\n")
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    (work / "AGENTS.md").symlink_to(target)
    assert tell_agents(str(work)) == [Told("AGENTS.md", "kept", "it is a link that leads elsewhere")]
    assert target.read_bytes() == b"theirs\n"


def test_links_to_nothing_folders_and_pipes_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "AGENTS.md").symlink_to("gone.md")
    os.mkfifo(tmp_path / "CLAUDE.md")
    assert [told.why for told in tell_agents(str(tmp_path))] == ["it is a link to nothing", "it is no regular file"]
    assert not (tmp_path / "gone.md").exists()


# --- what it says is true --------------------------------------------------------------------------------------


def test_the_block_is_short() -> None:
    assert len(WHOLE.splitlines()) <= 15
    assert BLOCK.isascii()


COMMANDS = re.findall(r"`(blue [^`]*)`", BLOCK)
VALUES = {"EXPERT": "desk", "FILE": "text.md", "ID": "T0003", "COMMAND": "status"}


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_in_the_block_is_one(line: str, tmp_path: Path) -> None:
    shutil.copytree(SESSIONS.parent / "example", tmp_path, dirs_exist_ok=True)
    (tmp_path / "text.md").write_text("[PERSPECTIVE P01: Said by an agent]\nWhy not.\n")
    words = [VALUES.get(word, word) for word in shlex.split(line)][1:]
    err = io.StringIO()
    env = {"HOME": "/nonexistent"}
    status = run(words, stdin=io.BytesIO(), stdout=io.StringIO(), stderr=err, env=env, cwd=str(tmp_path))
    assert status == 0, err.getvalue()


def test_the_block_names_the_statuses_there_are() -> None:
    said = {int(n) for n in re.findall(r"(\d) [a-z]", BLOCK.partition("Exit status: ")[2])}
    assert said == {0, *(error.exit for error in EXIT_CLASSES if error.exit < 10)}
