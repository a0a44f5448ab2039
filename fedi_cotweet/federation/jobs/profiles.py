"""Jobs of profiles: copying pictures, and looking whether a page links back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final
from urllib.parse import urljoin

from activitypub.vocab.reading import host_of
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again, More
from fedi_cotweet.federation.jobs.fetching import fetch_note
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import acquaintance, crawling, decoding, own_profile
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import files_of
from fedi_cotweet.services.media import StoredFile, store_remote
from fedi_cotweet.services.page_cards import parse_page
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, own_profiles, post_media, posts

MAX_PAGE_BYTES: Final = 1024 * 1024
MOST_LINKS: Final = 2_000
_PASSING: Final = frozenset(
    {"timeout", "dns_failed", "tls_failed", "connection_failed", "truncated"}
)


async def fetch_profile_picture(context: Context, payload: Mapping[str, Any]) -> None:
    """Copy the avatar or header of somebody elsewhere, if it is a small picture."""
    runtime, actor_id, kind = context.runtime, int(payload["actor_id"]), str(payload["what"])

    def wanted(tx: Tx) -> tuple[str | None, str | None]:
        actor = actors.actor(tx, actor_id)
        if actor is None or actor.local:
            return None, None
        url, path = _of(actor, kind)
        held = post_media.media_by_token(tx, own_profile.token_of(path)) if path else None
        return (None if held is not None and held.remote_url == url else url), path

    url, _ = await runtime.store.read(wanted)
    if url is None or runtime.is_own(url):
        return
    fetched = await runtime.client.get_media(
        url, own_profile.MAX_PICTURE_BYTES, key=await runtime.keys.instance()
    )
    if fetched.status in (408, 429) or fetched.status >= 500 or fetched.error in _PASSING:
        raise Again(f"profile picture not fetched: {fetched.status} {fetched.error}")
    token = runtime.env.token()
    stored: StoredFile | None = None
    if fetched.status == 200:
        await context.files.make_room(len(fetched.body))
        try:
            stored = await decoding.aside(
                store_remote,
                files_of(runtime.settings),
                token,
                fetched.body,
                fetched.media_type,
                own_profile.OF_PROFILES,
            )
        except ServiceError as error:
            context.files.give_back(len(fetched.body))
            if error.status >= 500:
                raise
            log.info("profile_picture_refused", url=url, code=error.code)

    def keep(tx: Tx) -> None:
        actor = actors.actor(tx, actor_id)
        if actor is None or _of(actor, kind)[0] != url:
            return  # another one by now, with a job of its own
        old = _of(actor, kind)[1]
        path = None
        if stored is not None:
            path = own_profile.keep_picture(tx, runtime.env, token, stored, remote_url=url)
            context.files.kept(tx, token, url, stored.path, stored.size)
        own_profiles.set_copy(tx, actor_id, kind, path)
        if old is not None:
            own_profile.forget_picture(tx, old)

    await runtime.write(keep)


async def fetch_pin(context: Context, payload: Mapping[str, Any]) -> None:
    """Get a post that its author elsewhere pinned, and pin it if it is theirs."""
    uri, actor_id = str(payload["uri"]), int(payload["actor_id"])
    await fetch_note(context, uri)

    def pin(tx: Tx) -> str:
        post, actor = posts.post_by_uri(tx, uri), actors.actor(tx, actor_id)
        if post is None or actor is None:
            return "unknown_object"
        return acquaintance.receive_pin(tx, context.env, actor, post, removed=False)

    outcome = await context.runtime.write(pin)
    log.info("pin_fetched", uri=uri, outcome=outcome)


async def verify_link(context: Context, payload: Mapping[str, Any]) -> None:
    """Whether a page that somebody links on their profile links back with ``rel="me"``.

    Asked for as a stranger, with the bounds of every fetch: the address is somebody's wish. Those
    of people elsewhere take turns, or many profiles could make us flood a server of their choice.
    """
    runtime, account_id, url = context.runtime, int(payload["account_id"]), str(payload["url"])
    actor = await runtime.store.read(lambda tx: actors.actor(tx, account_id))
    if actor is None or actor.gone_at is not None or runtime.is_own(url):
        return
    host = host_of(url)
    if not actor.local and host is not None:
        wait = await runtime.write(lambda tx: crawling.turn(tx, context.env, host))
        if wait:
            raise More(wait)
    fetched = await runtime.anonymous.get_media(url, MAX_PAGE_BYTES)
    if fetched.status in (408, 429) or fetched.status >= 500 or fetched.error in _PASSING:
        raise Again(f"page not fetched: {fetched.status} {fetched.error}")
    found = False
    if fetched.status == 200 and fetched.media_type.partition(";")[0].strip() in (
        "text/html",
        "application/xhtml+xml",
    ):
        page, base = fetched.body.decode(errors="replace"), fetched.final_url or url
        found = await asyncio.to_thread(links_back, page, base, {actor.url, actor.uri})
    await runtime.write(
        lambda tx: own_profile.link_verified(tx, context.env, account_id, url, links_back=found)
    )
    log.info("link_looked_at", url=url, links_back=found)


def links_back(page: str, base: str, wanted: set[str]) -> bool:
    """Whether an HTML page has a ``rel="me"`` link to any of these addresses.

    Those of ``a`` and ``link`` elements count, the first ``MOST_LINKS``; nothing in comments does.
    """
    goals = {goal.rstrip("/") for goal in wanted}
    for href in islice(_links(page), MOST_LINKS):
        try:
            if urljoin(base, href).partition("#")[0].rstrip("/") in goals:
                return True
        except ValueError:
            continue
    return False


def _links(page: str) -> Iterator[str]:
    root = parse_page(page)
    for element in () if root is None else root.iter("a", "link"):
        href = element.get("href")
        if href and "me" in (element.get("rel") or "").lower().split():
            yield href.strip()


def _of(actor: Actor, kind: str) -> tuple[str | None, str | None]:
    """The address of a picture of theirs, and the path of our copy."""
    if kind == "avatar":
        return actor.icon_url, actor.avatar
    return actor.image_url, actor.header
