"""Programs a person works with: editor, pager, browser. With the git calls the only processes blue starts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from blue_cli.errors import Refused, Unavailable, WrongCall

if TYPE_CHECKING:
    import subprocess

FALLBACK = "vi"
PATIENCE = 2.0  # seconds for an editor that was told to end


def editor(env: Mapping[str, str], setting: str = "") -> list[str]:
    """The editor's command line: the setting, $VISUAL, $EDITOR, else vi. Split like a shell would, run without one."""
    import shlex

    for text in (setting, env.get("VISUAL", ""), env.get("EDITOR", ""), FALLBACK):
        if text.strip():
            try:
                return shlex.split(text)
            except ValueError as error:
                raise WrongCall(f'the editor "{text}" is no command line', why=str(error), fix="set $EDITOR") from None
    raise AssertionError("the fallback is a command")


def edit(text: str, suffix: str, env: Mapping[str, str], setting: str = "", cwd: str | None = None, base: str = "") -> str:
    """What a person made of a text in their editor.

    Raises `Refused` when nothing was changed (so nothing is written), `Unavailable` when the editor fails,
    `WrongCall` when what came back is not UTF-8. The draft lies in a folder that only this user can enter,
    and is gone afterwards, unless the editor failed: then its place is named, so that no work is lost.
    With a `base` (`memory.place`) it is the draft of a sealed dialogue: it lies in there, and is gone whatever happened.
    """
    command = editor(env, setting)
    changed = _edit_sealed(text, suffix, command, env, cwd, base) if base else _edit_kept(text, suffix, command, env, cwd)
    if changed == text:
        raise Refused("nothing was changed, nothing is written")
    return changed


def _edit_kept(text: str, suffix: str, command: list[str], env: Mapping[str, str], cwd: str | None) -> str:
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="blue-")
    path = _begin(folder, suffix, text)
    _run(command, path, env, cwd, f"the draft is kept in {path}")
    changed = _typed(path, f"it lies in {path}")
    shutil.rmtree(folder, ignore_errors=True)
    return changed


def _edit_sealed(text: str, suffix: str, command: list[str], env: Mapping[str, str], cwd: str | None, base: str) -> str:
    from blue_cli.cli import memory

    gone = "the draft is gone: nothing of a sealed dialogue stays outside it"

    def use(folder: str) -> str:
        path = _begin(folder, suffix, text)
        _run(command, path, {**env, "TMPDIR": folder}, cwd, gone)  # editors, and what they start, have drafts of their own
        return _typed(path, gone)

    return memory.lend(base, use)


def _begin(folder: str, suffix: str, text: str) -> str:
    """The draft, as it is before anybody types; its path."""
    path = os.path.join(folder, f"draft{suffix}")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def _typed(path: str, where: str) -> str:
    try:
        with open(path, "rb") as edited:
            return edited.read().decode()
    except OSError as error:
        raise Unavailable(f"the editor took the draft away: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WrongCall("the text from the editor is not UTF-8", why=where) from None


def page(text: str, env: Mapping[str, str], setting: str = "") -> bool:
    """Show a text in the setting's pager, $PAGER, or less; whether there was one. Run without a shell.

    Without options of the user's own, less is told to show colours and to leave the text on the screen.
    """
    import shlex
    import subprocess

    try:
        command = shlex.split(setting or env.get("PAGER", "") or "less")
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env={"LESS": "FRX", **env})
    except (OSError, ValueError, IndexError):
        return False
    with contextlib.suppress(BrokenPipeError):  # left before the end
        process.communicate(text.encode())
    return True


BROWSERS = ("xdg-open", "wslview", "open")  # each asks the system which browser is meant; macOS has the last
STARTING = 5.0  # seconds after which a program that has not failed has the page open


def browse(path: str, env: Mapping[str, str]) -> None:
    """Open a file in $BROWSER (a list with `:`, `%s` for the place), else in what the system opens pages with.

    Run without a shell and without our streams. `Unavailable` when nothing could: the page lies there all the same.
    """
    from pathlib import Path

    place = Path(path).as_uri()
    for text in (*env.get("BROWSER", "").split(os.pathsep), *BROWSERS):
        if text.strip() and _shows(text, place, env):
            return
    raise Unavailable("no browser could be started", why=f"the page is written: {path}", fix="open it by hand, or set $BROWSER")


def _shows(text: str, place: str, env: Mapping[str, str]) -> bool:
    """Whether a program took the page: it ended well, or is still at it."""
    import shlex
    import subprocess

    try:
        words = shlex.split(text)
        words = [word.replace("%s", place) for word in words] if "%s" in text else [*words, place]
        none = subprocess.DEVNULL
        process = subprocess.Popen(words, stdin=none, stdout=none, stderr=none, env=dict(env), start_new_session=True)
        return process.wait(STARTING) == 0
    except subprocess.TimeoutExpired:
        return True
    except (OSError, ValueError, IndexError):
        return False


def _run(command: list[str], path: str, env: Mapping[str, str], cwd: str | None, kept: str) -> None:
    """Let a person work on it. However the wait ends, the editor has ended: nothing may write behind our back."""
    import subprocess

    try:
        process = subprocess.Popen([*command, path], env=dict(env), cwd=cwd)
    except OSError as error:
        raise Unavailable(f"cannot start the editor {command[0]}: {error.strerror}", why=kept, fix="set $EDITOR") from None
    try:
        status = process.wait()
    finally:
        _end(process)
    if status:
        raise Unavailable(f"the editor {command[0]} ended with status {status}", why=kept)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing for a process that has ended. Else a moment to put its terminal in order, then the end."""
    import subprocess

    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
