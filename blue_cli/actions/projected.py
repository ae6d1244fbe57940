"""What the projection knows, for questions to all dialogues: the same answers as from their files, from far fewer bytes.

Only dialogues whose rows are current, and exact, are answered here, by uid. Whatever is missing is asked of its partition,
so a projection that is old or gone costs time and changes no answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from blue_cli.actions import recalled
from blue_cli.actions.recalled import Draft, Known
from blue_cli.dialogue.grammar import KIND_NAMES, STATUSES, UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.schema import FORMAT, OF_KIND, TABLES
from blue_cli.dialogue.search import rank, search
from blue_cli.stores.projecting import Asked, format_of
from blue_cli.views.items import LISTS, Cells, Filter
from blue_cli.views.search import cells, document

Answer = TypeVar("Answer")
ListAnswer = tuple[list[Cells], list[dict[str, Any]], dict[str, int], bool]
SearchAnswer = tuple[list[tuple[tuple[Any, ...], str, tuple[str, ...], dict[str, Any] | None]], bool]

COUNTS = "SELECT dialogue, status, count(*) FROM {table} GROUP BY dialogue, status"
FOUND = "(dialogue, canonical_id) IN (SELECT dialogue, canonical_id FROM entities WHERE kind = ? AND {words})"
HOLDS = "folded LIKE ? ESCAPE '!'"
WORDS, LETTERS = 40, 1000  # of a search: what the engine looks for. Beyond that, what it finds is looked through here alone


class Moment(Protocol):
    """A store that may hold a projection."""

    def moment(self, work: Callable[[Asked], Answer]) -> Answer: ...


class Projection(NamedTuple):
    """The projection of a store. `doubted` tells of a uid and an id whether that dialogue must be looked at itself: a seal
    that this clone has seen on it may have been taken off."""

    store: Moment
    doubted: Callable[[str, str], bool]

    @property
    def has_texts(self) -> bool:
        """Whether it holds what was said word for word."""
        return bool(getattr(self.store, "texts", True))

    def told(self, tell: Callable[[Asked, dict[int, Known]], dict[str, Answer]]) -> dict[str, Answer]:
        """Answers by uid, all of one moment; none where there is no projection in the form that this blue knows."""

        def work(ask: Asked) -> dict[str, Answer]:
            if format_of(ask, TABLES) != FORMAT:
                return {}
            return tell(ask, {one.key: one for one in recalled.current(ask) if not self.doubted(one.uid, one.id)})

        return self.store.moment(work)


# --- lists -------------------------------------------------------------------------------------------------------


def lists(projection: Projection, noun: str, wanted: Filter, json: bool) -> dict[str, ListAnswer]:
    """What a list says of each dialogue."""
    listing = LISTS[noun]
    if listing.kind == "S" and not projection.has_texts:
        return {}

    def tell(ask: Asked, known: Mapping[int, Known]) -> dict[str, ListAnswer]:
        counts = _counts(ask, known, listing.kind) if listing.kind else {}
        drafts = _drafts(ask, known, noun, wanted, json)
        # whether a verdict is stale, its basis says, which lies with the files
        keys = [key for key, one in known.items() if noun != "verdicts" or not one.verdicts]
        return {known[key].uid: _listed(noun, wanted, json, drafts.get(key), counts.get(key, {})) for key in keys}

    return projection.told(tell)


def _listed(noun: str, wanted: Filter, json: bool, draft: Draft | None, counts: dict[str, int]) -> ListAnswer:
    if draft is None:
        return [], [], counts, True
    listing, graph = LISTS[noun], draft.graph()
    found = list(listing.find(graph, wanted))
    rows = [] if json else [listing.cells(graph, thing) for thing in found]
    return rows, [listing.document(graph, thing) for thing in found] if json else [], counts, True


def _drafts(ask: Asked, known: Mapping[int, Known], noun: str, wanted: Filter, json: bool) -> Mapping[int, Draft]:
    kind = LISTS[noun].kind
    if not kind:
        return _OTHERS[noun](ask, known)
    if kind == "T" and not json and not (wanted.all or wanted.raised or wanted.statuses):  # the rest would be fetched for nothing
        return recalled.things(ask, known, kind, False, f"status IN ({', '.join('?' * len(UNSETTLED))})", UNSETTLED)
    drafts = recalled.things(ask, known, kind, kind == "S")
    if json and kind == "T":
        recalled.add_events(ask, drafts, kind)
    if kind == "S" or (json and kind == "T"):
        recalled.add_names(ask, drafts)
    return drafts


_OTHERS: dict[str, Callable[[Asked, Mapping[int, Known]], Mapping[int, Draft]]] = {
    "refs": recalled.refs,
    "moves": recalled.moves,
    "experts": recalled.experts,
    "verdicts": lambda ask, known: {},
}


def _counts(ask: Asked, known: Iterable[int], kind: str) -> dict[int, dict[str, int]]:
    counts = {key: dict.fromkeys(STATUSES[kind], 0) for key in known}
    for key, status, n in ask.one(COUNTS.format(table=OF_KIND[kind].name), ()):
        if key in counts:
            counts[key][status] = n
    return counts


# --- figures and words -------------------------------------------------------------------------------------------


def figures(projection: Projection) -> dict[str, tuple[str, str, dict[str, Any], bool]]:
    """What `blue stats` says of each dialogue."""

    def tell(ask: Asked, known: Mapping[int, Known]) -> dict[str, tuple[str, str, dict[str, Any], bool]]:
        return {one.uid: (one.id, one.status, json.loads(one.figures), True) for one in known.values()}

    return projection.told(tell)


def words(projection: Projection, words: Sequence[str], kind: str, by: str, items: bool) -> dict[str, SearchAnswer]:
    """What is found in each dialogue. The engine finds what may match, and `search` what does."""
    if not projection.has_texts or any("\0" in word or not word.isprintable() for word in words):  # no engine takes all of these
        return {}
    sought = [word.rstrip("?") for word in words if len(word) <= LETTERS][:WORDS]

    def tell(ask: Asked, known: Mapping[int, Known]) -> dict[str, SearchAnswer]:
        hits: dict[str, SearchAnswer] = {one.uid: ([], True) for one in known.values()}
        for letter in kind or KIND_NAMES:
            where = FOUND.format(words=" AND ".join([HOLDS] * len(sought)) or "1 = 1")
            drafts = recalled.things(ask, known, letter, True, where, [letter, *map(_pattern, sought)])
            for key, draft in drafts.items():
                hits[known[key].uid][0].extend(_hits(draft.graph(), words, kind, by, items))
        return hits

    return projection.told(tell)


def _hits(graph: Graph, words: Sequence[str], kind: str, by: str, items: bool) -> list[Any]:
    found = search(graph, words, kind, by)
    return [(rank(hit), graph.meta.id, cells(graph, hit), document(graph, hit) if items else None) for hit in found]


def _pattern(word: str) -> str:
    """A LIKE pattern for any text that holds the word. SQLite takes letters of either case for the same; all are small here."""
    return "%" + "".join("!" + char if char in "!%_" else char for char in word) + "%"
