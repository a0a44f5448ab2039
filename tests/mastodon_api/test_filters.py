"""Filters of words and posts through the client API, and what they do to timelines."""

from __future__ import annotations

from typing import Any

from tests.mastodon_api.conftest import App, Cast

V1, V2 = "/api/v1/filters", "/api/v2/filters"
EVERYWHERE = ["home", "notifications", "public", "thread", "account"]


async def _filter(app: App, word: str, action: str = "hide", **more: Any) -> Any:
    given = {
        "title": f"No {word}",
        "context": EVERYWHERE,
        "filter_action": action,
        "keywords_attributes": [{"keyword": word, "whole_word": True}],
    }
    return await app.ask("POST", V2, given | more)


async def _say(app: App, text: str, **more: Any) -> Any:
    return await app.ask("POST", "/api/v1/statuses", {"status": text, **more})


async def _follow(cast: Cast) -> None:
    await cast.alices.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()


async def _texts(app: App, path: str) -> list[str]:
    page, _ = await app.page(path)
    return [one["content"].removeprefix("<p>").removesuffix("</p>") for one in page]


async def test_a_filter_is_made_read_changed_and_deleted(cast: Cast) -> None:
    made = await cast.alices.ask(
        "POST",
        V2,
        {
            "title": "Tea",
            "context": ["public", "home"],
            "expires_in": 60,
            "keywords_attributes": [{"keyword": "tea"}, {"keyword": "chai", "whole_word": False}],
        },
    )
    path = f"{V2}/{made['id']}"
    assert (made["context"], made["filter_action"]) == (["home", "public"], "warn")
    assert made["expires_at"] is not None
    assert [one["whole_word"] for one in made["keywords"]] == [True, False]
    assert await cast.alices.ask("GET", V2) == [made] == [await cast.alices.ask("GET", path)]
    first, second = made["keywords"]
    changed = await cast.alices.ask(
        "PUT",
        path,
        {
            "title": "Hot drinks",
            "filter_action": "blur",
            "expires_in": None,
            "keywords_attributes": [
                {"id": first["id"], "keyword": "oolong"},
                {"id": second["id"], "_destroy": True},
                {"keyword": "coffee"},
            ],
        },
    )
    assert (changed["title"], changed["filter_action"]) == ("Hot drinks", "blur")
    assert changed["expires_at"] is None
    assert changed["context"] == ["home", "public"]
    assert [one["keyword"] for one in changed["keywords"]] == ["oolong", "coffee"]
    await cast.alices.ask("DELETE", path)
    assert await cast.alices.refused("GET", path) == 404
    assert await cast.alices.ask("GET", V2) == []


async def test_a_form_as_browsers_send_it_makes_one_too(cast: Cast) -> None:
    form = {
        "title": "Tea",
        "context[]": "home",
        "expires_in": "",
        "keywords_attributes[][keyword]": "tea",
        "keywords_attributes[][whole_word]": "false",
    }
    response = await cast.alices.raw("POST", V2, data=form)
    made = await response.json()
    assert response.status == 200, made
    assert made["expires_at"] is None
    assert made["keywords"][0]["whole_word"] is False


async def test_keywords_and_posts_of_a_filter_have_addresses(cast: Cast) -> None:
    made = await _filter(cast.alices, "tea", "warn")
    path = f"{V2}/{made['id']}"
    word = await cast.alices.ask("POST", f"{path}/keywords", {"keyword": "chai"})
    assert len(await cast.alices.ask("GET", f"{path}/keywords")) == 2
    at = f"{V2}/keywords/{word['id']}"
    changed = await cast.alices.ask("PUT", at, {"keyword": "mate", "whole_word": False})
    assert changed == {"id": word["id"], "keyword": "mate", "whole_word": False}
    assert await cast.alices.ask("GET", at) == changed
    post = await _say(cast.bobs, "Hello")
    held = await cast.alices.ask("POST", f"{path}/statuses", {"status_id": post["id"]})
    again = await cast.alices.ask("POST", f"{path}/statuses", {"status_id": post["id"]})
    assert held == again
    assert await cast.alices.ask("GET", f"{path}/statuses") == [held]
    one = f"{V2}/statuses/{held['id']}"
    assert (await cast.alices.ask("GET", one))["status_id"] == post["id"]
    (why,) = (await cast.alices.ask("GET", f"/api/v1/statuses/{post['id']}"))["filtered"]
    assert (why["keyword_matches"], why["status_matches"]) == (None, [post["id"]])
    for where in (path, f"{path}/keywords", f"{path}/statuses", at, one):
        assert await cast.bobs.refused("GET", where) == 404, "not theirs"
    for where in (path, at, one):
        assert await cast.bobs.refused("DELETE", where) == 404, "not theirs"
    assert await cast.bobs.refused("POST", f"{path}/keywords", {"keyword": "x"}) == 404
    assert await cast.bobs.refused("PUT", at, {"keyword": "x"}) == 404
    assert await cast.bobs.refused("PUT", path, {"title": "x"}) == 404
    assert await cast.bobs.refused("POST", f"{path}/statuses", {"status_id": post["id"]}) == 404
    await cast.alices.ask("DELETE", one)
    await cast.alices.ask("DELETE", at)
    assert await cast.alices.refused("GET", one) == await cast.alices.refused("GET", at) == 404


async def test_what_makes_no_filter_is_refused(cast: Cast) -> None:
    good = {"title": "Tea", "context": ["home"]}
    bad: tuple[dict[str, Any], ...] = (
        {"title": " "},
        {"title": "x" * 257},
        {"context": []},
        {"context": ["kitchen"]},
        {"filter_action": "burn"},
        {"expires_in": 10**12},
        {"keywords_attributes": [{"keyword": " "}]},
        {"keywords_attributes": [{"keyword": "x" * 513}]},
    )
    for wrong in bad:
        assert await cast.alices.refused("POST", V2, good | wrong) == 422, wrong
    assert await cast.alices.ask("GET", V2) == []
    made = await cast.alices.ask("POST", V2, good)
    path = f"{V2}/{made['id']}"
    for number in ("1", "one"):
        word = {"keyword": "x", "id": number}
        assert await cast.alices.refused("PUT", path, {"keywords_attributes": [word]}) == 404
    draft = await cast.world.draft(cast.bob, cast.alice, "Not yet")
    for post in (str(draft), "1", "x"):
        assert await cast.alices.refused("POST", f"{path}/statuses", {"status_id": post}) == 404


async def test_the_first_version_has_each_keyword_as_a_filter(cast: Cast) -> None:
    made = await cast.alices.ask(
        "POST", V1, {"phrase": "tea", "context": ["home"], "irreversible": True}
    )
    assert (made["phrase"], made["irreversible"], made["whole_word"]) == ("tea", True, True)
    (whole,) = await cast.alices.ask("GET", V2)
    assert (whole["filter_action"], whole["keywords"][0]["id"]) == ("hide", made["id"])
    path = f"{V1}/{made['id']}"
    changed = await cast.alices.ask(
        "PUT",
        path,
        {"phrase": "chai", "context": ["home", "thread"], "irreversible": False, "expires_in": 60},
    )
    assert (changed["phrase"], changed["irreversible"]) == ("chai", False)
    assert changed["context"] == ["home", "thread"]
    assert await cast.alices.ask("GET", V1) == [changed] == [await cast.alices.ask("GET", path)]
    other = await cast.alices.ask(
        "POST", f"{V2}/{whole['id']}/keywords", {"keyword": "mate", "whole_word": True}
    )
    assert await cast.alices.refused("PUT", path, {"context": ["public"]}) == 422
    again = {"phrase": "tea", "context": ["thread", "home"], "irreversible": False}
    assert (await cast.alices.ask("PUT", path, again))["phrase"] == "tea"
    assert await cast.bobs.refused("GET", path) == await cast.bobs.refused("DELETE", path) == 404
    await cast.alices.ask("DELETE", path)
    assert len(await cast.alices.ask("GET", V2)) == 1
    await cast.alices.ask("DELETE", f"{V1}/{other['id']}")
    assert await cast.alices.ask("GET", V2) == []


async def test_what_is_hidden_is_left_out_and_pages_are_full_all_the_same(cast: Cast) -> None:
    await _follow(cast)
    for number in range(6):
        cast.world.clock.now += 1_000
        await _say(cast.bobs, f"Tea {number}" if number % 2 else f"Cake {number}")
    await _filter(cast.alices, "tea")
    for path in (
        "/api/v1/timelines/home?limit=2",
        "/api/v1/timelines/public?limit=2",
        f"/api/v1/accounts/{cast.bob}/statuses?limit=2",
    ):
        page, links = await cast.alices.page(path)
        assert [one["content"][3:-4] for one in page] == ["Cake 4", "Cake 2"], path
        assert await _texts(cast.alices, links["next"]) == ["Cake 0"]
        page, links = await cast.alices.page(links["next"])
        assert await _texts(cast.alices, links["prev"]) == ["Cake 4", "Cake 2"]
    assert len(await _texts(cast.bobs, "/api/v1/timelines/public")) == 6


async def test_a_filter_holds_in_its_places_and_for_its_time(cast: Cast) -> None:
    await _follow(cast)
    root = await _say(cast.bobs, "Cake")
    await _say(cast.bobs, "Tea too", in_reply_to_id=root["id"])
    await _filter(cast.alices, "tea", context=["thread"], expires_in=60)
    assert len(await _texts(cast.alices, "/api/v1/timelines/home")) == 2
    (shown, _), _ = await cast.alices.page("/api/v1/timelines/home")
    assert shown["filtered"][0]["filter"]["context"] == ["thread"], "apps choose by it"
    context = f"/api/v1/statuses/{root['id']}/context"
    assert (await cast.alices.ask("GET", context))["descendants"] == []
    cast.world.clock.now += 60_000
    assert len((await cast.alices.ask("GET", context))["descendants"]) == 1
    assert len(await cast.alices.ask("GET", V2)) == 1, "its owner may prolong it"


async def test_words_are_found_wherever_a_post_has_them(cast: Cast) -> None:
    await _filter(cast.alices, "tea", "warn")
    posts = [
        await _say(cast.bobs, "I like <tea>"),
        await _say(cast.bobs, "Look", spoiler_text="TEA"),
        await _say(cast.bobs, "?", poll={"options": ["tea", "cake"], "expires_in": 3_600}),
        await _say(cast.bobs, "#tea"),
    ]
    for post in posts:
        shown = await cast.alices.ask("GET", f"/api/v1/statuses/{post['id']}")
        (why,) = shown["filtered"]
        assert (why["keyword_matches"], why["status_matches"]) == (["tea"], None)
        assert why["filter"]["title"] == "No tea"
    plain = await _say(cast.bobs, 'A <a href="https://tea.example/">link</a> to steak')
    shown = await cast.alices.ask("GET", f"/api/v1/statuses/{plain['id']}")
    assert len(shown["filtered"]) == 1, "typed text is text"
    mine = await _say(cast.alices, "My tea")
    assert (await cast.alices.ask("GET", f"/api/v1/statuses/{mine['id']}"))["filtered"] == []
    assert "filtered" not in await cast.stranger.ask("GET", f"/api/v1/statuses/{plain['id']}")


async def test_a_boost_of_what_is_hidden_is_hidden_and_ones_own_posts_never(cast: Cast) -> None:
    await _follow(cast)
    carols = await cast.apps.of(await cast.world.account("carol"))
    theirs, mine = await _say(carols, "Tea"), await _say(cast.alices, "My tea")
    await _filter(cast.alices, "tea")
    for post in (theirs, mine):
        cast.world.clock.now += 1_000
        await cast.bobs.ask("POST", f"/api/v1/statuses/{post['id']}/reblog")
    assert await _texts(cast.alices, "/api/v1/timelines/home") == ["My tea"]
    await cast.alices.ask("POST", f"/api/v1/statuses/{theirs['id']}/bookmark")
    ((kept),), _ = await cast.alices.page("/api/v1/bookmarks")
    assert kept["filtered"][0]["filter"]["filter_action"] == "hide", "what one kept is shown"


async def test_notifications_of_what_is_hidden_are_left_out(cast: Cast) -> None:
    for text in ("Cake", "Tea"):
        cast.world.clock.now += 1_000
        await _say(cast.bobs, f"@alice {text}")
    mine = await _say(cast.alices, "My tea")
    await cast.bobs.ask("POST", f"/api/v1/statuses/{mine['id']}/favourite")
    made = await _filter(cast.alices, "tea", context=["notifications"])
    told, _ = await cast.alices.page("/api/v1/notifications")
    assert [one["type"] for one in told] == ["favourite", "mention"]
    assert "Cake" in told[1]["status"]["content"]
    await cast.alices.ask("PUT", f"{V2}/{made['id']}", {"filter_action": "warn"})
    told, _ = await cast.alices.page("/api/v1/notifications")
    assert [len(one["status"]["filtered"]) for one in told] == [0, 1, 0]
