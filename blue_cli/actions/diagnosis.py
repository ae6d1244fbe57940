"""What a look at something found: the shape that every check of `blue doctor` answers in."""

from __future__ import annotations

import re
from typing import NamedTuple

OK, NOTE, PROBLEM = "ok", "note", "problem"


class Check(NamedTuple):
    """One thing looked at. `state` is ok, note (worth knowing, nothing to mend) or problem; a problem has a `fix`."""

    name: str
    state: str
    found: str
    why: str = ""
    fix: str = ""


def below_home(text: str, home: str) -> str:
    """A text with `~` for the home in every path of it: what doctor says is often pasted into a public place."""
    home = home.rstrip("/")
    return re.sub(rf"(?<![\w./-]){re.escape(home)}(?=/|$|[^\w.-])", "~", text) if len(home) > 1 else text


def without_secrets(text: str) -> str:
    """A text in which no URL shows its user's password, nor a parameter that is named like one."""
    text = re.sub(r"(?<=://)[^/\s\"']*@", lambda match: match[0].partition(":")[0].rstrip("@") + ":***@", text)
    return re.sub(r"(?i)([?&;\s](?:password|passwd|pwd|secret|token|sslkey|sslpassword)=)[^&;\s\"']+", r"\1***", text)
