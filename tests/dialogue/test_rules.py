"""Every rule finds what it is for, at the very word, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blue_cli.actions.check import check_example
from blue_cli.dialogue import rules, sources
from blue_cli.dialogue.assemble import assemble
from blue_cli.dialogue.ids import address_of
from blue_cli.dialogue.rulebook import RULES, WARNING
from blue_cli.errors import Finding
from tests.dialogue.build import ID, OLDER, UID, head, panel
from tests.dialogue.texts import BODIES


def check(files: dict[str, str] | dict[str, str | bytes], older_as_errors: bool = False) -> list[Finding]:
    blobs = {address_of(path): text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    uid = UID if "dialogue.md" in files else OLDER
    return rules.check(assemble(sources.read(ID, uid, blobs)), blobs, older_as_errors)


def found(files: dict[str, str] | dict[str, str | bytes]) -> list[tuple[str, str]]:
    """(rule, file) of every finding."""
    return [(f.rule, f.path.rpartition("/")[2]) for f in check(files)]


def said(body: str, ids: str = "", **fields: str) -> str:
    """A contribution whose ids are registered."""
    lines = [*([f"ids: {{{ids}}}"] if ids else []), *(f"{key}: {value}" for key, value in fields.items())]
    return "---\nblue: 1\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}\n"


T01 = said("[TENSION T01: Latency against freshness]", "T01: T0001")


def test_what_gets_no_number_is_told_and_not_lost_in_silence() -> None:
    body = "[TENSION T999: the last]\n\n[TENSION T-NEW: one more]"
    assert ("limit", "muffin.md") in found(panel({"muffin": said(body, "T999: T00999")}))


def test_an_entity_in_a_ruling_file_is_told() -> None:
    ruling = "---\nblue: 1\n---\n[ACCEPTED T0001: later]\n\n[EVIDENCE E01: measured]\n"
    files = {**panel({"muffin": T01}), "round-0/rulings/MUFFIN-T0001.md": ruling}
    assert found(files) == [("near-miss-marker", "MUFFIN-T0001.md")]


def test_an_id_of_thousands_of_digits_is_just_not_there() -> None:
    assert ("dangling-ref", "muffin.md") in found(panel({"muffin": said("[RE:SUPPORT T" + "9" * 5000 + "]")}))


# --- the table -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_the_example_of_a_rule_breaks_that_rule_and_no_other(rule: str) -> None:
    assert {f.rule for f in check_example(RULES[rule]).findings} == {rule}


@pytest.mark.parametrize("rule", RULES)
def test_a_finding_says_why_and_what_to_do(rule: str) -> None:
    for finding in check_example(RULES[rule]).findings:
        assert finding.message and finding.why and finding.fix and finding.severity


def test_a_dialogue_without_mistakes_has_no_findings() -> None:
    files = panel(
        {
            "muffin": said(
                "[PERSPECTIVE P01: Cold caches]\n\n[TENSION T01: Latency]\n\n[STANCE S01: APPROVE | 0.8]",
                "P01: P0001, T01: T0001, S01: S0001",
            ),
            "scone": said("[CLAIM C01: A minute is fine]\n[RE:SUPPORT P0001]", "C01: C0001"),
        },
        {"muffin": "[RE:ADDRESS T0001]\n\n[MOVE:CONVERGE]\n", "scone": "[RE:RESOLVE T0001]\n[MOVE:CONCEDE C0001]\n"},
    )
    assert check(files) == []


# --- the very word -------------------------------------------------------------------------------------------


def test_a_finding_points_at_the_word_in_question_in_code_points() -> None:
    files = panel({"muffin": said("é\U0001f600 - see [RE:ADDRESS T0105]")})
    (finding,) = check(files)
    assert (finding.rule, finding.line, finding.column, finding.end_column) == ("dangling-ref", 4, 22, 27)


def test_a_dangling_ref_names_what_there_is_and_the_closest() -> None:
    tensions = "\n\n".join(f"[TENSION T0{n}: Question {n}]" for n in range(1, 5))
    ids = ", ".join(f"T0{n}: T010{n}" for n in range(1, 5))
    files = panel({"muffin": "First.\n"}, {"muffin": said(tensions, ids)}, {"muffin": said("[RE:RESOLVE T0105]")})
    (finding,) = check(files)
    assert finding.message == "RE:RESOLVE T0105: no such tension"
    assert finding.why == "this dialogue has T0101–T0104"
    assert finding.fix == 'did you mean T0104 "Question 4"?'
    assert finding.suggestions[0] == "T0104"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[MOVE:CHALLENGE @eclair]", "MOVE:CHALLENGE @eclair: no such expert"),
        ("[RE:SUPPORT the idea]", 'RE:SUPPORT: "the" is no id'),
        ("[RE:SUPPORT SCONE-P0001]", "RE:SUPPORT SCONE-P0001: no such perspective"),
        ("[MOVE:BRIDGE T0001]", "MOVE:BRIDGE needs 2 targets"),
        ("[RE:RESOLVE]", "RE:RESOLVE needs a target"),
    ],
)
def test_messages_name_the_verb_and_the_word(body: str, message: str) -> None:
    files = panel({"muffin": T01, "scone": said(body)})
    assert message in [f.message for f in check(files)]


# --- one rule after the other: what breaks it and what nearly does ---------------------------------------------


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("[TENSION P01: letter of another kind]", "invalid-id"),
        ("[TENSION T00: no number]", "invalid-id"),
        ("[TENSION T0101: of another round]", "identity-mismatch"),
        ("[SCONE-T0001: of somebody else]", "identity-mismatch"),
        ("[MUFFIN-T0101: of another round]", "identity-mismatch"),
        ("[TENSION T01]\n", "missing-field"),
        ("[STANCE S01: PERHAPS | 0.5]", "invalid-id"),
        ("[STANCE S01: APPROVE | 1.5]", "missing-field"),
        ("[STANCE S01: APPROVE]", "missing-field"),
        ("[STANCE S01: CONDITIONAL | 0.5]", "missing-field"),
        ("[TENSION T01: one]\n\n[TENSION T01: two]", "duplicate-id"),
        ("<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs", "conflict-marker"),
        ("zero\u200bwidth", "bidi-text"),
    ],
)
def test_a_body_that_breaks_a_rule(body: str, rule: str) -> None:
    assert rule in [f.rule for f in check({"round-0/muffin.md": body})]


@pytest.mark.parametrize(
    "body",
    [
        "[TENSION T-NEW: odd ids are kept]",
        "[TENSION T04-R1: as written]",
        "[TENSION T01] the label behind it",
        "[MUFFIN-T0001: canonical]",
        "[STANCE S01: CONDITIONAL | 0.5]\nIf the load test passes.",
        "```\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n```",
        "<<<<<<< a lonely line",
        "Title\n=======\n",
        "family \U0001f468\u200d\U0001f469\u200d\U0001f467 and \u0646\u0627\u0645\u0647\u200c\u0627\u06cc",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ],
)
def test_a_body_that_only_nearly_breaks_one(body: str) -> None:
    assert check({"round-0/muffin.md": body}) == []


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("round-0/bad name.md", "invalid-id"),
        ("round-0/con.md", "invalid-id"),
        ("round-0/rulings/a b.md", "invalid-id"),
        ("verdicts/a b.md", "invalid-id"),
        ("round-01/muffin.md", "invalid-id"),
        ("Round 1/muffin.md", "invalid-id"),
        ("round-100/muffin.md", "limit"),
    ],
)
def test_files_that_look_like_contributions_and_are_none(path: str, rule: str) -> None:
    assert found({"round-0/muffin.md": "Text.\n", path: "Text.\n"}) == [(rule, path.rpartition("/")[2])]


@pytest.mark.parametrize(
    "path", ["round-0/muffin.prompt.md", "round-0.summary.md", "round-0/panel.json", "notes/round-1.md", "tensions.md"]
)
def test_other_files_are_nobodys_business(path: str) -> None:
    text = "[]" if path.endswith(".json") else "Text.\n"
    assert found({"round-0/muffin.md": "Text.\n", path: text}) == []


def test_a_verdict_must_be_text_with_front_matter_that_can_be_read() -> None:
    files = panel({"muffin": "Text.\n"}) | {"verdicts/final.md": "---\nkind: [\n---\n"}
    assert ("front-matter", "final.md") in found(files)
    assert found({**panel({"muffin": "Text.\n"}), "round-0.summary.md": b"\xff"}) == [("encoding", "round-0.summary.md")]


def test_two_files_that_differ_in_case_only() -> None:
    assert ("duplicate-id", "muffin.md") in found(panel({"muffin": "a\n", "Muffin": "b\n"}, experts="muffin"))


def test_a_display_id_claimed_twice_is_the_later_files_mistake() -> None:
    files = panel({"muffin": T01, "scone": T01, "waffle": said("[RE:ADDRESS T0001]")})
    (claim, ref) = check(files)
    assert (claim.rule, claim.path.rpartition("/")[2], claim.line, claim.column) == ("duplicate-id", "scone.md", 3, 12)
    assert claim.fixable and claim.id == "SCONE-T0001"
    assert (ref.rule, ref.severity) == ("ambiguous-ref", "error")
    bound = panel({"muffin": T01, "scone": T01, "waffle": said("[RE:ADDRESS T0001]", refs="{T0001: SCONE-T0001}")})
    assert [f.rule for f in check(bound)] == ["duplicate-id"]


def test_a_number_with_two_meanings_is_a_warning() -> None:
    later = said("[TENSION T01: Another]\n\n# Acts\n\n[RE:ADDRESS T01]", "T01: T0101")
    (finding,) = check(panel({"muffin": T01}, {"muffin": later}))
    assert (finding.rule, finding.severity) == ("ambiguous-ref", WARNING)


def test_a_gap_between_rounds() -> None:
    assert found({"round-1/muffin.md": "a\n", "round-4/muffin.md": "b\n"}) == [("round-gap", "muffin.md"), ("round-gap", "muffin.md")]
    assert found({"round-0/muffin.md": "a\n", "round-1/scone.md": "b\n"}) == []


def test_only_a_native_dialogue_names_its_experts() -> None:
    assert found(panel({"muffin": "a\n", "eclair": "b\n"}, experts="muffin")) == [("unknown-expert", "eclair.md")]
    assert found(panel({"muffin": "a\n", "judge": "b\n"}, experts="muffin")) == []
    assert found({"dialogue.md": head("muffin", panels="{1: [muffin, eclair]}")}) == [("unknown-expert", "dialogue.md")]


def test_a_broken_dialogue_md_makes_nobody_a_stranger() -> None:
    about = head("muffin").replace("title:", "title: [")
    findings = found({"dialogue.md": about, "round-0/muffin.md": "Text.\n"})
    assert ("front-matter", "dialogue.md") in findings and ("unknown-expert", "muffin.md") not in findings


@pytest.mark.parametrize(
    ("field", "rule"),
    [("round: 1", "identity-mismatch"), ("expert: scone", "identity-mismatch"), ("dialogue: other", "identity-mismatch"),
     ("blue: 2", "newer-format"), ("blue: x", "front-matter"), ("ids: {T07: T0007}", "identity-mismatch"), ("ids: []", "front-matter")],
)  # fmt: skip
def test_front_matter_that_disagrees(field: str, rule: str) -> None:
    (finding,) = check(panel({"muffin": f"---\n{field}\n---\nText.\n"}))
    assert (finding.rule, finding.line) == (rule, 2)


def test_the_letter_of_an_id_is_its_kinds() -> None:
    (finding,) = check({"round-0/muffin.md": "[TENSION P01: a]"})
    assert (finding.message, finding.fix) == ("P01 is no id of a tension", "write T01")


def test_a_file_full_of_conflicts_or_hidden_characters_has_a_hundred_findings() -> None:
    assert len(check({"round-0/muffin.md": "\u202e\n" * 300})) == 100
    assert len(check({"round-0/muffin.md": "<<<<<<< a\n>>>>>>> b\n\n" * 300})) == 100


def test_an_id_of_another_kind_cannot_be_assigned() -> None:
    files = panel({"muffin": said("[TENSION T01: a]", "T01: P0001")})
    assert {f.rule for f in check(files)} == {"identity-mismatch", "unregistered"}


def test_front_matter_that_agrees() -> None:
    files = panel({"Muffin": f"---\nblue: 1\ndialogue: {UID}\nround: 0\nexpert: Muffin\n---\nText.\n"}, experts="muffin")
    assert check(files) == []


def test_mistakes_of_dialogue_md_are_on_their_line() -> None:
    (finding,) = check({"dialogue.md": head("muffin", max_rounds="1000")})
    assert (finding.rule, finding.line, finding.column, finding.end_column) == ("front-matter", 7, 1, 11)


def test_a_ref_to_an_id_that_is_only_computed() -> None:
    files = panel({"muffin": "[TENSION T01: a]\n", "scone": said("[RE:ADDRESS T0001]")})
    assert found(files) == [("unregistered", "muffin.md"), ("unregistered", "scone.md")]
    assert found(panel({"muffin": "[TENSION T01: a]\n", "scone": said("[RE:ADDRESS MUFFIN-T0001]")})) == [("unregistered", "muffin.md")]
    assert found({"round-0/muffin.md": "[TENSION T01: a]\n"}) == []


def test_a_cycle_is_found_once_and_its_way_is_named() -> None:
    claims = "\n\n".join(f"[CLAIM C0{n}: x]\n[RE:DEPEND C000{n % 3 + 1}]" for n in (1, 2, 3))
    (finding,) = check(panel({"muffin": said(claims, "C01: C0001, C02: C0002, C03: C0003")}))
    assert (finding.rule, finding.message) == ("ref-cycle", "a cycle: C0001 → C0002 → C0003 → C0001")
    assert len(finding.related) == 2


def test_a_ref_to_itself_is_not_the_cycle_it_stands_in() -> None:
    claims = "[CLAIM C01: x]\n[RE:DEPEND C0001]\n[RE:DEPEND C0002]\n\n[CLAIM C02: y]\n[RE:DEPEND C0001]"
    findings = check(panel({"muffin": said(claims, "C01: C0001, C02: C0002")}))
    assert [(f.rule, f.line) for f in findings] == [("self-ref", 6), ("ref-cycle", 7)]
    assert findings[1].message == "a cycle: C0001 → C0002 → C0001"


def test_a_chain_is_no_cycle_and_neither_are_other_verbs() -> None:
    chain = "[CLAIM C01: x]\n[RE:DEPEND C0002]\n\n[CLAIM C02: y]\n[RE:SUPPORT C0001]\n"
    assert check(panel({"muffin": said(chain, "C01: C0001, C02: C0002")})) == []


def test_a_chain_of_thousands_does_not_recurse() -> None:
    claims = "\n".join(f"[CLAIM C{n}: x]\n[RE:DEPEND C{n + 1}]" for n in range(1, 999))
    assert [f.rule for f in check({"round-0/muffin.md": claims})] == ["dangling-ref"]


def test_what_the_judge_accepted_stays_accepted() -> None:
    rounds = ({"muffin": T01, "judge": "[ACCEPTED T0001: later]\n"}, {"muffin": "[RE:REOPEN T0001]\n", "judge": "[REOPENED T0001]\n"})
    (finding,) = check(panel(*rounds))
    assert (finding.rule, finding.line, finding.column, finding.end_column) == ("invalid-transition", 1, 12, 17)


def test_only_the_judge_rules() -> None:
    assert [f.rule for f in check(panel({"muffin": T01, "scone": "[ACCEPTED T0001: so be it]\n"}))] == ["unauthorized-ruling"]
    assert check(panel({"muffin": T01, "judge": "[ACCEPTED T0001: so be it]\n"})) == []


def test_a_register_that_agrees_does_not_drift() -> None:
    example = {path.removeprefix("cache/"): text for path, text in RULES["register-drift"].example.items()}
    assert found(example) == [("register-drift", "tensions.md")]
    assert found({**example, "tensions.md": example["tensions.md"].replace("Open", "Resolved")}) == []


# --- older dialogues, selection, copies --------------------------------------------------------------------------


def test_errors_in_an_older_dialogue_are_warnings_and_never_fixable() -> None:
    files = {"round-0/muffin.md": "[RE:ADDRESS T0009]\n[TENSON T01: x]\n"}
    assert [f.severity for f in check(files)] == ["warning", "warning"]
    assert [f.severity for f in check(files, older_as_errors=True)] == ["error", "warning"]
    assert not any(f.fixable for f in check(files))
    assert [f.severity for f in check({"dialogue.md": head("muffin"), **files})] == ["error", "warning"]


def test_rules_can_be_chosen_and_left_out() -> None:
    findings = check({"round-0/muffin.md": "[RE:ADDRESS T0009]\n[TENSON T01: x]\n"})
    assert [f.rule for f in rules.select(findings, {"dangling-ref"}, ())] == ["dangling-ref"]
    assert [f.rule for f in rules.select(findings, (), {"dangling-ref"})] == ["near-miss-marker"]


def test_a_copied_folder_is_the_later_ones_mistake() -> None:
    assert [f.path for f in rules.copies([("a", "1"), ("b", "2"), ("c", "1")])] == [".blue/dialogues/c/dialogue.md"]
    assert list(rules.copies([("a", "1"), ("b", "2")])) == []


def test_findings_come_by_path_and_place() -> None:
    findings = check(panel({"scone": "[RE:ADDRESS T0009]\n[RE:ADDRESS T0008]\n", "muffin": "[RE:ADDRESS T0007]\n"}))
    assert [(f.path.rpartition("/")[2], f.line) for f in findings] == [("muffin.md", 1), ("scone.md", 1), ("scone.md", 2)]


# --- hostile text ------------------------------------------------------------------------------------------------

FRONTS = st.sampled_from(
    ["", "---\nblue: 1\n---\n", "---\nids: {T01: T0001, P01: x, 1: 2}\nrefs: {T01: MUFFIN-T0001, T0001: 7}\n---\n",
     "---\nround: x\nexpert: [a]\nblue: true\n---\n",
     "---\nids: []\nrefs: no\n---\n", "---\nblue: 99\ndialogue: {a: b}\n---\n", "---\n["]
)  # fmt: skip
TEXTS = st.builds("{}{}".format, FRONTS, BODIES) | st.text(max_size=80)
PATHS = st.sampled_from(
    [
        "dialogue.md",
        "round-0/muffin.md",
        "round-0/Muffin.md",
        "round-0/judge.md",
        "round-1/scone.md",
        "round-9/muffin.md",
        "round-0/rulings/MUFFIN-T0001.md",
        "verdicts/final.md",
        "tensions.md",
        "verdict.md",
        "expert-pool.json",
        "round-0/panel.json",
        "round-1.summary.md",
        "round-0/b_d.md",
        "round-007/x.md",
        "scoreboard.md",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(PATHS, TEXTS, max_size=6), st.booleans())
def test_no_text_makes_a_check_raise_and_every_finding_has_its_rule_and_place(files: dict[str, str], native: bool) -> None:
    blobs = {path: text.encode(errors="surrogatepass") for path, text in files.items()}
    if native:
        blobs["dialogue.md"] = head("muffin", "scone").encode() + blobs.get("dialogue.md", b"")
    for finding in check(dict(blobs)):
        assert finding.rule in RULES and finding.line >= 1 and finding.column >= 0
        assert finding.end_column == 0 or finding.end_column > finding.column


@pytest.mark.parametrize(
    "text",
    [
        "`[re:support T01` " * 50_000,
        ("- " * 29_000 + "[TENSON T01: x] " * 100 + "\n") * 16,
        "<<<<<<< a\n>>>>>>> b\n" * 50_000,
        "\u202e\n" * 200_000,
        "".join(f"[RE:SUPPORT P{n:06d}]\n" for n in range(20_000)) + "".join(f"[PERSPECTIVE P{n}: x]\n" for n in range(1, 999)),
    ],
    ids=["spans", "bullets", "conflicts", "bidi", "dangling"],
)
def test_a_file_made_of_nothing_else_is_checked_in_moments(text: str) -> None:
    """Each of these once took from six seconds to two minutes."""
    import time

    lines = text if "\n" in text else "\n".join(text[i : i + 60_000] for i in range(0, len(text), 60_000))
    start = time.process_time()
    check({"round-0/muffin.md": lines[: 1 << 20]})
    assert time.process_time() - start < 5
