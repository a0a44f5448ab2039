"""Threads are completed from their own servers, within bounds, and shown to others whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web

from activitypub.vocab.terms import ACTIVITY_JSON, AS2
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services import crawling
from tests.federation.cast import Cast
from tests.federation.talk import (
    asked,
    held,
    known,
    list_answers,
    list_thread,
    open_thread,
    say,
    seconds_pass,
)


async def publish(cast: Cast, text: str, answers: str | None = None) -> dict[str, Any]:
    """Alice here writes something."""
    view = await cast.here.api(
        "POST", "/api/v1/control/posts", {"text": text, "in_reply_to": answers}, account="alice"
    )
    await cast.here.settle()
    return dict(view)


async def fetched(cast: Cast, url: str) -> dict[str, Any]:
    status, text = await cast.here.get(url, Accept=ACTIVITY_JSON)
    assert status == 200, (url, status, text)
    return dict(json.loads(text))


async def test_a_post_names_its_answers_and_its_thread(cast: Cast) -> None:
    first = await publish(cast, "Who has seen the fish?")
    second = await publish(cast, "Nobody?", first["id"])
    note = await fetched(cast, first["uri"])
    assert note["context"] == f"{first['uri']}/context"
    assert note["replies"]["first"]["items"] == [second["uri"]]
    assert (await fetched(cast, second["uri"]))["context"] == note["context"]
    collection = await fetched(cast, note["replies"]["id"])
    assert (collection["type"], collection["totalItems"]) == ("Collection", 1)
    assert collection["first"]["type"] == "CollectionPage"
    page = await fetched(cast, collection["first"]["id"])
    assert (page["partOf"], page["items"]) == (collection["id"], [second["uri"]])
    whole = await fetched(cast, note["context"])
    assert (whole["type"], whole["totalItems"]) == ("OrderedCollection", 2)
    assert whole["attributedTo"] == cast.here.actor("alice")
    listed = await fetched(cast, whole["first"])
    assert listed["orderedItems"] == [first["uri"], second["uri"]]
    assert (await cast.here.get(f"{second['uri']}/context"))[0] == 404


async def test_answers_that_not_everybody_may_see_are_not_listed(cast: Cast) -> None:
    first = await publish(cast, "Who has seen the fish?")
    public = say(cast.bob, "I have.", first["uri"])
    private = say(cast.bob, "Not me.", first["uri"], to=[cast.here.actor("alice")], cc=[])
    nasty = say(cast.mallory, "Ha.", first["uri"])
    for by, note in ((cast.bob, public), (cast.bob, private), (cast.mallory, nasty)):
        activity = by.activity("Create", note, to=note["to"])
        assert (await cast.deliver(by, activity)).status == 202
    await cast.here.api("POST", "/api/v1/control/actors/suspend", {"handle": cast.mallory.handle})
    page = await fetched(cast, f"{first['uri']}/replies?page=1")
    assert page["items"] == [public["id"]]
    whole = await fetched(cast, f"{first['uri']}/context?page=1")
    assert whole["orderedItems"] == [first["uri"], public["id"]]


async def test_what_a_post_answers_is_fetched_when_it_is_opened(cast: Cast) -> None:
    root = say(cast.carol, "One")
    middle = say(cast.bob, "Two", root["id"])
    leaf = say(cast.alice, "Three", middle["id"])
    number = await known(cast.here, cast.alice, leaf)
    await open_thread(cast.here, number)
    most = await seconds_pass(cast.here, 6, [cast.a, cast.b, cast.c])
    view = await open_thread(cast.here, number)
    assert [post["uri"] for post in view["ancestors"]] == [root["id"], middle["id"]]
    assert (view["post"]["uri"], view["waiting"], most) == (leaf["id"], 0, 1)
    status, page = await cast.here.get(f"/@alice@{cast.a.host}/{number}")
    assert status == 200
    assert "<p>One</p>" in page


async def test_answers_are_followed_from_server_to_server(cast: Cast) -> None:
    root = say(cast.alice, "One")
    one = say(cast.bob, "Two", root["id"])
    two = say(cast.carol, "Three", one["id"])
    list_answers(cast.bob, one, [two["id"]])
    list_answers(cast.alice, root, [one["id"]])
    number = await known(cast.here, cast.alice, root)
    await open_thread(cast.here, number)
    await seconds_pass(cast.here, 10)
    view = await open_thread(cast.here, number)
    assert [post["uri"] for post in view["descendants"]] == [one["id"], two["id"]]
    assert await cast.told("alice") == []


async def test_lists_that_name_themselves_with_another_query_are_read(cast: Cast) -> None:
    root = say(cast.alice, "One")
    answer = say(cast.bob, "Two", root["id"])
    address = f"{root['id']}/replies"
    whole = f"{address}?only_other_accounts=true"
    page = f"{whole}&limit=20"
    kind = {"@context": AS2, "type": "OrderedCollection"}
    cast.alice.origin.serve({**kind, "id": whole, "first": page}, at=address)
    listed = {"type": "OrderedCollectionPage", "id": page, "items": [answer["id"]]}
    cast.alice.origin.serve({**kind, **listed})
    root = {**root, "replies": address}
    cast.alice.origin.serve(root)
    number = await known(cast.here, cast.alice, root)
    await open_thread(cast.here, number)
    await seconds_pass(cast.here, 5)
    view = await open_thread(cast.here, number)
    assert [post["uri"] for post in view["descendants"]] == [answer["id"]]


async def test_posts_that_their_own_server_lists_whole_are_not_asked_for_again(cast: Cast) -> None:
    root = say(cast.alice, "One")
    one = say(cast.alice, "Two", root["id"])
    two = say(cast.alice, "Three", one["id"])
    other = say(cast.bob, "Four", one["id"])
    by_bob = say(cast.bob, "Five", one["id"])
    said = list_answers(cast.alice, one, [two, other["id"], by_bob | {"content": "<p>Not I</p>"}])
    list_answers(cast.alice, root, [said])
    number = await known(cast.here, cast.alice, root)
    await open_thread(cast.here, number)
    most = await seconds_pass(cast.here, 8, [cast.a, cast.b])
    view = await open_thread(cast.here, number)
    found = {post["uri"]: post["content"] for post in view["descendants"]}
    assert set(found) == {note["id"] for note in (one, two, other, by_bob)}
    assert "Five" in found[by_bob["id"]]
    paths = {note["id"].removeprefix(cast.a.base) for note in (one, two)}
    assert not paths & set(asked(cast.a))
    assert most == 1


async def test_posts_listed_whole_wait_for_who_wrote_them(cast: Cast) -> None:
    root, carol = say(cast.alice, "One"), cast.a.person("carol")
    answers = [say(carol, f"Answer {number}", root["id"]) for number in range(3)]
    forged = say(carol, "Bob says", root["id"], attributedTo=cast.bob.id)
    private = say(carol, "Psst", root["id"], to=[carol.followers], cc=[])
    list_answers(cast.alice, root, [*answers, forged, private])
    number = await known(cast.here, cast.alice, root)
    await open_thread(cast.here, number)
    most = await seconds_pass(cast.here, 8, [cast.a, cast.b])
    view = await open_thread(cast.here, number)
    assert {post["uri"] for post in view["descendants"]} == {note["id"] for note in answers}
    assert (asked(cast.a)["/users/carol"], view["waiting"], most) == (1, 0, 1)
    assert await held(cast.here, [forged["id"], private["id"]]) == 0


async def test_a_list_of_the_whole_thread_saves_asking_everybody(cast: Cast) -> None:
    root = say(cast.alice, "One")
    one = say(cast.bob, "Two", root["id"])
    two = say(cast.carol, "Three", one["id"])
    list_answers(cast.bob, one, [two["id"]])
    context = list_thread(cast.alice, [root["id"], two["id"], one["id"]], 2)
    cast.a.serve({**root, "context": context})
    number = await known(cast.here, cast.alice, root)
    await open_thread(cast.here, number)
    await seconds_pass(cast.here, 8)
    view = await open_thread(cast.here, number)
    assert [post["uri"] for post in view["descendants"]] == [one["id"], two["id"]]
    assert not any("replies" in path for path in asked(cast.b))


async def test_a_list_that_is_not_there_is_made_up_for_by_asking(cast: Cast) -> None:
    root = say(cast.alice, "One")
    one = say(cast.bob, "Two", root["id"])
    cast.a.serve({**root, "context": f"{cast.a.base}/nothing"})
    list_answers(cast.alice, {**root, "context": f"{cast.a.base}/nothing"}, [one["id"]])
    number = await known(cast.here, cast.alice, root)
    await open_thread(cast.here, number)
    await seconds_pass(cast.here, 8)
    assert await held(cast.here, [one["id"]]) == 1


async def test_a_thread_is_not_asked_for_again_at_once(cast: Cast) -> None:
    root = say(cast.alice, "One")
    list_answers(cast.alice, root, [])
    number = await known(cast.here, cast.alice, root)
    page = f"/notes/{root['id'].rpartition('/')[2]}/replies?page=1"
    for minutes, times in ((0, 1), (2, 1), (4, 2)):
        cast.here.clock.advance(minutes * MINUTE)
        await open_thread(cast.here, number)
        await cast.here.get(f"/@alice@{cast.a.host}/{number}")
        await seconds_pass(cast.here, 3)
        assert asked(cast.a)[page] == times, minutes


@pytest.mark.parametrize("how", ["private", "no answer", "elsewhere", "another author", "mismatch"])
async def test_nothing_becomes_part_of_a_thread_because_a_list_says_so(
    cast: Cast, how: str
) -> None:
    root = say(cast.mallory, "One")
    liked = say(cast.carol, "I answered you.", root["id"])
    match how:
        case "private":
            bad = say(cast.bob, "Psst", root["id"], to=[cast.bob.followers], cc=[])
        case "no answer":
            bad = say(cast.bob, "Something else altogether")
        case "elsewhere":
            bad = say(cast.bob, "Of another thread", say(cast.bob, "There")["id"])
        case "another author":
            bad = say(cast.mallory, "Bob says", root["id"], attributedTo=cast.bob.id)
        case _:
            bad = say(cast.bob, "Other id", root["id"])
            cast.b.serve({**bad, "id": f"{bad['id']}0"}, at=bad["id"])
    list_answers(cast.mallory, root, [bad["id"], liked["id"]])
    number = await known(cast.here, cast.mallory, root)
    await open_thread(cast.here, number)
    await seconds_pass(cast.here, 8)
    view = await open_thread(cast.here, number)
    assert [post["uri"] for post in view["descendants"]] == [liked["id"]]
    assert await held(cast.here, [bad["id"]]) == 0


async def test_endless_pages_come_to_an_end(cast: Cast) -> None:
    root = say(cast.mallory, "One")
    pages = 0

    async def endless(request: web.Request) -> web.Response:
        nonlocal pages
        pages += 1
        here = f"{cast.m.base}{request.path_qs}"
        document = {
            "@context": AS2,
            "id": here,
            "type": "CollectionPage",
            "items": [],
            "next": f"{cast.m.base}/endless?page={pages + 1}",
        }
        if pages < 100:
            cast.m.routes[f"/endless?page={pages + 1}"] = endless
        return web.Response(body=json.dumps(document).encode(), content_type=ACTIVITY_JSON)

    cast.m.routes["/endless?page=1"] = endless
    cast.m.serve({**root, "replies": f"{cast.m.base}/endless?page=1"})
    number = await known(cast.here, cast.mallory, root)
    await open_thread(cast.here, number)
    most = await seconds_pass(cast.here, 12, [cast.m])
    assert (pages, most) == (crawling.MOST_PAGES_OF_ONE["replies"], 1)


async def test_loops_come_to_an_end(cast: Cast) -> None:
    one = say(cast.mallory, "One")
    two = say(cast.mallory, "Two", one["id"])
    one = say(cast.mallory, "One", two["id"], id=one["id"])
    for note, other in ((one, two), (two, one)):
        list_answers(cast.mallory, note, [note["id"], other["id"]])
        collection = f"{note['id']}/replies"
        cast.m.serve(
            {
                "@context": AS2,
                "id": f"{collection}?page=1",
                "type": "CollectionPage",
                "items": [note["id"], other["id"]],
                "next": f"{collection}?page=1",
            }
        )
    number = await known(cast.here, cast.mallory, one)
    await open_thread(cast.here, number)
    await seconds_pass(cast.here, 12)
    view = await open_thread(cast.here, number)
    assert view["waiting"] == 0
    assert max(asked(cast.m).values()) <= 3


async def test_huge_lists_are_cut_and_nobody_is_asked_twice_a_second(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawling, "MOST_OF_HOST", 5)
    root = say(cast.mallory, "One")
    victims = [f"{cast.b.base}/notes/nothing{number}" for number in range(2_000)]
    list_answers(cast.mallory, root, victims)
    number = await known(cast.here, cast.mallory, root)
    await open_thread(cast.here, number)
    most = await seconds_pass(cast.here, 10, [cast.b, cast.m])
    assert (len(cast.b.asked), most) == (5, 1)


async def test_pages_and_redirects_do_not_lead_to_other_servers(cast: Cast) -> None:
    root = say(cast.mallory, "One")
    collection = f"{root['id']}/replies"
    hop = cast.m.redirect(f"{cast.m.base}/notes/hop", f"{cast.b.base}/victim")
    cast.m.serve(
        {
            "@context": AS2,
            "id": collection,
            "type": "Collection",
            "first": f"{cast.b.base}/victim?page=1",
            "items": [hop],
        }
    )
    cast.m.serve({**root, "replies": collection})
    number = await known(cast.here, cast.mallory, root)
    await open_thread(cast.here, number)
    await seconds_pass(cast.here, 6)
    assert 1 <= asked(cast.m)["/notes/hop"] <= crawling.TRIES
    assert cast.b.asked == []


async def test_strangers_begin_few_crawls(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "FOR_STRANGERS", 1)
    opened = []
    for text in ("One", "Two"):
        root = say(cast.alice, text)
        answer = say(cast.bob, "Yes", root["id"])
        list_answers(cast.alice, root, [answer["id"]])
        opened.append((await known(cast.here, cast.alice, root), answer["id"]))
    for number, _ in opened:
        await cast.here.get(f"/@alice@{cast.a.host}/{number}")
    await seconds_pass(cast.here, 6)
    assert [await held(cast.here, [uri]) for _, uri in opened] == [1, 0]
    await open_thread(cast.here, opened[1][0])
    await seconds_pass(cast.here, 6)
    assert await held(cast.here, [opened[1][1]]) == 1


async def test_a_server_that_fails_is_asked_twice_and_left_alone(cast: Cast) -> None:
    root = say(cast.alice, "One")
    ill = [f"{cast.b.base}/notes/ill{number}" for number in range(4)]
    for uri in ill:
        cast.b.fail(uri, 503)
    well = say(cast.carol, "Two", root["id"])
    list_answers(cast.alice, root, [*ill, well["id"]])
    number = await known(cast.here, cast.alice, root)
    await open_thread(cast.here, number)
    await seconds_pass(cast.here, 8)
    assert await held(cast.here, [well["id"]]) == 1
    assert len(cast.b.asked) == 2
    assert (await open_thread(cast.here, number))["waiting"] == 0
