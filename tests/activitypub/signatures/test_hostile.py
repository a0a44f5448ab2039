"""Whatever the headers hold: a verdict, never an exception, and never a signature that is none."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.signatures.keys import SigningKey, generate_ed25519, load_private
from activitypub.signatures.request import SignedRequest
from activitypub.signatures.verify import Signed
from activitypub.verdicts import Refused
from tests.activitypub.signatures.letters import BODY, INBOX, delivery, verdict
from tests.examples import examples

KEY = SigningKey("https://a.example/users/alice#ed25519-key", load_private(generate_ed25519()))
CAVAGE, RFC9421 = delivery("cavage", KEY), delivery("rfc9421", KEY)

NAMES = st.sampled_from(sorted({*CAVAGE.headers, *RFC9421.headers}))
FRAGMENTS = st.sampled_from(
    [
        "sig1=", '("@method"', '"@target-uri"', '"content-digest")', ";created=", "1795341600",
        ';keyid="https://a.example/#k"', ":AAAA:", 'keyId="https://a.example/#k"', ",", " ", '"',
        'headers="(request-target) host date digest"', 'signature="AAAA"', "created=", "\\", "=",
        "SHA-256=", "sha-256=:", "@", "(", ")", "\r\n ", "\n", "\x00", "é", "\udc80", "\ud800",
        '"@query-param";name="a"', ";bs", ";key=", "?1", "1.5", "%22", "-9999999999999999", "@1",
    ]
)  # fmt: skip
VALUES = st.text(max_size=40) | st.lists(FRAGMENTS, max_size=12).map("".join)


@settings(max_examples=examples(600), deadline=None)
@given(st.dictionaries(NAMES, st.lists(VALUES, max_size=2).map(tuple)), st.booleans())
def test_no_header_breaks_the_check(headers: dict[str, tuple[str, ...]], cavage: bool) -> None:
    base = CAVAGE if cavage else RFC9421
    request = SignedRequest("POST", INBOX, {**base.headers, **headers}, BODY)
    answer = verdict(request, KEY)
    if isinstance(answer, Signed):
        signed = {"host", "date", "digest", "content-digest", "content-type"} & set(base.headers)
        for name in signed:
            # Only what means the same may differ.
            assert [v.strip(" \t\r\n") for v in request.headers[name]] == list(base.headers[name])


@settings(max_examples=examples(300), deadline=None)
@given(st.text(max_size=10), st.text(max_size=60), st.binary(max_size=20), st.booleans())
def test_no_request_line_breaks_the_check(method: str, url: str, body: bytes, cavage: bool) -> None:
    base = CAVAGE if cavage else RFC9421
    answer = verdict(SignedRequest(method, url, base.headers, body), KEY)
    assert isinstance(answer, Refused)
