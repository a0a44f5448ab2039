"""Finding posts, and what of one's own can be found."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from fedi_cotweet.cli import post_cards
from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import UsageError, segment
from fedi_cotweet.cli.decoding import read_view
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.reading import CONTROL, BeforeOption, LimitOption
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.writing import COTWEETS
from fedi_cotweet.services.views import TimelinePage


def search(
    session: Session,
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="All must be there.")],
    limit: LimitOption = None,
    before: BeforeOption = None,
) -> None:
    """Find public posts by their words, of people who let themselves be found."""
    sought = " ".join(words)
    answer = session.client().get(f"{CONTROL}/search", q=sought, limit=limit, before=before)
    session.show(
        answer,
        lambda: post_cards.timeline(
            read_view(TimelinePage, answer.document()),
            now(),
            empty="Nothing found.",
            command=f"search {sought}",
        ),
    )


def tag(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="TAG", help="With or without #.")],
    limit: LimitOption = None,
    before: BeforeOption = None,
) -> None:
    """Read the newest public posts with a hashtag."""
    bare = name.removeprefix("#")
    if not bare:
        raise UsageError(f'"{name}" is no hashtag.', "Write it like #pie.")
    answer = session.client().get(f"{CONTROL}/tags/{segment(bare)}", limit=limit, before=before)
    session.show(
        answer,
        lambda: post_cards.timeline(
            read_view(TimelinePage, answer.document()),
            now(),
            empty=f"Nothing with #{bare} here yet.",
            command=f"tag {bare}",
        ),
    )


def hide(session: Session, post: PostArgument) -> None:
    """Take a co-tweet off your own profile; you stay its author."""
    answer = session.client().post(f"{COTWEETS}/{segment(post)}/hide")
    session.show(answer, lambda: Text("It does not stand on your profile any more."))


def unhide(session: Session, post: PostArgument) -> None:
    """Show a co-tweet on your own profile again."""
    answer = session.client().post(f"{COTWEETS}/{segment(post)}/unhide")
    session.show(answer, lambda: Text("It stands on your profile again."))


def direct(session: Session, limit: LimitOption = None, before: BeforeOption = None) -> None:
    """Read what people write to you alone, and you to them, newest first."""
    answer = session.client().get(f"{CONTROL}/direct", limit=limit, before=before)
    session.show(
        answer,
        lambda: post_cards.timeline(
            read_view(TimelinePage, answer.document()),
            now(),
            empty="No direct posts. Write one: "
            'fedi-cotweet post "Hello, @bob@b.example!" --visibility direct',
            command="direct",
        ),
    )


def searchable(
    session: Session,
    choice: Annotated[str, typer.Argument(metavar="yes|no", help="no is what it begins with.")],
) -> None:
    """Let others find your public posts by their words, or not."""
    answer = session.client().post(f"{CONTROL}/searchable", {"searchable": choice})
    said = "can be" if choice == "yes" else "cannot be"
    session.show(answer, lambda: Text(f"Your public posts {said} found by their words."))
