"""Direct posts by thread and people, and threads of which one hears no more."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import inspect

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import correspondence, notices
from storage.engine import Tx
from storage.models import Post
from storage.queries import audiences, posts
from tests.mastodon_api.conftest import App, Cast

C = "/api/v1/conversations"


async def _say(cast: Cast, app: App, text: str, visibility: str = "direct", **more: Any) -> Any:
    cast.world.clock.now += 1_000
    return await app.ask(
        "POST", "/api/v1/statuses", {"status": text, "visibility": visibility, **more}
    )


async def _delete(app: App, post: Any) -> None:
    assert (await app.raw("DELETE", f"/api/v1/statuses/{post['id']}")).status == 200


async def _lasts(app: App, path: str = C) -> list[str]:
    return [one["last_status"]["id"] for one in await app.ask("GET", path)]


async def test_direct_posts_of_a_thread_are_one_conversation_on_both_sides(cast: Cast) -> None:
    first = await _say(cast, cast.bobs, "@alice Psst")
    (seen,) = await cast.alices.ask("GET", C)
    assert (seen["unread"], [one["acct"] for one in seen["accounts"]]) == (True, ["bob"])
    (own,) = await cast.bobs.ask("GET", C)
    assert (own["unread"], [one["acct"] for one in own["accounts"]]) == (False, ["alice"])
    read = await cast.alices.ask("POST", f"{C}/{seen['id']}/read")
    assert read == seen | {"unread": False}
    answer = await _say(cast, cast.alices, "@bob What?", in_reply_to_id=first["id"])
    (again,) = await cast.bobs.ask("GET", C)
    assert (again["id"], again["unread"]) == (own["id"], True)
    assert again["last_status"]["id"] == answer["id"]
    await _say(cast, cast.bobs, "@alice Nothing.", in_reply_to_id=answer["id"])
    assert [one["unread"] for one in await cast.bobs.ask("GET", C)] == [False], "answered"
    other = await _say(cast, cast.bobs, "@alice Something else")
    assert (await _lasts(cast.alices))[0] == other["id"]
    assert len(await _lasts(cast.alices)) == 2
    for method, path in (("POST", f"{C}/{own['id']}/read"), ("DELETE", f"{C}/{own['id']}")):
        assert await cast.alices.refused(method, path) == 404, "not theirs"


async def test_who_joins_begins_another_conversation(cast: Cast) -> None:
    carol = await cast.world.account("carol")
    carols = await cast.apps.of(carol)
    first = await _say(cast, cast.bobs, "@alice Psst")
    await _say(cast, cast.alices, "@bob @carol Hear this", in_reply_to_id=first["id"])
    assert len(await _lasts(cast.bobs)) == 2
    (joined,) = await carols.ask("GET", C)
    assert {one["acct"] for one in joined["accounts"]} == {"alice", "bob"}


async def test_conversations_are_paged_and_come_back_after_they_were_deleted(cast: Cast) -> None:
    posts = [await _say(cast, cast.bobs, f"@alice {number}") for number in range(3)]
    page, links = await cast.alices.page(f"{C}?limit=2")
    assert [one["last_status"]["id"] for one in page] == [posts[2]["id"], posts[1]["id"]]
    assert await _lasts(cast.alices, links["next"]) == [posts[0]["id"]]
    assert await _lasts(cast.alices, links["prev"]) == []
    await cast.alices.ask("DELETE", f"{C}/{page[0]['id']}")
    assert await _lasts(cast.alices) == [posts[1]["id"], posts[0]["id"]]
    again = await _say(cast, cast.bobs, "@alice more", in_reply_to_id=posts[2]["id"])
    assert (await _lasts(cast.alices))[0] == again["id"]


async def test_a_deleted_post_leaves_the_one_before_it(cast: Cast) -> None:
    first = await _say(cast, cast.bobs, "@alice Psst")
    second = await _say(cast, cast.bobs, "@alice Psst!", in_reply_to_id=first["id"])
    await _delete(cast.bobs, second)
    assert await _lasts(cast.alices) == [first["id"]]
    await _delete(cast.bobs, first)
    assert await _lasts(cast.alices) == []


async def test_whom_one_keeps_away_is_in_no_conversation_until_they_come_back(cast: Cast) -> None:
    carols = await cast.apps.of(await cast.world.account("carol"))
    await _say(cast, cast.bobs, "@alice Psst")
    shared = await _say(cast, carols, "@alice @bob Tea?")
    theirs = await _say(cast, cast.bobs, "@alice @carol Yes", in_reply_to_id=shared["id"])
    path = f"/api/v1/accounts/{cast.bob}"
    for act in ("block", "mute"):
        await cast.alices.ask("POST", f"{path}/{act}")
        assert await _lasts(cast.alices) == [shared["id"]]
        await cast.alices.ask("POST", f"{path}/un{act}")
        assert (await _lasts(cast.alices))[0] == theirs["id"]
    (whole, _) = await cast.alices.ask("GET", C)
    await cast.alices.ask("POST", f"{C}/{whole['id']}/read")
    await cast.alices.ask("POST", f"{path}/mute", {"duration": 60})
    await _say(cast, cast.bobs, "@alice @carol Milk?", in_reply_to_id=theirs["id"])
    cast.world.clock.now += 60_000
    assert [one["unread"] for one in await cast.alices.ask("GET", C)] == [False, True]


async def test_an_edit_brings_a_direct_post_to_whom_it_names_now(cast: Cast) -> None:
    carols = await cast.apps.of(await cast.world.account("carol"))
    post = await _say(cast, cast.bobs, "@alice Psst")
    cast.world.clock.now += 1_000
    await cast.bobs.ask("PUT", f"/api/v1/statuses/{post['id']}", {"status": "@alice @carol Psst"})
    assert await _lasts(carols) == await _lasts(cast.alices) == [post["id"]]


async def _types(app: App) -> list[str]:
    return [one["type"] for one in await app.ask("GET", "/api/v1/notifications")]


async def test_a_muted_thread_is_silent_in_all_its_parts(cast: Cast) -> None:
    carols = await cast.apps.of(await cast.world.account("carol"))
    root = await _say(cast, cast.bobs, "A thread", "public")
    mine = await _say(cast, cast.alices, "Mine", "public", in_reply_to_id=root["id"])
    beside = await _say(cast, cast.bobs, "Beside it", "public", in_reply_to_id=root["id"])
    muted = await cast.alices.ask("POST", f"/api/v1/statuses/{mine['id']}/mute")
    assert muted["muted"]
    await carols.ask("POST", f"/api/v1/statuses/{mine['id']}/favourite")
    await _say(cast, carols, "@alice Look", "public", in_reply_to_id=beside["id"])
    deep = await _say(cast, carols, "@alice And", "public", in_reply_to_id=mine["id"])
    assert await _types(cast.alices) == []
    for post in (root, mine, beside, deep):
        shown = await cast.alices.ask("GET", f"/api/v1/statuses/{post['id']}")
        assert shown["muted"], shown["content"]
    assert not (await cast.bobs.ask("GET", f"/api/v1/statuses/{root['id']}"))["muted"]
    assert "mention" in await _types(cast.bobs), "others hear of it"
    await _say(cast, carols, "@alice Elsewhere", "public")
    assert await _types(cast.alices) == ["mention"]
    unmuted = await cast.alices.ask("POST", f"/api/v1/statuses/{deep['id']}/unmute")
    assert not unmuted["muted"]
    await carols.ask("POST", f"/api/v1/statuses/{mine['id']}/reblog")
    assert await _types(cast.alices) == ["reblog", "mention"]


async def test_a_mute_goes_up_to_what_arrives_later_of_its_thread(cast: Cast) -> None:
    world, env = cast.world, cast.world.site.env
    root, above, below = (f"https://b.example/{name}" for name in ("root", "above", "below"))
    base = await world.post(cast.bob, "Pattern")

    def arrive(tx: Tx, uri: str, answers: str | None) -> Post:
        pattern = posts.post(tx, base)
        assert pattern is not None
        number = env.new_id()
        names = [column.key for column in inspect(Post).columns]
        row = {name: getattr(pattern, name) for name in names}
        row |= {"id": number, "sort_id": number, "uri": uri, "in_reply_to_uri": answers}
        posts.add_post(tx, **row)
        notices.keep_muted(tx, env, number, uri)
        made = posts.post(tx, number)
        assert made is not None
        return made

    low = await world.site.write(lambda tx: arrive(tx, below, above))
    await cast.alices.ask("POST", f"/api/v1/statuses/{low.sort_id}/mute")
    middle = await world.site.write(lambda tx: arrive(tx, above, root))
    top = await world.site.write(lambda tx: arrive(tx, root, None))
    beside = await world.site.write(lambda tx: arrive(tx, f"{root}/2", root))
    for post in (low, middle, top, beside):
        assert (await cast.alices.ask("GET", f"/api/v1/statuses/{post.sort_id}"))["muted"]


async def test_what_a_context_says_to_be_one_thread_is_one_conversation(cast: Cast) -> None:
    world, env = cast.world, cast.world.site.env
    await _say(cast, cast.bobs, "@alice Begin")
    newest = Window(1)
    begun = await world.site.read(lambda tx: audiences.direct_posts(tx, cast.alice, newest)[0])

    def arrive(tx: Tx, number: int) -> None:
        post_id = env.new_id()
        names = [column.key for column in inspect(Post).columns]
        row = {name: getattr(begun, name) for name in names}
        document = orjson.dumps({"context": "https://b.example/contexts/1"}).decode()
        uri = f"https://b.example/{number}"
        row |= {"id": post_id, "sort_id": post_id, "uri": uri, "local": False}
        row |= {"in_reply_to_uri": f"{uri}/unknown", "document": document}
        posts.add_post(tx, **row)
        audiences.address(tx, post_id, post_id, [cast.alice, cast.bob])
        correspondence.add(tx, env, post_id)

    for number in range(2):
        await world.site.write(lambda tx, number=number: arrive(tx, number))  # type: ignore[misc]
    assert len(await cast.alices.ask("GET", C)) == 2
