"""The rules of an argument net in the Argument Interchange Format, for what blue writes.

From Chesñevar et al. 2006, "Towards an argument interchange format" (information nodes are joined by scheme nodes only; a scheme
node has something on both sides), and Reed et al. 2008, "AIF+: Dialogue in the Argument Interchange Format" (locutions are
joined by transitions, and anchored in what they say by illocutions). The shape of the JSON is that of AIFdb.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

NODES = {"I", "L", "RA", "CA", "MA", "TA", "YA"}
SCHEMES = {"RA", "CA", "MA"}
MAY = {
    *(("I", s) for s in SCHEMES), *((s, "I") for s in SCHEMES),
    ("L", "TA"), ("TA", "L"), ("L", "YA"), ("TA", "YA"), ("YA", "I"), *(("YA", s) for s in SCHEMES),
}  # fmt: skip
# How many edges come in and go out of a node: least and most.
DEGREES = {"RA": ((1, 99), (1, 1)), "CA": ((1, 1), (1, 1)), "MA": ((1, 1), (1, 1)), "TA": ((1, 1), (1, 2)), "YA": ((1, 1), (1, 1))}


def faults(net: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a net; nothing when it is one."""
    types = {node["nodeID"]: node["type"] for node in net["nodes"]}
    yield from _shape(net, types)
    anchors = {id for id, type in types.items() if type == "YA"}  # they come on top of what goes into a scheme
    into, out = Counter(e["toID"] for e in net["edges"] if e["fromID"] not in anchors), Counter(e["fromID"] for e in net["edges"])
    for edge in net["edges"]:
        ends = types.get(edge["fromID"], "nothing"), types.get(edge["toID"], "nothing")
        if ends not in MAY:
            yield f"{ends[0]} to {ends[1]}"
    for id, type in types.items():
        for what, count, (least, most) in zip(("in", "out"), (into[id], out[id]), DEGREES.get(type, ((0, 10**9),) * 2), strict=True):
            if not least <= count <= most:
                yield f"{type} {id}: {count} {what}"
        if type in ("I", *SCHEMES) and not any(e["fromID"] in anchors for e in net["edges"] if e["toID"] == id):
            yield f"{type} {id}: said by nobody"


def _shape(net: dict[str, Any], types: dict[str, str]) -> Iterator[str]:
    for name, key in (("nodes", "nodeID"), ("edges", "edgeID"), ("participants", "participantID")):
        ids = [item[key] for item in net[name]]
        if len(set(ids)) < len(ids) or not all(isinstance(id, str) and id.isdigit() for id in ids):
            yield f"{key}: {ids}"
    for node in net["nodes"]:
        if node["type"] not in NODES or not node["text"]:
            yield f"{node}"
    people = {person["participantID"] for person in net["participants"]}
    spoken = Counter(said["nodeID"] for said in net["locutions"])
    if spoken != Counter(id for id, type in types.items() if type == "L"):
        yield "locutions are not the L-nodes, each once"
    if not {said["personID"] for said in net["locutions"]} <= people:
        yield "somebody speaks who takes no part"
