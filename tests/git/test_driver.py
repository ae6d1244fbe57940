"""blue as git's merge driver and textconv, set up by `blue init --git-config`, in real repositories."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest

from blue_cli.dialogue.ids import address_of
from tests.git.people import ID, Person, colleague, founder

MUFFIN = "round-0/muffin.md"
TEXT = "[TENSION T01: Latency]\nFirst.\n\n1\n2\n3\n4\n\nLast.\n"


def two_sides(person: Person, ours: str, theirs: str) -> None:
    """The same expert's text, changed on two branches; `main` is checked out, with ours."""
    person.add("muffin", TEXT)
    person.commit("base")
    person.branch("other")
    person.add("muffin", theirs, "--replace")
    person.commit("theirs")
    person.git("checkout", "-q", "main")
    person.add("muffin", ours, "--replace")
    person.commit("ours")


def merged(person: Person, ours: str, theirs: str) -> str:
    """What git says of merging them."""
    two_sides(person, ours, theirs)
    return person.git("merge", "--no-edit", "other", status=1 if "OURS" in ours else 0)


APART = (TEXT.replace("Last.", "Last, ours.\n\n[CLAIM C01: mine]"), TEXT.replace("First.", "First, theirs."))
CLASH = (TEXT.replace("\nLast.", "\nOURS"), TEXT.replace("\nLast.", "\nTHEIRS"))


@pytest.fixture
def plain(tmp_path: Path) -> Person:
    return founder(tmp_path, driver=True)


@pytest.fixture
def sealed(tmp_path: Path) -> Person:
    return founder(tmp_path, sealed=True, driver=True)


# --- merging -----------------------------------------------------------------------------------------------------


def test_two_changes_of_one_file_meet(plain: Person) -> None:
    merged(plain, *APART)
    text = plain.path(MUFFIN).read_text()
    assert "First, theirs." in text and "Last, ours." in text and "ids: {T01: T0001, C01: C0001}" in text
    assert "0 errors" in plain.blue("check").out


def test_a_clash_is_one_conflict_with_both_texts_and_the_front_matter_united(plain: Person) -> None:
    said = merged(plain, CLASH[0], CLASH[1] + "\n[CLAIM C01: theirs]\n")
    assert "CONFLICT (content)" in said
    text = plain.path(MUFFIN).read_text()
    assert text.count("<<<<<<<") == 1 and "OURS" in text and "THEIRS" in text
    assert "ids: {T01: T0001, C01: C0001}\n" in text
    assert "error[conflict-marker]" in plain.blue("check", status=1).out


def test_people_added_on_two_branches_are_all_on_the_panel(plain: Person) -> None:
    plain.branch("other")
    plain.blue("expert", "add", "zed:Z", "-d", ID)
    plain.blue("panel", "set", "1", "zed", "-d", ID)
    plain.commit("zed")
    plain.git("checkout", "-q", "main")
    plain.blue("expert", "add", "brioche:B", "-d", ID)
    plain.blue("panel", "set", "2", "brioche", "-d", ID)
    plain.commit("brioche")
    plain.git("merge", "--no-edit", "other")
    listed = plain.blue("experts", "list", "-d", ID).out
    assert "zed" in listed and "brioche" in listed
    assert "zed" in plain.blue("panel", "show", "1", "-d", ID).out and "brioche" in plain.blue("panel", "show", "2", "-d", ID).out


def test_a_rebase_and_a_cherry_pick_merge_as_well(plain: Person) -> None:
    two_sides(plain, *APART)
    plain.git("branch", "before")
    plain.git("rebase", "-q", "other")
    rebased = plain.path(MUFFIN).read_bytes()
    plain.git("reset", "-q", "--hard", "before")
    plain.git("cherry-pick", "other")
    assert plain.path(MUFFIN).read_bytes() == rebased and b"theirs" in rebased and b"ours" in rebased


def test_a_workspace_below_the_top_of_the_repository(tmp_path: Path) -> None:
    person = founder(tmp_path, sealed=True, driver=True, sub="some where")
    merged(person, *APART)
    assert "First, theirs." in person.blue("unseal", "--stdout", MUFFIN, "-d", ID).out
    assert "+First, theirs." in person.git("log", "-p", "other")


DEAD = {
    "gone": "/nonexistent/blue",
    "no module": "python3 -c 'import nothing_of_this_name'",
    "another program": "sh -c 'exit 2'",
    "killed": "sh -c 'kill -9 $$'",
}


def kill(person: Person, program: str) -> None:
    """Have git start this instead of blue."""
    blue = shlex.join([sys.executable, "-m", "blue_cli"])
    for key in ("merge.blue.driver", "diff.blue.textconv"):
        value = person.git("config", "--local", key).rstrip("\n")
        assert blue in value
        person.git("config", "--local", key, value.replace(blue, program))


@pytest.mark.parametrize("program", DEAD.values(), ids=DEAD)
def test_without_a_blue_that_works_git_merges_and_shows_as_it_always_does(plain: Person, program: str) -> None:
    kill(plain, program)
    said = merged(plain, *CLASH)
    assert "CONFLICT (content)" in said
    text = plain.path(MUFFIN).read_text()
    assert "<<<<<<<" in text and "OURS" in text and "THEIRS" in text
    plain.git("merge", "--abort")
    assert "+THEIRS" in plain.git("log", "-p", "other")


def test_blue_is_not_started_to_show_what_is_not_sealed(plain: Person) -> None:
    kill(plain, "sh -c 'touch started; exit 1'")
    plain.add("muffin", TEXT)
    plain.commit("one")
    assert "+[TENSION T01: Latency]" in plain.git("show")
    assert not (plain.root / "started").exists()


def test_nothing_is_set_for_anybody_else(tmp_path: Path) -> None:
    person = founder(tmp_path, driver=True)
    assert ".gitattributes" in person.git("ls-files")
    assert list((tmp_path / "home").iterdir()) == []
    other = colleague(tmp_path, "other")  # has the attributes, not the settings: git's own merge
    assert "blue" not in other.git("config", "--local", "-l")
    assert "CONFLICT" in merged(other, *CLASH)


# --- sealed ------------------------------------------------------------------------------------------------------


def stored(person: Person) -> str:
    """Everything that git has, and everything in the work tree, as text."""
    objects = person.git("cat-file", "--batch-all-objects", "--batch", "--unordered")
    return objects + "".join(path.read_bytes().decode("utf-8", "replace") for path in person.root.rglob("*") if path.is_file())


def opened(person: Person, inside: str = MUFFIN) -> str:
    return person.blue("unseal", "--stdout", inside, "-d", ID).out


def test_sealed_changes_of_one_file_meet_in_memory(sealed: Person) -> None:
    merged(sealed, *APART)
    assert "First, theirs." in opened(sealed) and "Last, ours." in opened(sealed)
    assert "0 errors" in sealed.blue("check").out
    assert "First" not in stored(sealed) and "Latency" not in stored(sealed)
    assert sealed.git("status", "--porcelain", "--", ".blue/dialogues") == ""


def test_two_sealed_texts_that_clash_leave_ours_sealed_and_name_the_way_out(sealed: Person) -> None:
    said = merged(sealed, *CLASH)
    assert "CONFLICT (content)" in said and "both branches changed the same place in it" in said
    assert "UU .blue/dialogues/cache/round-0/muffin.md" in sealed.git("status", "--porcelain")
    assert "OURS" in opened(sealed) and "<<<" not in sealed.path(MUFFIN).read_text()
    assert "OURS" not in stored(sealed) and "THEIRS" not in stored(sealed)
    way = f"git cat-file --textconv :3:.blue/dialogues/{ID}/{MUFFIN}"
    assert way in said
    theirs = sealed.git(*way.split()[1:])
    assert "THEIRS" in theirs and "SEALED" not in theirs
    sealed.add("muffin", TEXT.replace("\nLast.", "\nBoth."), "--replace")
    sealed.commit("both")
    assert "Both." in opened(sealed) and "0 errors" in sealed.blue("check").out


def test_what_others_wrote_in_sight_of_either_text_keeps_nobody_from_writing(sealed: Person, tmp_path: Path) -> None:
    sealed.add("muffin", TEXT)
    sealed.commit("base")
    sealed.branch("other")
    other = Person(sealed.root, sealed.home)
    other.env["XDG_STATE_HOME"] = str(tmp_path / "elsewhere")  # who has not seen what ours wrote: both are revision 2
    other.add("muffin", CLASH[1], "--replace")
    other.add("scone", "[MOVE:CONVERGE]\n")
    sealed.commit("theirs")
    sealed.git("checkout", "-q", "main")
    sealed.add("muffin", CLASH[0], "--replace")
    sealed.add("eclair", "[MOVE:CONVERGE]\n")
    sealed.commit("ours")
    sealed.git("merge", "--no-edit", "other", status=1)
    sealed.add("muffin", TEXT.replace("\nLast.", "\nBoth."), "--replace")
    sealed.commit("both")
    assert "Both." in opened(sealed) and "0 errors" in sealed.blue("check").out


def test_without_the_key_ours_stays_and_with_it_the_merge_is_done_again(sealed: Person) -> None:
    key = sealed.home / ".blue"
    two_sides(sealed, *APART)
    before = sealed.path(MUFFIN).read_bytes()
    shutil.move(key, sealed.home / "away")
    said = sealed.git("merge", "--no-edit", "other", status=1)
    assert sealed.path(MUFFIN).read_bytes() == before
    assert "no key here opens it" in said and "umk#" in said
    shutil.move(sealed.home / "away", key)
    sealed.git("checkout", "-m", "--", f".blue/dialogues/{ID}/{MUFFIN}")
    assert "First, theirs." in opened(sealed) and "Last, ours." in opened(sealed)


def test_people_and_keys_added_to_a_sealed_dialogue_on_two_branches(sealed: Person, tmp_path: Path) -> None:
    keys = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        person = Person(sealed.root, tmp_path / name)
        person.blue("key", "new")
        keys.append(f"file:{tmp_path / name / '.blue/keys/umk.key'}")
    sealed.branch("other")
    sealed.blue("expert", "add", "zed:Secret", "-d", ID)
    sealed.blue("seal", "--add", keys[0], "-d", ID)
    sealed.commit("theirs")
    sealed.git("checkout", "-q", "main")
    sealed.blue("expert", "add", "brioche:Secret", "-d", ID)
    sealed.blue("seal", "--add", keys[1], "-d", ID)
    sealed.commit("ours")
    sealed.git("merge", "--no-edit", "other")
    for home in ("home", "a", "b"):
        person = Person(sealed.root, tmp_path / home)
        listed = person.blue("experts", "list", "-d", ID).out
        assert "zed" in listed and "brioche" in listed
    assert "0 errors" in sealed.blue("check").out and "Secret" not in stored(sealed)


def test_a_data_key_that_was_renewed_on_the_other_branch(sealed: Person) -> None:
    """Their file is sealed with a key that only their dialogue.md has; git says which commit that is in."""
    sealed.add("muffin", TEXT)
    sealed.commit("base")
    sealed.branch("other")
    sealed.blue("key", "rotate", "-d", ID)
    sealed.add("muffin", APART[1], "--replace")
    sealed.commit("theirs")
    sealed.git("checkout", "-q", "main")
    sealed.add("muffin", APART[0], "--replace")
    sealed.commit("ours")
    sealed.git("merge", "--no-edit", "other")
    assert "First, theirs." in opened(sealed) and "Last, ours." in opened(sealed)
    assert "0 errors" in sealed.blue("check").out


@pytest.mark.parametrize("program", DEAD.values(), ids=DEAD)
def test_without_a_blue_that_works_two_sealed_texts_are_never_mixed(sealed: Person, program: str) -> None:
    kill(sealed, program)
    two_sides(sealed, *APART)
    before = sealed.path(MUFFIN).read_bytes()
    assert "CONFLICT" in sealed.git("merge", "--no-edit", "other", status=1)
    assert sealed.path(MUFFIN).read_bytes() == before
    assert "BEGIN BLUE SEALED ROUND" in sealed.git("show", "other")


# --- textconv ----------------------------------------------------------------------------------------------------


@pytest.fixture
def story(sealed: Person) -> Person:
    """A sealed dialogue with a file of every kind, each changed or added in the last commit."""
    sealed.add("muffin", TEXT)
    sealed.commit("one")
    sealed.add("muffin", TEXT.replace("First.", "First, changed."), "--replace")
    sealed.add("scone", "[MOVE:CONVERGE]\n")
    sealed.blue("rule", "T0001", "accept", "--reason", "Reason of the judge", "-d", ID)
    sealed.blue("expert", "add", "zed:Role of zed", "-d", ID)
    sealed.blue("verdict", "add", "-d", ID, "--kind", "interim", "--recommendation", "Recommend it", "-", text="Because.\n")
    sealed.commit("two")
    return sealed


SHOWN = ("-First.", "+First, changed.", "+[MOVE:CONVERGE]", "Reason of the judge", "Role of zed", "+recommendation: Recommend it")


@pytest.mark.parametrize("words", [["show"], ["log", "-p", "-1"], ["diff", "HEAD~1", "HEAD"], ["diff", "HEAD~1"]], ids=" ".join)
def test_who_has_the_key_reads_sealed_rounds_in_git(story: Person, words: list[str]) -> None:
    said = story.git(*words)
    assert all(text in said for text in SHOWN) and "BEGIN BLUE" not in said


def test_a_change_that_is_not_committed_yet_is_shown_too(story: Person) -> None:
    story.add("scone", "[MOVE:CONVERGE]\nNow.\n", "--replace")
    assert "+Now." in story.git("diff") and "BEGIN BLUE" not in story.git("diff")


def test_a_dialogue_that_is_on_another_branch_only_is_shown_from_there(story: Person) -> None:
    """A colleague's new dialogue, read before it is merged."""
    story.branch("review")
    story.blue("dialogue", "new", "Secret review", "--id", "new", "--sealed", "--expert", "muffin:Cooks")
    story.blue("round", "add", "--expert", "muffin", "-d", "new", "-", text="[TENSION T01: A new one]\n")
    story.commit("new")
    story.git("checkout", "-q", "main")
    said = story.git("show", "review")
    assert "+[TENSION T01: A new one]" in said and "+title: Secret review" in said


def test_who_has_no_key_sees_the_sealed_text_and_no_error(story: Person, tmp_path: Path) -> None:
    (tmp_path / "nobody").mkdir()
    nobody = Person(story.root, tmp_path / "nobody")
    for words in (["show"], ["log", "-p"], ["diff", "HEAD~1"]):
        said = nobody.git(*words)
        assert "BEGIN BLUE SEALED ROUND" in said and "First" not in said and "fatal" not in said


def test_git_keeps_no_text_that_it_has_shown(story: Person) -> None:
    story.git("log", "-p")
    assert "First, changed" not in stored(story)


def test_a_file_that_git_names_in_an_older_way_is_opened_by_trying(story: Person, tmp_path: Path) -> None:
    """Before 2.33 git put six letters and `_` before the name; a name that says nothing is tried against those there are."""
    for path in story.files():
        if not path.endswith(".md"):
            continue
        for name in (f"a1b2C3_{path.rpartition('/')[2]}", "x"):
            (tmp_path / name).write_bytes(story.path(path).read_bytes())
            said = story.blue("merge-file", "--textconv", str(tmp_path / name)).out
            assert "BEGIN BLUE" not in said, (address_of(path), name)
