"""Front matter for tests: two examples, and strategies for canonical text, nearly canonical text and junk."""

from __future__ import annotations

from hypothesis import strategies as st

from blue_cli.dialogue import frontmatter

CONTRIBUTION = """\
blue: 1
dialogue: 019b7871-2680-70e4-b285-a2d6ce8fe84a
round: 2
expert: muffin
created: 2026-11-24T05:28:00Z
ids: {P01: P0113, T01: T0108}
refs: {T0103: STRUDEL-T0103}
"""
DIALOGUE = """\
blue: 1
uid: 019b7871-2680-70e4-b285-a2d6ce8fe84a
title: Cache policy
question: "What expires, and when?"
created: 2026-11-24T05:28:00Z
experts:
- {slug: muffin, role: "Data modeling, mostly", tier: core, relevance: 0.9, git: [muffin@example.org]}
- {slug: "no", role: Latency, tier: wildcard, relevance: 1.0, from_round: 1}
panels: {1: [muffin, "no"]}
links:
- "https://example.org/rfc/7"
- RFC-0012
closed: {at: 2026-11-25T05:28:00Z, reason: "done: all said"}
""".replace("[muffin@example.org]", '["*@example.org"]')


_WRITTEN = (
    "no yes on off y n N Y true false True null Null ~ 017 0x1F 0o7 0b1 1e3 1_000 12:30 190:20:30.15 .inf .nan 1. .5 +1 -1 -1.5 -0 0 00 "
    "1.0 0.10 -x 2026-11-24 2026-13-45 2026-1-1 2026-11-24T05:28:00Z 2026-11-24T05:28:00+01:00 2026-02-30T25:61:00Z 1e-7 = << - -- --- ... "
    "? : # a#b %x @x `x a:b a::b a: x:y 123456789012345678 1234567890123456789 0123456789abcdef 12e45678 [] {} [ ] { } , a,b !x &x *x | > "
    "é \u2028 \x85 \ufeff \x7f \ufffe \U0001f600 \u202e"
)
LOOKALIKES = _WRITTEN.split(" ")
WORDS = st.sampled_from([*LOOKALIKES, "muffin", "two words", "a  b", "2001-12-14 21:59:43.10 -5", "2026-11-24T0528Z-cache", "x" * 1100, ""])
STRINGS = st.text() | WORDS | st.lists(WORDS, max_size=3).map(" ".join) | st.lists(WORDS, max_size=3).map("\n".join)
STORABLE = STRINGS.filter(lambda text: "\0" not in text)
SCALARS = (
    STORABLE
    | st.booleans()
    | st.integers(-(10**18) + 1, 10**18 - 1)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: abs(x) < 1e308)
)
_NAMES = "slug role P01 T0103 1 10 no null true y _x a-b 1.5 é 12:30"
KEYS = st.sampled_from(_NAMES.split(" ")) | st.text(max_size=20).filter(lambda text: "\0" not in text)
FLOWS = st.recursive(SCALARS, lambda x: st.lists(x, max_size=3) | st.dictionaries(KEYS, x, max_size=3), max_leaves=6)
KINDS = st.sampled_from(sorted(frontmatter.ORDER))


@st.composite
def fields_of(draw, kinds=KINDS):
    kind = draw(kinds)
    names = st.sampled_from(frontmatter.ORDER[kind]) | KEYS
    return kind, draw(st.dictionaries(names, FLOWS, max_size=5))


PIECES = st.sampled_from(
    [
        *LOOKALIKES,
        *CONTRIBUTION.splitlines(),
        *DIALOGUE.splitlines(),
        "key: ",
        "a: ",
        "b:",
        "- ",
        "  ",
        "\n",
        "\r\n",
        "\n",
        ", ",
        ": ",
        '"',
        "'",
        '"\\n"',
        '"\\ud83d\\ude00"',
        '"\\u0000"',
        '"\\x41"',
        '"\\/"',
        '"\\U00110000"',
        '"\\UFFFFFFFF"',
        "{a: 1}",
        "[a, b]",
        "|\n  x\n",
        "&a ",
        "*a",
        "!!str ",
        "\t",
        "# c",
        "- {",
        "}",
    ]
)
JUNK = st.lists(PIECES, max_size=10).map("".join)
LINES = st.lists(st.builds("{}: {}".format, st.sampled_from(["a", "b", "title", "true", "no"]), JUNK | STRINGS), max_size=4).map("\n".join)
NEARLY = st.builds(
    lambda text, at, piece, cut: text[: at % (len(text) + 1)] + piece + text[at % (len(text) + 1) + cut :],
    st.sampled_from([CONTRIBUTION, DIALOGUE]) | fields_of().map(lambda pair: frontmatter.write(pair[1], pair[0])),
    st.integers(0, 2000),
    PIECES | st.characters(),
    st.integers(0, 3),
)
ANY = JUNK | LINES | NEARLY | st.text()
