"""What an artist is shown who is asked to be named under a picture. Reads only."""

from __future__ import annotations

import orjson

from activitypub.coauthorship.credits import authors_of
from activitypub.coauthorship.notice import remove_notice
from activitypub.documents.note import parse_note
from activitypub.html import sanitise, to_text
from fedi_cotweet.services.credit_answers import own_question
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import CreditRequestView
from storage.engine import Tx
from storage.queries import actors, crediting


def questions(tx: Tx, env: Env, account_id: int) -> list[CreditRequestView]:
    """All questions to an artist, newest first."""
    found = crediting.offers_to(tx, account_id, 100)
    return [question(tx, env, account_id, offer.id) for offer in found]


def question(tx: Tx, env: Env, account_id: int, offer_id: int) -> CreditRequestView:
    """One question, from the stored copy that the digest was computed from."""
    offer = own_question(tx, account_id, offer_id)
    sender = actors.actor(tx, offer.sender_id)
    if sender is None:
        raise not_found("credit")
    document = orjson.loads(offer.document)
    post, picture = document["interactingObject"], document["object"]
    note = parse_note(post)
    content = sanitise(remove_notice(note.content, authors_of(post) or ()))
    return CreditRequestView(
        id=str(offer.id),
        state=offer.state,
        sender=author_view(env, sender),
        post=offer.post_uri,
        text=to_text(content),
        summary=to_text(note.summary),
        picture=str(picture.get("url", "")),
        alt=str(picture.get("name", "")),
        digest=offer.digest,
        expires_at=offer.expires_at,
    )
