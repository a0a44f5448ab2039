"""From consent to publication, on the primary author's server (FEP-af48, Publication)."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from fedi_cotweet.domain.consent import ConsentState, Move, Moved
from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.domain.limits import STAMP_FRESH_FOR_PUBLISHING, STAMP_RECHECK_AFTER
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import (
    companions,
    documents,
    draft_authors,
    drafts,
    hearing,
    inboxes,
    indexing,
    link_cards,
    polls,
    quotes,
    streams,
    timelines,
)
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.drafts import drop_from_draft, renew_offers
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit, later, tell
from fedi_cotweet.services.messages import send_word
from fedi_cotweet.services.offers import apply_move, current_offers, has_agreed, take_back
from fedi_cotweet.services.posts import tell_of_mention
from fedi_cotweet.services.replies import replied
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, places, post_authors, posts


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why a draft is not published yet: who has not answered, whose stamp must be fetched anew."""

    unanswered: tuple[int, ...] = ()
    declined: tuple[int, ...] = ()
    to_fetch: tuple[int, ...] = ()


_WITHOUT = frozenset(
    {
        ConsentState.DECLINED.value,
        ConsentState.EXPIRED.value,
        ConsentState.LEFT.value,
        ConsentState.LAPSED.value,
    }
)
"""How a co-author, and not the author, can end an invitation."""


def waiting_for(tx: Tx, env: Env, post: Post) -> Waiting:
    """What still keeps a draft from being published."""
    now = env.now()
    offers = current_offers(tx, post)
    rows = {row.actor_id: row for row in post_authors.authors_of(tx, [post.id])[post.id]}
    unanswered, to_fetch = [], []
    for target_id, row in rows.items():
        offer = offers.get(target_id) if target_id is not None else None
        if offer is None or offer.state != ConsentState.ACCEPTED.value or row.state != "verified":
            unanswered.append(target_id or 0)
        elif row.fetched_at is None or row.fetched_at < now - STAMP_FRESH_FOR_PUBLISHING:
            to_fetch.append(target_id or 0)
    by_message = {row.actor_id: row for row in companions.rows(tx, post.id)}
    for target_id, row in by_message.items():
        offer = offers.get(target_id) if target_id is not None else None
        if offer is None or offer.state != ConsentState.ACCEPTED.value or row.state != "agreed":
            unanswered.append(target_id or 0)
    declined = [
        target_id
        for target_id, offer in offers.items()
        if target_id not in rows
        and target_id not in by_message
        and offer.state in _WITHOUT
        and offer.settled_at is None
    ]
    return Waiting(tuple(unanswered), tuple(declined), tuple(to_fetch))


def try_publish(tx: Tx, env: Env, post_id: int, *, without_missing: bool = False) -> bool:
    """Publish a draft if everyone it names has consented, by stamps fetched just now (C17).

    With ``wait_all`` a decline holds the draft until its author decides; ``without_missing`` is
    that decision: whoever has not consented is left out. Whoever agreed and is only asked again
    because a name went off the text is waited for. Stamps older than five minutes are
    fetched anew first, which ends in another call of this. A scheduled one waits for its time.
    """
    post = posts.post(tx, post_id)
    if post is None or post.state != "draft":
        return False
    if without_missing:
        _leave_out_the_missing(tx, env, post)
        posts.change_post(tx, post_id, mode="publish_without_decliners")
    waiting = waiting_for(tx, env, post)
    if waiting.unanswered:
        return False
    if polls.too_late_to_publish(tx, env, post):
        return False
    if waiting.declined and post.mode != "publish_without_decliners" and not without_missing:
        return False
    if _too_early(tx, env, post):
        return False
    offers = current_offers(tx, post)
    for target_id in waiting.to_fetch:
        offer = offers[target_id]
        later(tx, env, "verify_stamp", str(offer.id), offer_id=offer.id, stamp_uri=offer.stamp_uri)
    if waiting.to_fetch:
        return False
    publish(tx, env, posts.post(tx, post_id) or post)
    return True


def _too_early(tx: Tx, env: Env, post: Post) -> bool:
    """Those who agreed were told the time. Whoever is left alone may publish when they like."""
    if post.scheduled_at is None or post.scheduled_at <= env.now():
        return False
    return bool(post_authors.authors_of(tx, [post.id])[post.id])


def publish_due(tx: Tx, env: Env, post: Post) -> None:
    """The time of a scheduled draft has come: now, or as soon as the last one agrees (C17)."""
    posts.change_post(tx, post.id, scheduled_at=None)
    named = post_authors.authors_of(tx, [post.id])[post.id]
    if named and try_publish(tx, env, post.id):
        return
    waiting = waiting_for(tx, env, post)
    if named and not waiting.unanswered and not waiting.declined:
        return  # only stamps have to be fetched anew
    text = (
        say(
            "The time you set has come, but not everybody has agreed: it is published with the"
            " last answer."
        )
        if waiting.unanswered
        else say("The time you set has come, but not everybody has agreed: it is your decision.")
    )
    tell(tx, env, post.author_id, "cotweet.due", post.uri, post_id=post.id, text=text)


def _leave_out_the_missing(tx: Tx, env: Env, post: Post) -> None:
    author = actors.actor(tx, post.author_id)
    offers = current_offers(tx, post)
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    for row in (*rows, *companions.rows(tx, post.id)):
        offer = offers.get(row.actor_id) if row.actor_id is not None else None
        if offer is None or has_agreed(offer):
            continue
        by = author.uri if author else post.uri
        take_back(tx, env, offer, by)
        drop_from_draft(tx, env, post.id, offer.target_id)
    renew_offers(tx, env, post.id)


def publish_with_the_rest(tx: Tx, env: Env, post: Post) -> None:
    """Somebody is not named any more: publish with the others if the author chose that mode.

    Never alone: what two were to say goes out under one name only when that one says so.
    """
    named = post_authors.authors_of(tx, [post.id])[post.id] or companions.rows(tx, post.id)
    if named and post.mode == "publish_without_decliners":
        try_publish(tx, env, post.id)


def publish(tx: Tx, env: Env, post: Post) -> None:
    """Make a draft public now. The caller has made sure of consent."""
    now, author = env.now(), find_actor(tx, post.author_id)
    offers = current_offers(tx, post)
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    document = {**orjson.loads(post.document), "published": documents.format_time(now)}
    posts.change_post(
        tx,
        post.id,
        state="published",
        published_at=now,
        sort_id=places.free(tx, id_at(now, post.id)),
        co_authored=bool(rows),
        document=orjson.dumps(document).decode(),
    )
    for row in rows:
        offer = offers.get(row.actor_id) if row.actor_id is not None else None
        if offer is None or not isinstance(
            apply_move(tx, env, offer, Move.PUBLISH, author.uri), Moved
        ):
            raise ServiceError("no_consent", 409, "An author has not consented.")
        post_authors.set_author(
            tx,
            post.id,
            row.actor_uri,
            position=row.position,
            state=row.state,
            next_check_at=now + STAMP_RECHECK_AFTER,
        )
    for row in companions.rows(tx, post.id):
        offer = offers.get(row.actor_id) if row.actor_id is not None else None
        if offer is None or not isinstance(
            apply_move(tx, env, offer, Move.PUBLISH, author.uri), Moved
        ):
            raise ServiceError("no_consent", 409, "Somebody named has not consented.")
        send_word(tx, env, offer, "published")
    indexing.refresh(tx, post.id)
    timelines.refresh(tx, post.id, now)
    streams.posted(tx, env, post.id)
    link_cards.refresh(tx, env, post.id)
    _tell_people_here(tx, env, post)
    emit(tx, env, "post.published", post_id=post.id)
    quotes.published(tx, env, post.id)
    if rows:
        later(tx, env, "verify_post", str(post.id), post_id=post.id)


def _tell_people_here(tx: Tx, env: Env, post: Post) -> None:
    """Who is answered or mentioned hears of it now, and heard nothing of the draft."""
    author = find_actor(tx, post.author_id)
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    told = [post.author_id, *(row.actor_id for row in rows if row.actor_id is not None)]
    if post.in_reply_to_uri is not None:
        told += replied(
            tx,
            env,
            post.in_reply_to_uri,
            author,
            post_id=post.id,
            uri=post.uri,
            visibility=post.visibility,
        )
    mentioned = [str(tag["href"]) for tag in post.tags if tag.get("type") == "Mention"]
    named = list(actors.actors_by_uri(tx, mentioned).values())
    inboxes.keep_post(tx, env, author, post.id, named)
    for actor in named:
        if actor.local and actor.id not in told:
            tell_of_mention(tx, env, actor.id, author, post.id)
            told.append(actor.id)
    authors = timelines.shown_author_ids(post, rows, env.now())
    hearing.tell_of_post(tx, env, post.id, authors, told)


def publish_anyway(tx: Tx, env: Env, author_id: int, post_id: int) -> bool:
    """The author's decision to publish without those who have not consented (C11)."""
    post = drafts.own_draft(tx, author_id, post_id)
    if polls.too_late_to_publish(tx, env, post):
        raise ServiceError(
            "poll_over", 409, "The poll of this draft is over.", "Change the draft to ask anew."
        )
    return try_publish(tx, env, post_id, without_missing=True)


def go_on_without(tx: Tx, env: Env, author_id: int, post_id: int, person: Actor) -> None:
    """Take somebody off a draft, or stop waiting for one who said no (C11).

    Those who have not answered get Offers with the author list as it is now. If the others have
    agreed, it is published.
    """
    post = drafts.own_draft(tx, author_id, post_id)
    draft_authors.settle(tx, env, post, person)
    drafts.renew_offers(tx, env, post_id)
    draft_authors.offer_final_list(tx, env, post)
    if post_authors.authors_of(tx, [post_id])[post_id]:
        try_publish(tx, env, post_id)


def withdraw(
    tx: Tx, env: Env, author_id: int, post_id: int, co_author_id: int | None = None
) -> int:
    """``drafts.withdraw``; without the one who was taken off the rest may be published."""
    count = drafts.withdraw(tx, env, author_id, post_id, co_author_id)
    post = posts.post(tx, post_id)
    if co_author_id is not None and post is not None:
        publish_with_the_rest(tx, env, post)
    return count
