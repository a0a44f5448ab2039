from __future__ import annotations

import re

import pytest

from activitypub.signatures.digests import (
    check_content_digest,
    check_digest,
    content_digest_header,
    digest_header,
)
from activitypub.verdicts import Refused
from tests.activitypub.signatures.letters import VECTORS

HELLO = b'{"hello": "world"}\n'
SHA512 = "db7fdBbgZMgX1Wb2MjA8zZj+rSNgfmDCEEXM8qLWfpfoNY0sCpHAzZbj09X1/7HAb7Od5Qfto4QpuBsFbUO3dQ=="
# The examples print the first two octets as 8B 08, but their digests are of these.
BROTLI = b"\x0b\x09\x80" + HELLO + b"\x03"

# Field values as they stand in the examples of RFC 9530, with the content they are about.
EXAMPLES = [
    ("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", HELLO),
    ("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", b""),
    ("sha-256=:jjcgBDWNAtbYUXI37CVG3gRuGOAjaaDRGpIUFsdyepQ=:", b'"world"}\n'),
    ("sha-256=:d435Qo+nKZ+gLcUHn7GQtQ72hiBVAgqoLsZnZPiTGPk=:", BROTLI),
    ("sha-256=:mEkdbO7Srd9LIOegftO0aBX+VPTVz7/CSHes2Z27gc4=:", b'{"title": "New Title"}\n'),
    (f"sha-256=:d435Qo+nKZ+gLcUHn7GQtQ72hiBVAgqoLsZnZPiTGPk=:,sha-512=:{SHA512}:", BROTLI),
]


@pytest.mark.parametrize(("value", "content"), EXAMPLES)
def test_the_examples_of_rfc_9530_are_digests_of_their_content(value: str, content: bytes) -> None:
    examples = (VECTORS / "rfc9530/draft-ietf-httpbis-digest-headers.examples.md").read_text()
    unfolded = re.sub(r"\\\n\s*", "", examples)
    assert value in unfolded
    assert check_content_digest(value, content) is None
    assert check_content_digest(value, content + b" ") == Refused(
        "digest_mismatch", "the digest is not that of the body"
    )


@pytest.mark.parametrize("body", [b"", HELLO])
def test_what_we_write_is_what_we_read(body: bytes) -> None:
    assert check_content_digest(content_digest_header(body), body) is None
    assert check_digest(digest_header(body), body) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("SHA-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=", None),
        ("sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=", None),
        ("Sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=", None),
        ("unixsum=30637, SHA-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=", None),
        ("SHA-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=,SHA-512=AAAA", "digest_mismatch"),
        ("SHA-256=AAAA", "digest_mismatch"),
        ("SHA-256=", "digest_mismatch"),
        ("SHA-256=AAAA,sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=", "bad_digest"),
        ("SHA-256=$", "bad_digest"),
        ("SHA-256=é", "bad_digest"),
        ("SHA-256", "bad_digest"),
        ("", "bad_digest"),
        ("x" * 5000, "bad_digest"),
        ("MD5=AAAA", "unsupported_digest"),
    ],
)
def test_a_digest_header_must_be_right(value: str, expected: str | None) -> None:
    verdict = check_digest(value, HELLO)
    assert (verdict and verdict.code) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("md5=:AAAA:", "unsupported_digest"),
        ("", "unsupported_digest"),
        ("SHA-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", "bad_digest"),
        ("sha-256=RK", "bad_digest"),
        ("sha-256", "bad_digest"),
        ("sha-256=(:AAAA:)", "bad_digest"),
        ("sha-256=:AAAA:, sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", "bad_digest"),
        ("é", "bad_digest"),
        ("x" * 5000, "bad_digest"),
    ],
)
def test_a_content_digest_header_must_be_right(value: str, expected: str) -> None:
    verdict = check_content_digest(value, HELLO)
    assert verdict is not None
    assert verdict.code == expected
