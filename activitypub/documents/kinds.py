"""Which objects are posts, by their types."""

from __future__ import annotations

from typing import Final

from activitypub.documents.collection import COLLECTION_TYPES
from activitypub.documents.links import natural
from activitypub.vocab.reading import types
from activitypub.vocab.terms import ACTOR_TYPES, Doc

KINDS: Final = frozenset(
    {"Note", "Article", "Question", "Page", "Event", "Image", "Audio", "Video", "Document"}
)
"""What Mastodon stores as a post, and Document; the last six have a title rather than content."""

NO_POSTS: Final = (
    ACTOR_TYPES
    | COLLECTION_TYPES
    | {"Tombstone", "Link", "Mention", "Hashtag", "Emoji", "PropertyValue", "Key"}
)
"""What is no post, whatever it contains."""

MAX_KIND: Final = 64


def post_kind(document: Doc) -> str | None:
    """As what an object is shown as a post; None if it is none.

    One of ``KINDS``; else, if it has a text, the type that its software made up for it: reviews,
    albums, chat messages and the like are read by whoever follows their author. An activity is no
    post, though reactions have a ``content`` too.
    """
    names = types(document)
    for name in names:
        if name in KINDS:
            return name
    if not natural(document, "content") or "object" in document or not NO_POSTS.isdisjoint(names):
        return None
    return names[0][:MAX_KIND] if names else "Note"
