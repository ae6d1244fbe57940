"""Mending: everything at once, nothing twice, and the same bytes wherever it is done."""

from __future__ import annotations

import itertools

import pytest

from blue_cli.actions.check import EVERYWHERE, Wanted, check, examine, scope_of
from blue_cli.actions.fix import MENDED, diff, fix, plan
from blue_cli.dialogue.ids import address_of
from blue_cli.dialogue.rulebook import RULES
from blue_cli.stores.base import Snapshot, Store
from blue_cli.stores.memory import MemoryStore
from tests.dialogue.build import ID, UID, head, panel

ALL = Wanted()
CLAIM = "---\nblue: 1\nids: {T01: T0001}\n---\n[TENSION T01: a]\n"
MESS = panel(
    {"muffin": CLAIM, "scone": CLAIM},
    {
        "muffin": "[TENSON T02: typo]\r\n[RE:ADDRESS T0001]\r\n",
        "scone": "---\nblue: 1\nids: {P01: P0101}\nrefs: {T0001: SCONE-T0001}\n---\n[PERSPECTIVE P01: b]\n[RE:QUESTION T0001]\n",
    },
)


def blobs_of(files: dict[str, str]) -> dict[str, bytes]:
    return {address_of(path): text.encode() for path, text in files.items()}


def store_of(files: dict[str, str]) -> MemoryStore:
    store = MemoryStore()
    store.create(UID if "dialogue.md" in files else f"older:{ID}", ID, blobs_of(files))
    return store


def held(store: Store) -> dict[str, bytes]:
    return dict(store.load(next(iter(store.dialogues())).uid).blobs)


def test_everything_that_can_be_mended_is_and_the_rest_is_named() -> None:
    store = store_of(MESS)
    (mended,) = fix(store, ALL, EVERYWHERE, write=True)
    after = held(store)
    assert after["contribution/00#muffin"] == CLAIM.encode()
    assert after["contribution/00#scone"] == CLAIM.replace("T0001", "T0002").encode()
    assert after["contribution/01#muffin"].endswith(b"[TENSION T02: typo]\r\n[RE:ADDRESS T0001]\r\n")
    assert b"ids: {T02: T0101}" in after["contribution/01#muffin"]
    assert [f.message for f in mended.left] == ["T0001 is claimed by MUFFIN-T0001 and SCONE-T0001; read as MUFFIN-T0001"]
    assert [change.path.rpartition("/")[2] for change in mended.changes] == ["scone.md", "muffin.md"]
    assert check(store, ALL).findings == []


def test_a_bound_reference_follows_and_a_claimed_one_is_not_bound() -> None:
    store = store_of(MESS)
    fix(store, ALL, EVERYWHERE, write=True)
    after = held(store)
    assert b"refs: {T0001: SCONE-T0001}" in after["contribution/01#scone"]
    assert b"refs:" not in after["contribution/01#muffin"]


def test_twice_is_once() -> None:
    store = store_of(MESS)
    fix(store, ALL, EVERYWHERE, write=True)
    once = held(store)
    (again,) = fix(store, ALL, EVERYWHERE, write=True)
    assert held(store) == once and not again.changes


def test_the_bytes_are_the_same_whatever_the_order_of_the_files() -> None:
    orders = list(itertools.permutations(blobs_of(MESS).items()))[::7]
    results = [plan(Snapshot(UID, ID, dict(order), ""))[1] for order in orders]
    assert len(results) > 10 and all(result == results[0] for result in results)


def test_a_dry_run_shows_what_would_change_and_changes_nothing() -> None:
    store = store_of(MESS)
    (mended,) = fix(store, ALL, EVERYWHERE, write=False)
    assert held(store) == blobs_of(MESS)
    shown = diff(mended.changes)
    assert "-ids: {T01: T0001}\n+ids: {T01: T0002}\n" in shown
    assert "+[TENSION T02: typo]\r\n" in shown
    fix(store, ALL, EVERYWHERE, write=True)
    assert {address_of(c.path.partition(f"{ID}/")[2]): c.after for c in mended.changes}.items() <= held(store).items()


def test_a_path_restricts_spellings_to_it_and_ids_to_its_round() -> None:
    store = store_of(panel({"muffin": "[TENSON T01: a]\n", "scone": "[TENSON T01: b]\n"}, {"muffin": "[TENSON T01: c]\n"}))
    fix(store, ALL, scope_of([f".blue/dialogues/{ID}/round-0/muffin.md"]), write=True)
    after = held(store)
    assert after["contribution/00#muffin"].endswith(b"[TENSION T01: a]\n")
    assert after["contribution/00#scone"] == b"[TENSON T01: b]\n" and after["contribution/01#muffin"] == b"[TENSON T01: c]\n"


@pytest.mark.parametrize(
    ("wanted", "changed"),
    [
        (Wanted(only=frozenset(["near-miss-marker"])), {"contribution/01#muffin"}),
        (Wanted(without=frozenset(MENDED)), set()),
        (Wanted(without=frozenset(["near-miss-marker"])), {"contribution/00#scone"}),
    ],
)
def test_only_the_rules_that_are_asked_for_are_mended(wanted: Wanted, changed: set[str]) -> None:
    assert set(plan(Snapshot(UID, ID, blobs_of(MESS), ""), wanted)[1]) == changed


def test_what_is_meant_to_be_so_is_left() -> None:
    files = panel({"muffin": "<!-- blue: ignore[near-miss-marker] a quotation -->\n[TENSON T01: a]\n"})
    assert plan(Snapshot(UID, ID, blobs_of(files), ""))[1] == {}


def test_an_older_dialogue_is_never_changed() -> None:
    store = store_of({"round-0/muffin.md": "[TENSON T01: a]\n"})
    (mended,) = fix(store, ALL, EVERYWHERE, write=True)
    assert mended.older and not mended.changes
    assert held(store) == {"contribution/00#muffin": b"[TENSON T01: a]\n"}


def test_a_newer_dialogue_is_never_changed_and_not_called_older() -> None:
    files = {"dialogue.md": head("muffin").replace("blue: 1", "blue: 2"), "round-0/muffin.md": "[TENSON T01: a]\n"}
    (mended,) = fix(store_of(files), ALL, EVERYWHERE, write=True)
    assert not mended.older and not mended.changes


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.fixable], ids=lambda rule: rule.id)
def test_the_example_of_a_fixable_rule_is_mended(rule: object) -> None:
    files = {path.removeprefix("cache/"): text for path, text in rule.example.items()}  # type: ignore[attr-defined]
    snapshot = Snapshot(UID, ID, blobs_of(files), "")
    _, puts = plan(snapshot)
    assert puts
    assert examine(Snapshot(UID, ID, {**snapshot.blobs, **puts}, ""))[0].findings == []


def test_no_diff_of_nothing_and_a_missing_line_end_is_said() -> None:
    assert diff(()) == ""
    (mended,) = fix(store_of(panel({"muffin": "[TENSON T01: a]"})), ALL, EVERYWHERE, write=False)
    assert "-[TENSON T01: a]\n\\ No newline at end of file\n" in diff(mended.changes)
