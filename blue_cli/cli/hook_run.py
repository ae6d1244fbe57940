"""`blue hooks run`: what each hook checks. The status and the last line are what the block in the hook waits for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from blue_cli.actions.check import Scope, Wanted, check, rules_named
from blue_cli.cli.options import Call
from blue_cli.cli.output import Result, Screen
from blue_cli.errors import Finding, NotFound, Refused, Tampered, WrongCall
from blue_cli.git import pushes
from blue_cli.git.hookblock import HOOKS, REFUSED
from blue_cli.git.pushes import Push, Ref
from blue_cli.git.repo import Repository
from blue_cli.views import findings as view
from blue_cli.views.findings import Report

DIALOGUES = ".blue/dialogues"
_ROOT = re.compile(r"((?:.*?/)?)\.blue/dialogues/", re.S)
NOTHING = Report([], 0)
MESSAGE_LIMIT = 1 << 20  # bytes of a commit message
BYPASS = {"pre-commit": "git commit --no-verify", "pre-push": "git push --no-verify", "commit-msg": "git commit --no-verify"}


class Judged(NamedTuple):
    """What was found in one workspace. `prefix` is the way to it from the top of the work tree, with a `/` at the end."""

    prefix: str
    report: Report
    strict: bool = False


def result(here: Call, hook: str, words: Sequence[str]) -> Result:
    """Check as that hook does. `WrongCall` for one that blue does not know."""
    checks: dict[str, Callable[[Call, Sequence[str]], list[Judged]]] = {
        "pre-commit": pre_commit,
        "pre-push": pre_push,
        "commit-msg": commit_msg,
    }
    if hook not in checks:
        raise WrongCall(f'blue has no hook "{hook}"', fix=f"one of {', '.join(HOOKS)}", suggestions=HOOKS)
    if here.globals.at:
        raise WrongCall("--at does not go with a hook", fix="blue check --at REV")
    cwd = here.cwd
    if here.world.env.get("BLUE_SKIP_HOOKS") == "1":  # the block does not come here then; other programs that run hooks do
        return _answer(cwd, here, hook, [])
    try:
        judged = checks[hook](here, words)
    except (Refused, Tampered) as error:
        judged = [Judged("", Report(_told(error), 0))]
        return _answer(cwd, here, hook, judged, error.exit)
    return _answer(cwd, here, hook, judged)


def _told(error: Refused | Tampered) -> list[Finding]:
    """An error that ends the check as what was found."""
    return [*error.findings] or [Finding(error.code, error.message, error.path or "", why=error.why, fix=error.fix, severity="error")]


def _answer(cwd: str, here: Call, hook: str, judged: Sequence[Judged], status: int = 0) -> Result:
    """One report of all workspaces: its paths as seen from the top of the work tree."""
    found = [f._replace(path=one.prefix + f.path) for one in judged for f in one.report.findings]
    report = Report(
        found,
        sum(one.report.files for one in judged),
        frozenset(id for one in judged for id in one.report.older),
        tuple(dict.fromkeys(rule for one in judged for rule in one.report.skipped)),
        all(one.report.complete for one in judged),
    )
    if any(f.rule == "seal-broken" and f.severity == "error" for f in found):
        status = Tampered.exit
    refused = status or (Refused.exit if any(_fails(one) for one in judged) else 0)

    def text(screen: Screen) -> str:
        if not refused:
            return ""  # as git's own hooks: nothing to say
        last = f"{REFUSED.format(hook)}; past it, once: {BYPASS[hook]}\n"
        return view.format_text(report, lambda path: os.path.relpath(os.path.join(top, path), cwd), screen.color) + last

    top = _top(here, cwd) if refused else ""
    document = {"hook": hook, "refused": bool(refused), **view.format_json(report)}
    return Result("blue/hooks.run@1", document, text, status=refused)


def _fails(one: Judged) -> bool:
    counts = view.counts(one.report.findings)
    return bool(counts["error"] or (one.strict and (counts["warning"] or not one.report.complete)))


def _top(here: Call, cwd: str) -> str:
    return _repository(here, cwd).top


# --- pre-commit --------------------------------------------------------------------------------------------------


def pre_commit(here: Call, words: Sequence[str]) -> list[Judged]:
    """The dialogues that the commit changes, as the index has them (`check --staged`), in every workspace."""
    from blue_cli.actions.incoming import check_staged

    cwd = here.cwd
    top = _repository(here, cwd)
    changed = (change.path for change in top.staged(".", top.head()))
    found = []
    for prefix in _entered(here, top, changed):
        index, store = here.workspace.staged(cwd)
        found.append(Judged(prefix, check_staged(store, index, _wanted(here)), _strict(here)))
    return found


def _repository(here: Call, cwd: str) -> Repository:
    """The repository as a hook sees it, asked from the top of its work tree."""
    around = Repository.find(cwd, here.world.env, inside_hook=True, cwd=cwd)
    return Repository.find(around.top, here.world.env, inside_hook=True, cwd=cwd) if around.prefix else around


def _entered(here: Call, repository: Repository, paths: Iterable[str]) -> Iterable[str]:
    """Go into each workspace that one of these paths belongs to; its prefix. One that is not in the work tree has no
    settings and no keys here, and is passed over."""
    prefixes = dict.fromkeys(match[1] for path in paths if (match := _ROOT.match(f"{path}/")))
    for prefix in prefixes:
        folder = os.path.join(repository.top, prefix)
        if os.path.isdir(os.path.join(folder, ".blue")):
            here.turn_to(folder)
            yield prefix


def _wanted(here: Call) -> Wanted:
    """The rules that the settings ask for; what is no rule there, `blue check` says."""
    settings = here.workspace.config
    only, without = (rules_named(settings[f"check.{name}"], lambda name, near: None) for name in ("select", "ignore"))
    return Wanted(only, without, bool(settings["check.older_as_errors"]))


def _strict(here: Call) -> bool:
    return bool(here.workspace.config["check.strict"])


# --- pre-push ----------------------------------------------------------------------------------------------------


def pre_push(here: Call, words: Sequence[str]) -> list[Judged]:
    """What each pushed commit brings to the other side, as `check --since` finds it, and the plaintext guard on every
    commit on the way."""
    top = _repository(here, here.cwd)
    refs = pushes.parse(here.read_input()) or _told_by_pre_commit(here, top)
    found: list[Judged] = []
    remote = words[0] if words else here.world.env.get("PRE_COMMIT_REMOTE_NAME", "")
    for push in pushes.pushes(top, remote, refs):
        for prefix in _entered(here, top, pushes.folders(top, push.tip)):
            found += [Judged(prefix, _since(here, push), _strict(here)), _guarded(here, prefix, push)]
    return found


def _told_by_pre_commit(here: Call, top: Repository) -> list[Ref]:
    """The pre-commit program gives no standard input: it tells the ends in the environment, of a first push only the branch."""
    said = {name: here.world.env.get(f"PRE_COMMIT_{name}", "") for name in ("TO_REF", "LOCAL_BRANCH", "FROM_REF", "REMOTE_BRANCH")}
    tip, theirs = (top.commit(word) if word else None for word in (said["TO_REF"] or said["LOCAL_BRANCH"], said["FROM_REF"]))
    return [Ref("", tip, said["REMOTE_BRANCH"], theirs or "0" * len(tip))] if tip else []


def _since(here: Call, push: Push) -> Report:
    from blue_cli.actions.incoming import check_since

    workspace, wanted = here.workspace, _wanted(here)
    repository = workspace.repository
    now = workspace.examined_at(push.tip)
    changed = {change.path.split("/")[2] for change in repository.changed(push.base or repository.empty_tree(), push.tip, DIALOGUES)}
    scope = Scope({entry.id: () for entry in now.dialogues() if entry.id in changed})
    if not scope.paths:
        return NOTHING
    return check_since(now, workspace.examined_at(push.base), wanted, scope) if push.base else check(now, wanted, scope)


def _guarded(here: Call, prefix: str, push: Push) -> Judged:
    from blue_cli.actions.pushed import plaintexts

    return Judged(prefix, Report(plaintexts(here.workspace.repository, push), 0))


# --- commit-msg --------------------------------------------------------------------------------------------------


def commit_msg(here: Call, words: Sequence[str]) -> list[Judged]:
    """The `Blue-...` lines of the message in the file that git names."""
    from blue_cli.actions import trailers
    from blue_cli.stores.events import EventFolder

    if not words:
        raise WrongCall("which message?", fix="blue hooks run commit-msg .git/COMMIT_EDITMSG")
    top = _repository(here, here.cwd)
    comment = top.answer(["config", "--get", "core.commentChar"]).out.decode("utf-8", "replace").strip()
    text = here.read_file(words[0], MESSAGE_LIMIT).decode("utf-8", "replace")
    message = trailers.written(text, comment if len(comment) == 1 else "#")  # "auto" is a word too
    ports = []
    if trailers.anchored(message):
        ports = [EventFolder(os.path.join(top.top, prefix)) for prefix in _workspaces(here, top)]
    path = os.path.relpath(os.path.realpath(here.path(words[0])), os.path.realpath(top.top))
    return [Judged("", Report(trailers.check(message, path, ports), 1))]


def _workspaces(here: Call, top: Repository) -> Iterable[str]:
    """Every workspace of the repository that is in the index, and the one here."""
    from blue_cli.workspace import find_root

    found = dict.fromkeys(match[1] for path, _ in top.index(".") if (match := _ROOT.match(path)))
    try:
        own = os.path.relpath(os.path.realpath(find_root(here.cwd)), os.path.realpath(top.top))
    except NotFound:
        own = ".."
    if own.split(os.sep)[0] != "..":
        found["" if own == "." else f"{own}/"] = None
    return [prefix for prefix in found if os.path.isdir(os.path.join(top.top, prefix, ".blue"))]
