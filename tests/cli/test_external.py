"""The editor is a program of the user's: started without a shell, its failures are errors, no work is lost."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from blue_cli.cli.external import edit, editor
from blue_cli.errors import Refused, Unavailable, WrongCall


def test_the_setting_comes_before_visual_before_editor_before_vi() -> None:
    env = {"VISUAL": "code --wait", "EDITOR": "nano"}
    assert editor(env, "hx -c 'a b'") == ["hx", "-c", "a b"]
    assert editor(env) == ["code", "--wait"]
    assert editor({"VISUAL": " ", "EDITOR": "nano"}) == ["nano"]
    assert editor({}) == ["vi"]


def test_a_broken_command_line_is_a_wrong_call() -> None:
    with pytest.raises(WrongCall):
        editor({"EDITOR": "vi 'x"})


def script(folder: Path, body: str) -> dict[str, str]:
    path = folder / "editor.py"
    path.write_text(f"import sys, os, stat\npath = sys.argv[-1]\n{body}\n")
    return {"EDITOR": f"{sys.executable} {path}", "TMPDIR": str(folder), "PATH": os.environ["PATH"]}


@pytest.fixture
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder drafts are made in."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_what_the_editor_made_comes_back_and_the_draft_is_gone(drafts: Path) -> None:
    env = script(drafts, "assert path.endswith('.md'); open(path, 'a').write('more\\r\\n')")
    assert edit("text\n", ".md", env) == "text\nmore\r\n"
    assert not list(drafts.glob("blue-*"))


def test_nobody_else_can_read_the_draft(drafts: Path) -> None:
    body = "modes = [oct(stat.S_IMODE(os.stat(p).st_mode)) for p in (path, os.path.dirname(path))]\nopen(path, 'w').write(' '.join(modes))"
    assert edit("", ".md", script(drafts, body)) == f"{oct(stat.S_IRUSR | stat.S_IWUSR)} {oct(stat.S_IRWXU)}"


def test_an_unchanged_text_says_that_nothing_is_written(drafts: Path) -> None:
    with pytest.raises(Refused, match="nothing is written"):
        edit("text", ".md", script(drafts, ""))
    assert not list(drafts.glob("blue-*"))


def test_a_failing_editor_is_an_error_and_the_draft_is_kept(drafts: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        edit("text", ".md", script(drafts, "open(path, 'w').write('work'); sys.exit(3)"))
    assert "status 3" in caught.value.message
    assert Path(caught.value.why.removeprefix("the draft is kept in ")).read_text() == "work"


def test_an_editor_that_is_not_there_is_an_error(drafts: Path) -> None:
    with pytest.raises(Unavailable, match="cannot start"):
        edit("text", ".md", {"EDITOR": "/no/such/editor"})


def test_no_shell_reads_the_editors_name(drafts: Path) -> None:
    with pytest.raises(Unavailable):
        edit("text", ".md", {"EDITOR": f"true; touch {drafts}/owned", "PATH": os.environ["PATH"]})
    assert not (drafts / "owned").exists()


def test_bytes_that_are_no_text_are_refused_and_kept(drafts: Path) -> None:
    with pytest.raises(WrongCall) as caught:
        edit("text", ".md", script(drafts, "open(path, 'wb').write(b'\\xff')"))
    assert Path(caught.value.why.removeprefix("it lies in ")).exists()
