"""Finding people and posts elsewhere, for somebody who typed a handle or an address."""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.discovery import parse_handle
from activitypub.errors import DocumentError
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import as_id, same_origin
from fedi_cotweet.federation.handlers import Context
from fedi_cotweet.federation.jobs import Again, fetch_note
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.reasons import reason_of
from storage.models import Actor, Post
from storage.queries import posts


@dataclass(frozen=True, slots=True)
class ActorFinder:
    """Finds actors by handle, identifier or the address of their profile page.

    A page is asked only who it is of, as ``PostFinder`` asks: it speaks for its own host alone, and
    the actor counts as fetched from its own identifier.

    Raises ``ServiceError``: ``bad_handle`` (422) or ``no_such_actor`` (404).
    """

    context: Context
    anew: bool = False
    """Whether their server is asked again, whatever is held."""

    async def __call__(self, text: str) -> Actor:
        wanted = text.strip()
        if wanted.startswith(("http://", "https://")):
            found = await self.context.directory.actor(wanted, refresh=self.anew)
            if isinstance(found, Refused):
                found = await self._by_page(wanted) or found
        else:
            at = self.context.env.addresses
            bare = wanted.removeprefix("@")
            try:
                handle = parse_handle(bare if "@" in bare else f"{bare}@{at.host}")
            except DocumentError:
                raise ServiceError(
                    "bad_handle",
                    422,
                    say("“{wanted}” is not a handle.", wanted=wanted),
                    "Handles look like @bob@example.social.",
                ) from None
            found = await self.context.directory.by_handle(handle)
        if isinstance(found, Refused):
            raise ServiceError(
                "no_such_actor",
                404,
                say(
                    "Nobody was found for “{wanted}”: {reason}.",
                    wanted=wanted,
                    reason=reason_of(found.reason),
                ),
                "Check the spelling, and that their server can be reached.",
            )
        return found

    async def _by_page(self, url: str) -> Actor | Refused | None:
        runtime = self.context.runtime
        if runtime.is_own(url):
            _, at, username = url.removeprefix(self.context.env.addresses.base).partition("/@")
            uri = self.context.env.addresses.actor(username)
            return await self.context.directory.actor(uri) if at and username.isalnum() else None
        page = _identifier(await runtime.client.get(url, key=await runtime.keys.instance()))
        if page is None or page == url:
            return None
        return await self.context.directory.actor(page, refresh=self.anew)


@dataclass(frozen=True, slots=True)
class PostFinder:
    """Finds posts by identifier or page, here or at their origin; None for none to be had.

    A page leads to the post (ours redirect), or is served as the post (Mastodon's are). Whatever
    it names is asked for at its own identifier: a page says where to look, and nothing else.
    """

    context: Context

    async def __call__(self, url: str) -> Post | None:
        runtime = self.context.runtime
        held = await self._held(url)
        if held is not None or runtime.is_own(url):
            return held
        fetched = await runtime.client.get(url, key=await runtime.keys.instance())
        uri = _identifier(fetched)
        if uri is None:
            return None
        if uri != url and (held := await self._held(uri)) is not None:
            return held
        try:
            await fetch_note(self.context, uri)
        except Again:  # it answered a moment ago and does not any more
            return None
        return await self._held(uri)

    async def _held(self, uri: str) -> Post | None:
        return await self.context.runtime.store.read(lambda tx: posts.post_by_uri(tx, uri))


def _identifier(fetched: Fetched) -> str | None:
    """What a document fetched for a post calls itself, if it is of the host that was asked."""
    if fetched.document is None or not fetched.same_origin:
        return None
    uri = as_id(fetched.document.get("id"))
    return uri if uri is not None and same_origin(uri, fetched.url) else None
