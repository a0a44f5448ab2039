"""A report becomes a Flag for the servers that were chosen."""

from __future__ import annotations

from activitypub.activities.flag import build_flag
from fedi_cotweet.federation.outbox.lookups import Payload, as_text
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.federation.sending import Audience, Outgoing
from storage.engine import Tx
from storage.models import Actor, Report
from storage.queries import actors, reports


async def report_made(runtime: Runtime, payload: Payload) -> list[Outgoing]:
    """By the instance actor, as Mastodon does: who reported it stays here."""

    def query(tx: Tx) -> tuple[Report, list[Actor]] | None:
        found = reports.report(tx, payload["report_id"])
        if found is None:
            return None
        people = actors.actors_by_uri(tx, [str(uri) for uri in found.actor_uris])
        return found, [actor for actor in people.values() if actor.host in found.forwarded_to]

    held = await runtime.store.read(query)
    if held is None:
        return []
    found, told = held
    objects = [str(uri) for uri in (*found.actor_uris, *found.object_uris)]
    document = build_flag(
        found.uri,
        runtime.env.addresses.instance_actor,
        objects,
        found.comment,
        to=[actor.uri for actor in told],
    )
    return [
        Outgoing(
            uri=found.uri,
            actor_id=await runtime.keys.instance_id(),
            kind="Flag",
            body=as_text(document),
            audience=Audience(people=tuple(actor.id for actor in told), personal=True),
        )
    ]
