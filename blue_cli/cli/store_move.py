"""`blue store copy` and `blue store verify`: dialogues from one store to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import typer

from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.remedy import INIT, is_shown_whole, naming
from blue_cli.config import without_password
from blue_cli.errors import Unavailable
from blue_cli.stores.base import by_id
from blue_cli.views.listing import BY_VALUE, Column

if TYPE_CHECKING:
    from blue_cli.actions.moving import Difference, Moved
    from blue_cli.stores.base import Store


class Counted(Protocol):
    """A step of something long."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...


AnyStep = TypeVar("AnyStep", bound=Counted)


def _reached(here: Call, url: str) -> Store:
    """The store of a URL, asked once: one without tables is said while it is known which of the two it is."""
    store = here.workspace.store_at(url)
    try:
        by_id(store, "any")
    except Unavailable as error:
        error.fix = error.fix.replace(INIT, naming(INIT, url))
        raise
    return store


def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The store to copy, as --store takes it; files: is this folder.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The store to copy to.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
) -> Result:
    """Copy every dialogue that is not there yet; sealed ones stay sealed. Nothing is deleted or overwritten, so it can be run
    again after an interruption. Status 1 when something differs or was left out."""
    from blue_cli.actions import moving

    here = call()
    steps = moving.copy(_reached(here, source), _reached(here, target), dry_run)
    moved: list[Moved] = []
    count = dict.fromkeys(moving.STATES, 0)
    for step in _watched(here, steps, "copied {} of {} dialogues"):
        count[step.moved.state] += 1
        if step.moved.state != moving.THERE:
            moved.append(step.moved)
    moved.sort(key=lambda one: one.state != moving.COPIED)  # what somebody must look at stands at the end
    document = {
        "from": without_password(source),
        "to": without_password(target),
        "dry_run": dry_run,
        **{state.replace("-", "_"): number for state, number in count.items()},
        "dialogues": [{"state": _word(one, dry_run), "id": one.id, "uid": one.uid, "why": one.why or None} for one in moved],
    }
    return Result(
        "blue/store.copy@1",
        document,
        columns=(Column("state", style=BY_VALUE), Column("dialogue", style="id"), Column("why", flex=True)),
        rows=[(_word(one, dry_run), one.id, one.why) for one in moved],
        counts=_counts(count, dry_run),
        hints=(f"what differs in it: {_verifying(source, target)}",) if count[moving.DIFFERS] else (),
        status=int(bool(count[moving.DIFFERS] or count[moving.LEFT_OUT])),
    )


def _verifying(source: str, target: str) -> str:
    """The command that compares the two, to be copied where neither holds a password."""
    from shlex import join

    whole = is_shown_whole(source) and is_shown_whole(target)
    return join(["blue", "store", "verify", source, target]) if whole else "blue store verify FROM TO"


def _word(one: Moved, dry_run: bool) -> str:
    """Its state as a word; what a dry run says of it is still to be done."""
    return "to-copy" if dry_run and one.state == "copied" else one.state


def _counts(count: dict[str, int], dry_run: bool) -> str:
    copied, there, differs, left_out = count.values()
    parts = [f"{copied} {'to copy' if dry_run else 'copied'}", f"{there} there already", f"{differs} differing"]
    return ", ".join([*parts, f"{left_out} left out"] if left_out else parts)


def verify(
    a: Annotated[str, typer.Argument(metavar="A", help="A store, as --store takes it; files: is this folder.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
) -> Result:
    """Compare two stores to the byte and name every difference. Status 1 when there is one."""
    from blue_cli.actions import moving

    here = call()
    found: list[Difference] = []
    total = 0
    for step in _watched(here, moving.verify(_reached(here, a), _reached(here, b)), "compared {} of {} dialogues"):
        total = step.total
        found += step.differences
    return Result(
        "blue/store.verify@1",
        {
            "a": without_password(a),
            "b": without_password(b),
            "equal": not found,
            "dialogues": total,
            "differences": [_document(one) for one in found],
        },
        columns=(Column("difference"), Column("dialogue", style="id"), Column("path", flex=True, tail=True), Column("detail", flex=True)),
        rows=[(one.difference, one.id, one.path, one.detail) for one in found],
        counts=f"{total} dialogue{'' if total == 1 else 's'}, {len(found)} difference{'' if len(found) == 1 else 's'}",
        status=int(bool(found)),
    )


def _document(one: Difference) -> dict[str, Any]:
    return {"difference": one.difference, "id": one.id, "uid": one.uid, "path": one.path or None, "detail": one.detail or None}


def _watched(here: Call, steps: Iterable[AnyStep], words: str) -> Iterator[AnyStep]:
    """The steps; on a terminal with a line for whoever waits."""
    from blue_cli.cli.progress import Steps

    shown = here.world.stderr.isatty() and not (here.globals.quiet or here.globals.json)
    line = Steps(here.world.stderr, words) if shown else None
    try:
        for step in steps:
            if line:
                line.at(step.done, step.total)
            yield step
    finally:
        if line:
            line.clear()
