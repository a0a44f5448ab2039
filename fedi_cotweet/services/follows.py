"""Following, from here and from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services import acquaintance, crawling, distances, inboxes, timelines
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, tell
from fedi_cotweet.services.homes import check_at_home, check_found_here
from storage.engine import Tx
from storage.models import Actor, Follow
from storage.queries import actors, consents, follows, lists


def follow(
    tx: Tx, env: Env, follower_id: int, followed: Actor, *, through: int | None = None
) -> str:
    """Ask to follow; the state afterwards: ``accepted`` or ``requested``.

    ``through`` is the post at which it was begun: its authors hear how many came so (C43).
    """
    if followed.id == follower_id:
        raise ServiceError("self_follow", 422, "You cannot follow yourself.")
    me = actors.actor(tx, follower_id)
    if me is None:
        raise ServiceError("not_found", 404, "There is no such account.")
    held = follows.follow_between(tx, follower_id, followed.id)
    if held is not None and held.state in ("accepted", "requested"):
        return held.state
    check_at_home(tx, follower_id)
    check_found_here(tx, followed, mark("Follow them as {home}."))
    if not distances.check_reachable(tx, env.now(), follower_id, followed):
        raise ServiceError(
            "cannot_follow",
            403,
            say("{who} cannot be followed.", who=f"@{followed.username}@{followed.host}"),
        )
    follow_id = env.new_id()
    uri = env.addresses.activity(me.username, follow_id)
    if held is not None:
        follows.set_follow(tx, held.id, state="requested", uri=uri)
        follow_id = held.id
    else:
        follows.add_follow(
            tx,
            id=follow_id,
            follower_id=follower_id,
            followed_id=followed.id,
            uri=uri,
            state="requested",
            now=env.now(),
            through_post_id=through,
        )
    if followed.local:
        # Their server is this one: there is nothing to wait for.
        inboxes.keep(tx, env, me, "Follow", uri, followed.uri, [followed.id])
        return _arrived(tx, env, me, followed, follow_id)
    emit(tx, env, "follow.requested", follow_id=follow_id)
    return "requested"


def _arrived(tx: Tx, env: Env, follower: Actor, followed: Actor, follow_id: int) -> str:
    """A Follow has reached a local person, who lets anybody or is asked first; its state."""
    held = follows.follow_by_id(tx, follow_id)
    accepted = not followed.manually_approves or (held is not None and held.state == "accepted")
    state = "accepted" if accepted else "requested"
    follows.set_follow(tx, follow_id, state=state)
    if accepted:
        _request_is_over(tx, followed.id, follower)
    tell(
        tx,
        env,
        followed.id,
        "follow" if accepted else "follow_request",
        follower.uri,
        actor_id=follower.id,
        text=say("{who} follows you.", who=f"@{follower.username}@{follower.host}")
        if accepted
        else say("{who} asks to follow you.", who=f"@{follower.username}@{follower.host}"),
    )
    if accepted:
        if follower.local:
            crawling.begin_past(tx, env, followed)
        emit(tx, env, "follow.answered", follow_id=follow_id)
    return state


def choose(
    tx: Tx,
    env: Env,
    follower_id: int,
    followed: Actor,
    *,
    shows_boosts: bool | None = None,
    notifies: bool | None = None,
    languages: Sequence[str] | None = None,
) -> None:
    """What a follower wants of somebody: their boosts, to hear of each post, only some languages.

    None stays as it is; an empty ``languages``: all. It counts here only, nobody is told.
    """
    held = follows.follow_between(tx, follower_id, followed.id)
    if held is None:
        return
    given = {
        "shows_boosts": shows_boosts,
        "notifies": notifies,
        "languages": None if languages is None else list(languages),
    }
    changed = {name: value for name, value in given.items() if value is not None}
    changed = {name: value for name, value in changed.items() if value != getattr(held, name)}
    if changed:
        follows.choose(tx, held.id, **changed)
    if changed.get("shows_boosts") is False:
        timelines.forget_source(tx, follower_id, followed.id, env.now())


def unfollow(tx: Tx, env: Env, follower_id: int, followed: Actor) -> bool:
    """Stop following; False when there was nothing to stop."""
    held = follows.follow_between(tx, follower_id, followed.id)
    if held is None:
        return False
    follows.remove_follow(tx, follower_id, followed.id)
    me = actors.actor(tx, follower_id) if followed.local else None
    if me is not None:
        _request_is_over(tx, followed.id, me)
    emit(tx, env, "follow.undone", follower_id=follower_id, followed_id=followed.id, uri=held.uri)
    timelines.forget_source(tx, follower_id, followed.id, env.now())
    lists.remove_from_all(tx, follower_id, followed.id)
    return True


def receive_follow(tx: Tx, env: Env, follower: Actor, followed: Actor, uri: str) -> None:
    """Somebody follows a local person. A repeat is answered again: the first may be lost.

    Whom that person keeps away is refused, and whoever comes too late to one who has moved; a
    locked account is asked first.
    """
    if followed.moved_to is not None or distances.shut_out(tx, env.now(), followed.id, follower.id):
        _reject(tx, env, follower, followed, uri)
        return
    held = follows.follow_between(tx, follower.id, followed.id)
    if held is None:
        follow_id = env.new_id()
        follows.add_follow(
            tx,
            id=follow_id,
            follower_id=follower.id,
            followed_id=followed.id,
            uri=uri,
            state="requested",
            now=env.now(),
        )
    else:
        follow_id = held.id
        follows.set_follow(tx, held.id, state=held.state, uri=uri)
    _arrived(tx, env, follower, followed, follow_id)


def answer_request(tx: Tx, env: Env, account_id: int, follower: Actor, *, accepted: bool) -> None:
    """A locked account lets somebody follow, or not."""
    held = follows.follow_between(tx, follower.id, account_id)
    me = actors.actor(tx, account_id)
    if held is None or held.state != "requested" or me is None:
        raise not_found("follow request")
    _request_is_over(tx, account_id, follower)
    if accepted:
        follows.set_follow(tx, held.id, state="accepted")
        if follower.local:
            crawling.begin_past(tx, env, me)
        emit(tx, env, "follow.answered", follow_id=held.id)
    else:
        follows.remove_follow(tx, follower.id, account_id)
        _reject(tx, env, follower, me, held.uri)


def _request_is_over(tx: Tx, account_id: int, follower: Actor) -> None:
    """Nobody has to answer it any more."""
    consents.forget_notifications(tx, account_id, "follow_request", [follower.uri])


def _reject(tx: Tx, env: Env, follower: Actor, followed: Actor, uri: str) -> None:
    emit(tx, env, "follow.rejected", follower_id=follower.id, followed_id=followed.id, uri=uri)


def end_both(tx: Tx, env: Env, me: Actor, other: Actor, *, told: bool = False) -> None:
    """End the follows between a local person and another, in both directions.

    ``told``: the other's server knows that their follow is over.
    """
    unfollow(tx, env, me.id, other)
    theirs = follows.follow_between(tx, other.id, me.id)
    if theirs is not None:
        reject(tx, env, other, me, theirs, told=told)


def reject(
    tx: Tx, env: Env, follower: Actor, me: Actor, held: Follow, *, told: bool = False
) -> None:
    """End somebody's follow of a local person. ``told``: their server knows that it is over."""
    follows.remove_follow(tx, follower.id, me.id)
    _request_is_over(tx, me.id, follower)
    if follower.local:
        timelines.forget_source(tx, follower.id, me.id, env.now())
        lists.remove_from_all(tx, follower.id, me.id)
    elif not told:
        _reject(tx, env, follower, me, held.uri)


def receive_answer(tx: Tx, env: Env, uri: str, answerer: Actor, *, accepted: bool) -> bool:
    """The followed actor accepted or rejected a Follow of ours. False: no such Follow of theirs.

    Once accepted, what they wrote last is there for the new reader (``crawling``).
    """
    held = follows.follow_by_uri(tx, uri)
    if held is None or held.followed_id != answerer.id:
        return False
    if accepted:
        follows.set_follow(tx, held.id, state="accepted")
        if held.state != "accepted":
            crawling.begin_past(tx, env, answerer)
            acquaintance.begin(tx, env, answerer)
    else:
        follows.remove_follow(tx, held.follower_id, held.followed_id)
        timelines.forget_source(tx, held.follower_id, held.followed_id, env.now())
    return True


def receive_undo(tx: Tx, follower: Actor, followed_uri: str | None, uri: str | None) -> bool:
    """A remote follower stopped, named by the Follow's id or by whom they followed."""
    if uri is not None:
        held = follows.follow_by_uri(tx, uri)
        if held is not None and held.follower_id == follower.id:
            _request_is_over(tx, held.followed_id, follower)
            return follows.remove_follow(tx, held.follower_id, held.followed_id)
    if followed_uri is not None:
        followed = actors.actor_by_uri(tx, followed_uri)
        if followed is not None:
            _request_is_over(tx, followed.id, follower)
            return follows.remove_follow(tx, follower.id, followed.id)
    return False
