"""Create, Update and Delete from a client: posts, and drafts that co-authors are asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from activitypub.vocab.reading import as_id, ids
from fedi_cotweet.federation.client import collecting
from fedi_cotweet.federation.client.done import Done
from fedi_cotweet.federation.client.reach import Reach, reach_of
from fedi_cotweet.federation.client.words import check_kind, read_words
from fedi_cotweet.services import author_list, authoring, changes, drafts, editing, posts
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.words import Words
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import post_authors, post_media
from storage.queries import posts as stored

MOST_CO_AUTHORS: Final = 20

Document = Mapping[str, Any]


async def create(site: Site, me: Actor, activity: Document, made: Document) -> Done:
    """Publish a post, or make a collection; with several ``attributedTo`` make a draft, and ask the
    others."""
    if collecting.is_collection(made):
        return await collecting.create(site, me, activity, made)
    check_kind(made)
    reach = await reach_of(site, me, (activity, made))
    words = await read_words(site, me, made, reach, activity)
    others = await _co_authors(site, me, made)
    if others:
        return await _draft(site, me, replace(words, alone=False), others)
    env = site.env
    post_id = await site.write(lambda tx: posts.create_post(tx, env, me.id, words))
    return Done("Create", env.addresses.create(post_id))


async def offer(site: Site, me: Actor, activity: Document) -> Done:
    """Ask somebody to be a co-author: of a draft of one's own, or of an object that comes along."""
    made, env = activity.get("object"), site.env
    people = [await authoring.find_person(site, uri) for uri in ids(activity.get("target"))]
    if not people or len(people) > MOST_CO_AUTHORS:
        raise ServiceError(
            "no_target", 422, "An Offer says in its target whom it asks.", "Name them there."
        )
    uri = as_id(made)
    post = await site.read(lambda tx: stored.post_by_uri(tx, uri) if uri else None)
    if post is None and isinstance(made, Mapping) and uri is None:
        check_kind(made)
        words = await read_words(site, me, made, await reach_of(site, me, (made,)))
        named = await _co_authors(site, me, made)
        everybody = {actor.id: actor for actor in (*named, *people)}
        return await _draft(site, me, replace(words, alone=False), list(everybody.values()))
    if post is None:
        raise not_found("draft")
    post_id, note = post.id, post.uri

    def invite(tx: Tx) -> None:
        held = post_authors.authors_of(tx, [post_id])[post_id]
        invited = {row.actor_id for row in held if row.state != "revoked"}
        author_list.own_cotweet(tx, me.id, post_id)
        for person in people:
            if person.id not in invited:
                author_list.add(tx, env, me.id, post_id, person)

    await site.write(invite)
    return Done("Offer", note, asked=True)


async def update(site: Site, me: Actor, changed: Document) -> Done:
    """Another version of a post: what the client says replaces what it was, member by member."""
    post = await _own(site, me, as_id(changed))
    env = site.env
    merged = await site.read(lambda tx: _merged(tx, post, changed))
    reach = Reach(post.visibility, (), (), {})
    words = await read_words(site, me, merged, reach)
    if "attachment" not in changed:
        held = await site.read(lambda tx: post_media.media_of(tx, post_ids=[post.id]))
        words = replace(words, media_ids=tuple(item.id for item in held))
    if post.co_authored:
        words = replace(words, besides=None)
    if post.co_authored and post.state == "draft":
        await site.write(lambda tx: drafts.edit_draft(tx, env, me.id, post.id, words))
        return Done("Update", post.uri, asked=True)
    if post.co_authored:
        change = await site.write(lambda tx: changes.offer_change(tx, env, me.id, post.id, words))
        if change is not None:
            return Done("Update", post.uri, asked=True)
        return Done("Update")
    await site.write(lambda tx: editing.edit_post(tx, env, me.id, post.id, words))
    return Done("Update")


async def delete(site: Site, me: Actor, uri: str | None) -> Done:
    """A post goes, and stays as a Tombstone; a draft is thrown away, and who was asked is told."""
    gone = await collecting.delete(site, me, uri)
    if gone is not None:
        return gone
    post, env = await _own(site, me, uri), site.env
    if post.state == "draft":
        await site.write(lambda tx: drafts.discard_draft(tx, env, me.id, post.id))
        return Done("Delete")
    await site.write(lambda tx: posts.delete_post(tx, env, me.id, post.id))
    return Done("Delete", f"{post.uri}#delete")


async def _draft(site: Site, me: Actor, words: Words, others: Sequence[Actor]) -> Done:
    if words.blind:
        raise ServiceError(
            "cannot_address",
            422,
            "A post of several authors hides from none of them who gets it.",
            "Leave out bto and bcc.",
        )
    env, words = site.env, replace(words, besides=None)
    post_id = await site.write(lambda tx: drafts.create_draft(tx, env, me.id, words, others))
    return Done("Create", env.addresses.note(post_id), asked=True)


async def _co_authors(site: Site, me: Actor, made: Document) -> list[Actor]:
    others = [uri for uri in ids(made.get("attributedTo")) if uri != me.uri]
    if len(others) > MOST_CO_AUTHORS:
        raise ServiceError("too_many_authors", 422, "These are too many authors for one post.")
    return [await authoring.find_person(site, uri) for uri in dict.fromkeys(others)]


async def _own(site: Site, me: Actor, uri: str | None) -> Post:
    post = await site.read(lambda tx: stored.post_by_uri(tx, uri) if uri else None)
    if post is None or post.author_id != me.id or post.state == "deleted":
        raise not_found("post")
    return post


def _merged(tx: Tx, post: Post, changed: Document) -> dict[str, Any]:
    """The post with the top-level members that the client sent (ActivityPub 6.3.1).

    ``null`` takes one away. What it answers, quotes and asks, and whom it is for, stays.
    """
    held = orjson.loads(post.document)
    kept = ("type", "name", "content", "contentMap", "summary", "tag")
    document = {name: held[name] for name in kept if name in held}
    document["sensitive"] = post.sensitive and not post.summary
    if "content" in changed or "source" in changed:
        for name in ("content", "contentMap"):
            document.pop(name, None)
    given = ("name", "content", "contentMap", "source", "mediaType", "summary", "tag", "sensitive")
    document |= {name: changed[name] for name in (*given, "attachment") if name in changed}
    if post.language and "contentMap" not in document and "content" in document:
        document["contentMap"] = {post.language: document["content"]}
    if "attachment" not in changed:
        document.pop("attachment", None)
    document["type"] = "Note"  # a poll stays as it is
    return {name: value for name, value in document.items() if value is not None}
