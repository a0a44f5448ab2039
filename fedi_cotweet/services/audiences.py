"""Who may read a post: everybody, everybody here, its author's followers, or whom it names.

One rule for every reader, here and elsewhere (``storage.queries.audiences.readable``), asked when
something is read: whoever stops following reads no more. Blocks and mutes are ``hiding``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, posts
from storage.queries import audiences as stored

EVERYBODYS: Final = stored.EVERYBODYS
"""What anybody may read, and so pass on, quote and pin."""
VISIBILITIES: Final = (*EVERYBODYS, "followers", "direct", "local")
OTHER_NAMES: Final = {"private": "followers"}
"""What Mastodon calls them."""


def everybodys(post: Post) -> bool:
    """Whether a post is there for everybody."""
    return post.state == "published" and post.visibility in EVERYBODYS


def may_see(tx: Tx, post: Post, viewer_id: int | None) -> bool:
    """Whether an actor (None: a stranger) may read a post, a draft of their own among them."""
    if post.state == "draft":
        return viewer_id == post.author_id
    return post.state == "published" and not closed(tx, viewer_id, [post])


def closed(tx: Tx, viewer_id: int | None, found: Iterable[Post]) -> set[int]:
    """Ids of those posts that are not for an actor (None: a stranger). Drafts are not judged."""
    narrow = [p.id for p in found if p.visibility not in EVERYBODYS and p.state != "draft"]
    if not narrow or viewer_id is None:
        return set(narrow)
    return set(narrow) - stored.read_by(tx, viewer_id, narrow)


def chosen(tx: Tx, given: str | None, in_reply_to: str | None) -> str:
    """The visibility of a new post: as wide as what it answers, unless its author says otherwise.

    Raises ``visibility_not_allowed`` (422).
    """
    if given is None:
        answered = posts.post_by_uri(tx, in_reply_to) if in_reply_to is not None else None
        return "public" if answered is None else answered.visibility
    visibility = OTHER_NAMES.get(given, given)
    if visibility in VISIBILITIES:
        return visibility
    raise ServiceError(
        "visibility_not_allowed",
        422,
        say("There is no visibility “{given}”.", given=given[:60]),
        say("Choose one of: {choices}.", choices=", ".join(VISIBILITIES)),
    )


def check_addressed(visibility: str, named: Collection[Actor], *, to_oneself: bool = False) -> None:
    """A direct post names somebody; one for this server nobody elsewhere.

    ``to_oneself``: unless it is a note for its author alone, as apps for Mastodon make them.
    Raises ``nobody_named`` and ``not_here`` (422).
    """
    if visibility == "direct" and not named and not to_oneself:
        raise ServiceError(
            "nobody_named",
            422,
            "A direct post is for the people it mentions, and this one mentions nobody.",
            "Write the handles of its readers into the text: @bob@b.example",
        )
    away = [actor for actor in named if not actor.local]
    if visibility == "local" and away:
        raise ServiceError(
            "not_here",
            422,
            say(
                "A post for this server alone does not reach {who}.",
                who=f"@{away[0].username}@{away[0].host}",
            ),
            "Leave them out, or choose another visibility.",
        )


def check_blind(visibility: str, named: Sequence[Actor], blind: Sequence[Actor]) -> None:
    """Whoever gets a post of few readers is known to the others: at most one, alone, is blind.

    Raises ``cannot_address`` (422).
    """
    if blind and visibility not in EVERYBODYS and (visibility != "direct" or named or blind[1:]):
        raise ServiceError(
            "cannot_address",
            422,
            "The readers of a post that is not for everybody know of each other.",
            "Send whoever the others shall not know of a post of their own.",
        )


def named_before(tx: Tx, post: Post) -> list[Actor]:
    """Whom a post of few readers named so far: they have it, and get its next version too."""
    if post.visibility in EVERYBODYS:
        return []
    people = actors.actors(tx, stored.addressees(tx, post.id))
    return [actor for actor in people.values() if actor.id != post.author_id]


def keep(tx: Tx, post_id: int, sort_id: int, author_id: int, named: Sequence[int]) -> None:
    """Keep for whom a post is that is not for everybody, besides whom it was for before."""
    stored.address(tx, post_id, sort_id, [author_id, *named])


def keep_remote(
    tx: Tx, post_id: int, addressed: Iterable[str], recipient_id: int | None = None
) -> list[int]:
    """The same for a stored post from elsewhere; the people here whom it names.

    Nobody of one that is for everybody. ``recipient_id``: in whose own inbox it came; of a direct
    post that says the same (``bto``).
    """
    post = posts.post(tx, post_id)
    if post is None or post.visibility in EVERYBODYS:
        return []
    people = actors.actors_by_uri(tx, addressed).values()
    here = [actor.id for actor in people if actor.local]
    if recipient_id is not None and post.visibility == "direct":
        here.append(recipient_id)
    keep(tx, post.id, post.sort_id, post.author_id, here)
    return here
