"""What a person should hear of: by whom, about which post, and which id to use next. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from activitypub.documents.note import parse_note
from activitypub.html import to_text
from fedi_cotweet.domain.consent import CONSENTING, ConsentState
from fedi_cotweet.domain.notification_types import WITH_INVITE
from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.languages.wording import joined
from fedi_cotweet.services import distances, hiding
from fedi_cotweet.services.audiences import may_see
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.moderating import WARNING
from fedi_cotweet.services.notice_views import NotificationView
from fedi_cotweet.services.people import author_view
from storage.engine import Tx
from storage.models import Actor, Notification, Offer, Post
from storage.queries import actors, consents, posts, relations
from storage.queries import notifications as stored

WITH_PROPOSAL = frozenset({"cotweet.proposal", "cotweet.deletion_asked"})
"""Notifications of a proposal that waits for one; their subject is its id."""
NEWEST = Window(40)
FIRST_WORDS = 60
"""Characters of a post by which it is recognised."""


def notifications(
    tx: Tx, env: Env, account_id: int, window: Window = NEWEST
) -> list[NotificationView]:
    """What a person should hear of, newest first; nothing by whom they keep away, or about that."""
    found = filled(
        lambda asked: stored.of_account(tx, account_id, asked),
        lambda page: audible(tx, env, account_id, page),
        lambda item: item.id,
        window,
    )
    there = posts.posts_by_id(tx, [item.post_id for item in found if item.post_id])
    shown = {post.id: post for post in there.values() if may_see(tx, post, account_id)}
    asked = consents.offers_by_id(tx, [item.offer_id for item in found if item.offer_id])
    people = actors.actors(tx, {item.actor_id for item in found if item.actor_id})
    return [_view(env, item, shown, asked, people) for item in found]


def unread(tx: Tx, env: Env, account_id: int, most: int) -> int:
    """How many there are since a person looked last, up to ``most``; by those whom they keep away
    since, none."""
    found = stored.unread(tx, account_id, most)
    by = {who for kind, who in found if who is not None and not distances.about_consent(kind)}
    quiet = distances.quiet(tx, env.now(), account_id, by) if by else set()
    return sum(who not in quiet or distances.about_consent(kind) for kind, who in found)


def audible(tx: Tx, env: Env, account_id: int, page: Sequence[Notification]) -> list[Notification]:
    """Those of a page that are not by whom a person keeps away, nor about what is kept away."""
    heard = [item for item in page if not distances.about_consent(item.kind)]
    quiet = distances.quiet(
        tx, env.now(), account_id, {item.actor_id for item in heard if item.actor_id}
    )
    there = posts.posts_by_id(tx, [item.post_id for item in heard if item.post_id])
    kept = hiding.hidden(
        tx, env.now(), account_id, list(there.values()), looking=hiding.NOTIFICATIONS
    )
    muted = {key for key, why in kept.items() if why is distances.Why.MUTED}
    by = {item.actor_id for item in heard if item.actor_id and item.post_id in muted}
    wanted = relations.heard_though_muted(tx, account_id, by) if by else set()
    dropped = {
        item.id
        for item in heard
        if item.actor_id in quiet
        or (item.post_id in kept and not (item.post_id in muted and item.actor_id in wanted))
    }
    return [item for item in page if item.id not in dropped]


def _view(
    env: Env,
    item: Notification,
    shown: Mapping[int, Post],
    asked: Mapping[int, Offer],
    people: Mapping[int, Actor],
) -> NotificationView:
    by = people.get(item.actor_id or 0)
    post, offer = shown.get(item.post_id or 0), asked.get(item.offer_id or 0)
    usable = offer is not None and answerable(env, item.kind, offer)
    return NotificationView(
        id=str(item.id),
        kind=item.kind,
        text=text_of(item),
        created_at=item.created_at,
        invite=str(item.offer_id) if usable else None,
        proposal=item.subject if item.kind in WITH_PROPOSAL else None,
        post=str(post.id) if post is not None else None,
        about=about(post, offer),
        draft=post is not None and post.state == "draft",
        by=None if by is None else author_view(env, by),
        warning=item.subject if item.kind == WARNING else None,
    )


def text_of(item: Notification) -> str:
    """What happened, to be said in the reader's language (``wording.said``)."""
    return joined(item.text, item.made_of)


def answerable(env: Env, kind: str, offer: Offer) -> bool:
    """Whether a notification of this kind still leads to something to do with the invitation."""
    waits = offer.state == ConsentState.OFFERED.value and offer.expires_at > env.now()
    if kind in WITH_INVITE:
        return waits
    agreed = offer.state in {state.value for state in CONSENTING}
    return kind == "cotweet.comment" and (waits or agreed)


def open_invitation(tx: Tx, env: Env, account_id: int | None, number: int) -> Offer | None:
    """The invitation of this id that waits for this person's answer."""
    offer = None if account_id is None else consents.offer(tx, number)
    if offer is None or offer.side != "received" or offer.target_id != account_id:
        return None
    return offer if answerable(env, "cotweet.invite", offer) else None


def about(post: Post | None, offer: Offer | None) -> str:
    """The first words of what a notification is about, or its warning."""
    if offer is not None and offer.side == "received":
        note = parse_note(orjson.loads(offer.document)["object"])
        return first_words(to_text(note.summary) or to_text(note.content))
    return "" if post is None else first_words(post.summary or to_text(post.content))


def first_words(text: str) -> str:
    """A text on one line, cut between words where it is long."""
    whole = " ".join(text.split())
    if len(whole) <= FIRST_WORDS:
        return whole
    cut = whole[: FIRST_WORDS - 1]
    return f"{(cut.rpartition(' ')[0] or cut).rstrip()}…"
