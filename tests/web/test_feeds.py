"""Feeds over real HTTP: every author named, what is hidden left out, copies kept no longer than
they are true."""

from __future__ import annotations

import json
from xml.etree import ElementTree as Xml

import pytest

from fedi_cotweet.services import profiles
from fedi_cotweet.services.views import AuthorView, PostView
from fedi_cotweet.web.syndication import FORMATS, Feed
from storage.queries import post_authors, posts
from tests.sites import BASE, World
from tests.web.cast import ALICE, BOB, CAROL, INSTANCE, NOW, picture, post
from tests.web.conftest import Browser
from tests.web.test_routes import _id

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
FORMS = ("rss", "atom", "json")
HOSTILE = "<script>\x01alert('&')\ufffe</script>\x00]]>"


def feed(*found: PostView, next_before: str | None = None) -> Feed:
    return Feed("Title", "About", "/@alice", "/@alice", found, next_before, (ALICE,))


def named(form: str, *people: AuthorView) -> list[str]:
    """How a feed names them."""
    split = [(one.name, *one.handle.split("@")) for one in people]
    if form == "rss":
        return [f"{name} ({host}/@{user})" for name, user, host in split]
    return [f"{name} (@{user}@{host})" for name, user, host in split]


def entries(form: str, body: bytes) -> list[tuple[str, list[str]]]:
    """(id, names of its authors) of all entries."""
    if form == "json":
        return [
            (item["id"], [author["name"] for author in item["authors"]])
            for item in json.loads(body)["items"]
        ]
    root = Xml.fromstring(body)
    if form == "rss":
        return [
            (item.findtext("guid") or "", [e.text or "" for e in item.findall(f"{DC}creator")])
            for item in root.iter("item")
        ]
    return [
        (
            item.findtext(f"{ATOM}id") or "",
            [e.findtext(f"{ATOM}name") or "" for e in item.findall(f"{ATOM}author")],
        )
        for item in root.iter(f"{ATOM}entry")
    ]


@pytest.mark.parametrize("form", FORMS)
def test_every_author_is_named_in_order(form: str) -> None:
    co_tweet = post(ALICE, BOB, CAROL)
    [(uri, authors)] = entries(form, FORMATS[form](feed(co_tweet), INSTANCE))
    assert uri == co_tweet.uri
    assert authors == named(form, ALICE, BOB, CAROL)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_that_others_write_breaks_a_feed(form: str) -> None:
    attack = post(ALICE, text=HOSTILE, summary=HOSTILE, language=HOSTILE, uri=HOSTILE)
    body = FORMATS[form](feed(attack), INSTANCE)
    [(uri, _)] = entries(form, body)
    assert "script" in uri
    assert b"<script>" not in body.replace(b'"<script>', b"") or form == "json"


def test_the_words_of_a_warning_come_first_and_its_pictures_not_at_all() -> None:
    item = post(ALICE, text="Inside", summary="Outside", sensitive=True, media=(picture(),))
    [shown] = json.loads(FORMATS["json"](feed(item), INSTANCE))["items"]
    assert shown["title"] == "Alice Marlowe: Outside"
    assert shown["content_html"].startswith("<p><strong>Outside</strong></p>")
    assert "attachments" not in shown
    assert b"enclosure" not in FORMATS["atom"](feed(item), INSTANCE)
    assert b"media:content" not in FORMATS["rss"](feed(item), INSTANCE)


def test_pictures_and_changes_are_told() -> None:
    item = post(ALICE, media=(picture(alt="A pie"),), updated_at=NOW + 60_000)
    rss = Xml.fromstring(FORMATS["rss"](feed(item), INSTANCE))
    [content] = list(rss.iter(f"{MEDIA}content"))
    assert content.attrib["url"].startswith("https://a.example/media/")
    assert content.findtext(f"{MEDIA}description") == "A pie"
    [shown] = json.loads(FORMATS["json"](feed(item), INSTANCE))["items"]
    assert shown["date_modified"] > shown["date_published"]
    atom = Xml.fromstring(FORMATS["atom"](feed(item), INSTANCE))
    assert atom.findtext(f"{ATOM}updated") == shown["date_modified"]


def test_older_entries_are_one_link_away() -> None:
    older = "https://a.example/@alice.{}?before=7"
    page = feed(post(ALICE), next_before="7")
    assert json.loads(FORMATS["json"](page, INSTANCE))["next_url"] == older.format("json")
    for form in ("rss", "atom"):
        root = Xml.fromstring(FORMATS[form](page, INSTANCE))
        [following] = [e for e in root.iter(f"{ATOM}link") if e.get("rel") == "next"]
        assert following.get("href") == older.format(form)


async def texts(browser: Browser, path: str) -> list[str]:
    response = await browser.get(path)
    assert response.status == 200, await response.text()
    return [item["title"] for item in (await response.json(content_type=None))["items"]]


async def co_tweet(world: World, text: str = "Ours #tea") -> int:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    post_id = await world.draft(alice, bob, text)
    await world.agree(post_id)
    return post_id


async def test_a_co_tweet_stands_in_the_feed_of_every_author_and_tag(
    world: World, stranger: Browser
) -> None:
    assert await texts(stranger, "/@alice.json") == []
    await co_tweet(world)
    for path in ("/@alice.json", "/@bob.json", "/tags/tea.json", "/tags/TEA.json"):
        assert await texts(stranger, path) == ["Alice and Bob: Ours #tea"], path
    page = await stranger.page("/@bob")
    assert [link.attributes["href"] for link in page.all("link", rel="alternate")][1:] == [
        "/@bob.rss",
        "/@bob.atom",
        "/@bob.json",
    ]


async def test_who_hides_it_has_it_in_no_feed(world: World, stranger: Browser) -> None:
    post_id, env = await co_tweet(world), world.site.env
    bob = await _id(world, "bob")
    await world.site.write(lambda tx: profiles.hide(tx, env, bob, posts.post(tx, post_id)))
    assert await texts(stranger, "/@bob.json") == []
    assert len(await texts(stranger, "/@alice.json")) == 1


@pytest.mark.parametrize("form", FORMS)
async def test_who_has_the_same_already_gets_no_copy(
    world: World, stranger: Browser, form: str
) -> None:
    post_id = await co_tweet(world)
    path = f"/@bob.{form}"
    first = await stranger.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=180"
    assert first.headers["Last-Modified"].endswith("GMT")
    held = {"If-None-Match": f'"other", W/{first.headers["ETag"]}'}
    same = await stranger.get(path, headers=held)
    assert (same.status, await same.read()) == (304, b"")
    assert same.headers["ETag"] == first.headers["ETag"]
    # Bob's name goes: nothing is newer, and still the copy is old.
    await world.site.write(
        lambda tx: post_authors.remove_author(tx, post_id, f"{BASE}/users/bob"),
    )
    since = {**held, "If-Modified-Since": first.headers["Last-Modified"]}
    after = await stranger.get(path, headers=since)
    assert after.status == 200
    assert entries(form, await after.read()) == []


@pytest.mark.parametrize(
    "path",
    ["/@nobody.rss", "/@alice.xml", "/@alice@b.example.rss", "/tags/a%20b.rss", "/@instance.rss"],
)
async def test_there_is_no_feed_of_nobody(stranger: Browser, path: str) -> None:
    assert (await stranger.get(path)).status == 404


async def test_a_feed_is_the_same_for_whoever_asks(world: World, stranger: Browser) -> None:
    await co_tweet(world)
    response = await stranger.get("/@alice.atom")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Robots-Tag"] == "noindex, noarchive"
    assert "Vary" not in response.headers
