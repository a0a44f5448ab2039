"""What a post says: checked, and made into the core of its document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.documents.note import TagView, build_note, parse_note
from activitypub.html import from_title
from activitypub.quotes.forms import with_inline, without_inline
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.limits import POLL_GRACE, POLL_LONGEST, POLL_SHORTEST
from fedi_cotweet.languages.wording import say, say_count
from fedi_cotweet.services import companions, documents, emoji
from fedi_cotweet.services.besides import Besides
from fedi_cotweet.services.composing import Composed, mention_tag
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor, Media, Post
from storage.queries import actors, post_media, posts, quotes


@dataclass(frozen=True, slots=True)
class PollWords:
    """A question to the readers: its options as plain text, and when it ends (ms)."""

    options: tuple[str, ...]
    multiple: bool = False
    ends_at: int = 0
    hides_totals: bool = False
    """Nobody sees how it stands before it is over."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a post says, before it has an id."""

    body: Composed
    summary: str = ""
    language: str | None = None
    visibility: str = "public"
    """One of ``audiences.VISIBILITIES``."""
    in_reply_to: str | None = None
    media_ids: tuple[int, ...] = ()
    poll: PollWords | None = None
    quote: str | None = None
    """The identifier of a quoted post. A version of a post quotes what the first one did."""
    quote_policy: str | None = None
    sensitive: bool = False
    """Its pictures are hidden until they are wanted, apart from any warning."""
    blind: tuple[int, ...] = ()
    """Actors (ours) who get it without being named in it."""
    alone: bool = False
    """Whether a direct post may be for nobody but its author."""
    besides: Besides | None = None
    """What a program of theirs said beyond that; in a version of a post None leaves it as it is."""

    @property
    def marked(self) -> bool:
        """Whether other servers hide its pictures: a warning hides them too."""
        return self.sensitive or bool(self.summary)


def marked_apart(post: Post) -> bool:
    """Whether a post is sensitive by more than its warning, as far as can be seen."""
    return post.sensitive and not post.summary


def core_document(
    tx: Tx,
    env: Env,
    author: Actor,
    post_id: int,
    words: Words,
    media: Sequence[Media],
    mentioned: Sequence[Actor],
    tags: Sequence[TagView] | None = None,
) -> dict[str, Any]:
    """The object without its authors: what every rendition and digest starts from."""
    to, cc = _addressees(author, words.visibility, [actor.uri for actor in mentioned])
    poll = words.poll or PollWords(())
    named = words.body.tags if tags is None else tags
    quote = _quote(tx, words, post_id)
    name = "" if words.besides is None else words.besides.name
    content = words.body.html if quote is None else with_inline(words.body.html, quote[1])
    texts = (words.body.html, words.summary, *poll.options)
    return build_note(
        kind="Question" if poll.options else "Note",
        options=poll.options,
        multiple=poll.multiple,
        end_at=poll.ends_at if poll.options else None,
        id=env.addresses.note(post_id),
        to=to,
        cc=cc,
        content=content,
        language=words.language,
        name=name,
        summary=from_title(words.summary),
        sensitive=words.marked,
        # Their pictures are those that the shortcodes have now.
        tags=[tag for tag in named if tag.kind not in ("Emoji", "Link")],
        emoji=emoji.tags_for(tx, env, *texts, with_digest=tags is not None),
        attachments=[documents.attachment(env, item) for item in media],
        # On ordinary notes the term would cost replies their forwarding by Mastodon.
        media_digests=tags is not None,
        in_reply_to=words.in_reply_to,
        url=env.addresses.page(author.username, post_id),
        quote=quote,
    )


def _addressees(author: Actor, visibility: str, people: list[str]) -> tuple[list[str], list[str]]:
    """``to`` and ``cc``, as Mastodon has them."""
    followers = author.followers_uri or f"{author.uri}/followers"
    match visibility:
        case "unlisted":
            return [followers], [PUBLIC, *people]
        case "followers":
            return [followers], people
        case "direct" | "local":
            return people, []
        case _:
            return [PUBLIC], [followers, *people]


def _quote(tx: Tx, words: Words, post_id: int) -> tuple[str, str] | None:
    """The identifier and the page of what a post quotes."""
    held = quotes.quote(tx, post_id) if words.quote is None else None
    quoted = words.quote if held is None else held.quoted_uri
    if quoted is None:
        return None
    post = posts.post_by_uri(tx, quoted)
    return quoted, quoted if post is None else post.url


def present_words(tx: Tx, post: Post, co_authors: Sequence[Actor]) -> Words:
    """What a co-tweet of ours says now, without its authors: for a version with other authors."""
    named = {actor.uri for actor in co_authors}
    beside = companions.people(tx, post.id)
    named |= {actor.uri for actor in beside}
    content = companions.text_without(post.content) if beside else post.content
    if quotes.quote(tx, post.id) is not None:
        content = without_inline(content)
    tags = tuple(
        TagView(tag.kind, tag.href, tag.name)
        for tag in parse_note(orjson.loads(post.document)).tags
        if tag.href not in named
    )
    mentioned = actors.actors_by_uri(tx, [tag.href for tag in tags if tag.href is not None])
    return Words(
        body=Composed(content, tags, tuple(actor.id for actor in mentioned.values())),
        summary=post.summary,
        language=post.language,
        visibility=post.visibility,
        in_reply_to=post.in_reply_to_uri,
        media_ids=tuple(item.id for item in post_media.media_of(tx, post_ids=[post.id])),
        sensitive=marked_apart(post),
    )


def shared_document(
    tx: Tx,
    env: Env,
    author: Actor,
    post_id: int,
    words: Words,
    media: Sequence[Media],
    co_authors: Sequence[Actor],
) -> dict[str, Any]:
    """The core of a co-tweet: with one plain Mention per co-author, named in the text or not."""
    invited = {actor.uri: actor for actor in co_authors}
    mentioned = actors.actors(tx, words.body.mentioned).values()
    others = [actor for actor in mentioned if actor.uri not in invited]
    tags = [tag for tag in words.body.tags if tag.href not in invited]
    tags += [mention_tag(actor) for actor in co_authors]
    return core_document(tx, env, author, post_id, words, media, others, tags)


def check_words(
    tx: Tx, env: Env, author_id: int, words: Words, post_id: int | None = None
) -> list[Media]:
    """The pictures of a post that may be made of these words; ``ServiceError`` if it may not.

    ``post_id``: which post that is, if there is one already. A picture is in one post only.
    """
    if not words.body.html and not words.media_ids and words.quote is None:
        raise ServiceError("empty_post", 422, "The post is empty.", "Write something.")
    if len(words.body.html) > env.limits.post_characters * 8:
        raise ServiceError(
            "too_long",
            422,
            "The post is too long.",
            say_count(
                "Keep it under {count} character.",
                "Keep it under {count} characters.",
                count=env.limits.post_characters,
            ),
        )
    if len(words.media_ids) > env.limits.media_per_post:
        raise ServiceError(
            "too_many_media",
            422,
            say_count(
                "A post holds at most {count} picture.",
                "A post holds at most {count} pictures.",
                count=env.limits.media_per_post,
            ),
        )
    if words.poll is not None:
        _check_poll(env, words.poll, pictures=bool(words.media_ids))
    found = []
    for media_id in words.media_ids:
        item = post_media.media(tx, media_id)
        if (
            item is None
            or item.account_id != author_id
            or item.profile
            or item.post_id not in (None, post_id)
        ):
            raise ServiceError(
                "no_such_media", 422, "One of the pictures does not exist.", "Upload it again."
            )
        if item.state != "stored":
            raise ServiceError(
                "media_not_ready",
                422,
                "A film or sound is still being made ready, or could not be.",
                "Wait a moment and try again, or leave it out.",
            )
        found.append(item)
    if len(found) > 1 and not all(item.media_type.startswith("image/") for item in found):
        raise ServiceError(
            "films_go_alone",
            422,
            "A post holds pictures, or one film or sound.",
            "Other servers would not show all of it.",
        )
    return found


def _check_poll(env: Env, poll: PollWords, *, pictures: bool) -> None:
    limits = env.limits
    if pictures:
        raise ServiceError(
            "poll_with_media",
            422,
            "A post has pictures or a poll, not both.",
            "Most other servers would show only one of them.",
        )
    if not 2 <= len(poll.options) <= limits.poll_options:
        raise ServiceError(
            "bad_poll",
            422,
            say("A poll has 2 to {most} options to choose from.", most=limits.poll_options),
        )
    if len(set(poll.options)) != len(poll.options) or not all(
        option.strip() and len(option) <= limits.poll_option_characters for option in poll.options
    ):
        raise ServiceError(
            "bad_poll",
            422,
            "Every option of a poll is different, and not empty.",
            say_count(
                "Keep each under {count} character.",
                "Keep each under {count} characters.",
                count=limits.poll_option_characters,
            ),
        )
    if not POLL_SHORTEST - POLL_GRACE <= poll.ends_at - env.now() <= POLL_LONGEST:
        raise ServiceError("bad_poll", 422, "A poll lasts between five minutes and thirty days.")
