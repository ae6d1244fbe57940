"""An older dialogue made native: everything stands where it stood, and no text has changed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import adoption, document, frontmatter, rules
from blue_cli.dialogue.convergence import history
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import address_of
from blue_cli.errors import Conflict, Refused
from tests.dialogue.build import UID, graph, statuses
from tests.dialogue.registers import WORDS, table

NOW = "2026-11-24T05:28:00Z"
Files = Mapping[str, str | bytes]


def blobs_of(files: Files) -> dict[str, bytes]:
    return {address_of(path): text if isinstance(text, bytes) else text.encode() for path, text in files.items()}


def adopt(files: Files) -> tuple[Graph, adoption.Adoption, dict[str, bytes]]:
    """The older graph, the plan, and all blobs after it."""
    before, blobs = graph(files), blobs_of(files)
    made = adoption.plan(before, blobs, UID, NOW)
    return before, made, {a: data for a, data in {**blobs, **made.aside, **made.puts}.items() if a not in made.deletes}


def front(data: bytes) -> dict[str, object]:
    return frontmatter.read(document.read(data).front or "")[0]


def body(data: bytes) -> str:
    return document.read(data).body


RENUMBERED = {
    "round-0/muffin.md": "[TENSION T01: Latency]\n\n[REFINEMENT on T01: mine]\n",
    "round-0/scone.md": "[TENSION T01: Disks]\n",
    "round-1/muffin.md": "[RESOLVED T01: measured]\n\n[MOVE:CONVERGE]\n",
    "round-1/scone.md": "[REFINEMENT on T02: almost]\n",
    "tensions.md": table(
        "| ID | Tension | Status | Raised |", "| T01 | Latency against disks | Resolved R1 | R0 |", "| T02 | Who pays | Open | R0 |"
    ),
}
NAMING = {
    "round-0/muffin.md": "[TENSION T01: Latency]\n",
    "round-1/scone.md": "[REFINEMENT on MUFFIN-T01: almost]\n",
    "tensions.md": table("| ID | Tension | Status |", "| MUFFIN-T01 | Latency | Accepted in R1 |"),
}


# --- what is written -----------------------------------------------------------------------------------------------------


def test_the_folder_says_what_dialogue_md_then_says() -> None:
    panel = '["Muffin", {"name": "Scone", "role": "Storage", "tier": "CORE"}]'
    pool = '{"question": "What to cache?", "experts": [{"name": "muffin", "role": "Caching", "relevance": 0.9}]}'
    files = {"round-0/muffin.md": "One.\n", "round-0/scone.md": "Two.\n", "round-1/scone.md": "Three.\n"}
    _, made, blobs = adopt({**files, "round-0/panel.json": panel, "expert-pool.json": pool})
    assert front(blobs["dialogue"]) == {
        "blue": 1,
        "uid": UID,
        "title": "Cache policy",
        "question": "What to cache?",
        "created": "2026-11-24T05:28:00Z",
        "experts": [
            {"slug": "muffin", "role": "Caching", "relevance": 0.9, "source": "pool"},
            {"slug": "scone", "role": "Storage", "tier": "core"},
        ],
        "panels": {"1": ["scone"]},
    }
    assert made.after.panel(0) == ("muffin", "scone") and made.after.panel(1) == ("scone",)


def test_a_dialogue_md_that_is_there_keeps_its_body_and_what_it_says() -> None:
    text = "---\ntitle: Caching\nquestion: [a]\nmood: grim\n---\nThe background.\n"
    _, made, blobs = adopt({"dialogue.md": text, "round-0/muffin.md": "One.\n"})
    assert body(blobs["dialogue"]) == "The background.\n" and made.after.meta.title == "Caching"
    assert front(blobs["dialogue"])["mood"] == "grim" and not made.after.meta.question


def test_contributions_say_who_and_when_and_their_ids_are_frozen() -> None:
    _, made, blobs = adopt({"round-0/muffin.md": "[TENSION T01: a]\n", "round-0/scone.md": "[TENSION T-NEW: b]\n[PERSPECTIVE P01: c]\n"})
    said = {"blue": 1, "dialogue": UID, "round": 0, "expert": "scone", "ids": {"T01": "T0002", "P01": "P0001"}}
    assert front(blobs["contribution/00#scone"]) == said
    assert all(entity.assigned for entity in made.after.entities.values())


BODIES = [b"\xef\xbb\xbfone\r\ntwo", b"one\r\n[TENSION T01: a]\r\n", b"", b"no end", b"---\nmood: grim\n---\n\ntext\n"]


@pytest.mark.parametrize("data", BODIES)
def test_not_a_byte_of_a_body_changes(data: bytes) -> None:
    _, _, blobs = adopt({"round-0/muffin.md": data})
    after = blobs["contribution/00#muffin"]
    assert after.endswith(document.read(data).body.encode())
    assert after.startswith(b"\xef\xbb\xbf") == data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" not in data or b"\n" not in after.replace(b"\r\n", b"")
    assert b"mood: grim\n" not in data or b"mood: grim\n" in after


def test_the_judges_own_files_stay_as_they_are_and_are_no_register_any_more() -> None:
    files = {**NAMING, "scoreboard.md": "| a |\n", "round-0.summary.md": "T01\n", "verdict.md": "done\n"}
    files["round-0/muffin.prompt.md"] = "write\n"
    before, made, blobs = adopt(files)
    assert all(blobs[a] == data for a, data in blobs_of(files).items() if a.startswith("file/"))
    assert before.sources.register.rows and not made.after.sources.register.rows and not made.after.sources.verdicts


def test_what_an_older_dialogue_does_not_read_moves_aside() -> None:
    files = {"round-0/muffin.md": "One.\n", "round-0/summary.md": "[TENSION T01: nobody's]\n"}
    files["round-0/eclair.md"] = "[TENSION T01: a guest's]\n"
    _, made, blobs = adopt({**files, "round-0/panel.json": '["muffin"]'})
    moved = {"round-0/eclair.md": "round-0/older/eclair.md", "round-0/summary.md": "round-0/older/summary.md"}
    assert dict(made.moved) == moved and not made.after.entities
    assert all(blobs[address_of(new)] == files[old].encode() and address_of(old) not in blobs for old, new in moved.items())


# --- the register ----------------------------------------------------------------------------------------------------------


def test_a_register_that_renumbers_becomes_the_judges_tensions() -> None:
    before, made, blobs = adopt(RENUMBERED)
    assert front(blobs["dialogue"])["tensions"] == "judge"
    assert front(blobs["contribution/00#judge"])["ids"] == {"T01": "T0001", "T02": "T0002"}
    assert body(blobs["contribution/00#judge"]) == "\n[TENSION T01: Latency against disks]\n\n[TENSION T02: Who pays]\n"
    said = ["[RESOLVED T0001: the register says Resolved R1]", "[REOPENED T0002: as in the register]"]
    assert body(blobs["contribution/01#judge"]).split("\n\n") == ["\n" + said[0], said[1] + "\n"]
    expected = {"MUFFIN-T0001": "raised", "SCONE-T0001": "raised", "JUDGE-T0001": "resolved", "JUDGE-T0002": "open"}
    assert statuses(before) == statuses(made.after) == expected


def test_a_bare_id_that_a_native_reading_would_take_for_the_judges_is_bound() -> None:
    _, made, blobs = adopt(RENUMBERED)
    assert front(blobs["contribution/00#muffin"])["refs"] == {"T01": "MUFFIN-T0001"}
    (own,) = [r for r in made.after.refs if r.path.endswith("round-0/muffin.md")]
    assert own.target == "MUFFIN-T0001"


def test_an_id_that_means_nothing_goes_on_meaning_nothing() -> None:
    before, made, blobs = adopt({**RENUMBERED, "round-0/scone.md": "[RESOLVED T01: a guess]\n"})
    assert front(blobs["contribution/00#scone"])["refs"] == {"T01": "SCONE-T0001"}
    assert [r.target for g in (before, made.after) for r in g.refs if r.path.endswith("round-0/scone.md")] == [None, None]


def test_settlements_of_one_round_keep_their_order() -> None:
    rows = ["| T01 | Latency | Accepted in R1 | R1 |", "| T01 | Latency | Resolved R0 | R1 |"]
    files = {"round-0/muffin.md": "One.\n", "round-1/muffin.md": "Two.\n"}
    files["tensions.md"] = table("| ID | Tension | Status | Raised |", *rows)
    before, made, blobs = adopt(files)
    assert body(blobs["contribution/01#judge"]).index("[RESOLVED") < body(blobs["contribution/01#judge"]).index("[ACCEPTED")
    assert statuses(before) == statuses(made.after) == {"JUDGE-T0101": "accepted"}


def test_a_register_that_names_the_experts_tensions_becomes_rulings() -> None:
    before, made, blobs = adopt(NAMING)
    assert body(blobs["contribution/01#judge"]) == "\n[ACCEPTED T0001: the register says Accepted in R1]\n"
    assert front(blobs["contribution/01#judge"])["refs"] == {"T0001": "MUFFIN-T0001"}
    assert "tensions" not in front(blobs["dialogue"])
    events = [[(e.type, e.round) for e in g.standing["MUFFIN-T0001"].events] for g in (before, made.after)]
    assert events[0] == events[1] == [("opened", 0), ("addressed", 1), ("accepted", 1)]


def test_a_judge_who_has_written_keeps_every_word() -> None:
    judge = "[PERSPECTIVE P01: from above]\r\nno end"
    _, made, blobs = adopt({**RENUMBERED, "round-1/Judge.md": judge})
    data = blobs["contribution/01#Judge"]
    assert judge.encode() in data and "contribution/01#judge" not in blobs
    assert made.after.entities["JUDGE-P0101"].assigned


@pytest.mark.parametrize("label", ["a ] b", "[x", "`code", "a | b", "<b>", "T01: T02", "*bold* _it_", "—", "x" * 300])
def test_a_label_of_the_register_reads_back_from_its_marker(label: str) -> None:
    text = f"### T01: {label}\n\nStatus: open\nRaised: R0\n"
    before, made, _ = adopt({"round-0/muffin.md": "One.\n", "tensions.md": text})
    assert statuses(before) == statuses(made.after) == {"JUDGE-T0001": "open"}
    assert not [f for f in rules.check(made.after, {}) if f.severity == "error"]


# --- when it cannot be ---------------------------------------------------------------------------------------------------


def test_a_difference_refuses_with_the_list_of_them() -> None:
    both = table("| ID | Tension | Status |", "| MUFFIN-T01 | Latency | Open |", "| T02 | Disks | Open |")
    with pytest.raises(Refused) as error:
        adopt({"round-0/muffin.md": "[TENSION T01: Latency]\n", "tensions.md": both})
    assert "MUFFIN-T0001: open before, raised after" in error.value.why.splitlines()


def test_a_native_dialogue_without_its_dialogue_md_is_not_adopted() -> None:
    with pytest.raises(Conflict, match=r"has lost its dialogue\.md"):
        adopt({"round-0/muffin.md": "One.\n", "verdicts/final.md": "Done.\n"})


def test_front_matter_that_cannot_be_read_is_named() -> None:
    with pytest.raises(Refused) as error:
        adopt({"round-0/muffin.md": "---\nround: [0\n---\nOne.\n"})
    assert [f.path for f in error.value.findings] == ["round-0/muffin.md"]


def test_a_run_that_was_killed_is_ended_by_the_next() -> None:
    before, made, whole = adopt({**RENUMBERED, "round-0/summary.md": "Nothing.\n"})
    blobs = blobs_of({**RENUMBERED, "round-0/summary.md": "Nothing.\n"})
    assert list(made.puts)[-1] == "dialogue"  # until that is there it is an older dialogue
    assert made.aside and made.deletes
    gone: list[tuple[str, bytes | None]] = [(address, None) for address in made.deletes]
    for address, data in [*made.aside.items(), *gone, *list(made.puts.items())[:-1]]:
        if data is None:
            del blobs[address]
        else:
            blobs[address] = data
        half = {adoption.path_of(a): text for a, text in blobs.items()}
        assert statuses(graph(half)) == statuses(before)
        _, _, ended = adopt(half)
        assert ended == whole


# --- any older dialogue ------------------------------------------------------------------------------------------------------

ACTS = [
    *("[RESOLVED T01: so]", "[RESOLVED T02]", "[REFINEMENT on T01]", "[REFINEMENT: T02 text]", "[ACKNOWLEDGED T01: yes]"),
    *("[RESOLVED MUFFIN-T01: so]", "[REFINEMENT on SCONE R0-T01: so]", "[RE:REOPEN MUFFIN-T0001: no]", "[CONCESSION on T01: you win]"),
    *("[MOVE:CONVERGE]", "[RE:RESOLVE SCONE-T0001]", "[RESOLVED -- text]", "[RESOLVED T01, SCONE-T01]"),
]
ENTITIES = ["[TENSION T01: a]", "[TENSION T-NEW: b]", "[PERSPECTIVE P01: c]", "[EVIDENCE E01: d]", "[TENSION T02: e]"]
TEXTS = st.lists(st.sampled_from(ACTS + ENTITIES), max_size=4).map("\n\n".join)
ROUNDS = st.lists(st.fixed_dictionaries({}, optional={"muffin": TEXTS, "scone": TEXTS}), min_size=1, max_size=4)
STATUS = st.builds(
    "{}{}".format, st.sampled_from([word for words in WORDS.values() for word in words]), st.sampled_from(["", " R0", " in R1", " (R2)"])
)
RAISED = st.sampled_from(["", "R0", "R1"])
RAISERS = st.sampled_from(["", "Muffin", "Scone, Muffin"])  # who may then settle it


@st.composite
def older(draw: st.DrawFn) -> dict[str, str]:
    files = {f"round-{n}/{slug}.md": text for n, bodies in enumerate(draw(ROUNDS)) for slug, text in bodies.items()}
    ids = draw(st.sampled_from([(), ("T01", "T02"), ("T02", "T01", "T02"), ("MUFFIN-T01", "SCONE-T01"), ("SCONE-T01 (R0)", "SCONE-T01")]))
    rows = [f"| {id} | {id} it is | {draw(STATUS)} | {draw(RAISED)} | {draw(RAISERS)} |" for id in ids]
    return {**files, "tensions.md": table("| ID | Tension | Status | Raised | Raised By |", *rows)}


@settings(max_examples=120, deadline=None)
@given(older())
def test_an_older_dialogue_says_the_same_after_adoption(files: dict[str, str]) -> None:
    before, made, blobs = adopt(files)
    assert statuses(before) == statuses(made.after)
    assert history(before) == history(made.after)
    for path, text in files.items():
        assert body(blobs[address_of(path)]) == text
