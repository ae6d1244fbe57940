"""What the judge gets to read besides the pack that everybody gets: the round to judge, how to score and rule; and, when
the dialogue has converged, how to write the verdict. Pure; everything quoted is untrusted and stands in a fence."""

from __future__ import annotations

from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.verdicts import CONFIDENCES
from blue_cli.views.preface import fenced
from blue_cli.views.verdicts import outline

_VERDICT = """# The verdict

The dialogue has converged. Instead of a contribution, write the final verdict: one markdown text that begins with front
matter, like this, and goes on with the reasons. Leave out a key that does not apply.

```yaml
---
recommendation: "what is decided, in one line"
vote: "how the panel stands, in one line"
confidence: {confidence}
conditions:
  - "what must hold for it to be true"
supporting_experts: [{experts}]
---
```

`confidence` is one of {confidences}. In the reasons refer to what the verdict rests on, by the ids given here, with the
markers above: what it refers to is adopted by it, and it becomes stale when that falls.

What there is to decide about:

"""


def verdict_pack(graph: Graph, pack: str) -> str:
    """The judge's pack, and what to write now. The pack stands first, byte for byte."""
    text = _VERDICT.format(
        confidence=CONFIDENCES[0], confidences=", ".join(CONFIDENCES), experts=", ".join(e.slug for e in graph.meta.experts)
    )
    return f"{pack.rstrip()}\n\n{text}{fenced(chr(10).join(outline(graph)))}"
