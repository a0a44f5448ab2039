"""Notifications that people want to hear of later, if they agree, or not at all.

Five questions about who brings something about, each answered with ``accept``, ``filter`` (it is
held back, as a request by that person) or ``drop``; the strictest answer counts. Whoever is
followed is held back for no reason but that they do not follow back. About one's own co-tweets one
hears in any case; invites, which have a policy of their own, and questions for a name under a
picture are held back of those who are limited alone, and with an invite whatever is about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedi_cotweet.domain.consent import CONSENTING
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.domain.notification_types import OF_LIMITED_UNLESS_CHOSEN, WITH_INVITE
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import distances
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.queries import actors, consents, follows, posts, threads
from storage.queries import held_back as stored

CHOICES: Final = ("accept", "filter", "drop")
DEFAULTS: Final[Mapping[str, str]] = {
    "for_not_following": "accept",
    "for_not_followers": "accept",
    "for_new_accounts": "accept",
    "for_private_mentions": "accept",
    "for_limited_accounts": OF_LIMITED_UNLESS_CHOSEN,
}
KINDS: Final = frozenset({"mention", "reply", "boost", "follow", "follow_request", "like", "quote"})
"""Kinds of notifications that may be held back."""
OF_LIMITED: Final = WITH_INVITE | {"credit.asked"}
"""Kinds that are held back of those who are limited alone."""
MENTIONS: Final = frozenset({"mention", "reply"})
NEW_FOR: Final = 30 * DAY
"""An account is new for so long."""
FOLLOWER_AFTER: Final = 3 * DAY
"""Who follows for less is no follower yet: else whoever wants to be heard follows first."""


def policy(tx: Tx, account_id: int) -> dict[str, str]:
    """What somebody wants to be held back: a choice for each of ``DEFAULTS``."""
    held = stored.policy(tx, account_id)
    if held is None:
        return dict(DEFAULTS)
    return {name: str(getattr(held, name)) for name in DEFAULTS}


def choose(tx: Tx, account_id: int, wanted: Mapping[str, str]) -> None:
    """Hold this back from now on; what is not named stays. Raises ``bad_choice`` (422)."""
    for given in wanted.values():
        if given not in CHOICES:
            raise ServiceError(
                "bad_choice",
                422,
                say("There is no choice “{given}”.", given=given[:60]),
                say("Choose one of: {choices}.", choices=", ".join(CHOICES)),
            )
    if wanted:
        stored.set_policy(tx, account_id, **{**policy(tx, account_id), **wanted})


def verdict(
    tx: Tx,
    env: Env,
    account_id: int,
    kind: str,
    actor_id: int | None,
    post_id: int | None,
    offer_id: int | None = None,
) -> str:
    """Whether somebody hears of what a person did: one of ``CHOICES``.

    Who stands further away (blocks, mutes) was asked before.
    """
    if offer_id is not None and kind not in OF_LIMITED and _waits(tx, account_id, offer_id):
        return "filter"
    if kind not in KINDS | OF_LIMITED or actor_id is None or actor_id == account_id:
        return "accept"
    wanted = {name: how for name, how in policy(tx, account_id).items() if how != "accept"}
    if kind in OF_LIMITED:
        wanted = {name: how for name, how in wanted.items() if name == "for_limited_accounts"}
    # Who is limited was asked about as well, where they are to be dropped.
    if wanted.get("for_limited_accounts") == "drop":
        del wanted["for_limited_accounts"]
    if not wanted or stored.permitted(tx, account_id, [actor_id]):
        return "accept"
    reasons: set[str] = set()
    if "for_not_followers" in wanted and not _follows_back(tx, env, account_id, actor_id):
        reasons.add("for_not_followers")
    if not follows.follows(tx, account_id, actor_id):
        reasons |= {"for_not_following"}
        if "for_new_accounts" in wanted and _is_new(tx, env, actor_id):
            reasons.add("for_new_accounts")
        if "for_private_mentions" in wanted and _is_unasked(tx, account_id, kind, post_id):
            reasons.add("for_private_mentions")
        apart = distances.distances(tx, env.now(), account_id, [actor_id])
        if "for_limited_accounts" in wanted and apart.limited(actor_id):
            reasons.add("for_limited_accounts")
    found = {wanted[reason] for reason in reasons if reason in wanted}
    return max(found, key=CHOICES.index, default="accept")


def _waits(tx: Tx, account_id: int, offer_id: int) -> bool:
    """Whether an invite was held back, and not found and agreed to all the same."""
    offer = consents.offer(tx, offer_id)
    return (
        offer is not None
        and offer.state not in {state.value for state in CONSENTING}
        and stored.is_offer_held_back(tx, account_id, offer_id)
    )


def _follows_back(tx: Tx, env: Env, account_id: int, actor_id: int) -> bool:
    held = follows.follow_between(tx, actor_id, account_id)
    return (
        held is not None
        and held.state == "accepted"
        and held.created_at <= env.now() - FOLLOWER_AFTER
    )


def _is_new(tx: Tx, env: Env, actor_id: int) -> bool:
    actor = actors.actor(tx, actor_id)
    return actor is not None and (actor.published_at or actor.created_at) > env.now() - NEW_FOR


def _is_unasked(tx: Tx, account_id: int, kind: str, post_id: int | None) -> bool:
    """Whether it is a direct post in a thread in which this person said nothing."""
    post = posts.post(tx, post_id) if post_id is not None and kind in MENTIONS else None
    if post is None or post.visibility != "direct":
        return False
    around = posts.posts_by_id(tx, [one.id for one in threads.above(tx, post.id)])
    return all(one.author_id != account_id for one in around.values())
