"""Hashtags, lists, search, and what stands on one's own profile, over the API."""

import pytest

from fedi_cotweet.services import accounts, reading
from storage.engine import Tx
from storage.queries import actors, follows
from tests.api.conftest import CONTROL, COTWEETS, Api
from tests.sites import World


async def names(world: World, *usernames: str) -> list[int]:
    return await world.site.read(
        lambda tx: [accounts.account_named(tx, username).id for username in usernames]
    )


async def follow(world: World, follower: str, followed: str) -> None:
    """Accepted at once, as between people of one server."""
    one, other = await names(world, follower, followed)
    env = world.site.env
    number = env.new_id()
    await world.site.write(
        lambda tx: follows.add_follow(
            tx,
            id=number,
            follower_id=one,
            followed_id=other,
            uri=f"{world.site.env.addresses.base}/f/{number}",
            state="accepted",
            now=env.now(),
        )
    )


async def texts(api: Api, path: str, account: str = "alice") -> list[str]:
    page = await api.ask("GET", f"{CONTROL}/{path}", account=account)
    return [post["text"].strip() for post in page["posts"]]


async def test_a_hashtag_lists_what_is_public_and_pages_through_it(api: Api, world: World) -> None:
    alice, bob = await names(world, "alice", "bob")
    for number in range(3):
        await world.post(alice, f"#Pie number {number}")
        world.clock.now += 1_000
    await world.post(bob, "Unlisted #pie", visibility="unlisted")
    hidden = await world.draft(alice, bob, "Draft #pie")
    assert await texts(api, "tags/pie") == [f"#Pie number {n}" for n in (2, 1, 0)]
    assert await texts(api, "tags/%23PIE") == await texts(api, "tags/pie", "bob")
    first = await api.ask("GET", f"{CONTROL}/tags/pie?limit=2")
    rest = await api.ask("GET", f"{CONTROL}/tags/pie?limit=2&before={first['next_before']}")
    assert [len(first["posts"]), len(rest["posts"]), rest["next_before"]] == [2, 1, None]
    await world.agree(hidden)
    assert await texts(api, "tags/pie?limit=1") == ["Draft #pie"]
    assert await api.refused("GET", f"{CONTROL}/tags/two%20words") == (404, "not_found")
    assert await texts(api, "tags/never") == []


async def test_an_edit_changes_the_tags_and_words_a_post_is_found_by(
    api: Api, world: World
) -> None:
    await api.ask("POST", f"{CONTROL}/searchable", {"searchable": "yes"})
    post = await api.ask("POST", f"{CONTROL}/posts", {"text": "Apples #fruit"}, status=201)
    path = f"{CONTROL}/posts/{post['id']}"
    assert await texts(api, "search?q=APPLE", "bob") == ["Apples #fruit"]
    await api.ask("PUT", path, {"text": "Carrots #roots", "summary": "Food"})
    assert await texts(api, "tags/fruit") == await texts(api, "search?q=apples") == []
    for query in ("tags/roots", "search?q=carrots", "search?q=food", "search?q=roots"):
        assert await texts(api, query, "bob") == ["Carrots #roots"]
    await api.ask("DELETE", path, status=204)
    for query in ("tags/roots", "search?q=carrots"):
        assert await texts(api, query) == []


async def test_a_search_finds_others_only_if_they_want_it(api: Api, world: World) -> None:
    alice, bob = await names(world, "alice", "bob")
    await world.post(alice, "Walnuts in June")
    assert await texts(api, "search?q=walnuts+june") == ["Walnuts in June"]
    assert await texts(api, "search?q=walnuts", "bob") == []
    draft = await world.draft(alice, bob, "Walnuts again")
    await api.ask("POST", f"{CONTROL}/searchable", {"searchable": "yes"})
    assert await texts(api, "search?q=walnuts", "bob") == ["Walnuts in June"]
    await world.agree(draft)
    assert len(await texts(api, "search?q=walnuts", "bob")) == 2
    await world.account("dave")
    # Bob is an author of the second one and does not want to be found.
    assert await texts(api, "search?q=walnuts", "dave") == ["Walnuts in June"]
    await api.ask("POST", f"{CONTROL}/searchable", {"searchable": "no"})
    assert await texts(api, "search?q=walnuts", "dave") == []
    assert await api.refused("GET", f"{CONTROL}/search") == (422, "bad_query")
    assert await api.refused("GET", f"{CONTROL}/search?q=%22*") == (422, "no_words")
    bad = {"searchable": "perhaps"}
    assert await api.refused("POST", f"{CONTROL}/searchable", bad) == (422, "bad_choice")


async def test_a_list_shows_its_people_whoever_wrote_with_them(api: Api, world: World) -> None:
    for name in ("carol", "dave"):
        await world.account(name)
    alice, bob, carol = await names(world, "alice", "bob", "carol")
    for followed in ("alice", "bob", "carol"):
        await follow(world, "dave", followed)
    made = await api.ask(
        "POST", f"{CONTROL}/lists", {"title": " Close  friends "}, account="dave", status=201
    )
    assert made == {
        "id": made["id"],
        "title": "Close friends",
        "members": [],
        "replies_policy": "list",
        "exclusive": False,
    }
    path = f"{CONTROL}/lists/{made['id']}"
    with_bob = await api.ask("POST", f"{path}/add", {"handle": "bob"}, account="dave")
    assert [member["handle"] for member in with_bob["members"]] == ["bob@a.example"]
    await world.post(alice, "Alice alone")
    await world.post(carol, "Carol alone")
    await world.post(bob, "Bob alone")
    await world.agree(await world.draft(alice, bob, "Alice and Bob"))
    assert await texts(api, f"lists/{made['id']}/timeline", "dave") == [
        "Alice and Bob",
        "Bob alone",
    ]
    renamed = await api.ask("PUT", path, {"title": "Bob"}, account="dave")
    assert renamed["title"] == "Bob"
    shown = await api.ask("GET", f"{CONTROL}/lists", account="dave")
    assert [one["title"] for one in shown["lists"]] == ["Bob"]
    assert (await api.ask("GET", path, account="dave"))["members"] == with_bob["members"]
    await api.ask("POST", f"{CONTROL}/unfollow", {"handle": "bob"}, account="dave")
    assert (await api.ask("GET", path, account="dave"))["members"] == []
    await api.ask("DELETE", path, account="dave", status=204)
    assert await api.refused("GET", path, account="dave") == (404, "not_found")


async def test_a_list_is_its_readers_alone_and_of_people_they_follow(
    api: Api, world: World
) -> None:
    made = await api.ask("POST", f"{CONTROL}/lists", {"title": "Mine"}, status=201)
    path = f"{CONTROL}/lists/{made['id']}"
    for method, tail, body in (
        ("GET", "", None),
        ("PUT", "", {"title": "x"}),
        ("DELETE", "", None),
        ("POST", "/add", {"handle": "alice"}),
        ("POST", "/remove", {"handle": "alice"}),
        ("GET", "/timeline", None),
    ):
        assert (await api.refused(method, path + tail, body, account="bob"))[0] == 404
    assert await api.refused("POST", f"{path}/add", {"handle": "bob"}) == (422, "not_followed")
    assert await api.refused("POST", f"{CONTROL}/lists", {"title": " "}) == (422, "bad_title")


async def on_profile(world: World, username: str) -> list[str]:
    def look(tx: Tx) -> list[str]:
        [found] = actors.actors(tx, [accounts.account_named(tx, username).id]).values()
        view = reading.profile(tx, world.site.env, found)
        assert view.posts_count == len(view.page.posts)
        return [post.text.strip() for post in view.page.posts]

    return await world.site.read(look)


@pytest.mark.parametrize("who", ["alice", "bob"])
async def test_an_author_hides_a_co_tweet_from_their_own_profile_alone(
    api: Api, world: World, who: str
) -> None:
    other = "bob" if who == "alice" else "alice"
    alice, bob = await names(world, "alice", "bob")
    post_id = await world.draft(alice, bob, "Together")
    path = f"{COTWEETS}/{post_id}"
    draft = {"alice": (409, "not_published"), "bob": (409, "not_published")}
    assert await api.refused("POST", f"{path}/hide", account=who) == draft[who]
    await world.agree(post_id)
    assert await on_profile(world, "alice") == await on_profile(world, "bob") == ["Together"]
    assert await api.ask("POST", f"{path}/hide", account=who) == {"hidden": True}
    assert await api.ask("POST", f"{path}/hide", account=who) == {"hidden": True}
    assert await on_profile(world, who) == []
    assert await on_profile(world, other) == ["Together"]
    shown = await api.ask("GET", f"{CONTROL}/posts/{post_id}", account=other)
    assert len(shown["authors"]) == 2
    assert await api.ask("POST", f"{path}/unhide", account=who) == {"hidden": False}
    assert await on_profile(world, who) == ["Together"]


async def test_only_a_co_tweet_of_ones_own_can_be_hidden(api: Api, world: World) -> None:
    [alice] = await names(world, "alice")
    post_id = await world.post(alice, "Alone")
    path = f"{COTWEETS}/{post_id}/hide"
    assert await api.refused("POST", path) == (409, "not_co_authored")
    assert await api.refused("POST", path, account="bob") == (404, "not_found")
