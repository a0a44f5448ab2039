"""oEmbed: what other sites show where somebody pasted the address of a post of ours.

Source: https://oembed.com. ``rich``, but without scripts or frames: a quotation with links, which a
site can show under any policy of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

import orjson
from aiohttp import web

from fedi_cotweet.services import reading
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.views import PostView
from fedi_cotweet.web.linked_data import preview_picture
from fedi_cotweet.web.pages import render_quotation
from fedi_cotweet.web.rendering import InstanceView, absolute
from fedi_cotweet.web.syndication import NOT_XML, names_of, title_of
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx
from storage.queries import posts

CACHE_SECONDS = 3_600
WIDEST, NARROWEST = 600, 220
_POST = re.compile(r"/(?:notes|@[^/]+)/(\d{1,19})/?")


async def oembed(visit: Visit) -> web.Response:
    """The document for ``?url=``; 404 for what is no post of ours or not for everybody, 501 for
    another form than JSON and XML."""
    query = visit.request.query
    form = query.get("format", "json")
    if form not in ("json", "xml"):
        return _refused(501, "not_implemented", "There are JSON and XML.")
    try:
        view = await _find(visit, query.get("url", ""))
    except ServiceError as error:
        if error.status != 404:
            raise
        return _refused(404, "not_found", "There is no such post here.")
    width = query.get("maxwidth", "")
    widest = int(width) if width.isascii() and width.isdigit() and len(width) < 6 else WIDEST
    document = quotation(view, visit.instance, max(NARROWEST, min(WIDEST, widest)))
    cache = f"public, max-age={CACHE_SECONDS}"
    if form == "xml":
        return _answer(200, _xml(document), "text/xml; charset=utf-8", cache)
    return _answer(200, orjson.dumps(document), "application/json", cache)


async def _find(visit: Visit, url: str) -> PostView:
    base, stale = visit.env.addresses.base, Stale()
    match = _POST.fullmatch(urlsplit(url).path) if url.startswith(f"{base}/") else None
    if match is None:
        raise not_found("post")
    post_id = as_id(match[1])

    def find(tx: Tx) -> PostView:
        held = posts.post(tx, post_id)
        if held is None or not held.local:
            raise not_found("post")
        return reading.one_post(tx, visit.env, held, None, stale)

    found = await visit.site.read(find)
    visit.pages.rechecks.ask(stale.post_ids)
    return found


def quotation(post: PostView, instance: InstanceView, width: int) -> dict[str, object]:
    """The oEmbed document of a post. ``authors`` is ours: oEmbed has room for one."""
    first = post.authors[0]
    document: dict[str, object] = {
        "version": "1.0",
        "type": "rich",
        "title": title_of(post),
        "author_name": names_of(post.authors),
        "author_url": absolute(first.url, instance),
        "authors": [
            {
                "name": author.name,
                "handle": author.handle,
                "url": absolute(author.url, instance),
                "role": author.role,
            }
            for author in post.authors
        ],
        "provider_name": instance.name,
        "provider_url": f"{instance.base_url}/",
        "cache_age": CACHE_SECONDS,
        "html": render_quotation(post, instance),
        "width": width,
        "height": None,
    }
    picture = preview_picture(post)
    if picture is not None and picture.width and picture.height:
        document |= {
            "thumbnail_url": absolute(picture.url, instance),
            "thumbnail_width": picture.width,
            "thumbnail_height": picture.height,
        }
    return document


def _refused(status: int, code: str, message: str) -> web.Response:
    body = orjson.dumps({"error": code, "message": message})
    return _answer(status, body, "application/json", "no-store")


def _xml(document: Mapping[str, object]) -> bytes:
    """The same as XML, without what oEmbed knows only in JSON: no value, and lists."""
    root = Xml.Element("oembed")
    for name, value in document.items():
        if isinstance(value, str | int):
            Xml.SubElement(root, name).text = NOT_XML.sub("", str(value))
    octets: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return octets


def _answer(status: int, body: bytes, media_type: str, cache: str) -> web.Response:
    return web.Response(
        status=status,
        body=body,
        headers={
            "Content-Type": media_type,
            "Cache-Control": cache,
            "Access-Control-Allow-Origin": "*",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
