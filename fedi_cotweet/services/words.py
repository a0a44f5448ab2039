"""What a post says: checked, and made into the core of its document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from activitypub.documents.note import TagView, build_note
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.services import documents
from fedi_cotweet.services.composing import Composed
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor, Media
from storage.queries import posts


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
