"""The keys of a run: which opens, in which order, how often a service is asked, and what is said when none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from blue_cli.crypto import block as blocks
from blue_cli.crypto import seal
from blue_cli.crypto.block import Block
from blue_cli.crypto.keyring import KeyRing
from blue_cli.crypto.keys import registry
from blue_cli.crypto.keys.base import KeyProvider
from blue_cli.errors import Locked, Tampered, Unavailable, WrongCall
from tests.crypto.keys import inject
from tests.crypto.keys.conftest import kms, server  # noqa: F401 - fixtures
from tests.crypto.keys.places import OTHER, UID, FilePlace, KmsPlace, PassphrasePlace


def sealed(uid: str, *providers: KeyProvider) -> Block:
    """A seal block with a wrap for each provider."""
    deks = seal.Deks.make(uid)
    ring = KeyRing(providers)
    return seal.sign(Block(0, deks.versions, tuple(ring.wrap(uid, deks, provider, 1) for provider in providers)), deks)


@pytest.fixture
def file(tmp_path: Path) -> FilePlace:
    return FilePlace(tmp_path / "file")


@pytest.fixture
def service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> KmsPlace:
    request.getfixturevalue("kms")
    return KmsPlace(monkeypatch)


# --- how often -----------------------------------------------------------------------------------------------------


def test_one_call_for_each_run_and_dialogue_however_many_files(service: KmsPlace) -> None:
    block, other = sealed(UID, service.provider()), sealed(OTHER, service.provider())
    deks = KeyRing([service.provider()]).open(UID, block)
    files = {f"contribution/{n:02d}#muffin": seal.seal_file(deks, UID, f"contribution/{n:02d}#muffin", text(n), 1, ()) for n in range(40)}
    service.sent.clear()
    ring = KeyRing([service.provider()])
    for address, data in files.items():
        assert seal.open_file(ring.open(UID, block), UID, address, data).data.endswith(b"text\n")
    assert [name for name, _ in service.sent] == ["Decrypt"]
    for _ in range(3):
        ring.open(OTHER, other)
    assert [body["EncryptionContext"]["blue:uid"] for _, body in service.sent] == [UID, OTHER]


def text(number: int) -> bytes:
    return f"---\nblue: 1\ndialogue: {UID}\nround: {number}\nexpert: muffin\n---\ntext\n".encode()


def test_what_was_just_wrapped_opens_without_a_call(service: KmsPlace) -> None:
    deks, provider = seal.Deks.make(UID), service.provider()
    ring = KeyRing([provider])
    block = seal.sign(Block(0, deks.versions, (ring.wrap(UID, deks, provider, 1),)), deks)
    ring.open(UID, block)
    assert [name for name, _ in service.sent] == ["GenerateDataKey"]


def test_a_local_key_is_tried_before_a_service(file: FilePlace, service: KmsPlace) -> None:
    block = sealed(UID, service.provider(), file.provider())
    service.sent.clear()
    KeyRing([service.provider(), file.provider()]).open(UID, block)
    assert service.sent == []


def test_a_dead_service_is_waited_for_once(service: KmsPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = sealed(UID, service.provider()), sealed(OTHER, service.provider())
    ring = KeyRing([service.provider()])
    service.sent.clear()
    with inject.injected("throttled", service, monkeypatch):
        for uid, block in ((UID, one), (OTHER, two), (UID, one)):
            with pytest.raises(Unavailable, match="cannot be had for now"):
                ring.open(uid, block)
    assert len(service.sent) == 4


def test_no_access_to_one_dialogue_says_nothing_of_another(service: KmsPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = sealed(UID, service.provider()), sealed(OTHER, service.provider())
    ring = KeyRing([service.provider()])
    with inject.injected("revoked", service, monkeypatch), pytest.raises(Locked):
        ring.open(UID, one)
    ring.open(OTHER, two)


def test_a_passphrase_is_asked_for_once_also_a_wrong_one(tmp_path: Path) -> None:
    where = PassphrasePlace(tmp_path)
    one, two = sealed(UID, where.provider()), sealed(OTHER, where.provider())
    for answer in ("something else", None):
        asked: list[str] = []

        def ask(prompt: str, answer: str | None = answer, asked: list[str] = asked) -> str:
            asked.append(prompt)
            return answer or where._answer(prompt)

        where.ask = ask
        ring = KeyRing([where.provider()])
        for uid, block in ((UID, one), (OTHER, two), (UID, one)):
            try:
                ring.open(uid, block)
            except Locked as error:
                assert "the passphrase does not open umk.key" in error.why
        assert len(asked) == 1


def test_nobody_is_asked_for_a_passphrase_that_opens_nothing(tmp_path: Path, file: FilePlace) -> None:
    where = PassphrasePlace(tmp_path)
    block = sealed(UID, file.provider())
    where.asked.clear()
    with pytest.raises(Locked):
        KeyRing([where.provider()]).open(UID, block)
    KeyRing([where.provider(), file.provider()]).open(UID, block)
    assert where.asked == []


# --- a repository is a stranger --------------------------------------------------------------------------------------


def test_a_key_that_only_the_repository_names_is_never_asked(service: KmsPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = KmsPlace(monkeypatch)
    block = sealed(UID, theirs.provider())
    service.sent.clear()
    theirs.sent.clear()
    with pytest.raises(Locked) as raised:
        KeyRing([service.provider()]).open(UID, block)
    assert service.sent == theirs.sent == []
    assert raised.value.why == f"awskms:{theirs.arn}: not among the keys here"


def test_no_key_file_is_read_for_a_service_s_key(file: FilePlace, service: KmsPlace) -> None:
    block = sealed(UID, service.provider())
    file.path.unlink()
    KeyRing([file.provider(), service.provider()]).open(UID, block)
    with pytest.raises(Locked) as raised:
        KeyRing([file.provider()]).open(UID, block)
    assert raised.value.why == f"awskms:{service.arn}: not among the keys here"


# --- what is said ------------------------------------------------------------------------------------------------------


def test_every_key_and_why_it_did_not_open_is_named(
    file: FilePlace, tmp_path: Path, service: KmsPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    colleague = FilePlace(tmp_path / "colleague")
    block = sealed(UID, service.provider(), colleague.provider(), file.provider())
    names = [file.provider().id, colleague.provider().id]
    file.path.chmod(0o644)
    with inject.injected("revoked", service, monkeypatch), pytest.raises(Locked, match="sealed, and no key here opens it") as raised:
        KeyRing([file.provider(), service.provider()]).open(UID, block)
    kms_line, *lines = raised.value.why.split("\n")
    assert kms_line.startswith(f"awskms:{service.arn}: ") and "AccessDeniedException" in kms_line
    refused = "umk.key is refused: others may read or change it (its mode is 0644: who can read it can read everything sealed with it)"
    assert lines == [f"{names[1]}: {refused}", f"{names[0]}: {refused}"]
    assert raised.value.fix == "chmod 600 umk.key"


def test_a_disturbance_is_said_before_a_missing_key(file: FilePlace, service: KmsPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    block = sealed(UID, file.provider(), service.provider())
    with inject.injected("internal", service, monkeypatch), pytest.raises(Unavailable) as raised:
        KeyRing([service.provider()]).open(UID, block)
    assert "not among the keys here" in raised.value.why
    assert raised.value.fix == "run the same command again"


def test_a_second_key_helps_when_the_first_does_not(file: FilePlace, service: KmsPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    block = sealed(UID, file.provider(), service.provider())
    file.path.unlink()
    KeyRing([file.provider(), service.provider()]).open(UID, block)


def test_a_wrap_of_another_dialogue_is_no_key_for_this_one(file: FilePlace) -> None:
    block = sealed(UID, file.provider())
    with pytest.raises(Locked, match="no key here opens it") as raised:
        KeyRing([file.provider()]).open(OTHER, block)
    assert "has this name and does not open it" in raised.value.why


def test_a_changed_block_is_tampering_not_a_wrong_key(file: FilePlace) -> None:
    block = sealed(UID, file.provider())
    with pytest.raises(Tampered, match="the seal block was changed"):
        KeyRing([file.provider()]).open(UID, block._replace(from_round=5))


def test_a_ring_without_keys_opens_nothing(file: FilePlace) -> None:
    with pytest.raises(Locked) as raised:
        KeyRing([]).open(UID, sealed(UID, file.provider()))
    assert raised.value.fix == "bring one of these keys: blue key import FILE"


def test_find_gives_the_provider_that_has_a_key(file: FilePlace, tmp_path: Path) -> None:
    provider = file.provider()
    ring = KeyRing([FilePlace(tmp_path / "second").provider(), provider])
    assert ring.find(provider.id) is provider
    assert ring.find("umk#0000000000000000") is None
    assert blocks._LOCAL.fullmatch(provider.id)


def test_it_shows_nothing(file: FilePlace) -> None:
    ring = KeyRing([file.provider()])
    ring.open(UID, sealed(UID, file.provider()))
    assert repr(ring) == "<KeyRing of 1>"


def test_a_provider_that_is_none_is_a_wrong_call() -> None:
    with pytest.raises(WrongCall):
        registry.providers(["file:", "gpg:me"], {"HOME": "/home/b"})
