"""The ways of writing to a dialogue, each with what is there before and after: small, in parts, in phases, with another uid.

They run under limits that are a hundredth of the real ones (`narrow`), so that a few small files take every path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest

from blue_cli.stores import dynamo_items, dynamo_wire
from blue_cli.stores.base import Store
from tests.stores.contract import MUFFIN, OTHER, STRUDEL, UID, told

State = dict[tuple[str, str], Mapping[str, bytes]]
LARGE = bytes(range(256)) * 10  # three parts


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """8 changes and 5 kB a transaction, 8 items a batch, 1,000 bytes a part."""
    for module, name, value in (
        (dynamo_items, "ITEMS", 16), (dynamo_items, "TRANSACTION", 5_000 + 8 * 2048), (dynamo_items, "PART", 1000),
        (dynamo_wire, "ITEMS", 16), (dynamo_wire, "TRANSACTION", 5_000 + 8 * 2048), (dynamo_wire, "BATCH", 8),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


class Deed(NamedTuple):
    """One call. `before` and `after`: what every dialogue holds, by uid and id."""

    name: str
    before: State
    do: Callable[[Store], object]
    after: State


def many(start: int, end: int, text: bytes = b"x") -> dict[str, bytes]:
    """Small files, more than a transaction takes."""
    return {f"ruling/01#n{number}": text for number in range(start, end)}


def _commit(name: str, before: Mapping[str, bytes], puts: Mapping[str, bytes], deletes: tuple[str, ...] = (), uid: str = UID) -> Deed:
    """A commit to a dialogue that has that uid afterwards."""
    old = UID if "dialogue" in before else "older:one"
    after = {address: data for address, data in {**before, **puts}.items() if address not in deletes}
    return Deed(
        name,
        {(old, "one"): before},
        lambda store: store.commit(old, store.load(old).version, puts, deletes),
        {(uid, "one"): after},
    )


BASE = told(UID)
MANY = {**BASE, **many(0, 10), STRUDEL: LARGE}
OLD = {STRUDEL: b"s", **many(0, 3)}
DEEDS = (
    _commit("small", BASE | {STRUDEL: b"s"}, {MUFFIN: b"m"}, (STRUDEL,)),
    _commit("parts", BASE | {STRUDEL: LARGE}, {STRUDEL: LARGE[::-1], MUFFIN: LARGE[1:]}),
    _commit("phases", MANY, {**many(5, 15, b"y"), STRUDEL: LARGE[::-1]}, tuple(many(0, 4))),
    _commit("heavy", BASE, {f"file/{n}": LARGE[: 900 + n] for n in range(7)}),
    _commit("adopt", OLD, BASE),
    _commit("adopt-many", {**OLD, **many(0, 6), MUFFIN: LARGE}, BASE),
    Deed("create", {}, lambda store: store.create(UID, "one", MANY), {(UID, "one"): MANY}),
    Deed("rename", {(UID, "one"): BASE}, lambda store: store.rename(UID, "two"), {(UID, "two"): BASE}),
    Deed(
        "rename-older",
        {("older:one", "one"): OLD, (OTHER, "other"): told(OTHER)},
        lambda store: store.rename("older:one", "two"),
        {("older:two", "two"): OLD, (OTHER, "other"): told(OTHER)},
    ),
)


def bring(store: Store, state: State) -> None:
    """Make the dialogues of a state."""
    for (uid, id), blobs in state.items():
        store.create(uid, id, blobs)


def state_of(store: Store) -> State:
    """Every dialogue, as listed and loaded."""
    return {(row.uid, row.id): store.load(row.uid).blobs for row in store.dialogues()}
