"""What others write: timeline, single posts, whom to follow."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from fedi_cotweet.cli import history_cards, post_cards
from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import called, handles, segment
from fedi_cotweet.cli.decoding import read_view
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.writing import POSTS
from fedi_cotweet.services.history_views import HistoryView
from fedi_cotweet.services.thread_views import ThreadView
from fedi_cotweet.services.views import PostView, TimelinePage

CONTROL = "/api/v1/control"

LimitOption = Annotated[
    int | None,
    typer.Option("--limit", min=1, max=100, help="How many posts.", show_default=False),
]
BeforeOption = Annotated[
    str | None, typer.Option("--before", metavar="ID", help="Only older ones.", show_default=False)
]
HandleArgument = Annotated[str, typer.Argument(metavar="HANDLE", help="Such as @bob@b.example.")]


def timeline(session: Session, limit: LimitOption = None, before: BeforeOption = None) -> None:
    """Read what the people you follow write, newest first."""
    answer = session.client().get(f"{CONTROL}/timeline", limit=limit, before=before)
    session.show(
        answer,
        lambda: post_cards.timeline(read_view(TimelinePage, answer.document()), now()),
    )


def show(session: Session, target: PostArgument) -> None:
    """Show one post with all its verified authors; an address elsewhere is fetched from there."""
    answer = session.client().get(f"{POSTS}/{segment(target)}")
    session.show(
        answer,
        lambda: post_cards.post(read_view(PostView, answer.document()), now(), asked=True),
    )


def thread(session: Session, post: PostArgument) -> None:
    """Show one post with what it answers and what answers it.

    What is missing is fetched from its own servers meanwhile: look again a little later.
    """
    answer = session.client().get(f"{POSTS}/{segment(post)}/thread")
    session.show(answer, lambda: post_cards.thread(read_view(ThreadView, answer.document()), now()))


def history(session: Session, post: PostArgument) -> None:
    """Show what a post says and what it said before it was edited, newest first."""
    answer = session.client().get(f"{POSTS}/{segment(post)}/history")
    session.show(
        answer, lambda: history_cards.history(read_view(HistoryView, answer.document()), now())
    )


def follow(
    session: Session,
    handle: HandleArgument,
    post: Annotated[
        str | None,
        typer.Option(
            "--post",
            metavar="POST",
            help="The post that brought you: its authors hear how many came, never who.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Follow somebody, here or on any server of the fediverse."""
    [known] = handles([handle])
    document = {"handle": known} if post is None else {"handle": known, "post": post}
    answer = session.client().post(f"{CONTROL}/follow", document)

    def said() -> Text:
        already = answer.document().get("state") == "accepted"
        return Text(
            f"You follow {called(known)}." if already else f"Asked to follow {called(known)}."
        )

    session.show(answer, said)


def unfollow(session: Session, handle: HandleArgument) -> None:
    """Stop following somebody."""
    [known] = handles([handle])
    answer = session.client().post(f"{CONTROL}/unfollow", {"handle": known})
    session.show(answer, lambda: Text(f"You do not follow {called(known)} any more."))
