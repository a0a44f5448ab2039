"""What is to be fetched of a thread that somebody opened, or of the past of somebody they follow.

Everything named here is named by strangers. So a crawl ends: in number, depth, pages and time; and
one server is asked once a second, by all crawls together and however many processes run them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import orjson

from activitypub.documents.conversation import context_id, embedded_replies, replies_id
from activitypub.vocab.reading import host_of, ids, same_origin
from fedi_cotweet.domain.limits import DAY, MINUTE, SECOND, STAMP_SHOWN_FOR
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import timelines
from fedi_cotweet.services.audiences import everybodys
from fedi_cotweet.services.conversations import ancestors, descendants
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.models import Actor, Crawl, CrawlItem, Post
from storage.queries import crawls, posts
from storage.queries import timelines as stored

THREAD_AGAIN_AFTER: Final = 5 * MINUTE
OUTBOX_AGAIN_AFTER: Final = DAY
ENDS_AFTER: Final = 15 * MINUTE
EVERY: Final = SECOND
"""One server is asked once in this time."""
MOST_NOTES: Final = 500
MOST_OF_HOST: Final = 200
"""Addresses of one server in one crawl."""
MOST_PAGES: Final = 300
MOST_PAGES_OF_ONE: Final = {"context": 10, "replies": 5, "outbox": 3, "featured": 2}
DEEPEST: Final = 50
URGENT: Final = 1
LAST: Final = 2 * DEEPEST + 2
"""Ranks: up to which others wait, and the one behind all others."""
TRIES: Final = 2
FROM_OUTBOX: Final = 20
FOR_STRANGERS: Final = 20
"""With so many crawls begun within ``THREAD_AGAIN_AFTER``, strangers begin no more."""
FOR_PEOPLE: Final = 200


def begin_thread(tx: Tx, env: Env, post: Post, *, stranger: bool) -> bool:
    """Somebody looks at a post: begin to fetch what is missing of its thread; whether it was begun.

    Never more often than every few minutes, and for people of this server before strangers.
    """
    if not everybodys(post):
        return False
    now = env.now()
    above = ancestors(tx, post)
    first = above[0] if above else post
    held = crawls.crawl_of(tx, first.uri)
    if held is not None and held.begun_at > now - THREAD_AGAIN_AFTER:
        return False
    room = FOR_STRANGERS if stranger else FOR_PEOPLE
    if crawls.count_since(tx, now - THREAD_AGAIN_AFTER, room) >= room:
        return False
    crawl_id = env.new_id()
    context = None if first.local else _context(first) or (None if post.local else _context(post))
    by_context = context is not None and not env.addresses.owns(context)
    crawls.begin(
        tx,
        id=crawl_id,
        subject=first.uri,
        kind="thread",
        actor_id=None,
        by_context=by_context,
        begun_at=now,
    )
    if first.in_reply_to_uri is not None:
        want_notes(tx, env, crawl_id, [first.in_reply_to_uri], rank=0, depth=1)
    if by_context and context is not None:
        want_page(tx, env, crawl_id, context, "context", rank=0)
    else:
        ask_for_replies(tx, env, crawl_id, first)
    return True


def _context(post: Post) -> str | None:
    return context_id(orjson.loads(post.document))


def ask_for_replies(tx: Tx, env: Env, crawl_id: int, first: Post) -> None:
    """Without a list of the whole thread, every post in it is asked what answers it.

    First what the copy that is here says, which saves a request and thereby a second; in the end
    the list itself, which may have become longer.
    """
    for one in (first, *descendants(tx, first, MOST_NOTES // 2)):
        if one.local:
            continue
        document = orjson.loads(one.document)
        listed, following = embedded_replies(document)
        want_notes(tx, env, crawl_id, ids(list(listed)), rank=2, depth=1)
        address = replies_id(document)
        if following is not None:
            want_page(tx, env, crawl_id, following, "replies", rank=1)
        if address is not None and address != following:
            rank = 1 if following is None and not listed else LAST
            want_page(tx, env, crawl_id, address, "replies", rank=rank)


def begin_past(tx: Tx, env: Env, actor: Actor) -> None:
    """Somebody here began to follow an actor: what they wrote last stands in its own place.

    What is known here at once, the rest of what they show to everybody once it is fetched.
    """
    now = env.now()
    since = now - STAMP_SHOWN_FOR
    for post in stored.of_profile(tx, actor.id, None, since, Window(FROM_OUTBOX)):
        timelines.refresh(tx, post.id, now)
    begin_outbox(tx, env, actor)


def begin_outbox(tx: Tx, env: Env, actor: Actor) -> bool:
    """Somebody here follows an actor elsewhere: begin to fetch what they wrote last."""
    return actor.outbox is not None and _begin_of(
        tx, env, actor, "outbox", actor.outbox, FOR_PEOPLE
    )


def begin_featured(tx: Tx, env: Env, actor: Actor, *, stranger: bool) -> bool:
    """Somebody here follows an actor elsewhere, or looks at them: begin to fetch what they show
    first. Without such a collection there is nothing to fetch, and it was begun all the same."""
    room = FOR_STRANGERS if stranger else FOR_PEOPLE
    return _begin_of(tx, env, actor, "featured", actor.featured_uri, room)


def _begin_of(tx: Tx, env: Env, actor: Actor, kind: str, uri: str | None, room: int) -> bool:
    subject, now = f"{kind} {actor.uri}", env.now()
    if actor.local or (uri is not None and not same_origin(uri, actor.uri)):
        return False
    held = crawls.crawl_of(tx, subject)
    if held is not None and held.begun_at > now - OUTBOX_AGAIN_AFTER:
        return False
    if crawls.count_since(tx, now - THREAD_AGAIN_AFTER, room) >= room:
        return False
    crawl_id = env.new_id()
    crawls.begin(tx, id=crawl_id, subject=subject, kind=kind, actor_id=actor.id, begun_at=now)
    if uri is not None:
        want_page(tx, env, crawl_id, uri, kind, rank=0)
    return True


def want_notes(
    tx: Tx,
    env: Env,
    crawl_id: int,
    uris: Iterable[str],
    *,
    rank: int,
    depth: int,
    whole: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Put posts that are not known here on the list, within the bounds of a crawl.

    ``whole``: the texts of those that their own server has handed out already. Only who wrote
    them may still have to be asked for, and that soon: it may be the author of several.
    """
    crawl = crawls.crawl(tx, crawl_id)
    if crawl is None or depth > DEEPEST:
        return
    count, hosts = crawl.notes, set()
    for uri in uris:
        host = host_of(uri)
        if count >= MOST_NOTES:
            break
        if host is None or env.addresses.owns(uri) or posts.post_by_uri(tx, uri) is not None:
            continue
        text = whole.get(uri)
        urgency = rank if text is None else min(rank, URGENT)
        if _add(tx, env, crawl, uri, host, "note", rank=urgency, depth=depth, text=text):
            count += 1
            hosts.add(host)
    if count > crawl.notes:
        crawls.change_crawl(tx, crawl_id, notes=count)
    for host in hosts:
        wake(tx, env, host)


def want_page(
    tx: Tx,
    env: Env,
    crawl_id: int,
    uri: str,
    what: str,
    *,
    rank: int,
    depth: int = 0,
    page: int = 0,
) -> None:
    """Put a collection, or a further page of one, on the list, within the bounds of a crawl."""
    crawl, host = crawls.crawl(tx, crawl_id), host_of(uri)
    if crawl is None or host is None or env.addresses.owns(uri):
        return
    if crawl.pages >= MOST_PAGES or page >= MOST_PAGES_OF_ONE[what] or depth > DEEPEST:
        return
    if _add(tx, env, crawl, uri, host, what, rank=rank, depth=depth, page=page):
        crawls.change_crawl(tx, crawl_id, pages=crawl.pages + 1)
        wake(tx, env, host)


def _add(
    tx: Tx,
    env: Env,
    crawl: Crawl,
    uri: str,
    host: str,
    what: str,
    *,
    rank: int,
    depth: int,
    page: int = 0,
    text: str | None = None,
) -> bool:
    if crawls.count_of_host(tx, crawl.id, host) >= MOST_OF_HOST:
        return False
    return crawls.add_item(
        tx,
        id=env.new_id(),
        crawl_id=crawl.id,
        uri=uri,
        host=host,
        what=what,
        rank=rank,
        depth=depth,
        page=page,
        document=text,
    )


def wake(tx: Tx, env: Env, host: str) -> None:
    """There is something to ask of a server, as soon as it may be asked."""
    wait = max(0, crawls.next_at(tx, host) - env.now())
    later(tx, env, "crawl", host, delay=wait, host=host)


def take(tx: Tx, env: Env, host: str) -> tuple[Crawl, CrawlItem] | int | None:
    """What to ask a server now: one thing, or how many ms to wait, or nothing more.

    From now on it is left alone for ``EVERY``.
    """
    now = env.now()
    wait = crawls.next_at(tx, host) - now
    if wait > 0:
        return wait
    while (item := crawls.next_item(tx, host)) is not None:
        crawl = crawls.crawl(tx, item.crawl_id)
        if crawl is None or crawl.begun_at <= now - ENDS_AFTER:
            crawls.drop(tx, item.crawl_id)
        elif item.tries >= TRIES or (
            # What is shown first and came meanwhile is still to be marked as such.
            item.what == "note"
            and crawl.kind != "featured"
            and posts.post_by_uri(tx, item.uri) is not None
        ):
            end(tx, item)
        else:
            crawls.change_item(tx, item.id, tries=item.tries + 1)
            crawls.set_next_at(tx, host, now + EVERY)
            return crawl, item
    return None


def turn(tx: Tx, env: Env, host: str) -> int:
    """Take a server's turn for something else: 0 to ask it once now, else how many ms to wait.

    What a crawl cannot go on without comes first: somebody waits for the thread.
    """
    now = env.now()
    wait = max(0, crawls.next_at(tx, host) - now)
    if not wait:
        item = crawls.next_item(tx, host)
        wait = EVERY if item is not None and item.rank <= URGENT else 0
    if not wait:
        crawls.set_next_at(tx, host, now + EVERY)
    return wait


def end(tx: Tx, item: CrawlItem) -> None:
    """An address was asked, or is not worth it."""
    crawls.change_item(tx, item.id, state="done", document=None)


def no_context(tx: Tx, env: Env, crawl_id: int) -> None:
    """A thread's list cannot be had: its posts are asked one by one."""
    crawl = crawls.crawl(tx, crawl_id)
    first = posts.post_by_uri(tx, crawl.subject) if crawl is not None else None
    if crawl is None or first is None or not crawl.by_context:
        return
    crawls.change_crawl(tx, crawl_id, by_context=False)
    above = ancestors(tx, first)
    ask_for_replies(tx, env, crawl_id, above[0] if above else first)
