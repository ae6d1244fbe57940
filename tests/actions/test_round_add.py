"""`round add` (CLI.md; FORMAT.md, sections 1, 4 and 6): checked as a whole, numbered once, bound, every byte kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blue_cli.actions.placement import Draft, Wish
from blue_cli.actions.round_add import add, begin
from blue_cli.dialogue import document
from blue_cli.dialogue.ids import address_of
from blue_cli.dialogue.rules import check
from blue_cli.errors import Conflict, Refused
from blue_cli.stores.base import Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from tests.actions.desk import NOW, Desk
from tests.dialogue import plays
from tests.dialogue.build import graph
from tests.dialogue.plays import Play

MUFFIN, SCONE = "contribution/00#muffin", "contribution/00#scone"


def refused(act: Callable[[], object]) -> list[tuple[str, str]]:
    """(rule, path:line) of everything an act is refused for."""
    with pytest.raises(Refused) as caught:
        act()
    assert all(f.severity for f in caught.value.findings), "a finding without a severity"
    return [(f.rule, f"{f.path}:{f.line}") for f in caught.value.findings]


# --- what is written -------------------------------------------------------------------------------------------------


def test_the_file_is_canonical_front_matter_and_the_body_as_it_came(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: a]\n\n[PERSPECTIVE: b]")
    assert desk.blobs[MUFFIN].decode() == (
        f"---\nblue: 1\ndialogue: {desk.uid}\nround: 0\nexpert: muffin\ncreated: 2026-11-24T05:28:00Z\n"
        "ids: {T01: T0001, P01: P0001}\n---\n[TENSION T01: a]\n\n[PERSPECTIVE: b]"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"one\r\ntwo\r\n",
        b"\xef\xbb\xbfone\n",
        b"no line feed at the end",
        b"\n\n  leading space\n\n\n",
        b"---\r\nmood: good\r\n---\r\n[TENSION T01: a]\r\n",
        b"\xef\xbb\xbf---\nmood: good\n---\none\r\ntwo\n",
        "ünï — \u2028 code \U0001f9c1\n".encode(),
    ],
)
def test_every_byte_of_the_body_survives(desk: Desk, data: bytes) -> None:
    desk.add("muffin", data)
    written = desk.blobs[MUFFIN]
    assert document.read(written).body == document.read(data).body
    assert document.read(written).bom == document.read(data).bom
    assert (b"\r\n" in written.partition(b"created")[0]) == data.partition(b"\n")[0].endswith(b"\r")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1), st.sampled_from(["", "\ufeff"]))
def test_whatever_it_is(text: str, bom: str) -> None:
    desk = Desk(MemoryStore())
    data = (bom + text).encode()
    try:
        desk.add("muffin", data)
    except Refused:
        assert set(desk.blobs) == {"dialogue"}
    else:
        assert desk.blobs[MUFFIN].endswith(document.read(data).body.encode())
        desk.add("muffin", desk.blobs[MUFFIN], if_absent=True)


def test_keys_that_the_tool_does_not_know_stay_as_they_stood(desk: Desk) -> None:
    ours = "ids: {T01: T0099}\nrefs: {T0001: MUFFIN-T0009}\ncreated: 1999-01-01\n"
    desk.add("muffin", f"---\n# why\nmood:   'good'  # today\n{ours}---\n[TENSION T01: a]\n")
    text = desk.blobs[MUFFIN].decode()
    assert "ids: {T01: T0001}\n# why\nmood:   'good'  # today\n---\n" in text
    assert "refs" not in text and "1999" not in text


def test_ids_are_the_next_free_ones_of_the_round_and_never_move(desk: Desk) -> None:
    desk.add("scone", "[TENSION T01: a]\n\n[TENSION T02: b]")
    desk.add("muffin", "[TENSION T01: c]")
    assert (desk.front(SCONE)["ids"], desk.front(MUFFIN)["ids"]) == ({"T01": "T0001", "T02": "T0002"}, {"T01": "T0003"})


def test_a_display_id_as_ones_own_number_is_assigned_like_any_other(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T0001: a]\n\n[TENSION T0003: b]")
    assert desk.front(MUFFIN)["ids"] == {"T01": "T0001", "T03": "T0002"}


def test_the_hundredth_id_has_three_digits_of_number(desk: Desk) -> None:
    done = desk.add("muffin", "".join(f"[TENSION T{n:02d}: x]\n\n" for n in range(1, 121)))
    assert (done.files[0].ids["T99"], done.files[0].ids["T100"], done.files[0].ids["T120"]) == ("T0099", "T00100", "T00120")
    desk.add("scone", "[RE:ADDRESS T00120]")
    assert desk.statuses()["T00120"] == "addressed"


def test_refs_are_bound_to_what_they_mean_now(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: a]\n\n[TENSION T02: b]")
    desk.add("scone", "[RE:ADDRESS T0002] [MOVE:CHALLENGE t0001]")
    assert desk.front(SCONE)["refs"] == {"T0001": "MUFFIN-T0001", "T0002": "MUFFIN-T0002"}
    desk.put(MUFFIN, desk.blobs[MUFFIN].replace(b"{T01: T0001, T02: T0002}", b"{T01: T0002, T02: T0001}"))
    assert [r.target for r in desk.graph.refs] == ["MUFFIN-T0002"]


def test_also_to_ids_that_this_very_call_assigns(desk: Desk) -> None:
    desk.add_files({"muffin.md": "[TENSION T01: a]\n\n[CLAIM C01: b]\n[RE:DEPEND T0001]", "scone.md": "[RE:ADDRESS T0001]"})
    assert desk.front(MUFFIN)["refs"] == desk.front(SCONE)["refs"] == {"T0001": "MUFFIN-T0001"}


def test_files_of_that_round_without_ids_get_theirs_first(desk: Desk) -> None:
    desk.put(SCONE, b"\xef\xbb\xbf[TENSION T01: by hand]\r\n")
    desk.put("contribution/01#scone", "[TENSION T01: of another round]\n")
    desk.add("muffin", "[TENSION T01: a]", round=0)
    assert (desk.front(SCONE)["ids"], desk.front(MUFFIN)["ids"]) == ({"T01": "T0001"}, {"T01": "T0002"})
    assert desk.blobs[SCONE].endswith(b"[TENSION T01: by hand]\r\n")
    assert desk.front("contribution/01#scone") == {}


@pytest.mark.parametrize(
    "broken", [b"[TENSION T01: \xff]\n", b"---\nmood: 1\nmood: 2\n---\n[TENSION T01: x]\n", b"---\nblue: 2\n---\n[TENSION T01: x]\n"]
)
def test_somebody_elses_broken_file_is_left_alone_and_in_nobodys_way(desk: Desk, broken: bytes) -> None:
    desk.put(MUFFIN, broken)
    desk.add("scone", "[TENSION T01: a]")
    assert desk.blobs[MUFFIN] == broken
    assert "T01" in desk.front(SCONE)["ids"]


# --- all or nothing ---------------------------------------------------------------------------------------------------


def test_every_error_of_every_file_at_once_and_nothing_is_written(desk: Desk) -> None:
    before = desk.blobs
    files = {
        "muffin.md": "[RE:ADDRESS T0011]\n\n[RE:REFINE T0012]\n",
        "scone.md": "---\nmood: 1\nmood: 2\n---\n\n[RE:ADDRESS T0013]\n",
        "bagel.md": "[TENSION T01: x]\n",
        "empty/scone.md": " \n",
    }
    assert refused(lambda: desk.add_files(files)) == [
        ("front-matter", "scone.md:3"),
        ("unknown-expert", "bagel.md:1"),
        ("missing-field", "empty/scone.md:1"),
        ("dangling-ref", "muffin.md:1"),
        ("dangling-ref", "muffin.md:3"),
        ("dangling-ref", "scone.md:6"),
    ]
    assert desk.blobs == before


def test_findings_stand_in_the_lines_of_the_draft(desk: Desk) -> None:
    draft = "---\nmood: good\n---\n\n\n[RE:ADDRESS T0011]\n"
    assert refused(lambda: desk.add("muffin", draft)) == [("dangling-ref", "-:6")]


def test_drafts_of_one_call_may_refer_to_each_other(desk: Desk) -> None:
    desk.add_files({"scone.md": "[RE:ADDRESS MUFFIN-T01]", "muffin.md": "[TENSION T01: a]"})
    assert desk.statuses() == {"T0001": "addressed"}


def test_one_expert_writes_one_file_a_round(desk: Desk) -> None:
    assert refused(lambda: desk.add_files({"a/muffin.md": "x", "b/muffin.md": "y"})) == [("duplicate-id", "b/muffin.md:1")]


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    before = desk.blobs
    tried = desk.add("muffin", "[TENSION T01: a]", dry_run=True)
    assert desk.blobs == before
    done = desk.add("muffin", "[TENSION T01: a]")
    assert (tried.files, tried.changed) == (done.files, done.changed)


def test_warnings_do_not_keep_a_text_out(desk: Desk) -> None:
    done = desk.add("muffin", "\n[TENSON T01: a typo]\n")
    assert [(w.rule, w.path, w.line) for w in done.warnings] == [("near-miss-marker", "-", 2)]


def test_an_error_that_was_there_before_is_nobodys_fault(desk: Desk) -> None:
    desk.put(MUFFIN, "[RE:ADDRESS T0011]\n")
    desk.add("scone", "[TENSION T01: a]")


def test_a_circle_that_a_new_text_closes_is_its_error_wherever_it_is_found(desk: Desk) -> None:
    desk.add_files({"muffin.md": "[CLAIM C01: a]\n[RE:DEPEND SCONE-C01]", "scone.md": "[CLAIM C01: b]"})
    assert ("ref-cycle" in dict(refused(lambda: desk.add("scone", "[CLAIM C01: b]\n[RE:DEPEND C0001]", replace=True)))) is True


# --- whose, and which round ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "wish", "address"),
    [
        ("-", "x", {"expert": "muffin"}, MUFFIN),
        ("drafts/Muffin.md", "x", {}, MUFFIN),
        ("x.md", "---\nexpert: muffin\n---\nx", {}, MUFFIN),
        ("scone.md", "---\nexpert: scone\nround: 3\n---\nx", {"expert": "muffin", "round": 0}, MUFFIN),
        ("round-2/muffin.md", "x", {}, "contribution/02#muffin"),
        ("round-2/muffin.md", "---\nround: 1\n---\nx", {}, "contribution/01#muffin"),
        (r"C:\round-1\muffin.md", "x", {}, "contribution/01#muffin"),
        ("judge.md", "x", {}, "contribution/00#judge"),
    ],
)
def test_options_then_front_matter_then_file_name(desk: Desk, name: str, text: str, wish: dict[str, Any], address: str) -> None:
    desk.add_files({name: text}, **wish)
    assert address in desk.blobs


@pytest.mark.parametrize(
    ("name", "text", "wish", "rule"),
    [
        ("-", "x", {}, "missing-field"),
        ("-", "x", {"expert": "pretzel"}, "unknown-expert"),
        ("-", "x", {"expert": "../muffin"}, "invalid-id"),
        ("-", "x", {"expert": "con"}, "invalid-id"),
        ("-", "x", {"expert": "mu\nffin", "new_role": "R"}, "invalid-id"),
        ("-", "x", {"expert": "m" * 200, "new_role": "R"}, "invalid-id"),
        ("-", "x", {"expert": "müffin", "new_role": "R"}, "invalid-id"),
        ("-", "x", {"expert": "muffin", "round": 100}, "limit"),
        ("-", "x", {"expert": "muffin", "round": -1}, "limit"),
        ("muffin.md", "---\nround: two\n---\nx", {}, "front-matter"),
        ("muffin.md", "---\nround: true\n---\nx", {}, "front-matter"),
        ("-", "---\nexpert: [muffin]\n---\nx", {}, "front-matter"),
        ("-", b"\xff", {"expert": "muffin"}, "encoding"),
        ("-", b"a\0", {"expert": "muffin"}, "encoding"),
        ("-", "x" * (1 << 17), {"expert": "muffin"}, "limit"),
        ("-", "x\n" * (1 << 20), {"expert": "muffin"}, "limit"),
        ("-", "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> them\n", {"expert": "muffin"}, "conflict-marker"),
    ],
)
def test_what_has_no_place(desk: Desk, name: str, text: str | bytes, wish: dict[str, Any], rule: str) -> None:
    before = desk.blobs
    assert rule in dict(refused(lambda: desk.add_files({name: text}, **wish)))
    assert desk.blobs == before


def test_front_matter_that_disagrees_with_the_call_is_named(desk: Desk) -> None:
    done = desk.add("muffin", "---\ndialogue: somewhere-else\nexpert: Scone\nround: 4\n---\nx", round=0)
    assert [w.message.partition(":")[0] for w in done.warnings if w.rule == "identity-mismatch"] == ["dialogue", "expert", "round"]
    assert [desk.front(MUFFIN)[key] for key in ("dialogue", "expert", "round")] == [desk.uid, "muffin", 0]


def test_the_writing_round(desk: Desk) -> None:
    assert desk.add("muffin", "a").files[0].round == 0
    with pytest.raises(Conflict, match="round 0 still waits for scone"):
        desk.add("muffin", "b")
    assert desk.add("scone", "a").files[0].round == 0
    assert desk.add("scone", "b").files[0].round == 1
    assert desk.add("judge", "[MOVE:CONVERGE]").files[0].round == 1
    assert desk.add("muffin", "b").files[0].round == 1
    desk.put("verdict/final", "---\nkind: final\n---\nSo be it.\n")
    assert desk.add("judge", "c").files[0].round == 2
    assert desk.add("muffin", "late", round=0, replace=True).files[0].round == 0


def test_somebody_missing_may_still_write_while_a_verdict_stands_but_in_the_next_round(desk: Desk) -> None:
    desk.add("muffin", "a")
    desk.put("verdict/final", "So be it.\n")
    assert desk.add("scone", "a").files[0].round == 1


def test_after_round_99_there_is_none(desk: Desk) -> None:
    desk.add_files({"muffin.md": "a", "scone.md": "[TENSION T01: x]"}, round=99)
    assert desk.statuses() == {"T9901": "open"}
    with pytest.raises(Conflict, match="all its 100 rounds"):
        desk.add("muffin", "b")


def test_who_is_not_asked_in_a_round_may_write_and_is_told(desk: Desk) -> None:
    text = desk.blobs["dialogue"].replace(b"{slug: scone,", b"{slug: scone, from_round: 2,")
    desk.put("dialogue", text)
    done = desk.add("scone", "early", round=0)
    assert [w.rule for w in done.warnings] == ["unknown-expert"]


def test_a_new_expert_joins_with_the_first_contribution(desk: Desk) -> None:
    desk.add_files({"muffin.md": "a", "scone.md": "b"})
    before = desk.graph.panel(0)
    assert desk.add("bagel", "c", new_role="Capacity").files[0].round == 1
    assert desk.graph.panel(0) == before, "a round that is over keeps its panel"
    assert [(e.slug, e.role, e.from_round) for e in desk.graph.meta.experts][-1] == ("bagel", "Capacity", 1)
    assert refused(lambda: desk.add("pretzel", "[RE:ADDRESS T0011]", new_role="Salt")) == [("dangling-ref", "-:1")]
    assert "pretzel" not in desk.blobs["dialogue"].decode()


# --- again ----------------------------------------------------------------------------------------------------------------


def test_the_same_again_is_a_conflict_unless_it_may_be_there(desk: Desk) -> None:
    desk.add_files({"muffin.md": "a\n", "scone.md": "b\n"})
    before = desk.blobs
    with pytest.raises(Conflict, match="exactly this in round 0"):
        desk.add("muffin", "a\n", round=0)
    assert [f.created for f in desk.add("muffin", "a\n", if_absent=True).files] == [False]
    assert desk.blobs == before
    with pytest.raises(Conflict, match="something else") as caught:
        desk.add("muffin", "other\n", round=0, if_absent=True)
    assert caught.value.path == ".blue/dialogues/cache/round-0/muffin.md"
    assert desk.add("muffin", "other\n", if_absent=True).files[0].round == 1


def test_an_add_that_was_cut_short_is_completed(desk: Desk) -> None:
    files = {"muffin.md": "[TENSION T01: a]", "scone.md": "[RE:ADDRESS MUFFIN-T01]", "judge.md": "[MOVE:CONVERGE]"}
    desk.add_files({"muffin.md": files["muffin.md"]})
    done = desk.add_files(files, if_absent=True)
    assert [(f.expert, f.round, f.created) for f in done.files] == [("muffin", 0, False), ("scone", 0, True), ("judge", 0, True)]
    assert not any(f.created for f in desk.add_files(files, if_absent=True).files)


def test_replacing_keeps_ids_and_the_date(desk: Desk) -> None:
    desk.add_files({"muffin.md": "[TENSION T01: a]\n\n[TENSION T02: b]", "scone.md": "[TENSION T01: c]\n[RE:DEPEND MUFFIN-T02]"})
    wish = Wish("muffin", replace=True)
    later = NOW.replace(year=2030)
    done = add(desk.store, desk.uid, [Draft("-", b"[TENSION T03: new]\n\n[TENSION T02: b, mended]")], wish, later)
    assert done.files[0].ids == {"T02": "T0002", "T03": "T0004"}
    assert desk.front(MUFFIN)["created"] == "2026-11-24T05:28:00Z"


def test_replacing_may_not_take_away_what_others_referred_to(desk: Desk) -> None:
    desk.add_files({"muffin.md": "[TENSION T01: a]", "scone.md": "[RE:ADDRESS MUFFIN-T01]"})
    before = desk.blobs
    path = ".blue/dialogues/cache/round-0/scone.md"
    ((rule, place),) = refused(lambda: desk.add("muffin", "never mind", replace=True))
    assert (rule, place.partition(":")[0]) == ("dangling-ref", path)
    assert desk.blobs == before


def test_replacing_what_is_not_there_adds_it(desk: Desk) -> None:
    assert desk.add("muffin", "a", replace=True).files[0].created


def test_a_file_in_another_case_is_the_same_experts(desk: Desk) -> None:
    desk.put("contribution/00#Muffin", "a\n")
    with pytest.raises(Conflict, match="something else"):
        desk.add("muffin", "b\n", round=0)
    desk.add("muffin", "b\n", round=0, replace=True)
    assert sorted(desk.blobs) == ["contribution/00#Muffin", "dialogue"]


def test_what_cannot_be_read_is_not_written_over(tmp_path: Path) -> None:
    desk = Desk(FilesStore(str(tmp_path)))
    folder = tmp_path / ".blue/dialogues/cache/round-0"
    folder.mkdir()
    for make in (lambda p: p.symlink_to("/etc/passwd"), os.mkfifo, lambda p: p.mkdir(), lambda p: p.write_bytes(b"x" * (1 << 21))):
        make(folder / "muffin.md")
        for wish in ({}, {"replace": True}):
            with pytest.raises(Conflict) as caught:
                desk.add("muffin", "x", **wish)
            assert (caught.value.path or "").endswith("round-0/muffin.md")
        (folder / "muffin.md").rmdir() if (folder / "muffin.md").is_dir() else (folder / "muffin.md").unlink()
    desk.add("muffin", "x")


# --- what may not be written to ---------------------------------------------------------------------------------------------


def test_a_newer_format_is_never_written(desk: Desk) -> None:
    with pytest.raises(Conflict, match="this blue writes 1"):
        desk.add("muffin", "---\nblue: 2\n---\nx")
    desk.put(MUFFIN, "---\nblue: 2\n---\nx\n")
    with pytest.raises(Conflict, match="this blue writes 1"):
        desk.add("muffin", "y", round=0, replace=True)
    desk.put("dialogue", desk.blobs["dialogue"].replace(b"blue: 1", b"blue: 2"))
    with pytest.raises(Conflict, match="this blue writes 1"):
        desk.add("scone", "x")


def test_an_older_dialogue_is_read_as_it_lies(store: Store) -> None:
    store.create("older:old", "old", {MUFFIN: b"x\n"})
    with pytest.raises(Conflict, match="older dialogue"):
        add(store, "older:old", [Draft("muffin.md", b"y")], Wish(), NOW)


# --- judged as the graph would become ---------------------------------------------------------------------------------------


def test_what_changed_names_its_cause(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: a]\n\n[EVIDENCE E01: b]")
    done = desk.add("scone", "[RECOMMENDATION R01: c]\n[RE:RESOLVE T0001]\n\n## Doubts\n\n[RE:QUESTION E0001]")
    assert [tuple(change) for change in done.changed] == [
        ("T0001", "open", "addressed", "R0001"),
        ("E0001", "cited", "challenged", "@scone"),
    ]


def test_what_is_added_would_pass_the_check(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: a]\n\n[STANCE S01: APPROVE | 0.5]")
    desk.add("scone", "[RE:RESOLVE T0001]\n\n[MOVE:CONVERGE]")
    snapshot = desk.store.load(desk.uid)
    assert [f for f in check(desk.graph, snapshot.blobs) if f.severity == "error"] == []


@settings(max_examples=40, deadline=None)
@given(plays.plays(), st.sampled_from(["", "?"]))
def test_any_play_added_piece_by_piece_is_the_play_as_it_lies(play: Play, by_hand: str) -> None:
    """What is refused changes nothing; what is added means the same as the file written by hand; ids are unique and stay."""
    files = {path: text for path, text in play.files().items() if "/rulings/" not in path and path != "dialogue.md"}
    order = sorted(files, key=lambda path: (path.split("/")[0], path.endswith("judge.md"), path))
    desk = Desk(MemoryStore(), *(f"{name}:R" for name in plays.NAMES))
    kept: dict[str, str] = {}
    ids: dict[str, str] = {}
    for number, path in enumerate(order):
        before = desk.blobs
        try:
            if by_hand and number % 3 == 0:
                desk.put(address_of(path), files[path])
            else:
                desk.add_files({path: files[path]})
        except Refused:
            assert desk.blobs == before
            continue
        kept[path] = files[path]
        for name, entity in desk.graph.entities.items():
            if entity.assigned:
                assert ids.setdefault(name, entity.id) == entity.id, "an id moved"
    assert len(set(ids.values())) == len(ids)
    assert all(document.read(desk.blobs[address_of(path)]).body == text for path, text in kept.items())
    plain = graph({"dialogue.md": desk.blobs["dialogue"], **kept})
    assert {n: x.status for n, x in desk.graph.standing.items()} == {n: x.status for n, x in plain.standing.items()}
    assert [(r.source, r.type, r.target) for r in desk.graph.refs] == [(r.source, r.type, r.target) for r in plain.refs]


class Rival:
    """A store in which somebody else commits first, the first few times."""

    def __init__(self, store: Store, rival: Callable[[int], None], times: int) -> None:
        self.store, self.rival, self.times, self.lost = store, rival, times, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def commit(self, uid: str, expect: str, puts: Any, deletes: Any = ()) -> str:
        if self.lost < self.times:
            self.lost += 1
            self.rival(self.lost)
        return self.store.commit(uid, expect, puts, deletes)


def test_whoever_loses_a_race_plans_again_with_the_next_free_ids(store: Store) -> None:
    desk = Desk(store, "muffin:A", "scone:B", "bagel:C")
    rivals = {1: "scone", 2: "bagel"}
    busy = Rival(store, lambda n: desk.add(rivals[n], "[TENSION T01: x]") and None, 2)
    done = add(busy, desk.uid, [Draft("muffin.md", b"[TENSION T01: mine]")], Wish(), NOW)  # type: ignore[arg-type]
    assert (busy.lost, done.files[0].ids) == (2, {"T01": "T0003"})
    assert len(desk.statuses()) == 3


def test_a_race_lost_to_the_same_text_is_one_text(store: Store) -> None:
    desk = Desk(store)
    busy = Rival(store, lambda _: desk.add("muffin", "a") and None, 1)
    done = add(busy, desk.uid, [Draft("muffin.md", b"a")], Wish(if_absent=True), NOW)  # type: ignore[arg-type]
    assert [f.created for f in done.files] == [False]


# --- before anybody types -----------------------------------------------------------------------------------------------------


def test_the_editor_opens_only_where_the_text_could_go(desk: Desk) -> None:
    assert begin(desk.store, desk.uid, None, Wish("muffin"))[1:] == ("muffin", 0, "")
    desk.add("muffin", "my words\n")
    with pytest.raises(Conflict, match="still waits for scone"):
        begin(desk.store, desk.uid, None, Wish("muffin"))
    with pytest.raises(Refused):
        begin(desk.store, desk.uid, None, Wish("pretzel"))
    assert begin(desk.store, desk.uid, None, Wish("pretzel", new_role="Salt")).round == 0
    assert begin(desk.store, desk.uid, None, Wish("muffin", replace=True)).text == "my words\n"
    assert begin(desk.store, desk.uid, Draft("x/scone.md", b"a draft\n"), Wish())[1:] == ("scone", 0, "a draft\n")
