"""Who may fetch what: blocked servers nothing, and in secure mode nobody without a signature."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activitypub.vocab.terms import ACTIVITY_JSON
from tests.federation.cast import Cast
from tests.federation.test_pins import posted
from tests.federation.test_profiles import CONTROL

PATHS = ("", "/outbox", "/followers", "/following", "/collections/featured", "/collections/tags")


@pytest.fixture
def secure(cast: Cast) -> Cast:
    runtime = cast.here.server.runtime
    runtime.settings = replace(runtime.settings, secure_mode=True)
    return cast


async def test_in_secure_mode_only_who_signs_gets_people_and_posts(secure: Cast) -> None:
    post = await posted(secure)
    alice = secure.here.actor("alice")
    things = [alice + path for path in PATHS]
    things += [post["uri"], f"{post['uri']}/activity", f"{post['uri']}/likes"]
    for thing in things:
        status, text = await secure.here.get(thing, Accept=ACTIVITY_JSON)
        assert (status, "no_signature" in text) == (401, True), thing
        reply = await secure.bob.get(thing)
        assert reply.status == 200, thing
        assert reply.headers["Cache-Control"] == "private, no-store"
        assert "Signature" in reply.headers["Vary"]
    # Somebody else's key under bob's name.
    forged = secure.bob.with_keys("nobody's")
    assert (await forged.get(alice)).status == 401


async def test_what_everybody_needs_is_for_everybody(secure: Cast) -> None:
    for path in ("/actor", "/actor/outbox", "/.well-known/nodeinfo", "/nodeinfo/2.1"):
        assert (await secure.here.get(path, Accept=ACTIVITY_JSON))[0] == 200, path
    handle = f"acct:alice@{secure.here.host}"
    assert (await secure.here.get(f"/.well-known/webfinger?resource={handle}"))[0] == 200
    assert (await secure.here.get("/@alice", Accept="text/html"))[0] == 200


@pytest.mark.parametrize("mode", [False, True])
async def test_a_blocked_server_gets_nothing_it_signs_for(cast: Cast, mode: bool) -> None:
    runtime = cast.here.server.runtime
    runtime.settings = replace(runtime.settings, secure_mode=mode)
    post = await posted(cast)
    await cast.here.api("POST", f"{CONTROL}/domains", {"host": cast.m.host, "severity": "suspend"})
    for thing in (post["uri"], cast.here.actor("alice")):
        assert (await cast.mallory.get(thing)).status == 403
        assert (await cast.bob.get(thing)).status == 200
    assert cast.m.times_asked(cast.mallory.id) == 0


async def test_a_server_that_wants_signatures_gets_them(cast: Cast) -> None:
    """What GoToSocial and Mastodon's secure mode ask for: signed by the instance actor."""
    await cast.follow(cast.bob)
    asked = [request for request in cast.b.asked if request.path.endswith("/users/bob")]
    assert asked
    key = f'keyId="{cast.here.base}/actor#main-key"'
    assert all(key in request.headers.get("Signature", "") for request in asked)


async def test_webfinger_wants_a_uri(secure: Cast) -> None:
    """RFC 7033, 4.2: no resource, or one that is malformed, is a bad request."""
    host = secure.here.host
    for query, status in (
        (f"resource=acct:alice@{host}", 200),
        (f"resource=acct%3Aalice%40{host}&rel=self", 200),
        (f"resource=acct:nobody@{host}", 404),
        ("", 400),
        ("resource=", 400),
        (f"resource=alice@{host}", 400),
        (f"resource==acct%3Aalice%40{host}", 400),
    ):
        assert (await secure.here.get(f"/.well-known/webfinger?{query}"))[0] == status, query
