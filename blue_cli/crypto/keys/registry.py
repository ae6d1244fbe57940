"""Key providers by their URL. Only the one that is asked for is imported.

    file:                     the usual place, ~/.blue/keys/umk.key or $BLUE_KEY_FILE
    file:/a/b.key             another one; ~/ is the home
    passphrase:[/a/b.key]     the same, but only under a passphrase
    awskms:arn:aws:kms:…      a key of AWS KMS
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from blue_cli.errors import WrongCall

if TYPE_CHECKING:
    from blue_cli.crypto.keys.base import KeyProvider
    from blue_cli.crypto.keys.file import FileProvider

Ask = Callable[[str], str]
PLACE = os.path.join(".blue", "keys", "umk.key")
VARIABLE = "BLUE_KEY_FILE"
FORMS = "file:[/path], passphrase:[/path], awskms:ARN"


def provider(url: str, env: Mapping[str, str], ask: Ask | None = None) -> KeyProvider:
    """The provider of a URL; nothing is read or called yet. `WrongCall` for a URL that is none."""
    scheme, colon, rest = url.partition(":")
    if colon and scheme == "awskms":
        from blue_cli.crypto.keys.awskms import AwsKmsProvider

        return AwsKmsProvider(rest, env)
    if colon and scheme in ("file", "passphrase"):
        return local(rest, env, ask, protected=scheme == "passphrase")
    raise WrongCall(f'"{url}" is no key provider', fix=f"one of {FORMS}")


def providers(urls: Iterable[str], env: Mapping[str, str], ask: Ask | None = None) -> list[KeyProvider]:
    """The providers of several URLs, in their order."""
    return [provider(url, env, ask) for url in urls]


def local(path: str, env: Mapping[str, str], ask: Ask | None = None, *, protected: bool = False, name: str = "") -> FileProvider:
    """The key file at a path, an empty one for the usual place. `name` is what messages call it, if not by its path."""
    from blue_cli.crypto.keys.file import FileProvider
    from blue_cli.crypto.keys.passphrase import Protection

    home = _home(env)
    given = path or env.get(VARIABLE, "") or os.path.join(home, PLACE)
    if given.startswith("~/"):
        given = os.path.join(home, given[2:])
    if given.startswith("///"):  # file:///a/b.key, as a browser has it
        given = given[2:]
    if not os.path.isabs(given) or given.startswith("//") or "\0" in given:
        raise WrongCall(f'"{given}" is no absolute path of a key file', fix=f"file:/path, file:~/path or {VARIABLE}=/path")
    given = os.path.normpath(given)
    return FileProvider(given, name or shown(given, home), Protection(env, ask), protected=protected)


def shown(path: str, home: str) -> str:
    """A path as messages name it: below the home from `~`."""
    return "~" + path[len(home) :] if path.startswith(home.rstrip("/") + "/") else path


def _home(env: Mapping[str, str]) -> str:
    return env.get("HOME") or os.path.expanduser("~")
