"""The templates, styles and script of the HTML pages: files of this package, read when a page is made."""

from __future__ import annotations

import os

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "views", "page")


def parts() -> dict[str, str]:
    """Name to text, for `views.pages.render`."""
    found = {}
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith((".j2", ".css", ".js")):
            with open(os.path.join(FOLDER, name), encoding="utf-8", newline="") as file:
                found[name] = file.read()
    return found
