"""Text in an SVG: how much room it takes, what is shown of it where there is less, and how it is written down. Pure."""

from __future__ import annotations

from blue_cli.views.text import sanitize, width


def measure(text: str, size: float) -> float:
    """How wide a text is at most, in user units: nobody knows the reader's font, so letters are taken to be wide ones."""
    total = 0.0
    for char in text:
        if char.isascii():
            total += 0.34 if char in "iljtfr.,:;'|!()[] " else 0.92 if char in "mwMW@%" else 0.72 if char.isupper() else 0.585
        else:
            total += 0.62 * width(char)
    return total * size


def cut(text: str, room: float, size: float) -> str:
    """As much of a text as fits, with `…` for what does not."""
    text = sanitize(text)
    if measure(text, size) <= room:
        return text
    kept = ""
    room -= size
    for char in text:
        room -= measure(char, size)
        if room < 0:
            break
        kept += char
    return kept.rstrip() + "…"


def two_lines(label: str, room: float) -> list[str]:
    """A label on at most two lines of so many user units, broken between words."""
    words = sanitize(" ".join(label.split()))[:400].split(" ")
    first = words[0]
    taken = 1
    while taken < len(words) and measure(f"{first} {words[taken]}", 11.5) <= room:
        first += f" {words[taken]}"
        taken += 1
    rest = " ".join(words[taken:])
    return [cut(first, room, 11.5), *([cut(rest, room, 11.5)] if rest else [])]


def escape(text: str) -> str:
    """Inert in an element and in a quoted attribute; control characters, which XML has no way to write, are shown escaped."""
    text = sanitize(text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace("'", "&#39;")


def units(number: float) -> str:
    """A number of user units, to a tenth."""
    return f"{number:.1f}".removesuffix(".0")
