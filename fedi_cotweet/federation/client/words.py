"""From an object that a client posted to what a post says here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from types import MappingProxyType
from typing import Any, Final

from activitypub.documents.note import TagView
from activitypub.html import sanitise, to_text
from activitypub.vocab.reading import as_id, as_list, parse_time, text, types
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.domain.plurals import count
from fedi_cotweet.federation.client.beyond import read_besides
from fedi_cotweet.federation.client.reach import Reach
from fedi_cotweet.services import authoring, documents
from fedi_cotweet.services.composing import Composed, mention_tag
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.words import PollWords, Words
from storage.engine import Tx
from storage.models import Actor
from storage.queries import post_media

KINDS: Final = frozenset({"Note", "Question"})
PLAIN: Final = frozenset({"text/plain", "text/markdown"})
MOST_TAGS: Final = 50
POLL_LASTS: Final = DAY

Object = Mapping[str, Any]


def check_kind(made: Object) -> None:
    """``cannot_be_written`` (422) for what is no post here."""
    if KINDS.isdisjoint(types(made)):
        raise ServiceError(
            "cannot_be_written",
            422,
            f"A {' '.join(types(made))[:60] or 'thing without a type'} cannot be written here.",
            "Send a Note or a Question.",
        )


async def read_words(
    site: Site, me: Actor, made: Object, reach: Reach, activity: Object = MappingProxyType({})
) -> Words:
    """What a post says. Whom it addresses it mentions too, or their servers would not tell them.

    Raises what ``authoring`` raises, ``too_long`` and ``no_such_media`` (422).
    """
    said = read_besides(made, reach, activity)
    body = await _body(site, made, said.name)
    named = [actor for actor in reach.named if actor.id not in body.mentioned]
    body = replace(
        body,
        tags=(*body.tags, *(mention_tag(actor) for actor in named)),
        mentioned=(*body.mentioned, *(actor.id for actor in named)),
    )
    language = next(iter(made.get("contentMap") or {}), None)
    quoted = next((as_id(made[name]) for name in ("quote", "quoteUrl") if made.get(name)), None)
    return Words(
        body=body,
        summary=to_text(text(made.get("summary"))).strip(),
        language=authoring.check_language(language),
        visibility=reach.visibility,
        in_reply_to=await authoring.reply_target(site, as_id(made.get("inReplyTo")), me.id),
        media_ids=await media_ids(site, made),
        poll=read_poll(site.env.now(), made),
        quote=await authoring.quote_target(site, quoted, me.id),
        sensitive=made.get("sensitive") is True,
        blind=tuple(actor.id for actor in reach.blind),
        alone=reach.alone,
        besides=said,
    )


def read_poll(now: int, made: Object) -> PollWords | None:
    """The question that an object asks."""
    if "Question" not in types(made):
        return None
    multiple = "anyOf" in made
    options = as_list(made.get("anyOf" if multiple else "oneOf"))
    names = tuple(text(one.get("name")).strip() for one in options if isinstance(one, Mapping))
    ends_at = parse_time(made.get("endTime")) or parse_time(made.get("closed"))
    return PollWords(names, multiple, ends_at or now + POLL_LASTS)


async def media_ids(site: Site, made: Object) -> tuple[int, ...]:
    """The uploads that an object refers to by address. ``no_such_media`` (422) for anything else.

    Whose they are, and whether they are in a post already, ``words.check_words`` looks at.
    """
    base, wanted = site.env.addresses.media("", ""), []
    for item in as_list(made.get("attachment")):
        uri = as_id(item.get("url") or item.get("href")) if isinstance(item, Mapping) else item
        uri = uri or as_id(item)
        if not isinstance(uri, str) or not uri.startswith(base):
            raise _no_media()
        wanted.append(uri.removeprefix(base).partition(".")[0])

    def query(tx: Tx) -> tuple[int, ...]:
        found = [post_media.media_by_token(tx, token) for token in wanted]
        return tuple(item.id for item in found if item is not None)

    found = await site.read(query)
    if len(found) != len(wanted):
        raise _no_media()
    return found


def _no_media() -> ServiceError:
    return ServiceError(
        "no_such_media",
        422,
        "An attachment is no file that was uploaded here.",
        "Send the file to uploadMedia first, then its url.",
    )


async def _body(site: Site, made: Object, name: str) -> Composed:
    """``content`` is HTML and goes through the sanitiser; without it ``source`` counts, then
    ``name``: a post that says nothing else says that.

    Plain text, and Markdown as if it were, is written as our own pages write it: with its links,
    mentions and hashtags.
    """
    content, source = made.get("content"), made.get("source")
    if content is None and isinstance(made.get("contentMap"), Mapping):
        content = next(iter(made["contentMap"].values()), None)
    if content is None and isinstance(source, Mapping):
        return await authoring.compose_text(site, text(source.get("content")))
    if content is None and name:
        return Composed(f"<p>{escape(name, quote=False)}</p>", (), ())
    if made.get("mediaType") in PLAIN:
        return await authoring.compose_text(site, text(content))
    html = sanitise(text(content))
    most = site.env.limits.post_characters
    if len(to_text(html)) > most:
        raise ServiceError(
            "too_long", 422, "The post is too long.", f"Keep it under {count(most, 'character')}."
        )
    return await _tagged(site, made, html)


async def _tagged(site: Site, made: Object, html: str) -> Composed:
    tags = [tag for tag in as_list(made.get("tag"))[:MOST_TAGS] if isinstance(tag, Mapping)]
    people = [as_id(tag.get("href")) for tag in tags if "Mention" in types(tag)]
    found = await asyncio.gather(*(site.find_actor(uri) for uri in people if uri))
    mentioned = {actor.id: actor for actor in found}
    named = {
        text(tag.get("name")).removeprefix("#"): None for tag in tags if "Hashtag" in types(tag)
    }
    base = site.env.addresses.base
    hashtags = [
        TagView("Hashtag", f"{base}/tags/{name.lower()}", f"#{name}")
        for name in named
        if name and name.replace("_", "a").isalnum()
    ]
    mentions = [mention_tag(actor) for actor in mentioned.values()]
    return Composed(html, (*hashtags, *mentions), tuple(mentioned))


def upload_document(site: Site, item: Any) -> dict[str, Any]:
    """An upload as its owner's program sees it: an object that can stand in ``attachment``."""
    view = documents.attachment(site.env, item)
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": view.url,
        "type": view.kind,
        "mediaType": view.media_type,
        "url": view.url,
        "name": view.name,
        "width": view.width,
        "height": view.height,
    }
