"""Answers to direct messages about consent, among the notes that come in."""

from __future__ import annotations

from typing import Any

from activitypub.documents.note import parse_note
from activitypub.vocab.reading import as_id, ids
from activitypub.vocab.terms import Doc
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import message_answers
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.queries import messages

_EVIDENCE = (
    *("signature", "signature-input", "digest", "content-digest", "date", "host"),
    *("content-type", "content-length"),
)


async def answered(context: Context, incoming: Incoming, embedded: Doc) -> str | None:
    """Take a Create that answers a message of ours; None for one that does not.

    Only what the person asked sent and signed themselves counts. What others pass on, whatever
    proof it carries, is fetched from its origin first.
    """
    if len(ids(embedded.get("attributedTo"))) != 1:
        return None
    if not await _may_answer(context, embedded):
        return None
    answer = message_answers.answer_of(parse_note(embedded), incoming.text, _evidence(incoming))
    sender = incoming.actor

    def find(tx: Tx) -> bool:
        return message_answers.conversation(tx, context.env, sender, answer) is not None

    if not await context.runtime.store.read(find):
        return None

    def transaction(tx: Tx) -> str:
        offer = message_answers.conversation(tx, context.env, sender, answer)
        if offer is None:
            return "unknown_object"
        if incoming.how != "http":
            later(tx, context.env, "fetch_answer", answer.uri, uri=answer.uri, offer_id=offer.id)
            return "to_fetch"
        return message_answers.receive(tx, context.env, sender, offer, answer)

    outcome = await context.once(incoming, transaction)
    # A public answer is an ordinary post too, for those who follow who wrote it.
    return None if answer.public and outcome != "repeated" else outcome


async def edited(context: Context, incoming: Incoming, embedded: Doc) -> str | None:
    """An Update of an answer; None for one of anything else."""
    uri = as_id(embedded.get("id")) or ""
    if incoming.how != "http" or not await context.runtime.store.read(
        lambda tx: messages.message(tx, uri) is not None
    ):
        return None
    answer = message_answers.answer_of(parse_note(embedded), incoming.text, _evidence(incoming))
    return await context.runtime.write(
        lambda tx: message_answers.edited(tx, context.env, incoming.actor, answer)
    )


async def _may_answer(context: Context, embedded: Doc) -> bool:
    """Whether reading the whole note is worth while: most notes have nothing to do with us."""
    if context.env.addresses.base in str(embedded.get("content")):
        return True
    answered = as_id(embedded.get("inReplyTo"))
    if answered is None:
        return False
    return await context.runtime.store.read(lambda tx: messages.message(tx, answered) is not None)


def _evidence(incoming: Incoming) -> dict[str, Any]:
    """The signed request, so that the signature can be checked again by others."""
    request = incoming.request
    if request is None:
        return {}
    return {
        "method": request.method,
        "url": request.url,
        "headers": {
            name: list(request.headers[name]) for name in _EVIDENCE if name in request.headers
        },
        "key": incoming.key_id or "",
        "received_at": incoming.received_at,
    }
