"""Posts that are nobody's co-tweet yet: written here, or arriving from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.documents.note import AttachmentView, NoteView
from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.services import documents, endings, timelines
from fedi_cotweet.services.cotweets import Words, check_words, core_document
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, later, tell
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, consents, follows, posts


def create_post(tx: Tx, env: Env, author_id: int, words: Words) -> int:
    """Write and publish an ordinary post; its id."""
    author = actors.actor(tx, author_id)
    if author is None:
        raise not_found("account")
    if words.visibility not in ("public", "unlisted"):
        raise ServiceError(
            "visibility_not_allowed",
            422,
            f"This server cannot post as “{words.visibility}”.",
            "Choose public or unlisted.",
        )
    media = check_words(tx, env, author_id, words)
    post_id, now = env.new_id(), env.now()
    mentioned = list(actors.actors(tx, words.body.mentioned).values())
    document = core_document(env, author, post_id, words, media, mentioned)
    document["published"] = documents.format_time(now)
    posts.add_post(
        tx,
        id=post_id,
        sort_id=post_id,
        uri=env.addresses.note(post_id),
        author_id=author_id,
        local=True,
        state="published",
        visibility=words.visibility,
        content=words.body.html,
        summary=words.summary,
        sensitive=bool(words.summary),
        language=words.language,
        in_reply_to_uri=words.in_reply_to,
        url=env.addresses.page(author.username, post_id),
        tags=document.get("tag", []),
        document=orjson.dumps(document).decode(),
        published_at=now,
        fetched_at=now,
    )
    for position, item in enumerate(media):
        posts.change_media(tx, item.id, post_id=post_id, position=position)
    for actor in mentioned:
        if actor.local and actor.id != author_id:
            _mention(tx, env, actor.id, author, post_id)
    timelines.refresh(tx, post_id, now)
    emit(tx, env, "post.published", post_id=post_id)
    return post_id


def edit_post(tx: Tx, env: Env, author_id: int, post_id: int, words: Words) -> None:
    """Change an ordinary post of one author. A published co-tweet needs everybody's consent."""
    post = own_post(tx, author_id, post_id)
    if documents.claimed_rows(posts.authors_of(tx, [post_id])[post_id]):
        raise ServiceError(
            "needs_consent",
            409,
            "This post has co-authors: a change needs their consent.",
            "Delete it and start anew.",
        )
    author = actors.actor(tx, author_id)
    if author is None:
        raise not_found("account")
    media = posts.media_of(tx, post_ids=[post_id])
    check_words(tx, env, author_id, words)
    mentioned = list(actors.actors(tx, words.body.mentioned).values())
    document = core_document(env, author, post_id, words, media, mentioned)
    document["published"] = documents.format_time(post.published_at or env.now())
    _save_update(
        tx,
        env,
        post,
        document,
        content=words.body.html,
        summary=words.summary,
        sensitive=bool(words.summary),
        language=words.language,
    )


def _save_update(tx: Tx, env: Env, post: Post, document: dict[str, Any], **columns: Any) -> None:
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
    emit(tx, env, "post.updated", post_id=post.id, at=updated_at)


def later_than(post: Post, now: int) -> int:
    """An ``updated`` later than every earlier one, to the second that the wire keeps."""
    return max(now, (post.updated_at or post.published_at or 0) + 1_000) // 1_000 * 1_000 + 1_000


def rewrite(tx: Tx, env: Env, post: Post, document: dict[str, Any]) -> None:
    """Store a changed core whose digest is the same, and tell everyone who has it."""
    _save_update(tx, env, post, document)


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
    posts.change_post(tx, post.id, state="deleted", deleted_at=now, content="", document="{}")
    posts.bury(tx, post.uri, owner.uri if owner else "", now)
    consents.withhold_activities(tx, post.uri)
    timelines.refresh(tx, post.id, now)
    posts.remove_media(tx, [item.id for item in posts.media_of(tx, post_ids=[post.id])])
    return co_authors


def own_post(tx: Tx, author_id: int, post_id: int) -> Post:
    """A published post of this author, or 404."""
    post = posts.post(tx, post_id)
    if post is None or post.author_id != author_id or post.state != "published":
        raise not_found("post")
    return post


@dataclass(frozen=True, slots=True)
class Arrival:
    """A remote object that was authenticated, sanitised and dated; ready to be stored."""

    note: NoteView
    author: Actor
    content: str
    """Sanitised, without inline notice."""
    summary: str
    """Plain text."""
    text: str
    """The object's JSON as received, with the ``@context`` that governs it."""
    digest: str | None
    carrier: str | None
    """The activity with its proof, as received: what may be forwarded."""
    media: tuple[AttachmentView, ...]
    tags: tuple[dict[str, Any], ...]
    co_authors: tuple[str, ...]
    """Claimed, not verified."""


def _relevant(tx: Tx, arrival: Arrival) -> bool:
    """Whether anybody here has a reason to hold this: follows, is addressed, was replied to."""
    if follows.is_followed_here(tx, [arrival.author.id]):
        return True
    people = actors.actors_by_uri(
        tx, [arrival.author.uri, *arrival.co_authors, *arrival.note.to, *arrival.note.cc]
    )
    if any(actor.local for actor in people.values()):
        return True
    if follows.is_followed_here(tx, [people[u].id for u in arrival.co_authors if u in people]):
        return True
    target = arrival.note.in_reply_to
    answered = posts.post_by_uri(tx, target) if target is not None else None
    return answered is not None and answered.state == "published"


def store_arrival(
    tx: Tx, env: Env, arrival: Arrival, *, update: bool, asked: bool = True
) -> tuple[int | None, str]:
    """Store a new object, or a newer version of a known one; (post id, outcome).

    ``asked``: somebody here wants it, else it may be nobody's business here. Outcomes:
    ``created``, ``updated``, ``older`` (an old version, ignored), ``same``, ``not_relevant``,
    ``deleted_before``, ``other_author`` (the id belongs to somebody else).
    """
    note, now = arrival.note, env.now()
    known = posts.post_by_uri(tx, note.id)
    if known is None and not asked and not _relevant(tx, arrival):
        return None, "not_relevant"
    if posts.buried(tx, note.id, arrival.author.uri) is not None:
        return None, "deleted_before"
    published_at = min(note.published_at or now, now)
    values: dict[str, Any] = {
        "visibility": note.visibility,
        "kind": note.kind,
        "content": arrival.content,
        "summary": arrival.summary,
        "name": note.name[:500],
        "sensitive": note.sensitive,
        "language": note.language,
        "in_reply_to_uri": note.in_reply_to,
        "url": note.url or note.id,
        "tags": list(arrival.tags),
        "document": arrival.text,
        "digest": arrival.digest,
        "carrier": arrival.carrier,
        "co_authored": bool(arrival.co_authors),
        "fetched_at": now,
    }
    if known is None:
        post_id = env.new_id()
        posts.add_post(
            tx,
            id=post_id,
            sort_id=id_at(published_at, post_id),
            uri=note.id,
            author_id=arrival.author.id,
            local=False,
            state="published",
            published_at=published_at,
            updated_at=note.updated_at,
            **values,
        )
        outcome = "created"
    else:
        post_id = known.id
        if known.author_id != arrival.author.id or known.local:
            return None, "other_author"
        if known.state == "deleted":
            return None, "deleted_before"
        ours = known.updated_at or known.published_at or 0
        theirs = note.updated_at or published_at
        if theirs < ours:
            return post_id, "older"
        if theirs == ours and (not update or known.document == arrival.text):
            return post_id, "same"
        posts.change_post(tx, post_id, updated_at=note.updated_at, **values)
        outcome = "updated"
    if known is not None or arrival.media:
        _store_media(tx, env, post_id, arrival.media)
    if known is not None or arrival.co_authors:
        _store_authors(tx, post_id, arrival)
    if arrival.co_authors:
        later(tx, env, "verify_post", str(post_id), post_id=post_id)
    if known is not None:
        timelines.refresh(tx, post_id, now)
        return post_id, outcome
    # A co-author's Mention is for software that knows nothing of co-authors.
    tagged = {tag["href"] for tag in arrival.tags}.difference(arrival.co_authors)
    for actor in actors.actors_by_uri(tx, tagged.intersection([*note.to, *note.cc])).values():
        if actor.local:
            _mention(tx, env, actor.id, arrival.author, post_id)
    if note.in_reply_to is not None:
        _tell_of_reply(tx, env, note.in_reply_to, arrival.author, post_id)
    sort_id = id_at(published_at, post_id)
    timelines.begin(tx, post_id, sort_id, arrival.author.id, note.visibility)
    return post_id, outcome


def _store_media(tx: Tx, env: Env, post_id: int, media: Sequence[AttachmentView]) -> None:
    held = {(item.remote_url, item.digest): item for item in posts.media_of(tx, post_ids=[post_id])}
    kept: set[int] = set()
    for position, item in enumerate(media[: env.limits.media_per_post * 2]):
        same = held.get((item.url, item.digest))
        if same is not None:
            kept.add(same.id)
            posts.change_media(tx, same.id, position=position, alt=item.name)
            continue
        media_id = env.new_id()
        posts.add_media(
            tx,
            id=media_id,
            token=env.token(),
            post_id=post_id,
            position=position,
            remote_url=item.url,
            state="pending",
            media_type=item.media_type or "application/octet-stream",
            digest=item.digest,
            alt=item.name,
            width=item.width,
            height=item.height,
            created_at=env.now(),
        )
        later(tx, env, "fetch_media", str(media_id), media_id=media_id)
    posts.remove_media(tx, [item.id for item in held.values() if item.id not in kept])


def _store_authors(tx: Tx, post_id: int, arrival: Arrival) -> None:
    """The claimed co-authors. A verdict outlives a new version only if nothing it rests on changed:
    the digest, the stamp, and an author list that grew by nobody."""
    co_authors = arrival.co_authors
    held = {row.actor_uri: row for row in posts.authors_of(tx, [post_id])[post_id]}
    same_words = set(co_authors) <= held.keys()
    for gone in held.keys() - set(co_authors):
        posts.remove_author(tx, post_id, gone)
    known = actors.actors_by_uri(tx, co_authors)
    for position, uri in enumerate(co_authors, start=1):
        actor, row = known.get(uri), held.get(uri)
        keeps = (
            row is not None
            and same_words
            and row.digest == arrival.digest
            and row.stamp_uri in arrival.note.stamps
        )
        posts.set_author(
            tx,
            post_id,
            uri,
            position=position,
            actor_id=actor.id if actor is not None else None,
            state=row.state if row is not None and keeps else "unknown",
        )


def _mention(tx: Tx, env: Env, account_id: int, by: Actor, post_id: int) -> None:
    tell(
        tx,
        env,
        account_id,
        "mention",
        str(post_id),
        actor_id=by.id,
        post_id=post_id,
        text=f"@{by.username}@{by.host} mentioned you.",
    )


def _tell_of_reply(tx: Tx, env: Env, target_uri: str, by: Actor, post_id: int) -> None:
    target = posts.post_by_uri(tx, target_uri)
    if target is None or target.state != "published":
        return
    author_ids = timelines.shown_author_ids(
        target, posts.authors_of(tx, [target.id])[target.id], env.now()
    )
    for account_id in follows.local_among(tx, author_ids):
        tell(
            tx,
            env,
            account_id,
            "reply",
            str(post_id),
            actor_id=by.id,
            post_id=post_id,
            text=f"@{by.username}@{by.host} replied.",
        )


def receive_delete(tx: Tx, env: Env, uri: str, sender: Actor, text: str = "") -> str:
    """Its author deleted an object. Unknown ids are remembered, so that a late copy stays out.

    ``text`` is the ``Delete`` as received, if others can check it without us: whoever has the post
    from a co-author here, hears from them that it is gone.
    """
    post = posts.post_by_uri(tx, uri)
    if post is None:
        posts.bury(tx, uri, sender.uri, env.now())
        endings.end_consents(tx, env, uri, sender.id)
        return "remembered"
    if post.author_id != sender.id or post.local:
        return "not_the_author"
    for account_id in remove(tx, env, post):
        if text:
            emit(
                tx,
                env,
                "cotweet.delete_carried",
                post_id=post.id,
                account_id=account_id,
                text=text,
            )
    return "deleted"


def receive_boost(tx: Tx, env: Env, post: Post, booster: Actor, uri: str, published_at: int) -> str:
    """An ``Announce``. By a verified co-author it is delivery, never a share (FEP-af48)."""
    now = env.now()
    rows = posts.authors_of(tx, [post.id])[post.id]
    delivery = booster.id in timelines.shown_author_ids(post, rows, now)
    boost_id = env.new_id()
    moment = min(published_at, now)
    if not posts.add_boost(
        tx,
        id=boost_id,
        uri=uri,
        actor_id=booster.id,
        post_id=post.id,
        published_at=moment,
        delivery=delivery,
    ):
        return "repeated"
    if delivery:
        timelines.refresh(tx, post.id, now)
        return "delivered"
    timelines.bring_boost(tx, post, booster.id, id_at(moment, boost_id))
    for account_id in follows.local_among(tx, timelines.shown_author_ids(post, rows, now)):
        tell(
            tx,
            env,
            account_id,
            "boost",
            uri,
            actor_id=booster.id,
            post_id=post.id,
            text=f"@{booster.username}@{booster.host} boosted your post.",
        )
    return "boosted"


def receive_unboost(
    tx: Tx, env: Env, booster: Actor, uri: str | None, object_uri: str | None
) -> str:
    """An ``Undo`` of an ``Announce``, named by its id or by what was announced."""
    boost = posts.boost_by_uri(tx, uri) if uri is not None else None
    if boost is None and object_uri is not None:
        post = posts.post_by_uri(tx, object_uri)
        boost = posts.boost_between(tx, booster.id, post.id) if post is not None else None
    if boost is None or boost.actor_id != booster.id:
        return "unknown"
    posts.remove_boost(tx, boost.id)
    timelines.refresh(tx, boost.post_id, env.now())
    return "undone"


def receive_like(tx: Tx, env: Env, post: Post, liker: Actor, uri: str) -> str:
    """A ``Like`` of a post; every local author hears of it once."""
    if not posts.add_like(
        tx, id=env.new_id(), uri=uri, actor_id=liker.id, post_id=post.id, created_at=env.now()
    ):
        return "repeated"
    rows = posts.authors_of(tx, [post.id])[post.id]
    for account_id in follows.local_among(tx, timelines.shown_author_ids(post, rows, env.now())):
        tell(
            tx,
            env,
            account_id,
            "like",
            uri,
            actor_id=liker.id,
            post_id=post.id,
            text=f"@{liker.username}@{liker.host} liked your post.",
        )
    return "liked"


def receive_unlike(tx: Tx, liker: Actor, uri: str | None, object_uri: str | None) -> str:
    """An ``Undo`` of a ``Like``."""
    like = posts.like_by_uri(tx, uri) if uri is not None else None
    if like is not None and like.actor_id == liker.id:
        posts.remove_like(tx, liker.id, like.post_id)
        return "undone"
    post = posts.post_by_uri(tx, object_uri) if object_uri is not None else None
    if post is None:
        return "unknown"
    posts.remove_like(tx, liker.id, post.id)
    return "undone"
