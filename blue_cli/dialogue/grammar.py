"""The one table of markers: the only place in the code that spells a marker word.

The scanner, the writer, the assembler, the rules, `blue rules`, the README and the experts' template read it.
A new marker is one new row; a guard test scans every example to its row and writes it back.
"""

from __future__ import annotations

from typing import NamedTuple

# Shapes: how the inside of the brackets is read.
ENTITY, STANCE, REF, MOVE, RULING, ACT, VERDICT = "entity", "stance", "ref", "move", "ruling", "act", "verdict"


class Marker(NamedTuple):
    """One marker.

    word      how it is written after `[` (`RE:SUPPORT`, `TENSION`)
    shape     one of the shapes above
    effect    what the fold makes of it (`lifecycle`, `assemble` have a handler for each)
    letter    the kind an entity marker opens
    targets   letters of the kinds it may name; `=` the source's own kind; `@` an expert, `*` free text; empty: none
    least     how many targets it needs
    reason    whether the text after the colon must be there
    judge     only the judge may write it
    expert    the effect when an expert writes it although it is the judge's word (older dialogues)
    produced  whether the tool ever writes it (older spellings are read only)
    """

    word: str
    shape: str
    effect: str
    summary: str
    example: str
    letter: str = ""
    targets: str = ""
    least: int = 0
    reason: bool = False
    judge: bool = False
    expert: str = ""
    produced: bool = True


ANY = "PTRECS"

MARKERS: tuple[Marker, ...] = (
    Marker("PERSPECTIVE", ENTITY, "define", "a view that others may have missed", "[PERSPECTIVE P01: Cold caches are the real cost]", letter="P"),
    Marker("TENSION", ENTITY, "define", "an open question that the panel must settle", "[TENSION T01: Latency against freshness]", letter="T"),
    Marker("RECOMMENDATION", ENTITY, "define", "something to do", "[RECOMMENDATION R01: Expire entries after an hour]", letter="R"),
    Marker("EVIDENCE", ENTITY, "define", "a fact with its source", "[EVIDENCE E01: p99 doubled in the June load test]", letter="E"),
    Marker("CLAIM", ENTITY, "define", "a statement that can be supported or opposed", "[CLAIM C01: Readers tolerate a minute of staleness]", letter="C"),
    Marker("STANCE", STANCE, "define", "where an expert stands, with a confidence from 0 to 1", "[STANCE S01: APPROVE | 0.85]", letter="S", targets="R"),
    Marker("RE:SUPPORT", REF, "support", "speaks for the target", "[RE:SUPPORT P0001]", targets=ANY, least=1),
    Marker("RE:OPPOSE", REF, "oppose", "speaks against the target", "[RE:OPPOSE R0001: too slow to build]", targets=ANY, least=1),
    Marker("RE:QUESTION", REF, "question", "doubts the target", "[RE:QUESTION E0001: which load test?]", targets=ANY, least=1),
    Marker("RE:DEPEND", REF, "depend", "stands only if the target stands", "[RE:DEPEND C0001]", targets=ANY, least=1),
    Marker("RE:REFINE", REF, "refine", "replaces the target, of the same kind, by a sharper one", "[RE:REFINE P0001]", targets="=", least=1),
    Marker("RE:ADDRESS", REF, "address", "answers a tension without settling it", "[RE:ADDRESS T0001]", targets="T", least=1),
    Marker("RE:RESOLVE", REF, "resolve", "settles a tension, or proposes to", "[RE:RESOLVE T0001]", targets="T", least=1),
    Marker("RE:REOPEN", REF, "reopen", "opens a settled tension again", "[RE:REOPEN T0001: the load test was wrong]", targets="T", least=1),
    Marker("MOVE:DEFEND", MOVE, "defend", "holds on to what was doubted", "[MOVE:DEFEND P0001]", targets=ANY, least=1),
    Marker("MOVE:CHALLENGE", MOVE, "challenge", "asks the author to justify the target", "[MOVE:CHALLENGE C0001]", targets=ANY + "@", least=1),
    Marker("MOVE:BRIDGE", MOVE, "bridge", "shows how two or more fit together", "[MOVE:BRIDGE P0001 P0002]", targets=ANY, least=2),
    Marker("MOVE:REQUEST", MOVE, "request", "asks for a topic, or for an expert to speak", "[MOVE:REQUEST @muffin: what does a shard cost?]", targets=ANY + "@*"),
    Marker("MOVE:CONCEDE", MOVE, "concede", "takes back what one said, or grants a point", "[MOVE:CONCEDE P0001]", targets=ANY, least=1),
    Marker("MOVE:CONVERGE", MOVE, "converge", "signals that nothing is left to say", "[MOVE:CONVERGE]"),
    Marker("RESOLVED", RULING, "resolved", "the judge settles a tension", "[RESOLVED T0001 VIA R0001: measured and agreed]", targets="T", least=1, judge=True, expert="resolve"),
    Marker("REOPENED", RULING, "reopened", "the judge opens a tension again", "[REOPENED T0001: the numbers changed]", targets="T", least=1, judge=True),
    Marker("ACCEPTED", RULING, "accepted", "the judge lets a tension stand unsettled", "[ACCEPTED T0001: left to the next release]", targets="T", least=1, reason=True, judge=True),
    Marker("MERGED", RULING, "merged", "the judge finds that two are one", "[MERGED T0002 INTO T0001]", targets="TP", least=1, judge=True),
    Marker("ADOPTED", RULING, "adopted", "the judge takes up a recommendation", "[ADOPTED R0001]", targets="R", least=1, judge=True),
    Marker("REJECTED", RULING, "rejected", "the judge turns a recommendation down", "[REJECTED R0001: no team would own it]", targets="R", least=1, reason=True, judge=True),
    Marker("CONFIRMED", RULING, "confirmed", "the judge has checked the evidence", "[CONFIRMED E0001]", targets="E", least=1, judge=True),
    Marker("REFUTED", RULING, "refuted", "the judge finds the evidence wrong", "[REFUTED E0001: another machine was measured]", targets="E", least=1, reason=True, judge=True),
    Marker("RESOLUTION", ACT, "resolve", "older spelling of RE:RESOLVE", "[RESOLUTION T01: measured]", targets="T", produced=False),
    Marker("REFINEMENT", ACT, "refinement", "older spelling: address for a tension, refine for the source's own kind", "[REFINEMENT on T01]", targets=ANY, produced=False),
    Marker("CONCESSION", ACT, "concede", "older spelling of MOVE:CONCEDE", "[CONCESSION to Strudel on T01: the numbers decide]", targets=ANY, produced=False),
    Marker("ACKNOWLEDGED", ACT, "address", "older spelling of RE:ADDRESS", "[ACKNOWLEDGED T01: still open]", targets="T", produced=False),
    Marker("DISSENT", VERDICT, "dissent", "an expert stands aside from the verdict", "[DISSENT]"),
    Marker("MINORITY VERDICT", VERDICT, "minority", "what a minority would decide", "[MINORITY VERDICT: keep the old cache]"),
)

# A whole contribution, for whoever has to write one and has never seen any; its subject is nobody's.
EXAMPLE = """\
[PERSPECTIVE P01: A ferry beats the bridge]

It can run next spring, and the bridge in eight years.

[EVIDENCE E01: The pier still carries lorries]

Inspection of May 2019, page 4.

[RE:SUPPORT P01]

[TENSION T01: Speed against winter storms]

Nobody has said what happens when it cannot sail.
"""

BY_WORD: dict[str, Marker] = {m.word: m for m in MARKERS}
# What opens something or can change a tension: all that a listing of tensions needs.
ON_TENSIONS: dict[str, Marker] = {
    m.word: m for m in MARKERS if m.shape not in (REF, MOVE) or m.targets == "T" or (m.shape == MOVE and not m.targets)
}
ENTITY_OF: dict[str, Marker] = {m.letter: m for m in MARKERS if m.letter}
_RULING_VERBS = ("resolve", "reopen", "accept", "merge", "adopt", "reject", "confirm", "refute")  # in the order of their rows
# What people type for a ruling → what its row says it does.
VERBS: dict[str, str] = dict(zip(_RULING_VERBS, (m.effect for m in MARKERS if m.shape == RULING), strict=True))
KIND_NAMES: dict[str, str] = {"P": "perspectives", "T": "tensions", "R": "recommendations", "E": "evidence", "C": "claims", "S": "stances"}
VIA, INTO = "VIA", "INTO"  # the words inside a ruling
CONDITIONAL = "CONDITIONAL"  # the stance that needs a text
STANCES = ("APPROVE", "REJECT", "HOLD", CONDITIONAL, "ABSTAIN")
TAKE_BACK = "MOVE:CONCEDE"  # how something said is taken back; nothing is ever deleted

# Words by which the tool names things in `ids:`, help and messages.
KIND_WORD: dict[str, str] = {letter: m.word.lower() for letter, m in ENTITY_OF.items()}

STATUSES: dict[str, tuple[str, ...]] = {
    "P": ("open", "refined", "conceded", "merged"),
    "T": ("open", "addressed", "resolved", "accepted", "reopened", "merged", "raised"),
    "R": ("proposed", "amended", "adopted", "rejected"),
    "E": ("cited", "challenged", "confirmed", "refuted"),
    "C": ("asserted", "supported", "opposed", "adopted", "withdrawn"),
    "S": ("stated",),
}
UNSETTLED = ("open", "addressed", "reopened")  # the tensions that count as open (FORMAT.md, section 6)
