"""Carrying out a change of a published co-tweet once everybody has agreed (FEP-af48, Changes)."""

from __future__ import annotations

from typing import Any

import orjson

from activitypub.coauthorship.roles import AUTHOR
from activitypub.coauthorship.stamps import Stamp, parse_stamp
from fedi_cotweet.domain.consent import ConsentState, Move, Moved, Outcome
from fedi_cotweet.domain.limits import STAMP_FRESH_FOR_PUBLISHING, STAMP_RECHECK_AFTER
from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services import companions, documents, standing, timelines, versions
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import later, record, tell
from fedi_cotweet.services.messages import send_word
from fedi_cotweet.services.offers import apply_move, change_offers, current_offers, take_off
from fedi_cotweet.services.posts import digest_of, save_update
from fedi_cotweet.services.shortening import beside_in, shorten
from storage.engine import Tx
from storage.models import Actor, Change, Offer, Post
from storage.queries import actors, changes, consents, post_authors, posts


def accepted(
    tx: Tx,
    env: Env,
    offer: Offer,
    outcome: Outcome,
    stamp_uri: str,
    stamp_text: str,
    fetched_at: int,
) -> str:
    """A co-author's stamp for a change was fetched and fits; publish it if it was the last one.

    ``offer`` as it was read before ``outcome`` was stored.
    """
    if offer.change_id is None or offer.post_id is None:
        return "not_a_change"
    new = isinstance(outcome, Moved)
    consents.change_offer(
        tx,
        offer.id,
        stamp_uri=stamp_uri,
        stamp_document=stamp_text,
        stamp_fetched_at=fetched_at,
        answered_at=env.now() if new else offer.answered_at,
    )
    if new:
        _tell_author(
            tx, env, offer, "cotweet.change_accepted", mark("{who} agreed to your change.")
        )
    try_apply(tx, env, offer.change_id)
    return "accepted"


def lost(tx: Tx, env: Env, offer: Offer, what: str) -> None:
    """Somebody did not agree to a change: it waits for the primary author's decision (C37)."""
    change = changes.change_by_id(tx, offer.change_id) if offer.change_id is not None else None
    if change is None or change.state != "offered":
        return
    _tell_author(tx, env, offer, "cotweet.change_refused", what)


def _tell_author(tx: Tx, env: Env, offer: Offer, kind: str, what: str) -> None:
    target = find_actor(tx, offer.target_id)
    tell(
        tx,
        env,
        offer.sender_id,
        kind,
        offer.uri,
        actor_id=target.id,
        post_id=offer.post_id,
        text=say(what, who=f"@{target.username}@{target.host}"),
    )


def not_in_change(tx: Tx, env: Env, post: Post, actor: Actor, *, why: str) -> None:
    """Somebody is no author of a post any more: nor of the change of it that is open, if any."""
    change = changes.open_change(tx, post.uri)
    if change is not None:
        shorten(tx, env, change, [actor], why=why)
        try_apply(tx, env, change.id)


def try_apply(tx: Tx, env: Env, change_id: int, *, alone: bool = False) -> bool:
    """Publish a change if everyone it names has agreed, by stamps fetched just now.

    Stamps older than five minutes are fetched anew first, which ends in another call of this.
    ``alone``: also if it names nobody but the primary author, which is for them to decide.
    """
    change = changes.change_by_id(tx, change_id)
    post = posts.post(tx, change.post_id) if change is not None and change.post_id else None
    if change is None or post is None or change.state != "offered" or post.state != "published":
        return False
    named = actors.actors_by_uri(tx, [str(uri) for uri in change.authors[1:]])
    beside = beside_in(tx, change)
    if not named and not beside and not alone:
        return False
    offers = change_offers(tx, change)
    # Without a question of this change they are named by what they agreed to before.
    by_message = [offers[person.id] for person in beside if person.id in offers]
    if any(offer.state != ConsentState.ACCEPTED.value for offer in by_message):
        return False
    asked = [offers.get(named[uri].id) if uri in named else None for uri in change.authors[1:]]
    agreed = [o for o in asked if o is not None and o.state == ConsentState.ACCEPTED.value]
    if len(agreed) < len(asked):
        return False
    fresh = env.now() - STAMP_FRESH_FOR_PUBLISHING
    stale = [offer for offer in agreed if (offer.stamp_fetched_at or 0) < fresh]
    for offer in stale:
        later(tx, env, "verify_stamp", str(offer.id), offer_id=offer.id, stamp_uri=offer.stamp_uri)
    if stale:
        return False
    _apply(tx, env, post, change, agreed)
    return True


def _apply(tx: Tx, env: Env, post: Post, change: Change, agreed: list[Offer]) -> None:
    """One transaction from the old version to the new one: text, authors, stamps, consent."""
    author = find_actor(tx, post.author_id)
    before, old = current_offers(tx, post), versions.present(tx, post)
    roles = documents.roles_of(tx, post, change)
    removed = _take_off_the_others(tx, env, post, change, before)
    for position, offer in enumerate(agreed, start=1):
        target = find_actor(tx, offer.target_id)
        _publish(tx, env, offer, before.get(target.id), author)
        post_authors.set_author(
            tx,
            post.id,
            target.uri,
            position=position,
            actor_id=target.id,
            via="stamp",
            state="verified",
            role=agreed_role(roles.get(target.uri, AUTHOR), offer.stamp_document),
            stamp_uri=offer.stamp_uri,
            stamp_document=offer.stamp_document,
            digest=offer.digest,
            fetched_at=offer.stamp_fetched_at,
            next_check_at=env.now() + STAMP_RECHECK_AFTER,
        )
    by_message = _name_beside(tx, env, post, change, author, before)
    document: dict[str, Any] = orjson.loads(change.document or "{}")
    words = change.words
    save_update(
        tx,
        env,
        post,
        document,
        before=old,
        also=[actor.id for actor in removed if not actor.local],
        content=document["content"],
        summary=words["summary"],
        sensitive=document.get("sensitive") is True,
        language=words["language"],
        co_authored=post.co_authored or bool(agreed),
    )
    published = posts.post(tx, post.id) or post
    posts.change_post(tx, post.id, digest=digest_of(tx, published))
    changes.set_change(tx, change.id, state="applied", decided_at=env.now())
    record(tx, env, object_uri=post.uri, actor_uri=author.uri, move="change:applied")
    for offer, was_named in by_message:
        send_word(tx, env, offer, "changed" if was_named else "published")
    for offer in agreed:
        if find_actor(tx, offer.target_id).local:
            standing.named(tx, env, published, offer.target_id, offer.stamp_uri)
    standing.no_longer_named(tx, env, post.uri, [str(uri) for uri in change.authors])
    timelines.refresh(tx, post.id, env.now())
    later(tx, env, "verify_post", str(post.id), post_id=post.id)
    if by_message:
        later(tx, env, "verify_consent_notes", str(post.id), post_id=post.id)
    text = say("Everyone agreed: your change is published.")
    subject = f"{post.uri} {change.id}"
    tell(tx, env, author.id, "cotweet.changed", subject, post_id=post.id, text=text)


def agreed_role(role: str, stamp_text: str | None) -> str:
    """The role that the stamp agrees to: none in one by software that does not know roles."""
    stamp = parse_stamp(orjson.loads(stamp_text or "{}"))
    return role if isinstance(stamp, Stamp) and stamp.roles else AUTHOR


def _publish(tx: Tx, env: Env, offer: Offer, old: Offer | None, author: Actor) -> bool:
    """Consent to the change takes the place of that to the old version, if there was any."""
    named = old is not None and old.state == ConsentState.PUBLISHED.value
    if old is not None and named:
        apply_move(tx, env, old, Move.SUPERSEDE, author.uri, by_offer=offer.uri)
    if not isinstance(apply_move(tx, env, offer, Move.PUBLISH, author.uri), Moved):
        raise ServiceError("no_consent", 409, "An author has not consented.")
    return named


def _name_beside(
    tx: Tx, env: Env, post: Post, change: Change, author: Actor, before: dict[int, Offer]
) -> list[tuple[Offer, bool]]:
    """Name who agreed to the change by message; their Offers, and whether they were named before.

    Public notes of theirs were about the old version.
    """
    offers, asked = change_offers(tx, change), []
    roles = documents.roles_of(tx, post, change)
    for position, person in enumerate(beside_in(tx, change), start=len(change.authors)):
        held: dict[str, Any] = {"position": position, "via": "message", "state": "agreed"}
        if person.uri in roles:
            held["role"] = roles[person.uri]
        offer = offers.get(person.id)
        if offer is not None:
            asked.append((offer, _publish(tx, env, offer, before.get(person.id), author)))
            held |= {"stamp_uri": None, "stamp_document": None, "next_check_at": None}
        post_authors.set_author(tx, post.id, person.uri, actor_id=person.id, **held)
    return asked


def _take_off_the_others(
    tx: Tx, env: Env, post: Post, change: Change, before: dict[int, Offer]
) -> list[Actor]:
    """Whom the published version names and the new one does not."""
    removed = []
    rows = post_authors.authors_of(tx, [post.id])[post.id] + companions.rows(tx, post.id)
    beside = {person.uri for person in beside_in(tx, change)}
    for row in rows:
        if row.actor_uri in change.authors or row.actor_uri in beside:
            continue
        if row.via == "message":
            post_authors.set_author(
                tx, post.id, row.actor_uri, position=row.position, state="revoked"
            )
        else:
            post_authors.remove_author(tx, post.id, row.actor_uri)
        offer = before.get(row.actor_id) if row.actor_id is not None else None
        if offer is not None and take_off(tx, env, offer, str(change.authors[0])):
            removed.append(find_actor(tx, offer.target_id))
            send_word(tx, env, offer, "removed")
    return removed
