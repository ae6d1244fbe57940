"""What a fix writes: ids and spellings, and not one other byte."""

from __future__ import annotations

from blue_cli.dialogue import frontmatter, repair, sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.document import read
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import address_of
from tests.dialogue.build import ID, OLDER, UID, head, panel

Blobs = dict[str, bytes]


def load(files: dict[str, str]) -> tuple[Graph, Blobs]:
    blobs = {address_of(path): text.encode() for path, text in files.items()}
    return assemble(sources.read(ID, UID if "dialogue.md" in files else OLDER, blobs)), blobs


def front(data: bytes) -> dict[str, object]:
    return frontmatter.read(read(data).front or "")[0]


def test_registration_writes_the_ids_that_are_shown_and_binds_what_is_referred_to() -> None:
    graph, blobs = load(
        panel(
            {
                "muffin": "[TENSION T01: a]\n",
                "scone": "[CLAIM C01: b]\n[RE:SUPPORT C0001]\n\n[TENSION T0001: c]\n\n# x\n\n[RE:ADDRESS T0001]\n",
            }
        )
    )
    puts = repair.registration(graph, blobs)
    assert front(puts["contribution/00#muffin"])["ids"] == {"T01": "T0001"}
    assert front(puts["contribution/00#scone"])["ids"] == {"C01": "C0001", "T01": "T0002"}
    assert front(puts["contribution/00#scone"])["refs"] == {"C0001": "SCONE-C0001", "T0001": "MUFFIN-T0001"}
    assert [read(puts[a]).body for a in puts] == [blobs[a].decode() for a in puts]


def test_registration_keeps_what_is_assigned_and_counts_on() -> None:
    graph, blobs = load(
        panel(
            {
                "muffin": "[TENSION T01: a]\n",
                "scone": "---\nblue: 1\nids: {T01: T0007}\nnote: kept\n---\n[TENSION T01: b]\n\n[TENSION T02: c]\n",
            }
        )
    )
    puts = repair.registration(graph, blobs)
    assert front(puts["contribution/00#muffin"])["ids"] == {"T01": "T0008"}
    assert front(puts["contribution/00#scone"])["ids"] == {"T01": "T0007", "T02": "T0009"}
    assert b"note: kept\n" in puts["contribution/00#scone"]


def test_registration_of_one_round_leaves_the_others() -> None:
    graph, blobs = load(panel({"muffin": "[TENSION T01: a]\n"}, {"muffin": "[TENSION T01: b]\n"}))
    assert list(repair.registration(graph, blobs, 1)) == ["contribution/01#muffin"]


def test_what_cannot_be_written_is_left_alone() -> None:
    for text in ("---\nids: [\n---\n[TENSION T01: a]\n", "---\nblue: 2\n---\n[TENSION T01: a]\n", "[TENSION T01: a]\0\n"):
        assert repair.registration(*load(panel({"muffin": text}))) == {}
    assert repair.registration(*load({"round-0/muffin.md": "[TENSION T01: a]\n"})) == {}
    assert (
        repair.registration(*load({"dialogue.md": head("muffin").replace("blue: 1", "blue: 2"), "round-0/muffin.md": "[TENSION T01: a]\n"}))
        == {}
    )


def test_the_later_file_by_slug_gives_way_and_only_its_ids_change() -> None:
    one = "---\nblue: 1\nids: {T01: T0001}\n---\n[TENSION T01: a]\n"
    graph, blobs = load(panel({"muffin": one, "scone": one, "waffle": "---\nblue: 1\nids: {T01: T0002}\n---\n[TENSION T01: b]\n"}))
    puts = repair.renumbering(graph, blobs)
    assert puts == {"contribution/00#scone": one.replace("T0001", "T0003").encode()}


def test_one_file_that_claims_an_id_twice() -> None:
    graph, blobs = load(panel({"muffin": "---\nblue: 1\nids: {T01: T0001, T02: T0001}\n---\n[TENSION T01: a]\n\n[TENSION T02: b]\n"}))
    assert front(repair.renumbering(graph, blobs)["contribution/00#muffin"])["ids"] == {"T01": "T0001", "T02": "T0002"}


def test_a_spelling_is_mended_and_every_other_byte_kept() -> None:
    text = "\ufeffé\r\n[TENSON T01: a]\r\rsome [re:support T0009] text\nend"
    graph, blobs = load(panel({"muffin": text}))
    (source,) = graph.sources.files
    places = {(source.path, 2, 1), (source.path, 4, 6)}
    puts = repair.respelling(graph, blobs, places)
    assert puts == {"contribution/00#muffin": text.replace("[TENSON", "[TENSION").replace("[re:support", "[RE:SUPPORT").encode()}
    assert repair.respelling(graph, blobs, {(source.path, 2, 1)})["contribution/00#muffin"].count(b"[re:support") == 1
    assert repair.respelling(graph, blobs, ()) == {}


def test_two_spellings_on_one_line() -> None:
    graph, blobs = load(panel({"muffin": "[RE: SUPPORT T0009] and [re:oppose T0009]\n"}))
    (source,) = graph.sources.files
    puts = repair.respelling(graph, blobs, {(source.path, 1, 1), (source.path, 1, 25)})
    assert puts == {"contribution/00#muffin": b"[RE:SUPPORT T0009] and [RE:OPPOSE T0009]\n"}
