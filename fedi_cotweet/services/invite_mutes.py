"""Whose invitations somebody does not want, without blocking them (C7)."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, invite_mutes

MOST = 1_000


@dataclass(frozen=True, slots=True)
class InviteMuteView:
    """``subject`` is an actor's identifier or the name of a server, which has no ``handle``."""

    subject: str
    handle: str
    created_at: int


def mute(tx: Tx, env: Env, account_id: int, subject: str) -> None:
    """Take no invitations from an actor (by identifier) or a server (by name) any more.

    Those that wait are not shown; new ones are dropped, and nobody is told. A server's name
    stands for its subdomains too.
    """
    if len(invite_mutes.of_account(tx, account_id, MOST)) >= MOST:
        raise ServiceError(
            "too_many_mutes",
            422,
            say("You mute {most} accounts and servers already.", most=MOST),
            "Lift some.",
        )
    invite_mutes.add_mute(tx, account_id, subject, env.now())


def unmute(tx: Tx, account_id: int, subject: str) -> None:
    """Take invitations from there again; those that still wait are shown."""
    invite_mutes.remove_mute(tx, account_id, subject)


def listed(tx: Tx, account_id: int) -> list[InviteMuteView]:
    """Everybody muted so, the newest first."""
    rows = invite_mutes.of_account(tx, account_id, MOST)
    people = actors.actors_by_uri(tx, [row.subject for row in rows])
    handles = {uri: f"{actor.username}@{actor.host}" for uri, actor in people.items()}
    return [
        InviteMuteView(row.subject, handles.get(row.subject, ""), row.created_at) for row in rows
    ]


def muted(tx: Tx, account_id: int, sender: Actor) -> bool:
    """Whether this person wants no invitations from ``sender``."""
    labels = sender.host.split(".")
    hosts = [".".join(labels[start:]) for start in range(len(labels))]
    return invite_mutes.any_of(tx, account_id, [sender.uri, *hosts])
