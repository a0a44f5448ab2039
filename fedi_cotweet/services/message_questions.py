"""Asking somebody by direct message whether their name may stand on a post, or on its change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.coauthorship.acceptance import CanShow, acceptance_refusal
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.documents.note import AttachmentView
from activitypub.vocab.reading import as_list, format_time
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import companions, documents, message_texts
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import record
from fedi_cotweet.services.message_texts import Question
from fedi_cotweet.services.messages import CHANNEL, apart, direct_note, is_named, keep
from fedi_cotweet.services.reasons import reason_of
from storage.engine import Tx
from storage.models import Actor, Media, Post
from storage.queries import actors, consents, messages, post_authors, post_media, posts

_SHOWN = CanShow(
    types=frozenset({"Note", "Question"}),
    members=frozenset(
        {"content", "contentMap", "summary", "summaryMap", "sensitive", "inReplyTo"}
        | {"attachment", "tag", "name", "nameMap", "oneOf", "anyOf", "endTime"}
    ),
    tag_types=frozenset({"Mention", "Hashtag", "Emoji"}),
)
"""What ``message_texts.question`` shows of a post."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The version that people are asked about.

    ``note`` is as it would be published, by ``authors`` (the primary one first), naming ``beside``.
    ``change_id`` of a published post, which now is as ``old``.
    """

    post: Post
    author: Actor
    note: dict[str, Any]
    authors: list[str]
    beside: Sequence[Actor]
    lasts: int
    old: dict[str, Any] | None = None
    change_id: int | None = None


def ask(tx: Tx, env: Env, post: Post, lasts: int) -> None:
    """Ask everybody whom the stored version of a draft names by message and who has not answered.

    ``lasts`` in milliseconds.
    """
    waiting = [row for row in companions.rows(tx, post.id) if row.state == "invited"]
    if not waiting:
        return
    author = find_actor(tx, post.author_id)
    note = documents.full_note(tx, post, state="draft")
    co_authors = [row.actor_uri for row in post_authors.authors_of(tx, [post.id])[post.id]]
    beside = companions.people(tx, post.id)
    version = Asking(post, author, note, [author.uri, *co_authors], beside, lasts)
    for row in waiting:
        digest = _ask_one(tx, env, version, find_actor(tx, row.actor_id or 0))
        posts.change_post(tx, post.id, digest=digest)


def ask_about_change(tx: Tx, env: Env, version: Asking) -> None:
    """Ask everybody whom a change of a published post names by message."""
    for person in version.beside:
        if messages.stopped(tx, person.uri) is not None or apart(tx, env, version.author, person):
            raise ServiceError(
                "invitee_refuses",
                422,
                say("{who} cannot be asked any more.", who=f"@{person.username}@{person.host}"),
                "Take their name off first.",
            )
        _ask_one(tx, env, version, person)


def _ask_one(tx: Tx, env: Env, version: Asking, target: Actor) -> str:
    post, author, note = version.post, version.author, version.note
    # As if they were a co-author: that way every member is looked at.
    as_offered = {**note, "attributedTo": author.uri, "coAuthors": [target.uri]}
    refusal = acceptance_refusal(as_offered, can_show=_SHOWN)
    digest = try_consent_digest(note, version.authors)
    if digest is None or refusal is not None:
        raise ServiceError(
            "not_offerable",
            422,
            say("Nobody can be asked about this post: {reason}.", reason=reason_of(refusal)),
            "Simplify the text or its attachments.",
        )
    before = messages.offers_by_message(tx, post.uri, target.id)
    now, offer_id = env.now(), env.new_id()
    uri = env.addresses.offer(author.username, env.token())
    document = {
        "type": "Offer",
        "id": uri,
        "actor": author.uri,
        "target": target.uri,
        "published": format_time(now),
        "endTime": format_time(now + version.lasts),
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
        authors=version.authors,
        digest=digest,
        document=orjson.dumps(document).decode(),
        state=ConsentState.OFFERED.value,
        change=version.change_id is not None,
        change_id=version.change_id,
        channel=CHANNEL,
        published_at=now,
        expires_at=now + version.lasts,
        created_at=now,
    )
    people = actors.actors_by_uri(tx, version.authors)
    asked = Question(
        asker=author,
        target=target,
        note=note,
        authors=[people[uri] for uri in version.authors if uri in people],
        companions=version.beside,
        digest=digest,
        expires_at=now + version.lasts,
        host=env.addresses.host,
        visibility=post.visibility,
        language=post.language,
        replaces=bool(before) and before[-1].state != ConsentState.PUBLISHED.value,
        old=version.old,
        named=is_named(tx, post, target),
    )
    message_uri = env.addresses.message(author.username, env.token())
    tags = [tag for tag in as_list(note.get("tag")) if tag.get("type") == "Emoji"]
    message = direct_note(
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
            for number, item in enumerate(post_media.media_of(tx, post_ids=[post.id]))
        ],
    )
    message["tag"] = [*message["tag"], *tags]
    messages.add_consent(tx, offer_id=offer_id, message_uri=message_uri)
    keep(tx, env, offer_id, message_uri, "asked", "", message)
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
    return digest


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
        blurhash=item.blurhash,
        focal=documents.focal_of(item),
    )
