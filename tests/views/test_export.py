"""`blue/export@1`: complete, so that every file can be made again (CLI.md, export)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import document
from blue_cli.dialogue.ids import address_of
from blue_cli.views import export
from tests.dialogue import plays
from tests.dialogue.build import graph, panel
from tests.dialogue.plays import Play


def rebuilt(item: dict[str, Any]) -> bytes:
    """The bytes of a blob from what the export says of it, after a way through JSON."""
    item = json.loads(json.dumps(item))
    if item["encoding"] == "base64":
        return base64.b64decode(item["body"])
    return document.join(item["bom"], item["front_matter"], item["body"], item["newline"])


fronts = st.sampled_from(
    ["", "---\na: 1\n---\n", "--- \na: 1\n---\t\n", "---\r\na: 1\r\n---\r\n", "---\na: 1\r\n---\n", "---\na: 1\n---", "---\na: 1\n"]
)


@settings(max_examples=150)
@given(
    st.binary(max_size=30)
    | st.builds(lambda bom, front, text: (bom + front + text).encode(), st.sampled_from(["", "\ufeff"]), fronts, st.text())
)
@example(b"---\na: 1\n---\n" + b"x" * (1 << 17))
@example(b"\xff\xfe")
@example(b"a\0b")
@example(b"\xef\xbb\xbf")
@example(b"\xef\xbb\xbf\xef\xbb\xbfx")
@example(b"--- \na: 1\n---\nx")
def test_every_file_can_be_made_again(data: bytes) -> None:
    item = export.contribution("contribution/00#muffin", data)
    assert rebuilt(item) == data
    try:
        data.decode()
    except UnicodeDecodeError:
        assert item["encoding"] == "base64"
    else:
        assert item["encoding"] == "text", "what is UTF-8 stays readable"


def test_where_a_blob_belongs() -> None:
    places = [
        (a, export.contribution(a, b"")) for a in ("dialogue", "contribution/03#muffin", "ruling/01#T0001", "verdict/final", "file/x.json")
    ]
    assert [(item["round"], item["author"]) for _, item in places] == [(None, None), (3, "muffin"), (1, None), (None, None), (None, None)]


def exported(files: dict[str, str]) -> dict[str, Any]:
    blobs = {address_of(path): text.encode() for path, text in files.items()}
    made: dict[str, Any] = json.loads(json.dumps(export.export(graph(files), blobs)))
    return made


FULL = panel(
    {
        "muffin": "[TENSION T01: a]\n\n[PERSPECTIVE P01: b]\n\n[STANCE S01: APPROVE | 0.5]",
        "scone": "[RE:RESOLVE MUFFIN-T01]\n\n[MOVE:CONVERGE]",
    },
    {"muffin": "[RE:REFINE nothing]\n\n[MOVE:BRIDGE MUFFIN-T01 MUFFIN-P01]", "judge": "[ACCEPTED MUFFIN-T0001: later]"},
)


def test_every_key_of_the_contract() -> None:
    made = exported(FULL)
    assert set(made) >= {
        "dialogue", "experts", "rounds", "contributions", "perspectives", "tensions", "recommendations", "evidence", "claims", "stances",
        "refs", "moves", "rulings", "convergence", "complete",
    }  # fmt: skip
    assert set(made["dialogue"]) >= {"id", "uid", "title", "question", "status", "created", "rounds", "links"}
    assert set(made["experts"][0]) >= {"slug", "role", "tier", "source", "relevance", "from_round"}
    assert set(made["rounds"][0]) >= {
        "round", "panel", "summary", "open_tensions", "new_perspectives", "velocity", "converge_percent", "signals",
    }  # fmt: skip
    (tension,) = made["tensions"]
    assert set(tension) >= {
        "id", "canonical_id", "local_id", "label", "content", "round", "contributors", "status", "judge_word", "references", "events",
        "path", "line",
    }  # fmt: skip
    assert set(tension["events"][0]) == {"type", "round", "actors", "reference", "path", "line"}
    assert set(made["refs"][0]) == {"source", "type", "target", "written", "author", "round", "path", "line"}
    assert set(made["moves"][0]) == {"expert", "round", "type", "targets", "text", "path", "line"}


def test_what_it_says_of_a_life() -> None:
    made = exported(FULL)
    (tension,) = made["tensions"]
    assert (tension["status"], [e["type"] for e in tension["events"]]) == ("accepted", ["opened", "proposed", "accepted"])
    assert [(r["type"], r["targets"]) for r in made["rulings"]] == [("accepted", ["MUFFIN-T0001"])]
    assert [m["targets"] for m in made["moves"] if m["type"] == "bridge"] == [["MUFFIN-T0001", "MUFFIN-P0001"]]
    assert [r["target"] for r in made["refs"] if r["type"] == "refine"] == [None]


@settings(max_examples=25)
@given(plays.plays())
def test_any_dialogue_is_one_json_document_without_odd_numbers(play: Play) -> None:
    files = play.files()
    made = exported(files)
    json.dumps(made, allow_nan=False)
    assert {address_of(p) for p in files} == {item["address"] for item in made["contributions"]}
    assert all(rebuilt(i) == files[path].encode() for i in made["contributions"] for path in files if address_of(path) == i["address"])


@pytest.mark.parametrize("files", [panel(), panel({}), {"round-0/muffin.md": "[TENSION T01: x]", "round-0.summary.md": "Summed up.\n"}])
def test_also_with_little_in_it(files: dict[str, str]) -> None:
    made = exported(files)
    assert made["complete"] is True
    if "round-0.summary.md" in files:
        assert made["rounds"][0]["summary"] == "Summed up.\n"


def test_scores_of_experts_rounds_and_all_of_them() -> None:
    scored = "---\nscores: {muffin: {W: 8, C: 6, T: 5, R: 5}, scone: {W: 1, C: 1, T: 1, R: 1}}\n---\nx\n"
    files = panel({"muffin": "x", "scone": "x", "judge": scored}, {"muffin": "x", "scone": "x"})
    files |= {"round-1/rulings/score-muffin.md": "---\nscores: {W: 1, C: 0, T: 0, R: 0}\n---\n"}
    blobs = {address_of(path): text.encode() for path, text in files.items()}
    told = export.export(graph(files), blobs)
    by_slug = {e["slug"]: (e["scores"], e["total"]) for e in told["experts"]}
    assert by_slug["muffin"] == ({"0": {"W": 8, "C": 6, "T": 5, "R": 5}, "1": {"W": 1, "C": 0, "T": 0, "R": 0}}, 25)
    assert by_slug["scone"] == ({"0": {"W": 1, "C": 1, "T": 1, "R": 1}}, 4)
    assert [r["score"] for r in told["rounds"]] == [28, 1]
    assert told["scoreboard"]["alignment"] == 29
    assert [r["alignment"] for r in told["scoreboard"]["rounds"]] == [28, 29]


def test_figures_that_nobody_knows_are_null() -> None:
    files = panel({"muffin": "[TENSION T01: a]"})
    blobs = {address_of(path): text.encode() for path, text in files.items()}
    told = export.export(graph(files)._replace(complete=False), blobs)
    for round in (told["rounds"][0], told["scoreboard"]["rounds"][0]):
        assert {round[key] for key in ("open_tensions", "new_perspectives", "velocity", "converge_percent")} == {None}
