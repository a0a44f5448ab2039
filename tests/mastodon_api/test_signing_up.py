"""Accounts made with an app."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from fedi_cotweet.mastodon_api import setup
from fedi_cotweet.services import applications, sign_up_links, sign_ups, tokens
from fedi_cotweet.services.accounts import make_keys
from fedi_cotweet.services.applications import OUT_OF_BAND
from fedi_cotweet.services.sign_up_links import Wanted
from fedi_cotweet.services.site import Site
from storage.queries import actors
from tests.mastodon_api.conftest import App, MakeClient
from tests.sites import World

ACCOUNTS = "/api/v1/accounts"
ME = f"{ACCOUNTS}/verify_credentials"
ZOE = {"username": "Zoe", "password": "tea with lemon", "email": "z@x.example", "agreement": True}


async def _served(
    world: World, make: MakeClient, registrations: str, **settings: Any
) -> tuple[Site, App]:
    """A site that lets people in so, and an app of nobody."""
    changed = replace(world.site.settings, registrations=registrations, **settings)
    site = replace(world.site, settings=changed)

    def register(tx: Any) -> str:
        app = applications.register(
            tx, site.env, name="Notes", redirect_uris=[OUT_OF_BAND], scopes="read write"
        )
        return tokens.issue(tx, site.env, app.id, None, app.scopes)

    token = await site.write(register)
    app = web.Application()
    setup(app, site)
    return site, App(await make(app), token)


async def test_an_account_is_made_at_once_where_everybody_may(
    world: World, aiohttp_client: MakeClient
) -> None:
    site, app = await _served(world, aiohttp_client, "open")
    about = await app.ask("GET", "/api/v2/instance")
    assert about["registrations"]["enabled"] is True
    made = await app.ask("POST", ACCOUNTS, ZOE)
    assert (made["token_type"], made["scope"]) == ("Bearer", "read write")
    me = await App(app.http, made["access_token"]).ask("GET", ME)
    assert (me["username"], me["display_name"]) == ("zoe", "")
    account = await site.read(lambda tx: actors.account_by_name(tx, "zoe"))
    assert account is not None
    assert str(account.password_hash).startswith("$argon2id$")
    assert await app.refused("POST", ACCOUNTS, ZOE) == 422


async def test_the_operator_is_asked_where_that_is_so(
    world: World, aiohttp_client: MakeClient
) -> None:
    site, app = await _served(world, aiohttp_client, "approval")
    assert (await app.ask("GET", "/api/v1/instance"))["approval_required"] is True
    token = (await app.ask("POST", ACCOUNTS, ZOE | {"reason": "Tea"}))["access_token"]
    waits = App(app.http, token)
    assert await waits.refused("GET", ME) == 403
    assert await app.refused("POST", ACCOUNTS, ZOE) == 422, "the name is spoken for"
    assert await site.read(lambda tx: actors.account_by_name(tx, "zoe")) is None
    [held] = await site.read(sign_ups.waiting)
    assert (held.username, held.reason) == ("zoe", "Tea")
    keys = make_keys()
    await site.write(lambda tx: sign_ups.approve(tx, site.env, "zoe", keys))
    assert (await waits.ask("GET", ME))["username"] == "zoe"
    assert await site.read(sign_ups.waiting) == []


async def test_who_is_turned_down_is_forgotten(world: World, aiohttp_client: MakeClient) -> None:
    site, app = await _served(world, aiohttp_client, "approval")
    token = (await app.ask("POST", ACCOUNTS, ZOE))["access_token"]
    await site.write(lambda tx: sign_ups.reject(tx, site.env, "zoe"))
    assert await App(app.http, token).refused("GET", ME) == 401
    await app.ask("POST", ACCOUNTS, ZOE)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"username": ""}, "ERR_BLANK"),
        ({"username": "zoe z"}, "ERR_INVALID"),
        ({"username": "z" * 31}, "ERR_TOO_LONG"),
        ({"username": "admin"}, "ERR_RESERVED"),
        ({"username": "ALICE"}, "ERR_TAKEN"),
        ({"password": ""}, "ERR_BLANK"),
        ({"password": "short"}, "ERR_TOO_SHORT"),
        ({"agreement": False}, "ERR_ACCEPTED"),
        ({"reason": "x" * 421}, "ERR_TOO_LONG"),
    ],
)
async def test_what_cannot_be_is_said_by_parameter(
    world: World, aiohttp_client: MakeClient, wrong: dict[str, Any], code: str
) -> None:
    await world.account("alice")
    _, app = await _served(world, aiohttp_client, "open")
    refused = await app.ask("POST", ACCOUNTS, ZOE | wrong, status=422)
    [member] = wrong
    assert [one["error"] for one in refused["details"][member]] == [code]
    assert refused["error"].startswith(f"Validation failed: {member.capitalize()} ")


async def test_nobody_is_let_in_where_that_is_closed_or_too_often(
    world: World, aiohttp_client: MakeClient
) -> None:
    _, closed = await _served(world, aiohttp_client, "closed")
    assert await closed.refused("POST", ACCOUNTS, ZOE) == 403
    _, app = await _served(world, aiohttp_client, "open", sign_ups_per_address=2)
    assert await App(app.http).refused("POST", ACCOUNTS, ZOE) == 401
    zoe = App(app.http, (await app.ask("POST", ACCOUNTS, ZOE))["access_token"])
    assert await zoe.refused("POST", ACCOUNTS, ZOE | {"username": "zed"}) == 403
    assert await app.refused("POST", ACCOUNTS, ZOE) == 422
    assert await app.refused("POST", ACCOUNTS, ZOE | {"username": "yan"}) == 429


async def _code(site: Site, **wanted: Any) -> str:
    """The code of a sign-up link."""
    address, _ = await site.write(
        lambda tx: sign_up_links.make(tx, site.env, None, Wanted(**wanted))
    )
    return address.partition("=")[2]


@pytest.mark.parametrize("mode", ["invite", "approval", "open"])
async def test_with_the_code_of_a_link_an_account_is_made_at_once(
    world: World, aiohttp_client: MakeClient, mode: str
) -> None:
    site, app = await _served(world, aiohttp_client, mode)
    code = await _code(site)
    made = await app.ask("POST", ACCOUNTS, ZOE | {"invite_code": code})
    me = await App(app.http, made["access_token"]).ask("GET", ME)
    brought = await site.read(lambda tx: sign_up_links.came_by(tx, [int(me["id"])]))
    assert brought == {int(me["id"]): "operator"}


@pytest.mark.parametrize(("mode", "status"), [("closed", 403), ("invite", 403), ("open", 200)])
async def test_a_code_that_lets_nobody_in_counts_as_none(
    world: World, aiohttp_client: MakeClient, mode: str, status: int
) -> None:
    site, app = await _served(world, aiohttp_client, mode)
    await app.ask("POST", ACCOUNTS, ZOE | {"invite_code": "x"}, status=status)
    if mode == "closed":
        code = await _code(site)
        assert await app.refused("POST", ACCOUNTS, ZOE | {"invite_code": code}) == 403
    held = await site.read(lambda tx: actors.account_by_name(tx, "zoe"))
    assert (held is not None) == (status == 200)


@pytest.mark.parametrize(
    ("mode", "by", "enabled", "invites"),
    [
        ("closed", "people", False, False),
        ("invite", "people", False, True),
        ("invite", "staff", False, False),
        ("approval", "staff", True, False),
        ("open", "people", True, True),
    ],
)
async def test_apps_learn_who_is_let_in(
    world: World,
    aiohttp_client: MakeClient,
    mode: str,
    by: str,
    enabled: bool,
    invites: bool,
) -> None:
    _, app = await _served(world, aiohttp_client, mode, sign_up_links_by=by)
    one, two = [await app.ask("GET", f"/api/v{version}/instance") for version in (1, 2)]
    assert (one["registrations"], one["invites_enabled"]) == (enabled, invites)
    assert two["registrations"]["enabled"] == enabled
    assert ("sign-up link" in (two["registrations"]["message"] or "")) == (mode == "invite")
    assert two["registrations"]["approval_required"] == (mode == "approval")
