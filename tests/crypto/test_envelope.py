"""The format of a sealed file: one spelling, nothing raised but `Malformed`, nothing needed but bytes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blue_cli.crypto import envelope
from blue_cli.crypto.encoding import canonical_json, lp
from blue_cli.crypto.envelope import Envelope, Malformed, Misplaced, Unsupported
from blue_cli.crypto.seal import seal_file
from tests.crypto.desk import CREATED, MEMBERS, OTHER_UID, PLACES, PLAIN, SEEN, STRUDEL, UID, deks, numbered

SEALED = seal_file(deks(), UID, STRUDEL, PLAIN, 1, SEEN, numbered(9))
DIALOGUE = seal_file(deks(), UID, "dialogue", MEMBERS, 1, SEEN, numbered(9))
BLOCK = "seal: {sealed: true, from_round: 0, versions: [1]}\n"


def made(address: str, plain: bytes = b"text") -> bytes:
    return seal_file(deks(), UID, address, plain, 3, SEEN, numbered(4))


# --- there and back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PLACES)
@pytest.mark.parametrize("size", [0, 1, 30, 31, 32, 33, 900, 5000])
def test_what_is_read_is_written_the_same(address: str, size: int) -> None:
    data = made(address, b"x" * size)
    read = envelope.read(data, UID, address)
    assert envelope.write(read, UID, address) == data
    assert (read.version, read.rev, len(read.salt), len(read.nonce), len(read.commit), len(read.tag)) == (1, 3, 32, 12, 32, 16)


def test_a_sealed_file_is_ascii_in_short_lines_that_git_can_show() -> None:
    for data in (SEALED, DIALOGUE):
        head, _, armour = data.partition(b"-----BEGIN BLUE SEALED ROUND-----\n")
        assert data.isascii()
        assert all(len(line) <= 76 for line in armour.splitlines())
        assert head.endswith(b"}\n---\n")


def test_what_may_be_read_of_a_contribution() -> None:
    assert SEALED.startswith(f"---\nblue: 1\ndialogue: {UID}\nround: 0\nexpert: strudel\ncreated: {CREATED}\nsealed: {{suite: 1, ".encode())
    assert envelope.read(SEALED, UID, STRUDEL).fields == {"blue": 1, "dialogue": UID, "round": 0, "expert": "strudel", "created": CREATED}


def test_what_may_be_read_of_a_dialogue() -> None:
    experts = [{"slug": "muffin", "tier": "core"}, {"slug": "scone", "from_round": 1}]
    assert envelope.read(DIALOGUE, UID, "dialogue").fields == {
        "blue": 1,
        "uid": UID,
        "created": CREATED,
        "experts": experts,
        "max_rounds": 8,
    }
    assert b"Secret" not in DIALOGUE


@pytest.mark.parametrize(
    "data", [SEALED.replace(b"\n", b"\r\n"), SEALED[:-1], SEALED.replace(b"\n", b"\r\n")[:-2]], ids=["crlf", "no end", "both"]
)
def test_other_line_ends_are_read_as_the_same(data: bytes) -> None:
    assert envelope.read(data, UID, STRUDEL) == envelope.read(SEALED, UID, STRUDEL)


@pytest.mark.parametrize("slug", ["no", "true", "null", "1e3", "0x1", "12", "2026-11-24", "a", "NO", "y", "off", "muffin-2"])
def test_a_slug_that_yaml_takes_for_something_else_comes_back(slug: str) -> None:
    address = f"contribution/07#{slug}"
    assert envelope.read(made(address), UID, address).fields["expert"] == slug


# --- what the tag covers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PLACES)
def test_the_associated_data_are_the_list_of_the_contract(address: str) -> None:
    """Written down here a second time, with the plain encoders."""
    from hashlib import sha256

    read = envelope.read(made(address), UID, address)
    sealed = read.fields | {"suite": 1, "key": f"dek#{UID}#1", "rev": 3}
    text = {name: envelope._b64(getattr(read, name)) for name in ("salt", "nonce", "commit")}
    order = {
        "contribution": "blue dialogue round expert created",
        "ruling": "blue dialogue round created",
        "verdict": "blue dialogue created",
    }
    names = order.get(read.kind, "blue uid created experts panels max_rounds closed").split()
    where = f"dialogue:{UID}/entity:{'dialogue/meta' if address == 'dialogue' else address}"
    values = [(sealed | text).get(name) for name in (*names, "suite", "key", "rev", "salt", "nonce", "commit")]
    expected = lp("1", sha256(where.encode()).digest(), *[canonical_json(value) for value in values])
    assert envelope.associated(read, UID, address) == expected


def test_an_address_is_built_from_checked_parts_only() -> None:
    assert envelope.full_address(UID, STRUDEL) == f"dialogue:{UID}/entity:contribution/00#strudel"
    assert envelope.full_address(UID, "dialogue") == f"dialogue:{UID}/entity:dialogue/meta"
    for wrong in (
        "file/notes.txt",
        "contribution/0#x",
        "contribution/00#../x",
        "ruling/00",
        "verdict/",
        "verdict/a/b",
        "dialogue/meta",
        "",
        "contribution/٠٠#x",
        "contribution/00#con",
    ):
        with pytest.raises(Malformed):
            envelope.full_address(UID, wrong)
    for uid in ("", "older:cache", UID.upper(), UID + "\n"):
        with pytest.raises(Malformed):
            envelope.full_address(uid, STRUDEL)


def test_an_envelope_is_not_written_where_its_kind_does_not_belong() -> None:
    read = envelope.read(SEALED, UID, STRUDEL)
    for wrong in ("ruling/00#strudel", "dialogue", "file/x.md"):
        with pytest.raises(Malformed):
            envelope.write(read, UID, wrong)
        with pytest.raises(Malformed):
            envelope.associated(read, UID, wrong)
    with pytest.raises(Malformed):
        envelope.write(read._replace(suite=2), UID, STRUDEL)


# --- refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["contribution/01#strudel", "contribution/00#muffin", "contribution/00#Strudel"])
def test_a_file_that_says_it_belongs_elsewhere_is_misplaced(address: str) -> None:
    with pytest.raises(Misplaced):
        envelope.read(SEALED, UID, address)
    with pytest.raises(Misplaced):
        envelope.read(SEALED, OTHER_UID, STRUDEL)


def test_a_file_of_another_kind_has_other_fields() -> None:
    for address in ("ruling/00#strudel", "verdict/final", "dialogue"):
        with pytest.raises(Malformed):
            envelope.read(SEALED, UID, address)


@pytest.mark.parametrize(
    ("old", "new"), [(b"suite: 1", b"suite: 2"), (b"suite: 1, ", b"suite: 7, mode: x, "), (b"blue: 1\n", b"blue: 2\nzip: y\n")]
)
def test_a_later_format_is_unsupported_and_not_called_damaged(old: bytes, new: bytes) -> None:
    with pytest.raises(Unsupported, match="this version knows"):
        envelope.read(SEALED.replace(old, new), UID, STRUDEL)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"{slug: muffin, tier: core}", b"{tier: core, slug: muffin}"),
        (b"{slug: muffin, tier: core}", b'{slug: "muffin", tier: core}'),
        (
            b"experts:\n- {slug: muffin, tier: core}\n- {slug: scone, from_round: 1}\n",
            b"experts: [{slug: muffin, tier: core}, {slug: scone, from_round: 1}]\n",
        ),
        (b"max_rounds: 8", b"max_rounds:  8"),
        (b"blue: 1", b"blue: true"),
    ],
)
def test_a_second_spelling_of_the_same_fields_is_malformed(old: bytes, new: bytes) -> None:
    """The tag covers what they say and not how it is spelled, so it would hold."""
    assert old in DIALOGUE
    with pytest.raises(Malformed):
        envelope.read(DIALOGUE.replace(old, new), UID, "dialogue")


@pytest.mark.parametrize("stray", [b"****", b"====", b"    ", b"\xff\xff\xff\xff", b"-_-_"])
def test_characters_that_are_no_base64_are_not_left_out(stray: bytes) -> None:
    at = SEALED.index(b"ROUND-----\n") + 11
    for place in (at, at + 8, SEALED.rindex(b"\n-----END") - 8, SEALED.rindex(b"\n-----END") - 4):
        with pytest.raises(Malformed):
            envelope.read(SEALED[:place] + stray + SEALED[place + 4 :], UID, STRUDEL)


@settings(max_examples=300, deadline=None)
@given(st.text("ABQRYZabz019+/=*-\n ", max_size=12) | st.text("AB=", max_size=9))
def test_the_fast_decoder_takes_what_the_strict_one_takes(text: str) -> None:
    from blue_cli.crypto.armour import _decoded
    from blue_cli.crypto.encoding import unb64

    def outcome(decode: Callable[[bytes], bytes]) -> bytes | None:
        try:
            return decode(text.encode())
        except ValueError:
            return None

    assert outcome(_decoded) == outcome(unb64)


def test_sizes_are_checked_before_anything_is_decoded() -> None:
    start = time.process_time()
    with pytest.raises(Malformed, match="over"):
        envelope.read(SEALED + b"A" * envelope.MAX_SEALED, UID, STRUDEL)
    assert time.process_time() - start < 0.1
    huge = Envelope(*envelope.read(SEALED, UID, STRUDEL)[:-1], bytes(envelope.MAX_BODY + 1))
    with pytest.raises(Malformed):
        envelope.read(envelope.write(huge, UID, STRUDEL), UID, STRUDEL)
    largest = Envelope(*huge[:-1], bytes(envelope.MAX_BODY))
    for ends in (b"\n", b"\r\n"):
        assert envelope.read(envelope.write(largest, UID, STRUDEL).replace(b"\n", ends), UID, STRUDEL).body == largest.body


@settings(max_examples=300)
@given(st.binary(max_size=300))
@example(b"")
@example(b"---\n")
@example(SEALED[:-40])
def test_arbitrary_bytes_are_malformed_and_no_more(data: bytes) -> None:
    for address in ("dialogue", STRUDEL):
        with pytest.raises(Malformed):
            envelope.read(data, UID, address)
    assert envelope.is_sealed(data) in (True, False)
    envelope.seal_text(data)


PIECES = [
    b"\n",
    b"\r\n",
    b"---\n",
    b"blue: 1\n",
    b"sealed: {",
    b"seal: {}\n",
    b'"',
    b"#",
    b"=",
    b"\xff",
    b"\0",
    b"A" * 76,
    b"-----END BLUE SEALED ROUND-----\n",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([SEALED, DIALOGUE, envelope.with_seal(DIALOGUE, BLOCK)]), st.data())
def test_a_mutated_envelope_is_malformed_or_still_spelled_as_it_must_be(data: bytes, draw: st.DataObject) -> None:
    address = "dialogue" if b"uid: " in data[:20] else STRUDEL
    for _ in range(draw.draw(st.integers(1, 3))):
        at, size = draw.draw(st.integers(0, len(data))), draw.draw(st.integers(0, 40))
        data = data[:at] + draw.draw(st.sampled_from(PIECES) | st.binary(max_size=3)) + data[at + size :]
    try:
        read = envelope.read(data, UID, address)
    except Malformed as error:
        assert "\n" not in str(error)
        return
    again = envelope.write(read, UID, address)
    block = envelope.seal_text(data)
    unix = data.replace(b"\r\n", b"\n")
    assert (envelope.with_seal(again, block.replace("\r\n", "\n")) if block else again) == unix + b"\n" * (not unix.endswith(b"\n"))


def test_hostile_front_matter_costs_no_time() -> None:
    chance = random.Random(0)
    for filling in (
        b"a\n",
        b"round: 1\n",
        b"blue: 1\n",
        b"seal: x\n",
        b"sealed: {suite: 1,\n",
        b"\r\n",
        bytes(chance.choices(b"ab:\n ", k=50)),
    ):
        data = b"---\nblue: 1\n" + filling * (400_000 // len(filling)) + SEALED[4:]
        start = time.process_time()
        for address in (STRUDEL, "dialogue"):
            with pytest.raises(Malformed):
                envelope.read(data, UID, address)
        envelope.is_sealed(data)
        assert time.process_time() - start < 1, filling


# --- is it sealed? -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [SEALED, DIALOGUE, SEALED.replace(b"\n", b"\r\n"), SEALED[:-1], SEALED[:-60], SEALED[:300], envelope.with_seal(DIALOGUE, BLOCK)]
)
def test_a_sealed_file_is_known_also_when_it_is_cut_off(data: bytes) -> None:
    assert envelope.is_sealed(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"---\n",
        PLAIN,
        MEMBERS,
        PLAIN + SEALED,
        b"# How to seal\n\n" + SEALED,
        PLAIN + b"```\n" + SEALED + b"```\n",
        MEMBERS + DIALOGUE,
    ],
)
def test_a_text_that_only_quotes_one_is_not_sealed(data: bytes) -> None:
    assert not envelope.is_sealed(data)


# --- the block as text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [DIALOGUE, MEMBERS, DIALOGUE.replace(b"\n", b"\r\n")], ids=["sealed", "plain", "crlf"])
def test_a_block_goes_in_and_out_and_nothing_else_changes(data: bytes) -> None:
    assert envelope.seal_text(data) is None
    sealed = envelope.with_seal(data, BLOCK)
    assert (envelope.seal_text(sealed) or "").replace("\r\n", "\n") == BLOCK
    other = envelope.with_seal(sealed, BLOCK.replace("0", "1"))
    assert (envelope.seal_text(other) or "").replace("\r\n", "\n") == BLOCK.replace("0", "1")
    assert envelope.with_seal(other, None) == data
    assert envelope.with_seal(data, None) == data


def test_a_block_does_not_change_what_is_sealed() -> None:
    assert envelope.read(envelope.with_seal(DIALOGUE, BLOCK), UID, "dialogue") == envelope.read(DIALOGUE, UID, "dialogue")


@pytest.mark.parametrize(
    "block",
    [
        "seal: {sealed: true, sealed: true}\n",
        "seal:\n  sealed: true\n",
        "seal: {sealed:  true}\n",
        'seal: {sealed: "x"}\n',
        "seal: {a: 1} # x\n",
        BLOCK + BLOCK,
    ],
)
def test_a_block_in_another_spelling_is_malformed(block: str) -> None:
    with pytest.raises(Malformed):
        envelope.read(envelope.with_seal(DIALOGUE, block), UID, "dialogue")


def test_a_block_in_another_place_or_file_is_malformed() -> None:
    line = BLOCK.encode()
    with pytest.raises(Malformed):
        envelope.read(DIALOGUE.replace(b"blue: 1\n", b"blue: 1\n" + line), UID, "dialogue")
    with pytest.raises(Malformed):
        envelope.read(envelope.with_seal(SEALED, BLOCK), UID, STRUDEL)
    with pytest.raises(Malformed):
        envelope.with_seal(b"no front matter", BLOCK)


def test_a_line_of_the_body_is_no_block() -> None:
    assert envelope.seal_text(MEMBERS + BLOCK.encode()) is None


def test_a_truth_value_is_never_taken_for_a_number() -> None:
    """Members are written through a cache, in which True would equal 1: one file must not decide how another one reads."""
    from blue_cli.crypto.envelope import _field

    said = [{"slug": "muffin", "from_round": True}], [{"slug": "muffin", "from_round": 1}], [{"slug": "muffin", "from_round": 1.0}]
    assert [_field("experts", value) for value in said] == [
        f"experts:\n- {{slug: muffin, from_round: {text}}}\n" for text in ("true", "1", "1.0")
    ]
