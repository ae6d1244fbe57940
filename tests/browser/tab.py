"""A page open in Chromium, and what it said, asked for and was forbidden while it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

WATCH = """
window.hit = undefined;
window.violations = [];
addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
PHONE = {"width": 375, "height": 800}


class Browser(Protocol):
    """What is used of playwright's browser: it may be missing where these tests are read."""

    def new_context(self, **options: Any) -> Any: ...


class Tab:
    """One page. `page` is playwright's; `said` are errors and warnings of the console; `requests` what it asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.said: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, path: Path, rest: str = "") -> Tab:
        """Open a file. `rest` is what follows its name in the address."""
        self.page.goto(path.as_uri() + rest)
        return self

    def js(self, expression: str, *arguments: Any) -> Any:
        """What an expression, or a function of the arguments, is in the page."""
        return self.page.evaluate(expression, *arguments)

    def shown(self, selector: str) -> list[str]:
        """The DOM ids of what is shown of these."""
        return [one.get_attribute("id") for one in self.page.query_selector_all(selector) if one.is_visible()]

    @property
    def focused(self) -> str:
        """The DOM id of what has the focus."""
        return str(self.js("document.activeElement.id"))

    @property
    def count(self) -> str:
        """What the page says of how much it shows."""
        return str(self.page.inner_text("#count"))

    def choose(self, name: str, value: str) -> None:
        """Choose in one of the filters."""
        self.page.select_option(f"#filters [name={name}]", value)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def settle(self) -> None:
        """Until what was set off has been drawn."""
        self.js("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def in_view(self, id: str) -> bool:
        """Whether the top of an element is on the screen."""
        return bool(
            self.js("(id) => { const t = document.getElementById(id).getBoundingClientRect().top; return t > -2 && t < innerHeight }", id)
        )

    def quiet(self) -> None:
        """Fails unless nothing was said, nothing but the file itself asked for, and no policy had to step in."""
        assert self.said == []
        assert [url for url in self.requests if not url.startswith("file:")] == []
        assert len({url.split("#")[0].split("?")[0] for url in self.requests}) == 1
        assert self.js("window.violations ?? []") == []


@contextmanager
def tab(browser: Browser, path: Path, rest: str = "", **options: Any) -> Iterator[Tab]:
    """A file open in a context of its own. Options are playwright's: viewport, color_scheme, java_script_enabled, …"""
    context = browser.new_context(**options)
    context.set_default_timeout(30_000)
    try:
        if options.get("java_script_enabled", True):
            context.add_init_script(WATCH)
        yield Tab(context.new_page()).open(path, rest)
    finally:
        context.close()
