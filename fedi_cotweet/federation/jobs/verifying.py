"""Jobs that fetch stamps and posts and judge who may be named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from activitypub.coauthorship.answers import check_stamp_for_offer
from activitypub.coauthorship.offers import Invitation, read_offer
from activitypub.coauthorship.publication import is_older_version
from activitypub.coauthorship.stamps import Stamp
from activitypub.coauthorship.verification import (
    CoAuthorState,
    CoAuthorVerdict,
    verify_authors,
)
from activitypub.errors import ActivityPubError
from activitypub.origins import check_fetched
from activitypub.shell.fetching import resolve
from activitypub.verdicts import Fetched, Known, Need, Refused
from activitypub.vocab.reading import parse_strict_json, types
from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.federation.arrivals import read_arrival_aside
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import (
    answers,
    arrivals,
    documents,
    leaving,
    posts,
    rechecks,
    standing,
    verification,
)
from fedi_cotweet.services.arrivals import Arrival
from fedi_cotweet.services.events import brought_by
from storage.engine import Tx
from storage.models import Offer
from storage.queries import actors, consents, post_authors
from storage.queries import posts as post_queries


async def local_answer(context: Context, url: str) -> Fetched | None:
    """What our own server would answer for a URL of its own, without a request.

    Stamps and notes only: that is all the checks ask for.
    """
    runtime = context.runtime
    if not runtime.is_own(url):
        return None
    now = runtime.env.now()

    def query(tx: Tx) -> dict[str, Any] | None:
        stamp = consents.stamp_by_uri(tx, url)
        if stamp is not None:
            document: dict[str, Any] = orjson.loads(stamp.document)
            return None if stamp.deleted_at is not None else document
        post = post_queries.post_by_uri(tx, url)
        if post is None or post.state != "published":
            return None
        return documents.full_note(tx, post)

    found = await runtime.store.read(query)
    return Fetched(
        url=url,
        status=404 if found is None else 200,
        fetched_at=now,
        final_url=url,
        media_type=ACTIVITY_JSON,
        document=found,
    )


async def verify_stamp(context: Context, payload: Mapping[str, Any]) -> None:
    """Fetch the stamp of an acceptance and check it against our own copy of the Offer."""
    runtime, env = context.runtime, context.env
    offer_id, stamp_uri = int(payload["offer_id"]), str(payload["stamp_uri"])

    def query(tx: Tx) -> tuple[Offer | None, frozenset[tuple[str, str]]]:
        deleted = consents.deleted_stamp_owners(tx, [stamp_uri])
        return consents.offer(tx, offer_id), frozenset(deleted)

    offer, deleted = await runtime.store.read(query)
    if offer is None or offer.state not in ("offered", "accepted"):
        return
    invitation = read_offer(orjson.loads(offer.document))
    if not isinstance(invitation, Invitation):
        raise ValueError(f"stored Offer {offer.uri} is unreadable: {invitation.code}")
    fetched = await local_answer(context, stamp_uri)
    if fetched is None:
        fetched = await runtime.client.get(stamp_uri, key=await runtime.keys.rsa(offer.sender_id))
    if fetched.status in (0, 401, 403, 408, 429) or fetched.status >= 500:
        raise Again(f"stamp not fetched: {fetched.status} {fetched.error}")
    checked = check_stamp_for_offer(
        fetched, invitation, stamp_uri=stamp_uri, now=env.now(), deleted_stamps=deleted
    )
    if not isinstance(checked, Stamp):
        code = checked.code
        log.info("acceptance_refused", offer=offer.uri, stamp=stamp_uri, code=code)
        gone = code == "deleted" or (fetched.status in (404, 410) and fetched.same_origin)
        await runtime.write(
            lambda tx: answers.acceptance_failed(tx, env, offer_id, code, gone=gone)
        )
        return
    text = orjson.dumps(fetched.document).decode()
    at = fetched.fetched_at
    outcome = await runtime.write(
        brought_by(
            payload.get("signed_with"),
            lambda tx: answers.stamp_verified(tx, env, offer_id, stamp_uri, text, at),
        )
    )
    log.info("acceptance_verified", offer=offer.uri, outcome=outcome)


async def verify_post(context: Context, payload: Mapping[str, Any]) -> None:
    """Fetch the stamps of a post and judge each of its co-authors."""
    runtime, env = context.runtime, context.env
    post_id = int(payload["post_id"])
    subject = await runtime.store.read(lambda tx: verification.to_verify(tx, post_id))
    if subject is None:
        return
    seen: dict[str, Fetched] = {}

    def check(known: Known) -> tuple[CoAuthorVerdict, ...] | Need | Refused:
        seen.update(known)
        return verify_authors(
            subject.document,
            known=known,
            now=env.now(),
            deleted_stamps=subject.deleted_stamps,
            known_primary=subject.primary,
            previous=subject.previous,
            gone_actors=subject.gone,
        )

    async def own(url: str) -> Fetched | None:
        return await local_answer(context, url)

    key = await runtime.keys.instance()
    verdicts: tuple[CoAuthorVerdict, ...] | Refused = await resolve(
        check, runtime.client, key=key, local=own
    )
    if isinstance(verdicts, Refused):
        log.info("authors_not_verified", post=subject.post.uri, code=verdicts.code)
        return
    for verdict in verdicts:
        log.info(
            "author_checked",
            post=subject.post.uri,
            author=verdict.actor,
            state=verdict.state.value,
            reason=verdict.reason,
        )
    await _know_authors(context, [verdict.actor for verdict in verdicts])
    texts = {
        url: orjson.dumps(fetched.document).decode()
        for url, fetched in seen.items()
        if fetched.document is not None
    }
    gone = [verdict.actor for verdict in verdicts if verdict.state is CoAuthorState.REVOKED]

    def transaction(tx: Tx) -> None:
        before = _named(tx, post_id)
        verification.apply_verdicts(tx, env, post_id, subject.post, verdicts, texts)
        leaving.found_gone(tx, env, post_id, gone, before - _named(tx, post_id))

    await runtime.write(transaction)
    now = env.now()
    silent = [v for v in verdicts if rechecks.soon_again(subject.post, v, now)]
    if silent:
        raise Again(f"no answer about {', '.join(verdict.actor for verdict in silent)}")


def _named(tx: Tx, post_id: int) -> set[str]:
    rows = post_authors.authors_of(tx, [post_id])[post_id]
    return {row.actor_uri for row in documents.claimed_rows(rows)}


async def _know_authors(context: Context, uris: list[str]) -> None:
    """A verified author is shown with name and handle, so their actor must be known."""
    for uri in uris:
        await context.directory.actor(uri)


async def guard_post(context: Context, payload: Mapping[str, Any]) -> None:
    """Look at the newest version of a post that people here agreed to, as a stranger would.

    If it is not what they agreed to, their stamps go (FEP-af48, Publication). Nothing is decided on
    a version older than one that was seen, nor on a failure to fetch.
    """
    runtime, env = context.runtime, context.env
    post_id = int(payload["post_id"])
    post = await runtime.store.read(lambda tx: post_queries.post(tx, post_id))
    if post is None or post.local or post.state != "published":
        return
    fetched = await runtime.anonymous.get(post.uri)
    if fetched.status == 410 and fetched.same_origin:
        await runtime.write(lambda tx: posts.remove(tx, env, post))
        return
    checked = check_fetched(fetched)
    if isinstance(checked, Refused):
        raise Again(f"{post.uri} not fetched: {checked.code}")
    try:
        document = parse_strict_json(fetched.body)
    except ActivityPubError:
        document = checked  # it has no digest then, and so matches no stamp
    if "Tombstone" in types(document) or is_older_version(
        document, orjson.loads(post.document), now=env.now(), held_since=post.fetched_at
    ):
        return
    author = await runtime.store.read(lambda tx: actors.actor(tx, post.author_id))
    try:
        arrival = (
            await read_arrival_aside(document, author, size=len(fetched.body))
            if author is not None
            else None
        )
    except ActivityPubError:
        arrival = None  # nothing we could show, so certainly not what anybody agreed to

    def transaction(tx: Tx) -> list[str]:
        if isinstance(arrival, Arrival):
            # Who was taken off has nothing to object to in what the others wrote.
            standing.no_longer_named(tx, env, post.uri, arrival.note.co_authors)
        return verification.not_what_was_agreed(tx, env, post_id, document)

    dropped = await runtime.write(transaction)
    if dropped:
        log.warning("consent_withdrawn_for_mismatch", post=post.uri, stamps=dropped)
    if isinstance(arrival, Arrival):
        await runtime.write(lambda tx: arrivals.store_arrival(tx, env, arrival, update=True))
