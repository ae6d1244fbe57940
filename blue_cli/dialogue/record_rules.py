"""What may be wrong with a record, besides its headings: texts that nobody would read as they were meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from blue_cli.dialogue import markers
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.record_words import CUPCAKE, Head, Part
from blue_cli.dialogue.rulebook import ERROR, WARNING
from blue_cli.errors import Finding

Text = Callable[[int, int], str]  # the lines of a record from one to before another


def check(parts: Sequence[Part], level: int, text: Text) -> Iterator[Finding]:
    """Everything about a record that was cut into these parts, with experts at this level of heading."""
    yield from _doubled(parts)
    yield from _silent(parts)
    for part in parts:
        if not part.address.startswith("contribution/") or not part.own:
            yield from _homeless(part, level, text)


def _doubled(parts: Sequence[Part]) -> Iterator[Finding]:
    """One file holds an expert's text of a round; the judge may speak before and after the others."""
    seen: dict[str, Head] = {}
    for part in parts:
        if part.own and part.head and part.address.startswith("contribution/") and not part.address.endswith(f"#{JUDGE}"):
            first = seen.setdefault(part.address, part.head)
            if first is not part.head:
                message = f"{part.head.title.name} has a text in round {part.round} already, on line {first.line + 1}"
                yield _finding("duplicate-id", part.head, message, "put both under one heading, or into two rounds", ERROR)


def _silent(parts: Sequence[Part]) -> Iterator[Finding]:
    """Rounds without a text; a record without any is none."""
    heard = {p.round for p in parts if p.address.startswith("contribution/")}
    opened = {p.round: p.head for p in reversed(parts) if p.round >= 0 and p.head}
    fix = f"a heading `### Muffin {CUPCAKE}` above each expert's text"
    for round, head in sorted(opened.items()):
        if round not in heard:
            yield _finding("missing-field", head, f"no expert's text in round {round}", fix, WARNING if heard else ERROR)


def _homeless(part: Part, level: int, text: Text) -> Iterator[Finding]:
    """Markers that would count for nobody, or for somebody else; and names of experts that are no longer seen as such."""
    head = part.head
    strayed = head is not None and head.title.cupcake and not head.title.section
    if strayed and head is not None and head.level != level and (part.round >= 0 or _marks(part, text)):
        message = f"{head.title.name} is at another level than the experts: the text would not be theirs"
        yield _finding("near-miss-marker", head, message, f"`{'#' * level} {head.title.name} {CUPCAKE}`, below a `## Round N`", ERROR)
    elif not part.address.startswith("contribution/") and (count := _marks(part, text)):
        what = "a marker here counts" if count == 1 else f"{count} markers here count"
        if strayed and head is not None:
            message = f"{head.title.name}'s text stands in no round: {what} for nobody"
            yield _finding("near-miss-marker", head, message, "write a heading `## Round N` above it", ERROR)
            return
        fix = f"if it is somebody's text: `{'#' * level} Name {CUPCAKE}` above it, or `{'#' * level} Judge`"
        yield _finding("near-miss-marker", head, f"{what} for nobody: it is text of no expert", fix, WARNING)


def _marks(part: Part, text: Text) -> int:
    return len(markers.scan(text(part.start, part.end), 0, 1)[0])


def _finding(rule: str, head: Head | None, message: str, fix: str, severity: str) -> Finding:
    return Finding(rule, message, line=head.line + 1 if head else 1, column=1, fix=fix, severity=severity)
