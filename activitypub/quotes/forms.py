"""How a note says that it quotes another: FEP-044f's ``quote`` and what came before it.

All forms name the same identifier, so that a co-tweet which quotes has one quote in its consent
digest, whichever of them a reader knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from activitypub.html import to_text
from activitypub.vocab.reading import as_id, as_list, ids
from activitypub.vocab.terms import LD_JSON, Doc

_OLDER: Final = ("quoteUrl", "quoteUri", "_misskey_quote")
QUOTE_RELATION: Final = "https://misskey-hub.net/ns#_misskey_quote"
QUOTE_NAME: Final = re.compile(r"(?:RE:\s*https?://\S+)?", re.IGNORECASE)
"""What a line or tag for a quote may say: its address and nothing more."""
_MAX_TAGS: Final = 256
_MAX_INLINE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Quotation:
    """``stamp`` is where the quoted author's consent is said to be.

    ``asks``: the note says ``quote``, so its author's server knows of consent; the older forms
    know of none.
    """

    quoted: str
    stamp: str | None
    asks: bool


def read_quotation(document: Doc) -> Quotation | None:
    """What a note quotes, by whichever form says so first; None for no quote."""
    stamp = next(iter(ids(document.get("quoteAuthorization"))), None)
    quoted = next(iter(ids(document.get("quote"))), None)
    if quoted is not None:
        return Quotation(quoted, stamp, asks=True)
    for member in _OLDER:
        quoted = next(iter(ids(document.get(member))), None)
        if quoted is not None:
            return Quotation(quoted, stamp, asks=False)
    for entry in as_list(document.get("tag"))[:_MAX_TAGS]:
        if isinstance(entry, Mapping) and QUOTE_RELATION in as_list(entry.get("rel")):
            quoted = as_id(entry.get("href"))
            if quoted is not None:
                return Quotation(quoted, stamp, asks=False)
    return None


def quote_members(quoted: str) -> dict[str, Any]:
    """The members of a quoting note: ``quote`` and its older names."""
    return {"quote": quoted, "quoteUrl": quoted, "quoteUri": quoted, "_misskey_quote": quoted}


def quote_tag(quoted: str, url: str) -> dict[str, Any]:
    """The ``Link`` of FEP-e232 for a quoted post whose page is ``url``."""
    return {
        "type": "Link",
        "mediaType": LD_JSON,
        "href": quoted,
        "rel": QUOTE_RELATION,
        "name": f"RE: {url}",
    }


def with_inline(content: str, url: str) -> str:
    """The text with the line that stands for the quote where nothing else of it is understood."""
    address = escape(url)
    return f'<p class="quote-inline">RE: <a href="{address}">{address}</a></p>{content}'


_INLINE = re.compile(
    r"""<(p|span)\s[^<>]*class=["'][^"'<>]*\bquote-inline\b[^"'<>]*["'][^<>]*>""", re.IGNORECASE
)


def without_inline(content: str) -> str:
    """HTML without that line. Only for notes that are known to quote: then it says nothing more.

    Whatever else stands in such an element stays, or a text could hide in it from some readers.
    """
    opening = _INLINE.search(content)
    if opening is None:
        return content
    closing = f"</{opening[1].lower()}>"
    end = content.find(closing, opening.end())
    inner = content[opening.end() : end] if end >= 0 else ""
    if end < 0 or len(inner) > _MAX_INLINE or not QUOTE_NAME.fullmatch(to_text(inner).strip()):
        return content
    return content[: opening.start()] + content[end + len(closing) :]
