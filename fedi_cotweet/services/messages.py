"""Direct messages about consent, to people whose servers know nothing of co-authors.

Their consent is an Offer of channel ``message`` that is never sent as such: what they get is a
direct Note in plain words, which their own app shows. ``message_questions`` asks, here is whom and
what is said after; what they answer is read in ``message_answers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from activitypub.documents.note import AttachmentView, TagView, build_note
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import distances, message_texts
from fedi_cotweet.services.composing import mention_tag
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit
from storage.engine import Tx
from storage.models import Actor, Offer, Post
from storage.queries import actors, follows, messages, post_authors, posts

CHANNEL = "message"
MOST_UNCLEAR = 3
"""How often an unclear answer is answered: another machine at the other end must not go on."""


def check_askable(tx: Tx, env: Env, author: Actor, invitee: Actor) -> None:
    """``ServiceError`` unless this person, whose server is unaware, may be asked by message."""
    who = f"@{invitee.username}@{invitee.host}"
    refusal = ServiceError("invitee_refuses", 422, say("{who} does not take invitations.", who=who))
    if messages.stopped(tx, invitee.uri) is not None or apart(tx, env, author, invitee):
        raise refusal
    # A group would boost the question to all its members, an application has nobody to ask.
    if invitee.kind != "Person":
        raise ServiceError(
            "invitee_not_a_person", 422, say("{who} is not a person's account.", who=who)
        )
    if not invitee.discoverable and not follows.follows(tx, invitee.id, author.id):
        raise ServiceError(
            "invitee_policy",
            422,
            say("{who} does not want to be found by people they do not follow.", who=who),
            "Ask them to follow you first.",
        )


def apart(tx: Tx, env: Env, author: Actor, other: Actor) -> bool:
    """Whether one of them, or this server, keeps the other away. A mute is only for the eyes."""
    between = distances.distances(tx, env.now(), author.id, [other.id]).of_actor(other.id)
    return between not in (None, distances.Why.MUTED)


_WITH_LINE = frozenset({"published", "changed", "shortened"})
"""What says that the text is this one now, so that its line to copy is due."""


def send_word(
    tx: Tx,
    env: Env,
    offer: Offer,
    kind: str,
    *,
    about: str = "",
    in_reply_to: str | None = None,
    person: Actor | None = None,
) -> bool:
    """Tell whoever was asked what happened, once per ``kind`` and ``about``; whether it was new.

    ``kind`` is one of ``message_catalogue``'s ``word_…``; ``about`` tells events of one kind apart,
    ``person`` is whom it is about besides. Nothing is said to somebody who is gone, or where one
    blocks the other.
    """
    author, target = actors.actor(tx, offer.sender_id), actors.actor(tx, offer.target_id)
    held = messages.consent(tx, offer.id)
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    if author is None or target is None or held is None or post is None:
        return False
    if target.gone_at is not None or author.suspended_at is not None:
        return False
    if apart(tx, env, author, target):
        return False
    if offer.change and is_named(tx, post, target):
        kind = message_texts.about_a_change(kind)
    content = message_texts.word(
        kind,
        author,
        target,
        language=post.language,
        host=env.addresses.host,
        link=post.url,
        line=message_texts.line_to_copy(post.uri, post.digest or "") if kind in _WITH_LINE else "",
        person=person,
    )
    uri = env.addresses.message(author.username, env.token())
    message = direct_note(
        uri,
        author,
        target,
        content,
        message_texts.language_of(post.language),
        env.now(),
        in_reply_to=in_reply_to or held.answer_uri or held.message_uri,
    )
    return keep(tx, env, offer.id, uri, kind, about, message)


def is_named(tx: Tx, post: Post, person: Actor) -> bool:
    """Whether a published post names somebody who agreed to it by message."""
    row = post_authors.post_author(tx, post.id, person.uri)
    return post.state == "published" and row is not None and row.state == "agreed"


def resting_on(tx: Tx, object_uri: str, target_id: int) -> Offer | None:
    """The Offer by which somebody is named on a published post; else the newest that asks them."""
    asked = messages.offers_by_message(tx, object_uri, target_id)
    named = [offer for offer in asked if offer.state == ConsentState.PUBLISHED.value]
    found = named or asked
    return found[-1] if found else None


def taken_back(tx: Tx, env: Env, offer: Offer) -> None:
    """One of our questions is void: say so, unless a newer one is there and says it."""
    newest = messages.offers_by_message(tx, offer.object_uri, offer.target_id)[-1]
    if newest.id == offer.id and offer.state == ConsentState.WITHDRAWN.value:
        send_word(tx, env, offer, "withdrawn")


def keep(
    tx: Tx, env: Env, offer_id: int, uri: str, kind: str, about: str, message: Mapping[str, Any]
) -> bool:
    """Store a message of ours and have it sent, unless one of its kind was about the same event."""
    new = messages.add_message(
        tx,
        uri=uri,
        offer_id=offer_id,
        ours=True,
        kind=kind,
        about=about,
        document=orjson.dumps(message).decode(),
        evidence=None,
        created_at=env.now(),
    )
    if new:
        emit(tx, env, "message.written", uri=uri)
    return new


def direct_note(
    uri: str,
    author: Actor,
    target: Actor,
    content: str,
    language: str,
    now: int,
    *,
    in_reply_to: str | None = None,
    summary: str = "",
    sensitive: bool = False,
    attachments: list[AttachmentView] | None = None,
    tags: tuple[TagView, ...] = (),
) -> dict[str, Any]:
    """A direct Note: addressed to one person, who is the only one it mentions."""
    core = build_note(
        id=uri,
        to=[target.uri],
        cc=[],
        content=content,
        language=language,
        summary=summary,
        sensitive=sensitive,
        tags=(mention_tag(target), *tags),
        attachments=attachments or [],
        media_digests=False,
        in_reply_to=in_reply_to,
        published_at=now,
    )
    return {**core, "attributedTo": author.uri}
