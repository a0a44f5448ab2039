"""The other way round: our library reads what Fedify sends, and refuses what was changed in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from activitypub.documents.actor import ActorView, parse_actor
from activitypub.proofs import eddsa_jcs_2022, rsa_signature_2017
from activitypub.signatures.keys import load_public
from activitypub.signatures.request import SignedRequest
from activitypub.signatures.verify import Signed, check_signature, find_signature
from activitypub.verdicts import Refused
from activitypub.vocab.reading import host_of, parse_json
from tests.judges.fedify_peer import FedifyPeer, install
from tests.judges.forger import Forger, now

pytestmark = pytest.mark.timeout(400)

PROFILES = {"rfc9421": "rfc9421", "cavage": "draft-cavage-http-signatures-12"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A note that Fedify delivered to us, and who its actor says it is."""

    profile: str
    request: SignedRequest
    document: dict[str, Any]
    actor: ActorView

    def key(self, key_id: str) -> Any:
        found = next(key for key in self.actor.keys if key.id == key_id)
        return load_public(found.kind, found.public)


@pytest.fixture(scope="module", params=PROFILES)
def sent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sent]:
    log = tmp_path_factory.mktemp("judge") / "judge.log"
    with (
        Forger() as forger,
        FedifyPeer(install(), log=log, first_knock=PROFILES[request.param]) as judge,
    ):
        judge.call("create_note", content="<p>Grüße, 世界!</p>", mention=forger.mallory.id)
        received = forger.requests[-1]
        actor = parse_actor(judge.call("fetch_document", url=judge.actor))
        yield Sent(request.param, received, parse_json(received.body), actor)


def claimed(request: SignedRequest) -> Any:
    return find_signature(request, authority=host_of(request.url) or "", now=now())


def test_its_request_is_signed_by_its_actor(sent: Sent) -> None:
    claim = claimed(sent.request)
    assert not isinstance(claim, Refused), claim
    verdict = check_signature(claim, sent.key(claim.key_id))
    assert isinstance(verdict, Signed), verdict
    assert verdict.profile == sent.profile


def test_its_request_with_another_body_is_refused(sent: Sent) -> None:
    assert isinstance(claimed(replace(sent.request, body=sent.request.body + b" ")), Refused)


def test_its_proof_is_by_its_actor(sent: Sent) -> None:
    key_id = eddsa_jcs_2022.proof_key_id(sent.document)
    assert key_id is not None
    key = sent.key(key_id)
    assert eddsa_jcs_2022.check_proof(sent.document, key, now=now()) is None
    changed = {**sent.document, "object": "https://a.example/notes/1"}
    assert isinstance(eddsa_jcs_2022.check_proof(changed, key), Refused)


def test_its_linked_data_signature_is_by_its_actor(sent: Sent) -> None:
    key_id = rsa_signature_2017.creator(sent.document)
    assert key_id is not None
    key = sent.key(key_id)
    signed = rsa_signature_2017.check_signature(sent.document, key, now=now())
    assert not isinstance(signed, Refused), signed
    assert signed["object"]["content"] == "<p>Grüße, 世界!</p>"
    changed = {**sent.document, "object": "https://a.example/notes/1"}
    assert isinstance(rsa_signature_2017.check_signature(changed, key), Refused)
