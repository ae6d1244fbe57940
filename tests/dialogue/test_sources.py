"""From bytes to what is folded: files, front matter, findings; and the older format (FORMAT.md, sections 1 and 7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blue_cli.dialogue import sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.convergence import measure
from blue_cli.dialogue.ids import JUDGE, address_of
from tests.dialogue import texts
from tests.dialogue.build import ID, OLDER, UID, edges, graph, head, moves, panel, read, statuses, troubles

# --- files ------------------------------------------------------------------------------------------------------------


def authors(*paths: str, older: bool = False) -> list[tuple[int, str]]:
    files = {} if older else {"dialogue.md": head("muffin", "scone")}
    return [(s.round, s.author) for s in read(files | dict.fromkeys(paths, "x")).files]


def test_files_come_by_round_and_name_with_the_judge_last() -> None:
    found = authors("round-10/muffin.md", "round-2/judge.md", "round-2/zebra.md", "round-2/muffin.md", "round-0/Scone.md")
    assert found == [(0, "scone"), (2, "muffin"), (2, "zebra"), (2, "judge"), (10, "muffin")]


@pytest.mark.parametrize(
    "path", ["round-0/muffin.prompt.md", "round-00/x.md", "round-100/x.md", "round-0/con.md", "x.md", "round-0/a/b.md", "round-0/x.txt"]
)
def test_what_is_no_contribution(path: str) -> None:
    assert authors(path) == authors(path, older=True) == []


def test_the_path_wins_over_the_front_matter() -> None:
    (source,) = read(panel({"muffin": "---\nexpert: scone\nround: 5\n---\nx"})).files
    assert (source.author, source.round, source.front["expert"]) == ("muffin", 0, "scone")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_gives_the_same_places(end: str) -> None:
    text = "---\nblue: 1\n---\nfirst\n\n[TENSION T01: x]\ncontent\n\n  [RE:SUPPORT T01]\n"
    found = graph(panel({"muffin": text.replace("\n", end)}))
    assert [(e.line, e.column, e.label) for e in found.entities.values()] == [(6, 1, "x")]
    assert [(r.line, r.column) for r in found.refs] == [(9, 3)]
    assert found.content(found.entities["MUFFIN-T0001"]) == "content\n\n  [RE:SUPPORT T01]"


def test_a_mark_of_byte_order_is_no_text() -> None:
    assert statuses(graph(panel({"muffin": "\ufeff[TENSION T01: x]"}))) == {"MUFFIN-T0001": "open"}
    assert statuses(graph(panel({"muffin": "\ufeff---\nblue: 1\n---\n[TENSION T01: x]"}))) == {"MUFFIN-T0001": "open"}


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"\xff[TENSION T01: x]", "encoding"),
        (b"[TENSION T01: x]\0", "encoding"),
        (b"---\na: [\n---\n", "front-matter"),
        (b"x" * (1 << 21), "limit"),
        (b"x" * (1 << 17), "limit"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding_and_the_rest_reads(data: bytes, rule: str) -> None:
    found = graph({**panel({"scone": "[TENSION T01: x]"}), "round-0/muffin.md": data})
    assert [f.rule for f in found.sources.findings] == [rule]
    assert statuses(found)["SCONE-T0001"] == "open"


def test_entities_of_a_ruling_file_define_nothing() -> None:
    files = {**panel({"muffin": "[TENSION T01: a]"}), "round-0/rulings/MUFFIN-T0001.md": "[RESOLVED MUFFIN-T0001: so]\n\n[TENSION T01: b]"}
    assert statuses(graph(files)) == {"MUFFIN-T0001": "resolved"}


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "round-0/muffin.md",
                "round-0/judge.md",
                "round-1/scone.md",
                "round-1/rulings/a.md",
                "tensions.md",
                "verdict.md",
                "round-0.summary.md",
                "round-0/panel.json",
            ]
        ),
        texts.BODIES | st.text() | st.binary(max_size=50),
    ),
    st.booleans(),
)
def test_any_bytes_fold(files: dict[str, str | bytes], native: bool) -> None:
    storable = {path: text if isinstance(text, bytes) else text.encode("utf-8", "replace") for path, text in files.items()}
    found = graph({"dialogue.md": head("muffin"), **storable} if native else storable)
    assert set(found.standing) == set(found.entities)


# --- dialogue.md ------------------------------------------------------------------------------------------------------


def test_a_broken_dialogue_md_does_not_turn_a_native_dialogue_into_an_older_one() -> None:
    text = head("muffin").replace("title:", "<<<<<<< ours\ntitle:")
    found = read({"dialogue.md": text, "round-0/muffin.md": "x"})
    assert found.meta.native and any(f.rule == "front-matter" for f in found.findings)


@pytest.mark.parametrize(
    "fields",
    [
        {"panels": "5"},
        {"panels": '{"x": [a]}'},
        {"max_rounds": "no"},
        {"max_rounds": "-3"},
        {"tensions": "[judge]"},
        {"links": "5"},
        {"closed": "yes"},
        {"created": "[]"},
        {"panels": f'{{"{"1" * 5000}": [a]}}'},
    ],
)
def test_fields_of_the_wrong_shape_are_left_out(fields: dict[str, str]) -> None:
    found = graph(panel({"muffin": "[TENSION T01: x]"}, **fields))
    assert found.meta.max_rounds == 10 and not found.meta.panels and found.meta.closed is None
    assert statuses(found) == {"MUFFIN-T0001": "open"}


@pytest.mark.parametrize(
    ("round", "wanted"), [(0, ("muffin", "scone")), (1, ("muffin", "strudel")), (2, ("muffin",)), (3, ("scone",)), (4, ("muffin",))]
)
def test_the_panel_of_a_round(round: int, wanted: tuple[str, ...]) -> None:
    files = {
        "dialogue.md": head(
            "muffin", "{slug: scone, to_round: 0}", "{slug: strudel, from_round: 1, to_round: 1}", panels="{3: [SCONE, judge]}"
        )
    }
    assert graph(files).panel(round) == wanted


# --- older dialogues --------------------------------------------------------------------------------------------------


def test_a_folder_without_dialogue_md_is_read_as_it_lies() -> None:
    meta = graph({"round-0/muffin.md": "x"}).meta
    assert (meta.native, meta.uid, meta.title, meta.id) == (False, OLDER, "Cache policy", ID)
    assert not graph({"dialogue.md": "just text", "round-0/muffin.md": "x"}).meta.native


def test_an_expert_is_who_the_panel_names_else_who_wrote() -> None:
    files = {"round-0/panel.json": '{"agents": [{"name": "Petit Four"}, "Éclair"]}'}
    files |= {f"round-{n}/{slug}.md": "[TENSION T01: x]" for n in (0, 1) for slug in ("petit-four", "stranger", "eclair")}
    files |= dict.fromkeys(
        ["round-1/scoreboard.md", "round-1/tensions.md", "round-1/summary.md", "round-1/Verdict.md"], "[TENSION T09: no]"
    )
    found = graph(files)
    assert found.writers == {0: ("eclair", "petit-four"), 1: ("eclair", "petit-four", "stranger")}
    assert (found.panel(0), found.panel(1)) == (("eclair", "petit-four"), ("eclair", "petit-four", "stranger"))


VIEW = """\
---
expert: Muffin
---
# Muffin’s view

**[PERSPECTIVE P01: Cold caches]**

### [TENSION T01: Latency – or freshness]

1. [PERSPECTIVE: without a number]
2. **[RECOMMENDATION R01 — Expire entries]** after an hour.

- [EVIDENCE E01]: https://example.org/x
- [CLAIM C01] – “quoted” [nested [deep]] label
- [TENSION T1.1: A part of it] and text behind it
> [TENSION T08: quoted]
"""


def test_markers_as_people_decorate_them() -> None:
    entities = graph({"round-0/muffin.md": VIEW}).entities
    assert {name: e.label for name, e in entities.items()} == {
        "MUFFIN-P0001": "Cold caches",
        "MUFFIN-T0001": "Latency – or freshness",
        "MUFFIN-P0002": "without a number",
        "MUFFIN-R0001": "Expire entries",
        "MUFFIN-E0001": "https://example.org/x",
        "MUFFIN-C0001": "“quoted” [nested [deep]] label",
        "MUFFIN-T0002": "A part of it",
    }


@pytest.mark.parametrize(
    ("text", "kind", "targets"),
    [
        ("[RESOLVED T1/T2: both]", "resolve", ["MUFFIN-T0001", "MUFFIN-T0002"]),
        ("**[RESOLVED T01, T02]** as said", "resolve", ["MUFFIN-T0001", "MUFFIN-T0002"]),
        ("- [RESOLUTION T02: measured]", "resolve", ["MUFFIN-T0002"]),
        ("### [RESOLVED: MUFFIN-T01 (measured)]", "resolve", ["MUFFIN-T0001"]),
        ("1. [RESOLVED MUFFIN R0-T01] – yes", "resolve", ["MUFFIN-T0001"]),
        ("[RESOLVED: MUFFIN-T01, MUFFIN-T02, SCONE-T01]", "resolve", ["MUFFIN-T0001", "MUFFIN-T0002", "SCONE-T0001"]),
        ("[REFINEMENT: T02 sharper]", "address", ["MUFFIN-T0002"]),
        ("[REFINEMENT on T02 / former Scone T01]", "address", ["MUFFIN-T0002", "SCONE-T0001"]),
        ("[REFINEMENT P01: sharper]", "refine", ["MUFFIN-P0001"]),
        ("**Resolved**: [RESOLVED Tension T02: so]", "resolve", ["MUFFIN-T0002"]),
        ("[MOVE:CONVERGE] [ACKNOWLEDGED T02: ok]", "address", ["MUFFIN-T0002"]),
    ],
)
def test_older_acts_and_their_targets(text: str, kind: str, targets: list[str]) -> None:
    first = {"round-0/muffin.md": "[TENSION T01: a]\n\n[TENSION T02: b]\n\n[PERSPECTIVE P01: c]", "round-0/scone.md": "[TENSION T01: d]"}
    found = graph({**first, "round-1/muffin.md": text, "round-1/scone.md": "x"})
    assert edges(found) == [("@muffin", kind, name) for name in targets]
    assert troubles(found) == []


def test_concessions_are_moves() -> None:
    first = {"round-0/muffin.md": "[PERSPECTIVE P01: a]", "round-0/scone.md": "[TENSION T01: b]\n\n[TENSION T06: c]"}
    found = graph({**first, "round-1/scone.md": "[CONCESSION on T06]\n\n[CONCESSION to Muffin on T01: fair]\n\n[CONCESSION: fair enough]"})
    assert [targets for _, kind, targets in moves(found) if kind == "concede"] == [("SCONE-T0006",), ("SCONE-T0001",), ()]
    assert set(statuses(found).values()) == {"open"}


def test_recaps_of_one_signal_are_one_signal() -> None:
    found = graph({"round-0/muffin.md": "[MOVE:CONVERGE]\n\n**Moves**: [MOVE:CONVERGE] and\n\n- [MOVE:CONVERGE]"})
    assert (moves(found), found.signals) == ([("muffin", "converge", ())], {0: ("muffin",)})


# --- the register -----------------------------------------------------------------------------------------------------

FIRST = {"round-0/muffin.md": "[TENSION T01: a]\n\n[TENSION T02: b]", "round-0/scone.md": "[TENSION T01: c]"}


def table(*rows: str) -> str:
    return "| ID | Tension | Raised By | Status |\n|---|---|---|---|\n" + "".join(f"| {row} |\n" for row in rows)


def test_a_register_that_renumbers_holds_the_tensions_that_count() -> None:
    found = graph({**FIRST, "tensions.md": table("T01 | Latency | Muffin, Scone | Open", "T02 | Cost | Scone | Resolved (R0)")})
    assert statuses(found) == {
        "MUFFIN-T0001": "raised",
        "MUFFIN-T0002": "raised",
        "SCONE-T0001": "raised",
        "JUDGE-T0001": "open",
        "JUDGE-T0002": "resolved",
    }
    assert [found.shown(n) for n in found.entities] == ["MUFFIN-T0001", "MUFFIN-T0002", "SCONE-T0001", "T01", "T02"]
    row = found.entities["JUDGE-T0001"]
    assert (row.author, row.local_id, row.path.rpartition("/")[2], row.line) == (JUDGE, "T01", "tensions.md", 3)
    assert found.standing["JUDGE-T0001"].contributors == ("muffin", "scone")


def test_a_row_that_names_an_expert_is_that_experts_tension() -> None:
    found = graph(
        {
            **FIRST,
            "tensions.md": "### MUFFIN-T01 (R0): Latency\n\n**Resolved in R0** by measuring.\n\n### SCONE R0-T01: Cost\n\nStatus: Open\n",
        }
    )
    assert statuses(found) == {"MUFFIN-T0001": "resolved", "MUFFIN-T0002": "open", "SCONE-T0001": "open"}
    assert found.standing["MUFFIN-T0001"].judge_word == "Resolved in R0"


def test_a_name_without_a_round_is_the_first_of_that_number() -> None:
    files = {**FIRST, "round-1/muffin.md": "[TENSION T01: again]", "tensions.md": table("MUFFIN-T01 | a | Muffin | Resolved")}
    assert statuses(graph(files)) == {"MUFFIN-T0001": "resolved", "MUFFIN-T0002": "open", "SCONE-T0001": "open", "MUFFIN-T0101": "open"}


def test_a_row_that_does_not_settle_never_undoes_a_settlement() -> None:
    files = {**FIRST, "round-1/muffin.md": "[RESOLVED T02: so]", "tensions.md": table("T02 | Cost | Muffin | Open (R1)")}
    assert statuses(graph(files))["JUDGE-T0002"] == "resolved"


def test_a_row_that_settles_outdoes_the_experts_of_its_round_and_yields_to_later_ones() -> None:
    files = {**FIRST, "round-1/scone.md": "[ACKNOWLEDGED T02: so]", "tensions.md": table("T02 | Cost | Muffin | Resolved (R0)")}
    assert statuses(graph(files))["JUDGE-T0002"] == "resolved"
    later = {**files, "round-2/scone.md": "[RE:REOPEN T02]"}
    assert statuses(graph(later))["JUDGE-T0002"] == "reopened"


def test_the_judges_own_entities_beside_a_register_have_the_judge_as_author() -> None:
    files = {**FIRST, "round-0/judge.md": "[PERSPECTIVE P01: mine]", "tensions.md": table("T01 | x | Muffin | Open")}
    assert graph(files).standing["JUDGE-P0001"].contributors == (JUDGE,)


def test_no_markers_are_read_from_summaries() -> None:
    assert statuses(graph({**FIRST, "round-0.summary.md": "[TENSION T05: x]\n\n[RESOLVED MUFFIN-T01]"}))["MUFFIN-T0001"] == "open"


@pytest.mark.parametrize(("file", "raised"), [("round-2/muffin.md", 1), ("round-1.summary.md", 1), ("round-3/muffin.md", 2)])
def test_when_a_row_was_raised_if_it_does_not_say(file: str, raised: int) -> None:
    files = {
        **FIRST,
        "round-3/scone.md": "x",
        "tensions.md": "| ID | Tension | Status |\n|---|---|---|\n| T05 | x | Open |\n",
        file: "[REFINEMENT on T05]\n",
    }
    (row,) = (e for e in graph(files).entities.values() if e.author == JUDGE)
    assert (row.round, row.canonical) == (raised, f"JUDGE-T0{raised}05")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["T01", "T02", "MUFFIN-T01 (R0)", "SCONE R0-T01", "T-NEW", "X-T01"]),
            st.sampled_from(["Open", "Resolved (R1)", "Deferred", "Reopened", "", "hm"]),
        ),
        max_size=5,
    ),
    texts.BODIES,
    st.sampled_from("TPR"),
)
def test_any_register_folds_narrow_or_wide(rows: list[tuple[str, str]], text: str, only: str) -> None:
    files = {**FIRST, "round-1/muffin.md": text, "tensions.md": table(*(f"{id} | x | Muffin | {status}" for id, status in rows))}
    whole = graph(files)
    assert set(whole.standing) == set(whole.entities)
    if only == "T":
        assert statuses(graph(files, only)) == statuses(whole)
    else:
        graph(files, only)


def test_what_cannot_be_read_makes_counts_unknown_and_other_files_do_not() -> None:
    blobs = {address_of(path): text.encode() for path, text in panel({"muffin": "[TENSION T01: x]"}).items()}
    for path, complete in (("round-0/scone.md", False), ("round-0/rulings/x.md", False), ("notes.md", True), ("round-0/x.prompt.md", True)):
        unread = [sources.Unread(path, "limit", "larger than 1 MiB, not read", "split it")]
        graph = assemble(sources.read(ID, UID, blobs, unread))
        assert graph.complete is complete
        assert (measure(graph).velocity is None) is not complete
