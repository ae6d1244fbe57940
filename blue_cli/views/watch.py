"""A dialogue while it runs, on one screen (`blue watch`): how far it is, what is open, who leads, what came last. Pure.

The screen is a list of lines, never more nor wider than the terminal. A wide one has two columns. What does not fit is
counted (`… 3 more`): a part gives way from its end, the least needed part first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.convergence import Convergence, measure, status
from blue_cli.dialogue.grammar import UNSETTLED
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.scoreboard import Board
from blue_cli.dialogue.staleness import stale
from blue_cli.dialogue.verdicts import standing
from blue_cli.views import export
from blue_cli.views import status as status_view
from blue_cli.views.dialogue import known, next_step, titled
from blue_cli.views.listing import GAP
from blue_cli.views.news import PROPOSED, News, cells
from blue_cli.views.scoreboard import bar, spark
from blue_cli.views.spans import Line, Span, align, fit, pad, painted, span, spread, wide, wrap

TWO_COLUMNS = 92  # columns of a terminal from which on there are two
ASIDE = 36  # columns of the second
ROOMY = 16  # lines from which on there is room for air
ORDINARY = 80  # columns from which on the converge is counted and drawn as well
NARROW = 60  # columns below which names give way to labels
WAITED = "waited for"
PLAIN = str.maketrans({"…": "~", "│": "|", "─": "-", "✓": "+", "●": "*", "·": "-", "█": "#", "▌": "", "°": "."})


class Seen(NamedTuple):
    """What is known of the dialogue. `events`: its `news`; `fresh`: what of them came while it was watched, the oldest first;
    `trouble`: why it is not as it is on the disk now; `foot`: a word for the last line."""

    graph: Graph
    board: Board
    events: Sequence[News] = ()
    fresh: Sequence[News] = ()
    trouble: str = ""
    foot: str = ""


class Part(NamedTuple):
    """A part of the screen: a heading and rows of cells. The first rows are shown, `caps` are their columns' widths."""

    title: Line
    rows: Sequence[Sequence[Span]]
    caps: Sequence[int] = ()


def frame(seen: Seen, columns: int, rows: int, color: bool, plain: bool = False) -> list[str]:
    """The screen, exactly `rows` lines. `plain`: ASCII only, as far as it is ours."""
    head, foot = _head(seen, columns, rows, plain), _foot(seen, columns)
    room = max(rows - len(head) - 1, 0)
    body = _two(seen, columns, room, plain) if columns >= TWO_COLUMNS else _one(seen, columns, room, plain)
    lines = [*[*head, *body][: rows - 1], *[[]] * max(rows - 1 - len(head) - len(body), 0), foot][:rows]
    texts = [painted(fit(line, columns), color) for line in lines]
    return [text.translate(PLAIN) for text in texts] if plain else texts


def waiting(message: str, columns: int, rows: int, color: bool, foot: str = "") -> list[str]:
    """The screen while there is nothing to show: why."""
    lines: list[Line] = [[span(line, "warning")] for line in message.split("\n")]
    lines = [*lines[: rows - 1], *[[]] * max(rows - 1 - len(lines), 0), _bottom(foot, columns)][-rows:]
    return [painted(fit(line, columns), color) for line in lines]


# --- above and below ------------------------------------------------------------------------------------------------


def _head(seen: Seen, columns: int, rows: int, plain: bool) -> list[Line]:
    graph = seen.graph
    measured = measure(graph)
    word = status(graph, measured)
    lines: list[Line] = [spread([Span(titled(graph) or graph.meta.id, "title")], [span(word, word)], columns)]
    if rows >= ROOMY:
        lines.append([span(graph.meta.question or graph.meta.id, "dim")])
    lines.append(_figures(graph, measured, columns, plain))
    if rows >= 8:
        lines += [line for line in (_verdict(graph), _mistakes(graph)) if line]
    lines.append([span(seen.trouble, "warning")] if seen.trouble else [span(next_step(graph, measured), "hint" if rows < 8 else "")])
    return [*lines, [Span(("-" if plain else "─") * columns, "dim")]] if rows >= ROOMY else lines[: max(rows - 1, 0)]


def _figures(graph: Graph, measured: Convergence, columns: int, plain: bool) -> Line:
    """Velocity first, since it is what has to fall; the bar only where there is room for everything."""
    roomy = columns >= NARROW
    groups: list[list[Span]] = [[Span("no round yet" if measured.round is None else f"round {measured.round}")]]
    groups.append([Span(f"velocity {known(measured.velocity)}", "title")])
    if roomy and measured.complete:
        groups[-1].append(Span(f" ({len(measured.open_tensions)} open, {len(measured.new_perspectives)} new)"))
    if measured.round is not None:
        groups.append([Span("converge " + ("?" if measured.percent is None else f"{measured.percent:g}%"))])
        if roomy and measured.complete:
            groups[-1].append(Span(f" ({len(measured.signals)} of {len(measured.panel)})" if columns >= ORDINARY else ""))
            groups[-1].append(Span(f" {bar(measured.percent or 0, 100, plain)}" if columns >= ORDINARY else "", "converging"))
    dot = Span("  ·  " if roomy else " · ", "dim")
    return [piece for group in groups for piece in (dot, *group)][1:]


def _verdict(graph: Graph) -> Line:
    final = standing(graph)
    if final is None:
        return []
    word = "may be stale" if not graph.complete else "stale" if stale(graph, final) else "stands"
    return [Span(f"verdict {final.id} "), Span(word, word), span(f": {final.recommendation or '-'}")]


def _mistakes(graph: Graph) -> Line:
    """That not all of it is taken as it was written: what that is, `blue check` says."""
    wrong = len(graph.troubles) + len(graph.illegal)
    if not graph.complete:
        return [Span("not everything could be read: blue check says why", "warning")]
    return [Span(f"{wrong} mistake{'s' if wrong != 1 else ''} in it: blue check says what", "warning")] if wrong else []


def _foot(seen: Seen, columns: int) -> Line:
    return _bottom(seen.foot, columns)


def _bottom(word: str, columns: int) -> Line:
    left = [Span("q quits", "dim")]
    return spread(left, fit([span(word, "dim")], max(columns - wide(left) - GAP, 0)), columns)


# --- the parts ------------------------------------------------------------------------------------------------------


def _two(seen: Seen, columns: int, room: int, plain: bool) -> list[Line]:
    """What is open and what happened at the left, who is asked and who leads at the right."""
    right = _stack([_panel(seen), _leaders(seen, plain)], ASIDE, room)
    aside = max((wide(line) for line in right), default=0)
    inner = columns - aside - 3
    left = _stack([_tensions(seen, inner), _news(seen, inner)], inner, room)
    middle = Span(" │ ", "dim")
    high = max(len(left), len(right)) if room < ROOMY else room
    both = [(left[i] if i < len(left) else [], right[i] if i < len(right) else []) for i in range(high)]
    return [[*pad(a, inner), middle, *b] for a, b in both]


def _one(seen: Seen, columns: int, room: int, plain: bool) -> list[Line]:
    """One below the other: names and scores one after the other on a line."""
    people = _flow(_panel(seen), columns)
    leaders = _flow(_leaders(seen, plain), columns)
    return _stack([_tensions(seen, columns), _news(seen, columns), people, leaders], columns, room)


def _stack(parts: Sequence[Part], columns: int, room: int) -> list[Line]:
    """The parts below each other, with a line of air between them where there is room."""
    parts = [part for part in parts if part.rows][: room // 2]
    air = 1 if room >= ROOMY - 4 else 0
    heights = _share([1 + len(part.rows) for part in parts], room - air * max(len(parts) - 1, 0))
    lines: list[Line] = []
    for part, height in zip(parts, heights, strict=True):
        lines += [[]] * (air if lines else 0) + _shown(part, columns, height)
    return lines


def _share(wanted: Sequence[int], room: int) -> list[int]:
    """How many lines each gets: two at least, then one each in turn until all have what they want or nothing is left."""
    given = [min(2, want) for want in wanted]
    left = room - sum(given)
    while left > 0 and given != list(wanted):
        for i, want in enumerate(wanted):
            if given[i] < want and left > 0:
                given[i] += 1
                left -= 1
    return given


def _shown(part: Part, columns: int, height: int) -> list[Line]:
    fits = len(part.rows) < height
    count = len(part.rows) if fits else height - 1
    more = [] if fits else [Span(f"  … {len(part.rows) - count} more", "dim")]
    title = [*part.title, *more]
    rows = align(part.rows[:count], part.caps) if part.caps else part.rows[:count]
    return [fit(title, columns), *(fit(line, columns) for line in rows)]


def _flow(part: Part, columns: int) -> Part:
    """A part whose rows follow each other on as few lines as they need."""
    return Part(part.title, wrap((_spaced(row) for row in part.rows), columns))


def _spaced(row: Sequence[Span]) -> list[Span]:
    pieces = [piece for piece in row if piece.text and piece.text != WAITED]  # the mark says it too
    return [piece._replace(text=piece.text + " ") for piece in pieces[:-1]] + pieces[-1:]


def _tensions(seen: Seen, columns: int) -> Part:
    """What is not settled first, then what was settled last."""
    graph = seen.graph
    every = sorted(graph.of_kind("T"), key=lambda pair: pair[0].id)
    opened = [pair for pair in every if pair[1].status in UNSETTLED]
    settled = [pair for pair in reversed(every) if pair[1].status not in UNSETTLED]
    touched = {one.id for one in seen.fresh}
    rows = []
    for entity, where in [*opened, *settled]:
        id = graph.shown(entity.canonical)
        style = "title" if id in touched else "" if where.status in UNSETTLED else "dim"
        rows.append((span(id, "id"), span(where.status, where.status), span(",".join(where.contributors)), span(entity.label, style)))
    counts = [f"{n} {word}" for word, n in graph.counts("T").items() if n]
    title = [Span("TENSIONS", "title"), span("  " + (", ".join(counts) if graph.complete else "not everything could be read"), "dim")]
    return Part(title, rows, (8, 9, 14 if columns >= NARROW else 0))


def _news(seen: Seen, columns: int) -> Part:
    """The newest first: what came while it was watched, then the rest by round."""
    fresh = list(reversed(seen.fresh))
    known = set(fresh)
    rows = [_told(one, one in known) for one in [*fresh, *(old for old in reversed(seen.events) if old not in known)]]
    title = [Span("EVENTS", "title"), Span("  the newest first", "dim")]
    caps = (1, 3, 12, 12) if columns >= NARROW else (1, 3, 9, 9)
    return Part(title, rows, caps)


def _told(one: News, fresh: bool) -> Sequence[Span]:
    mark = Span("●" if fresh else " ", "warning")
    what = span(one.what, "addressed" if one.what == PROPOSED else one.what)
    said = [*([span(one.id, "id"), Span("  ")] if one.id else []), span(one.text, "title" if fresh else "")]
    return [mark, Span(f"r{one.round}", "dim"), span(one.by), what, *said]


def _panel(seen: Seen) -> Part:
    """Who has written this round and who has not: those who are waited for first."""
    graph = seen.graph
    last = graph.last_round or 0
    sealed = {author for round, author in graph.sources.shut if round == last}  # they wrote, whatever they said
    panel, wrote, signals = graph.panel(last), {*graph.writers.get(last, ()), *sealed}, graph.signals.get(last, ())
    rows = []
    for slug in sorted(panel, key=lambda slug: (slug in wrote, slug)):
        if slug in wrote:
            word = "converges" if slug in signals else "sealed" if slug in sealed else ""
            rows.append((Span("✓", "resolved"), span(slug), Span(word, "converging")))
        else:
            rows.append((Span("…", "open"), span(slug), Span(WAITED, "open")))
    done = sum(slug in wrote for slug in panel)
    title = [Span("PANEL", "title"), Span(f"  round {last}: {done} of {len(panel)} wrote", "dim")]
    return Part(title, rows, (1, 20))


def _leaders(seen: Seen, plain: bool) -> Part:
    """Who was scored, the best first, with the course over the rounds."""
    board = seen.board
    rounds = board.rows[-12:]
    most = max((score.total for row in rounds for score in row.scores.values()), default=0)
    rows = []
    for place, (slug, total) in enumerate(_ranking(board), 1):
        course = spark([row.scores[slug].total if slug in row.scores else None for row in rounds], most, plain)
        rows.append((Span(str(place), "dim"), span(slug), Span(course if len(rounds) > 1 else "", "dim"), Span(str(total), "title")))
    title = [Span("LEADERBOARD", "title"), Span(f"  ALIGNMENT {board.sum.total}" if rows else "  nobody is scored yet", "dim")]
    return Part(title, rows, (2, 16, 12))


def _ranking(board: Board) -> list[tuple[str, int]]:
    return sorted(((slug, score.total) for slug, score in board.totals.items()), key=lambda item: (-item[1], item[0]))


# --- elsewhere than on a screen -------------------------------------------------------------------------------------


def state(seen: Seen) -> News:
    """How it stands, as an event of its own: after each change a script reads it from one line."""
    measured = measure(seen.graph)
    round = measured.round or 0
    if seen.trouble:
        return News(round, "", "trouble", "", seen.trouble)
    percent = "?" if measured.percent is None else f"{measured.percent:g}%"
    text = f"velocity {known(measured.velocity)}, converge {percent}, {next_step(seen.graph, measured)}"
    return News(round, "", status(seen.graph, measured), "", text)


def line(one: News) -> str:
    """An event on a terminal that only prints."""
    round, *rest = cells(one)
    return span("  ".join((f"round {round}", *(cell for cell in rest if cell)))).text


def document(seen: Seen) -> dict[str, Any]:
    """`blue/watch@1`: the state once, everything that happened (the oldest first) and the scores."""
    told = [{"round": n.round, "by": n.by or None, "what": n.what, "id": n.id or None, "text": n.text} for n in seen.events]
    return {**status_view.document(seen.graph), "events": told, "scoreboard": export.scoreboard(seen.board)}
