"""Who quotes a person here, and who asks to. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from activitypub.html import to_text
from fedi_cotweet.services import distances
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.quote_requests import own_request
from fedi_cotweet.services.views import QuoteRequestView
from storage.engine import Tx
from storage.models import QuoteRequest
from storage.queries import actors, posts, quotes

MOST: Final = 100


def requests(tx: Tx, env: Env, account_id: int) -> list[QuoteRequestView]:
    """Who quotes posts of this person or asks to, newest first."""
    found = [row for row in quotes.requests_to(tx, account_id, MOST) if row.state in _OF_INTEREST]
    apart = distances.distances(tx, env.now(), account_id, {row.actor_id for row in found})
    return _views(
        tx, env, [row for row in found if apart.of_actor(row.actor_id) is None], account_id
    )


def request(tx: Tx, env: Env, account_id: int, request_id: int) -> QuoteRequestView:
    """One of them."""
    return _views(tx, env, [own_request(tx, env, account_id, request_id)], account_id)[0]


_OF_INTEREST: Final = ("pending", "accepted")


def _views(
    tx: Tx, env: Env, found: Sequence[QuoteRequest], account_id: int
) -> list[QuoteRequestView]:
    people = actors.actors(tx, [row.actor_id for row in found])
    quoted = posts.posts_by_id(tx, [row.quoted_id for row in found])
    quoting = posts.posts_by_uri(tx, [row.quoting_uri for row in found])
    views = []
    for row in found:
        post = quoting.get(row.quoting_uri)
        there = post is not None and post.state == "published" and post.author_id == row.actor_id
        views.append(
            QuoteRequestView(
                id=str(row.id),
                state=row.state,
                sender=author_view(env, people[row.actor_id]),
                post=quoted[row.quoted_id].uri,
                quoting=row.quoting_uri,
                text=to_text(post.content) if post is not None and there else "",
                summary=post.summary if post is not None and there else "",
                may_accept=row.state == "pending" and row.owner_id == account_id,
                created_at=row.created_at,
            )
        )
    return views
