"""The one table of rules: id, severity, what it means. `rules` finds them, `blue rules` explains them.

Severities: error (exit 1), warning, advice (CLI.md, "Errors and findings").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from blue_cli.errors import Finding

ERROR, WARNING, ADVICE = "error", "warning", "advice"
STRUCTURE, REFS, LIFECYCLE, REASONING, SEALING = "structure", "refs", "lifecycle", "reasoning", "sealing"


class Rule(NamedTuple):
    """One rule.

    why      in general, where the check has no reason of its own to give; likewise `fix`
    example  the files of a workspace, by path below `.blue/dialogues`, that break this rule and no other; a test runs it
    fixable  whether `blue check --fix` can mend some of what it finds
    """

    id: str
    severity: str
    group: str
    summary: str
    why: str
    fix: str
    example: Mapping[str, str] = {}
    fixable: bool = False


# --- examples: a dialogue of two experts, and what somebody wrote -------------------------------------------------

DIALOGUE = """\
---
blue: 1
uid: 019b76da-a800-7a6a-84a2-cbcc0c5c7fd0
title: Cache policy
experts:
- {slug: muffin, role: Caching}
- {slug: scone, role: Storage}
---
"""


def _dialogue(files: Mapping[str, str], about: str = DIALOGUE) -> dict[str, str]:
    """The files of one dialogue, `cache`, with its `dialogue.md`."""
    return {"cache/dialogue.md": about, **{f"cache/{path}": text for path, text in files.items()}}


def _muffin(text: str, fields: str = "") -> dict[str, str]:
    """What muffin wrote in round 0, with some fields of front matter."""
    return _dialogue({"round-0/muffin.md": _written(text, fields)})


def _written(text: str, fields: str = "") -> str:
    front = "---\nblue: 1\n" + "".join(f"{line}\n" for line in fields.split("; ") if line) + "---\n"
    return f"{front}{text}\n" if fields else f"{text}\n"


_T01 = "[TENSION T01: Latency against freshness]"
_T01_ID = "ids: {T01: T0001}"
_VERDICT = "---\nblue: 1\nkind: final\nround: 1\nrecommendation: Keep the cache.\n---\nThe load test decides.\n"
_CONVERGED = {
    **{f"round-{round}/{slug}.md": "[MOVE:CONVERGE]\n" for round in (0, 1) for slug in ("muffin", "scone")},
    "round-0/muffin.md": _written(_T01, _T01_ID),
    "round-1/muffin.md": "[RE:RESOLVE T0001]\n[MOVE:CONVERGE]\n",
}
_R01 = "[RECOMMENDATION R01: Expire entries after an hour]"
_R01_ID = "ids: {R01: R0001}"
_SIGNAL = "[MOVE:CONVERGE]\n"

# A sealed dialogue, under a key that nobody has.
_BLOCK = """\
seal: {sealed: true, from_round: 0, versions: [1], wraps: [{key: "umk#0123456789abcdef", epoch: 1, salt: "Kf5pvZ6M66agfR3sJbGwh+/ibAf/DSHX2wszd3c4pcY=", deks: ["ougUeABxUt6oZR8/iaRXKRxb/LrZpEyefMdsi+nh00ufPxebYJOEV5WF3TW1SkVigkxoUCClySGaOeLg"]}], mac: "im+QosypYnwBXUtOfAzDGDC8ZtpHgmiC2gDbw2a5fyg="}
"""
_SEALED = f"""\
---
blue: 1
uid: 019b76da-a800-7a6a-84a2-cbcc0c5c7fd0
created: ""
experts:
- {{slug: muffin}}
- {{slug: scone}}
{_BLOCK}sealed: {{suite: 1, key: "dek#019b76da-a800-7a6a-84a2-cbcc0c5c7fd0#1", rev: 1, salt: "zll5YWjpM4uH/hoaRc/tklkj1D+Zc1sDINsuu6Kaezc=", nonce: "bJZ8aB0ojEexgpwu", commit: "KtWk6zy3RUQ82E9L4p0JWNONyMTxGqSAyTeVVgaKarg="}}
---
-----BEGIN BLUE SEALED ROUND-----
NruQQ3nl0EzsjkD/b+mjBYW4S7+oBH0N/2SfYXn8Xm2/6kg/G0rod5xZ43V+e3ZTEP/+dTghRvum
x3CYKegtkn+S7Wz6A4/BjyQMdyQ66IM5MLc1lFFVtJ5e9SpGAabHQ6dyU0Ln/lTsmDXayEjGMdGf
nm5PhyVEA1IxtXTkK/dPlkGPtzMLtzoq3FEbhwcez12S+KazxM3+tMMqm8dW6QWZf28Ikxjy4dpi
Y7b/ZIA=
-----END BLUE SEALED ROUND-----
"""
_SEALED_ROUND = """\
---
blue: 1
dialogue: 019b76da-a800-7a6a-84a2-cbcc0c5c7fd0
round: 0
expert: muffin
created: ""
sealed: {suite: 1, key: "dek#019b76da-a800-7a6a-84a2-cbcc0c5c7fd0#1", rev: 1, salt: "IZyV6p3MEd5FlQbE8SmyY17S2yh2iw3DV9MRzEgeahI=", nonce: "6kKGIxxpMJ5LXhGe", commit: "OJmCH8hnP9UWeWy0cWEi6AB0cmzkb0t99zlPEwAk8fQ="}
---
-----BEGIN BLUE SEALED ROUND-----
ZZ87dMFwqhFxHm+DYGLeczOSe0TISKVeaycNUp0otbCjYKa2rD+G1dD1
-----END BLUE SEALED ROUND-----
"""


_ROWS: tuple[Rule, ...] = (
    Rule("missing-field", ERROR, STRUCTURE, "something that must be said is not", "others would have to guess it", "add it",
         _dialogue({"round-0/muffin.md": _written(_T01, _T01_ID), "round-0/judge.md": "[ACCEPTED T0001]\n"})),
    Rule("invalid-id", ERROR, STRUCTURE, "a name or an id of a shape that there is none of", "ids become file names, and are typed", "use letters, digits and hyphens",
         _dialogue({"round-0/muf fin.md": "A file name with a space.\n"})),
    Rule("duplicate-id", ERROR, STRUCTURE, "one id for two things", "a reference to it would be a guess", "give one of them another id",
         _dialogue({"round-0/muffin.md": _written(_T01, _T01_ID), "round-0/scone.md": _written("[TENSION T01: Who pays for the disks]", _T01_ID)}), fixable=True),
    Rule("duplicate-uid", ERROR, STRUCTURE, "two dialogues with one uid: a copied folder", "a dialogue is found by its uid, and only one of them can be", "blue dialogue adopt --new-uid gives the copy its own",
         {"cache/dialogue.md": DIALOGUE, "copy/dialogue.md": DIALOGUE}),
    Rule("round-gap", WARNING, STRUCTURE, "a round that nobody wrote in, before one that somebody did", "rounds are counted without gaps", "rename the folder, or bring back what is missing",
         _dialogue({"round-0/muffin.md": "First thoughts.\n", "round-0/scone.md": "First thoughts.\n", "round-2/muffin.md": "Third thoughts.\n"})),
    Rule("unknown-expert", WARNING, STRUCTURE, "an author that dialogue.md does not name", "who is on the panel decides when it has converged", "blue expert add SLUG:ROLE",
         _dialogue({"round-0/eclair.md": "May I say something?\n"})),
    Rule("near-miss-marker", WARNING, STRUCTURE, "what was probably meant as a marker and is none", "only the exact word, at the start of a line of plain text, is a marker", "write it as `blue rules --markers` shows",
         _muffin("[TENSON T01: Latency against freshness]"), fixable=True),
    Rule("front-matter", ERROR, STRUCTURE, "front matter that cannot be read", "the field is ignored", "write one `key: value` a line",
         _muffin("Some thoughts.", "round: [0")),
    Rule("encoding", ERROR, STRUCTURE, "bytes that are no UTF-8 text, or a NUL", "not every store could keep it", "save the file as UTF-8",
         _muffin("A NUL \0 in the text.")),
    Rule("newer-format", WARNING, STRUCTURE, "a file of a newer format than this program knows", "it is read as far as that goes, and never written", "use a newer blue",
         _dialogue({}, DIALOGUE.replace("blue: 1", "blue: 2"))),
    Rule("conflict-marker", ERROR, STRUCTURE, "a merge that git left to a person", "both versions stand in the file", "keep what is right, and remove the lines <<<<<<<, ======= and >>>>>>>",
         _muffin("<<<<<<< HEAD\nKeep the cache.\n=======\nDrop the cache.\n>>>>>>> main")),
    Rule("limit", ERROR, STRUCTURE, "larger, longer, deeper or later than the format allows", "what is beyond a limit is not read", "split it",
         _dialogue({"round-100/muffin.md": "The hundredth time.\n"})),
    Rule("unregistered", WARNING, STRUCTURE, "an entity whose display id is only computed", "a later file could move the id, and whoever typed it would mean something else", "blue check --fix writes it into the file's ids",
         _muffin(_T01), fixable=True),
    Rule("identity-mismatch", WARNING, STRUCTURE, "a file that says it is somebody else's, or of another round", "the path decides", "correct the file, or move it",
         _muffin("Some thoughts.", "round: 1")),
    Rule("unsafe-path", ERROR, STRUCTURE, "a name, link or device that is not read", "a repository is a stranger: what it holds could lead anywhere", "rename or remove it",
         _dialogue({"round-0/muf\u202efin.md": "A name that reads backwards.\n"})),
    Rule("bidi-text", WARNING, STRUCTURE, "invisible characters that change how the text reads", "people and programs see different text", "take them out",
         _muffin("Approve \u202etnemucod siht\u202c now.")),
    Rule("invalid-ref-type", ERROR, REFS, "a ref or move with a verb that there is none of", "only these verbs mean something", "use one that `blue rules --markers` lists",
         _muffin("[RE:ENDORSE P0001]")),
    Rule("invalid-ref-target", ERROR, REFS, "a verb with a target of the wrong kind", "a perspective cannot be resolved, only a tension can", "name a target of the right kind",
         _muffin("[PERSPECTIVE P01: Cold caches are the real cost]\n\n[EVIDENCE E01: The June load test]\n\n[RE:RESOLVE P0001]", "ids: {P01: P0001, E01: E0001}")),
    Rule("refine-type-mismatch", ERROR, REFS, "a refinement of something of another kind", "what refines a thing takes its place, so it must be of its kind", "put the ref below an entity of that kind",
         _muffin(f"{_T01}\n\n[PERSPECTIVE P01: Cold caches are the real cost]\n[RE:REFINE T0001]", "ids: {T01: T0001, P01: P0001}")),
    Rule("dangling-ref", ERROR, REFS, "a reference to something that is not there", "it means nothing", "name what is there",
         _muffin(f"{_T01}\n\n[PERSPECTIVE P01: Cold caches are the real cost]\n[RE:ADDRESS T0011]", "ids: {T01: T0001, P01: P0001}")),
    Rule("future-ref", ERROR, REFS, "a reference to something of a later round", "what is written later cannot have been read", "write it in a later round's file",
         _dialogue({"round-0/muffin.md": "[RE:ADDRESS T0101]\n", "round-1/scone.md": _written(_T01, "ids: {T01: T0101}")})),
    Rule("self-ref", ERROR, REFS, "something that refers to itself", "nothing can speak for itself", "name another target",
         _muffin("[CLAIM C01: Readers tolerate a minute]\n[RE:SUPPORT C0001]", "ids: {C01: C0001}")),
    Rule("ref-cycle", ERROR, REFS, "things that depend on each other, or refine each other, in a circle", "none of them would stand on anything", "take one of the refs out",
         _muffin("[CLAIM C01: Readers tolerate a minute]\n[RE:DEPEND C0002]\n\n[CLAIM C02: An hour is too long]\n[RE:DEPEND C0001]", "ids: {C01: C0001, C02: C0002}")),
    Rule("ambiguous-ref", ERROR, REFS, "a reference that can be read in two ways", "readers may take it for the other one", "write the canonical id",
         _dialogue({"round-0/muffin.md": _written(_T01, _T01_ID), "round-0/scone.md": "Some thoughts.\n", "round-1/muffin.md": _written("[TENSION T01: Who pays for the disks]\n\n## Moves\n\n[RE:ADDRESS T01]", "ids: {T01: T0101}")})),
    Rule("invalid-transition", ERROR, LIFECYCLE, "an act on a tension that the judge has accepted", "it has no effect: only the judge can open it again", "ask the judge to reopen it",
         _dialogue({"round-0/muffin.md": _written(_T01, _T01_ID), "round-0/judge.md": "[ACCEPTED T0001: left to the next release]\n", "round-1/scone.md": "[RE:RESOLVE T0001]\n"})),
    Rule("unauthorized-ruling", ERROR, LIFECYCLE, "a ruling by somebody who is not the judge", "it has no effect", "leave it to judge.md, or propose it",
         _muffin(f"{_T01}\n\n[ACCEPTED T0001: left to the next release]", _T01_ID)),
    Rule("verdict-not-converged", ERROR, LIFECYCLE, "a final verdict on what had not converged", "somebody's tension, idea or silence was passed over", "go on until it has, or force it: blue verdict add --force REASON",
         _dialogue({"round-0/muffin.md": _written(_T01, _T01_ID), "round-0/scone.md": "[MOVE:CONVERGE]\n", "round-1/muffin.md": "Some thoughts.\n", "round-1/scone.md": "[MOVE:CONVERGE]\n", "verdicts/final.md": _VERDICT})),
    Rule("forced-without-reason", ERROR, LIFECYCLE, "a verdict that was forced, and does not say why", "who reads it later cannot tell whether it was right", "write the reason: `forced: …`",
         _dialogue({**_CONVERGED, "verdicts/final.md": _VERDICT.replace("---\nThe", "override: true\n---\nThe")})),
    Rule("stale-verdict", ERROR, LIFECYCLE, "a final verdict on what has changed since", "it decides on something that is no longer so", "decide again: blue verdict add",
         _dialogue({**_CONVERGED, "verdicts/final.md": _VERDICT, "round-2/muffin.md": _written("[TENSION T01: Who pays for the disks]", "ids: {T01: T0201}")})),
    Rule("scoreboard-drift", WARNING, LIFECYCLE, "a hand-written scoreboard with other figures than follow from what was written", "what was written decides, and readers of the board do not see it", "blue scoreboard has the computed ones",
         {"cache/round-0/muffin.md": _T01 + "\n", "cache/scoreboard.md": "| Round | Open T | New P | Velocity | Converge % |\n|---|---|---|---|---|\n| 0 | 3 | 0 | 3 | 0% |\n"}),
    Rule("register-drift", WARNING, LIFECYCLE, "an older register whose last word is not what the events lead to", "events decide, and readers of the register do not see them", "bring the register up to date",
         {"cache/round-0/muffin.md": _T01 + "\n", "cache/round-1/muffin.md": "[RESOLVED MUFFIN-T01: measured]\n",
          "cache/tensions.md": "| ID | Tension | Status | Raised |\n|---|---|---|---|\n| MUFFIN-T01 | Latency against freshness | Open | R0 |\n"}),
    Rule("contradiction", ADVICE, REASONING, "one expert for and against the same thing in one round, or two adopted recommendations of which one opposes the other",
         "readers cannot tell which of the two is meant", "say in the next round which one stands, and take the other back",
         _dialogue({"round-0/muffin.md": _written(_R01, _R01_ID), "round-1/scone.md": "[RE:SUPPORT R0001]\n\n[RE:OPPOSE R0001]\n"})),
    Rule("refuted-support", ADVICE, REASONING, "something that stands on evidence that was refuted", "it may stand on nothing", "bring other evidence for it, refine it, or take it back",
         _dialogue({"round-0/muffin.md": _written(f"[EVIDENCE E01: The June load test]\n[RE:SUPPORT R0001]\n\n{_R01}", "ids: {E01: E0001, R01: R0001}"), "round-0/judge.md": "[REFUTED E0001: another machine was measured]\n"})),
    Rule("orphan-evidence", ADVICE, REASONING, "evidence of an earlier round that stands alone, where other evidence is used", "nobody can see what it is evidence for", "say what it supports: put a ref into its text",
         _dialogue({"round-0/muffin.md": _written(f"[EVIDENCE E01: The June load test]\n[RE:SUPPORT R0001]\n\n[EVIDENCE E02: The July load test]\n\n{_R01}", "ids: {E01: E0001, E02: E0002, R01: R0001}"), "round-1/scone.md": "More thoughts.\n"})),
    Rule("converge-with-own-open-tension", ADVICE, REASONING, "an expert who signals to be done while a tension that they raised is open", "only they and the judge can settle it", "resolve it, or ask the judge to accept it",
         _dialogue({"round-0/muffin.md": _written(_T01, _T01_ID), "round-0/scone.md": "Some thoughts.\n", "round-1/muffin.md": _SIGNAL})),
    Rule("unexplained-flip", ADVICE, REASONING, "an expert who changes sides without a word, a refinement or a concession", "the others cannot tell what convinced them", "say why: a few words behind the target are enough",
         _dialogue({"round-0/muffin.md": _written(_R01, _R01_ID), "round-1/scone.md": "[RE:SUPPORT R0001]\n", "round-2/scone.md": "[RE:OPPOSE R0001]\n", "round-2/muffin.md": "Some thoughts.\n"})),
    Rule("silent-expert", ADVICE, REASONING, "a member of the panel who wrote nothing in a round that is over, nor since", "the dialogue waits for them, and cannot converge", "ask them, or retire them: blue expert retire SLUG",
         _dialogue({"round-0/muffin.md": "First thoughts.\n", "round-1/muffin.md": "Second thoughts.\n"})),
    Rule("fast-unanimity", ADVICE, REASONING, "a whole panel that signals in round 0 or 1, and nobody has raised a tension or doubted anything", "who agrees at once may have asked too little", "ask somebody to argue against it",
         _dialogue({"round-0/muffin.md": _SIGNAL, "round-0/scone.md": _SIGNAL})),
    Rule("plaintext-in-sealed", ERROR, SEALING, "plaintext where a dialogue is sealed", "it may stand in place of a sealed text, and anybody can read it", "move it out of the folder, read it, and add it with blue round add",
         {"cache/dialogue.md": DIALOGUE.removesuffix("---\n") + _BLOCK + "---\n"}),
    Rule("seal-broken", ERROR, SEALING, "a seal that does not hold: something was changed, moved, exchanged, taken out or stripped", "what it says may not be what was written", "ask who changed it, and take the file from a commit where it was whole",
         _dialogue({"round-0/muffin.md": _SEALED_ROUND})),
    Rule("sealed-unreadable", ADVICE, SEALING, "sealed files that no key here opens", "what they say is unknown: counts are, and rules that need the text are skipped", "ask somebody who can read it for the key file",
         _dialogue({"round-0/muffin.md": _SEALED_ROUND}, _SEALED)),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in _ROWS}


def severity(rule: str) -> str:
    """The severity of a rule; `error` for one that the table does not know (a test sees to it that none is)."""
    found = RULES.get(rule)
    return found.severity if found else ERROR


def graded(finding: Finding) -> Finding:
    """The finding with its rule's severity, where it brings none of its own."""
    return finding if finding.severity else finding._replace(severity=severity(finding.rule))
