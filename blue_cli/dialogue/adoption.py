"""An older dialogue as a native one: what has to be written so that everything stands where it stood (FORMAT.md, section 7).

    plan(graph, blobs, uid, created) → Adoption

The files' bodies stay byte for byte; they get front matter with their ids, and whatever a native reading would take
for something else is bound. The register becomes the judge's own words (`register_words`). What was planned is read
back and compared (`drift`): one difference, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blue_cli.dialogue import binding, older, sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.drift import differences
from blue_cli.dialogue.edition import fields_of, with_front
from blue_cli.dialogue.grammar import REF
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, LAST_NUMBER, LAST_ROUND, canonical, path_of, split_address
from blue_cli.dialogue.meta import FORMAT, expert_fields, panel_of
from blue_cli.dialogue.register_words import Judge
from blue_cli.dialogue.resolve import Token
from blue_cli.dialogue.sources import Source
from blue_cli.errors import Conflict, Refused

Puts = dict[str, bytes]
ASIDE = "older"  # the folder, in a round's, of files that an older dialogue does not read and a native one would
SHOWN = 20  # differences that an error lists


class Adoption(NamedTuple):
    """The plan: files to write; before that, files to put aside and to delete, paths that move so (from, to), and the native
    dialogue that it makes. What moves must be gone before `dialogue.md` is there: a native reading would take it in."""

    puts: Mapping[str, bytes]
    aside: Mapping[str, bytes]
    deletes: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    after: Graph


def plan(graph: Graph, blobs: Mapping[str, bytes], uid: str, created: str) -> Adoption:
    """Everything that makes an older dialogue a native one of this uid; `created` is the time at which the judge's files are written.

    Raises `Refused` when a file cannot be changed without losing something, or when anything would stand otherwise
    afterwards, and `Conflict` when the folder holds verdicts, so that it was native once.
    """
    _adoptable(graph, blobs)
    judge = Judge(graph, uid, created)
    moved = dict(_moves(graph, blobs))
    base = {moved.get(address, address): data for address, data in blobs.items()}
    about = _about(graph, base, uid)

    def fold(files: Puts) -> Graph:
        return assemble(sources.read(graph.meta.id, uid, {**base, **about, **files, **judge.files({**base, **files})}))

    named = _files(graph, base, uid, fold({}))
    files = _files(graph, base, uid, fold({}), fold(named))
    after = fold(files)
    for round in range(_end(graph) + 1):
        if judge.catch_up(after, round):
            after = fold(files)
    _compare(graph, after)
    # dialogue.md last: killed before it, the folder still is an older dialogue that says the same, and the next run ends the work
    puts = {**files, **judge.files({**base, **files}), **about}
    aside = {to: blobs[source] for source, to in moved.items()}
    return Adoption(puts, aside, tuple(moved), tuple((path_of(a), path_of(b)) for a, b in moved.items()), after)


def _end(graph: Graph) -> int:
    """The last round in which anything happened to anything."""
    return max((event.round for where in graph.standing.values() for event in where.events), default=-1)


def _adoptable(graph: Graph, blobs: Mapping[str, bytes]) -> None:
    """Whether all of it could be read, and is an older dialogue's."""
    id = graph.meta.id
    if any(address.startswith("verdict/") for address in blobs):
        raise Conflict(
            f"{id} holds verdicts, so it is a native dialogue that has lost its dialogue.md",
            fix=f"bring it back from git: git log --all -- .blue/dialogues/{id}/dialogue.md",
        )
    if not graph.complete:
        raise Refused(f"{id} cannot be read whole: nothing was written", graph.sources.findings, fix="make it readable, then try again")
    if any(e.round > LAST_ROUND or e.number > LAST_NUMBER for e in graph.entities.values()):
        raise Refused(f"{id} has a tension beyond round {LAST_ROUND} or number {LAST_NUMBER}: nothing was written", fix="correct its id")


def _compare(before: Graph, after: Graph) -> None:
    found = differences(before, after)
    if found:
        more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
        raise Refused(
            f"{before.meta.id} would not say the same as a native dialogue: nothing was written",
            why="\n".join([*found[:SHOWN], *more]),
            fix="keep it as it is: every reading command takes it as it lies",
        )


def _moves(graph: Graph, blobs: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """(from, to) of what is no contribution here and would be one in a native dialogue (`round-1/summary.md`)."""
    read = {s.address for s in graph.sources.files}
    for address in sorted(blobs):
        if address.startswith("contribution/") and address not in read:
            _, round, name = split_address(address)
            to = f"file/round-{round}/{ASIDE}/{name}.md"
            if blobs.get(to, blobs[address]) != blobs[address]:
                raise Conflict(f"{path_of(address)} is no contribution, and {path_of(to)} is taken", fix="rename one of them")
            yield address, to


# --- dialogue.md -----------------------------------------------------------------------------------------------------


def _about(graph: Graph, blobs: Mapping[str, bytes], uid: str) -> Puts:
    """`dialogue.md`. One that is there keeps its body, and what its front matter says of title, question and date."""
    data = blobs.get(DIALOGUE, b"")
    said, meta = {key: value for key, value in fields_of(data).items() if isinstance(value, str)}, graph.meta
    fields: dict[str, Any] = {
        "blue": FORMAT,
        "uid": uid,
        "title": said.get("title") or meta.title,
        "question": said.get("question") or meta.question or None,
        "created": said.get("created") or older.created_of(meta.id),
        "experts": [expert_fields(e) for e in meta.experts] or None,
        "panels": _panels(graph) or None,
        "tensions": JUDGE if graph.cast.counting is not None else None,
    }
    return {DIALOGUE: with_front(path_of(DIALOGUE), data, fields, "dialogue")}


def _panels(graph: Graph) -> dict[str, list[str]]:
    """The panels that the experts' first rounds alone would not give."""
    native = graph.meta._replace(native=True, panels={})
    last = max([*graph.writers, *graph.meta.panels], default=-1)
    panels = {round: graph.panel(round) for round in range(last + 1)}
    return {str(round): list(slugs) for round, slugs in panels.items() if slugs != panel_of(native, round, ())}


# --- contributions -----------------------------------------------------------------------------------------------------


def _files(graph: Graph, blobs: Mapping[str, bytes], uid: str, native: Graph, draft: Graph | None = None) -> Puts:
    """Contributions and rulings with front matter: `ids:` as `native` numbers them and, given a `draft`, what must be bound."""
    puts: Puts = {}
    numbered = {s.address: s for s in native.sources.files}
    for source in graph.sources.files:
        fields: dict[str, Any] = {"blue": FORMAT, "dialogue": uid, "round": source.round, "expert": source.author}
        fields["ids"] = binding.assign(native, numbered[source.address]) or None
        fields["refs"] = (_bound(graph, draft, source) if draft else binding.bound(source)) or None
        puts[source.address] = with_front(path_of(source.address), blobs[source.address], fields, "contribution")
    for address, data in blobs.items():
        if address.startswith("ruling/"):
            said = {"blue": FORMAT, "dialogue": uid, "round": split_address(address).round}
            puts[address] = with_front(path_of(address), data, said, "ruling")
    return puts


def _bound(before: Graph, after: Graph, source: Source) -> dict[str, str]:
    """`refs:` of a file: its display ids, and every other spelling that means something else to a native reading.

    A spelling that means two things in one file cannot be bound; comparing shows whether that matters.
    """
    said = binding.bound(source)
    bound: dict[str, set[str]] = {}
    for token, settles in _tokens(before, source):
        old, new = (g.cast.resolver.find(token, source.author, source.round, said, settles).target for g in (before, after))
        if old is None and new is not None:
            old = _nothing(before, source, token)
        if old is not None and (old != new or token.form == "display"):
            bound.setdefault(token.written, set()).add(old)
    found = {written: min(names) for written, names in bound.items() if len(names) == 1}
    return dict(sorted({**found, **said}.items()))


def _nothing(graph: Graph, source: Source, token: Token) -> str | None:
    """What a spelling without a meaning may be bound to so that it has none: the author's own of that number, which is not there."""
    own = canonical(source.author, token.kind, source.round if token.round is None else token.round, token.number)
    return None if own in graph.entities else own


def _tokens(graph: Graph, source: Source) -> Iterator[tuple[Token, bool]]:
    """Every target in a file, and whether it stands in an older act that can only mean what was there before."""
    for mark in source.marks:
        settles = "resolve" in (mark.row.effect, mark.row.expert) and mark.row.shape != REF and source.author != JUDGE
        yield from ((token, settles) for token in binding.tokens(graph, mark))
