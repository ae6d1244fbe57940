"""The audit log of a dialogue or of the workspace: events that name what they saw, and what is wrong with them.

To whoever holds the key a log shows order and completeness against somebody without it, and nothing more: a changed
event fails its tag, a removed one is missed by the event that saw it. What nothing has built on yet can be removed
unnoticed, unless an anchor in a commit names it. Branches need no coordination: each goes on from what it saw, and the
next event after a merge sees both. Pure, and nothing here holds a key longer than a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from blue_cli.crypto.event import WORKSPACE, Draft, Event, Malformed, is_genuine, read, rfc3339, sign, small

SHORT = 16  # hex digits of a tag where people read it

KeyFor = Callable[[Event], bytes | None]


class Problem(NamedTuple):
    """Something that is wrong with a log, or (in `Report.notes`) only worth knowing. `name` is the file, if it has one."""

    name: str
    message: str
    why: str = ""


class Report(NamedTuple):
    """What a log is found to be. `verified` are the tags that a key here made; `forged` those that it did not."""

    events: tuple[Event, ...]
    verified: frozenset[str]
    forged: frozenset[str]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    @property
    def unverified(self) -> int:
        """How many events no key here can say anything about."""
        return len(self.events) - len(self.verified) - len(self.forged)


# --- a log ---------------------------------------------------------------------------------------------------


def read_log(log: str, files: Mapping[str, bytes]) -> tuple[list[Event], list[Problem]]:
    """Every event of a log in order (n, then name), and the files that are none."""
    events, problems = [], []
    for name, data in sorted(files.items()):
        try:
            events.append(read(log, name, data))
        except Malformed as error:
            problems.append(Problem(name, str(error)))
    return events, problems


def heads(events: Iterable[Event]) -> list[Event]:
    """The events that no other one has seen."""
    events = list(events)
    seen = {tag for event in events for tag in event.seen}
    return [event for event in events if event.tag not in seen]


def follow(draft: Draft, key: bytes, writer: str, at: datetime, report: Report) -> Event:
    """The next event of a log that was found to be as `report` says. `Malformed` when it could not be read back.

    It goes on from every head that is sound: what this key did not make, or what nobody can check and is wrong besides,
    is not blessed by being seen. So junk thrown into a log neither stops the next event nor becomes a part of the chain.
    """
    wrong = {problem.name for problem in report.problems}
    sound = [e for e in report.events if e.tag in report.verified or (e.tag not in report.forged and e.name not in wrong)]
    seen = heads(sound)
    details = {name: small(value) for name, value in draft.details.items()}
    return sign(
        Event(
            1 + max((head.n for head in seen), default=0), writer, rfc3339(at), draft.action, draft.dialogue, draft.key, details,
            tuple(sorted(head.tag for head in seen)),
        ),
        key,
    )  # fmt: skip


def verify(log: str, files: Mapping[str, bytes], key_for: KeyFor) -> Report:
    """What is wrong with a log. `key_for` gives an event's audit key, None where it is not here.

    Files that are no events; tags that the key did not make; events that something saw and that are gone; numbers out of
    order; and, in a dialogue's log, an event under an earlier seal's key that saw one of this seal.
    """
    events, problems = read_log(log, files)
    verified: set[str] = set()
    forged: set[str] = set()
    for event in events:
        key = key_for(event)
        if key is not None:
            (verified if is_genuine(event, key) else forged).add(event.tag)
    problems += [Problem(e.name, "changed or forged", "its key did not make this tag") for e in events if e.tag in forged]
    by_tag = {event.tag: event for event in events}
    standing = [event for event in events if event.tag not in forged]  # what a forgery claims to have seen says nothing
    for event in standing:
        problems += _missing(event, by_tag)
        if log != WORKSPACE and event.tag not in verified and not verified.isdisjoint(event.seen):
            problems.append(Problem(event.name, "under a key that was given up before", "it saw an event under the one that is here"))
    notes = [note for event in standing for note in _clock(event, by_tag)]
    return Report(tuple(events), frozenset(verified), frozenset(forged), tuple(problems), tuple(notes))


def _missing(event: Event, by_tag: Mapping[str, Event]) -> list[Problem]:
    gone = [tag for tag in event.seen if tag not in by_tag]
    why = f"this one, {event.action} by {event.writer} at {event.at}, saw it"
    problems = [Problem(event.name, f"the event {tag[:SHORT]} before it is missing", why) for tag in gone]
    before = max((by_tag[tag].n for tag in event.seen if tag in by_tag), default=0)
    if event.n <= before or (event.n != before + 1 and not gone):
        problems.append(Problem(event.name, f"number {event.n} does not follow {before}, the highest that it saw"))
    return problems


def _clock(event: Event, by_tag: Mapping[str, Event]) -> list[Problem]:
    """A clock that went back is no proof of anything: clocks of two machines differ."""
    before = max((by_tag[tag].at for tag in event.seen if tag in by_tag), default="")
    return [Problem(event.name, f"its time {event.at} is before {before}, which it saw")] if event.at < before else []


# --- anchors -------------------------------------------------------------------------------------------------

TRAILER = "Blue-Audit"
_HEAD = f"[0-9a-f]{{{SHORT}}}"
_ANCHOR = re.compile(rf"^{TRAILER}:[ \t]*([0-9a-z-]{{1,64}})[ \t]+([0-9]{{1,6}})[ \t]+({_HEAD}(?:,{_HEAD})*)[ \t]*\r?$", re.M)


def anchor(log: str, events: Iterable[Event]) -> str:
    """A line for a commit message that says how many events there are and which are the last: `Blue-Audit: LOG N HEADS`."""
    events = list(events)
    return f"{TRAILER}: {log} {len(events)} {','.join(sorted(head.tag[:SHORT] for head in heads(events)))}"


def check_anchor(text: str, events: Mapping[str, Iterable[Event]]) -> list[Problem]:
    """What the anchors in a commit message name and is no longer there; `events` by log. Needs no key.

    An anchor holds for ever, however the log goes on: its heads are there, and what they built on is as much as it says.
    """
    problems = []
    for line in re.findall(rf"^{TRAILER}:.*$", text, re.M):
        match = _ANCHOR.match(line)
        if match is None:
            problems.append(Problem("", f"a {TRAILER} line that cannot be read", f"{TRAILER}: LOG COUNT HEAD,HEAD"))
        else:
            problems += _anchored(match[1], int(match[2]), match[3].split(","), list(events.get(match[1], ())))
    return problems


def _anchored(log: str, count: int, wanted: list[str], events: list[Event]) -> list[Problem]:
    found = {event.tag[:SHORT]: event for event in events}
    gone = [tag for tag in wanted if tag not in found]
    if gone:
        return [Problem("", f"the event {tag} of {log} is missing", "the commit message anchors it") for tag in gone]
    by_tag, reached, todo = {event.tag: event for event in events}, set(), [found[tag].tag for tag in wanted]
    while todo:
        tag = todo.pop()
        if tag in by_tag and tag not in reached:
            reached.add(tag)
            todo += by_tag[tag].seen
    if len(reached) != count:
        return [Problem("", f"{log} has {len(reached)} events up to the anchored ones, not {count}", "some were removed or added")]
    return []
