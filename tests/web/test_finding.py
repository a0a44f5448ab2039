"""The pages of hashtags and of the search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from fedi_cotweet.services import follows, lists
from storage.engine import Tx
from storage.queries import actors, posts
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
    assert "Nothing was found" in nothing.text


async def test_a_search_for_a_handle_that_names_nobody_says_why(
    stranger: Browser, browsers: Callable[[str], Awaitable[Browser]]
) -> None:
    alice = await browsers("alice")
    page = await alice.page("/search?q=@nobody@a.example")
    assert "Nothing was found" in page.text
    assert "There is no @nobody@a.example." in page.text
    assert "Try fewer or shorter words." not in page.text
    assert "Try fewer or shorter words." in (await alice.page("/search?q=nobody")).text
    # Nobody is asked for a stranger, so nothing is said of it.
    assert "There is no" not in (await stranger.page("/search?q=@nobody@a.example")).text


@pytest.mark.parametrize("words", ["%22*", "!!", "%00-"])
async def test_a_search_without_words_says_so(stranger: Browser, words: str) -> None:
    page = await stranger.page(f"/search?q={words}", status=422)
    assert "no word" in page.one("p", role="alert").text


async def test_people_and_hashtags_are_found_by_how_they_begin(
    world: World, stranger: Browser
) -> None:
    alice = await world.site.read(lambda tx: actors.account_by_name(tx, "alice"))
    assert alice is not None
    await world.post(alice.id, "Morning #teatime")
    page = await stranger.page("/search?q=ali")
    assert "/@alice" in [link.attributes["href"] for link in page.one("main").all("a")]
    page = await stranger.page("/search?q=%23tea")
    assert "/tags/teatime" in [link.attributes["href"] for link in page.one("main").all("a")]


async def test_an_address_finds_its_post_and_others_are_asked_for_those_signed_in_alone(
    world: World, stranger: Browser, browsers: Callable[[str], Awaitable[Browser]]
) -> None:
    alice = await world.site.read(lambda tx: actors.account_by_name(tx, "alice"))
    assert alice is not None
    number = await world.post(alice.id, "Right here")
    post = await world.site.read(lambda tx: posts.post(tx, number))
    assert post is not None
    assert "Right here" in (await stranger.page(f"/search?q={post.uri}")).text
    await stranger.get("/search?q=@dora@b.example")
    assert world.people.asked == []
    bob = await browsers("bob")
    assert "Nothing was found" in (await bob.page("/search?q=@dora@b.example")).text
    assert world.people.asked == ["dora@b.example"]


async def test_a_profile_shows_a_part_of_what_somebody_wrote(
    world: World, stranger: Browser
) -> None:
    alice = await world.site.read(lambda tx: actors.account_by_name(tx, "alice"))
    bob = await world.site.read(lambda tx: actors.account_by_name(tx, "bob"))
    assert alice is not None
    assert bob is not None
    first = await world.post(alice.id, "A question")
    held = await world.site.read(lambda tx: posts.post(tx, first))
    assert held is not None
    await world.post(alice.id, "An answer", in_reply_to=held.uri)
    picture = await world.picture(alice.id, alt="A lake")
    await world.post(alice.id, "A picture", media_ids=(picture.id,))
    shared = await world.draft(alice.id, bob.id, "By both")
    await world.agree(shared)
    every = {"A question", "An answer", "A picture", "By both"}
    for part, wanted in (
        ("", every - {"An answer"}),
        ("all", every),
        ("media", {"A picture"}),
        ("together", {"By both"}),
        ("nonsense", every - {"An answer"}),
    ):
        text = (await stranger.page(f"/@alice?show={part}")).text
        assert {said for said in every if said in text} == wanted, part


async def test_lists_and_direct_posts_are_ones_own(
    world: World, stranger: Browser, browsers: Callable[[str], Awaitable[Browser]]
) -> None:
    env = world.site.env
    alice = await world.site.read(lambda tx: actors.account_by_name(tx, "alice"))
    bob = await world.site.read(lambda tx: actors.actor_by_handle(tx, "bob", "a.example"))
    assert alice is not None
    assert bob is not None

    def make(tx: Tx) -> int:
        follows.follow(tx, env, alice.id, bob)
        made = lists.create(tx, env, alice.id, "Near")
        lists.add(tx, alice.id, made, bob)
        return made

    number = await world.site.write(make)
    await world.settle_follows()
    await world.post(bob.id, "From near")
    await world.post(bob.id, "To nobody", visibility="direct", alone=True)
    browser = await browsers("alice")
    assert "Near" in (await browser.page("/lists")).text
    assert "From near" in (await browser.page(f"/lists/{number}")).text
    assert "To nobody" not in (await browser.page("/direct")).text
    other = await browsers("bob")
    await other.page(f"/lists/{number}", status=404)
    assert (await stranger.get("/lists")).status == 303
