"""Dialogues for the report page: one with everything in it, one written by an enemy, a large one, and a few for the index."""

from __future__ import annotations

import io
from pathlib import Path

from blue_cli.dialogue.ids import display, uuid7
from tests.bench.arguments import WORDS
from tests.cli.program import blue

FULL, HOSTILE, LARGE = "cache", "hostile", "large"
ROUNDS: tuple[dict[str, str], ...] = (
    {
        "muffin": """# Where the time goes

Most requests wait for **one shard**. See [the measurements](https://example.org/p99).

[EVIDENCE E01: p99 is 480 ms in the June load test]
| shard | p99 |
|---|---|
| 3 | 480 ms |

[CLAIM C01: One shard is hot]
[RE:DEPEND MUFFIN-E01]
A third of the tenants live there.

[TENSION T01: Stale prices are worse than slow ones]
Nobody has said how stale a price may be.

[RECOMMENDATION R01: Cache prices for ten minutes]
[RE:SUPPORT MUFFIN-C01]

```
cache.ttl = 600
```
""",
        "scone": """[PERSPECTIVE P01: Who pays for a wrong price]
The customer, then we do.

[TENSION T01: Memory for a second copy is not in the budget]
[RE:OPPOSE MUFFIN-R01]
""",
        "strudel": """[EVIDENCE E01: Prices change four times a day]
Counted over a year.

[TENSION T01: A cold start looks like an outage]
[RE:QUESTION MUFFIN-C01]
""",
    },
    {
        "muffin": "[RECOMMENDATION R01: Warm the cache before a deploy]\n[RE:ADDRESS T0003]\n\n[MOVE:DEFEND C0001]\n",
        "scone": "[STANCE S01: CONDITIONAL | 0.7]\n[RE:SUPPORT R0001]\nIf it is bounded.\n\n[CONCESSION: memory is cheap]\n",
        "strudel": "[RE:RESOLVE T0001] Ten minutes are less than a quarter of the shortest life of a price.\n\n[RE:SUPPORT R0001]\n",
    },
    {
        "muffin": "[RE:RESOLVE T0001]\n\n[MOVE:CONVERGE]\n",
        "scone": "[RE:RESOLVE T0002] The copy fits.\n\n[MOVE:CONVERGE]\n",
        "strudel": "[RE:RESOLVE T0003]\n\n[MOVE:CONVERGE]\n",
    },
)
QUESTION = "How long may a price be stale?"
WORD = "quarterly"  # a word in one text only


def start(root: Path, id: str, title: str, *experts: str, question: str = QUESTION) -> None:
    """A workspace, if there is none, and a dialogue in it."""
    (root / ".blue/dialogues").mkdir(parents=True, exist_ok=True)
    members = [word for expert in experts or ("muffin:Caching", "scone:Storage", "strudel:Prices") for word in ("--expert", expert)]
    run(root, "dialogue", "new", title, "--id", id, "--question", question, *members)


def run(root: Path, *words: str, text: str = "") -> str:
    """What blue says to these words. Fails when it refuses."""
    said = blue("-q", *words, cwd=root, stdin=io.BytesIO(text.encode()))
    assert said.status == 0, said.out + said.err
    return said.out


def write(root: Path, id: str, round: int, texts: dict[str, str]) -> None:
    """The contributions of one round."""
    for expert, text in texts.items():
        run(root, "round", "add", "-", "-d", id, "--expert", expert, "--round", str(round), text=text)


def full(root: Path, id: str = FULL, rounds: int = len(ROUNDS), verdict: bool = True) -> None:
    """Three rounds that converge, scores, and a verdict that rests on the first of them."""
    start(root, id, "How long to cache prices")
    for number, texts in enumerate(ROUNDS[:rounds]):
        write(root, id, number, texts)
    run(root, "round", "score", "muffin", "8", "7", "6", "5", "-d", id)
    run(root, "round", "score", "scone", "5", "6", "7", "6", "-d", id)
    if verdict and rounds == len(ROUNDS):
        said = ("--recommendation", "Cache prices for ten minutes", "--condition", "a bound on memory", "--vote", "3:0")
        text = f"[RE:SUPPORT R0001] since the load test says so.\n\nThe {WORD} review looks at it again.\n"
        run(root, "verdict", "add", "-", "-d", id, *said, text=text)


# --- an enemy's ------------------------------------------------------------------------------------------------

HIT = "window.hit=1"
ATTACKS = (
    f"<script>{HIT}</script>",
    f"</script><script>{HIT}</script>",
    f"</title><script>{HIT}</script>",
    f"</style><script>{HIT}</script>",
    f"--><script>{HIT}</script>",
    f'"><img src=x onerror="{HIT}">',
    f"'><svg onload={HIT}>",
    f"<svg><script>{HIT}</script></svg>",
    f"</text></svg><img src=x onerror={HIT}>",
    '<iframe src="https://evil.example/"></iframe>',
    f'<a href="javascript:{HIT}">click</a>',
    "{{7*7}}{% raw %}{{config}}",
    "</textarea></select></option><b>out</b>",
    "abc \u202egnp.exe\u2066",
    "\u2028window.hit=1\u2029",
    "<base href=https://evil.example/><meta http-equiv=refresh content='0;url=https://evil.example'>",
)
LINKS = (
    f"[a](javascript:{HIT}) [b](JaVaScRiPt:{HIT}) [c](&#106;avascript:{HIT}) [d](data:text/html,<script>{HIT}</script>)",
    f"<javascript:{HIT}> [e](vbscript:{HIT}) [f](file:///etc/passwd)",
    "![an image](https://evil.example/pixel.png) ![local](file:///etc/passwd)",
    f'<div style="position:fixed;inset:0;background:url(https://evil.example/)" onclick="{HIT}">over all</div>',
    f"```<script>{HIT}</script>\n</code></pre><script>{HIT}</script>\n```",
    f"| <script>{HIT}</script> |\n|---|\n| <img src=x onerror={HIT}> |",
)


def hostile(root: Path, id: str = HOSTILE) -> None:
    """Every attack in every place that a stranger writes: title, question, roles, labels, bodies, a reason, file names."""
    every = " ".join(ATTACKS)
    uid = uuid7(1_790_000_000_000, 9)
    folder = root / ".blue/dialogues" / id
    (folder / "round-0").mkdir(parents=True)
    roles = "".join(f"- {{slug: {slug}, role: {quoted(ATTACKS[i])}}}\n" for i, slug in enumerate(("muffin", "scone")))
    about = f"blue: 1\nuid: {uid}\ntitle: {quoted(every)}\nquestion: {quoted(every)}\ncreated: {quoted(ATTACKS[5])}\nexperts:\n{roles}"
    (folder / "dialogue.md").write_text(f"---\n{about}links: [{quoted('javascript:' + HIT)}]\n---\n{every}\n\n" + "\n\n".join(LINKS))
    marks = [
        f"[{kind} {kind[0]}{number + 1:02d}: {attack.replace('[', '').replace(']', '')}]\n{attack}\n\n{LINKS[number % len(LINKS)]}"
        for number, attack in enumerate(ATTACKS)
        for kind in ("TENSION", "RECOMMENDATION", "EVIDENCE")
    ]
    head = f"---\nblue: 1\ndialogue: {uid}\nround: 0\nexpert: %s\ncreated: {quoted(ATTACKS[0])}\n---\n"
    (folder / "round-0/muffin.md").write_text(head % "muffin" + "\n\n".join(marks) + f"\n\n[RE:SUPPORT {ATTACKS[0]}]\n")
    (folder / "round-0/scone.md").write_text(head % "scone" + "\n\n".join(LINKS) + f"\n\n[MOVE:CHALLENGE {ATTACKS[5]}] {every}\n")
    (folder / "round-0/muffin.md\u202e<script>.md").write_text("x")
    (folder / "round-0/<img src=x onerror=alert(1)>.md").write_text(every)
    (folder / "verdicts").mkdir()
    said = f"recommendation: {quoted(every)}\nvote: {quoted(ATTACKS[6])}\nconditions: [{quoted(ATTACKS[1])}]\nforced: {quoted(every)}\n"
    (folder / "verdicts/final.md").write_text(f"---\nblue: 1\nkind: final\nround: 0\nauthor: judge\n{said}---\n{every}\n")


def quoted(text: str) -> str:
    """A text as a YAML string in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + '"'


# --- a large one, and a few -------------------------------------------------------------------------------------


def large(root: Path, contributions: int = 400, id: str = LARGE) -> None:
    """One dialogue of so many contributions, twenty experts a round, five entities each, that refer to each other."""
    folder = root / ".blue/dialogues" / id
    experts = [f"expert-{number:02d}" for number in range(20)]
    uid = uuid7(1_790_000_000_000, 8)
    folder.mkdir(parents=True)
    members = "".join(f"- {{slug: {slug}, role: Role of {slug}}}\n" for slug in experts)
    about = f"blue: 1\nuid: {uid}\ntitle: A large dialogue\nquestion: {QUESTION}\ncreated: 2026-01-11T00:00:00Z\nmax_rounds: 99\n"
    (folder / "dialogue.md").write_text(f"---\n{about}experts:\n{members}---\n")
    for number in range(contributions):
        round, place = divmod(number, len(experts))
        (folder / f"round-{round}").mkdir(exist_ok=True)
        (folder / f"round-{round}/{experts[place]}.md").write_text(_contribution(uid, round, place, experts))


def _contribution(uid: str, round: int, place: int, experts: list[str]) -> str:
    def prose(seed: int, words: int) -> str:
        return " ".join(WORDS[(seed * 7 + i * i + place) % len(WORDS)] for i in range(words))

    ids, parts = [], []
    earlier = f"{experts[(place + 3) % len(experts)].upper()}-T{round - 1:02d}01"
    for kind in ("TENSION", "PERSPECTIVE", "RECOMMENDATION", "EVIDENCE", "CLAIM"):
        ids.append(f"{kind[0]}01: {display(kind[0], round, place + 1)}")
        act = f"[RE:{'RESOLVE' if round % 2 else 'ADDRESS'} {earlier}] " if round and kind == "RECOMMENDATION" else ""
        act = act or (f"[RE:SUPPORT {experts[place].upper()}-R{round:02d}01] " if kind in ("EVIDENCE", "CLAIM") else "")
        parts.append(f"[{kind} {kind[0]}01: {prose(round + len(parts), 6)} {round}.{place}]\n{act}{prose(round, 60)}")
    front = f"blue: 1\ndialogue: {uid}\nround: {round}\nexpert: {experts[place]}\nids: {{{', '.join(ids)}}}\n"
    return f"---\n{front}---\n" + "\n\n".join(parts) + "\n"


def several(root: Path) -> None:
    """For the index: one whose verdict stands, one whose verdict is stale, one under way, one just begun, one closed."""
    full(root, "2026-03-prices")
    full(root, "2026-04-stale")
    write(root, "2026-04-stale", 3, {"scone": "[RE:OPPOSE R0001] The copy did not fit after all.\n"})
    full(root, "2026-05-under-way", rounds=2)
    start(root, "2026-06-begun", "Which queue", question="")
    full(root, "2026-02-closed")
    run(root, "dialogue", "close", "-d", "2026-02-closed", "--reason", "done")
