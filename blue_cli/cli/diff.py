"""`blue diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from blue_cli.actions.diff import Moment, chosen, deltas, pairs, touched
from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.errors import Finding, NotFound, WrongCall
from blue_cli.views import diff as view

if TYPE_CHECKING:
    from blue_cli.git.repo import Repository

SCHEMA = "blue/diff@1"
FORMATS = ("text", "md", "json")


def command(
    revisions: Annotated[
        str, typer.Argument(metavar="[A[..B]]", help="A: from A to the work tree. A..B; A...B from where they parted.", show_default=False)
    ] = "",
    format: Annotated[str, typer.Option("--format", metavar="text|json|md", help="md is a comment for a pull request.")] = "text",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 when there are differences.")] = False,
) -> Result:
    """What changed in dialogues: tensions opened, addressed, resolved; what else is new; verdicts that went stale; edited texts.

    Without A: from where this branch left the default branch to the work tree. Every dialogue that differs, or with -d one.
    """
    here = call()
    if format not in FORMATS:
        raise WrongCall(f'--format: no such choice: "{format}"', fix=f"one of {', '.join(FORMATS)}")
    here.globals = here.globals._replace(json=here.globals.json or format == "json")
    repository = here.workspace.past("blue diff")
    old, new = _ends(here, repository, revisions)
    documents = _documents(here, repository, old, new)
    complete = all(d["complete"] for d in documents)
    answer = {"from": old, "to": new, "dialogues": documents, "complete": complete}
    status = 1 if exit_code and documents else 0
    if format == "md":
        return Result(SCHEMA, answer, lambda _: _comment(here, repository, documents, new), status=status)
    return Result(SCHEMA, answer, lambda screen: view.text(documents, screen.width, screen.color), status=status)


def _documents(here: Call, repository: Repository, old: str, new: str | None) -> list[view.Document]:
    from blue_cli.git.past import differing, held
    from blue_cli.stores.gitrev import GitSuccessor

    space = here.workspace
    opened, raw = space.as_of(old)
    before, after = Moment(opened, raw), Moment(space.store, space.raw_store)
    ids: set[str] = set()
    if new:
        changes, ids = differing(repository, old, new)
        later = GitSuccessor(raw, changes, repository.shared)  # `raw` shares it, and is ended with the workspace
        after = Moment(space.unsealed(later), later)
    wanted = here.globals.dialogue or here.world.env.get("BLUE_DIALOGUE", "")
    only = set(chosen(before, after, wanted)) if wanted else None
    ids = ids if new else touched(after.raw, held(repository, old), only)
    ids = ids if only is None else ids & only
    documents: list[view.Document] = []
    deltas(before, after, pairs(before, after, ids) if ids else [], lambda delta: documents.append(view.dialogue(delta)))
    return documents


# --- from where to where ---------------------------------------------------------------------------------------


def _ends(here: Call, repository: Repository, words: str) -> tuple[str, str | None]:
    """The commits to compare; None is the work tree. `NotFound` for what is none, or when nothing joins them."""
    if not words:
        return _parting(here, repository), None
    if ".." not in words:
        return _commit(here, repository, words), None
    dots = "..." if "..." in words else ".."
    first, _, second = words.partition(dots)
    old, new = (_commit(here, repository, word or "HEAD") for word in (first, second))
    return (_base(here, repository, old, new, f"{first or 'HEAD'} and {second or 'HEAD'}") if dots == "..." else old), new


def _commit(here: Call, repository: Repository, word: str) -> str:
    found = repository.resolve(word)
    if found.dated:
        here.hints.append(f"{word} is {found.dated}")
    return found.hash


def _parting(here: Call, repository: Repository) -> str:
    """Where this branch left the default one."""
    head, branch = repository.head(), repository.default_branch()
    if head is None:
        raise NotFound("there is no commit yet to compare with", fix="git commit")
    if branch is None:
        raise NotFound("which branch is the default one is not known", why="no origin/HEAD, main or master", fix="blue diff HEAD")
    name = branch.removeprefix("refs/heads/").removeprefix("refs/remotes/")
    found = _base(here, repository, _commit(here, repository, branch), head, f"this branch and {name}")
    here.hints.append(f"from {found[:7]}, where this branch left {name}, to the work tree")
    return found


def _base(here: Call, repository: Repository, one: str, other: str, names: str) -> str:
    found = repository.merge_base(one, other)
    cut = "this clone is shallow: older commits are not here"
    if found is None:
        why, fix = (cut, "git fetch --unshallow") if repository.shallow else ("their histories do not meet", "blue diff A..B")
        raise NotFound(f"no commit is common to {names}", why=why, fix=fix)
    if repository.shallow:
        what = f"{cut}, and where {names} parted may be wrong"
        here.warnings.append(Finding("shallow", what, fix="git fetch --unshallow", severity="warning"))
    return found


# --- for a pull request ----------------------------------------------------------------------------------------


def _comment(here: Call, repository: Repository, documents: list[view.Document], new: str | None) -> str:
    """Linked to the host where its runner says which it is, else relative to the repository."""
    from urllib.parse import quote

    from blue_cli.views.comment import comment

    env: Any = here.world.env
    base = ""
    commit = new or repository.head()
    if env.get("GITHUB_REPOSITORY"):
        base = f"{env.get('GITHUB_SERVER_URL', 'https://github.com')}/{env['GITHUB_REPOSITORY']}/blob/{commit}/"
    elif env.get("CI_PROJECT_URL"):
        base = f"{env['CI_PROJECT_URL']}/-/blob/{commit}/"
    base = quote(base, safe=":/-._~") + quote(repository.prefix, errors="surrogateescape")

    def link(path: str, line: int) -> str:
        return base + quote(path, safe="/", errors="backslashreplace") + (f"#L{line}" if line else "")

    return comment(documents, all(d["complete"] for d in documents), link)
