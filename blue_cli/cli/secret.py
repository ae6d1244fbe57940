"""Asking a person for a passphrase: never shown, never from a pipe."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from blue_cli.errors import Locked
from blue_cli.views.text import sanitize

if TYPE_CHECKING:
    from blue_cli.cli.options import Call


def asker(call: Call) -> Callable[[str], str] | None:
    """How to ask the person at the terminal; None when there is none, or with --no-input.

    A child of this process asks nobody: two prompts at once would be one too many. It ends with an error that is none
    of blue's, so that its parent does its work again, and asks (`actions.everywhere`).
    """
    if not call.may_ask():
        return None
    here = os.getpid()

    def ask(prompt: str) -> str:
        if os.getpid() != here:
            raise ChildProcessError("only the process that talks to the person asks")
        return _ask(prompt)

    return ask


def _ask(prompt: str) -> str:
    """What was typed, unseen. `Locked` on a terminal that would show it."""
    import warnings
    from getpass import GetPassWarning, getpass

    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            return getpass(sanitize(prompt))
        except GetPassWarning:
            raise Locked("this terminal would show the passphrase", fix="a file of mode 0600: BLUE_PASSPHRASE_FILE=FILE") from None
