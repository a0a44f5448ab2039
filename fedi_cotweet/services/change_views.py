"""Changes of published co-tweets as their primary author sees them. Reads only."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from activitypub.coauthorship.roles import AUTHOR
from activitypub.html import sanitise, to_text
from fedi_cotweet.services import documents
from fedi_cotweet.services.comparing import differences
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.offers import change_offers
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.posts import own_post
from fedi_cotweet.services.views import ChangeView, DraftAuthorView
from storage.engine import Tx
from storage.models import Change, Post
from storage.queries import actors, changes, post_authors


def changes_of(tx: Tx, env: Env, account_id: int, post_id: int) -> list[ChangeView]:
    """All changes of a post of one's own that were offered, newest first."""
    post = own_post(tx, account_id, post_id)
    found = changes.changes_of(tx, post.uri)
    return [change_view(tx, env, post, change) for change in found if change.document is not None]


def open_change(tx: Tx, env: Env, post: Post) -> ChangeView | None:
    """The change of a post that everybody is being asked about, if there is one."""
    change = changes.open_change(tx, post.uri)
    return None if change is None else change_view(tx, env, post, change)


def change_view(tx: Tx, env: Env, post: Post, change: Change) -> ChangeView:
    """A change that was offered, and how far everybody's consent to it is."""
    document = orjson.loads(change.document or "{}")
    authors = [str(uri) for uri in change.authors]
    offers = change_offers(tx, change)
    people = actors.actors(tx, offers)
    roles = documents.roles_of(tx, post, change)
    content = sanitise(str(document.get("content", "")))
    return ChangeView(
        id=str(change.id),
        state=change.state,
        content=content,
        text=to_text(content),
        summary=str(change.words.get("summary", "")),
        differences=_to_the_published(tx, post, document, authors),
        co_authors=tuple(
            DraftAuthorView(
                author=author_view(
                    env, people[target_id], roles.get(people[target_id].uri, AUTHOR)
                ),
                state=offer.state,
                expires_at=offer.expires_at if offer.state == "offered" else None,
                reason=offer.reason,
                channel=offer.channel,
            )
            for target_id, offer in offers.items()
            if target_id in people
        ),
        created_at=change.created_at,
    )


def _to_the_published(
    tx: Tx, post: Post, document: dict[str, object], authors: Sequence[str]
) -> tuple[str, ...]:
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    now = [authors[0], *(row.actor_uri for row in rows)]
    return differences(tx, orjson.loads(post.document), now, document, authors)
