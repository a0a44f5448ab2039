"""Invites from others: look, accept, decline."""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.text import Text

from fedi_cotweet.cli import invite_cards, pieces
from fedi_cotweet.cli.agreeing import Question, digest_to_accept
from fedi_cotweet.cli.client import Answer, Client, CommandError, segment
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.naming import InviteArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line, shown_name
from fedi_cotweet.services.views import InviteView

INVITES = "/api/v1/cotweets/invites"


def now() -> int:
    """Milliseconds since 1970, for "in 6 days"."""
    return time.time_ns() // 1_000_000


def invites(session: Session) -> None:
    """Show every invite that waits for an answer, whole, as it would be published."""
    answer = session.client().get(INVITES)
    if session.as_json:
        session.show(answer, Text)
        return
    found = read_list(InviteView, answer.document(), "invites")
    if not found:
        session.say(Text("No invites."))
    for view in found:
        session.say(invite_cards.invite(view, now()))


def accept(
    session: Session,
    invite: InviteArgument,
    digest: Annotated[
        str | None,
        typer.Option(
            "--digest", metavar="D", help="Accept only what has this digest.", show_default=False
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask.", show_default=False)
    ] = False,
) -> None:
    """Agree to be an author: shows what would be published, asks, and signs your consent.

    What you saw is what you agree to: if it changed meanwhile, nothing is agreed.
    """
    client = session.client()
    digest = digest_to_accept(session, lambda: _question(client, invite), digest, yes=yes)
    answer = client.post(f"{INVITES}/{segment(invite)}/accept", {"digest": digest})
    session.show(answer, lambda: _accepted(answer))


def decline(
    session: Session,
    invite: InviteArgument,
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="TEXT", help="A word to the inviter.", show_default=False),
    ] = None,
) -> None:
    """Say no. Nothing is published; the inviter is told, with your reason if you give one."""
    document = {"reason": reason} if reason else {}
    answer = session.client().post(f"{INVITES}/{segment(invite)}/decline", document)
    session.show(answer, lambda: _declined(read_view(InviteView, answer.document())))


def _declined(view: InviteView) -> Text:
    if view.state == "declined":
        return Text(f"Declined invite {line(view.id)}. Its author has been told.")
    label, _ = pieces.CONSENTS.get(view.state, (line(view.state), ""))
    return Text(f"Invite {line(view.id)} was over already: {label}. Nothing was sent.")


def _question(client: Client, invite: str) -> Question:
    answer = client.get(f"{INVITES}/{segment(invite)}")
    view = read_view(InviteView, answer.document())
    if view.state not in ("offered", "accepted"):
        label, _ = pieces.CONSENTS.get(view.state, (line(view.state), ""))
        raise CommandError(
            "invite_over",
            f"Invite {view.id} is over: {label}.",
            "Those that wait for an answer: fedi-cotweet invites",
        )
    return Question(
        digest=view.digest,
        shown=invite_cards.invite(view, now()),
        ask="Publish this under your name?",
        kind="invite",
        parts="its text, pictures or authors",
        look="fedi-cotweet invites",
        accept=f"fedi-cotweet accept {view.id}",
        decline=f"fedi-cotweet decline {view.id}",
        refusal=view.refusal,
    )


def _accepted(answer: Answer) -> Text:
    view = read_view(InviteView, answer.document())
    text = Text("Agreed. ", style="bold green")
    if view.state != "published" and view.already_author:
        text.append("It replaces the published version once everyone has agreed.")
    elif view.state == "published" or view.already_published:
        text.append("Your name stands on the post once its author's server adds it.")
    else:
        sender = shown_name(view.sender.name) or f"@{line(view.sender.handle)}"
        text.append(f"It is published when {sender}'s server has everyone's consent.")
    back = f"fedi-cotweet leave {line(view.id)}"
    return text.append(f"\nYou can take your name back at any time: {back}")
