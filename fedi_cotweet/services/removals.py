"""Objects of other servers that are deleted where they come from."""

from __future__ import annotations

from fedi_cotweet.services import arrivals, endings
from fedi_cotweet.services.arrivals import Arrival
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.posts import remove
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, posts


def receive_delete(tx: Tx, env: Env, uri: str, sender: Actor, text: str = "") -> str:
    """Its author deleted an object. Unknown ids are remembered, so that a late copy stays out.

    ``text`` is the ``Delete`` as received, if others can check it without us: whoever has the post
    from a co-author here, hears from them that it is gone.
    """
    post = posts.post_by_uri(tx, uri)
    if post is None:
        posts.bury(tx, uri, sender.uri, env.now())
        endings.end_consents(tx, env, uri, sender.id)
        return "remembered"
    if post.author_id != sender.id or post.local:
        return "not_the_author"
    for account_id in remove(tx, env, post):
        if text:
            emit(
                tx,
                env,
                "cotweet.delete_carried",
                post_id=post.id,
                account_id=account_id,
                text=text,
            )
    return "deleted"


def receive_tombstone(
    tx: Tx, env: Env, arrival: Arrival, *, asked: bool, recipient_id: int | None
) -> str:
    """A new object that is nothing but the word that it is gone, said by its author.

    What would have been everybody's to see has its place here from the start as what was deleted:
    its page says so. A copy that comes later stays out, as after a ``Delete``.
    """
    known = posts.post_by_uri(tx, arrival.note.id) is not None
    if not known and arrival.visibility in EVERYBODYS:
        arrivals.store_arrival(
            tx, env, arrival, update=False, asked=asked, quiet=True, recipient_id=recipient_id
        )
    outcome = receive_delete(tx, env, arrival.note.id, arrival.author)
    return "remembered" if outcome == "deleted" and not known else outcome


def gone(tx: Tx, env: Env, uri: str) -> None:
    """Its origin says that it is gone for good: what is known here of it goes too."""
    post = posts.post_by_uri(tx, uri)
    author = actors.actor(tx, post.author_id) if post is not None and not post.local else None
    if author is not None and post is not None and post.state == "published":
        receive_delete(tx, env, uri, author)
