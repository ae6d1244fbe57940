"""A log: what somebody without the key cannot do to it unnoticed, and what branches may do."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.crypto.audit import anchor, check_anchor, follow, heads, verify
from blue_cli.crypto.event import WORKSPACE, Draft, Event, key_id, sign, write
from tests.crypto.events import KEY, KEY_ID, MUFFIN, START, STRUDEL, UID, UMK, WORKSPACE_KEY, Files, add, chain, key_for, problems

OTHER_UMK = "umk#ffffffffffffffff"


def events(files: Files) -> list[Event]:
    return list(verify(UID, files, key_for).events)


def test_one_after_the_other() -> None:
    report = verify(UID, chain(3), key_for)
    assert [event.n for event in report.events] == [1, 2, 3]
    assert [len(event.seen) for event in report.events] == [0, 1, 1]
    assert report.verified == {event.tag for event in report.events} and not report.problems and not report.notes
    assert heads(report.events) == [report.events[2]]


def test_two_branches_merge_by_putting_the_files_together() -> None:
    base = chain(2)
    merged = {**add(add(base, STRUDEL), STRUDEL), **add(base, MUFFIN)}
    report = verify(UID, merged, key_for)
    assert not report.problems and [e.n for e in report.events] == [1, 2, 3, 3, 4]
    assert {e.writer for e in heads(report.events)} == {STRUDEL, MUFFIN}
    last = events(add(merged))[-1]
    assert last.n == 5 and len(last.seen) == 2 and heads(events(add(merged))) == [last]


def test_a_clock_that_went_back_is_told_and_is_no_mistake() -> None:
    report = verify(UID, add(add({}, minutes=10), minutes=5), key_for)
    assert not report.problems
    assert [note.message for note in report.notes] == ["its time 2026-11-24T08:05:00Z is before 2026-11-24T08:10:00Z, which it saw"]


def test_what_something_saw_is_missed_by_name() -> None:
    files = chain(3)
    gone = events(files)[1]
    del files[gone.name]
    (problem,) = verify(UID, files, key_for).problems
    assert gone.tag[:16] in problem.message and problem.name.startswith("000003-")
    assert STRUDEL in problem.why


def test_the_last_one_is_missed_by_nobody_but_an_anchor() -> None:
    files = chain(3)
    line = anchor(UID, events(files))
    del files[max(files)]
    assert problems(files) == []
    assert check_anchor(line, {UID: events(files)}) != []


def test_a_tag_of_another_key_is_a_forgery() -> None:
    files = chain(1)
    first = events(files)[0]
    forged = sign(Event(2, MUFFIN, "2026-11-24T09:00:00Z", "unseal", UID, KEY_ID, {}, (first.tag,)), b"x" * 32)
    report = verify(UID, {**files, forged.name: write(forged)}, key_for)
    assert report.forged == {forged.tag}
    assert [(p.name, p.message) for p in report.problems] == [(forged.name, "changed or forged")]


def test_what_a_forgery_claims_to_have_seen_says_nothing() -> None:
    forged = sign(Event(7, MUFFIN, "2026-11-24T09:00:00Z", "unseal", UID, KEY_ID, {}, ("0" * 64,)), b"x" * 32)
    assert problems({forged.name: write(forged)}) == ["changed or forged"]


def test_the_next_event_does_not_bless_a_forgery() -> None:
    forged = sign(Event(999_999, MUFFIN, "2026-11-24T09:00:00Z", "unseal", UID, KEY_ID, {}, ()), b"x" * 32)
    files = add({**chain(1), forged.name: write(forged), "junk": b"junk"})
    last = next(event for event in events(files) if event.n == 2)
    assert forged.tag not in last.seen


def test_what_needs_another_key_is_counted_and_seen() -> None:
    def new(files: Files, umk: str, key: bytes) -> Files:
        known = verify(WORKSPACE, files, lambda event: key if event.key == umk else None)
        event = follow(Draft(WORKSPACE, "key-new", umk), key, STRUDEL, START, known)
        return {**files, event.name: write(event)}

    files = new(new({}, OTHER_UMK, b"o" * 32), UMK, WORKSPACE_KEY)
    report = verify(WORKSPACE, files, key_for)
    assert not report.problems and report.unverified == 1 and len(report.verified) == 1
    assert report.events[1].seen == (report.events[0].tag,)
    assert not verify(WORKSPACE, new(files, OTHER_UMK, b"o" * 32), key_for).problems, "two people may take turns"
    del files[report.events[0].name]
    assert len(verify(WORKSPACE, files, key_for).problems) == 1


def test_junk_that_nobody_can_check_does_not_use_up_the_numbers() -> None:
    junk = sign(Event(999_999, MUFFIN, "2026-11-24T09:00:00Z", "key-new", WORKSPACE, OTHER_UMK, {}, ()), b"x" * 32)
    more = sign(junk._replace(seen=("0" * 64,)), b"x" * 32)
    known = verify(WORKSPACE, {junk.name: write(junk), more.name: write(more)}, key_for)
    assert len(known.problems) >= 2
    assert follow(Draft(WORKSPACE, "key-new", UMK), WORKSPACE_KEY, STRUDEL, START, known).n == 1


@pytest.mark.parametrize("n", [1, 2, 4, 9])
def test_a_number_follows_the_highest_that_was_seen(n: int) -> None:
    files = chain(2)
    last = events(files)[1]
    odd = sign(Event(n, MUFFIN, "2026-11-24T09:00:00Z", "rotate", UID, KEY_ID, {}, (last.tag,)), KEY)
    assert [p for p in problems({**files, odd.name: write(odd)}) if "does not follow 2" in p]


def test_a_number_is_higher_than_what_is_left_of_what_was_seen() -> None:
    files = chain(3)
    last = events(files)[2]
    seen = tuple(sorted((last.tag, "0" * 64)))
    for n, wrong in ((3, 2), (4, 1), (9, 1)):
        odd = sign(Event(n, MUFFIN, "2026-11-24T09:00:00Z", "rotate", UID, KEY_ID, {}, seen), KEY)
        assert len(problems({**files, odd.name: write(odd)})) == wrong, n


def test_two_events_cannot_have_seen_each_other() -> None:
    """A ring of what nobody can check would otherwise have no head."""
    one = Event(1, MUFFIN, "2026-11-24T09:00:00Z", "key-new", WORKSPACE, OTHER_UMK, {}, ("b" * 64,), "a" * 64)
    two = one._replace(n=2, seen=("a" * 64,), tag="b" * 64)
    assert verify(WORKSPACE, {one.name: write(one), two.name: write(two)}, key_for).problems


# --- any log ---------------------------------------------------------------------------------------------------


@dataclass
class Branches:
    """Clones that write and pull from each other; the union of all of them is the log."""

    clones: list[Files] = field(default_factory=lambda: [{}, {}, {}])

    def step(self, who: int, other: int, minutes: int) -> None:
        if who == other:
            self.clones[who] = add(self.clones[who], f"0000000{who}", minutes=minutes, step=str(minutes))
        else:
            self.clones[who] = {**self.clones[other], **self.clones[who]}

    @property
    def union(self) -> Files:
        return {name: data for clone in self.clones for name, data in clone.items()}


@st.composite
def logs(draw: st.DrawFn) -> Files:
    branches = Branches()
    branches.step(0, 0, 0)
    who = st.integers(0, 2)
    for minutes, (one, other) in enumerate(draw(st.lists(st.tuples(who, who), min_size=1, max_size=14))):
        branches.step(one, other, minutes + 1)
    return branches.union


@settings(max_examples=60, deadline=None)
@given(logs())
def test_however_branches_go_and_merge_the_log_is_whole(files: Files) -> None:
    report = verify(UID, files, key_for)
    assert report.problems == () and report.unverified == 0
    assert report.events[-1].n <= len(report.events)
    assert check_anchor(anchor(UID, report.events), {UID: report.events}) == []
    everything = events(add(files))
    assert heads(everything) == [e for e in everything if e.name not in files]


@settings(max_examples=60, deadline=None)
@given(logs(), st.data())
def test_whatever_something_saw_is_missed(files: Files, data: st.DataObject) -> None:
    all_of_them = events(files)
    seen = {tag for event in all_of_them for tag in event.seen}
    gone = data.draw(st.sampled_from(all_of_them))
    left = {name: text for name, text in files.items() if name != gone.name}
    assert bool(problems(left)) == (gone.tag in seen)
    assert check_anchor(anchor(UID, all_of_them), {UID: events(left)}) != []


@settings(max_examples=150, deadline=None)
@given(st.integers(0), st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, flip: int) -> None:
    files = chain(2)
    name = sorted(files)[at % 2]
    data = bytearray(files[name])
    data[at % len(data)] ^= flip
    assert not is_clean({**files, name: bytes(data)})


def is_clean(files: Files) -> bool:
    """Whether verifying would say yes: the name of the key is a key that is not here after some changes."""
    report = verify(UID, files, key_for)
    return not report.problems and not report.unverified


def test_every_single_bit_is_covered() -> None:
    files = chain(1)
    ((name, whole),) = files.items()
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        assert not is_clean({name: bytes(data)}), bit


def test_a_key_of_an_earlier_seal_cannot_come_after_this_one() -> None:
    earlier = b"e" * 32
    old = sign(Event(1, MUFFIN, "2026-11-24T07:00:00Z", "seal", UID, key_id(UID, earlier), {}, ()), earlier)
    files = add({old.name: write(old)})
    report = verify(UID, files, key_for)
    assert not report.problems and report.unverified == 1 and report.events[1].seen == (old.tag,)
    late = sign(old._replace(n=3, seen=(report.events[1].tag,)), earlier)
    assert problems({**files, late.name: write(late)}) == ["under a key that was given up before"]


def test_a_file_renamed_or_put_twice_is_found() -> None:
    files = chain(1)
    ((name, data),) = files.items()
    assert problems({"000002" + name[6:]: data}) == ["an event under the name of another"]
    assert len(problems({**files, name[:-5] + "x.json": data})) == 1


# --- anchors -----------------------------------------------------------------------------------------------------


def test_an_anchor_holds_however_the_log_goes_on() -> None:
    files = chain(2)
    line = anchor(UID, events(files))
    assert line == f"Blue-Audit: {UID} 2 {events(files)[1].tag[:16]}"
    for _ in range(3):
        files = add(files)
        assert check_anchor(f"Subject\n\nText\n{line}\r\n", {UID: events(files)}) == []


def test_an_anchor_names_every_head() -> None:
    base = chain(1)
    merged = {**add(base, STRUDEL), **add(base, MUFFIN)}
    line = anchor(UID, events(merged))
    assert line.count(",") == 1
    without = {name: data for name, data in merged.items() if MUFFIN not in name}
    (problem,) = check_anchor(line, {UID: events(without)})
    assert "missing" in problem.message


def test_an_anchor_counts_what_its_heads_built_on() -> None:
    files = chain(3)
    line = anchor(UID, events(files))
    left = [event for event in events(files) if event.n != 1]
    (problem,) = check_anchor(line, {UID: left})
    assert "2 events up to the anchored ones, not 3" in problem.message


def test_a_log_that_is_gone_breaks_its_anchor() -> None:
    assert len(check_anchor(anchor(UID, events(chain(1))), {})) == 1


@pytest.mark.parametrize(
    "rest", ["", " workspace", " workspace 1", " workspace x 0123456789abcdef", " workspace 1 0123", " ../x 1 " + "0" * 16]
)
def test_an_anchor_that_cannot_be_read_is_no_anchor_that_holds(rest: str) -> None:
    (problem,) = check_anchor(f"Subject\n\nBlue-Audit:{rest}\n", {})
    assert "cannot be read" in problem.message


def test_a_message_without_anchors_is_fine() -> None:
    assert check_anchor("Subject\n\nIt says Blue-Audit: somewhere\n> Blue-Audit: quoted\n", {}) == []
