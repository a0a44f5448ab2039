"""What somebody's inbox holds for their own programs (ActivityPub 5.2), newest first.

Of what was sent to somebody, or names them, who, what and when is noted when it arrives. What it
says is read anew each time, from where it is kept: nothing is shown that they may not read by now.
What the people wrote and boosted whom they follow comes from their home timeline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from activitypub.activities.create import build_create
from activitypub.vocab.reading import as_id, format_time
from fedi_cotweet.domain.ids import id_at, time_of
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import besides, distances, documents, hiding
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Actor, InboxEntry, Offer, Post
from storage.queries import actors, inboxes, posts, timelines

PAGE: Final = 40
KEPT: Final = 90 * DAY
"""What is older is not in the inbox any more."""
BATCH: Final = 500
_ABOUT_POSTS: Final = ("Create", "Update", "Announce", "Like")
_OPEN: Final = ("offered", "accepted", "published")

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page: activities, newest first. ``before`` leads to the next one, None: there is none."""

    items: list[Item]
    before: int | None


def keep(
    tx: Tx, env: Env, actor: Actor, kind: str, uri: str, about: str | None, readers: Iterable[int]
) -> None:
    """Note that an activity arrived for people here."""
    inboxes.add(
        tx,
        [
            {
                "id": env.new_id(),
                "account_id": reader,
                "uri": uri,
                "actor_id": actor.id,
                "kind": kind,
                "object_uri": about,
            }
            for reader in dict.fromkeys(readers)
            if reader != actor.id
        ],
    )


def keep_post(tx: Tx, env: Env, author: Actor, post_id: int, named: Iterable[Actor]) -> None:
    """The same of a new post from here that names people here."""
    uri, note = env.addresses.create(post_id), env.addresses.note(post_id)
    keep(tx, env, author, "Create", uri, note, [actor.id for actor in named if actor.local])


def page(tx: Tx, env: Env, account_id: int, before: int | None) -> Inbox:
    """A page of somebody's inbox; it may be shorter than ``PAGE``, and another one follow."""
    noted = inboxes.page(tx, account_id, before, PAGE)
    window = Window(PAGE, before=before)
    entries = timelines.home(tx, account_id, window, with_lists=True)
    places = sorted([row.id for row in noted] + [place for _, place, _ in entries], reverse=True)
    last = places[PAGE - 1] if len(places) >= PAGE else 0
    noted = [row for row in noted if row.id >= last]
    entries = [entry for entry in entries if entry[1] >= last]
    found = _noted(tx, env, account_id, noted) | _followed(tx, env, account_id, entries)
    items = [found[place] for place in sorted(found, reverse=True)]
    return Inbox(items, last or None)


def forget(tx: Tx, env: Env) -> bool:
    """Forget one batch of what is too old."""
    return inboxes.forget(tx, id_at(env.now() - KEPT, 0), BATCH) == BATCH


def _noted(tx: Tx, env: Env, account_id: int, rows: list[InboxEntry]) -> dict[int, Item]:
    senders = actors.actors(tx, [row.actor_id for row in rows])
    apart = distances.quiet(tx, env.now(), account_id, list(senders))
    found = inboxes.posts_about(tx, [row.object_uri for row in rows if row.object_uri])
    known = {post.uri: post for post in found}
    shown = _visible(tx, env, account_id, found)
    offers = _offers(tx, account_id, rows)
    made: dict[int, Item] = {}
    for row in rows:
        actor, about = senders.get(row.actor_id), row.object_uri
        if actor is None or actor.id in apart:
            continue
        post = known.get(about or "")
        if row.kind in _ABOUT_POSTS and (post is None or post.id not in shown):
            continue
        if row.kind == "Offer":
            if row.uri in offers:
                made[row.id] = orjson.loads(offers[row.uri].document)
            continue
        if row.kind == "Create" and post is not None:
            made[row.id] = _create(tx, post, actor, row.uri)
            continue
        made[row.id] = _plain(row.kind, row.uri, actor, about, time_of(row.id))
    return made


def _followed(
    tx: Tx, env: Env, account_id: int, entries: list[tuple[int, int, int | None]]
) -> dict[int, Item]:
    """What came by those whom somebody follows, without what was noted and their own posts."""
    found = posts.posts_by_id(tx, [post_id for post_id, _, _ in entries])
    by = {post_id: booster for post_id, _, booster in entries if booster is not None}
    shown = _visible(tx, env, account_id, list(found.values()), by)
    seen = inboxes.noted(tx, account_id, "Create", [post.uri for post in found.values()])
    boosts = {boost.id: boost for boost in inboxes.boosts_at(tx, [at for _, at, _ in entries])}
    people = actors.actors(tx, [*by.values(), *(post.author_id for post in found.values())])
    creates = inboxes.creates_of(tx, [post.id for post in found.values() if not post.local])
    made: dict[int, Item] = {}
    for post_id, place, booster_id in entries:
        post = found.get(post_id)
        if post is None or post.id not in shown:
            continue
        if booster_id is not None:
            boost, booster = boosts.get(place), people.get(booster_id)
            if boost is not None and booster is not None:
                at = boost.published_at
                made[place] = _plain("Announce", boost.uri, booster, post.uri, at)
            continue
        author = people.get(post.author_id)
        if author is None or author.id == account_id or post.uri in seen:
            continue
        uri = env.addresses.create(post.id) if post.local else creates.get(post.id)
        made[place] = _create(tx, post, author, uri)
    return made


def _visible(
    tx: Tx, env: Env, account_id: int, found: list[Post], by: dict[int, int] | None = None
) -> set[int]:
    there = [post for post in found if post.state == "published"]
    looking = hiding.THREAD if by is None else hiding.HOME
    visible = hiding.visible(tx, env.now(), account_id, there, looking=looking, boosted_by=by)
    return {post.id for post in visible}


def _offers(tx: Tx, account_id: int, rows: list[InboxEntry]) -> dict[str, Offer]:
    """Those invitations to somebody that may be answered, or were accepted."""
    wanted = [row.uri for row in rows if row.kind == "Offer"]
    found = inboxes.invitations(tx, account_id, wanted)
    return {offer.uri: offer for offer in found if offer.state in _OPEN}


def _create(tx: Tx, post: Post, author: Actor, uri: str | None) -> Item:
    """With the post as it is now. An activity whose id is not known has none."""
    if post.local:
        note = documents.full_note(tx, post)
    else:
        note = {
            name: value
            for name, value in orjson.loads(post.document).items()
            if name not in ("bto", "bcc", "@context")
        }
    document: Item = build_create(uri or post.uri, author.uri, note, post.published_at or 0)
    document = besides.around(tx, post, document)
    if uri is None:
        del document["id"]
    return document


def _plain(kind: str, uri: str, actor: Actor, about: str | None, at: int) -> Item:
    document: Item = {"id": uri, "type": kind, "actor": actor.uri, "published": format_time(at)}
    return document | ({"object": as_id(about)} if about else {})
