"""Whose invites one does not want, and whose there were too many of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line
from fedi_cotweet.domain.plurals import count

POLICY = "/api/v1/control/invite-policy"
MUTES = "/api/v1/cotweets/invite-mutes"
REFUSED = "/api/v1/control/refused-invites"


class Policy(StrEnum):
    """Who may invite."""

    NOBODY = "nobody"
    PEOPLE_I_FOLLOW = "people_i_follow"
    FOLLOWERS = "followers"
    ANYONE = "anyone"


_WELCOME = {
    "nobody": "Nobody may invite you.",
    "people_i_follow": "People you follow may invite you.",
    "followers": "People who follow you may invite you.",
    "anyone": "Anyone may invite you.",
}


def invite_policy(
    session: Session,
    policy: Annotated[
        Policy | None,
        typer.Argument(
            metavar="|".join(Policy), help="Who may invite you from now on.", show_default=False
        ),
    ] = None,
) -> None:
    """Show who may invite you to write together, or decide it."""
    client = session.client()
    answer = client.get(POLICY) if policy is None else client.post(POLICY, {"policy": policy.value})

    def shown() -> Text:
        found = str(answer.document().get("policy"))
        return Text(_WELCOME.get(found, line(found)))

    session.show(answer, shown)


def mute_invites(
    session: Session,
    who: Annotated[
        str | None,
        typer.Argument(
            metavar="WHO", help="A handle, or a server such as b.example.", show_default=False
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take their invites again.", show_default=False)
    ] = False,
) -> None:
    """Take no invites from somebody or from a whole server, without blocking them.

    They are not told. Without WHO: list whose invites are muted.
    """
    client = session.client()
    if who is None:
        answer = client.get(MUTES)
        session.show(answer, lambda: _mutes(answer.document()))
    elif undo:
        answer = client.post(f"{MUTES}/remove", {"who": who})
        session.show(answer, lambda: Text(f"Invites from {line(who)} are taken again."))
    else:
        answer = client.post(MUTES, {"who": who})
        session.show(
            answer,
            lambda: Text(
                f"No invites from {line(who)} any more. They are not told.\n"
                f"To undo it: fedi-cotweet mute-invites {line(who)} --undo"
            ),
        )


def refused_invites(session: Session) -> None:
    """Show the servers whose invites were dropped for being too many, for the operator."""
    answer = session.client().get(REFUSED)
    session.show(answer, lambda: _refused(answer.document()))


def _mutes(document: dict[str, Any]) -> Text:
    found = document.get("invite_mutes") or []
    if not found:
        return Text("Invites from nobody are muted.")
    names = (f"@{item['handle']}" if item["handle"] else item["subject"] for item in found)
    return Text("\n").join(Text(line(name)) for name in names)


def _refused(document: dict[str, Any]) -> Text | Table:
    found = document.get("hosts") or []
    if not found:
        return Text("No invites were dropped for being too many.")
    table = Table.grid(padding=(0, 2))
    for item in found:
        table.add_row(line(item["host"]), count(item["refused"], "invite"))
    return table
