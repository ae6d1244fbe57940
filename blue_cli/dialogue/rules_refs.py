"""What is wrong with references: verbs, targets, directions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from blue_cli.dialogue.grammar import KIND_NAMES, KIND_WORD, MARKERS, REF
from blue_cli.dialogue.ids import DISPLAY, kind_of
from blue_cli.dialogue.model import Entity
from blue_cli.dialogue.pattern import pattern
from blue_cli.dialogue.places import Case, on
from blue_cli.dialogue.rulebook import WARNING
from blue_cli.dialogue.sources import Trouble
from blue_cli.errors import Finding

SUGGESTED = 50  # dangling refs of one dialogue for which the closest ids are looked for
MOST = 500  # ids that are looked at for that
LISTED = 4  # ranges of ids that a reason names

_WORD = {m.effect: m.word for m in MARKERS if m.shape == REF}
_KIND = pattern(r"(?:.*[-\s])?(?:[Rr]\d{1,2}-)?([PTRECS])\d", re.S | re.I)


def troubles(case: Case) -> Iterator[Finding]:
    """What the fold could not take as written, each with its reason and the way out."""
    dangling = 0
    said: dict[str, str] = {}  # a hostile file holds thousands, and the reason is one for all of a kind
    for trouble in case.graph.troubles:
        if trouble.rule == "dangling-ref":
            dangling += 1
            kind = _kind(trouble.word)
            if kind and kind not in said:
                said[kind] = _there_are(case, kind)
            yield _dangling(case, trouble, kind, said, dangling <= SUGGESTED)
        else:
            yield _TROUBLES.get(trouble.rule, _other)(case, trouble)


def _named(case: Case, name: str) -> str:
    """An entity as people know it: `T0104 "label"`."""
    entity = case.graph.entities.get(name)
    return f'{case.graph.shown(name)} "{entity.label}"' if entity else name


# --- targets that there are none of --------------------------------------------------------------------------


def _dangling(case: Case, trouble: Trouble, kind: str, there_are: Mapping[str, str], suggest: bool) -> Finding:
    word, verb = trouble.word, trouble.mark.row.word
    if word.startswith("@"):
        experts = tuple("@" + slug for slug in sorted(case.graph.cast.resolver.slugs))
        near = _close(word, experts) if suggest else ()
        why = f"this dialogue has {', '.join(experts)}" if experts else "this dialogue has no experts"
        fix = f"did you mean {near[0]}?" if near else ""
        return on("dangling-ref", f"{verb} {word}: no such expert", trouble.source, trouble.mark, word, why=why, fix=fix, suggestions=near)
    if not kind:
        why = "a target is an id (T0101, MUFFIN-T0101) or an expert (@muffin)"
        fix = "name the target first, and put the text behind a colon"
        return on("dangling-ref", f'{verb}: "{word}" is no id', trouble.source, trouble.mark, word, why=why, fix=fix)
    message = f"{verb} {word}: no such {KIND_WORD[kind]}"
    names = _nearest(case, word, kind) if suggest else []
    near = tuple(case.graph.shown(name) for name in names)
    fix = f"did you mean {_named(case, names[0])}?" if names else f"list them: blue {KIND_NAMES[kind]} list"
    return on("dangling-ref", message, trouble.source, trouble.mark, word, why=there_are[kind], fix=fix, suggestions=near)


def _kind(word: str) -> str:
    """The kind letter that a written target names, "" when it is no id."""
    match = _KIND.match(word)
    return match[1].upper() if match else ""


def _close(word: str, words: Iterable[str]) -> tuple[str, ...]:
    from difflib import get_close_matches

    return tuple(get_close_matches(word.lower(), list(words), 3, 0.6))


def _nearest(case: Case, word: str, kind: str) -> list[str]:
    """The canonical ids of at most three entities of that kind that were meant most likely."""
    entities = [e for e in case.graph.entities.values() if e.kind == kind]
    match = DISPLAY.fullmatch(word)
    if match:
        round, number = int(match[2]), int(match[3])
        entities.sort(key=lambda e: (_unlike(e.id, word), _shift(e, round, number), e.round, e.canonical))
        return [e.canonical for e in entities[:3]]
    shown = {case.graph.shown(e.canonical).lower(): e.canonical for e in entities}
    shown |= {e.canonical.lower(): e.canonical for e in entities}
    return list(dict.fromkeys(shown[near] for near in _close(word, shown)))


def _unlike(a: str, b: str) -> int:
    """In how many characters two ids differ, place by place: most wrong ids are one key away from the right one."""
    return sum(x != y for x, y in zip(a, b, strict=False)) + abs(len(a) - len(b))


def _shift(entity: Entity, round: int, number: int) -> int:
    """How far an entity's display id is from a round and number: another round is another story."""
    match = DISPLAY.fullmatch(entity.id)
    if match is None:
        return 10_000
    return 1000 * abs(int(match[2]) - round) + min(abs(int(match[3]) - number), 999)


def _there_are(case: Case, kind: str) -> str:
    """`this dialogue has T0101–T0104`: every id of a kind, as ranges."""
    if kind not in case.ids:
        return f"this dialogue has no {KIND_NAMES[kind]}"
    ranges = _ranges(case.ids[kind])
    more = " and more" if len(ranges) > LISTED or len(case.ids[kind]) > MOST else ""
    return f"this dialogue has {', '.join(ranges[:LISTED])}{more}"


def _ranges(ids: list[str]) -> list[str]:
    """Consecutive display ids as `T0101–T0104`, at most some more than are listed."""
    runs: list[list[str]] = []
    for id in ids[:MOST]:
        before = runs[-1][-1] if runs else ""
        if DISPLAY.fullmatch(id) and DISPLAY.fullmatch(before) and int(id[1:]) == int(before[1:]) + 1:
            runs[-1].append(id)
        else:
            runs.append([id])
    return [run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]


# --- the other troubles --------------------------------------------------------------------------------------


def _ambiguous(case: Case, t: Trouble) -> Finding:
    note, _, target = t.about.partition(" ")
    named = _named(case, target)
    if note == "two":
        message = f"{t.word} may be this file's or an earlier one; read as {named}"
        fix = f"write {target}" if target in case.graph.entities else ""
        why = "the author defined that number in this round and in an earlier one"
        return on("ambiguous-ref", message, t.source, t.mark, t.word, why=why, fix=fix, severity=WARNING, suggestions=(target,))
    claims = case.claims.get(t.word, [])
    message = f"{t.word} is claimed by {' and '.join(claims)}; read as {target}"
    return on(
        "ambiguous-ref",
        message,
        t.source,
        t.mark,
        t.word,
        why="two files claim this display id",
        fix=f"write {' or '.join(claims)}",
        suggestions=tuple(claims),
    )


def _missing(case: Case, t: Trouble) -> Finding:
    word = t.mark.row.word
    if t.about == "reason":
        message, fix = f"{word} needs a reason", f"as in {t.mark.row.example}"
    else:
        count = "a target" if t.about == "1" else f"{t.about} targets"
        message, fix = f"{word} needs {count}", f"as in {t.mark.row.example}"
    return on("missing-field", message, t.source, t.mark, "", why=f"{word} {t.mark.row.summary}", fix=fix)


def _invalid_target(case: Case, t: Trouble) -> Finding:
    row = t.mark.row
    if "=" in row.targets or row.effect == "merged":
        why = "both must be tensions or both perspectives, and two of them" if row.effect == "merged" else ""
        return on(
            "invalid-ref-target", f"{row.word} {t.word}: not two of one kind", t.source, t.mark, t.word, why=why, fix=f"as in {row.example}"
        )
    named = "an expert" if t.about.startswith("@") else f"of kind {KIND_WORD[kind_of(t.about)]}"
    allowed = " or ".join(KIND_WORD.get(letter, "an expert") for letter in row.targets if letter not in "=*")
    return on(
        "invalid-ref-target",
        f"{row.word} {t.word}: {_named(case, t.about)} is {named}",
        t.source,
        t.mark,
        t.word,
        why=f"{row.word} is for: {allowed}",
        fix=f"as in {row.example}",
    )


def _refine_mismatch(case: Case, t: Trouble) -> Finding:
    kind = KIND_WORD[kind_of(t.about)]
    message = f"{t.mark.row.word} {t.word}: only a {kind} can refine {_named(case, t.about)}"
    why = f"the ref does not stand in the content of a {kind}"
    return on(
        "refine-type-mismatch",
        message,
        t.source,
        t.mark,
        t.word,
        why=why,
        fix=f"put it below a {kind} of yours, or use {_WORD['support']} or {_WORD['oppose']}",
    )


def _self(case: Case, t: Trouble) -> Finding:
    message = f"{t.mark.row.word} {t.word}: the ref stands in the content of that very entity"
    return on(
        "self-ref",
        message,
        t.source,
        t.mark,
        t.word,
        why="nothing can speak about itself",
        fix="name another target, or move the ref out of the entity",
    )


def _future(case: Case, t: Trouble) -> Finding:
    later = case.graph.entities[t.about].round
    message = f"{t.mark.row.word} {t.word}: {_named(case, t.about)} is of round {later}, this file of round {t.source.round}"
    return on(
        "future-ref",
        message,
        t.source,
        t.mark,
        t.word,
        why="what is written later cannot have been read",
        fix="write the ref in a later round's file",
    )


def _unauthorized(case: Case, t: Trouble) -> Finding:
    message = f"{t.word} is the judge's to say, not {t.source.author}'s"
    return on(
        "unauthorized-ruling",
        message,
        t.source,
        t.mark,
        t.word,
        why="it has no effect",
        fix=f"propose it with {_WORD['address']} or {_WORD['resolve']}, or leave it to judge.md",
    )


def _other(case: Case, t: Trouble) -> Finding:
    """A trouble that nobody has words for yet."""
    return on(t.rule, f"{t.mark.row.word} {t.word}: not taken as written", t.source, t.mark, t.word)


_TROUBLES: Mapping[str, Callable[[Case, Trouble], Finding]] = {
    "ambiguous-ref": _ambiguous,
    "missing-field": _missing,
    "invalid-ref-target": _invalid_target,
    "refine-type-mismatch": _refine_mismatch,
    "self-ref": _self,
    "future-ref": _future,
    "unauthorized-ruling": _unauthorized,
}


# --- refs to ids that no file has ----------------------------------------------------------------------------


def unregistered_targets(case: Case) -> Iterator[Finding]:
    """Refs by a display id that is only computed: a later file may move it."""
    if not case.native:
        return
    entities = case.graph.entities
    for ref in case.graph.refs:
        entity = entities.get(ref.target or "")
        if entity is None or entity.assigned or not DISPLAY.fullmatch(ref.written):
            continue
        at = case.mark_at(ref.path, ref.line, ref.column)
        bound = at[0].front.get("refs") if at else None
        if at and not (isinstance(bound, dict) and ref.written in bound):
            message = f"{ref.written} is not registered: {entity.canonical} may get another id"
            why = "its display id is computed, not written down"
            yield on(
                "unregistered",
                message,
                *at,
                ref.written,
                why=why,
                fix=f"blue check --fix, or write {entity.canonical}",
                fixable=True,
                related=(entity.path,),
            )
