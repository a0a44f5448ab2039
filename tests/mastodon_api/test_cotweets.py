"""Co-tweets through the client API: asked, agreed to, declined, taken back, left."""

from __future__ import annotations

from typing import Any

import pytest

from fedi_cotweet.services import accounts, answers
from storage.engine import Tx
from storage.queries import consents, posts
from tests.mastodon_api.conftest import Cast

STATUSES = "/api/v1/statuses"
INVITES = "/api/v1/fedi_cotweet/invites"


async def _draft(cast: Cast, **more: Any) -> Any:
    env = cast.world.site.env
    await cast.world.site.write(lambda tx: accounts.set_invite_policy(tx, env, cast.bob, "anyone"))
    body = {"status": "We both like tea", "co_authors": ["@bob@a.example"], **more}
    return await cast.alices.ask("POST", STATUSES, body)


async def _invite(cast: Cast) -> Any:
    made = await _draft(cast)
    assert await cast.world.deliver_offers(int(made["id"])) == ["invited"]
    [invite] = await cast.bobs.ask("GET", INVITES)
    return made, invite


async def _verify(cast: Cast, post_id: int) -> None:
    """What alice's server does with bob's answer."""
    env = cast.world.site.env

    def transaction(tx: Tx) -> None:
        post = posts.post(tx, post_id)
        assert post is not None
        [sent] = consents.offers_for_object(tx, post.uri, "sent")
        stamp = consents.stamp_for_offer(tx, sent.uri)
        assert stamp is not None
        answers.stamp_verified(tx, env, sent.id, stamp.uri, stamp.document, cast.world.clock.now)

    await cast.world.site.write(transaction)


async def test_a_co_tweet_is_a_draft_until_everybody_agreed_to_what_they_saw(cast: Cast) -> None:
    made, invite = await _invite(cast)
    path = f"{STATUSES}/{made['id']}"
    assert made["cotweet"]["state"] == "pending"
    [asked] = made["co_authors"]
    assert (asked["account"]["acct"], asked["role"], asked["state"]) == (
        "bob",
        "author",
        "pending",
    )
    assert await cast.alices.ask("GET", path) == made
    assert await cast.bobs.refused("GET", path) == 404
    assert await cast.stranger.refused("GET", path) == 404
    assert await cast.stranger.ask("GET", "/api/v1/timelines/public") == []
    assert (invite["account"]["acct"], invite["text"], invite["state"]) == (
        "alice",
        "We both like tea",
        "pending",
    )
    accept = f"{INVITES}/{invite['id']}/accept"
    assert await cast.bobs.refused("POST", accept) == 422
    assert await cast.bobs.refused("POST", accept, {"digest": "zQm"}) == 409
    agreed = await cast.bobs.ask("POST", accept, {"digest": invite["digest"]})
    assert agreed["state"] == "accepted"
    await _verify(cast, int(made["id"]))
    shown = await cast.stranger.ask("GET", path)
    assert [one["account"]["acct"] for one in shown["co_authors"]] == ["bob"]
    assert "cotweet" not in shown
    left = await cast.bobs.ask("POST", f"{STATUSES}/{shown['id']}/cotweet/leave")
    assert left["stamp"]
    assert (await cast.stranger.ask("GET", path))["co_authors"] == []


async def test_who_agreed_leaves_by_the_invite_before_it_is_published(cast: Cast) -> None:
    made, invite = await _invite(cast)
    one = f"{INVITES}/{invite['id']}"
    await cast.bobs.ask("POST", f"{one}/accept", {"digest": invite["digest"]})
    left = await cast.bobs.ask("POST", f"{one}/leave")
    assert left["stamp"]
    assert (await cast.bobs.ask("GET", one))["state"] == "left"
    assert await cast.stranger.refused("GET", f"{STATUSES}/{made['id']}") == 404


async def test_a_repeat_asks_nobody_twice(cast: Cast) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await _draft(cast)
    options: dict[str, Any] = {"headers": headers}
    body = {"status": "Once", "co_author_ids": [str(cast.bob)]}
    one = await cast.alices.ask("POST", STATUSES, body, **options)
    again = await cast.alices.ask("POST", STATUSES, body, **options)
    assert first["id"] != one["id"] == again["id"]
    assert await cast.world.deliver_offers(int(one["id"])) == ["invited"]
    assert await cast.world.deliver_offers(int(one["id"])) == ["duplicate"]


async def test_an_invite_is_declined(cast: Cast) -> None:
    _, invite = await _invite(cast)
    path = f"{INVITES}/{invite['id']}"
    declined = await cast.bobs.ask("POST", f"{path}/decline", {"reason": "Coffee"})
    assert declined["state"] == "declined"
    assert await cast.bobs.ask("GET", INVITES) == []
    assert (await cast.bobs.ask("GET", path))["state"] == "declined"
    assert await cast.bobs.refused("POST", f"{path}/leave") == 409


async def test_invites_are_taken_back_and_drafts_discarded(cast: Cast) -> None:
    made, _ = await _invite(cast)
    path = f"{STATUSES}/{made['id']}"
    back = await cast.alices.ask("POST", f"{path}/cotweet/withdraw")
    assert back["cotweet"]["state"] == "withdrawn"
    assert await cast.alices.refused("POST", f"{path}/cotweet/withdraw") == 409
    assert (await cast.alices.ask("DELETE", path))["text"] == "We both like tea"
    assert await cast.alices.refused("GET", path) == 404


@pytest.mark.parametrize(
    "more",
    [
        {"co_authors": ["nobody"]},
        {"co_author_ids": ["404"]},
        {"scheduled_at": "soon"},
        {"visibility": "direct"},
    ],
)
async def test_what_cannot_be_asked_is_refused_and_nothing_is_posted(
    cast: Cast, more: dict[str, Any]
) -> None:
    body = {"status": "Tea", "co_authors": ["bob"], **more}
    assert await cast.alices.refused("POST", STATUSES, body) in (404, 422)
    assert await cast.alices.ask("GET", f"/api/v1/accounts/{cast.alice}/statuses") == []


async def test_invites_and_drafts_are_ones_own(cast: Cast) -> None:
    made, invite = await _invite(cast)
    path, one = f"{STATUSES}/{made['id']}/cotweet", f"{INVITES}/{invite['id']}"
    reader = await cast.apps.of(cast.bob, "read")
    for call in (f"{one}/accept", f"{one}/decline", f"{one}/leave"):
        assert await cast.alices.refused("POST", call, {"digest": invite["digest"]}) == 404
        assert await reader.refused("POST", call) == 403
        assert await cast.stranger.refused("POST", call) == 401
    carol = await cast.apps.of(await cast.world.account("carol"))
    for call in (f"{path}/withdraw", f"{path}/leave"):
        assert await carol.refused("POST", call) == 404
        assert await reader.refused("POST", call) == 403
        assert await cast.stranger.refused("POST", call) == 401
    assert await cast.alices.refused("GET", one) == 404
    writer = await cast.apps.of(cast.bob, "write")
    for call in (INVITES, one):
        assert await writer.refused("GET", call) == 403
        assert await cast.stranger.refused("GET", call) == 401
