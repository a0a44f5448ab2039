"""The pages of hashtags and of the search."""

from __future__ import annotations

import pytest

from storage.queries import actors
from tests.sites import World
from tests.web.conftest import Browser
from tests.web.test_routes import _id


async def test_a_hashtag_in_a_post_leads_to_its_page(world: World, stranger: Browser) -> None:
    post_id = await world.post(await _id(world, "alice"), "Some #Tea please")
    page = await stranger.page(f"/@alice/{post_id}")
    [link] = page.all("a", class_="hashtag")
    found = await stranger.page(link.attributes["href"].removeprefix("http://a.example"))
    assert found.one("h1").text == "#tea"
    assert "Some #Tea please" in found.text
    assert "Nothing with this hashtag" in (await stranger.page("/tags/coffee")).text
    await stranger.page("/tags/two%20words", status=404)


async def test_older_posts_of_a_hashtag_and_a_search_are_one_link_away(
    world: World, stranger: Browser
) -> None:
    alice = await _id(world, "alice")
    await world.site.write(lambda tx: actors.set_indexable(tx, alice, True))
    for number in range(21):
        await world.post(alice, f"#tea number{number:02}")
    for path in ("/tags/tea", "/search?q=tea%20%26%20%23tea"):
        page = await stranger.page(path)
        assert len(page.all("article")) == 20
        following = page.one("a", rel="next").attributes["href"]
        older = await stranger.page(path.partition("?")[0] + following)
        assert "number00" in older.text
        assert len(older.all("article")) == 1
        assert older.all("a", rel="next") == []


async def test_a_search_has_a_form_that_keeps_what_was_typed(
    world: World, stranger: Browser
) -> None:
    page = await stranger.page("/search")
    assert page.one("form").one("input").attributes["value"] == ""
    assert "Found" not in page.text
    await world.post(await _id(world, "alice"), "Hidden words")
    nothing = await stranger.page('/search?q=hidden "words"')
    assert nothing.one("form").one("input").attributes["value"] == 'hidden "words"'
    assert "No public post has all these words" in nothing.text


@pytest.mark.parametrize("words", ["%22*", "!!", "%00-"])
async def test_a_search_without_words_says_so(stranger: Browser, words: str) -> None:
    page = await stranger.page(f"/search?q={words}", status=422)
    assert "no word" in page.one("p", role="alert").text
