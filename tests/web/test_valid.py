"""Pages are HTML without a fault, and feeds are what their specifications say and readers read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import feedparser
import html5lib
import pytest

from fedi_cotweet.services.views import AuthorView
from fedi_cotweet.web.syndication import FORMATS, Feed
from tests.sites import World
from tests.web.cast import ALICE, BOB, CAROL, INSTANCE, NOW, person, picture, post
from tests.web.conftest import Browser
from tests.web.feed_rules import check_atom, check_json, check_rss
from tests.web.test_feeds import HOSTILE, co_tweet, named
from tests.web.test_pages import every_page
from tests.web.test_routes import _id


def faults(html: str) -> list[str]:
    """What the parsing algorithm of the HTML standard has to mend."""
    parser = html5lib.HTMLParser()
    parser.parse(html)
    return [f"{code} at {place}: {data}" for place, code, data in parser.errors]


def test_a_fault_is_seen() -> None:
    assert faults("<!doctype html><title>x</title><p>x</div>")
    assert faults("<!doctype html><title>x</title><p a a=1>x")


@pytest.mark.parametrize("name", sorted(every_page()))
def test_no_view_makes_a_page_that_has_to_be_mended(name: str) -> None:
    html = every_page()[name]
    assert faults(html) == []


def feed(*authors: AuthorView) -> Feed:
    """With everything that a feed can hold."""
    files = (
        picture(size=2_048),
        picture(url="/media/two.mp3", media_type="audio/mpeg", size=9, alt=""),
        picture(url="/media/three.bin", media_type="application/x-other"),
    )
    posts = (
        post(ALICE, BOB, CAROL, media=files, updated_at=NOW + 60_000),
        post(ALICE, id="43", uri="https://a.example/notes/43", summary="Careful", sensitive=True),
        post(
            BOB,
            id="44",
            uri="https://b.example/notes/44",
            text=HOSTILE,
            content="<p>fine</p>",
            language="x y",
        ),
    )
    return Feed("Title", "About", "/@alice", "/@alice", posts, "7", authors or (ALICE,))


MALLORY = person("Mallory", "m.example", name=HOSTILE, url="javascript:alert(1)")


@pytest.mark.parametrize(
    "shown",
    [
        feed(),
        replace(feed(), authors=(), posts=(), next_before=None),
        replace(feed(), title=HOSTILE, description=HOSTILE, posts=(post(MALLORY),)),
    ],
    ids=["full", "empty", "hostile"],
)
def test_feeds_are_valid(shown: Feed) -> None:
    check_atom(FORMATS["atom"](shown, INSTANCE))
    check_rss(FORMATS["rss"](shown, INSTANCE))
    check_json(json.loads(FORMATS["json"](shown, INSTANCE)))


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_reader_of_others_reads_them(form: str) -> None:
    read: Any = feedparser.parse(FORMATS[form](feed(), INSTANCE))
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == {"rss": "rss20", "atom": "atom10"}[form]
    assert read.feed.title == "Title"
    first, second, third = read.entries
    assert [one.name for one in first.authors] == named(form, ALICE, BOB, CAROL)
    assert first.link == "https://a.example/@alice/42"
    assert first.updated_parsed > first.published_parsed
    shown = {one.href: one.get("length") for one in first.enclosures}
    assert shown["https://a.example/media/one.jpg"] == "2048"
    assert second.title == "Alice Marlowe: Careful"
    assert not second.enclosures
    assert "script" not in str(third.content if form == "atom" else third.summary)


async def test_what_is_served_is_valid_too(world: World, stranger: Browser) -> None:
    await co_tweet(world)
    picture_of = await world.picture(await _id(world, "alice"))
    assert picture_of.size
    for path in ("/@alice", "/@bob", "/tags/tea", "/tags/nothing"):
        check_atom(await (await stranger.get(f"{path}.atom")).read())
        check_rss(await (await stranger.get(f"{path}.rss")).read())
        check_json(await (await stranger.get(f"{path}.json")).json(content_type=None))
