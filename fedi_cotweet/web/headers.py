"""Security headers of the pages: nothing is loaded, run, framed or posted but by this server.

Stops injected markup from doing harm even where escaping failed (stored XSS through names,
summaries or content of remote posts), clickjacking of the consent forms, and the leak of page
addresses (one-time links) in the ``Referer`` header.
"""

from __future__ import annotations

from types import MappingProxyType

from aiohttp import web
from aiohttp.typedefs import Handler

from fedi_cotweet.languages.reader import reader

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self'",
        "media-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

_UNUSED_FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)

PAGE_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED_FEATURES),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""For every HTML answer. ``Referrer-Policy`` keeps ``Origin`` and ``Referer`` for our own forms."""

OTHER_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
)
"""For every answer that says nothing of its own about it: documents, redirects, bare refusals."""

PRIVATE_PAGE_HEADERS = MappingProxyType({**PAGE_HEADERS, "Cache-Control": "private, no-store"})
"""For pages that show one person's data or a CSRF token: home, invites, sign in."""


_COMPRESSED = frozenset(
    {"text/html", "text/css", "text/javascript", "image/svg+xml"}
    | {"application/atom+xml", "application/rss+xml", "application/feed+json"}
)
_WORTH_IT = 1_000
"""Octets from which compressing saves a packet."""
_COMES_FROM_HERE = frozenset({"same-origin", "none"})
"""``Sec-Fetch-Site`` of whoever followed a link of ours, or wrote the address themselves."""


@web.middleware
async def compress(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages, style sheets and feeds as gzip, for whoever takes that.

    Stops another site from having somebody open a page again and again, each time with a guess in
    its address, while somebody else watches how long the answers are: a compressed page is shorter
    where the guess is what the page holds, such as its token (BREACH). What holds one person's
    things goes out as it is, unless they come from here.
    """
    response = await handler(request)
    if not isinstance(response, web.Response) or response.content_type not in _COMPRESSED:
        return response
    takes = "gzip" in request.headers.get("Accept-Encoding", "").lower()
    if not takes or not isinstance(response.body, bytes) or len(response.body) < _WORTH_IT:
        return response
    everybodys = "private" not in response.headers.get("Cache-Control", "")
    if everybodys or request.headers.get("Sec-Fetch-Site") in _COMES_FROM_HERE:
        response.enable_compression(web.ContentCoding.gzip)
    return response


async def add_missing(_: web.Request, response: web.StreamResponse) -> None:
    """``OTHER_HEADERS``, where they are missing."""
    for name, value in OTHER_HEADERS.items():
        response.headers.setdefault(name, value)


def spoken_headers() -> dict[str, str]:
    """Of every page: its language, and what was looked at to make it. The same address answers
    software with another document."""
    return {
        "Content-Language": reader().language.code,
        "Vary": "Accept, Accept-Encoding, Accept-Language, Cookie",
    }


def static_headers(*, immutable: bool) -> dict[str, str]:
    """Headers of a static file. ``immutable``: the URL held the hash of these very octets."""
    keep = "public, max-age=31536000, immutable" if immutable else "public, max-age=300"
    return {
        "Cache-Control": keep,
        "Content-Security-Policy": "default-src 'none'",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }


def file_headers(media_type: str, *, everybody: bool) -> dict[str, str]:
    """Headers of a picture that somebody uploaded or another server made."""
    keep = "public, max-age=31536000, immutable" if everybody else "private, no-store"
    headers = {
        "Content-Type": media_type,
        "Cache-Control": keep,
        # Stops a file from acting as a page of ours, should a browser ever take it for one.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin" if everybody else "same-origin",
    }
    return headers | {"Access-Control-Allow-Origin": "*"} if everybody else headers


def not_to_be_had(status: int) -> web.Response:
    """For a copy of another server's file that cannot be had: 404, 502 or 503."""
    gone = status == 404
    text = "This file is gone from its server." if gone else "The server of this file is silent."
    if status == 503:
        text = "The place where this server keeps its files does not answer."
    keep = "public, max-age=3600" if gone else "no-store"
    return web.Response(status=status, text=text, headers={"Cache-Control": keep})
