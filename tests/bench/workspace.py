"""A workspace of any size for measuring: dialogues of five rounds and four experts, as people write them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from blue_cli.dialogue.ids import uuid7

EXPERTS = ("muffin", "scone", "bagel", "pretzel")
ROUNDS = 5
FILES = len(EXPERTS) * ROUNDS  # contributions of one dialogue
WORDS = ("cache", "cold", "stale", "shard", "p99", "latency", "budget", "tenant", "queue", "write", "disk", "cost", "hour", "deploy")


def build(root: Path, contributions: int, seed: int = 7) -> Path:
    """Write about so many contributions, whole dialogues only. The same seed gives the same bytes."""
    chance = random.Random(seed)
    for number in range(max(1, contributions // FILES)):
        _dialogue(root / ".blue" / "dialogues" / f"2026-{1 + number % 12:02d}-11T{number % 2400:04d}Z-topic-{number}", number, chance)
    return root


def _dialogue(folder: Path, number: int, chance: random.Random) -> None:
    uid = uuid7(1_790_000_000_000 + number, chance.getrandbits(74))
    members = "".join(f"- {{slug: {slug}, role: Role of {slug}, tier: core, source: created}}\n" for slug in EXPERTS)
    folder.mkdir(parents=True)
    head = f"---\nblue: 1\nuid: {uid}\ntitle: Topic {number}\ncreated: 2026-01-11T00:00:00Z\nexperts:\n{members}max_rounds: 10\n---\n"
    (folder / "dialogue.md").write_text(head)
    for round in range(ROUNDS):
        (folder / f"round-{round}").mkdir()
        for place, slug in enumerate(EXPERTS):
            (folder / f"round-{round}" / f"{slug}.md").write_text(contribution(uid, round, place, chance))


def contribution(uid: str, round: int, place: int, chance: random.Random, experts: Sequence[str] = EXPERTS) -> str:
    """A tension and a perspective, an answer to an earlier tension, some prose; now and then a fence, a table or a list."""
    slug, display = experts[place], f"{round:02d}{place + 1:02d}"
    front = f"blue: 1\ndialogue: {uid}\nround: {round}\nexpert: {slug}\ncreated: 2026-01-11T00:00:00Z\n"
    parts = [f"[PERSPECTIVE P01: {_prose(chance, 6)}]\n{_prose(chance, 40)}", f"[TENSION T01: {_prose(chance, 5)}]\n{_prose(chance, 30)}"]
    if round:
        other = experts[(place + 1) % len(experts)]
        verb = chance.choice(("ADDRESS", "RESOLVE", "REOPEN"))
        parts.append(f"[RECOMMENDATION R01: {_prose(chance, 5)}]\n[RE:{verb} {other.upper()}-T{round - 1:02d}01] {_prose(chance, 25)}")
    ids = f"ids: {{P01: P{display}, T01: T{display}{f', R01: R{display}' if round else ''}}}\n"
    parts.append(
        chance.choice(
            (_prose(chance, 60), f"```\n{_prose(chance, 10)}\n```", f"| a | b |\n|---|---|\n| {_prose(chance, 3)} | x |", "- one\n- two")
        )
    )
    parts += ["[MOVE:CONVERGE]"] if round == ROUNDS - 1 else []
    return f"---\n{front}{ids}---\n# {_prose(chance, 4)}\n\n" + "\n\n".join(parts) + "\n"


def _prose(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words))
