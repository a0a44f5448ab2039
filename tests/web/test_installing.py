"""What browsers and search engines ask of the whole site."""

from __future__ import annotations

import io
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as Xml

from PIL import Image

from fedi_cotweet.services import profiles
from storage.queries import actors
from tests.sites import BASE, World
from tests.web.conftest import Browser
from tests.web.test_routes import Browsers, _id

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


async def _listed(world: World, username: str) -> None:
    account = await _id(world, username)
    await world.site.write(
        lambda tx: profiles.set_searchable(tx, world.site.env, account, "yes"),
    )


async def test_the_sitemap_names_only_who_wants_to_be_found(
    world: World, stranger: Browser
) -> None:
    async def addresses() -> list[str]:
        response = await stranger.get("/sitemap.xml")
        assert response.content_type == "application/xml"
        return [
            str(one.text) for one in Xml.fromstring(await response.read()).iter(f"{SITEMAP}loc")
        ]

    assert await addresses() == [f"{BASE}/"]
    await _listed(world, "alice")
    assert await addresses() == [f"{BASE}/", f"{BASE}/@alice"]
    alice, now = await _id(world, "alice"), world.clock.now
    await world.site.write(lambda tx: actors.set_suspended(tx, alice, now))
    assert await addresses() == [f"{BASE}/"]


async def test_robots_may_read_pages_and_nothing_that_is_ones_own(
    world: World, stranger: Browser
) -> None:
    response = await stranger.get("/robots.txt")
    assert response.content_type == "text/plain"
    rules = RobotFileParser()
    rules.parse((await response.text()).splitlines())
    assert rules.site_maps() == [f"{BASE}/sitemap.xml"]
    for path in ("/", "/@alice", "/@alice/1", "/tags/tea", "/@alice.rss"):
        assert rules.can_fetch("Somebot", path), path
        assert not rules.can_fetch("GPTBot", path), path
    for path in ("/home", "/settings/security", "/interact?person=alice", "/search?q=x", "/share"):
        assert not rules.can_fetch("Somebot", path), path
    assert "alice" not in await response.text(), "no list of those who do not want to be listed"


async def test_pages_of_who_does_not_want_it_say_noindex_and_a_co_tweet_asks_all(
    world: World, stranger: Browser
) -> None:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    own = await world.post(alice, "Alone")
    ours = await world.draft(alice, bob, "Ours")
    await world.agree(ours)

    async def kept_out(path: str) -> bool:
        return bool((await stranger.page(path)).all("meta", name="robots"))

    paths = ["/@alice", f"/@alice/{own}", f"/@alice/{ours}", "/@bob"]
    assert [await kept_out(path) for path in paths] == [True] * 4
    await _listed(world, "alice")
    assert [await kept_out(path) for path in paths] == [False, False, True, True]
    await _listed(world, "bob")
    assert [await kept_out(path) for path in paths] == [False] * 4


async def test_the_site_can_be_installed_and_shared_to(world: World, stranger: Browser) -> None:
    page = await stranger.page("/")
    response = await stranger.get(page.one("link", rel="manifest").attributes["href"])
    assert response.content_type == "application/manifest+json"
    manifest = await response.json()
    assert manifest["name"] == "Reading Room"
    assert manifest["share_target"]["action"] == "/share"
    touch = page.one("link", rel="apple-touch-icon").attributes["href"]
    for icon in [*manifest["icons"], {"src": touch, "sizes": "180x180", "type": "image/png"}]:
        found = await stranger.get(icon["src"])
        assert (found.status, found.content_type) == (200, icon["type"]), icon
        if icon["type"] == "image/png":
            with Image.open(io.BytesIO(await found.read())) as picture:
                assert "x".join(map(str, picture.size)) == icon["sizes"]


async def test_browsers_learn_how_to_search_here(world: World, stranger: Browser) -> None:
    link = (await stranger.page("/")).one("link", rel="search")
    response = await stranger.get(link.attributes["href"])
    assert response.content_type == link.attributes["type"]
    root = Xml.fromstring(await response.read())
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert root.tag == f"{space}OpenSearchDescription"
    url = root.find(f"{space}Url")
    assert url is not None
    assert url.attrib["template"] == f"{BASE}/search?q={{searchTerms}}"
    assert str(root.findtext(f"{space}ShortName")) == "Reading Room"


async def test_every_page_says_the_address_that_it_is_known_by(
    world: World, stranger: Browser, browsers: Browsers
) -> None:
    number = await world.post(await _id(world, "alice"), "Hello #tea")
    alice = await browsers("alice")
    for path, known in (
        ("/?before=99", "/"),
        ("/@ALICE", "/@alice"),
        (f"/@alice/{number}", f"/@alice/{number}"),
        ("/tags/TEA", "/tags/tea"),
        ("/search?q=x", "/search"),
        ("/home", "/home"),
        ("/settings/privacy", "/settings/privacy"),
    ):
        page = await alice.page(path)
        [link] = page.all("link", rel="canonical")
        assert link.attributes["href"] == f"{BASE}{known}"
    missing = await stranger.page("/@nobody", status=404)
    assert missing.all("link", rel="canonical") == []
