"""The shapes of ``url``, ``icon``, ``name`` and other values that come in many forms.

A link may be a string, a Link object or a list of both; a natural-language value may be a string
or a map from language to string (ActivityStreams 4.7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from activitypub.vocab.reading import as_id, as_list, origin, text
from activitypub.vocab.terms import Doc

_MAX_ALTERNATIVES = 64
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


def web_url(value: Any) -> str | None:
    """The identifier in ``value`` if it is an http(s) URL: nothing else becomes a link."""
    found = as_id(value)
    return found if found is not None and origin(found) is not None else None


def media_type_of(value: Any) -> str:
    """The ``mediaType`` of an object, lower-case and without parameters; ``""`` if none."""
    if not isinstance(value, Mapping):
        return ""
    return text(value.get("mediaType")).partition(";")[0].strip().lower()[:127]


def alternatives(value: Any) -> list[tuple[str, str, Doc]]:
    """(URL, media type, the Link or {}) of every http(s) link of a ``url``, in order."""
    found = []
    for entry in as_list(value)[:_MAX_ALTERNATIVES]:
        url = web_url(entry.get("href") or entry if isinstance(entry, Mapping) else entry)
        if url is not None:
            found.append((url, media_type_of(entry), entry if isinstance(entry, Mapping) else {}))
    return found


def page_url(value: Any) -> str | None:
    """The page for people among the links of a ``url``: HTML first, then one without type.

    PeerTube lists the page beside video files, playlists and magnet links.
    """
    links = alternatives(value)
    for wanted in ("text/html", ""):
        for url, media_type, _ in links:
            if media_type == wanted:
                return url
    return links[0][0] if links else None


def image_url(value: Any) -> str | None:
    """The URL of an ``icon`` or ``image``: a string, an Image, a Link, or a list; first wins."""
    for entry in as_list(value)[:_MAX_ALTERNATIVES]:
        if not isinstance(entry, Mapping):
            links = alternatives(entry)
        else:
            links = alternatives(entry.get("url")) or alternatives(entry.get("href"))
        for url, media_type, _ in links:
            if (media_type or media_type_of(entry) or "image/").startswith("image/"):
                return url
    return None


def image_alt(value: Any) -> str:
    """What is said to be seen on the picture that ``image_url`` finds; Mastodon: ``summary``."""
    for entry in as_list(value)[:_MAX_ALTERNATIVES]:
        if isinstance(entry, Mapping) and image_url(entry) is not None:
            return natural(entry, "summary") or natural(entry, "name")
    return ""


def language_map(value: Any) -> dict[str, str]:
    """The entries of a language map that are strings; ``{}`` if there is no map."""
    if not isinstance(value, Mapping):
        return {}
    return {str(key)[:64]: text(entry) for key, entry in value.items() if isinstance(entry, str)}


def natural(document: Doc, member: str) -> str:
    """A natural-language value: the string, or else the map's entry for the document's language.

    Without either, the map's first entry: a text in another language beats none.
    """
    plain = document.get(member)
    if isinstance(plain, str):
        return text(plain)
    entries = language_map(document.get(f"{member}Map"))
    return entries.get(context_language(document) or "", next(iter(entries.values()), ""))


def context_language(document: Doc) -> str | None:
    """The default language that an inline ``@context`` sets, if any."""
    language = None
    for context in as_list(document.get("@context")):
        if isinstance(context, Mapping):
            language = language_tag(context.get("@language")) or language
    return language


def language_tag(value: Any) -> str | None:
    """A BCP 47 tag of the usual form, None for anything else and for ``und``."""
    if not isinstance(value, str) or value == "und" or _LANGUAGE.fullmatch(value) is None:
        return None
    return value
