"""A co-tweet until it is published, on its primary author's server.

Every function is one use case inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.roles import AUTHOR, ROLES
from fedi_cotweet.domain.consent import Move, Moved
from fedi_cotweet.domain.limits import CLOCK_DIFFERENCE, OFFER_SHORTEST, POLL_SHORTEST
from fedi_cotweet.services import companions, documents, messages, polls
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.composing import mention_tag
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.inviting import check_inviting
from fedi_cotweet.services.offers import apply_move, current_offers, make_offers
from fedi_cotweet.services.words import Words, check_words, core_document
from storage.engine import Tx
from storage.models import Actor, Media, Post, PostAuthor
from storage.queries import actors, posts

MODES = ("wait_all", "publish_without_decliners")


def create_draft(
    tx: Tx,
    env: Env,
    author_id: int,
    words: Words,
    co_authors: Sequence[Actor],
    *,
    expires_in: int | None = None,
    mode: str = "wait_all",
    roles: Mapping[int, str] | None = None,
    by_message: bool = False,
) -> int:
    """Make a co-tweet draft and offer it to every co-author, in the order given; its id.

    ``by_message``: those whose servers know nothing of co-authors are asked by direct message and
    named in the text.
    ``expires_in`` in milliseconds; ``roles`` say what somebody did, the author too, by actor id.
    Nothing is published. Refusals: see the codes above.
    """
    author = find_actor(tx, author_id)
    lasts = _open_for(env, words, expires_in)
    if mode not in MODES:
        raise ServiceError("bad_mode", 422, f"The mode is one of: {', '.join(MODES)}.")
    did = roles or {}
    for role in did.values():
        if role not in ROLES:
            raise ServiceError("bad_role", 422, f"A role is one of: {', '.join(ROLES)}.")
    media = check_words(tx, env, author_id, words)
    check_inviting(tx, env, author, co_authors, words, lasts, by_message=by_message)
    asked = [actor for actor in co_authors if actor.can_co_author is None]
    offered = [actor for actor in co_authors if actor.can_co_author is not None]
    post_id, now = env.new_id(), env.now()
    document = _draft_document(tx, env, author, post_id, words, media, offered, asked)
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
        sensitive=bool(words.summary),
        language=words.language,
        in_reply_to_uri=words.in_reply_to,
        url=env.addresses.page(author.username, post_id),
        tags=document.get("tag", []),
        document=orjson.dumps(document).decode(),
        co_authored=True,
        mode=mode,
        author_role=did.get(author_id, AUTHOR),
        fetched_at=now,
    )
    for position, item in enumerate(media):
        posts.change_media(tx, item.id, post_id=post_id, position=position)
    if words.poll is not None:
        polls.keep(tx, post_id, words.poll)
    for position, actor in enumerate(co_authors, start=1):
        posts.set_author(
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
    messages.ask(tx, env, _draft(tx, post_id), lasts)
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


def _draft_document(
    tx: Tx,
    env: Env,
    author: Actor,
    post_id: int,
    words: Words,
    media: Sequence[Media],
    co_authors: Sequence[Actor],
    asked: Sequence[Actor],
) -> dict[str, Any]:
    """The core of a draft: one plain Mention per co-author, whether or not the text names them.

    ``asked`` by message are named at the end of the text.
    """
    invited = {actor.uri: actor for actor in co_authors}
    mentioned = actors.actors(tx, words.body.mentioned).values()
    others = [actor for actor in mentioned if actor.uri not in invited]
    tags = [tag for tag in words.body.tags if tag.href not in invited]
    tags += [mention_tag(actor) for actor in co_authors]
    document = core_document(env, author, post_id, words, media, others, tags)
    return companions.named_in(document, asked, words.language)


def withdraw(
    tx: Tx, env: Env, author_id: int, post_id: int, co_author_id: int | None = None
) -> int:
    """Take back open and accepted invitations of a draft; how many were (C13).

    The draft stays with its author. ``co_author_id`` narrows it to one person, who is then no
    longer named on the draft.
    """
    post = own_draft(tx, author_id, post_id)
    author = find_actor(tx, author_id)
    count = 0
    for target_id, offer in current_offers(tx, post).items():
        if co_author_id is not None and target_id != co_author_id:
            continue
        outcome = apply_move(tx, env, offer, Move.WITHDRAW, author.uri)
        if isinstance(outcome, Moved):
            emit(tx, env, "offer.withdrawn", offer_id=offer.id)
            count += 1
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
    row = posts.post_author(tx, post_id, actor.uri)
    core = orjson.loads(post.document)
    if row is not None and row.via == "message":
        rest = companions.people(tx, post_id, but=actor_id)
        document = companions.without(core, actor, rest, post.language)
    else:
        document = documents.without_mention(core, actor.uri)
    posts.remove_author(tx, post_id, actor.uri)
    posts.change_post(
        tx,
        post_id,
        content=document["content"],
        document=orjson.dumps(document).decode(),
        tags=document.get("tag", []),
    )


def renew_offers(tx: Tx, env: Env, post_id: int) -> None:
    """Ask co-authors anew if a draft's text is not the one they were asked about.

    So it is when somebody named in the text by message is not named any more. Those who agreed by
    message need not be asked: consent to be named with more people is consent to fewer.
    """
    post = _draft(tx, post_id)
    author = find_actor(tx, post.author_id)
    rows = posts.authors_of(tx, [post_id])[post_id]
    named = [author.uri, *(row.actor_uri for row in rows)]
    digest = try_consent_digest(documents.full_note(tx, post, state="draft"), named)
    if digest == post.digest:
        return
    posts.change_post(tx, post_id, digest=digest)
    lasts = env.limits.invite_expiry_ms
    offers = current_offers(tx, post)
    for row in rows:
        offer = offers.get(row.actor_id or 0)
        if offer is not None:
            lasts = offer.expires_at - offer.published_at
            if isinstance(apply_move(tx, env, offer, Move.WITHDRAW, author.uri, why="edit"), Moved):
                emit(tx, env, "offer.withdrawn", offer_id=offer.id)
        _forget_answer(tx, post_id, row)
    make_offers(tx, env, _draft(tx, post_id), max(lasts, OFFER_SHORTEST + CLOCK_DIFFERENCE))


def _forget_answer(tx: Tx, post_id: int, row: PostAuthor) -> None:
    posts.set_author(
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
    """Change a draft's text: every Offer is replaced and consent to the old text is void (C14)."""
    post = own_draft(tx, author_id, post_id)
    author = find_actor(tx, author_id)
    media = posts.media_of(tx, post_ids=[post_id])
    check_words(tx, env, author_id, words)
    rows = posts.authors_of(tx, [post_id])[post_id]
    offers = current_offers(tx, post)
    lasts, asked_at = env.limits.invite_expiry_ms, env.now()
    for offer in offers.values():
        lasts, asked_at = offer.expires_at - offer.published_at, offer.published_at
        if isinstance(apply_move(tx, env, offer, Move.WITHDRAW, author.uri, why="edit"), Moved):
            emit(tx, env, "offer.withdrawn", offer_id=offer.id)
    named = [find_actor(tx, row.actor_id) for row in rows if row.actor_id is not None]
    words = replace(words, poll=polls.asked_anew(tx, env, post_id, asked_at))
    if words.poll is not None:
        polls.keep(tx, post_id, words.poll)
    asked = companions.people(tx, post_id)
    document = _draft_document(tx, env, author, post_id, words, media, named, asked)
    posts.change_post(
        tx,
        post_id,
        content=document["content"],
        summary=words.summary,
        sensitive=bool(words.summary),
        language=words.language,
        tags=document.get("tag", []),
        document=orjson.dumps(document).decode(),
    )
    for row in (*rows, *companions.rows(tx, post_id)):
        _forget_answer(tx, post_id, row)
    lasts = max(lasts, OFFER_SHORTEST + CLOCK_DIFFERENCE)
    make_offers(tx, env, _draft(tx, post_id), lasts)
    messages.ask(tx, env, _draft(tx, post_id), lasts, again=True)


def discard_draft(tx: Tx, env: Env, author_id: int, post_id: int) -> None:
    """Throw a draft away; everyone invited is told."""
    post = own_draft(tx, author_id, post_id)
    author = find_actor(tx, author_id)
    for offer in current_offers(tx, post).values():
        if isinstance(apply_move(tx, env, offer, Move.WITHDRAW, author.uri, why="discard"), Moved):
            emit(tx, env, "offer.withdrawn", offer_id=offer.id)
    posts.change_post(tx, post_id, state="deleted", deleted_at=env.now())


def own_draft(tx: Tx, author_id: int, post_id: int) -> Post:
    """A draft of this author, or the same 404 that everybody else gets."""
    post = posts.post(tx, post_id)
    if post is None or post.author_id != author_id or post.state == "deleted":
        raise not_found("draft")
    if post.state != "draft":
        raise ServiceError("already_published", 409, "This post is published.")
    return post


def _draft(tx: Tx, post_id: int) -> Post:
    post = posts.post(tx, post_id)
    if post is None or post.state != "draft":
        raise not_found("draft")
    return post
