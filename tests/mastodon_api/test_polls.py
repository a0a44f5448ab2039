"""Polls through the client API."""

from __future__ import annotations

import pytest

from fedi_cotweet.services import authoring
from fedi_cotweet.services.composing import Composed
from fedi_cotweet.services.site import Site
from tests.mastodon_api.conftest import Cast

STATUSES = "/api/v1/statuses"


async def _ask(cast: Cast, **more: object) -> str:
    poll = {"options": ["green", "black"], "expires_in": 3600}
    made = await cast.alices.ask("POST", STATUSES, {"status": "Tea?", "poll": poll, **more})
    assert made["poll"]["voted"] is True
    return str(made["poll"]["id"])


async def test_one_votes_once(cast: Cast) -> None:
    path = f"/api/v1/polls/{await _ask(cast)}"
    assert (await cast.bobs.ask("GET", path))["voted"] is False
    voted = await cast.bobs.ask("POST", f"{path}/votes", {"choices": [1]})
    assert (voted["voted"], voted["own_votes"], voted["voters_count"]) == (True, [1], 1)
    shown = await cast.stranger.ask("GET", path)
    assert [option["votes_count"] for option in shown["options"]] == [0, 1]
    assert "voted" not in shown
    assert await cast.bobs.refused("POST", f"{path}/votes", {"choices": [0]}) == 422


async def test_a_poll_is_as_short_as_the_server_says_it_may_be(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose = authoring.compose_text

    async def slowly(site: Site, text: str) -> Composed:
        cast.world.clock.now += 20_000
        return await compose(site, text)

    monkeypatch.setattr(authoring, "compose_text", slowly)
    limits = (await cast.stranger.ask("GET", "/api/v2/instance"))["configuration"]["polls"]
    poll = {"options": ["green", "black"], "expires_in": limits["min_expiration"]}
    made = await cast.alices.ask("POST", STATUSES, {"status": "Tea?", "poll": poll})
    assert made["poll"]["expired"] is False
    shorter = {**poll, "expires_in": limits["min_expiration"] - 60}
    assert await cast.alices.refused("POST", STATUSES, {"status": "Tea?", "poll": shorter}) == 422


async def test_votes_that_do_not_count(cast: Cast) -> None:
    path = f"/api/v1/polls/{await _ask(cast)}/votes"
    for choices in ([], [0, 1], [2], ["x"]):
        assert await cast.bobs.refused("POST", path, {"choices": choices}) == 422
    assert await cast.alices.refused("POST", path, {"choices": [0]}) == 422
    cast.world.clock.now += 2 * 3_600_000
    assert await cast.bobs.refused("POST", path, {"choices": [0]}) == 422


async def test_polls_are_for_those_who_may_read_the_post(cast: Cast) -> None:
    path = f"/api/v1/polls/{await _ask(cast, visibility='private')}"
    assert await cast.bobs.refused("GET", path) == 404
    assert await cast.stranger.refused("GET", path) == 404
    assert await cast.bobs.refused("POST", f"{path}/votes", {"choices": [0]}) == 404
    plain = await cast.alices.ask("POST", STATUSES, {"status": "Tea"})
    assert await cast.alices.refused("GET", f"/api/v1/polls/{plain['id']}") == 404
    reader = await cast.apps.of(cast.alice, "read")
    assert await reader.refused("POST", f"{path}/votes", {"choices": [0]}) == 403
    writer = await cast.apps.of(cast.alice, "write")
    assert await writer.refused("GET", path) == 403
    assert await cast.stranger.refused("POST", f"{path}/votes", {"choices": [0]}) == 401
