"""`blue search`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions.search import find_words
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.dialogue.grammar import KIND_NAMES, KIND_WORD
from blue_cli.dialogue.search import words_of
from blue_cli.errors import WrongCall
from blue_cli.views.search import COLUMNS, text


def command(
    words: Annotated[list[str], typer.Argument(metavar="TEXT", help="Words that all must be there, in any order.")],
    kind: Annotated[str, typer.Option("--kind", metavar="K", help="Only this kind: tension, claim, ...")] = "",
    by: Annotated[str, typer.Option("--by", metavar="E", help="Only what this expert contributed to.")] = "",
    everywhere: Annotated[bool, typer.Option("--everywhere", help="In every dialogue.")] = False,
) -> Result:
    """Find words in labels and texts, whatever their case and accents. Labels come first, then whole words, then what is
    not settled, then what is new."""
    here = call()
    wanted = words_of(" ".join(words))
    if not wanted:
        raise WrongCall("search for what?", fix="blue search TEXT")
    letter = _kind(kind)
    row = None if everywhere else here.dialogue()
    terminal = here.world.stdout.isatty()
    slug, uid, items = by.lower().removeprefix("@"), row.uid if row else None, terminal or here.globals.json
    found = find_words(here.workspace.store, wanted, letter, slug, uid, items, here.workspace.processes, here.workspace.projection)
    document = {
        "dialogue": row.id if row else None,
        "words": list(wanted),
        "items": found.items,
        "complete": found.complete,
    }
    if terminal:
        return Result("blue/search@1", document, lambda screen: text(found.items, found.rows, everywhere, screen.color))
    return Result("blue/search@1", document, columns=COLUMNS, rows=found.rows)


def _kind(word: str) -> str:
    """The letter of a kind, from either number of its word or the letter itself; "" for none given."""
    letters = {name: letter for letter, many in KIND_NAMES.items() for name in (letter.lower(), many, KIND_WORD[letter])}
    if not word or word.lower() in letters:
        return letters.get(word.lower(), "")
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), letters, 1, 0.6)
    raise WrongCall(f"--kind: no kind {word!r}", fix=f"one of {', '.join(KIND_WORD.values())}", suggestions=near)
