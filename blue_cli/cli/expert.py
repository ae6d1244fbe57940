"""`blue expert add|retire`, and `blue experts list`."""

from __future__ import annotations

from typing import Annotated

import typer

from blue_cli.actions.panel import Member, add_expert, parse_expert, retire_expert
from blue_cli.cli.commands import group
from blue_cli.cli.lists import add_list
from blue_cli.cli.options import call
from blue_cli.cli.output import Result
from blue_cli.dialogue.meta import expert_fields

app = group("Who is on the panel.")


@app.command("add")
def add(
    who: Annotated[str, typer.Argument(metavar="SLUG:ROLE[:TIER]", help="A short name, what they stand for, core, adjacent or wildcard.")],
    reason: Annotated[str, typer.Option("--reason", metavar="T", help="Why they are asked.")] = "",
    focus: Annotated[str, typer.Option("--focus", metavar="T", help="What they should look at.")] = "",
    from_round: Annotated[int | None, typer.Option("--from-round", metavar="N", help="Their first round; else the one that runs.")] = None,
) -> Result:
    """Put an expert on the panel."""
    here = call()
    expert = parse_expert(who)._replace(reason=reason, focus=focus)
    row = here.dialogue()
    member = add_expert(here.workspace.store, row.uid, expert, from_round)
    seat = f"{member.expert.slug} ({member.expert.role}, {member.expert.tier})"
    text = f"{seat} is on the panel of {row.id}{'' if member.changed else ' already'}\n"
    return _result("add", row.id, member, text)


@app.command("retire")
def retire(who: Annotated[str, typer.Argument(metavar="SLUG", help="Whose seat becomes free.")]) -> Result:
    """Take an expert off the panel. What they said stays."""
    here = call()
    row = here.dialogue()
    member = retire_expert(here.workspace.store, row.uid, who.lower().removeprefix("@"))
    after = f" after round {member.expert.to_round}" if member.expert.to_round is not None else ""
    return _result("retire", row.id, member, f"{member.expert.slug} is off the panel of {row.id}{after}\n")


def _result(verb: str, dialogue: str, member: Member, text: str) -> Result:
    fields = {"changed": member.changed, "dialogue": dialogue, "expert": expert_fields(member.expert)}
    return Result(f"blue/expert.{verb}@1", fields, text)


add_list(app, "experts")
