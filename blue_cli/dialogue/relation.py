"""What a table of the projection is, whatever stands in it; and the SQL that makes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from blue_cli.dialogue.grammar import KIND_NAMES, KIND_WORD

WORDS = {KIND_NAMES[letter]: word for letter, word in KIND_WORD.items()}


class Column(NamedTuple):
    """One column: its type (int, text or real), and what must hold of it."""

    name: str
    type: str
    rule: str = ""


class Table(NamedTuple):
    """One table. `columns` are those after `dialogue`; `rules` its keys and checks; `indexes` columns to be found by."""

    name: str
    columns: tuple[Column, ...]
    rules: tuple[str, ...]
    indexes: tuple[str, ...] = ()

    @property
    def item(self) -> str:
        """What one row is called."""
        return "event" if self.name.endswith("_events") else WORDS.get(self.name) or self.name.removesuffix("s")

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell a row from the others of its dialogue."""
        inside = next(rule for rule in self.rules if rule.startswith("PRIMARY KEY")).partition("(")[2].rstrip(")")
        return tuple(inside.split(", ")[1:])


DIALOGUE = Column("dialogue", "int", "NOT NULL")


def statements(tables: Iterable[Table]) -> list[str]:
    """What makes the tables, in the order in which they refer to each other. Every row goes with its dialogue's row in the
    first table, also when a blue takes that away that does not know all the others."""
    made: list[str] = []
    of_dialogue: tuple[str, ...] = ()
    tables = tuple(tables)
    first = tables[0].name
    for table in tables:
        columns = [f"    {c.name} {{{c.type}}} {c.rule}".rstrip() for c in (DIALOGUE, *table.columns)]
        body = ",\n".join([*columns, *(f"    {rule}" for rule in (*table.rules, *of_dialogue))])
        of_dialogue = (f"FOREIGN KEY (dialogue) REFERENCES {first} (dialogue) ON DELETE CASCADE",)
        made.append(f"CREATE TABLE {table.name} (\n{body}\n){{strict}}")
        made += [f"CREATE INDEX {table.name}_{column} ON {table.name} ({column})" for column in table.indexes]
    return made
