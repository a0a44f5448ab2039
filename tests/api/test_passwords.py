"""Passwords, codes and tokens in the operator's hands."""

from fedi_cotweet.services import accounts, passwords, second_factor, tokens
from storage.queries import sessions
from tests.api.conftest import CONTROL, Api
from tests.sites import World

ACCOUNTS = f"{CONTROL}/accounts"
TOKENS = f"{CONTROL}/tokens"


async def test_the_operator_sets_a_password_and_everything_ends(world: World, api: Api) -> None:
    env = world.site.env
    token = (await api.ask("POST", TOKENS, {"username": "alice"}, status=201))["token"]
    made = await api.ask("POST", f"{ACCOUNTS}/password", {"username": "alice"})
    assert len(made["password"]) == 23
    account = await world.site.read(lambda tx: accounts.account_named(tx, "alice"))
    assert passwords.is_password(account.password_hash, made["password"])
    held = await world.site.read(lambda tx: tokens.bearer_of(tx, token, env.now()))
    assert held is None
    chosen = {"username": "alice", "password": "coffee with milk"}
    assert (await api.ask("POST", f"{ACCOUNTS}/password", chosen))["password"] is None
    short = {"username": "alice", "password": "short"}
    assert await api.refused("POST", f"{ACCOUNTS}/password", short) == (422, "bad_password")


async def test_the_operator_turns_codes_off(world: World, api: Api) -> None:
    account = await world.site.read(lambda tx: accounts.account_named(tx, "alice"))
    await world.site.write(lambda tx: second_factor.begin(tx, account))
    await world.site.write(lambda tx: sessions.confirm_totp(tx, account.id, 1))
    off = await api.ask("POST", f"{ACCOUNTS}/two-factor-off", {"username": "alice"})
    assert off == {"username": "alice", "two_factor": False}
    account = await world.site.read(lambda tx: accounts.account_named(tx, "alice"))
    assert (account.totp_secret, account.totp_since) == (None, None)


async def test_tokens_are_listed_and_ended_by_their_account(world: World, api: Api) -> None:
    wanted = {"username": "alice", "scopes": "read push", "application": "Bot"}
    token = (await api.ask("POST", TOKENS, wanted, status=201))["token"]
    [entry] = (await api.ask("GET", TOKENS))["tokens"]
    assert (entry["application"], entry["scopes"], entry["used_at"]) == ("Bot", "read push", None)
    path = f"{TOKENS}/{entry['id']}"
    assert await api.refused("DELETE", path, account="bob") == (404, "not_found")
    await api.ask("DELETE", path, status=204)
    assert (await api.ask("GET", TOKENS))["tokens"] == []
    now = world.clock.now
    assert await world.site.read(lambda tx: tokens.bearer_of(tx, token, now)) is None


async def test_somebody_is_let_look_after_the_server_and_no_more(api: Api) -> None:
    for role in ("moderator", "administrator", "nobody"):
        given = await api.ask("POST", f"{ACCOUNTS}/role", {"username": "@alice", "role": role})
        assert given == {"username": "alice", "role": role}
    odd = await api.refused("POST", f"{ACCOUNTS}/role", {"username": "alice", "role": "king"})
    assert odd == (422, "bad_role")
    unknown = await api.refused("POST", f"{ACCOUNTS}/role", {"username": "x", "role": "nobody"})
    assert unknown == (404, "no_such_account")
