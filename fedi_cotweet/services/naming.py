"""Which post, draft or invitation somebody means by what they typed: an id or an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeGuard
from urllib.parse import urlsplit

import orjson

from activitypub.documents.links import page_url
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Offer, Post
from storage.queries import consents, posts

_MOST_INVITES = 200
"""How many of somebody's open invitations are looked through for a page."""
_OWN_POST = re.compile(r"/(?:notes|@[^/]+)/(\d{1,19})/?")


@dataclass(frozen=True, slots=True)
class Named:
    """``uri`` identifies the post. ``post``: it, where it is known here. ``invite``: what the
    account was asked about it, if it was. Neither says that the account may see the post."""

    uri: str
    post: Post | None
    invite: Offer | None


def named(tx: Tx, env: Env, account_id: int | None, given: str) -> Named | None:
    """What ``given`` names, as far as it is known here; None for nothing.

    ``given``: the id of a post here, the id of an invitation of the account's to one, the address
    of a page of this server, or the identifier of a post or of an invitation. Without an account
    (a moderator) invitations of everybody count.
    """
    text = given.strip().partition("#")[0]
    number = read_id(text) or own_post_id(env, text)
    if number is None:
        held = posts.post_by_uri(tx, text)
        asked = consents.offer_by_uri(tx, text, "received")
    else:
        held, asked = posts.post(tx, number), consents.offer(tx, number)
    if held is None and _is_for(asked, account_id):
        return Named(asked.object_uri, posts.post_by_uri(tx, asked.object_uri), asked)
    uri = text if held is None else held.uri
    offers = [
        offer
        for offer in consents.offers_for_object(tx, uri, "received")
        if _is_for(offer, account_id)
    ]
    if held is None and not offers:
        asked = None if account_id is None else _asked_about_page(tx, account_id, text)
        return None if asked is None else Named(asked.object_uri, None, asked)
    waiting = [offer for offer in offers if offer.state == ConsentState.OFFERED.value]
    return Named(uri, held, next(iter([*waiting[-1:], *offers[-1:]]), None))


def _asked_about_page(tx: Tx, account_id: int, url: str) -> Offer | None:
    """The invitation to a draft elsewhere by the address that its page will have."""
    if not url.startswith("http"):
        return None
    states = [state.value for state in (ConsentState.OFFERED, ConsentState.ACCEPTED)]
    for offer in consents.offers_to(tx, account_id, states, _MOST_INVITES):
        if page_url(orjson.loads(offer.document)["object"].get("url")) == url:
            return offer
    return None


def own_post_id(env: Env, url: str) -> int | None:
    """The id in an address of this server that may be a post's, or None."""
    if not env.addresses.owns(url):
        return None
    match = _OWN_POST.fullmatch(urlsplit(url).path)
    return read_id(match[1]) if match else None


def _is_for(offer: Offer | None, account_id: int | None) -> TypeGuard[Offer]:
    if offer is None or offer.side != "received":
        return False
    return account_id is None or offer.target_id == account_id
