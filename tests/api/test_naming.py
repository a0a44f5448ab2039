"""One post has many names: its id, that of an invite to it, its page, its identifier."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from fedi_cotweet.api import naming
from fedi_cotweet.api.reachable import reaches
from fedi_cotweet.api.routes import ENDPOINTS
from fedi_cotweet.services import lookups
from storage.engine import Tx
from storage.queries import actors, consents
from tests.api.conftest import CONTROL, COTWEETS, INVITES, Api
from tests.sites import BASE, World

OTHERS = (
    *("/announcements/", "/credits/{id}", "/lists/", "/quotes/", "/relays/", "/reports/"),
    "/sign-up-links/",
    *("/notes/", "/rules/", "/tokens/", "/{comment}"),
)
"""What names something else than a post."""

Names = tuple[str, list[str]]


@pytest.fixture
async def draft(api: Api, world: World) -> Names:
    """A draft of alice's: its id, and all that bob, who is invited, can call it."""
    del api

    def ids(tx: Tx) -> list[int]:
        found = [actors.account_by_name(tx, name) for name in ("alice", "bob")]
        return [account.id for account in found if account is not None]

    alice, bob = await world.site.read(ids)
    number = await world.draft(alice, bob, "Ours, soon")
    uri = world.site.env.addresses.note(number)
    [offer] = await world.site.read(lambda tx: consents.offers_for_object(tx, uri, "received"))
    names = [str(number), str(offer.id), uri, f"{uri}#x", f"{BASE}/@alice/{number}", offer.uri]
    return str(number), [quote(name, safe="") for name in names]


async def _same(api: Api, names: list[str], path: str, method: str = "GET") -> Any:
    """What bob is answered to every name, which must be one answer."""
    first, *others = [
        await api.ask(method, path.replace("{}", name), account="bob") for name in names
    ]
    assert others == [first] * len(others)
    return first


def test_every_operation_about_a_post_takes_every_name() -> None:
    asking = (naming.post_id, naming.talk_id, naming.invite_id, naming.proposal_id, lookups.find)
    left = [
        (method, path)
        for method, path, endpoint in ENDPOINTS
        if "{id}" in path
        and not any(other in path for other in OTHERS)
        and not any(reaches(endpoint, function) for function in asking)
    ]
    assert left == []


async def test_a_draft_can_be_called_anything_by_whoever_is_invited(api: Api, draft: Names) -> None:
    number, names = draft
    for path in ("comments", "proposals", "log"):
        await _same(api, names, f"{COTWEETS}/{{}}/{path}")
    seen = await _same(api, names, f"{INVITES}/{{}}")
    assert seen["state"] == "offered"
    page = f"{COTWEETS}/{names[4]}/proposals"
    made = await api.ask("POST", page, {"text": "Better"}, account="bob", status=201)
    path = f"{COTWEETS}/proposals"
    assert await _same(api, names, f"{path}/{{}}") == made
    page = f"{COTWEETS}/{names[2]}/proposals"
    await api.ask("POST", page, {"text": "Best"}, account="bob", status=201)
    several = (409, "several_proposals")
    assert await api.refused("POST", f"{path}/{number}/take") == several
    agreed = {"digest": seen["digest"]}
    view = await api.ask("POST", f"{INVITES}/{names[4]}/accept", agreed, account="bob")
    assert view["state"] == "accepted"
    await api.ask("POST", f"{COTWEETS}/{names[3]}/leave", {}, account="bob")


async def test_a_published_co_tweet_can_be_called_anything(
    api: Api, world: World, draft: Names
) -> None:
    number, names = draft
    await world.agree(int(number))
    for path in (f"{CONTROL}/posts/{{}}", f"{CONTROL}/posts/{{}}/thread", f"{COTWEETS}/{{}}/log"):
        await _same(api, names, path)
    for did in ("hide", "unhide"):
        await _same(api, names, f"{COTWEETS}/{{}}/{did}", "POST")
    reply = {"text": "More", "in_reply_to": str(names[1])}
    made = await api.ask("POST", f"{CONTROL}/posts", reply, account="bob", status=201)
    assert made["in_reply_to"] == world.site.env.addresses.note(int(number))
    log = await api.ask("GET", f"{CONTROL}/consent-log?uri={names[4]}", account=None)
    assert log == await api.ask("GET", f"{COTWEETS}/{number}/log")


async def test_the_invites_of_others_name_nothing(api: Api, world: World, draft: Names) -> None:
    await world.account("carol")
    for name in (*draft[1], "7", "x", quote(f"{BASE}/notes/x", safe=""), "https%3A%2F%2F%5B"):
        for path in ("posts/{}", "posts/{}/thread"):
            where = f"{CONTROL}/{path.format(name)}"
            assert await api.refused("GET", where, account="carol") == (404, "not_found")
        for path in ("comments", "log", "proposals", "changes"):
            where = f"{COTWEETS}/{name}/{path}"
            assert await api.refused("GET", where, account="carol") == (404, "not_found")


async def test_a_draft_elsewhere_is_said_to_be_one_to_whoever_is_invited(
    api: Api, world: World, draft: Names
) -> None:
    _, [_, invite, *_] = draft
    uri = "https://b.example/notes/1"
    await world.site.write(lambda tx: consents.change_offer(tx, int(invite), object_uri=uri))
    for name in (invite, quote(uri, safe="")):
        response = await api.raw("POST", f"{COTWEETS}/{name}/publish", account="bob")
        said = await response.json()
        assert (response.status, said["error"]) == (409, "not_published")
        assert f"fedi-cotweet discuss {invite}" in said["fix"]
        await api.ask("GET", f"{COTWEETS}/{name}/log", account="bob")
