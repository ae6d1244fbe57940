"""The block in a hook: bytes around it stay, every POSIX shell takes it, and only blue's own no ends the hook."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.errors import Unavailable
from blue_cli.git import hookblock as hb
from blue_cli.git import hooks, process
from blue_cli.git.hooks import find_place, program
from blue_cli.git.repo import Repository
from tests.git.hooking import PROGRAMS, SHELL, Clone, Done, script

SHELLS = {name: shutil.which(name.split()[0]) for name in ("dash", "bash", "bash --posix", "busybox sh", "zsh", "ksh", "mksh", "yash")}
LINES = st.lists(st.sampled_from([b"exit 0", b"", b"# note", b"set -e", b"x\r", b"\xff\xfe", b"# >>> conda >>>"]), max_size=6)


@pytest.fixture(params=[name for name, path in SHELLS.items() if path])
def shell(request: pytest.FixtureRequest) -> list[str]:
    name, *words = str(request.param).split()
    return [shutil.which(name) or name, *words]


# --- bytes -----------------------------------------------------------------------------------------------------------


@given(LINES, st.booleans(), st.sampled_from(hb.HOOKS), st.sampled_from([b"#!/bin/sh", b"#!/usr/bin/env bash", b"#!/bin/dash -eu"]))
@settings(max_examples=60)
def test_taken_out_the_bytes_are_those_before(lines: list[bytes], feed: bool, hook: str, shebang: bytes) -> None:
    data = b"\n".join([shebang, *lines]) + b"\n" * feed
    with_block = hb.insert(data, hook)
    found = hb.find(with_block, hook)
    assert found.state == hb.CURRENT and found.first and not found.made
    assert with_block.startswith(shebang + b"\n" + hb.START + b"\n")
    assert hb.remove(with_block, found) == data


def test_a_file_that_was_made_for_the_block_goes_with_it_unless_somebody_added_to_it() -> None:
    made = hb.insert(None, "pre-commit", hb.FILE)
    assert made.startswith(b"#!/bin/sh\n# >>> blue >>>\n") and made.endswith(b"# <<< blue <<<\n")
    assert hb.remove(made, hb.find(made, "pre-commit")) is None
    more = made + b"echo mine\n"
    assert hb.remove(more, hb.find(more, "pre-commit")) == b"#!/bin/sh\necho mine\n"
    own = hb.insert(b"#!/bin/sh\n", "pre-commit")
    assert hb.remove(own, hb.find(own, "pre-commit")) == b"#!/bin/sh\n", "a file that was there stays, however little is in it"


def test_an_older_block_is_told_from_one_that_somebody_edited() -> None:
    data = hb.insert(SHELL.encode() + b"exit 0\n", "pre-commit")
    body = b"old lines\nmore of them"
    head = f"# blue hooks 0 {hb._digest(body)}: as it was".encode()
    older = data.replace(hb.block("pre-commit"), b"\n".join((hb.START, head, body, hb.END)))
    assert hb.find(older, "pre-commit").state == hb.OUTDATED
    assert hb.renew(older, "pre-commit", hb.find(older, "pre-commit")) == data
    for edited in (data.replace(b'exit "$', b'exit "1$'), data.replace(b"# blue hooks", b"# hooks"), data.replace(b"\n", b"\r\n")):
        assert hb.find(edited, "pre-commit").state == hb.EDITED
        assert hb.START not in (hb.remove(edited, hb.find(edited, "pre-commit")) or b"")


def test_a_block_without_an_end_or_twice_is_nobody_to_touch() -> None:
    data = hb.insert(b"#!/bin/sh\n", "pre-commit")
    for broken in (
        data.replace(hb.END, b""),
        data.replace(hb.START, b""),
        data + hb.block("pre-commit"),
        hb.END + b"\n" + hb.START + b"\n",
    ):
        assert hb.find(broken, "pre-commit").state == hb.BROKEN
    assert hb.find(b"#!/bin/sh\necho '# >>> blue >>>'\n", "pre-commit").state == hb.NONE


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ("#!/bin/sh", "sh"),
        ("#! /bin/sh -e", "sh"),
        ("#!/usr/bin/env bash", "bash"),
        ("#!/usr/bin/env -S FOO=1 bash -e", "bash"),
        ("#!/usr/bin/env python3.11", "python"),
        ("#!/usr/bin/python3", "python"),
        ("#!/bin/busybox sh", "sh"),
        ("#!", ""),
        ("#!/usr/bin/env", ""),
    ],
)
def test_the_program_of_a_shebang(first: str, name: str) -> None:
    assert hb.interpreter(first.encode()) == name


@pytest.mark.parametrize(
    "data",
    [b"", b"exit 0\n", b"\x7fELF\x02", b"#!/bin/sh\r\nexit 0\r\n", b"#!/usr/bin/env node\n", b"#!/bin/sh\n\0", b"\xef\xbb\xbf#!/bin/sh\n"],
)
def test_what_is_no_shell_script_gets_no_block(data: bytes) -> None:
    assert hb.no_script(data)
    assert not hb.no_script(b"#!/bin/sh\nexit 0\r\n"), "line ends further down do not hurt"


# --- shells ----------------------------------------------------------------------------------------------------------

AFTER = "echo after: $# $1; cat\n"
SET = ["", "-e", "-u", "-f", "-eu"]


def run(shell: list[str], tmp_path: Path, hook: str, program: str, options: str = "", **env: str) -> Done:
    """A hook with the block and lines behind it, as git starts it."""
    clone = Clone(tmp_path / "work", program)
    path = script(clone.root / hook, hb.insert(SHELL.encode() + AFTER.encode(), hook))
    words = [*shell, *([options] if options else []), str(path), "origin", "git@example.org:x"]
    return clone.run(*words, stdin="refs/heads/a 1 refs/heads/a 2\nrefs/heads/b 3 refs/heads/b 4\n", **env)


@pytest.mark.parametrize("hook", hb.HOOKS)
def test_every_shell_stops_on_blues_own_no(shell: list[str], tmp_path: Path, hook: str) -> None:
    assert run(shell, tmp_path, hook, "refusing") == Done(1, f"blue: {hook}: refused\n")


@pytest.mark.parametrize("hook", hb.HOOKS)
def test_every_shell_goes_on_with_the_same_words_and_the_same_standard_input(shell: list[str], tmp_path: Path, hook: str) -> None:
    refs = "refs/heads/a 1 refs/heads/a 2\nrefs/heads/b 3 refs/heads/b 4\n"
    assert run(shell, tmp_path, hook, "content") == Done(0, f"after: 2 origin\n{refs}")
    assert run(shell, tmp_path, hook, "refusing", BLUE_SKIP_HOOKS="1") == Done(0, f"after: 2 origin\n{refs}")


@pytest.mark.parametrize("options", SET)
@pytest.mark.parametrize("hook", hb.HOOKS)
def test_whatever_the_shebang_sets(tmp_path: Path, hook: str, options: str) -> None:
    for shell in (["dash"], ["bash"]):
        assert run(shell, tmp_path, hook, "refusing", options).status == 1
        assert "after: 2" in run(shell, tmp_path, hook, "missing", options).said


@pytest.mark.parametrize("program", ["missing", *(name for name in PROGRAMS if name not in ("refusing", "content"))])
def test_open_when_blue_is_missing_older_broken_or_another_program(shell: list[str], tmp_path: Path, program: str) -> None:
    for hook in ("pre-commit", "pre-push"):
        done = run(shell, tmp_path, hook, program)
        assert done.status == 0 and "after: 2 origin\nrefs/heads/a" in done.said, done
        assert done.said.count("was not checked") == 1 and "Traceback" not in done.said
        assert not (tmp_path / "work/formatted").exists(), "a formatter was given names of files"


def test_an_empty_standard_input_stays_empty_and_a_long_one_whole(shell: list[str], tmp_path: Path) -> None:
    clone = Clone(tmp_path / "work", "content")
    path = script(clone.root / "pre-push", hb.insert(b"#!/bin/sh\nwc -c\n", "pre-push"))
    assert clone.run(*shell, str(path)).said.split() == ["0"]
    text = "".join(f"refs/heads/{n} {'1' * 40} refs/heads/{n} {'2' * 40}\n" for n in range(2000))
    assert clone.run(*shell, str(path), stdin=text).said.split() == [str(len(text))]


def test_the_block_gives_git_s_environment_on_and_adds_nothing(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "work", "content")
    script(clone.bin / "blue", "#!/bin/sh\nenv >env-of-blue\n")
    script(clone.root / "hook", hb.insert(b"#!/bin/sh\nenv >env-after\nset >set-after\n", "pre-push"))
    clone.run("dash", "hook", GIT_INDEX_FILE="an index", GIT_DIR="x")
    assert "GIT_INDEX_FILE=an index" in (clone.root / "env-of-blue").read_text()
    before = (clone.root / "env-of-blue").read_text().replace("_=", "").splitlines()
    assert "blue_" not in (clone.root / "env-after").read_text() + (clone.root / "set-after").read_text() and before


# --- where -----------------------------------------------------------------------------------------------------------


def place(clone: Clone, cwd: Path | None = None):  # type: ignore[no-untyped-def]
    env = clone.env()
    return find_place(Repository.find(str(cwd or clone.root), env), env)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "work", "content").begin()


def test_the_folder_is_what_git_itself_says(clone: Clone) -> None:
    found = place(clone)
    assert found.folder == clone.ok("rev-parse", "--path-format=absolute", "--git-path", "hooks")
    assert (found.setting, found.scope, found.tracked, found.shared, found.off) == ("", "", False, False, False)
    (clone.root / "a/b").mkdir(parents=True)
    assert place(clone, clone.root / "a/b") == found


def test_core_hooks_path_is_followed_relative_absolute_and_from_wherever_it_is_set(clone: Clone, tmp_path: Path) -> None:
    (clone.root / "sub").mkdir()
    for value, folder, tracked in (("own/hooks", clone.root / "own/hooks", True), (str(tmp_path / "far"), tmp_path / "far", False),
                                   (".git/hooks", clone.root / ".git/hooks", False)):  # fmt: skip
        clone.ok("config", "core.hooksPath", value)
        found = place(clone, clone.root / "sub")
        assert (found.folder, found.setting, found.scope, found.tracked) == (str(folder), value, "local", tracked)
    clone.ok("config", "--unset", "core.hooksPath")
    config = tmp_path / "gitconfig"
    config.write_text("[core]\n\thooksPath = ~/hooks\n")
    env = clone.env(GIT_CONFIG_GLOBAL=str(config))
    found = find_place(Repository.find(str(clone.root), env), env)
    assert (found.folder, found.scope, found.shared) == (str(clone.home / "hooks"), "global", True)


def test_a_hostile_repository_runs_nothing_while_it_is_asked(clone: Clone, tmp_path: Path) -> None:
    witness = script(tmp_path / "witness", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    clone.ok("config", "core.fsmonitor", str(witness))
    script(clone.root / ".git/hooks/post-index-change", witness.read_text())
    place(clone)
    assert not (tmp_path / "ran").exists()
    assert set(process.SAFE) - set(hooks._ASKING) == {"core.hooksPath=/dev/null"}, "all but the setting that is asked for"


def test_without_a_repository_or_git_it_is_said(clone: Clone, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Repository.find(str(tmp_path), clone.env())
    with pytest.raises(Unavailable, match="git is not installed"):
        find_place(Repository.find(str(clone.root), clone.env()), {"PATH": "/nonexistent"})


def test_who_answers_to_the_name(tmp_path: Path) -> None:
    for name, version in (("content", "0.1.0"), ("broken", None), ("formatter", None), ("no program", None)):
        assert program(Clone(tmp_path / "work", name).env()) == (True, version)
    assert program({"PATH": "/nonexistent"}) == (False, None)
