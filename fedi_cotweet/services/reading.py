"""What people see: timelines, posts, profiles. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from activitypub.html import to_text
from fedi_cotweet.domain.limits import STAMP_SHOWN_FOR
from fedi_cotweet.domain.windows import Page, Window, page_of
from fedi_cotweet.services import freshness, hiding, homes
from fedi_cotweet.services.audiences import EVERYBODYS, may_see
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.hiding import Looking
from fedi_cotweet.services.people import author_view, profile_lines
from fedi_cotweet.services.post_views import Stale, post_views
from fedi_cotweet.services.views import (
    PostView,
    ProfileView,
    TimelinePage,
)
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import follows, pins, post_media, posts
from storage.queries import timelines as stored
from storage.queries.timelines import Entry

NEWEST = Window()
PARTS = ("posts", "all", "media", "together")
"""Of a profile: what answers nothing, everything, what has files, and what is by several."""
MOST_PINNED = 20
"""Pinned posts shown of one person; of this server nobody has more than five."""


def home_page(
    tx: Tx,
    env: Env,
    account_id: int,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
) -> TimelinePage:
    """A person's home timeline, newest first, without what is kept from them."""

    def fetch(asked: Window) -> Sequence[Entry]:
        return stored.home(tx, account_id, asked)

    return entries_page(tx, env, account_id, fetch, window, stale)


def entries_page(
    tx: Tx,
    env: Env,
    account_id: int,
    fetch: Callable[[Window], Sequence[Entry]],
    window: Window,
    stale: Stale | None,
    looking: Looking = hiding.HOME,
) -> TimelinePage:
    """A page of those entries of a person's timeline (else home) that ``fetch`` finds."""
    found: dict[int, Post] = {}
    boosted: dict[int, int] = {}

    def keep(entries: Sequence[Entry]) -> list[Entry]:
        known = posts.posts_by_id(tx, [post_id for post_id, _, _ in entries])
        by = {post_id: booster for post_id, _, booster in entries if booster is not None}
        there = [post for post in known.values() if post.state == "published"]
        for post in hiding.visible(
            tx, env.now(), account_id, there, looking=looking, boosted_by=by
        ):
            found[post.id] = post
        boosted.update(by)
        return [entry for entry in entries if entry[0] in found]

    page = page_of(fetch, keep, lambda entry: entry[1], window)
    kept = [found[post_id] for post_id, _, _ in page.items]
    views = post_views(
        tx,
        env,
        kept,
        boosted_by=boosted,
        stale=stale,
        viewer_id=account_id,
        context=looking.context,
    )
    return TimelinePage(views, next_before(page))


def public_page(
    tx: Tx,
    env: Env,
    viewer_id: int | None = None,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
) -> TimelinePage:
    """The newest public posts of this server's people, as far as the viewer wants them."""

    def fetch(asked: Window) -> list[Post]:
        return stored.public(tx, asked, local=True, here=viewer_id is not None)

    return visible_page(tx, env, viewer_id, fetch, hiding.PUBLIC, window, stale)


def visible_page(
    tx: Tx,
    env: Env,
    viewer_id: int | None,
    fetch: Callable[[Window], Sequence[Post]],
    looking: Looking,
    window: Window,
    stale: Stale | None = None,
    place: Callable[[Post], int] = lambda post: post.sort_id,
    part: Callable[[Sequence[Post]], Sequence[Post]] = lambda found: found,
) -> TimelinePage:
    """A page of what ``fetch`` finds and the viewer may see and wants to.

    ``place``: what the window counts in; ``part``: what of it belongs on the page.
    """
    page = page_of(
        fetch,
        lambda found: hiding.visible(tx, env.now(), viewer_id, part(found), looking=looking),
        place,
        window,
    )
    views = post_views(
        tx, env, page.items, stale=stale, viewer_id=viewer_id, context=looking.context or "public"
    )
    return TimelinePage(views, next_before(page))


def next_before(page: Page[Any]) -> str | None:
    """Where the next page begins, as it is written in addresses."""
    return None if page.following is None else str(page.following)


def profile(
    tx: Tx,
    env: Env,
    actor: Actor,
    viewer_id: int | None = None,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
    part: str = "all",
) -> ProfileView:
    """A profile with its newest posts, co-authored ones among them (C23).

    ``part``: one of ``PARTS``. Whoever has muted this person sees their posts here all the same,
    but not those of others.
    """
    since = env.now() - STAMP_SHOWN_FOR

    def fetch(asked: Window) -> list[Post]:
        return stored.of_profile(tx, actor.id, viewer_id, since, asked)

    looking = hiding.on_page_of(actor.id)
    return ProfileView(
        author=author_view(env, actor, moved_to=homes.new_homes(tx, [actor]).get(actor.id)),
        summary=to_text(actor.summary),
        fields=profile_lines(actor),
        header=actor.header,
        avatar_alt=actor.icon_alt,
        header_alt=actor.image_alt,
        posts_count=posts.count_profile_posts(tx, actor.id, since),
        followers_count=follows.count_followers(tx, actor.id),
        following_count=follows.count_following(tx, actor.id),
        joined_at=actor.published_at,
        page=visible_page(
            tx, env, viewer_id, fetch, looking, window, stale, part=lambda f: _part(tx, part, f)
        ),
        uri=actor.uri,
        pinned=_pinned(tx, env, actor, viewer_id, stale)
        if window.before is None and part in ("all", "posts")
        else (),
    )


def _part(tx: Tx, name: str, found: Sequence[Post]) -> Sequence[Post]:
    if name == "posts":
        return [post for post in found if post.in_reply_to_uri is None]
    if name == "together":
        return [post for post in found if post.co_authored]
    if name == "media":
        media = post_media.media_of(tx, post_ids=[post.id for post in found])
        held = {item.post_id for item in media}
        return [post for post in found if post.id in held]
    return found


def _pinned(
    tx: Tx, env: Env, actor: Actor, viewer_id: int | None, stale: Stale | None
) -> tuple[PostView, ...]:
    found = pins.pinned_posts(tx, actor.id, MOST_PINNED)
    unseen = hiding.hidden(tx, env.now(), viewer_id, found, looking=hiding.on_page_of(actor.id))
    shown = [post for post in found if post.id not in unseen]
    return post_views(tx, env, shown, viewer_id=viewer_id, stale=stale, context="account")


def was_everybodys(post: Post) -> bool:
    """Whether a post was published for everybody and is deleted: that may be said to everybody.
    Of drafts, and of what was for some, nothing is told."""
    deleted = post.state == "deleted" and post.published_at is not None
    return deleted and post.visibility in EVERYBODYS


def there_is(tx: Tx, env: Env, post: Post | None, viewer_id: int) -> bool:
    """Whether there is this post for a viewer, kept away by themselves or not.

    To be asked after they took something back, which they may at any time: that they did something
    to it once is no reason to show it to them, or to say that it is there. It may be a draft, or by
    somebody who blocks them now.
    """
    return (
        post is not None
        and may_see(tx, post, viewer_id)
        and not hiding.kept_from(tx, env.now(), viewer_id, post)
    )


def one_post(
    tx: Tx, env: Env, post: Post | None, viewer_id: int | None, stale: Stale | None = None
) -> PostView:
    """One post for one viewer; what they may not see is not there.

    What they keep away themselves they are told of: ``hidden_by_you`` (403).
    """
    if post is None or not may_see(tx, post, viewer_id):
        raise not_found("post")
    hiding.check_shown(tx, env.now(), viewer_id, post)
    if stale is not None and freshness.counts_due(post, env.now()):
        stale.post_ids.add(post.id)
    return post_views(tx, env, [post], stale=stale, viewer_id=viewer_id, context="thread")[0]
