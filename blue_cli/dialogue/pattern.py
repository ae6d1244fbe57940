"""Regular expressions that are compiled when they are first used: a run needs few of them, and compiling all takes 6 ms."""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Stands for a compiled pattern; each of its methods is taken over when it is first asked for."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, later. A mistake in the text shows when it is first used, so every pattern needs a test that does."""
    return cast("re.Pattern[str]", _Lazy(text, flags))
