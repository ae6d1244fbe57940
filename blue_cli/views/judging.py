"""What the judge gets to read besides the pack that everybody gets: the round to judge, how to score and rule; and, when
the dialogue has converged, how to write the verdict. Pure; everything quoted is untrusted and stands in a fence."""

from __future__ import annotations

from collections.abc import Sequence

from blue_cli.dialogue.context import Item, Reading
from blue_cli.dialogue.grammar import UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.model import Event
from blue_cli.dialogue.scores import Score
from blue_cli.dialogue.verdicts import CONFIDENCES
from blue_cli.views.context import FULL, Pack, pack, tokens
from blue_cli.views.preface import fenced
from blue_cli.views.text import sanitize_lines
from blue_cli.views.verdicts import outline

_ANSWERS = frozenset({"addressed", "proposed", "resolved", "reopened"})  # what happens to a tension that its judge should know of

_ALONE = "Answer with that text alone: its first line is `---`, no fence stands around it, nothing before or after it."

_HOW = """# What you write now

Every member of the panel has written in round {round}. Write one markdown text of this form, with your numbers for the zeros:

```markdown
---
scores:
{scores}
---

Your rulings, each at the start of a line.

A few sentences: what the round has brought, what is still open, and what that needs.
```

Scores are whole numbers from 0, nothing, to 10, the most. W, Wisdom: does it bring something that the decision needs? C,
Consistency: does it fit what its author said before, and what it builds on? T, Truth: is it backed by evidence that can be
checked? R, Relationships: does it answer the others and move them closer?
A ruling stands at the start of a line and is one of the markers that only you may write. Settle a tension when what was
proposed settles it, accept one that can stay as it is, and leave open what still needs an answer: say what it needs. Rule on
nothing when nothing can be ruled on.

{alone}
"""

_VERDICT = """# The verdict

The dialogue has converged. Instead of a contribution, write the final verdict: one markdown text of this form. Leave out a
key that does not apply, and whoever is not for it.

```markdown
---
recommendation: "what is decided, in one line"
vote: "how the panel stands, in one line"
confidence: {confidence}
conditions:
  - "what must hold for it to be true"
supporting_experts: [{experts}]
---

The reasons, with a marker for each thing that the verdict rests on, on a line of its own.
```

`confidence` is one of {confidences}. Refer to what the verdict rests on by the ids given here: what it refers to is
adopted by it, and it becomes stale when that falls.

What there is to decide about:

"""


def judge_pack(reading: Reading, background: str, texts: Sequence[tuple[str, str]], budget: int) -> Pack:
    """The text for the judge of a round that its whole panel has written: what was said before as for everybody, the texts
    of the round as they are (name and body), and how to score and to rule.

    Where the texts do not fit into the budget, what is in them is shown as everything else is: by its weight.
    """
    how = _how(reading, [name for name, _ in texts])
    tail = _texts(reading.round, texts) + _open(reading.graph) + how
    inside = [item for item in reading.rest if item.round == reading.round]
    others = reading._replace(rest=tuple(item for item in reading.rest if item.round != reading.round))
    whole = _with(pack(others, background, budget - tokens(tail)), tail, inside, budget)
    return whole if whole.text else _with(pack(reading, background, budget - tokens(how)), how, (), budget)


def _with(packed: Pack, tail: str, shown: Sequence[Item], budget: int) -> Pack:
    """A pack with a text after it, in which these items are shown whole."""
    least = packed.least + tokens(tail)
    if not packed.text:
        return packed._replace(budget=budget, least=least)
    text = f"{packed.text.rstrip()}\n\n{tail}"
    levels = (*packed.levels, *((item, FULL) for item in shown))
    return packed._replace(text=text, tokens=tokens(text), budget=budget, least=least, levels=levels)


def _texts(round: int, texts: Sequence[tuple[str, str]]) -> str:
    parts = "\n".join(f"## {name}\n\n{fenced(body.strip())}" for name, body in texts)
    return f"# What was written in round {round}\n\n{parts}\n"


def _open(graph: Graph) -> str:
    """What waits for a ruling: each open tension with what was proposed for it, and by whom. "" when nothing does."""
    lines = []
    for entity, standing in graph.of_kind("T"):
        if standing.status in UNSETTLED:
            lines.append(f"{graph.shown(entity.canonical)}  {entity.label}, by {entity.author} in round {entity.round}: {standing.status}")
            lines += [_proposed(graph, event) for event in standing.events if event.type in _ANSWERS]
    if not lines:
        return ""
    return f"# What is open, and what was proposed for it\n\n{fenced(sanitize_lines(chr(10).join(lines)))}\n"


def _proposed(graph: Graph, event: Event) -> str:
    """Who answered a tension, with what: the entity that says so, where there is one."""
    entity = graph.entities.get(event.reference or "")
    by = f"{graph.shown(entity.canonical)}  {entity.label}, " if entity else ""
    return f"  {event.type}: {by}by {', '.join(event.actors)} in round {event.round}"


def _how(reading: Reading, names: Sequence[str]) -> str:
    example = ", ".join(f"{key}: 0" for key in Score._fields)
    return _HOW.format(round=reading.round, alone=_ALONE, scores="\n".join(f"  {name}: {{{example}}}" for name in names))


def verdict_pack(graph: Graph, pack: str) -> str:
    """The judge's pack, and what to write now. The pack stands first, byte for byte."""
    text = _VERDICT.format(
        confidence=CONFIDENCES[0], confidences=", ".join(CONFIDENCES), experts=", ".join(e.slug for e in graph.meta.experts)
    )
    return f"{pack.rstrip()}\n\n{text}{fenced(chr(10).join(outline(graph)))}\n{_ALONE}\n"
