"""Going on elsewhere: other accounts of one's own, and moving to one of them."""

from __future__ import annotations

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import homes, moving
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, migrations

MOST_ALIASES = 20


def add_alias(tx: Tx, env: Env, account_id: int, other: Actor) -> None:
    """Say that another account is one's own too, so that it may move here.

    Raises ``bad_alias`` (422) for oneself, ``too_many_aliases`` (409).
    """
    me = find_actor(tx, account_id)
    held = [str(uri) for uri in me.also_known_as or []]
    if other.id == me.id:
        raise ServiceError("bad_alias", 422, "That is this very account.")
    if other.uri in held:
        return
    if len(held) >= MOST_ALIASES:
        raise ServiceError(
            "too_many_aliases",
            409,
            say("You have named {most} accounts.", most=MOST_ALIASES),
            "Take one away.",
        )
    _set_aliases(tx, env, me, [*held, other.uri])


def remove_alias(tx: Tx, env: Env, account_id: int, uri: str) -> None:
    """Say so no more; it is no error if nobody did."""
    me = find_actor(tx, account_id)
    held = [str(known) for known in me.also_known_as or []]
    if uri in held:
        _set_aliases(tx, env, me, [known for known in held if known != uri])


def move(tx: Tx, env: Env, account_id: int, target: Actor) -> None:
    """Go on as ``target``, which must name this account (just fetched): followers are told.

    Raises ``self_move`` (422), ``no_alias`` (409), ``moved_lately`` (409).
    """
    me, account = find_actor(tx, account_id), actors.account_of(tx, account_id)
    now = env.now()
    if target.id == me.id:
        raise ServiceError("self_move", 422, "That is this very account.")
    if not homes.is_alias(me, target) or target.moved_to is not None:
        raise ServiceError(
            "no_alias",
            409,
            say("{who} does not say that it is yours.", who=f"@{target.username}@{target.host}"),
            say("There, add {address} as another account of yours, then move.", address=me.uri),
        )
    if (
        account is not None
        and account.moved_at is not None
        and account.moved_at > now - moving.COOL_DOWN
    ):
        raise ServiceError(
            "moved_lately",
            409,
            "This account has moved less than 30 days ago.",
            "Until then it stays where it is.",
        )
    migrations.set_moved(tx, account_id, to=target.uri, at=now)
    version = env.new_id()
    emit(tx, env, "actor.updated", actor_id=account_id, version=version)
    emit(tx, env, "actor.moved", actor_id=account_id, target=target.uri, version=version)
    moving.carry_followers(tx, env, me, target)


def stay(tx: Tx, env: Env, account_id: int) -> None:
    """Go on here again. Followers who went stay there; the 30 days count all the same."""
    if find_actor(tx, account_id).moved_to is not None:
        migrations.set_moved(tx, account_id, to=None, at=None)
        emit(tx, env, "actor.updated", actor_id=account_id, version=env.new_id())


def aliases(tx: Tx, account_id: int) -> list[str]:
    """The identifiers of the accounts that one calls one's own."""
    return [str(uri) for uri in find_actor(tx, account_id).also_known_as or []]


def _set_aliases(tx: Tx, env: Env, me: Actor, uris: list[str]) -> None:
    migrations.set_aliases(tx, me.id, uris)
    emit(tx, env, "actor.updated", actor_id=me.id, version=env.new_id())
