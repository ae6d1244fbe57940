"""Pages of a dialogue that an enemy wrote: nothing of it runs, leads anywhere, asks for anything or leaves its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser import dialogues
from tests.browser.tab import Browser, tab
from tests.cli.program import blue

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'blue-dialogue[test]'")
ELEMENTS = "iframe, object, embed, base, img, form:not(#filters), meta[http-equiv=refresh], link, audio, video, b b, marquee"
PLACES = """[...document.querySelectorAll("*")].flatMap((e) =>
    ["href", "src", "xlink:href", "action", "formaction", "data", "poster"].map((name) => e.getAttribute(name)).filter((value) => value))"""
CLICK_ALL = """() => {
    document.addEventListener("click", (event) => {  // but stay on this page
        const link = event.target.closest("a");
        if (link && !link.getAttribute("href").startsWith("#")) event.preventDefault();
    });
    for (const one of document.querySelectorAll("a, button, summary")) {
        one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }
}"""
HANDLERS = "[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith('on') || n === 'style')"


@pytest.fixture(scope="module")
def hostile_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index over such a dialogue."""
    root = tmp_path_factory.mktemp("hostile-index")
    dialogues.hostile(root)
    said = blue("report", "--everywhere", "-o", "site", cwd=root)
    assert said.status == 0, said.out + said.err
    return root / "site/index.html"


@pytest.fixture(params=["dialogue", "index"])
def enemy(request: pytest.FixtureRequest, hostile_page: Path, hostile_index: Path) -> Path:
    return hostile_page if request.param == "dialogue" else hostile_index


def test_nothing_runs_and_nothing_is_asked_for(browser: Browser, enemy: Path) -> None:
    with tab(browser, enemy) as one:
        one.page.wait_for_timeout(300)
        assert one.js("window.hit") is None
        one.quiet()
        assert one.js(f"document.querySelectorAll(`{ELEMENTS}`).length") == 0
        assert one.js(HANDLERS) == []
        assert one.js("document.scripts.length") <= 2
        assert one.js("document.styleSheets.length") == 1


def test_nothing_runs_even_where_no_policy_holds_it_back(browser: Browser, enemy: Path, tmp_path: Path) -> None:
    """The policy is the second line: without it every text must be inert all the same."""
    text = enemy.read_text()
    bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    assert len(bare) < len(text)
    (tmp_path / "bare.html").write_text(bare)
    with tab(browser, tmp_path / "bare.html") as one:
        one.page.fill("#search", "script")
        one.press("?")
        one.page.wait_for_timeout(300)
        assert one.js("window.hit") is None
        one.quiet()


def test_links_lead_into_the_page_or_to_the_web(browser: Browser, enemy: Path) -> None:
    allowed = re.compile(r"#|https?://|mailto:|hostile\.html$")
    with tab(browser, enemy) as one:
        assert [href for href in one.js(PLACES) if not allowed.match(href)] == []


def test_labels_are_text_and_direction_is_shown(browser: Browser, hostile_page: Path) -> None:
    with tab(browser, hostile_page) as one:
        text = one.page.text_content("main")
        assert "<script>window.hit=1</script>" in text
        assert "{{7*7}}" in text and "49" not in one.page.inner_text("h1")
        assert "\\u202egnp.exe" in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029]", text)
        assert one.page.title().startswith("<script>window.hit=1</script> </script>")


def test_what_the_script_shows_is_text_too(browser: Browser, hostile_page: Path) -> None:
    with tab(browser, hostile_page) as one:
        for word in ("script", "onerror", "{{7", "svg", "javascript", "gnp"):
            one.page.fill("#search", word)
            assert one.page.query_selector("#results a"), word
            assert set(one.js("[...document.querySelectorAll('#results *')].map((e) => e.localName)")) <= {"li", "a", "span", "bdi", "mark"}
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", one.page.inner_text("#results"))
        one.press("ArrowDown", "Enter")
        one.settle()
        assert one.js("window.hit") is None
        one.quiet()


def test_every_click_is_harmless(browser: Browser, hostile_page: Path) -> None:
    with tab(browser, hostile_page) as one:
        one.js(CLICK_ALL)
        one.settle()
        assert one.js("window.hit") is None
        assert one.said == []


@pytest.mark.parametrize("width", [320, 1280])
def test_no_text_breaks_out_of_its_column(browser: Browser, enemy: Path, width: int) -> None:
    with tab(browser, enemy, viewport={"width": width, "height": 800}) as one:
        assert one.js("document.documentElement.scrollWidth") <= width


