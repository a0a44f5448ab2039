"""Looking up handles."""

from __future__ import annotations

from aiohttp import web

from activitypub.discovery import Handle
from activitypub.shell.client import FederationClient
from tests.activitypub.shell.peers import serving

JRD = {"subject": "acct:bob@b.example", "links": []}


async def jrd(request: web.Request) -> web.Response:
    return web.json_response(JRD, content_type="application/jrd+json")


async def test_a_handle_is_looked_up_at_its_host(client: FederationClient) -> None:
    async with serving(jrd) as peer:
        fetched = await client.webfinger(Handle("bob", f"127.0.0.1:{peer.port}"))
        expected = f"/.well-known/webfinger?resource=acct:bob@127.0.0.1:{peer.port}"
    assert (fetched.status, fetched.document) == (200, JRD)
    request = peer.requests[0]
    assert request.path.replace("%3A", ":").replace("%40", "@") == expected
    assert request.headers["accept"] == "application/jrd+json, application/json"
    assert "signature" not in request.headers


async def test_a_handle_at_a_refused_host_is_an_error_code(client: FederationClient) -> None:
    fetched = await client.webfinger(Handle("bob", "10.0.0.1:1"))
    assert (fetched.status, fetched.error) == (0, "address_refused")
