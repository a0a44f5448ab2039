"""A co-tweet until it is published, on its primary author's server.

Every function is one use case inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.roles import AUTHOR
from fedi_cotweet.domain.limits import (
    CLOCK_DIFFERENCE,
    OFFER_SHORTEST,
    POLL_SHORTEST,
    SCHEDULED_WITHIN,
)
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import (
    companions,
    documents,
    message_questions,
    polls,
    quotable,
    quotes,
    repeats,
)
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.homes import check_at_home
from fedi_cotweet.services.inviting import check_inviting, check_roles
from fedi_cotweet.services.mistaken import not_named, not_theirs
from fedi_cotweet.services.offers import agreed_to_longer, current_offers, make_offers, take_back
from fedi_cotweet.services.words import Words, check_words, shared_document
from storage.engine import Tx
from storage.models import Actor, Post, PostAuthor
from storage.queries import post_authors, post_media, posts

MODES = ("wait_all", "publish_without_decliners", "scheduled")
"""What to do when somebody declines: wait for the author's word, or go on with the others.

``scheduled`` waits too; any of them may have a time before which nothing is published.
"""


def create_draft(
    tx: Tx,
    env: Env,
    author_id: int,
    words: Words,
    co_authors: Sequence[Actor],
    *,
    expires_in: int | None = None,
    mode: str | None = None,
    publish_at: int | None = None,
    roles: Mapping[int, str] | None = None,
    by_message: bool = False,
) -> int:
    """Make a co-tweet draft and offer it to every co-author, in the order given; its id.

    ``by_message``: those whose servers know nothing of co-authors are asked by direct message and
    named in the text.
    ``expires_in`` in milliseconds. Nothing is published before ``publish_at``, if it is given.
    ``roles`` say what somebody did, the author too, by actor id.
    Refusals: those of ``words.check_words`` and ``inviting``, ``bad_mode``,
    ``bad_time`` and ``bad_role`` (422).
    """
    check_at_home(tx, author_id)
    author = find_actor(tx, author_id)
    lasts = _open_for(env, words, expires_in)
    mode = _check_mode(env, mode, publish_at)
    did = roles or {}
    check_roles(did.values())
    media = check_words(tx, env, author_id, words)
    if words.quote is not None:
        quotable.check_quotable(tx, env, author_id, words.quote)
    check_inviting(tx, env, author, co_authors, words, lasts, by_message=by_message)
    asked = [actor for actor in co_authors if actor.can_co_author is None]
    offered = [actor for actor in co_authors if actor.can_co_author is not None]
    post_id, now = env.new_id(), env.now()
    document = shared_document(tx, env, author, post_id, words, media, offered)
    document = companions.named_in(document, asked, words.language)
    posts.add_post(
        tx,
        id=post_id,
        sort_id=post_id,
        uri=env.addresses.note(post_id),
        author_id=author_id,
        local=True,
        state="draft",
        kind=str(document["type"]),
        visibility=words.visibility,
        content=document["content"],
        summary=words.summary,
        sensitive=words.marked,
        language=words.language,
        in_reply_to_uri=words.in_reply_to,
        url=env.addresses.page(author.username, post_id),
        tags=document.get("tag", []),
        document=orjson.dumps(document).decode(),
        co_authored=True,
        mode=mode,
        author_role=did.get(author_id, AUTHOR),
        scheduled_at=publish_at,
        fetched_at=now,
        quote_policy=quotable.policy_for(tx, author_id, words.quote_policy),
    )
    if words.quote is not None:
        quotes.begin(tx, post_id, words.quote)
    for position, item in enumerate(media):
        post_media.change_media(tx, item.id, post_id=post_id, position=position)
    if words.poll is not None:
        polls.keep(tx, post_id, words.poll)
    for position, actor in enumerate(co_authors, start=1):
        post_authors.set_author(
            tx,
            post_id,
            actor.uri,
            position=position,
            actor_id=actor.id,
            role=did.get(actor.id, AUTHOR),
            via="stamp" if actor.can_co_author is not None else "message",
            state="invited",
        )
    make_offers(tx, env, _draft(tx, post_id), lasts)
    message_questions.ask(tx, env, _draft(tx, post_id), lasts)
    return post_id


def _open_for(env: Env, words: Words, expires_in: int | None) -> int:
    """How long the invites stay open: not longer than there is a poll to publish."""
    lasts = env.limits.invite_expiry_ms if expires_in is None else expires_in
    if words.poll is None:
        return lasts
    most = words.poll.ends_at - env.now() - POLL_SHORTEST
    if most < OFFER_SHORTEST or (expires_in is not None and expires_in > most):
        raise ServiceError(
            "poll_too_short",
            422,
            "The poll would be over before everybody has to answer.",
            "Let it last longer than the invites are open, which is an hour at least.",
        )
    return min(lasts, most)


def _check_mode(env: Env, mode: str | None, publish_at: int | None) -> str:
    chosen = mode or ("wait_all" if publish_at is None else "scheduled")
    if chosen not in MODES:
        raise ServiceError(
            "bad_mode", 422, say("The mode is one of: {choices}.", choices=", ".join(MODES))
        )
    if publish_at is None:
        if chosen == "scheduled":
            raise ServiceError("bad_mode", 422, "A scheduled post needs its time.", "Say when.")
        return chosen
    # Stamps that were not used for thirty days are deleted (FEP-af48, Publication).
    if not env.now() < publish_at <= env.now() + SCHEDULED_WITHIN:
        raise ServiceError(
            "bad_time", 422, "A post is scheduled for a moment in the next thirty days."
        )
    return "scheduled" if chosen == "wait_all" else chosen


def withdraw(
    tx: Tx, env: Env, author_id: int, post_id: int, co_author_id: int | None = None
) -> int:
    """Take back open and accepted invitations of a draft; how many were (C13).

    The draft stays with its author. ``co_author_id`` narrows it to one person, who is then no
    longer named on the draft.
    """
    post = own_draft(tx, author_id, post_id)
    author = find_actor(tx, author_id)
    count, offers = 0, current_offers(tx, post)
    if co_author_id is not None and co_author_id not in offers:
        raise not_named(tx, post, find_actor(tx, co_author_id))
    for target_id, offer in offers.items():
        if co_author_id is not None and target_id != co_author_id:
            continue
        count += take_back(tx, env, offer, author.uri)
        if co_author_id is not None:
            drop_from_draft(tx, env, post_id, target_id)
    renew_offers(tx, env, post_id)
    if count == 0:
        raise ServiceError(
            "nothing_to_withdraw", 409, "There is no invitation to withdraw for this draft."
        )
    return count


def drop_from_draft(tx: Tx, env: Env, post_id: int, actor_id: int) -> None:
    """Stop naming somebody on a draft: they declined, let it expire, or were taken off."""
    post = _draft(tx, post_id)
    actor = find_actor(tx, actor_id)
    row = post_authors.post_author(tx, post_id, actor.uri)
    core = orjson.loads(post.document)
    if row is not None and row.via == "message":
        rest = companions.people(tx, post_id, but=actor_id)
        document = companions.without(core, actor, rest, post.language)
    else:
        document = documents.without_mention(core, actor.uri)
    post_authors.remove_author(tx, post_id, actor.uri)
    posts.change_post(
        tx,
        post_id,
        content=document["content"],
        document=orjson.dumps(document).decode(),
        tags=document.get("tag", []),
    )
    emit(tx, env, "cotweet.parted", post_id=post_id, actor=actor.uri, at=env.new_id())


def renew_offers(tx: Tx, env: Env, post_id: int) -> None:
    """Ask co-authors anew if a draft's text is not the one they were asked about.

    So it is when somebody named in the text by message is not named any more. Those who agreed by
    message need not be asked: consent to be named with more people is consent to fewer.
    """
    post = _draft(tx, post_id)
    author = find_actor(tx, post.author_id)
    rows = post_authors.authors_of(tx, [post_id])[post_id]
    named = [author.uri, *(row.actor_uri for row in rows)]
    digest = try_consent_digest(documents.full_note(tx, post, state="draft"), named)
    if digest == post.digest:
        return
    posts.change_post(tx, post_id, digest=digest)
    lasts = env.limits.invite_expiry_ms
    offers = current_offers(tx, post)
    agreed = agreed_to_longer(offers)
    for row in rows:
        offer = offers.get(row.actor_id or 0)
        if offer is not None:
            lasts = offer.expires_at - offer.published_at
            take_back(tx, env, offer, author.uri, why="edit")
        _forget_answer(tx, post_id, row)
    lasts = max(lasts, OFFER_SHORTEST + CLOCK_DIFFERENCE)
    make_offers(tx, env, _draft(tx, post_id), lasts, agreed=agreed)


def _forget_answer(tx: Tx, post_id: int, row: PostAuthor) -> None:
    post_authors.set_author(
        tx,
        post_id,
        row.actor_uri,
        position=row.position,
        state="invited",
        stamp_uri=None,
        stamp_document=None,
        fetched_at=None,
        next_check_at=None,
    )


def edit_draft(tx: Tx, env: Env, author_id: int, post_id: int, words: Words) -> None:
    """Change a draft's text: every Offer is replaced and consent to the old text is void (C14).

    To the text that it has already: nothing changes, unless somebody has to be asked anew.
    """
    post = own_draft(tx, author_id, post_id)
    check_words(tx, env, author_id, words, post_id)
    named = named_on(tx, post)
    same = replace(words, poll=polls.words_of(tx, post.id))
    if repeats.draft_stands(tx, env, post, same, core_with(tx, env, post, same, named), named):
        return
    renew(tx, env, post, words, named)


def named_on(tx: Tx, post: Post) -> list[Actor]:
    """The co-authors a draft names, in order of credit."""
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    return [find_actor(tx, row.actor_id) for row in rows if row.actor_id is not None]


def core_with(tx: Tx, env: Env, post: Post, words: Words, named: Sequence[Actor]) -> dict[str, Any]:
    """The core of a draft with these words and these co-authors."""
    author, media = find_actor(tx, post.author_id), post_media.media_of(tx, post_ids=[post.id])
    document = shared_document(tx, env, author, post.id, words, media, named)
    return companions.named_in(document, companions.people(tx, post.id), words.language)


def renew(tx: Tx, env: Env, post: Post, words: Words, named: Sequence[Actor]) -> None:
    """Another version of a draft: all consent to the one before is void."""
    author = find_actor(tx, post.author_id)
    lasts, asked_at = env.limits.invite_expiry_ms, env.now()
    for offer in current_offers(tx, post).values():
        lasts, asked_at = offer.expires_at - offer.published_at, offer.published_at
        take_back(tx, env, offer, author.uri, why="edit")
    words = replace(words, poll=polls.asked_anew(tx, env, post.id, asked_at))
    if words.poll is not None:
        polls.keep(tx, post.id, words.poll)
    document = core_with(tx, env, post, words, named)
    posts.change_post(
        tx,
        post.id,
        content=document["content"],
        summary=words.summary,
        sensitive=words.marked,
        language=words.language,
        tags=document.get("tag", []),
        document=orjson.dumps(document).decode(),
    )
    for position, actor in enumerate(named, start=1):
        post_authors.set_author(
            tx,
            post.id,
            actor.uri,
            position=position,
            actor_id=actor.id,
            state="invited",
            stamp_uri=None,
            stamp_document=None,
            fetched_at=None,
            next_check_at=None,
        )
    for row in companions.rows(tx, post.id):
        _forget_answer(tx, post.id, row)
    lasts = max(lasts, OFFER_SHORTEST + CLOCK_DIFFERENCE)
    make_offers(tx, env, own_draft(tx, author.id, post.id), lasts)
    message_questions.ask(tx, env, own_draft(tx, author.id, post.id), lasts)


def discard_draft(tx: Tx, env: Env, author_id: int, post_id: int) -> None:
    """Throw a draft away; everyone invited is told."""
    post = own_draft(tx, author_id, post_id)
    author = find_actor(tx, author_id)
    for offer in current_offers(tx, post).values():
        take_back(tx, env, offer, author.uri, why="discard")
    posts.change_post(tx, post_id, state="deleted", deleted_at=env.now())


def own_draft(tx: Tx, author_id: int, post_id: int) -> Post:
    """A draft of this author (else as ``not_theirs`` says)."""
    post = posts.post(tx, post_id)
    if post is None or post.author_id != author_id or post.state == "deleted":
        raise not_theirs(tx, post, author_id, "draft")
    if post.state != "draft":
        raise ServiceError("already_published", 409, "This post is published.")
    return post


def _draft(tx: Tx, post_id: int) -> Post:
    post = posts.post(tx, post_id)
    if post is None or post.state != "draft":
        raise not_found("draft")
    return post
