"""axe-core on every page, light and dark: nothing serious, contrast included."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.tab import PHONE, Browser, Tab, tab

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'blue-dialogue[test]'")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed: pip install 'blue-dialogue[test]'")
# What is far down is not laid out until it is needed, and axe passes over it.
SHOW_ALL = """() => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    for (const one of document.querySelectorAll("article")) one.style.contentVisibility = "visible";
}"""


def serious(one: Tab) -> list[str]:
    """What axe holds against the page as it is now: impact, rule, and where first."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(one.page).response["violations"]
    bad = [(v, v["nodes"][0]) for v in found if v["impact"] in ("serious", "critical")]
    return [f"{v['impact']} {v['id']}: {node['html'][:160]} {node.get('failureSummary', '')}" for v, node in bad]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_dialogue(browser: Browser, page: Path, scheme: str) -> None:
    with tab(browser, page, color_scheme=scheme) as one:
        one.js(SHOW_ALL)
        one.page.fill("#search", "e")
        assert one.page.is_visible("#results a")
        assert serious(one) == []


def test_the_list_of_keys(browser: Browser, page: Path) -> None:
    with tab(browser, page) as one:
        one.page.focus("main")
        one.press("?")
        assert serious(one) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_index(browser: Browser, site: Path, scheme: str) -> None:
    size = PHONE if scheme == "dark" else {"width": 1280, "height": 900}
    with tab(browser, site / "index.html", color_scheme=scheme, viewport=size) as one:
        assert serious(one) == []


@pytest.mark.parametrize(("id", "scheme"), [("2026-05-under-way", "light"), ("2026-06-begun", "dark"), ("2026-04-stale", "dark")])
def test_other_states_of_a_dialogue_on_a_phone(browser: Browser, site: Path, id: str, scheme: str) -> None:
    with tab(browser, site / f"{id}.html", color_scheme=scheme, viewport=PHONE) as one:
        one.js(SHOW_ALL)
        assert serious(one) == []


def test_axe_would_say_so(browser: Browser, page: Path) -> None:
    """Fails when axe does not run at all in these pages."""
    with tab(browser, page) as one:
        one.js("document.querySelector('#search').removeAttribute('id')")
        assert any("label" in problem for problem in serious(one))
