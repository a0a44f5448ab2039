from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import http_sf
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    InvalidSignature,
    MappingKeyResolver,
)
from http_message_signatures.algorithms import ED25519, RSA_V1_5_SHA256

from activitypub.signatures.components import signature_base
from activitypub.signatures.digests import content_digest_header
from activitypub.signatures.keys import SigningKey, load_private
from activitypub.signatures.request import SignedRequest, SignedResponse
from activitypub.signatures.rfc9421 import parse_member, sign_rfc9421
from activitypub.verdicts import Refused
from tests.activitypub.signatures.letters import (
    BODY,
    INBOX,
    NOW,
    VECTORS,
    changed,
    code,
    delivery,
    read,
    rfc9421_by_hand,
)

APPENDIX_B: Any = json.loads((VECTORS / "rfc9421/rfc9421-appendix-b.json").read_text())
LONG_AGO = NOW // 1000 - 3601
CREATED = f";created={NOW // 1000}"
DELIVERY = ('"@method"', '"@target-uri"', '"content-digest"')


def _message(text: str) -> SignedRequest | SignedResponse:
    head, _, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    request = SignedRequest.of("GET", "https://example.com/", headers, body.encode())
    if first.startswith("HTTP/"):
        return SignedResponse(int(first.split(" ")[1]), request.headers)
    method, target, _ = first.split(" ")
    host = request.headers["host"][0]
    return SignedRequest(method, f"https://{host}{target}", request.headers, request.body)


def _base(signature_input: str, message: SignedRequest | SignedResponse) -> bytes | Refused:
    members: Any = http_sf.parse(signature_input.encode(), tltype="dictionary")
    (member,) = members.values()
    parsed = parse_member(member)
    assert parsed is not None
    return signature_base(*parsed, message)


def _verify(algorithm: str, key_id: str, signature: bytes, base: bytes) -> None:
    if algorithm == "hmac-sha256":
        secret = base64.b64decode(APPENDIX_B["keys"][key_id]["base64"])
        assert hmac.digest(secret, base, "sha256") == signature
        return
    public = load_pem_public_key(APPENDIX_B["keys"][key_id]["public_pem"].encode())
    if algorithm == "rsa-pss-sha512":
        assert isinstance(public, RSAPublicKey)
        pss = padding.PSS(padding.MGF1(hashes.SHA512()), salt_length=64)
        public.verify(signature, base, pss, hashes.SHA512())
    elif algorithm == "ecdsa-p256-sha256":
        assert isinstance(public, ec.EllipticCurvePublicKey)
        numbers = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        public.verify(encode_dss_signature(*numbers), base, ec.ECDSA(hashes.SHA256()))
    else:
        assert isinstance(public, Ed25519PublicKey)
        public.verify(signature, base)


@pytest.mark.parametrize("case", APPENDIX_B["cases"], ids=lambda case: str(case["label"]))
def test_the_examples_of_the_rfc_have_our_signature_base(case: Mapping[str, Any]) -> None:
    name = case["message"].replace("test-response", "test-response-corrected")
    message = _message(APPENDIX_B["messages"][name])
    base = _base(case["signature_input"], message)
    assert isinstance(base, bytes)
    assert base.decode() == case["signature_base"]
    members: Any = http_sf.parse(case["signature"].encode(), tltype="dictionary")
    _verify(case["algorithm"], case["keyid"], members[case["label"]][0], base)


def test_the_ed25519_example_is_signed_to_the_same_octets() -> None:
    case = APPENDIX_B["cases"][5]
    private = load_private(APPENDIX_B["keys"]["test-key-ed25519"]["private_pem"])
    signature = SigningKey(case["keyid"], private).sign(case["signature_base"].encode())
    assert case["signature"] == f"sig-b26=:{base64.b64encode(signature).decode()}:"


def _transformed(text: str) -> tuple[bytes | Refused, bytes]:
    message = _message(text)
    assert isinstance(message, SignedRequest)
    base = _base(message.headers["signature-input"][0], message)
    members: Any = http_sf.parse(message.headers["signature"][0].encode(), tltype="dictionary")
    return base, members["transform"][0]


@pytest.mark.parametrize(
    "text",
    [APPENDIX_B["transformations"]["original"], *APPENDIX_B["transformations"]["still_valid"]],
)
def test_a_message_that_proxies_changed_harmlessly_has_the_same_base(text: str) -> None:
    base, signature = _transformed(text)
    assert isinstance(base, bytes)
    assert base.decode() == APPENDIX_B["transformations"]["signature_base"]
    _verify("ed25519", "test-key-ed25519", signature, base)


@pytest.mark.parametrize("text", APPENDIX_B["transformations"]["not_valid"])
def test_a_message_that_was_changed_otherwise_has_another_base(text: str) -> None:
    base, _ = _transformed(text)
    assert isinstance(base, bytes)
    assert base.decode() != APPENDIX_B["transformations"]["signature_base"]


def test_the_tls_proxy_example_has_our_signature_base() -> None:
    case = APPENDIX_B["tls_terminating_proxy"]
    expected = case["signature_base"]
    parameters = expected.rsplit('"@signature-params": ', 1)[1]
    base = _base(f"ttrp={parameters}", _message(case["signed_request"]))
    assert isinstance(base, bytes)
    assert base.decode() == expected
    _verify(case["algorithm"], case["keyid"], base64.b64decode(case["signature_b64"]), base)


QUERY_URL = (
    "https://www.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value"
    "&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something&baz=&twice=1&twice=2&t=~*"
)


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        # The examples of RFC 9421 2.2.8.
        ('"@query-param";name="var"', "this%20is%20a%20big%0Amultiline%20value"),
        ('"@query-param";name="bar"', "with%20plus%20whitespace"),
        ('"@query-param";name="fa%C3%A7ade%22%3A%20"', "something"),
        ('"@query-param";name="baz"', ""),
        ('"@query-param";name="t"', "%7E*"),
        ('"@query-param";name="twice"', None),
        ('"@query-param";name="absent"', None),
        ('"@query-param"', None),
        ('"@query-param";name=1', None),
        ('"@request-target"', QUERY_URL.removeprefix("https://www.example.com")),
        ('"@scheme"', "https"),
        ('"@authority"', "www.example.com"),
        ('"@path"', "/parameters"),
        ('"@status"', None),
        ('"@signature-params"', None),
        ('"@method";req', None),
        ('"x-dict";key="a"', "1"),
        ('"x-dict";key="b"', "(x y);q=1"),
        ('"x-dict";key="c"', "?1"),
        ('"x-dict";key="d"', None),
        ('"x-dict";key=1', None),
        ('"x-list";key="a"', None),
        ('"x-dict";sf', None),
        ('"x-dict";tr', None),
        ('"x-lines"', "one, two, three"),
        ('"x-lines";bs', ":b25l:, :dHdvLCB0aHJlZQ==:"),
        ('"x-empty"', ""),
        ('"X-Empty"', None),
        ('"x-absent"', None),
        ('"x-broken"', None),
    ],
)
def test_components_have_the_values_of_the_rfc(component: str, expected: str | None) -> None:
    headers = [
        ("X-Dict", "a=1,   b=(x  y);q=1, c"),
        ("X-List", "%%"),
        ("X-Lines", " one "),
        ("x-lines", "two,\r\n  three"),
        ("X-Empty", ""),
        ("X-Broken", "a\nb"),
    ]
    base = _base(f"sig=({component})", SignedRequest.of("GET", QUERY_URL, headers))
    if expected is None:
        assert isinstance(base, Refused)
    else:
        assert isinstance(base, bytes)
        assert base.decode().split("\n")[0] == f"{component}: {expected}"


@pytest.mark.parametrize(
    ("url", "query", "path"),
    [
        ("https://www.example.com", "?", "/"),
        ("https://www.example.com/path?", "?", "/path"),
        ("HTTPS://WWW.example.com:443/path?a=b", "?a=b", "/path"),
    ],
)
def test_an_absent_query_is_a_question_mark_and_an_absent_path_a_slash(
    url: str, query: str, path: str
) -> None:
    request = SignedRequest.of("GET", url, [])
    base = _base('sig=("@query" "@path" "@authority" "@scheme")', request)
    assert isinstance(base, bytes)
    lines = [line.partition(": ")[2] for line in base.decode().split("\n")]
    assert lines[:4] == [query, path, "www.example.com", "https"]


@dataclass
class _OracleMessage:
    """A request as the library ``http-message-signatures`` wants it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


def _algorithm(key: SigningKey) -> type[HTTPSignatureAlgorithm]:
    return RSA_V1_5_SHA256 if key.kind == "rsa" else ED25519


@pytest.mark.parametrize("url", [INBOX, f"{INBOX}?a=b&c", "https://b.example"])
def test_another_implementation_takes_what_we_sign(key: SigningKey, url: str) -> None:
    now = int(datetime.datetime.now(datetime.UTC).timestamp() * 1000)
    sent = sign_rfc9421("POST", url, BODY, key, now, {"Content-Type": "application/activity+json"})
    resolver = MappingKeyResolver(
        public_keys={key.key_id: key.private.public_key()}, private_keys={}
    )
    verifier = HTTPMessageVerifier(signature_algorithm=_algorithm(key), key_resolver=resolver)
    message = _OracleMessage("POST", url, sent)
    (result,) = verifier.verify(message, body=BODY, require_components=("@method", "@target-uri"))
    assert result.body == BODY
    message.headers["Content-Type"] = "text/html"
    with pytest.raises(InvalidSignature):
        verifier.verify(message, body=BODY)


@pytest.mark.parametrize("include_alg", [True, False])
@pytest.mark.parametrize(
    "covered",
    [
        ("@method", "@target-uri", "content-digest"),
        ("@method", "@authority", "@path", "@query", "content-digest", "date"),
        ("@method", "@authority", "@request-target", "content-digest", '"date";bs'),
        (
            "@method",
            "@target-uri",
            '"@query-param";name="c"',
            "content-digest",
            '"content-digest";key="sha-256"',
        ),
    ],
)
def test_we_take_what_another_implementation_signs(
    key: SigningKey, covered: tuple[str, ...], include_alg: bool
) -> None:
    url = f"{INBOX}?a=b&c=d%20e"
    headers = {
        "Host": urlsplit(url).netloc,
        "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
        "Content-Digest": content_digest_header(BODY),
    }
    message = _OracleMessage("POST", url, headers)
    signer = HTTPMessageSigner(
        signature_algorithm=_algorithm(key),
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={key.key_id: key.private}),
    )
    signer.sign(
        message,
        key_id=key.key_id,
        created=datetime.datetime.fromtimestamp(NOW / 1000, datetime.UTC),
        nonce="once",
        tag="app",
        include_alg=include_alg,
        use_existing_digest=True,
        covered_component_ids=covered,
    )
    assert code(SignedRequest.of("POST", url, message.headers.items(), BODY), key) == "signed"


@pytest.mark.parametrize(
    "target",
    [
        ('"@target-uri"',),
        ('"@authority"', '"@request-target"'),
        ('"@authority"', '"@path"', '"@query"'),
        ('"@scheme"', '"@authority"', '"@path"', '"@query"'),
    ],
)
def test_any_cover_of_the_whole_target_will_do(key: SigningKey, target: tuple[str, ...]) -> None:
    covered = ('"@method"', *target, '"content-digest"')
    assert code(rfc9421_by_hand(key, covered, url=f"{INBOX}?a=b"), key) == "signed"


def test_a_target_without_query_needs_no_query_covered(key: SigningKey) -> None:
    covered = ('"@method"', '"@authority"', '"@path"', '"content-digest"')
    assert code(rfc9421_by_hand(key, covered), key) == "signed"


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        (('"@target-uri"', '"content-digest"'), "unsigned_method"),
        (('"@method"', '"content-digest"'), "unsigned_target"),
        (('"@method"', '"@authority"', '"content-digest"'), "unsigned_target"),
        (('"@method"', '"@path"', '"@query"', '"content-digest"'), "unsigned_target"),
        (('"@method"', '"@authority"', '"@path"', '"content-digest"'), "unsigned_target"),
        (('"@method"', '"@target-uri"'), "unsigned_digest"),
        (('"@method"', '"@target-uri"', '"content-digest";key="sha-256"'), "unsigned_digest"),
        ((*DELIVERY, '"@method"'), "repeated_component"),
        ((*DELIVERY, *(f'"x-{number}"' for number in range(40))), "repeated_component"),
        ((*DELIVERY, '"@signature-params"'), "unknown_component"),
        ((*DELIVERY, '"@status"'), "unknown_component"),
        ((*DELIVERY, '"@other"'), "unknown_component"),
        ((*DELIVERY, '"content-digest";sf'), "unknown_component"),
        ((*DELIVERY, '"Host"'), "unknown_component"),
        ((*DELIVERY, '"x-absent"'), "missing_component"),
        ((*DELIVERY, "content-digest"), "malformed_signature"),
        ((*DELIVERY, "1"), "malformed_signature"),
    ],
)
def test_a_signature_over_too_little_is_refused(
    key: SigningKey, covered: tuple[str, ...], expected: str
) -> None:
    assert code(rfc9421_by_hand(key, covered, url=f"{INBOX}?a=b"), key) == expected


def test_a_delivery_without_digest_is_refused(key: SigningKey) -> None:
    request = rfc9421_by_hand(key, DELIVERY[:2], headers={"content-digest": ""})
    assert code(request, key) == "missing_digest"
    listed = rfc9421_by_hand(key, headers={"content-digest": ""})
    assert code(listed, key) == "missing_component"


def test_a_read_with_an_unsigned_digest_is_refused(key: SigningKey) -> None:
    request = changed(read("rfc9421", key), content_digest=content_digest_header(b""))
    assert code(request, key) == "unsigned_digest"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (CREATED, "missing_key_id"),
        (f"{CREATED};keyid=1", "missing_key_id"),
        (f'{CREATED};keyid=""', "missing_key_id"),
        (f'{CREATED};keyid="alice"', "bad_key_id"),
        (';keyid="https://a.example/#k"', "missing_created"),
        (';created="1";keyid="https://a.example/#k"', "bad_created"),
        (';created=1.0;keyid="https://a.example/#k"', "bad_created"),
        (';created=-1;keyid="https://a.example/#k"', "bad_created"),
        (';created;keyid="https://a.example/#k"', "bad_created"),
        (f'{CREATED};expires=1.5;keyid="https://a.example/#k"', "bad_expires"),
        (f'{CREATED};alg="hmac-sha256";keyid="https://a.example/#k"', "unsupported_algorithm"),
        (f'{CREATED};alg=ed25519;keyid="https://a.example/#k"', "unsupported_algorithm"),
        (f'{CREATED};alg="rsa-pss-sha512";keyid="https://a.example/#k"', "unsupported_algorithm"),
        (f'{CREATED}{CREATED};keyid="https://a.example/#k"', "malformed_signature"),
        (f'{CREATED};keyid="https://a.example/#k', "malformed_signature"),
        (
            f'{CREATED};expires={NOW // 1000 - 3601};keyid="https://a.example/#k"',
            "signature_expired",
        ),
        (f'{CREATED};expires={NOW // 1000 + 1};keyid="https://a.example/#k"', "signed"),
        (f'{CREATED};keyid="https://a.example/#k";x=?0;y=:AA==:;z=1.5', "signed"),
    ],
)
def test_the_parameters_must_be_right(key: SigningKey, parameters: str, expected: str) -> None:
    assert code(rfc9421_by_hand(key, parameters=parameters), key) == expected


def test_the_algorithm_must_be_the_keys(rsa_key: SigningKey, ed25519_key: SigningKey) -> None:
    parameters = f'{CREATED};keyid="https://a.example/#k";alg="ed25519"'
    assert code(rfc9421_by_hand(ed25519_key, parameters=parameters), ed25519_key) == "signed"
    assert code(rfc9421_by_hand(rsa_key, parameters=parameters), rsa_key) == "wrong_key_kind"


@pytest.mark.parametrize(("late_hours", "expected"), [(12, "signed"), (14, "signature_expired")])
def test_expires_is_capped_at_twelve_hours(key: SigningKey, late_hours: int, expected: str) -> None:
    parameters = f'{CREATED};expires={NOW // 1000 + 86_400};keyid="https://a.example/#k"'
    request = rfc9421_by_hand(key, parameters=parameters)
    assert code(request, key, now=NOW + late_hours * 3_600_000) == expected


@pytest.mark.parametrize("name", ["signature", "signature_input"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "sig1",
        "sig1=1",
        'sig1="x"',
        "sig1=()",
        "sig1=:AA",
        "%",
        "sig2=:AA==:",
        "sig1=:AA==:, sig1=:AA==:",
        "x" * 9000,
        "ü",
    ],
)
def test_signature_headers_that_are_none_are_refused(
    key: SigningKey, name: str, value: str
) -> None:
    refused = code(changed(delivery("rfc9421", key), **{name: value}), key)
    assert refused in {"malformed_signature", "missing_key_id"}


def _two(one: SignedRequest, other: SignedRequest) -> SignedRequest:
    joined = {
        name: f"{one.headers[name][0]}, {other.headers[name][0]}"
        for name in ("signature-input", "signature")
    }
    return changed(one, signature_input=joined["signature-input"], signature=joined["signature"])


def test_of_several_signatures_the_one_usable_counts(key: SigningKey) -> None:
    usable = rfc9421_by_hand(key)
    proxy = rfc9421_by_hand(key, ('"@method"',), label="proxy")
    assert code(_two(usable, proxy), key) == "signed"
    assert code(_two(proxy, usable), key) == "signed"


def test_two_usable_signatures_are_refused(key: SigningKey) -> None:
    request = _two(rfc9421_by_hand(key), rfc9421_by_hand(key, label="sig2"))
    assert code(request, key) == "ambiguous_signature"


def test_a_crowd_of_signatures_is_refused(key: SigningKey) -> None:
    request = rfc9421_by_hand(key)
    inputs = ", ".join(
        request.headers["signature-input"][0].replace("sig1", f"s{number}") for number in range(9)
    )
    assert code(changed(request, signature_input=inputs), key) == "malformed_signature"


def test_the_digest_of_the_test_request_is_that_of_its_body() -> None:
    request = _message(APPENDIX_B["messages"]["test-request"])
    assert isinstance(request, SignedRequest)
    digest = base64.b64encode(hashlib.sha512(request.body).digest()).decode()
    assert request.headers["content-digest"] == (f"sha-512=:{digest}:",)
