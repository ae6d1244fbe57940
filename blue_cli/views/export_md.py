"""`export --format md`: a dialogue as one markdown file that a person reads and git compares. Pure.

One fact is one line under a heading that keeps its name, nothing has a clock or a line number in it, and every order is that
of the dialogue, so that a difference between two exports is what was said in between. Labels and texts of others are inert
(`quoting`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.ids import DIALOGUE, JUDGE, split_address
from blue_cli.dialogue.sources import FOLDER
from blue_cli.views.quoting import inert, quoted

Document = Mapping[str, Any]
NOT_CARRIED = "front matter, line numbers, times, the ids that references are bound to, and the exact bytes of texts"
_HEAD = f"""<!-- Made from a dialogue by `blue export --format md`; nothing reads it back.
     Not in it: {NOT_CARRIED}. `blue export` has them. -->"""
_ORDER = "TRPCES"
_BACKGROUNDS = (DIALOGUE, "file/background.md")  # the second one in older dialogues
_OLDER = "file/verdict.md"  # of an older dialogue: text only
_DECIDED = (
    ("resolves", "tensions_resolved"), ("accepts", "tensions_accepted"), ("adopts", "recommendations_adopted"),
    ("key evidence", "key_evidence"), ("key claim", "key_claims"),
)  # fmt: skip
_FIGURES = ("open_tensions", "new_perspectives", "velocity", "converge_percent")


def markdown(document: Document) -> str:
    """The file, from what `export` says of a dialogue."""
    names = {e["canonical_id"]: _id(e) for kind in KIND_NAMES.values() for e in document[kind]}
    parts = [_HEAD, *_about(document), *_verdicts(document, names), *_course(document), *_experts(document)]
    for letter in _ORDER:
        parts += _entities(document, KIND_NAMES[letter], names)
    parts += [*_acts(document, names), *_rulings(document, names), *_texts(document)]
    return "\n".join(parts) + "\n"


def _id(entity: Document) -> str:
    return f"{entity['id']}{'' if entity['registered'] else '?'}"


def _name(names: Mapping[str, str], name: str | None) -> str:
    return inert(names.get(name or "", (name or "?").removeprefix("verdict/")))


def _about(document: Document) -> Iterator[str]:
    about, now = document["dialogue"], document["convergence"]
    yield from ("", f"# {inert(about['title'])}", "")
    yield from (f"**{inert(about['question'])}**", "") if about["question"] else ()
    yield f"- dialogue: {inert(about['id'])}"
    yield f"- status: {about['status']}"
    yield f"- velocity: {_figure(now['velocity'])}"
    yield f"- open tensions: {_figure(now['open_tensions'])}"
    yield f"- signal CONVERGE: {_figure(now['signals'])} of {now['panel']}"
    yield from (f"- link: {inert(link)}" for link in about["links"])
    if not document["complete"]:
        yield "- **not everything of it could be read: figures and states are unknown**"
    texts = _bodies(document)
    body = next((texts[address] for address in _BACKGROUNDS if texts.get(address, "").strip()), "")
    if body:
        yield from ("", "## Background", "", *quoted(body, 2))


def _bodies(document: Document) -> dict[str, str]:
    return {c["address"]: c["body"] for c in document["contributions"] if c["encoding"] == "text"}


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"


def _verdicts(document: Document, names: Mapping[str, str]) -> Iterator[str]:
    yield from ("", "## Verdict", "")
    texts = _bodies(document)
    if not document["verdicts"]:
        yield from quoted(texts[_OLDER], 2) if texts.get(_OLDER, "").strip() else ["None yet."]
    for i, verdict in enumerate(document["verdicts"]):
        yield from ("",) if i else ()
        yield from (f"### {inert(verdict['id'])}", "")
        yield f"- recommendation: {inert(verdict['recommendation'])}"
        yield f"- state: {verdict['state']}"
        yield f"- given: in round {verdict['round']} by {inert(verdict['author'])}"
        yield from (f"- {key}: {inert(str(verdict[key]))}" for key in ("vote", "confidence", "supersedes", "forced") if verdict[key])
        yield from (f"- condition: {inert(text)}" for text in verdict["conditions"])
        yield from (f"- supported by: {inert(slug)}" for slug in verdict["supporting_experts"])
        yield from (f"- {word}: {_name(names, name)}" for word, key in _DECIDED for name in verdict[key])
        yield from (f"- stale since: {cause['what']} {_name(names, cause['canonical_id'])}" for cause in verdict["causes"])
        if texts.get(f"verdict/{verdict['id']}", "").strip():
            yield from ("", *quoted(texts[f"verdict/{verdict['id']}"], 3))


def _course(document: Document) -> Iterator[str]:
    rows = document["scoreboard"]["rounds"]
    if rows:
        yield from ("", "## Course", "", "| round | open tensions | new perspectives | velocity | converge % | ALIGNMENT |")
        yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    for row in rows:
        yield f"| {row['round']} | {' | '.join(_figure(row[key]) for key in _FIGURES)} | {row['alignment']} |"


def _experts(document: Document) -> Iterator[str]:
    yield from ("", "## Experts", "") if document["experts"] else ()
    for expert in document["experts"]:
        said = [inert(expert["role"] or ""), inert(expert["tier"] or ""), f"wrote in {_rounds(expert['rounds'])}"]
        said += [f"scored {expert['total']}"] if expert["scores"] else []
        yield f"- {inert(expert['slug'])}: {', '.join(filter(None, said))}"


def _rounds(rounds: Iterable[int]) -> str:
    return ", ".join(f"round {n}" for n in rounds) or "no round"


def _entities(document: Document, kind: str, names: Mapping[str, str]) -> Iterator[str]:
    """Every entity of a kind: its heading is its id and label, each line below one thing known of it."""
    yield from ("", f"## {kind.capitalize()}") if document[kind] else ()
    for entity in sorted(document[kind], key=lambda e: (e["round"], len(e["id"]), e["id"], e["canonical_id"])):
        yield from ("", f"### {inert(_id(entity))} {inert(entity['label'])}".rstrip(), "")
        if "stance" in entity:
            confidence = entity["confidence"]
            yield f"- stance: {inert(entity['stance'])}{'' if confidence is None else f', {confidence:g}'}"
            yield from (f"- on: {_name(names, entity['on'])}",) if entity["on"] else ()
        yield f"- status: {entity['status']}"
        yield f"- by: {', '.join(map(inert, entity['contributors'] or [entity['author']]))}"
        yield from (f"- merged into: {_name(names, entity['merged_into'])}",) if entity.get("merged_into") else ()
        yield from (f"- {ref['type']}: {_name(names, ref['target'])}" for ref in entity["references"] if ref["target"])
        yield from (_event(document, event, names) for event in entity["events"])


def _event(document: Document, event: Document, names: Mapping[str, str]) -> str:
    who = ", ".join(map(inert, event["actors"]))
    why = f" ({_name(names, event['reference'])})" if event["reference"] and not event["reference"].startswith("@") else ""
    return f"- round {event['round']}: {event['type']}{f' by {who}' if who else ''}{why}, {_place(document, event['path'])}"


def _place(document: Document, path: str) -> str:
    return inert(path.removeprefix(f"{FOLDER}{document['dialogue']['id']}/"))


def _acts(document: Document, names: Mapping[str, str]) -> Iterator[str]:
    """What experts did in the conversation, and what they said of a thing without a thing of their own."""
    refs = [(r["round"], r["source"][1:], r["type"], [r["target"]], "") for r in document["refs"] if r["source"].startswith("@")]
    moves = [(m["round"], m["expert"], m["type"], m["targets"], m["text"]) for m in document["moves"]]
    yield from ("", "## Moves", "") if refs or moves else ()
    for round, who, type, targets, text in sorted([*refs, *moves], key=lambda act: (act[0], act[1] == JUDGE, act[1])):
        on = " ".join(_name(names, target) for target in targets if target)
        yield f"- round {round}: {inert(who)}: {' '.join(filter(None, (type, on)))}{f': {inert(text)}' if text.strip() else ''}"


def _rulings(document: Document, names: Mapping[str, str]) -> Iterator[str]:
    yield from ("", "## Rulings", "") if document["rulings"] else ()
    for rule in document["rulings"]:
        words = [rule["type"], *(_name(names, target) for target in rule["targets"])]
        words += [f"{key} {_name(names, rule[key])}" for key in ("into", "via") if rule[key]]
        by = "" if rule["author"] == JUDGE else f" (without effect, by {inert(rule['author'])})"
        yield f"- round {rule['round']}: {' '.join(words)}{by}{': ' + inert(rule['reason']) if rule['reason'].strip() else ''}"


def _texts(document: Document) -> Iterator[str]:
    """What was written, by round, the judge last: the only place where an entity's own text stands."""
    summaries = {r["round"]: r["summary"] for r in document["rounds"] if r["summary"]}
    said = [c for c in document["contributions"] if split_address(c["address"]).kind == "contribution"]
    said.sort(key=lambda c: (c["round"], c["author"].lower() == JUDGE, c["address"]))
    yield from ("", "## Texts") if said or summaries else ()
    by_round = {n: list(some) for n, some in groupby(said, key=lambda c: c["round"])}
    for number in sorted({*by_round, *summaries}):
        yield from ("", f"### Round {number}")
        for text in by_round.get(number, ()):
            yield from ("", f"#### {inert(text['author'])}", "", *_text(text))
        if number in summaries:
            yield from ("", "#### summary", "", *quoted(summaries[number], 4))


def _text(text: Document) -> Iterable[str]:
    if text["encoding"] != "text":
        return ("*not UTF-8*",)
    return quoted(text["body"], 4) if text["body"].strip() else ("*empty*",)
