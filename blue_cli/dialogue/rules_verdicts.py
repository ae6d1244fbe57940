"""What is wrong with verdicts: given too early, forced without saying why, or no longer true to what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import Blocker, Convergence, blockers, may_force, measure
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, verdict_kind
from blue_cli.dialogue.places import Case, on, on_key
from blue_cli.dialogue.sources import FOLDER
from blue_cli.dialogue.staleness import Cause, stale
from blue_cli.dialogue.verdicts import Verdict, read, seen, standing
from blue_cli.errors import Finding

NOT_CONVERGED, WITHOUT_REASON, STALE = "verdict-not-converged", "forced-without-reason", "stale-verdict"
# What a later contribution may do to a verdict without being wrong itself; the second where it does not say what it saw.
OVERTAKEN = frozenset({STALE, NOT_CONVERGED})


# --- given too early -------------------------------------------------------------------------------------------


class Obstacle(NamedTuple):
    """One thing that keeps a dialogue from converging, in words. `path` and `line` are where it is, "" and 0 for what is missing."""

    message: str
    fix: str
    id: str
    path: str
    line: int


def obstacles(graph: Graph) -> list[Obstacle]:
    """Everything that keeps a dialogue from converging, each open tension, new perspective and missing voice by name."""
    measured = measure(graph)
    if measured.can_converge:
        return []
    about = f"{FOLDER}{graph.meta.id}/dialogue.md"
    if measured.can_converge is None:
        return [Obstacle("something cannot be read, so nobody can know what is open", "blue check names it", "", about, 1)]
    found = [_obstacle(graph, measured, blocker) for blocker in blockers(graph, measured)]
    return found or [Obstacle("nobody is on the panel", "blue expert add SLUG:ROLE", "", about, 1)]


def _obstacle(graph: Graph, measured: Convergence, blocker: Blocker) -> Obstacle:
    name, entity = blocker.name, graph.entities.get(blocker.name)
    if entity is not None:
        shown = f'{graph.shown(name)} "{entity.label}"'
        if blocker.what == "open-tension":
            word = graph.standing[name].status
            fix = f"blue rule {entity.id} resolve --reason …, or another round"
            return Obstacle(f"{shown} is {word}", fix, name, entity.path, entity.line)
        fix = "another round, so that the others can answer it"
        return Obstacle(f"{shown} is new in round {entity.round}", fix, name, entity.path, entity.line)
    round = measured.round or 0
    if blocker.what == "not-written":
        return Obstacle(f"{name} has not written in round {round}", f"blue round add FILE --expert {name}", f"@{name}", "", 0)
    path, line = _file_of(graph, name, round)
    return Obstacle(f"{name} has not signalled that the dialogue converges", "another round, in which they do", f"@{name}", path, line)


def _file_of(graph: Graph, slug: str, round: int) -> tuple[str, int]:
    return next(((s.path, s.line) for s in graph.sources.files if s.author == slug and s.round == round), ("", 0))


def premature(case: Case) -> Iterator[Finding]:
    """Final verdicts given while the dialogue could not converge, judged by what each saw.

    One of whose basis something was edited or is gone is not judged: nobody can tell any more what it saw.
    """
    for source in case.graph.sources.verdicts:
        verdict = read(source)
        if verdict.kind != FINAL or not _basis_whole(case.graph, verdict):
            continue
        then = seen(case.graph, verdict, itself=False)
        if measure(then).can_converge is None or (verdict.forced and (verdict.overridden or may_force(then))):
            continue
        wrote = {f"@{slug}" for writers in then.writers.values() for slug in writers}
        for obstacle in obstacles(then):
            if obstacle.id[:1] == "@" and obstacle.id not in wrote:
                continue  # whoever it saw nothing of may have joined since
            related = (f"{obstacle.path}:{obstacle.line}",) if obstacle.line else ()
            yield on_key(NOT_CONVERGED, f"{verdict.id}: {obstacle.message}", source, "kind", related=related, id=obstacle.id or None)


def _basis_whole(graph: Graph, verdict: Verdict) -> bool:
    return all(graph.sources.digests.get(address) == digest for address, digest in verdict.basis.items())


def unreasoned(case: Case) -> Iterator[Finding]:
    """Final verdicts that say they were forced, and not why."""
    for source in case.graph.sources.verdicts:
        verdict = read(source)
        for key in ("forced", "override"):
            if source.front.get(key) not in (None, False) and not verdict.forced:
                yield on_key(WITHOUT_REASON, f"{verdict.id} was forced, and does not say why", source, key)
                break


# --- no longer true --------------------------------------------------------------------------------------------


def overtaken(case: Case) -> Iterator[Finding]:
    """The final verdict that stands, once for each thing that happened since to what it was decided on."""
    verdict = standing(case.graph)
    for cause in stale(case.graph, verdict) if verdict else ():
        source = next(s for s in case.graph.sources.verdicts if verdict and s.address == verdict.address)
        more: dict[str, Any] = {"related": (f"{cause.path}:{cause.line}",), "id": cause.id or None}
        yield on_key(STALE, f"{source.address.partition('/')[2]} is stale: {told(case.graph, cause)}", source, "basis", **more)


def told(graph: Graph, cause: Cause) -> str:
    """A cause in words: what happened to what, through whom, where."""
    path = cause.path.removeprefix(f"{FOLDER}{graph.meta.id}/")
    if not cause.id:
        return f"{path} {'is gone' if cause.what == 'removed' else 'was edited'}"
    by = f" by {cause.by}" if cause.by else ""
    return f"{graph.shown(cause.id)} was {cause.what}{by} in {path}:{cause.line}"


# --- the file --------------------------------------------------------------------------------------------------


def misnamed(case: Case) -> Iterator[Finding]:
    """Verdicts whose front matter says another kind or dialogue than their place."""
    uid = case.graph.meta.uid
    for source in case.graph.sources.verdicts:
        id = source.address.partition("/")[2]
        kind, said = verdict_kind(id)[0], source.front.get("kind")
        if said is not None and said != read(source).kind:
            why = f"the file's name decides, and {id} is {read(source).kind}"
            yield on_key("identity-mismatch", f"kind: {said} is not what the path says", source, "kind", why=why, fix=_renamed(kind, said))
        if case.native and source.front.get("dialogue", uid) != uid:
            yield on_key("identity-mismatch", "dialogue: another dialogue's uid", source, "dialogue", fix=f"write `dialogue: {uid}`")


def _renamed(kind: str, said: object) -> str:
    return f"write `kind: {kind}`, or rename the file" if kind else f"call the file {said}.md"


def homeless(case: Case) -> Iterator[Finding]:
    """An entity in a verdict, which decides on what was said and says nothing new."""
    for source in case.graph.sources.verdicts:
        for mark in source.marks:
            if mark.row.letter:
                yield on("near-miss-marker", f"{mark.row.word} in a verdict defines nothing", source, mark, mark.row.word, **_NOTHING_NEW)


_NOTHING_NEW = {"why": "a verdict decides on what was said before", "fix": "refer to what is there, or add it to a round first"}
