"""A key file under a passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from blue_cli.crypto.keys import passphrase
from blue_cli.crypto.keys.material import Umk, lines_of
from blue_cli.crypto.keys.passphrase import LEAST, MOST, USUAL, Cost, Protection, protect
from blue_cli.errors import Locked, Refused
from tests.crypto.keys.inject import _relabel
from tests.crypto.keys.places import CHEAP, SECRET, UID, PassphrasePlace

KNOWN = Umk(bytes(range(32)))


def protection(ask: passphrase.Ask | None = lambda prompt: SECRET, **env: str) -> Protection:
    return Protection(env, ask, least=CHEAP, usual=CHEAP)


def unlocked(text: str, by: Protection) -> Umk:
    return by.unlock(lines_of(text)[1], "umk.key")


def test_the_real_cost_is_that_of_the_book_and_opens() -> None:
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return SECRET

    real = Protection({}, ask)
    text = protect(KNOWN, real)
    assert text.splitlines()[1:3] == ["blue-key-v1-passphrase", "argon2id 65536 3 1"]
    assert unlocked(text, real) == KNOWN
    assert [prompt.split(":")[0] for prompt in asked] == [f"a passphrase for {KNOWN.id}", "the same again", "passphrase of umk.key"]
    assert LEAST == USUAL == Cost(65536, 3, 1)
    assert tuple(MOST) == (1048576, 16, 16)


def test_an_independent_implementation_opens_it() -> None:
    from base64 import b64decode

    from Crypto.Cipher import AES

    from blue_cli.crypto.aead import argon2id

    lines = lines_of(protect(KNOWN, protection()))[1]
    key = argon2id(SECRET.encode(), b64decode(lines[1]), *CHEAP)
    sealed = b64decode(lines[2])
    cipher = AES.new(key, AES.MODE_GCM, nonce=sealed[:12])
    for part in (b"blue-key-v1-passphrase", b"64", b"1", b"1", KNOWN.check):
        cipher.update(len(part).to_bytes(4, "big") + part)
    assert cipher.decrypt_and_verify(sealed[12:-16], sealed[-16:]) == bytes(range(32))


def test_neither_key_nor_passphrase_stands_in_the_file() -> None:
    text = protect(KNOWN, protection())
    assert "AAECAwQF" not in text
    assert SECRET not in text


def test_the_name_is_known_without_the_passphrase_and_it_is_asked_for_once(tmp_path: Path) -> None:
    where = PassphrasePlace(tmp_path)
    where.asked.clear()
    provider = where.provider()
    assert provider.id.startswith("umk#")
    assert where.asked == []
    for _ in range(3):
        provider.new_kek(UID, 1)
    assert len(where.asked) == 1


def test_a_changed_cost_does_not_open_it() -> None:
    with pytest.raises(Locked, match=r"the passphrase does not open umk\.key"):
        unlocked(_relabel(protect(KNOWN, protection()), Cost(64, 2, 1)), protection())


@pytest.mark.parametrize(
    "numbers", [(1048577, 3, 1), (65536, 17, 1), (65536, 3, 17), (65535, 3, 1), (65536, 2, 1), (10**9, 10**9, 10**9)]
)
def test_a_cost_outside_the_bounds_is_refused_before_it_is_paid(numbers: tuple[int, int, int]) -> None:
    def never(prompt: str) -> str:
        raise AssertionError("asked, though the cost is refused")

    text = _relabel(protect(KNOWN, protection()), Cost(*numbers))
    with pytest.raises(Locked, match="did not choose this cost"):
        unlocked(text, Protection({}, never))


def test_a_wrong_passphrase_and_a_damaged_file_are_two_things() -> None:
    text = protect(KNOWN, protection())
    with pytest.raises(Locked, match=r"the passphrase does not open umk\.key"):
        unlocked(text, protection(lambda prompt: "another one"))
    for at in range(text.index("argon2id"), len(text) - 1):
        changed = text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]
        with pytest.raises(ValueError):
            unlocked(changed, protection())


def test_an_accent_is_the_same_however_the_keyboard_spells_it() -> None:
    text = protect(KNOWN, protection(lambda prompt: "Ku\u0308chenuhr"))
    assert unlocked(text, protection(lambda prompt: "K\u00fcchenuhr")) == KNOWN


@pytest.mark.parametrize(("first", "second"), [("long enough", "long enouhg"), ("short", "short"), ("", "")])
def test_a_new_passphrase_is_asked_for_twice_and_not_too_short(first: str, second: str) -> None:
    answers = iter([first, second])
    with pytest.raises((Refused, Locked)) as raised:
        protect(KNOWN, protection(lambda prompt: next(answers)))
    assert not first or first not in str(vars(raised.value))


def test_it_may_come_from_a_file_that_only_the_user_reads(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(SECRET + "\r\nwhat follows is not read\n")
    file.chmod(0o600)
    text = protect(KNOWN, protection())
    assert unlocked(text, protection(None, BLUE_PASSPHRASE_FILE=str(file))) == KNOWN
    file.chmod(0o640)
    with pytest.raises(Locked, match=r"\$BLUE_PASSPHRASE_FILE is refused: others may read"):
        unlocked(text, protection(None, BLUE_PASSPHRASE_FILE=str(file)))
    file.unlink()
    with pytest.raises(Locked, match=r"there is no file that \$BLUE_PASSPHRASE_FILE could mean"):
        unlocked(text, protection(None, BLUE_PASSPHRASE_FILE=str(file)))


def test_a_line_longer_than_any_passphrase_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    for size in (passphrase.LONGEST + 1, passphrase.LONGEST + 100):
        file.write_text("x" * size)
        file.chmod(0o600)
        with pytest.raises(Locked, match=r"longer than 1024 bytes|larger than"):
            protection(None, BLUE_PASSPHRASE_FILE=str(file)).passphrase("")
    file.write_text("\n")
    with pytest.raises(Locked, match="the passphrase is empty"):
        protection(None, BLUE_PASSPHRASE_FILE=str(file)).passphrase("")


def test_a_plain_file_is_not_taken_for_one_under_a_passphrase(tmp_path: Path) -> None:
    from blue_cli.crypto.keys import registry

    registry.local(str(tmp_path / "umk.key"), {}).create(KNOWN)
    with pytest.raises(Locked, match="is not under a passphrase"):
        registry.provider(f"passphrase:{tmp_path}/umk.key", {}, lambda prompt: SECRET).new_kek(UID, 1)
