"""What is kept from a reader: posts of people they, their server or the other side keep away.

The rule holds for every author named on a post, verified or only claimed, and for whoever boosted
it (FEP-af48, Publication): who is blocked must not come in on somebody else's arm. Asked when
something is read, so whatever ends, a block or a mute that runs out, brings things back at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from activitypub.vocab.reading import host_of
from fedi_cotweet.domain.hosts import covering
from fedi_cotweet.services import audiences, timelines
from fedi_cotweet.services.errors import ServiceError, not_found
from storage.engine import Tx
from storage.models import Actor, Post, PostAuthor
from storage.queries import actors, post_authors, relations

T = TypeVar("T")

WISHES = ("all", "if_i_follow_primary", "if_i_follow_all", "none")
"""What a reader can want of co-tweets (C32)."""
ROUNDS = 5
"""How many pages are read to fill one of which most is hidden."""


class Why(StrEnum):
    """Why a post is kept from a reader; of several reasons the first."""

    NOT_FOR_THEM = "not_for_them"
    """It is not for everybody, and not for the reader (``audiences``)."""
    UNAVAILABLE = "unavailable"
    """The operator shut its primary author or their server out."""
    BLOCKED = "blocked"
    """An author, or who boosted it, blocks the reader."""
    BLOCKS = "blocks"
    """The reader blocks one of them."""
    HOST = "host"
    """The reader blocks the server of one of them."""
    MUTED = "muted"
    """The reader mutes one of them."""
    LIMITED = "limited"
    """The operator keeps that server out of public timelines."""
    FILTERED = "filtered"
    """The reader does not want co-tweets like this one in timelines (C32)."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Where posts are about to be shown.

    ``timeline``: the reader's filter of co-tweets counts. ``public``: nobody asked for these
    authors. ``at``: the person whose page it is; who goes there means to see them, muted or not.
    """

    timeline: bool = False
    public: bool = False
    at: int | None = None


HOME = Looking(timeline=True)
PUBLIC = Looking(timeline=True, public=True)
THREAD = Looking()


@dataclass(frozen=True, slots=True)
class Distances:
    """What stands between one reader and some people and hosts."""

    people: Mapping[int, relations.Distance]
    host_rules: Mapping[str, str]
    host_blocks: Collection[str]

    def of_actor(self, actor_id: int) -> Why | None:
        """Why this actor is kept from the reader; the operator's limits are no reason."""
        person = self.people.get(actor_id)
        if person is None:
            return None
        if person.suspended or self.severity(person.host) == "suspend":
            return Why.UNAVAILABLE
        if person.blocked:
            return Why.BLOCKED
        if person.blocks:
            return Why.BLOCKS
        if self.refused(person.host):
            return Why.HOST
        return Why.MUTED if person.muted else None

    def limited(self, actor_id: int) -> bool:
        """Whether the operator limits the actor's server."""
        person = self.people.get(actor_id)
        return person is not None and self.severity(person.host) == "limit"

    def severity(self, host: str) -> str | None:
        """The operator's rule for a host: the stricter one if several hold."""
        found = {self.host_rules[name] for name in covering(host) if name in self.host_rules}
        return "suspend" if "suspend" in found else "limit" if found else None

    def refused(self, host: str) -> bool:
        """Whether the reader blocks a host."""
        return any(name in self.host_blocks for name in covering(host))


def distances(
    tx: Tx,
    now: int,
    viewer_id: int | None,
    actor_ids: Iterable[int],
    hosts: Iterable[str] = (),
) -> Distances:
    """What stands between a reader (None: a stranger) and these actors and hosts."""
    people = relations.distances(tx, viewer_id, set(actor_ids), now)
    names = {
        name
        for host in {*(person.host for person in people.values()), *hosts}
        if host
        for name in covering(host)
    }
    return Distances(
        people,
        relations.host_rules(tx, names),
        relations.host_blocks(tx, viewer_id, names) if viewer_id is not None else (),
    )


def suspended_hosts(tx: Tx, hosts: Collection[str]) -> set[str]:
    """Those of the hosts with which the operator wants nothing to do."""
    rules = relations.host_rules(tx, {name for host in hosts for name in covering(host)})
    apart = Distances({}, rules, ())
    return {host for host in hosts if apart.severity(host) == "suspend"} if rules else set()


def unavailable(tx: Tx, actor: Actor) -> bool:
    """Whether the operator has shut somebody out, or their server."""
    if actor.suspended_at is not None:
        return True
    return not actor.local and bool(suspended_hosts(tx, [actor.host]))


def hidden(
    tx: Tx,
    now: int,
    viewer_id: int | None,
    found: Sequence[Post],
    *,
    looking: Looking = THREAD,
    boosted_by: Mapping[int, int] | None = None,
) -> dict[int, Why]:
    """Which of these posts are kept from a reader (None: a stranger), by post id.

    ``boosted_by``: post id → who boosted it. Nothing is kept from its own authors; a claim to
    be one does not count, or a hostile server could name its victims. At most eight statements
    for any number of posts.
    """
    if not found:
        return {}
    closed = audiences.closed(tx, viewer_id, found)
    rows = post_authors.authors_of(tx, [post.id for post in found])
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
    readers = _Wishes(tx, viewer_id, {author for one in posts_to_judge for author in one.shown})
    return dict.fromkeys(closed, Why.NOT_FOR_THEM) | {
        judged.post.id: why
        for judged in posts_to_judge
        if (why := _judge(judged, apart, readers, viewer_id, looking)) is not None
    }


def visible(
    tx: Tx,
    now: int,
    viewer_id: int | None,
    found: Sequence[Post],
    *,
    looking: Looking = THREAD,
    boosted_by: Mapping[int, int] | None = None,
) -> list[Post]:
    """The posts that are not ``hidden``, in the same order."""
    kept = hidden(tx, now, viewer_id, found, looking=looking, boosted_by=boosted_by)
    return [post for post in found if post.id not in kept]


def check_shown(tx: Tx, now: int, viewer_id: int | None, post: Post, what: str = "post") -> None:
    """What a viewer (None: a stranger) may not see is not there: ``not_found`` (404).

    What they keep away themselves they are told of: ``hidden_by_you`` (403).
    """
    match hidden(tx, now, viewer_id, [post]).get(post.id):
        case Why.BLOCKS | Why.HOST | Why.MUTED as why:
            raise _hidden_by_you(why)
        case None:
            return
        case _:
            raise not_found(what)


def _hidden_by_you(why: Why) -> ServiceError:
    did, undo = {
        Why.HOST: ("blocked the server of", "unblock-host HOST"),
        Why.MUTED: ("muted", "unmute @HANDLE"),
    }.get(why, ("blocked", "unblock @HANDLE"))
    return ServiceError(
        "hidden_by_you",
        403,
        f"You have {did} one of this post's authors.",
        f"To see it all the same: fedi-cotweet {undo}",
    )


def about_consent(kind: str) -> bool:
    """Whether a notification is about one's own co-tweets, which one hears of in any case.

    An invite is none yet.
    """
    return kind.startswith("cotweet.") and kind not in ("cotweet.invite", "cotweet.reminder")


def quiet(tx: Tx, now: int, account_id: int, actor_ids: Collection[int]) -> set[int]:
    """Those of the actors of whose doings a person does not hear.

    Who is kept away, and strangers from servers that the operator limits.
    """
    others = set(actor_ids) - {account_id}
    apart = distances(tx, now, account_id, others)
    found = {actor_id for actor_id in others if apart.of_actor(actor_id) is not None}
    limited = {actor_id for actor_id in others - found if apart.limited(actor_id)}
    if limited:
        found |= limited - relations.co_tweet_wishes(tx, account_id, limited)[1].keys()
    return found


def between(tx: Tx, now: int, account_id: int, actor_id: int) -> Why | None:
    """Why somebody is kept from a person here; None: for nothing but, at most, the limits."""
    return distances(tx, now, account_id, [actor_id]).of_actor(actor_id)


def shut_out(tx: Tx, now: int, account_id: int, actor_id: int) -> bool:
    """Whether two have nothing to do with each other. A mute is no such thing."""
    return between(tx, now, account_id, actor_id) not in (None, Why.MUTED)


def check_reachable(tx: Tx, now: int, account_id: int, other: Actor) -> bool:
    """Whether ``other`` lets a person here near them.

    Raises ``kept_away`` (403) if it is the person, or the operator, who keeps ``other`` away.
    """
    who = f"@{other.username}@{other.host}"
    match between(tx, now, account_id, other.id):
        case Why.BLOCKS | Why.HOST:
            raise ServiceError(
                "kept_away",
                403,
                f"You have blocked {who} or their server.",
                "Take that back first: fedi-cotweet unblock @HANDLE, or unblock-host HOST",
            )
        case Why.UNAVAILABLE:
            raise ServiceError("kept_away", 403, f"This server has nothing to do with {who}.")
        case why:
            return why is not Why.BLOCKED


def filled(
    fetch: Callable[[int | None, int], Sequence[T]],
    keep: Callable[[Sequence[T]], Sequence[T]],
    place: Callable[[T], int],
    before: int | None,
    limit: int,
) -> tuple[list[T], int | None]:
    """A page of what ``keep`` leaves of what ``fetch(before, limit)`` finds, newest first.

    With it the place before which the next page begins, None at the end. A page can be short, even
    empty, before the end: no more than ``ROUNDS`` pages are read for one.
    """
    page: list[T] = []
    for _ in range(ROUNDS):
        found = fetch(before, limit)
        page += keep(found)
        if len(page) > limit:
            page = page[:limit]
            return page, place(page[-1])
        if len(found) < limit:
            return page, None
        before = place(found[-1])
        if len(page) == limit:
            break
    return page, before


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
    reader: _Wishes,
    viewer_id: int | None,
    looking: Looking,
) -> Why | None:
    post = judged.post
    for actor_id in (post.author_id, judged.booster):
        if actor_id is not None and apart.of_actor(actor_id) is Why.UNAVAILABLE:
            return Why.UNAVAILABLE
    if viewer_id in judged.shown:
        return None
    reasons = {
        why
        for actor_id in judged.people
        if (why := apart.of_actor(actor_id)) is not None
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
    return min(reasons, key=_ORDER.index) if reasons else None


class _Wishes:
    """Whom of some authors a reader follows, and which co-tweets they want; asked if it matters."""

    def __init__(self, tx: Tx, viewer_id: int | None, authors: Collection[int]) -> None:
        self._tx = tx
        self._viewer_id = viewer_id
        self._authors = authors
        self._found: tuple[str, dict[int, str | None]] | None = None

    def _ask(self) -> tuple[str, dict[int, str | None]]:
        if self._viewer_id is None:
            return "all", {}
        if self._found is None:
            self._found = relations.co_tweet_wishes(self._tx, self._viewer_id, self._authors)
        return self._found

    def follows(self, author_id: int) -> bool:
        """Whether the reader follows this author."""
        return author_id in self._ask()[1]

    def wants(self, shown: Sequence[int]) -> bool:
        """Whether a co-tweet by these authors, the primary author first, is wanted in timelines.

        Everybody whom the reader follows can bring it: one of them whose posts are wanted so is
        enough. Without any, somebody boosted it or it stands in a public timeline.
        """
        wish, following = self._ask()
        followed = {author: following[author] for author in shown if author in following}
        wishes = {own or wish for own in followed.values()} or {wish}
        return (
            "all" in wishes
            or ("if_i_follow_primary" in wishes and shown[0] in followed)
            or ("if_i_follow_all" in wishes and len(followed) == len(shown))
        )
