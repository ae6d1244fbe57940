"""`export --format aif`: a net by the published rules, and the reader from PyPI sees our graph in it.

The reader is tried where it is: `pip install xaif pandas`.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from blue_cli.actions.load import load
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.links import AGAINST, FOR, Links
from blue_cli.stores.files import FilesStore
from blue_cli.views.export_aif import aif
from blue_cli.views.graphs import Wanted, draw
from tests.dialogue import plays
from tests.dialogue.build import graph, panel
from tests.dialogue.plays import Play
from tests.views.aif import faults
from tests.views.test_export_argdown import SAME

EXAMPLE = Path(__file__).parents[2] / "fixtures" / "example"
TALK = panel(
    {"muffin": "[TENSION T01: t]\n\n[CLAIM C01: c]\n\n[EVIDENCE E01: e]\n[RE:SUPPORT C01]\n\n[PERSPECTIVE P01: p]\n[RE:DEPEND E01]"},
    {
        "muffin": "[MOVE:CONVERGE]",
        "scone": "[RECOMMENDATION R01: r]\n[RE:ADDRESS MUFFIN-T01] [RE:OPPOSE MUFFIN-C01]\n\n[PERSPECTIVE P01: q]\n"
        "[RE:REFINE MUFFIN-P01]\n\n# Also\n\n[RE:SUPPORT MUFFIN-E01] yes\n\n[MOVE:CHALLENGE MUFFIN-C01: why?]",
        "judge": "[RESOLVED MUFFIN-T01 VIA SCONE-R01: agreed]",
    },
)


def applications(net: dict[str, Any]) -> set[tuple[str, str, str]]:
    """(scheme, from, to) of every application of a scheme, by canonical ids."""
    types = {node["nodeID"]: node["type"] for node in net["nodes"]}
    ids = {node: thing["canonical_id"] for node, thing in net["blue"]["things"].items()}
    into = {(e["toID"], e["fromID"]) for e in net["edges"]}
    out = {e["fromID"]: e["toID"] for e in net["edges"]}
    return {(types[s], ids[a], ids[out[s]]) for s, a in into if types[s] in ("RA", "CA", "MA") and a in ids}


def expected(of: Graph) -> set[tuple[str, str, str]]:
    """What our own graph says, by the sides of its edges."""
    found = set()
    for edge in draw(Links(of), Wanted()).edges:
        scheme = "MA" if edge.type in ("refine", "merged") else {FOR: "RA", AGAINST: "CA"}.get(edge.side, "")
        ends = (edge.target, edge.source) if edge.type == "depend" else (edge.source, edge.target)
        found |= {(scheme, *ends)} if scheme and edge.source != edge.target else set()
    return found


def test_what_is_said_of_what() -> None:
    net = aif(graph(TALK))
    assert [*faults(net)] == []
    assert applications(net) == {
        ("RA", "MUFFIN-E0001", "MUFFIN-C0001"), ("RA", "MUFFIN-E0001", "MUFFIN-P0001"), ("CA", "SCONE-R0101", "MUFFIN-C0001"),
        ("MA", "SCONE-P0101", "MUFFIN-P0001"),
    }  # fmt: skip
    said = [node["text"] for node in net["nodes"] if node["type"] == "L"]
    assert {"scone : support E0001?: yes", "scone : challenge C0001?: why?", "judge : resolved T0001?: agreed"} <= set(said)
    assert {node["scheme"] for node in net["nodes"] if node["type"] == "YA"} >= {"Agreeing", "Challenging", "Arguing", "Restating"}
    assert [person["firstname"] for person in net["participants"]] == ["muffin", "scone", "judge"]


def test_an_answer_is_a_turn_of_the_dialogue_and_no_inference() -> None:
    net = aif(graph(TALK))
    types = {node["nodeID"]: node["type"] for node in net["nodes"]}
    assert "address" in {verb for node, verb in net["blue"]["verbs"].items() if types[node] == "TA"}
    assert "address" not in {verb for node, verb in net["blue"]["verbs"].items() if types[node] != "TA"}


def test_what_it_cannot_carry_is_said_in_it() -> None:
    assert "scores" in aif(graph(TALK))["blue"]["not_carried"]


def test_nothing_is_inferred_from_itself() -> None:
    net = aif(graph(SAME))
    assert applications(net) == {("MA", "MUFFIN-P0001", "SCONE-P0101")} == expected(graph(SAME))
    assert [*faults(net)] == []


@given(plays.plays())
@settings(max_examples=40, deadline=None)
def test_every_dialogue_is_a_net_with_our_edges(play: Play) -> None:
    files = play.files()
    of = graph(files)
    net = aif(of)
    assert [*faults(net)] == []
    assert applications(net) == expected(of)
    assert net == aif(graph(dict(reversed(files.items())))), "the same files, the same net"


def _break(net: dict[str, Any], how: str) -> None:
    if how == "I to I":
        ids = [node["nodeID"] for node in net["nodes"] if node["type"] == "I"]
        net["edges"].append({"edgeID": "9999", "fromID": ids[0], "toID": ids[1]})
    elif how == "an S-node with one end":
        scheme = next(node["nodeID"] for node in net["nodes"] if node["type"] == "RA")
        net["edges"] = [edge for edge in net["edges"] if edge["fromID"] != scheme]
    elif how == "a locution of nobody":
        net["locutions"].pop()
    else:
        net["nodes"][1]["nodeID"] = net["nodes"][0]["nodeID"]


@pytest.mark.parametrize("how", ["I to I", "an S-node with one end", "a locution of nobody", "one id twice"])
def test_the_rules_see_what_is_no_net(how: str) -> None:
    net = copy.deepcopy(aif(graph(TALK)))
    _break(net, how)
    assert [*faults(net)]


@pytest.mark.parametrize("name", ["talk", "example"])
def test_the_reader_from_pypi_sees_the_same(name: str) -> None:
    xaif = pytest.importorskip("xaif.xaif", reason="no xaif and pandas here: pip install xaif pandas")
    store = FilesStore(str(EXAMPLE))
    of = graph(TALK) if name == "talk" else load(store, next(iter(store.dialogues())).uid)
    net = json.loads(json.dumps(aif(of)))
    read = xaif.AIF({"AIF": net})
    assert read.is_valid_json_aif() and read.is_json_aif_dialog()
    schemes = {"Default Inference": "RA", "Default Conflict": "CA", "Default Rephrase": "MA"}
    table = read.get_csv("argument-relation")
    table = table[table.relation != "None"]
    ids = {node: thing["canonical_id"] for node, thing in net["blue"]["things"].items()}
    seen = {(schemes[r], ids[a], ids[b]) for a, b, r in zip(table.proposition1_id, table.proposition2_id, table.relation, strict=True)}
    assert seen == expected(of)
    people = {person["participantID"]: person["firstname"] for person in net["participants"]}
    assert all(read.get_speaker(said["nodeID"])[0].strip() == people[said["personID"]] for said in net["locutions"])
