"""Jobs that fetch actors, notes and pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from activitypub.coauthorship.projection import media_digest
from activitypub.documents.polls import read_vote
from activitypub.errors import ActivityPubError
from activitypub.origins import check_fetched
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import as_id, as_list, parse_strict_json, same_origin
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.federation.arrivals import read_arrival_aside
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import (
    arrivals,
    decoding,
    invitations,
    media,
    reactions,
    removals,
    trusting,
    verification,
)
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import FileStore, files_of
from storage.engine import Tx
from storage.models import Media, Offer
from storage.queries import consents, post_media
from storage.queries import posts as post_queries


async def fetch_actor(context: Context, payload: Mapping[str, Any]) -> None:
    found = await context.directory.actor(
        str(payload["uri"]), refresh=bool(payload.get("refresh")), max_age=0
    )
    if isinstance(found, Refused) and found.code == "not_fetched":
        raise Again(found.reason)


async def fetch_note(
    context: Context,
    uri: str,
    announce: Mapping[str, Any] | None = None,
    *,
    depth: int = 0,
    counted_by: str | None = None,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Get an object from its origin, and finish the Announce that named it.

    ``depth``: over how many quotes we came to it. ``counted_by``: the post whose server said that
    this is an answer to it, and how many it has with this one.
    ``told``: who published it by its id alone, and what would have become of it had it come whole.
    """
    runtime, env = context.runtime, context.env
    if runtime.is_own(uri):
        return
    fetched = await runtime.client.get(uri, key=await runtime.keys.instance())
    checked = check_fetched(fetched)
    if isinstance(checked, Refused):
        if checked.code == "not_fetched":
            raise Again(f"{uri}: {fetched.status} {fetched.error}")
        log.info("note_not_fetched", uri=uri, code=checked.code)
        if fetched.status == 410:
            await runtime.write(lambda tx: removals.gone(tx, env, uri))
        return
    try:
        if checked.get("coAuthors"):
            checked = parse_strict_json(fetched.body)
        owner = as_id(next(iter(as_list(checked.get("attributedTo"))), None))
        if told is not None and (owner != told["by"] or read_vote(checked) is not None):
            log.info("note_refused", uri=uri, code="not_the_author")
            return
        author = await context.directory.actor(owner) if owner is not None else None
        if author is None or isinstance(author, Refused):
            log.info("note_without_author", uri=uri)
            return
        arrival = await read_arrival_aside(checked, author, size=len(fetched.body))
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
        post_id, _ = arrivals.store_arrival(
            tx,
            env,
            arrival,
            update=True,
            asked=told is None or bool(told["asked"]),
            recipient_id=None if told is None else told["recipient_id"],
            counted=counted_by is not None and arrival.note.in_reply_to == counted_by,
            depth=depth,
        )
        verification.guard(tx, env, uri)
        post = post_queries.post(tx, post_id) if post_id is not None else None
        if post is None or announce is None or booster is None or isinstance(booster, Refused):
            return
        if post.visibility in EVERYBODYS:
            reactions.receive_boost(
                tx,
                env,
                post,
                booster,
                str(announce["id"]),
                int(announce["published_at"]),
                visibility=str(announce.get("visibility", "public")),
            )

    await runtime.write(transaction)


async def fetch_note_job(context: Context, payload: Mapping[str, Any]) -> None:
    await fetch_note(
        context,
        str(payload["uri"]),
        payload.get("announce"),
        counted_by=payload.get("counted_by"),
        told=payload.get("told"),
    )


async def seek_publication(context: Context, payload: Mapping[str, Any]) -> None:
    """Whether a post that somebody here agreed to is out, and its ``Create`` was lost."""
    runtime, offer_id = context.runtime, int(payload["offer_id"])
    offer = await runtime.store.read(lambda tx: consents.offer(tx, offer_id))
    if offer is None or offer.state != ConsentState.ACCEPTED.value:
        return
    # As a stranger: the people invited may fetch the draft.
    fetched = await runtime.anonymous.get(offer.object_uri)
    if not isinstance(check_fetched(fetched), Refused):
        await fetch_note(context, offer.object_uri)
    time = int(payload["time"]) + 1
    await runtime.write(lambda tx: invitations.seek_publication(tx, context.env, offer, time))


async def fetch_media(context: Context, payload: Mapping[str, Any]) -> None:
    """Copy a remote picture, if it is what its digest promised."""
    runtime = context.runtime
    media_id = int(payload["media_id"])

    def query(tx: Tx) -> tuple[Media | None, Offer | None]:
        item = post_media.media(tx, media_id)
        offer = consents.offer(tx, item.offer_id) if item is not None and item.offer_id else None
        return item, offer

    item, offer = await runtime.store.read(query)
    if item is None or item.state == "stored" or item.remote_url is None:
        return
    # A draft's picture is given to the invited person only, so they ask in their own name.
    # Of others they ask nothing: whoever invites chooses the address.
    invited = offer is not None and same_origin(item.remote_url, offer.object_uri)
    signer = offer.target_id if offer is not None and invited else await runtime.keys.instance_id()
    key = await runtime.keys.rsa(signer)
    own = await _own_picture(context, item.remote_url)
    fetched = own or await runtime.client.get_media(
        item.remote_url, runtime.settings.media_max_bytes, key=key
    )
    if fetched.status == 0 or fetched.status in (404, 408, 429) or fetched.status >= 500:
        raise Again(f"picture not fetched: {fetched.status} {fetched.error}")
    octets = fetched.body if fetched.status == 200 else b""
    changes: dict[str, Any]
    # What the authors agreed to is these octets and no others (FEP-1311).
    if item.digest is not None and media_digest(octets) != item.digest:
        changes, may_go = {"state": "mismatch"}, False
    else:
        await context.files.make_room(len(octets))
        try:
            changes = await decoding.aside(
                _keep_picture, files_of(runtime.settings), item, octets, fetched.media_type
            )
        except ServiceError:
            context.files.give_back(len(octets))
            raise
        may_go = changes["state"] == "stored" and offer is None and own is None
        if not may_go:
            context.files.give_back(len(octets))
    url = item.remote_url

    def transaction(tx: Tx) -> None:
        post_media.change_media(tx, media_id, **changes)
        if may_go:
            context.files.kept(tx, item.token, url, changes["path"], changes["size"])
        if offer is not None:
            trusting.consider(tx, context.env, offer.uri)

    await runtime.write(transaction)
    log.info("picture_fetched", url=item.remote_url, state=changes["state"])


async def _own_picture(context: Context, url: str) -> Fetched | None:
    """A picture of this very server, from its disk."""
    runtime = context.runtime
    if not runtime.is_own(url):
        return None
    token = url.rpartition("/")[2].partition(".")[0]
    held = await runtime.store.read(lambda tx: post_media.media_by_token(tx, token))
    files = files_of(runtime.settings)
    octets = await asyncio.to_thread(files.read, held.path) if held is not None else None
    return Fetched(
        url=url,
        status=200 if octets else 404,
        fetched_at=runtime.env.now(),
        final_url=url,
        media_type=held.media_type if held is not None else "",
        body=octets or b"",
    )


def _keep_picture(files: FileStore, item: Media, octets: bytes, declared: str) -> dict[str, Any]:
    try:
        stored = media.store_remote(files, item.token, octets, declared)
    except ServiceError as error:
        if error.status >= 500:
            raise
        return {"state": "failed"}
    return {
        "state": "stored",
        "media_type": stored.media_type,
        "size": stored.size,
        "width": stored.width,
        "height": stored.height,
        "path": stored.path,
    }
