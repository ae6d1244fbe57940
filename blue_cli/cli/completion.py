"""`blue completion`: scripts for shells, what they ask at the TAB key, and the manual page."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.errors import WrongCall
from blue_cli.views.completion import SCRIPTS, SEPARATOR, answer

MAN = "man"
KINDS = (*SCRIPTS, MAN)


def command(
    shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish|man", help="Which script; man for the manual page.")],
    words: Annotated[str | None, typer.Option("--words", metavar="WORDS", hidden=True)] = None,
) -> Result:
    """Print a script that has the TAB key know commands, options, dialogues, experts and ids.

    bash: eval "$(blue completion bash)" in ~/.bashrc. zsh: eval "$(blue completion zsh)" in ~/.zshrc, after compinit.
    fish: blue completion fish > ~/.config/fish/completions/blue.fish. The manual page: blue completion man > blue.1.

    The scripts ask blue completion SHELL --words=WORDS, where the unit separator (U+001F) stands between the words after
    blue, the last of which is to be completed; each line of the answer is a word, and after a tab what it means. Lines
    that say :files or :folders leave it to the shell.
    """
    if shell not in KINDS:
        from difflib import get_close_matches

        near = get_close_matches(shell, KINDS, 1)
        raise WrongCall(f'no script for "{shell}"', fix=f"one of {', '.join(KINDS)}", suggestions=near)
    if words is not None and shell != MAN:
        return _words(shell, words)
    text = SCRIPTS[shell] if shell != MAN else _page()
    return Result("blue/completion@1", {"shell": shell, "text": text}, text)


def _page() -> str:
    from blue_cli.cli.manual import manual
    from blue_cli.views.man import page

    return page(manual())


def _words(shell: str, words: str) -> Result:
    from blue_cli.cli.candidates import complete

    here = call()
    found = complete(words.split(SEPARATOR), here.cwd, here.world.env, shell)
    document = {"words": [{"word": word, "meaning": meaning or None} for word, meaning in found.words], "others": found.others or None}
    return Result("blue/completion.words@1", document, answer(found.words, found.others))
