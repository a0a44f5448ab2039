"""The JSON API: who may use it, what it takes, and how it refuses."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from aiohttp import web

from fedi_cotweet.api import setup
from fedi_cotweet.api.routes import ENDPOINTS
from fedi_cotweet.services import passwords
from storage.queries import actors
from tests.api.conftest import CONTROL, COTWEETS, INVITES, Api
from tests.sites import TOKEN, World

POSTS = f"{CONTROL}/posts"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        TOKEN,
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        "Bearer",
        "Bearer \N{LATIN SMALL LETTER E WITH ACUTE}",
    ],
)
async def test_nobody_gets_in_without_the_operators_token(api: Api, authorization: str) -> None:
    for method, path, _ in ENDPOINTS:
        headers = {"Authorization": authorization} if authorization else {}
        response = await api.http.request(
            method, re.sub(r"\{\w+\}", "1", path), headers=headers, json={}
        )
        assert response.status == 401, path
        assert (await response.json())["error"] == "unauthorized"
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_short_token_is_refused_at_start(world: World) -> None:
    with pytest.raises(ValueError, match="too short"):
        setup(web.Application(), world.site, "")


async def test_a_new_account_gets_credentials_that_work(api: Api, world: World) -> None:
    made = await api.ask(
        "POST", f"{CONTROL}/accounts", {"username": "Carol", "name": "Carol D."}, status=201
    )
    assert made["username"] == "carol"
    assert made["handle"] == "@carol@a.example"
    assert made["uri"] == "http://a.example/users/carol"
    assert made["sign_in_link"].startswith("http://a.example/auth/link/")
    account = await world.site.read(lambda tx: actors.account_by_name(tx, "carol"))
    assert account is not None
    assert passwords.is_password(account.password_hash, made["password"])
    assert not passwords.is_password(account.password_hash, "wrong")
    listed = (await api.ask("GET", f"{CONTROL}/accounts"))["accounts"]
    assert [entry["username"] for entry in listed] == ["alice", "bob", "carol"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "bob"}, 409, "name_taken"),
        ({"username": "Not A Name"}, 422, "bad_username"),
        ({"username": "admin"}, 422, "bad_username"),
        ({"username": "dora", "password": "short"}, 422, "bad_password"),
        ({"username": "dora", "password": 12345678}, 422, "bad_member"),
        ({"username": "do\0ra"}, 422, "bad_member"),
        ({"username": "x" * 3_000}, 422, "bad_member"),
        ({}, 422, "missing_member"),
    ],
)
async def test_an_account_that_cannot_be_is_refused(
    api: Api, body: dict[str, Any], status: int, code: str
) -> None:
    assert await api.refused("POST", f"{CONTROL}/accounts", body) == (status, code)


async def test_a_sign_in_link_is_for_people_who_exist(api: Api, world: World) -> None:
    made = await api.ask("POST", f"{CONTROL}/sign-in-links", {"username": "bob"}, status=201)
    assert made["expires_at"] > world.clock.now
    path = f"{CONTROL}/sign-in-links"
    assert await api.refused("POST", path, {"username": "eve"}) == (404, "no_such_account")


async def test_with_several_accounts_the_caller_must_say_which_acts(api: Api) -> None:
    response = await api.raw("GET", f"{CONTROL}/timeline", account=None)
    document = await response.json()
    assert (response.status, document["error"]) == (422, "account_needed")
    assert "alice, bob" in document["fix"]
    assert await api.refused("GET", COTWEETS, account="eve") == (404, "no_such_account")
    assert await api.ask("GET", COTWEETS, account="@alice@a.example") == {"cotweets": []}


async def test_a_post_is_made_read_changed_and_deleted(api: Api) -> None:
    body = {"text": "Hello @bob and @nobody, #Tea", "language": "en", "summary": "Greeting"}
    made = await api.ask("POST", POSTS, body, status=201)
    assert made["text"] == "Hello @bob and @nobody, #Tea"
    assert 'href="http://a.example/@bob"' in made["content"]
    assert isinstance(made["id"], str)
    path = f"{POSTS}/{made['id']}"
    assert await api.ask("GET", path, account="bob") == made
    assert await api.ask("GET", f"{POSTS}?url={made['uri']}", account="bob") == made
    assert await api.ask("GET", f"{POSTS}?url=http://a.example{made['page']}") == made
    changed = await api.ask("PUT", path, {"text": "Goodbye"})
    assert (changed["text"], changed["summary"], changed["language"]) == (
        "Goodbye",
        "Greeting",
        "en",
    )
    assert await api.refused("PUT", path, {"text": "Mine"}, account="bob") == (404, "not_found")
    assert await api.refused("DELETE", path, account="bob") == (404, "not_found")
    assert (await api.raw("DELETE", path)).status == 204
    assert await api.refused("GET", path) == (404, "not_found")


async def test_mentions_are_looked_up_once_each_and_not_without_end(api: Api, world: World) -> None:
    crowd = " ".join(f"@x{n}@far.example" for n in range(60))
    await api.ask("POST", POSTS, {"text": f"@bob @bob {crowd}"}, status=201)
    assert world.people.asked.count("bob@a.example") == 1
    assert len(world.people.asked) == 20


async def test_a_reply_names_a_post_that_can_be_found(api: Api) -> None:
    first = await api.ask("POST", POSTS, {"text": "One"}, status=201)
    for given in (first["id"], first["uri"], f"http://a.example{first['page']}"):
        reply = {"text": "Two", "in_reply_to": given}
        made = await api.ask("POST", POSTS, reply, account="bob", status=201)
        assert made["in_reply_to"] == first["uri"]
    for lost in ("12345", "http://a.example/notes/5", "https://far.example/1", "x"):
        reply = {"text": "Two", "in_reply_to": lost}
        assert await api.refused("POST", POSTS, reply) == (422, "no_such_post")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": ""}, 422, "empty_post"),
        ({"text": "x" * 5_001}, 422, "too_long"),
        ({"text": "x", "visibility": "direct"}, 422, "nobody_named"),
        ({"text": "x", "visibility": "mutuals"}, 422, "visibility_not_allowed"),
        ({"text": "x", "language": "<b>"}, 422, "bad_language"),
        ({"text": "x", "media": ["77"]}, 422, "no_such_media"),
        ({"text": "x", "media": ["99999999999999999999"]}, 422, "no_such_media"),
        ({"text": "x", "media": "77"}, 422, "bad_member"),
        ({"text": "x", "media": [77]}, 422, "bad_member"),
        ({"text": "x", "media": ["1"] * 60}, 422, "bad_member"),
        ({"txet": "x"}, 422, "unknown_member"),
    ],
)
async def test_a_post_that_cannot_be_is_refused(
    api: Api, body: dict[str, Any], status: int, code: str
) -> None:
    assert await api.refused("POST", POSTS, body) == (status, code)


async def test_a_misspelt_member_is_answered_with_the_right_one(api: Api) -> None:
    response = await api.raw("POST", POSTS, json={"text": "x", "visiblity": "unlisted"})
    assert (await response.json())["fix"] == "Did you mean “visibility”?"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b"[" * 5_000, b"NaN"])
async def test_what_is_no_json_object_is_a_bad_request(api: Api, body: bytes) -> None:
    response = await api.raw("POST", POSTS, data=body)
    assert response.status == 400
    assert (await response.json())["error"] == "bad_json"


async def test_a_body_without_end_is_cut_off(api: Api) -> None:
    async def endless() -> Any:
        for _ in range(64):
            yield b" " * 65_536

    response = await api.raw("POST", POSTS, data=endless())
    assert response.status == 413
    assert (await response.json())["error"] == "too_large"


async def test_wrong_addresses_and_methods_are_answered_in_json(api: Api) -> None:
    assert await api.refused("GET", f"{CONTROL}/nothing") == (404, "not_found")
    assert await api.refused("PATCH", POSTS) == (405, "method_not_allowed")
    assert await api.refused("GET", f"{POSTS}/none") == (404, "not_found")
    assert await api.refused("GET", f"{POSTS}/{2**63}") == (404, "not_found")
    assert await api.refused("GET", POSTS) == (422, "bad_query")
    assert await api.refused("GET", f"{CONTROL}/timeline?limit=0") == (422, "bad_query")
    assert await api.refused("GET", f"{CONTROL}/timeline?before=x") == (422, "bad_query")


async def test_a_fault_of_ours_says_nothing_about_itself(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret")

    monkeypatch.setattr("fedi_cotweet.services.author_views.drafts", broken)
    response = await api.raw("GET", COTWEETS)
    assert response.status == 500
    assert "secret" not in await response.text()


async def test_the_timeline_holds_ones_own_posts_in_pages(api: Api, world: World) -> None:
    for number in range(3):
        world.clock.now += 1_000
        await api.ask("POST", POSTS, {"text": f"Post {number}"}, status=201)
    first = await api.ask("GET", f"{CONTROL}/timeline?limit=2")
    assert [post["text"] for post in first["posts"]] == ["Post 2", "Post 1"]
    rest = await api.ask("GET", f"{CONTROL}/timeline?limit=2&before={first['next_before']}")
    assert [post["text"] for post in rest["posts"]] == ["Post 0"]
    assert rest["next_before"] is None


async def test_somebody_here_is_followed_at_once(api: Api, world: World) -> None:
    path = f"{CONTROL}/follow"
    assert await api.ask("POST", path, {"handle": "@bob"}) == {"state": "accepted"}
    assert await api.refused("POST", path, {"handle": "alice"}) == (422, "self_follow")
    assert await api.refused("POST", path, {"handle": "x@far.example"}) == (404, "no_such_actor")
    assert await api.refused("POST", path, {"handle": "a b"}) == (422, "bad_handle")
    assert await api.ask("POST", f"{CONTROL}/unfollow", {"handle": "bob"}) == {"state": "none"}
    assert world.woken


async def _invited(api: Api, world: World, text: str = "Ours") -> tuple[str, str]:
    """A draft of alice with bob invited: (post id, invite id)."""
    await api.ask("POST", f"{CONTROL}/invite-policy", {"policy": "anyone"}, account="bob")
    draft = await api.ask("POST", COTWEETS, {"text": text, "with": ["@bob"]}, status=201)
    assert await world.deliver_offers(int(draft["post"]["id"])) == ["invited"]
    [invite] = (await api.ask("GET", INVITES, account="bob"))["invites"]
    return draft["post"]["id"], invite["id"]


async def test_an_invite_is_accepted_for_exactly_what_was_shown(api: Api, world: World) -> None:
    post_id, invite_id = await _invited(api, world)
    path = f"{INVITES}/{invite_id}"
    shown = await api.ask("GET", path, account="bob")
    assert (shown["text"], shown["state"], shown["refusal"]) == ("Ours", "offered", None)
    told = (await api.ask("GET", f"{CONTROL}/notifications", account="bob"))["notifications"]
    assert [(item["kind"], item["invite"]) for item in told] == [("cotweet.invite", invite_id)]
    wrong = {"digest": "zQmWrong"}
    assert await api.refused("POST", f"{path}/accept", wrong, account="bob") == (
        409,
        "content_changed",
    )
    right = {"digest": shown["digest"]}
    assert await api.refused("POST", f"{path}/accept", right) == (404, "not_found")
    accepted = await api.ask("POST", f"{path}/accept", right, account="bob")
    assert accepted["state"] == "accepted"
    stamps = await _stamps(world, post_id)
    assert [(stamp.digest, stamp.deleted_at) for stamp in stamps] == [(shown["digest"], None)]
    again = await api.ask("POST", f"{path}/accept", right, account="bob")
    assert again["state"] == "accepted"
    assert len(await _stamps(world, post_id)) == 1


async def test_declining_carries_the_reason_and_is_final(api: Api, world: World) -> None:
    _, invite_id = await _invited(api, world)
    path = f"{INVITES}/{invite_id}"
    declined = await api.ask("POST", f"{path}/decline", {"reason": "not me"}, account="bob")
    assert declined["state"] == "declined"
    digest = {"digest": declined["digest"]}
    assert await api.refused("POST", f"{path}/accept", digest, account="bob") == (
        409,
        "invite_over",
    )
    assert (await api.ask("GET", INVITES, account="bob"))["invites"] == []


@pytest.mark.parametrize("named_by", ["post", "invite", "invite member", "uri member"])
async def test_an_accepted_invite_can_be_left_by_any_of_its_names(
    api: Api, world: World, named_by: str
) -> None:
    post_id, invite_id = await _invited(api, world)
    shown = await api.ask("GET", f"{INVITES}/{invite_id}", account="bob")
    await api.ask(
        "POST", f"{INVITES}/{invite_id}/accept", {"digest": shown["digest"]}, account="bob"
    )
    given, body = {
        "post": (post_id, {}),
        "invite": (invite_id, {}),
        "invite member": ("-", {"invite": invite_id}),
        "uri member": ("-", {"uri": f"http://a.example/notes/{post_id}"}),
    }[named_by]
    left = await api.ask("POST", f"{COTWEETS}/{given}/leave", body, account="bob")
    [stamp] = await _stamps(world, post_id, deleted=True)
    assert (left["stamp"], stamp.why_deleted) == (stamp.uri, "left")


async def test_editing_a_draft_asks_again_and_keeps_what_was_not_named(
    api: Api, world: World
) -> None:
    await api.ask("POST", f"{CONTROL}/invite-policy", {"policy": "anyone"}, account="bob")
    body = {"text": "One", "with": ["bob"], "visibility": "unlisted", "language": "en"}
    draft = await api.ask("POST", COTWEETS, body, status=201)
    post_id = draft["post"]["id"]
    edited = await api.ask("PUT", f"{COTWEETS}/{post_id}", {"text": "Two"})
    post = edited["post"]
    assert (post["text"], post["visibility"], post["language"]) == ("Two", "unlisted", "en")
    assert [entry["state"] for entry in edited["co_authors"]] == ["offered"]


async def test_invites_can_be_taken_back_and_the_draft_thrown_away(api: Api, world: World) -> None:
    post_id, _ = await _invited(api, world)
    path = f"{COTWEETS}/{post_id}"
    taken = await api.ask("POST", f"{path}/withdraw", {"co_author": "bob"})
    assert [entry["state"] for entry in taken["co_authors"]] == ["withdrawn"]
    assert await api.refused("POST", f"{path}/withdraw", {}) == (409, "nothing_to_withdraw")
    assert (await api.raw("DELETE", path)).status == 204
    assert await api.refused("GET", path) == (404, "not_found")


async def test_publishing_without_those_who_did_not_answer_makes_a_plain_post(
    api: Api, world: World
) -> None:
    post_id, _ = await _invited(api, world)
    published = await api.ask("POST", f"{COTWEETS}/{post_id}/publish")
    assert published["state"] == "published"
    assert [entry["state"] for entry in published["co_authors"]] == ["withdrawn"]
    assert await api.refused("GET", f"{COTWEETS}/{post_id}") == (404, "not_found")
    assert (await api.ask("PUT", f"{POSTS}/{post_id}", {"text": "Alone"}))["text"] == "Alone"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "x", "with": []}, 422, "no_co_authors"),
        ({"text": "x"}, 422, "missing_member"),
        ({"text": "x", "with": ["alice"]}, 422, "author_twice"),
        ({"text": "x", "with": ["bob", "@bob@a.example"]}, 422, "author_twice"),
        ({"text": "x", "with": ["bob", "x@far.example"]}, 404, "no_such_actor"),
        ({"text": "x", "with": ["bob"], "mode": "soon"}, 422, "bad_mode"),
        ({"text": "x", "with": ["bob"], "expires_in_seconds": 5}, 422, "bad_expiry"),
        ({"text": "x", "with": ["bob"], "expires_in_seconds": 2**62}, 422, "bad_member"),
        ({"text": "x", "with": ["bob"], "expires_in_seconds": True}, 422, "bad_member"),
        ({"text": "x", "with": ["bob"], "visibility": "followers"}, 422, "visibility_not_allowed"),
    ],
)
async def test_a_co_tweet_that_cannot_be_is_refused(
    api: Api, body: dict[str, Any], status: int, code: str
) -> None:
    assert await api.refused("POST", COTWEETS, body) == (status, code)
    assert (await api.ask("GET", COTWEETS))["cotweets"] == []


async def test_a_draft_is_for_everybody_else_exactly_what_is_not_there(
    api: Api, world: World
) -> None:
    await world.account("carol")
    post_id, invite_id = await _invited(api, world)
    nothing = str(int(post_id) + 1)
    for method, path, body in (
        ("GET", POSTS + "/{}", None),
        ("GET", POSTS + "?url=http://a.example/notes/{}", None),
        ("PUT", POSTS + "/{}", {"text": "x"}),
        ("DELETE", POSTS + "/{}", None),
        ("GET", COTWEETS + "/{}", None),
        ("PUT", COTWEETS + "/{}", {"text": "x"}),
        ("DELETE", COTWEETS + "/{}", None),
        ("POST", COTWEETS + "/{}/publish", {}),
        ("POST", COTWEETS + "/{}/withdraw", {}),
        ("POST", COTWEETS + "/{}/leave", {}),
        ("POST", COTWEETS + "/-/leave", {"uri": "http://a.example/notes/{}"}),
    ):
        answers = []
        for number in (post_id, nothing):
            filled = {name: text.format(number) for name, text in (body or {}).items()}
            response = await api.raw(method, path.format(number), account="carol", json=filled)
            answers.append((response.status, await response.json()))
        assert answers[0] == answers[1], path
        assert answers[0][0] == 404, path
    for method, end in (("GET", ""), ("POST", "/accept"), ("POST", "/decline")):
        body = {"digest": "x"} if end == "/accept" else None
        path = f"{INVITES}/{invite_id}{end}"
        assert await api.refused(method, path, body, account="carol") == (404, "not_found")
    assert (await api.ask("GET", COTWEETS, account="carol"))["cotweets"] == []


async def test_two_acceptances_at_once_make_one_stamp(api: Api, world: World) -> None:
    post_id, invite_id = await _invited(api, world)
    shown = await api.ask("GET", f"{INVITES}/{invite_id}", account="bob")
    path, body = f"{INVITES}/{invite_id}/accept", {"digest": shown["digest"]}
    await asyncio.gather(*(api.ask("POST", path, body, account="bob") for _ in range(5)))
    assert len(await _stamps(world, post_id)) == 1


async def _stamps(world: World, post_id: str, *, deleted: bool = False) -> list[Any]:
    from storage.queries import consents

    uri = world.site.env.addresses.note(int(post_id))
    if not deleted:
        return list(await world.site.read(lambda tx: consents.live_stamps(tx, uri)))

    def find(tx: Any) -> list[Any]:
        offers = consents.offers_for_object(tx, uri, "received")
        stamps = [consents.stamp_for_offer(tx, offer.uri) for offer in offers]
        return [stamp for stamp in stamps if stamp is not None and stamp.deleted_at is not None]

    return await world.site.read(find)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(-1, "bad_time"), (0, "bad_time"), (2**40, "bad_time"), (2**63 - 1, "bad_member")],
)
async def test_a_mute_ends_at_a_time_that_there_is(api: Api, seconds: int, code: str) -> None:
    body = {"handle": "bob", "for_seconds": seconds}
    assert await api.refused("POST", f"{CONTROL}/mute", body) == (422, code)
    assert await api.ask("GET", f"{CONTROL}/mutes") == {"mutes": []}


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/cotweets", "/api/v1/cotweet"])
async def test_what_is_no_address_of_the_api_is_refused_as_json(api: Api, path: str) -> None:
    response = await api.raw("GET", path)
    assert (response.status, (await response.json())["error"]) == (404, "not_found")
