"""Where people who have moved are found, and what their old accounts may still do.

As in Mastodon: an account that goes on elsewhere writes and follows no more, and nobody follows or
invites it. What it did before it may change and take back, and it may answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors


def is_alias(old: Actor, new: Actor) -> bool:
    """Whether the new account says so too: else anybody could claim to be anybody."""
    return new.gone_at is None and new.id != old.id and old.uri in (new.also_known_as or [])


def new_homes(tx: Tx, people: Iterable[Actor]) -> dict[int, str]:
    """The handles of the accounts to which people have moved, as far as both sides say so."""
    moved = [actor for actor in people if actor.moved_to is not None]
    if not moved:
        return {}
    known = actors.actors_by_uri(tx, {str(actor.moved_to) for actor in moved})
    return {
        actor.id: f"{new.username}@{new.host}"
        for actor in moved
        if (new := known.get(str(actor.moved_to))) is not None and is_alias(actor, new)
    }


def check_at_home(tx: Tx, account_id: int) -> None:
    """``moved_away`` (403) for an account of this server that goes on elsewhere."""
    me = actors.actor(tx, account_id)
    if me is None or me.moved_to is None:
        return
    home = new_homes(tx, [me]).get(me.id)
    raise ServiceError(
        "moved_away",
        403,
        say("This account has moved to {home}.", home=f"@{home}" if home else str(me.moved_to)),
        "Do it there. To go on here again: fedi-cotweet stay",
    )


def check_found_here(tx: Tx, other: Actor, instead: str) -> None:
    """``has_moved`` (409) for whoever is found elsewhere now; ``instead``: what to do at
    ``{home}``."""
    home = new_homes(tx, [other]).get(other.id)
    if home is not None:
        raise ServiceError(
            "has_moved",
            409,
            say("{who} has moved.", who=f"@{other.username}@{other.host}"),
            say(instead, home=f"@{home}"),
        )
