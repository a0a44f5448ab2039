"""Requests for the tests: an inbox delivery and a read, signed the way the test wants them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.digests import content_digest_header, digest_header
from activitypub.signatures.keys import SigningKey
from activitypub.signatures.request import SignedRequest
from activitypub.signatures.rfc9421 import sign_rfc9421
from activitypub.signatures.verify import Signed, check_signature, find_signature
from activitypub.verdicts import Refused

VECTORS: Final = Path(__file__).parents[2] / "vectors"
NOW: Final = 1_795_341_600_000
DATE: Final = "Sun, 22 Nov 2026 10:00:00 GMT"
AUTHORITY: Final = "b.example"
INBOX: Final = "https://b.example/users/bob/inbox"
BODY: Final = b'{"type":"Create"}'


def delivery(profile: str, key: SigningKey, url: str = INBOX, now: int = NOW) -> SignedRequest:
    """A delivery as our own client signs it."""
    return _signed(profile, "POST", url, BODY, key, now)


def read(profile: str, key: SigningKey, url: str = INBOX, now: int = NOW) -> SignedRequest:
    """A signed GET as our own client makes it."""
    return _signed(profile, "GET", url, None, key, now)


def _signed(
    profile: str, method: str, url: str, body: bytes | None, key: SigningKey, now: int
) -> SignedRequest:
    sign = sign_cavage if profile == "cavage" else sign_rfc9421
    headers = sign(method, url, body, key, now, {"Content-Type": "application/activity+json"})
    return SignedRequest.of(method, url, headers.items(), body or b"")


def changed(request: SignedRequest, **lines: str | tuple[str, ...] | None) -> SignedRequest:
    """The request with header lines replaced: a string, a tuple of lines, or None for none."""
    headers = dict(request.headers)
    for name, value in lines.items():
        field = name.replace("_", "-")
        if value is None:
            headers.pop(field, None)
        else:
            headers[field] = value if isinstance(value, tuple) else (value,)
    return SignedRequest(request.method, request.url, headers, request.body)


def verdict(
    request: SignedRequest, key: SigningKey, *, now: int = NOW, authority: str = AUTHORITY
) -> Signed | Refused:
    """What the whole check says, ``key`` being the one that is found under any key id."""
    claim = find_signature(request, authority=authority, now=now)
    if isinstance(claim, Refused):
        return claim
    return check_signature(claim, key.private.public_key())


def code(request: SignedRequest, key: SigningKey, *, now: int = NOW) -> str:
    """The verdict's code, or ``signed``."""
    answer = verdict(request, key, now=now)
    return answer.code if isinstance(answer, Refused) else "signed"


def cavage_by_hand(
    key: SigningKey,
    covered: str = "(request-target) host date digest",
    *,
    method: str = "POST",
    target: str = "/users/bob/inbox",
    url: str = INBOX,
    body: bytes = BODY,
    headers: Mapping[str, str] | None = None,
    parameters: str = 'algorithm="hs2019",',
    times: Mapping[str, str] | None = None,
) -> SignedRequest:
    """A delivery whose cavage signature covers exactly ``covered``, and truly."""
    sent = {"host": "b.example", "date": DATE, "digest": digest_header(body), **(headers or {})}
    sent = {name: value for name, value in sent.items() if value}
    values = {"(request-target)": f"{method.lower()} {target}", **(times or {}), **sent}
    signed = "\n".join(f"{name}: {values.get(name, '')}" for name in covered.split(" "))
    signature = base64.b64encode(key.sign(signed.encode())).decode()
    sent["signature"] = (
        f'keyId="{key.key_id}",{parameters}headers="{covered}",signature="{signature}"'
    )
    return SignedRequest.of(method, url, sent.items(), body)


def rfc9421_by_hand(
    key: SigningKey,
    covered: tuple[str, ...] = ('"@method"', '"@target-uri"', '"content-digest"'),
    *,
    method: str = "POST",
    url: str = INBOX,
    body: bytes = BODY,
    parameters: str | None = None,
    values: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    label: str = "sig1",
) -> SignedRequest:
    """A delivery whose RFC 9421 signature covers exactly ``covered``, and truly."""
    digest = content_digest_header(body)
    sent = {"host": "b.example", "content-digest": digest, **(headers or {})}
    sent = {name: value for name, value in sent.items() if value}
    path, _, query = url.removeprefix("https://b.example").partition("?")
    known = {
        '"@method"': method,
        '"@target-uri"': url,
        '"@authority"': "b.example",
        '"@scheme"': "https",
        '"@path"': path,
        '"@query"': f"?{query}",
        '"@request-target"': url.removeprefix("https://b.example"),
        **{f'"{name}"': value for name, value in sent.items()},
        **(values or {}),
    }
    if parameters is None:
        parameters = f';created={NOW // 1000};keyid="{key.key_id}"'
    signature_input = f"({' '.join(covered)}){parameters}"
    lines = [f"{name}: {known.get(name, '')}" for name in covered]
    lines.append(f'"@signature-params": {signature_input}')
    signature = base64.b64encode(key.sign("\n".join(lines).encode())).decode()
    sent["signature-input"] = f"{label}={signature_input}"
    sent["signature"] = f"{label}=:{signature}:"
    return SignedRequest.of(method, url, sent.items(), body)
