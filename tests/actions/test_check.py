"""Checking a store: what is looked at, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from blue_cli.actions.check import Scope, Wanted, check, check_alone, check_text, examine, rules_named, scope_of
from blue_cli.dialogue.ids import address_of, uid_in
from blue_cli.errors import NotFound, WrongCall
from blue_cli.stores.base import Snapshot, Store
from blue_cli.stores.files import FilesStore
from blue_cli.stores.memory import MemoryStore
from tests.dialogue.build import head

ALL = Wanted()
DANGLING = "[RE:SUPPORT P0099]\n"


def store_of(*dialogues: dict[str, str], store: Store | None = None) -> Store:
    """Dialogues `d0`, `d1` …, each of paths and texts; `UID` in a text becomes a uid of its own."""
    store = store or MemoryStore()
    for n, files in enumerate(dialogues):
        blobs = {address_of(path): text.encode() for path, text in files.items()}
        store.create(uid_in(blobs.get("dialogue", b""), f"d{n}"), f"d{n}", blobs)
    return store


def native(n: int, **rounds: str) -> dict[str, str]:
    about = head("muffin", "scone").replace("uid: 019b7871-2680-70e4", f"uid: 019b7871-26{n:02d}-70e4")
    return {"dialogue.md": about, **{f"round-0/{slug}.md": text for slug, text in rounds.items()}}


def places(report: object) -> list[str]:
    return [f.path.removeprefix(".blue/dialogues/") for f in report.findings]  # type: ignore[attr-defined]


def test_every_dialogue_is_checked_and_every_file_counted() -> None:
    report = check(store_of(native(0, muffin=DANGLING), native(1, muffin="fine\n", scone=DANGLING)), ALL)
    assert (places(report), report.files, report.complete) == (["d0/round-0/muffin.md", "d1/round-0/scone.md"], 5, True)


def test_a_scope_restricts_to_paths_while_the_whole_dialogue_is_read() -> None:
    store = store_of(
        native(0, muffin="[PERSPECTIVE P01: a]\n", scone="[RE:SUPPORT P0001] [RE:SUPPORT P0099]\n"), native(1, muffin=DANGLING)
    )
    report = check(store, ALL, scope_of([".blue/dialogues/d0/round-0/scone.md"]))
    assert [(f.rule, f.line) for f in report.findings] == [("unregistered", 1), ("dangling-ref", 1)]
    assert report.files == 1
    assert check(store, ALL, scope_of([".blue/dialogues/d0/"])).files == 3


def test_scopes() -> None:
    for everything in (".", "", "..", "../..", ".blue", ".blue/dialogues/"):
        assert scope_of([everything]) == Scope()
    assert scope_of([".blue/dialogues/a/x.md", ".blue/dialogues/a/y.md"]).paths == {
        "a": (".blue/dialogues/a/x.md", ".blue/dialogues/a/y.md")
    }


@pytest.mark.parametrize(
    "path", ["README.md", "../elsewhere", ".blue/dialogues/none", ".blue/dialogues/d0/round-0/eclair.md", ".blue/dialogues/d0/round"]
)
def test_a_path_that_is_no_file_of_a_dialogue(path: str) -> None:
    with pytest.raises(NotFound):
        check(store_of(native(0, muffin=DANGLING)), ALL, scope_of([path]))


def test_rules_are_chosen() -> None:
    store = store_of(native(0, muffin=DANGLING + "[TENSON T01: x]\n"))
    assert [f.rule for f in check(store, Wanted(only=frozenset(["dangling-ref"]))).findings] == ["dangling-ref"]
    assert [f.rule for f in check(store, Wanted(without=frozenset(["dangling-ref"]))).findings] == ["near-miss-marker"]


def test_older_dialogues_are_named_and_their_errors_are_warnings() -> None:
    store = store_of({"round-0/muffin.md": DANGLING})
    report = check(store, ALL)
    assert (report.older, [f.severity for f in report.findings]) == (frozenset(["d0"]), ["warning"])
    assert [f.severity for f in check(store, Wanted(older_as_errors=True)).findings] == ["error"]


def test_a_copied_folder_is_found_also_between_two_processes(tmp_path: Path) -> None:
    for n in range(70):
        folder = tmp_path / ".blue" / "dialogues" / f"d{n:03d}"
        folder.mkdir(parents=True)
        (folder / "dialogue.md").write_text(head("muffin").replace("-2680-", f"-{n % 69:04x}-"))
    for processes in (1, 2):
        report = check(FilesStore(str(tmp_path)), ALL, processes=processes)
        assert [(f.rule, f.path, f.related) for f in report.findings] == [("duplicate-uid", ".blue/dialogues/d069/dialogue.md", ("d000",))]


def test_a_copy_alone_is_found_too() -> None:
    blobs = {address_of(path): text.encode() for path, text in native(0).items()}
    report, _ = examine(Snapshot("copy:d1", "d1", blobs, ""))
    assert [f.rule for f in report.findings] == ["duplicate-uid"]


# --- standard input ----------------------------------------------------------------------------------------------


def test_a_text_is_judged_as_if_it_lay_there() -> None:
    store = store_of(native(0, muffin="---\nblue: 1\nids: {P01: P0001}\n---\n[PERSPECTIVE P01: a]\n"))
    path = ".blue/dialogues/d0/round-1/scone.md"
    report = check_text(store, b"[RE:SUPPORT P0001] [RE:SUPPORT P0099]\n", path, ALL)
    assert [(f.rule, f.path, f.column) for f in report.findings] == [("dangling-ref", path, 32)]
    assert "contribution/01#scone" not in store.load(next(iter(store.dialogues())).uid).blobs


@pytest.mark.parametrize("path", [".blue/dialogues/d0", ".", ".blue/dialogues/d0/../x.md", ".blue/dialogues/d0/.x.md"])
def test_a_text_must_lie_somewhere(path: str) -> None:
    with pytest.raises(WrongCall):
        check_text(store_of(native(0)), b"", path, ALL)


def test_of_a_text_alone_only_what_the_text_says_is_judged() -> None:
    report = check_alone(b"---\nexpert: scone\nround: 3\n---\n[SCONE-T0301: a]\n[RE:SUPPORT P0099]\n[RE:ENDORSE P0001]\n", ALL)
    assert [(f.rule, f.severity, f.path, f.line) for f in report.findings] == [("invalid-ref-type", "error", "-", 7)]
    assert "dangling-ref" in report.skipped and "invalid-ref-type" not in report.skipped


# --- names -------------------------------------------------------------------------------------------------------


def test_rules_are_named_in_lists_and_unknown_ones_refused_with_the_closest() -> None:
    refused: list[tuple[str, list[str]]] = []
    found = rules_named(["limit, encoding", "dangling"], lambda name, near: refused.append((name, near)))
    assert found == {"limit", "encoding"}
    assert [(name, near[0]) for name, near in refused] == [("dangling", "dangling-ref")]
