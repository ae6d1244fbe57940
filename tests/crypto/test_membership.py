"""Which sealed files belong together: what somebody saw cannot be taken away; branches never conflict."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.crypto.membership import Head, Missing, State, everything, heads, missing

World = dict[str, State]


def tag(address: str, rev: int, salt: int = 0) -> bytes:
    return f"{address} {rev} {salt}".encode()


def write(world: World, address: str, salt: int = 0, all_of_them: bool = False) -> World:
    """As a writer does: a new file, or a higher revision, that names what nobody has named yet."""
    rev = world[address].rev + 1 if address in world else 1
    seen = (everything if all_of_them else heads)(world, without=address)
    return {**world, address: State(rev, tag(address, rev, salt), seen)}


def build(addresses: Sequence[str], world: World | None = None, salt: int = 0) -> World:
    world = dict(world or {})
    for address in addresses:
        world = write(world, address, salt)
    return world


NAMES = [f"contribution/{round:02d}#{slug}" for round in range(3) for slug in ("muffin", "scone")]
STEPS = st.lists(st.sampled_from(NAMES), max_size=12)


@given(STEPS)
def test_what_was_written_in_a_row_is_whole(steps: list[str]) -> None:
    assert missing(build(steps)) == []


@given(STEPS)
def test_taking_away_what_somebody_saw_is_found_with_who_saw_it(steps: list[str]) -> None:
    world = build(steps)
    for address in world:
        seers = {who for who, state in world.items() if who != address and any(head.address == address for head in state.seen)}
        rest = {name: state for name, state in world.items() if name != address}
        assert {lost.seen_by for lost in missing(rest)} == seers
        assert all(lost.what.address == address for lost in missing(rest))


@given(STEPS.filter(bool))
def test_only_the_last_heads_can_go_unnoticed(steps: list[str]) -> None:
    """Whatever set of files is taken away: unnoticed only when none of the rest has seen any of it."""
    world = build(steps)
    last = steps[-1]
    for address in set(world) - {last}:
        if all(head.address != address for head in heads(world)):
            assert missing({name: state for name, state in world.items() if name != address})


@given(STEPS, STEPS, STEPS)
def test_two_branches_that_each_add_files_merge_clean(before: list[str], ours: list[str], theirs: list[str]) -> None:
    base = build(before)
    one = build([f"{name}-ours" for name in ours], base, 1)
    other = build([f"{name}-theirs" for name in theirs], base, 2)
    merged = {**one, **other}
    assert missing(merged) == []
    after = write(merged, "ruling/02#MUFFIN-T0001", all_of_them=True)
    assert missing(after) == []
    assert heads(after) == (Head("ruling/02#MUFFIN-T0001", 1, tag("ruling/02#MUFFIN-T0001", 1)),)


@settings(max_examples=40)
@given(STEPS, st.data())
def test_an_older_or_another_file_in_its_place_is_found_when_it_was_seen(steps: list[str], data: st.DataObject) -> None:
    world = build(steps)
    seen = sorted({head for state in world.values() for head in state.seen if world[head.address].rev == head.rev})
    if not seen:
        return
    head = data.draw(st.sampled_from(seen))
    state = world[head.address]
    for wrong in (state._replace(tag=b"another"), state._replace(rev=state.rev - 1, tag=b"older")):
        assert head in {lost.what for lost in missing({**world, head.address: wrong})}


def test_a_file_that_was_changed_after_it_was_seen_is_no_fault_and_is_a_head_again() -> None:
    world = build(["contribution/00#muffin", "contribution/00#scone", "contribution/00#muffin"])
    assert missing(world) == []
    assert [head.address for head in heads(world)] == ["contribution/00#muffin"]
    assert heads(world)[0].rev == 2


def test_everything_is_more_than_the_heads() -> None:
    world = build(NAMES)
    assert [head.address for head in heads(world)] == NAMES[-1:]
    assert [head.address for head in everything(world)] == sorted(NAMES)
    assert NAMES[0] not in {head.address for head in everything(world, without=NAMES[0])}


def test_a_ruling_finds_two_that_are_gone_together() -> None:
    world = write(build(NAMES), "ruling/02#MUFFIN-T0001", all_of_them=True)
    rest = {name: state for name, state in world.items() if name not in NAMES[:2]}
    assert {lost.what.address for lost in missing(rest) if lost.seen_by.startswith("ruling/")} == set(NAMES[:2])


def test_what_a_file_says_of_itself_does_not_count() -> None:
    me = Head("contribution/00#muffin", 1, b"t")
    assert heads({me.address: State(1, b"t", (me,))}) == (me,)


def test_the_answer_is_sorted_and_says_each_thing_once() -> None:
    gone = Head("contribution/00#muffin", 1, b"t")
    files = {name: State(1, b"x", (gone, gone)) for name in ("verdict/final", "contribution/00#scone")}
    assert missing(files) == [Missing(gone, "contribution/00#scone"), Missing(gone, "verdict/final")]
    assert missing({}) == []
    assert heads({}) == ()
