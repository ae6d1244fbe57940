"""Branches that meet, with real git and without blue's merge driver: nothing is lost, and every clone mends it to the same bytes."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.git.people import ID, Person, colleague, founder

TENSION = "[TENSION T01: {0}]\n{0} is slow.\n\n[RECOMMENDATION R01: Mend {0}]\n\n[RE:ADDRESS T0001]\n"


def write(person: Person, expert: str) -> None:
    """A round of one expert on a branch of their own, pushed. It answers the tension that it finds as T0001."""
    person.branch(expert)
    person.add(expert, TENSION.format(f"what {expert} saw"), "--round", "0")
    person.commit(expert)
    person.git("push", "-q", "origin", expert)


def meet(person: Person, order: tuple[str, ...]) -> str:
    """Merge these branches into main; what git says."""
    person.git("fetch", "-q")
    person.branch("meeting")
    return "".join(person.git("merge", "--no-edit", f"origin/{expert}") for expert in order)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    founder(tmp_path, "muffin", "scone", "eclair", "judge-less")
    return tmp_path


@pytest.mark.parametrize("experts", [("muffin", "scone"), ("muffin", "scone", "eclair")], ids=len)
def test_experts_who_wrote_in_parallel_meet_in_any_order_and_every_clone_mends_it_to_the_same_bytes(
    world: Path, experts: tuple[str, ...]
) -> None:
    people = {expert: colleague(world, expert) for expert in experts}
    for expert, person in people.items():
        write(person, expert)
    mended = []
    for person, order in zip(people.values(), permutations(experts), strict=False):
        meet(person, order)
        before = person.files()
        said = person.blue("check", status=1).out
        assert said.count("error[duplicate-id]") >= len(experts) - 1
        person.blue("check", "--fix")
        assert "0 errors" in person.blue("check").out
        after = person.files()
        assert {path: body(data) for path, data in before.items()} == {path: body(data) for path, data in after.items()}
        mended.append(after)
    assert all(files == mended[0] for files in mended)
    count = len(experts)
    one = next(iter(people.values()))
    assert sorted(one.statuses()) == [f"T00{n:02d}" for n in range(1, count + 1)]


def body(data: bytes) -> bytes:
    return data.split(b"\n---\n", 1)[1]


def test_a_reference_means_after_the_repair_what_it_meant_when_it_was_written(world: Path) -> None:
    """Both answered what each saw as T0001: their own."""
    people = [colleague(world, "muffin"), colleague(world, "scone")]
    for person, expert in zip(people, ("muffin", "scone"), strict=True):
        write(person, expert)
    one = people[0]
    meet(one, ("muffin", "scone"))
    one.blue("check", "--fix")
    refs = [line.split("\t") for line in one.blue("refs", "list", "-d", ID).out.splitlines()]
    said = {line[0]: line[2] for line in refs}
    assert said == {"R0001": "T0001", "R0002": "T0002"}
    assert one.statuses() == {"T0001": "addressed", "T0002": "addressed"}


def test_mended_on_two_clones_it_merges_without_a_word(world: Path) -> None:
    one, other = colleague(world, "one"), colleague(world, "other")
    write(one, "muffin")
    write(other, "scone")
    for person, order in ((one, ("muffin", "scone")), (other, ("scone", "muffin"))):
        meet(person, order)
        person.blue("check", "--fix")
        person.commit("mended")
    one.git("push", "-q", "origin", "meeting")
    other.git("fetch", "-q")
    assert "CONFLICT" not in other.git("merge", "--no-edit", "origin/meeting")
    assert one.files() == other.files()


def test_the_same_expert_on_both_branches_is_a_loud_conflict_in_one_file(world: Path) -> None:
    one, other = colleague(world, "one"), colleague(world, "other")
    for person, name in ((one, "a"), (other, "b")):
        person.branch(name)
        person.add("muffin", f"[TENSION T01: as {name} has it]\n")
        person.commit(name)
        person.git("push", "-q", "origin", name)
    one.git("fetch", "-q")
    said = one.git("merge", "--no-edit", "origin/b", status=1)
    assert said.count("CONFLICT") == 1 and "round-0/muffin.md" in said
    found = one.blue("check", status=1).out
    assert "round-0/muffin.md" in found and "error[conflict-marker]" in found
    assert "as a has it" in one.path("round-0/muffin.md").read_text()
    assert "as b has it" in one.path("round-0/muffin.md").read_text()
    assert found.splitlines()[-1].endswith("in 2 files")  # it is looked at, not passed over
