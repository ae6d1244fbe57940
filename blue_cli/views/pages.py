"""One HTML file out of a template: styles and script inside, nothing from anywhere else, nothing that data can start. Pure.

`parts` are the texts of the package's page folder by name (`page.css`, `page.js`, `*.html.j2`): who may read files hands them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from blue_cli.views.text import sanitize

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

STYLE, SCRIPT, TEMPLATES = "page.css", "page.js", ".j2"
_JSON = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def render(parts: Mapping[str, str], template: str, facts: Mapping[str, Any]) -> str:
    """The page. Every value is escaped, control and bidi characters are shown as escapes; `markup` makes the exceptions.

    The template finds `policy`, `style` and `script` beside the facts.
    """
    environment = _environment(tuple(sorted((name, text) for name, text in parts.items() if name.endswith(TEMPLATES))))
    style, script = parts[STYLE].strip(), parts.get(SCRIPT, "").strip()
    inside = {"style": markup(style), "script": markup(script), "policy": policy(style, script)}
    return environment.get_template(template).render({**facts, **inside})


@cache
def _environment(templates: tuple[tuple[str, str], ...]) -> Environment:
    """Compiling the templates takes as long as the page of a small dialogue: once a process."""
    from jinja2 import DictLoader, Environment, StrictUndefined

    return Environment(
        loader=DictLoader(dict(templates)),
        autoescape=True,  # whatever a template is called
        undefined=StrictUndefined,
        finalize=lambda value: sanitize(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )


def markup(text: str) -> Markup:
    """A text that is HTML already, made here from escaped text."""
    from markupsafe import Markup

    return Markup(text)


def policy(style: str, script: str) -> str:
    """The Content Security Policy of a page: this style and this script, images only from the page itself, nothing else."""
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    from base64 import b64encode
    from hashlib import sha256

    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" if text else "'none'"


def data(document: Any) -> Markup:
    """JSON for a `<script type="application/json">`: nothing in it can end the element."""
    import json

    return markup(json.dumps(document, ensure_ascii=False, separators=(",", ":")).translate(_JSON))
