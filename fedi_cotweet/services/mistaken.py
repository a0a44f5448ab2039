"""What is said to somebody who is mistaken about a post of theirs: its state, or its authors."""

from __future__ import annotations

from typing import Final

from fedi_cotweet.domain.consent import CONSENTING, ConsentState
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError, not_found
from storage.engine import Tx
from storage.models import Actor, Offer, Post
from storage.queries import actors, consents, post_authors

_TAKING_PART: Final = frozenset(
    {ConsentState.OFFERED.value, *(state.value for state in CONSENTING)}
)


def no_such_post(tx: Tx, post: Post | None, account_id: int, what: str = "post") -> ServiceError:
    """Why there is no published post: to its author a draft is one, and to those who are invited
    to it; to all others nothing is there.

    ``not_published`` (409) or ``not_found`` (404); ``what`` names what was looked for.
    """
    if post is None or post.state != "draft":
        return not_found(what)
    if post.author_id != account_id:
        invite = _taking_part(tx, post, account_id)
        return not_found(what) if invite is None else only_invited(tx, invite, what)
    return ServiceError(
        "not_published",
        409,
        "This is a draft of yours: it is not published yet.",
        say(
            "To publish it: fedi-cotweet publish {post}    "
            "To throw it away: fedi-cotweet discard {post}",
            post=str(post.id),
        ),
    )


def only_invited(tx: Tx, invite: Offer, what: str) -> ServiceError:
    """Why there is no published post for somebody who is invited to it: ``not_published`` (409).

    Whoever said no, or let the time pass, has nothing there (``not_found``, 404).
    """
    if invite.state not in _TAKING_PART:
        return not_found(what)
    sender = actors.actor(tx, invite.sender_id)
    number = str(invite.id)
    answer = (
        say("To take your yes back: fedi-cotweet leave {invite}", invite=number)
        if invite.state == ConsentState.ACCEPTED.value
        else say("To answer: fedi-cotweet accept {invite} or decline {invite}", invite=number)
    )
    return ServiceError(
        "not_published",
        409,
        say("This is somebody's draft, to which you are invited: it is not published yet.")
        if sender is None
        else say(
            "This is {who}'s draft, to which you are invited: it is not published yet.",
            who=_handle(sender),
        ),
        say(
            "{answer}    To talk about it: fedi-cotweet discuss {invite}",
            answer=answer,
            invite=number,
        ),
    )


def not_theirs(tx: Tx, post: Post | None, account_id: int, what: str) -> ServiceError:
    """Why somebody cannot do what is for the primary author of a co-tweet.

    Whoever takes part in it hears that (``not_the_primary``, 403); to all others nothing is
    there (``not_found``, 404), as where ``post`` is none or deleted.
    """
    if post is None or post.author_id == account_id or post.state not in ("draft", "published"):
        return not_found(what)
    invite = _taking_part(tx, post, account_id)
    primary = actors.actor(tx, post.author_id)
    if invite is None or primary is None:
        return not_found(what)
    if post.state == "published":
        end = say(
            "To ask that it is deleted: fedi-cotweet ask-deletion {post}    "
            "To take your name off: fedi-cotweet leave {post}",
            post=str(post.id),
        )
    elif invite.state == ConsentState.OFFERED.value:
        end = say("To say no: fedi-cotweet decline {invite}", invite=str(invite.id))
    else:
        end = say("To take your yes back: fedi-cotweet leave {invite}", invite=str(invite.id))
    return ServiceError(
        "not_the_primary",
        403,
        say(
            "Only its primary author, {who}, can do this with a co-tweet.",
            who=_handle(primary),
        ),
        say(
            "To propose another text: fedi-cotweet propose {post} TEXT    {end}",
            post=str(post.id),
            end=end,
        ),
    )


def not_named(tx: Tx, post: Post, person: Actor) -> ServiceError:
    """``not_found`` (404): ``person`` is no author of a post of ours, and this is who is."""
    by_position = sorted(
        [
            *post_authors.authors_of(tx, [post.id])[post.id],
            *post_authors.companions_of(tx, [post.id])[post.id],
        ],
        key=lambda row: row.position,
    )
    rows = [row for row in by_position if row.state != "revoked" and row.actor_id is not None]
    people = actors.actors(tx, [post.author_id, *(row.actor_id or 0 for row in rows)])
    order = [post.author_id, *(row.actor_id or 0 for row in rows)]
    who = ", ".join(_handle(people[actor_id]) for actor_id in order if actor_id in people)
    if person.id == post.author_id:
        return ServiceError(
            "not_found",
            404,
            "You are its primary author: without you there is no such post.",
            say("To take all of it away: fedi-cotweet discard {post}", post=str(post.id))
            if post.state == "draft"
            else say("To take all of it away: fedi-cotweet delete {post}", post=str(post.id)),
        )
    return ServiceError(
        "not_found",
        404,
        say("{who} is not an author of this post, nor invited to be one.", who=_handle(person))
        if post.state == "draft"
        else say("{who} is not an author of this post, nor asked to be one.", who=_handle(person)),
        say("It names {people}.", people=who) if rows else say("It names nobody but you."),
    )


def _taking_part(tx: Tx, post: Post, account_id: int) -> Offer | None:
    """The last invitation of an account to a post, if it takes part in it now."""
    found = [
        offer
        for offer in consents.offers_for_object(tx, post.uri, "received")
        if offer.target_id == account_id and offer.state in _TAKING_PART
    ]
    return found[-1] if found else None


def _handle(actor: Actor) -> str:
    return f"@{actor.username}@{actor.host}"
