"""The text of a verdict to be: what it, its front matter and the call say, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blue_cli.actions.placement import Draft, take_apart, text_alone, unfit
from blue_cli.dialogue import document
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import FINAL, JUDGE, VERDICT_KINDS
from blue_cli.dialogue.rulebook import ERROR, graded
from blue_cli.dialogue.verdicts import CONFIDENCES, INTERIM
from blue_cli.errors import Finding, Refused


class Wish(NamedTuple):
    """What `blue verdict add` was told; what is empty the front matter of the text may say. `speaker`: whose a minority
    verdict or a dissent is when nobody says so. `force`: the reason, None when nothing is to be forced."""

    kind: str = ""
    author: str = ""
    recommendation: str = ""
    conditions: tuple[str, ...] = ()
    vote: str = ""
    confidence: str = ""
    supporting: tuple[str, ...] = ()
    force: str | None = None
    override: bool = False
    speaker: str = ""
    if_absent: bool = False
    dry_run: bool = False


class Text(NamedTuple):
    """A text taken apart, with what it and the options say about the verdict."""

    draft: Draft
    parts: document.Document
    fields: Mapping[str, Any]
    kind: str
    author: str


def read(draft: Draft, wish: Wish, graph: Graph) -> tuple[Text, list[Finding]]:
    """The text and what is wrong with it alone. Options count before front matter."""
    parts, front, found = take_apart(draft)
    unreadable = [*unfit(draft, parts, "the verdict gives no reasons", "write why this was decided")]
    if unreadable:
        raise Refused("nothing was written", [graded(f) for f in (*found, *unreadable)])
    if found:
        parts = text_alone(parts)
    fields = {key: value for key, value in front.items() if key in WISHES and value is not None}
    fields |= {key: value for key, name in WISHES.items() if (value := _listed(getattr(wish, name)))}
    kind = str(fields.get("kind") or FINAL)
    author = str(fields.get("author") or (wish.speaker if kind not in (FINAL, INTERIM) else JUDGE)).lower().removeprefix("@")
    wrong = [f._replace(path=draft.name, line=1, column=1) for f in _mistakes(fields, kind, author, graph)]
    if wrong:  # refused below, with all else that is wrong: a name that is none must not become a path
        kind, author = kind if kind in VERDICT_KINDS else INTERIM, JUDGE
    found += [*wrong, *_unheard(front, wish, draft)]
    return Text(draft, parts, fields, kind, author), [graded(f) for f in found]


WISHES = {
    "kind": "kind", "author": "author", "recommendation": "recommendation", "conditions": "conditions", "vote": "vote",
    "confidence": "confidence", "supporting_experts": "supporting",
}  # fmt: skip


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _mistakes(fields: Mapping[str, Any], kind: str, author: str, graph: Graph) -> Iterator[Finding]:
    """What a verdict may not say."""
    if kind not in VERDICT_KINDS:
        yield Finding("front-matter", f"kind: {kind!r} is none", fix=f"one of {', '.join(VERDICT_KINDS)}")
    if not author:
        yield Finding("missing-field", f"whose {kind} is this?", fix="--author SLUG")
    elif author != JUDGE:
        yield from _stranger(author, graph)
    for key in ("recommendation", "vote", "confidence"):
        value = fields.get(key, "")
        if not isinstance(value, str) or "\n" in value:
            yield Finding("front-matter", f"{key}: not one line of text", fix="the reasons go into the text")
        elif key == "confidence" and value not in ("", *CONFIDENCES):
            yield Finding("front-matter", f"confidence: {value!r} is none", fix=f"one of {', '.join(CONFIDENCES)}")
    yield from _bad_lists(fields, graph)


def _bad_lists(fields: Mapping[str, Any], graph: Graph) -> Iterator[Finding]:
    for key in ("conditions", "supporting_experts"):
        value = fields.get(key, [])
        if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
            yield Finding("front-matter", f"{key}: not a list of texts", fix="write one `- …` a line below it")
        elif key == "supporting_experts":
            for slug in value:
                yield from _stranger(slug.lower().removeprefix("@"), graph)


def _stranger(slug: str, graph: Graph) -> Iterator[Finding]:
    known = [e.slug for e in graph.meta.experts]
    if slug not in known:
        from difflib import get_close_matches

        near = tuple(get_close_matches(slug, known, 3, 0.6))
        fix = f"did you mean {near[0]}?" if near else f"blue expert add {slug}:ROLE"
        why = f"the panel is {', '.join(known) or 'empty'}"
        yield Finding("unknown-expert", f"{slug} is no expert here", why=why, fix=fix, severity=ERROR, suggestions=near)


def _unheard(front: Mapping[str, Any], wish: Wish, draft: Draft) -> Iterator[Finding]:
    """A text cannot force itself past the gate: that is said in the call, by whoever makes it."""
    if wish.force is None and (front.get("forced") or front.get("override")):
        why = "the call decides, so that nobody forces a verdict without knowing"
        yield Finding("identity-mismatch", "forced: in a text counts for nothing", draft.name, 1, 1, why=why, fix="--force REASON")
