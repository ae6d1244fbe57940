"""Dialogues with a verdict that has its basis, as the program writes one."""

from __future__ import annotations

from collections.abc import Mapping

from blue_cli.dialogue import frontmatter
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import address_of, verdict_kind
from blue_cli.dialogue.sources import digests
from blue_cli.dialogue.staleness import Cause, stale
from blue_cli.dialogue.verdicts import standing
from tests.dialogue.build import graph, panel

CONVERGE = "[MOVE:CONVERGE]\n"
# Two experts agree: a recommendation with evidence under it, a claim that it depends on, and something beside the point.
FIRST = {
    "muffin": "[TENSION T01: Latency]\n\n[RECOMMENDATION R01: Ten minutes]\n[RE:DEPEND MUFFIN-C0001]\n\n[CLAIM C01: Readers wait]\n\n"
    "[EVIDENCE E01: The load test]\n[RE:SUPPORT MUFFIN-R0001]\n",
    "scone": "[RECOMMENDATION R01: No cache]\n\n[TENSION T01: Disks]\n",
}
LAST = {"muffin": "[RE:RESOLVE MUFFIN-T0001]\n" + CONVERGE, "scone": "[RE:RESOLVE SCONE-T0001]\n" + CONVERGE}
AGREED = panel(FIRST, LAST)
REFERS = "[RE:SUPPORT MUFFIN-R0001] since the load test says so.\n"


def with_verdict(files: Mapping[str, str], id: str = "final", body: str = REFERS, round: int = 1, **fields: object) -> dict[str, str]:
    """The files and a verdict on them."""
    basis = digests({address_of(path): text.encode() for path, text in files.items()})
    said = {"kind": verdict_kind(id)[0], "round": round, "author": "judge", "basis": basis, **fields}
    return {**files, f"verdicts/{id}.md": f"---\n{frontmatter.write(said, 'verdict')}---\n{body}"}


def causes(files: Mapping[str, str]) -> list[Cause]:
    """What has made the final verdict stale."""
    return [*causes_in(graph(files))]


def causes_in(of: Graph) -> tuple[Cause, ...]:
    verdict = standing(of)
    assert verdict is not None
    return stale(of, verdict)
