"""Jobs: what needs the network or time. Each may run twice and changes nothing the second time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from activitypub.coauthorship.answers import check_stamp_for_offer
from activitypub.coauthorship.offers import Invitation, read_offer
from activitypub.coauthorship.projection import media_digest
from activitypub.coauthorship.publication import build_announce, is_older_version
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
from activitypub.vocab.reading import as_id, as_list, parse_strict_json, types
from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.domain.limits import AWARENESS_FRESH_FOR, HOUR, MINUTE, SECOND
from fedi_cotweet.federation import sending
from fedi_cotweet.federation.arrivals import read_arrival
from fedi_cotweet.federation.handlers import handle
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import local
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.federation.sending import Audience, Outgoing
from fedi_cotweet.services import documents, leaving, media, posts, publishing, verification
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import later
from fedi_cotweet.services.posts import Arrival
from storage.engine import Tx
from storage.models import Media, Offer
from storage.queries import actors, consents, jobs
from storage.queries import posts as post_queries
from storage.queries.jobs import JobRow

LEASE: Final = 2 * MINUTE
TRIES: Final = 12


class Again(Exception):  # noqa: N818 - not an error: the job is to be run again
    """Not this time. ``after`` milliseconds at the earliest, None for the usual backoff."""

    def __init__(self, reason: str, *, after: int | None = None) -> None:
        super().__init__(reason)
        self.after = after


async def claim(runtime: Runtime, limit: int) -> list[JobRow]:
    """Take due jobs."""
    now = runtime.env.now()
    return await runtime.store.write(
        lambda tx: jobs.claim(tx, now=now, limit=limit, lease_ms=LEASE)
    )


async def run(context: Context, job: JobRow) -> None:
    """Run one job and end it, or put it back."""
    runtime = context.runtime
    try:
        await KINDS[job.kind](context, job.payload)
    except Exception as error:  # whatever it is, the job is kept and the next one runs
        after = error.after if isinstance(error, Again) else None
        if not isinstance(error, Again):
            log.exception("job_failed", kind=job.kind, job=job.id)
        if job.attempts >= TRIES:
            log.warning("job_given_up", kind=job.kind, job=job.id, error=str(error))
            await _given_up(context, job)
        else:
            wait = after if after is not None else min(2 * SECOND * 3**job.attempts, 6 * HOUR)
            run_at, text = runtime.env.now() + wait, repr(error)[:500]
            await runtime.store.write(lambda tx: jobs.retry(tx, job, run_at=run_at, error=text))
            return
    await runtime.write(lambda tx: jobs.done(tx, job))


async def _given_up(context: Context, job: JobRow) -> None:
    if job.kind == "verify_stamp":
        offer_id = job.payload["offer_id"]
        await context.runtime.write(
            lambda tx: publishing.acceptance_failed(
                tx, context.env, offer_id, "unreachable", for_good=False
            )
        )


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


async def _verify_stamp(context: Context, payload: Mapping[str, Any]) -> None:
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
            lambda tx: publishing.acceptance_failed(tx, env, offer_id, code, gone=gone)
        )
        return
    text = orjson.dumps(fetched.document).decode()
    at = fetched.fetched_at
    outcome = await runtime.write(
        lambda tx: publishing.stamp_verified(tx, env, offer_id, stamp_uri, text, at)
    )
    log.info("acceptance_verified", offer=offer.uri, outcome=outcome)


async def _verify_post(context: Context, payload: Mapping[str, Any]) -> None:
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
    await runtime.write(
        lambda tx: verification.apply_verdicts(tx, env, post_id, subject.post, verdicts, texts)
    )
    silent = [verdict for verdict in verdicts if verdict.state is CoAuthorState.UNKNOWN]
    if silent:
        # Their servers may be down for a moment; until they answer, nobody sees their names.
        raise Again(f"no answer about {', '.join(verdict.actor for verdict in silent)}")


async def _know_authors(context: Context, uris: list[str]) -> None:
    """A verified author is shown with name and handle, so their actor must be known."""
    for uri in uris:
        await context.directory.actor(uri)


async def _guard_post(context: Context, payload: Mapping[str, Any]) -> None:
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
    if "Tombstone" in types(document) or is_older_version(document, orjson.loads(post.document)):
        return
    author = await runtime.store.read(lambda tx: actors.actor(tx, post.author_id))
    arrival = read_arrival(document, author) if author is not None else None

    def transaction(tx: Tx) -> list[str]:
        if isinstance(arrival, Arrival):
            # Who was taken off has nothing to object to in what the others wrote.
            leaving.no_longer_named(tx, env, post.uri, arrival.co_authors)
        return verification.not_what_was_agreed(tx, env, post_id, document)

    dropped = await runtime.write(transaction)
    if dropped:
        log.warning("consent_withdrawn_for_mismatch", post=post.uri, stamps=dropped)
    if isinstance(arrival, Arrival):
        await runtime.write(lambda tx: posts.store_arrival(tx, env, arrival, update=True))


async def _announce(context: Context, payload: Mapping[str, Any]) -> None:
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
        if not post_queries.add_boost(
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


async def _fetch_actor(context: Context, payload: Mapping[str, Any]) -> None:
    found = await context.directory.actor(
        str(payload["uri"]), refresh=bool(payload.get("refresh")), max_age=0
    )
    if isinstance(found, Refused) and found.code == "not_fetched":
        raise Again(found.reason)


async def fetch_note(context: Context, uri: str, announce: Mapping[str, Any] | None = None) -> None:
    """Get an object from its origin, and finish the Announce that named it."""
    runtime, env = context.runtime, context.env
    if runtime.is_own(uri):
        return
    fetched = await runtime.client.get(uri, key=await runtime.keys.instance())
    checked = check_fetched(fetched)
    if isinstance(checked, Refused):
        if checked.code == "not_fetched":
            raise Again(f"{uri}: {fetched.status} {fetched.error}")
        log.info("note_not_fetched", uri=uri, code=checked.code)
        return
    try:
        if checked.get("coAuthors"):
            checked = parse_strict_json(fetched.body)
        owner = as_id(next(iter(as_list(checked.get("attributedTo"))), None))
        author = await context.directory.actor(owner) if owner is not None else None
        if author is None or isinstance(author, Refused):
            log.info("note_without_author", uri=uri)
            return
        arrival = read_arrival(checked, author)
    except ActivityPubError as error:
        log.info("note_unreadable", uri=uri, code=error.code)
        return
    if isinstance(arrival, Refused):
        log.info("note_refused", uri=uri, code=arrival.code)
        return
    booster = (
        await context.directory.actor(str(announce["actor"])) if announce is not None else None
    )

    def transaction(tx: Tx) -> None:
        post_id, _ = posts.store_arrival(tx, env, arrival, update=True)
        verification.guard(tx, env, uri)
        post = post_queries.post(tx, post_id) if post_id is not None else None
        if post is None or announce is None or booster is None or isinstance(booster, Refused):
            return
        if post.visibility in ("public", "unlisted"):
            posts.receive_boost(
                tx, env, post, booster, str(announce["id"]), int(announce["published_at"])
            )

    await runtime.write(transaction)


async def _fetch_note(context: Context, payload: Mapping[str, Any]) -> None:
    await fetch_note(context, str(payload["uri"]), payload.get("announce"))


async def _fetch_media(context: Context, payload: Mapping[str, Any]) -> None:
    """Copy a remote picture, if it is what its digest promised."""
    runtime = context.runtime
    media_id = int(payload["media_id"])

    def query(tx: Tx) -> tuple[Media | None, Offer | None]:
        item = post_queries.media(tx, media_id)
        offer = consents.offer(tx, item.offer_id) if item is not None and item.offer_id else None
        return item, offer

    item, offer = await runtime.store.read(query)
    if item is None or item.state == "stored" or item.remote_url is None:
        return
    # A draft's picture is given to the invited person only, so they ask in their own name.
    signer = offer.target_id if offer is not None else await runtime.keys.instance_id()
    key = await runtime.keys.rsa(signer)
    own = await _own_picture(context, item.remote_url)
    fetched = own or await runtime.client.get_media(
        item.remote_url, runtime.settings.media_max_bytes, key=key
    )
    if fetched.status == 0 or fetched.status in (404, 408, 429) or fetched.status >= 500:
        raise Again(f"picture not fetched: {fetched.status} {fetched.error}")
    octets = fetched.body if fetched.status == 200 else b""
    # What the authors agreed to is these octets and no others (FEP-1311).
    if item.digest is not None and media_digest(octets) != item.digest:
        changes: dict[str, Any] = {"state": "mismatch"}
    else:
        changes = await asyncio.to_thread(
            _keep_picture, runtime.settings.data, item, octets, fetched.media_type
        )
    await runtime.write(lambda tx: post_queries.change_media(tx, media_id, **changes))
    log.info("picture_fetched", url=item.remote_url, state=changes["state"])


async def _own_picture(context: Context, url: str) -> Fetched | None:
    """A picture of this very server, from its disk."""
    runtime = context.runtime
    if not runtime.is_own(url):
        return None
    token = url.rpartition("/")[2].partition(".")[0]
    held = await runtime.store.read(lambda tx: post_queries.media_by_token(tx, token))
    place = media.locate(runtime.settings.data, held.path) if held is not None else None
    octets = await asyncio.to_thread(place.read_bytes) if place is not None else b""
    return Fetched(
        url=url,
        status=200 if octets else 404,
        fetched_at=runtime.env.now(),
        final_url=url,
        media_type=held.media_type if held is not None else "",
        body=octets,
    )


def _keep_picture(data: Path, item: Media, octets: bytes, declared: str) -> dict[str, Any]:
    try:
        stored = media.store_remote(data, item.token, octets, declared)
    except ServiceError as error:
        return {"state": "failed" if error.status < 500 else "pending"}
    return {
        "state": "stored",
        "media_type": stored.media_type,
        "size": stored.size,
        "width": stored.width,
        "height": stored.height,
        "path": stored.path,
    }


async def _deliver_local(context: Context, payload: Mapping[str, Any]) -> None:
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


async def periodic(context: Context) -> None:
    """What time alone makes due: expiry, lapsed consent, stamps to look at again."""
    env, now = context.env, context.env.now()

    def transaction(tx: Tx) -> None:
        for offer in consents.offers_to_expire(tx, now, 100):
            publishing.expire(tx, env, offer)
        for offer in consents.offers_to_lapse(tx, now - verification.UNUSED_FOR, 100):
            leaving.lapse(tx, env, offer.id)
        for post_id in post_queries.authors_due(tx, now, 100):
            verification.recheck(tx, env, post_id)
        for uri in actors.to_renew_awareness(tx, now - AWARENESS_FRESH_FOR, 20):
            later(tx, env, "fetch_actor", uri, uri=uri, refresh=True)
        consents.forget_withdrawn(tx, now)

    await context.runtime.write(transaction)


Kind = Callable[[Context, Mapping[str, Any]], Awaitable[None]]

KINDS: Final[Mapping[str, Kind]] = {
    "announce": _announce,
    "deliver_local": _deliver_local,
    "fetch_actor": _fetch_actor,
    "fetch_media": _fetch_media,
    "fetch_note": _fetch_note,
    "guard_post": _guard_post,
    "verify_post": _verify_post,
    "verify_stamp": _verify_stamp,
}
