"""Jobs that pass things on: a co-author's Announce, and activities between two people here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from activitypub.coauthorship.publication import build_announce
from activitypub.origins import check_fetched
from activitypub.verdicts import Refused
from fedi_cotweet.domain.limits import MINUTE, SECOND
from fedi_cotweet.federation import sending
from fedi_cotweet.federation.handlers import handle
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import local
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.sending import Audience, Outgoing
from fedi_cotweet.services import verification
from storage.engine import Tx
from storage.queries import actors, consents, interactions
from storage.queries import posts as post_queries


async def announce(context: Context, payload: Mapping[str, Any]) -> None:
    """A co-author's Announce to everyone whose server does not know FEP-af48.

    Not before the post can be fetched by strangers: Mastodon drops a boost for good if it cannot.
    """
    runtime, env = context.runtime, context.env
    post_id, account_id = int(payload["post_id"]), int(payload["account_id"])

    def query(tx: Tx) -> Any:
        post = post_queries.post(tx, post_id)
        me = actors.actor(tx, account_id)
        primary = actors.actor(tx, post.author_id) if post is not None else None
        live = consents.live_stamps(tx, post.uri, account_id) if post is not None else []
        return post, me, primary, live

    post, me, primary, live = await runtime.store.read(query)
    if post is None or me is None or primary is None or not live or post.state != "published":
        return
    fetched = await runtime.anonymous.get(post.uri)
    refused = check_fetched(fetched)
    if isinstance(refused, Refused):
        raise Again(f"{post.uri} cannot be fetched yet: {refused.code}", after=5 * SECOND)
    now = max(env.now(), (post.published_at or 0) + SECOND)
    boost_id = env.new_id()
    uri = env.addresses.announce(me.username, boost_id)
    document = build_announce(
        id=uri,
        actor=me.uri,
        followers=me.followers_uri or f"{me.uri}/followers",
        primary=primary.uri,
        object_id=post.uri,
        visibility=post.visibility,
        published_at=now,
    )
    body = await sending.signed_for_all(runtime, account_id, document)
    # Aware servers got the Create itself, if it could be forwarded.
    carried = post.local or post.carrier is not None

    def transaction(tx: Tx) -> None:
        if not consents.live_stamps(tx, post.uri, account_id):
            return
        if not interactions.add_boost(
            tx,
            id=boost_id,
            uri=uri,
            actor_id=account_id,
            post_id=post_id,
            published_at=now,
            delivery=True,
        ):
            return
        sending.enqueue(
            tx,
            env,
            Outgoing(
                uri=uri,
                actor_id=account_id,
                kind="Announce",
                object_uri=uri,
                body=body,
                public=True,
                audience=Audience(
                    followers_of=(account_id,),
                    only_unaware=carried,
                    not_hosts=frozenset({primary.host}),
                ),
            ),
        )
        # And once more, when others have seen it (FEP-af48: shortly after the Announce).
        if not post.local:
            verification.guard_later(tx, env, post_id, MINUTE)

    await runtime.write(transaction)


async def deliver_local(context: Context, payload: Mapping[str, Any]) -> None:
    """An activity of one local person for another takes the same path as a remote one."""

    def query(tx: Tx) -> Any:
        activity = consents.activity_by_id(tx, int(payload["activity_id"]))
        sender = actors.actor(tx, activity.actor_id) if activity is not None else None
        return activity, sender

    activity, sender = await context.runtime.store.read(query)
    if activity is None or sender is None:
        return
    document = orjson.loads(activity.body)
    incoming = local(document, sender, activity.created_at, int(payload["recipient_id"]))
    await handle(context, incoming)
