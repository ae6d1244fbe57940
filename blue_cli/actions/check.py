"""Check dialogues: a snapshot in, findings out; and the same asked of every dialogue.

What is checked is a `Snapshot`, never a folder, so staged files, an old revision and standard input are checked by the
same code as the files that lie there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.actions.everywhere import ask
from blue_cli.actions.load import fold
from blue_cli.dialogue import document, frontmatter, rules
from blue_cli.dialogue.ids import LAST_ROUND, address_of, contribution, is_name, is_path, path_of, uid_in
from blue_cli.dialogue.rulebook import RULES, Rule
from blue_cli.dialogue.sources import FOLDER
from blue_cli.errors import Finding, NotFound, WrongCall
from blue_cli.stores.base import Snapshot, Store, Unread
from blue_cli.views.findings import Report

COPY = "copy:"  # how a store calls a dialogue whose uid another one has


class Wanted(NamedTuple):
    """What to report: rules (all when `only` is empty), and whether errors in older dialogues stay errors."""

    only: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    older_as_errors: bool = False


class Scope(NamedTuple):
    """Where to look: dialogue ids with the paths in them that are asked about, relative to the workspace's root; every
    dialogue when it is empty."""

    paths: Mapping[str, tuple[str, ...]] = {}


EVERY, EVERYWHERE = Wanted(), Scope()
# id, uid, older, files, complete, findings, rules that were skipped
Answer = tuple[str, str, bool, int, bool, list[tuple[Any, ...]], tuple[str, ...]]


def examine(snapshot: Snapshot, wanted: Wanted = EVERY, paths: Sequence[str] = ()) -> tuple[Report, str]:
    """What is wrong with one dialogue, and the uid it says it has. With `paths` only what is wrong with those; each must
    be there (`NotFound`)."""
    graph = fold(snapshot)
    found = rules.check(graph, snapshot.blobs, wanted.older_as_errors)
    if snapshot.uid.startswith(COPY):
        found += rules.copies((("another dialogue", graph.meta.uid), (snapshot.id, graph.meta.uid)))
    files = len(snapshot.blobs)
    if paths:
        found, files = _inside(snapshot, found, paths)
    older = frozenset() if graph.meta.native else frozenset([snapshot.id])
    skipped: tuple[str, ...] = ()
    if snapshot.seal is not None and snapshot.seal.locked:
        skipped = tuple(rule for rule in RULES if rule not in rules.UNOPENED)
        found = [f for f in found if f.rule not in skipped]
    report = Report(list(rules.select(found, wanted.only, wanted.without)), files, older, skipped, graph.complete)
    return report, graph.meta.uid


def _inside(snapshot: Snapshot, found: Iterable[Finding], paths: Sequence[str]) -> tuple[list[Finding], int]:
    """The findings on these paths, and how many files they are. `NotFound` for one that is none."""
    folder = f"{FOLDER}{snapshot.id}/"
    there = [folder + path_of(address) for address in snapshot.blobs]
    known = [*there, *(folder + entry.path for entry in snapshot.unread)]
    for path in paths:
        if not any(covers(path, other) for other in known):
            raise NotFound(f"no such file: {path}", path=path)
    files = sum(any(covers(path, other) for path in paths) for other in there)
    return [f for f in found if any(covers(path, f.path) for path in paths)], files


def covers(path: str, other: str) -> bool:
    """Whether a path is another one, or a folder that holds it."""
    return other == path or other.startswith(f"{path.rstrip('/')}/")


def check(store: Store, wanted: Wanted, scope: Scope = EVERYWHERE, processes: int = 1) -> Report:
    """Every dialogue of a store, or those of a scope. `NotFound` for one that is not there."""

    def question(store: Store, uid: str) -> Answer:
        snapshot = store.load(uid)
        report, own = examine(snapshot, wanted, scope.paths.get(snapshot.id, ()))
        return _answer(snapshot.id, own, report)

    if scope.paths:
        return _together([question(store, uid) for uid in uids_of(store, scope)], wanted)
    return _together(list(ask(store, question, processes)), wanted)


def _answer(id: str, uid: str, report: Report) -> Answer:
    return id, uid, bool(report.older), report.files, report.complete, [tuple(f) for f in report.findings], report.skipped


def uids_of(store: Store, scope: Scope) -> list[str]:
    """The uids of the dialogues of a scope (all when it is empty), in the order of the listing."""
    entries = list(store.dialogues())
    missing = set(scope.paths) - {entry.id for entry in entries}
    if missing:
        raise NotFound(f'no dialogue "{min(missing)}"', fix="blue dialogue list")
    return [entry.uid for entry in entries if not scope.paths or entry.id in scope.paths]


def _together(answers: Sequence[Answer], wanted: Wanted) -> Report:
    """One report of all answers; copies are only seen from here, since the answers may come from two processes."""
    copies = list(rules.select(rules.copies((id, uid) for id, uid, *_ in answers), wanted.only, wanted.without))
    known = {(f.rule, f.path) for f in copies}  # with the name of the other one, which a dialogue alone cannot tell
    findings = [Finding(*fields) for answer in answers for fields in answer[5]]
    findings = [f for f in findings if (f.rule, f.path) not in known] + copies
    return Report(
        sorted(findings, key=lambda f: (f.path, f.line, f.column)),
        sum(answer[3] for answer in answers),
        frozenset(answer[0] for answer in answers if answer[2]),
        tuple(rule for rule in RULES if any(rule in answer[6] for answer in answers)),
        all(answer[4] for answer in answers),
    )


# --- what is asked about -------------------------------------------------------------------------------------


def scope_of(paths: Iterable[str]) -> Scope:
    """The scope of paths relative to the root, with `/` between parts. `NotFound` for one outside every dialogue."""
    found: dict[str, list[str]] = {}
    for path in paths:
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if all(part == ".." for part in parts) or parts in ([".blue"], [".blue", "dialogues"]):
            return EVERYWHERE
        if parts[:2] != [".blue", "dialogues"]:
            raise NotFound(f"{path} belongs to no dialogue", why="dialogues lie in .blue/dialogues", path=path)
        found.setdefault(parts[2], []).append("/".join(parts))
    return Scope({id: tuple(some) for id, some in found.items()})


def check_text(store: Store, data: bytes, path: str, wanted: Wanted) -> Report:
    """A text judged as if it lay at `path` (relative to the root, in a dialogue that is there)."""
    scope = scope_of([path])
    inside = path.removeprefix(FOLDER).partition("/")[2]
    if len(scope.paths) != 1 or not inside or not is_path(inside):
        raise WrongCall(f"--stdin-path {path}: no path of a file in a dialogue", fix="as in .blue/dialogues/ID/round-0/muffin.md")
    snapshot = store.load(uids_of(store, scope)[0])
    blobs = dict(sorted({**snapshot.blobs, address_of(inside): data}.items()))
    return examine(with_blobs(snapshot, blobs), wanted, (f"{FOLDER}{snapshot.id}/{inside}",))[0]


def check_alone(data: bytes, wanted: Wanted) -> Report:
    """What can be said of a text alone; the rules that need more are skipped, and named."""
    fields, _ = frontmatter.read(document.read(data).front or "")
    slug, round = fields.get("expert"), fields.get("round")
    slug = slug if isinstance(slug, str) and is_name(slug) else "expert"
    round = round if isinstance(round, int) and 0 <= round <= LAST_ROUND else 0
    blobs = {contribution(round, slug): data}
    report, _ = examine(Snapshot("older:-", "-", blobs, ""), wanted._replace(older_as_errors=True))
    mine = f"{FOLDER}-/round-{round}/{slug}.md"
    findings = [f._replace(path="-") for f in report.findings if f.rule in rules.ALONE and f.path == mine]
    return Report(findings, 1, skipped=tuple(rule for rule in RULES if rule not in rules.ALONE))


def with_blobs(snapshot: Snapshot, blobs: Mapping[str, bytes]) -> Snapshot:
    """The snapshot with other blobs; nothing can be committed on top of it."""
    return Snapshot(snapshot.uid, snapshot.id, blobs, "", snapshot.unread, snapshot.seal)


def check_example(rule: Rule) -> Report:
    """What a check says of a rule's example."""
    folders: dict[str, dict[str, str]] = {}
    for path, text in rule.example.items():
        id, _, inside = path.partition("/")
        folders.setdefault(id, {})[inside] = text
    answers: list[Answer] = []
    for id, files in sorted(folders.items()):
        blobs = {address_of(path): text.encode() for path, text in files.items() if is_path(path)}
        unread = [Unread(path, "unsafe-name") for path in files if not is_path(path)]
        report, uid = examine(_without_keys(Snapshot(uid_in(blobs.get("dialogue", b""), id), id, blobs, "", unread)))
        answers.append(_answer(id, uid, report))
    return _together(answers, EVERY)


def _without_keys(raw: Snapshot) -> Snapshot:
    """What somebody without any key sees."""
    from blue_cli.stores.sealed import holds_seal

    if not holds_seal(raw.blobs):
        return raw
    from blue_cli.crypto.keyring import KeyRing
    from blue_cli.stores import opening

    return opening.snapshot(raw, opening.look(raw, lambda: KeyRing(())))


# --- names of rules ------------------------------------------------------------------------------------------


def rules_named(words: Iterable[str], refuse: Callable[[str, list[str]], None]) -> frozenset[str]:
    """The rules of comma-separated lists; `refuse` gets each word that is none, with the closest names."""
    from difflib import get_close_matches

    named = [name.strip() for word in words for name in word.split(",") if name.strip()]
    for name in named:
        if name not in RULES:
            refuse(name, get_close_matches(name, RULES, 3))
    return frozenset(name for name in named if name in RULES)
