"""Agreeing in advance to what a trusted primary author changes (C37; FEP-af48, Offer).

Nobody is trusted unless a person says so, and each time it is used they are told what changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.coauthorship.offers import Invitation, read_offer
from activitypub.coauthorship.standing_consent import beyond_instruction
from fedi_cotweet.domain.consent import CONSENTING, ConsentState
from fedi_cotweet.languages.wording import run_on, say
from fedi_cotweet.services import invitations, standing
from fedi_cotweet.services.comparing import differences
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import tell
from storage.engine import Tx
from storage.models import Actor, Offer, Post
from storage.queries import actors, consents, post_authors, posts, trusting

MOST = 1_000
LONGEST_DIFFERENCE = 2_000
"""Characters of it in a notification."""


@dataclass(frozen=True, slots=True)
class TrustedView:
    """A primary author whose changes are agreed to in advance."""

    actor: str
    handle: str
    created_at: int


def trust(tx: Tx, env: Env, account_id: int, person: Actor) -> None:
    """Agree in advance to changes of posts written with ``person``, who is not told.

    Only persons can: groups, applications and services accept by a decision of whoever controls
    them (FEP-af48, Offer), which is ``not_a_person`` (422).
    """
    me = actors.actor(tx, account_id)
    if person.id == account_id:
        raise ServiceError("self_trust", 422, "Your own edits need nobody's trust.")
    if me is None or me.kind != "Person":
        raise ServiceError(
            "not_a_person",
            422,
            "Only persons can agree in advance.",
            "Decide about every change.",
        )
    if len(trusting.of_account(tx, account_id, MOST)) >= MOST:
        raise ServiceError(
            "too_many_trusted", 422, say("You trust {most} already.", most=MOST), "Trust fewer."
        )
    trusting.trust(tx, account_id, person.id, env.now())


def distrust(tx: Tx, account_id: int, person: Actor) -> None:
    """Decide about their changes oneself again; it is no error if they were not trusted."""
    trusting.distrust(tx, account_id, person.id)


def listed(tx: Tx, account_id: int) -> list[TrustedView]:
    """Everybody trusted so, the newest first."""
    rows = trusting.of_account(tx, account_id, MOST)
    people = actors.actors(tx, [row.actor_id for row in rows])
    return [
        TrustedView(actor.uri, f"{actor.username}@{actor.host}", row.created_at)
        for row in rows
        for actor in [people[row.actor_id]]
    ]


def consider(tx: Tx, env: Env, offer_uri: str) -> bool:
    """Accept a received Offer if the standing instruction of its target covers it; whether it did.

    Called whenever something that may decide it became known: the Offer, or one of its pictures.
    Whatever is not covered waits for the person, as if there were no instruction.
    """
    offer = consents.offer_by_uri(tx, offer_uri, "received")
    if offer is None or offer.state != ConsentState.OFFERED.value or not offer.change:
        return False
    me, sender = actors.actor(tx, offer.target_id), actors.actor(tx, offer.sender_id)
    if me is None or sender is None or me.kind != "Person":
        return False
    if not trusting.trusted(tx, me.id, sender.id):
        return False
    post = posts.post_by_uri(tx, offer.object_uri)
    if post is None or post.author_id != sender.id or not _is_author(tx, post, me):
        return False
    agreed = _agreed_to(tx, offer)
    if agreed is None or not all(_covered(older, offer) for older in agreed):
        return False
    try:
        invitations.accept(tx, env, me.id, offer.id, offer.digest, by_instruction=True)
    except ServiceError:  # whatever stops a person stops their instruction
        return False
    _tell(tx, env, offer, agreed[-1], sender, post)
    return True


def _is_author(tx: Tx, post: Post, me: Actor) -> bool:
    row = post_authors.post_author(tx, post.id, me.uri)
    return post.state == "published" and row is not None and row.state == "verified"


def _agreed_to(tx: Tx, offer: Offer) -> list[Offer] | None:
    """What the target consents to now, the published version last; None without one.

    A change that was agreed to and is not published yet counts as well: the next one must not be
    wider than either.
    """
    others = standing.received_by(tx, offer.target_id, offer.object_uri)
    held = [o for o in others if o.sender_id == offer.sender_id and o.state in CONSENTING]
    published = [o for o in held if o.state == ConsentState.PUBLISHED.value]
    if not published:
        return None
    return [o for o in held if o.state != ConsentState.PUBLISHED.value] + published


def _covered(agreed: Offer, offered: Offer) -> bool:
    (before, its_context), (after, context) = _read(agreed), _read(offered)
    if before is None or after is None:
        return False
    return beyond_instruction(before, its_context, after, context) is None


def _read(offer: Offer) -> tuple[Invitation | None, Any]:
    document = orjson.loads(offer.document)
    read = read_offer(document)
    return read if isinstance(read, Invitation) else None, document.get("@context")


def _tell(tx: Tx, env: Env, offer: Offer, agreed: Offer, sender: Actor, post: Post) -> None:
    lines = differences(
        tx,
        orjson.loads(agreed.document)["object"],
        [str(uri) for uri in agreed.authors],
        orjson.loads(offer.document)["object"],
        [str(uri) for uri in offer.authors],
    )
    who = f"@{sender.username}@{sender.host}"
    what = run_on(lines, "\n")
    if len(what) > LONGEST_DIFFERENCE:
        what = f"{what[:LONGEST_DIFFERENCE]}…"
    tell(
        tx,
        env,
        offer.target_id,
        "cotweet.agreed_in_advance",
        offer.uri,
        actor_id=sender.id,
        post_id=post.id,
        offer_id=offer.id,
        text=say(
            "{who} changes a post that you wrote together, and you agreed in advance.\n{what}\n"
            "Not what you want? You can take your name off the post, and decide yourself the next"
            " time.",
            who=who,
            what=what,
        ),
    )
