"""What changed as markdown for a pull request: short, linked, collapsible (`blue diff --format md`). Pure.

Whoever writes a label writes for the bot that posts this, so nothing from a dialogue stands anywhere but inside inline
code, whose backtick run is longer than any inside (HARDENING.md, "markdown we print for a pull request").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from blue_cli.dialogue.delta import HEAD
from blue_cli.dialogue.sources import FOLDER
from blue_cli.views.diff import Document, course, entities, files, label, short, was
from blue_cli.views.text import cut, sanitize

LIMIT = 60_000  # characters; GitHub takes 65,536, GitLab more
LABEL = 120  # columns of a label
ROWS = (10, 4, 1)  # of one kind, fewer when it would be too long
Link = Callable[[str, int], str]  # a path and a line to a URL that is safe as it is

HEADINGS = (
    ("tensions", "tension"), ("perspectives", "perspective"), ("recommendations", "recommendation"), ("evidence", "piece of evidence"),
    ("claims", "claim"), ("stances", "stance"),
)  # fmt: skip
_SHOWN = ("tensions",)  # not folded away: what a reviewer has to know


def comment(dialogues: Sequence[Document], complete: bool, link: Link) -> str:
    """The comment. Too long a one has fewer rows of each kind, then fewer dialogues, and says so."""
    if not dialogues:
        return "No differences in dialogues.\n" if complete else "Not everything could be read.\n"
    for rows in ROWS:
        parts = ["\n".join(_dialogue(d, link, rows)) for d in dialogues]
        if sum(map(len, parts)) < LIMIT:
            break
    kept, left = [], LIMIT
    for part in parts:
        left -= len(part)
        if left < 0:
            break
        kept.append(part)
    if len(kept) < len(parts):
        more = len(parts) - len(kept)
        kept.append(f"and {more} more {_plural('dialogue', more)}")
    return "\n\n".join(kept) + "\n"


def code(text: str, columns: int = LABEL) -> str:
    """Text as inline code that nothing in it can end (CommonMark 6.1): one line, cut, without what no terminal should get.

    The run of backticks around it is longer than any inside; a space keeps one at either end apart from it.
    """
    plain = cut(sanitize(" ".join(text.split())), columns) or "-"
    longest = max(map(len, re.findall("`+", plain)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{ticks}{pad}{plain}{pad}{ticks}"


def _dialogue(document: Document, link: Link, rows: int) -> Iterator[str]:
    yield f"### {code(document['title'] or document['dialogue'])}"
    yield ""
    yield " · ".join(_about(document))
    folder = f"{FOLDER}{document['dialogue']}/"
    for verdict in (v for v in document["verdicts"] if v["stale"]):
        causes = "; ".join(code(cause["text"]) for cause in verdict["causes"][:rows])
        yield ""
        yield f"⚠ **verdict {code(verdict['id'])} is stale**: {causes}{_more(verdict['causes'], rows)}"
    given = [f"- **{v['what']}** {code(v['id'])} {code(v['recommendation'])} — {_place(link, v, folder)}" for v in document["verdicts"]]
    yield from _section("verdict", given, rows, True)
    changes = [c for _, c in entities(document)]
    for name, noun in HEADINGS:
        lines = [_entity(c, link, folder) for c in changes if any(c is own for own in document[name])]
        yield from _section(noun, lines, rows, name in _SHOWN)
    some = files(document["files"])
    yield from _section("file", [_file(f, link, folder) for f in some], rows, False)


def _about(document: Document) -> Iterator[str]:
    if document["previous_id"]:
        yield f"renamed from {code(document['previous_id'])}"
    elif document["change"] != "changed":
        yield f"**{document['change']} dialogue**"
    if document["known"]:
        yield course(document["before"], document["after"]).replace(", ", " · ")
    else:
        yield "sealed, and no key here opens it: only which files changed is known"
    for words, name in (("joined", "experts_joined"), ("left", "experts_left")):
        if document[name]:
            yield f"{words}: {', '.join(map(code, document[name][:10]))}{_more(document[name], 10)}"


def _section(noun: str, lines: Sequence[str], rows: int, shown: bool) -> Iterator[str]:
    """A list, folded away behind how many there are unless it is `shown`."""
    if not lines:
        return
    title = f"{len(lines)} {_plural(noun, len(lines))}"
    yield ""
    if not shown:
        yield f"<details><summary>{title}</summary>"
        yield ""
    yield from lines[:rows]
    if len(lines) > rows:
        yield f"- and {len(lines) - rows} more"
    if not shown:
        yield ""
        yield "</details>"


def _plural(noun: str, n: int) -> str:
    first, _, rest = noun.partition(" ")
    return noun if n == 1 else f"{first}s {rest}".rstrip()


def _more(items: Sequence[Any], rows: int) -> str:
    return f" and {len(items) - rows} more" if len(items) > rows else ""


def _entity(change: Document, link: Link, folder: str) -> str:
    before = was(change)
    since = f" (was {code(before)})" if before and change["what"] != "removed" else ""
    who = ", ".join(map(code, change["by"][:3])) + _more(change["by"], 3)
    return f"- **{change['what']}** {code(change['id'])} {code(label(change))}{since} — {who} {_place(link, change, folder)}"


def _file(change: Document, link: Link, folder: str) -> str:
    what = "only above the text:" if change["what"] == HEAD else f"**{change['what']}**"
    return f"- {what} {_place(link, change, folder) if change['what'] != 'removed' else code(short(change['path'], folder))}"


def _place(link: Link, change: Document, folder: str) -> str:
    """`round-1/muffin.md:12`, linked."""
    line = change.get("line") or 0
    shown = short(change["path"], folder) + (f":{line}" if line else "")
    return f"[{code(shown)}]({link(change['path'], line)})"
