"""Hypothesis strategies for whole dialogues: real rounds of experts and a judge who define, answer, settle and rule.

A play knows its people by number, so that the same play can be cast with any names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from blue_cli.dialogue.ids import JUDGE, canonical
from tests.dialogue.build import head

JUDGE_ROLE = -1
ROUNDS = 4
NAMES = ("muffin", "scone", "strudel")


class Thing(NamedTuple):
    """An entity that a play may or may not define: kind, whose, round, local number."""

    kind: str
    who: int
    round: int
    number: int

    def named(self, names: Sequence[str]) -> str:
        return canonical(JUDGE if self.who == JUDGE_ROLE else names[self.who], self.kind, self.round, self.number)


class Line(NamedTuple):
    """A line of a body: text with a `{}` for each thing."""

    text: str
    things: tuple[Thing, ...] = ()

    def said(self, names: Sequence[str]) -> str:
        return self.text.format(*(t.named(names) for t in self.things))


class Play(NamedTuple):
    """Lines by round and person; rulings, one a file, by round."""

    lines: dict[tuple[int, int], tuple[Line, ...]]
    rulings: dict[tuple[int, str], Line]
    tensions: str

    def files(self, names: Sequence[str] = NAMES, until: int = ROUNDS) -> dict[str, str]:
        """The files of the rounds up to `until`."""
        fields = {"tensions": self.tensions} if self.tensions else {}
        files = {"dialogue.md": head(*names, **fields)}
        for (round, who), lines in self.lines.items():
            author = JUDGE if who == JUDGE_ROLE else names[who]
            if round <= until:
                files[f"round-{round}/{author}.md"] = "\n\n".join(line.said(names) for line in lines) + "\n"
        for (round, name), line in self.rulings.items():
            if round <= until:
                files[f"round-{round}/rulings/{name}.md"] = line.said(names) + "\n"
        return files


WHO = st.sampled_from([0, 1, 2, 0, 1, 2, JUDGE_ROLE])


def thing(kinds: str) -> st.SearchStrategy[Thing]:
    return st.builds(Thing, st.sampled_from(kinds), WHO, st.integers(0, ROUNDS - 1), st.integers(1, 2))


TENSION, ANYTHING = thing("T"), thing("PTREC")
DEFINING = st.sampled_from(
    "[TENSION T01: a] [TENSION T02: b] [TENSION: c] [PERSPECTIVE P01: d] [RECOMMENDATION R01: e] [EVIDENCE E01: f] [CLAIM C01: g]".replace(
        "] [", "]|["
    ).split("|")
).map(Line)
ABOUT_TENSIONS = st.builds(
    lambda text, t: Line(text, (t,)),
    st.sampled_from(
        [
            "[RE:ADDRESS {}]",
            "[RE:RESOLVE {}]",
            "[RE:REOPEN {}]",
            "so [RE:RESOLVE {}: yes]",
            "[RESOLVED {}]",
            "[REFINEMENT on {}]",
            "[ACKNOWLEDGED {}: ok]",
        ]
    ),
    TENSION,
)
ABOUT_ANYTHING = st.builds(
    lambda text, t: Line(text, (t,)),
    st.sampled_from(["[RE:REFINE {}]", "[RE:OPPOSE {}]", "[RE:SUPPORT {}]", "[RE:QUESTION {}]", "[MOVE:CONCEDE {}]"]),
    ANYTHING,
)
AFTER_ANOTHER = st.builds(
    lambda first, text, a, t: Line(f"{first} {text}", (a, t)),
    st.sampled_from(["[RE:SUPPORT {}]", "[MOVE:DEFEND {}]", "[MOVE:CHALLENGE {}],", "[RE:DEPEND {}: x] and"]),
    st.sampled_from(["[RESOLVED {}]", "[RE:RESOLVE {}]", "[ACKNOWLEDGED {}]"]),
    ANYTHING,
    TENSION,
)
LOCAL = st.sampled_from(["[RE:ADDRESS T01]", "[RESOLVED T01]", "[RE:RESOLVE T02]", "[CONCESSION: P01 was wrong]", "# heading", "text"]).map(
    Line
)
CONVERGE = st.just(Line("[MOVE:CONVERGE]"))
EXPERTS_LINES = st.lists(
    st.one_of(DEFINING, DEFINING, ABOUT_TENSIONS, ABOUT_TENSIONS, ABOUT_ANYTHING, AFTER_ANOTHER, LOCAL, CONVERGE, CONVERGE), max_size=5
).map(tuple)
RULING = st.one_of(
    st.builds(lambda text, t: Line(text, (t,)), st.sampled_from(["[RESOLVED {}]", "[REOPENED {}: no]", "[ACCEPTED {}: later]"]), TENSION),
    st.builds(
        lambda text, t: Line(text, (t,)),
        st.sampled_from(["[ADOPTED {}]", "[REJECTED {}: no]", "[CONFIRMED {}]", "[REFUTED {}: no]"]),
        ANYTHING,
    ),
    st.builds(lambda a, b: Line("[MERGED {} INTO {}]", (a, b)), TENSION, TENSION),
)
JUDGES_LINES = st.lists(DEFINING | RULING, max_size=3).map(tuple)
PLACES = [(round, who) for round in range(ROUNDS) for who in range(len(NAMES))]


@st.composite
def plays(draw: st.DrawFn) -> Play:
    lines = {place: draw(EXPERTS_LINES) for place in PLACES if draw(st.integers(0, 3))}
    for round in range(ROUNDS):
        if draw(st.booleans()):
            lines[round, JUDGE_ROLE] = draw(JUDGES_LINES)
    rulings = draw(st.dictionaries(st.tuples(st.integers(0, ROUNDS - 1), st.sampled_from(["a", "b", "Z"])), RULING, max_size=3))
    return Play(lines, rulings, draw(st.sampled_from(["", "", "judge"])))
