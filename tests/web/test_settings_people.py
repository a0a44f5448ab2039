"""Settings: follows, followers, blocks, mutes, servers, and such lists as files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import aiohttp
import pytest

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import accounts, bookmarks, importing, lists, people_lists
from fedi_cotweet.services.accounts import find_actor
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, follows, imports, posts, relations
from tests.sites import BASE, World
from tests.web.conftest import HTML, Browser, csrf
from tests.web.markup import Element, parse_page

Browsers = Callable[[str], Awaitable[Browser]]


async def _id(world: World, username: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, username))
    assert account is not None
    return account.id


async def _send(browser: Browser, page: str, path: str = "", **fields: str) -> Element:
    token = csrf(await browser.page(f"/settings/{page}"))
    response = await browser.send(f"/settings/{path or page}", {"csrf": token, **fields})
    if response.status == 303:
        return await browser.page(response.headers["Location"])
    return parse_page(await response.text())


async def test_somebody_is_followed_and_let_go(world: World, browsers: Browsers) -> None:
    alice, me, bob = await browsers("alice"), await _id(world, "alice"), await _id(world, "bob")
    page = await _send(alice, "following", who="@bob")
    assert "You follow them now." in page.text
    assert "@bob@a.example" in page.text
    assert await world.site.read(lambda tx: follows.follows(tx, me, bob))
    page = await _send(alice, "following", "following/remove", person=str(bob))
    assert "You follow nobody yet." in page.text
    again = await _send(alice, "following", who="@nobody here")
    assert "is no handle" in again.one("p", role="alert").text
    assert again.one("input", name="who").attributes["value"] == "@nobody here"


@pytest.mark.parametrize("page", ["following", "blocks", "mutes"])
@pytest.mark.parametrize("who", ["", " @ "])
async def test_a_form_for_somebody_that_names_nobody_says_so(
    browsers: Browsers, page: str, who: str
) -> None:
    told = (await _send(await browsers("alice"), page, who=who)).one("p", role="alert").text
    assert "It does not say whom you mean." in told
    assert "“" not in told


async def test_followers_are_answered_and_removed(world: World, browsers: Browsers) -> None:
    alice, bob = await browsers("alice"), await browsers("bob")
    me, other = await _id(world, "alice"), await _id(world, "bob")
    env = world.site.env
    await world.site.write(lambda tx: accounts.set_locked(tx, env, me, True))

    async def followed() -> bool:
        return await world.site.read(lambda tx: follows.follows(tx, other, me))

    assert "They are asked" in (await _send(bob, "following", who="@alice")).text
    asked = (await bob.page("/settings/following")).one("section", aria_labelledby="asked")
    assert "@alice@a.example Take it back" in asked.text
    waiting = (await alice.page("/settings/followers")).one("section", aria_labelledby="waiting")
    assert "@bob@a.example" in waiting.text
    await _send(alice, "followers", "requests/reject", person=str(other))
    assert not await followed()
    await _send(bob, "following", who="@alice")
    await _send(alice, "followers", "requests/accept", person=str(other))
    assert await followed()
    page = await _send(alice, "followers", "followers/remove", person=str(other))
    assert "Nobody follows you yet." in page.text
    assert not await followed()
    answered = await _send(alice, "followers", "requests/accept", person=str(other))
    assert answered.one("h1").text == "There is nothing here"


async def test_blocks_mutes_and_servers_are_made_and_taken_back(
    world: World, browsers: Browsers
) -> None:
    alice, me, bob = await browsers("alice"), await _id(world, "alice"), await _id(world, "bob")
    now = world.clock.now
    assert "@bob@a.example" in (await _send(alice, "blocks", who="@bob")).text
    assert await world.site.read(lambda tx: relations.block_between(tx, me, bob))
    await _send(alice, "blocks", "blocks/remove", person=str(bob))
    assert await world.site.read(lambda tx: relations.block_between(tx, me, bob)) is None
    page = await _send(alice, "mutes", who="@bob", lasts="7d", hears="on")
    [mute] = await world.site.read(lambda tx: relations.mutes_by(tx, me, now))
    assert (mute.until, mute.hides_notices) == (now + 7 * DAY, False)
    assert "until" in page.one("section", aria_label="Mutes").text
    assert "You mute nobody." in (await _send(alice, "mutes", "mutes/remove", person=str(bob))).text
    assert "spam.example" in (await _send(alice, "servers", host="Spam.example")).text
    again = await _send(alice, "servers", host="a.example")
    assert "this very server" in again.one("p", role="alert").text
    page = await _send(alice, "servers", "servers/remove", host="spam.example")
    assert "You block no server." in page.text


async def test_long_lists_have_pages(world: World, browsers: Browsers) -> None:
    alice, me, env = await browsers("alice"), await _id(world, "alice"), world.site.env
    for number in range(41):
        other = await world.account(f"p{number}")
        await world.site.write(
            lambda tx, other=other: relations.add_block(  # type: ignore[misc]
                tx, id=env.new_id(), actor_id=me, target_id=other, uri=None, created_at=1
            )
        )
    first = await alice.page("/settings/blocks")
    assert len(first.one("section", aria_label="Blocks").all("li")) == 40
    rest = await alice.page("/settings/blocks" + first.one("a", rel="next").attributes["href"])
    assert [entry.text for entry in rest.one("section", aria_label="Blocks").all("li")] == [
        "P p0 @p0@a.example Unblock @p0@a.example"
    ]


async def _bring(browser: Browser, kind: str, text: str | bytes, how: str = "merge") -> Element:
    form = aiohttp.FormData(default_to_multipart=True)
    token = csrf(await browser.page("/settings/transfer"))
    for name, value in {"csrf": token, "kind": kind, "how": how}.items():
        form.add_field(name, value)
    octets = text if isinstance(text, bytes) else text.encode()
    form.add_field("file", octets, filename="list.csv", content_type="text/csv")
    response = await browser.http.post(
        "/settings/transfer", data=form, headers=HTML | {"Origin": BASE}, allow_redirects=False
    )
    if response.status == 303:
        return await browser.page(response.headers["Location"])
    return parse_page(await response.text())


async def _work_off(world: World, account_id: int) -> None:
    """What the job does, with the people and posts that are here."""

    def step(tx: Tx) -> bool:
        row = imports.next_row(tx, account_id)
        if row is None:
            return False
        found: Actor | Post | None = None
        if row.kind == "bookmarks":
            found = posts.post_by_uri(tx, row.address)
        elif row.kind != "domain_blocks":
            found = actors.actor_by_handle(tx, *row.address.split("@"))
        importing.take(tx, world.site.env, row, found)
        return True

    while await world.site.write(step):
        pass


async def _csv(world: World, account_id: int, kind: str) -> str:
    env = world.site.env
    return await world.site.read(lambda tx: people_lists.export(tx, env, account_id, kind))


async def test_a_follow_list_is_brought_merged_and_put_in_place(
    world: World, browsers: Browsers
) -> None:
    alice, me = await browsers("alice"), await _id(world, "alice")
    for name in ("carol", "dora"):
        await world.account(name)
    head = "Account address,Show boosts,Notify on new posts,Languages\n"
    page = await _bring(
        alice, "following", head + 'bob@a.example,false,true,"en, fr"\nno_one@a.example,true,,\n'
    )
    assert "Your list is being worked off" in page.text
    assert "2 rows wait" in page.text
    await _work_off(world, me)
    page = await alice.page("/settings/transfer")
    assert "no_one@a.example" in page.one("ul", class_="failed-rows").text
    await _bring(alice, "following", head + "carol@a.example,true,false,\n")
    await _work_off(world, me)
    both = head + 'bob@a.example,false,true,"en, fr"\ncarol@a.example,true,false,\n'
    assert await _csv(world, me, "following") == both
    await _bring(alice, "following", "dora@a.example\nCAROL@a.example\n", "overwrite")
    await _work_off(world, me)
    assert await _csv(world, me, "following") == (
        head + "carol@a.example,true,false,\ndora@a.example,true,false,\n"
    )
    file = await alice.get("/settings/transfer/following.csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="following.csv"'
    assert await file.text() == await _csv(world, me, "following")
    assert (await alice.get("/settings/transfer/secrets.csv")).status == 422


async def test_other_lists_are_brought_and_put_in_place(world: World, browsers: Browsers) -> None:
    alice, me, bob = await browsers("alice"), await _id(world, "alice"), await _id(world, "bob")
    env, carol = world.site.env, await world.account("carol")
    post = await world.post(bob, "Keep me")
    other = await world.post(bob, "Keep me not")
    uri = f"{BASE}/notes/{post}"
    files: Mapping[str, str] = {
        "following": "bob@a.example\ncarol@a.example\n",
        "lists": "Tea,bob@a.example\nTea,carol@a.example\nCoffee,carol@a.example\n",
        "bookmarks": f"{uri}\nnonsense\n",
        "mutes": "Account address,Hide notifications\nbob@a.example,false\n",
        "domain_blocks": "spam.example\n",
    }
    await world.site.write(lambda tx: bookmarks.keep(tx, env, me, other))
    for kind, text in files.items():
        await _bring(alice, kind, text)
    await _work_off(world, me)
    written = {kind: await _csv(world, me, kind) for kind in files}
    assert written["lists"] == files["lists"]
    assert written["bookmarks"].splitlines() == [f"{BASE}/notes/{other}", uri]
    assert written["mutes"] == files["mutes"]
    await _bring(alice, "lists", "Tea,carol@a.example\n", "overwrite")
    await _bring(alice, "bookmarks", uri, "overwrite")
    await _bring(alice, "mutes", "carol@a.example", "overwrite")
    await _bring(alice, "domain_blocks", "other.example", "overwrite")
    await _bring(alice, "blocks", "bob@a.example", "overwrite")
    await _work_off(world, me)
    assert await _csv(world, me, "lists") == "Tea,carol@a.example\n"
    assert await _csv(world, me, "bookmarks") == f"{uri}\n"
    assert await _csv(world, me, "mutes") == (
        "Account address,Hide notifications\ncarol@a.example,true\n"
    )
    assert await _csv(world, me, "domain_blocks") == "other.example\n"
    assert await _csv(world, me, "blocks") == "bob@a.example\n"
    [tea] = await world.site.read(lambda tx: lists.show_all(tx, env, me))
    assert [one.uri for one in tea.members] == [
        (await world.site.read(lambda tx: find_actor(tx, carol))).uri
    ]


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("following", "nothing\n", "no address"),
        ("secrets", "bob@a.example\n", "The lists are"),
        ("blocks", "", "No file was chosen"),
        ("blocks", b"\xff\xfe", "no text in UTF-8"),
    ],
)
async def test_what_is_no_list_is_refused(
    browsers: Browsers, kind: str, text: str | bytes, why: str
) -> None:
    page = await _bring(await browsers("alice"), kind, text)
    assert why in page.one("p", role="alert").text
