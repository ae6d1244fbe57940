"""What was done: refs, moves, rulings and older acts, with their targets resolved.

A mark that cannot take effect leaves a `Trouble`; it is never dropped in silence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from blue_cli.dialogue import markers, resolve
from blue_cli.dialogue.cast import Cast, about, content_ends
from blue_cli.dialogue.grammar import ACT, ENTITY, MOVE, REF, RULING, STANCE, VERDICT
from blue_cli.dialogue.ids import JUDGE, kind_of
from blue_cli.dialogue.lifecycle import Act, Judged
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.model import Move, Ref, Ruling, new
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.resolve import Token
from blue_cli.dialogue.sources import Source, Trouble

_ABOUT_OTHERS = frozenset({"support", "oppose", "question", "depend", "refine"})  # cannot change a tension
_MERGED = "merged"


# An older act on one display id: nothing in its text can be another target, since no id is without a digit.
_SIMPLE = pattern(r"(?: on)? ([PTRECS][0-9]{4,})(?:: [^0-9]*)?")


class Acts:
    """All acts of a dialogue. Filled by `read`, then only read."""

    def __init__(self, cast: Cast, only: str = "") -> None:
        self.cast = cast
        self.only = only
        self.refs: list[Ref] = []
        self.moves: list[Move] = []
        self.rulings: list[Ruling] = []
        self.troubles: list[Trouble] = []
        self.experts: dict[int, dict[str, list[Act]]] = {}
        self.judges: dict[int, list[Judged]] = {}
        self.signals: dict[int, dict[str, tuple[str, int]]] = {}
        self.abouts: dict[str, str] = {}

    def read(self, source: Source, owned: Mapping[int, str]) -> None:
        """The acts of one file; `owned` tells which entity each entity marker opened."""
        reading = _File(self, source)
        for mark in source.marks:
            shape = mark.row.shape
            if shape in (ENTITY, STANCE):
                if mark.pos in owned:
                    reading.enter(owned[mark.pos])
                if shape == STANCE and not self.only:
                    reading.stance(mark, owned.get(mark.pos))
            elif shape == REF:
                if not self.only or mark.row.effect not in _ABOUT_OTHERS:
                    reading.ref(mark)
            elif shape != VERDICT:
                _READERS[shape](reading, mark)


class _File:
    """One file being read: its author and round, and the entity whose content the reader is in."""

    __slots__ = ("acts", "author", "bound", "end", "owner", "round", "source", "verdict")

    def __init__(self, acts: Acts, source: Source) -> None:
        self.acts = acts
        self.source = source
        self.author = source.author
        self.round = source.round
        bound = source.front.get("refs")
        self.bound: Mapping[str, str] = bound if isinstance(bound, dict) else {}
        self.owner = ""
        self.end = 0
        self.verdict = source.address.startswith("verdict/")

    def enter(self, name: str) -> None:
        """From here on the content of this entity is read."""
        self.owner, self.end = name, self.acts.cast.entities[name].end

    def speaker(self, mark: Mark) -> str:
        """The source of a ref: the entity in whose content it stands, else the author."""
        if self.verdict:
            return self.source.address
        return self.owner if self.owner and mark.pos < self.end else "@" + self.author

    def trouble(self, rule: str, mark: Mark, word: str, about: str = "") -> None:
        self.acts.troubles.append(Trouble(rule, self.source, mark, word, about))

    # --- one reader a shape --------------------------------------------------------------------------------

    def ref(self, mark: Mark) -> None:
        """`[RE:VERB target …]`"""
        head = mark.label.partition(":")[0].strip()
        known = self.named(head)
        if known is not None:
            self.link(mark, mark.row.effect, head, known)
            return
        for token in self.targets(mark, head):
            self.link(mark, mark.row.effect, token.written, self.find(mark, token))

    def named(self, word: str) -> str | None:
        """What a single target means where that is seen at once: a canonical id, or a display id that is not doubtful.
        Nearly every ref is one of the two; taking it apart costs ten times as much, and says the same."""
        if word in self.acts.cast.entities:
            return None if word in self.bound else word
        return None if self.acts.cast.resolver.register else self.known(word)  # a register's `T01` is not everybody's

    def known(self, id: str) -> str | None:
        """What a display id means where nothing can be doubtful about it: it is not bound, and one file claims it."""
        resolver = self.acts.cast.resolver
        return None if id in self.bound or id in resolver.claimed else resolver.display.get(id)

    def stance(self, mark: Mark, name: str | None) -> None:
        """What a stance is on, where it says so."""
        target = self.one(mark, about(mark.label))
        if target and name and self.legal(mark, mark.row.effect, "", target, about(mark.label)):
            self.acts.abouts[name] = target

    def targets(self, mark: Mark, head: str) -> list[Token]:
        """The targets of a ref, move or ruling; too few of them are a trouble."""
        row = mark.row
        tokens = resolve.lex_targets(head, self.acts.cast.resolver.slugs, "*" in row.targets or not row.targets)
        if len(tokens) < row.least:
            self.trouble("missing-field", mark, head.strip() or row.word, str(row.least))
        return tokens

    def find(self, mark: Mark, token: Token, earlier: bool = False) -> str | None:
        """What a token means; nothing and doubtful readings are troubles."""
        found = self.acts.cast.resolver.find(token, self.author, self.round, self.bound, earlier)
        if found.target is None:
            self.trouble("dangling-ref", mark, token.written)
        elif found.note:
            self.trouble("ambiguous-ref", mark, token.written, f"{found.note} {found.target}")
        return found.target

    def link(self, mark: Mark, effect: str, written: str, target: str | None) -> None:
        """A ref, and its effect when the verb may have that target."""
        speaker = self.speaker(mark)
        if not self.acts.only:
            place = (self.source.path, mark.line, mark.column)
            self.acts.refs.append(new(Ref, (speaker, effect, target, written, self.author, self.round, *place)))
        if target is not None and self.legal(mark, effect, speaker, target, written):
            self.act(effect, target, mark, speaker)

    def legal(self, mark: Mark, effect: str, speaker: str, target: str, written: str) -> bool:
        """Whether this verb may have this target; if not, a trouble says why."""
        entity = self.acts.cast.entities.get(target)
        allowed = mark.row.targets
        if entity is None:  # an expert
            if "@" not in allowed:
                self.trouble("invalid-ref-target", mark, written, target)
            return "@" in allowed
        if effect == "refine" and mark.row.shape == REF and kind_of(speaker) != entity.kind:
            self.trouble("refine-type-mismatch", mark, written, target)
        elif allowed != "=" and entity.kind not in allowed:
            self.trouble("invalid-ref-target", mark, written, target)
        elif target == speaker and not self.left(mark):
            self.trouble("self-ref", mark, written, target)
        elif entity.round > self.round:
            self.trouble("future-ref", mark, written, target)
        else:
            return True
        return False

    def left(self, mark: Mark) -> bool:
        """Whether a narrow reading, which knows no ends, has come out of the owner's content before this mark."""
        if not self.acts.only:
            return False
        source = self.source
        marks, read = markers.scan(source.text, source.start, source.line)
        ends = content_ends(source._replace(marks=marks, blocks=read))
        owner = max(m.end for m in source.marks if m.row.letter and m.pos < mark.pos)
        return ends[bisect_left(ends, owner)] <= mark.pos

    def act(self, effect: str, target: str, mark: Mark, reference: str, into: str | None = None) -> None:
        """Something is done to an entity, in this round."""
        if target.startswith("@") or (self.verdict and self.author != JUDGE):
            return
        act = new(Act, (effect, self.author, reference, self.source.path, mark.line))
        if self.author == JUDGE:
            self.acts.judges.setdefault(self.round, []).append(Judged(target, act, into))
        else:
            self.acts.experts.setdefault(self.round, {}).setdefault(target, []).append(act)

    def move(self, mark: Mark) -> None:
        """`[MOVE:KIND target …]`"""
        effect = mark.row.effect
        head, _, text = mark.label.partition(":")
        if effect == "converge":
            self.signal(mark, text.strip() or head.strip())
        elif not self.acts.only:
            tokens = self.targets(mark, head)
            self.conversation(mark, effect, tokens, text.strip() if tokens else mark.label.strip())

    def conversation(self, mark: Mark, effect: str, tokens: list[Token], text: str) -> None:
        """A move with its targets; conceding has an effect on what one said oneself."""
        speaker = self.speaker(mark)
        found = [(t.written, self.find(mark, t)) for t in tokens]
        legal = tuple(name for written, name in found if name and self.legal(mark, effect, "", name, written))
        self.acts.moves.append(Move(self.author, self.round, effect, legal, text, self.source.path, mark.line, mark.column, speaker))
        for name in legal:
            if effect == "concede":
                self.act(effect, name, mark, speaker)

    def signal(self, mark: Mark, text: str) -> None:
        """CONVERGE: said again in one file it is still one signal. The judge has none to give."""
        signals = self.acts.signals.setdefault(self.round, {})
        if self.author == JUDGE or self.verdict or self.author in signals:
            return
        signals[self.author] = (self.source.path, mark.line)
        self.acts.moves.append(Move(self.author, self.round, "converge", (), text, self.source.path, mark.line, mark.column, ""))

    def older(self, mark: Mark) -> None:
        """An older act, under its meaning (FORMAT.md, section 2, "What people really write")."""
        effect = mark.row.expert or mark.row.effect
        simple = _SIMPLE.fullmatch(mark.label)
        if simple and effect != "concede" and (known := self.known(simple[1])):
            self.link(mark, _meaning(effect, simple[1]), simple[1], known)
            return
        slugs = self.acts.cast.resolver.slugs
        tokens = [t for t in resolve.lex_act(mark.label, slugs) if t.form != "expert"]
        if effect == "concede":
            tokens = self.meant(tokens)
            if not self.acts.only:
                self.conversation(mark, effect, tokens, mark.label.strip(" :–—-"))
            return
        pairs = [(t, self.find(mark, t, earlier=effect == "resolve")) for t in self.meant(tokens)]
        if not pairs:
            plain = "refine" if effect == "refinement" else effect
            text = mark.label.strip(" :–—-")
            self.acts.moves.append(
                Move(self.author, self.round, plain, (), text, self.source.path, mark.line, mark.column, self.speaker(mark))
            )
        for token, target in pairs:
            self.link(mark, _meaning(effect, token.kind), token.written, target)

    def meant(self, tokens: list[Token]) -> list[Token]:
        """Without words that only look like an odd id (`E2E tests`): those mean something only where they were defined."""
        resolver = self.acts.cast.resolver
        return [t for t in tokens if t.form != "odd" or resolver.find(t, self.author, self.round, self.bound).target]

    def ruling(self, mark: Mark) -> None:
        """A judge's ruling; by an expert it is an older act where the word was one, else it has no authority."""
        row = mark.row
        if self.author != JUDGE and row.expert:
            self.older(mark)
            return
        _, _, reason = mark.label.partition(":")
        head, via, into = resolve.clauses(mark.label)
        found = [(t, self.find(mark, t)) for t in self.ruled(mark, head)]
        by = self.one(mark, via)
        whole = self.one(mark, into)
        targets = tuple(name for _, name in found if name)
        self.acts.rulings.append(
            Ruling(row.effect, targets, whole, by, reason.strip(), self.author, self.round, self.source.path, mark.line, mark.column)
        )
        if self.author != JUDGE:
            self.trouble("unauthorized-ruling", mark, row.word)
            return
        if row.reason and not reason.strip():
            self.trouble("missing-field", mark, row.word, "reason")
        for token, name in found:
            if name and self.legal(mark, row.effect, "", name, token.written) and self.mergeable(mark, name, whole):
                self.act(row.effect, name, mark, by or self.speaker(mark), whole)

    def ruled(self, mark: Mark, head: str) -> list[Token]:
        """What a ruling is about; `[RESOLVED on T01 -- text]` is read from the judge as from everybody else."""
        slugs = self.acts.cast.resolver.slugs
        older = mark.row.expert and not resolve.lex_targets(head, slugs, free=True) and resolve.lex_act(mark.label, slugs)
        return older or self.targets(mark, head)

    def mergeable(self, mark: Mark, name: str, whole: str | None) -> bool:
        """Whether a merge names two different entities of one kind; true for every other ruling."""
        if mark.row.effect != _MERGED:
            return True
        if whole is None or whole == name or kind_of(whole) != kind_of(name):
            self.trouble("invalid-ref-target", mark, mark.label.strip(), name)
            return False
        if self.acts.cast.entities[whole].round > self.round:
            self.trouble("future-ref", mark, mark.label.strip(), whole)
            return False
        return True

    def one(self, mark: Mark, head: str) -> str | None:
        """The single target after VIA or INTO."""
        tokens = resolve.lex_targets(head, self.acts.cast.resolver.slugs)
        return self.find(mark, tokens[0]) if tokens else None


def _meaning(effect: str, kind: str) -> str:
    """What an older act means: a refinement of a tension answers it."""
    if effect == "refinement":
        return "address" if kind[0] == "T" else "refine"
    return effect


_READERS = {MOVE: _File.move, RULING: _File.ruling, ACT: _File.older}
