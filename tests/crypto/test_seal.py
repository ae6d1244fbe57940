"""Sealing and opening: what was sealed opens where it lies, and nothing else does."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.crypto import aead, envelope
from blue_cli.crypto.block import Block, Wrap
from blue_cli.crypto.envelope import Envelope, Malformed, Unsupported
from blue_cli.crypto.membership import Head
from blue_cli.crypto.seal import (
    Broken,
    Deks,
    Mislabelled,
    Moved,
    NoSuchVersion,
    Tampered,
    WrongKey,
    open_file,
    reseal,
    seal_file,
    sign,
    unwrap,
    wrap_deks,
)
from tests.crypto.desk import CREATED, MEMBERS, OTHER_UID, PLACES, PLAIN, SEEN, STRUDEL, UID, deks, numbered

KEK = bytes(range(32))
HEADS = st.lists(
    st.builds(Head, st.sampled_from([*PLACES, "contribution/01#muffin"]), st.integers(1, 10**9 - 1), st.binary(min_size=16, max_size=16)),
    max_size=4,
    unique_by=lambda head: head.address,
)


def sealed(address: str = STRUDEL, plain: bytes = PLAIN, rev: int = 1, of: Deks | None = None) -> bytes:
    return seal_file(of or deks(), UID, address, plain, rev, SEEN, numbered(7))


# --- there and back --------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), st.binary(max_size=300), st.integers(1, 10**9 - 1), HEADS)
def test_what_was_sealed_opens(address: str, plain: bytes, rev: int, seen: list[Head]) -> None:
    data = seal_file(deks(), UID, address, plain, rev, seen)
    opened = open_file(deks(), UID, address, data)
    assert opened == (plain, tuple(sorted(seen)), rev, envelope.read(data, UID, address).tag, 1)
    assert opened.state == (rev, opened.tag, opened.seen)
    assert envelope.is_sealed(data)
    assert data.isascii()


FRONTS = st.lists(
    st.sampled_from(
        [
            "blue: 1",
            "blue: 3",
            f"created: {CREATED}",
            "created: then",
            "created:",
            "experts:",
            "- {slug: muffin, tier: core, role: x}",
            "- scone",
            "- {slug: /etc, tier: x}",
            "panels: {1: [muffin, 7], x: [a]}",
            "max_rounds: 3",
            "max_rounds: x",
            "closed: {reason: x}",
            "closed: {at: 2026-11-24T05:28:00Z}",
            "experts: 3",
            "panels: {}",
            "title: [",
            "&a",
            "- {slug: no, to_round: 9, from_round: true}",
        ]
    ),
    max_size=7,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), FRONTS, st.sampled_from(["\n", "\r\n"]))
def test_any_front_matter_is_sealed_and_opens(address: str, lines: list[str], newline: str) -> None:
    plain = newline.join(["---", *lines, "---", "text", ""]).encode()
    data = seal_file(deks(), UID, address, plain)
    assert open_file(deks(), UID, address, data).data == plain


def test_two_sealings_of_one_text_have_nothing_in_common() -> None:
    one, other = (envelope.read(seal_file(deks(), UID, STRUDEL, PLAIN), UID, STRUDEL) for _ in range(2))
    assert not {one.salt, one.nonce, one.commit, one.body} & {other.salt, other.nonce, other.commit, other.body}


def test_line_ends_may_change_on_the_way() -> None:
    data = sealed()
    for other in (data[:-1], data.replace(b"\n", b"\r\n"), data.replace(b"\n", b"\r\n")[:-2]):
        assert open_file(deks(), UID, STRUDEL, other) == open_file(deks(), UID, STRUDEL, data)


# --- what stays readable -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("created", ["Secret", '"2026-11-24T05:28:00Z"', "[Secret]", "2026-11-24", "2026-11-24T05:28:00Z Secret"])
def test_a_time_that_is_none_of_ours_stays_inside(created: str) -> None:
    plain = PLAIN.replace(CREATED.encode(), created.encode())
    data = sealed(plain=plain)
    assert b"Secret" not in data
    assert envelope.read(data, UID, STRUDEL).fields["created"] == ""
    assert open_file(deks(), UID, STRUDEL, data).data == plain


def test_a_field_of_the_wrong_form_in_dialogue_md_stays_inside() -> None:
    plain = (
        f"---\nblue: 1\nuid: {UID}\ncreated: {CREATED}\nexperts:\n- {{slug: Secret/slug}}\n"
        "- {slug: muffin, tier: Secret, from_round: Secret}\n"
        'panels: {Secret: [muffin], 1: ["Secret slug", muffin]}\nmax_rounds: Secret\nclosed: {at: Secret, reason: Secret}\n---\n'
    ).encode()
    data = sealed("dialogue", plain)
    assert b"Secret" not in data
    fields = envelope.read(data, UID, "dialogue").fields
    assert fields == {
        "blue": 1, "uid": UID, "created": CREATED, "experts": [{"slug": "muffin"}], "panels": {"1": ["muffin"]}, "closed": {"at": ""},
    }  # fmt: skip


def test_front_matter_that_never_ends_is_none() -> None:
    for plain in (PLAIN.replace(b"\n---\n", b"\n"), PLAIN.replace(b"\n---\n", b"\n" + b"x" * 70_000 + b"\n---\n")):
        assert envelope.read(sealed(plain=plain), UID, STRUDEL).fields["created"] == ""


@pytest.mark.parametrize("line", ["", "ids: {T01: T0001}\n", "title: [\n", "created: 2020-01-01T00:00:00Z\n", "# x\n"])
def test_the_usual_front_matter_is_read_as_any_other(line: str) -> None:
    """There is a fast way for what the tool writes; a byte order mark sends the same text the other way."""
    plain = PLAIN.replace(b"---\n[", line.encode() + b"---\n[")
    usual, other = (envelope.read(sealed(plain=start + plain), UID, STRUDEL).fields for start in (b"", b"\xef\xbb\xbf"))
    assert usual == other
    assert usual["created"] == CREATED


def test_where_a_file_lies_counts_and_not_what_it_says() -> None:
    plain = PLAIN.replace(b"expert: strudel", b"expert: muffin").replace(b"round: 0", b"round: 5")
    assert envelope.read(sealed(plain=plain), UID, STRUDEL).fields == envelope.read(sealed(), UID, STRUDEL).fields
    with pytest.raises(Mislabelled):
        sealed("dialogue", MEMBERS.replace(UID.encode(), OTHER_UID.encode()))


# --- every other key, place and field fails -----------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2**32))
def test_another_key_opens_nothing(seed: int) -> None:
    with pytest.raises(Moved):
        open_file(deks(seed), UID, STRUDEL, sealed())


@pytest.mark.parametrize("address", PLACES)
def test_no_file_opens_at_the_place_of_another(address: str) -> None:
    data = sealed(address)
    for other in PLACES:
        if other != address:
            with pytest.raises((Moved, Malformed)):
                open_file(deks(), UID, other, data)
    with pytest.raises(Moved):
        open_file(deks(uid=OTHER_UID), OTHER_UID, address, data)


CHANGES: list[tuple[str, Any]] = [
    ("suite", 2), ("version", 2), ("rev", 2), ("salt", bytes(32)), ("nonce", bytes(12)), ("commit", bytes(32)), ("body", bytes(60)),
    ("fields", {"blue": 2}), ("fields", {"created": "2025-01-01T00:00:00Z"}), ("fields", {"created": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), CHANGES)
@pytest.mark.parametrize("address", PLACES)
def test_any_other_field_fails(address: str, name: str, value: Any) -> None:
    read = envelope.read(sealed(address, b"---\nblue: 1\ncreated: 2026-11-24T05:28:00Z\n---\n"), UID, address)
    changed = read._replace(**{name: {**read.fields, **value} if name == "fields" else value})
    if name == "suite":
        data = sealed(address).replace(b"suite: 1", b"suite: 2")
    else:
        data = envelope.write(changed, UID, address)
    expected: type[Broken] = {"suite": Unsupported}.get(name, Moved)
    with pytest.raises(expected):
        open_file(deks(versions=2), UID, address, data)


def test_a_ruling_does_not_open_under_another_name() -> None:
    data = sealed("ruling/00#MUFFIN-T0001")
    for name in ("ruling/00#MUFFIN-T0002", "ruling/00#score-muffin"):
        with pytest.raises(Moved):
            open_file(deks(), UID, name, data)


def test_a_version_that_the_authenticated_list_has_not_is_its_own_error() -> None:
    with pytest.raises(NoSuchVersion, match="version 2"):
        open_file(deks(), UID, STRUDEL, sealed(of=deks(versions=2)))


def test_plaintext_in_the_place_of_a_sealed_file_is_malformed() -> None:
    with pytest.raises(Malformed):
        open_file(deks(), UID, STRUDEL, PLAIN)


def test_every_flip_of_one_bit_is_refused() -> None:
    """But two spellings of the same: a final line feed that is gone (a blank in its place is no line end)."""
    data = seal_file(deks(), UID, STRUDEL, b"short", 1, SEEN[:1], numbered(1))
    opened = open_file(deks(), UID, STRUDEL, data)
    for at in range(len(data)):
        for bit in range(8):
            flipped = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            with pytest.raises(Broken):
                open_file(deks(), UID, STRUDEL, flipped)
    assert open_file(deks(), UID, STRUDEL, data[:-1]) == opened


def test_every_flip_of_one_bit_of_a_dialogue_md_without_its_block_is_refused() -> None:
    data = sealed("dialogue", MEMBERS)
    for at in range(len(data)):
        flipped = data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
        with pytest.raises(Broken):
            open_file(deks(), UID, "dialogue", flipped)


def test_every_shorter_file_is_refused() -> None:
    data = sealed()
    for size in range(len(data) - 1):
        with pytest.raises(Broken):
            open_file(deks(), UID, STRUDEL, data[:size])


def crafted(inside: bytes, fields: dict[str, Any] | None = None) -> bytes:
    """An envelope that only somebody with the key can make."""
    salt, nonce = bytes(32), bytes(12)
    from blue_cli.crypto.seal import _COMMIT, _ENC

    key, commit = aead.hkdf512_pair(deks().key(1), salt, _ENC, _COMMIT)
    read = envelope.read(sealed(), UID, STRUDEL)
    empty = Envelope("contribution", fields or read.fields, 1, 1, 1, salt, nonce, commit, b"")
    body = aead.encrypt(key, nonce, inside, envelope.associated(empty, UID, STRUDEL))
    return envelope.write(Envelope(*empty[:-1], body), UID, STRUDEL)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.binary(max_size=20).map(lambda seen: len(seen).to_bytes(4, "big") + seen + bytes(4)))
def test_an_inside_that_is_none_is_broken_and_no_more(inside: bytes) -> None:
    with pytest.raises(Broken):
        open_file(deks(), UID, STRUDEL, crafted(inside))


TAG = b"AAECAwQFBgcICQoLDA0ODw=="


@pytest.mark.parametrize(
    "seen",
    [
        b'"dialogue",1,"%b"', b'["dialogue",1,"%b"]', b'[["dialogue",1,"%b"]', b'[[["dialogue",1,"%b"]]]', b'[["dialogue", 1,"%b"]]',
        b'[["dialogue",01,"%b"]]', b'[["dialogue",1.0,"%b"]]', b'[["file/x",1,"%b"]]', b'[["dialogue",1,"%b"],["dialogue",2,"%b"]]',
        b'[["dialogue",1,"%b"],["contribution/00#a",1,"%b"]]', b'[["\\u0064ialogue",1,"%b"]]', b"[[]]", b"[],[]", b"", b"null",
    ],
)  # fmt: skip
def test_a_list_of_what_was_seen_has_one_spelling(seen: bytes) -> None:
    from blue_cli.crypto.encoding import lp

    with pytest.raises(Malformed):
        open_file(deks(), UID, STRUDEL, crafted(lp(seen.replace(b"%b", TAG), PLAIN)))
    whole = lp(b'[["contribution/00#a",1,"%b"],["dialogue",1,"%b"]]'.replace(b"%b", TAG), PLAIN)
    assert len(open_file(deks(), UID, STRUDEL, crafted(whole)).seen) == 2


def test_a_readable_copy_that_differs_from_the_inside_is_refused() -> None:
    from blue_cli.crypto.content import pack

    fields = dict(envelope.read(sealed(), UID, STRUDEL).fields)
    assert open_file(deks(), UID, STRUDEL, crafted(pack(SEEN, PLAIN), fields)).data == PLAIN
    with pytest.raises(Mislabelled):
        open_file(deks(), UID, STRUDEL, crafted(pack(SEEN, PLAIN), fields | {"created": "2020-01-01T00:00:00Z"}))


def test_limits_hold_when_writing() -> None:
    with pytest.raises(Malformed, match="1 MiB"):
        sealed(plain=bytes((1 << 20) + 1))
    with pytest.raises(Malformed, match="too many"):
        seal_file(deks(), UID, STRUDEL, b"", 1, [Head(f"contribution/00#{n:0100d}", 1, bytes(16)) for n in range(8000)])
    for rev in (0, 10**9):
        with pytest.raises(ValueError, match="revision"):
            sealed(rev=rev)
    for address in ("file/notes.txt", "dialogue.md", ""):
        with pytest.raises(Malformed):
            sealed(address)
    assert open_file(deks(), UID, STRUDEL, sealed(plain=bytes(1 << 20))).data == bytes(1 << 20)


# --- sealing again -----------------------------------------------------------------------------------------------


def test_an_unchanged_text_keeps_its_bytes() -> None:
    for data in (sealed(), sealed().replace(b"\n", b"\r\n")):
        assert reseal(deks(), UID, STRUDEL, PLAIN, data, ()) == data
        assert reseal(deks(versions=2), UID, STRUDEL, PLAIN, data, ()) == data
        assert reseal(deks(), UID, STRUDEL, PLAIN, data, (), newest=True) == data


def test_a_changed_text_has_a_higher_revision() -> None:
    first = reseal(deks(), UID, STRUDEL, PLAIN, None)
    second = reseal(deks(), UID, STRUDEL, PLAIN + b"x", first, SEEN)
    assert open_file(deks(), UID, STRUDEL, first).rev == 1
    assert open_file(deks(), UID, STRUDEL, second)[:3] == (PLAIN + b"x", SEEN, 2)
    assert open_file(deks(), UID, STRUDEL, reseal(deks(), UID, STRUDEL, PLAIN, None, above=6)).rev == 7
    assert open_file(deks(), UID, STRUDEL, reseal(deks(), UID, STRUDEL, PLAIN, second, above=1)).rev == 3


def test_reencrypting_takes_the_newest_key_and_a_higher_revision() -> None:
    two = deks(versions=2)
    new = open_file(two, UID, STRUDEL, reseal(two, UID, STRUDEL, PLAIN, sealed(), SEEN, newest=True))
    assert (new.data, new.rev, new.version) == (PLAIN, 2, 2)


def test_a_file_that_does_not_hold_is_not_written_over() -> None:
    with pytest.raises(Moved):
        reseal(deks(), UID, STRUDEL, b"new", sealed("contribution/00#strudel", of=deks(9)))


def test_sealing_dialogue_md_again_keeps_its_block() -> None:
    block = "seal: {sealed: true, from_round: 0}\n"
    old = envelope.with_seal(sealed("dialogue", MEMBERS), block)
    new = reseal(deks(), UID, "dialogue", MEMBERS + b"more\n", old)
    assert envelope.seal_text(new) == block
    assert open_file(deks(), UID, "dialogue", new).data == MEMBERS + b"more\n"
    assert reseal(deks(), UID, "dialogue", MEMBERS, old) == old


# --- data keys -----------------------------------------------------------------------------------------------------


def block_of(keys: Deks, kek: bytes = KEK) -> Block:
    wrap = Wrap("umk#0123456789abcdef", 1, bytes(32), b"", wrap_deks(keys, kek, numbered(3)))
    return sign(Block(0, keys.versions, (wrap,)), keys)


@pytest.mark.parametrize("versions", [1, 3])
def test_wrapped_keys_come_back(versions: int) -> None:
    keys = deks(versions=versions)
    block = block_of(keys)
    again = unwrap(block, block.wraps[0], KEK, UID)
    assert (again.uid, again.versions, again.newest) == (UID, keys.versions, versions)
    assert all(again.key(version) == keys.key(version) for version in keys.versions)
    assert all(len(dek) == 60 for dek in block.wraps[0].deks)


def test_another_key_is_wrong_and_nothing_is_called_tampered() -> None:
    block = block_of(deks())
    with pytest.raises(WrongKey):
        unwrap(block, block.wraps[0], KEK[::-1], UID)
    with pytest.raises(WrongKey):  # a block of another dialogue
        unwrap(block, block.wraps[0], KEK, OTHER_UID)
    assert not issubclass(WrongKey, Broken)


@pytest.mark.parametrize(
    "change",
    [
        {"from_round": 5},
        {"versions": (1, 3)},
        {"pending": "a" * 64},
        {"mac": bytes(32)},
        {"mac": b""},
        {"extra wrap": 1},
        {"salt": 1},
        {"epoch": 1},
        {"key": 1},
        {"one dek": 1},
        {"swapped": 1},
    ],
    ids=str,
)
def test_a_changed_block_is_tampered_with(change: dict[str, Any]) -> None:
    block = block_of(deks(versions=2))
    wrap = block.wraps[0]
    wraps = {
        "extra wrap": (wrap, wrap._replace(key="umk#aaaaaaaaaaaaaaaa")),
        "salt": (wrap._replace(salt=b"1" * 32),),
        "epoch": (wrap._replace(epoch=2),),
        "key": (wrap._replace(key="umk#aaaaaaaaaaaaaaaa"),),
        "one dek": (wrap._replace(deks=(wrap.deks[0], bytes(60))),),
        "swapped": (wrap._replace(deks=(wrap.deks[0], wrap.deks[0])),),
    }
    name = next(iter(change))
    changed = block._replace(wraps=wraps[name]) if name in wraps else block._replace(**change)
    with pytest.raises(Tampered):
        unwrap(changed, changed.wraps[0], KEK, UID)


def test_a_signed_block_of_which_only_some_versions_open_is_tampered_with() -> None:
    keys = deks(versions=2)
    block = block_of(keys)
    wrap = block.wraps[0]._replace(deks=(bytes(60), block.wraps[0].deks[1]))
    with pytest.raises(Tampered, match="only some"):
        unwrap(sign(block._replace(wraps=(wrap,)), keys), wrap, KEK, UID)


def test_a_block_of_other_versions_is_not_signed() -> None:
    with pytest.raises(ValueError, match="versions"):
        sign(block_of(deks()), deks(versions=2))



# --- nothing shows a key -------------------------------------------------------------------------------------------


def test_keys_are_shown_by_no_repr_and_stored_by_no_pickle() -> None:
    keys = deks(versions=2)
    secrets = [keys.key(1), keys.key(2)]
    for text in (repr(keys), str(keys), f"{keys}", repr([keys]), repr({"a": keys})):
        assert not any(secret.hex() in text or repr(secret)[2:-1] in text for secret in secrets)
    for store in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not to be stored"):
            store(keys)
    with pytest.raises(AttributeError):
        keys.__dict__  # noqa: B018  # it has none, so `vars` shows nothing
    with pytest.raises(ValueError, match="32 bytes"):
        Deks(UID, {1: b"short secret"})


def test_no_error_shows_a_key_or_a_text() -> None:
    cases = [
        lambda: open_file(deks(5), UID, STRUDEL, sealed()),
        lambda: open_file(deks(), UID, "contribution/01#strudel", sealed()),
        lambda: open_file(deks(), UID, STRUDEL, PLAIN),
        lambda: open_file(deks(), UID, STRUDEL, crafted(b"secret text")),
        lambda: unwrap(block_of(deks()), block_of(deks()).wraps[0], bytes(32), UID),
        lambda: deks().key(9),
    ]
    for case in cases:
        with pytest.raises(ValueError) as caught:
            case()
        text = "".join(traceback.format_exception(caught.value))
        assert "Größe" not in str(caught.value)
        assert "secret" not in str(caught.value)
        assert not any(secret in text for secret in (deks().key(1).hex(), deks(5).key(1).hex(), repr(deks().key(1))[2:-1]))
        assert getattr(caught.value, "reason")  # noqa: B009


def test_a_new_version_of_the_data_key_leaves_the_old_files_readable() -> None:
    one, two = deks(), deks(versions=2)
    assert one.key(1) == two.key(1) != two.key(2)
    assert open_file(two, UID, STRUDEL, sealed(of=one)).version == 1
    assert open_file(two, UID, STRUDEL, sealed(of=two)).version == 2
