"""RFC 9421 HTTP Message Signatures, as the fediverse uses it.

Sent: ``("@method" "@target-uri" "content-digest");created;keyid``, what Mastodon 4.5 reads.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

import http_sf

from activitypub.errors import DocumentError
from activitypub.signatures.components import Component, signature_base
from activitypub.signatures.digests import content_digest_header
from activitypub.signatures.keys import KeyKind, SigningKey
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

_ALGORITHMS: Final[Mapping[str, KeyKind]] = {"rsa-v1_5-sha256": "rsa", "ed25519": "ed25519"}
_MAX_HEADER: Final = 8192
_MAX_SIGNATURES: Final = 8
_LABEL: Final = "sig1"
_MALFORMED: Final = Refused("malformed_signature", "the signature headers are malformed")


def sign_rfc9421(
    method: str,
    url: str,
    body: bytes | None,
    key: SigningKey,
    now: int,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """``headers`` with ``Host``, ``Content-Digest`` (if there is a body) and the signature.

    ``now`` is in ms. Of ``headers`` those in ``ALSO_SIGNED`` are covered. Raises ``DocumentError``
    if ``url`` is not an http(s) URL.
    """
    target = split_target(url)
    if target is None:
        raise DocumentError("not an http(s) URL", detail=url[:200])
    sent = dict(headers or {})
    sent["Host"] = target.authority
    values = {"@method": method.upper(), "@target-uri": target.uri}
    if body is not None:
        values["content-digest"] = sent["Content-Digest"] = content_digest_header(body)
    for name, value in sent.items():
        if name.lower() in ALSO_SIGNED:
            values[name.lower()] = value
    covered = " ".join(f'"{name}"' for name in values)
    parameters = f'({covered});created={now // 1000};keyid="{key.key_id}"'
    lines = [f'"{name}": {value}' for name, value in values.items()]
    lines.append(f'"@signature-params": {parameters}')
    signature = base64.b64encode(key.sign("\n".join(lines).encode())).decode("ascii")
    sent["Signature-Input"] = f"{_LABEL}={parameters}"
    sent["Signature"] = f"{_LABEL}=:{signature}:"
    return sent


def read_claim(request: SignedRequest) -> SignatureClaim | Refused:
    """What the request's ``Signature-Input`` and ``Signature`` claim, if it covers all it must.

    That is ``@method``; the target, as ``@target-uri``, or ``@authority`` with ``@request-target``
    or with ``@path`` and, if there is one, ``@query``; and, unless it is a read without body,
    ``content-digest``. Of several signatures exactly one must be usable.
    """
    inputs = _dictionary(request, "signature-input")
    signatures = _dictionary(request, "signature")
    if not inputs or not signatures or max(len(inputs), len(signatures)) > _MAX_SIGNATURES:
        return _MALFORMED
    usable: list[SignatureClaim] = []
    refused = _MALFORMED
    for label, member in inputs.items():
        claim = _read_one(member, signatures.get(label), request)
        if isinstance(claim, Refused):
            refused = claim
        else:
            usable.append(claim)
    if len(usable) > 1:
        return Refused("ambiguous_signature", "the request has several signatures")
    return usable[0] if usable else refused


def named_keys(request: SignedRequest) -> tuple[str, ...]:
    """The keys that ``Signature-Input`` names."""
    parsed = map(parse_member, (_dictionary(request, "signature-input") or {}).values())
    found = (member[1].get("keyid") for member in parsed if member is not None)
    return tuple(key_id for key_id in found if isinstance(key_id, str))


def _dictionary(request: SignedRequest, name: str) -> dict[str, Any] | None:
    value = combined_value(field_lines(request.headers, name))
    if value is None or len(value) > _MAX_HEADER:
        return None
    try:
        members = http_sf.parse(
            value.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_duplicate
        )
    except ValueError:
        return None
    return members if isinstance(members, dict) else None


def _refuse_duplicate(name: str, context: str) -> None:
    raise ValueError(f"{name} twice in a {context}")


def parse_member(member: Any) -> tuple[list[Component], dict[str, Any]] | None:
    """The components and parameters of one member of a parsed ``Signature-Input``."""
    if not isinstance(member, tuple) or not isinstance(member[0], list):
        return None
    components, parameters = member
    if not all(isinstance(name, str) for name, _ in components):
        return None
    return components, parameters


def _read_one(
    member: Any, signature_member: Any, request: SignedRequest
) -> SignatureClaim | Refused:
    parsed = parse_member(member)
    signature = signature_member[0] if isinstance(signature_member, tuple) else None
    if parsed is None or not isinstance(signature, bytes):
        return _MALFORMED
    components, parameters = parsed
    key_id = parameters.get("keyid")
    refused = refused_key_id(key_id if isinstance(key_id, str) else None)
    if refused is not None:
        return refused
    algorithm = parameters.get("alg")
    if algorithm is not None and not (isinstance(algorithm, str) and algorithm in _ALGORITHMS):
        return Refused("unsupported_algorithm", "the signature's algorithm is not supported")
    created, expires = parameters.get("created"), parameters.get("expires")
    if created is None:
        return Refused("missing_created", "the signature does not say when it was made")
    if type(created) is not int or created < 0:
        return Refused("bad_created", "the signature's creation time is not a time")
    if expires is not None and (type(expires) is not int or expires < 0):
        return Refused("bad_expires", "the signature's expiry is not a time")
    refused = _refused_coverage(components, request)
    if refused is not None:
        return refused
    base = signature_base(components, parameters, request)
    if isinstance(base, Refused):
        return base
    return SignatureClaim(
        key_id=str(key_id),
        profile="rfc9421",
        key_kind=None if algorithm is None else _ALGORITHMS[algorithm],
        signature=signature,
        messages=(base,),
        made_at=(created * 1000,),
        expires_at=None if expires is None else expires * 1000,
        expiry_signed=True,
    )


def _refused_coverage(components: Sequence[Component], request: SignedRequest) -> Refused | None:
    # With a parameter a component covers something else, or less.
    covered = {name for name, parameters in components if not parameters}
    if "@method" not in covered:
        return Refused("unsigned_method", "the signature does not cover the method")
    if not _covers_target(covered, request):
        return Refused("unsigned_target", "the signature does not cover the whole target")
    if "content-digest" in covered:
        return None
    if "content-digest" in request.headers:
        return Refused("unsigned_digest", "the signature does not cover the Content-Digest header")
    if request.needs_digest:
        return Refused("missing_digest", "the signature does not cover a digest of the body")
    return None


def _covers_target(covered: set[str], request: SignedRequest) -> bool:
    if "@target-uri" in covered:
        return True
    target = split_target(request.url)
    if target is None or "@authority" not in covered:
        return False
    if "@request-target" in covered:
        return True
    return "@path" in covered and (target.query is None or "@query" in covered)
