"""The tables in which a dialogue's graph can be asked with SQL: columns, checks and keys, from the one table of markers.

Written once for every engine: what stands in braces is an engine's type, as in `stores.relational`. Every table begins with
`dialogue`, the key of the dialogue that a row belongs to, and is keyed by canonical ids; a display id is a plain column,
since two branches may claim the same one. `entities` holds the id of everything that was said, so that a foreign key can
point to a thing of any kind; each kind has a table of its own beside it.
"""

from __future__ import annotations

from collections.abc import Iterable

from blue_cli.dialogue.grammar import KIND_NAMES, KIND_WORD, MARKERS, MOVE, REF, RULING, STANCES, STATUSES
from blue_cli.dialogue.ids import VERDICT_KINDS
from blue_cli.dialogue.relation import Column, Table
from blue_cli.dialogue.verdicts import CONFIDENCES

FORMAT = "1"  # of these tables and of what their values mean
DIALOGUE_STATUSES = ("open", "converging", "converged", "closed")
WITH_EVENTS = tuple(kind for kind in KIND_NAMES if kind != "S")  # a stance is said once and stands


# What an index goes across all dialogues by, where an engine has no joins.
INDEXED = {"dialogues": "status", "tensions": "status", "contributors": "expert"}


# --- what columns are made of ------------------------------------------------------------------------------------


def _ints(names: str, rule: str = "NOT NULL") -> tuple[Column, ...]:
    return tuple(Column(name, "int", rule) for name in names.split())


def _texts(names: str, rule: str = "NOT NULL") -> tuple[Column, ...]:
    return tuple(Column(name, "text", rule) for name in names.split())


def _flag(name: str) -> Column:
    return Column(name, "int", f"NOT NULL CHECK ({name} IN (0, 1))")


def _listed(words: Iterable[str]) -> str:
    """Words of ours as SQL literals; none of them holds a quote."""
    return "(" + ", ".join(f"'{word}'" for word in dict.fromkeys(words)) + ")"


def _word(name: str, words: Iterable[str], null: bool = False) -> Column:
    """A column that holds one of some words. NULL passes a CHECK."""
    return Column(name, "text", f"{'' if null else 'NOT NULL '}CHECK ({name} IN {_listed(words)})")


def _legal(shape: str) -> str:
    """Which kind of target each verb may have (`grammar`); `=` is the source's own kind."""
    rows = [m for m in MARKERS if m.shape == shape]
    parts = []
    for row in rows:
        kinds = [c for c in row.targets if c in KIND_NAMES]
        allowed = "target_kind = source_kind" if row.targets == "=" else f"target_kind IN {_listed(kinds)}" if kinds else "1 = 0"
        parts.append(f"(type = '{row.effect}' AND {allowed})")
    return f"CHECK (target IS NULL OR {' OR '.join(parts)})"


def _effects(shape: str) -> list[str]:
    return [m.effect for m in MARKERS if m.shape == shape]


# An older act without a target is a move under its meaning (FORMAT.md, section 2).
OLDER_MOVES = ("refine", "resolve", "address")

PLACE = (*_texts("path"), *_ints("line"))


def _to_entity(column: str, kind: str = "") -> str:
    """A foreign key to something that was said; with the column of its kind also that it is of that kind."""
    if kind:
        return f"FOREIGN KEY (dialogue, {column}, {kind}) REFERENCES entities (dialogue, canonical_id, kind)"
    return f"FOREIGN KEY (dialogue, {column}) REFERENCES entities (dialogue, canonical_id)"


_KIND_OR_NONE = "CHECK (({0} IS NULL) = ({0}_kind IS NULL))"
TARGET = (*_texts("target", ""), *_texts("target_kind", ""))


# --- the tables --------------------------------------------------------------------------------------------------


def _of_kind(kind: str) -> Table:
    more: tuple[Column, ...] = _texts("proposed_by") if kind == "T" else ()
    rules = ["PRIMARY KEY (dialogue, canonical_id)", _to_entity("canonical_id", "kind"), _to_entity("merged_into", "kind")]
    if kind == "S":
        more = (_word("stance", STANCES, null=True), Column("confidence", "real"), *_texts("about", ""))
        rules.append("FOREIGN KEY (dialogue, about) REFERENCES recommendations (dialogue, canonical_id)")
    columns = (
        *_texts("canonical_id"),
        Column("kind", "text", f"NOT NULL CHECK (kind = '{kind}')"),
        *_ints("position"),
        *_texts("id"),
        _flag("registered"),
        *_texts("local_id", ""),
        *_texts("label content author"),
        *_ints("round number"),
        *_texts("contributors"),
        _word("status", STATUSES[kind]),
        *_texts("judge_word merged_into", ""),
        *PLACE,
        *_ints("at_column"),
        *more,
    )
    return Table(KIND_NAMES[kind], columns, tuple(rules), ("status",))


def _events_of(kind: str) -> Table:
    columns = (
        *_texts("canonical_id"),
        *_ints("position"),
        *_texts("type"),
        *_ints("round"),
        *_texts("actors"),
        *_texts("reference", ""),
        *PLACE,
        *_ints("confirms", ""),
        _word("status", STATUSES[kind], null=True),
    )
    of = f"FOREIGN KEY (dialogue, canonical_id) REFERENCES {KIND_NAMES[kind]} (dialogue, canonical_id)"
    return Table(f"{KIND_WORD[kind]}_events", columns, ("PRIMARY KEY (dialogue, canonical_id, position)", of))


DIALOGUES = Table(
    "dialogues",
    (
        *_texts("uid id"),
        *_texts("title question created", ""),
        _word("status", DIALOGUE_STATUSES, null=True),
        _flag("sealed"),
        _flag("exact"),  # whether the rows say all that the files do: nothing is sealed, no value had to be changed to fit
        _flag("native"),
        *_ints("rounds max_rounds", ""),
        *_ints("contributions rulings verdicts"),  # files
        *_texts("panels figures", ""),  # JSON: who is asked where it differs; what `blue stats` says
        *_texts("version"),  # of the dialogue when this was made of it
    ),
    ("PRIMARY KEY (dialogue)",),
    ("status",),
)
EXPERTS = Table(
    "experts",
    (
        *_texts("slug"),
        *_ints("position"),
        *_texts("role tier source"),
        Column("relevance", "real"),
        *_texts("reason focus"),
        *_ints("from_round"),
        *_ints("to_round", ""),
        *_texts("wrote"),  # rounds, with commas
        *_ints("score"),
    ),
    ("PRIMARY KEY (dialogue, slug)",),
    ("slug",),
)
ROUNDS = Table(
    "rounds",
    (
        *_ints("round"),
        *_texts("panel writers signals"),
        *_ints("open_tensions new_perspectives velocity"),
        Column("converge_percent", "real", "NOT NULL CHECK (converge_percent BETWEEN 0 AND 100)"),
        *_ints("score"),
    ),
    ("PRIMARY KEY (dialogue, round)", "CHECK (velocity = open_tensions + new_perspectives)"),
)
VERDICTS = Table(
    "verdicts",
    (
        *_texts("id"),
        _word("kind", VERDICT_KINDS),
        *_ints("number round"),
        *_texts("author created recommendation conditions vote"),
        _word("confidence", CONFIDENCES, null=True),
        *_texts("supporting_experts supersedes forced"),
        _flag("overridden"),
        *_texts("path"),
    ),
    ("PRIMARY KEY (dialogue, id)",),
)
ENTITIES = Table(
    "entities",
    (*_texts("canonical_id"), _word("kind", KIND_NAMES), *_texts("id"), _flag("registered"), *_texts("folded")),
    ("PRIMARY KEY (dialogue, canonical_id)", "UNIQUE (dialogue, canonical_id, kind)"),
    ("id",),
)
CONTRIBUTORS = Table(
    "contributors",
    (*_texts("canonical_id"), *_ints("position"), *_texts("expert")),
    ("PRIMARY KEY (dialogue, canonical_id, position)", _to_entity("canonical_id")),
    ("expert",),
)
REFS = Table(
    "refs",
    (
        *_ints("position"),
        *_texts("source source_kind verdict", ""),  # where it stands: in an entity, in a verdict, or in neither
        *_texts("author"),
        _word("type", _effects(REF)),
        *TARGET,
        *_texts("misses", ""),  # what it names although this verb cannot be about it
        *_texts("written"),
        *_ints("round"),
        *PLACE,
        *_ints("at_column"),
    ),
    (
        "PRIMARY KEY (dialogue, position)",
        _to_entity("source", "source_kind"),
        _to_entity("target", "target_kind"),
        "FOREIGN KEY (dialogue, verdict) REFERENCES verdicts (dialogue, id)",
        _KIND_OR_NONE.format("source"),
        _KIND_OR_NONE.format("target"),
        _legal(REF),
    ),
    ("target", "source"),
)
MOVES = Table(
    "moves",
    (
        *_ints("position part"),  # a row a target; without one a row all the same
        *_texts("expert"),
        *_ints("round"),
        _word("type", (*_effects(MOVE), *OLDER_MOVES)),
        *TARGET,
        *_texts("target_expert", ""),
        *_texts("text"),
        *PLACE,
        *_ints("at_column"),
    ),
    (
        "PRIMARY KEY (dialogue, position, part)",
        _to_entity("target", "target_kind"),
        _KIND_OR_NONE.format("target"),
        "CHECK (target IS NULL OR target_expert IS NULL)",
        _legal(MOVE),
    ),
)
RULINGS = Table(
    "rulings",
    (
        *_ints("position part"),  # a row a target
        _word("type", _effects(RULING)),
        *TARGET,
        *_texts("merged_into via", ""),
        *_texts("reason author"),
        *_ints("round"),
        *PLACE,
        *_ints("at_column"),
    ),
    (
        "PRIMARY KEY (dialogue, position, part)",
        _to_entity("target", "target_kind"),
        _to_entity("merged_into"),
        _to_entity("via"),
        _KIND_OR_NONE.format("target"),
        _legal(RULING),
    ),
)
OF_KIND = {kind: _of_kind(kind) for kind in KIND_NAMES}
EVENTS = {kind: _events_of(kind) for kind in WITH_EVENTS}
TABLES = (DIALOGUES, EXPERTS, ROUNDS, VERDICTS, ENTITIES, *OF_KIND.values(), CONTRIBUTORS, REFS, MOVES, RULINGS, *EVENTS.values())
LEGAL = {(m.shape, m.effect): m.targets for m in MARKERS if m.shape in (REF, MOVE, RULING)}
