"""The default provider: a key file of this user's, plain or under a passphrase."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NoReturn, TypeVar

from blue_cli.crypto.keys import material
from blue_cli.crypto.keys.base import Made, forbid_core_dumps
from blue_cli.crypto.keys.material import Damaged, Umk
from blue_cli.crypto.keys.passphrase import PROTECTED, Protection, protect
from blue_cli.crypto.keys.place import RESTORE, create_private, read_private, refuse_work_tree
from blue_cli.errors import Conflict, Locked

T = TypeVar("T")


class FileProvider:
    """A key file. It is read when first needed, and once.

    `path` is absolute, `shown` its name in messages. A file in the passphrase form is opened by `protection`;
    `protected` (scheme `passphrase`) refuses one that is not, and makes new ones so.
    """

    def __init__(
        self,
        path: str,
        shown: str,
        protection: Protection,
        *,
        protected: bool = False,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.path = path
        self._shown = shown
        self._protection = protection
        self._protected = protected
        self._random = random
        self._umk: Umk | None = None

    @property
    def scheme(self) -> str:
        """`passphrase` when only that form will do, else `file`."""
        return "passphrase" if self._protected else "file"

    @property
    def shown(self) -> str:
        """The file's name for messages."""
        return self._shown

    @property
    def id(self) -> str:
        """The key's name, without asking for a passphrase."""
        return self._umk.id if self._umk else self._understood(self._id_of)

    @property
    def kind(self) -> str:
        """`file` or `passphrase`, by what the file is."""
        return self._understood(lambda version, lines, shown: "passphrase" if version == PROTECTED else "file")

    def new_kek(self, uid: str, epoch: int) -> Made:
        """A KEK under a salt of its own."""
        salt = self._random(material.SALT)
        return Made(self.umk().kek(uid, epoch, salt), salt)

    def kek(self, uid: str, epoch: int, salt: bytes, blob: bytes = b"") -> bytes:
        """The KEK for this salt. Any salt gives one: whether it is the right one shows at the wrapped data key."""
        return self.umk().kek(uid, epoch, salt)

    def umk(self) -> Umk:
        """The key itself, for `blue key verify` and `export`."""
        if self._umk is None:
            forbid_core_dumps()
            self._umk = self._understood(self._own)
        return self._umk

    def refuse_taken(self) -> None:
        """`Conflict` when there is something in its place, `Locked` in a work tree: said before a passphrase is asked for."""
        refuse_work_tree(self.path, self.shown)
        if os.path.lexists(self.path):
            raise Conflict(f"there is something at {self.shown} already", why="a key is never replaced", fix="see: blue key show")

    def create(self, umk: Umk, copy: str = "") -> None:
        """Make the file. `Conflict` when there is one, whatever it holds.

        `copy` is the text of another file with this key: when that is under a passphrase, it stays under it.
        """
        forbid_core_dumps()
        if not (copy and self._understood(lambda version, lines, shown: version == PROTECTED, copy)):
            copy = protect(umk, self._protection, self._random) if self._protected else material.write(umk)
        create_private(self.path, self.shown, copy)

    def read_text(self, text: str, name: str) -> Umk:
        """The key in the text of some key file, of either form, that `name` names."""
        forbid_core_dumps()
        return self._understood(self._umk_of, text, name)

    # --- the two forms -----------------------------------------------------------------------------------

    def _understood(self, meaning: Callable[[str, list[str], str], T], text: str | None = None, name: str = "") -> T:
        """What `meaning` makes of a file's lines; a version of the future and a damaged file become `Locked`."""
        shown = name or self.shown
        if text is None:
            text = read_private(self.path, self.shown, material.LIMIT)
        try:
            version, lines = material.lines_of(text)
            if version not in (material.VERSION, PROTECTED):
                raise Locked(f"{shown} was written by a newer blue", why=f"its form is {version}", fix="use a newer blue")
            return meaning(version, lines, shown)
        except Damaged as error:
            raise Locked(f"{shown} is damaged: {error}", fix="" if name else RESTORE) from None

    def _id_of(self, version: str, lines: list[str], shown: str) -> str:
        return self._protection.id_of(lines) if version == PROTECTED else self._own(version, lines, shown).id

    def _own(self, version: str, lines: list[str], shown: str) -> Umk:
        """The key of this very file, which must be under a passphrase where only that will do."""
        if self._protected and version != PROTECTED:
            raise Locked(f"{shown} is not under a passphrase", why="passphrase: takes no other", fix="use it as file:")
        return self._umk_of(version, lines, shown)

    def _umk_of(self, version: str, lines: list[str], shown: str) -> Umk:
        return self._protection.unlock(lines, shown) if version == PROTECTED else material.read(lines)

    def __repr__(self) -> str:
        return f"<{self.scheme}:{self.shown}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")
