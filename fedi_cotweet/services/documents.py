"""A post of ours as documents: the full rendition, the single-author one, a draft's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from activitypub.coauthorship.authors import full_rendition, single_author_rendition
from activitypub.coauthorship.notice import build_notice
from activitypub.coauthorship.roles import AUTHOR
from activitypub.documents.interactions import Totals, build_collections
from activitypub.documents.looks import Focal
from activitypub.documents.note import AttachmentView
from activitypub.documents.polls import with_tallies
from activitypub.quotes.policies import build_quote_policy
from activitypub.vocab.reading import as_list, format_time
from activitypub.vocab.terms import Doc, context_for
from fedi_cotweet.services import besides
from fedi_cotweet.services.audiences import everybodys
from fedi_cotweet.services.conversations import context_of
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Actor, Change, Media, Post, PostAuthor
from storage.queries import actors, crediting, interactions, polls, post_authors, post_media, quotes

__all__ = [
    "attachment",
    "claimed_rows",
    "fetched_note",
    "format_time",
    "full_note",
    "offered_note",
    "plain_note",
    "totals_of",
    "with_context",
    "without_mention",
]

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/wav": ".wav",
}
_SORTS = {"image": "Image", "video": "Video", "audio": "Audio"}


def attachment(env: Env, item: Media) -> AttachmentView:
    """A file of ours as an attachment: one URL and a digest, as an Offer needs."""
    return AttachmentView(
        kind=_SORTS.get(item.media_type.partition("/")[0], "Document"),
        url=env.addresses.media(item.token, SUFFIXES.get(item.media_type, "")),
        media_type=item.media_type,
        name=item.alt,
        digest=item.digest,
        width=item.width,
        height=item.height,
        blurhash=item.blurhash,
        focal=focal_of(item),
    )


def focal_of(item: Media) -> Focal | None:
    """The focal point of a picture."""
    x, y = item.focal_x, item.focal_y
    return None if x is None or y is None else (x, y)


def claimed_rows(rows: Sequence[PostAuthor]) -> list[PostAuthor]:
    """The co-authors our own document names: everyone who has not left."""
    return [row for row in rows if row.state != "revoked"]


def full_note(tx: Tx, post: Post, *, state: str = "published") -> dict[str, Any]:
    """The full rendition (with stamps once published), without ``@context``."""
    return _rendered(tx, post, plain=False, stamps=state == "published")


def fetched_note(tx: Tx, post: Post) -> dict[str, Any]:
    """What the id of a published post returns: the full rendition with its inline notice.

    Whose server knows nothing of co-authors reads it there when a co-author's Announce is the first
    it hears of the post. Without ``@context``.
    """
    return _rendered(tx, post, plain=False, stamps=True, noticed=True)


def plain_note(tx: Tx, post: Post) -> dict[str, Any]:
    """The single-author rendition with its inline notice, without ``@context``."""
    return _rendered(tx, post, plain=True, stamps=True, noticed=True)


def totals_of(tx: Tx, post: Post) -> Totals:
    """How often a post of ours was liked, shared and answered."""
    likes, shares = interactions.counts(tx, [post.id])[post.id]
    return Totals(likes, shares, interactions.reply_counts(tx, [post.uri]).get(post.uri, 0))


def _rendered(
    tx: Tx, post: Post, *, plain: bool, stamps: bool, noticed: bool = False
) -> dict[str, Any]:
    core: dict[str, Any] = orjson.loads(post.document)
    poll = polls.poll(tx, post.id) if post.kind == "Question" else None
    if poll is not None and post.state == "published":
        hidden = poll.hides_totals and poll.closed_at is None
        votes = [0 if hidden else int(option["votes"]) for option in poll.options]
        core = with_tallies(core, votes, poll.voters, poll.closed_at)
    if core.get("attachment") and post.state == "published":
        core["attachment"] = _credited(tx, post, core["attachment"])
    if everybodys(post):
        # Where an unaware server shows the counts from, and what an aware one asks for.
        core |= build_collections(post.uri, totals_of(tx, post))
        thread = context_of(tx, post)
        if thread is not None:
            core["context"] = thread
    author = actors.actor(tx, post.author_id)
    assert author is not None, "posts.author_id is a foreign key"
    if post.state == "published":
        core |= _quoting(tx, post, author)
    rows = claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    notes = _consent_notes(tx, post) if stamps else []
    if notes:
        core["consentNotes"] = notes
    if not rows:
        return besides.upon(tx, post, author, {**core, "attributedTo": author.uri})
    people = actors.actors_by_uri(tx, [row.actor_uri for row in rows])
    core = _addressed(core, people.values(), [row.actor_uri for row in rows])
    authors = [
        (author.kind, author.uri),
        *(
            (people[row.actor_uri].kind if row.actor_uri in people else "Person", row.actor_uri)
            for row in rows
        ),
    ]
    listed = [row.stamp_uri for row in rows if row.stamp_uri] if stamps else []
    roles = [post.author_role, *(row.role for row in rows)]
    notice = _notice(rows, people) if noticed else ""
    if not plain:
        return full_rendition(core, authors, listed, notice=notice, roles=roles)
    return single_author_rendition(
        core,
        authors,
        listed,
        followers_of=set(_followers(people.values())),
        notice=notice,
        roles=roles,
    )


def _notice(rows: Sequence[PostAuthor], people: Mapping[str, Actor]) -> str:
    named = [(people[row.actor_uri], row.role) for row in rows if row.actor_uri in people]
    return build_notice(
        [(f"@{person.username}@{person.host}", person.url) for person, _ in named],
        [role for _, role in named],
    )


def _quoting(tx: Tx, post: Post, author: Actor) -> dict[str, Any]:
    """Who may quote a post, and the consent to what it quotes itself."""
    followers = author.followers_uri or f"{author.uri}/followers"
    said: dict[str, Any] = {
        "interactionPolicy": build_quote_policy(post.quote_policy, author.uri, followers)
    }
    quote = quotes.quote(tx, post.id)
    if quote is not None and quote.state == "accepted" and quote.stamp_uri is not None:
        said["quoteAuthorization"] = quote.stamp_uri
    return said


def _consent_notes(tx: Tx, post: Post) -> list[str]:
    """What people who agreed by message said where everybody can check it."""
    rows = post_authors.companions_of(tx, [post.id])[post.id]
    return [row.stamp_uri for row in rows if row.state == "agreed" and row.stamp_uri]


def offered_note(
    core: Doc, author: Actor, co_authors: Sequence[Actor], roles: Mapping[str, str]
) -> dict[str, Any]:
    """The full rendition of a version that is not published, as an Offer holds it.

    ``roles`` are by the authors' identifiers; who is not in it is simply an author.
    """
    if not co_authors:
        return {**core, "attributedTo": author.uri}
    everyone = [(actor.kind, actor.uri) for actor in (author, *co_authors)]
    named = [actor.uri for actor in co_authors]
    did = [roles.get(uri, AUTHOR) for _, uri in everyone]
    return full_rendition(_addressed(core, co_authors, named), everyone, [], roles=did)


def roles_of(tx: Tx, post: Post, change: Change | None = None) -> dict[str, str]:
    """What each author of a post of ours did, by their identifiers; in ``change`` new ones too."""
    author = actors.actor(tx, post.author_id)
    primary = {} if author is None else {author.uri: post.author_role}
    rows = {row.actor_uri: row.role for row in post_authors.authors_of(tx, [post.id])[post.id]}
    return primary | rows | (change.words.get("roles", {}) if change is not None else {})


def _addressed(core: Doc, people: Iterable[Actor], named: Iterable[str]) -> dict[str, Any]:
    cc = [*as_list(core.get("cc")), *_followers(people), *named]
    return {**core, "cc": list(dict.fromkeys(cc))}


def _credited(tx: Tx, post: Post, attachments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pictures with who made them: by id once they agreed, else a name that is only text."""
    made_by = {row.position: row for row in crediting.credits_of(tx, [post.id]).get(post.id, [])}
    if not made_by:
        return attachments
    digests = [item.digest for item in post_media.media_of(tx, post_ids=[post.id])]
    found = []
    for position, entry in enumerate(attachments):
        # On all of them, so that one credit more or less does not change what others agreed to.
        digest = digests[position] if position < len(digests) else None
        whole = {**entry, "digestMultibase": digest} if digest else dict(entry)
        row = made_by.get(position)
        if row is not None and row.state == "verified" and row.stamp_uri:
            whole |= {"attributedTo": row.actor_uri, "creditAuthorization": row.stamp_uri}
        elif row is not None:
            whole["attributedTo"] = {"type": "Person", "name": row.name}
        found.append(whole)
    return found


def _followers(people: Iterable[Actor]) -> list[str]:
    # A collection elsewhere would count for the digest of one rendition and not of the other.
    return [
        person.followers_uri
        for person in people
        if person.followers_uri and person.followers_uri.startswith(f"{person.uri}/")
    ]


def with_context(document: Doc) -> dict[str, Any]:
    """The document with its inline ``@context`` first."""
    return {"@context": context_for(document), **document}


def without_mention(document: Doc, actor_uri: str) -> dict[str, Any]:
    """The core without the Mention tag of somebody who is no author any more."""
    tags = [
        tag
        for tag in as_list(document.get("tag"))
        if not (
            isinstance(tag, dict) and tag.get("type") == "Mention" and tag.get("href") == actor_uri
        )
    ]
    return {**document, "tag": tags}
