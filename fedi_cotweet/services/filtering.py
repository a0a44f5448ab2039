"""Which posts a reader's filters are about. Reads only.

A reader without filters costs one statement for each transaction in which posts are shown to them.
Filters never touch what the reader wrote, alone or with others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from activitypub.html import to_text
from fedi_cotweet.domain.filters import Haystack, Keyword, keyword
from fedi_cotweet.services.views import FilteredView
from storage.engine import Tx
from storage.models import Media, Poll, Post
from storage.queries import filters as stored
from storage.queries import polls, post_media


@dataclass(frozen=True, slots=True)
class Rule:
    """A filter that holds. ``posts``: post id → its number for clients."""

    id: int
    title: str
    contexts: tuple[str, ...]
    action: str
    expires_at: int | None
    keywords: tuple[Keyword, ...]
    posts: Mapping[int, int]


_READ: Final[WeakKeyDictionary[object, dict[int, tuple[Rule, ...]]]] = WeakKeyDictionary()
"""By transaction, what was read in it: several things that are shown in it ask for the same."""


def forget(tx: Tx) -> None:
    """Filters were changed in this transaction."""
    _READ.pop(tx.get_transaction(), None)


def rules_of(tx: Tx, now: int, viewer_id: int | None) -> tuple[Rule, ...]:
    """The filters of a reader (None: a stranger, who has none) that are not over."""
    if viewer_id is None:
        return ()
    transaction = tx.get_transaction()
    known = {} if transaction is None else _READ.setdefault(transaction, {})
    if viewer_id not in known:
        known[viewer_id] = _rules(tx, viewer_id)
    return tuple(
        rule for rule in known[viewer_id] if rule.expires_at is None or rule.expires_at > now
    )


def _rules(tx: Tx, viewer_id: int) -> tuple[Rule, ...]:
    held = stored.filters_of(tx, viewer_id)
    if not held:
        return ()
    ids = [one.id for one in held]
    words: dict[int, list[Keyword]] = {key: [] for key in ids}
    for row in stored.keywords_of(tx, ids):
        words[row.filter_id].append(keyword(row.keyword, whole=row.whole_word))
    posts: dict[int, dict[int, int]] = {key: {} for key in ids}
    for entry, place in stored.posts_of(tx, ids):
        posts[entry.filter_id][entry.post_id] = place
    return tuple(
        Rule(
            id=one.id,
            title=one.title,
            contexts=tuple(one.contexts),
            action=one.action,
            expires_at=one.expires_at,
            keywords=tuple(words[one.id]),
            posts=posts[one.id],
        )
        for one in held
    )


def hidden(
    tx: Tx, now: int, viewer_id: int | None, context: str, found: Sequence[Post]
) -> set[int]:
    """Ids of those of the posts that a reader does not want to see at all in a context.

    None of the posts is one of which the reader is an author.
    """
    rules = [
        rule
        for rule in rules_of(tx, now, viewer_id)
        if rule.action == "hide" and context in rule.contexts
    ]
    if not rules or not found:
        return set()
    by_post = {post.id for post in found if any(post.id in rule.posts for rule in rules)}
    left = [post for post in found if post.id not in by_post]
    if not left or not any(rule.keywords for rule in rules):
        return by_post
    ids = [post.id for post in left]
    pictures: dict[int, list[Media]] = {}
    for item in post_media.media_of(tx, post_ids=ids):
        pictures.setdefault(item.post_id or 0, []).append(item)
    questions = polls.polls_of(tx, [post.id for post in left if post.kind == "Question"])
    by_word = set()
    for post in left:
        poll = questions.get(post.id)
        hay = haystack(post, to_text(post.content), pictures.get(post.id, ()), poll)
        if any(hay.holds(word) for rule in rules for word in rule.keywords):
            by_word.add(post.id)
    return by_post | by_word


def haystack(post: Post, text: str, pictures: Sequence[Media], poll: Poll | None) -> Haystack:
    """What of a post keywords are looked for in; ``text`` is its content as plain text."""
    options = () if poll is None else [str(option.get("name") or "") for option in poll.options]
    return Haystack((post.name, post.summary, text, *options, *(item.alt for item in pictures)))


def matches(
    rules: Collection[Rule], post: Post, text: str, pictures: Sequence[Media], poll: Poll | None
) -> tuple[FilteredView, ...]:
    """Which of the rules are about a post, and why."""
    if not rules:
        return ()
    hay = haystack(post, text, pictures, poll)
    found = []
    for rule in rules:
        words = tuple(dict.fromkeys(w.typed for w in rule.keywords if hay.holds(w)))
        place = rule.posts.get(post.id)
        if words or place is not None:
            found.append(
                FilteredView(
                    id=str(rule.id),
                    title=rule.title,
                    action=rule.action,
                    contexts=rule.contexts,
                    expires_at=rule.expires_at,
                    keywords=words,
                    itself=place is not None,
                )
            )
    return tuple(found)
