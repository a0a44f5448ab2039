"""What became of a post, for its authors: each of them sees the same, and nobody sees who (C43).

Every author's server knows a part: how often the post was shown there, and who began to follow the
authors who live there. The primary author's server also holds the counts. Added up, that is what
all of them show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import hiding, timelines
from fedi_cotweet.services.audiences import may_see
from fedi_cotweet.services.documents import totals_of
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.mistaken import no_such_post
from fedi_cotweet.services.notices import author_rows
from fedi_cotweet.services.views import StatisticsView
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, follows, posts, statistics

GAINED_WITHIN: Final = 7 * DAY


@dataclass(frozen=True, slots=True)
class Part:
    """What one server knows. ``likes``, ``shares`` and ``replies`` are of the primary author's."""

    views: int
    followers_gained: int
    likes: int | None = None
    shares: int | None = None
    replies: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What other authors' servers answered. ``primary``: that of the primary author, if it did;
    ``without``: hosts that did not."""

    parts: tuple[Part, ...] = ()
    primary: Part | None = None
    without: tuple[str, ...] = ()


NOBODY_ASKED: Final = Asked()


def authors(tx: Tx, env: Env, post: Post) -> list[Actor]:
    """The shown authors, the primary author first."""
    wanted = timelines.shown_author_ids(post, author_rows(tx, post), env.now())
    found = actors.actors(tx, wanted)
    return [found[author] for author in wanted if author in found]


def own_part(tx: Tx, env: Env, post: Post) -> Part:
    """This server's part.

    A follower counts as gained who began to follow an author here within seven days of the
    publication and came through the post, or followed another of its authors already. That is a
    lower bound: whom people of other servers follow there is not known here.
    """
    shown = [author.id for author in authors(tx, env, post)]
    published_at = post.published_at or post.fetched_at
    gained = statistics.followers_gained(
        tx,
        post.id,
        shown,
        follows.local_among(tx, shown),
        since=published_at,
        until=published_at + GAINED_WITHIN,
    )
    views = statistics.views(tx, post.id)
    if not post.local:
        return Part(views, gained)
    totals = totals_of(tx, post)
    return Part(views, gained, totals.likes, totals.shares, totals.replies)


def may_ask(tx: Tx, env: Env, object_uri: str, asked: Actor, asking: Actor) -> Post | None:
    """The post of which one of its authors asks the server of another; None for anybody else."""
    post = posts.post_by_uri(tx, object_uri)
    if post is None or post.state != "published":
        return None
    shown = {author.id for author in authors(tx, env, post)}
    return post if asked.id != asking.id and {asked.id, asking.id} <= shown else None


def own_post(tx: Tx, env: Env, account_id: int, post_id: int) -> Post:
    """A published post that this account is an author of.

    ``not_an_author`` (403) for others who may see it, else ``not_found`` (404).
    """
    post = posts.post(tx, post_id)
    if post is None or post.state != "published":
        raise no_such_post(tx, post, account_id)
    if account_id not in (author.id for author in authors(tx, env, post)):
        if not may_see(tx, post, account_id):
            raise not_found("post")
        hiding.check_shown(tx, env.now(), account_id, post)
        raise ServiceError(
            "not_an_author",
            403,
            "Only its authors see what became of a post.",
            say(
                "Its likes, boosts and replies stand under it: fedi-cotweet show {post}",
                post=str(post.id),
            ),
        )
    return post


def summed(tx: Tx, env: Env, account_id: int, post_id: int, asked: Asked) -> StatisticsView:
    """The statistics of a post for one of its authors, from all parts that could be had."""
    post = own_post(tx, env, account_id, post_id)
    own = own_part(tx, env, post)
    parts: Sequence[Part] = (own, *asked.parts)
    counted = own if post.local else asked.primary
    if counted is None:
        counted = Part(0, 0, post.likes_total, post.boosts_total, post.replies_total)
    published_at = post.published_at or post.fetched_at
    return StatisticsView(
        post=str(post.id),
        uri=post.uri,
        views=sum(part.views for part in parts),
        likes=counted.likes or 0,
        boosts=counted.shares or 0,
        replies=counted.replies or 0,
        followers_gained=sum(part.followers_gained for part in parts),
        gained_until=published_at + GAINED_WITHIN,
        without=asked.without,
    )
