"""A round run by commands: everybody is asked, whatever comes back whole is added at once, the rest goes back or aside.

Nothing is kept in between: who has written is what the dialogue says, so that the same call again asks only who is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from blue_cli.actions.answering import Taken
from blue_cli.dialogue.graph import Graph
from blue_cli.running.job import DONE, FAILED, FLOOD, MISSING, OUTPUT_LIMIT, TIMEOUT, Job, Outcome
from blue_cli.views.asking import again
from blue_cli.views.running import ADDED, BROKEN, OVERTAKEN, REJECTED, Told


class Asked(NamedTuple):
    """Somebody to be asked: the job, without its text; the text; and what takes an answer (its bytes; whether it is the last
    try)."""

    job: Job
    text: str
    take: Callable[[bytes, bool], Taken]


class Happening(NamedTuple):
    """Something to show: `retrying` (with what was wrong) or `settled`; `graph` is the dialogue with what was added."""

    kind: str
    told: Told
    graph: Graph | None = None


class Asking:
    """Everybody who is asked at once, and what became of them. `tell` hears of it, `log` gets every try as it was."""

    def __init__(
        self, asked: Iterable[Asked], retries: int, tell: Callable[[Happening], None], log: Callable[[int, Outcome], None]
    ) -> None:
        self._asked = {one.job.name: one for one in asked}
        self._retries = retries
        self._tell = tell
        self._log = log
        self._so_far = {name: Told(name, BROKEN, 0, None, 0.0, 0, 0) for name in self._asked}
        self.told: dict[str, Told] = {}

    def jobs(self) -> Iterator[Job]:
        """The first try of each."""
        for one in self._asked.values():
            yield one.job._replace(stdin=one.text.encode())

    def answered(self, outcome: Outcome) -> list[Job]:
        """Take an outcome; the next try, when there is to be one."""
        one = self._asked[outcome.job.name]
        so_far = _added_up(self._so_far[one.job.name], outcome)
        self._so_far[one.job.name] = so_far
        self._log(so_far.tries, outcome)
        last = so_far.tries > self._retries
        taken = one.take(outcome.out, last) if outcome.ended == DONE else None
        told = _told(so_far, outcome, taken)
        if told.state in (ADDED, OVERTAKEN) or last or outcome.ended == MISSING:
            self.told[told.name] = told
            self._tell(Happening("settled", told, taken.kept.graph if taken and taken.kept else None))
            return []
        self._tell(Happening("retrying", told))
        return [one.job._replace(stdin=(again(one.text, taken.text, taken.findings) if taken else one.text).encode())]


def _added_up(told: Told, outcome: Outcome) -> Told:
    return told._replace(
        tries=told.tries + 1, status=outcome.status, seconds=told.seconds + outcome.seconds, err=outcome.err,
        sent=told.sent + len(outcome.job.stdin), received=told.received + len(outcome.out),
    )  # fmt: skip


def _told(so_far: Told, outcome: Outcome, taken: Taken | None) -> Told:
    """How it stands after this try."""
    if taken is None:
        return so_far._replace(state=BROKEN, why=because(outcome))
    if taken.kept is not None:
        kept = taken.kept
        return so_far._replace(state=ADDED, path=kept.path, brought=kept.brought, findings=kept.warnings)
    if taken.conflict is not None:
        return so_far._replace(state=OVERTAKEN, why=taken.conflict.message, answer=taken.text)
    return so_far._replace(state=REJECTED, why=_count(len(taken.findings)), findings=taken.findings, answer=taken.text)


def _count(findings: int) -> str:
    return f"{findings} finding{'s' if findings != 1 else ''} in the answer"


def because(outcome: Outcome) -> str:
    """Why a command gave no answer, in words."""
    reasons: Mapping[str, str] = {
        TIMEOUT: f"took longer than {outcome.job.timeout:g} s",
        FLOOD: f"wrote more than {OUTPUT_LIMIT >> 20} MiB",
        MISSING: f"{outcome.job.argv[0]} cannot be started: {outcome.err.decode(errors='replace')}",
    }
    if outcome.ended == FAILED:
        status = outcome.status or 0
        return f"ended by signal {-status}" if status < 0 else f"ended with status {status}"
    return reasons[outcome.ended]
