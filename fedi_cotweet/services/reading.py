"""What people see: timelines, posts, profiles. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from activitypub.html import to_text
from activitypub.quotes.forms import without_inline
from fedi_cotweet.domain.limits import STAMP_SHOWN_FOR
from fedi_cotweet.services import emoji, freshness, hiding, moving, polls, timelines
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.hiding import Looking, Why
from fedi_cotweet.services.people import author_view, profile_lines, profile_path
from fedi_cotweet.services.quote_views import quotes_in
from fedi_cotweet.services.views import (
    CompanionView,
    CreditView,
    EmojiView,
    MediaView,
    PostView,
    ProfileView,
    QuoteView,
    TimelinePage,
)
from storage.engine import Tx
from storage.models import Actor, Credit, Media, Post, PostAuthor
from storage.queries import actors, follows, home, pins, posts
from storage.queries import crediting as stored_credits
from storage.queries import polls as stored_polls

Entry = tuple[int, int, int | None]
"""(post id, sort id, boosted by) in a home timeline."""

MOST_PINNED = 20
"""Pinned posts shown of one person; of this server nobody has more than five."""


@dataclass(slots=True)
class Stale:
    """Posts that were shown and are due for another look (``freshness``); filled while reading."""

    post_ids: set[int] = field(default_factory=set)


def media_views(
    env: Env,
    items: Sequence[Media],
    *,
    co_authored: bool,
    made_by: Mapping[str, CreditView] | None = None,
) -> tuple[MediaView, ...]:
    """Pictures as shown; ``made_by`` names artists by the digest of what they made."""
    # A picture of a co-tweet without digest is not part of what its authors agreed to.
    return tuple(
        MediaView(
            url=f"/media/{item.token}{SUFFIXES.get(item.media_type, '')}",
            media_type=item.media_type,
            alt=item.alt,
            width=item.width,
            height=item.height,
            verified=item.digest is not None,
            credit=(made_by or {}).get(item.digest or ""),
        )
        for item in items
        if item.state == "stored" and (item.digest is not None or not co_authored)
    )


def post_views(
    tx: Tx,
    env: Env,
    found: Sequence[Post],
    *,
    boosted_by: Mapping[int, int] | None = None,
    stale: Stale | None = None,
    viewer_id: int | None = None,
    quoted: bool = False,
) -> tuple[PostView, ...]:
    """Posts as views, in the same order, with a handful of queries in all.

    Only verified authors appear. ``viewer_id`` is whose votes in polls are shown, and who may see
    what is quoted. ``quoted``: these are, and what they quote themselves is not shown.
    """
    now = env.now()
    ids = [post.id for post in found]
    rows = posts.authors_of(tx, ids)
    credited = stored_credits.credits_of(tx, ids)
    people = actors.actors(
        tx,
        [
            *(row.actor_id for rows in credited.values() for row in rows if row.actor_id),
            *(
                author
                for post in found
                for author in timelines.shown_author_ids(post, rows[post.id], now)
            ),
            *(boosted_by or {}).values(),
        ],
    )
    homes = moving.new_homes(tx, people.values())
    pictures: dict[int, list[Media]] = {}
    for item in posts.media_of(tx, post_ids=ids):
        if item.post_id is not None:
            pictures.setdefault(item.post_id, []).append(item)
    asked = {post.id for post in found if post.kind == "Question"}
    questions = stored_polls.polls_of(tx, asked)
    voted = {} if viewer_id is None else stored_polls.own_votes(tx, questions, viewer_id)
    numbers = posts.counts(tx, ids)
    answers = posts.reply_counts(tx, [post.uri for post in found])
    companions = _companions(tx, env, ids)
    emojis = emojis_of(tx, found, rows)
    quoting = quotes_in(
        tx,
        env,
        found,
        viewer_id,
        None if quoted else lambda others: post_views(tx, env, others, stale=stale, quoted=True),
    )
    views = []
    for post in found:
        if stale is not None and freshness.due(post, rows[post.id], now):
            stale.post_ids.add(post.id)
        booster = (boosted_by or {}).get(post.id)
        likes, boosts = numbers.get(post.id, (0, 0))
        replies = answers.get(post.uri, 0)
        if not post.local:
            # The primary author's server counts; ours only what passed by here (C38).
            likes = likes if post.likes_total is None else post.likes_total
            boosts = boosts if post.boosts_total is None else post.boosts_total
            replies = replies if post.replies_total is None else post.replies_total
        views.append(
            post_view(
                env,
                post,
                rows[post.id],
                people,
                pictures.get(post.id, []),
                now,
                homes,
                credited.get(post.id, ()),
                quoting.get(post.id),
            )
        )
        views[-1] = replace(
            views[-1],
            boosted_by=author_view(env, people[booster]) if booster in people else None,
            likes=likes,
            boosts=boosts,
            replies=replies,
            poll=polls.view(questions[post.id], now, voted.get(post.id, ()))
            if post.id in questions
            else None,
            companions=tuple(companions.get(post.id, ())),
            emojis=emojis[post.id],
        )
    return tuple(views)


def emojis_of(
    tx: Tx, found: Sequence[Post], rows: Mapping[int, Sequence[PostAuthor]]
) -> dict[int, tuple[EmojiView, ...]]:
    """The emoji that can be shown in posts; ``rows`` are the co-authors of each."""
    # As with pictures: without digest it is not part of what the authors agreed to.
    wanted = {post.id: emoji.of_post(post, covered=bool(rows[post.id])) for post in found}
    pictures = emoji.pictures_of(tx, [one for some in wanted.values() for one in some])
    return {post_id: emoji.shown(some, pictures) for post_id, some in wanted.items()}


def _companions(tx: Tx, env: Env, ids: Sequence[int]) -> dict[int, list[CompanionView]]:
    """Who is named with the authors, as far as we know it ourselves or anybody can check it."""
    rows = [row for of in posts.companions_of(tx, ids).values() for row in of]
    rows = [row for row in rows if row.state == "agreed" and row.actor_id is not None]
    people = actors.actors(tx, [row.actor_id for row in rows if row.actor_id]) if rows else {}
    found: dict[int, list[CompanionView]] = {}
    for row in rows:
        person = people.get(row.actor_id or 0)
        fresh = (row.fetched_at or 0) > env.now() - STAMP_SHOWN_FOR
        by_reply = row.stamp_uri is not None and fresh
        if person is None or person.gone_at is not None or not (by_reply or row.via == "message"):
            continue
        view = author_view(env, person)
        how, note = ("reply", row.stamp_uri) if by_reply else ("message", None)
        found.setdefault(row.post_id, []).append(CompanionView(view, how, note))
    return found


def post_view(
    env: Env,
    post: Post,
    rows: Sequence[PostAuthor],
    people: Mapping[int, Actor],
    pictures: Sequence[Media],
    now: int,
    homes: Mapping[int, str] | None = None,
    credited: Sequence[Credit] = (),
    quote: QuoteView | None = None,
) -> PostView:
    shown = timelines.shown_author_ids(post, rows, now)
    roles = {row.actor_id: row.role for row in rows}
    if len(shown) > 1:
        roles[post.author_id] = post.author_role
    authors = tuple(
        author_view(env, people[author], roles.get(author, "author"), (homes or {}).get(author))
        for author in shown
        if author in people
    )
    primary = people[post.author_id]
    # The line that stands for the quote elsewhere; here the quote itself does.
    content = post.content if quote is None else without_inline(post.content)
    return PostView(
        id=str(post.id),
        uri=post.uri,
        url=post.url,
        page=f"{profile_path(primary)}/{post.id}",
        authors=authors,
        content=content,
        text=to_text(content),
        summary=post.summary,
        sensitive=post.sensitive,
        language=post.language,
        visibility=post.visibility,
        published_at=post.published_at or post.fetched_at,
        # An edit is always later than the one before it, to the second: maybe later than now.
        updated_at=None if post.updated_at is None else min(post.updated_at, now),
        media=media_views(
            env,
            pictures,
            co_authored=bool(rows),
            made_by=_made_by(env, credited, people, now, co_authored=bool(rows)),
        ),
        in_reply_to=post.in_reply_to_uri,
        local=post.local,
        state=post.state,
        quote=quote,
        quote_policy=post.quote_policy if post.local else None,
    )


def _made_by(
    env: Env,
    credited: Sequence[Credit],
    people: Mapping[int, Actor],
    now: int,
    *,
    co_authored: bool,
) -> dict[str, CreditView]:
    found: dict[str, CreditView] = {}
    for row in credited:
        if row.digest is None:
            continue
        artist = people.get(row.actor_id) if row.actor_id is not None else None
        if artist is not None and timelines.credit_shown(row, now):
            found[row.digest] = CreditView(row.name, author_view(env, artist))
        elif row.name and row.state != "revoked" and not co_authored:
            # Words that the authors of a co-tweet did not agree to are not shown on it.
            found[row.digest] = CreditView(row.name)
    return found


def home_page(
    tx: Tx,
    env: Env,
    account_id: int,
    *,
    before: int | None = None,
    limit: int = 20,
    stale: Stale | None = None,
) -> TimelinePage:
    """A person's home timeline, newest first, without what is kept from them."""

    def fetch(older: int | None, count: int) -> Sequence[Entry]:
        return home.page(tx, account_id, older, count)

    return entries_page(tx, env, account_id, fetch, before, limit, stale)


def entries_page(
    tx: Tx,
    env: Env,
    account_id: int,
    fetch: Callable[[int | None, int], Sequence[Entry]],
    before: int | None,
    limit: int,
    stale: Stale | None,
) -> TimelinePage:
    """A page of those entries of a person's home timeline that ``fetch(before, limit)`` finds."""
    found: dict[int, Post] = {}
    boosted: dict[int, int] = {}

    def keep(entries: Sequence[Entry]) -> list[Entry]:
        page = posts.posts_by_id(tx, [post_id for post_id, _, _ in entries])
        by = {post_id: booster for post_id, _, booster in entries if booster is not None}
        there = [post for post in page.values() if post.state == "published"]
        for post in hiding.visible(
            tx, env.now(), account_id, there, looking=hiding.HOME, boosted_by=by
        ):
            found[post.id] = post
        boosted.update(by)
        return [entry for entry in entries if entry[0] in found]

    entries, following = hiding.filled(fetch, keep, lambda entry: entry[1], before, limit)
    kept = [found[post_id] for post_id, _, _ in entries]
    views = post_views(tx, env, kept, boosted_by=boosted, stale=stale, viewer_id=account_id)
    return TimelinePage(views, None if following is None else str(following))


def public_page(
    tx: Tx,
    env: Env,
    viewer_id: int | None = None,
    *,
    before: int | None = None,
    limit: int = 20,
    stale: Stale | None = None,
) -> TimelinePage:
    """The newest public posts of this server's people, as far as the viewer wants them."""

    def fetch(older: int | None, count: int) -> list[Post]:
        return posts.local_public_posts(tx, older, count)

    return visible_page(tx, env, viewer_id, fetch, hiding.PUBLIC, before, limit, stale)


def visible_page(
    tx: Tx,
    env: Env,
    viewer_id: int | None,
    fetch: Callable[[int | None, int], Sequence[Post]],
    looking: Looking,
    before: int | None,
    limit: int,
    stale: Stale | None = None,
    place: Callable[[Post], int] = lambda post: post.sort_id,
) -> TimelinePage:
    """A page of what ``fetch(before, limit)`` finds and the viewer may see and wants to.

    ``place``: what ``before`` counts in.
    """
    found, following = hiding.filled(
        fetch,
        lambda page: hiding.visible(tx, env.now(), viewer_id, page, looking=looking),
        place,
        before,
        limit,
    )
    views = post_views(tx, env, found, stale=stale, viewer_id=viewer_id)
    return TimelinePage(views, None if following is None else str(following))


def profile(
    tx: Tx,
    env: Env,
    actor: Actor,
    viewer_id: int | None = None,
    *,
    before: int | None = None,
    limit: int = 20,
    stale: Stale | None = None,
) -> ProfileView:
    """A profile with its newest posts, co-authored ones among them (C23).

    Whoever has muted this person sees their posts here all the same, but not those of others.
    """
    since = env.now() - STAMP_SHOWN_FOR

    def fetch(older: int | None, count: int) -> list[Post]:
        return posts.profile_posts(tx, actor.id, shown_since=since, before=older, limit=count)

    looking = Looking(at=actor.id)
    return ProfileView(
        author=author_view(env, actor, moved_to=moving.new_homes(tx, [actor]).get(actor.id)),
        summary=to_text(actor.summary),
        fields=profile_lines(actor),
        header=actor.header,
        posts_count=posts.count_profile_posts(tx, actor.id, since),
        followers_count=follows.count_followers(tx, actor.id),
        following_count=follows.count_following(tx, actor.id),
        joined_at=actor.published_at,
        page=visible_page(tx, env, viewer_id, fetch, looking, before, limit, stale),
        uri=actor.uri,
        pinned=_pinned(tx, env, actor, viewer_id, stale) if before is None else (),
    )


def _pinned(
    tx: Tx, env: Env, actor: Actor, viewer_id: int | None, stale: Stale | None
) -> tuple[PostView, ...]:
    found = pins.pinned_posts(tx, actor.id, MOST_PINNED)
    unseen = hiding.hidden(tx, env.now(), viewer_id, found, looking=Looking(at=actor.id))
    shown = [post for post in found if post.id not in unseen]
    return post_views(tx, env, shown, viewer_id=viewer_id, stale=stale)


def may_see(post: Post, viewer_id: int | None) -> bool:
    """Whether a person (None: a stranger) may see a post on a page or over the API."""
    if post.state == "published":
        return post.visibility in ("public", "unlisted") or viewer_id == post.author_id
    return post.state == "draft" and viewer_id == post.author_id


def one_post(
    tx: Tx, env: Env, post: Post | None, viewer_id: int | None, stale: Stale | None = None
) -> PostView:
    """One post for one viewer; what they may not see is not there.

    What they keep away themselves they are told of: ``hidden_by_you`` (403).
    """
    if post is None or not may_see(post, viewer_id):
        raise not_found("post")
    match hiding.hidden(tx, env.now(), viewer_id, [post]).get(post.id):
        case Why.BLOCKS | Why.HOST | Why.MUTED as why:
            raise _hidden_by_you(why)
        case None:
            if stale is not None and freshness.counts_due(post, env.now()):
                stale.post_ids.add(post.id)
            return post_views(tx, env, [post], stale=stale, viewer_id=viewer_id)[0]
        case _:
            raise not_found("post")


def _hidden_by_you(why: Why) -> ServiceError:
    did, undo = {
        Why.HOST: ("blocked the server of", "unblock-host HOST"),
        Why.MUTED: ("muted", "unmute @HANDLE"),
    }.get(why, ("blocked", "unblock @HANDLE"))
    return ServiceError(
        "hidden_by_you",
        403,
        f"You have {did} one of this post's authors.",
        f"To see it all the same: fedi-cotweet {undo}",
    )
