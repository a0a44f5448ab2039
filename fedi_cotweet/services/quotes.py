"""Quotes: who may quote a post of ours, and what became of what posts quote (FEP-044f)."""

from __future__ import annotations

from typing import Final

from activitypub.quotes.forms import Quotation
from activitypub.quotes.stamps import may_be_stamp_of
from activitypub.vocab.reading import same_origin
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit, later
from fedi_cotweet.services.quotable import authors_of, readable, renewed
from fedi_cotweet.services.quote_requests import apply_to_post, decide, mark_refused, refuse
from storage.engine import Tx
from storage.models import Actor
from storage.queries import posts, quotes

DEPTH: Final = 2
"""A post, what it quotes, and what that quotes; no further is anything fetched."""
CHECKED_AGAIN_AFTER: Final = 7 * DAY


def begin(tx: Tx, post_id: int, quoted_uri: str) -> None:
    """A post written here quotes another; nobody is asked before it is published."""
    quotes.set_quote(tx, post_id, quoted_uri=quoted_uri, state="pending")


def published(tx: Tx, env: Env, post_id: int) -> None:
    """A post of ours is out: if it quotes, its author's own is shown, others are asked."""
    held, post = quotes.quote(tx, post_id), posts.post(tx, post_id)
    if held is None or post is None:
        return
    quoter, quoted = find_actor(tx, post.author_id), readable(tx, held.quoted_uri)
    if quoted is None:
        return
    if quoted.author_id == post.author_id:
        quotes.set_quote(tx, post_id, quoted_uri=held.quoted_uri, state="accepted")
    elif quoted.local:
        made = decide(tx, env, quoted, quoter, quoting=post.uri, uri=f"{post.uri}#quote")
        apply_to_post(tx, env, made, renew=False)
    else:
        uri = env.addresses.activity(quoter.username, env.new_id())
        quotes.set_quote(tx, post_id, quoted_uri=held.quoted_uri, state="pending", request_uri=uri)
        emit(tx, env, "quote.requested", post_id=post_id)


def store_remote(
    tx: Tx, env: Env, post_id: int, author: Actor, uri: str, said: Quotation | None, depth: int = 0
) -> None:
    """What a remote post says that it quotes. It is shown when the quoted author's consent is."""
    held = quotes.quote(tx, post_id)
    if said is None:
        if held is not None:
            quotes.remove_quote(tx, post_id)
        return
    same = held is not None and held.quoted_uri == said.quoted
    if same and held is not None and held.state != "pending" and held.stamp_uri == said.stamp:
        return
    state = "pending" if said.asks or said.stamp is not None else "unauthorised"
    quoted, stamp = readable(tx, said.quoted), said.stamp
    if quoted is not None and quoted.author_id == author.id:
        state = "accepted"
    elif quoted is not None and quoted.local:
        # What was agreed to here is known here, whatever the post says of it.
        about = [one for one in quotes.requests_by(tx, uri) if one.quoted_id == quoted.id]
        about = [one for one in about if one.actor_id == author.id]
        state, stamp = (about[-1].state, about[-1].stamp_uri) if about else (state, None)
    quotes.set_quote(
        tx,
        post_id,
        quoted_uri=said.quoted,
        state=state,
        stamp_uri=stamp,
        fetched_at=None,
        next_check_at=None,
    )
    if state == "accepted" or env.addresses.owns(said.quoted) or depth >= DEPTH:
        return
    has_stamp = stamp is not None and may_be_stamp_of(stamp, said.quoted)
    if has_stamp or same_origin(said.quoted, author.uri):
        later(tx, env, "verify_quote", str(post_id), post_id=post_id, depth=depth)


def receive_acceptance(
    tx: Tx, env: Env, request_uri: str, sender: Actor, stamp_uri: str
) -> str | None:
    """An ``Accept`` of a request of ours; None if it is about something else.

    The stamp is fetched before anything is said to be agreed.
    """
    held = quotes.quote_by_request(tx, request_uri)
    if held is None:
        return None
    quoted = posts.post_by_uri(tx, held.quoted_uri)
    if quoted is None or quoted.author_id != sender.id:
        return "not_the_author"
    if held.state not in ("pending", "rejected", "unauthorised"):
        return "kept"
    if not may_be_stamp_of(stamp_uri, held.quoted_uri):
        return "bad_result"
    quotes.set_quote(
        tx, held.post_id, quoted_uri=held.quoted_uri, state="pending", stamp_uri=stamp_uri
    )
    later(tx, env, "verify_quote", str(held.post_id), post_id=held.post_id, depth=DEPTH)
    return "quote_to_verify"


def receive_rejection(tx: Tx, env: Env, uri: str, sender: Actor) -> str | None:
    """A ``Reject`` of a request of ours, or by a co-author of what of ours is quoted."""
    held = quotes.quote_by_request(tx, uri)
    if held is not None:
        quoted = posts.post_by_uri(tx, held.quoted_uri)
        if quoted is None or quoted.author_id != sender.id:
            return "not_the_author"
        mark_refused(tx, env, held.post_id)
        return "quote_rejected"
    request = quotes.request_by_uri(tx, uri) or quotes.request_by_stamp(tx, uri)
    if request is None:
        return None
    quoted = posts.post(tx, request.quoted_id)
    if quoted is None or sender.id not in authors_of(tx, env, quoted):
        return "not_the_author"
    refuse(tx, env, request)
    changed = quotes.request(tx, request.id)
    if changed is not None:
        apply_to_post(tx, env, changed)
    return "quote_rejected"


def receive_revocation(tx: Tx, env: Env, stamp_uri: str, sender: Actor, text: str) -> str | None:
    """The ``Delete`` of a stamp that quotes known here rest on; None if none does.

    ``text`` is the ``Delete`` if others can check it without us: it goes on to who has the post.
    """
    rows = quotes.with_stamp(tx, stamp_uri)
    if not rows:
        return None
    quoted = posts.posts_by_uri(tx, [row.quoted_uri for row in rows])
    by_author = [
        row
        for row in rows
        if row.quoted_uri in quoted and quoted[row.quoted_uri].author_id == sender.id
    ]
    if not by_author or env.addresses.owns(stamp_uri):
        return "not_the_author"
    for row in by_author:
        post = posts.post(tx, row.post_id)
        mark_refused(tx, env, row.post_id)
        if post is not None and post.local and text:
            emit(
                tx,
                env,
                "stamp.forwarded",
                post_id=post.id,
                actor_id=sender.id,
                stamp=stamp_uri,
                text=text,
            )
    return "quote_revoked"


def verified(tx: Tx, env: Env, post_id: int, stamp_uri: str | None, at: int) -> None:
    """The quoted author's consent was found where it is said to be."""
    held = quotes.quote(tx, post_id)
    if held is None or held.stamp_uri != stamp_uri or held.state == "revoked":
        return
    news = held.state != "accepted"
    quotes.set_quote(
        tx,
        post_id,
        quoted_uri=held.quoted_uri,
        state="accepted",
        fetched_at=at,
        next_check_at=None if stamp_uri is None else at + CHECKED_AGAIN_AFTER,
    )
    post = posts.post(tx, post_id)
    if news and post is not None and post.local:
        renewed(tx, env, post_id)


def not_verified(tx: Tx, env: Env, post_id: int, stamp_uri: str | None, *, gone: bool) -> None:
    """There is no consent where it is said to be; ``gone``: there is none any more."""
    held = quotes.quote(tx, post_id)
    if held is None or held.stamp_uri != stamp_uri or held.state not in ("pending", "accepted"):
        return
    state = "revoked" if gone and held.state == "accepted" else "unauthorised"
    quotes.set_quote(tx, post_id, quoted_uri=held.quoted_uri, state=state, next_check_at=None)
    post = posts.post(tx, post_id)
    if post is not None and post.local and held.state == "accepted":
        renewed(tx, env, post_id)


def recheck_due(tx: Tx, env: Env, limit: int) -> int:
    """Have stamps fetched again that were last seen a week ago."""
    due = quotes.due(tx, env.now(), limit)
    for row in due:
        quotes.set_quote(
            tx,
            row.post_id,
            quoted_uri=row.quoted_uri,
            state=row.state,
            next_check_at=env.now() + DAY,
        )
        later(tx, env, "verify_quote", str(row.post_id), post_id=row.post_id, depth=DEPTH)
    return len(due)
