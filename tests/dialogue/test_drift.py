"""Two readings of one dialogue: nothing that differs is passed over."""

from __future__ import annotations

import pytest

from blue_cli.dialogue.drift import differences, status_after
from tests.dialogue.build import graph, panel

BEFORE = panel(
    {"muffin": "[TENSION T01: Latency]\n\n[PERSPECTIVE P01: Cold caches]", "scone": "Some thoughts."},
    {"muffin": "[MOVE:CONVERGE]", "scone": "[RE:ADDRESS MUFFIN-T0001]\n\n[MOVE:DEFEND MUFFIN-P0001]"},
)


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("round-0/muffin.md", "[TENSION T01: Disks]\n\n[PERSPECTIVE P01: Cold caches]", "its label was"),
        ("round-0/muffin.md", "[TENSION T01: Latency]", "MUFFIN-P0001: gone"),
        ("round-0/scone.md", "[CLAIM C01: new]", "SCONE-C0001: not there before"),
        ("round-1/judge.md", "[ACCEPTED MUFFIN-T0001: later]", "MUFFIN-T0001: addressed before, accepted after"),
        ("round-1/scone.md", "[RE:ADDRESS MUFFIN-T0002]\n\n[MOVE:DEFEND MUFFIN-P0001]", "means None"),
        ("round-1/scone.md", "[RE:ADDRESS MUFFIN-T0001]", "before, not after"),
        ("round-1/muffin.md", "Some thoughts.", "round 1: percent 50.0 before, 0.0 after"),
        ("round-2/scone.md", "Some thoughts.", "2 rounds before, 3 after"),
        ("round-1/judge.md", "[RESOLVED MUFFIN-T0001: so]\n\n[REOPENED MUFFIN-T0001: no]\n\n[RE:ADDRESS MUFFIN-T0001]", ""),
    ],
)
def test_a_difference_is_told(path: str, text: str, told: str) -> None:
    found = differences(graph(BEFORE), graph({**BEFORE, path: text}))
    assert any(told in line for line in found) if told else found == []


def test_the_same_is_no_difference() -> None:
    assert differences(graph(BEFORE), graph(BEFORE)) == []


def test_the_status_at_the_end_of_each_round() -> None:
    files = {**BEFORE, "round-1/judge.md": "[ACCEPTED MUFFIN-T0001: later]", "round-3/judge.md": "[REOPENED MUFFIN-T0001: no]"}
    standing = graph(files).standing["MUFFIN-T0001"]
    assert [status_after(standing, round) for round in range(4)] == ["open", "accepted", "accepted", "reopened"]
