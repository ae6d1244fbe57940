"""The facts of the index: one line a dialogue, in which order, as JSON and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from blue_cli.cli.page_parts import parts
from blue_cli.stores.memory import MemoryStore
from blue_cli.views.report_index import Line, arranged, course, document, index_page, line, page_name, sums
from tests.actions.desk import Desk

DAYS = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
A = Line("a", "A title", "Why?", "open", False, True, *DAYS, 2, 2, 3, 1, 1, 50.0, 1, "", 0, "", (2, 1))


@pytest.fixture
def desk() -> Desk:
    """A dialogue of muffin and scone in memory."""
    return Desk(MemoryStore())


def test_a_dialogue_without_rounds(desk: Desk) -> None:
    one = line(desk.graph)
    assert (one.id, one.title, one.status, one.rounds, one.contributions) == ("cache", "Cache policy", "open", 0, 0)
    assert (one.velocity, one.open_tensions, one.percent, one.age, one.verdict, one.course) == (0, 0, 0.0, None, "", ())
    assert one.created == one.active == "2026-11-24T05:28:00Z"


def test_how_old_it_is_in_rounds_and_dates(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: a]\n\n[TENSION T02: b]")
    desk.add("scone", "nothing")
    desk.add("muffin", "[RE:RESOLVE T0001]\n\n[TENSION T03: c]")
    one = line(desk.graph)
    assert (one.rounds, one.contributions, one.open_tensions, one.age) == (2, 3, 2, 1)
    assert one.course == (2, 2)
    desk.put("contribution/01#scone", "---\ncreated: 2027-02-01T08:00:00Z\n---\ntext\n")
    assert line(desk.graph).active == "2027-02-01T08:00:00Z"
    desk.put("contribution/01#scone", "---\ncreated: the last day of all\n---\ntext\n")
    assert line(desk.graph).active == "2026-11-24T05:28:00Z"  # what is no time is no activity


def test_a_verdict_that_stands_and_one_that_is_stale(desk: Desk) -> None:
    desk.add("muffin", "[RECOMMENDATION R01: Ten minutes]\n\n[MOVE:CONVERGE]")
    desk.add("scone", "[MOVE:CONVERGE]")
    from blue_cli.actions.placement import Draft
    from blue_cli.actions.verdict_text import Wish
    from blue_cli.actions.verdicts import give
    from tests.actions.desk import NOW

    give(desk.store, desk.uid, Draft("-", b"[RE:SUPPORT R0001]\n"), Wish(recommendation="Ten minutes"), NOW)
    one = line(desk.graph)
    assert (one.status, one.verdict, one.causes, one.recommendation) == ("converged", "stands", 0, "Ten minutes")
    desk.add("scone", "[RE:OPPOSE R0001]")
    one = line(desk.graph)
    assert (one.verdict, one.causes) == ("stale", 1)
    assert line(desk.graph._replace(complete=False)).verdict == "unknown"  # what is unread may have made it stale


def test_what_is_unread_is_unknown_and_never_zero(desk: Desk) -> None:
    desk.add("muffin", "[TENSION T01: a]")
    one = line(desk.graph._replace(complete=False), sealed=True)
    assert (one.sealed, one.open_tensions, one.velocity, one.percent, one.age, one.course) == (True, None, None, None, None, ())
    assert document([one], True)["complete"] is False
    assert sums([one, A])["incomplete"] == 1


def test_what_needs_somebody_comes_first_and_the_newest_of_each() -> None:
    lines = [
        A._replace(id="closed", status="closed"),
        A._replace(id="open-old"),
        A._replace(id="open-new", active="2026-03-01T00:00:00Z"),
        A._replace(id="converged", status="converged", verdict="stands"),
        A._replace(id="converging", status="converging"),
        A._replace(id="stale", status="closed", verdict="stale"),
        A._replace(id="open-silent", active="", created=""),
    ]
    order = ["stale", "converging", "open-new", "open-old", "open-silent", "converged", "closed"]
    assert [one.id for one in arranged(lines)] == [one.id for one in arranged(lines[::-1])] == order


def test_sums() -> None:
    found = sums([A, A._replace(status="closed", verdict="stale"), A._replace(open_tensions=None, complete=False)])
    assert found["status"] == {"converging": 0, "open": 2, "converged": 0, "closed": 1}
    assert (found["dialogues"], found["open_tensions"], found["stale_verdicts"], found["incomplete"]) == (3, 2, 1, 1)


def test_the_document_says_where_each_page_is() -> None:
    (there,), (alone,) = document([A], True)["dialogues"], document([A], False)["dialogues"]
    assert (there["page"], alone["page"]) == ("a.html", None)
    assert (there["oldest_open_rounds"], there["last_activity"], there["course"]) == (1, "2026-01-02T00:00:00Z", [2, 1])
    json.dumps(there)


@pytest.mark.parametrize(("id", "name"), [("a", "a.html"), ("index", "index-.html"), ("INDEX", "index-.html"), ("index-2", "index-2.html")])
def test_no_dialogue_s_page_is_the_index(id: str, name: str) -> None:
    assert page_name(id) == name


def test_the_course_stays_in_its_box() -> None:
    assert list(course([4, 2, 0])) == ["2.0,2.0", "48.0,12.0", "94.0,22.0"]
    assert list(course([3])) == ["2.0,2.0", "94.0,2.0"]
    assert list(course([0, 0])) == ["2.0,22.0", "94.0,22.0"]


def shown(*lines: Line, **more: Any) -> str:
    """The page of the index."""
    return index_page(lines, parts(), more.pop("linked", True), **more)


def test_the_page_links_each_dialogue_only_where_its_page_is() -> None:
    assert '<a class="title" href="a.html">A title</a>' in shown(A)
    assert 'href="a.html"' not in shown(A, linked=False)
    assert "-o FOLDER/" in shown(A, linked=False)


def test_the_same_dialogues_give_the_same_bytes() -> None:
    assert shown(A, A._replace(id="b")) == shown(A, A._replace(id="b"))


def test_nothing_at_all_is_a_page_too() -> None:
    assert "There is no dialogue yet" in shown()
    assert "0 dialogues" in shown()


def test_untrusted_titles_are_text() -> None:
    text = shown(A._replace(title='"><script>x</script>', question="{{7*7}}\u202e", recommendation="</th>", created='2026"><b>', active=""))
    assert "<script>x" not in text and "</th>→" not in text and "2026&#34;" not in text
    assert "{{7*7}}\\u202e" in text
    assert "<b>" not in text.split("<tbody")[1].split("</tbody")[0].replace("<b>1</b>", "")


def test_the_style_is_the_dialogue_s_and_its_own(tmp_path: Path) -> None:
    text = shown(A)
    found = parts()
    assert found["page.css"].strip()[:200] in text and found["index.css"].strip()[-80:] in text
