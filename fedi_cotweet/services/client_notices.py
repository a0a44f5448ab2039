"""Which notifications apps are told of: in lists and by push the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fedi_cotweet.domain.notification_types import BY_NOBODY, TYPES, WITH_INVITE, WITH_STATUS
from fedi_cotweet.services import audiences, notifications
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import AccountWarning, Notification, Offer, Post
from storage.queries import consents, posts, staff


@dataclass(frozen=True, slots=True)
class Told:
    """Notifications that can be shown, and what they are about."""

    items: list[Notification]
    posts: Mapping[int, Post]
    offers: Mapping[int, Offer]
    """Invitations that wait for an answer."""
    warnings: Mapping[int, AccountWarning]
    """By the id that is the subject of their notification."""


def told(
    tx: Tx, env: Env, account_id: int, found: Sequence[Notification], *, fallback: bool
) -> Told:
    """What of a page the account may hear and its client can show; ``fallback``: any kind."""
    found = notifications.audible(tx, env, account_id, found)
    about = posts.posts_by_id(tx, [item.post_id for item in found if item.post_id])
    shown = {
        post.id: post
        for post in about.values()
        if post.state == "published" and audiences.may_see(tx, post, account_id)
    }
    asked = consents.offers_by_id(tx, [item.offer_id for item in found if item.offer_id])
    open_ones = {
        item.offer_id: asked[item.offer_id]
        for item in found
        if item.kind in WITH_INVITE
        and item.offer_id in asked
        and notifications.answerable(env, item.kind, asked[item.offer_id])
    }

    said = [int(item.subject) for item in found if item.kind == "moderation_warning"]
    warnings = staff.warnings(tx, said)

    def fits(item: Notification) -> bool:
        theirs = TYPES.get(item.kind)
        if theirs is None:
            return fallback or (item.offer_id in open_ones and item.kind in WITH_INVITE)
        if theirs in BY_NOBODY:
            return int(item.subject) in warnings
        return item.actor_id is not None and (theirs not in WITH_STATUS or item.post_id in shown)

    return Told([item for item in found if fits(item)], shown, open_ones, warnings)
