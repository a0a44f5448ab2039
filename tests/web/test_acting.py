"""What readers do with posts on pages: buttons that say what they do, and do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from storage.queries import actors, posts
from tests.sites import World
from tests.web.conftest import HTML, Browser, csrf
from tests.web.markup import Element

Browsers = Callable[[str], Awaitable[Browser]]


async def _written(world: World, text: str = "Tea?") -> int:
    """A post of alice."""
    alice = await world.site.read(lambda tx: actors.account_by_name(tx, "alice"))
    assert alice is not None
    return await world.post(alice.id, text)


def _button(page: Element, what: str) -> Element:
    """The form that does something."""
    [form] = [f for f in page.all("form") if f.attributes["action"].endswith(f"/{what}")]
    return form


@pytest.mark.parametrize(
    ("do", "undo", "said"),
    [("like", "unlike", "1 like"), ("boost", "unboost", "1 boost"), ("keep", "unkeep", "Bookmark")],
)
async def test_a_button_does_something_shows_it_and_takes_it_back(
    world: World, browsers: Browsers, do: str, undo: str, said: str
) -> None:
    number = await _written(world)
    bob, path = await browsers("bob"), f"/@alice/{number}"
    page = await bob.page(path)
    [button] = _button(page, do).all("button")
    assert button.attributes["aria-pressed"] == "false"
    fields = {field.attributes["name"]: field.attributes["value"] for field in page.all("input")}
    done = await bob.send(f"/posts/{number}/{do}", fields)
    assert (done.status, done.headers["Location"]) == (303, f"{path}#p{number}")
    [pressed] = _button(await bob.page(path), undo).all("button")
    assert pressed.attributes["aria-pressed"] == "true"
    assert said in " ".join(pressed.text.split())
    await bob.send(f"/posts/{number}/{undo}", fields)
    [free] = _button(await bob.page(path), do).all("button")
    assert free.attributes["aria-pressed"] == "false"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nX: y", "/home#x"]
)
async def test_a_form_leads_back_to_pages_of_ours_alone(
    world: World, browsers: Browsers, back: str
) -> None:
    number, bob = await _written(world), await browsers("bob")
    token = csrf(await bob.page(f"/@alice/{number}"))
    done = await bob.send(f"/posts/{number}/like", {"csrf": token, "back": back})
    assert done.headers["Location"] == f"/home#p{number}"


async def test_nothing_is_done_from_other_pages_or_without_a_session(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    number, bob = await _written(world), await browsers("bob")
    token = csrf(await bob.page(f"/@alice/{number}"))
    path = f"/posts/{number}/like"
    forged = await bob.send(path, {"csrf": token}, origin="https://evil.example")
    assert forged.status == 403
    assert (await bob.send(path, {"csrf": "wrong"})).status == 403
    assert (await stranger.send(path, {"csrf": token})).headers["Location"] == "/auth/sign_in"
    assert (await bob.send(f"/posts/{number}/explode", {"csrf": token})).status == 404
    assert (await bob.send("/posts/0/like", {"csrf": token})).status == 404
    page = await stranger.page(f"/@alice/{number}")
    assert not [f for f in page.all("form") if "/posts/" in f.attributes["action"]]
    assert "1 like" not in page.text


async def test_what_one_keeps_and_likes_is_on_pages_of_ones_own(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    number, bob = await _written(world), await browsers("bob")
    for path, do in (("/bookmarks", "keep"), ("/likes", "like")):
        assert "yet" in (await bob.page(path)).text
        token = csrf(await bob.page(f"/@alice/{number}"))
        await bob.send(f"/posts/{number}/{do}", {"csrf": token})
        assert "Tea?" in (await bob.page(path)).text
        assert (await stranger.get(path)).status == 303
    news = await (await browsers("alice")).page("/notifications")
    assert "Bob liked your post." in news.text
    assert "@bob@a.example" in news.text
    assert [a for a in news.all("a") if a.attributes["href"].endswith(f"/{number}")]
    assert (await stranger.get("/notifications")).status == 303


async def test_a_reply_says_whose_post_it_answers_as_far_as_anybody_may_know(
    world: World, browsers: Browsers
) -> None:
    number, bob = await _written(world), await browsers("bob")
    writer = await world.site.read(lambda tx: actors.account_by_name(tx, "bob"))
    assert writer is not None
    open_one = await world.site.read(lambda tx: posts.post(tx, number))
    assert open_one is not None
    await world.post(writer.id, "With milk.", in_reply_to=open_one.uri)
    page = await bob.page("/@bob?show=all")
    assert "Reply to Alice" in page.text
    assert [a for a in page.all("a") if a.attributes["href"] == f"/@alice/{number}"]
    await world.site.write(lambda tx: posts.change_post(tx, number, visibility="followers"))
    assert "Reply to a post on a.example" in (await bob.page("/@bob?show=all")).text


async def test_the_bell_counts_what_is_new_until_it_is_looked_at(
    world: World, browsers: Browsers
) -> None:
    number, alice = await _written(world), await browsers("alice")
    await world.account("carol", name="Carol", password=True)
    for name in ("bob", "carol"):
        reader = await browsers(name)
        token = csrf(await reader.page(f"/@alice/{number}"))
        await reader.send(f"/posts/{number}/like", {"csrf": token})
    assert _bell(await alice.page("/home")) == "Notifications 2 new"
    assert (await alice.http.head("/notifications", headers=HTML)).status == 200
    assert _bell(await alice.page("/home")) == "Notifications 2 new"
    news = await alice.page("/notifications")
    [line] = [item for item in news.all("li") if "liked" in item.text]
    assert "New: Carol and 1 other liked your post." in " ".join(line.text.split())
    assert {"/@carol", "/@bob"} <= {a.attributes["href"] for a in line.all("a")}
    assert _bell(news) == "Notifications"
    assert _bell(await alice.page("/home")) == "Notifications"
    assert "New:" not in (await alice.page("/notifications")).text


def _bell(page: Element) -> str:
    [link] = [a for a in page.all("a") if a.attributes.get("href") == "/notifications"]
    return " ".join(link.text.split())
