"""One-time codes, against the vectors of RFC 6238 (appendix B, SHA-1)."""

import base64

import pytest

from fedi_cotweet.services import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_specification(seconds: int, code: str) -> None:
    assert totp.code_at(SECRET, seconds // 30, digits=8) == code
    assert totp.step_of(SECRET, code[2:], seconds * 1_000) == seconds // 30


def test_a_clock_may_be_off_by_one_step() -> None:
    now, code = 100 * 30_000 + 29_000, totp.code_at(SECRET, 100)
    assert [totp.step_of(SECRET, code, now + off * 30_000) for off in (-1, 0, 1, 2)] == [
        100,
        100,
        100,
        None,
    ]
    for wrong in ("", "000000", "é", code + "0", "\udcff"):
        assert totp.step_of(SECRET, wrong, now) is None


def test_a_secret_is_long_and_new() -> None:
    assert len(base64.b32decode(totp.make_secret())) == 20
    assert totp.make_secret() != totp.make_secret()
    assert totp.address("ABC", "alice@a.example", "a.example:8000") == (
        "otpauth://totp/a.example%3A8000%3Aalice@a.example?secret=ABC&issuer=a.example%3A8000"
    )
