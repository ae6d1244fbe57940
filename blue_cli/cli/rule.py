"""`blue rule`, and the same verbs under `blue tensions`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from blue_cli.cli.options import Call, call
from blue_cli.cli.output import Result
from blue_cli.dialogue.grammar import VERBS
from blue_cli.errors import Refused, WrongCall

if TYPE_CHECKING:
    from blue_cli.actions.rulings import Wish

# A listing of tensions gets these verbs too, and must not pay for what writes: that is imported where somebody rules.

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="What is ruled on: T0101, MUFFIN-T0101, …")]
ViaOption = Annotated[str, typer.Option("--via", metavar="ID", help="The recommendation that settles it.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="T", help="Why.")]
IfAbsentOption = Annotated[bool, typer.Option("--if-absent", help="The same ruling again is no error.")]
ReplaceOption = Annotated[bool, typer.Option("--replace", help="Take the place of this round's other ruling on it.")]


def command(
    id: IdArgument,
    verb: Annotated[str, typer.Argument(metavar="|".join(VERBS), help="What the judge decides.")],
    into: Annotated[str, typer.Option("--into", metavar="ID", help="What it becomes part of (merge).")] = "",
    via: ViaOption = "",
    reason: ReasonOption = "",
    if_absent: IfAbsentOption = False,
    replace: ReplaceOption = False,
) -> Result:
    """Rule as the judge: one ruling, one file, in the last round."""
    return ruled(_verb(id, verb), id, into=into, via=via, reason=reason, if_absent=if_absent, replace=replace)


def _verb(id: str, verb: str) -> str:
    """The verb as it was meant; `WrongCall` for one that there is none of, also where it stands in the id's place."""
    if verb.lower() in VERBS:
        return verb.lower()
    if id.lower() in VERBS:
        raise WrongCall("the id comes first", fix=f"blue rule {shlex.quote(verb)} {id.lower()}")
    from difflib import get_close_matches

    near = get_close_matches(verb.lower(), VERBS, 3, 0.5)
    raise WrongCall(f"no ruling is called {verb!r}", fix=f"one of {', '.join(VERBS)}", suggestions=near)


def ruled(verb: str, id: str, **more: Any) -> Result:
    """Rule, and say what came of it. `more` are the other fields of a `Wish`."""
    from blue_cli.actions.rulings import Wish, rule
    from blue_cli.views import ruling as view

    here = call()
    wish = Wish(verb, id, **more)
    row = here.dialogue()
    try:
        done = rule(here.workspace.store, row.uid, wish, here.world.now())
    except Refused as error:
        return _refused(here, error, row.id, wish)
    return Result(
        "blue/rule@1",
        lambda: view.document(done.graph, done.file, done.changed),
        lambda screen: view.text(done.graph, done.file, done.changed, screen.color),
    )


def _refused(here: Call, error: Refused, dialogue: str, wish: Wish) -> Result:
    """Every finding, and how to try again."""
    if not here.globals.json:
        raise error
    from blue_cli.cli import drafts

    words = ["rule", wish.id, wish.verb, "-d", dialogue]
    for name in ("into", "via", "reason"):
        words += [f"--{name}", getattr(wish, name)] if getattr(wish, name) else []
    words += [flag for flag, on in (("--if-absent", wish.if_absent), ("--replace", wish.replace)) if on]
    return drafts.refused(error, "blue/rule@1", drafts.again(here, words))


def add_rulings(app: typer.Typer) -> None:
    """Give the group of tensions the verbs that are for tensions alone."""

    @app.command("resolve", help="Rule that a tension is resolved.")
    def resolve(
        id: IdArgument, via: ViaOption = "", reason: ReasonOption = "", if_absent: IfAbsentOption = False, replace: ReplaceOption = False
    ) -> Result:
        return ruled("resolve", id, via=via, reason=reason, if_absent=if_absent, replace=replace)

    @app.command("accept", help="Rule that a tension stands, unsettled.")
    def accept(id: IdArgument, reason: ReasonOption = "", if_absent: IfAbsentOption = False, replace: ReplaceOption = False) -> Result:
        return ruled("accept", id, reason=reason, if_absent=if_absent, replace=replace)

    @app.command("reopen", help="Rule that a tension is open again.")
    def reopen(id: IdArgument, reason: ReasonOption = "", if_absent: IfAbsentOption = False, replace: ReplaceOption = False) -> Result:
        return ruled("reopen", id, reason=reason, if_absent=if_absent, replace=replace)
