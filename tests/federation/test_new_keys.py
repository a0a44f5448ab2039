"""New keys: ours, announced with the old one; and those of others."""

from __future__ import annotations

import pytest

from activitypub.proofs import eddsa_jcs_2022
from activitypub.signatures.keys import load_public
from activitypub.signatures.request import SignedRequest
from activitypub.signatures.verify import check_signature, find_signature
from activitypub.verdicts import Refused
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Letter
from tests.federation.test_profiles import CONTROL, actor

ROTATE = f"{CONTROL}/rotate-keys"


def signed_with(cast: Cast, letter: Letter, pem: str) -> bool:
    request = SignedRequest.of(
        "POST", cast.c.base + letter.path, list(letter.headers.items()), letter.body
    )
    claim = find_signature(request, authority=cast.c.host, now=cast.here.clock())
    assert not isinstance(claim, Refused), claim
    return not isinstance(check_signature(claim, load_public("rsa", pem)), Refused)


async def test_new_keys_are_announced_with_the_old_one(cast: Cast) -> None:
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("alice")))
    before = await actor(cast)
    answer = await cast.here.api("POST", ROTATE, {"username": "alice"})
    await cast.here.settle()
    after = await actor(cast)
    old, new = before["publicKey"]["publicKeyPem"], after["publicKey"]["publicKeyPem"]
    assert before["publicKey"]["id"] == after["publicKey"]["id"]
    assert old != new
    assert [key["id"] for key in after["assertionMethod"]] == [
        answer["key"],
        before["assertionMethod"][0]["id"],
    ]
    [letter] = [one for one in cast.c.letters if b'"Update"' in one.body]
    assert signed_with(cast, letter, old)
    assert not signed_with(cast, letter, new)
    [update] = cast.c.received_of("Update")
    assert update["object"]["publicKey"]["publicKeyPem"] == new
    assert eddsa_jcs_2022.proof_key_id(update) == answer["key"]
    # From then on only the new one.
    await cast.here.api("PUT", f"{CONTROL}/profile", {"about": "New."}, account="alice")
    await cast.here.settle()
    letter = [one for one in cast.c.letters if b'"Update"' in one.body][-1]
    assert signed_with(cast, letter, new)
    # Stolen keys prove nothing.
    await cast.here.api("POST", ROTATE, {"username": "alice", "forget_old": True})
    assert len((await actor(cast))["assertionMethod"]) == 1
    with pytest.raises(ApiRefusalError) as refused:
        await cast.here.api("POST", ROTATE, {"username": "nobody"})
    assert refused.value.status == 404


async def test_new_keys_of_the_server_are_announced_to_every_server_that_is_known(
    cast: Cast,
) -> None:
    """It fetches with them, so whoever was asked by it has the old one."""
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("alice")))
    before = (await cast.carol.get(f"{cast.here.base}/actor")).json
    await cast.here.api("POST", ROTATE, {"username": "instance.actor"})
    await cast.here.settle()
    after = (await cast.carol.get(f"{cast.here.base}/actor")).json
    old, new = before["publicKey"]["publicKeyPem"], after["publicKey"]["publicKeyPem"]
    assert old != new
    [letter] = [one for one in cast.c.letters if b'"Update"' in one.body]
    assert signed_with(cast, letter, old)
    [update] = cast.c.received_of("Update")
    assert (update["actor"], update["object"]["type"]) == (after["id"], "Application")
    assert update["object"]["publicKey"]["publicKeyPem"] == new
    # What it fetches from then on is signed with the new one.
    asked, stranger = len(cast.c.asked), cast.c.person("stranger")
    await cast.deliver(stranger, stranger.activity("Follow", cast.here.actor("alice")))
    sent = cast.c.asked[asked]
    request = SignedRequest.of("GET", cast.c.base + sent.path_qs, list(sent.headers.items()), b"")
    claim = find_signature(request, authority=cast.c.host, now=cast.here.clock())
    assert not isinstance(claim, Refused), claim
    assert not isinstance(check_signature(claim, load_public("rsa", new)), Refused)
