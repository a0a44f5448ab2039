"""Asking somebody by direct message whether their name may stand on a post, and what we say after.

Their consent is an Offer of channel ``message`` that is never sent as such: what they get is a
direct Note in plain words, which their own app shows. What they answer is read in
``message_answers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.coauthorship.acceptance import CanShow, acceptance_refusal
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.documents.note import AttachmentView, TagView, build_note
from activitypub.vocab.reading import as_list, format_time
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.services import companions, documents, hiding, message_texts
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.composing import mention_tag
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit, record
from fedi_cotweet.services.message_texts import Question
from storage.engine import Tx
from storage.models import Actor, Media, Offer, Post
from storage.queries import actors, consents, follows, messages, posts

CHANNEL = "message"
MOST_UNCLEAR = 3
"""How often an unclear answer is answered: another machine at the other end must not go on."""

_SHOWN = CanShow(
    types=frozenset({"Note", "Question"}),
    members=frozenset(
        {"content", "contentMap", "summary", "summaryMap", "sensitive", "inReplyTo"}
        | {"attachment", "tag", "name", "nameMap", "oneOf", "anyOf", "endTime"}
    ),
    tag_types=frozenset({"Mention", "Hashtag", "Emoji"}),
)
"""What ``message_texts.question`` shows of a post."""


def check_askable(tx: Tx, env: Env, author: Actor, invitee: Actor) -> None:
    """``ServiceError`` unless this person, whose server is unaware, may be asked by message."""
    who = f"@{invitee.username}@{invitee.host}"
    refusal = ServiceError("invitee_refuses", 422, f"{who} does not take invitations.")
    if messages.stopped(tx, invitee.uri) is not None or _apart(tx, env, author, invitee):
        raise refusal
    # A group would boost the question to all its members, an application has nobody to ask.
    if invitee.kind != "Person":
        raise ServiceError("invitee_not_a_person", 422, f"{who} is not a person's account.")
    if not invitee.discoverable and not follows.follows(tx, invitee.id, author.id):
        raise ServiceError(
            "invitee_policy",
            422,
            f"{who} does not want to be found by people they do not follow.",
            "Ask them to follow you first.",
        )


def _apart(tx: Tx, env: Env, author: Actor, other: Actor) -> bool:
    """Whether one of them, or this server, keeps the other away. A mute is only for the eyes."""
    between = hiding.distances(tx, env.now(), author.id, [other.id]).of_actor(other.id)
    return between not in (None, hiding.Why.MUTED)


def ask(tx: Tx, env: Env, post: Post, lasts: int, *, again: bool = False) -> None:
    """Ask everybody whom the stored version of a draft names by message and who has not answered.

    ``lasts`` in milliseconds; ``again``: they were asked about an earlier version.
    """
    waiting = [row for row in companions.rows(tx, post.id) if row.state == "invited"]
    if not waiting:
        return
    author = find_actor(tx, post.author_id)
    note = documents.full_note(tx, post, state="draft")
    co_authors = [row.actor_uri for row in posts.authors_of(tx, [post.id])[post.id]]
    digest = try_consent_digest(note, [author.uri, *co_authors])
    for row in waiting:
        target = find_actor(tx, row.actor_id or 0)
        # As if they were a co-author: that way every member is looked at.
        as_offered = {**note, "attributedTo": author.uri, "coAuthors": [target.uri]}
        refusal = acceptance_refusal(as_offered, can_show=_SHOWN)
        if digest is None or refusal is not None:
            raise ServiceError(
                "not_offerable",
                422,
                f"Nobody can be asked about this post: {refusal or 'it has no consent digest'}.",
                "Simplify the text or its attachments.",
            )
        posts.change_post(tx, post.id, digest=digest)
        version = _Version(post, author, note, [author.uri, *co_authors], digest, again)
        _ask_one(tx, env, version, target, lasts)


@dataclass(frozen=True, slots=True)
class _Version:
    """What somebody is asked about."""

    post: Post
    author: Actor
    note: dict[str, Any]
    authors: list[str]
    digest: str
    again: bool


def _ask_one(tx: Tx, env: Env, version: _Version, target: Actor, lasts: int) -> None:
    post, author, note = version.post, version.author, version.note
    authors, digest = version.authors, version.digest
    now, offer_id = env.now(), env.new_id()
    uri = env.addresses.offer(author.username, env.token())
    document = {
        "type": "Offer",
        "id": uri,
        "actor": author.uri,
        "target": target.uri,
        "published": format_time(now),
        "endTime": format_time(now + lasts),
        "object": note,
    }
    consents.add_offer(
        tx,
        id=offer_id,
        uri=uri,
        side="sent",
        object_uri=post.uri,
        post_id=post.id,
        sender_id=author.id,
        target_id=target.id,
        authors=authors,
        digest=digest,
        document=orjson.dumps(document).decode(),
        state=ConsentState.OFFERED.value,
        change=post.state == "published",
        channel=CHANNEL,
        published_at=now,
        expires_at=now + lasts,
        created_at=now,
    )
    people = actors.actors_by_uri(tx, authors)
    asked = Question(
        asker=author,
        target=target,
        note=note,
        authors=[people[uri] for uri in authors if uri in people],
        companions=companions.people(tx, post.id),
        digest=digest,
        expires_at=now + lasts,
        host=env.addresses.host,
        visibility=post.visibility,
        language=post.language,
        replaces=version.again,
        published=post.state == "published",
    )
    message_uri = env.addresses.message(author.username, env.token())
    tags = [tag for tag in as_list(note.get("tag")) if tag.get("type") == "Emoji"]
    message = _note(
        message_uri,
        author,
        target,
        message_texts.question(asked),
        message_texts.language_of(post.language),
        now,
        summary=message_texts.summary_of(asked) or "",
        sensitive=note.get("sensitive") is True,
        attachments=[
            _attachment(env, message_uri, number, item)
            for number, item in enumerate(posts.media_of(tx, post_ids=[post.id]))
        ],
    )
    message["tag"] = [*message["tag"], *tags]
    messages.add_consent(tx, offer_id=offer_id, message_uri=message_uri)
    _store(tx, env, offer_id, message_uri, "asked", "", message)
    record(
        tx,
        env,
        object_uri=post.uri,
        actor_uri=author.uri,
        move="offer",
        offer_uri=uri,
        digest=digest,
        to=target.uri,
        channel=CHANNEL,
        message=message_uri,
    )


def say(
    tx: Tx, env: Env, offer: Offer, kind: str, *, about: str = "", in_reply_to: str | None = None
) -> bool:
    """Tell whoever was asked what happened, once per ``kind`` and ``about``; whether it was new.

    ``kind`` is one of ``message_catalogue``'s ``word_…``; ``about`` tells events of one kind apart.
    Nothing is said to somebody who is gone, or where one blocks the other.
    """
    author, target = actors.actor(tx, offer.sender_id), actors.actor(tx, offer.target_id)
    held = messages.consent(tx, offer.id)
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    if author is None or target is None or held is None or post is None:
        return False
    if target.gone_at is not None or author.suspended_at is not None:
        return False
    if _apart(tx, env, author, target):
        return False
    published = kind == "published"
    content = message_texts.word(
        kind,
        author,
        target,
        language=post.language,
        host=env.addresses.host,
        link=post.url,
        line=message_texts.line_to_copy(post.uri, post.digest or "") if published else "",
    )
    uri = env.addresses.message(author.username, env.token())
    message = _note(
        uri,
        author,
        target,
        content,
        message_texts.language_of(post.language),
        env.now(),
        in_reply_to=in_reply_to or held.answer_uri or held.message_uri,
    )
    return _store(tx, env, offer.id, uri, kind, about, message)


def taken_back(tx: Tx, env: Env, offer: Offer) -> None:
    """One of our questions is void: say so, unless a newer one is there and says it."""
    newest = messages.offers_by_message(tx, offer.object_uri, offer.target_id)[-1]
    if newest.id == offer.id and offer.state == ConsentState.WITHDRAWN.value:
        say(tx, env, offer, "withdrawn")


def _store(
    tx: Tx, env: Env, offer_id: int, uri: str, kind: str, about: str, message: Mapping[str, Any]
) -> bool:
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


def _note(
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


def _attachment(env: Env, message_uri: str, number: int, item: Media) -> AttachmentView:
    """A picture of the draft under an address that only the message tells.

    Unaware servers fetch pictures unsigned, and the picture's own address stays closed until the
    post is published.
    """
    suffix = documents.SUFFIXES.get(item.media_type, "")
    return AttachmentView(
        kind="Image",
        url=f"{message_uri}/{number}{suffix}",
        media_type=item.media_type,
        name=item.alt,
        digest=None,
        width=item.width,
        height=item.height,
        blurhash=None,
        focal=None,
    )
