"""What a written target means: FORMAT.md, section 4, "Resolving a written target", as one class.

`lex_*` take the inside of a marker apart into tokens without knowing the dialogue; `Resolver` finds the entity.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from blue_cli.dialogue.grammar import INTO, KIND_WORD, VIA
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.model import Entity
from blue_cli.dialogue.pattern import pattern


class Token(NamedTuple):
    """One written target. `form` is display, canonical, qualified, bare, odd, expert or other."""

    form: str
    written: str
    author: str = ""
    kind: str = ""
    round: int | None = None
    number: int = 0


class Found(NamedTuple):
    """What a token means. `note` is "" or the way in which it is doubtful: `two` readings, or `claimed` twice."""

    target: str | None
    note: str = ""


_QUALIFIED = pattern(
    r"(?<![\w-])@?([0-9A-Za-z][0-9A-Za-z-]*?)(?:[ \t]+[Rr]([0-9]{1,2}))?(?:[ \t]*-[ \t]*|[ \t]+)([PTRECSptrecs])([0-9]{1,6})"
    r"(?!\w|-\w|\.[0-9])(?:[ \t]*\([Rr]([0-9]{1,2})\))?"
)
_DASHED_ROUND = pattern(r"(.+)-r([0-9]{1,2})")  # STRUDEL-R1-T01
_ID = pattern(r"([PTRECS])([0-9]{1,12})|[PTRECS](?:[0-9]|-(?=\w))[\w.-]*")
_WORD = pattern(r"@?[\w.-]*\w")
_RANGE = pattern(r"[ \t]*(?:--?|[–—]|through)[ \t]*([PTRECS])([0-9]{1,3})(?![\w.-]*\w)")
_HEAD = pattern(
    r"[\s:–—-]*(?:(?:to|with)\s+(?![PTRECS]\d)@?[\w-]+(?:[\s:–—-]+|$))?(?:(?:on|of|re|regarding|about|for|to)\s+)?"
    r"(?:(?i:" + "|".join(KIND_WORD.values()) + r")s?\s+(?=[^\w\s]*[PTRECS]\d))?[*_\"“'(#]*"
)
_AND = pattern(r"[ \t]*(?:,?[ \t]*(?:&|\band\b)|[,/+;])[ \t]*(?:former[ \t]+)?")
_GAP = pattern(r"[ \t]*(?:,?[ \t]*(?:&|\band\b)|[,/+;])?[ \t]*")
_RANGE_LIMIT = 99


def lex_id(word: str) -> Token | None:
    """The token of one word that looks like an id (`T0103`, `T01`, `T-NEW`, `T04-R1`), else None."""
    match = _ID.fullmatch(word)
    if match is None:
        return None
    if match[2] is None:
        return Token("odd", word, kind=word[0])
    if len(match[2]) >= 4:
        return Token("display", word, kind=match[1], round=int(match[2][:2]), number=int(match[2][2:]))
    return Token("bare", word, kind=match[1], number=int(match[2]))


def lex_qualified(match: re.Match[str], slugs: Collection[str]) -> Token | None:
    """`MACARON-T01`, `MACARON-T01 (R0)`, `STRUDEL R1-T01`, `Macaron T01`, `MUFFIN-T0103`; None if the name is no expert's."""
    author = match[1].lower()
    said = match[2] or match[5]
    dashed = None if author in slugs else _DASHED_ROUND.fullmatch(author)
    if dashed:
        author, said = dashed[1], dashed[2]
    if author not in slugs and author != JUDGE:
        return None
    kind, digits = match[3].upper(), match[4]
    if len(digits) >= 4:
        return Token("canonical", match[0], author, kind, int(digits[:2]), int(digits[2:]))
    return Token("qualified", match[0], author, kind, int(said) if said else None, int(digits))


def lex_targets(head: str, slugs: Collection[str], free: bool = False) -> list[Token]:
    """The targets of a ref, move or ruling: everything up to the first word that is none.

    With `free`, a first word that is no id is a topic and yields nothing; otherwise it is a target that does not exist.
    """
    tokens: list[Token] = []
    at = _GAP.match(head, 0).end()  # type: ignore[union-attr]  # the pattern matches the empty text
    while at < len(head):
        token, end = _next(head, at, slugs)
        if token is None:
            word = _WORD.match(head, at)
            if not tokens and not free:
                tokens.append(Token("other", word[0] if word else head[at:].strip()))
            break
        tokens.append(token)
        at = _GAP.match(head, end).end()  # type: ignore[union-attr]  # as above
    return tokens


def _next(text: str, at: int, slugs: Collection[str]) -> tuple[Token | None, int]:
    """The token that begins at an offset, and where it ends."""
    qualified = _QUALIFIED.match(text, at)
    if qualified:
        token = lex_qualified(qualified, slugs)
        if token is not None:
            return token, qualified.end()
    word = _WORD.match(text, at)
    if word is None:
        return None, at
    if word[0].startswith("@"):
        return Token("expert", word[0], word[0][1:].lower()), word.end()
    return lex_id(word[0].upper()), word.end()


def clauses(inside: str) -> tuple[str, str, str]:
    """The three parts of a ruling before its reason: what it is about, VIA what, INTO what ("" where not said)."""
    head = inside.partition(":")[0]
    head, _, into = head.partition(f" {INTO} ")
    head, _, via = head.partition(f" {VIA} ")
    return head, via.strip(), into.strip()


def lex_act(inside: str, slugs: Collection[str]) -> list[Token]:
    """The targets of an older act: ids at the head of its text, and qualified ids anywhere in it.

    A qualified id stands for the bare one of the same number beside it (`[… T01: MACARON-T01 (…)]` has one target).
    """
    qualified: list[tuple[int, Token]] = []
    for match in _QUALIFIED.finditer(inside):
        token = lex_qualified(match, slugs)
        if token is not None:
            qualified.append((match.start(), token))
    said = {(token.kind, token.number) for _, token in qualified}
    heads = [(at, token) for at, token in _heads(inside, slugs) if (token.kind, token.number) not in said or token.form == "odd"]
    return [token for _, token in sorted([*qualified, *heads], key=lambda found: found[0])]


def _heads(inside: str, slugs: Collection[str]) -> list[tuple[int, Token]]:
    """The ids at the head of an act's text, with ranges (`T08-T11`) spelled out."""
    found: list[tuple[int, Token]] = []
    seen: set[Token] = set()
    at = _HEAD.match(inside).end()  # type: ignore[union-attr]  # the pattern matches the empty text
    while True:
        qualified = _QUALIFIED.match(inside, at)
        if qualified and lex_qualified(qualified, slugs):
            end = qualified.end()
        else:
            tokens, end = _spelled(inside, at)
            found += [(at, token) for token in tokens if token not in seen]
            seen.update(tokens)  # ranges over ranges must not multiply
            if not tokens:
                return found
        gap = _AND.match(inside, end)
        if gap is None:
            return found
        at = gap.end()


def _spelled(text: str, at: int) -> tuple[list[Token], int]:
    """One id, or all ids of a range, at an offset."""
    word = _WORD.match(text, at)
    if word is None:
        return [], at
    if word[0].startswith("@"):
        return [Token("expert", word[0], word[0][1:].lower())], word.end()
    first, last, end = _range(text, at, word)
    if first is None:
        return [], at
    if last is None:
        return [first], end
    numbers = range(first.number, min(last, first.number + _RANGE_LIMIT) + 1)
    return [Token("bare", f"{first.kind}{n:02d}", kind=first.kind, number=n) for n in numbers], end


def _range(text: str, at: int, word: re.Match[str]) -> tuple[Token | None, int | None, int]:
    """The first id at an offset, and the number of the last when a range of the same kind follows."""
    plain = re.compile(r"[PTRECS][0-9]{1,3}").match(text, at)
    if plain:
        more = _RANGE.match(text, plain.end())
        first = lex_id(plain[0])
        if more and first and more[1] == first.kind and int(more[2]) > first.number:
            return first, int(more[2]), more.end()
    return lex_id(word[0]), None, word.end()


class Resolver:
    """Finds what a token means. Built once a dialogue, from all entities; indexes beyond the display ids on demand."""

    def __init__(
        self,
        entities: Mapping[str, Entity],
        slugs: Collection[str],
        register: Mapping[int, str],
        spelled: Mapping[str, str],
        judge_counts: bool,
    ) -> None:
        self.entities = entities
        self.slugs = slugs
        self.register = register
        self.spelled = spelled
        self.judge_counts = judge_counts
        self.display: dict[str, str] = {}
        self.claimed: set[str] = set()
        self._rounds: dict[tuple[str, str, int], list[int]] | None = None
        self._odd: dict[tuple[str, str], list[Entity]] = {}
        for name, entity in entities.items():
            if self.display.setdefault(entity.id, name) != name:
                self.claimed.add(entity.id)

    def find(self, token: Token, author: str, round: int, bound: Mapping[str, str], earlier: bool = False) -> Found:
        """The canonical id (or `@slug`) that a token means in a file of this author and round.

        `bound` is the file's `refs:`; `earlier` says that the act can only mean what was there before (an older RESOLVED).
        """
        if token.written in bound:
            target = bound[token.written]
            return Found(target if isinstance(target, str) and target in self.entities else None)
        return _FINDERS[token.form](self, token, author, round, earlier)

    def _by_display(self, token: Token, author: str, round: int, earlier: bool) -> Found:
        name = self.display.get(f"{token.kind}{token.round:02d}{token.number:02d}")
        return Found(name, "claimed" if token.written in self.claimed else "")

    def _by_canonical(self, token: Token, author: str, round: int, earlier: bool) -> Found:
        name = f"{token.author.upper()}-{token.kind}{token.round:02d}{token.number:02d}"
        return Found(name if name in self.entities else None)

    def _by_author(self, token: Token, author: str, round: int, earlier: bool) -> Found:
        if token.round is None:
            spelled = self.spelled.get(f"{token.author}-{token.kind}{token.number}".upper())
            return Found(spelled or self._latest(token.author, token.kind, token.number, round, here=True))
        return Found(self._at(token.author, token.kind, token.number, token.round))

    def _by_number(self, token: Token, author: str, round: int, earlier: bool) -> Found:
        judged = self._judged(token, round)
        if judged:
            return Found(judged)
        own = self._at(author, token.kind, token.number, round)
        before = self._latest(author, token.kind, token.number, round, here=False)
        if own and before:
            return Found(before if earlier else own, "two")
        return Found(own or before)

    def _judged(self, token: Token, round: int) -> str | None:
        """The judge's tension of that number, where only the judge's count; a register does not speak for acts of round 0."""
        if token.kind != "T":
            return None
        if self.judge_counts:
            return self._latest(JUDGE, "T", token.number, round, here=True)
        return self.register.get(token.number) if round > 0 else None

    def _by_spelling(self, token: Token, author: str, round: int, earlier: bool) -> Found:
        self._index()
        written = [e for e in self._odd.get((author, token.written.upper()), ()) if e.round <= round]
        here = [e for e in written if e.round == round]
        return Found((here or written)[-1].canonical if written else None)

    def _by_expert(self, token: Token, author: str, round: int, earlier: bool) -> Found:
        return Found(f"@{token.author}" if token.author in self.slugs or token.author == JUDGE else None)

    def _nothing(self, token: Token, author: str, round: int, earlier: bool) -> Found:
        return Found(None)

    def _index(self) -> dict[tuple[str, str, int], list[int]]:
        if self._rounds is None:
            self._rounds = {}
            for e in sorted(self.entities.values(), key=lambda e: (e.round, e.line)):
                self._rounds.setdefault((e.author, e.kind, e.number), []).append(e.round)
                if e.local_id:
                    self._odd.setdefault((e.author, e.local_id.upper()), []).append(e)
        return self._rounds

    def _at(self, author: str, kind: str, number: int, round: int) -> str | None:
        name = f"{author.upper()}-{kind}{round:02d}{number:02d}"
        return name if name in self.entities else None

    def _latest(self, author: str, kind: str, number: int, round: int, here: bool) -> str | None:
        """What this author defined under that number in the latest earlier round; with `here`, else in this one."""
        rounds = self._index().get((author, kind, number), ())
        earlier = [r for r in rounds if r < round]
        if earlier:
            return self._at(author, kind, number, earlier[-1])
        return self._at(author, kind, number, round) if here else None


_FINDERS = {
    "display": Resolver._by_display,
    "canonical": Resolver._by_canonical,
    "qualified": Resolver._by_author,
    "bare": Resolver._by_number,
    "odd": Resolver._by_spelling,
    "expert": Resolver._by_expert,
    "other": Resolver._nothing,
}
