"""Sealed files as git's diff shows them: opened without knowing the path, or left as they are."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from blue_cli.actions.textconv import Around, reveal
from blue_cli.crypto.keyring import KeyRing
from blue_cli.dialogue.ids import path_of
from blue_cli.errors import NotFound, Unavailable
from tests.stores.sealing import MINE, OTHER, PLAIN, UID, Held, Sealer, nobody, ring

FILES = {**PLAIN, "verdict/final-2": b"---\nblue: 1\nrecommendation: The secret\n---\n"}
SEALED = Sealer().all(FILES)
HEAD = SEALED["dialogue"]


def around(*heads: bytes, known: Iterable[str] = ()) -> Around:
    def look(uid: str) -> tuple[Iterable[bytes], Iterable[str]]:
        assert uid == UID
        return heads, known

    return look


def named(address: str) -> str:
    return path_of(address).rpartition("/")[2]


@pytest.mark.parametrize("address", FILES)
def test_a_sealed_file_opens_by_what_it_says_and_the_name_that_git_gave_it(address: str) -> None:
    for name in (named(address), f"a1b2C3_{named(address)}"):  # git before 2.33 has letters and `_` before it
        shown = reveal(SEALED[address], name, around(HEAD), ring)
        assert shown.replace(b"seal: " + HEAD.partition(b"\nseal: ")[2].partition(b"\n")[0] + b"\n", b"") == FILES[address]


@pytest.mark.parametrize("address", ["ruling/01#score-scone", "verdict/final-2"])
def test_a_name_that_says_nothing_is_tried_against_those_that_there_are(address: str) -> None:
    assert reveal(SEALED[address], "tmp.txt", around(HEAD, known=FILES), ring) == FILES[address]
    assert reveal(SEALED[address], "tmp.txt", around(HEAD), ring) == SEALED[address]


def test_a_dialogue_shows_its_seal_block_too_so_that_a_change_of_keys_is_seen() -> None:
    shown = reveal(HEAD, "dialogue.md", around(), ring)
    assert b"The secret title" in shown and MINE.id.encode() in shown


@pytest.mark.parametrize("data", [b"", b"plain\n", b"\xff\0", FILES["dialogue"]])
def test_what_is_not_sealed_passes_and_no_key_is_asked_for(data: bytes) -> None:
    def asked() -> KeyRing:
        raise AssertionError

    assert reveal(data, "x.md", around(), asked) is data


def test_what_does_not_open_is_shown_as_it_is() -> None:
    data = SEALED["contribution/00#muffin"]
    for keys in (nobody, lambda: ring(OTHER)):
        assert reveal(data, "muffin.md", around(HEAD), keys) == data
    assert reveal(data, "muffin.md", around(FILES["dialogue"]), ring) == data  # no seal block
    assert reveal(data, "muffin.md", around(Sealer(seed=8).all(FILES)["dialogue"]), ring) == data  # another data key
    broken = data.replace(b"round: 0", b"round: 1")
    assert reveal(broken, "muffin.md", around(HEAD), ring) == broken
    strange = data.replace(UID.encode(), b"../../../etc/passwd-----------------")
    assert reveal(strange, "muffin.md", around(HEAD), ring) == strange


def test_trouble_is_no_error() -> None:
    class Gone(Held):
        def kek(self, uid: str, epoch: int, salt: bytes, blob: bytes) -> bytes:
            raise Unavailable("no answer")

    def lost(uid: str) -> tuple[Iterable[bytes], Iterable[str]]:
        raise NotFound("no such dialogue")

    data = SEALED["contribution/00#muffin"]
    assert reveal(data, "muffin.md", around(HEAD), lambda: ring(Gone(1))) == data
    assert reveal(data, "muffin.md", lost, ring) == data


def test_one_file_asks_the_key_once() -> None:
    held = Held(1)
    one = ring(held)
    reveal(SEALED["verdict/final-2"], "x", around(HEAD, HEAD, known=FILES), lambda: one)
    assert held.asked == 1
