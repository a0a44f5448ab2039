"""What the API says to somebody who is mistaken about a draft, and about who its authors are."""

from __future__ import annotations

import pytest

from fedi_cotweet.services import answers, invitations
from storage.engine import Tx
from storage.queries import actors, consents
from tests.api.conftest import CONTROL, COTWEETS, INVITES, Api
from tests.sites import World


async def _accounts(world: World, *names: str) -> list[int]:
    found = await world.site.read(lambda tx: [actors.account_by_name(tx, name) for name in names])
    return [account.id for account in found if account is not None]


async def _agree_to_change(world: World, post_id: int) -> None:
    await world.deliver_offers(post_id)
    env = world.site.env

    def accept(tx: Tx) -> None:
        for sent in consents.offers_for_object(tx, env.addresses.note(post_id), "sent"):
            held = consents.offer_by_uri(tx, sent.uri, "received")
            if sent.state != "offered" or held is None:
                continue
            invitations.accept(tx, env, sent.target_id, held.id, sent.digest)
            stamp = consents.stamp_for_offer(tx, sent.uri)
            assert stamp is not None
            answers.stamp_verified(tx, env, sent.id, stamp.uri, stamp.document, world.clock.now)

    await world.site.write(accept)


@pytest.fixture
async def draft(api: Api, world: World) -> str:
    """The id of a draft of alice's to which bob is invited."""
    alice, bob = await _accounts(world, "alice", "bob")
    return str(await world.draft(alice, bob, "Ours, soon"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "control/posts/{}"),
        ("POST", "control/posts/{}/like"),
        ("POST", "control/posts/{}/pin"),
        ("POST", "control/posts/{}/mute"),
        ("GET", "cotweets/{}/statistics"),
        ("POST", "cotweets/{}/hide"),
    ],
)
async def test_those_who_take_part_in_a_draft_are_told_that_it_is_one_and_nobody_else(
    api: Api, world: World, draft: str, method: str, path: str
) -> None:
    await world.account("carol")
    where = "/api/v1/" + path.format(draft)

    async def told(account: str) -> tuple[int, str, str]:
        response = await api.raw(method, where, account=account)
        said = await response.json()
        return response.status, said["error"], f"{said['message']} {said['fix']}"

    status, code, words = await told("alice")
    assert (status, code) == (409, "not_published")
    assert "draft" in words
    assert f"fedi-cotweet discard {draft}" in words
    status, code, words = await told("bob")
    if method == "DELETE":
        assert (status, code) == (403, "not_the_primary")
        assert "Only its primary author, @alice@a.example, can do this" in words
        assert "fedi-cotweet decline" in words
    else:
        assert (status, code) == (409, "not_published")
        assert "@alice@a.example's draft" in words
        assert "fedi-cotweet accept" in words
    status, code, words = await told("carol")
    assert (status, code) == (404, "not_found")
    assert words == (await _told_of_nothing(api, method, path))
    [invite] = (await api.ask("GET", INVITES, account="bob"))["invites"]
    await api.ask("POST", f"{INVITES}/{invite['id']}/decline", {}, account="bob")
    assert (await told("bob"))[:2] == (404, "not_found")


async def _told_of_nothing(api: Api, method: str, path: str) -> str:
    response = await api.raw(method, "/api/v1/" + path.format("7"), account="carol")
    said = await response.json()
    return f"{said['message']} {said['fix']}"


async def test_whoever_is_no_author_cannot_be_taken_off_and_it_is_said_who_is(
    api: Api, world: World, draft: str
) -> None:
    await world.account("carol")

    async def told(method: str, path: str, body: dict[str, str] | None = None) -> str:
        response = await api.raw(method, f"{COTWEETS}/{draft}{path}", json=body)
        said = await response.json()
        assert (response.status, said["error"]) == (404, "not_found")
        return f"{said['message']} {said['fix']}"

    for words in (
        await told("DELETE", "/authors/carol"),
        await told("POST", "/withdraw", {"co_author": "carol"}),
    ):
        assert "@carol@a.example is not an author of this post, nor invited to be one." in words
        assert "It names @alice@a.example, @bob@a.example." in words
    assert f"fedi-cotweet discard {draft}" in await told("DELETE", "/authors/alice")
    await world.agree(int(draft))
    words = await told("DELETE", "/authors/carol")
    assert "@carol@a.example is not an author of this post, nor asked to be one." in words
    assert f"fedi-cotweet delete {draft}" in await told("DELETE", "/authors/alice")


async def test_whoever_is_invited_later_can_have_a_role_too(
    api: Api, world: World, draft: str
) -> None:
    for name in ("carol", "dave"):
        await world.account(name)
        await api.ask("POST", f"{CONTROL}/invite-policy", {"policy": "anyone"}, account=name)
    path = f"{COTWEETS}/{draft}/authors"
    wanted = {"handle": "carol", "role": "king"}
    assert await api.refused("POST", path, wanted) == (422, "bad_role")
    view = await api.ask("POST", path, {"handle": "carol", "role": "photographer"})
    assert [entry["author"]["role"] for entry in view["co_authors"]] == ["author", "photographer"]
    await world.deliver_offers(int(draft))
    [invite] = (await api.ask("GET", INVITES, account="carol"))["invites"]
    assert [entry["author"]["role"] for entry in invite["authors"]] == [
        "author",
        "author",
        "photographer",
    ]


async def test_a_role_of_somebody_added_to_a_published_post_comes_with_the_change(
    api: Api, world: World, draft: str
) -> None:
    await world.agree(int(draft))
    await world.account("carol")
    await api.ask("POST", f"{CONTROL}/invite-policy", {"policy": "anyone"}, account="carol")
    path = f"{COTWEETS}/{draft}/authors"
    first = await api.ask("POST", path, {"handle": "carol", "role": "photographer"})
    again = await api.ask("POST", path, {"handle": "carol", "role": "artist"})
    assert first["change"]["id"] != again["change"]["id"]
    assert await api.ask("POST", path, {"handle": "carol", "role": "artist"}) == again
    roles = {e["author"]["handle"]: e["author"]["role"] for e in again["change"]["co_authors"]}
    assert roles == {"bob@a.example": "author", "carol@a.example": "artist"}
    await _agree_to_change(world, int(draft))
    post = (await api.ask("GET", f"{CONTROL}/posts/{draft}"))["authors"]
    assert [author["role"] for author in post] == ["author", "author", "artist"]


async def test_what_is_there_already_is_no_proposal(api: Api, draft: str) -> None:
    [invite] = (await api.ask("GET", INVITES, account="bob"))["invites"]
    path = f"{COTWEETS}/{invite['id']}/proposals"
    same = {"text": " Ours, soon\n"}
    assert await api.refused("POST", path, same, account="bob") == (409, "nothing_changed")
    assert (await api.ask("GET", path, account="bob"))["proposals"] == []
    for new in ({"text": "Ours, now"}, {"text": "Ours, soon", "summary": "Tea"}):
        await api.ask("POST", path, new, account="bob", status=201)


async def test_the_filter_of_co_tweets_can_be_seen_and_put_back(api: Api, world: World) -> None:
    path = f"{CONTROL}/co-tweets"
    assert await api.ask("GET", path) == {"co_tweets": "all", "people": []}
    chosen = await api.ask("POST", path, {"co_tweets": "if_i_follow_all"})
    assert chosen == {"co_tweets": "if_i_follow_all", "people": []}
    assert await api.ask("POST", path, {}) == {"co_tweets": "all", "people": []}
    assert await api.refused("POST", path, {"co_tweets": "some"}) == (422, "bad_wish")
