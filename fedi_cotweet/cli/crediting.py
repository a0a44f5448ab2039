"""Credit for pictures: asking artists, and answering as one."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from fedi_cotweet.cli import pieces
from fedi_cotweet.cli.agreeing import Question, digest_to_accept
from fedi_cotweet.cli.client import Client, UsageError, handles, segment
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.showing import show_list, show_post, words
from fedi_cotweet.cli.text import line, plain
from fedi_cotweet.cli.writing import COTWEETS, POSTS
from fedi_cotweet.services.views import CreditRequestView

PictureOption = Annotated[
    int, typer.Option("--picture", metavar="N", min=1, help="Which picture, counted from 1.")
]


def credit(
    session: Session,
    target: PostArgument,
    artist: Annotated[
        str | None, typer.Argument(metavar="HANDLE", help="Who made it; they are asked.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="TEXT", help="The name as plain text.", show_default=False),
    ] = None,
    picture: PictureOption = 1,
) -> None:
    """Say who made a picture of a post of yours. Until they agree it is plain text, not a link."""
    if not artist and not name:
        raise UsageError("Who made it?", "Give a handle, or --name.")
    document: dict[str, object] = {"picture": picture - 1}
    if artist:
        document["handle"] = handles([artist])[0]
    if name:
        document["name"] = name
    client = session.client()
    show_post(session, client.post(f"{POSTS}/{segment(target)}/credits", document))


def uncredit(session: Session, target: PostArgument, picture: PictureOption = 1) -> None:
    """Name nobody for a picture any more."""
    client = session.client()
    path = f"{POSTS}/{segment(target)}/credits/take-back"
    show_post(session, client.post(path, {"picture": picture - 1}))


def credits(  # noqa: A001 - the command's name
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
            help="Say no, or take your name off again.",
            show_default=False,
        ),
    ] = None,
    digest: Annotated[
        str | None,
        typer.Option(
            "--digest", metavar="D", help="Agree only to what has this digest.", show_default=False
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask.", show_default=False)
    ] = False,
) -> None:
    """Show who asks to name you under a picture; agree or decline.

    --accept shows the post and the picture and asks. What you saw is what you agree to.
    """
    client = session.client()
    if decline:
        answer = client.post(f"{COTWEETS}/credits/{segment(decline)}/decline")
        session.show(answer, lambda: _question(read_view(CreditRequestView, answer.document())))
        return
    if accept:
        digest = digest_to_accept(session, lambda: _asked(client, accept), digest, yes=yes)
        path = f"{COTWEETS}/credits/{segment(accept)}/accept"
        answer = client.post(path, {"digest": digest})
        session.show(answer, lambda: _question(read_view(CreditRequestView, answer.document())))
        return
    asked = client.get(f"{COTWEETS}/credits")
    show_list(session, asked, CreditRequestView, "credits", _question, none="Nobody asks.")


def _find(client: Client, wanted: str) -> CreditRequestView:
    answer = client.get(f"{COTWEETS}/credits")
    for view in read_list(CreditRequestView, answer.document(), "credits"):
        if view.id == wanted:
            return view
    raise UsageError(f"Nobody asks you anything under the id {wanted}.")


def _asked(client: Client, wanted: str) -> Question:
    view = _find(client, wanted)
    return Question(
        digest=view.digest,
        shown=_question(view),
        ask="Be named under this picture?",
        kind="question",
        parts="the post or the picture",
        look="fedi-cotweet credits",
        accept=f"fedi-cotweet credits --accept {view.id}",
        decline=f"fedi-cotweet credits --decline {view.id}",
    )


_NEXT = {
    "offered": ("--accept", "--decline"),
    "accepted": ("--decline",),
}
"""What can be answered in each state; in all others it is over."""


def _question(view: CreditRequestView) -> RenderableType:
    who = pieces.person(view.sender).append(" names you under a picture.", style="default")
    label, style = pieces.CONSENTS.get(view.state, (line(view.state), "default"))
    return Group(
        Text(f"{line(view.id)}  ", style="bold").append_text(who),
        Text(f"  {line(view.picture)}", style="cyan"),
        Text(f"  {plain(view.alt)}", style="dim"),
        Text(f"  in {line(view.post)}:"),
        words(view.summary, view.text),
        Text(f"  {label}", style=style),
        Text(f"  Digest {line(view.digest)}", style="dim"),
        *(
            Text(f"  fedi-cotweet credits {option} {line(view.id)}", style="dim")
            for option in _NEXT.get(view.state, ())
        ),
    )
