"""What the tests of sealing share: a dialogue, its data keys, chance that is none."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha512

from blue_cli.crypto.membership import Head
from blue_cli.crypto.seal import Deks

UID = "0193f2a0-1111-7abc-8def-0123456789ab"
OTHER_UID = "0193f2a0-2222-7abc-8def-0123456789ab"
CREATED = "2026-11-24T05:28:00Z"
STRUDEL = "contribution/00#strudel"
PLACES = (STRUDEL, "contribution/99#no", "ruling/00#MUFFIN-T0001", "ruling/10#score-strudel", "verdict/final", "dialogue")
SEEN = (Head("contribution/00#muffin", 2, bytes(range(16))), Head("dialogue", 1, bytes(16)))

PLAIN = (f"---\nblue: 1\ndialogue: {UID}\nround: 0\nexpert: strudel\ncreated: {CREATED}\n---\n[TENSION T01: Größe gegen Tempo]\n").encode()
MEMBERS = (
    f"---\nblue: 1\nuid: {UID}\ntitle: Secret title\nquestion: Secret question?\ncreated: {CREATED}\nexperts:\n"
    '- {slug: muffin, role: "Secret, role", tier: core, reason: Secret}\n- {slug: scone, from_round: 1}\nmax_rounds: 8\n---\nSecret\n'
).encode()


def numbered(seed: int = 0) -> Callable[[int], bytes]:
    """Bytes that differ at every call, and are the same in every run."""
    calls = 0

    def random(size: int) -> bytes:
        nonlocal calls
        calls += 1
        return sha512(f"{seed} {calls}".encode()).digest()[:size]

    return random


def deks(seed: int = 0, uid: str = UID, versions: int = 1) -> Deks:
    random = numbered(seed)
    made = Deks.make(uid, random)
    for _ in range(versions - 1):
        made = made.with_new_version(random)
    return made
