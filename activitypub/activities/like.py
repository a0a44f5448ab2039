"""Like, also with an emoji: Misskey's reactions and Pleroma's EmojiReact (FEP-c0e0)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.activities.envelope import build_activity, peek, read_object
from activitypub.errors import DocumentError
from activitypub.vocab.reading import as_list, text, types
from activitypub.vocab.terms import Doc

MAX_REACTION: Final = 128


@dataclass(frozen=True, slots=True)
class Like:
    """``content`` is the emoji or ``:shortcode:`` of a reaction, ``""`` for a plain like."""

    id: str
    actor: str
    object_id: str
    object: Doc | None
    content: str


_SHORTCODE: Final = re.compile(r":[A-Za-z0-9_+-]{1,64}(?:@[A-Za-z0-9.:-]{1,253})?:")
_MAX_POINTS: Final = 16
_MAX_TAGS: Final = 16
_PARTS: Final = frozenset({"So", "Sk", "Sm", "Po", "Mn", "Me", "Nd"})
"""Categories of what one emoji is made of: pictures, skin tones, variation, keycaps."""


def one_emoji(content: str) -> str:
    """A reaction that can be shown: an emoji, or a ``:shortcode:`` without the host that Misskey
    adds. ``""`` for anything else, which could be a text, or turn the line around.
    """
    if _SHORTCODE.fullmatch(content):
        return f":{content.strip(':').partition('@')[0]}:"
    shown = any(unicodedata.category(point) == "So" or point == "\u20e3" for point in content)
    whole = all(
        unicodedata.category(point) in _PARTS
        or point == "\u200d"
        or 0xE0020 <= ord(point) <= 0xE007F
        for point in content
    )
    return content if shown and whole and len(content) <= _MAX_POINTS else ""


def parse_like(document: Doc) -> Like:
    """A Like or EmojiReact of one object with an ``id``; DocumentError on any other shape."""
    envelope, target = peek(document), read_object(document)
    if envelope.type not in {"Like", "EmojiReact"}:
        raise DocumentError("not an activity of type Like")
    reaction = text(document.get("content")) or text(document.get("_misskey_reaction"))
    if len(reaction) > MAX_REACTION:
        raise DocumentError("a reaction is one emoji")
    if reaction in _named(document.get("tag")):
        reaction = f":{reaction}:"
    return Like(envelope.id, envelope.actor, target.id, target.document, reaction)


def _named(tag: Any) -> set[str]:
    """The custom emoji that an activity brings along, which some name without colons (FEP-c0e0
    wants them). Whether there is a picture of it does not matter: none is shown."""
    found = (entry for entry in as_list(tag)[:_MAX_TAGS] if isinstance(entry, Mapping))
    return {text(entry.get("name")).strip(":") for entry in found if "Emoji" in types(entry)}


def build_like(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    object_id: str,
    *,
    to: Sequence[str],
) -> dict[str, Any]:
    """A plain Like, addressed to the authors of the liked object."""
    return build_activity(id, "Like", actor, object_id, to=to)
