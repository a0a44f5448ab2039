"""draft-cavage-http-signatures-12, as the fediverse uses it (ActivityPub and HTTP Signatures).

What every peer accepts is what we send: ``(request-target) host date digest``, RSA. What we accept
is what a careful Mastodon accepts; what a signature must cover is not for its sender to choose.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache
from typing import Final

from activitypub.errors import DocumentError
from activitypub.signatures.digests import digest_header
from activitypub.signatures.keys import KeyKind, SigningKey
from activitypub.signatures.parameters import parse_parameters
from activitypub.signatures.request import (
    ALSO_SIGNED,
    SignatureClaim,
    SignedRequest,
    combined_value,
    field_lines,
    refused_key_id,
    split_target,
)
from activitypub.verdicts import Refused

_ALGORITHMS: Final[Mapping[str, KeyKind | None]] = {"rsa-sha256": "rsa", "hs2019": None}
_MAX_SIGNED_HEADERS: Final = 32
_SECONDS: Final = re.compile(r"[0-9]{1,11}")
_MALFORMED: Final = Refused("malformed_signature", "the Signature header is malformed")


def sign_cavage(
    method: str,
    url: str,
    body: bytes | None,
    key: SigningKey,
    now: int,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """``headers`` with ``Host``, ``Date``, ``Digest`` (if there is a body) and ``Signature``.

    Sign per attempt: Takahē takes a date for a minute only. ``now`` is in ms. Of
    ``headers`` those in ``ALSO_SIGNED`` are covered too. Raises ``DocumentError`` if ``url`` is not
    an http(s) URL.
    """
    target = split_target(url)
    if target is None:
        raise DocumentError("not an http(s) URL", detail=url[:200])
    sent = dict(headers or {})
    sent["Host"] = target.authority
    sent["Date"] = formatdate(now // 1000, usegmt=True)
    covered = ["host", "date"]
    if body is not None:
        sent["Digest"] = digest_header(body)
        covered.append("digest")
    by_name = {name.lower(): value for name, value in sent.items()}
    covered += [name for name in ALSO_SIGNED if name in by_name]
    lines = [f"(request-target): {method.lower()} {target.origin_form}"]
    lines += [f"{name}: {by_name[name]}" for name in covered]
    signature = base64.b64encode(key.sign("\n".join(lines).encode())).decode("ascii")
    algorithm = "rsa-sha256" if key.kind == "rsa" else "hs2019"
    sent["Signature"] = (
        f'keyId="{key.key_id}",algorithm="{algorithm}",'
        f'headers="(request-target) {" ".join(covered)}",signature="{signature}"'
    )
    return sent


def named_key(request: SignedRequest) -> str | None:
    """The key that the ``Signature`` header names."""
    value = combined_value(field_lines(request.headers, "signature"))
    return (parse_parameters(value or "") or {}).get("keyId")


def read_claim(request: SignedRequest) -> SignatureClaim | Refused:
    """What the request's ``Signature`` header claims, if it covers all it must.

    That is ``(request-target)``, ``host``, ``date`` or ``(created)``, and, unless it is a read
    without body, ``digest``.
    """
    parameters = parse_parameters(combined_value(field_lines(request.headers, "signature")) or "")
    if parameters is None:
        return _MALFORMED
    refused = refused_key_id(parameters.get("keyId"))
    if refused is not None:
        return refused
    algorithm = parameters.get("algorithm", "hs2019").lower()
    if algorithm not in _ALGORITHMS:
        return Refused("unsupported_algorithm", "the signature's algorithm is not supported")
    covered = parameters.get("headers", "").lower().split(" ")
    refused = _refused_coverage(covered, request)
    if refused is not None:
        return refused
    if algorithm == "rsa-sha256" and not {"(created)", "(expires)"}.isdisjoint(covered):
        return Refused("created_needs_hs2019", "(created) and (expires) need algorithm hs2019")
    made_at = _signed_times(covered, parameters, request)
    if isinstance(made_at, Refused):
        return made_at
    expires = parameters.get("expires")
    if expires is not None and _SECONDS.fullmatch(expires) is None:
        return Refused("bad_expires", "the signature's expiry is not a time")
    messages = signing_strings(covered, parameters, request)
    if isinstance(messages, Refused):
        return messages
    try:
        signature = base64.b64decode(parameters.get("signature", ""), validate=True)
    except (binascii.Error, ValueError):
        return _MALFORMED
    return SignatureClaim(
        key_id=parameters["keyId"],
        profile="cavage",
        key_kind=_ALGORITHMS[algorithm],
        signature=signature,
        messages=messages,
        made_at=made_at,
        expires_at=None if expires is None else int(expires) * 1000,
        expiry_signed="(expires)" in covered,
    )


def _refused_coverage(covered: Sequence[str], request: SignedRequest) -> Refused | None:
    if len(covered) > _MAX_SIGNED_HEADERS or len(set(covered)) != len(covered):
        return Refused("repeated_component", "the signature lists a header twice, or too many")
    if "(request-target)" not in covered:
        return Refused("unsigned_request_target", "the signature does not cover (request-target)")
    if "host" not in covered:
        return Refused("unsigned_host", "the signature does not cover Host")
    if "date" not in covered and "(created)" not in covered:
        return Refused("unsigned_date", "the signature covers neither Date nor (created)")
    if "digest" in covered:
        return None
    if "digest" in request.headers:
        return Refused("unsigned_digest", "the signature does not cover the Digest header")
    if request.needs_digest:
        return Refused("missing_digest", "the signature does not cover a digest of the body")
    return None


def _signed_times(
    covered: Sequence[str], parameters: Mapping[str, str], request: SignedRequest
) -> tuple[int, ...] | Refused:
    times: list[int] = []
    if "(created)" in covered:
        created = parameters.get("created", "")
        if _SECONDS.fullmatch(created) is None:
            return Refused("bad_created", "the signature's creation time is not a time")
        times.append(int(created) * 1000)
    if "date" in covered:
        date = parse_http_date(combined_value(field_lines(request.headers, "date")) or "")
        if date is None:
            return Refused("bad_date", "the Date header is missing or malformed")
        times.append(date)
    return tuple(times)


def signing_strings(
    covered: Sequence[str], parameters: Mapping[str, str], request: SignedRequest
) -> tuple[bytes, ...] | Refused:
    """The octets that a signature over ``covered`` may have signed (draft-cavage 2.3).

    Two where the target has a query: some senders sign the path alone, and Mastodon takes both.
    """
    target = split_target(request.url)
    if target is None:
        return Refused("bad_target", "the request's target is malformed")
    values: dict[str, str] = {}
    for name in covered:
        if name == "(request-target)":
            continue
        if name in ("(created)", "(expires)"):
            value = parameters.get(name[1:-1])
        elif name.startswith("("):
            return Refused("unknown_component", "the signature covers a field we do not know")
        else:
            value = combined_value(field_lines(request.headers, name))
        if value is None:
            return Refused("missing_component", "the signature covers a field that is not there")
        values[name] = value
    targets = [target.origin_form] if target.query is None else [target.origin_form, target.path]
    method = request.method.lower()
    return tuple(
        "\n".join(f"{name}: {values.get(name, f'{method} {path}')}" for name in covered).encode(
            "ascii"
        )
        for path in targets
    )


_MONTHS: Final = {
    month: number
    for number, month in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_HTTP_DATE: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)


@lru_cache(maxsize=256)
def parse_http_date(value: str) -> int | None:
    """An IMF-fixdate (RFC 9110 5.6.7) in ms; the obsolete forms, and anything else, are None."""
    match = _HTTP_DATE.fullmatch(value)
    if match is None or match[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[group]) for group in (1, 3, 4, 5, 6))
    try:
        moment = datetime(year, _MONTHS[match[2]], day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) * 1000
