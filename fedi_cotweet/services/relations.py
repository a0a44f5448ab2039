"""Keeping somebody at a distance: blocks, mutes, blocked servers, and the filter of co-tweets."""

from __future__ import annotations

from fedi_cotweet.domain.consent import ConsentState, Move, Moved
from fedi_cotweet.domain.hosts import covering
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import clearing, leaving
from fedi_cotweet.services import follows as following
from fedi_cotweet.services.drafts import drop_from_draft
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, tell
from fedi_cotweet.services.hiding import WISHES
from fedi_cotweet.services.offers import apply_move, current_offers
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, consents, post_authors, posts, relations, trusting

MUTE_LONGEST = 3_650 * DAY

ASKED_ABOUT = 50
"""About so many posts written together somebody is asked after a block."""


def block(tx: Tx, env: Env, account_id: int, other: Actor) -> bool:
    """Block somebody: follows, trust and open invites between the two end, nobody sees the other.

    About posts written together the blocker is asked, and nothing is done (C39). False when they
    were blocked already.
    """
    me = _person(tx, account_id)
    if other.id == account_id:
        raise ServiceError("self_block", 422, "You cannot keep yourself away.")
    block_id = env.new_id()
    uri = env.addresses.activity(me.username, block_id)
    if not relations.add_block(
        tx, id=block_id, actor_id=me.id, target_id=other.id, uri=uri, created_at=env.now()
    ):
        return False
    following.end_both(tx, env, me, other)
    _end_invites(tx, env, me, other)
    trusting.distrust(tx, account_id, other.id)
    _ask_about_posts(tx, env, me, other)
    clearing.begin(tx, env, me.id, other.id)
    if not other.local:
        emit(tx, env, "block.made", block_id=block_id)
    return True


def unblock(tx: Tx, env: Env, account_id: int, other: Actor) -> bool:
    """Take a block back. Follows and invites stay ended; posts can be seen again at once."""
    me = _person(tx, account_id)
    held = relations.block_between(tx, me.id, other.id)
    if held is None:
        return False
    relations.remove_block(tx, me.id, other.id)
    clearing.begin(tx, env, me.id, other.id)
    if not other.local and held.uri is not None:
        emit(tx, env, "block.undone", actor_id=me.id, target_id=other.id, uri=held.uri)
    return True


def receive_block(tx: Tx, env: Env, blocker: Actor, target: Actor, uri: str) -> str:
    """A remote person blocks somebody here, who is not told."""
    if not relations.add_block(
        tx,
        id=env.new_id(),
        actor_id=blocker.id,
        target_id=target.id,
        uri=uri,
        created_at=env.now(),
    ):
        return "repeated"
    following.end_both(tx, env, target, blocker, told=True)
    clearing.begin(tx, env, blocker.id, target.id)
    return "blocked"


def receive_unblock(
    tx: Tx, env: Env, blocker: Actor, target_uri: str | None, uri: str | None
) -> str:
    """An ``Undo`` of a ``Block``, named by its id or by whom it blocked."""
    held = relations.block_by_uri(tx, uri) if uri is not None else None
    if held is None and target_uri is not None:
        target = actors.actor_by_uri(tx, target_uri)
        held = relations.block_between(tx, blocker.id, target.id) if target is not None else None
    if held is None or held.actor_id != blocker.id:
        return "unknown"
    relations.remove_block(tx, held.actor_id, held.target_id)
    clearing.begin(tx, env, held.actor_id, held.target_id)
    return "undone"


def mute(
    tx: Tx,
    env: Env,
    account_id: int,
    other: Actor,
    *,
    lasts: int | None = None,
    hides_notices: bool = True,
) -> int | None:
    """Do not see somebody's posts for ``lasts`` milliseconds, or until ``unmute``; until when.

    ``hides_notices``: nor hear of what they do. Refusals: ``self_block`` and ``bad_time`` (422).
    """
    if other.id == account_id:
        raise ServiceError("self_block", 422, "You cannot keep yourself away.")
    if lasts is not None and not 0 < lasts <= MUTE_LONGEST:
        raise ServiceError(
            "bad_time",
            422,
            "A mute lasts between a second and ten years.",
            "Or until you take it back: leave the time out.",
        )
    now = env.now()
    until = None if lasts is None else now + lasts
    relations.set_mute(tx, account_id, other.id, until=until, now=now, hides_notices=hides_notices)
    return until


def unmute(tx: Tx, account_id: int, other: Actor) -> bool:
    """See somebody's posts again."""
    return relations.remove_mute(tx, account_id, other.id)


def block_host(tx: Tx, env: Env, account_id: int, host: str) -> bool:
    """Want nothing from a whole server: its people are not seen, and follows with them end."""
    me = _person(tx, account_id)
    if env.addresses.host in covering(host) or host in covering(env.addresses.host):
        raise ServiceError("own_host", 422, "That is this very server.", "Block people instead.")
    if not relations.add_host_block(tx, account_id, host, env.now()):
        return False
    there = {
        actor_id for actor_id, name in relations.follows_with(tx, me.id) if host in covering(name)
    }
    for other in actors.actors(tx, there).values():
        following.end_both(tx, env, me, other)
    clearing.begin_with_host(tx, env, me.id, host)
    return True


def unblock_host(tx: Tx, env: Env, account_id: int, host: str) -> bool:
    """Take the block of a server back."""
    if not relations.remove_host_block(tx, account_id, host):
        return False
    clearing.begin_with_host(tx, env, account_id, host)
    return True


def choose_co_tweets(
    tx: Tx, account_id: int, wish: str | None, followed: Actor | None = None
) -> None:
    """Which co-tweets a reader wants in timelines: of everybody, or of ``followed`` (C32).

    None: what it was to begin with; of ``followed``, as of everybody.
    """
    if wish not in (*WISHES, None):
        raise ServiceError(
            "bad_wish", 422, say("The filter is one of: {choices}.", choices=", ".join(WISHES))
        )
    if followed is None:
        relations.set_wish(tx, account_id, wish or WISHES[0])
    elif not relations.set_wish_of(tx, account_id, followed.id, wish):
        raise ServiceError(
            "not_following",
            409,
            say("You do not follow {who}.", who=f"@{followed.username}@{followed.host}"),
            "The filter of one person is part of following them.",
        )


def _person(tx: Tx, account_id: int) -> Actor:
    me = actors.actor(tx, account_id)
    if me is None:
        raise not_found("account")
    return me


_CANCELLED = (ConsentState.OFFERED.value, ConsentState.ACCEPTED.value)


def _end_invites(tx: Tx, env: Env, me: Actor, other: Actor) -> None:
    """Invites between the two that led to nothing yet: those sent are withdrawn.

    Those received stay as they are and are not shown any more, so that nothing tells the other;
    consent to a draft of theirs is taken back, or they could still publish it with this name.
    """
    for post in posts.drafts_of(tx, me.id):
        offer = current_offers(tx, post).get(other.id)
        if offer is None or offer.state not in _CANCELLED:
            continue
        if isinstance(apply_move(tx, env, offer, Move.WITHDRAW, me.uri), Moved):
            emit(tx, env, "offer.withdrawn", offer_id=offer.id)
        drop_from_draft(tx, env, post.id, other.id)
    for offer in consents.offers_to(tx, me.id, [ConsentState.ACCEPTED.value], 1_000):
        if offer.sender_id == other.id and not offer.change:
            leaving.leave(tx, env, me.id, offer.object_uri)


def _ask_about_posts(tx: Tx, env: Env, me: Actor, other: Actor) -> None:
    """Whether to stay an author beside somebody one blocks, is one's own decision (C39)."""
    for post, mine in post_authors.written_together(tx, me.id, other.id, ASKED_ABOUT):
        who = f"@{other.username}@{other.host}"
        tell(
            tx,
            env,
            me.id,
            "cotweet.with_blocked",
            f"{post.uri} {other.uri}",
            actor_id=other.id,
            post_id=post.id,
            text=say(
                "You blocked {who}, with whom you are an author of a post. It stays as it is,"
                " unless you delete it.",
                who=who,
            )
            if mine
            else say(
                "You blocked {who}, with whom you are an author of a post. It stays as it is,"
                " unless you take your name off.",
                who=who,
            ),
        )
