"""The co-authors of one's own co-tweets, and changes that wait for their consent."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from fedi_cotweet.cli.client import handles, segment
from fedi_cotweet.cli.credited import credited
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.writing import COTWEETS, show_draft

PersonArgument = Annotated[str, typer.Argument(metavar="HANDLE", help="Like @bob@b.example.")]


def invite(
    session: Session,
    target: PostArgument,
    person: Annotated[
        str,
        typer.Argument(
            metavar="HANDLE[:ROLE]", help="Like @bob@b.example, or @bob@b.example:artist."
        ),
    ],
    replaces: Annotated[
        str | None,
        typer.Option(
            "--instead-of", metavar="HANDLE", help="Whose place they take.", show_default=False
        ),
    ] = None,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Also if they said no to an earlier text.", show_default=False
        ),
    ] = False,
    by_message: Annotated[
        bool,
        typer.Option(
            "--by-message",
            help="Ask by direct message if their server knows nothing of co-authors.",
            show_default=False,
        ),
    ] = False,
) -> None:
    """Invite one more co-author to a draft or a published co-tweet: everybody is asked."""
    client = session.client()
    given = credited(person)
    named = {"handle": given} if isinstance(given, str) else given
    document: dict[str, Any] = {**named, "again": again}
    if replaces:
        document["replaces"] = handles([replaces])[0]
    if by_message:
        document["by_message"] = True
    path = f"{COTWEETS}/{segment(target)}/authors"
    show_draft(session, client.post(path, document))


def remove(session: Session, target: PostArgument, person: PersonArgument) -> None:
    """Take a co-author off a co-tweet, or go on without one who said no to a draft."""
    client = session.client()
    whom = segment(handles([person])[0])
    show_draft(session, client.delete(f"{COTWEETS}/{segment(target)}/authors/{whom}"))


def cancel_change(session: Session, target: PostArgument) -> None:
    """Call off a change that waits for consent; what is published stays as it is."""
    client = session.client()
    path = f"{COTWEETS}/{segment(target)}/changes/cancel"
    show_draft(session, client.post(path))
