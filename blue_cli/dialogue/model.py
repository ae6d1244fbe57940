"""The values a dialogue is made of. All immutable; NamedTuples, since thousands are made a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from blue_cli.errors import Finding

new = tuple.__new__  # a NamedTuple's own constructor takes twice as long: for those of which thousands are made


class Expert(NamedTuple):
    """A member of the panel, as `dialogue.md` (or the older panel files) says."""

    slug: str
    role: str = ""
    tier: str = ""
    relevance: float | None = None
    source: str = ""
    reason: str = ""
    focus: str = ""
    from_round: int = 0
    to_round: int | None = None
    git: tuple[str, ...] = ()


class Meta(NamedTuple):
    """What `dialogue.md` says, or what an older folder implies."""

    id: str
    uid: str
    title: str
    question: str = ""
    created: str | None = None
    experts: tuple[Expert, ...] = ()
    panels: Mapping[int, tuple[str, ...]] = {}
    max_rounds: int = 10
    tensions: str = ""  # "judge": only the judge's tensions count
    links: tuple[str, ...] = ()
    closed: Mapping[str, Any] | None = None
    native: bool = True
    blue: int = 1
    domain: str = ""


class RegisterRow(NamedTuple):
    """One row of an older judge's register (FORMAT.md, section 7), before it is matched with the experts' tensions.

    written       the id as it stands there (`MACARON-T01 (R0)`, `T08`)
    author        the expert the id names, else None: the register renumbers
    id_round      the round the id itself names, else None
    number        local number
    status        open, addressed, resolved, reopened, accepted; None when no word says
    judge_word    the status word as the judge wrote it, None when there is none
    raised        round it was raised in, when the row says so
    settled       round the status is dated by, when one is named
    contributors  slugs of experts named as raisers
    """

    written: str
    author: str | None
    id_round: int | None
    number: int
    label: str
    status: str | None
    judge_word: str | None
    raised: int | None
    settled: int | None
    contributors: tuple[str, ...]
    path: str
    line: int
    column: int


class Register(NamedTuple):
    """All rows, and the last round named anywhere in the register (None when none is)."""

    rows: tuple[RegisterRow, ...]
    last_named: int | None
    findings: tuple[Finding, ...] = ()


class Event(NamedTuple):
    """One thing that happened to an entity.

    `reference` is the cause's id, `confirms` the round of the proposal that unanimity made stand, `status` the
    status it left behind: of the events of one round only the last one's counts.
    """

    type: str
    round: int
    actors: tuple[str, ...]
    reference: str | None
    path: str
    line: int
    confirms: int | None = None
    status: str = ""


class Entity(NamedTuple):
    """A perspective, tension, recommendation, evidence, claim or stance as it was written. Never changes.

    `start` and `end` are offsets of its content in the contribution's text; `assigned` tells whether its
    display id is in the file's `ids:` (else it is computed, and shown with `?`).
    """

    canonical: str
    id: str
    kind: str
    author: str
    round: int
    number: int
    local_id: str | None
    label: str
    path: str
    line: int
    column: int
    start: int
    end: int
    assigned: bool
    stance: tuple[str, float | None] | None = None


class Standing(NamedTuple):
    """Where an entity stands after the fold."""

    status: str
    contributors: tuple[str, ...]
    events: tuple[Event, ...] = ()
    judge_word: str | None = None
    merged_into: str | None = None
    proposed_by: tuple[str, ...] = ()


class Ref(NamedTuple):
    """A typed edge. `source` is a canonical id or `@slug`; `target` likewise, None when it resolves to nothing."""

    source: str
    type: str
    target: str | None
    written: str
    author: str
    round: int
    path: str
    line: int
    column: int


class Move(NamedTuple):
    """Something an expert did in the conversation. `targets` are canonical ids or `@slug`."""

    expert: str
    round: int
    type: str
    targets: tuple[str, ...]
    text: str
    path: str
    line: int
    column: int
    source: str = ""


class Ruling(NamedTuple):
    """A judge's decision. `author` is not the judge when someone without the authority wrote it."""

    type: str
    targets: tuple[str, ...]
    into: str | None
    via: str | None
    reason: str
    author: str
    round: int
    path: str
    line: int
    column: int
