"""One dialogue of any number of entities that argue with each other, for measuring `why`, `graph`, `context` and `status`."""

from __future__ import annotations

import random
from pathlib import Path

from blue_cli.dialogue.ids import canonical, display, uuid7
from tests.bench.workspace import EXPERTS, WORDS

KINDS = ("EVIDENCE", "CLAIM", "RECOMMENDATION", "PERSPECTIVE", "TENSION")
EACH = 2  # entities of a kind in one contribution
ID = "2026-01-11T0000Z-arguments"


def build(root: Path, entities: int, seed: int = 7) -> Path:
    """Write one dialogue of about so many entities, each of which says something about an earlier one."""
    chance = random.Random(seed)
    folder = root / ".blue" / "dialogues" / ID
    folder.mkdir(parents=True)
    members = "".join(f"- {{slug: {slug}, role: Role of {slug}, tier: core, source: created}}\n" for slug in EXPERTS)
    uid = uuid7(1_790_000_000_000, 7)
    (folder / "dialogue.md").write_text(f"---\nblue: 1\nuid: {uid}\ntitle: Arguments\nexperts:\n{members}max_rounds: 99\n---\n")
    earlier: list[str] = []
    written = 0
    each = max(EACH, -(-entities // (len(KINDS) * len(EXPERTS) * 99)))
    for round in range(100):
        (folder / f"round-{round}").mkdir()
        now: list[str] = []
        for place, slug in enumerate(EXPERTS):
            if written < entities:
                text = _contribution(uid, round, place, each, earlier, now, chance)
                (folder / f"round-{round}" / f"{slug}.md").write_text(text)
                written += each * len(KINDS)
        earlier += now
        if written >= entities:
            break
    return root


def _contribution(uid: str, round: int, place: int, each: int, earlier: list[str], now: list[str], chance: random.Random) -> str:
    slug = EXPERTS[place]
    parts, ids = [], []
    for kind in KINDS:
        for number in range(1, each + 1):
            ids.append(f"{kind[0]}{number:02d}: {display(kind[0], round, place * each + number)}")
            now.append(canonical(slug, kind[0], round, number))
            label = " ".join(chance.choices(WORDS, k=chance.randint(3, 12)))
            acts = " ".join(_act(kind[0], target, chance) for target in chance.sample(earlier, min(len(earlier), chance.randint(1, 2))))
            parts.append(f"[{kind} {kind[0]}{number:02d}: {label}]\n{acts} {' '.join(chance.choices(WORDS, k=20))}")
    front = f"blue: 1\ndialogue: {uid}\nround: {round}\nexpert: {slug}\nids: {{{', '.join(ids)}}}\n"
    return f"---\n{front}---\n" + "\n\n".join(parts) + "\n"


def _act(kind: str, target: str, chance: random.Random) -> str:
    verbs = ["SUPPORT", "SUPPORT", "OPPOSE", "DEPEND"] + (["ADDRESS"] * 3 if "-T" in target else [])
    return f"[RE:{chance.choice(verbs)} {target}]"
