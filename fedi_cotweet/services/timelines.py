"""Who finds a post in their home timeline: each reader once, whoever brought it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fedi_cotweet.domain.limits import STAMP_SHOWN_FOR
from fedi_cotweet.services import distances
from storage.engine import Tx
from storage.models import Credit, Post, PostAuthor
from storage.queries import followed_tags, follows, home, post_authors, posts


def shown(row: PostAuthor, now: int) -> bool:
    """Whether a co-author may be shown: verified, from a fetch at most seven days old (C27)."""
    return (
        row.state == "verified"
        and row.actor_id is not None
        and row.fetched_at is not None
        and row.fetched_at > now - STAMP_SHOWN_FOR
    )


def credit_shown(row: Credit, now: int) -> bool:
    """Whether an artist may be named and linked under a picture: as a co-author may."""
    return (
        row.state == "verified"
        and row.actor_id is not None
        and row.fetched_at is not None
        and row.fetched_at > now - STAMP_SHOWN_FOR
    )


def shown_author_ids(post: Post, rows: Sequence[PostAuthor], now: int) -> list[int]:
    """Ids of the authors to show, the primary author first."""
    return [post.author_id, *(row.actor_id for row in rows if shown(row, now) and row.actor_id)]


def begin(tx: Tx, post_id: int, sort_id: int, author_id: int, visibility: str) -> None:
    """``refresh`` for a published post that nobody has yet, with no co-author to show yet."""
    home.begin(tx, post_id, sort_id, author_id, followers=visibility != "direct")


def refresh(tx: Tx, post_id: int, now: int) -> set[int]:
    """Make the home timelines agree with a post's present authors and boosts.

    Every local follower of a shown author has it once, and so have its local authors and whoever
    follows a hashtag of it; a reader who had it only through somebody who is no author any more
    loses it, unless they follow somebody who boosted it. Gives those who have it only now.
    """
    post = posts.post(tx, post_id)
    if post is None or post.state != "published":
        home.remove_post(tx, post_id)
        return set()
    authors = shown_author_ids(post, post_authors.authors_of(tx, [post_id])[post_id], now)
    following = follows.local_followers(tx, authors)
    wanted: dict[int, int] = {
        reader: next(author for author in authors if author in followed)
        for reader, followed in following.items()
    }
    wanted |= {author: author for author in follows.local_among(tx, authors)}
    if post.visibility == "direct":
        wanted = {reader: via for reader, via in wanted.items() if reader == via}
    wanted = dict.fromkeys(_tag_readers(tx, post, now), post.author_id) | wanted
    held = {entry.account_id: entry for entry in home.entries_of(tx, post_id)}
    orphans = [reader for reader in held if reader not in wanted]
    boosters = dict(home.boosters(tx, post_id)) if orphans else {}
    brought = _boost_readers(tx, boosters) if boosters else {}
    lost = []
    for reader in orphans:
        sources = [b for b in boosters if b in brought.get(reader, set())]
        if not sources:
            lost.append(reader)
        elif held[reader].via_id not in sources:
            home.set_entry(tx, reader, post_id, via=sources[0], boosted_by=sources[0])
    home.remove_entries(tx, post_id, lost)
    for reader, via in wanted.items():
        entry = held.get(reader)
        if entry is not None and (entry.via_id != via or entry.boosted_by_id is not None):
            home.set_entry(tx, reader, post_id, via=via, boosted_by=None)
    new = {reader: via for reader, via in wanted.items() if reader not in held}
    home.add_entries(tx, post_id, post.sort_id, new)
    return set(new)


def bring_boost(tx: Tx, post: Post, booster_id: int, sort_id: int, now: int) -> None:
    """A boost reaches the booster and their local followers who have not got the post yet.

    Nor see it, because they keep away through whom they have it.
    """
    readers = dict.fromkeys(_boost_readers(tx, [booster_id]), booster_id)
    home.add_entries(tx, post.id, sort_id, readers, boosted_by=booster_id)
    home.boost_instead(tx, post.id, sort_id, booster_id, now)


def _boost_readers(tx: Tx, boosters: Collection[int]) -> dict[int, set[int]]:
    """Who here has in their home timeline what each of these people boost: they themselves too."""
    found = follows.boost_readers(tx, boosters)
    for booster in follows.local_among(tx, boosters):
        found.setdefault(booster, set()).add(booster)
    return found


def bring_by_tags(tx: Tx, post_id: int, now: int) -> None:
    """A public post reaches those who follow a hashtag under which it is listed by now."""
    post = posts.post(tx, post_id)
    if post is not None and post.state == "published":
        readers = dict.fromkeys(_tag_readers(tx, post, now), post.author_id)
        home.add_entries(tx, post_id, post.sort_id, readers)


def _tag_readers(tx: Tx, post: Post, now: int) -> list[int]:
    """Nobody has asked for its author: whose server the operator limits is brought to none."""
    if post.visibility != "public" or not post.tags:
        return []
    readers = followed_tags.readers(tx, post.id)
    if readers and distances.distances(tx, now, None, [post.author_id]).limited(post.author_id):
        return []
    return readers


def forget_source(tx: Tx, account_id: int, source_id: int, now: int) -> None:
    """After unfollowing: what came through ``source_id`` only goes."""
    for post_id in home.brought_by(tx, account_id, source_id):
        refresh(tx, post_id, now)
