"""Programs a person works with: the editor. With the git calls the only processes blue starts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from blue_cli.errors import Refused, Unavailable, WrongCall

FALLBACK = "vi"


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


def edit(text: str, suffix: str, env: Mapping[str, str], setting: str = "", cwd: str | None = None) -> str:
    """What a person made of a text in their editor.

    Raises `Refused` when nothing was changed (so nothing is written), `Unavailable` when the editor fails,
    `WrongCall` when what came back is not UTF-8. The draft lies in a folder that only this user can enter,
    and is gone afterwards, unless the editor failed: then its place is named, so that no work is lost.
    """
    import shutil
    import tempfile

    command = editor(env, setting)
    folder = tempfile.mkdtemp(prefix="blue-")
    path = os.path.join(folder, f"draft{suffix}")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
        file.write(text)
    _run(command, path, env, cwd)
    with open(path, "rb") as edited:
        data = edited.read()
    try:
        changed = data.decode()
    except UnicodeDecodeError:
        raise WrongCall("the text from the editor is not UTF-8", why=f"it lies in {path}") from None
    shutil.rmtree(folder, ignore_errors=True)
    if changed == text:
        raise Refused("nothing was changed, nothing is written")
    return changed


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


def _run(command: list[str], path: str, env: Mapping[str, str], cwd: str | None) -> None:
    import subprocess

    kept = f"the draft is kept in {path}"
    try:
        status = subprocess.run([*command, path], check=False, env=dict(env), cwd=cwd).returncode
    except OSError as error:
        raise Unavailable(f"cannot start the editor {command[0]}: {error.strerror}", why=kept, fix="set $EDITOR") from None
    if status:
        raise Unavailable(f"the editor {command[0]} ended with status {status}", why=kept)
