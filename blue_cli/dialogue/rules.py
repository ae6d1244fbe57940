"""Facts first, opinion last: a graph and its bytes in, findings out.

Every check is a small function in one list; what it finds carries the id of a row of `rulebook.RULES`. Nothing here
raises on what a user wrote, and nothing stops at the first finding.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from blue_cli.dialogue import (
    rules_cycles,
    rules_entities,
    rules_files,
    rules_fold,
    rules_reasoning,
    rules_refs,
    rules_scores,
    rules_verdicts,
    suppressions,
)
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.places import Case
from blue_cli.dialogue.rulebook import ERROR, RULES, WARNING, graded
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Finding

Check = Callable[[Case], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    rules_files.read,
    rules_files.others,
    rules_files.texts,
    rules_files.near_misses,
    rules_files.paths,
    rules_files.twins,
    rules_files.gaps,
    rules_files.strangers,
    rules_files.versions,
    rules_files.identities,
    rules_entities.entities,
    rules_entities.doubled,
    rules_entities.beyond,
    rules_entities.homeless,
    rules_entities.foreign,
    rules_entities.claimed,
    rules_entities.unregistered,
    rules_entities.assignments,
    rules_refs.troubles,
    rules_refs.unregistered_targets,
    rules_cycles.cycles,
    rules_fold.illegal,
    rules_fold.register_drift,
    rules_scores.unreadable,
    rules_scores.drift,
    rules_verdicts.premature,
    rules_verdicts.unreasoned,
    rules_verdicts.overtaken,
    rules_verdicts.misnamed,
    rules_verdicts.homeless,
    rules_reasoning.sides,
    rules_reasoning.adopted_opposites,
    rules_reasoning.refuted,
    rules_reasoning.orphans,
    rules_reasoning.own_tension,
    rules_reasoning.silent,
    rules_reasoning.unanimity,
)

# What can be said of a text of which neither the place nor the dialogue is known.
ALONE: tuple[str, ...] = (
    "missing-field", "invalid-id", "duplicate-id", "near-miss-marker", "front-matter", "encoding", "newer-format", "conflict-marker",
    "limit", "bidi-text", "invalid-ref-type",
)  # fmt: skip

# What can be said of a dialogue whose sealed files no key here opens.
UNOPENED: tuple[str, ...] = (
    *ALONE, "duplicate-uid", "unsafe-path", "plaintext-in-sealed", "seal-broken", "sealed-unreadable",
)  # fmt: skip


def check(graph: Graph, blobs: Mapping[str, bytes], older_as_errors: bool = False) -> list[Finding]:
    """Everything that is wrong with one dialogue, by path and place, with severities.

    `blobs` are the bytes that the graph was made from. Errors in an older dialogue are warnings, unless
    `older_as_errors` (FORMAT.md, section 7). Suppressed findings are left out.
    """
    case = Case(graph, blobs)
    comments = suppressions.read(case.read)
    found = sorted((f for step in CHECKS for f in step(case)), key=_place)
    if comments:
        found = sorted([*suppressions.apply(found, comments), *suppressions.judge(comments)], key=_place)
    whole = [_complete(f) for f in dict.fromkeys(found)]
    return whole if graph.meta.native else [_older(f, older_as_errors) for f in whole]


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.path, finding.line, finding.column, finding.rule, finding.message


def _complete(finding: Finding) -> Finding:
    """With its severity, and the rule's general reason and way out where the check had none of its own."""
    rule = RULES.get(finding.rule)
    return graded(finding)._replace(why=finding.why or rule.why, fix=finding.fix or rule.fix) if rule else graded(finding)


def _older(finding: Finding, errors: bool) -> Finding:
    """As it counts in an older dialogue, which is never written to."""
    weaker = finding.severity == ERROR and not errors
    return finding._replace(severity=WARNING if weaker else finding.severity, fixable=False)


def select(findings: Iterable[Finding], only: Collection[str], without: Collection[str]) -> Iterator[Finding]:
    """The findings of the rules in `only` (all when it is empty) that are not in `without`."""
    for finding in findings:
        if (not only or finding.rule in only) and finding.rule not in without:
            yield finding


def copies(dialogues: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Dialogues, as (id, uid) in the order of the listing, whose uid an earlier one has: copied folders."""
    first: dict[str, str] = {}
    for id, uid in dialogues:
        other = first.setdefault(uid, id)
        if other != id:
            finding = Finding("duplicate-uid", f"{id} has the uid of {other}", f"{FOLDER}{id}/dialogue.md", 1, 1, related=(other,))
            yield _complete(finding)
