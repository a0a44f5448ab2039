from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from activitypub.signatures.cavage import parse_http_date, sign_cavage, signing_strings
from activitypub.signatures.keys import SigningKey, load_private, verifies
from activitypub.signatures.parameters import parse_parameters
from activitypub.signatures.request import SignedRequest
from tests.activitypub.signatures.letters import (
    BODY,
    DATE,
    INBOX,
    NOW,
    VECTORS,
    cavage_by_hand,
    changed,
    code,
    delivery,
    read,
)

APPENDIX_C: Any = json.loads(
    (VECTORS / "draft-cavage-12/draft-cavage-12-appendix-c.json").read_text()
)
FULL = "(request-target) host date digest"
CREATED = str(NOW // 1000)


def _appendix_request() -> SignedRequest:
    request = APPENDIX_C["request"]
    url = "https://example.com" + request["path"]
    return SignedRequest.of("POST", url, request["headers"].items(), request["body"].encode())


@pytest.mark.parametrize("case", APPENDIX_C["cases"][:2], ids=lambda case: str(case["label"]))
def test_the_examples_of_the_draft_are_reproduced(case: Mapping[str, Any]) -> None:
    covered = case["headers"].split(" ")
    strings = signing_strings(covered, {}, _appendix_request())
    assert isinstance(strings, tuple)
    assert strings[0].decode() == case["signing_string"]
    public = load_pem_public_key(APPENDIX_C["public_pem"].encode())
    private = load_private(APPENDIX_C["private_pem"])
    assert isinstance(public, RSAPublicKey)
    assert isinstance(private, RSAPrivateKey)
    signature = SigningKey("Test", private).sign(strings[0])
    header = f'keyId="Test",signature="{case["signature"]}"'
    parameters = parse_parameters(header)
    assert parameters is not None
    assert parameters["signature"] == case["signature"]
    assert verifies(public, signature, strings[0])
    assert base64.b64encode(signature).decode() == case["signature"]


def test_the_example_that_is_wrong_in_the_draft_covers_another_text() -> None:
    case = APPENDIX_C["cases"][2]
    times = {"created": str(case["created"]), "expires": str(case["expires"])}
    strings = signing_strings(case["headers"].split(" "), times, _appendix_request())
    assert isinstance(strings, tuple)
    assert strings[0].decode() != case["signing_string"]
    without = [
        line
        for line in strings[0].decode().split("\n")
        if not line.startswith(("(created)", "(expires)"))
    ]
    assert "\n".join(without) == case["signing_string"]


def test_what_we_send_is_what_every_peer_reads(rsa_key: SigningKey) -> None:
    sent = sign_cavage("POST", INBOX, BODY, rsa_key, NOW)
    assert sent["Date"] == DATE
    assert sent["Digest"].startswith("SHA-256=")
    parameters = parse_parameters(sent["Signature"])
    assert parameters is not None
    assert parameters["keyId"] == rsa_key.key_id
    assert parameters["algorithm"] == "rsa-sha256"
    assert parameters["headers"] == FULL


def test_an_ed25519_signature_calls_itself_hs2019(ed25519_key: SigningKey) -> None:
    assert 'algorithm="hs2019"' in sign_cavage("GET", INBOX, None, ed25519_key, NOW)["Signature"]


def test_a_signature_without_algorithm_is_taken_by_the_kind_of_its_key(key: SigningKey) -> None:
    assert code(cavage_by_hand(key, parameters=""), key) == "signed"


def test_a_signature_over_created_instead_of_date_is_taken(key: SigningKey) -> None:
    request = cavage_by_hand(
        key,
        "(request-target) host (created) (expires) digest",
        headers={"date": ""},
        parameters=f'algorithm="hs2019",created={CREATED},expires={NOW // 1000 + 300},',
        times={"(created)": CREATED, "(expires)": str(NOW // 1000 + 300)},
    )
    assert code(request, key) == "signed"


@pytest.mark.parametrize("target", ["/users/bob/inbox?a=b", "/users/bob/inbox"])
def test_the_target_may_be_signed_with_and_without_its_query(key: SigningKey, target: str) -> None:
    request = cavage_by_hand(key, target=target, url=f"{INBOX}?a=b")
    assert code(request, key) == "signed"


def test_a_query_that_was_not_asked_for_is_refused(key: SigningKey) -> None:
    request = cavage_by_hand(key, target="/users/bob/inbox?a=b", url=f"{INBOX}?a=c")
    assert code(request, key) == "bad_signature"


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ("host date digest", "unsigned_request_target"),
        ("", "unsigned_request_target"),
        ("(request-target) date digest", "unsigned_host"),
        ("(request-target) host digest", "unsigned_date"),
        ("(request-target) host date", "unsigned_digest"),
        ("(request-target) host date digest date", "repeated_component"),
        ("(request-target) host date digest  ", "repeated_component"),
        ("(request-target) host date digest (other)", "unknown_component"),
        ("(request-target) host date digest x-other", "missing_component"),
        ("(request-target) host date digest (expires)", "missing_component"),
    ],
)
def test_a_signature_over_too_little_is_refused(
    key: SigningKey, covered: str, expected: str
) -> None:
    assert code(cavage_by_hand(key, covered), key) == expected


def test_a_delivery_without_digest_is_refused(key: SigningKey) -> None:
    request = cavage_by_hand(key, "(request-target) host date", headers={"digest": ""})
    assert code(request, key) == "missing_digest"


def test_a_digest_listed_but_not_there_is_refused(key: SigningKey) -> None:
    assert code(cavage_by_hand(key, headers={"digest": ""}), key) == "missing_component"


def test_a_read_with_an_unsigned_digest_is_refused(key: SigningKey) -> None:
    request = changed(
        read("cavage", key), digest="SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    )
    assert code(request, key) == "unsigned_digest"


@pytest.mark.parametrize("algorithm", ["rsa-sha512", "hmac-sha256", "none", "", "ed25519"])
def test_other_algorithms_are_refused(key: SigningKey, algorithm: str) -> None:
    request = cavage_by_hand(key, parameters=f'algorithm="{algorithm}",')
    assert code(request, key) == "unsupported_algorithm"


def test_rsa_sha256_may_not_cover_created(rsa_key: SigningKey) -> None:
    request = cavage_by_hand(
        rsa_key,
        f"{FULL} (created)",
        parameters=f'algorithm="rsa-sha256",created={CREATED},',
        times={"(created)": CREATED},
    )
    assert code(request, rsa_key) == "created_needs_hs2019"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "malformed_signature"),
        ("keyId", "malformed_signature"),
        (
            'keyId="https://a.example/#k",keyId="https://c.example/#k",signature="AAAA"',
            "malformed_signature",
        ),
        ('keyId="https://a.example/#k" signature="AAAA"', "malformed_signature"),
        ('keyId="https://a.example/#k",', "malformed_signature"),
        ('keyId="https://a.example/#k"\x00', "malformed_signature"),
        ('keyId="https://a.example/#k\xff"', "malformed_signature"),
        ('signature="AAAA"', "missing_key_id"),
        ('keyId="",signature="AAAA"', "missing_key_id"),
        ('keyId="alice",signature="AAAA"', "bad_key_id"),
        ('keyId="file:///etc/passwd",signature="AAAA"', "bad_key_id"),
        (f'keyId="https://a.example/{"x" * 2048}",signature="AAAA"', "bad_key_id"),
        ('keyId="https://a.example/#k",signature="AAAA"', "unsigned_request_target"),
        (f'keyId="https://a.example/#k",headers="{FULL}",signature="$"', "malformed_signature"),
        (f'keyId="https://a.example/#k",headers="{FULL}"', "bad_signature"),
        (f'keyId="https://a.example/#k",headers="{FULL}",signature=""', "bad_signature"),
        (
            f'keyId="https://a.example/#k",headers="{FULL}",expires="x",signature="AAAA"',
            "bad_expires",
        ),
        ("x" * 10_000, "malformed_signature"),
    ],
)
def test_a_signature_header_that_is_none_is_refused(
    key: SigningKey, header: str, expected: str
) -> None:
    assert code(changed(delivery("cavage", key), signature=header), key) == expected


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Sun, 22 Nov 2026 10:00:00",
        "Sunday, 22-Nov-26 10:00:00 GMT",
        "Sun Nov 22 10:00:00 2026",
        "Sun, 32 Nov 2026 10:00:00 GMT",
        "Sun, 22 Nop 2026 10:00:00 GMT",
        "2026-11-22T10:00:00Z",
    ],
)
def test_a_date_that_is_none_is_refused(key: SigningKey, date: str) -> None:
    assert code(changed(delivery("cavage", key), date=date), key) == "bad_date"


def test_a_creation_time_that_is_none_is_refused(key: SigningKey) -> None:
    request = cavage_by_hand(key, f"{FULL} (created)", times={"(created)": "now"})
    assert code(request, key) == "bad_created"


@pytest.mark.parametrize(
    ("covered", "lifetime_s", "late_ms", "expected"),
    [
        (f"{FULL} (expires)", 60, 62 * 60_000, "signature_expired"),
        (f"{FULL} (expires)", 11 * 3600, 11 * 3_600_000, "signed"),
        (f"{FULL} (expires)", 20 * 3600, 12 * 3_600_000, "signed"),
        (f"{FULL} (expires)", 20 * 3600, 14 * 3_600_000, "signature_expired"),
        # An expiry that is not signed shortens, and never lengthens.
        (FULL, 60, 62 * 60_000, "signature_expired"),
        (FULL, 11 * 3600, 2 * 3_600_000, "signature_expired"),
    ],
)
def test_expires_is_capped_at_twelve_hours_and_must_be_signed_to_lengthen(
    key: SigningKey, covered: str, lifetime_s: int, late_ms: int, expected: str
) -> None:
    expires = str(NOW // 1000 + lifetime_s)
    request = cavage_by_hand(
        key,
        covered,
        parameters=f'algorithm="hs2019",expires={expires},',
        times={"(expires)": expires},
    )
    assert code(request, key, now=NOW + late_ms) == expected


def test_both_times_must_be_within_the_window(key: SigningKey) -> None:
    old = str(NOW // 1000 - 7200)
    request = cavage_by_hand(
        key, f"{FULL} (created)", parameters=f"created={old},", times={"(created)": old}
    )
    assert code(request, key) == "signature_expired"


def test_folded_and_repeated_headers_are_joined(key: SigningKey) -> None:
    request = cavage_by_hand(key, f"{FULL} x-list", headers={"x-list": "a b, c"})
    assert code(changed(request, x_list=("  a\r\n  b", "c ")), key) == "signed"
    assert code(changed(request, x_list=("a\nb", "c")), key) == "missing_component"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000),
        ("Sun, 06 Nov 1994 08:49:60 GMT", None),
        ("Sun, 6 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 0000 08:49:37 GMT", None),
    ],
)
def test_only_the_one_form_of_a_date_is_read(value: str, expected: int | None) -> None:
    assert parse_http_date(value) == expected
