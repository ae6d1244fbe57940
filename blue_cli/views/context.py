"""The text an expert reads before writing, within a budget of tokens. Pure; everything quoted is untrusted.

The head (`preface`) stands first. What concerns the expert follows, then the rest: whole texts, then labels, then counts.
What others wrote stands in fences longer than any run of backticks inside, and is called data (HARDENING.md, text for
language models).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.context import REMARKS, Item, Reading, kind_word
from blue_cli.views.preface import closing, fence_for, fenced, now, shortened, stable
from blue_cli.views.text import sanitize

BYTES = 3  # of UTF-8 a token, as estimated: English has about 4, Chinese 3, ids and markers fewer; rather too many than too few
BUDGET = 8000  # tokens, when nobody says how many
TEXTS = 3, 4  # of what is left for the rest, three quarters may go to whole texts, so that many more fit as labels

WIDEST = 9_999_999  # tokens: room is kept for a budget of so many digits, so that the least that is named is enough
LEAST = 20  # bytes, fewer than any label with its facts
FULL, LABELLED, LEFT_OUT = "full", "label", "left out"


class Pack(NamedTuple):
    """A text and what is in it. `stable` counts the bytes at its front that no later round changes; with `least` above the
    budget (both in tokens) there is no text: what must be in it does not fit."""

    text: str
    tokens: int
    budget: int
    least: int
    stable: int
    levels: tuple[tuple[Item, str], ...]


def tokens(text: str) -> int:
    """How many tokens a text may have, estimated: no tokenizer is asked, since every model has another."""
    return -(-len(text.encode()) // BYTES)


def pack(reading: Reading, background: str, budget: int) -> Pack:
    """The text for an expert, at most `budget` tokens by this module's estimate."""
    front = stable(reading, background)
    parts = _parts(reading)
    frame = [front, now(reading), closing(reading), *(part.frame for part in parts)]
    everything = [item for part in parts for item in part.items]
    reserve = _left_out([(item, LABELLED) for item in everything] + [(item, LEFT_OUT) for item in everything], max(budget, WIDEST))
    spent = len("".join([*frame, reserve]).encode())
    least = -(-spent // BYTES)
    if least > budget:
        return Pack("", 0, budget, least, 0, ())
    levels = _fill(parts, budget * BYTES - spent)
    body = "".join(_part(part, levels) for part in parts)
    named = tuple((item, levels[item.name]) for item in everything)
    text = front + now(reading) + body + _left_out(named, budget) + closing(reading)
    return Pack(text, tokens(text), budget, least, len(front.encode()), named)


# --- the parts -----------------------------------------------------------------------------------------------


class _Section(NamedTuple):
    """A part of the pack: its heading, what is in it, the fence its labels stand in."""

    title: str
    items: tuple[Item, ...]
    fence: str

    @property
    def frame(self) -> str:
        """What it costs with nothing in it."""
        return f"{self.title}\n\n{_labels(self, ['']) if self.items else ''}\n"


def _parts(reading: Reading) -> list[_Section]:
    """The parts in their order, empty ones left out."""
    named = (
        ("# What you must answer", reading.answer),
        ("# What you stand by", reading.own),
        ("# Tensions and where they stand", reading.brief),
        ("# What else was said", reading.rest),
    )
    return [_Section(title, items, fence_for(*(shortened(item.label) for item in items))) for title, items in named if items]


def _fill(parts: Sequence[_Section], room: int) -> dict[str, str]:
    """How much of each item is shown: labels of what concerns the expert, then its texts, then the texts of the rest,
    nearest first, then labels for as many more as fit."""
    levels = {item.name: LEFT_OUT for part in parts for item in part.items}
    rest = [item for part in parts[-1:] for item in part.items]
    close = [item for part in parts[:-1] for item in part.items]
    if parts and not parts[-1].title.endswith("said"):
        close, rest = [*close, *rest], []
    room = _raise(levels, close, LABELLED, room)
    room = _raise(levels, close, FULL, room)
    most, of = TEXTS
    share = room if _fit(rest, room) else room * most // of
    room += _raise(levels, rest, FULL, share) - share
    room = _raise(levels, [item for item in rest if levels[item.name] == LEFT_OUT], LABELLED, room)
    return levels


def _fit(items: Sequence[Item], room: int) -> bool:
    """Whether all of these have room with their texts; the quick look first, since there may be thousands."""
    return sum(len(item.text) for item in items) <= room and sum(_size(item, FULL) for item in items) <= room


def _raise(levels: dict[str, str], items: Iterable[Item], level: str, room: int) -> int:
    """Show more of each item that still fits; what room is left. After the first that does not fit, only shorter ones do."""
    for item in items:
        if room < (len(item.text) if level == FULL else LEAST):
            continue  # no need to write it out to see that it does not fit
        cost = _size(item, level) - _size(item, levels[item.name])
        if cost <= room:
            levels[item.name] = level
            room -= cost
    return room


def _size(item: Item, level: str) -> int:
    """What an item costs, in bytes."""
    if level == LEFT_OUT:
        return 0
    text = f"{_line(item)}\n" if level == LABELLED or not item.text else _whole(item)
    return len(text.encode())


def _part(part: _Section, levels: dict[str, str]) -> str:
    """A part as text: whole texts first, then labels."""
    whole = [_whole(item) for item in part.items if levels[item.name] == FULL and item.text]
    short = [_line(item) for item in part.items if levels[item.name] == LABELLED or (levels[item.name] == FULL and not item.text)]
    if not whole and not short:
        return ""
    return f"{part.title}\n\n{''.join(whole)}{_labels(part, short) if short else ''}\n"


def _labels(part: _Section, lines: Sequence[str]) -> str:
    return "\n".join([f"{part.fence}text", *lines, part.fence, ""])


def _line(item: Item) -> str:
    """An item in one line, for inside a fence."""
    facts = [item.id, item.status, f"by {', '.join(item.by)} in round {item.round}", *item.why]
    if item.kind == REMARKS:
        facts[:2] = ["remarks"]
    return " · ".join(facts) + (f" · {shortened(item.label)}" if item.label else "")


def _whole(item: Item) -> str:
    """An item with its text. Only ids, statuses and names of experts stand outside of the fence."""
    head = f"{item.id} {kind_word(item.kind)}, {item.status}" if item.kind != REMARKS else "Remarks"
    why = f": {'; '.join(item.why)}" if item.why else ""
    text = fenced("\n\n".join(part for part in (item.label, item.text) if part))
    return f"### {sanitize(head)}, by {', '.join(item.by)} in round {item.round}{why}\n\n{text}\n"


# --- what is not in it ---------------------------------------------------------------------------------------


def counted(levels: Iterable[tuple[Item, str]], level: str) -> dict[str, int]:
    """How many of each kind are shown at a level; what has no text is shown whole by its label."""
    counts: dict[str, int] = {}
    for item, shown in levels:
        if shown == level and (item.text or level != LABELLED):
            counts[kind_word(item.kind, True)] = counts.get(kind_word(item.kind, True), 0) + 1
    return counts


def _left_out(levels: Sequence[tuple[Item, str]], budget: int) -> str:
    """What the budget had no room for."""
    short, out = counted(levels, LABELLED), counted(levels, LEFT_OUT)
    if not short and not out:
        return "# Left out\n\nNothing: this is all that was said before this round.\n"
    said = []
    for counts, how in ((short, "shown without their text"), (out, "not shown at all")):
        if counts:
            said.append(f"{how}: " + ", ".join(f"{n} {word}" for word, n in counts.items()))
    return f"# Left out\n\nTo stay within {budget} tokens, " + "; ".join(said) + ". `blue show ID` has each in full.\n"


def document(reading: Reading, packed: Pack) -> dict[str, Any]:
    """`blue/context@1`, of one expert."""
    return {
        "dialogue": reading.graph.meta.id,
        "expert": reading.expert.slug,
        "round": reading.round,
        "new": reading.new,
        "text": packed.text,
        "tokens": packed.tokens,
        "budget": packed.budget,
        "bytes_per_token": BYTES,
        "stable_bytes": packed.stable,
        "items": [{"id": item.id or None, "name": item.name, "shown": level} for item, level in packed.levels],
        "left_out": {"text": counted(packed.levels, LABELLED), "all": counted(packed.levels, LEFT_OUT)},
        "complete": reading.graph.complete,
    }
