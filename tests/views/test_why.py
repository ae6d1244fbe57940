"""What `blue why` says: who, where, on which side, and what was left unanswered."""

from __future__ import annotations

import pytest

from blue_cli.dialogue import queries
from blue_cli.dialogue.grammar import MARKERS, MOVE, REF
from blue_cli.dialogue.links import Link, Links
from blue_cli.views.impact import impact_document, impact_text
from blue_cli.views.why import Told, relation, why_document, why_text
from tests.dialogue.build import graph, panel

HOSTILE = "[red]x[/] \x1b(B \u202e evil"


def links() -> Links:
    return Links(
        graph(
            panel(
                {
                    "muffin": f"[EVIDENCE E01: {HOSTILE}]\n\n[RECOMMENDATION R01: r]\n[RE:DEPEND E01]",
                    "scone": f"[RE:OPPOSE MUFFIN-R01: {HOSTILE}]",
                },
                {"judge": "[CONFIRMED MUFFIN-E01: checked]"},
            )
        )
    )


def told(depth: int | None = None) -> Told:
    of = links()
    return Told(of, "MUFFIN-R0001", queries.why(of, ["MUFFIN-R0001"], depth), queries.ground(of, "MUFFIN-R0001"))


def test_it_says_what_it_hangs_by_and_what_nobody_answered() -> None:
    text = why_text(told(), 0, False)
    assert "fragile: everything it rests on comes down to E0001?" in text
    assert "unanswered: 1 argument against something here" in text
    assert "├─ + depends on E0001?  confirmed  " in text and "└─ - opposed by scone  " in text
    assert "! nobody answered  round 0  round-0/scone.md:1" in text
    assert '│  └─ + confirmed by judge  "checked"  round 1  round-1/judge.md:1' in text


def test_what_people_wrote_drives_no_terminal() -> None:
    for color in (False, True):
        text = why_text(told(), 0, color) + impact_text(
            links().graph, "MUFFIN-E0001", queries.impact(links(), "MUFFIN-E0001"), None, 0, color
        )
        assert "\u202e" not in text and "\x1b(B" not in text
        assert "[red]x[/] \\x1b(B \\u202e evil" in text
    assert "\x1b" not in why_text(told(), 100, False)


def test_the_json_is_flat_so_that_no_depth_breaks_a_reader() -> None:
    tree = why_document(told())["tree"]
    assert [(step["depth"], step["parent"], step["id"]) for step in tree] == [
        (0, None, "R0001?"), (1, 0, "E0001?"), (2, 1, "@judge"), (1, 0, "@scone"),
    ]  # fmt: skip
    assert tree[3]["said"] == {"by": "scone", "round": 0, "path": tree[3]["said"]["path"], "line": 1, "text": HOSTILE}
    assert tree[3]["unanswered"] is True and tree[1]["outgoing"] is True


def test_what_falls_says_why() -> None:
    document = impact_document(links().graph, "MUFFIN-E0001", queries.impact(links(), "MUFFIN-E0001"), None)
    assert [(fall["canonical_id"], fall["how"], fall["because"]) for fall in document["falls"]] == [("MUFFIN-R0001", "depend", "E0001?")]


@pytest.mark.parametrize(
    "row", [m for m in MARKERS if m.shape in (REF, MOVE) and m.effect not in ("request", "converge")], ids=lambda row: row.word
)
def test_every_verb_reads_as_words(row: object) -> None:
    effect = row.effect  # type: ignore[attr-defined]
    for out in (True, False):
        said = relation(Link("a", effect, "for", "b", "x", 0, "p", 1), out)
        assert " " in said or (out and said in ("refines", "opposes")), said
