"""Inbox forwarding: whoever follows the author of a post hears what others answer to it.

Their servers are no business of the one that the answer came from, which may not know them
(ActivityPub 7.1.2). They believe it only because it carries its own author's proof or signature.
"""

from __future__ import annotations

from typing import Final

from fedi_cotweet.services import distances
from fedi_cotweet.services.audiences import EVERYBODYS, everybodys
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import posts

LONGEST: Final = 65_536
"""Characters of an activity that is passed on as it came."""


def forward(tx: Tx, env: Env, reply: Post, by: Actor, kind: str, uri: str, text: str) -> bool:
    """Pass an activity about an answer on, if it is one to a post of ours; whether it was.

    ``text`` is the activity as received, with its author's own proof or LD signature.
    """
    if reply.local or reply.in_reply_to_uri is None or len(text) > LONGEST:
        return False
    if reply.visibility not in EVERYBODYS or reply.kept_out_at is not None:
        return False
    answered = posts.post_by_uri(tx, reply.in_reply_to_uri)
    if answered is None or not answered.local or not everybodys(answered):
        return False
    if distances.shut_out(tx, env.now(), answered.author_id, by.id):
        return False
    emit(
        tx,
        env,
        "reply.forwarded",
        post_id=answered.id,
        actor_id=by.id,
        type=kind,
        uri=uri,
        text=text,
    )
    return True
