"""What one does with the posts of others: like, boost, mute; and take it back."""

from __future__ import annotations

from fedi_cotweet.cli import post_cards
from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import segment
from fedi_cotweet.cli.decoding import read_view
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.writing import POSTS
from fedi_cotweet.services.views import PostView


def like(session: Session, target: PostArgument) -> None:
    """Like a post. Every author of it is told."""
    _do(session, target, "like")


def unlike(session: Session, target: PostArgument) -> None:
    """Take a like back."""
    _do(session, target, "unlike")


def boost(session: Session, target: PostArgument) -> None:
    """Pass a post on to your followers."""
    _do(session, target, "boost")


def unboost(session: Session, target: PostArgument) -> None:
    """Take a boost back."""
    _do(session, target, "unboost")


def pin(session: Session, target: PostArgument) -> None:
    """Show a post of yours first on your profile."""
    _do(session, target, "pin")


def unpin(session: Session, target: PostArgument) -> None:
    """Show it in its place again."""
    _do(session, target, "unpin")


def mute_post(session: Session, target: PostArgument) -> None:
    """Hear no more of likes, boosts and replies in a post's thread. Its other authors still do."""
    _do(session, target, "mute")


def unmute_post(session: Session, target: PostArgument) -> None:
    """Hear of likes, boosts and replies in a post's thread again."""
    _do(session, target, "unmute")


def _do(session: Session, target: str, what: str) -> None:
    client = session.client()
    answer = client.post(f"{POSTS}/{segment(target)}/{what}")
    session.show(answer, lambda: post_cards.post(read_view(PostView, answer.document()), now()))
