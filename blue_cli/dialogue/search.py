"""Words in labels and texts: what matches, and in which order.

Case and accents make no difference: both sides are taken apart (NFKD, Unicode Standard Annex 15), lose their combining
marks and are casefolded. Every word must match. Order: words found in the label before words found in the text; a whole
word before the beginning of one before the inside of one; unsettled before settled; newer before older; then the id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from blue_cli.dialogue.grammar import UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import BARE, CANONICAL, DISPLAY
from blue_cli.dialogue.model import Entity, Standing

WHOLE, BEGINNING, INSIDE = range(3)
OPEN = (*UNSETTLED, "proposed", "amended", "asserted", "supported", "opposed", "cited", "challenged", "stated")
AROUND = 40  # characters of text shown on each side of a hit

Span = tuple[int, int]


class Hit(NamedTuple):
    """One thing that matches. `in_label`: all words are in its label (or one is its id); `snippet` is the piece of text around
    the first word found there, "" when none is; the spans are the words' places in label and snippet."""

    entity: Entity
    standing: Standing
    in_label: bool
    match: int
    snippet: str
    label_spans: tuple[Span, ...]
    snippet_spans: tuple[Span, ...]


def words_of(text: str) -> tuple[str, ...]:
    """The words to look for, folded; each once."""
    return tuple(dict.fromkeys(word for part in text.split() if (word := fold(part))))


def fold(text: str) -> str:
    """A text in which only the letters count."""
    if text.isascii():
        return text.lower()
    from unicodedata import combining, normalize

    return "".join(c for c in normalize("NFKD", text) if not combining(c)).casefold()


def may_match(blobs: Mapping[str, bytes], words: Sequence[str]) -> bool:
    """Whether reading a dialogue is worth it: False only when some word stands in none of its files. Cheap, since most
    dialogues hold no hit; a word that may be an id, or that accents may hide, always is."""
    plain = [word.encode() for word in words if word.isascii() and not _may_be_id(word)]
    left = set(plain)
    for data in blobs.values():
        if not data.isascii():
            return True
        low = data.lower()
        left = {word for word in left if word not in low}
        if not left:
            return True
    return False


def _may_be_id(word: str) -> bool:
    id = word.upper().rstrip("?")
    return any(shape.fullmatch(id) for shape in (DISPLAY, CANONICAL, BARE))


def search(graph: Graph, words: Sequence[str], kind: str = "", by: str = "") -> list[Hit]:
    """Everything that matches, best first; of one kind (letter) and one contributor, where they are given."""
    texts = {s.path: s.text for s in graph.sources.files}
    found = []
    for name, entity in graph.entities.items():
        standing = graph.standing[name]
        if (kind and entity.kind != kind) or (by and by not in (entity.author, *standing.contributors)):
            continue
        hit = _match(entity, standing, texts.get(entity.path, "")[entity.start : entity.end].strip(), words)
        if hit:
            found.append(hit)
    return sorted(found, key=rank)


def rank(hit: Hit) -> tuple[bool, int, bool, int, str, str]:
    """The order of hits."""
    settled = hit.standing.status not in OPEN
    return not hit.in_label, hit.match, settled, -hit.entity.round, hit.entity.id, hit.entity.canonical


def _match(entity: Entity, standing: Standing, text: str, words: Sequence[str]) -> Hit | None:
    label, body = fold(entity.label), fold(text)
    ids = (entity.id.lower(), entity.canonical.lower())
    in_label, worst = True, WHOLE
    for word in words:
        if word.rstrip("?") in ids:
            continue
        place = label if word in label else body
        if word not in place:
            return None
        in_label = in_label and place is label
        worst = max(worst, _how(word, place))
    snippet, spans = _snippet(text, words) if any(word in body for word in words) else ("", ())
    return Hit(entity, standing, in_label, worst, snippet, tuple(places(entity.label, words)), spans)


def _how(word: str, text: str) -> int:
    """How well a word is matched at its best place."""
    best, at = INSIDE, text.find(word)
    while at >= 0 and best > WHOLE:
        if at == 0 or not text[at - 1].isalnum():
            end = at + len(word)
            whole = end == len(text) or not text[end].isalnum()
            best = WHOLE if whole else min(best, BEGINNING)
        at = text.find(word, at + 1)
    return best


# --- where to point ------------------------------------------------------------------------------------------


def places(text: str, words: Sequence[str]) -> Iterator[Span]:
    """Where the words stand in a text as written, from left to right, joined where they overlap."""
    folded, origin = _traced(text)
    found = sorted(span for word in words for span in _all(folded, word))
    if not found:
        return
    joined: list[Span] = []
    for begin, end in found:
        span = origin[begin], origin[end - 1] + 1
        if joined and span[0] <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], span[1])
        else:
            joined.append(span)
    yield from joined


def _traced(text: str) -> tuple[str, Sequence[int]]:
    """A text folded, and for each character of that which one of the text it comes from."""
    if text.isascii():
        return text.lower(), range(len(text))
    pairs = [(folded, at) for at, char in enumerate(text) for folded in fold(char)]
    return "".join(c for c, _ in pairs), [at for _, at in pairs]


def _all(text: str, word: str) -> Iterator[Span]:
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + len(word))


def _snippet(text: str, words: Sequence[str]) -> tuple[str, tuple[Span, ...]]:
    """The piece of text around the first word found, in one line, and the words' places in it."""
    flat = " ".join(text.split())
    first = next(places(flat, words), None)
    if first is None:
        return "", ()
    begin, end = max(0, first[0] - AROUND), min(len(flat), first[1] + AROUND)
    if begin:
        begin = flat.rfind(" ", 0, begin + 1) + 1 if " " in flat[max(0, begin - AROUND) : begin + 1] else begin
    if end < len(flat):
        end = found if (found := flat.find(" ", end, end + AROUND)) >= 0 else end
    piece = ("…" if begin else "") + flat[begin:end] + ("…" if end < len(flat) else "")
    return piece, tuple(places(piece, words))
