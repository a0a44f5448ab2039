"""Posts written here: made, changed, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from activitypub.coauthorship.projection import try_consent_digest
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import (
    audiences,
    besides,
    correspondence,
    documents,
    edit_notices,
    endings,
    hearing,
    inboxes,
    indexing,
    link_cards,
    polls,
    quotable,
    quotes,
    streams,
    timelines,
    versions,
)
from fedi_cotweet.services.composing import mention_tag
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.events import emit, later, tell
from fedi_cotweet.services.homes import check_at_home
from fedi_cotweet.services.mistaken import no_such_post, not_theirs
from fedi_cotweet.services.notices import authors_answered
from fedi_cotweet.services.replies import replied, reply_removed
from fedi_cotweet.services.versions import Version
from fedi_cotweet.services.words import Words, check_words, core_document
from storage.engine import Tx
from storage.models import Actor, Media, Post
from storage.queries import actors, consents, crediting, post_authors, post_media, posts


def create_post(tx: Tx, env: Env, author_id: int, words: Words, *, to_oneself: bool = False) -> int:
    """Write and publish an ordinary post; its id. ``to_oneself``: a direct one may name nobody."""
    author = actors.actor(tx, author_id)
    if author is None:
        raise not_found("account")
    check_at_home(tx, author_id)
    media = check_words(tx, env, author_id, words)
    if words.quote is not None:
        quotable.check_may_quote(words.visibility)
        quotable.check_quotable(tx, env, author_id, words.quote)
    post_id, now = env.new_id(), env.now()
    mentioned = list(actors.actors(tx, words.body.mentioned).values())
    answered = answered_by(tx, env, author, words, mentioned)
    named = [actor for actor in (*mentioned, *answered) if actor.id != author_id]
    blind = list(actors.actors(tx, words.blind).values())
    audiences.check_blind(words.visibility, named, blind)
    alone = to_oneself or words.alone
    audiences.check_addressed(words.visibility, [*named, *blind], to_oneself=alone)
    document = document_of(tx, env, author, post_id, words, media, mentioned, answered)
    document["published"] = documents.format_time(now)
    posts.add_post(
        tx,
        id=post_id,
        sort_id=post_id,
        uri=env.addresses.note(post_id),
        author_id=author_id,
        local=True,
        state="published",
        kind=str(document["type"]),
        visibility=words.visibility,
        content=words.body.html,
        summary=words.summary,
        name=str(document.get("name", "")),
        sensitive=words.marked,
        language=words.language,
        in_reply_to_uri=words.in_reply_to,
        url=env.addresses.page(author.username, post_id),
        tags=document.get("tag", []),
        document=orjson.dumps(document).decode(),
        published_at=now,
        fetched_at=now,
        quote_policy=quotable.policy_for(tx, author_id, words.quote_policy, words.visibility),
    )
    besides.keep(tx, post_id, words.besides)
    narrow = words.visibility not in audiences.EVERYBODYS
    if blind or narrow:
        people = [actor.id for actor in (*named, *blind)]
        audiences.keep(tx, post_id, post_id, author_id, people)
    if narrow:
        correspondence.add(tx, env, post_id)
    inboxes.keep_post(tx, env, author, post_id, [*named, *blind])
    for position, item in enumerate(media):
        post_media.change_media(tx, item.id, post_id=post_id, position=position)
    told: list[int] = []
    if words.in_reply_to is not None:
        told = replied(
            tx,
            env,
            words.in_reply_to,
            author,
            post_id=post_id,
            uri=env.addresses.note(post_id),
            visibility=words.visibility,
        )
    if words.poll is not None:
        polls.keep(tx, post_id, words.poll)
    for actor in mentioned:
        if actor.local and actor.id not in (author_id, *told):
            tell_of_mention(tx, env, actor.id, author, post_id)
    indexing.refresh(tx, post_id)
    timelines.refresh(tx, post_id, now)
    streams.posted(tx, env, post_id)
    hearing.tell_of_post(tx, env, post_id, [author_id], [*told, *(one.id for one in mentioned)])
    link_cards.begin(tx, env, post_id, words.body.html)
    emit(tx, env, "post.published", post_id=post_id)
    if words.quote is not None:
        quotes.begin(tx, post_id, words.quote)
        quotes.published(tx, env, post_id)
    return post_id


def document_of(
    tx: Tx,
    env: Env,
    author: Actor,
    post_id: int,
    words: Words,
    media: list[Media],
    mentioned: list[Actor],
    answered: list[Actor],
    named_before: Sequence[Actor] = (),
) -> dict[str, Any]:
    """The core of a post, addressed to all whom it mentions, answers, or named before."""
    mentioned_ids = {actor.id for actor in mentioned}
    besides = {actor.id: actor for actor in (*answered, *named_before)}
    # GoToSocial takes a direct post away from whom its next version does not mention.
    new = [mention_tag(actor) for key, actor in besides.items() if key not in mentioned_ids]
    said = replace(words, body=replace(words.body, tags=(*words.body.tags, *new)))
    named = {actor.id: actor for actor in (*mentioned, *answered, *named_before)}
    return core_document(tx, env, author, post_id, said, media, list(named.values()))


def answered_by(
    tx: Tx, env: Env, author: Actor, words: Words, mentioned: list[Actor]
) -> list[Actor]:
    """Whom a reply mentions besides: all who can be seen to have written what it answers. Other
    software tells only those (FEP-af48, Verification)."""
    known = {author.uri, *(actor.uri for actor in mentioned)}
    return [
        actor for actor in authors_answered(tx, env, words.in_reply_to) if actor.uri not in known
    ]


def save_update(
    tx: Tx,
    env: Env,
    post: Post,
    document: dict[str, Any],
    *,
    also: Sequence[int] = (),
    before: Version | None = None,
    **columns: Any,
) -> None:
    """Store the next version of a published post and tell everyone who has it.

    ``document`` is its core, ``columns`` are the post's; ``also`` are actors to tell besides, by id
    of ours. ``before`` is the version that was, if its authors are stored as the new one's already.
    """
    before = before or versions.present(tx, post)
    updated_at = later_than(post, env.now())
    document["updated"] = documents.format_time(updated_at)
    posts.change_post(
        tx,
        post.id,
        document=orjson.dumps(document).decode(),
        tags=document.get("tag", []),
        updated_at=updated_at,
        **columns,
    )
    if versions.keep(tx, env, before):
        edit_notices.tell_of_edit(tx, env, post.id)
    indexing.refresh(tx, post.id)
    timelines.refresh(tx, post.id, env.now())
    streams.edited(tx, env, post.id)
    link_cards.refresh(tx, env, post.id)
    if crediting.credits_of(tx, [post.id]):
        # Artists agreed to other words: whoever checks does not name them any more.
        later(tx, env, "check_credits", str(post.id), post_id=post.id)
    emit(tx, env, "post.updated", post_id=post.id, at=updated_at, also=list(also))


def digest_of(tx: Tx, post: Post) -> str | None:
    """The digest of a published post of ours as it is stored."""
    author = actors.actor(tx, post.author_id)
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    named = [author.uri if author is not None else "", *(row.actor_uri for row in rows)]
    return try_consent_digest(documents.full_note(tx, post), named)


def later_than(post: Post, now: int) -> int:
    """An ``updated`` later than every earlier one, to the second that the wire keeps.

    That is the present second, and in the future only for edits within one.
    """
    return max(now, (post.updated_at or post.published_at or 0) + 1_000) // 1_000 * 1_000


def rewrite(
    tx: Tx, env: Env, post: Post, document: dict[str, Any], *, also: Sequence[int] = ()
) -> None:
    """Store a changed core whose digest is the same, and tell everyone who has it, and ``also``."""
    save_update(tx, env, post, document, also=also)


def delete_post(tx: Tx, env: Env, author_id: int, post_id: int) -> None:
    """Delete a published post for everyone; its id never comes back."""
    post = own_post(tx, author_id, post_id)
    remove(tx, env, post)
    emit(tx, env, "post.deleted", post_id=post.id)


def remove(tx: Tx, env: Env, post: Post) -> list[int]:
    """Take a post out of everything and keep its tombstone; consent to it ends.

    Gives the local accounts that were its co-authors.
    """
    now = env.now()
    owner = actors.actor(tx, post.author_id)
    co_authors = endings.end_consents(tx, env, post.uri, post.author_id)
    if post.state == "published":
        reply_removed(tx, env, post)
        streams.deleted(tx, env, post)
    posts.change_post(tx, post.id, state="deleted", deleted_at=now, content="", document="{}")
    posts.bury(tx, post.uri, owner.uri if owner else "", now)
    consents.withhold_activities(tx, post.uri)
    indexing.refresh(tx, post.id)
    timelines.refresh(tx, post.id, now)
    post_media.remove_media(tx, [item.id for item in post_media.media_of(tx, post_ids=[post.id])])
    versions.forget(tx, post.id)
    besides.forget(tx, post.id)
    correspondence.forget(tx, post)
    link_cards.refresh(tx, env, post.id)
    return co_authors


def own_post(tx: Tx, author_id: int, post_id: int) -> Post:
    """A published post of this author.

    ``not_published`` (409) for a draft of theirs; else as ``not_theirs`` says.
    """
    post = posts.post(tx, post_id)
    if post is None or post.author_id != author_id:
        raise not_theirs(tx, post, author_id, "post")
    if post.state != "published":
        raise no_such_post(tx, post, author_id)
    return post


def tell_of_mention(tx: Tx, env: Env, account_id: int, by: Actor, post_id: int) -> None:
    """Notify somebody here that a post mentions them."""
    tell(
        tx,
        env,
        account_id,
        "mention",
        str(post_id),
        actor_id=by.id,
        post_id=post_id,
        text=say("{who} mentioned you.", who=f"@{by.username}@{by.host}"),
    )
