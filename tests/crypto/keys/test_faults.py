"""Every row of the fault table, carried out."""

from __future__ import annotations

from pathlib import Path

import pytest

from blue_cli.crypto import block as blocks
from blue_cli.crypto import seal
from blue_cli.crypto.keyring import KeyRing
from blue_cli.errors import BlueError, Locked
from tests.crypto.keys import inject, places
from tests.crypto.keys.faults import FAULTS, SHARED, UNKNOWN, WHOLE, Fault
from tests.crypto.keys.places import UID, KmsPlace, Place

ROWS = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.scheme}-{fault.name}")


@pytest.fixture
def place(fault: Fault, tmp_path: Path, kms: object, monkeypatch: pytest.MonkeyPatch) -> Place:
    return places.make(fault.scheme, tmp_path, monkeypatch)


def words(error: BlueError) -> str:
    return f"{error.message}: {error.why}: {error.fix}"


def calls(place: Place) -> int:
    return len(place.sent) if isinstance(place, KmsPlace) else 0


@ROWS
def test_what_a_fault_leads_to_and_that_nothing_is_lost(fault: Fault, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    deks = seal.Deks.make(UID)
    provider = place.provider()
    wrap = KeyRing([provider]).wrap(UID, deks, provider, 1)
    stored = wrap._replace(blob=wrap.blob[:-1] + b"!") if (fault.scheme, fault.name) == ("awskms", "changed") else wrap
    block = seal.sign(blocks.Block(0, deks.versions, (stored,)), deks)
    kept = place.kept()
    with inject.injected(fault.name, place, monkeypatch):
        before = calls(place)
        if fault.name == "wrong-place" and isinstance(place, KmsPlace):  # else it is not asked: the block names another key
            block = block._replace(wraps=(stored._replace(key=f"awskms:{place.arn}"),))
        told = opened(KeyRing([place.provider()]), block)
        assert calls(place) - before == fault.calls
        check(fault, told)
        if fault.new and fault.name != "wrong-key":
            check(fault, made(place))
    assert place.kept() == kept
    assert opened(KeyRing([place.provider()]), seal.sign(blocks.Block(0, deks.versions, (wrap,)), deks)) is None


def opened(ring: KeyRing, block: blocks.Block) -> BlueError | None:
    """What opening a dialogue leads to; None when it opens. Asked twice, a run has the same to say."""
    told: list[BlueError | None] = []
    for _ in range(2):
        try:
            ring.open(UID, block)
            told.append(None)
        except BlueError as error:
            told.append(error)
    assert type(told[0]) is type(told[1])
    return told[0]


def made(place: Place) -> BlueError | None:
    """What making a KEK leads to."""
    try:
        place.provider().new_kek(UID, 1)
    except BlueError as error:
        return error
    return None


def check(fault: Fault, error: BlueError | None) -> None:
    if fault.error is None:
        assert error is None, error and words(error)
        assert fault.lists == WHOLE
        return
    assert isinstance(error, fault.error), error and words(error)
    assert error.exit == fault.exit
    assert fault.says in words(error).replace(" (", ": "), words(error)
    assert isinstance(error, Locked) == (fault.lists == UNKNOWN)  # a reader takes `Locked` for unknown, and nothing else


# --- the table ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", places.SCHEMES)
def test_every_provider_has_a_row_for_every_shared_fault(scheme: str) -> None:
    rows = [fault.name for fault in FAULTS if fault.scheme == scheme]
    assert set(SHARED) <= set(rows)
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("scheme", places.SCHEMES)
def test_every_fault_that_can_be_made_has_a_row(scheme: str) -> None:
    assert {fault.name for fault in FAULTS if fault.scheme == scheme} == inject.carried_out(scheme)
