"""400 contributions and nearly 2,000 entities on one page: it opens, and nobody waits for a letter typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.dialogues import LARGE
from tests.browser.tab import Browser, Tab, tab

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'blue-dialogue[test]'")
NO_DELAY = 100  # ms from a key to the results on a busy machine; a person feels 100 (measured alone: see DECISIONS.md)
TYPE = """async (texts) => {
    const field = document.querySelector("#search");
    field.focus();
    const taken = [];
    for (const text of texts) {
        field.value = text;
        const begun = performance.now();
        field.dispatchEvent(new Event("input", { bubbles: true }));
        document.querySelector("#results").getBoundingClientRect();  // laid out, too
        taken.push(performance.now() - begun);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    return taken;
}"""


@pytest.fixture(scope="module")
def opened(browser: Browser, large_page: Path) -> Iterator[Tab]:
    """The large page, opened once for all of these."""
    with tab(browser, large_page) as one:
        one.settle()
        yield one
        one.quiet()


def test_it_opens_with_everything_in_it(opened: Tab) -> None:
    assert opened.count == "2000 in all"
    assert opened.js("document.querySelectorAll('article.contribution').length") == 400


def test_results_are_there_without_delay(opened: Tab) -> None:
    texts = ["c", "ca", "cac", "cache", "cache ", "cache l", "t0101", "zzz", "", "latency budget", "e"]
    best = [min(times) for times in zip(opened.js(TYPE, texts), opened.js(TYPE, texts), opened.js(TYPE, texts), strict=True)]
    assert max(best) < NO_DELAY, dict(zip(texts, best, strict=True))


def test_a_filter_takes_no_time_either(opened: Tab) -> None:
    change = """(value) => {
        const field = document.querySelector("#filters [name=kind]");
        field.value = value;
        const begun = performance.now();
        field.dispatchEvent(new Event("change", { bubbles: true }));
        document.body.getBoundingClientRect();  // laid out, too
        return performance.now() - begun;
    }"""
    opened.page.fill("#search", "")
    back = [(opened.js(change, "perspective"), opened.js(change, ""))[1] for _ in range(4)]  # 1,600 of them are there again
    assert min(back) < 2 * NO_DELAY
    opened.choose("kind", "perspective")
    assert opened.count == "400 of 2000 shown"
    opened.choose("kind", "")


def test_a_link_far_into_it_arrives(browser: Browser, large_page: Path) -> None:
    with tab(browser, large_page, "#round-17-expert-13") as one:
        one.settle()
        assert (one.focused, one.in_view("round-17-expert-13")) == ("round-17-expert-13", True)
        one.js("location.hash = '#T0105'")
        one.settle()
        assert one.in_view("T0105")


def test_the_graph_is_drawn_as_clusters_whose_nodes_lead_to_texts(opened: Tab) -> None:
    nodes = opened.js("[...document.querySelectorAll('#graph-figure .node')].map((node) => node.dataset.id)")
    assert 0 < len(nodes) <= 400 and LARGE not in nodes
    assert opened.js("(ids) => ids.every((id) => document.getElementById(id)?.matches('article'))", nodes)
