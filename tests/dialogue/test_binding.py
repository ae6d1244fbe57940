"""`ids:` and `refs:`: written once, and from then on nothing can change what they mean (FORMAT.md, section 4)."""

from __future__ import annotations

import pytest

from blue_cli.dialogue import binding, document, frontmatter
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.sources import Source
from tests.dialogue.build import graph, panel

IDS = "ids: {T01: T0001, T02: T0002, P01: P0001, R01: R0001}"
FIRST = f"---\n{IDS}\n---\n[TENSION T01: a]\n\n[TENSION T02: b]\n\n[PERSPECTIVE P01: c]\n\n[RECOMMENDATION R01: d]\n"


def told(body: str, author: str = "scone") -> tuple[Graph, Source]:
    """A second round's text beside a first round with ids."""
    found = graph(panel({"muffin": FIRST}, {author: body}, experts="muffin scone"))
    return found, found.sources.files[-1]


@pytest.mark.parametrize(
    ("body", "bound"),
    [
        ("[RE:ADDRESS T0001]", {"T0001": "MUFFIN-T0001"}),
        ("[RE:ADDRESS T0001, T0002: as P0001 says]", {"T0001": "MUFFIN-T0001", "T0002": "MUFFIN-T0002"}),
        ("[MOVE:BRIDGE T0001 P0001]", {"T0001": "MUFFIN-T0001", "P0001": "MUFFIN-P0001"}),
        ("[RESOLVED T0001 -- measured]", {"T0001": "MUFFIN-T0001"}),
        ("[REFINEMENT: T0001 narrower]", {"T0001": "MUFFIN-T0001"}),
        ("[CONCESSION to Muffin on T0001: fine]", {"T0001": "MUFFIN-T0001"}),
        ("[STANCE S01: APPROVE | 0.5 on R0001]", {"R0001": "MUFFIN-R0001"}),
        ("[RE:ADDRESS MUFFIN-T0001] [RE:ADDRESS @muffin]", {}),
        ("[RE:ADDRESS T0011]", {}),
        ("`[RE:ADDRESS T0001]` and T0002", {}),
        ("[TENSION T01: T0001 is not enough]", {}),
    ],
)
def test_every_display_id_that_is_a_target_is_bound(body: str, bound: dict[str, str]) -> None:
    assert binding.bind(*told(body)) == bound


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("[RESOLVED T0001 VIA R0001: measured]", ["R0001", "T0001"]),
        ("[MERGED T0002 INTO T0001]", ["T0001", "T0002"]),
        ("[ADOPTED R0001]", ["R0001"]),
    ],
)
def test_also_behind_via_and_into(body: str, names: list[str]) -> None:
    assert list(binding.bind(*told(body, "judge"))) == names


def test_what_two_files_claim_is_not_bound() -> None:
    claims = "---\nids: {T01: T0001}\n---\n[TENSION T01: x]\n"
    found = graph(panel({"muffin": claims, "bagel": claims}, {"scone": "[RE:ADDRESS T0001]"}))
    assert binding.bind(found, found.sources.files[-1]) == {}


def test_a_bound_ref_means_what_it_meant() -> None:
    moved = FIRST.replace("{T01: T0001, T02: T0002,", "{T01: T0002, T02: T0001,")
    found = graph(panel({"muffin": moved}, {"scone": "---\nrefs: {T0001: MUFFIN-T0001}\n---\n[RE:ADDRESS T0001]\n"}))
    assert [ref.target for ref in found.refs] == ["MUFFIN-T0001"]


def test_ids_are_keyed_by_kind_and_local_number_whatever_is_written() -> None:
    found, source = told(
        "[TENSION: none]\n\n[TENSION T-NEW: odd]\n\n[TENSION T0107: display]\n\n[SCONE-C0103: canonical]\n\n[STANCE: HOLD]"
    )
    assert list(binding.assign(found, source)) == ["T08", "T09", "T07", "C03", "S01"]


def test_a_file_without_anything_has_no_maps() -> None:
    found, source = told("Nothing to add.")
    assert (binding.assign(found, source), binding.bind(found, source), binding.bound(source)) == ({}, {}, {})


@pytest.mark.parametrize("front", ["refs: none\n", "refs: [T0001]\n", "refs: {T0001: 7}\n"])
def test_refs_of_another_shape_bind_nothing(front: str) -> None:
    assert binding.bound(told(f"---\n{front}---\nx")[1]) == {}


@pytest.mark.parametrize("data", [b"x", b"a\r\nb", b"\xef\xbb\xbfx\n", b"---\nmood: 1\n---\nx\n", b"--- \nmood: 1\n---\t\nx\n"])
def test_maps_change_no_byte_of_the_body(data: bytes) -> None:
    written = binding.with_maps(data, {"T01": "T0001"}, {"T0002": "MUFFIN-T0002"})
    before, after = document.read(data), document.read(written)
    assert (after.body, after.bom) == (before.body, before.bom)
    assert frontmatter.read(after.front or "")[0].items() >= {"ids": {"T01": "T0001"}, "refs": {"T0002": "MUFFIN-T0002"}}.items()
    assert document.read(binding.with_maps(written, {}, {})).body == before.body
