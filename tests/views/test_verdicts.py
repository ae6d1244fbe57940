"""Verdicts as rows, as JSON, and on a screen."""

from __future__ import annotations

from blue_cli.dialogue.graph import Graph
from blue_cli.views import verdicts as view
from blue_cli.views.export import export
from tests.dialogue.build import ID, graph
from tests.dialogue.judged import AGREED, CONVERGE, with_verdict

LATER = AGREED | {"round-2/scone.md": "[RE:OPPOSE MUFFIN-R0001]\n" + CONVERGE, "round-2/muffin.md": CONVERGE}


def states(of: Graph) -> dict[str, str]:
    return {row[0]: row[4] for row in (view.cells(of, told) for told in view.tell(of))}


def test_the_state_of_each() -> None:
    files = with_verdict(AGREED, forced="no time", override=True)
    assert states(graph(files)) == {"final": "stands,forced,overridden"}
    assert states(graph(files | LATER)) == {"final": "stale,forced,overridden"}
    more = with_verdict(with_verdict(files | LATER, "final-2", round=2), "dissent-scone", "No.\n", round=2, author="scone")
    assert states(graph(more)) == {"final": "superseded,forced,overridden", "final-2": "stands", "dissent-scone": "recorded"}


def test_what_json_says_of_a_stale_one() -> None:
    found = graph(with_verdict(AGREED, recommendation="Ten minutes") | LATER)
    (item,) = [view.document(found, told) for told in view.tell(found)]
    assert (item["state"], item["stale"], item["forced"], item["overridden"]) == ("stale", True, None, False)
    assert (item["tensions_resolved"], item["recommendations_adopted"]) == (["MUFFIN-T0001", "SCONE-T0001"], ["MUFFIN-R0001"])
    assert (item["key_evidence"], item["key_claims"]) == (["MUFFIN-E0001"], ["MUFFIN-C0001"])
    assert item["causes"] == [
        {"what": "opposed", "id": "R0001?", "canonical_id": "MUFFIN-R0001", "by": "scone", "line": 1,
         "path": f".blue/dialogues/{ID}/round-2/scone.md"},
    ]  # fmt: skip


def test_the_export_has_the_same() -> None:
    found = graph(with_verdict(AGREED))
    (item,) = export(found, {})["verdicts"]
    assert item == view.document(found, view.tell(found)[0])
    promised = "id kind round author recommendation conditions vote confidence supporting_experts forced basis"
    computed = "tensions_resolved tensions_accepted recommendations_adopted key_evidence key_claims stale"
    assert {*promised.split(), *computed.split()} <= {*item}


def test_shown_with_its_reasons_what_it_did_and_what_has_shaken_it() -> None:
    fields = {"recommendation": "Ten minutes", "conditions": ["measured"], "forced": "no time", "vote": "2:0"}
    found = graph(with_verdict(AGREED, **fields) | LATER)
    told = view.find(found, "FINAL")
    assert told is not None
    text = view.show(found, told, False)
    for line in (
        "final  stale, forced  Ten minutes",
        "forced: no time",
        "on condition: measured",
        "vote: 2:0",
        "adopted: R0001?",
        "  R0001? was opposed by scone in round-2/scone.md:1",
        "[RE:SUPPORT MUFFIN-R0001] since the load test says so.",
    ):
        assert line in text.splitlines()
    assert view.shown(found, told)["item"]["content"].startswith("[RE:SUPPORT")
    assert view.find(found, "final-2") is None


def test_untrusted_words_do_nothing_on_a_terminal() -> None:
    found = graph(with_verdict(AGREED, body="\x1b[2J\u202e\n", recommendation="\x1b]0;x", forced="\x1b[31m"))
    told = view.tell(found)[0]
    text = view.show(found, told, False) + "".join(view.given(found, told.verdict, True, False, False))
    assert "\x1b" not in text and "\u202e" not in text


def test_what_whoever_types_one_has_before_them() -> None:
    text = "\n".join(view.outline(graph(LATER)))
    assert "Ten minutes" in text and "  proposed  No cache" in text
    assert "RE:SUPPORT" in text
    assert "No round yet" in view.outline(graph({"dialogue.md": AGREED["dialogue.md"]}))


def test_nobody_knows_whether_one_stands_while_something_cannot_be_read() -> None:
    found = graph(with_verdict(AGREED) | LATER)._replace(complete=False)
    (told,) = view.tell(found)
    item = view.document(found, told)
    assert (item["state"], item["stale"], item["causes"]) == ("unknown", None, [])
