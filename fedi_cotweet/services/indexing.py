"""Where public posts are found besides their authors' pages: under hashtags and by words.

Called in the transaction that changes what a post says, whether it is published, or to whom.
Unlisted posts are in neither index, drafts and deleted posts never.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from activitypub.html import to_text
from fedi_cotweet.domain.terms import fold_tag, index_terms
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, posts, search, tags

MOST_TAGS = 50
"""Of one post: more is no list of subjects."""


def refresh(tx: Tx, post_id: int) -> None:
    """Make both indexes agree with a post as it is now."""
    post = posts.post(tx, post_id)
    author = None if post is None else actors.actor(tx, post.author_id)
    if post is None or author is None or post.state != "published" or post.visibility != "public":
        tags.set_tags(tx, post_id, 0, ())
        search.remove(tx, post_id)
        return
    tags.set_tags(tx, post.id, post.sort_id, _tags(post.tags))
    if post.local or author.indexable:
        search.put(tx, post.id, _terms(post.summary, post.name, post.content))
    else:
        search.remove(tx, post.id)


def begin(tx: Tx, post_id: int, sort_id: int, author: Actor, values: Mapping[str, Any]) -> None:
    """``refresh`` for a post that just arrived with these columns, of which nothing is there yet.

    Of people elsewhere who do not want to be found the words are not kept.
    """
    if values["visibility"] != "public":
        return
    tags.add_tags(tx, post_id, sort_id, _tags(values["tags"]))
    if author.indexable:
        terms = _terms(values["summary"], values["name"], values["content"])
        search.put(tx, post_id, terms)


def _tags(given: Iterable[Mapping[str, Any]]) -> list[str]:
    folded = (fold_tag(str(tag.get("name") or "")) for tag in given if tag["type"] == "Hashtag")
    return list(dict.fromkeys(tag for tag in folded if tag))[:MOST_TAGS]


def _terms(summary: str, name: str, content: str) -> tuple[str, ...]:
    return index_terms(f"{name}\n{summary}\n{to_text(content)}")
