"""A page of a stranger, read for what it says of itself (Open Graph, or what does for it)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from lxml import etree

from activitypub.discovery.handles import Handle, parse_handle
from activitypub.errors import DocumentError
from activitypub.vocab.reading import host_of
from fedi_cotweet.domain.names import one_line

MAX_TITLE: Final = 300
MAX_DESCRIPTION: Final = 500
MAX_SITE: Final = 100
HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
_MAX_URL: Final = 2048

# Names a page may give. Not all that Python can decode: some of it takes time without end.
_CHARSETS: Final = frozenset(
    {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "koi8-r", "koi8-u", "shift_jis", "euc-jp"}
    | {"iso-2022-jp", "gbk", "gb2312", "gb18030", "big5", "euc-kr", "cp1252", "macintosh"}
    | {f"windows-{number}" for number in (874, *range(1250, 1259))}
    | {f"iso-8859-{number}" for number in (*range(2, 12), *range(13, 17))}
)
_LATIN: Final = frozenset({"iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii"})
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_-]{1,40})""", re.I)
_PARAMETER = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageCard:
    """Plain texts, cut; ``url`` is on the host that the page came from."""

    url: str
    title: str
    description: str
    site: str
    kind: str
    creator: Handle | None


def read_page(body: bytes, media_type: str, url: str) -> PageCard | None:
    """What the HTML page at ``url`` says of itself; None for one without a title.

    ``body`` may be cut off anywhere. ``media_type`` is the ``Content-Type`` as sent.
    """
    root = parse_page(body.decode(_charset(body, media_type), "replace"))
    if root is None:
        return None
    said = _said(root)
    title = _first(said, ("og:title", "twitter:title"), MAX_TITLE) or _title(root)
    if not title:
        return None
    site = _first(said, ("og:site_name",), MAX_SITE)
    described = ("og:description", "twitter:description", "description")
    return PageCard(
        url=_canonical(root, url),
        title=title,
        description=_first(said, described, MAX_DESCRIPTION),
        site="" if site == title else site,
        kind=_first(said, ("og:type",), 40),
        creator=_creator(said.get("fediverse:creator", "")),
    )


def parse_page(text: str) -> etree._Element | None:
    """The elements of any HTML, in linear time, without its comments; None for nothing at all.

    Not by the standard library's parser: for some pages it takes hours.
    """
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _creator(handle: str) -> Handle | None:
    try:
        return parse_handle(handle)
    except DocumentError:
        return None


def _charset(body: bytes, media_type: str) -> str:
    if body.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sent = _PARAMETER.search(media_type)
    declared = _DECLARED.search(body[:4096])
    named = [sent[1]] if sent else []
    named += [declared[1].decode("ascii")] if declared else []
    for name in named:
        lower = name.lower()
        if lower in _LATIN:
            return "cp1252"
        if lower in _CHARSETS:
            return lower
    return "utf-8"


def _said(root: etree._Element) -> dict[str, str]:
    """The first of each ``<meta>``, by name."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        content = meta.get("content")
        if name and content:
            found.setdefault(name, content)
    return found


def _first(said: dict[str, str], names: tuple[str, ...], most: int) -> str:
    return next((text for name in names if (text := _plain(said.get(name, ""), most))), "")


def _title(root: etree._Element) -> str:
    element = next(root.iter("title"), None)
    return "" if element is None else _plain(element.text or "", MAX_TITLE)


def _plain(text: str, most: int) -> str:
    whole = one_line(text[: most * 20])
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + "…"


def _canonical(root: etree._Element, url: str) -> str:
    """A page may call itself something else on its own host, and nothing on another."""
    for link in root.iter("link"):
        if "canonical" not in (link.get("rel") or "").lower().split():
            continue
        try:
            target = urljoin(url, (link.get("href") or "").strip()).partition("#")[0]
        except ValueError:
            return url
        same = host_of(target) == host_of(url) and len(target) <= _MAX_URL
        secure = target.startswith("https://") or url.startswith("http://")
        return target if same and secure and target.startswith(("https://", "http://")) else url
    return url
