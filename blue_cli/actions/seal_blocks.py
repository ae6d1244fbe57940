"""The `seal:` blocks of two branches made one: wraps that were added on either stay, each one authenticated by its MAC."""

from __future__ import annotations

from typing import TypeVar

from blue_cli.crypto import block as blocks
from blue_cli.crypto import envelope, seal
from blue_cli.crypto.block import Block, Wrap
from blue_cli.crypto.seal import Deks
from blue_cli.stores.opening import block_of

Value = TypeVar("Value")


def united_line(base: bytes, ours: bytes, theirs: bytes, deks: Deks) -> str:
    """The `seal:` line of a `dialogue.md` that both branches changed. Both blocks were opened before: their MACs hold.

    `base` may be without a block. Raises ValueError where a person must decide: both changed the same thing, or a new data
    key of one branch is not wrapped for a key that the other added.
    """
    old, mine, other = (block_of(data) for data in (base, ours, theirs))
    assert mine is not None and other is not None  # each of them opened
    if mine == other or other == old:
        return _line(ours)
    if mine == old:
        return _line(theirs)
    if mine.versions != other.versions or mine.pending or other.pending:
        raise ValueError("both branches changed its seal block, one of them the data key")
    before = old if old is not None else Block(0, (), ())
    from_round = _three_way(before.from_round, mine.from_round, other.from_round)
    merged = Block(from_round, mine.versions, _wraps(before, mine, other))
    return blocks.line(seal.sign(merged, deks))


def _line(data: bytes) -> str:
    return (envelope.seal_text(data) or "").replace("\r\n", "\n")


def _three_way(base: Value, ours: Value, theirs: Value) -> Value:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    raise ValueError("both branches changed its seal block, each in its own way")


def _wraps(base: Block, ours: Block, theirs: Block) -> tuple[Wrap, ...]:
    """By key. One that both renewed opens the same data keys in either form: the newer one, or always the same of two."""
    named = [{wrap.key: wrap for wrap in side.wraps} for side in (base, ours, theirs)]
    keys = [*named[0], *sorted((named[1].keys() | named[2].keys()) - named[0].keys())]
    wraps = []
    for key in keys:
        before, mine, other = (side.get(key) for side in named)
        renewed = mine is not None and other is not None and mine != before and other != before
        wrap = max(mine, other, key=_age) if renewed and mine and other else _three_way(before, mine, other)
        if wrap is not None:
            wraps.append(wrap)
    return tuple(wraps)


def _age(wrap: Wrap) -> tuple[int, bytes, bytes]:
    return wrap.epoch, wrap.salt, wrap.blob
