"""Posts as people see them, with authors, pictures, numbers and what they quote. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from activitypub.html import to_text
from activitypub.quotes.forms import without_inline
from fedi_cotweet.domain.limits import STAMP_SHOWN_FOR
from fedi_cotweet.services import (
    distances,
    emoji,
    filtering,
    freshness,
    homes,
    link_cards,
    polls,
    timelines,
)
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.documents import SUFFIXES, focal_of
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.media import PREVIEW
from fedi_cotweet.services.people import author_view, profile_path
from fedi_cotweet.services.quote_views import quotes_in
from fedi_cotweet.services.views import (
    AnsweredView,
    CompanionView,
    CreditView,
    EmojiView,
    FilmView,
    MediaView,
    PostView,
    QuoteView,
    ReactionView,
)
from storage.engine import Tx
from storage.models import Actor, Credit, Media, Post, PostAuthor
from storage.queries import actors, interactions, post_authors, post_media, posts
from storage.queries import crediting as stored_credits
from storage.queries import polls as stored_polls
from storage.queries import reactions as stored_reactions


@dataclass(slots=True)
class Stale:
    """Posts that were shown and are due for another look (``freshness``); filled while reading."""

    post_ids: set[int] = field(default_factory=set)


MOST_REACTIONS = 12
"""Different ones shown of one post."""

LOOKED_AT = ("stored", "mismatch")
"""Pictures that were fetched; of the latter no copy is kept."""


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
        media_view(item, (made_by or {}).get(item.digest or ""))
        for item in items
        if (
            # Under several names only what all of them agreed to: not a picture that was swapped.
            item.state == "stored" and item.digest is not None
            if co_authored
            else item.state in LOOKED_AT
        )
    )


def media_view(item: Media, credit: CreditView | None = None) -> MediaView:
    """A file as shown."""
    film = None
    if item.media_type.startswith(("video/", "audio/")):
        preview = None if item.preview is None else f"/media/{item.token}{PREVIEW}"
        film = FilmView(item.duration, item.frame_rate, item.bit_rate, item.silent, preview)
    return MediaView(
        url=f"/media/{item.token}{SUFFIXES.get(item.media_type, '')}",
        media_type=item.media_type,
        alt=item.alt,
        width=item.width,
        height=item.height,
        verified=item.state == "stored",
        credit=credit,
        blurhash=item.blurhash,
        focal=focal_of(item),
        id=str(item.id),
        film=film,
        size=item.size or 0,
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
    context: str | None = None,
) -> tuple[PostView, ...]:
    """Posts as views, in the same order, with a handful of queries in all.

    Only verified authors appear. ``viewer_id`` is whose votes in polls are shown, and who may see
    what is quoted, and whose filters are told. ``quoted``: these are, and what they quote
    themselves is not shown. ``context``: only filters that hold there; None: all.
    """
    now = env.now()
    ids = [post.id for post in found]
    rows = post_authors.authors_of(tx, ids)
    credited = stored_credits.credits_of(tx, ids)
    answered = {
        uri: post
        for uri, post in posts.posts_by_uri(
            tx, [post.in_reply_to_uri for post in found if post.in_reply_to_uri]
        ).items()
        if post.state == "published" and post.visibility in EVERYBODYS
    }
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
            *(post.author_id for post in answered.values()),
        ],
    )
    away = distances.out_of_sight(
        tx,
        now,
        viewer_id,
        [people[post.author_id] for post in answered.values() if post.author_id in people],
    )
    new_homes = homes.new_homes(tx, people.values())
    pictures: dict[int, list[Media]] = {}
    for item in post_media.media_of(tx, post_ids=ids):
        if item.post_id is not None:
            pictures.setdefault(item.post_id, []).append(item)
    asked = {post.id for post in found if post.kind == "Question"}
    questions = stored_polls.polls_of(tx, asked)
    voted = {} if viewer_id is None else stored_polls.own_votes(tx, questions, viewer_id)
    numbers = interactions.counts(tx, ids)
    reactions = stored_reactions.emoji_counts(
        tx, [post_id for post_id in ids if numbers[post_id][0]]
    )
    answers = interactions.reply_counts(tx, [post.uri for post in found])
    companions = _companions(tx, env, ids)
    emojis = emojis_of(tx, found, rows)
    cards = link_cards.views_of(tx, env, ids)
    quoting = quotes_in(
        tx,
        env,
        found,
        viewer_id,
        None
        if quoted
        else lambda others: post_views(
            tx, env, others, stale=stale, viewer_id=viewer_id, quoted=True, context=context
        ),
    )
    rules = filtering.rules_of(tx, now, viewer_id)
    if context is not None:
        rules = tuple(rule for rule in rules if context in rule.contexts)
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
                new_homes,
                credited.get(post.id, ()),
                quoting.get(post.id),
            )
        )
        views[-1] = replace(
            views[-1],
            boosted_by=author_view(env, people[booster]) if booster in people else None,
            answered=_answered(env, answered.get(post.in_reply_to_uri or ""), people, away),
            likes=likes,
            boosts=boosts,
            replies=replies,
            poll=polls.view(questions[post.id], now, voted.get(post.id, ()))
            if post.id in questions
            else None,
            companions=tuple(companions.get(post.id, ())),
            emojis=emojis[post.id],
            card=cards.get(post.id),
            reactions=tuple(
                ReactionView(name, count)
                for name, count in reactions.get(post.id, ())[:MOST_REACTIONS]
            ),
            filtered=()
            if not rules or viewer_id in timelines.shown_author_ids(post, rows[post.id], now)
            else filtering.matches(
                rules, post, views[-1].text, pictures.get(post.id, ()), questions.get(post.id)
            ),
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


def _answered(
    env: Env, post: Post | None, people: Mapping[int, Actor], away: Collection[int]
) -> AnsweredView | None:
    author = None if post is None else people.get(post.author_id)
    if post is None or author is None or author.id in away:
        return None
    return AnsweredView(author_view(env, author), f"{profile_path(author)}/{post.id}")


def _companions(tx: Tx, env: Env, ids: Sequence[int]) -> dict[int, list[CompanionView]]:
    """Who is named with the authors, as far as we know it ourselves or anybody can check it."""
    rows = [row for of in post_authors.companions_of(tx, ids).values() for row in of]
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
        updated_at=None if post.edited_at is None else min(post.edited_at, now),
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
