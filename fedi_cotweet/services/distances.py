"""What stands between a person and others: blocks, mutes, blocked servers, the operator's rules.

Asked whenever something is shown or done, so a block or a mute ends when it is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fedi_cotweet.domain.hosts import covering
from fedi_cotweet.domain.notification_types import OF_LIMITED_UNLESS_CHOSEN
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor
from storage.queries import held_back, relations


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
    """Who looks after the server keeps the author, or their server, out of strangers' sight."""
    FILTERED = "filtered"
    """The reader does not want co-tweets like this one in timelines (C32), or its language, or a
    filter of theirs hides it."""


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
        """Whether who looks after the server limits the actor, or the actor's server."""
        person = self.people.get(actor_id)
        return person is not None and (person.limited or self.severity(person.host) == "limit")

    def severity(self, host: str) -> str | None:
        """The operator's rule for a host: the stricter one if several hold."""
        if not self.host_rules:
            return None
        found = {self.host_rules[name] for name in covering(host) if name in self.host_rules}
        return "suspend" if "suspend" in found else "limit" if found else None

    def refused(self, host: str) -> bool:
        """Whether the reader blocks a host."""
        return bool(self.host_blocks) and any(name in self.host_blocks for name in covering(host))


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
    return Distances(people, *relations.rules_and_blocks(tx, viewer_id, names))


def suspended_hosts(tx: Tx, hosts: Collection[str]) -> set[str]:
    """Those of the hosts with which the operator wants nothing to do."""
    rules = relations.host_rules(tx, {name for host in hosts for name in covering(host)})
    apart = Distances({}, rules, ())
    return {host for host in hosts if apart.severity(host) == "suspend"} if rules else set()


def limited(tx: Tx, people: Collection[Actor]) -> set[int]:
    """Those of some people who are limited, or whose server is."""
    away = {one.host for one in people if not one.local}
    rules = relations.host_rules(tx, {name for host in away for name in covering(host)})
    apart = Distances({}, rules, ())
    loud = {host for host in away if apart.severity(host) == "limit"}
    return {
        one.id
        for one in people
        if one.limited_at is not None or (not one.local and one.host in loud)
    }


def out_of_sight(tx: Tx, now: int, viewer_id: int | None, people: Collection[Actor]) -> set[int]:
    """Those of some people whom a reader (None: a stranger) is not to see, limits aside."""
    if not people:
        return set()
    if viewer_id is not None:
        apart = distances(tx, now, viewer_id, {one.id for one in people})
        return {one.id for one in people if apart.of_actor(one.id) is not None}
    away = {one.host for one in people if not one.local}
    refused = suspended_hosts(tx, away) if away else set()
    return {
        one.id
        for one in people
        if one.suspended_at is not None or (not one.local and one.host in refused)
    }


def limited_to(tx: Tx, viewer_id: int | None, apart: Distances) -> set[int]:
    """Those who stand so far from a reader (None: a stranger) who are limited, and whom the reader
    does not follow."""
    found = {one for one in apart.people if one != viewer_id and apart.limited(one)}
    if found and viewer_id is not None:
        found -= relations.co_tweet_wishes(tx, viewer_id, found)[1].keys()
    return found


def held_of_limited(tx: Tx, account_id: int, apart: Distances) -> tuple[set[int], str]:
    """Those who are ``limited_to`` a person here, and what the person wants to hear of them
    (``held_back``): ``accept``, ``filter`` or ``drop``. None of whom they want to hear anyway."""
    found = limited_to(tx, account_id, apart)
    if not found:
        return found, "accept"
    chosen = held_back.policy(tx, account_id)
    how = OF_LIMITED_UNLESS_CHOSEN if chosen is None else chosen.for_limited_accounts
    return found - held_back.permitted(tx, account_id, found), how


def unavailable(tx: Tx, actor: Actor) -> bool:
    """Whether the operator has shut somebody out, or their server."""
    if actor.suspended_at is not None:
        return True
    return not actor.local and bool(suspended_hosts(tx, [actor.host]))


def about_consent(kind: str) -> bool:
    """Whether a notification is about one's own co-tweets, which one hears of in any case.

    An invite is none yet.
    """
    return kind.startswith("cotweet.") and kind not in ("cotweet.invite", "cotweet.reminder")


def quiet(tx: Tx, now: int, account_id: int, actor_ids: Collection[int]) -> set[int]:
    """Those of the actors of whose doings a person does not hear.

    Who is kept away, and strangers who are limited, if the person wants to hear nothing of these
    (``held_back``).
    """
    others = set(actor_ids) - {account_id}
    apart = distances(tx, now, account_id, others)
    found = {actor_id for actor_id in others if apart.of_actor(actor_id) is not None}
    muted = {actor_id for actor_id in found if apart.of_actor(actor_id) is Why.MUTED}
    if muted:
        found -= relations.heard_though_muted(tx, account_id, muted)
    strangers, how = held_of_limited(tx, account_id, apart)
    if how == "drop":
        found |= strangers
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
                say("You have blocked {who} or their server.", who=who),
                "Take that back first: fedi-cotweet unblock @HANDLE, or unblock-host HOST",
            )
        case Why.UNAVAILABLE:
            raise ServiceError(
                "kept_away", 403, say("This server has nothing to do with {who}.", who=who)
            )
        case why:
            return why is not Why.BLOCKED
