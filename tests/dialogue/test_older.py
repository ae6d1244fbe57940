"""FORMAT.md, section 7: what an older dialogue's folder implies."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.dialogue import older
from blue_cli.dialogue.ids import is_name
from blue_cli.dialogue.model import Expert, RegisterRow


def data(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("folder", "title"),
    [
        ("2026-02-06T1839Z-rfc-0058-supersession", "Rfc 0058 supersession"),
        ("2026-02-06T183907Z-cache-policy", "Cache policy"),
        ("2026-02-06-cache-policy", "Cache policy"),
        ("cache_policy", "Cache policy"),
        ("2026-02-06T1839Z", "2026 02 06T1839Z"),
        ("2026-02-06T1839Z-", "2026 02 06T1839Z"),
        ("-", "-"),
    ],
)
def test_the_title_is_the_folders_name_in_words(folder: str, title: str) -> None:
    assert older.title_of(folder) == title


# --- expert-pool.json --------------------------------------------------------------------------------------


def test_a_pool_has_a_domain_a_question_and_roles() -> None:
    pool = older.read_pool(
        data(
            {
                "domain": "Caches",
                "question": "How long?",
                "experts": [{"role": "Reader", "tier": "CORE", "relevance": 0.9}, {"name": "Muffin"}],
            }
        )
    )
    assert pool == older.Pool("Caches", "How long?", (Expert("", "Reader", "core", 0.9), Expert("muffin")), ())


@pytest.mark.parametrize(
    ("tier", "read"), [("Core", "core"), ("WILDCARD", "wildcard"), (" adjacent ", "adjacent"), ("boss", ""), (3, ""), (None, "")]
)
def test_tiers_in_any_case(tier: object, read: str) -> None:
    assert older.read_pool(data([{"role": "Reader", "tier": tier}])).experts[0].tier == read


@pytest.mark.parametrize(
    ("relevance", "read"),
    [(0, 0.0), (1, 1.0), (0.5, 0.5), (1.1, None), (-0.1, None), (10**400, None), (True, None), ("0.5", None), (None, None)],
)
def test_relevance_is_a_number_from_0_to_1(relevance: object, read: float | None) -> None:
    assert older.read_pool(data([{"role": "Reader", "relevance": relevance}])).experts[0].relevance == read


# --- panel.json --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        ["Muffin", "Creme Brulee"],
        [{"name": "Muffin"}, {"slug": "creme-brulee"}],
        {"agents": [{"name": "Muffin", "emoji": "🧁"}, "Creme Brulee"], "history": {}},
        {"experts": ["muffin", "creme-brulee"]},
        {"panel": ["MUFFIN", "Crème Brûlée"]},
        {"panel": {"experts": ["Muffin", "Creme Brulee"]}},
        {"experts": {"Muffin": {"role": ""}, "Creme Brulee": {}}},
        ["Muffin", "Creme Brulee", "muffin"],
    ],
)
def test_a_panel_in_any_of_its_shapes(value: Any) -> None:
    assert older.read_panel(data(value)) == ((Expert("muffin"), Expert("creme-brulee")), ())


def test_a_panel_keeps_what_it_says_of_an_expert() -> None:
    item = {
        "name": "Muffin",
        "role": " Reader ",
        "tier": "Core",
        "relevance": 0.9,
        "source": "Created",
        "reason": "why",
        "focus": "what",
        "more": 1,
    }
    assert older.read_panel(data([item]))[0] == (Expert("muffin", "Reader", "core", 0.9, "created", "why", "what"),)


@pytest.mark.parametrize("name", [*sorted(older.NEVER), "Scoreboard", "Context Brief", "Judge", "🧁", "", "../etc", 7, None])
def test_the_judges_files_and_odd_names_are_no_experts(name: object) -> None:
    found, problems = older.read_panel(data([name, {"name": name}, "Muffin"]))
    wanted = ("etc", "muffin") if name == "../etc" else ("muffin",)  # an id is checked before it becomes a path, dots are gone
    assert tuple(e.slug for e in found) == wanted
    assert bool(problems) == (name != "../etc")


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"\xff", b"3", b'"x"', b"null", b"{}", b'{"agents": 3}', b"NaN", b'[{"relevance": NaN}]', b'{"a":1,"a":2}', b"[" * 100_000],
)
def test_broken_json_is_a_problem_and_nothing_else(broken: bytes) -> None:
    experts, problems = older.read_panel(broken)
    assert experts == () and len(problems) == 1
    pool = older.read_pool(broken)
    assert pool.experts == () and len(pool.problems) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.sampled_from(["Muffin", "core"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["agents", "experts", "panel", "name", "slug", "role", "tier", "relevance", "x"]), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(VALUES.map(data) | st.binary(max_size=40))
def test_any_json_gives_experts_with_names_that_may_be_paths(raw: bytes) -> None:
    experts, _ = older.read_panel(raw)
    assert all(is_name(e.slug) and e.slug == e.slug.lower() and e.slug not in older.NEVER for e in experts)
    assert len({e.slug for e in experts}) == len(experts)
    older.read_pool(raw)


# --- panels and experts ------------------------------------------------------------------------------------


def test_the_panel_is_what_panel_json_says_else_who_wrote() -> None:
    listed = {1: (Expert("muffin"), Expert("macaron"))}
    writers = {0: ["strudel", "muffin", "scoreboard", "judge"], 1: ["muffin", "guest"], 2: ["summary"]}
    assert older.panels(listed, writers) == {0: ("muffin", "strudel"), 1: ("muffin", "macaron")}


def test_an_empty_panel_json_stands_for_nothing() -> None:
    assert older.panels({0: ()}, {0: ["muffin"]}) == {0: ("muffin",)}


def test_experts_are_sorted_and_come_from_their_first_round() -> None:
    listed = {2: (Expert("strudel"), Expert("muffin"))}
    found = older.experts(listed, {1: ["muffin"], 0: ["macaron"], 2: ["guest"]}, ())
    assert [(e.slug, e.from_round) for e in found] == [("macaron", 0), ("muffin", 1), ("strudel", 2)]


def test_the_pool_adds_what_it_knows_by_name_or_by_role() -> None:
    pool = (Expert("muffin", "Reader", "core", 0.9, reason="why"), Expert("", "Writer", "wildcard", 0.2))
    listed = {0: (Expert("muffin", tier="adjacent"), Expert("strudel", "WRITER"), Expert("macaron", "Other"))}
    assert older.experts(listed, {}, pool) == (
        Expert("macaron", "Other"),
        Expert("muffin", "Reader", "adjacent", 0.9, "pool", "why"),
        Expert("strudel", "WRITER", "wildcard", 0.2, "pool"),
    )


def test_an_expert_without_a_role_is_not_matched_with_a_pool_entry_without_one() -> None:
    assert older.experts({0: (Expert("muffin"),)}, {}, (Expert("", "", "core"),)) == (Expert("muffin"),)


# --- when a tension was raised -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("T01 and T2, **T03**: `T04` [T05] (T06).", {"T01", "T02", "T03", "T04", "T05", "T06"}),
        ("T08-T11", {"T08", "T09", "T10", "T11"}),
        ("T08–T10", {"T08", "T09", "T10"}),
        ("T1 to T3; T8..T9", {"T01", "T02", "T03", "T08", "T09"}),
        ("T5-7", {"T05", "T06", "T07"}),
        ("MACARON-T01, STRUDEL R1-T02, Macaron T03", set()),  # an expert's own
        ("about T03", {"T03"}),
        ("T0103, XT01, T01x, RFC 12", set()),
        ("", set()),
    ],
)
def test_the_bare_ids_a_summary_names(text: str, named: set[str]) -> None:
    assert set(older.first_named({0: text}, ["macaron", "strudel"])) == named


def test_the_first_round_counts() -> None:
    assert older.first_named({2: "T01 T03", 1: "T1–T2", 0: "nothing"}) == {"T01": 1, "T02": 1, "T03": 2}


def test_many_spans_cost_no_more_than_the_text() -> None:
    assert len(older.first_named({0: "T1-T999 " * 50_000})) == 999


@pytest.mark.parametrize(
    ("raised", "id_round", "act", "summary", "round"),
    [
        (2, None, 1, 1, 2),  # what the row says
        (None, 1, 0, 0, 1),  # what its id says
        (None, None, 2, None, 1),  # the round before the first act
        (None, None, None, 2, 2),  # the first summary that names it
        (None, None, 2, 2, 1),  # whichever is earlier
        (None, None, 3, 1, 1),
        (None, None, 0, None, 0),  # there is no round before 0
        (None, None, None, None, 0),
        (0, None, 3, 3, 0),
    ],
)
def test_the_round_a_tension_was_raised_in(
    raised: int | None, id_round: int | None, act: int | None, summary: int | None, round: int
) -> None:
    row = RegisterRow("T01", None, id_round, 1, "", None, None, raised, None, (), "", 1, 1)
    assert older.raised_round(row, act, summary) == round


# --- real dialogues, where they are at hand ----------------------------------------------------------------


def folders() -> Iterator[Path]:
    root = Path(os.environ.get("BLUE_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
    yield from sorted(root.glob("*/.blue/dialogues/*"))


FOLDERS = list(folders())


@pytest.mark.skipif(not FOLDERS, reason="the reference corpus is not here (BLUE_CORPUS, or ../shared/corpus)")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_every_writer_of_a_real_dialogue_is_on_its_panel(folder: Path) -> None:
    writers = {
        int(r.name[6:]): [f.stem for f in r.glob("*.md") if not f.name.endswith(".prompt.md")] for r in folder.glob("round-*") if r.is_dir()
    }
    listed = {int(f.parent.name[6:]): older.read_panel(f.read_bytes()) for f in folder.glob("round-*/panel.json")}
    assert not any(problems for _, problems in listed.values())
    pool = older.read_pool((folder / "expert-pool.json").read_bytes())
    assert pool.domain and pool.question and pool.experts and not pool.problems
    experts = older.experts({n: found for n, (found, _) in listed.items()}, writers, pool.experts)
    assert {e.slug for e in experts} == {s for slugs in writers.values() for s in slugs}
    assert all(e.source == "pool" and e.tier for e in experts if e.role)


@pytest.mark.parametrize(
    ("folder", "created"),
    [
        ("2026-02-06T1839Z-cache", "2026-02-06T18:39:00Z"),
        ("2026-02-06T183907Z-cache", "2026-02-06T18:39:07Z"),
        ("2026-02-30T1839Z-cache", None),
        ("2026-02-06T2460Z-cache", None),
        ("2026-02-06-cache", None),
        ("cache", None),
    ],
)
def test_when_it_was_begun_is_what_the_folder_says(folder: str, created: str | None) -> None:
    assert older.created_of(folder) == created
