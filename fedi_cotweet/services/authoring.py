"""From the texts of a request to the ``Words`` of a post: people and posts in them are looked up
before any transaction, since that may need the network.
"""

from __future__ import annotations

import asyncio
import re

from fedi_cotweet.languages.wording import say, say_count
from fedi_cotweet.services import distances, hiding, lookups
from fedi_cotweet.services.audiences import EVERYBODYS, may_see
from fedi_cotweet.services.composing import Composed, compose, handles_in
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.site import Site
from storage.models import Actor, Post

MOST_LOOK_UPS = 20
LOOK_UP_SECONDS = 15.0
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


async def find_person(site: Site, handle: str) -> Actor:
    """The actor called ``bob@b.example``, ``bob`` (of this server) or by an address."""
    given = handle.strip().removeprefix("@")
    if not given:
        raise ServiceError(
            "bad_handle", 422, "It does not say whom you mean.", "Write it like @bob@b.example."
        )
    if any(character.isspace() for character in given):
        raise ServiceError(
            "bad_handle",
            422,
            say("“{handle}” is no handle.", handle=handle[:100]),
            "Write it like @bob@b.example.",
        )
    if "@" not in given and "://" not in given:
        given = f"{given}@{site.env.addresses.host}"
    return await site.find_actor(given)


async def compose_text(site: Site, text: str) -> Composed:
    """A text with its mentions resolved; whoever cannot be found in time stays text."""
    limit = site.env.limits.post_characters
    if len(text) > limit:
        raise ServiceError(
            "too_long",
            422,
            "The post is too long.",
            say_count(
                "Keep it under {count} character.", "Keep it under {count} characters.", count=limit
            ),
        )
    handles = handles_in(text)[:MOST_LOOK_UPS]
    found = await asyncio.gather(*(_mentioned(site, handle) for handle in handles))
    people = {
        handle: actor for handle, actor in zip(handles, found, strict=True) if actor is not None
    }
    return compose(text, people, site.env.addresses.base)


async def _mentioned(site: Site, handle: str) -> Actor | None:
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            return await find_person(site, handle)
    except (ServiceError, TimeoutError):
        return None


def check_language(language: str | None) -> str | None:
    """A language tag (BCP 47, the common part), or ``bad_language`` (422)."""
    if language is None or _LANGUAGE.fullmatch(language):
        return language
    raise ServiceError(
        "bad_language",
        422,
        say("“{language}” is no language.", language=language[:60]),
        "Use a tag such as en or pt-BR.",
    )


async def find_post(site: Site, given: str, viewer_id: int) -> Post | None:
    """The post with an id of ours, an invitation's or an address, if this account may see it."""
    found = await lookups.find(site, viewer_id, given)
    post = None if found is None else found.post
    if post is None or not await site.read(lambda tx: may_see(tx, post, viewer_id)):
        return None
    return post


async def reply_target(site: Site, given: str | None, viewer_id: int) -> str | None:
    """The identifier of the post that is answered. Raises ``no_such_post`` (422)."""
    if given is None:
        return None
    post = await find_post(site, given, viewer_id)
    if post is None or post.state != "published" or await _kept_away(site, post, viewer_id):
        raise ServiceError(
            "no_such_post",
            422,
            "The post to answer cannot be found.",
            "Check its address: it must be public, and its server must answer.",
        )
    return post.uri


async def quote_target(site: Site, given: str | None, viewer_id: int) -> str | None:
    """The identifier of the post that is quoted. Raises ``no_such_post`` (422)."""
    if given is None:
        return None
    post = await find_post(site, given, viewer_id)
    if (
        post is None
        or post.state != "published"
        or post.visibility not in EVERYBODYS
        or await _kept_away(site, post, viewer_id)
    ):
        raise ServiceError(
            "no_such_post",
            422,
            "The post to quote cannot be found.",
            "Check its address: it must be public, and its server must answer.",
        )
    return post.uri


async def _kept_away(site: Site, post: Post, viewer_id: int) -> bool:
    """Whether a block, of either side, or the operator stands before a post. A mute does not."""
    found = await site.read(lambda tx: hiding.hidden(tx, site.env.now(), viewer_id, [post]))
    return found.get(post.id) not in (None, distances.Why.MUTED)
