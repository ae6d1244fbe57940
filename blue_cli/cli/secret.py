"""Asking a person for a passphrase: never shown, never from a pipe."""

from __future__ import annotations

from collections.abc import Callable

from blue_cli.cli.options import Call
from blue_cli.errors import Locked
from blue_cli.views.text import sanitize


def asker(call: Call) -> Callable[[str], str] | None:
    """How to ask the person at the terminal; None when there is none, or with --no-input."""
    return _ask if call.may_ask() else None


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
