"""`blue import`."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from typing import Annotated

import typer

from blue_cli.actions.importing import Brought, Wish, bring, renamed
from blue_cli.actions.importing_forms import NO_FORM, RECORD, Arrival, is_dialogue, read_file, read_folder
from blue_cli.cli.drafts import STDIN, again, refused
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.dialogue.ids import uuid7
from blue_cli.dialogue.rulebook import ERROR
from blue_cli.errors import Finding, NotFound, Refused, Unavailable, WrongCall
from blue_cli.stores.folder import FILE
from blue_cli.stores.folder import read_folder as read_blobs
from blue_cli.views import imported

SCHEMA = "blue/import@1"
_SHOWN = 20  # warnings, without -v
_KINDS = (".md", ".markdown", ".json")
SourcesArgument = Annotated[
    list[str], typer.Argument(metavar="FILE|FOLDER...", help="Records, exports, JSON of rounds, dialogues' folders; - is standard input.")
]


def command(
    sources: SourcesArgument,
    id: Annotated[str, typer.Option("--id", metavar="ID", help="Instead of the id it says, or its file's name gives.")] = "",
    new_uid: Annotated[bool, typer.Option("--new-uid", help="Make it a dialogue of its own, beside the one it is a copy of.")] = False,
    if_absent: Annotated[bool, typer.Option("--if-absent", help="That it is there already is no error.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, and say what would be made.")] = False,
) -> Result:
    """Bring dialogues in: older single-file records, exports, plain JSON of rounds, or the folders of dialogues.

    All problems are said first; with an error nothing is written. What the source does not say stays empty.
    """
    here = call()
    wish = Wish(if_absent, dry_run, new_uid)
    arrivals = [_new(here, one) if new_uid else one for one in _gathered(here, sources, id)]
    if id and len(arrivals) > 1:
        raise WrongCall(f"--id names one dialogue, and there are {len(arrivals)}", fix="import them one by one")
    try:
        done = bring(here.workspace.raw_store, arrivals, wish)
    except Refused as error:
        options = [*(["--id", id] if id else []), *(word for word, on in _flags(wish) if on)]
        retry = again(here, ["import", *options, *(["--"] if any(s[:1] == "-" != s for s in sources) else []), *sources])
        if here.globals.json:
            return refused(error, SCHEMA, retry)
        raise Refused(error.message, error.findings, fix=f"mend it, then: {retry}") from None
    return _result(here, done, dry_run)


def _flags(wish: Wish) -> tuple[tuple[str, bool], ...]:
    return (("--new-uid", wish.new_uid), ("--if-absent", wish.if_absent), ("--dry-run", wish.dry_run))


def _result(here: Call, done: Sequence[Brought], dry_run: bool) -> Result:
    come = [_come(one, dry_run) for one in done]
    warnings = tuple(f for b in done for f in b.arrival.findings)
    if len(warnings) > _SHOWN and not (here.globals.json or here.globals.verbose):
        here.hints.append(f"{len(warnings) - _SHOWN} more warnings: -v shows them all")
        warnings = warnings[:_SHOWN]
    return Result(
        SCHEMA,
        lambda: imported.document(come, dry_run),
        lambda _: imported.text(come, dry_run),
        warnings=warnings,
        hints=() if dry_run else tuple(_hints(done)),
    )


def _come(one: Brought, dry_run: bool) -> imported.Come:
    here = one.arrival
    uid = None if dry_run and one.created and here.minted else here.uid
    return imported.Come(os.path.basename(here.name), here.form, here.graph, len(here.blobs), one.created, uid, here.sealed)


def _hints(done: Sequence[Brought]) -> list[str]:
    """What comes next: an older dialogue is only read."""
    made = [b.arrival for b in done if b.created]
    older = [a for a in made if a.uid.startswith("older:")]
    hints = [f"an older dialogue is read as it lies; to write on in it: blue dialogue adopt {older[0].id}"] if older else []
    return hints or [f"see how far it is: blue status -d {made[0].id}"] if made else []


def _new(here: Call, arrival: Arrival) -> Arrival:
    return renamed(arrival, _mint(here)) if not any(f.severity == ERROR for f in arrival.findings) else arrival


def _mint(here: Call) -> str:
    from blue_cli.actions.dialogues import RANDOM_BITS

    return uuid7(int(here.world.now().timestamp() * 1000), here.world.random(RANDOM_BITS))


# --- reading what a stranger may have prepared ---------------------------------------------------------------------


def _gathered(here: Call, sources: Sequence[str], id: str) -> list[Arrival]:
    """Everything that the sources hold. A file or folder that is named may be reached by a link, what lies in it may not."""
    if sources.count(STDIN) > 1:
        raise WrongCall("standard input can be read only once")
    arrivals: list[Arrival] = []
    for name in sources:
        if name == STDIN:
            arrivals.append(read_file(name, here.read_input(), id, lambda: _mint(here)))
        elif os.path.isdir(here.path(name)):
            arrivals += _folder(here, name, id)
        else:
            arrivals.append(read_file(name, here.read_file(name), id, lambda: _mint(here)))
    return arrivals


def _folder(here: Call, name: str, id: str) -> list[Arrival]:
    """A dialogue's folder, or a folder of records, exports and dialogues."""
    shown = name.rstrip("/") or name
    try:
        fd = os.open(here.path(name), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            names = sorted(os.listdir(fd))
            if is_dialogue(names):
                return [read_folder(_base(here, shown), *read_blobs(fd), id)]
            return _inside(here, shown, fd, names, id)
        finally:
            os.close(fd)
    except OSError as error:
        raise Unavailable(f"cannot read {name}: {error.strerror or error}") from None


def _base(here: Call, name: str) -> str:
    """A folder by its own name, also when it was named `.`."""
    return name if name.strip("./") else os.path.basename(os.path.realpath(here.path(name)))


def _inside(here: Call, shown: str, fd: int, names: Sequence[str], id: str) -> list[Arrival]:
    arrivals, left = [], []
    for entry in names:
        found = None if entry.startswith(".") else _entry(here, f"{shown}/{entry}", entry, fd, id)
        if found is None and not entry.startswith("."):
            left.append(entry)
        arrivals += [found] if found else []
    if not arrivals:
        raise NotFound(f"{shown} holds no dialogue", why="no record, no export, no JSON of rounds and no dialogue's folder lies in it")
    if left:
        here.hints.append(f"left out, no dialogues: {', '.join(left[:5])}{', ...' if len(left) > 5 else ''}")
    return arrivals


def _entry(here: Call, path: str, entry: str, fd: int, id: str) -> Arrival | None:
    """One thing in a folder: a dialogue, an arrival with the error of what may not be read, or None for anything else."""
    try:
        child = os.open(entry, FILE, dir_fd=fd)
    except FileNotFoundError:
        return None  # gone since the folder was listed
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP, errno.EACCES):
            raise
        return _unsafe(path, entry, error.strerror or "")
    try:
        mode = os.fstat(child).st_mode
        if stat.S_ISDIR(mode):
            return read_folder(path, *read_blobs(child), id) if is_dialogue(os.listdir(child)) else None
        if not stat.S_ISREG(mode):
            return _unsafe(path, entry, "no regular file")
        return _file(here, path, child, id) if entry.lower().endswith(_KINDS) else None
    finally:
        os.close(child)


def _file(here: Call, path: str, fd: int, id: str) -> Arrival | None:
    from blue_cli.actions.importing_forms import MAX_JSON

    with open(os.dup(fd), "rb") as file:
        data = file.read(MAX_JSON + 1)
    arrival = read_file(path, data, id, lambda: _mint(here))
    if path.lower().endswith(".recorded.md") or not _is_other(arrival):
        return arrival
    return None


def _is_other(arrival: Arrival) -> bool:
    """A file that never meant to be a dialogue: notes, settings. One that is to be a record says so by its name."""
    from blue_cli.dialogue.record import NO_ROUND

    return not arrival.blobs and any(f.message in (NO_ROUND, NO_FORM) for f in arrival.findings)


def _unsafe(path: str, entry: str, why: str) -> Arrival | None:
    if not entry.lower().endswith(_KINDS):
        return None
    finding = Finding("unsafe-path", f"not read: {why}", path, fix="put the file itself there, or name it alone", severity=ERROR)
    return Arrival(path, RECORD, "", "", {}, (finding,))
