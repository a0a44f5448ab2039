"""Access tokens: whose they are, when they end, what is kept of them."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from fedi_cotweet.domain.limits import HOUR
from fedi_cotweet.services import accounts, shutting_out, tokens
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.tokens import Bearer
from storage.engine import Tx
from storage.models import Actor
from tests.sites import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async for found in open_world(tmp_path):
        await found.account("alice")
        yield found


End = Callable[[Tx, Env, Actor], None]


async def _mint(world: World, scopes: str = "read write:media") -> str:
    env = world.site.env
    token, _ = await world.site.write(lambda tx: tokens.mint(tx, env, "alice", scopes, app="Notes"))
    return token


async def _bearer(world: World, token: str) -> Bearer | None:
    return await world.site.read(lambda tx: tokens.bearer_of(tx, token, world.clock.now))


async def _why_not(world: World, token: str) -> str:
    return await world.site.read(lambda tx: tokens.why_not(tx, token, world.clock.now))


async def test_a_token_says_who_acts_and_what_they_may(world: World) -> None:
    bearer = await _bearer(world, await _mint(world))
    assert bearer is not None
    assert bearer.scopes == {"read", "write:media"}
    assert tokens.allows(bearer.scopes, "read:statuses")
    alice = await world.site.read(lambda tx: accounts.account_named(tx, "alice"))
    assert bearer.account_id == alice.id


async def test_only_a_hash_of_a_token_is_kept(world: World) -> None:
    token = await _mint(world)
    rows = await world.site.read(
        lambda tx: (
            str(tx.execute(text("SELECT * FROM access_tokens")).all())
            + str(tx.execute(text("SELECT * FROM applications")).all())
        )
    )
    assert token not in rows


@pytest.mark.parametrize("token", ["", "nonsense", "ü" * 20, "\udcff", "x" * 100_000])
async def test_what_is_no_token_is_nobodys(world: World, token: str) -> None:
    assert await _bearer(world, token) is None
    assert await _why_not(world, token) == "The access token is invalid"


async def test_use_is_written_down_at_most_once_an_hour(world: World) -> None:
    token = await _mint(world)
    bearer = await _bearer(world, token)
    assert bearer is not None
    assert tokens.is_due(bearer, world.clock.now)
    held = bearer
    await world.site.write(lambda tx: tokens.note_use(tx, held, world.clock.now))
    world.clock.now += HOUR - 1
    bearer = await _bearer(world, token)
    assert bearer is not None
    assert not tokens.is_due(bearer, world.clock.now)
    world.clock.now += 1
    assert tokens.is_due(bearer, world.clock.now)


@pytest.mark.parametrize("end", [shutting_out.suspend, shutting_out.delete_account])
async def test_tokens_end_with_their_account(world: World, end: End) -> None:
    token, env = await _mint(world), world.site.env

    def shut_out(tx: Tx) -> None:
        end(tx, env, accounts.person_here(tx, "alice"))

    await world.site.write(shut_out)
    assert await _bearer(world, token) is None
    assert await _why_not(world, token) == "The access token was revoked"
