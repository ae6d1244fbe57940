"""Sealed files of another implementation (fixtures/vectors): the good open, the bad are refused for the reason they state."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import NamedTuple

import pytest

from blue_cli.crypto import aead, envelope
from blue_cli.crypto.encoding import lp
from blue_cli.crypto.membership import Head
from blue_cli.crypto.seal import Broken, Deks, Moved, open_file

FOLDER = Path(__file__).parents[2] / "fixtures" / "vectors"
FILES = sorted(FOLDER.glob("*.txt"))
GOOD = [path for path in FILES if path.name.startswith("ok-")]
BAD = [path for path in FILES if path.name.startswith("bad-")]


class Vector(NamedTuple):
    header: dict[str, str]
    data: bytes

    @property
    def deks(self) -> Deks:
        return Deks(self.header["uid"], {n: bytes.fromhex(self.header[f"dek {n}"]) for n in (1, 2)})

    @property
    def place(self) -> tuple[str, str]:
        return self.header["uid"], self.header["address"]


def load(path: Path) -> Vector:
    head, _, data = path.read_bytes().partition(b"\n\n")
    return Vector(dict(line.split(": ", 1) for line in head.decode().splitlines()), data)


def name(path: Path) -> str:
    return path.stem


def test_nothing_is_lost() -> None:
    assert len(GOOD) >= 10
    assert len(BAD) >= 50
    assert {path.stem.split("-")[0] for path in FILES} == {"ok", "bad"}


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_a_good_one_opens_to_what_its_maker_put_in(path: Path) -> None:
    header, data = vector = load(path)
    opened = open_file(vector.deks, *vector.place, data)
    assert header["expect"] == "ok"
    assert opened.data == b64decode(header["plain"])
    assert opened.rev == int(header["rev"])
    assert opened.seen == tuple(Head(address, rev, b64decode(tag)) for address, rev, tag in json.loads(header["seen"]))
    assert envelope.is_sealed(data)


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_writing_a_good_one_again_gives_the_same_bytes(path: Path) -> None:
    vector = load(path)
    unix = vector.data.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    assert envelope.write(envelope.read(vector.data, *vector.place), *vector.place) == unix


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_one_is_refused_for_its_reason(path: Path) -> None:
    vector = load(path)
    with pytest.raises(Broken) as caught:
        open_file(vector.deks, *vector.place, vector.data)
    assert caught.value.reason == vector.header["expect"]
    assert "\n" not in str(caught.value)


def test_the_two_keys_vector_is_what_it_says() -> None:
    """Its tag holds under both keys, and under the one that it was committed to it opens: only the commitment tells."""
    vector = load(FOLDER / "bad-two-keys.txt")
    uid, address = vector.place
    sealed = envelope.read(vector.data, uid, address)
    insides = set()
    for version in (1, 2):
        key = aead.hkdf512(vector.deks.key(version), sealed.salt, b"blue/v1/enc" + lp("1"))
        insides.add(aead.decrypt(key, sealed.nonce, sealed.body, envelope.associated(sealed, uid, address)))
    assert len(insides) == 2
    committed = Deks(uid, {2: vector.deks.key(1)})
    assert open_file(committed, uid, address, vector.data).data.startswith(b"x" * 100)
    with pytest.raises(Moved, match="commitment"):
        open_file(vector.deks, uid, address, vector.data)


def test_the_files_are_what_the_second_implementation_makes(tmp_path: Path) -> None:
    pytest.importorskip("Crypto", reason="pycryptodome is not installed")
    from tests.crypto import make_vectors

    source = Path(make_vectors.__file__).read_text(encoding="utf-8")
    assert "blue_cli." not in source
    assert "import blue_cli" not in source
    make_vectors.main(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {path.name: path.read_bytes() for path in FILES}
