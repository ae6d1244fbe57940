"""What is wrong with the entities themselves: ids, labels, stances, and the `ids:` that name them."""

from __future__ import annotations

from collections.abc import Iterator

from blue_cli.dialogue import identity
from blue_cli.dialogue.cast import ids_of
from blue_cli.dialogue.grammar import CONDITIONAL, KIND_WORD, STANCES
from blue_cli.dialogue.ids import DISPLAY, LAST_NUMBER, local
from blue_cli.dialogue.markers import Mark
from blue_cli.dialogue.model import Entity
from blue_cli.dialogue.places import Case, on, on_key
from blue_cli.dialogue.sources import Source
from blue_cli.errors import Finding


def entities(case: Case) -> Iterator[Finding]:
    """Ids and labels, and what a stance must say."""
    for entity in case.graph.entities.values():
        written = entity.local_id
        plain = (
            not written
            or written == entity.canonical
            or (written[0] == entity.kind and len(written) < 5 and written[1:].isdigit() and int(written[1:]) > 0)
        )
        if plain and entity.label and entity.kind != "S":
            continue
        at = case.mark_at(entity.path, entity.line, entity.column)
        if at is None:
            continue  # a row of an older register
        if not plain:
            yield from _misnamed(entity, *at)
        if entity.kind == "S":
            yield from _stance(case, entity, *at)
        elif not entity.label:
            yield on(
                "missing-field",
                f"{at[1].row.word} {written or ''}: no label".replace(" :", ":"),
                *at,
                why="others know it by its label",
                fix=f"as in {at[1].row.example}",
            )


def _misnamed(entity: Entity, source: Source, mark: Mark) -> Iterator[Finding]:
    """An id that is of another kind, another round, or no number."""
    written = mark.written
    if not mark.author and written[0] != entity.kind:
        fix = f"write {local(entity.kind, entity.number)}"
        yield on(
            "invalid-id",
            f"{written} is no id of a {KIND_WORD[entity.kind]}",
            source,
            mark,
            written,
            why=f"it is read as {entity.canonical}",
            fix=fix,
        )
        return
    digits = written.rpartition("-")[2][1:] if mark.author else written[1:]
    if not digits.isdigit() or (not mark.author and "-" in written):
        return  # `T-NEW`, `T04-R1`: odd, and kept as written
    round = identity.written_round(mark)
    if round is not None and round != source.round:
        message = f"{written} names round {round}, this file is of round {source.round}"
        yield on(
            "identity-mismatch",
            message,
            source,
            mark,
            written,
            why=f"the path decides: it is read as {entity.canonical}",
            fix=f"write {local(entity.kind, entity.number)}",
        )
    if not identity.wish(mark):
        yield on(
            "invalid-id",
            f"{written}: numbers go from 1 to {LAST_NUMBER}",
            source,
            mark,
            written,
            why=f"it is read as {entity.canonical}",
            fix=f"write {local(entity.kind, entity.number)}",
        )


def _stance(case: Case, entity: Entity, source: Source, mark: Mark) -> Iterator[Finding]:
    words = ", ".join(STANCES)
    if entity.stance is None:
        word = entity.label.partition("|")[0].strip()
        if word:
            yield on(
                "invalid-id",
                f"{word}: no such stance",
                source,
                mark,
                word,
                why=f"a stance is one of {words}",
                fix=f"as in {mark.row.example}",
            )
        else:
            yield on(
                "missing-field",
                f"{mark.row.word} says nothing",
                source,
                mark,
                why=f"a stance is one of {words}",
                fix=f"as in {mark.row.example}",
            )
        return
    stance, confidence = entity.stance
    if confidence is None or confidence > 1:
        said = "no confidence" if confidence is None else f"a confidence of {confidence:g}"
        yield on(
            "missing-field",
            f"{mark.row.word} with {said}",
            source,
            mark,
            why="a confidence goes from 0 to 1",
            fix=f"as in {mark.row.example}",
        )
    if stance == CONDITIONAL and not case.graph.content(entity).strip(" \t\n:*_-"):
        yield on(
            "missing-field",
            f"{CONDITIONAL} without its condition",
            source,
            mark,
            CONDITIONAL,
            why="nobody can meet a condition that is not said",
            fix="write the condition below the marker",
        )


def doubled(case: Case) -> Iterator[Finding]:
    """A local number that the file has given already."""
    for source, mark in case.graph.cast.doubled:
        message = f"{mark.written} stands twice in this file"
        yield on(
            "duplicate-id",
            message,
            source,
            mark,
            mark.written,
            why="the second is read under the next free number",
            fix="give it a number of its own",
        )


def beyond(case: Case) -> Iterator[Finding]:
    """More entities of one kind in one file than there are numbers."""
    for source, mark in case.graph.cast.beyond:
        yield on(
            "limit",
            f"more than {LAST_NUMBER} of one kind in one file: this one is not read",
            source,
            mark,
            mark.row.word,
            fix="say it in another round, or give an earlier one a lower number",
        )


def homeless(case: Case) -> Iterator[Finding]:
    """An entity in a ruling file, which says one ruling and defines nothing."""
    for source in case.graph.sources.rulings:
        for mark in source.marks:
            if mark.row.letter:
                yield on(
                    "near-miss-marker",
                    f"{mark.row.word} in a ruling file defines nothing",
                    source,
                    mark,
                    mark.row.word,
                    why="a ruling file holds one ruling and its reason",
                    fix="write it in the judge's own file of the round",
                )


def foreign(case: Case) -> Iterator[Finding]:
    """Another author's name before an entity's id."""
    for source, mark in case.graph.cast.foreign:
        message = f"{mark.written} in the file of {source.author} defines nothing"
        why = "only the author's own file can define it; the path says whose file this is"
        yield on(
            "identity-mismatch",
            message,
            source,
            mark,
            mark.written,
            why=why,
            fix=f"write [{mark.row.word} {mark.row.letter}01: …], or refer to it",
        )


def claimed(case: Case) -> Iterator[Finding]:
    """Display ids that two files claim: it means the earlier one, by slug."""
    wanted = case.graph.cast.resolver.claimed
    if not wanted:
        return
    first: dict[str, Entity] = {}
    for entity in case.graph.entities.values():
        if entity.id not in wanted or not entity.assigned or not DISPLAY.fullmatch(entity.id):
            continue
        before = first.setdefault(entity.id, entity)
        source = case.by_path.get(entity.path)
        if before is entity or source is None:
            continue
        message = f"{entity.id} is {entity.canonical} here and {before.canonical} in {before.path.rpartition('/')[2]}"
        yield on_key(
            "duplicate-id", message, source, "ids", entity.id, why=f"it means the earlier one, {before.canonical}",
            fix="blue check --fix gives this one a free id", fixable=True, id=entity.canonical, related=(f"{before.path}:{before.line}",),
        )  # fmt: skip


def unregistered(case: Case) -> Iterator[Finding]:
    """Entities of a native dialogue whose display ids nobody has written down: one finding a file."""
    if not case.native:
        return
    by_path: dict[str, list[Entity]] = {}
    for entity in case.graph.entities.values():
        if not entity.assigned:
            by_path.setdefault(entity.path, []).append(entity)
    for some in by_path.values():
        ids = ", ".join(f"{local(e.kind, e.number)} ({e.id}?)" for e in some[:5]) + (", …" if len(some) > 5 else "")
        at = case.mark_at(some[0].path, some[0].line, some[0].column)
        if at:
            message = f"not registered: {ids}"
            yield on(
                "unregistered",
                message,
                *at,
                why="a later file could move an id that is only computed",
                fix="blue check --fix writes them down",
                fixable=True,
            )


def assignments(case: Case) -> Iterator[Finding]:
    """Entries of `ids:` that cannot stand, and are ignored."""
    for source, owned in zip(case.graph.sources.files, case.graph.cast.owners, strict=True):
        ids = ids_of(source)
        if not ids:
            if source.front.get("ids") not in (None, {}):
                yield on_key(
                    "front-matter",
                    "ids: not a map",
                    source,
                    "ids",
                    why="it gives each local id its display id",
                    fix="write `ids: {T01: T0101}`",
                )
            continue
        some = [case.graph.entities[name] for name in owned.values()]
        if len(ids) == len(some) and all(e.assigned for e in some):
            continue  # each entry is one entity's: nearly every file
        known = {local(e.kind, e.number) for e in some}
        for key, value in ids.items():
            if key not in known:
                yield on_key(
                    "identity-mismatch",
                    f"ids: {key} names nothing in this file",
                    source,
                    "ids",
                    key,
                    why="the entry is ignored",
                    fix="take it out",
                )
            elif not identity.is_assignment(f"{key[:1]}{source.round:02d}", value):
                why = f"a display id of {key} in round {source.round} begins with {key[0]}{source.round:02d}"
                yield on_key(
                    "identity-mismatch",
                    f"ids: {key} cannot be {value}",
                    source,
                    "ids",
                    key,
                    why=why,
                    fix="blue check --fix writes another",
                    fixable=True,
                )
