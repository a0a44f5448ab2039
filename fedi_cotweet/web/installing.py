"""What browsers and search engines ask of a whole site: how it is installed, searched and listed.

Who does not want to be listed is not named here: a list of them would be the contrary of what they
wish. Their pages say ``noindex``, and may be asked for so that this is read.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as Xml

import orjson
from aiohttp import web

from fedi_cotweet.services.finding import listed
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.static_files import static_path
from fedi_cotweet.web.visits import Visit

SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPEN_SEARCH: Final = "http://a9.com/-/spec/opensearch/1.1/"
MOST_LISTED: Final = 50_000
"""Addresses that a sitemap may have."""

PRIVATE: Final = (
    "/api/",
    "/auth/",
    "/oauth/",
    "/settings",
    PATHS.authorize_interaction,
    PATHS.bookmarks,
    PATHS.drafts,
    PATHS.home,
    PATHS.interact,
    PATHS.invites,
    PATHS.likes,
    PATHS.notifications,
    PATHS.search,
    PATHS.share,
    PATHS.sign_up_link,
    "/together/",
    PATHS.write,
)
"""How the paths begin where there is nothing to read for a stranger."""
TRAINERS: Final = (
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "GPTBot",
    "Google-Extended",
    "meta-externalagent",
)
"""Those who gather texts for models: nobody whose words stand here was asked."""


async def robots(visit: Visit) -> web.Response:
    """Who may read what by machine."""
    base = visit.instance.base_url
    lines = [f"User-agent: {name}" for name in TRAINERS]
    lines += ["Disallow: /", "", "User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    lines += [f"Allow: {PATHS.oembed}", "", f"Sitemap: {base}{PATHS.sitemap}", ""]
    return _document("\n".join(lines).encode(), "text/plain; charset=utf-8")


async def sitemap(visit: Visit) -> web.Response:
    """The front page, and the profiles of people who let their posts be found."""
    base = visit.instance.base_url
    names = await visit.site.read(lambda tx: listed(tx, MOST_LISTED - 1))
    root = Xml.Element("urlset", xmlns=SITEMAP)
    for address in (f"{base}/", *(visit.env.addresses.profile(name) for name in names)):
        Xml.SubElement(Xml.SubElement(root, "url"), "loc").text = address
    octets: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return _document(octets, "application/xml; charset=utf-8")


async def manifest(visit: Visit) -> web.Response:
    """What a browser needs to put this site among the apps, where others can share to it."""
    icons = [
        {"src": static_path("icon.svg"), "type": "image/svg+xml", "sizes": "any"},
        {"src": static_path("icon-192.png"), "type": "image/png", "sizes": "192x192"},
        {"src": static_path("icon-512.png"), "type": "image/png", "sizes": "512x512"},
        {
            "src": static_path("icon-mask-512.png"),
            "type": "image/png",
            "sizes": "512x512",
            "purpose": "maskable",
        },
    ]
    document = {
        "id": "/",
        "name": visit.instance.name,
        "description": visit.instance.description,
        "start_url": PATHS.home,
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f5f1",
        "theme_color": "#f7f5f1",
        "categories": ["social"],
        "icons": icons,
        "share_target": {
            "action": PATHS.share,
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return _document(orjson.dumps(document), "application/manifest+json")


async def open_search(visit: Visit) -> web.Response:
    """How a browser searches here from its address bar."""
    base = visit.instance.base_url
    root = Xml.Element("OpenSearchDescription", xmlns=OPEN_SEARCH)
    for name, text in (
        ("ShortName", visit.instance.name[:16]),
        ("Description", visit.instance.name[:1024]),
        ("InputEncoding", "UTF-8"),
    ):
        Xml.SubElement(root, name).text = text
    image = Xml.SubElement(root, "Image", width="16", height="16", type="image/svg+xml")
    image.text = f"{base}{static_path('icon.svg')}"
    template = f"{base}{PATHS.search}?q={{searchTerms}}"
    Xml.SubElement(root, "Url", type="text/html", method="get", template=template)
    octets: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return _document(octets, "application/opensearchdescription+xml; charset=utf-8")


def _document(body: bytes, media_type: str) -> web.Response:
    return web.Response(
        body=body,
        headers={
            "Content-Type": media_type,
            "Cache-Control": "public, max-age=3600",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
    )
