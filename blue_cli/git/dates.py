"""Dates that a revision may be given as. Only what is read here reaches git, as a number."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# ISO 8601 as people write it; git itself would take "tea" for a time.
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


def moment(text: str) -> int | None:
    """The second that a date means, since 1970; None for anything that is no date.

    A day without a time means its last second. Without a zone it is UTC, so that everybody gets the same commit.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day, time, zone = match.groups()
    try:
        found = datetime.fromisoformat(f"{day}T{time or '00:00:00'}{zone or '+00:00'}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if time is None:
        found += timedelta(seconds=86_399)
    return int(found.timestamp())
