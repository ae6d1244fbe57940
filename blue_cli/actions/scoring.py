"""The judge scores an expert's round: four whole numbers, one file (FORMAT.md, section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from blue_cli.actions.dialogues import stamp
from blue_cli.actions.load import fold
from blue_cli.actions.overview import round_of
from blue_cli.actions.panel import native, no_expert
from blue_cli.actions.placement import may_replace
from blue_cli.dialogue import document, frontmatter
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE, is_name, path_of, ruling
from blue_cli.dialogue.meta import FORMAT
from blue_cli.dialogue.rulebook import graded
from blue_cli.dialogue.scoreboard import FILE as BOARD
from blue_cli.dialogue.scoreboard import Board, Claim, board, claims
from blue_cli.dialogue.scores import FILE, Score, scores
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Conflict, Finding, Refused, WrongCall
from blue_cli.stores.base import Snapshot, Store, commit_loop

MOST = 999_999_999_999_999_999  # the largest number that front matter keeps as a number


class Scored(NamedTuple):
    """The outcome. `created` False: that is the score already. `wrote`: whether the expert wrote in that round at all."""

    expert: str
    round: int
    score: Score
    path: str
    created: bool
    wrote: bool


def score(store: Store, uid: str, expert: str, given: Score, now: datetime, round: int | None = None, replace: bool = False) -> Scored:
    """Score an expert's contribution to a round, the last one when none is named.

    The round that was scored is one that was written in, so a score never opens the next round: nothing is decided by
    it, and no verdict rests on it. `NotFound` for an expert or round that there is not; `Conflict` for another score,
    unless `replace`.
    """

    def plan(snapshot: Snapshot) -> tuple[Mapping[str, bytes], tuple[str, ...], Scored]:
        puts, scored = _plan(snapshot, expert, given, now, round, replace)
        return puts, (), scored

    return commit_loop(store, uid, plan)


def _plan(
    snapshot: Snapshot, expert: str, given: Score, now: datetime, round: int | None, replace: bool
) -> tuple[dict[str, bytes], Scored]:
    graph = native(fold(snapshot))
    if not all(0 <= number <= MOST for number in given):
        raise WrongCall(f"a score is a whole number from 0 to {MOST}", fix="blue round score EXPERT W C T R")
    _known(graph, expert)
    number = round_of(graph, (graph.last_round or 0) if round is None else round)
    address = _address(snapshot, number, expert)
    path = f"{FOLDER}{graph.meta.id}/{path_of(address)}"
    scored = Scored(expert, number, given, path, True, expert in graph.writers.get(number, ()))
    there = scores(graph.sources).by_round.get(number, {}).get(expert)
    if there == given:
        return {}, scored._replace(created=False)
    may_replace(snapshot, address)
    if (there is not None or address in snapshot.blobs) and not replace:
        said = " ".join(f"{name} {value}" for name, value in there._asdict().items()) if there else "something that is no score"
        raise Conflict(f"{expert} has a score of round {number} already: {said}", fix="--replace to correct it", path=path)
    return {address: _file(snapshot, graph, address, scored, now)}, scored


def _known(graph: Graph, expert: str) -> None:
    """`WrongCall` for the judge, `NotFound` for somebody who neither is on the panel nor has written."""
    if expert == JUDGE:
        raise WrongCall("the judge gives the scores, and gets none", fix="name an expert")
    known = sorted({*(e.slug for e in graph.meta.experts), *(slug for who in graph.writers.values() for slug in who)})
    if expert not in known:
        raise no_expert(expert, known)


def _address(snapshot: Snapshot, round: int, expert: str) -> str:
    """The address of a score, in the case in which it is there already; `Refused` where no file could have its name."""
    if not is_name(FILE + expert):
        found = Finding("limit", f"no file can be named {FILE}{expert[:20]}…", fix="put the score into judge.md: scores: {…}")
        raise Refused("nothing was written", [graded(found)])
    address = ruling(round, FILE + expert)
    return next((a for a in snapshot.blobs if a.casefold() == address.casefold()), address)


def _file(snapshot: Snapshot, graph: Graph, address: str, scored: Scored, now: datetime) -> bytes:
    """The score's file; one that is there keeps its time, its notes and what this program does not know of it."""
    old = document.read(snapshot.blobs.get(address, b""))
    said, problems = frontmatter.read(old.front or "")
    blue = said.get("blue")
    if isinstance(blue, int) and blue > FORMAT:
        raise Conflict(f"it is written in format {blue}, this blue writes {FORMAT}", fix="upgrade blue", path=scored.path)
    created = said.get("created")
    fields: dict[str, Any] = {
        "blue": FORMAT, "dialogue": graph.meta.uid, "round": scored.round, "expert": scored.expert,
        "created": created if isinstance(created, str) else stamp(now), "scores": scored.score._asdict(),
    }  # fmt: skip
    if old.front is None or problems or old.problem:  # new, or so broken that there is nothing to keep
        return f"---\n{frontmatter.write(fields, 'score')}---\n".encode()
    return document.replace_front(old, frontmatter.update(old.front, fields, "score"))


def read_board(store: Store, uid: str) -> tuple[Graph, Board, list[Claim]]:
    """The dialogue, its scoreboard, and what an older one's scoreboard.md claims (FORMAT.md, section 7)."""
    snapshot = store.load(uid)
    graph = fold(snapshot)
    claimed = b"" if graph.meta.native else snapshot.blobs.get(BOARD, b"")
    return graph, board(graph), claims(document.read(claimed).text)
