"""Jobs that look at what people wrote where it stands: answers, and public consent notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from activitypub.coauthorship.consent_notes import NoteVerdict, sole_author, verify_notes
from activitypub.documents.note import parse_note
from activitypub.errors import ActivityPubError
from activitypub.origins import check_fetched
from activitypub.shell.fetching import resolve
from activitypub.verdicts import Fetched, Known, Need, Refused
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import consent_notes, message_answers
from storage.engine import Tx
from storage.models import Actor, Offer
from storage.queries import actors, consents


async def fetch_answer(context: Context, payload: Mapping[str, Any]) -> None:
    """An answer that others passed on, from its origin: only there it is its author's own word."""
    runtime, uri = context.runtime, str(payload["uri"])

    def query(tx: Tx) -> tuple[Offer | None, Actor | None]:
        offer = consents.offer(tx, int(payload["offer_id"]))
        return offer, actors.actor(tx, offer.target_id) if offer is not None else None

    offer, person = await runtime.store.read(query)
    if offer is None or person is None:
        return
    # In the name of whom it is addressed to: it may be for their eyes only.
    fetched = await runtime.client.get(uri, key=await runtime.keys.rsa(offer.sender_id))
    document = check_fetched(fetched)
    if isinstance(document, Refused):
        if document.code == "not_fetched":
            raise Again(f"answer not fetched: {fetched.status} {fetched.error}")
        log.info("answer_not_fetched", uri=uri, code=document.code)
        return
    try:
        note = parse_note(document)
    except ActivityPubError as error:
        log.info("answer_unreadable", uri=uri, code=error.code)
        return
    if sole_author(document) != person.uri:
        log.info("answer_of_somebody_else", uri=uri)
        return
    evidence = {"fetched": uri, "fetched_at": fetched.fetched_at}
    answer = message_answers.answer_of(note, orjson.dumps(document).decode(), evidence)
    outcome = await runtime.write(
        lambda tx: message_answers.receive(tx, context.env, person, offer, answer)
    )
    log.info("answer_fetched", uri=uri, outcome=outcome)


async def verify_consent_notes(context: Context, payload: Mapping[str, Any]) -> None:
    """Look at the public consent notes of a post of anybody's, and keep what they are worth."""
    runtime, env, post_id = context.runtime, context.env, int(payload["post_id"])
    subject = await runtime.store.read(lambda tx: consent_notes.to_verify(tx, env, post_id))
    if subject is None:
        return
    seen: dict[str, Fetched] = {}

    def check(known: Known) -> tuple[NoteVerdict, ...] | Need:
        seen.update(known)
        return verify_notes(subject.document, subject.authors, known=known, now=env.now())

    verdicts: tuple[NoteVerdict, ...] | Refused = await resolve(
        check, runtime.client, key=await runtime.keys.instance()
    )
    if isinstance(verdicts, Refused):
        log.info("notes_not_verified", post=subject.post.uri, code=verdicts.code)
        return
    for verdict in verdicts:
        log.info(
            "consent_note_checked",
            post=subject.post.uri,
            note=verdict.uri,
            state=verdict.state.value,
            reason=verdict.reason,
        )
        if verdict.actor is not None:
            await context.directory.actor(verdict.actor)
    texts = {url: answer.body.decode(errors="replace") for url, answer in seen.items()}
    await runtime.write(
        lambda tx: consent_notes.apply(tx, env, post_id, subject.post, verdicts, texts)
    )
