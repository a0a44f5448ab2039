"""Custom emoji: pictures that stand for ``:shortcode:`` in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.documents.links import image_url
from activitypub.vocab.reading import as_list, origin, text, types

MAX_EMOJI: Final = 64
"""Different ones in a text: of more, the rest stay as they are written."""
SHORTCODE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What others have; Mastodon allows no hyphens, Akkoma does."""
IN_TEXT: Final = re.compile(r"(?<![^\W_])(?<!:):([A-Za-z0-9_-]{1,64}):(?!:)(?![^\W_])")
"""Where a shortcode counts, as in Mastodon: neither letters, digits nor colons touch it."""
_MAX_TAGS: Final = 1_000


@dataclass(frozen=True, slots=True)
class EmojiView:
    """``shortcode`` without colons; ``digest`` is ``digestMultibase`` of the picture at ``url``."""

    shortcode: str
    url: str
    digest: str | None = None
    media_type: str = ""


def read_emoji(tags: Any, *, covered: bool = False) -> tuple[EmojiView, ...]:
    """The ``Emoji`` among the tags of an object or actor.

    ``covered``: only those that a consent digest covers in full, which includes their pictures
    (FEP-af48): one name, one URL, a digest. A shortcode with two different pictures has none:
    else readers would see whichever their software finds first.
    """
    found: dict[str, EmojiView | None] = {}
    for entry in as_list(tags)[:_MAX_TAGS]:
        view = None
        if isinstance(entry, Mapping) and "Emoji" in types(entry):
            view = _covered(entry) if covered else _emoji(entry)
        if view is not None:
            known = found.setdefault(view.shortcode, view)
            if known != view:
                found[view.shortcode] = None
    return tuple(view for view in found.values() if view is not None)


def shortcodes_in(*texts: str) -> tuple[str, ...]:
    """The shortcodes that texts may use, each once, in order, at most ``MAX_EMOJI``."""
    found = dict.fromkeys(match[1] for words in texts for match in IN_TEXT.finditer(words))
    return tuple(found)[:MAX_EMOJI]


def used(views: Iterable[EmojiView], *texts: str) -> tuple[EmojiView, ...]:
    """Those of ``views`` that stand in the texts."""
    by_code = {view.shortcode: view for view in views}
    return tuple(by_code[code] for code in shortcodes_in(*texts) if code in by_code)


def build_emoji(view: EmojiView, emoji_id: str, *, with_digest: bool) -> dict[str, Any]:
    """The ``Emoji`` tag, as Mastodon writes it. ``with_digest``: for co-authored posts."""
    icon = {"type": "Image", "mediaType": view.media_type, "url": view.url}
    if with_digest and view.digest is not None:
        icon["digestMultibase"] = view.digest
    return {"id": emoji_id, "type": "Emoji", "name": f":{view.shortcode}:", "icon": icon}


def _emoji(entry: Mapping[str, Any]) -> EmojiView | None:
    return _view(text(entry.get("name")), image_url(entry.get("icon")), None)


def _covered(entry: Mapping[str, Any]) -> EmojiView | None:
    icons = as_list(entry.get("icon"))
    if types(entry) != ("Emoji",) or len(icons) != 1 or not isinstance(icons[0], Mapping):
        return None
    icon = icons[0]
    urls = [
        link.get("href") if isinstance(link, Mapping) else link
        for member in ("url", "href")
        for link in as_list(icon.get(member))
    ]
    digest = icon.get("digestMultibase")
    if len(urls) != 1 or not isinstance(urls[0], str) or not isinstance(digest, str):
        return None
    return _view(text(entry.get("name")), urls[0], digest)


def _view(name: str, url: str | None, digest: str | None) -> EmojiView | None:
    shortcode = name.removeprefix(":").removesuffix(":")
    if SHORTCODE.fullmatch(shortcode) is None or url is None or origin(url) is None:
        return None
    return EmojiView(shortcode, url, digest)
