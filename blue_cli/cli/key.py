"""`blue key new|show|verify|export|import`; the verbs on dialogues' keys are in `rekey`."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blue_cli import config
from blue_cli.actions import keys as action
from blue_cli.cli import rekey
from blue_cli.cli.commands import group
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.cli.secret import asker
from blue_cli.crypto.keys import place, registry
from blue_cli.crypto.keys.material import LIMIT, fingerprint
from blue_cli.errors import Locked, NotFound
from blue_cli.views.listing import Column
from blue_cli.workspace import read_settings, user_config_path

if TYPE_CHECKING:
    from blue_cli.crypto.keys.base import KeyProvider, LocalKey

COLUMNS = (
    Column("key", style="id", flex=True, tail=True), Column("kind"), Column("place", flex=True, tail=True), Column("state", flex=True),
)  # fmt: skip
KeyFile = Annotated[str, typer.Option("--key-file", metavar="PATH", help="This key file; else the one of the settings.")]
Passphrase = Annotated[bool, typer.Option("--passphrase", help="Put the file under a passphrase.")]

app = group("Keys that seal and open dialogues: make, show, check, print, bring.")


@app.command("new")
def new(passphrase: Passphrase = False, key_file: KeyFile = "") -> Result:
    """Make a key, where there is none. Back it up: without it nobody reads what it sealed."""
    here = call()
    key = _local(here, key_file, passphrase)
    made = action.make(key, lambda size: here.world.random(size * 8).to_bytes(size, "big"), _logged(here, "key-new"))
    text = f"made the key {made.id} at {made.place}\n"
    return Result("blue/key.new@1", {"created": True, **_fields(made)}, text, hints=_backup(here, made, key_file))


@app.command("show")
def show(key_file: KeyFile = "") -> Result:
    """Each key's name, kind and place; never the key."""
    here = call()
    providers = [_local(here, key_file)] if key_file else _providers(here)
    shown = action.look(providers)
    action.refuse_none(shown)
    rows = [(key.id or "", key.kind, key.place, _state(key)) for key in shown]
    items = [{**_fields(key), "error": key.error.message if key.error else None} for key in shown]
    return Result("blue/key.show@1", {"items": items}, columns=COLUMNS, rows=rows)


@app.command("verify")
def verify(
    paper: Annotated[str, typer.Option("--paper", metavar="FILE", help="Hold a typed paper form against the key; - for stdin.")] = "",
    key_file: KeyFile = "",
) -> Result:
    """Load every key and use it once. A key service is asked to make a data key and to give it again."""
    here = call()
    if paper:
        text, name = _input(here, paper)
        checked = [action.compare(_local(here, key_file), text)]
    else:
        name = ""
        checked = [action.verify(provider) for provider in ([_local(here, key_file)] if key_file else _providers(here))]
    lines = [f"{key.id} at {key.place} is whole{f', and {name} is its paper form' if name else ''}\n" for key in checked]
    return Result("blue/key.verify@1", {"items": [_fields(key) for key in checked], "paper": bool(name)}, "".join(lines))


@app.command("export")
def export(key_file: KeyFile = "") -> Result:
    """Print the key itself, in a form for paper.

    It has the key's name and four lines of 15 characters, the last two of which check the line. Who reads it can read
    everything sealed with the key. `blue key import -` takes it back, in large or small letters, with or without spaces.
    """
    here = call()
    _refuse_published(here)
    key, lines = action.printed(_local(here, key_file), _logged(here, "key-export"))
    hints = ("this is the key itself: print it, then clear the screen", "check what was written down: blue key verify --paper -")
    return Result("blue/key.export@1", {**_fields(key), "lines": lines}, "\n".join(lines) + "\n", hints=hints)


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A key file or a typed paper form; - for standard input.")],
    passphrase: Passphrase = False,
    key_file: KeyFile = "",
) -> Result:
    """Bring a key that was made elsewhere. It never replaces another one."""
    here = call()
    text, name = _input(here, file)
    done = action.bring(_local(here, key_file, passphrase), text, name, _logged(here, "key-import"))
    said = f"brought the key {done.key.id} to" if done.created else f"the key {done.key.id} was there already:"
    hints = _configured(here, done.key, key_file) if done.created else ()
    return Result("blue/key.import@1", {"created": done.created, **_fields(done.key)}, f"{said} {done.key.place}\n", hints=hints)


def _logged(here: Call, event: str) -> action.Around:
    """What the audit log writes around a change of keys, where there is a workspace."""
    from blue_cli.cli.auditing import around_key

    return lambda umk: around_key(here, event, umk)


app.command("rewrap")(rekey.rewrap)
app.command("rotate")(rekey.rotate)
app.command("reencrypt")(rekey.reencrypt)


# --- which key -------------------------------------------------------------------------------------------------


def _urls(here: Call) -> tuple[str, ...]:
    """The setting `keys`; outside a workspace as far as the environment and the user's own file say."""
    try:
        return tuple(here.workspace.config["keys"])
    except NotFound:
        environment, _ = config.from_environment(here.world.env)
        text = (read_settings(user_config_path(here.world.env)) or b"").decode(errors="replace")
        return tuple(config.merge(environment, config.parse(text, "user settings")[0])["keys"])


def _providers(here: Call) -> list[KeyProvider]:
    return registry.providers(_urls(here), here.world.env, asker(here))


def _local(here: Call, key_file: str, passphrase: bool = False) -> LocalKey:
    """The key file that is meant: the one named, else the first of the settings, else the usual place."""
    if key_file:
        path = os.path.abspath(here.path(key_file))
        return registry.local(path, here.world.env, asker(here), protected=passphrase, name=key_file)
    for url in _urls(here):
        scheme, _, path = url.partition(":")
        if scheme in ("file", "passphrase"):
            return registry.local(path, here.world.env, asker(here), protected=passphrase or scheme == "passphrase")
    return registry.local("", here.world.env, asker(here), protected=passphrase)


# --- in and out --------------------------------------------------------------------------------------------------


def _fields(key: action.Key) -> dict[str, Any]:
    return {"id": key.id, "kind": key.kind, "place": key.place, "fingerprint": _fingerprint(key.id)}


def _state(key: action.Key) -> str:
    """A service is not asked here: whether it gives the key is what `verify` finds out."""
    return key.error.message if key.error else "not asked" if key.kind == "awskms" else "there"


def _fingerprint(id: str | None) -> str | None:
    """Only a key of blue's own has one; a service's key is named by its ARN."""
    return fingerprint(id) if id and id.startswith("umk#") else None


def _input(here: Call, file: str) -> tuple[str, str]:
    """What was given, and how to name it. Far longer than any key is none."""
    name = "standard input" if file == "-" else file
    data = here.read_input(LIMIT) if file == "-" else here.read_file(file, LIMIT)
    return data.decode(errors="replace"), name


def _backup(here: Call, key: action.Key, key_file: str) -> tuple[str, ...]:
    which = f" --key-file {key_file}" if key_file else ""
    return (
        "without this key nobody reads what it sealed, and nobody can make it again",
        f"back it up now: blue key export{which}, on paper, and check it: blue key verify{which} --paper -",
        *_configured(here, key, key_file),
    )


def _configured(here: Call, key: action.Key, key_file: str) -> tuple[str, ...]:
    """How to have a key used that was put where the settings do not look."""
    if not key_file or any(other.id == key.id for other in action.look(_providers(here))):
        return ()
    url = f"file:{os.path.abspath(here.path(key_file))}"
    return (f'to have it used: BLUE_KEYS={url}, or in your own settings: keys = ["{url}"]',)


def _refuse_published(here: Call) -> None:
    """`Locked` when standard output is a file in a git work tree: the next commit would publish the key."""
    try:
        descriptor = here.world.stdout.fileno()
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return
        path = os.readlink(f"/proc/self/fd/{descriptor}")
    except (OSError, ValueError):  # no real file, or a system without /proc
        return
    if place.work_tree(os.path.dirname(path)):
        raise Locked("the key is not written into a git work tree", why="the next commit could take it along")
