"""Questions to all dialogues: the projection and the partitions say the same, byte for byte, whatever is in the dialogues."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blue_cli.actions.listing import list_things
from blue_cli.actions.projected import Projection, lists
from blue_cli.dialogue.ids import uuid7
from blue_cli.stores.base import Snapshot
from blue_cli.stores.files import FilesStore
from blue_cli.stores.registry import open_store, prepare
from blue_cli.stores.relational import RelationalStore
from blue_cli.views.items import LISTS, Filter
from tests.dialogue.build import head, panel
from tests.dialogue.judged import AGREED, with_verdict
from tests.dialogue.plays import plays
from tests.dialogue.texts import BODIES
from tests.stores import postgres
from tests.stores.contract import QUICK
from tests.stores.projections import Files, assert_same, blobs, dump, fill, follow, fresh, made, of

EXAMPLES = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
ROOT = Path(__file__).parent.parent.parent


@contextmanager
def sqlite() -> Iterator[RelationalStore]:
    folder = tempfile.mkdtemp(dir=QUICK)
    prepare("sqlite:///blue.db", folder)
    store: Any = open_store("sqlite:///blue.db", folder)
    try:
        yield store
    finally:
        store.close()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server() -> Iterator[RelationalStore]:
    """One database for all examples: each begins by emptying it."""
    url = postgres.fresh()
    prepare(url, "")
    store: Any = open_store(url, "")
    yield store
    store.close()
    postgres.drop(url)


# --- dialogues of every sort -------------------------------------------------------------------------------------

FLAWED = st.dictionaries(
    st.sampled_from([f"round-{place}.md" for place in ("0/muffin", "0/scone", "1/muffin", "1/judge", "2/stranger", "1/rulings/x")]),
    BODIES,
    max_size=4,
).map(lambda files: {"dialogue.md": head("muffin", "scone"), **files})  # fmt: skip
OLDER = FLAWED.map(lambda files: {path: text for path, text in files.items() if path != "dialogue.md"} | {"tensions.md": REGISTER})
REGISTER = (
    "| ID | Tension | Status | Raised By |\n|---|---|---|---|\n"
    "| T01 | Latency | Resolved in R1 | Muffin, Scone |\n| T02 | Cost | Open | |\n"
)
PLAYED = plays().map(lambda play: play.files())
DECIDED = st.one_of(PLAYED.map(lambda files: with_verdict(files, author="judge")), st.just(with_verdict(AGREED)))
DIALOGUES = st.lists(st.one_of(PLAYED, PLAYED, FLAWED, FLAWED, OLDER, DECIDED), min_size=1, max_size=3)
WRITTEN = st.dictionaries(st.sampled_from(["round-0/scone.md", "round-1/muffin.md", "round-3/scone.md"]), BODIES, min_size=1)
ODD = {  # each of them something that an engine cannot hold, or that a table of words has no word for
    "nul": panel({"muffin": "[TENSION T01: a\x00b]\n"}),
    "no text": {"dialogue.md": head("muffin"), "round-0/muffin.md": b"\xff\xfe[TENSION T01: x]\n"},
    "large": panel({"muffin": "---\nround: 99999999999999999999999\n---\n[TENSION T01: x]\n"}),
    "large score": panel({"muffin": "x", "judge": f"---\nscores: {{muffin: {{W: {10**30}, C: 1, T: 1, R: 1}}}}\n---\n"}),
    "odd expert": {
        "dialogue.md": head("muffin", '{slug: scone, role: "a\\tb", tier: odd, relevance: 1, from_round: 1, to_round: 2}'),
        "round-0/muffin.md": "x",
    },
    "panels": panel({"muffin": "x"}, panels='{0: [muffin, "a,b"], 7: [scone]}'),
    "odd targets": panel({"muffin": "[RE:ADDRESS P0001] [RE:SUPPORT @scone] [RE:RESOLVE T99] [MOVE:BRIDGE P01]\n[PERSPECTIVE P01: x]\n"}),
    "late": panel({"muffin": "[RE:SUPPORT MUFFIN-P0101]\n"}, {"muffin": "[PERSPECTIVE P01: x]\n[RE:REFINE MUFFIN-P0101]\n"}),
    "odd verdict": with_verdict(AGREED, "final-7", round=10**25, confidence="quite", kind="last", author="a, b"),
    "stances": panel(
        {"muffin": "[RECOMMENDATION R01: x]\n[STANCE S01: APPROVE | 0.85 on R01]\n[STANCE S02: PERHAPS]\nx\n[STANCE S03: HOLD]\ny\n"}
    ),
    "twice": panel(dict.fromkeys(("muffin", "scone"), "---\nids: {T01: T0001}\n---\n[TENSION T01: a]\n")),
    "signs": panel({"muffin": "[TENSION T01: 100% of under_score! it]\n"}),
    "bridges": panel({"muffin": "[PERSPECTIVE P01: x]\n[PERSPECTIVE P02: y]\n[MOVE:BRIDGE P01 P02]\n[MOVE:BRIDGE P02 P01]\n"}),
    "nothing": {"dialogue.md": head()},
    "no head": {"round-0/muffin.md": "[TENSION T01: x]\n[RESOLVED T01]"},
    "merged": panel({"muffin": "[TENSION T01: a]\n[TENSION T02: b]\n", "judge": "[MERGED T0002 INTO T0001]\n[MERGED T0001 INTO @x]\n"}),
}  # fmt: skip


@EXAMPLES
@given(DIALOGUES)
def test_the_projection_says_what_the_partitions_say(dialogues: list[Files]) -> None:
    with sqlite() as store:
        fill(store, dialogues)
        made(store)
        assert_same(store)


@settings(EXAMPLES, max_examples=4)
@given(dialogues=DIALOGUES)
def test_in_postgresql_too(server: RelationalStore, dialogues: list[Files]) -> None:
    server.write(lambda ask: ask.one("DELETE FROM blue_dialogues", ()))
    fill(server, dialogues)
    made(server)
    assert_same(server)


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_projected_as_well(name: str) -> None:
    with sqlite() as store:
        fill(store, [ODD[name], AGREED])
        made(store)
        assert len(dump(store)["dialogues"]) == 2
        assert_same(store)


def test_all_that_is_odd_in_postgresql(server: RelationalStore) -> None:
    server.write(lambda ask: ask.one("DELETE FROM blue_dialogues", ()))
    fill(server, ODD.values())
    made(server)
    assert len(dump(server)["dialogues"]) == len(ODD)
    assert_same(server)


def test_the_example_too() -> None:
    with sqlite() as store:
        files = FilesStore(str(ROOT / "fixtures" / "example"))
        for row in files.dialogues():
            seen = files.load(row.uid)
            store.create(seen.uid, seen.id, seen.blobs)
        made(store)
        assert_same(store)


@settings(EXAMPLES, max_examples=15)
@given(DIALOGUES, st.lists(st.tuples(st.integers(0, 2), WRITTEN), max_size=4))
def test_kept_by_writes_it_is_what_it_would_be_made_anew(dialogues: list[Files], writes: list[tuple[int, Files]]) -> None:
    with sqlite() as store:
        follow(store)
        made(store)
        uids = fill(store, dialogues)
        for number, files in writes:
            uid = uids[number % len(uids)]
            store.commit(uid, store.load(uid).version, blobs(files, uid))
        assert made(store) == 0, "every write has kept its dialogue current"
        assert dump(store) == fresh(store)


# --- who is asked --------------------------------------------------------------------------------------------------


class Watched:
    """A store that notes which dialogues are opened."""

    def __init__(self, store: RelationalStore) -> None:
        self.store = store
        self.opened: list[str] = []

    def dialogues(self) -> Any:
        return self.store.dialogues()

    def load(self, uid: str) -> Snapshot:
        self.opened.append(uid)
        return self.store.load(uid)


def opened(store: RelationalStore, noun: str = "tensions", projection: Projection | None = None) -> list[str]:
    watched = Watched(store)
    list_things(watched, noun, Filter(), None, False, 1, projection or of(store))  # type: ignore[arg-type]
    return watched.opened


@pytest.mark.parametrize("noun", LISTS)
def test_no_partition_is_opened_where_the_rows_are_current(noun: str) -> None:
    with sqlite() as store:
        fill(store, [AGREED, panel({"muffin": "[TENSION T01: x]\n"})])
        made(store)
        assert opened(store, noun) == []


def test_only_what_is_behind_is_opened() -> None:
    with sqlite() as store:
        uids = fill(store, [AGREED, AGREED, AGREED])
        assert opened(store) == uids, "there is no projection yet"
        made(store)
        store.commit(uids[1], store.load(uids[1]).version, {"contribution/02#muffin": b"x"})
        assert opened(store) == [uids[1]]


def test_verdicts_are_asked_of_the_dialogues_that_have_one() -> None:
    with sqlite() as store:
        uids = fill(store, [AGREED, with_verdict(AGREED)])
        made(store)
        assert opened(store, "verdicts") == [uids[1]]


def test_a_dialogue_that_is_doubted_is_opened() -> None:
    with sqlite() as store:
        uids = fill(store, [AGREED, AGREED])
        made(store)
        assert opened(store, projection=Projection(store, lambda uid, id: id == "d0")) == [uids[0]]  # type: ignore[arg-type]


def test_one_whose_rows_do_not_say_all_is_opened() -> None:
    with sqlite() as store:
        uids = fill(store, [AGREED, AGREED])
        made(store)
        store.write(lambda ask: ask.one("UPDATE dialogues SET exact = 0 WHERE id = 'd1'", ()))
        assert opened(store) == [uids[1]]


def test_the_order_is_that_of_the_listing() -> None:
    with sqlite() as store:
        for number, id in enumerate(["b", "Z", "a-2", "a"]):
            store.create(uuid7(number, 0), id, blobs(AGREED, uuid7(number, 0)))
        made(store)
        store.commit(uuid7(2, 0), store.load(uuid7(2, 0)).version, {"contribution/02#muffin": b"[TENSION T01: x]"})
        listed = list_things(store, "tensions", Filter(all=True), None, False, 1, of(store))
        assert list(dict.fromkeys(row[-1] for row in listed.rows)) == ["Z", "a", "a-2", "b"]


def test_the_answers_are_not_of_nothing() -> None:
    """The comparison above would hold if both ways said nothing."""
    with sqlite() as store:
        (uid,) = fill(store, [AGREED])
        made(store)
        rows, items, counts, whole = lists(of(store), "tensions", Filter(all=True), True)[uid]
        assert (rows, len(items), counts["resolved"], whole) == ([], 2, 2, True)
        assert json.dumps(items).count("addressed_by") == 2
