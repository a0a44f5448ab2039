"""Who made a picture of a post, with the artist's own consent (FEP-af48, Credit for media).

A credit's stamp has a type of its own, so that it can never pass for consent to be an author, nor
the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.authors import AuthorList, read_author_list
from activitypub.coauthorship.envelope import check_envelope
from activitypub.coauthorship.offers import CLOCK_DIFFERENCE, MAX_LIFETIME, MIN_LIFETIME
from activitypub.coauthorship.projection import (
    is_sha256_multibase,
    try_consent_digest,
    visibility,
)
from activitypub.coauthorship.stamps import read_fetched
from activitypub.coauthorship.verification import CoAuthorState
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import (
    as_list,
    format_time,
    ids,
    origin,
    parse_time,
    same_origin,
    types,
)
from activitypub.vocab.terms import (
    AS2,
    COAUTHORSHIP_TERMS,
    CREDIT_TERMS,
    DATA_INTEGRITY_V2,
    NOTE_TERMS,
    PROFILE_1,
    ROLE_TERMS,
    Doc,
)

CREDIT_TYPE: Final = "MediaCreditAuthorization"
_MAX_AUTHORS: Final = 10
_MAX_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class CreditOffer:
    """``actor`` asks ``target`` to be named as the one who made ``media`` (its digest) in ``post``.

    ``digest`` is the post's consent digest for ``authors``. Times in ms since 1970.
    """

    id: str
    actor: str
    target: str
    post_id: str
    media: str
    authors: tuple[str, ...]
    digest: str
    published_at: int
    expires_at: int
    post: Doc


@dataclass(frozen=True, slots=True)
class Credit:
    """What an attachment says about who made it. ``actor`` and ``stamp`` are claims.

    ``name`` is plain text of the post's author, for as long as nobody confirmed anything.
    """

    position: int
    media: str | None
    actor: str | None
    stamp: str | None
    name: str = ""


def build_credit_offer(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    actor: str,
    target: str,
    attachment: Doc,
    post: Doc,
    published_at: int,
    expires_at: int,
) -> dict[str, Any]:
    """Ask ``target`` about one ``attachment`` of a published ``post`` (its full rendition)."""
    terms = {**NOTE_TERMS, **COAUTHORSHIP_TERMS, **ROLE_TERMS, **CREDIT_TERMS}
    return {
        "@context": [AS2, terms],
        "id": id,
        "type": "Offer",
        "actor": actor,
        "to": [target],
        "target": target,
        "published": format_time(published_at),
        "endTime": format_time(expires_at),
        "object": {**attachment, "attributedTo": target},
        "interactingObject": {name: value for name, value in post.items() if name != "@context"},
    }


def is_credit_offer(document: Doc) -> bool:
    """Whether an ``Offer`` is about credit for media: never one to be a co-author at once."""
    offered = document.get("object")
    return (
        isinstance(offered, Mapping)
        and "coAuthors" not in offered
        and "digestMultibase" in offered
        and isinstance(document.get("interactingObject"), Mapping)
    )


def check_credit_offer(
    document: Doc, *, signer: str, now: int, own_actor: Callable[[str], bool]
) -> CreditOffer | Refused:
    """The question in an ``Offer`` from outside, or why it must be discarded."""
    refused = check_envelope(document, "Offer", signer)
    if refused is not None:
        return refused
    offer = read_credit_offer(document)
    if isinstance(offer, Refused):
        return offer
    if not own_actor(offer.target):
        return Refused("not_ours", "the artist does not live here")
    if offer.published_at > now + CLOCK_DIFFERENCE:
        return Refused("from_the_future", "the question is dated in the future")
    if offer.expires_at <= now:
        return Refused("expired", "the time to answer is over")
    return offer


def read_credit_offer(document: Doc) -> CreditOffer | Refused:
    """Every rule that needs no clock and no name."""
    if not is_credit_offer(document):
        return Refused("not_a_credit", "not about credit for media")
    offer_id, actor, target = (document.get(name) for name in ("id", "actor", "target"))
    if not isinstance(offer_id, str) or not isinstance(actor, str) or not isinstance(target, str):
        return Refused("bad_offer", "it does not name one actor and one target")
    if not same_origin(offer_id, actor):
        return Refused("other_origin", "it is not on its sender's server")
    if as_list(document.get("to")) != [target] or any(
        document.get(name) is not None for name in ("cc", "bto", "bcc", "audience")
    ):
        return Refused("bad_addressing", "it is not addressed to its target alone")
    published_at = parse_time(document.get("published"))
    expires_at = parse_time(document.get("endTime"))
    if (
        published_at is None
        or expires_at is None
        or not MIN_LIFETIME <= expires_at - published_at <= MAX_LIFETIME
    ):
        return Refused("bad_time", "it lasts less than an hour or over thirty days")
    post: Doc = document["interactingObject"]
    offered: Doc = document["object"]
    authors = authors_of(post)
    if authors is None or authors[0] != actor:
        return Refused("other_primary", "the post is not its sender's")
    if target == actor:
        return Refused("other_target", "nobody is asked about their own pictures")
    if visibility(post) is None or parse_time(post.get("published")) is None:
        return Refused("not_published", "the post is not published")
    media = offered.get("digestMultibase")
    if not isinstance(media, str) or not is_sha256_multibase(media):
        return Refused("bad_media", "the picture has no digest that can be checked")
    if offered.get("attributedTo") != target or not any(
        isinstance(entry, Mapping)
        and entry.get("digestMultibase") == media
        and entry.get("url") == offered.get("url")
        for entry in as_list(post.get("attachment"))
    ):
        return Refused("other_media", "the picture is not one of the post's")
    digest = try_consent_digest(post, authors, inherited_context=document.get("@context"))
    if digest is None:
        return Refused("no_digest", "the post has no consent digest")
    return CreditOffer(
        offer_id,
        actor,
        target,
        str(post["id"]),
        media,
        authors,
        digest,
        published_at,
        expires_at,
        post,
    )


def authors_of(post: Doc) -> tuple[str, ...] | None:
    """The author list of an ordinary or a co-authored post; None where it has no readable one."""
    found = read_author_list(post)
    if isinstance(found, AuthorList):
        return found.everyone
    primary = ids(post.get("attributedTo"))
    if found.code != "not_co_authored" or len(primary) != 1:
        return None
    return primary


def build_credit_stamp(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    offer: CreditOffer,
    published_at: int,
) -> dict[str, Any]:
    """The artist's consent without its proof. ``id`` must hold 128 unpredictable bits."""
    return {
        "@context": [AS2, DATA_INTEGRITY_V2, {**COAUTHORSHIP_TERMS, **CREDIT_TERMS}],
        "id": id,
        "type": CREDIT_TYPE,
        "attributedTo": offer.target,
        "interactionTarget": offer.target,
        "interactingObject": offer.post_id,
        "creditedMedia": offer.media,
        "consentedAuthors": list(offer.authors),
        "consentProfile": PROFILE_1,
        "consentDigest": offer.digest,
        "published": format_time(published_at),
    }


def read_credits(document: Doc) -> tuple[Credit, ...]:
    """What the attachments of a post say about who made them."""
    found = []
    for position, entry in enumerate(as_list(document.get("attachment"))):
        if not isinstance(entry, Mapping) or entry.get("attributedTo") is None:
            continue
        made_by, media = entry["attributedTo"], entry.get("digestMultibase")
        actor = made_by.get("id") if isinstance(made_by, Mapping) else made_by
        name = made_by.get("name") if isinstance(made_by, Mapping) else ""
        stamp = entry.get("creditAuthorization")
        found.append(
            Credit(
                position,
                media if isinstance(media, str) and is_sha256_multibase(media) else None,
                actor if isinstance(actor, str) and origin(actor) is not None else None,
                stamp if isinstance(stamp, str) else None,
                name[:_MAX_NAME] if isinstance(name, str) else "",
            )
        )
    return tuple(found)


def judge_credit(document: Doc, credit: Credit, fetched: Fetched) -> tuple[CoAuthorState, str]:
    """(state, reason code) of a credit of this post. Only a verified one names and links anybody.

    ``fetched`` is the answer to a GET of ``credit.stamp``.
    """
    if credit.actor is None or credit.stamp is None or credit.media is None:
        return CoAuthorState.INVALID, "no_stamp"
    if not same_origin(credit.stamp, credit.actor):
        return CoAuthorState.INVALID, "other_origin"
    if fetched.same_origin and (fetched.status in (0, 401, 403, 429) or fetched.status >= 500):
        return CoAuthorState.UNKNOWN, "no_answer"
    if fetched.same_origin and fetched.status in (404, 410):
        return CoAuthorState.REVOKED, "stamp_gone"
    stamp = read_fetched(fetched, credit.stamp)
    if isinstance(stamp, Refused):
        return CoAuthorState.INVALID, stamp.code
    reason = credit_mismatch(stamp, credit, document)
    if reason is not None:
        return CoAuthorState.INVALID, reason
    if stamp.get("consentDigest") != try_consent_digest(document, stamp["consentedAuthors"]):
        return CoAuthorState.STALE, "other_digest"
    return CoAuthorState.VERIFIED, ""


def credit_mismatch(stamp: Doc, credit: Credit, document: Doc) -> str | None:
    """Why a stamp is not the artist's for this picture of this post, apart from the words."""
    if types(stamp) != (CREDIT_TYPE,):
        return "not_a_credit"
    if stamp.get("id") != credit.stamp:
        return "other_id"
    if stamp.get("attributedTo") != credit.actor or stamp.get("interactionTarget") != credit.actor:
        return "other_issuer"
    if stamp.get("interactingObject") != document.get("id"):
        return "other_object"
    if stamp.get("creditedMedia") != credit.media:
        return "other_media"
    authors, agreed = authors_of(document), stamp.get("consentedAuthors")
    if (
        authors is None
        or not isinstance(agreed, list)
        or not 0 < len(agreed) <= _MAX_AUTHORS
        or not all(isinstance(author, str) for author in agreed)
        or agreed[0] != authors[0]
        or not set(authors) <= set(agreed)
    ):
        return "other_authors"
    return None if stamp.get("consentProfile") == PROFILE_1 else "unknown_profile"
