"""Feeds for feed readers: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, every verified author named.

Pure functions from views to octets, written with the standard library: a feed is thirty elements,
and the libraries for it keep authors of a post in a single text or expect one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from xml.etree import ElementTree as Xml

import orjson

from activitypub.quotes.forms import with_inline
from fedi_cotweet.services.views import AuthorView, MediaView, PostView
from fedi_cotweet.web.emoji import with_emoji
from fedi_cotweet.web.rendering import (
    InstanceView,
    absolute,
    iso_time,
    kind,
    language_tag,
    link,
    shorten,
)

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
MEDIA_RSS = "http://search.yahoo.com/mrss/"

for _prefix, _namespace in (("atom", ATOM), ("dc", DUBLIN_CORE), ("media", MEDIA_RSS)):
    Xml.register_namespace(_prefix, _namespace)

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document can hold, however they are written."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is of. ``page`` and ``path`` (of the feed, without its suffix) are paths here."""

    title: str
    description: str
    page: str
    path: str
    posts: tuple[PostView, ...]
    next_before: str | None
    authors: tuple[AuthorView, ...] = ()
    """Whose feed it is, if it is somebody's."""

    @property
    def updated_at(self) -> int:
        """The newest change of its posts, 0 for none."""
        return max((post.updated_at or post.published_at for post in self.posts), default=0)


def names_of(authors: Sequence[AuthorView]) -> str:
    """``Alice``, ``Alice and Bob``, ``Alice, Bob and Carol``."""
    names = [author.name for author in authors]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def title_of(post: PostView) -> str:
    """A line for lists: who, and how it begins; of a post with a warning nothing but that."""
    return f"{names_of(post.authors)}: {shorten(post.summary or post.text or '…', 80)}"


def content_of(post: PostView, instance: InstanceView) -> str:
    """The post as HTML that stands alone, its warning before it."""
    warning = f"<p><strong>{escape(post.summary)}</strong></p><hr>" if post.summary else ""
    content = post.content
    if post.quote is not None and link(post.quote.url):
        # As other software writes it, where nothing else says that there is a quote.
        content = with_inline(content, absolute(post.quote.url, instance))
    return str(with_emoji(warning + content, post.emojis, instance.base_url))


def build_rss(feed: Feed, instance: InstanceView) -> bytes:
    """RSS 2.0; authors as ``dc:creator``, one each, since ``author`` would be an email address."""
    root = Xml.Element("rss", version="2.0")
    channel = _element(root, "channel")
    _element(channel, "title", feed.title)
    _element(channel, "link", absolute(feed.page, instance))
    _element(channel, "description", feed.description)
    _element(channel, "generator", f"fedi_cotweet {instance.software_version}")
    if feed.updated_at:
        _element(channel, "lastBuildDate", _mail_date(feed.updated_at))
    if face := _face(feed, instance):
        image = _element(channel, "image")
        _element(image, "url", face)
        _element(image, "title", feed.title)
        _element(image, "link", absolute(feed.page, instance))
    for relation, address in _links(feed, "rss", instance):
        Xml.SubElement(
            channel,
            f"{{{ATOM}}}link",
            {"rel": relation, "href": address, "type": MEDIA_TYPES["rss"]},
        )
    for post in feed.posts:
        item = _element(channel, "item")
        _element(item, "title", title_of(post))
        _element(item, "link", absolute(post.page, instance))
        guid = _element(item, "guid", post.uri)
        guid.set("isPermaLink", "false")
        _element(item, "pubDate", _mail_date(post.published_at))
        if post.updated_at is not None:
            _element(item, f"{{{ATOM}}}updated", iso_time(post.updated_at))
        for author in post.authors:
            # Readers take what looks like an email address out of a name: not so "host/@user".
            user, _, host = author.handle.rpartition("@")
            _element(item, f"{{{DUBLIN_CORE}}}creator", f"{author.name} ({host}/@{user})")
        _element(item, "description", content_of(post, instance))
        # RSS has room for one, where players of podcasts look; all are in what follows.
        for media in [one for one in _shown_media(post) if one.size][:1]:
            address = absolute(media.url, instance)
            values = {"url": address, "length": str(media.size), "type": media.media_type}
            Xml.SubElement(item, "enclosure", values)
        for media in _shown_media(post):
            content = Xml.SubElement(
                item,
                f"{{{MEDIA_RSS}}}content",
                {"url": absolute(media.url, instance), "type": media.media_type},
            )
            medium = kind(media)
            content.set("medium", "document" if medium == "file" else medium)
            if media.size:
                content.set("fileSize", str(media.size))
            if media.alt:
                described = _element(content, f"{{{MEDIA_RSS}}}description", media.alt)
                described.set("type", "plain")
    return _octets(root)


def build_atom(feed: Feed, instance: InstanceView) -> bytes:
    """Atom with an ``author`` element for each author."""
    root = Xml.Element(f"{{{ATOM}}}feed")
    _atom(root, "id", absolute(feed.page, instance))
    _atom(root, "title", feed.title)
    _atom(root, "subtitle", feed.description)
    _atom(root, "updated", iso_time(feed.updated_at))
    if face := _face(feed, instance):
        _atom(root, "icon", face)
    generator = _atom(root, "generator", "fedi_cotweet")
    generator.set("version", instance.software_version)
    _atom_authors(root, feed.authors, instance)
    _atom_link(root, "alternate", absolute(feed.page, instance), "text/html")
    for relation, address in _links(feed, "atom", instance):
        _atom_link(root, relation, address, MEDIA_TYPES["atom"])
    for post in feed.posts:
        entry = _atom(root, "entry")
        _atom(entry, "id", post.uri)
        _atom(entry, "title", title_of(post))
        _atom(entry, "published", iso_time(post.published_at))
        _atom(entry, "updated", iso_time(post.updated_at or post.published_at))
        _atom_authors(entry, post.authors, instance)
        _atom_link(entry, "alternate", absolute(post.page, instance), "text/html")
        _atom_link(entry, "alternate", post.uri, "application/activity+json")
        for media in _shown_media(post):
            address = absolute(media.url, instance)
            enclosure = _atom_link(entry, "enclosure", address, media.media_type)
            if media.size:
                enclosure.set("length", str(media.size))
        content = _atom(entry, "content", content_of(post, instance))
        content.set("type", "html")
        if language := language_tag(post.language):
            content.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    return _octets(root)


def build_json(feed: Feed, instance: InstanceView) -> bytes:
    """JSON Feed 1.1."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": absolute(feed.page, instance),
        "feed_url": absolute(f"{feed.path}.json", instance),
        "items": [_json_item(post, instance) for post in feed.posts],
    }
    if face := _face(feed, instance):
        document["icon"] = face
    if feed.authors:
        document["authors"] = _json_authors(feed.authors, instance)
    for relation, address in _links(feed, "json", instance):
        if relation == "next":
            document["next_url"] = address
    return orjson.dumps(document)


def _json_item(post: PostView, instance: InstanceView) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": post.uri,
        "url": absolute(post.page, instance),
        "title": title_of(post),
        "content_html": content_of(post, instance),
        "date_published": iso_time(post.published_at),
        "authors": _json_authors(post.authors, instance),
    }
    if post.updated_at is not None:
        item["date_modified"] = iso_time(post.updated_at)
    if language := language_tag(post.language):
        item["language"] = language
    if media := _shown_media(post):
        item["attachments"] = [
            {"url": absolute(one.url, instance), "mime_type": one.media_type, "title": one.alt}
            | ({"size_in_bytes": one.size} if one.size else {})
            for one in media
        ]
    return item


def _face(feed: Feed, instance: InstanceView) -> str:
    """The picture of whose feed it is; "" without one."""
    avatar = feed.authors[0].avatar if feed.authors else None
    return absolute(avatar, instance) if avatar else ""


def _json_authors(authors: Sequence[AuthorView], instance: InstanceView) -> list[dict[str, str]]:
    found = []
    for author in authors:
        one = {"name": f"{author.name} (@{author.handle})"}
        if address := absolute(author.url, instance):
            one["url"] = address
        found.append(one)
    return found


def _shown_media(post: PostView) -> list[MediaView]:
    """The files of a post, none of a sensitive one: feed readers have nothing to fold them in."""
    return [] if post.sensitive else [media for media in post.media if media.verified]


def _links(feed: Feed, suffix: str, instance: InstanceView) -> Iterable[tuple[str, str]]:
    address = absolute(f"{feed.path}.{suffix}", instance)
    yield "self", address
    if feed.next_before is not None:
        yield "next", f"{address}?before={feed.next_before}"


def _atom(parent: Xml.Element, name: str, text: str = "") -> Xml.Element:
    return _element(parent, f"{{{ATOM}}}{name}", text)


def _atom_link(parent: Xml.Element, relation: str, address: str, media_type: str) -> Xml.Element:
    return Xml.SubElement(
        parent,
        f"{{{ATOM}}}link",
        {"rel": relation, "href": _clean(address), "type": _clean(media_type)},
    )


def _atom_authors(
    parent: Xml.Element, authors: Sequence[AuthorView], instance: InstanceView
) -> None:
    for author in authors:
        element = _atom(parent, "author")
        _atom(element, "name", f"{author.name} (@{author.handle})")
        if address := absolute(author.url, instance):
            _atom(element, "uri", address)


def _element(parent: Xml.Element, name: str, text: str = "") -> Xml.Element:
    element = Xml.SubElement(parent, name)
    element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)


def _mail_date(at: int) -> str:
    iso = iso_time(at)
    return format_datetime(datetime.fromisoformat(iso).astimezone(UTC), usegmt=True)


def _octets(root: Xml.Element) -> bytes:
    octets: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return octets


FORMATS: Mapping[str, Callable[[Feed, InstanceView], bytes]] = {
    "rss": build_rss,
    "atom": build_atom,
    "json": build_json,
}
MEDIA_TYPES: Mapping[str, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
