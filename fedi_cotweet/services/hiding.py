"""What is kept from a reader: posts of people they, their server or the other side keep away.

The rule holds for every author named on a post, verified or only claimed, and for whoever boosted
it (FEP-af48, Publication): who is blocked must not come in on somebody else's arm. Asked when
something is read, so whatever ends, a block or a mute that runs out, brings things back at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from activitypub.vocab.reading import host_of
from fedi_cotweet.languages.wording import mark
from fedi_cotweet.services import audiences, filtering, timelines
from fedi_cotweet.services.distances import Distances, Why, distances
from fedi_cotweet.services.errors import ServiceError, not_found
from storage.engine import Tx
from storage.models import Actor, Post, PostAuthor
from storage.queries import actors, post_authors, relations

WISHES = ("all", "if_i_follow_primary", "if_i_follow_all", "none")
"""What a reader can want of co-tweets (C32)."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Where posts are about to be shown.

    ``timeline``: the reader's filter of co-tweets counts. ``public``: nobody asked for these
    authors. ``at``: the person whose page it is; who goes there means to see them, muted or not.
    ``context``: the reader's own filters that hold there count; None: none does.
    """

    timeline: bool = False
    public: bool = False
    at: int | None = None
    context: str | None = None


HOME = Looking(timeline=True, context="home")
PUBLIC = Looking(timeline=True, public=True, context="public")
SEARCH = Looking(timeline=True, public=True)
THREAD = Looking(context="thread")
NOTIFICATIONS = Looking(context="notifications")
BY_ITSELF = Looking()
"""What one asked for by name, or kept."""


def on_page_of(actor_id: int) -> Looking:
    """On somebody's own page."""
    return Looking(at=actor_id, context="account")


def hidden(
    tx: Tx,
    now: int,
    viewer_id: int | None,
    found: Sequence[Post],
    *,
    looking: Looking = BY_ITSELF,
    boosted_by: Mapping[int, int] | None = None,
    co_authors: Mapping[int, Sequence[PostAuthor]] | None = None,
) -> dict[int, Why]:
    """Which of these posts are kept from a reader (None: a stranger), by post id.

    ``boosted_by``: post id → who boosted it. ``co_authors``: those of some of the posts
    (``post_authors.authors_of``), if they were read already. Nothing is kept from its own
    authors; a claim to be one does not count, or a hostile server could name its victims. At most
    seven statements for any number of posts.
    """
    if not found:
        return {}
    closed = audiences.closed(tx, viewer_id, found)
    rows = {**(co_authors or {})}
    rows |= post_authors.authors_of(tx, [post.id for post in found if post.id not in rows])
    # Who has left is not named any more, whatever their server still says.
    claims = {
        post_id: [row for row in of if row.state != "revoked"] for post_id, of in rows.items()
    }
    strangers = {row.actor_uri for of in claims.values() for row in of if row.actor_id is None}
    met = actors.actors_by_uri(tx, strangers) if strangers else {}
    posts_to_judge = [
        _Judged(
            post=post,
            shown=timelines.shown_author_ids(post, rows[post.id], now),
            named=_named(post, claims[post.id], met),
            hosts=[host_of(row.actor_uri) or "" for row in claims[post.id] if row.actor_id is None],
            booster=None if boosted_by is None else boosted_by.get(post.id),
        )
        for post in found
        if post.id not in closed
    ]
    apart = distances(
        tx,
        now,
        viewer_id,
        {actor_id for judged in posts_to_judge for actor_id in judged.people},
        {host for judged in posts_to_judge for host in judged.hosts},
    )
    reasons = {
        actor_id: why for actor_id in apart.people if (why := apart.of_actor(actor_id)) is not None
    }
    readers = _Wishes(tx, viewer_id, {author for one in posts_to_judge for author in one.shown})
    kept = dict.fromkeys(closed, Why.NOT_FOR_THEM) | {
        judged.post.id: why
        for judged in posts_to_judge
        if (why := _judge(judged, apart, reasons, readers, viewer_id, looking)) is not None
    }
    if looking.context is None:
        return kept
    left = [
        judged.post
        for judged in posts_to_judge
        if judged.post.id not in kept and viewer_id not in judged.shown
    ]
    out = filtering.hidden(tx, now, viewer_id, looking.context, left) if left else ()
    return kept | dict.fromkeys(out, Why.FILTERED)


def visible(
    tx: Tx,
    now: int,
    viewer_id: int | None,
    found: Sequence[Post],
    *,
    looking: Looking = BY_ITSELF,
    boosted_by: Mapping[int, int] | None = None,
) -> list[Post]:
    """The posts that are not ``hidden``, in the same order."""
    kept = hidden(tx, now, viewer_id, found, looking=looking, boosted_by=boosted_by)
    return [post for post in found if post.id not in kept]


BY_ONESELF: Final = frozenset({Why.BLOCKS, Why.HOST, Why.MUTED})
"""What a viewer did and can take back."""


def kept_from(tx: Tx, now: int, viewer_id: int, post: Post) -> bool:
    """Whether somebody else keeps a post away from a viewer: for them there is none."""
    why = hidden(tx, now, viewer_id, [post]).get(post.id)
    return why is not None and why not in BY_ONESELF


def check_shown(tx: Tx, now: int, viewer_id: int | None, post: Post, what: str = "post") -> None:
    """What a viewer (None: a stranger) may not see is not there: ``not_found`` (404).

    What they keep away themselves they are told of: ``hidden_by_you`` (403).
    """
    match hidden(tx, now, viewer_id, [post]).get(post.id):
        case None:
            return
        case why if why in BY_ONESELF:
            raise _hidden_by_you(why)
        case _:
            raise not_found(what)


def _hidden_by_you(why: Why) -> ServiceError:
    did, undo = _BY_YOU.get(why, _BLOCKED)
    return ServiceError("hidden_by_you", 403, did, undo)


_BLOCKED: Final = (
    mark("You have blocked one of this post's authors."),
    mark("To see it all the same: fedi-cotweet unblock @HANDLE"),
)
_BY_YOU: Final[Mapping[Why, tuple[str, str]]] = {
    Why.HOST: (
        mark("You have blocked the server of one of this post's authors."),
        mark("To see it all the same: fedi-cotweet unblock-host HOST"),
    ),
    Why.MUTED: (
        mark("You have muted one of this post's authors."),
        mark("To see it all the same: fedi-cotweet unmute @HANDLE"),
    ),
}


@dataclass(frozen=True, slots=True)
class _Judged:
    """A post and whom it brings along: shown authors, named ones, hosts of unknown ones."""

    post: Post
    shown: list[int]
    named: list[int]
    hosts: list[str]
    booster: int | None

    @property
    def people(self) -> list[int]:
        return self.named if self.booster is None else [*self.named, self.booster]


def _named(post: Post, rows: Sequence[PostAuthor], met: Mapping[str, Actor]) -> list[int]:
    known = [row.actor_id or (met[row.actor_uri].id if row.actor_uri in met else 0) for row in rows]
    return [post.author_id, *(actor_id for actor_id in known if actor_id)]


_ORDER = tuple(Why)


def _judge(
    judged: _Judged,
    apart: Distances,
    kept_away: Mapping[int, Why],
    reader: _Wishes,
    viewer_id: int | None,
    looking: Looking,
) -> Why | None:
    post = judged.post
    for actor_id in (post.author_id, judged.booster):
        if actor_id is not None and kept_away.get(actor_id) is Why.UNAVAILABLE:
            return Why.UNAVAILABLE
    if viewer_id in judged.shown:
        return None
    reasons = {
        why
        for actor_id in judged.people
        if (why := kept_away.get(actor_id)) is not None
        # A co-author whom the operator shut out loses their name (C39), not the post its readers.
        and why is not Why.UNAVAILABLE
        and not (why is Why.MUTED and actor_id == looking.at)
    }
    if any(apart.refused(host) for host in judged.hosts):
        reasons.add(Why.HOST)
    if looking.public and apart.limited(post.author_id) and not reader.follows(post.author_id):
        reasons.add(Why.LIMITED)
    if looking.timeline and len(judged.shown) > 1 and not reader.wants(judged.shown):
        reasons.add(Why.FILTERED)
    if looking.timeline and not looking.public and not reader.reads(judged.shown, post.language):
        reasons.add(Why.FILTERED)
    return min(reasons, key=_ORDER.index) if reasons else None


class _Wishes:
    """Whom of some authors a reader follows, and which co-tweets they want; asked if it matters."""

    def __init__(self, tx: Tx, viewer_id: int | None, authors: Collection[int]) -> None:
        self._tx = tx
        self._viewer_id = viewer_id
        self._authors = authors
        self._found: tuple[str, dict[int, tuple[str | None, tuple[str, ...]]]] | None = None

    def _ask(self) -> tuple[str, dict[int, tuple[str | None, tuple[str, ...]]]]:
        if self._viewer_id is None:
            return "all", {}
        if self._found is None:
            self._found = relations.wishes(self._tx, self._viewer_id, self._authors)
        return self._found

    def follows(self, author_id: int) -> bool:
        """Whether the reader follows this author."""
        return author_id in self._ask()[1]

    def reads(self, shown: Sequence[int], language: str | None) -> bool:
        """Whether the reader wants posts in this language of one of these authors, at least.

        Whom they do not follow does not count, nor a post that does not say its language.
        """
        if language is None or self._viewer_id is None:
            return True
        followed = self._ask()[1]
        found = [followed[author][1] for author in shown if author in followed]
        spoken = language.partition("-")[0].lower()
        return not found or any(
            not wanted or spoken in (one.partition("-")[0].lower() for one in wanted)
            for wanted in found
        )

    def wants(self, shown: Sequence[int]) -> bool:
        """Whether a co-tweet by these authors, the primary author first, is wanted in timelines.

        Everybody whom the reader follows can bring it: one of them whose posts are wanted so is
        enough. Without any, somebody boosted it or it stands in a public timeline.
        """
        wish, following = self._ask()
        followed = {author: following[author][0] for author in shown if author in following}
        wishes = {own or wish for own in followed.values()} or {wish}
        return (
            "all" in wishes
            or ("if_i_follow_primary" in wishes and shown[0] in followed)
            or ("if_i_follow_all" in wishes and len(followed) == len(shown))
        )
