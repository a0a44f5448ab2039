"""Who sent this request? Everything but the key first, then the key.

A request that is stale, for another host, or whose signature covers too little is refused before
anybody fetches the key it names: no request makes us contact a host for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from activitypub.signatures import cavage, rfc9421
from activitypub.signatures.digests import check_content_digest, check_digest
from activitypub.signatures.keys import PublicKey, kind_of, verifies
from activitypub.signatures.request import (
    Profile,
    SignatureClaim,
    SignedRequest,
    combined_value,
    field_lines,
    normal_authority,
    split_target,
)
from activitypub.verdicts import Refused

_MINUTE: Final = 60_000
CLOCK_SKEW: Final = 60 * _MINUTE
DEFAULT_LIFETIME: Final = 5 * _MINUTE
MAX_LIFETIME: Final = 12 * 60 * _MINUTE

# Of two of these, a signature could cover one while somebody else reads the other.
_SINGLE: Final = (
    "signature",
    "signature-input",
    "host",
    "date",
    "digest",
    "content-digest",
    "content-type",
)
_METHOD: Final = re.compile(r"[A-Z]{1,20}")


@dataclass(frozen=True, slots=True)
class Signed:
    """The request was signed, as it is and for us, with the key of this id."""

    key_id: str
    profile: Profile


def find_signature(request: SignedRequest, *, authority: str, now: int) -> SignatureClaim | Refused:
    """Who claims to have sent this request; all is checked but the key itself.

    ``authority`` is our own ``host[:port]``, ``now`` is in ms. RFC 9421 counts if there is a
    ``Signature-Input``, else draft-cavage. Refused are: several lines of a header that must be
    one, a ``Host`` that is not ours, a digest that is not the body's or not signed, a signature
    that covers too little, and one older or newer than Mastodon takes: made no more than an hour
    from now, used within an hour of its expiry, which is 5 minutes after it was made unless it
    says otherwise, and never more than 12 hours.
    """
    for name in _SINGLE:
        if len(request.headers.get(name, ())) > 1:
            return Refused(f"duplicate_{name.replace('-', '_')}", "a header occurs twice")
    if "signature" not in request.headers:
        return Refused("no_signature", "the request is not signed")
    if _METHOD.fullmatch(request.method) is None:
        return Refused("bad_method", "the request's method is malformed")
    refused = _check_host(request, authority) or _check_digests(request)
    if refused is not None:
        return refused
    read_claim = rfc9421.read_claim if "signature-input" in request.headers else cavage.read_claim
    claim = read_claim(request)
    if isinstance(claim, Refused):
        return claim
    return _check_times(claim, now) or claim


def named_keys(request: SignedRequest) -> tuple[str, ...]:
    """The keys that a request's signature headers name, whatever else is in them.

    Nothing is checked, and the body need not be there yet: for refusing, never for believing.
    """
    found = (cavage.named_key(request), *rfc9421.named_keys(request))
    return tuple(key_id for key_id in found if key_id)


def check_signature(claim: SignatureClaim, key: PublicKey) -> Signed | Refused:
    """Whether the claim is true, ``key`` being the key with the claim's ``key_id``.

    On ``bad_signature`` fetch the key once more: it may have been replaced.
    """
    if claim.key_kind not in (None, kind_of(key)):
        return Refused("wrong_key_kind", "the signature's algorithm is not that of the key")
    if not any(verifies(key, claim.signature, message) for message in claim.messages):
        return Refused("bad_signature", "the signature is not by the key it names")
    return Signed(claim.key_id, claim.profile)


def _check_host(request: SignedRequest, authority: str) -> Refused | None:
    """Stops a request signed for another host from being replayed to us."""
    target = split_target(request.url)
    if target is None:
        return Refused("bad_target", "the request's target is malformed")
    host = combined_value(field_lines(request.headers, "host"))
    if host is None:
        return Refused("missing_host", "the request has no Host header")
    ours = normal_authority(authority, target.scheme)
    named = {normal_authority(name, target.scheme) for name in (host, target.authority)}
    if named != {ours}:
        return Refused("wrong_host", "the request is not for this host")
    return None


def _check_digests(request: SignedRequest) -> Refused | None:
    """A digest that is there is right, signed or not: nobody after us can be told otherwise."""
    for name, check in (("digest", check_digest), ("content-digest", check_content_digest)):
        if name not in request.headers:
            continue
        value = combined_value(field_lines(request.headers, name))
        refused = check(value or "", request.body)
        if refused is not None:
            return refused
    return None


def _check_times(claim: SignatureClaim, now: int) -> Refused | None:
    if max(claim.made_at) > now + CLOCK_SKEW:
        return Refused("signature_from_future", "the signature was made in the future")
    oldest = min(claim.made_at)
    # An expiry that is not signed could be anybody's: it may only shorten.
    latest = oldest + (MAX_LIFETIME if claim.expiry_signed else DEFAULT_LIFETIME)
    expires_at = oldest + DEFAULT_LIFETIME if claim.expires_at is None else claim.expires_at
    if now > min(expires_at, latest) + CLOCK_SKEW:
        return Refused("signature_expired", "the signature is too old")
    return None
