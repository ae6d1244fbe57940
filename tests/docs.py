"""The generated blocks of README.md: tables from the code, output from real runs.

    python -m tests.docs            say whether the blocks are what the code says; exit 1 if not
    python -m tests.docs --update   rewrite them

A block stands between `<!-- generated: NAME -->` and `<!-- end -->`; NAME is a key of `BLOCKS`.
"""

from __future__ import annotations

import io
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from blue_cli.cli import outline
from blue_cli.cli.argv import GLOBALS
from blue_cli.cli.commands import BARE, COMMANDS, PROGRAM, load
from blue_cli.cli.main import run
from blue_cli.config import REPO, SETTINGS, variable
from blue_cli.dialogue.grammar import ACT, ENTITY_OF, KIND_NAMES, MARKERS, STATUSES, VERDICT
from blue_cli.dialogue.rulebook import RULES
from blue_cli.errors import EXIT_CLASSES
from blue_cli.views import queries as questions
from blue_cli.views import search, stats
from blue_cli.views.dialogue import DIALOGUE_COLUMNS, ROUND_COLUMNS
from blue_cli.views.items import LISTS
from tests import golden

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
OUTLINE = Path(outline.FILE)
EXAMPLE = ROOT / "fixtures" / "example"
WIDE = 100  # columns of the terminal in the pictures
BLOCK = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.S)


def fill(text: str) -> str:
    """The text with every generated block as it should be. KeyError for a block that nobody generates."""
    return BLOCK.sub(lambda match: match[1] + BLOCKS[match[2]]() + match[3], text)


def by_hand(text: str) -> str:
    """What is left of a text without its generated blocks."""
    return BLOCK.sub("", text)


# --- output ------------------------------------------------------------------------------------------------------


def _shown(*calls: str) -> str:
    """What a terminal shows of these calls about the example."""
    parts = []
    for words in calls:
        out = golden.Screen(True)
        env = {"HOME": "/nonexistent", "COLUMNS": str(WIDE), "TERM": "dumb"}
        status = run(words.split(), stdin=io.BytesIO(), stdout=out, stderr=io.StringIO(), env=env, cwd=str(EXAMPLE))
        if status:
            raise RuntimeError(f"blue {words}: exit {status}")
        parts.append(f"$ {PROGRAM} {words}\n{out.getvalue()}")
    return _fence("\n".join(parts), "console")


def picture() -> str:
    """The first thing a newcomer sees."""
    return _shown("tensions list --all -q", "show T0003 -q")


def contribution() -> str:
    """A whole contribution, as it lies on disk."""
    path = next(EXAMPLE.glob(".blue/dialogues/*/round-1/budget.md"))
    return _fence(path.read_text(), "markdown")


def tour() -> str:
    """The tour's session: its comments as text, what was typed and what came out as on a terminal."""
    session = golden.read((golden.SESSIONS / "tour.txt").read_text())
    parts: list[str] = []
    screen: list[str] = []
    for notes, step in zip(session.notes, (*session.steps, None), strict=True):
        prose = [line.removeprefix("# ") for line in notes if line and line.removeprefix("# ").partition(": ")[0] not in session.settings]
        if prose and screen:
            parts.append(_fence("\n".join(screen), "console"))
            screen = []
        if prose:
            parts.append("\n".join(prose) + "\n")
        if step:
            screen += [*([""] if screen else []), *_typed(step)]
    return "\n".join([*parts, _fence("\n".join(screen), "console")] if screen else parts)


def _typed(step: golden.Step) -> Iterator[str]:
    yield f"$ {step.command}"
    if step.stdin:
        yield from (*step.stdin.splitlines(), step.command.rpartition(" <<")[2])
    for line in step.output:
        mark, _, said = line.partition(" ")
        if mark != "?":
            yield said


def _fence(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


# --- commands ----------------------------------------------------------------------------------------------------


def commands() -> str:
    """Every command with its options, and what it does."""
    lines: list[str] = []
    for names, usage, help in _merged(_commands()):
        head = re.sub(r"\[[^\n]*?\](?= |\.|$)", lambda part: part[0].replace(" ", "\xa0"), f"{PROGRAM} {'|'.join(names)}{usage}")
        wrapped = textwrap.wrap(head, WIDE, subsequent_indent=" " * 8, break_long_words=False, break_on_hyphens=False)
        lines += [line.replace("\xa0", " ") for line in wrapped]  # an option and its value stay on one line
        lines += textwrap.wrap(help, WIDE, initial_indent="    ", subsequent_indent="    ")
    return _fence("\n".join(lines), "text")


def _commands() -> Iterator[tuple[str, str, str]]:
    """Noun (or verb), the rest of its usage, its help."""
    for row in COMMANDS:
        command = load(row)
        subcommands = getattr(command, "commands", None)
        if subcommands is None:
            yield row.name, _usage(command), _help(command)
        else:
            for name, sub in subcommands.items():
                yield row.name, f" {name}{_usage(sub)}", _help(sub)


def _merged(rows: Iterable[tuple[str, str, str]]) -> Iterator[tuple[list[str], str, str]]:
    """Lists that take the same options on one line."""
    rows = list(rows)
    alike = [row for row in rows if row[0] in LISTS and row[1].startswith(f" {BARE}")]
    usages = {row[1] for row in alike if sum(other[1] == row[1] for other in alike) > 1}
    done = set()
    for name, usage, help in rows:
        if usage not in usages:
            yield [name], usage, help
        elif usage not in done:
            done.add(usage)
            yield [row[0] for row in rows if row[1] == usage], usage, "All of a kind, in one dialogue or everywhere."


def _usage(command: Any) -> str:
    return "".join(" " + part for p in command.params if not getattr(p, "hidden", False) and (part := _parameter(p)))


def _parameter(p: Any) -> str:
    """`TITLE`, `[--flag]`, `[--status S]...`; options in their long form."""
    if p.param_type_name == "argument":
        return str(p.metavar or p.name.upper())
    if p.name == "help":
        return ""
    name = p.opts[0] if p.opts[0] == "-o" else max(p.opts, key=len)
    choices = getattr(p.type, "choices", None)
    value = "" if p.is_flag else f" {'|'.join(getattr(c, 'value', c) for c in choices) if choices else p.metavar or p.name.upper()}"
    return f"[{name}{value}]{'...' if p.multiple else ''}"


def _help(command: Any) -> str:
    return str(command.help).partition("\n\n")[0].replace("\n", " ").strip()


def global_options() -> str:
    """The options that every command takes."""
    return _table(("option", "meaning"), ((_code(*g.options, value=g.value), g.help) for g in GLOBALS))


# --- tables ------------------------------------------------------------------------------------------------------


def columns() -> str:
    """The columns of each list as it comes out of a pipe."""
    lists = {noun: listing.columns for noun, listing in LISTS.items()} | {"rounds": ROUND_COLUMNS, "dialogues": DIALOGUE_COLUMNS}
    lists |= {"search": search.COLUMNS, "stats --everywhere": stats.COLUMNS}
    alike: dict[str, list[str]] = {}
    for noun, of in lists.items():
        alike.setdefault(" · ".join(column.name for column in of), []).append(noun)
    return _table(("list", "columns"), ((", ".join(nouns), names) for names, nouns in alike.items()))


def statuses() -> str:
    """Every status of every kind."""
    rows = ((KIND_NAMES[kind], kind, " · ".join(words)) for kind, words in STATUSES.items() if len(words) > 1)
    return _table(("kind", "letter", "statuses"), rows)


def exits() -> str:
    """Exit statuses, from the error classes."""
    rows = sorted((error.exit, error.meaning) for error in EXIT_CLASSES)
    return _table(("status", "meaning"), [("0", "done; the answer is yes; an empty list"), *((str(n), text) for n, text in rows)])


def markers() -> str:
    """Every marker that the tool writes, and the older ones that it reads."""
    rows = [(_code(m.example), m.summary + (" (judge only)" if m.judge and "judge" not in m.summary else "")) for m in MARKERS
            if m.shape not in (ACT, VERDICT)]  # fmt: skip
    older = ", ".join(_code(m.example) for m in MARKERS if m.shape == ACT)
    return _table(("marker", "meaning"), rows) + f"\nOlder spellings are read and never written: {older}.\n"


def kinds() -> str:
    """The kinds of things that can be said."""
    return _table(("kind", "letter", "what it is"), ((m.word.lower(), letter, m.summary) for letter, m in ENTITY_OF.items()))


def rules() -> str:
    """What `blue check` looks for."""
    rows = ((_code(rule.id), rule.severity + (", fixable" if rule.fixable else ""), rule.summary) for rule in RULES.values())
    return _table(("rule", "severity", "finds"), rows)


def settings() -> str:
    """Every setting."""
    rows = (
        (_code(s.key), _code(variable(s.key)), _default(s.default), "yes" if s.by == REPO else "after `blue trust`", s.doc)
        for s in SETTINGS.values()
    )
    return _table(("setting", "environment", "default", "a repository may set it", "meaning"), rows)


def _default(value: object) -> str:
    return "" if value in ("", ()) else _code(str(value).lower() if isinstance(value, bool) else str(value))


def _code(*texts: str, value: str = "") -> str:
    return ", ".join(f"`{text}{' ' + value if value else ''}`" for text in texts)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def queries() -> str:
    """Questions in SQL to the projection."""
    return _fence("\n".join(questions.text()), "sql")


BLOCKS: dict[str, Callable[[], str]] = {
    "picture": picture,
    "contribution": contribution,
    "tour": tour,
    "commands": commands,
    "globals": global_options,
    "columns": columns,
    "statuses": statuses,
    "exits": exits,
    "kinds": kinds,
    "markers": markers,
    "rules": rules,
    "settings": settings,
    "queries": queries,
}


def main(argv: Sequence[str]) -> int:
    """Compare or rewrite README.md, and what the TAB key knows of the commands."""
    text = README.read_text()
    new = fill(text)
    if "--update" in argv:
        README.write_text(new)
        OUTLINE.write_text(outline.text())
        return 0
    stale = [path for path, same in ((README, new == text), (OUTLINE, OUTLINE.read_text() == outline.text())) if not same]
    for path in stale:
        sys.stderr.write(f"{os.path.relpath(path)} is not what the code says: python -m tests.docs --update\n")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
