"""What several commands show: a post after something was done to it, and lists of questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rich.console import RenderableType
from rich.text import Text

from fedi_cotweet.cli import post_cards
from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import Answer
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import plain
from fedi_cotweet.services.views import PostView

V = TypeVar("V")


def show_post(session: Session, answer: Answer) -> None:
    """A post, whatever was done to it."""
    session.show(
        answer,
        lambda: post_cards.post(read_view(PostView, answer.document()), now(), asked=True),
    )


def show_list(
    session: Session,
    answer: Answer,
    view: type[V],
    member: str,
    card: Callable[[V], RenderableType],
    *,
    none: str,
) -> None:
    """The views in ``member`` of an answer, a card each; ``none`` where there are none."""
    if session.as_json:
        session.show(answer, Text)
        return
    found = read_list(view, answer.document(), member)
    if not found:
        session.say(Text(none))
    for one in found:
        session.say(card(one))


def words(summary: str, text: str) -> Text:
    """What a post says, below its content warning if it has one."""
    return Text(f"  {plain(summary)}\n  {plain(text)}" if summary else f"  {plain(text)}")
