"""`blue key rewrap|rotate|reencrypt`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from blue_cli.actions import rekey
from blue_cli.actions.protection import Bench
from blue_cli.actions.rekey import Failed, Rekeyed
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.protection import bench_of, count, path
from blue_cli.errors import BlueError, Conflict, Locked, NotFound, Refused, Tampered, Unavailable, WrongCall
from blue_cli.views.text import sanitize, sanitize_lines

EverywhereOption = Annotated[bool, typer.Option("--everywhere", help="Every sealed dialogue of the workspace.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")]

# The status of a run over many dialogues is that of what went worst: an attack before a disturbance before a missing key.
WORST: tuple[type[BlueError], ...] = (Tampered, Unavailable, Locked, Conflict, Refused, NotFound, WrongCall)


def rewrap(
    to: Annotated[str, typer.Option("--to", metavar="PROVIDER", help="Let this key take the place of the configured one.")] = "",
    everywhere: EverywhereOption = False,
    dry_run: DryRunOption = False,
) -> Result:
    """Wrap the data keys anew. It is for a key that is replaced, or just afresh; no sealed file changes."""
    here = call()
    provider = here.workspace.provider(to) if to else None
    bench = bench_of(here, provider) if provider else bench_of(here)
    return _result(here, "rewrap", bench, lambda uid: rekey.rewrap(bench, uid, provider, dry_run=dry_run), everywhere, dry_run)


def rotate(everywhere: EverywhereOption = False, dry_run: DryRunOption = False) -> Result:
    """Make a new data key for what is written from now on. No sealed file changes."""
    here = call()
    bench = bench_of(here)
    return _result(here, "rotate", bench, lambda uid: rekey.rotate(bench, uid, dry_run=dry_run), everywhere, dry_run)


def reencrypt(everywhere: EverywhereOption = False, dry_run: DryRunOption = False) -> Result:
    """Seal every file anew that is not under the newest data key. Run again, it goes on where it was stopped."""
    here = call()
    bench = bench_of(here)
    return _result(here, "reencrypt", bench, lambda uid: rekey.reencrypt(bench, uid, dry_run=dry_run), everywhere, dry_run)


def _result(here: Call, verb: str, bench: Bench, act: Callable[[str], Rekeyed], everywhere: bool, dry_run: bool) -> Result:
    if everywhere and here.globals.dialogue:
        raise WrongCall("--everywhere is every dialogue, -d is one", fix="leave one of them out")
    done: Sequence[Rekeyed | Failed] = rekey.everywhere(bench, act) if everywhere else [act(here.dialogue().uid)]
    document = {
        "changed": any(isinstance(one, Rekeyed) and one.changed for one in done) and not dry_run,
        "dry_run": dry_run,
        "items": [_item(one) for one in done],
    }
    text = "".join(_line(verb, one, dry_run) for one in done) or "no sealed dialogue\n"
    return Result(f"blue/key.{verb}@1", document, sanitize_lines(text), hints=_hints(verb, done, dry_run), status=_status(done))


def _status(done: Sequence[Rekeyed | Failed]) -> int:
    errors = [one.error for one in done if isinstance(one, Failed)]
    return next((error.exit for kind in WORST for error in errors if isinstance(error, kind)), errors[0].exit if errors else 0)


def _item(one: Rekeyed | Failed) -> dict[str, Any]:
    if isinstance(one, Failed):
        error = {"code": one.error.code, "exit": one.error.exit, "message": one.error.message, "why": one.error.why or None}
        return {"dialogue": one.id, "uid": one.uid, "changed": False, "error": {**error, "fix": one.error.fix or None}}
    return {
        "dialogue": one.id,
        "uid": one.uid,
        "changed": one.changed,
        "version": one.version,
        "keys": list(one.keys),
        "renewed": list(one.renewed),
        "dropped": list(one.dropped),
        "files": [path(one.id, name) for name in one.files],
        "error": None,
    }


def _line(verb: str, one: Rekeyed | Failed, dry_run: bool) -> str:
    if isinstance(one, Failed):
        message = one.error.message if one.id in one.error.message else f"{one.id}: {one.error.message}"
        return f"{sanitize(message)} (exit status {one.error.exit})\n" + (f"  why: {sanitize(one.error.why)}\n" if one.error.why else "")
    if not one.changed:
        return f"{one.id}: nothing to do{_IDLE[verb].format(version=one.version)}\n"
    would = "would be " if dry_run else ""
    if verb == "reencrypt":
        head = f"{one.id}: {count(len(one.files), 'file')} {would}sealed anew under data key {one.version}\n"
        return head + "".join(f"  {path(one.id, name)}\n" for name in one.files)
    if verb == "rotate":
        return f"{one.id}: data key {one.version} {would}made for what is written from now on, for {', '.join(one.renewed)}\n"
    left = [key for key in one.keys if key not in one.renewed]
    lines = [f"{one.id}: {would}wrapped anew for {', '.join(one.renewed)}"]
    lines += [f"  no longer for {key}" for key in one.dropped]
    lines += [f"  as before for {key}, which is not here" for key in left]
    return "\n".join(lines) + "\n"


_IDLE = {
    "rewrap": ", that key has taken the place of the other already",
    "rotate": ", nothing was written yet under data key {version}",
    "reencrypt": ", everything is under data key {version}",
}


def _hints(verb: str, done: Sequence[Rekeyed | Failed], dry_run: bool) -> tuple[str, ...]:
    changed = [one for one in done if isinstance(one, Rekeyed) and one.changed]
    if dry_run or not changed:
        return ()
    if verb == "rotate":
        return ("what was written before stays under the older data key: blue key reencrypt",)
    if verb == "rewrap" and any(one.dropped for one in changed):
        return ("whoever has the replaced key and an older copy of the repository has the data key: blue key rotate, blue key reencrypt",)
    return ()
