"""What both profiles have in common: who may knock, when, and with which body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activitypub.errors import DocumentError
from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.keys import SigningKey
from activitypub.signatures.request import SignedRequest
from activitypub.signatures.rfc9421 import sign_rfc9421
from activitypub.signatures.verify import Signed, find_signature
from activitypub.verdicts import Refused
from tests.activitypub.signatures.letters import (
    AUTHORITY,
    BODY,
    INBOX,
    NOW,
    changed,
    code,
    delivery,
    read,
    verdict,
)

MINUTE = 60_000
PROFILES = pytest.mark.parametrize("profile", ["cavage", "rfc9421"])


@PROFILES
def test_a_delivery_we_sign_is_taken(profile: str, key: SigningKey) -> None:
    assert verdict(delivery(profile, key), key) == Signed(key.key_id, profile)  # type: ignore[arg-type]


@PROFILES
@pytest.mark.parametrize(
    "url", [INBOX, "https://b.example/users/bob?page=1&min_id=2", "https://b.example"]
)
def test_a_read_we_sign_is_taken(profile: str, key: SigningKey, url: str) -> None:
    assert code(read(profile, key, url), key) == "signed"


@PROFILES
def test_a_port_that_is_ours_is_taken_and_the_default_port_is_none(
    profile: str, key: SigningKey
) -> None:
    local = delivery(profile, key, "http://127.0.0.1:8000/inbox")
    assert isinstance(verdict(local, key, authority="127.0.0.1:8000"), Signed)
    spelled_out = delivery(profile, key, "https://b.example:443/inbox")
    assert code(spelled_out, key) == "signed"
    other_case = delivery(profile, key, "https://B.Example/inbox")
    assert code(other_case, key) == "signed"


@PROFILES
def test_an_unsigned_request_is_refused(profile: str, key: SigningKey) -> None:
    assert code(changed(delivery(profile, key), signature=None), key) == "no_signature"


@PROFILES
@pytest.mark.parametrize(
    "name", ["signature", "host", "date", "digest", "content_digest", "content_type"]
)
def test_a_header_that_must_be_one_is_refused_when_it_occurs_twice(
    profile: str, key: SigningKey, name: str
) -> None:
    request = delivery(profile, key)
    lines = request.headers.get(name.replace("_", "-"), ("x",))
    assert code(changed(request, **{name: lines + lines}), key) == f"duplicate_{name}"


def test_two_signature_inputs_are_refused(key: SigningKey) -> None:
    request = delivery("rfc9421", key)
    lines = request.headers["signature-input"]
    assert code(changed(request, signature_input=lines * 2), key) == "duplicate_signature_input"


@PROFILES
@pytest.mark.parametrize("host", ["c.example", "b.example:8443", "b.example.c.example", ""])
def test_a_request_for_another_host_is_refused(profile: str, key: SigningKey, host: str) -> None:
    assert code(changed(delivery(profile, key), host=host), key) == "wrong_host"


@PROFILES
def test_a_request_signed_for_another_host_is_refused(profile: str, key: SigningKey) -> None:
    request = delivery(profile, key, "https://c.example/users/bob/inbox")
    assert code(request, key) == "wrong_host"
    # The attacker corrects what is visible: then the signature no longer fits.
    replayed = SignedRequest("POST", INBOX, {**request.headers, "host": (AUTHORITY,)}, request.body)
    assert code(replayed, key) == "bad_signature"


@PROFILES
def test_a_request_without_host_is_refused(profile: str, key: SigningKey) -> None:
    assert code(changed(delivery(profile, key), host=None), key) == "missing_host"


@PROFILES
@pytest.mark.parametrize(
    "url",
    ["b.example/inbox", "ftp://b.example/inbox", "https://b.example/ü", "https://u@b.example/"],
)
def test_a_target_that_is_no_url_is_refused(profile: str, key: SigningKey, url: str) -> None:
    request = delivery(profile, key)
    assert code(SignedRequest("POST", url, request.headers, BODY), key) == "bad_target"


@PROFILES
@pytest.mark.parametrize("method", ["post", "", "PO ST", "P\nOST"])
def test_a_method_that_is_none_is_refused(profile: str, key: SigningKey, method: str) -> None:
    request = delivery(profile, key)
    assert code(SignedRequest(method, INBOX, request.headers, BODY), key) == "bad_method"


@PROFILES
def test_another_body_is_refused(profile: str, key: SigningKey) -> None:
    assert code(replace(delivery(profile, key), body=b"{}"), key) == "digest_mismatch"


@PROFILES
def test_another_method_or_path_is_refused(profile: str, key: SigningKey) -> None:
    request = delivery(profile, key)
    put = SignedRequest("PUT", INBOX, request.headers, BODY)
    assert code(put, key) == "bad_signature"
    elsewhere = SignedRequest("POST", "https://b.example/inbox", request.headers, BODY)
    assert code(elsewhere, key) == "bad_signature"


@PROFILES
def test_a_read_that_grows_a_body_is_refused(profile: str, key: SigningKey) -> None:
    assert code(replace(read(profile, key), body=BODY), key) == "missing_digest"


@PROFILES
@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (-61 * MINUTE, "signature_from_future"),
        (-60 * MINUTE, "signed"),
        (0, "signed"),
        (65 * MINUTE, "signed"),
        (66 * MINUTE, "signature_expired"),
    ],
)
def test_a_signature_counts_from_an_hour_before_to_65_minutes_after(
    profile: str, key: SigningKey, late: int, expected: str
) -> None:
    assert code(delivery(profile, key), key, now=NOW + late) == expected


@PROFILES
def test_somebody_elses_key_does_not_fit(
    profile: str, rsa_key: SigningKey, ed25519_key: SigningKey
) -> None:
    mallory = SigningKey(rsa_key.key_id, ed25519_key.private)
    assert code(delivery(profile, mallory), mallory) == "signed"
    expected = "bad_signature"
    assert code(delivery(profile, mallory), rsa_key) == expected


def test_the_algorithm_must_be_the_keys(rsa_key: SigningKey, ed25519_key: SigningKey) -> None:
    assert code(delivery("cavage", rsa_key), ed25519_key) == "wrong_key_kind"


@PROFILES
def test_a_digest_of_the_other_kind_must_be_right_too(profile: str, key: SigningKey) -> None:
    other = "content_digest" if profile == "cavage" else "digest"
    wrong = "sha-256=:AAAA:" if profile == "cavage" else "SHA-256=AAAA"
    assert code(changed(delivery(profile, key), **{other: wrong}), key) == "digest_mismatch"


@PROFILES
def test_the_key_id_is_known_before_the_key_is(profile: str, key: SigningKey) -> None:
    claim = find_signature(delivery(profile, key), authority=AUTHORITY, now=NOW)
    assert not isinstance(claim, Refused)
    assert (claim.key_id, claim.profile) == (key.key_id, profile)


@pytest.mark.parametrize("sign", [sign_cavage, sign_rfc9421])
@pytest.mark.parametrize(
    "url", ["ftp://b.example/", "https://b.example/a b", "/inbox", "https://b.example/\r\nx: y"]
)
def test_nothing_is_signed_for_what_is_no_url(sign: object, url: str, key: SigningKey) -> None:
    with pytest.raises(DocumentError):
        sign("POST", url, BODY, key, NOW)  # type: ignore[operator]


@PROFILES
def test_signing_keeps_the_headers_it_was_given(profile: str, key: SigningKey) -> None:
    sign = sign_cavage if profile == "cavage" else sign_rfc9421
    sent = sign("GET", f"{INBOX}#part", None, key, NOW, {"Accept": "text/html"})
    assert sent["Accept"] == "text/html"
    assert sent["Host"] == AUTHORITY
    assert "Digest" not in sent
    assert "Content-Digest" not in sent
