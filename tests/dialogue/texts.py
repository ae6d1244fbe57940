"""Strategies for bodies: markers of every row among all the markdown that can hide or move them."""

from __future__ import annotations

from hypothesis import strategies as st

from blue_cli.dialogue.grammar import MARKERS

EXAMPLES = st.sampled_from([row.example for row in MARKERS])
WORDS = st.sampled_from([row.word for row in MARKERS])
_SHORT = "T01 T1 T001 T0001 T010203 T-NEW T04-R1 T1.1 P01 t01 T0 T00 T999 T1000 T01,T02 T1/T4 T01–T03 T٣ E2E Ⅻ"
_NAMED = "MUFFIN-T01 muffin-t0001 SCONE-T0101 Muffin-R1-T01 @muffin"
_SPACED = ["MUFFIN R1-T01", "Scone T01", "MUFFIN-T01 (R0)", "T01, T02", "on T01", "", "T" + "9" * 5000]
IDS = st.sampled_from([*_SHORT.split(), *_NAMED.split(), *_SPACED])
INSIDES = st.builds(
    "[{}{}{}{}]".format,
    WORDS,
    st.sampled_from([" ", ": ", " on ", " — ", "-", ""]),
    IDS,
    st.sampled_from(["", ": x", " x", ": [y] z", " VIA R01", " INTO T02", ": a\\]b"]),
)
PIECES = (
    st.sampled_from(
        [
            "\n",
            "\n\n",
            "```\n",
            "~~~\n",
            "    ",
            "\t",
            "`",
            "``",
            "> ",
            "- ",
            "1. ",
            "# ",
            "### ",
            "---\n",
            "===\n",
            "***",
            "**",
            "__",
            "*",
            "<!-- ",
            " -->",
            "<div>",
            "</div>\n",
            "[",
            "]",
            "(",
            ")",
            "](x)",
            "\\",
            "text ",
            "a: ",
            "x\n",
            "é",
            "😀",
            "'s ",
            ", ",
            " & ",
            ":",
            "\x00",
        ]
    )
    | st.just("| a | b |\n|---|---|\n")
    | st.just("|")
    | st.just("**Moves**: ")
)
BODIES = st.lists(EXAMPLES | INSIDES | PIECES | PIECES, max_size=25).map("".join)
