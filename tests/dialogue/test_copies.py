"""A copied dialogue gets a uid of its own, and says the same as before."""

from __future__ import annotations

from blue_cli.dialogue import copies, document, frontmatter, sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.ids import address_of
from blue_cli.dialogue.verdicts import standing
from tests.dialogue.build import ID, UID, head

OTHER = "019b7871-2680-70e4-b285-000000000000"
FILES = {
    "dialogue.md": head("muffin", mood="grim"),
    "round-0/muffin.md": f"---\nblue: 1\ndialogue: {UID}\nids: {{T01: T0001}}\nmood: grim\n---\n[TENSION T01: a]\r\nno end",
    "round-0/scone.md": "Without front matter.\n",
    "round-0/rulings/MUFFIN-T0001.md": f"---\nblue: 1\ndialogue: {UID}\n---\n[RESOLVED T0001: so]\n",
    "tensions.md": f"dialogue: {UID}\n",
}
BLOBS = {address_of(path): text.encode() for path, text in FILES.items()}


def front(data: bytes) -> dict[str, object]:
    return frontmatter.read(document.read(data).front or "")[0]


def test_every_file_that_says_the_uid_says_the_new_one_and_nothing_else_changes() -> None:
    puts = copies.with_uid(BLOBS, OTHER)
    assert set(puts) == {"dialogue", "contribution/00#muffin", "ruling/00#MUFFIN-T0001"}
    for address, data in puts.items():
        key = "uid" if address == "dialogue" else "dialogue"
        assert data == BLOBS[address].replace(f"{key}: {UID}".encode(), f"{key}: {OTHER}".encode())


def test_a_verdict_still_stands_on_what_it_was_given_on_and_on_nothing_else() -> None:
    seen = sources.digests(BLOBS)
    basis = {**seen, "contribution/00#scone": "0" * 16}
    text = "---\nblue: 1\n" + frontmatter.write({"dialogue": UID, "kind": "final", "basis": basis}, "verdict") + "---\nSo be it.\n"
    blobs = {**BLOBS, "verdict/final": text.encode()}
    after = {**blobs, **copies.with_uid(blobs, OTHER)}
    now = sources.digests(after)
    assert front(after["verdict/final"])["dialogue"] == OTHER
    assert front(after["verdict/final"])["basis"] == {**now, "contribution/00#scone": "0" * 16}
    assert now["contribution/00#muffin"] != seen["contribution/00#muffin"]
    assert standing(assemble(sources.read(ID, OTHER, after))) is not None
