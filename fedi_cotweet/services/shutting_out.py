"""The operator shuts somebody out, or a whole server: their names and posts go (C39)."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.domain.hosts import covering
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import departing, moderating, second_factor, tokens
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import later
from fedi_cotweet.services.host_rules import SEVERITIES
from fedi_cotweet.services.staff_log import OPERATOR, name_of, note
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, deliveries, leftovers, relations, sign_up_links, staff


@dataclass(frozen=True, slots=True)
class Affected:
    """What a rule for a server would concern, as far as this server knows it."""

    people: int
    posts: int
    co_authorships: int
    """Posts of others on which somebody from there is named."""
    own_posts: int
    """Posts of this server on which somebody from there is named: each gets an Update."""
    follows: int
    deliveries: int


def hosts_under(tx: Tx, host: str) -> list[str]:
    """The servers known here that a rule for ``host`` means, and itself."""
    return sorted({host, *(name for name in relations.known_hosts(tx) if host in covering(name))})


def affected(tx: Tx, host: str) -> Affected:
    """What a rule for ``host`` would concern; nothing is changed."""
    hosts = hosts_under(tx, host)
    people, written, named, own, between = relations.presence(tx, hosts)
    waiting = deliveries.count_waiting(tx, hosts)
    return Affected(people, written, named, own, between, waiting)


def set_rule(
    tx: Tx, env: Env, host: str, severity: str, reason: str = "", *, by: str = OPERATOR
) -> None:
    """Have nothing to do with a server (``suspend``), or keep it out of sight (``limit``).

    Holds for all its ports and everything below its name, from now on; what is here already of a
    suspended one is dealt with by a job.
    """
    if severity not in SEVERITIES:
        raise ServiceError(
            "bad_severity", 422, say("It is one of: {choices}.", choices=", ".join(SEVERITIES))
        )
    if env.addresses.host in covering(host) or host in covering(env.addresses.host):
        raise ServiceError("own_host", 422, "That is this very server.")
    relations.set_host_rule(tx, host, severity, reason, env.now())
    if severity == "suspend":
        for name in hosts_under(tx, host):
            deliveries.abandon(tx, name, "suspended here")
    later(tx, env, "apply_host_rule", host, host=host)
    note(tx, env, by, f"server:{severity}", host, reason)


def remove_rule(tx: Tx, env: Env, host: str, *, by: str = OPERATOR) -> bool:
    """Take a rule back: posts are seen again, stamps are looked at anew."""
    if not relations.remove_host_rule(tx, host):
        return False
    later(tx, env, "apply_host_rule", host, host=host)
    note(tx, env, by, "server:none", host)
    return True


def suspend(
    tx: Tx,
    env: Env,
    actor: Actor,
    *,
    by: str = OPERATOR,
    why: str = "",
    text: str = "",
    report_id: int | None = None,
) -> None:
    """Shut one person out, from here or elsewhere. ``why`` is for the log; who lives here reads
    ``text`` where they try to sign in."""
    if actor.kind == "Application" and actor.local:
        raise ServiceError("not_a_person", 422, "The server's own actor cannot be suspended.")
    actors.set_suspended(tx, actor.id, env.now())
    if actor.local:
        tokens.end_all(tx, actor.id, env.now())
        sign_up_links.end_all(tx, actor.id, env.now())
    leftovers.forget(tx, actor.id)
    departing.later_out(tx, env, actor.id)
    note(tx, env, by, "suspend", name_of(actor), why)
    moderating.said(tx, env, actor, moderating.SUSPENDED, text, report_id=report_id)


def unsuspend(tx: Tx, env: Env, actor: Actor, *, by: str = OPERATOR, why: str = "") -> None:
    """Let somebody in again. Posts of people here, and their co-authorships, stay ended."""
    actors.set_suspended(tx, actor.id, None)
    later(tx, env, "let_in", str(actor.id), actor_id=actor.id)
    note(tx, env, by, "unsuspend", name_of(actor), why)


def delete_account(tx: Tx, env: Env, actor: Actor, *, by: str = OPERATOR) -> None:
    """Delete the account of a person here, for good: posts, names, and then the actor itself.

    ``by``: "" if they do it themselves, which is no act of those who look after the server.
    """
    if by:
        note(tx, env, by, "delete-account", name_of(actor))
    actors.mark_gone(tx, actor.id, env.now())
    actors.forget_password(tx, actor.id)
    sign_up_links.end_all(tx, actor.id, env.now())
    second_factor.turn_off(tx, actor.id)
    tokens.end_all(tx, actor.id, env.now())
    staff.forget(tx, actor.id)
    departing.later_out(tx, env, actor.id)
