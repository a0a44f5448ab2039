"""To one's own server with what was seen here, and back here with what was seen elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import CookieJar, web

from activitypub.discovery.intents import ANNOUNCE, CREATE, FOLLOW, LIKE, OBJECT
from activitypub.discovery.webfinger import SUBSCRIBE
from fedi_cotweet.web import setup
from tests.sites import BASE, World
from tests.web.conftest import Browser, MakeClient, csrf
from tests.web.markup import parse_page
from tests.web.test_routes import Browsers, _id, _remote

HOME = "https://home.example"
MASTODON = {SUBSCRIBE: f"{HOME}/authorize_interaction?uri={{uri}}"}
FULL = {
    **MASTODON,
    FOLLOW: f"{HOME}/follow?who={{object}}",
    LIKE: f"{HOME}/like?what={{object}}",
    ANNOUNCE: f"{HOME}/boost?what={{object}}",
    OBJECT: f"{HOME}/open?what={{object}}",
    CREATE: f"{HOME}/new?text={{content}}&to={{inReplyTo}}",
}
Homes = dict[str, Mapping[str, str] | None]


@pytest.fixture
def homes() -> Homes:
    """What servers say of their people, by handle."""
    return {"me@home.example": FULL, "me@mastodon.example": MASTODON, "me@silent.example": {}}


@pytest.fixture
async def visitor(world: World, homes: Homes, aiohttp_client: MakeClient) -> Browser:
    """Somebody without account here, whose cookies are kept."""

    async def ask(handle: str) -> Mapping[str, str] | None:
        world.people.asked.append(handle)
        return homes.get(handle)

    app = web.Application()
    setup(app, replace(world.site, ask_home=ask))
    return Browser(await aiohttp_client(app, cookie_jar=CookieJar(unsafe=True)))


async def _sent(visitor: Browser, handle: str, **fields: str) -> tuple[int, str]:
    """Fill in the form: the status, and where the page leads or what it says."""
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    form = await visitor.page(f"/interact?{query}")
    response = await visitor.send("/interact", {"csrf": csrf(form), "handle": handle, **fields})
    if response.status == 303:
        return 303, response.headers["Location"]
    page = parse_page(await response.text())
    found = [link for link in page.all("a", class_="primary") if link.attributes.get("rel")]
    return response.status, found[0].attributes["href"] if found else page.text


@pytest.mark.parametrize(
    ("what", "path", "place"),
    [("reply", "/new", "to"), ("boost", "/boost", "what"), ("like", "/like", "what")],
)
async def test_a_visitor_is_led_to_where_their_server_does_it(
    world: World, visitor: Browser, what: str, path: str, place: str
) -> None:
    number = str(await world.post(await _id(world, "alice"), "Hello"))
    page = await visitor.page(f"/@alice/{number}")
    hrefs = [link.attributes["href"] for link in page.all("a")]
    assert f"/interact?post={number}&what={what}" in hrefs
    status, address = await _sent(visitor, "@me@home.example", post=number, what=what)
    assert status == 200
    assert urlsplit(address)[:3] == ("https", "home.example", path)
    assert parse_qs(urlsplit(address).query) == {place: [f"{BASE}/notes/{number}"]}
    old = await _sent(visitor, "me@mastodon.example", post=number, what=what)
    quoted = f"http%3A%2F%2Fa.example%2Fnotes%2F{number}"
    assert old == (200, f"{HOME}/authorize_interaction?uri={quoted}")


async def test_somebody_is_followed_from_elsewhere(world: World, visitor: Browser) -> None:
    page = await visitor.page("/@alice")
    assert [link.attributes["href"] for link in page.all("a", class_="primary")] == [
        "/interact?person=alice@a.example"
    ]
    found = await _sent(visitor, "@me@home.example", person="alice@a.example")
    assert found == (200, f"{HOME}/follow?who=http%3A%2F%2Fa.example%2Fusers%2Falice")


async def test_whoever_is_at_home_here_signs_in_or_is_there_already(
    world: World, visitor: Browser, browsers: Browsers
) -> None:
    number = await world.post(await _id(world, "alice"), "Hello")
    found = await _sent(visitor, "@bob@a.example", post=str(number), what="like")
    assert found == (303, f"/auth/sign_in?next=/%40alice/{number}")
    bob = await browsers("bob")
    response = await bob.get(f"/interact?post={number}&what=like")
    assert (response.status, response.headers["Location"]) == (303, f"/@alice/{number}")


@pytest.mark.parametrize(
    ("handle", "said"),
    [
        ("nobody", "That is not a handle"),
        ("", "That is not a handle"),
        ("@x@nowhere.example", "Your server does not answer"),
        ("@me@silent.example", "Your server does not say where to go"),
    ],
)
async def test_what_leads_nowhere_is_said(
    world: World, visitor: Browser, handle: str, said: str
) -> None:
    status, text = await _sent(visitor, handle, person="alice")
    assert status == 422
    assert said in text
    assert "@alice@a.example" in text, "the address to copy is still there"


async def test_templates_that_are_no_addresses_of_pages_are_not_followed(
    world: World, visitor: Browser, homes: Homes
) -> None:
    homes["me@evil.example"] = {
        FOLLOW: "javascript:alert(1)",
        SUBSCRIBE: "data:text/html,{uri}",
        OBJECT: "https://{object}/",
    }
    status, text = await _sent(visitor, "me@evil.example", person="alice")
    assert status == 422
    assert "Your server does not say where to go" in text


async def test_a_visitor_cannot_make_us_ask_others_for_ever(world: World, visitor: Browser) -> None:
    for _ in range(20):
        assert (await _sent(visitor, "me@home.example", person="alice"))[0] == 200
    status, text = await _sent(visitor, "me@home.example", person="alice")
    assert status == 429
    assert "Too often" in text
    assert len(world.people.asked) == 20


async def test_a_form_of_another_page_asks_nobody(world: World, visitor: Browser) -> None:
    form = await visitor.page("/interact?person=alice")
    fields = {"handle": "me@home.example", "person": "alice"}
    for sent, origin in (
        ({**fields, "csrf": "wrong"}, BASE),
        (fields, BASE),
        ({**fields, "csrf": csrf(form)}, "https://evil.example"),
    ):
        assert (await visitor.send("/interact", sent, origin=origin)).status == 403
    assert world.people.asked == []


async def test_nothing_is_done_with_what_is_not_there_for_everybody(
    world: World, visitor: Browser
) -> None:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    draft = await world.draft(alice, bob, "Not yet")
    narrow = await world.post(alice, "For few", visibility="followers")
    for query in (
        f"post={draft}&what=like",
        f"post={narrow}&what=like",
        "post=9&what=like",
        "post=x&what=like",
        f"post={draft}",
        "post=&what=follow",
        "person=nobody",
        "",
    ):
        assert (await visitor.get(f"/interact?{query}")).status == 404, query


async def test_people_of_ours_come_back_with_what_they_saw_elsewhere(
    world: World, stranger: Browser, browsers: Browsers
) -> None:
    await _remote(world)
    number = await world.post(await _id(world, "alice"), "Hello")
    bob = await browsers("bob")
    for uri, path in (
        ("https://b.example/users/dora", "/@dora@b.example"),
        ("acct:dora@b.example", "/@dora@b.example"),
        ("@dora@b.example", "/@dora@b.example"),
        (f"{BASE}/notes/{number}", f"/@alice/{number}"),
    ):
        response = await bob.get("/authorize_interaction", params={"uri": uri})
        assert (response.status, response.headers.get("Location")) == (303, path), uri
    for uri in ("https://b.example/users/nobody", "javascript:alert(1)", "", "\0"):
        response = await bob.get("/authorize_interaction", params={"uri": uri})
        assert response.status == 404, uri
        assert "Nothing was found" in await response.text()
    asked = await stranger.get("/authorize_interaction?uri=acct:dora@b.example")
    assert asked.headers["Location"] == (
        "/auth/sign_in?next=/authorize_interaction?uri%3Dacct:dora@b.example"
    )


async def test_what_is_shared_stands_in_the_form(
    world: World, stranger: Browser, browsers: Browsers
) -> None:
    number = await world.post(await _id(world, "alice"), "Hello")
    bob = await browsers("bob")

    async def written(**query: str) -> str:
        response = await bob.get("/share", params=query)
        assert response.status == 303
        page = await bob.page(response.headers["Location"])
        return page.one("textarea", id="text").raw_text.strip()

    url = "https://c.example/article?a=b&c=d"
    assert await written(title="Tea & cake", text="Worth it: 좋아요", url=url) == (
        f"Tea & cake\n\nWorth it: 좋아요\n\n{url}"
    )
    assert await written(text=f"Look: {url}", url=url) == f"Look: {url}", "telephones say it twice"
    assert await written() == ""
    assert await written(text="Yes", reply_to=f"{BASE}/notes/{number}") == "@alice Yes"
    hidden = await world.post(await _id(world, "alice"), "To me", visibility="direct", alone=True)
    shared = await bob.get("/share", params={"text": "Yes", "reply_to": f"{BASE}/notes/{hidden}"})
    assert shared.headers["Location"] == "/write?text=Yes", "nothing tells that it is there"
    assert (await stranger.get("/share?text=Tea")).headers["Location"] == (
        "/auth/sign_in?next=/share?text%3DTea"
    )
