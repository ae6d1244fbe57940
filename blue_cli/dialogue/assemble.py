"""The fold: sources in, graph out (FORMAT.md, sections 3 to 5).

Experts' acts of one round are one set; the judge's file follows by position, then rulings by file name, then the
register of an older dialogue. Nothing here looks at a clock, and the order of files decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from blue_cli.dialogue.acts import Acts
from blue_cli.dialogue.cast import Cast, cast
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, JUDGE, verdict_kind
from blue_cli.dialogue.lifecycle import AGAINST, Act, Illegal, Judged, State, fold_round
from blue_cli.dialogue.meta import panel_of
from blue_cli.dialogue.model import RegisterRow
from blue_cli.dialogue.sources import Sources


def assemble(sources: Sources, only: str = "") -> Graph:
    """Fold a dialogue. With `only` (kind letters) what cannot change those kinds is not resolved: a listing of
    tensions needs no more, and costs half."""
    only = only if sources.meta.native else ""  # an older one's register speaks of what a narrow reading leaves out
    people = cast(sources, only)
    acts = Acts(people, only)
    for source, owned in zip(sources.files, people.owners, strict=True):
        acts.read(source, owned)
    for ruling in sources.rulings:
        acts.read(ruling, {})
    for verdict in sources.verdicts:
        acts.read(verdict, {})
    fold = Fold(sources, people, acts, only)
    fold.run()
    return fold.graph()


class Fold:
    """The rounds being folded: one `State` an entity."""

    def __init__(self, sources: Sources, people: Cast, acts: Acts, only: str) -> None:
        self.sources = sources
        self.cast = people
        self.acts = acts
        self.illegal: list[Illegal] = []
        self.states: dict[str, State] = {}
        self.writers: dict[int, tuple[str, ...]] = _writers(sources)
        registered = {name for _, name in people.rows}
        last = max(self.writers, default=0)
        self.registered = _registered(people, last, sources.register.last_named)
        for name, entity in people.entities.items():
            if only and entity.kind not in only:
                continue
            silent = entity.kind == "T" and people.counting is not None and name not in people.counting
            nobodys = entity.author == JUDGE and name in registered  # a register's own row: it says who raised it
            state = State(entity.kind, () if nobodys else (entity.author,), "raised" if silent else "")
            state.born(entity)
            self.states[name] = state
        for row, name in people.rows if not only or "T" in only else ():
            state = self.states[name]
            state.contributors += [c for c in row.contributors if c not in state.contributors]

    def run(self) -> None:
        """All rounds, in order."""
        acts = self.acts
        for round in sorted({*acts.experts, *acts.judges, *acts.signals, *self.registered}):
            fold_round(self.states, self._round(round), round, self._refuse)
            self._unanimity(round)
            for judged in acts.judges.get(round, ()):
                self._judge(judged, round)
            for row, name in self.registered.get(round, ()):
                self._register(row, self._root(name), round)
        self._adopt()

    def _adopt(self) -> None:
        """A standing final verdict adopts the recommendations and claims that it refers to (FORMAT.md, section 5)."""
        numbered = [(verdict_kind(s.address.partition("/")[2]), s) for s in self.sources.verdicts]
        finals = [(number, s.address, s) for (kind, number), s in numbered if kind == FINAL]
        if not finals:
            return
        _, _, final = max(finals)
        for ref in self.acts.refs:
            name = self._root(ref.target or "")
            if ref.source == final.address and ref.type not in AGAINST and name in self.states:
                self.states[name].adopted(Act("adopted", JUDGE, final.address, ref.path, ref.line), final.round)

    def _round(self, round: int) -> dict[str, list[Act]]:
        """The experts' acts of a round by what they are on: an act on something merged is an act on what it became."""
        given: dict[str, list[Act]] = {}
        for name, acts in self.acts.experts.get(round, {}).items():
            root = self._root(name)
            if root in self.states:
                given.setdefault(root, []).extend(acts)
        return given

    def _root(self, name: str) -> str:
        seen = {name}
        while name in self.states and (into := self.states[name].merged_into) and into not in seen:
            seen.add(into)
            name = into
        return name

    def _refuse(self, name: str, state: State, act: Act) -> None:
        self.illegal.append(Illegal(name, state.status, act.effect, act.actor, act.path, act.line))

    def _unanimity(self, round: int) -> None:
        signals = self.acts.signals.get(round, {})
        panel = panel_of(self.sources.meta, round, self.writers.get(round, ()))
        if panel and all(slug in signals for slug in panel):
            path, line = signals[panel[0]]
            for state in self.states.values():
                state.unanimity(round, panel, path, line)

    def _judge(self, judged: Judged, round: int) -> None:
        name = self._root(judged.target)
        state = self.states.get(name)
        if state is None:
            return
        if judged.into is not None:
            into = self._root(judged.into)
            if into != name and into in self.states:
                state.merge(self.states[into], into, judged.act, round)
        elif state.kind == "T":
            state.judged(judged.act, round)
        else:
            state.round_of_others([judged.act], round)

    def _register(self, row: RegisterRow, name: str, round: int) -> None:
        state = self.states.get(name)
        if state is None:
            return
        state.judge_word = row.judge_word or state.judge_word
        if row.status is not None:
            state.registered(row.status, Act(row.status, JUDGE, None, row.path, row.line), round)

    def graph(self) -> Graph:
        """What came of it."""
        acts = self.acts
        return Graph(
            meta=self.sources.meta,
            sources=self.sources,
            entities=self.cast.entities,
            standing={name: state.standing() for name, state in self.states.items()},
            refs=tuple(acts.refs),
            moves=tuple(acts.moves),
            rulings=tuple(acts.rulings),
            by_id=self.cast.resolver.display,
            signals={round: tuple(sorted(who)) for round, who in acts.signals.items()},
            writers=self.writers,
            cast=self.cast,
            abouts=acts.abouts,
            complete=self.sources.complete,
            troubles=tuple(acts.troubles),
            illegal=tuple(self.illegal),
        )


def _writers(sources: Sources) -> dict[int, tuple[str, ...]]:
    writers: dict[int, list[str]] = {}
    for s in sources.files:
        if s.author != JUDGE:
            writers.setdefault(s.round, []).append(s.author)
    for round, author in sources.shut:
        if author != JUDGE:
            writers.setdefault(round, []).append(author)
    return {round: tuple(sorted(who)) for round, who in writers.items()}


def _registered(people: Cast, last: int, last_named: int | None) -> Mapping[int, list[tuple[RegisterRow, str]]]:
    """Register rows by the round at whose end they speak (FORMAT.md, section 7): one that settles when it says, else
    at the end; one that does not as of the last round that the register names."""
    by_round: dict[int, list[tuple[RegisterRow, str]]] = {}
    for row, name in people.rows:
        if row.status in ("resolved", "accepted", "reopened"):
            round = row.settled if row.settled is not None else last
        else:
            round = last_named if last_named is not None else last
        by_round.setdefault(min(round, last), []).append((row, name))
    return by_round
