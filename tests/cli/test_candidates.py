"""What the TAB key offers: commands, options and values from the table, names from the folder; half a line is no mistake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.cli.argv import GLOBALS
from blue_cli.cli.candidates import complete
from blue_cli.cli.commands import COMMANDS
from blue_cli.views.completion import FILES, FOLDERS
from tests.golden import SESSIONS

EXAMPLE = str(SESSIONS.parent / "example")
ID = "2026-10-05T0900Z-lending-e-readers"


def words(*typed: str, cwd: str = EXAMPLE, env: dict[str, str] | None = None, shell: str = "") -> list[str]:
    return [word for word, _ in complete(list(typed), cwd, env or {}, shell).words]


def test_every_command_and_every_global_option_is_offered() -> None:
    assert words("") == [row.name for row in COMMANDS]
    assert {name for g in GLOBALS for name in g.options} <= set(words("-"))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("tens",), ["tensions"]),
        (("tensions", ""), ["list", "resolve", "accept", "reopen"]),
        (("tension", "re"), ["resolve", "reopen"]),
        (("-q", "tensions", "--json", "li"), ["list"]),
        (("tensions", "list", "--ra"), ["--raised"]),
        (("tensions", "--ra"), ["--raised"]),
        (("tensions", "--status", "re"), ["resolved", "reopened"]),
        (("tensions", "--status=re"), ["--status=resolved", "--status=reopened"]),
        (("--color", ""), ["auto", "always", "never"]),
        (("status", "--color=n"), ["--color=never"]),
        (("rule", "T0001", "re"), ["resolve", "reopen", "reject", "refute"]),
        (("graph", "--format", "m"), ["mermaid"]),
        (("graph", "--kind", "te"), ["tension"]),
        (("verdict", "add", "--kind", "f"), ["final"]),
        (("rules", "self"), ["self-ref"]),
        (("completion", "z"), ["zsh"]),
        (("-d", ""), ["lending-e-readers"]),
        (("-d", "20"), [ID]),
        (("--dialogue=l",), ["--dialogue=lending-e-readers"]),
        (("dialogue", "show", "len"), ["lending-e-readers"]),
        (("show", "T00"), ["T0001", "T0002", "T0003", "T0004"]),
        (("-dlending", "why", "T0001", ""), []),
        (("tensions", "resolve", "T0001", "--via", "E000"), ["E0001", "E0002", "E0003"]),
        (("context", "--for", "p"), ["privacy"]),
        (("round", "add", "--expert", "b"), ["budget"]),
        (("round", "show", ""), ["0", "1", "2"]),
        (("panel", "set", "1", "desk", "acc"), ["access"]),
        (("dialogue", "new", "--id", ""), []),
        (("schema", "tensions"), ["tensions.list"]),
        (("schema", "export", "rounds"), ["rounds"]),
        (("hooks", "run", "pre-p"), ["pre-push"]),
        (("export", "--format", "c"), ["csv", "canvas"]),
        (("diff", "--format", ""), ["text", "json", "md"]),
        (("verdict", "add", "--confidence", "s"), ["strong", "split"]),
        (("show", "--", "--"), []),
        (("nothing", "of", ""), []),
    ],
    ids=" ".join,
)
def test_what_is_offered(typed: tuple[str, ...], offered: list[str]) -> None:
    assert words(*typed) == offered


def test_files_and_folders_are_left_to_the_shell() -> None:
    assert complete(["round", "add", "x"], EXAMPLE, {}).others == FILES
    assert complete(["key", "new", "--key-file", ""], EXAMPLE, {}).others == FILES
    assert complete(["import", "old.md", ""], EXAMPLE, {}).others == FILES
    assert complete(["report", "-o", ""], EXAMPLE, {}).others == FILES
    assert complete(["round", "run", "--keep-log", ""], EXAMPLE, {}).others == FOLDERS
    assert complete(["-C", ""], EXAMPLE, {}).others == FOLDERS
    assert complete(["show", ""], EXAMPLE, {}).others == ""


def test_the_folder_and_the_dialogue_may_be_said_in_any_way(tmp_path: Path) -> None:
    assert words("-C", EXAMPLE, "show", "T0001", cwd="/") == ["T0001"]
    place = tmp_path / ".blue" / "dialogues"
    shutil.copytree(f"{EXAMPLE}/.blue/dialogues/{ID}", place / ID)
    (place / "other" / "round-0").mkdir(parents=True)
    (place / "other" / "round-0" / "a.md").write_text("---\nids: {T01: T0009}\n---\n")
    here = str(tmp_path)
    assert words("show", "T000", cwd=here) == []
    assert words("-d", "oth", "show", "T000", cwd=here) == ["T0009"]
    assert words("show", "-d", "other", "T000", cwd=here) == ["T0009"]
    assert words("show", "T000", cwd=here, env={"BLUE_DIALOGUE": "other"}) == ["T0009"]
    assert words("show", "T000", cwd=here, env={"BLUE_DIALOGUE": "none"}) == []


def test_bash_splits_at_the_equals_sign_and_leaves_the_quotes() -> None:
    assert words("tensions", "--status", "=", "re", shell="bash") == ["resolved", "reopened"]
    assert words("tensions", "--status", "=", shell="bash")[0] == "open"
    assert words("--dialogue", "=", "'lending'", "show", '"T0001', shell="bash") == ["T0001"]
    assert words("-C", f"'{EXAMPLE}'", "-d", "", cwd="/", shell="bash") == ["lending-e-readers"]


TYPED = st.sampled_from(["tensions", "list", "-d", "--", "--status", "=", "-", "--=", "'", "$(id)", "-dX", "-C", "\n", "rule", "T0001", ""])


@settings(max_examples=50, deadline=None)
@given(st.lists(TYPED | st.text(max_size=5), max_size=6), st.sampled_from(["", "bash", "zsh", "fish"]))
def test_no_line_is_a_mistake_and_only_what_fits_is_offered(typed: list[str], shell: str) -> None:
    found = complete([word.replace("\0", "") for word in typed], EXAMPLE, {}, shell)
    assert all(word.isascii() and word.isprintable() and not word.startswith(":") for word, _ in found.words)
    if typed and not shell:
        assert all(word.startswith(typed[-1].replace("\0", "")) for word, _ in found.words)
