"""Where the commands of `blue round run` come from, what is done with them, and what whoever gets it wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.panel import CRASHING, GOOD, ID, JUDGE, blue, script, sit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sit(tmp_path)


def settings(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)


def of_user(tmp_path: Path, text: str) -> dict[str, str]:
    """A user whose settings say this; the environment that means them."""
    settings(tmp_path / "config" / "blue", text)
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_STATE_HOME": str(tmp_path / "state")}


def asked(root: Path, *words: str, **env: str) -> dict[str, str]:
    """Who would be asked with what."""
    said = blue(root, "round", "run", "--dry-run", "--json", *words, **env)
    assert said.status == 0, said
    return {call["expert"]: call["command"] for call in said.json["calls"]}


# --- where they come from ----------------------------------------------------------------------------------------------


def test_the_command_line_outdoes_the_environment_and_that_the_users_settings(root: Path, tmp_path: Path) -> None:
    env = of_user(tmp_path, f'[run]\nwith = "{GOOD} user"\njudge = "{JUDGE}"\n')
    assert asked(root, **env) == {"muffin": f"{GOOD} user", "scone": f"{GOOD} user", "judge": JUDGE}
    env["BLUE_RUN_WITH"] = f"{GOOD} env\nscone={GOOD} own"
    assert asked(root, **env) == {"muffin": f"{GOOD} env", "scone": f"{GOOD} own", "judge": JUDGE}
    env["BLUE_RUN_JUDGE"] = GOOD
    assert asked(root, "--with", f"{GOOD} flag", **env) == {"muffin": f"{GOOD} flag", "scone": f"{GOOD} flag", "judge": GOOD}


def test_one_command_for_each(root: Path, tmp_path: Path) -> None:
    env = of_user(tmp_path, f'[run]\nwith = ["{GOOD} a", "scone={GOOD} b"]\n')
    assert asked(root, **env) == {"muffin": f"{GOOD} a", "scone": f"{GOOD} b"}
    assert asked(root, "--with", f"SCONE={GOOD} 'c d'", "--with", GOOD) == {"muffin": GOOD, "scone": f"{GOOD} 'c d'"}


def test_those_of_a_repository_are_not_run_until_it_is_trusted(root: Path, tmp_path: Path) -> None:
    trap = script(root, "trap", "touch started")
    settings(root / ".blue", f'[run]\nwith = "{trap}"\njudge = "{trap}"\n')
    env = of_user(tmp_path, "")
    said = blue(root, "round", "run", **env)
    assert said.status == 2 and "no command for muffin, scone" in said.err
    assert f'run.with = "{trap}" is ignored' in said.err
    assert said.err.count("is ignored\n  why: a repository may not choose programs") == 2
    assert blue(root, "dialogue", "run", "--with", CRASHING, "--retries", "0", **env).status == 1
    assert not (root / "started").exists()
    assert blue(root, "trust", **env).status == 0
    assert asked(root, **env) == {"muffin": trap, "scone": trap, "judge": trap}


def test_what_a_repository_says_does_not_outdo_the_user_unless_it_is_trusted(root: Path, tmp_path: Path) -> None:
    settings(root / ".blue", f'[run]\nwith = "{GOOD} repository"\n')
    env = of_user(tmp_path, f'[run]\nwith = "{GOOD} user"\n')
    assert asked(root, **env) == {"muffin": f"{GOOD} user", "scone": f"{GOOD} user"}


def test_the_doctor_says_which_and_from_where(root: Path, tmp_path: Path) -> None:
    env = of_user(tmp_path, f'[run]\nwith = ["{GOOD}", "scone={GOOD} b"]\n')
    out = blue(root, "doctor", "settings", BLUE_RUN_JUDGE=JUDGE, **env).out
    assert f"settings.run.with\tok\t{GOOD}, scone={GOOD} b (from user settings)" in out
    assert f"settings.run.judge\tok\t{JUDGE} (from $BLUE_RUN_JUDGE)" in out


# --- what is done with them --------------------------------------------------------------------------------------------


def test_no_shell_reads_a_command_and_whoever_meant_one_is_told(root: Path) -> None:
    said = blue(root, "round", "run", "--with", f"{CRASHING} | touch {root}/made", "--for", "muffin", "--retries", "0")
    assert not (root / "made").exists()
    assert f"hint: | is given to {CRASHING} as a word, since no shell reads the command; if one should: --shell" in said.err


def test_a_shell_reads_it_when_that_is_said(root: Path) -> None:
    said = blue(root, "round", "run", "--shell", "--with", f"{GOOD} | sed 's/Reads/Many reads/' && echo by {{expert}} >&2", "-d", ID)
    assert said.status == 0 and "scone says: by scone" in said.err
    assert "Many reads" in (root / f".blue/dialogues/{ID}/round-0/muffin.md").read_text()


def test_names_are_put_in(root: Path) -> None:
    say = script(root, "say", 'printf "[CLAIM C01: %s, %s, %s, %s]\\n" "$1" "$2" "$BLUE_EXPERT" "$BLUE_DIALOGUE"')
    assert blue(root, "round", "run", "--with", f"{say} {{expert}}-{{round}} '{{role}}'").status == 0
    assert f"[CLAIM C01: scone-0, Role of scone, scone, {ID}]" in (root / f".blue/dialogues/{ID}/round-0/scone.md").read_text()


def test_a_command_may_stand_in_the_folder_of_the_call(root: Path) -> None:
    (root / "sub").mkdir()
    script(root / "sub", "mine", f"exec {GOOD}")
    assert blue(root, "-C", "sub", "round", "run", "--with", "./mine").status == 0


def test_programs_are_looked_for_where_they_will_be_started(root: Path) -> None:
    (root / "bin").mkdir()
    script(root / "bin", "mine", f"exec {GOOD}")
    assert blue(root, "round", "run", "--with", "mine", "--dry-run").status == 2
    assert blue(root, "round", "run", "--with", "mine", PATH=f"{root}/bin:/usr/bin:/bin").status == 0


# --- what whoever gets it wrong is told --------------------------------------------------------------------------------

WRONG = [
    ((), 2, "no command for muffin, scone", "--with 'CMD' for everybody"),
    (("--with", f"muffin={GOOD}"), 2, "no command for scone", "--with scone='CMD'"),
    (("--with", "no-such-program -m x"), 2, "no program no-such-program", "install it, or name another"),
    (("--with", "~/llm"), 2, "no program ~/llm", "write the place out, or have a shell read it: --shell"),
    (("--with", "./plain"), 2, "no program ./plain", "chmod +x ./plain"),
    (("--with", "cat 'x"), 2, "is no command line", "check its quotes"),
    (("--with", ""), 2, "the command is empty", "--with 'CMD …'"),
    (("--with", f"zed={GOOD}"), 2, "there is no zed on the panel", "--with 'env zed=… CMD'"),
    (("--with", GOOD, "--with", JUDGE), 2, "two commands for everybody", "SLUG=CMD for single experts"),
    (("--with", GOOD, "--for", "scon"), 3, "no expert 'scon'", "did you mean scone?"),
    (("--with", GOOD, "--round", "100"), 2, "rounds go from 0 to 99", "--round N"),
    (("--with", GOOD, "--jobs", "0"), 2, "--jobs", ""),
    (("--with", GOOD, "--keep-log", ".blue/dialogues/log"), 2, "--keep-log .blue/dialogues/log: not into", "name a folder somewhere else"),
]


@pytest.mark.parametrize(("words", "status", "error", "fix"), WRONG, ids=[" ".join(words)[-24:] or "nothing" for words, *_ in WRONG])
def test_what_is_wrong_is_said_with_what_to_do_and_nobody_is_asked(
    root: Path, words: tuple[str, ...], status: int, error: str, fix: str
) -> None:
    (root / "plain").write_text("no program")
    said = blue(root, "round", "run", *words)
    assert (said.status, said.out) == (status, "")
    assert error in said.err.split("\n")[0] + said.err.split("\n")[1] and fix in said.err
    assert not (root / f".blue/dialogues/{ID}/round-0").exists()


def test_a_dialogue_without_a_panel_says_how_to_have_one(tmp_path: Path) -> None:
    (tmp_path / ".blue/dialogues").mkdir(parents=True)
    blue(tmp_path, "dialogue", "new", "Alone", "--id", "alone")
    said = blue(tmp_path, "round", "run", "--with", GOOD)
    assert said.status == 3 and "fix: blue expert add SLUG:ROLE" in said.err


def test_a_decided_dialogue_says_how_to_go_on_all_the_same(root: Path) -> None:
    blue(root, "dialogue", "run", "--with", GOOD, "--judge", JUDGE, "--verdict")
    said = blue(root, "round", "run", "--with", GOOD, "-d", ID)
    assert said.status == 5 and "fix: if that is what you want: --round 3" in said.err
    assert blue(root, "round", "run", "--with", GOOD, "-d", ID, "--round", "3").status == 0


def test_a_verdict_needs_a_judge(root: Path) -> None:
    said = blue(root, "dialogue", "run", "--with", GOOD, "--verdict")
    assert said.status == 2 and "fix: --judge 'CMD'" in said.err
