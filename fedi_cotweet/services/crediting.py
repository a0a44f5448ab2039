"""Credit for pictures: the author asks, the artist answers, everybody else checks.

Publication does not wait for it. Until the artist agreed, an ordinary post shows the name as plain
text and a co-tweet nothing, since its authors agreed to no such word (FEP-af48, Credit for media).
"""

from __future__ import annotations

from typing import Any

import orjson

from activitypub.coauthorship import credits as wire
from activitypub.coauthorship.verification import CoAuthorState
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_list
from fedi_cotweet.domain.consent import ConsentState, Move
from fedi_cotweet.domain.limits import DAY, HOUR, STAMP_RECHECK_AFTER
from fedi_cotweet.languages.wording import say, say_count
from fedi_cotweet.services import documents
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.credit_endings import apply_move, log
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, later, tell
from fedi_cotweet.services.posts import own_post, rewrite
from fedi_cotweet.services.reasons import reason_of
from storage.engine import Tx
from storage.models import Actor, Credit, CreditOffer, Post
from storage.queries import actors, consents, crediting, post_media, posts

CLAIMED = "claimed"
ASKED_FOR = 30 * DAY
"""How long an artist may take to answer."""
MOST_NAME = 100


def give(
    tx: Tx,
    env: Env,
    author_id: int,
    post_id: int,
    position: int,
    *,
    artist: Actor | None = None,
    name: str = "",
) -> None:
    """Say who made a picture of a published post: somebody who is asked, or just a name.

    Raises ``no_such_picture``, ``bad_credit``, ``credit_taken``, ``too_many_open_invites``.
    """
    post = own_post(tx, author_id, post_id)
    pictures = post_media.media_of(tx, post_ids=[post_id])
    if not 0 <= position < len(pictures):
        raise ServiceError(
            "no_such_picture",
            422,
            say_count(
                "This post has {count} picture.",
                "This post has {count} pictures.",
                count=len(pictures),
            ),
        )
    said = name.strip() or (artist.name or artist.username if artist is not None else "")
    if not said or len(said) > MOST_NAME or (artist is not None and artist.id == author_id):
        raise ServiceError(
            "bad_credit", 422, "Name somebody else, in at most a hundred characters."
        )
    if crediting.credit(tx, post_id, position) is not None:
        raise ServiceError(
            "credit_taken", 409, "Somebody is named for this picture.", "Take that back first."
        )
    digest = pictures[position].digest
    crediting.set_credit(
        tx,
        post_id,
        position,
        actor_uri=artist.uri if artist is not None else "",
        actor_id=artist.id if artist is not None else None,
        name=said,
        digest=digest,
        state=CLAIMED,
    )
    rewrite(tx, env, post, orjson.loads(post.document))
    if artist is not None and artist.can_co_author is not None and artist.gone_at is None:
        _ask(tx, env, find_actor(tx, author_id), artist, post, position, str(digest))


def _ask(
    tx: Tx, env: Env, author: Actor, artist: Actor, post: Post, position: int, media: str
) -> None:
    if len(crediting.open_between(tx, author.id, artist.id, "sent")) >= (
        env.limits.open_invites_per_pair
    ):
        raise ServiceError(
            "too_many_open_invites", 429, "They have several unanswered questions of yours."
        )
    now = env.now()
    note = documents.full_note(tx, posts.post(tx, post.id) or post)
    uri = env.addresses.offer(author.username, env.token())
    document = wire.build_credit_offer(
        id=uri,
        actor=author.uri,
        target=artist.uri,
        attachment=as_list(note["attachment"])[position],
        post=note,
        published_at=now,
        expires_at=now + ASKED_FOR,
    )
    question = wire.read_credit_offer(document)
    if isinstance(question, Refused):
        raise ServiceError(
            "bad_credit",
            422,
            say("They cannot be asked: {reason}.", reason=reason_of(question.reason)),
        )
    offer_id = env.new_id()
    crediting.add_offer(
        tx,
        id=offer_id,
        uri=uri,
        side="sent",
        post_uri=post.uri,
        post_id=post.id,
        position=position,
        sender_id=author.id,
        target_id=artist.id,
        media=media,
        digest=question.digest,
        document=orjson.dumps(document).decode(),
        state=ConsentState.OFFERED.value,
        expires_at=question.expires_at,
        created_at=now,
    )
    log(tx, env, author.uri, "credit:offer", uri, post.uri, question.digest)
    emit(tx, env, "credit.asked", offer_id=offer_id)


def take_back(tx: Tx, env: Env, author_id: int, post_id: int, position: int) -> None:
    """Name nobody for a picture any more; the artist's question, if open, ends."""
    post = own_post(tx, author_id, post_id)
    if crediting.credit(tx, post_id, position) is None:
        raise not_found("credit")
    for offer in crediting.offers_for(tx, post.uri, "sent"):
        if offer.position == position and apply_move(tx, env, offer, Move.WITHDRAW, post.uri):
            emit(tx, env, "credit.withdrawn", offer_id=offer.id)
    crediting.remove_credit(tx, post_id, position)
    rewrite(tx, env, post, orjson.loads(post.document))


def receive_acceptance(tx: Tx, env: Env, offer: CreditOffer, sender: Actor, stamp: str) -> str:
    """An artist agreed: the stamp is fetched and checked before it counts."""
    if offer.target_id != sender.id:
        return "no_such_offer"
    if offer.state != ConsentState.OFFERED.value or offer.expires_at <= env.now():
        return "too_late"
    later(tx, env, "verify_credit", str(offer.id), offer_id=offer.id, stamp_uri=stamp)
    return "verifying"


def receive_rejection(tx: Tx, env: Env, offer: CreditOffer, sender: Actor) -> str:
    """An artist said no: not even their name stands there."""
    if offer.target_id != sender.id or not apply_move(tx, env, offer, Move.DECLINE, sender.uri):
        return "kept"
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    if post is not None and post.state == "published":
        crediting.remove_credit(tx, post.id, offer.position)
        rewrite(tx, env, post, orjson.loads(post.document))
        tell(
            tx,
            env,
            post.author_id,
            "credit.declined",
            offer.uri,
            actor_id=sender.id,
            post_id=post.id,
            text=say(
                "{who} does not want to be named under your picture.",
                who=f"@{sender.username}@{sender.host}",
            ),
        )
    return "declined"


def agreed(tx: Tx, env: Env, offer_id: int, stamp_uri: str, stamp: str, fetched_at: int) -> str:
    """The stamp behind an answer was found good: the artist is named, and everybody told."""
    offer = crediting.offer(tx, offer_id)
    post = posts.post(tx, offer.post_id) if offer is not None and offer.post_id else None
    if offer is None or post is None or post.state != "published":
        return "no_such_offer"
    artist = find_actor(tx, offer.target_id)
    if (stamp_uri, artist.uri) in consents.deleted_stamp_owners(tx, [stamp_uri]):
        return "stamp_deleted"
    if crediting.credit(tx, post.id, offer.position) is None or not apply_move(
        tx, env, offer, Move.ACCEPT, artist.uri
    ):
        return "too_late"
    crediting.set_credit(
        tx,
        post.id,
        offer.position,
        actor_uri=artist.uri,
        actor_id=artist.id,
        state=CoAuthorState.VERIFIED.value,
        stamp_uri=stamp_uri,
        stamp_document=stamp,
        fetched_at=fetched_at,
        next_check_at=env.now() + STAMP_RECHECK_AFTER,
    )
    crediting.change_offer(tx, offer.id, stamp_uri=stamp_uri, answered_at=env.now())
    rewrite(tx, env, post, orjson.loads(post.document))
    tell(
        tx,
        env,
        post.author_id,
        "credit.accepted",
        offer.uri,
        actor_id=artist.id,
        post_id=post.id,
        text=say(
            "{who} agreed to be named under your picture.", who=f"@{artist.username}@{artist.host}"
        ),
    )
    return "accepted"


def revoke(tx: Tx, env: Env, stamp_uri: str, artist: Actor) -> int:
    """An artist deleted a stamp: their name goes from every picture at once; from how many."""
    gone = [row for row in crediting.with_stamp(tx, stamp_uri) if row.actor_uri == artist.uri]
    for row in gone:
        post = posts.post(tx, row.post_id)
        if post is not None and post.local:
            crediting.remove_credit(tx, row.post_id, row.position)
            if post.state == "published":
                rewrite(tx, env, post, orjson.loads(post.document))
        else:
            _set_state(tx, row, CoAuthorState.REVOKED.value, None)
    return len(gone)


def expire_due(tx: Tx, env: Env, limit: int) -> int:
    """Questions nobody answered in time; how many."""
    due = crediting.expired(tx, env.now(), limit)
    for offer in due:
        apply_move(tx, env, offer, Move.EXPIRE, offer.uri)
    return len(due)


def recheck_due(tx: Tx, env: Env, limit: int) -> int:
    """Stamps of credits that are due for another look; how many."""
    due = crediting.due(tx, env.now(), limit)
    for row in due:
        crediting.put_off(tx, row.post_id, env.now() + HOUR)
        later(tx, env, "check_credits", str(row.post_id), post_id=row.post_id)
    return len(due)


def store_remote(tx: Tx, env: Env, post_id: int, document: dict[str, Any]) -> None:
    """What a post elsewhere claims of its pictures; nothing is linked before it is checked."""
    found = wire.read_credits(document)
    held = {row.position: row for row in crediting.credits_of(tx, [post_id]).get(post_id, [])}
    for position in held.keys() - {credit.position for credit in found}:
        crediting.remove_credit(tx, post_id, position)
    for credit in found:
        row = held.get(credit.position)
        same = row is not None and (row.actor_uri, row.stamp_uri, row.digest) == (
            credit.actor or "",
            credit.stamp,
            credit.media,
        )
        crediting.set_credit(
            tx,
            post_id,
            credit.position,
            actor_uri=credit.actor or "",
            name=credit.name,
            digest=credit.media,
            stamp_uri=credit.stamp,
            state=row.state if row is not None and same else CoAuthorState.UNKNOWN.value,
        )
    if any(credit.stamp for credit in found):
        later(tx, env, "check_credits", str(post_id), post_id=post_id)


def checked(
    tx: Tx, env: Env, post_id: int, position: int, state: CoAuthorState, at: int, stamp: str
) -> None:
    """A credit's stamp was looked at."""
    row = crediting.credit(tx, post_id, position)
    if row is None or row.stamp_uri != stamp:
        return
    artist = actors.actor_by_uri(tx, row.actor_uri)
    if (stamp, row.actor_uri) in consents.deleted_stamp_owners(tx, [stamp]):
        state = CoAuthorState.REVOKED
    if state is CoAuthorState.UNKNOWN and row.state == CoAuthorState.VERIFIED.value:
        return  # what was verified stays so for a week
    verified = state is CoAuthorState.VERIFIED
    crediting.set_credit(
        tx,
        post_id,
        position,
        actor_uri=row.actor_uri,
        actor_id=artist.id if artist is not None else None,
        state=state.value,
        fetched_at=at if verified else row.fetched_at,
        next_check_at=env.now() + STAMP_RECHECK_AFTER if verified else None,
    )
    post = posts.post(tx, post_id)
    if post is not None and post.local and row.state == "verified" and not verified:
        rewrite(tx, env, post, orjson.loads(post.document))


def _set_state(tx: Tx, row: Credit, state: str, next_check_at: int | None) -> None:
    crediting.set_credit(
        tx,
        row.post_id,
        row.position,
        actor_uri=row.actor_uri,
        state=state,
        next_check_at=next_check_at,
    )
