"""oEmbed: what other sites show for the address of a post of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as Xml

import micawber
import pytest

from tests.sites import BASE, World
from tests.web.conftest import Browser
from tests.web.markup import parse_page
from tests.web.test_feeds import co_tweet
from tests.web.test_routes import _id


async def document(browser: Browser, url: str, **query: str) -> dict[str, Any]:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    response = await browser.get(f"/api/oembed?url={quote(url, safe='')}{more}")
    assert response.status == 200, await response.text()
    assert response.content_type == "application/json"
    found: dict[str, Any] = await response.json()
    return found


async def test_a_page_leads_to_a_document_that_names_every_author(
    world: World, stranger: Browser
) -> None:
    post_id = await co_tweet(world, "Ours")
    page = await stranger.page(f"/@alice/{post_id}")
    href = page.one("link", type="application/json+oembed").attributes["href"]
    assert href.startswith(f"{BASE}/api/oembed?url=")
    response = await stranger.get(href.removeprefix(BASE))
    found = await response.json()
    assert found["version"] == "1.0"
    assert found["type"] == "rich"
    assert found["author_name"] == "Alice and Bob"
    assert [author["url"] for author in found["authors"]] == [f"{BASE}/@alice", f"{BASE}/@bob"]
    assert found["title"] == "Alice and Bob: Ours"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    quoted = parse_page(found["html"]).one("blockquote")
    assert quoted.attributes["cite"] == f"{BASE}/@alice/{post_id}"
    hrefs = [link.attributes["href"] for link in quoted.all("a")]
    assert hrefs == [f"{BASE}/@alice", f"{BASE}/@bob", f"{BASE}/@alice/{post_id}"]
    assert quoted.all("script") == quoted.all("iframe") == []


async def test_the_objects_id_and_any_width_will_do(world: World, stranger: Browser) -> None:
    post_id = await co_tweet(world)
    for width, given in (("300", 300), ("1", 220), ("99999", 600), ("x", 600), ("-1", 600)):
        found = await document(stranger, f"{BASE}/notes/{post_id}", maxwidth=width)
        assert found["width"] == given


async def test_behind_a_warning_nothing_but_the_warning_is_shown(
    world: World, stranger: Browser
) -> None:
    post_id = await world.post(await _id(world, "alice"), "Secret", summary="Careful")
    found = await document(stranger, f"{BASE}/@alice/{post_id}")
    assert found["title"] == "Alice: Careful"
    assert "Secret" not in str(found)
    assert "Careful" in found["html"]


async def test_there_is_nothing_to_embed_of_drafts_and_strangers(
    world: World, stranger: Browser
) -> None:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    draft = await world.draft(alice, bob, "Secret")
    for url in (
        f"{BASE}/@alice/{draft}",
        f"{BASE}/notes/{draft}",
        f"{BASE}/@alice/9",
        f"{BASE}/@alice",
        "https://b.example/@bob/1",
        f"{BASE}.evil.example/@alice/{draft}",
        "",
        "%00",
    ):
        response = await stranger.get(f"/api/oembed?url={quote(url, safe='')}")
        assert response.status == 404, url
        assert (await response.json())["error"] == "not_found"


async def test_the_same_is_there_as_xml(world: World, stranger: Browser) -> None:
    post_id = await co_tweet(world, "Ours <&>")
    page = await stranger.page(f"/@alice/{post_id}")
    href = page.one("link", type="text/xml+oembed").attributes["href"]
    response = await stranger.get(href.removeprefix(BASE))
    assert response.content_type == "text/xml"
    root = Xml.fromstring(await response.read())
    known = await document(stranger, f"{BASE}/@alice/{post_id}")
    read = {element.tag: element.text for element in root}
    assert read["author_name"] == known["author_name"] == "Alice and Bob"
    assert len(parse_page(str(read["html"])).all("blockquote")) == 1
    assert "authors" not in read, "oEmbed's XML has no lists"


async def test_a_consumer_of_others_shows_it(
    world: World, stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    post_id = await co_tweet(world)
    url = f"{BASE}/@alice/{post_id}"
    answer = json.dumps(await document(stranger, url))
    provider = micawber.Provider(f"{BASE}/api/oembed")
    monkeypatch.setattr(provider, "fetch", lambda _: answer)
    registry = micawber.ProviderRegistry()
    registry.register(rf"{BASE}/@\S+", provider)
    shown = micawber.parse_text(f"Look:\n{url}", registry)
    assert [link.text for link in parse_page(shown).all("a")][-3:-1] == ["Alice", "Bob"]


async def test_another_form_is_not_made(stranger: Browser) -> None:
    assert (await stranger.get("/api/oembed?url=x&format=yaml")).status == 501
