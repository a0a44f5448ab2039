"""Changing and deleting one's posts on the pages; co-authors see the change first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientResponse, FormData

from fedi_cotweet.services import authoring, source_texts
from fedi_cotweet.services.posts import create_post
from fedi_cotweet.services.words import Words
from storage.queries import actors, posts
from tests.sites import BASE, World
from tests.web.conftest import HTML, Browser, csrf
from tests.web.markup import Element, parse_page

Browsers = Callable[[str], Awaitable[Browser]]


async def _id(world: World, username: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, username))
    assert account is not None
    return account.id


def _fields(page: Element, path: str) -> dict[str, str]:
    [form] = [f for f in page.all("form") if f.attributes.get("action") == path]
    found = {
        field.attributes["name"]: field.attributes.get("value", "")
        for field in form.all("input")
        if field.attributes.get("type") not in ("checkbox", "file")
    }
    return found | {field.attributes["name"]: field.text for field in form.all("textarea")}


async def _send(browser: Browser, path: str, fields: dict[str, str]) -> ClientResponse:
    form = FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    headers = HTML | {"Origin": BASE}
    return await browser.http.post(path, data=form, headers=headers, allow_redirects=False)


async def test_a_post_is_changed_and_keeps_what_was_left_alone(
    world: World, browsers: Browsers
) -> None:
    me = await _id(world, "alice")
    picture = await world.picture(me, alt="A lake")
    number = await world.post(me, "Tea?", media_ids=(picture.id,))
    alice, path = await browsers("alice"), f"/posts/{number}/edit"
    assert path in [link.attributes.get("href") for link in (await alice.page("/@alice")).all("a")]
    fields = _fields(await alice.page(path), path)
    assert fields["text"] == "Tea?"
    assert fields[f"media-{picture.id}"] == "A lake"
    changed = fields | {"text": "Tea, please", f"media-{picture.id}": "A lake at dawn"}
    shown = parse_page(await (await _send(alice, path, changed | {"step": "preview"})).text())
    assert "As readers will see it" in shown.text
    assert shown.all("img")[-1].attributes["alt"] in ("A lake at dawn", "")
    done = await _send(alice, path, changed | {"step": "send"})
    assert (done.status, done.headers["Location"]) == (303, f"/@alice/{number}")
    text = (await alice.page(f"/@alice/{number}")).text
    assert "Tea, please" in text
    assert "edited" in text
    await _send(alice, path, changed | {f"drop-{picture.id}": "on", "step": "send"})
    assert not [
        i for i in (await alice.page(f"/@alice/{number}")).all("img") if i.attributes["alt"]
    ]


async def test_a_change_that_cannot_be_keeps_what_was_typed(
    world: World, browsers: Browsers
) -> None:
    number = await world.post(await _id(world, "alice"), "Tea?")
    alice, path = await browsers("alice"), f"/posts/{number}/edit"
    fields = _fields(await alice.page(path), path) | {"text": " ", "summary": "Hm", "step": "send"}
    refused = await _send(alice, path, fields)
    page = parse_page(await refused.text())
    assert refused.status == 422
    assert "The post is empty." in page.text
    assert _fields(page, path)["summary"] == "Hm"


async def test_a_change_of_a_co_tweet_is_offered_after_it_was_seen(
    world: World, browsers: Browsers
) -> None:
    me, other = await _id(world, "alice"), await _id(world, "bob")
    number = await world.draft(me, other, "We like tea")
    await world.deliver_offers(number)
    await world.agree(number)
    alice, path = await browsers("alice"), f"/posts/{number}/edit"
    fields = _fields(await alice.page(path), path) | {"text": "We like cake"}
    unseen = await _send(alice, path, fields | {"step": "send"})
    page = parse_page(await unseen.text())
    assert unseen.status == 200, "what was not shown is not offered"
    assert "Until all have, the post stays as it is." in page.text
    offered = await _send(alice, path, _fields(page, path) | {"step": "send"})
    assert offered.headers["Location"] == f"/together/{number}?done=edit"
    post = await world.site.read(lambda tx: posts.post(tx, number))
    assert post is not None
    assert "tea" in post.content, "nothing changes before bob agrees"


async def test_a_post_is_deleted_after_a_question(world: World, browsers: Browsers) -> None:
    number = await world.post(await _id(world, "alice"), "Tea?")
    alice, path = await browsers("alice"), f"/posts/{number}/delete"
    asked = await alice.page(path)
    assert "Delete this post?" in asked.text
    assert "Tea?" in asked.text
    done = await alice.send(path, {"csrf": csrf(asked)})
    assert (done.status, done.headers["Location"]) == (303, "/@alice")
    await alice.page(f"/@alice/{number}", status=410)


@pytest.mark.parametrize("what", ["edit", "delete"])
async def test_nobody_changes_posts_of_others(
    world: World, browsers: Browsers, stranger: Browser, what: str
) -> None:
    number = await world.post(await _id(world, "alice"), "Tea?")
    bob, path = await browsers("bob"), f"/posts/{number}/{what}"
    await bob.page(path, status=404)
    token = csrf(await bob.page("/home"))
    if what == "delete":
        assert (await bob.send(path, {"csrf": token})).status in (403, 404)
        assert (await bob.send(path, {"csrf": "wrong"})).status == 403
    else:
        assert (await _send(bob, path, {"csrf": token, "text": "x", "step": "send"})).status == 404
        assert (await _send(bob, path, {"csrf": "wrong", "text": "x"})).status == 403
    assert (await stranger.get(path)).headers["Location"].startswith("/auth/sign_in")
    assert path not in str([a.attributes.get("href") for a in (await bob.page("/@alice")).all("a")])


TYPED = (
    "Hi @dora@b.example and @bob,\nsee https://c.example/a?b=1&c=2 #tea\n\n<b>Bold</b> & @nobody"
)


async def test_the_text_to_edit_names_people_whole_and_makes_the_same_post_again(
    world: World,
) -> None:
    site, now, uri = world.site, world.clock.now, "https://b.example/users/dora"
    values = {
        "id": site.env.new_id(),
        "uri": uri,
        "kind": "Person",
        "username": "dora",
        "host": "b.example",
        "local": False,
        "name": "Dora",
        "url": "https://b.example/@dora",
        "inbox": f"{uri}/inbox",
        "created_at": now,
        "fetched_at": now,
    }
    await site.write(lambda tx: actors.save_actor(tx, values, [], now))
    first = await authoring.compose_text(site, TYPED)
    assert len(first.mentioned) == 2
    said, me = Words(first), await _id(world, "alice")
    number = await site.write(lambda tx: create_post(tx, site.env, me, said))
    post = await site.read(lambda tx: posts.post(tx, number))
    assert post is not None
    text = await site.read(lambda tx: source_texts.of(tx, site.env, post))
    assert text == TYPED
    assert await authoring.compose_text(site, text) == first
