"""What is wrong with the story that the fold tells: acts without effect, and a register that says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blue_cli.dialogue.model import RegisterRow
from blue_cli.dialogue.places import Case, on
from blue_cli.errors import Finding


def illegal(case: Case) -> Iterator[Finding]:
    """Experts' acts on what the judge has accepted."""
    for act in case.graph.illegal:
        shown = case.graph.shown(act.target)
        message = f"{act.actor} would {act.effect} {shown}, which is {act.status}"
        more: dict[str, Any] = {
            "why": "what the judge has accepted only the judge can open again; the act has no effect",
            "fix": "ask the judge to reopen it",
        }
        at = case.mark_at(act.path, act.line, effect=act.effect) or case.mark_at(act.path, act.line)
        if at:
            yield on("invalid-transition", message, *at, shown, **more)
        else:
            yield Finding("invalid-transition", message, act.path, act.line, 1, **more)


def register_drift(case: Case) -> Iterator[Finding]:
    """Where the register's last word about a tension is not what the events lead to (FORMAT.md, section 7)."""
    last: dict[str, RegisterRow] = {}
    for row, name in case.graph.cast.rows:
        if row.status is not None:
            last[name] = row
    for name, row in last.items():
        status = case.graph.standing[name].status
        if row.status != status:
            message = f"the register says {row.judge_word or row.status} of {row.written}; by what was written it is {status}"
            events = case.graph.standing[name].events
            related = tuple(dict.fromkeys(f"{e.path}:{e.line}" for e in events if e.status == status))
            why = "events decide the status, the register is read as the judge's word at its time"
            yield Finding(
                "register-drift", message, row.path, row.line, row.column, row.line, row.column + len(row.written),
                why=why, fix="bring the register up to date, or rule on it", id=name, related=related,
            )  # fmt: skip
