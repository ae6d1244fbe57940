"""A key on paper: typed back, and every slip of the hand found."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.crypto.keys import paper
from blue_cli.crypto.keys.material import Umk
from blue_cli.errors import Refused

KNOWN = Umk(bytes(range(32)))
LINES = paper.write(KNOWN)
TEXT = "\n".join(LINES)


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=100, deadline=None)
def test_what_is_printed_is_read(secret: bytes) -> None:
    assert paper.read("\n".join(paper.write(Umk(secret)))) == Umk(secret)


@pytest.mark.parametrize(
    "typed",
    [
        lambda line: line.lower(),
        lambda line: line.replace(" ", "").replace("1", "1 ", 1) if line.startswith("  1") else line,
        lambda line: line[:5] + line[5:].replace(" ", "-"),
        lambda line: line.strip() + "\r",
        lambda line: line[:5] + line[5:].replace("0", "o").replace("1", "l"),
        lambda line: line[:3] + "." + line[3:],
        lambda line: f"\t{line}\n\n",
    ],
)
def test_it_is_typed_in_any_way_that_people_type(typed: Callable[[str], str]) -> None:
    assert paper.read("\n".join([LINES[3], *map(typed, LINES[4:])])) == KNOWN


def test_every_single_wrong_character_is_found_in_its_line() -> None:
    for number in range(1, 5):
        row = LINES[3 + number]
        for at in range(5, len(row)):
            if row[at] == " ":
                continue
            for other in set(paper.ALPHABET) - {row[at]}:
                with pytest.raises(Refused) as raised:
                    paper.read(TEXT.replace(row, row[:at] + other + row[at + 1 :]))
                assert raised.value.why == f"line {number}: a wrong character, or two in the wrong order"


def test_every_two_neighbours_in_the_wrong_order_are_found() -> None:
    for row in LINES[4:]:
        places = [at for at in range(5, len(row)) if row[at] != " "]
        for one, other in pairwise(places):
            if row[one] != row[other]:
                swapped = list(row)
                swapped[one], swapped[other] = row[other], row[one]
                with pytest.raises(Refused, match="no paper form"):
                    paper.read(TEXT.replace(row, "".join(swapped)))


def test_two_lines_in_each_other_s_place_are_found() -> None:
    one, two = LINES[4][5:], LINES[5][5:]
    swapped = TEXT.replace(one, "?").replace(two, one).replace("?", two)
    with pytest.raises(Refused) as raised:
        paper.read(swapped)
    assert raised.value.why.count("wrong character") == 2


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = TEXT.replace(LINES[4], "").replace(LINES[5], LINES[5][:-1]).replace("umk#", "")
    text = text.replace(LINES[6], LINES[6].replace("0", "U", 1))
    with pytest.raises(Refused) as raised:
        paper.read(text)
    assert raised.value.why.split("\n") == [
        "the name of the key is missing: umk# and 16 hex digits",
        "line 1: missing",
        "line 2: 14 of 15 characters",
        "line 3: a character that cannot be in it",
    ]


def test_lines_of_another_key_do_not_pass_under_this_name() -> None:
    other = paper.write(Umk(bytes(32)))
    with pytest.raises(Refused, match="not those of the key named above"):
        paper.read("\n".join([LINES[3], *other[4:]]))


@given(st.text(alphabet="0123456789ABCDabcdefoil umk#\n\r\t-.:", max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(Refused):
        paper.read(text)
