"""Quotes of one's own posts: who may, who asks, who does."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from fedi_cotweet.cli import pieces
from fedi_cotweet.cli.client import segment
from fedi_cotweet.cli.decoding import read_view
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.post_options import QuotePolicyChoice
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.showing import show_list, show_post, words
from fedi_cotweet.cli.text import line
from fedi_cotweet.cli.writing import POSTS
from fedi_cotweet.services.views import QuoteRequestView

QUOTES = "/api/v1/control/quotes"


def quote_policy(
    session: Session,
    policy: Annotated[
        QuotePolicyChoice,
        typer.Argument(metavar="public|followers|ask|nobody", help="Who may quote."),
    ],
    target: Annotated[
        str | None,
        typer.Option(
            "--post",
            metavar="POST",
            help="Only this one, by id or address.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Choose who may quote what you write from now on, or one post. Earlier consent stands."""
    client = session.client()
    document = {"policy": policy.value}
    if target is None:
        answer = client.post("/api/v1/control/quote-policy", document)
        session.show(answer, lambda: Text(f"New posts: {_WHO[policy]}"))
        return
    answer = client.post(f"{POSTS}/{segment(target)}/quote-policy", document)
    show_post(session, answer)


def quotes(
    session: Session,
    accept: Annotated[
        str | None,
        typer.Option("--accept", metavar="ID", help="Agree to this one.", show_default=False),
    ] = None,
    decline: Annotated[
        str | None,
        typer.Option(
            "--decline",
            metavar="ID",
            help="Say no, or take back what you agreed to.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show who quotes you and who asks to; agree, decline, or take it back."""
    client = session.client()
    if accept or decline:
        path = f"{QUOTES}/{segment(accept or decline or '')}/{'accept' if accept else 'decline'}"
        answer = client.post(path)
        session.show(answer, lambda: _request(read_view(QuoteRequestView, answer.document())))
        return
    none = "Nobody quotes you, and nobody asks to."
    show_list(session, client.get(QUOTES), QuoteRequestView, "quotes", _request, none=none)


def unquote(session: Session, target: PostArgument) -> None:
    """Take a post of yours, written alone or with others, out of one that quotes it."""
    client = session.client()
    answer = client.post(f"{POSTS}/{segment(target)}/unquote")
    show_post(session, answer)


_WHO = {
    QuotePolicyChoice.PUBLIC: "anybody may quote them.",
    QuotePolicyChoice.FOLLOWERS: "your followers may quote them.",
    QuotePolicyChoice.ASK: "anybody may ask to quote them: fedi-cotweet quotes",
    QuotePolicyChoice.NOBODY: "nobody may quote them but you.",
}
_STATES = {
    "pending": ("waits for your answer", "yellow"),
    "accepted": ("agreed", "green"),
    "rejected": ("declined", "dim"),
    "revoked": ("agreed, and taken back", "dim"),
}


def _request(view: QuoteRequestView) -> RenderableType:
    asks = " asks to quote you." if view.state == "pending" else " quotes you."
    who = pieces.person(view.sender).append(asks, style="default")
    label, style = _STATES.get(view.state, (line(view.state), "default"))
    parts: list[RenderableType] = [
        Text(f"{line(view.id)}  ", style="bold").append_text(who),
        Text(f"  {line(view.quoting)}", style="cyan"),
        words(view.summary, view.text),
        Text(f"  about {line(view.post)}", style="dim"),
        Text(f"  {label}", style=style),
    ]
    if view.may_accept:
        parts.append(Text(f"  fedi-cotweet quotes --accept {line(view.id)}", style="dim"))
    if view.state in ("pending", "accepted"):
        parts.append(Text(f"  fedi-cotweet quotes --decline {line(view.id)}", style="dim"))
    return Group(*parts)
