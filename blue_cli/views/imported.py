"""What was brought in, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from blue_cli.dialogue.grammar import KIND_NAMES
from blue_cli.dialogue.graph import Graph
from blue_cli.dialogue.ids import JUDGE
from blue_cli.dialogue.sources import FOLDER
from blue_cli.views.text import sanitize

_FORMS: Mapping[str, str] = {"record": "an older record", "export": "an export", "rounds": "plain rounds", "folder": "a dialogue's folder"}


class Come(NamedTuple):
    """One dialogue that was brought in: from a file of this name, in this form; made now, or there already. `uid` is None where it is
    yet to be minted; of a `sealed` one nobody knows what it says."""

    source: str
    form: str
    graph: Graph
    files: int
    created: bool
    uid: str | None
    sealed: bool = False


def document(come: Sequence[Come], dry_run: bool) -> dict[str, Any]:
    """The document without `schema` and `warnings`."""
    return {"created": any(one.created for one in come) and not dry_run, "dry_run": dry_run, "dialogues": [_one(one) for one in come]}


def _one(one: Come) -> dict[str, Any]:
    about = one.graph.meta
    return {
        "dialogue": about.id,
        "uid": one.uid,
        "source": one.source,
        "form": one.form,
        "created": one.created,
        "native": about.native,
        "path": FOLDER + about.id,
        "experts": [e.slug for e in about.experts],
        "rounds": _rounds(one.graph),
        "contributions": len(one.graph.sources.files),
        "files": one.files,
        "sealed": one.sealed,
        "added": None if one.sealed else {name: _count(one.graph, letter) for letter, name in KIND_NAMES.items()},
    }


def _count(graph: Graph, kind: str) -> int:
    return sum(1 for _ in graph.of_kind(kind))


def _rounds(graph: Graph) -> list[int]:
    return sorted({source.round for source in graph.sources.files})


def text(come: Sequence[Come], dry_run: bool) -> str:
    """A few lines for each."""
    return "".join(_lines(one, dry_run) for one in come)


def _lines(one: Come, dry_run: bool) -> str:
    about = one.graph.meta
    word = ("would import" if dry_run else "imported") if one.created else "there already:"
    experts = [e.slug for e in about.experts]
    texts = _counted(len(one.graph.sources.files), "texts") or "no texts"
    judged = sum(source.author == JUDGE for source in one.graph.sources.files)
    judged_text = f", {judged} of them the judge's" if judged else ""
    found = [_counted(_count(one.graph, letter), name) for letter, name in KIND_NAMES.items()]
    lines = [
        f"{word} {about.id}, {_FORMS[one.form]}",
        f"  {FOLDER}{about.id}, {_counted(one.files, 'files')}",
        f"  {_counted(len(experts), 'experts')}: {', '.join(experts)}" if experts else "  no experts",
        f"  {_counted(len(_rounds(one.graph)), 'rounds') or 'no rounds'}, {texts}{judged_text}",
        "  sealed, and not read" if one.sealed else "  " + (", ".join(filter(None, found)) or "nothing raised"),
    ]
    return "".join(f"{sanitize(line)}\n" for line in lines)


def _counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`; nothing for none."""
    if not number:
        return ""
    return f"{number} {noun.removesuffix('s') if number == 1 else noun}"
