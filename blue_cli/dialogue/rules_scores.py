"""What is wrong with scores, and where a hand-written scoreboard says something else than what follows from the files."""

from __future__ import annotations

from collections.abc import Iterator

from blue_cli.dialogue import document
from blue_cli.dialogue.convergence import RoundState, history
from blue_cli.dialogue.places import Case, on_key
from blue_cli.dialogue.scoreboard import FIGURES, FILE, Claim, claims
from blue_cli.dialogue.scores import scores
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Finding

# What each figure is called, and where it is in the state of a round.
_NAMED = {
    "open_tensions": ("open tensions", "open_tensions"),
    "new_perspectives": ("new perspectives", "new_perspectives"),
    "velocity": ("velocity", "velocity"),
    "percent": ("converge %", "percent"),
}
TOLERANCE = 1  # percent points: boards round, some down and some up


def unreadable(case: Case) -> Iterator[Finding]:
    """Scores that are none: the round counts without them."""
    for source, message in scores(case.graph.sources).problems:
        yield on_key("front-matter", message, source, "scores", fix="blue round score EXPERT W C T R --replace")


def drift(case: Case) -> Iterator[Finding]:
    """One finding for each round of which an older dialogue's `scoreboard.md` states other figures than follow from the
    files (FORMAT.md, section 7). Only stated figures are compared, and none while something could not be read."""
    data = case.blobs.get(FILE)
    if data is None or not case.graph.complete or case.graph.meta.native:
        return
    states = {state.round: state for state in history(case.graph)}
    path = f"{FOLDER}{case.graph.meta.id}/{FILE.removeprefix('file/')}"
    for claim in claims(document.read(data).text.replace("\r\n", "\n").replace("\r", "\n")):
        differing = _differing(claim, states.get(claim.round))
        if differing:
            column = max(claim.column, 1)
            yield Finding(
                "scoreboard-drift", f"round {claim.round}: {'; '.join(differing)}", path, claim.line, column, claim.line,
                column + len(str(claim.round)), id=f"round-{claim.round}",
            )  # fmt: skip


def _differing(claim: Claim, state: RoundState | None) -> list[str]:
    """What a row says that is not so, in words."""
    if state is None:
        return ["nobody wrote in it"]
    found = []
    for key in FIGURES:
        words, field = _NAMED[key]
        said, is_so = getattr(claim, key), getattr(state, field)
        if said is not None and abs(said - is_so) > (TOLERANCE if key == "percent" else 0):
            found.append(f"{words} {said:g}, by what was written {is_so:g}")
    return found
