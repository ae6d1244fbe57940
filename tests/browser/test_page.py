"""The page of a dialogue in a browser: what it asks for, what its policy forbids, filters, links into it, paper, light and dark."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.dialogues import WORD
from tests.browser.tab import PHONE, Browser, Tab, tab

pytest.importorskip("playwright", reason="playwright is not installed: pip install 'blue-dialogue[test]'")
CARDS = "article.entity"
FORBIDDEN = {"script-src-elem", "script-src-attr", "script-src", "style-src-attr", "style-src-elem", "connect-src", "frame-src"} | {
    "form-action"
}
# Not at once: what a debugger evaluates may use eval whatever the policy says, what a page does later may not.
INJECTED = """(text) => setTimeout(() => {
    const script = document.createElement("script");
    script.textContent = text;
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", `<img src="x" onerror="${text}"><p id="styled" style="position:fixed">x</p>`);
    const sheet = document.createElement("style");
    sheet.textContent = "#styled { color: rgb(1, 2, 3) }";
    document.head.append(sheet);
    try { eval(text) } catch {}
    fetch("https://evil.example/").catch(() => 0);
    const frame = document.createElement("iframe");
    frame.src = "https://evil.example/";
    document.body.append(frame);
    const form = document.createElement("form");
    form.action = "https://evil.example/";
    document.body.append(form);
    form.submit();
})"""


@pytest.fixture
def opened(browser: Browser, page: Path) -> Iterator[Tab]:
    """The page of a full dialogue, just opened."""
    with tab(browser, page) as one:
        yield one


def test_it_opens_without_a_word_and_asks_for_nothing_but_itself(opened: Tab) -> None:
    opened.settle()
    opened.quiet()
    assert opened.page.title() == opened.page.inner_text("h1") == "How long to cache prices"


def test_question_and_verdict_come_first(opened: Tab) -> None:
    text = opened.page.text_content("main")
    order = ["How long to cache prices", "How long may a price be stale?", "Cache prices for ten minutes", "Stale prices are worse"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_every_link_inside_leads_somewhere(opened: Tab) -> None:
    links = "[...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.getAttribute('href').slice(1))"
    assert opened.js(f"{links}.filter((id) => !document.getElementById(decodeURIComponent(id)))") == []
    ids = opened.js("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(set(ids)) == len(ids)


# --- the policy ---------------------------------------------------------------------------------------------------


def test_the_policy_forbids_whatever_gets_in(browser: Browser, page: Path) -> None:
    with tab(browser, page) as one:
        one.js(INJECTED, "window.hit = 1")
        one.page.wait_for_timeout(200)
        assert one.js("window.hit") is None
        assert one.js("getComputedStyle(document.querySelector('#styled')).position") == "static"
        assert one.js("getComputedStyle(document.querySelector('#styled')).color") != "rgb(1, 2, 3)"
        assert {url for url in one.requests if not url.startswith("file:")} == set()
        assert set(one.js("window.violations")) >= FORBIDDEN


def test_the_policy_is_the_first_thing_in_the_head(page: Path) -> None:
    text = page.read_text()
    assert text.index("Content-Security-Policy") < min(text.index("<style"), text.index("<script"), text.index("<title"))
    assert " style=" not in text.split("<style>")[0]


# --- filters ------------------------------------------------------------------------------------------------------


def test_filters_by_kind_status_and_expert(opened: Tab) -> None:
    every = opened.shown(CARDS)
    assert opened.count == f"{len(every)} in all"
    opened.choose("kind", "tension")
    assert opened.shown(CARDS) == ["T0001", "T0002", "T0003"]
    assert opened.count == f"3 of {len(every)} shown"
    opened.choose("expert", "scone")
    assert opened.shown(CARDS) == ["T0002"]
    opened.choose("status", "open")
    assert opened.shown(CARDS) == []
    for name in ("kind", "status", "expert"):
        opened.choose(name, "")
    assert opened.shown(CARDS) == every


def test_an_expert_s_filter_takes_the_texts_of_others_away(opened: Tab) -> None:
    opened.choose("expert", "muffin")
    assert [id for id in opened.shown("article.contribution") if "-muffin" not in id] == []
    assert len(opened.shown("article.contribution")) == 3


def test_what_is_filtered_out_is_faint_in_the_graph(opened: Tab) -> None:
    opened.choose("kind", "tension")
    assert not opened.js("document.querySelector('.node[data-id=T0003]').classList.contains('out')")
    faint = "parseFloat(getComputedStyle(document.querySelector('.node[data-id=R0001]')).opacity) < 0.6"
    assert opened.js(faint)


def test_filters_stand_in_the_address_and_the_thing_behind_the_hash_stays(browser: Browser, page: Path) -> None:
    with tab(browser, page, "?kind=claim&status=nonsense#C0001") as one:
        assert one.shown(CARDS) == ["C0001"]
        one.choose("kind", "evidence")
        assert one.page.url.endswith("page.html?kind=evidence#C0001")
        one.choose("kind", "")
        assert one.page.url.endswith("page.html#C0001")


# --- links into it ------------------------------------------------------------------------------------------------


def test_a_link_into_the_page_goes_to_the_thing(browser: Browser, page: Path) -> None:
    with tab(browser, page, "#E0002") as one:
        one.settle()
        assert (one.focused, one.in_view("E0002")) == ("E0002", True)


def test_a_link_to_what_is_filtered_out_shows_it(browser: Browser, page: Path) -> None:
    with tab(browser, page, "?kind=tension#R0001") as one:
        one.settle()
        assert "R0001" in one.shown(CARDS)
        assert "R0101" not in one.shown(CARDS)
        assert one.in_view("R0001")
        one.choose("kind", "perspective")  # hidden again, and the address is still the same
        assert "R0001" not in one.shown(CARDS)
        one.page.click("#graph-figure .node[data-id=R0001]")
        one.settle()
        assert "R0001" in one.shown(CARDS)


def test_a_link_to_what_is_folded_unfolds_it(opened: Tab) -> None:
    opened.js("document.querySelectorAll('details').forEach((one) => { one.open = false })")
    inner = "[...document.querySelectorAll('details [id]')].map((e) => e.id)[0]"
    opened.js("document.querySelector('details').append(Object.assign(document.createElement('p'), {id: 'deep', textContent: 'deep'}))")
    assert opened.js(inner)
    opened.js("location.hash = '#deep'")
    opened.settle()
    assert opened.page.is_visible("#deep")


@pytest.mark.parametrize("rest", ["#", "#%", "#nothing", "#%F0%9F%98%80", "#theme", "#<script>", "?kind=%00&sort=x#main"])
def test_a_link_to_nothing_does_no_harm(browser: Browser, page: Path, rest: str) -> None:
    with tab(browser, page, rest) as one:
        one.settle()
        assert one.said == []
        assert one.count.endswith("in all")


# --- paper, light and dark, small, without scripts --------------------------------------------------------------------


def test_paper_shows_what_is_filtered_and_folded(browser: Browser, page: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    with tab(browser, page, "?kind=tension") as one:
        assert "R0101" not in one.shown(CARDS)
        paper = pypdf.PdfReader(io.BytesIO(one.page.pdf()))
        text = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())
        assert "Warm the cache before a deploy" in text  # filtered out
        assert WORD in text  # of the verdict, filtered out too
        assert "p99 is 480 ms in the June load test" in text
        assert "opposes R0001" in text  # folded
        assert "Fit" not in text.split()  # the graph's buttons are no use there
        assert one.shown(CARDS) == ["T0001", "T0002", "T0003"]  # and afterwards it is as before
        assert one.said == []


def test_on_paper_the_drawing_fills_the_sheet_and_its_legend_a_line(browser: Browser, page: Path) -> None:
    with tab(browser, page) as one:
        one.page.emulate_media(media="print")
        widths = one.js("[...document.querySelectorAll('.legend svg')].map((svg) => svg.getBoundingClientRect().width)")
        assert widths and max(widths) < 40


def colours(one: Tab) -> list[str]:
    """Of the page and its text."""
    style = "getComputedStyle(document.documentElement)"
    return [str(one.js(f"{style}.{name}")) for name in ("backgroundColor", "color")]


def test_light_and_dark_follow_the_reader_and_the_button(browser: Browser, page: Path) -> None:
    with tab(browser, page, color_scheme="light") as light, tab(browser, page, color_scheme="dark") as dark:
        day, night = colours(light), colours(dark)
        assert day[0] != night[0] and day[1] != night[1]
        dark.page.click("#theme")
        dark.settle()
        assert colours(dark) == day
        assert dark.page.get_attribute("#theme", "aria-pressed") == "false"
        dark.page.reload()
        assert colours(dark) == day  # it is remembered
        light.page.click("#theme")
        light.settle()
        assert colours(light) == night


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_nothing_makes_the_page_wider_than_the_screen(browser: Browser, page: Path, width: int) -> None:
    with tab(browser, page, viewport={"width": width, "height": 800}) as one:
        assert one.js("document.documentElement.scrollWidth") <= width
        one.press("/")
        one.page.fill("#search", "prices")
        one.settle()
        assert one.js("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [375, 768])
def test_where_there_is_little_room_the_question_comes_first_and_a_menu_has_the_rest(browser: Browser, page: Path, width: int) -> None:
    with tab(browser, page, viewport={"width": width, "height": 800}) as one:
        assert one.js("document.querySelector('h1').getBoundingClientRect().top") < 200
        assert not one.page.is_visible("nav") and not one.page.is_visible("#filters")
        one.page.click("summary:text('Menu')")
        one.page.click("nav >> text=Tensions")
        one.settle()
        assert one.in_view("tensions") and not one.page.is_visible("nav")  # it gives way to what was asked for
        bar = one.js("document.querySelector('.side').getBoundingClientRect().bottom")
        assert one.js("document.getElementById('h-tensions').getBoundingClientRect().top") >= bar  # and hides nothing of it
        one.press("/")
        assert one.focused == "search" and one.page.is_visible("#search")
        one.quiet()


def test_the_menu_is_open_where_there_is_room_and_where_the_address_filters(browser: Browser, page: Path) -> None:
    with tab(browser, page) as one:
        assert one.page.is_visible("nav") and one.page.is_visible("#filters") and not one.page.is_visible("text=Menu")
        one.page.set_viewport_size(PHONE)
        one.settle()
        assert not one.page.is_visible("nav")
    with tab(browser, page, "?kind=tension", viewport=PHONE) as one:
        assert one.page.is_visible("#filters [name=kind]")


def test_a_phone_shows_text_large_enough_to_read(browser: Browser, page: Path) -> None:
    with tab(browser, page, viewport=PHONE) as one:
        assert one.js("parseFloat(getComputedStyle(document.querySelector('.prose p')).fontSize)") >= 15


def test_without_scripts_all_is_there_and_links_work(browser: Browser, page: Path) -> None:
    with tab(browser, page, java_script_enabled=False) as one:
        for gone in ("#filters", "#theme", "#graph-figure .tools", "#keys"):
            assert not one.page.is_visible(gone) if one.page.query_selector(gone) else True
        assert "T0001" in one.shown(CARDS) and "R0101" in one.shown(CARDS)
        assert one.page.is_visible("#round-2-scone")
        assert one.page.is_visible("nav")
        one.page.set_viewport_size(PHONE)
        one.page.click("text=Menu")
        one.page.click("nav >> text=Tensions")
        assert one.page.url.endswith("#tensions")
        one.page.click("#graph-figure .node[data-id=E0001]")
        assert one.page.url.endswith("#E0001")
        assert one.said == []


def test_who_wants_no_motion_gets_none(browser: Browser, page: Path) -> None:
    with tab(browser, page, reduced_motion="reduce") as one:
        moving = """[...document.querySelectorAll('*')].filter((e) => {
            const s = getComputedStyle(e);
            const long = (value) => value.split(',').some((part) => parseFloat(part) > 0.01);
            return long(s.transitionDuration) || (s.animationName !== 'none' && long(s.animationDuration)) || s.scrollBehavior === 'smooth';
        }).map((e) => e.localName)"""
        assert one.js(moving) == []
