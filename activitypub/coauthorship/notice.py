"""The inline notice: a last paragraph that names the co-authors to software without FEP-af48.

It is not covered by the consent digest, so its shape is narrow and every reader that knows it
takes it off before it shows, indexes or quotes the text (FEP-af48, Inline notice).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

from activitypub.vocab.reading import Origin, origin
from activitypub.vocab.terms import Doc

MAX_LENGTH: Final = 2000
"""Code points, tags included."""

_START: Final = '<p class="coauthors-inline">'
_END: Final = "</p>"
_SPACE: Final = " \t\n\r\f"
# A browser takes the first of two attributes of one name, in any case and with or without quotes.
# Only lower-case names with double-quoted values leave no room for a second reading of `href`.
_ATTRIBUTE = re.compile(r'[ \t\n\r\f]+([a-z][a-z0-9-]*)="([^"]*)"')


def remove_notice(text: str, authors: Iterable[str]) -> str:
    """``text`` without its inline notice, or unchanged when its end is no notice.

    ``authors`` are the identifiers whose origins the notice may link to. Costs at most one pass
    over the last ``MAX_LENGTH`` characters. To be used once, on the text as received.
    """
    if not text.endswith(_END):
        return text
    # Nothing inside a notice can look like its beginning, so the last beginning is the only one.
    start = text.rfind(_START, max(0, len(text) - MAX_LENGTH))
    if start < 0:
        return text
    inside = text[start + len(_START) : -len(_END)]
    origins = {found for author in authors if (found := origin(author)) is not None}
    return text[:start] if _is_notice(inside, origins) else text


def without_notice(document: Doc, authors: Sequence[str]) -> dict[str, Any]:
    """An object whose texts have no inline notice. ``authors``: as for ``remove_notice``."""
    bare = dict(document)
    if isinstance(text := document.get("content"), str):
        bare["content"] = remove_notice(text, authors)
    if isinstance(texts := document.get("contentMap"), Mapping):
        bare["contentMap"] = {key: remove_notice(str(text), authors) for key, text in texts.items()}
    return bare


def same_without_notice(document: Doc, some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the texts of an object are the same without the notice of either author list.

    Else a paragraph that the digest leaves out, since it could be a notice of those who agreed, is
    content for readers who go by those who are named now: anybody's words under a verified name.
    """
    texts = [document.get("content"), *_values(document.get("contentMap"))]
    return all(
        remove_notice(text, some) == remove_notice(text, others)
        for text in texts
        if isinstance(text, str)
    )


def _values(texts: Any) -> Iterable[Any]:
    return texts.values() if isinstance(texts, Mapping) else ()


def _is_notice(inside: str, origins: set[Origin]) -> bool:
    before, *rest = inside.split("<")
    if ">" in before:
        return False
    for piece in rest:
        tag, closed, text = piece.partition(">")
        if not closed or ">" in text or not _is_allowed(tag, origins):
            return False
    return True


def _is_allowed(tag: str, origins: set[Origin]) -> bool:
    if tag in ("/a", "/span", "span"):
        return True
    if tag.startswith("span") and tag[4] in _SPACE:
        return True
    return tag.startswith("a") and _links_to(tag, origins)


def _links_to(tag: str, origins: set[Origin]) -> bool:
    links: list[str] = []
    position = 1
    while (attribute := _ATTRIBUTE.match(tag, position)) is not None:
        position = attribute.end()
        if attribute[1] == "href":
            links.append(attribute[2])
    if tag[position:].strip(_SPACE) or len(links) != 1:
        return False
    return origin(links[0]) in origins


_BY_ROLE: Final = {
    "artist": "art by ",
    "photographer": "photos by ",
    "translator": "translated by ",
    "host": "hosted by ",
}


def build_notice(co_authors: Sequence[tuple[str, str]], roles: Sequence[str] = ()) -> str:
    """The notice for ``co_authors``, each (name as shown, such as ``@bob``; URL of the profile).

    ``roles`` are theirs in the same order, or empty: ``With art by @bob, @carol``.

    ``""`` when there is nobody to name or when it would be longer than a notice may be. The URLs
    must be on the origin of their author, or no reader will take it for a notice.
    """
    links = (
        f'{_BY_ROLE.get(role, "")}<span class="h-card">'
        f'<a class="u-url mention" href="{escape(url)}">{escape(name, quote=False)}</a></span>'
        for (name, url), role in zip(co_authors, [*roles, *("" for _ in co_authors)], strict=False)
    )
    notice = f"{_START}With {', '.join(links)}{_END}"
    return notice if co_authors and len(notice) <= MAX_LENGTH else ""
