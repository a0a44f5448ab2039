"""The operator's tokens for apps."""

from dataclasses import replace

from aiohttp import web

from fedi_cotweet.api import setup
from fedi_cotweet.services import tokens
from tests.api.conftest import CONTROL, Api, MakeClient
from tests.sites import TOKEN, World

TOKENS = f"{CONTROL}/tokens"


async def _scopes(world: World, token: str) -> set[str]:
    found = await world.site.read(lambda tx: tokens.bearer_of(tx, token, world.clock.now))
    return set() if found is None else set(found.scopes)


async def test_the_operator_lets_an_app_act_for_an_account(world: World, api: Api) -> None:
    made = await api.ask(
        "POST", TOKENS, {"username": "alice", "scopes": "read write:media"}, status=201
    )
    assert made["scopes"] == "read write:media"
    assert await _scopes(world, made["token"]) == {"read", "write:media"}


async def test_strange_scopes_and_accounts_are_refused(api: Api) -> None:
    assert await api.refused("POST", TOKENS, {"username": "alice", "scopes": "admin:write"}) == (
        422,
        "bad_scopes",
    )
    assert await api.refused("POST", TOKENS, {"username": "zoe"}) == (404, "no_such_account")


async def test_a_token_is_chosen_in_development_mode_only(
    world: World, api: Api, aiohttp_client: MakeClient
) -> None:
    body = {"username": "alice", "value": "known-to-the-test"}
    assert (await api.ask("POST", TOKENS, body, status=201))["token"] == "known-to-the-test"
    assert await _scopes(world, "known-to-the-test") == {"read"}
    assert await api.refused("POST", TOKENS, body) == (409, "token_taken")
    assert await api.refused("POST", TOKENS, body | {"value": "é"}) == (422, "bad_token")
    settings = replace(world.site.settings, development=False)
    app = web.Application()
    setup(app, replace(world.site, settings=settings), TOKEN)
    api = Api(await aiohttp_client(app))
    body["value"] = "known to everybody"
    assert await api.refused("POST", TOKENS, body) == (422, "only_in_development")
    assert await _scopes(world, "known to everybody") == set()
