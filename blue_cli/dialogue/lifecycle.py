"""Lifecycles: the tables of FORMAT.md, section 5, and the state an entity is in while the rounds are folded.

Experts' acts of one round are judged together against the status at its start, so that neither names nor the
order of files decide anything; the judge's acts follow one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.model import Entity, Event, Standing, new


class Act(NamedTuple):
    """Something done to an entity: by whom, from where, and the id of what did it (`reference`)."""

    effect: str
    actor: str
    reference: str | None
    path: str
    line: int


class Judged(NamedTuple):
    """One act of the judge, in order: on what, and into what when it merges."""

    target: str
    act: Act
    into: str | None = None


class Illegal(NamedTuple):
    """An expert's act on a tension that the judge has accepted: no effect (FORMAT.md, section 5)."""

    target: str
    status: str
    effect: str
    actor: str
    path: str
    line: int


# before: after (address, proposed resolve, resolve by a raiser, reopen); what is accepted or merged is not here
EXPERTS: dict[str, tuple[str, str, str, str]] = {
    "open": ("addressed", "addressed", "resolved", "open"),
    "addressed": ("addressed", "addressed", "resolved", "addressed"),
    "reopened": ("addressed", "addressed", "resolved", "reopened"),
    "resolved": ("resolved", "resolved", "resolved", "reopened"),
}
# before: after the judge's (resolved, accepted, reopened)
JUDGES: dict[str, dict[str, str]] = {
    "open": {"resolved": "resolved", "accepted": "accepted", "reopened": "open"},
    "addressed": {"resolved": "resolved", "accepted": "accepted", "reopened": "open"},
    "reopened": {"resolved": "resolved", "accepted": "accepted", "reopened": "reopened"},
    "resolved": {"resolved": "resolved", "accepted": "accepted", "reopened": "reopened"},
    "accepted": {"resolved": "resolved", "accepted": "accepted", "reopened": "reopened"},
}
_ADDRESS, _PROPOSE, _RESOLVE, _REOPEN = range(4)
_ON_TENSIONS = frozenset({"address", "resolve", "reopen"})  # supporting or conceding one leaves it as it is
AGAINST = frozenset({"oppose", "question"})  # refs of a verdict to what it neither adopts nor rests on
_JUDGED = {"resolve": "resolved", "reopen": "reopened", "resolved": "resolved", "accepted": "accepted", "reopened": "reopened"}

# The other kinds: (effect, whose act counts) → status, and its rank. A status gives way to one of at least its own rank.
# whose: "any", "own" (a contributor), "other" (anyone else), "judge"
OTHERS: dict[str, dict[str, tuple[str, str, int]]] = {
    "P": {"refine": ("any", "refined", 1), "concede": ("own", "conceded", 2)},
    "R": {"refine": ("any", "amended", 1), "adopted": ("judge", "adopted", 2), "rejected": ("judge", "rejected", 2)},
    "E": {
        "oppose": ("other", "challenged", 1),
        "question": ("other", "challenged", 1),
        "confirmed": ("judge", "confirmed", 2),
        "refuted": ("judge", "refuted", 2),
    },
    "C": {"support": ("any", "supported", 1), "oppose": ("any", "opposed", 1), "concede": ("own", "withdrawn", 2)},
    "S": {},
}
FIRST = {"P": "open", "T": "open", "R": "proposed", "E": "cited", "C": "asserted", "S": "stated"}
BORN = {"P": "opened", "T": "opened", "R": "proposed", "E": "cited", "C": "asserted", "S": "stated"}


class State:
    """One entity under the fold. Mutable inside the fold only; `standing` is what comes out."""

    __slots__ = ("contributors", "events", "judge_word", "kind", "merged_into", "proposals", "rank", "status")

    def __init__(self, kind: str, contributors: Iterable[str], status: str = "") -> None:
        self.kind = kind
        self.contributors = list(contributors)
        self.status = status or FIRST[kind]
        self.rank = 0
        self.events: list[Event] = []
        self.proposals: dict[str, int] = {}
        self.merged_into: str | None = None
        self.judge_word: str | None = None

    def born(self, entity: Entity) -> None:
        """The first event: it was said."""
        self.events.append(new(Event, (BORN[self.kind], entity.round, (entity.author,), None, entity.path, entity.line, None, "")))

    def standing(self) -> Standing:
        """What the fold leaves behind."""
        proposed = tuple(sorted(self.proposals)) if self.status in EXPERTS and self.status != "resolved" else ()
        raisers, events = tuple(self.contributors), tuple(self.events)
        return new(Standing, (self.status, raisers, events, self.judge_word, self.merged_into, proposed))

    # --- tensions ------------------------------------------------------------------------------------------

    def round_of_experts(self, acts: list[Act], round: int) -> list[Act]:
        """All experts' acts of one round on this tension; returns those that are illegal (it is accepted)."""
        if self.status == "accepted":
            return acts
        before, strongest = self.status, _ADDRESS
        for act in sorted(acts, key=self._strength) if len(acts) > 1 else acts:  # the last one is what the status comes from
            strongest = self._strength(act)
            self._note(("addressed", "proposed", "resolved", "reopened")[strongest], act, round)
        if before in EXPERTS:
            self._become(EXPERTS[before][strongest])
            self._keep_proposals(acts, strongest, round)
        return []

    def _become(self, status: str) -> None:
        """Take a status; the event that led to it says so."""
        if status != self.status:
            self.status = status
            self.events[-1] = new(Event, (*self.events[-1][:-1], status))  # `_replace` costs as much as the whole act

    def _strength(self, act: Act) -> int:
        if act.effect == "resolve":
            return _RESOLVE if act.actor in self.contributors else _PROPOSE
        return _REOPEN if act.effect == "reopen" else _ADDRESS

    def _keep_proposals(self, acts: list[Act], strongest: int, round: int) -> None:
        if strongest == _REOPEN:
            self.proposals.clear()
            return
        for act in acts:
            if self._strength(act) == _PROPOSE:
                self.proposals.setdefault(act.actor, round)

    def unanimity(self, round: int, panel: tuple[str, ...], path: str, line: int) -> None:
        """The whole panel signalled: what was proposed and not reopened since is resolved. The event names both rounds."""
        if self.proposals and self.status in EXPERTS and self.status != "resolved":
            self.events.append(Event("resolved", round, panel, None, path, line, min(self.proposals.values())))
            self._become("resolved")

    def judged(self, act: Act, round: int) -> None:
        """One act of the judge on a tension, against the status as it is now."""
        ruling = _JUDGED.get(act.effect)
        if ruling is None:
            if act.effect != "address":
                return
            self._note("addressed", act, round)
            if self.status in ("open", "reopened"):
                self._become("addressed")
            return
        self._note(ruling, act, round)
        if self.status in JUDGES:
            self._become(JUDGES[self.status][ruling])
        if ruling == "reopened":
            self.proposals.clear()

    def registered(self, status: str, act: Act, round: int) -> None:
        """The judge's word in an older register. One that does not settle never undoes a settlement (FORMAT.md, section 7)."""
        if status in ("resolved", "accepted", "reopened"):
            self.judged(act._replace(effect=status), round)
            return
        self._note("noted", act, round)
        if self.status in ("open", "addressed"):
            self._become(status)

    def merge(self, into: State, target: str, act: Act, round: int) -> None:
        """This one becomes part of `into`, which takes over its contributors."""
        self._note("merged", act, round)
        self._become("merged")
        self.rank, self.merged_into = 3, target
        into.contributors += [c for c in self.contributors if c not in into.contributors]

    def adopted(self, act: Act, round: int) -> None:
        """A standing final verdict takes up a recommendation or claim, unless the judge or its author said otherwise."""
        if self.kind in "RC" and self.rank < 2:
            self._note("adopted", act, round)
            self.rank = 2
            self._become("adopted")

    # --- the other kinds -----------------------------------------------------------------------------------

    def round_of_others(self, acts: list[Act], round: int) -> None:
        """All acts of one round on an entity that is no tension: the strongest counts, a later round outdoes an earlier.

        Where support and opposition of one round meet, the opposition counts: it is what still wants an answer.
        """
        table = OTHERS[self.kind]
        found: list[tuple[int, bool, str, Act]] = []
        for act in acts:
            row = table.get(act.effect)
            if row is not None and self._counts(row[0], act.actor):
                found.append((row[2], act.effect == "oppose", row[1], act))
        found.sort(key=lambda known: known[:3])  # the last one is what the status comes from
        for _, _, status, act in found:
            self._note(status, act, round)
        if found and found[-1][0] >= self.rank:
            self.rank = found[-1][0]
            self._become(found[-1][2])

    def _counts(self, whose: str, actor: str) -> bool:
        if whose == "own":
            return actor in self.contributors
        if whose == "other":
            return actor not in self.contributors
        return whose == "any" or actor == JUDGE

    def _note(self, type: str, act: Act, round: int) -> None:
        self.events.append(new(Event, (type, round, (act.actor,), act.reference, act.path, act.line, None, "")))


def fold_round(
    states: dict[str, State], experts: dict[str, list[Act]], round: int, illegal: Callable[[str, State, Act], None]
) -> None:
    """Apply one round's acts of the experts, each entity's as one set."""
    for name, acts in experts.items():
        state = states[name]
        if state.kind != "T":
            state.round_of_others(acts, round)
            continue
        acts = [act for act in acts if act.effect in _ON_TENSIONS]
        if acts and state.status != "raised":
            for act in state.round_of_experts(acts, round):
                illegal(name, state, act)
        else:
            for act in acts:
                state._note({"resolve": "proposed", "reopen": "reopened"}.get(act.effect, "addressed"), act, round)
