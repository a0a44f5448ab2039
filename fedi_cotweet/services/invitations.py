"""The co-author's side: invitations that came in, and the answers given to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import orjson

from activitypub.coauthorship.acceptance import acceptance_refusal
from activitypub.coauthorship.offers import Invitation
from activitypub.coauthorship.roles import AUTHOR
from activitypub.coauthorship.stamps import build_stamp
from activitypub.documents.emoji import MAX_EMOJI, read_emoji
from activitypub.proofs.securing import prove
from activitypub.quotes.forms import read_quotation
from activitypub.signatures.keys import SigningKey, load_private
from activitypub.vocab.reading import same_origin
from fedi_cotweet.domain.consent import ConsentState, Illegal, Kept, Move, Moved
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import mark
from fedi_cotweet.services import attached, distances, emoji, invite_mutes, invite_notices
from fedi_cotweet.services.accounts import proving_key_id
from fedi_cotweet.services.distances import Why
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, later, record
from fedi_cotweet.services.offers import apply_move
from fedi_cotweet.services.reasons import reason_of, why_not
from storage.engine import Tx
from storage.models import Actor, Offer
from storage.queries import actors, consents, follows, hosts, post_media, posts


def receive_offer(
    tx: Tx, env: Env, invitation: Invitation, sender: Actor, target: Actor, text: str
) -> str:
    """Keep an invitation that passed ``check_offer``; the reason code of what became of it.

    ``text`` is the Offer's JSON as received: the preview and the digest come from this copy.
    Repeats, Offers whose Undo or successor came first, and those outside the invite policy are
    dropped without a signal to the sender.
    """
    others = [
        offer
        for offer in consents.offers_for_object(tx, invitation.object_id, "received")
        if offer.sender_id == sender.id and offer.target_id == target.id
    ]
    dropped = _dropped(tx, env, invitation, sender, target, others)
    if dropped is not None:
        return dropped
    for older in others:
        if older.state == ConsentState.OFFERED.value:
            apply_move(tx, env, older, Move.SUPERSEDE, sender.uri, by_offer=invitation.id)
    offer_id = _keep(tx, env, invitation, sender, target, text)
    _fetch_what_it_shows(tx, env, invitation, offer_id, text)
    record(
        tx,
        env,
        object_uri=invitation.object_id,
        actor_uri=sender.uri,
        move="offer",
        offer_uri=invitation.id,
        digest=invitation.digest,
        side="received",
    )
    is_author = _is_author(others)
    invite_notices.asked(tx, env, offer_id, invitation, sender, target, others, is_author=is_author)
    return "invited"


def _is_author(others: Sequence[Offer]) -> bool:
    return any(offer.state == ConsentState.PUBLISHED.value for offer in others)


def _dropped(
    tx: Tx,
    env: Env,
    invitation: Invitation,
    sender: Actor,
    target: Actor,
    others: Sequence[Offer],
) -> str | None:
    """Why an invitation is not kept; ``others`` are those for the same post that were."""
    if consents.offer_by_uri(tx, invitation.id, "received") is not None:
        return "duplicate"
    if consents.withdrawn(tx, invitation.id, sender.uri) is not None:
        return "withdrawn_before"
    if is_gone(tx, invitation.object_id, sender):
        return "deleted_before"
    apart = distances.distances(tx, env.now(), target.id, [sender.id])
    if apart.of_actor(sender.id) not in (None, Why.MUTED):
        return "kept_away"
    # Who is an author already is asked about every change, or their post could not change any more.
    is_author = _is_author(others)
    if not is_author and target.moved_to is not None:
        return "target_moved"
    strangers, how = distances.held_of_limited(tx, target.id, apart)
    if not is_author and sender.id in strangers and how == "drop":
        return "kept_away"
    if not is_author and not welcome(tx, sender, target):
        return "policy"
    if not is_author and invite_mutes.muted(tx, target.id, sender):
        return "muted"
    if any(offer.published_at > invitation.published_at for offer in others):
        return "superseded_before"
    new = all(offer.state != ConsentState.OFFERED.value for offer in others)
    if not is_author and _too_many(tx, env, sender, target, new=new):
        hosts.count_refused_invite(tx, sender.host)
        return "over_limit"
    return None


def _keep(tx: Tx, env: Env, invitation: Invitation, sender: Actor, target: Actor, text: str) -> int:
    offer_id = env.new_id()
    consents.add_offer(
        tx,
        id=offer_id,
        uri=invitation.id,
        side="received",
        object_uri=invitation.object_id,
        sender_id=sender.id,
        target_id=target.id,
        authors=list(invitation.authors),
        roles={
            uri: role
            for uri, role in zip(invitation.authors, invitation.roles, strict=False)
            if role != AUTHOR
        },
        digest=invitation.digest,
        document=text,
        state=ConsentState.OFFERED.value,
        change=invitation.change,
        published_at=invitation.published_at,
        expires_at=invitation.expires_at,
        created_at=env.now(),
    )
    return offer_id


def _fetch_what_it_shows(
    tx: Tx, env: Env, invitation: Invitation, offer_id: int, text: str
) -> None:
    """Pictures, emoji, the other authors and what is quoted: seen before anybody agrees."""
    quoted = read_quotation(orjson.loads(text)["object"])
    if quoted is not None and posts.post_by_uri(tx, quoted.quoted) is None:
        # One for each invite, of which there are only so many.
        later(tx, env, "fetch_note", quoted.quoted, uri=quoted.quoted)
    attached.keep_of_offer(tx, env, offer_id, invitation.media)
    emoji.want(tx, env, read_emoji(invitation.object.get("tag"), covered=True)[:MAX_EMOJI])
    for author in invitation.authors:
        if actors.actor_by_uri(tx, author) is None:
            later(tx, env, "fetch_actor", author, uri=author)


def is_gone(tx: Tx, object_id: str, sender: Actor) -> bool:
    """Whether the sender deleted the object: nobody answers for a late question about it."""
    post = posts.post_by_uri(tx, object_id)
    if post is not None:
        return post.state == "deleted" and post.author_id == sender.id
    return posts.buried(tx, object_id, sender.uri) is not None


def _too_many(tx: Tx, env: Env, sender: Actor, target: Actor, *, new: bool) -> bool:
    """Whether an invitation is one too many (C6). ``new``: it takes no other one's place."""
    limits, since = env.limits, env.now() - DAY
    if new and (
        consents.count_open(tx, sender.id, "received") >= limits.open_invites_per_sender
        or consents.count_open(tx, sender.id, "received", target.id) >= limits.open_invites_per_pair
    ):
        return True
    if consents.count_since(tx, sender.id, "received", since) >= limits.invites_per_day:
        return True
    # Many senders may be one: whoever runs a server has as many accounts as they like.
    received = 0 if sender.local else consents.count_received_from_host(tx, sender.host, since)
    return received >= limits.invites_per_host_per_day


def welcome(tx: Tx, sender: Actor, target: Actor) -> bool:
    """Whether the target's invite policy lets the sender invite (C3)."""
    account = actors.account_of(tx, target.id)
    if account is None:
        return False
    match account.invite_policy:
        case "anyone":
            return True
        case "people_i_follow":
            return follows.follows(tx, target.id, sender.id)
        case "followers":
            return follows.follows(tx, sender.id, target.id)
        case _:
            return False


def held_back(tx: Tx, env: Env, account_id: int, found: Sequence[Offer]) -> set[int]:
    """Ids of those of somebody's invitations that they were not told of: by strangers who are
    limited. Who is an author of a post already is told of every change."""
    waiting = [one for one in found if one.state == ConsentState.OFFERED.value]
    if not waiting:
        return set()
    apart = distances.distances(tx, env.now(), account_id, {one.sender_id for one in waiting})
    strangers, how = distances.held_of_limited(tx, account_id, apart)
    if how == "accept":
        return set()
    found = [one for one in waiting if one.sender_id in strangers]
    own = consents.objects_agreed_to(tx, account_id, [one.object_uri for one in found])
    return {one.id for one in found if one.object_uri not in own}


def told_of(tx: Tx, env: Env, account_id: int, most: int) -> list[Offer]:
    """Invitations that wait for this person's answer, and of which they were told."""
    found = consents.offers_to(tx, account_id, [ConsentState.OFFERED.value], most)
    held = held_back(tx, env, account_id, found)
    return [one for one in found if one.id not in held]


def own_invitation(tx: Tx, account_id: int, offer_id: int) -> Offer:
    """An invitation of this person, or 404."""
    offer = consents.offer(tx, offer_id)
    if offer is None or offer.side != "received" or offer.target_id != account_id:
        raise not_found("invitation")
    return offer


def accept(
    tx: Tx,
    env: Env,
    account_id: int,
    offer_id: int,
    digest: str,
    *,
    by_instruction: bool = False,
) -> str:
    """Consent to exactly the version with ``digest``: make the stamp and answer. The stamp's id.

    ``by_instruction``: a standing instruction decided, and the consent log says so.
    Raises ``content_changed`` (409) when another digest was shown, or they were asked anew since,
    ``invite_over`` (409) when the
    time for consent has passed, ``cannot_accept`` (422) when this server cannot show what would
    be consented to. In each case nothing is consented to. Accepting twice returns the same stamp.
    """
    now = env.now()
    offer = own_invitation(tx, account_id, offer_id)
    me, account = actors.actor(tx, account_id), actors.account_of(tx, account_id)
    if me is None or account is None:
        raise not_found("account")
    if digest != offer.digest or _asked_anew(tx, offer):
        raise ServiceError(
            "content_changed",
            409,
            "This is not the version that you were shown.",
            "Look at the invitation again, then decide.",
        )
    if offer.state == ConsentState.OFFERED.value:
        if distances.shut_out(tx, now, account_id, offer.sender_id):
            raise not_found("invitation")
        if offer.expires_at <= now:  # the worker will note it in a moment
            raise ServiceError("invite_over", 409, why_not(ConsentState.EXPIRED, Move.ACCEPT))
        refusal = cannot_accept(tx, offer)
        if refusal is not None:
            raise ServiceError("cannot_accept", 422, reason_of(refusal))
    uri, key_id = env.addresses.stamp(me.username, env.token()), proving_key_id(account, me)
    how = {"how": "accepted by standing instruction"} if by_instruction else {}
    outcome = apply_move(tx, env, offer, Move.ACCEPT, me.uri, stamp=uri, key=key_id, **how)
    match outcome:
        case Illegal(state):
            raise ServiceError("invite_over", 409, why_not(state, Move.ACCEPT))
        case Kept():
            issued = consents.stamp_for_offer(tx, offer.uri)
            if issued is None:
                raise ServiceError("invite_over", 409, "This invitation was answered before.")
            return issued.uri
        case Moved():
            pass
    document = prove(
        build_stamp(
            id=uri,
            issuer=me.uri,
            object_id=offer.object_uri,
            authors=list(offer.authors),
            digest=offer.digest,
            published_at=now,
            roles=[str(offer.roles.get(uri, AUTHOR)) for uri in offer.authors],
        ),
        SigningKey(key_id, load_private(account.ed25519_private)),
        now,
    )
    consents.add_stamp(
        tx,
        id=env.new_id(),
        uri=uri,
        account_id=account_id,
        offer_uri=offer.uri,
        object_uri=offer.object_uri,
        digest=offer.digest,
        authors=list(offer.authors),
        document=orjson.dumps(document).decode(),
        published_at=now,
    )
    consents.change_offer(tx, offer.id, stamp_uri=uri, answered_at=now)
    emit(tx, env, "offer.accepted", offer_id=offer.id)
    seek_publication(tx, env, offer, 1)
    return uri


def seek_publication(tx: Tx, env: Env, offer: Offer, time: int) -> None:
    """Look tomorrow, for the first or a later ``time``, whether the post is out by then.

    Whoever was away for longer than others try to deliver would else let their consent lapse, and
    take their name off a post that had been published with it.
    """
    if not env.addresses.owns(offer.object_uri):
        key = f"{offer.id} {time}"
        later(tx, env, "seek_publication", key, delay=DAY, offer_id=offer.id, time=time)


_REPLACED: Final = (ConsentState.WITHDRAWN.value, ConsentState.SUPERSEDED.value)


def _asked_anew(tx: Tx, offer: Offer) -> bool:
    """Whether another invitation took the place of this one, and waits for an answer."""
    return offer.state in _REPLACED and any(
        other.state == ConsentState.OFFERED.value
        and (other.sender_id, other.target_id) == (offer.sender_id, offer.target_id)
        for other in consents.offers_for_object(tx, offer.object_uri, "received")
    )


def cannot_accept(tx: Tx, offer: Offer) -> str | None:
    """Why this server must not send an Accept for an invitation, or None (FEP-af48, Offer)."""
    document = orjson.loads(offer.document)
    refusal = acceptance_refusal(document["object"], inherited_context=document.get("@context"))
    if refusal is not None:
        return refusal
    media = post_media.media_of(tx, offer_ids=[offer.id])
    if any(item.state == "pending" for item in media):
        return mark("A picture of this post is still being fetched. Try again in a moment.")
    if any(item.state != "stored" for item in media):
        return mark(
            "A picture of this post could not be fetched, or is not the one that was promised."
        )
    return emoji.refusal(tx, document["object"].get("tag"))


def decline(tx: Tx, env: Env, account_id: int, offer_id: int, reason: str = "") -> None:
    """Say no. Nothing is published; the reason, if any, goes to the inviter."""
    offer = own_invitation(tx, account_id, offer_id)
    me = actors.actor(tx, account_id)
    if me is None:
        raise not_found("account")
    outcome = apply_move(tx, env, offer, Move.DECLINE, me.uri, reason=reason)
    match outcome:
        case Illegal(state):
            raise ServiceError("invite_over", 409, why_not(state, Move.DECLINE))
        case Moved():
            consents.change_offer(tx, offer.id, answered_at=env.now(), reason=reason[:500])
            emit(tx, env, "offer.declined", offer_id=offer.id)
        case Kept():
            pass


def receive_withdrawal(tx: Tx, env: Env, offer_uri: str, sender: Actor) -> str:
    """The primary author took an Offer back: the draft goes, and the stamp made for it."""
    now = env.now()
    offer = consents.offer_by_uri(tx, offer_uri, "received")
    if offer is None:
        if not same_origin(offer_uri, sender.uri):
            return "foreign_origin"
        consents.remember_withdrawn(tx, offer_uri, sender.uri, now + 30 * 86_400_000)
        return "remembered"
    if offer.sender_id != sender.id:
        return "not_the_sender"
    outcome = apply_move(tx, env, offer, Move.WITHDRAW, sender.uri)
    if not isinstance(outcome, Moved):
        return "kept"
    drop_stamp(tx, env, offer, "withdrawn")
    invite_notices.taken_back(tx, env, offer, sender)
    return "withdrawn"


def drop_stamp(tx: Tx, env: Env, offer: Offer, why: str) -> None:
    """Delete, without a ``Delete`` activity, the stamp issued for an Offer."""
    stamp = consents.stamp_for_offer(tx, offer.uri)
    if stamp is not None and consents.delete_stamp(tx, stamp.id, env.now(), why):
        me = actors.actor(tx, offer.target_id)
        consents.remember_deleted_stamp(tx, stamp.uri, me.uri if me else "", env.now())
