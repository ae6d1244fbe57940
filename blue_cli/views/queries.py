"""Questions in SQL to the projection: what a person might type into any tool. The README prints them, a test runs them.

A value is a parameter (`:name`); what is printed has the example in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from blue_cli.dialogue.grammar import UNSETTLED

UNSETTLED_WORDS = ", ".join(f"'{word}'" for word in UNSETTLED)


class Query(NamedTuple):
    """One question: in words, in SQL, and the example's value of its parameter (both "" where it has none)."""

    question: str
    sql: str
    parameter: str = ""
    example: str = ""

    @property
    def printed(self) -> str:
        """The SQL with the example's value as a literal."""
        return self.sql.replace(f":{self.parameter}", "'" + self.example.replace("'", "''") + "'") if self.parameter else self.sql


QUERIES = (
    Query(
        "Who has raised how many tensions that are still open?",
        f"""SELECT c.expert, count(*) AS open_tensions
FROM tensions t JOIN contributors c USING (dialogue, canonical_id)
WHERE t.status IN ({UNSETTLED_WORDS})
GROUP BY c.expert ORDER BY open_tensions DESC, c.expert""",
    ),
    Query(
        "What supports P0001?",
        """SELECT d.id AS dialogue, coalesce(s.id, '@' || r.author) AS source, r.path, r.line
FROM refs r
JOIN entities t ON t.dialogue = r.dialogue AND t.canonical_id = r.target
JOIN dialogues d ON d.dialogue = r.dialogue
LEFT JOIN entities s ON s.dialogue = r.dialogue AND s.canonical_id = r.source
WHERE r.type = 'support' AND t.id = :id
ORDER BY d.id, r.position""",
        "id",
        "P0001",
    ),
    Query(
        "What does the standing verdict rest on?",
        """WITH RECURSIVE
  verdict AS (
    SELECT v.dialogue, v.id FROM verdicts v JOIN dialogues d ON d.dialogue = v.dialogue
    WHERE d.id = :dialogue AND v.kind = 'final' ORDER BY v.number DESC LIMIT 1),
  named AS (
    SELECT r.dialogue, r.target FROM refs r JOIN verdict v ON r.dialogue = v.dialogue AND r.verdict = v.id
    WHERE r.target IS NOT NULL AND r.type NOT IN ('oppose', 'question')),
  seed AS (
    SELECT dialogue, target FROM named UNION
    SELECT r.dialogue, r.canonical_id FROM recommendations r JOIN verdict v ON r.dialogue = v.dialogue
    WHERE r.status = 'adopted' AND NOT EXISTS (SELECT 1 FROM named)),
  ground (dialogue, upper_id, lower_id) AS (
    SELECT dialogue, source, target FROM refs WHERE type = 'depend' UNION
    SELECT dialogue, target, source FROM refs WHERE type = 'support'),
  rests (dialogue, canonical_id) AS (
    SELECT dialogue, target FROM seed UNION
    SELECT g.dialogue, g.lower_id FROM ground g JOIN rests r ON r.dialogue = g.dialogue AND r.canonical_id = g.upper_id)
SELECT e.kind, e.id, e.canonical_id FROM entities e JOIN rests r USING (dialogue, canonical_id)
ORDER BY e.canonical_id""",
        "dialogue",
        "2026-11-24T0528Z-cache-policy",
    ),
    Query(
        "Which evidence was refuted, and what leans on it all the same?",
        """SELECT d.id AS dialogue, e.id AS refuted, t.kind, t.id AS leans_on_it
FROM evidence e
JOIN refs r ON r.dialogue = e.dialogue AND
  ((r.type = 'support' AND r.source = e.canonical_id) OR (r.type = 'depend' AND r.target = e.canonical_id))
JOIN entities t ON t.dialogue = r.dialogue AND t.canonical_id = CASE r.type WHEN 'support' THEN r.target ELSE r.source END
JOIN dialogues d ON d.dialogue = e.dialogue
WHERE e.status = 'refuted'
ORDER BY d.id, e.id, t.id""",
    ),
    Query(
        "Which tensions have been open for longest, anywhere?",
        f"""SELECT d.rounds - 1 - t.round AS age, t.id, t.contributors, t.label, d.id AS dialogue
FROM tensions t JOIN dialogues d ON d.dialogue = t.dialogue
WHERE t.status IN ({UNSETTLED_WORDS})
ORDER BY age DESC, d.id, t.id LIMIT 20""",
    ),
)


def text() -> Iterator[str]:
    """Lines of all of them, to be pasted into any SQL tool."""
    for query in QUERIES:
        yield from (f"-- {query.question}", f"{query.printed};", "")
