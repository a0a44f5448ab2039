"""Deviations of peers that we serve, each with its reason and how we know.

What peers send is read tolerantly wherever it is read; here stands only what makes us answer one
software differently from another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Quirk:
    """``product`` is the name in the ``User-Agent``, lower-case; ``seen`` says how we know."""

    product: str
    reason: str
    seen: str


SINGLE_AUTHOR_ON_GET: Final = (
    Quirk(
        "snac",
        "takes the first Person object of an array and drops an array of strings",
        "snac2 4f27bb07 (2.94), activitypub.c get_atto; run: a co-author's Announce then fails",
    ),
    Quirk(
        "takahe",
        "requires a string, equal to the actor",
        "takahe d45f22c9, activities/models/post.py; run: a co-author's Announce then fails",
    ),
    Quirk(
        "mbin",
        "passes the value to a function that takes a string: TypeError",
        "mbin 1439efd7, src/Service/ActivityPub/Note.php",
    ),
    Quirk("kbin", "the ancestor of mbin, with the same code", "as mbin"),
    Quirk(
        "lemmy",
        "an identifier, not one-or-many: the whole object fails to parse",
        "lemmy 439734dd, crates/apub/objects/src/protocol/note.rs",
    ),
    Quirk("piefed", "reads objects as Lemmy writes them", "not run; listed out of caution"),
    Quirk(
        "bookwyrm",
        "attributedTo is declared as a string",
        "bookwyrm db40a61c, bookwyrm/activitypub/note.py",
    ),
)
"""Software that loses an object whose ``attributedTo`` is an array even when it fetches it."""

_ADDRESS = re.compile(r"\+?https?://[^\s;)]*", re.IGNORECASE)
_PRODUCTS = re.compile(
    rf"(?<![a-z0-9.-])(?:{'|'.join(quirk.product for quirk in SINGLE_AUTHOR_ON_GET)})"
    r"(?![a-z0-9.-]*\.[a-z])(?=bot|[/\s;)-]|\Z)",
    re.IGNORECASE,
)
_MAX_USER_AGENT: Final = 512


def needs_single_author_on_get(user_agent: str) -> bool:
    """Whether the software behind a ``User-Agent`` needs the single-author rendition on GET.

    The name must stand as a product, as in ``snac/2.94`` or ``kbinBot v0.1``: another server whose
    host name contains one is not meant.
    """
    return _PRODUCTS.search(_ADDRESS.sub("", user_agent[:_MAX_USER_AGENT])) is not None
