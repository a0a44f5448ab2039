"""What one should hear of, and how far one has read, through the client API."""

from __future__ import annotations

from typing import Any

import pytest

from fedi_cotweet.services import appearances, relations
from storage.engine import Tx
from storage.queries import actors, consents
from tests.mastodon_api.conftest import App, Cast

NEWS = "/api/v1/notifications"
STATUSES = "/api/v1/statuses"
MARKERS = "/api/v1/markers"


async def _post(app: App, text: str = "Tea", **more: object) -> str:
    made = await app.ask("POST", STATUSES, {"status": text, **more})
    return str(made["id"])


async def _happen(cast: Cast) -> str:
    """bob follows alice, likes and boosts her post, and answers it; its number."""
    number = await _post(cast.alices)
    await cast.bobs.ask("POST", f"/api/v1/accounts/{cast.alice}/follow")
    await cast.world.settle_follows()
    for action in ("favourite", "reblog"):
        await cast.bobs.ask("POST", f"{STATUSES}/{number}/{action}")
    await _post(cast.bobs, "@alice milk?", in_reply_to_id=number)
    return number


async def test_news_have_the_types_of_mastodon(cast: Cast) -> None:
    number = await _happen(cast)
    found = await cast.alices.ask("GET", NEWS)
    assert [one["type"] for one in found] == ["mention", "reblog", "favourite", "follow"]
    assert {one["account"]["acct"] for one in found} == {"bob"}
    assert [one["status"]["id"] for one in found[1:3]] == [number, number]
    assert found[0]["group_key"] == f"ungrouped-{found[0]['id']}"
    assert found[2]["group_key"].startswith(f"favourite-{number}-")
    assert "status" not in found[3]
    one = await cast.alices.ask("GET", f"{NEWS}/{found[0]['id']}")
    assert one == found[0]
    assert await cast.bobs.refused("GET", f"{NEWS}/{found[0]['id']}") == 404


async def test_one_is_found_by_its_id_as_javascript_rounds_it(cast: Cast) -> None:
    await cast.bobs.ask("POST", f"/api/v1/accounts/{cast.alice}/follow")
    await cast.world.settle_follows()
    [one] = await cast.alices.ask("GET", NEWS)
    rounded = repr(float(one["id"])).replace(".", "").partition("e")[0].ljust(len(one["id"]), "0")
    assert await cast.alices.ask("GET", f"{NEWS}/{rounded}") == one
    assert await cast.alices.refused("GET", f"{NEWS}/{int(one['id']) + 90}") == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("types[]=favourite&types[]=reblog", ["reblog", "favourite"]),
        ("exclude_types[]=mention&exclude_types[]=follow", ["reblog", "favourite"]),
        ("exclude_types[]=mention&supported_types[]=follow", ["reblog", "favourite", "follow"]),
        ("types[]=poll", []),
        ("account_id=1", []),
        ("account_id=x", []),
    ],
)
async def test_only_what_is_asked_for(cast: Cast, query: str, expected: list[str]) -> None:
    await _happen(cast)
    assert [one["type"] for one in await cast.alices.ask("GET", f"{NEWS}?{query}")] == expected
    count = await cast.alices.ask("GET", f"{NEWS}/unread_count?{query}")
    assert count == {"count": len(expected)}


async def test_news_come_in_pages(cast: Cast) -> None:
    await _happen(cast)
    first, links = await cast.alices.page(f"{NEWS}?limit=3&account_id={cast.bob}")
    rest, _ = await cast.alices.page(links["next"])
    assert [one["type"] for one in [*first, *rest]] == ["mention", "reblog", "favourite", "follow"]
    assert "account_id" in links["next"]
    assert (await cast.alices.page(links["prev"]))[0] == []


async def test_news_are_dismissed_and_cleared(cast: Cast) -> None:
    await _happen(cast)
    found = await cast.alices.ask("GET", NEWS)
    path = f"{NEWS}/{found[0]['id']}/dismiss"
    assert await cast.bobs.refused("POST", path) == 404
    await cast.alices.ask("POST", path)
    assert await cast.alices.refused("POST", path) == 404
    assert [one["type"] for one in await cast.alices.ask("GET", NEWS)] == [
        "reblog",
        "favourite",
        "follow",
    ]
    await cast.alices.ask("POST", f"{NEWS}/clear")
    assert await cast.alices.ask("GET", NEWS) == []


async def test_of_whom_one_blocks_nothing_is_heard(cast: Cast) -> None:
    await _happen(cast)
    env = cast.world.site.env

    def block(tx: Tx) -> None:
        bob = actors.actor(tx, cast.bob)
        assert bob is not None
        relations.block(tx, env, cast.alice, bob)

    await cast.world.site.write(block)
    assert await cast.alices.ask("GET", NEWS) == []
    assert await cast.alices.ask("GET", f"{NEWS}/unread_count") == {"count": 0}


async def test_what_is_deleted_is_no_news(cast: Cast) -> None:
    number = await _happen(cast)
    await cast.alices.ask("DELETE", f"{STATUSES}/{number}")
    left = [one["type"] for one in await cast.alices.ask("GET", NEWS)]
    assert left == ["mention", "follow"]


async def _invited(cast: Cast) -> dict[str, Any]:
    post_id = await cast.world.draft(cast.alice, cast.bob, "A <b>secret</b> of ours")

    def offer(tx: Tx) -> dict[str, Any]:
        found = consents.offers_to(tx, cast.bob, ["offered"], 1)[0]
        return {"id": str(found.id), "digest": found.digest, "post": post_id}

    return await cast.world.site.read(offer)


async def test_an_invite_is_told_to_any_app_as_a_direct_mention(cast: Cast) -> None:
    offer = await _invited(cast)
    (told,) = await cast.bobs.ask("GET", NEWS)
    status = told["status"]
    assert (told["type"], told["account"]["acct"]) == ("mention", "alice")
    assert (status["id"], status["visibility"]) == (offer["id"], "direct")
    assert offer["digest"] in status["content"]
    assert f"{cast.world.site.env.addresses.base}/invites" in status["content"]
    assert "<b>" not in status["content"]
    assert [one["acct"] for one in status["mentions"]] == ["bob"]
    assert [one["id"] for one in await cast.bobs.ask("GET", f"{NEWS}?types[]=mention")] == [
        told["id"]
    ]
    for other in (cast.alices, cast.stranger):
        assert await other.refused("GET", f"{STATUSES}/{offer['id']}") == 404
    assert await cast.alices.refused("GET", f"{NEWS}/{told['id']}") == 404


async def test_the_mention_that_is_an_invite_opens_and_says_where_to_answer(cast: Cast) -> None:
    offer = await _invited(cast)
    [told] = await cast.bobs.ask("GET", NEWS)
    path = f"{STATUSES}/{offer['id']}"
    assert await cast.bobs.ask("GET", path) == told["status"]
    assert await cast.bobs.ask("GET", f"{path}/context") == {"ancestors": [], "descendants": []}
    page = f"{cast.world.site.env.addresses.base}/invites#invite-{offer['id']}"
    assert (told["status"]["url"], page in told["status"]["content"]) == (page, True)
    for action in ("favourite", "bookmark", "reblog", "mute"):
        refused = await cast.bobs.ask("POST", f"{path}/{action}", status=422)
        assert refused["error"] == f"This is an invite, no post. Accept or decline it: {page}"
    answer = {"status": "@alice yes!", "in_reply_to_id": offer["id"]}
    assert await cast.bobs.refused("POST", STATUSES, answer) == 422
    for other in (cast.alices, cast.stranger):
        assert await other.refused("GET", f"{path}/context") == 404
    assert await cast.alices.refused("POST", f"{path}/favourite") == 404
    await cast.world.agree(offer["post"])
    assert await cast.bobs.refused("GET", path) == 404


async def test_an_invite_is_told_by_its_name_to_apps_that_say_what_they_know(cast: Cast) -> None:
    offer = await _invited(cast)
    path = f"{NEWS}?supported_types[]=mention"
    response = await cast.bobs.raw("GET", path)
    (told,) = await response.json()
    assert (told["type"], told["invite_id"]) == ("cotweet.invite", offer["id"])
    assert told["fallback"]["title"].endswith("invites you to write a post together.")
    assert "/invites" in told["fallback"]["summary"]
    assert offer["digest"] in told["fallback"]["details"]
    response = await cast.bobs.raw("GET", f"{path}&supported_types[]=cotweet.invite")
    assert "fallback" not in (await response.json())[0]


async def test_apps_are_told_in_the_language_that_the_person_chose(cast: Cast) -> None:
    await _invited(cast)

    def speak(tx: Tx) -> None:
        bob = actors.account_by_name(tx, "bob")
        assert bob is not None
        appearances.speak(tx, bob.id, "fr")

    await cast.world.site.write(speak)
    (told,) = await (await cast.bobs.raw("GET", f"{NEWS}?supported_types[]=mention")).json()
    assert told["fallback"]["title"].endswith("vous invite à écrire un message ensemble.")
    assert told["fallback"]["summary"].startswith("Lisez le message")
    [status] = [one["status"] for one in await cast.bobs.ask("GET", NEWS)]
    assert "vous invite à écrire un message ensemble." in status["content"]
    assert status["language"] == "fr"


async def test_an_answered_invite_is_no_news_for_apps_that_know_none(cast: Cast) -> None:
    offer = await _invited(cast)
    await cast.world.agree(offer["post"])
    assert await cast.bobs.ask("GET", NEWS) == []
    # What the inviter hears of it is ours alone.
    assert await cast.alices.ask("GET", NEWS) == []
    response = await cast.alices.raw("GET", f"{NEWS}?supported_types[]=mention")
    told = await response.json()
    assert [(one["type"], one["account"]["acct"]) for one in told] == [("cotweet.accepted", "bob")]


async def test_markers_go_on_and_never_back(cast: Cast) -> None:
    assert await cast.alices.ask("GET", f"{MARKERS}?timeline[]=home") == {}
    await _happen(cast)
    newest = (await cast.alices.ask("GET", NEWS))[1]["id"]
    for given in (newest, "5"):
        held = await cast.alices.ask("POST", MARKERS, {"notifications": {"last_read_id": given}})
        assert (held["notifications"]["last_read_id"], held["notifications"]["version"]) == (
            newest,
            1,
        )
    form = {"home[last_read_id]": "7"}
    assert (await cast.alices.raw("POST", MARKERS, data=form)).status == 200
    both = f"{MARKERS}?timeline[]=home&timeline[]=notifications"
    assert sorted(await cast.alices.ask("GET", both)) == ["home", "notifications"]
    assert await cast.alices.ask("GET", f"{NEWS}/unread_count") == {"count": 1}
    assert await cast.bobs.ask("GET", both) == {}
    for wrong in ({"home": {"last_read_id": "x"}}, {"home": 5}):
        assert await cast.alices.refused("POST", MARKERS, wrong) == 422


async def test_every_operation_needs_its_scope(cast: Cast) -> None:
    reader = await cast.apps.of(cast.alice, "read")
    writer = await cast.apps.of(cast.alice, "write")
    for method, path in (
        ("GET", NEWS),
        ("GET", f"{NEWS}/5"),
        ("GET", f"{NEWS}/unread_count"),
        ("GET", MARKERS),
        ("GET", "/api/v2/notifications/policy"),
        ("POST", MARKERS),
        ("POST", f"{NEWS}/clear"),
        ("POST", f"{NEWS}/5/dismiss"),
        ("PATCH", "/api/v2/notifications/policy"),
    ):
        assert await cast.stranger.refused(method, path) == 401
        other = writer if method == "GET" else reader
        assert await other.refused(method, path) == 403
    for path in (f"{NEWS}/5", f"{NEWS}/x"):
        assert await reader.refused("GET", path) == 404
