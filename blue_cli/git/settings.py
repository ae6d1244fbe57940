"""The settings of one repository, for this clone alone: `git config --local`, never the user's own."""

from __future__ import annotations

from blue_cli.errors import Unavailable
from blue_cli.git.repo import Repository


class LocalSettings:
    """Read and written by git itself, which locks the file and keeps what else is in it."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def get(self, key: str) -> list[str]:
        """Every value of a key; empty when it is not set here. Files that are included count, as they do for git."""
        said = self._repository.answer(["config", "--local", "--includes", "--null", "--get-all", key])
        return said.out.decode("utf-8", "replace").split("\0")[:-1] if said.status == 0 else []

    def set(self, key: str, value: str) -> None:
        """Give a key that has at most one value this one. `Unavailable` when git cannot write it."""
        said = self._repository.answer(["config", "--local", key, value])
        if said.status:
            raise Unavailable(f"git cannot set {key}", why=said.said)
