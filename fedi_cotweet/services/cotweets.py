"""The primary author's side of a co-tweet until it is published: drafts and Offers.

Every function is one use case inside the caller's transaction; together with
``services.answers`` and ``services.publishing`` it is all that moves ``domain.consent``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import orjson

from activitypub.coauthorship.acceptance import acceptance_refusal
from activitypub.coauthorship.offers import build_offer
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.documents.note import TagView, build_note
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.consent import ConsentState, Illegal, Kept, Move, Moved, Outcome, move
from fedi_cotweet.domain.limits import CLOCK_DIFFERENCE, DAY, OFFER_LONGEST, OFFER_SHORTEST
from fedi_cotweet.services import documents
from fedi_cotweet.services.composing import Composed, mention_tag
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, record
from storage.engine import Tx
from storage.models import Actor, Media, Offer, Post
from storage.queries import actors, consents, follows, posts

MODES = ("wait_all", "publish_without_decliners")


@dataclass(frozen=True, slots=True)
class Words:
    """What a post says, before it has an id."""

    body: Composed
    summary: str = ""
    language: str | None = None
    visibility: str = "public"
    in_reply_to: str | None = None
    media_ids: tuple[int, ...] = ()


def core_document(
    env: Env,
    author: Actor,
    post_id: int,
    words: Words,
    media: Sequence[Media],
    mentioned: Sequence[Actor],
    tags: Sequence[TagView] | None = None,
) -> dict[str, Any]:
    """The object without its authors: what every rendition and digest starts from."""
    followers = author.followers_uri or f"{author.uri}/followers"
    people = [actor.uri for actor in mentioned]
    if words.visibility == "unlisted":
        to, cc = [followers], [PUBLIC, *people]
    else:
        to, cc = [PUBLIC], [followers, *people]
    return build_note(
        id=env.addresses.note(post_id),
        to=to,
        cc=cc,
        content=words.body.html,
        language=words.language,
        summary=escape(words.summary, quote=False),
        sensitive=bool(words.summary),
        tags=words.body.tags if tags is None else tags,
        attachments=[documents.attachment(env, item) for item in media],
        # On ordinary notes the term would cost replies their forwarding by Mastodon.
        media_digests=tags is not None,
        in_reply_to=words.in_reply_to,
        url=env.addresses.page(author.username, post_id),
    )


def check_words(tx: Tx, env: Env, author_id: int, words: Words) -> list[Media]:
    """The pictures of a post that may be made of these words; ``ServiceError`` if it may not."""
    if not words.body.html and not words.media_ids:
        raise ServiceError("empty_post", 422, "The post is empty.", "Write something.")
    if len(words.body.html) > env.limits.post_characters * 8:
        raise ServiceError(
            "too_long",
            422,
            "The post is too long.",
            f"Keep it under {env.limits.post_characters} characters.",
        )
    if len(words.media_ids) > env.limits.media_per_post:
        raise ServiceError(
            "too_many_media", 422, f"A post holds at most {env.limits.media_per_post} pictures."
        )
    found = []
    for media_id in words.media_ids:
        item = posts.media(tx, media_id)
        if item is None or item.account_id != author_id:
            raise ServiceError(
                "no_such_media", 422, "One of the pictures does not exist.", "Upload it again."
            )
        found.append(item)
    return found


def _check_inviting(
    tx: Tx, env: Env, author: Actor, co_authors: Sequence[Actor], words: Words, expires_in: int
) -> None:
    limits, now = env.limits, env.now()
    if words.visibility not in ("public", "unlisted"):
        raise ServiceError(
            "visibility_not_allowed",
            422,
            "A post with co-authors is public or unlisted.",
            "Followers-only and direct posts cannot be verified by others, so they cannot be"
            " shared between authors. Choose public or unlisted.",
        )
    if not co_authors:
        raise ServiceError("no_co_authors", 422, "Name at least one co-author.")
    if len(co_authors) > limits.max_authors - 1:
        raise ServiceError(
            "too_many_authors",
            422,
            f"A post has at most {limits.max_authors} authors here, you included.",
        )
    if len({actor.id for actor in co_authors}) != len(co_authors):
        raise ServiceError("author_twice", 422, "A co-author is named twice.")
    if any(actor.id == author.id for actor in co_authors):
        raise ServiceError("author_twice", 422, "You are the author already.")
    if not OFFER_SHORTEST <= expires_in <= OFFER_LONGEST:
        raise ServiceError(
            "bad_expiry", 422, "An invitation lasts between one hour and thirty days."
        )
    for actor in co_authors:
        if actor.can_co_author is None or actor.gone_at is not None:
            raise ServiceError(
                "invitee_not_capable",
                422,
                f"The server of @{actor.username}@{actor.host} does not know co-authorship.",
                "Mention them in an ordinary post instead.",
            )
        if set(actor.can_co_author) <= {actor.uri}:
            raise ServiceError(
                "invitee_refuses",
                422,
                f"@{actor.username}@{actor.host} does not take invitations.",
            )
        if not _may_be_welcome(tx, author, actor):
            raise ServiceError(
                "invitee_policy",
                422,
                f"@{actor.username}@{actor.host} takes invitations from other people only.",
                "By default that is people they follow: ask them to follow you first.",
            )
    if now - author.created_at < limits.invite_min_account_age_ms:
        raise ServiceError(
            "account_too_new", 403, "New accounts cannot invite yet.", "Try again tomorrow."
        )
    over = consents.count_open(tx, author.id, "sent") + len(co_authors)
    if over > limits.open_invites_per_sender:
        raise ServiceError(
            "too_many_open_invites",
            429,
            f"You have {limits.open_invites_per_sender} unanswered invitations.",
            "Wait for answers or withdraw some.",
        )
    for actor in co_authors:
        if consents.count_open(tx, author.id, "sent", actor.id) >= limits.open_invites_per_pair:
            raise ServiceError(
                "too_many_open_invites",
                429,
                f"@{actor.username}@{actor.host} has {limits.open_invites_per_pair} unanswered"
                " invitations of yours.",
            )
    today = consents.count_since(tx, author.id, "sent", now - DAY) + len(co_authors)
    if today > limits.invites_per_day:
        raise ServiceError(
            "too_many_invites_today", 429, f"At most {limits.invites_per_day} invitations a day."
        )


def _may_be_welcome(tx: Tx, author: Actor, invitee: Actor) -> bool:
    """Whether the published policy lets the author in, as far as this server can tell.

    Only advice, so that nobody waits for an answer to an invitation that will be dropped: the
    invitee's server decides (C3).
    """
    for entry in invitee.can_co_author or []:
        if entry in (PUBLIC, author.uri):
            return True
        if entry == invitee.following_uri:
            if follows.follows(tx, invitee.id, author.id):
                return True
        elif entry == invitee.followers_uri:
            if follows.follows(tx, author.id, invitee.id):
                return True
        elif entry != invitee.uri:
            return True  # a list that only their server can read
    return False


def create_draft(
    tx: Tx,
    env: Env,
    author_id: int,
    words: Words,
    co_authors: Sequence[Actor],
    *,
    expires_in: int | None = None,
    mode: str = "wait_all",
) -> int:
    """Make a co-tweet draft and offer it to every co-author, in the order given; its id.

    ``expires_in`` in milliseconds. Nothing is published. Refusals: see the codes above.
    """
    author = _actor(tx, author_id)
    lasts = env.limits.invite_expiry_ms if expires_in is None else expires_in
    if mode not in MODES:
        raise ServiceError("bad_mode", 422, f"The mode is one of: {', '.join(MODES)}.")
    media = check_words(tx, env, author_id, words)
    _check_inviting(tx, env, author, co_authors, words, lasts)
    post_id, now = env.new_id(), env.now()
    document = _draft_document(tx, env, author, post_id, words, media, co_authors)
    posts.add_post(
        tx,
        id=post_id,
        sort_id=post_id,
        uri=env.addresses.note(post_id),
        author_id=author_id,
        local=True,
        state="draft",
        visibility=words.visibility,
        content=words.body.html,
        summary=words.summary,
        sensitive=bool(words.summary),
        language=words.language,
        in_reply_to_uri=words.in_reply_to,
        url=env.addresses.page(author.username, post_id),
        tags=document.get("tag", []),
        document=orjson.dumps(document).decode(),
        co_authored=True,
        mode=mode,
        fetched_at=now,
    )
    for position, item in enumerate(media):
        posts.change_media(tx, item.id, post_id=post_id, position=position)
    for position, actor in enumerate(co_authors, start=1):
        posts.set_author(
            tx, post_id, actor.uri, position=position, actor_id=actor.id, state="invited"
        )
    make_offers(tx, env, post_id, lasts)
    return post_id


def _draft_document(
    tx: Tx,
    env: Env,
    author: Actor,
    post_id: int,
    words: Words,
    media: Sequence[Media],
    co_authors: Sequence[Actor],
) -> dict[str, Any]:
    """The core of a draft: one plain Mention per co-author, whether or not the text names them."""
    invited = {actor.uri: actor for actor in co_authors}
    mentioned = actors.actors(tx, words.body.mentioned).values()
    others = [actor for actor in mentioned if actor.uri not in invited]
    tags = [tag for tag in words.body.tags if tag.href not in invited]
    tags += [mention_tag(actor) for actor in co_authors]
    return core_document(env, author, post_id, words, media, others, tags)


def make_offers(tx: Tx, env: Env, post_id: int, lasts: int) -> None:
    """Offer a draft's present version to every co-author it names."""
    post = _draft(tx, post_id)
    author = _actor(tx, post.author_id)
    rows = posts.authors_of(tx, [post_id])[post_id]
    if not rows:
        return  # everybody declined or was taken off: a plain draft, offered to nobody
    list_of_authors = [author.uri, *(row.actor_uri for row in rows)]
    note = documents.full_note(tx, post, state="draft")
    digest = try_consent_digest(note, list_of_authors)
    refusal = acceptance_refusal(note)
    if digest is None or refusal is not None:
        raise ServiceError(
            "not_offerable",
            422,
            f"This draft cannot be offered to others: {refusal or 'it has no consent digest'}.",
            "Simplify the text or its attachments.",
        )
    posts.change_post(tx, post_id, digest=digest)
    now = env.now()
    for row in rows:
        uri = env.addresses.offer(author.username, env.token())
        document = build_offer(
            id=uri,
            actor=author.uri,
            target=row.actor_uri,
            object=note,
            published_at=now,
            expires_at=now + lasts,
        )
        offer_id = env.new_id()
        consents.add_offer(
            tx,
            id=offer_id,
            uri=uri,
            side="sent",
            object_uri=post.uri,
            post_id=post_id,
            sender_id=author.id,
            target_id=row.actor_id,
            authors=list_of_authors,
            digest=digest,
            document=orjson.dumps(document).decode(),
            state=ConsentState.OFFERED.value,
            change=False,
            published_at=now,
            expires_at=now + lasts,
            created_at=now,
        )
        record(
            tx,
            env,
            object_uri=post.uri,
            actor_uri=author.uri,
            move="offer",
            offer_uri=uri,
            digest=digest,
            to=row.actor_uri,
        )
        emit(tx, env, "offer.made", offer_id=offer_id)


def apply_move(tx: Tx, env: Env, offer: Offer, what: Move, by: str, **detail: Any) -> Outcome:
    """Run the table on one offer and store the outcome; log what changed.

    ``offer`` itself stays as it was read.
    """
    outcome = move(ConsentState(offer.state), what)
    match outcome:
        case Moved(state):
            consents.change_offer(tx, offer.id, state=state.value)
            record(
                tx,
                env,
                object_uri=offer.object_uri,
                actor_uri=by,
                move=what.value,
                offer_uri=offer.uri,
                digest=offer.digest,
                side=offer.side,
                **detail,
            )
        case Kept() | Illegal():
            pass
    return outcome


def current_offers(tx: Tx, post: Post) -> dict[int, Offer]:
    """The newest sent Offer per co-author: target id → offer."""
    return {offer.target_id: offer for offer in consents.offers_for_object(tx, post.uri, "sent")}


def withdraw(
    tx: Tx, env: Env, author_id: int, post_id: int, co_author_id: int | None = None
) -> int:
    """Take back open and accepted invitations of a draft; how many were (C13).

    The draft stays with its author. ``co_author_id`` narrows it to one person, who is then no
    longer named on the draft.
    """
    post = own_draft(tx, author_id, post_id)
    author = _actor(tx, author_id)
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
    if count == 0:
        raise ServiceError(
            "nothing_to_withdraw", 409, "There is no invitation to withdraw for this draft."
        )
    return count


def drop_from_draft(tx: Tx, env: Env, post_id: int, actor_id: int) -> None:
    """Stop naming somebody on a draft: they declined, let it expire, or were taken off."""
    post = _draft(tx, post_id)
    actor = _actor(tx, actor_id)
    posts.remove_author(tx, post_id, actor.uri)
    document = documents.without_mention(orjson.loads(post.document), actor.uri)
    posts.change_post(
        tx, post_id, document=orjson.dumps(document).decode(), tags=document.get("tag", [])
    )


def edit_draft(tx: Tx, env: Env, author_id: int, post_id: int, words: Words) -> None:
    """Change a draft's text: every Offer is replaced and consent to the old text is void (C14)."""
    post = own_draft(tx, author_id, post_id)
    author = _actor(tx, author_id)
    media = posts.media_of(tx, post_ids=[post_id])
    check_words(tx, env, author_id, words)
    rows = posts.authors_of(tx, [post_id])[post_id]
    offers = current_offers(tx, post)
    lasts = env.limits.invite_expiry_ms
    for offer in offers.values():
        lasts = offer.expires_at - offer.published_at
        if isinstance(apply_move(tx, env, offer, Move.WITHDRAW, author.uri, why="edit"), Moved):
            emit(tx, env, "offer.withdrawn", offer_id=offer.id)
    named = [_actor(tx, row.actor_id) for row in rows if row.actor_id is not None]
    document = _draft_document(tx, env, author, post_id, words, media, named)
    posts.change_post(
        tx,
        post_id,
        content=words.body.html,
        summary=words.summary,
        sensitive=bool(words.summary),
        language=words.language,
        tags=document.get("tag", []),
        document=orjson.dumps(document).decode(),
    )
    for row in rows:
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
    make_offers(tx, env, post_id, max(lasts, OFFER_SHORTEST + CLOCK_DIFFERENCE))


def discard_draft(tx: Tx, env: Env, author_id: int, post_id: int) -> None:
    """Throw a draft away; everyone invited is told."""
    post = own_draft(tx, author_id, post_id)
    author = _actor(tx, author_id)
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


def _actor(tx: Tx, actor_id: int) -> Actor:
    actor = actors.actor(tx, actor_id)
    if actor is None:
        raise not_found("account")
    return actor
