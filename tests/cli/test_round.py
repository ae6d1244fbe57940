"""`blue round add|list|show` as people and scripts call it."""

from __future__ import annotations

import io
import os
import shlex
from pathlib import Path

import pytest

from blue_cli.views.added import without_template
from tests.cli.program import Keyboard, Said, Terminal, blue

HOME = {"HOME": "/nonexistent"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with the dialogue `cache`."""
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    assert blue("dialogue", "new", "Cache", "--id", "cache", "--expert", "muffin:A", "--expert", "scone:B", cwd=tmp_path).status == 0
    return tmp_path


def add(root: Path, *words: str, text: str | bytes = "x\n", env: dict[str, str] | None = None) -> Said:
    data = text if isinstance(text, bytes) else text.encode()
    return blue("round", "add", *words, cwd=root, env={**HOME, **(env or {})}, stdin=io.BytesIO(data))


def written(root: Path, round: int = 0, expert: str = "muffin") -> str:
    return (root / f".blue/dialogues/cache/round-{round}/{expert}.md").read_bytes().decode()


# --- where the text comes from ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("--expert", "muffin"), ("-", "--expert", "muffin"), ("--expert", "@Muffin")])
def test_from_a_pipe(root: Path, words: tuple[str, ...]) -> None:
    assert add(root, *words).status == 0
    assert written(root).endswith("---\nx\n")


def test_whose_it_is_may_stand_in_the_environment(root: Path) -> None:
    assert add(root, env={"BLUE_EXPERT": "muffin"}).status == 0
    assert add(root, env={"BLUE_EXPERT": "muffin", "BLUE_DIALOGUE": "nothing"}).status == 3


def test_files_are_looked_for_where_c_points_to(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (root / "muffin.md").write_text("[RE:ADDRESS T0011]\n")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    said = blue("-C", str(root), "round", "add", "muffin.md", cwd=elsewhere)
    retry = said.err.partition("mend it, then: ")[2].splitlines()[0]
    assert (said.status, retry) == (1, f"blue -C {root} round add muffin.md -d cache")
    (root / "muffin.md").write_text("mended\n")
    assert blue(*shlex.split(retry)[1:], cwd=elsewhere).status == 0


@pytest.mark.parametrize(
    ("make", "status"),
    [
        (lambda p: None, 3),
        (lambda p: p.mkdir(), 2),
        (os.mkfifo, 2),
        (lambda p: p.symlink_to("/dev/zero"), 2),
        (lambda p: p.symlink_to("gone"), 3),
        (lambda p: p.write_bytes(b"\xff\xfe"), 1),
        (lambda p: p.write_bytes(b""), 1),
        (lambda p: p.write_bytes(b"x\n" * (1 << 20)), 1),
    ],
)
def test_what_is_no_text_file_hangs_nobody(root: Path, make: object, status: int) -> None:
    make(root / "muffin.md")  # type: ignore[operator]
    assert blue("round", "add", "muffin.md", cwd=root).status == status


def test_more_input_than_anybody_writes(root: Path) -> None:
    said = add(root, "--expert", "muffin", text=b"x\n" * (33 << 20))
    assert (said.status, "longer than" in said.err) == (2, True)


@pytest.mark.parametrize("name", ["a" * 300, "x\x1b[2Jy.md", "-.md", "[/].md", "ünï.md", "CON.md", "\udcff.md"])
def test_names_of_files_are_shown_and_never_obeyed(root: Path, name: str) -> None:
    said = blue("round", "add", "--expert", "muffin", "--", name, cwd=root)
    assert said.status in (2, 3)
    assert "\x1b" not in said.err


def test_a_file_whose_name_looks_like_an_option_can_be_tried_again(root: Path) -> None:
    (root / "-x.md").write_text("[RE:ADDRESS T0011]\n")
    said = blue("round", "add", "--expert", "muffin", "--json", "--", "-x.md", cwd=root)
    assert said.json["retry"] == "blue round add -d cache --expert muffin -- -x.md"


@pytest.mark.parametrize("words", [("a.md", "b.md", "--expert", "muffin"), ("-", "-"), ("--round", "two"), ("muffin.md", "--expert")])
def test_wrong_calls(root: Path, words: tuple[str, ...]) -> None:
    assert add(root, *words).status == 2


# --- the editor ----------------------------------------------------------------------------------------------------


def typed(root: Path, script: str, *words: str) -> Said:
    """What happens when somebody at a terminal has an editor that does this to `$1`."""
    editor = root / "editor.sh"
    editor.write_text(f"#!/bin/sh\n{script}\n")
    editor.chmod(0o755)
    env = {**HOME, "VISUAL": str(editor), "PATH": os.environ["PATH"], "TERM": "dumb"}
    return blue("round", "add", *words, cwd=root, env=env, stdin=Keyboard(), stdout=Terminal(), stderr=Terminal())


def test_the_template_teaches_the_markers_and_is_no_part_of_the_text(root: Path) -> None:
    add(root, "--expert", "scone", text="[TENSION T01: What of --> this?]\n")
    said = typed(root, 'cp "$1" seen.md; printf "[RE:ADDRESS T0001]\\n" | cat - "$1" > new; cat new > "$1"', "--expert", "muffin")
    assert said.status == 0
    seen = (root / "seen.md").read_text()
    for word in ("muffin, round 0 of Cache", "T0001  What of", "[TENSION T01: ", "[RE:RESOLVE T0001]", "[MOVE:CONVERGE]"):
        assert word in seen
    assert seen.count("-->") == 1
    assert written(root).endswith("---\n[RE:ADDRESS T0001]\n")


def test_nothing_typed_is_nothing_written(root: Path) -> None:
    assert typed(root, "true", "--expert", "muffin").status == 1
    assert typed(root, "false", "--expert", "muffin").status == 7
    emptied = typed(root, ': > "$1"', "--expert", "muffin")
    assert (emptied.status, "your text is kept" in emptied.err, "mend it" in emptied.err) == (1, False, False)
    assert not (root / ".blue/dialogues/cache/round-0").exists()


def test_a_text_that_is_refused_is_kept_and_can_be_mended(root: Path) -> None:
    said = typed(root, 'echo "[RE:ADDRESS T0011]" > "$1"', "--expert", "muffin")
    retry = shlex.split(said.err.partition("mend it, then: ")[2].splitlines()[0])
    kept = Path(next(word for word in retry if word.endswith(".md")))
    assert (said.status, kept.read_text(), kept.stat().st_mode & 0o777) == (1, "[RE:ADDRESS T0011]\n", 0o600)
    kept.write_text("mended\n")
    assert blue(*retry[1:], cwd=root).status == 0
    kept.unlink()


def test_so_is_one_for_which_it_became_too_late(root: Path) -> None:
    """Somebody else writes the same contribution while this one is typed."""
    (root / ".blue/dialogues/cache/round-0").mkdir()
    said = typed(root, 'echo theirs > .blue/dialogues/cache/round-0/muffin.md; echo mine > "$1"', "--expert", "muffin")
    retry = shlex.split(said.err.partition("your text is kept: ")[2].splitlines()[0])
    kept = Path(next(word for word in retry if word.endswith(".md")))
    assert (said.status, kept.read_text()) == (5, "mine\n")
    kept.unlink()


def test_the_editor_does_not_open_for_what_could_not_be_added(root: Path) -> None:
    add(root, "--expert", "muffin")
    for words, status in [(("--expert", "muffin"), 5), (("--expert", "mufin"), 1), ((), 2), (("--expert", "scone", "--round", "100"), 1)]:
        assert typed(root, "touch opened", *words).status == status
    assert not (root / "opened").exists()
    assert add(root, "--edit", "--expert", "scone").status == 2, "a script has no editor"
    assert typed(root, "touch opened", "--expert", "scone", "--no-input").status == 2


def test_a_file_is_edited_first_and_a_replacement_begins_as_what_it_replaces(root: Path) -> None:
    (root / "muffin.md").write_text("draft\n")
    assert typed(root, 'sed -i s/draft/better/ "$1"', "muffin.md", "--edit").status == 0
    assert written(root).endswith("---\nbetter\n")
    assert typed(root, 'sed -i s/better/best/ "$1"', "--expert", "muffin", "--replace", "--edit").status == 0
    assert written(root).endswith("---\nbest\n")
    (root / "scone.md").write_text("draft\n")
    assert typed(root, "touch opened", "muffin.md", "scone.md", "--edit").status == 2
    assert not (root / "opened").exists()


def test_a_comment_of_ones_own_stays() -> None:
    assert without_template("one\n\n<!--\nmine\n-->\ntwo\n") == "one\n\n<!--\nmine\n-->\ntwo\n"


# --- reading ---------------------------------------------------------------------------------------------------------


def test_rounds_in_figures(root: Path) -> None:
    add(root, "--expert", "muffin", text="[TENSION T01: a]\n\n[PERSPECTIVE P01: b]\n\n[MOVE:CONVERGE]\n")
    assert blue("round", "list", cwd=root).out == "0\t1\t2\t1\t1\t2\t50%\tcache\n"
    assert blue("rounds", cwd=root).out == blue("round", "list", cwd=root).out
    assert blue("round", "list", "--columns", "velocity,round", cwd=root).out == "2\t0\n"
    assert blue("round", "list", "--columns", "velocty", cwd=root).status == 2
    (item,) = blue("round", "list", "--json", cwd=root).json["items"]
    assert (item["velocity"], item["writers"], item["signals"]) == (2, ["muffin"], ["muffin"])


def test_one_round(root: Path) -> None:
    label = "a rather long label that no pipe may cut off " * 5
    add(root, "--expert", "muffin", text=f"[TENSION T01: {label.strip()}]\n")
    out = blue("round", "show", "0", cwd=root).out
    assert label.strip() in out
    assert "not yet: scone" in out
    assert blue("round", "show", "1", cwd=root).status == 3
    assert blue("round", "show", "one", cwd=root).status == 2
    assert blue("round", "show", "0", "--json", cwd=root).json["contributions"][0]["added"] == ["T0001"]
