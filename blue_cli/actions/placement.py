"""Where a draft goes: whose it is, in which round, and whether it may (FORMAT.md, section 6, writing round)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.convergence import next_round
from blue_cli.dialogue.grammar import TAKE_BACK
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE, LAST_ROUND, ROUND, contribution, is_name, path_of
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.rulebook import ERROR, graded
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Conflict, Finding, Refused
from blue_cli.stores.base import Snapshot


class Draft(NamedTuple):
    """A text to be added. `name` is what the user calls it (a path, or `-`), and what findings name."""

    name: str
    data: bytes


class Wish(NamedTuple):
    """How: what `blue round add` was told. `new_role` lets an expert join who is not on the panel."""

    expert: str = ""
    round: int | None = None
    new_role: str = ""
    if_absent: bool = False
    replace: bool = False
    dry_run: bool = False


class Reading(NamedTuple):
    """A draft taken apart, and what it, its name and the options say of its author and round; `problems` keep it out."""

    draft: Draft
    parts: document.Document
    front: Mapping[str, Any]
    expert: str
    round: int | None
    problems: tuple[Finding, ...]


class Place(NamedTuple):
    """A draft with its author and round. `old` is the contribution that it replaces, or equals (`same`)."""

    draft: Draft
    parts: document.Document
    expert: str
    round: int
    address: str
    old: bytes | None
    same: bool
    warnings: tuple[Finding, ...]


# --- what a draft says of itself -------------------------------------------------------------------------------


def take_apart(draft: Draft) -> tuple[document.Document, Mapping[str, Any], list[Finding]]:
    """Its parts, its front matter, and what is wrong with that."""
    parts = document.read(draft.data)
    front, problems = frontmatter.read(parts.front) if parts.front else ({}, ())
    return parts, front, [Finding("front-matter", text, draft.name, parts.front_line + line - 1, column) for line, column, text in problems]


def text_alone(parts: document.Document) -> document.Document:
    """A text without its broken front matter: it is looked at, and never written."""
    return document.Document(parts.body, parts.bom, None, 2, 0, parts.start_line)


def read(draft: Draft, wish: Wish) -> Reading:
    """Expert and round of a draft: from the options, else its front matter, else its file name. Never raises."""
    parts, front, found = take_apart(draft)
    folder, _, name = draft.name.replace("\\", "/").rpartition("/")
    stem = name.removesuffix(".md")
    place = ROUND.fullmatch(folder.rpartition("/")[2])
    expert = wish.expert or _said(front, "expert", str, draft, found) or (stem if is_name(stem) else "")
    round = wish.round if wish.round is not None else _said(front, "round", int, draft, found)
    if round is None and place:
        round = int(place[1])
    fix = "write something; the markers are in: blue rules --markers"
    unreadable = [*unfit(draft, parts, "the contribution is empty", fix)]
    return Reading(draft, text_alone(parts) if found else parts, front, expert.lower(), round, (*unreadable, *found))


def _said(front: Mapping[str, Any], key: str, kind: type, draft: Draft, found: list[Finding]) -> Any:
    """A field of the front matter; None when it is not there, with a finding when it is something else."""
    value = front.get(key)
    if value is None or (isinstance(value, kind) and not isinstance(value, bool)):
        return value
    found.append(Finding("front-matter", f"{key}: {value!r} is none", draft.name, 1, 1, fix=f"correct it, or say --{key}"))
    return None


def unfit(draft: Draft, parts: document.Document, empty: str, fix: str) -> Iterator[Finding]:
    """What keeps a text from being one: it cannot be read, or there is none (`empty` says so)."""
    if parts.problem:
        yield Finding(parts.problem, parts.message, draft.name, parts.line, parts.column)
    elif not parts.body.strip():
        yield Finding("missing-field", empty, draft.name, 1, 1, fix=fix)


# --- where it goes ----------------------------------------------------------------------------------------------


class Placed(NamedTuple):
    """A place for each draft that has one, what is wrong with any of them, and why some may not be written now."""

    places: list[Place]
    findings: list[Finding]
    conflicts: list[Conflict]

    def settle(self, more: Sequence[Finding] = ()) -> None:
        """Raise `Refused` with everything that is wrong, if anything is, else the first `Conflict`, if there is one."""
        if any(finding.severity == ERROR for finding in (*self.findings, *more)):
            raise Refused("nothing was written", (*self.findings, *more))
        if self.conflicts:
            raise self.conflicts[0]


def places(snapshot: Snapshot, graph: Graph, readings: Sequence[Reading], wish: Wish) -> Placed:
    """Where each draft goes. One with broken front matter has its place too, so that its text is checked with the others."""
    findings: list[Finding] = []
    conflicts: list[Conflict] = []
    found: dict[tuple[str, int], Place] = {}
    for reading in readings:
        unfit = _unknown(reading, graph) or _outside(reading)
        findings += [graded(f) for f in (*reading.problems, *([unfit] if unfit else []))]
        if unfit or any(f.rule != "front-matter" for f in reading.problems):
            continue
        try:
            place = _place(snapshot, graph, reading, wish)
        except Conflict as conflict:
            conflicts.append(conflict)
            continue
        if found.setdefault((place.expert, place.round), place) is not place:
            findings.append(graded(_twin(place)))
    return Placed(list(found.values()), findings, conflicts)


def _twin(place: Place) -> Finding:
    message = f"a second contribution of {place.expert} to round {place.round}"
    return Finding("duplicate-id", message, place.draft.name, 1, 1, fix="one expert writes one file a round: join the texts")


def _unknown(reading: Reading, graph: Graph) -> Finding | None:
    """What keeps a name from being an author's here."""
    name, expert = reading.draft.name, reading.expert
    if not expert:
        fix = "--expert SLUG, or `expert:` in its front matter"
        return Finding("missing-field", "whose contribution is this?", name, 1, 1, fix=fix)
    known = [e.slug for e in graph.meta.experts]
    if expert == JUDGE or expert in known:
        return None
    if not is_name(expert):
        fix = "use ASCII letters, digits and hyphens, at most 128, and no name that Windows reserves"
        return Finding("invalid-id", f"{expert!r} cannot be an expert's name", name, 1, 1, fix=fix)
    from difflib import get_close_matches

    near = tuple(get_close_matches(expert, known, 3, 0.6))
    guess = f"did you mean {near[0]}? else: " if near else ""
    return Finding("unknown-expert", f"{expert} is not on the panel", name, 1, 1, severity=ERROR, suggestions=near,
                   why=f"the panel is {', '.join(known) or 'empty'}", fix=f"{guess}blue expert add {expert}:ROLE")  # fmt: skip


def _outside(reading: Reading) -> Finding | None:
    if reading.round is None or 0 <= reading.round <= LAST_ROUND:
        return None
    message = f"round {reading.round}: rounds go from 0 to {LAST_ROUND}"
    return Finding("limit", message, reading.draft.name, 1, 1, fix="--round N")


def _place(snapshot: Snapshot, graph: Graph, reading: Reading, wish: Wish) -> Place:
    draft, parts, _, expert, round, _ = reading
    if round is None:
        round = _latest(snapshot, graph, reading, wish)
    if round is None:
        round = _turn(graph, expert)
    address = _address(graph, expert, round)
    old = snapshot.blobs.get(address)
    same = old is not None and _same(old, parts)
    _may_write(graph, reading, address, old)
    may_replace(snapshot, address)
    if old is not None and not same and not wish.replace:
        raise Conflict(
            f"{expert} has written in round {round} already, and something else",
            why="a contribution is an immutable record: what changes afterwards changes what others answered to",
            fix=f"--replace for a typo of your own; [{TAKE_BACK} ID] in the next round to take something back",
            path=f"{FOLDER}{graph.meta.id}/{path_of(address)}",
        )
    if same and not (wish.if_absent or wish.replace):
        raise Conflict(f"{expert} has written exactly this in round {round} already", fix="--if-absent makes that no error")
    return Place(draft, parts, expert, round, address, old, same, tuple(_doubts(graph, reading, round)))


def _latest(snapshot: Snapshot, graph: Graph, reading: Reading, wish: Wish) -> int | None:
    """The author's latest round, where that is the one meant: its text is to be replaced, or is this very text."""
    latest = max((s.round for s in graph.sources.files if s.author == reading.expert), default=None)
    if latest is None or wish.replace:
        return latest
    old = snapshot.blobs.get(_address(graph, reading.expert, latest))
    return latest if wish.if_absent and old is not None and _same(old, reading.parts) else None


def _may_write(graph: Graph, reading: Reading, address: str, old: bytes | None) -> None:
    """A text of a newer format, or one that would replace such, is not written."""
    before = frontmatter.read(document.read(old).front or "")[0] if old is not None else {}
    blue = next((x for f in (reading.front, before) if isinstance(x := f.get("blue"), int) and x > FORMAT), None)
    if blue is not None:
        raise Conflict(
            f"{path_of(address)} is written in format {blue}, this blue writes {FORMAT}",
            why="an older program would lose what it does not know",
            fix="upgrade blue",
        )


def may_replace(snapshot: Snapshot, address: str) -> None:
    """What lies there and could not be read (a link, a pipe, a file over the limit) is not written over."""
    for entry in snapshot.unread:
        if entry.path == path_of(address):
            raise Conflict(
                f"something lies there already that cannot be read: {entry.reason}",
                fix="look at it, and move it away",
                path=f"{FOLDER}{snapshot.id}/{entry.path}",
            )


def _address(graph: Graph, expert: str, round: int) -> str:
    """The address of a contribution that is there, in the case it is written in; else the one it would get."""
    for source in graph.sources.files:
        if source.author == expert and source.round == round:
            return source.address
    return contribution(round, expert)


def _turn(graph: Graph, expert: str) -> int:
    """The writing round; `Conflict` naming who is still missing."""
    round, missing = next_round(graph, expert)
    if round is None:
        raise Conflict(
            f"it is not {expert}'s turn: round {graph.last_round} still waits for {', '.join(missing)}",
            why="a round is open until its whole panel has written",
            fix="wait for them, or say which round you mean: --round N",
        )
    if round > LAST_ROUND:
        raise Conflict(f"this dialogue has had all its {LAST_ROUND + 1} rounds", fix="start a new one that links to it")
    return round


def _same(old: bytes, parts: document.Document) -> bool:
    return document.read(old).body == parts.body


def _doubts(graph: Graph, reading: Reading, round: int) -> list[Finding]:
    """What does not keep a draft out, and that its author should know."""
    name, front = reading.draft.name, reading.front
    found = []
    decided = {"dialogue": graph.meta.uid, "expert": reading.expert, "round": round}
    for key, value in decided.items():
        said = front.get(key, value)
        if (said.lower() if isinstance(said, str) else said) != value:
            found.append(Finding("identity-mismatch", f"{key}: {said} becomes {value}", name, 1, 1, why="the call decides"))
    if reading.expert != JUDGE and reading.expert not in graph.panel(round):
        why = "what they write counts, but the round does not wait for them"
        found.append(Finding("unknown-expert", f"{reading.expert} is not on the panel of round {round}", name, 1, 1, why=why))
    return [graded(finding) for finding in found]
