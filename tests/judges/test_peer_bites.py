"""The judge refuses what is broken in exactly one place, so that its yes means something."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from activitypub.proofs import eddsa_jcs_2022, rsa_signature_2017, securing
from activitypub.vocab import terms
from tests.judges.fedify_peer import FedifyPeer, install
from tests.judges.forger import Forger, now, post, sign

pytestmark = pytest.mark.timeout(400)

HOUR = 3_600_000
PROFILES = ("cavage", "rfc9421")


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FedifyPeer]:
    log: Path = tmp_path_factory.mktemp("judge") / "judge.log"
    with FedifyPeer(install(), log=log) as peer:
        yield peer


@pytest.fixture(scope="module")
def forger() -> Iterator[Forger]:
    with Forger() as sender:
        yield sender


def octets(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def forward(judge: FedifyPeer, forger: Forger, document: dict[str, Any]) -> int:
    """Mallory's document posted by Trent: only a proof inside it can speak for Mallory."""
    body, inbox = octets(document), f"{judge.origin}/inbox"
    return post(inbox, body, sign("cavage", inbox, body, forger.trent.http_key, now()))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_good_signature_is_accepted(judge: FedifyPeer, forger: Forger, profile: str) -> None:
    body, inbox = octets(forger.create(forger.mallory)), f"{judge.actor}/inbox"
    assert post(inbox, body, sign(profile, inbox, body, forger.mallory.http_key, now())) == 202
    entry = judge.received()[-1]
    assert (entry["http_signature"], entry["http_profile"]) == (True, profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_broken_signature_is_refused(judge: FedifyPeer, forger: Forger, profile: str) -> None:
    body, inbox = octets(forger.create(forger.mallory)), f"{judge.actor}/inbox"
    headers = sign(profile, inbox, body, forger.mallory.http_key, now())
    name = next(name for name in headers if name.lower() == "signature")
    start = headers[name].index('signature="' if profile == "cavage" else "=:") + 20
    other = "B" if headers[name][start] == "A" else "A"
    headers[name] = headers[name][:start] + other + headers[name][start + 1 :]
    assert post(inbox, body, headers) == 401
    assert judge.received()[-1]["http_refusal"] == "invalidSignature"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_body_that_is_not_its_digest_is_refused(
    judge: FedifyPeer, forger: Forger, profile: str
) -> None:
    create, inbox = forger.create(forger.mallory), f"{judge.actor}/inbox"
    headers = sign(profile, inbox, octets(create), forger.mallory.http_key, now())
    create["object"]["content"] = "<p>I never said this.</p>"
    assert post(inbox, octets(create), headers) == 401


@pytest.mark.parametrize("profile", PROFILES)
def test_a_digest_made_anew_for_another_body_is_refused(
    judge: FedifyPeer, forger: Forger, profile: str
) -> None:
    create, inbox = forger.create(forger.mallory), f"{judge.actor}/inbox"
    headers = sign(profile, inbox, octets(create), forger.mallory.http_key, now())
    create["object"]["content"] = "<p>I never said this.</p>"
    digest = base64.b64encode(hashlib.sha256(octets(create)).digest()).decode()
    wanted = "digest" if profile == "cavage" else "content-digest"
    name = next(name for name in headers if name.lower() == wanted)
    headers[name] = f"SHA-256={digest}" if profile == "cavage" else f"sha-256=:{digest}:"
    assert post(inbox, octets(create), headers) == 401


@pytest.mark.parametrize("profile", PROFILES)
def test_an_old_signature_is_refused(judge: FedifyPeer, forger: Forger, profile: str) -> None:
    body, inbox = octets(forger.create(forger.mallory)), f"{judge.actor}/inbox"
    headers = sign(profile, inbox, body, forger.mallory.http_key, now() - 25 * HOUR)
    assert post(inbox, body, headers) == 401


def test_somebody_elses_signature_is_refused(judge: FedifyPeer, forger: Forger) -> None:
    assert forward(judge, forger, forger.create(forger.mallory)) == 401


def test_a_proof_speaks_for_its_author_whoever_carries_it(
    judge: FedifyPeer, forger: Forger
) -> None:
    proven = eddsa_jcs_2022.make_proof(
        forger.create(forger.mallory), forger.mallory.proof_key, now()
    )
    assert forward(judge, forger, proven) == 202
    assert judge.received()[-1]["proof"] is True


@pytest.mark.parametrize("milliseconds", [0, 10, 120, 123, 900])
def test_a_proof_made_at_any_moment_counts(
    judge: FedifyPeer, forger: Forger, milliseconds: int
) -> None:
    # Fedify writes the time anew before it checks, without zeros at the end of a fraction.
    moment = now() // 1000 * 1000 + milliseconds
    proven = eddsa_jcs_2022.make_proof(
        forger.create(forger.mallory), forger.mallory.proof_key, moment
    )
    assert judge.call("verify_document", document=proven)["proof"] is True


def test_a_proof_over_another_text_is_refused(judge: FedifyPeer, forger: Forger) -> None:
    proven = eddsa_jcs_2022.make_proof(
        forger.create(forger.mallory), forger.mallory.proof_key, now()
    )
    proven["object"]["content"] = "<p>I never said this.</p>"
    assert forward(judge, forger, proven) == 401
    assert judge.received()[-1]["proof"] is False


def test_a_proof_by_the_carrier_is_refused(judge: FedifyPeer, forger: Forger) -> None:
    proven = eddsa_jcs_2022.make_proof(forger.create(forger.mallory), forger.trent.proof_key, now())
    assert forward(judge, forger, proven) == 401
    assert judge.received()[-1]["proof"] is False


def test_a_linked_data_signature_speaks_for_its_author(judge: FedifyPeer, forger: Forger) -> None:
    signed = rsa_signature_2017.make_signature(
        forger.create(forger.mallory), forger.mallory.http_key, now()
    )
    assert forward(judge, forger, signed) == 202
    assert judge.received()[-1]["ld_signature"] is True


def test_a_linked_data_signature_over_another_text_is_refused(
    judge: FedifyPeer, forger: Forger
) -> None:
    signed = rsa_signature_2017.make_signature(
        forger.create(forger.mallory), forger.mallory.http_key, now()
    )
    signed["object"]["content"] = "<p>I never said this.</p>"
    assert forward(judge, forger, signed) == 401
    assert judge.received()[-1]["ld_signature"] is False


@pytest.mark.parametrize("co_authored", [False, True])
def test_a_proof_and_a_linked_data_signature_count_together(
    judge: FedifyPeer, forger: Forger, co_authored: bool
) -> None:
    # What we send names the members of a proof, and signing does not change that after it.
    create = {**forger.create(forger.mallory), "@context": terms.note_context(co_authored)}
    at = now()
    signed = securing.prove_and_sign(create, forger.mallory.proof_key, forger.mallory.http_key, at)
    verdict = judge.call("verify_document", document=signed)
    assert (verdict["proof"], verdict["ld_signature"]) == (True, True)
