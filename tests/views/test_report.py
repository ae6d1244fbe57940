"""The report page: what it holds, where its links lead, and that nothing a stranger wrote does anything in it."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.cli.page_parts import parts
from blue_cli.dialogue.ids import address_of
from blue_cli.views import report_grounds
from blue_cli.views.report import Edition, page
from tests.dialogue.build import graph, panel
from tests.views.markup import Page

PARTS = parts()
ROUNDS = (
    {
        "muffin": "[TENSION T01: Latency]\nSlow *reads*.\n\n[EVIDENCE E01: p99 doubled]\nIn `June`.\n",
        "scone": "[PERSPECTIVE P01: Disks]\nCheap. See MUFFIN-T0001.\n\n[CLAIM C01: An hour is enough]\n[RE:DEPEND MUFFIN-E0001]\n",
    },
    {
        "muffin": "[RECOMMENDATION R01: Expire after an hour]\n[RE:DEPEND SCONE-C0001]\n[RE:ADDRESS MUFFIN-T0001: with R01]\n",
        "scone": "[RE:QUESTION MUFFIN-E0001: which load test?]\n\n[STANCE S01: APPROVE | 0.9 on MUFFIN-R0101]\n",
        "judge": "[RESOLVED MUFFIN-T0001 VIA MUFFIN-R0101: measured]\n",
    },
)
FINAL = (
    "---\nkind: final\nround: 1\nauthor: judge\nrecommendation: Expire after an hour\nvote: 2 of 2\nconfidence: strong\n"
    'conditions: ["Count the misses", "Ask again in May"]\nsupporting_experts: [muffin]\n---\nFor [RE:SUPPORT MUFFIN-R0101].\n'
)


def html(files: Mapping[str, str], edition: Edition = Edition()) -> str:  # noqa: B008 - a constant
    blobs = {address_of(path): text.encode() for path, text in files.items()}
    return page(graph(files), blobs, PARTS, edition)


def read(files: Mapping[str, str]) -> Page:
    found = Page(html(files))
    found.check()
    return found


FULL = {**panel(*ROUNDS, question="How long?"), "verdicts/final.md": FINAL}


def test_the_question_and_the_verdict_come_first() -> None:
    text = read(FULL).text
    words = ["Cache policy", "How long?", "stands", "Expire after an hour", "Count the misses", "Ask again in May", "2 of 2", "strong"]
    places = [text.index(word) for word in words]
    assert places == sorted(places) and text.index("Velocity") > places[-1]


def test_the_sections_stand_in_their_order_and_the_list_of_contents_names_them() -> None:
    found = read(FULL)
    order = [e.attrs["id"] for e in found.find("section") if e.path[-1] == "main"]
    assert order == ["verdict", "course", "scoreboard", "tensions", "graph", "experts", "said", "rounds", "grounds"]
    assert [e.attrs["href"][1:] for e in found.find("a") if "nav" in e.path] == order


def test_every_entity_is_one_card() -> None:
    cards = {e.attrs["id"]: e.attrs for e in read(FULL).find("article", class_="entity")}
    assert sorted(cards) == ["C0001", "E0001", "P0001", "R0101", "S0101", "T0001", "verdict-final"]
    assert cards["T0001"]["data-kind"] == "tension" and cards["T0001"]["data-status"] == "resolved"
    assert (cards["T0001"]["data-experts"], cards["T0001"]["data-round"]) == ("muffin", "0")
    assert cards["verdict-final"]["data-kind"] == "verdict"


def test_a_tension_tells_its_life_with_links_to_the_texts() -> None:
    out = html(FULL)
    life = out[out.index('id="T0001"') :].partition("</article>")[0]
    said = re.sub(r"<[^>]+>|\s+", " ", life)
    assert re.search(r"round 0 +raised by +muffin .* round 1 +addressed by +muffin +with +R0101 .* resolved by +judge +with", said), said
    assert re.findall(r'href="(#round-[^"]+)" *>|href="(#round-[^"]+)"', life)
    assert 'href="#round-1-judge:1"' in life and 'id="round-1-judge:1"' in out


def test_a_marker_in_a_text_leads_to_the_card_and_the_card_back() -> None:
    out = html(FULL)
    text = out[out.index('id="round-0-muffin"') :].partition("</article>")[0]
    assert '<span class="kind">tension</span> <a class="id" href="#T0001">T0001</a>' in text and "<em>reads</em>" in text
    assert "TENSION T01" not in text
    assert 'href="#round-0-muffin:1"' in out[out.index('<article class="entity" id="T0001"') :]
    other = out[out.index('id="round-0-scone"') :].partition("</article>")[0]
    assert '<a class="id" href="#T0001">MUFFIN-T0001</a>' in other and '<a class="id" href="#E0001">MUFFIN-E0001</a>' in other


def test_the_graph_links_to_the_cards_and_names_the_ends_of_its_edges() -> None:
    found = read(FULL)
    nodes = {e.attrs["data-id"]: e.attrs["href"] for e in found.find("a", class_="node")}
    assert nodes["R0101"] == "#R0101" and nodes["verdict-final"] == "#verdict-final"
    assert "P0001" not in nodes  # it is about nothing, and nothing is about it
    ends = {(e.attrs["data-from"], e.attrs["data-to"]) for e in found.find("path", class_="edge") if "data-from" in e.attrs}
    assert {("C0001", "E0001"), ("R0101", "C0001"), ("R0101", "T0001"), ("verdict-final", "R0101")} <= ends
    assert "1 more stand alone" in found.text


def test_the_grounds_are_lists_in_lists() -> None:
    text = re.sub(r"\s+", " ", read(FULL).text)
    assert "What final rests on Fragile: everything it rests on comes down to E0001" in text
    assert re.search(r"takes up R0101 .* depends on C0001 .* depends on E0001 .* questioned by scone .* nobody answered", text)


def test_the_course_is_drawn_and_told() -> None:
    found = read(FULL)
    charts = {e.attrs["aria-label"] for e in found.find("svg", class_="chart")}
    assert "Open tensions by round: 1 in round 0, 0 in round 1" in charts and len(charts) == 4
    table = found.text[found.text.index("New perspectivesVelocity") :].split("\n")
    assert table[2:4] == ["02 of 21120%", "12 of 20000%"]  # round, wrote, open, new, velocity, converge


def test_scores_are_shown_with_their_sums() -> None:
    score = "---\nscores: {W: 8, C: 6, T: 5, R: 5}\n---\n"
    text = read({**FULL, "round-1/rulings/score-muffin.md": score}).text
    assert re.search(r"muffin\s*–24865524\s*All", text.replace("\n", ""))


# --- older, empty, unread ------------------------------------------------------------------------------------------


def test_an_older_dialogue_shows_what_its_judge_kept() -> None:
    files = {
        "round-0/muffin.md": "[TENSION T01: Latency]\nSlow.\n", "round-0.summary.md": "# Round 0\n\nAll *agree*.\n",
        "tensions.md": "| ID | Tension | Status |\n|---|---|---|\n| T01 | Latency | Resolved |\n",
        "verdict.md": "# Verdict\n\nExpire it.\n",
        "scoreboard.md": "# Scores\n",
    }  # fmt: skip
    found = read(files)
    assert [e.attrs["id"] for e in found.find() if e.attrs.get("id", "").startswith("file-")] == [
        "file-verdict", "file-scoreboard", "file-tensions",
    ]  # fmt: skip
    assert "Expire it." in found.text and found.find("article", id="round-0-summary")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (panel(experts=""), ["No verdict yet", "No round has been written yet", "Nobody is on the panel"]),
        (panel(experts="muffin scone"), ["has not written", "No tension was raised"]),
        (panel({"muffin": ""}, experts="muffin scone"), ["scone (not yet)"]),
        (panel({"muffin": "hello", "stranger": "[TENSION T01: x]"}, experts="muffin"), ["stranger"]),
        ({**panel({"muffin": "[MOVE:CONVERGE]"}), "verdicts/graph.md": "---\nkind: final\n---\n"}, ["A verdict without a recommendation"]),
    ],
)
def test_there_is_always_a_page(files: Mapping[str, str], words: list[str]) -> None:
    text = read(files).text
    for word in words:
        assert word in text


def test_a_page_says_what_it_is_not() -> None:
    found = Page(html(FULL, Edition("0123456789abcdef", "Sealed parts were left out.")))
    assert "as of commit 0123456789ab" in found.text and "Sealed parts were left out." in found.text


def test_two_things_of_one_id_are_two_cards() -> None:
    ids = "---\nids: {T01: T0001}\n---\n"
    files = panel({"muffin": f"{ids}[TENSION T01: One]\n", "scone": f"{ids}[TENSION T01: Another]\n"})
    assert sorted(e.attrs["id"] for e in read(files).find("article", class_="entity")) == ["SCONE-T0001", "T0001"]


# --- hostile -------------------------------------------------------------------------------------------------------

EVIL = ["<script>alert(1)</script>", "</script><b>", '"><svg onload=x>', "{{ 7*7 }}{% x %}", "\u202eevil", "\x1b[2J", "]]>", "<!--", "'`&"]


def hostile(evil: str) -> dict[str, str]:
    line = evil.replace("\n", " ")
    quoted = json.dumps(line)
    expert = f"{{slug: muffin, role: {quoted}, focus: {quoted}, tier: core}}"
    body = f"[TENSION T01: {line}]\n{line}\n\n[CLAIM C01: {line}]\n\n[RE:SUPPORT C0001: {line}]\n{line}\n"
    files = panel({"muffin": body, "scone": f"[RE:OPPOSE MUFFIN-C0001: {line}]\n[MOVE:REQUEST *: {line}]\n"}, experts="scone")
    head = files["dialogue.md"].replace("experts:\n", f"question: {quoted}\nlinks: [{quoted}]\nexperts:\n- {expert}\n")
    verdict = f"---\nkind: final\nauthor: muffin\nrecommendation: {quoted}\nconditions: [{quoted}]\nvote: {quoted}\n---\n{line}\n"
    return {**files, "dialogue.md": head.replace("title: Cache policy", f"title: {quoted}"), "verdicts/final.md": verdict}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(EVIL) | st.text(st.characters(codec="utf-8"), max_size=4), min_size=1, max_size=3).map("".join))
def test_whatever_a_stranger_writes_is_text(evil: str) -> None:
    out = html(hostile(evil))
    found = Page(out)
    found.check()
    assert len(found.find("script")) == 2 and not found.find("b", onload="x")
    assert {e.tag for e in found.elements if "on" in "".join(e.attrs)[:2]} == set()
    shown = out.replace(PARTS["page.js"], "")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)


def test_templates_in_data_are_text() -> None:
    assert "{{ 7*7 }}" in Page(html(hostile("{{ 7*7 }}"))).text and "{% x" in html(hostile("{% x %}"))


def test_the_policy_names_the_very_bytes() -> None:
    out = html(FULL)
    policy = Page(out).elements[3].attrs
    assert policy["http-equiv"] == "Content-Security-Policy" and policy["content"].startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", out, re.S)
        assert inside is not None
        digest = b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy["content"]


def test_the_data_for_the_search_cannot_leave_its_element() -> None:
    out = html(hostile("</script><script>\u202e"))
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', out, re.S)
    assert block is not None and "<" not in block[1]
    entities = json.loads(block[1])["entities"]
    assert entities[0] == {
        "id": "T0001", "kind": "tension", "label": "</script><script>\\u202e", "status": "open", "experts": ["muffin"], "round": 0,
        "text": "",
    }  # fmt: skip
    assert entities[1]["text"] == "" and entities[-1]["id"] == "verdict-final"


def test_the_same_files_give_the_same_page() -> None:
    assert html(FULL) == html(dict(reversed(list(FULL.items()))))


# --- large ---------------------------------------------------------------------------------------------------------


def test_a_chain_of_reasons_a_hundred_deep_is_a_page() -> None:
    claims = [f"[CLAIM C{n:03d}: number {n}]\n[RE:DEPEND MUFFIN-C00{n + 1:02d}]\n" for n in range(1, 99)]
    rounds = {"muffin": "[RECOMMENDATION R01: x]\n[RE:DEPEND MUFFIN-C0001]\n\n" + "\n".join(claims)}
    found = read({**panel(rounds), "verdicts/final.md": "---\nrecommendation: y\n---\n[RE:SUPPORT MUFFIN-R0001]\n"})
    assert max(e.path.count("ul") for e in found.elements) <= report_grounds.DEEPEST + 1


def test_a_drawing_of_too_many_leads_to_the_texts() -> None:
    claims = "\n".join(f"[CLAIM C{n:03d}: number {n}]\n[RE:SUPPORT MUFFIN-P0001]\n" for n in range(1, 410))
    files = panel({"muffin": "[PERSPECTIVE P01: x]\n", "scone": claims})
    found = read({**files, "verdicts/final.md": "---\nrecommendation: y\n---\n[RE:SUPPORT MUFFIN-P0001]\n"})
    assert {e.attrs["href"] for e in found.find("a", class_="node")} == {"#round-0-muffin", "#round-0-scone", "#rounds"}
    assert "drawn as 3 clusters by round and expert" in found.text


def test_more_lines_than_anybody_reads_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_grounds, "MOST", 2)
    assert "more lines are left out" in read(FULL).text


# --- no longer than it must be --------------------------------------------------------------------------------------


def test_the_search_is_told_only_what_no_card_shows() -> None:
    long = "word " * 100 + "last."
    bodies = {"muffin": f"[TENSION T01: a]\n{long}\n\n[CLAIM C01: b]\nShort.\n\n[EVIDENCE E01: c]\n`Code` begins it.\n"}
    out = html(panel(bodies))
    found = {e["id"]: e for e in json.loads(out.rpartition('id="data">')[2].partition("</script>")[0])["entities"]}
    shown = re.search(r'id="T0001".*?class="excerpt">([^<]*)…<', out, re.S)
    assert shown and shown[1] + found["T0001"]["more"] == long.strip()
    assert (found["C0001"]["more"], found["E0001"]["text"]) == ("", "`Code` begins it.")


def test_what_was_said_about_a_thing_is_cut_and_its_own_words_are_not_said_again() -> None:
    bodies = {"muffin": f"[CLAIM C01: a]\n\n[EVIDENCE E01: b]\n[RE:SUPPORT C01] {'because ' * 60}\n"}
    found = read(panel(bodies))
    (quote,) = [text for path, text in found.texts if path[-1:] == ("q",)]
    assert len(quote) == 160 and quote.endswith("…")


def test_without_a_verdict_a_tree_says_more_than_a_card_does() -> None:
    flat = "[RECOMMENDATION R01: a]\n\n[EVIDENCE E01: b]\n[RE:SUPPORT R01]\n"
    assert "stands on its card" in read(panel({"muffin": flat})).text
    deep = f"{flat}\n[CLAIM C01: c]\n[RE:SUPPORT E01]\n"
    assert "What R0001 rests on" in read(panel({"muffin": deep})).text


def test_a_page_beside_an_index_leads_back_to_it() -> None:
    links = [e.attrs["href"] for e in Page(html(FULL, Edition(up="index.html"))).find("a") if not e.attrs["href"].startswith("#")]
    assert links == ["index.html"]
    assert all(e.attrs["href"].startswith("#") for e in read(FULL).find("a"))
