"""What a commit and a branch answer for: what they bring, and nothing that was there before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from blue_cli.actions.check import Scope, Wanted
from blue_cli.actions.incoming import check_since, check_staged
from blue_cli.stores.memory import MemoryStore
from tests.actions.test_check import DANGLING, native, places, store_of

ALL = Wanted()


class Changes(NamedTuple):
    touched: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


def since(now: Mapping[str, str], then: Mapping[str, str], **more: Mapping[str, str]) -> list[tuple[str, int]]:
    """Rule and line of what is new in one dialogue."""
    found = check_since(store_of(dict(now)), store_of(dict(then)), ALL)
    return [(f.rule, f.line) for f in found.findings]


def test_only_touched_dialogues_are_judged_and_an_old_finding_elsewhere_stops_nobody() -> None:
    store = store_of(native(0, muffin=DANGLING), native(1, muffin=DANGLING))
    assert places(check_staged(store, Changes(frozenset({"d1"})), ALL)) == ["d1/round-0/muffin.md"]
    assert check_staged(store, Changes(), ALL) == check_staged(store, Changes(frozenset({"gone"})), ALL)
    assert check_staged(store, Changes(), ALL).findings == []


def test_a_touched_dialogue_answers_for_all_that_is_in_it() -> None:
    store = store_of(native(0, muffin=DANGLING, scone="fine\n"))
    assert len(check_staged(store, Changes(frozenset({"d0"})), ALL).findings) == 1


def test_one_of_them_may_be_named() -> None:
    store = store_of(native(0, muffin=DANGLING), native(1, muffin=DANGLING))
    both = frozenset({"d0", "d1"})
    assert places(check_staged(store, Changes(both), ALL, "d0")) == ["d0/round-0/muffin.md"]


def test_of_two_with_one_uid_the_one_that_the_commit_brings_is_the_copy() -> None:
    class Copies(MemoryStore):
        """A store in which a folder was copied behind its back."""

        def copy(self, id: str, new: str) -> None:
            self._dialogues[new] = dict(self._dialogues[id])
            self._versions[new] = 1

    for old, new in (("d0", "z"), ("d0", "a")):
        store = Copies()
        store_of(native(0), store=store)
        store.copy(old, new)
        found = check_staged(store, Changes(frozenset({new}), frozenset({new})), ALL)
        assert [(f.rule, f.path) for f in found.findings] == [("duplicate-uid", f".blue/dialogues/{new}/dialogue.md")]


def test_a_finding_that_only_moved_is_not_new() -> None:
    then = native(0, muffin=f"one\n{DANGLING}")
    assert since(then, then) == []
    assert since(native(0, muffin=f"one\n\nmore\n\n{DANGLING}"), then) == []
    assert since(native(0, muffin=f"one\n  {DANGLING}"), then) == [], "white space around it is nothing"


def test_as_many_are_new_as_there_are_more_of_them() -> None:
    then = native(0, muffin=DANGLING)
    assert since(native(0, muffin=DANGLING * 3), then) == [("dangling-ref", 2), ("dangling-ref", 3)]
    assert since(then, native(0, muffin=DANGLING * 3)) == []


def test_another_mistake_on_the_same_words_or_in_another_file_is_new() -> None:
    then = native(0, muffin=DANGLING)
    assert since(native(0, muffin="[RE:SUPPORT P0098]\n"), then) == [("dangling-ref", 1)]
    assert since(native(0, muffin=DANGLING, scone=DANGLING), then) == [("dangling-ref", 1)]
    assert since(native(0, scone=DANGLING), then) == [("dangling-ref", 1)]


def test_words_of_a_message_that_follow_from_elsewhere_make_nothing_new() -> None:
    """The message says which id would come next, and that depends on the files before it."""
    then = native(0, muffin="[TENSION T01: a]\n")
    found = check_since(store_of(native(0, eclair="[TENSION T01: b]\n", muffin="[TENSION T01: a]\n")), store_of(then), ALL)
    assert {f.path.rpartition("/")[2] for f in found.findings} == {"eclair.md"}


def test_of_two_on_the_same_line_the_one_told_in_new_words_is_new() -> None:
    both = "[RE:SUPPORT P0001] [RE:SUPPORT P0099]\n"
    found = check_since(store_of(native(0, muffin=both)), store_of(native(0, muffin=both, scone="[PERSPECTIVE P01: a]\n")), ALL)
    assert [(f.rule, f.column) for f in found.findings] == [("dangling-ref", 13)]


def test_a_dialogue_that_was_renamed_is_the_same_and_a_new_one_answers_for_everything() -> None:
    then, now = MemoryStore(), MemoryStore()
    store_of(native(0, muffin=DANGLING), store=then)
    store_of(native(0, muffin=DANGLING), native(1, muffin=DANGLING), store=now)
    (row, _) = now.dialogues()
    now.rename(row.uid, "renamed")
    assert places(check_since(now, then, ALL)) == ["d1/round-0/muffin.md"]


def test_a_scope_and_the_choice_of_rules_hold_on_both_sides() -> None:
    now, then = store_of(native(0, muffin=DANGLING), native(1, muffin=DANGLING)), MemoryStore()
    assert places(check_since(now, then, ALL, Scope({"d0": ()}))) == ["d0/round-0/muffin.md"]
    assert check_since(now, then, Wanted(without=frozenset({"dangling-ref"}))).findings == []
