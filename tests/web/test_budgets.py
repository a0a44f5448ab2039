"""What pages weigh: nobody waits for more than they came to read.

``make bench-pages`` measures how soon they appear.
"""

from __future__ import annotations

import random

from benchmarks.pages import MOST_OCTETS, MOST_SCRIPT, MOST_STYLES
from tests.browser.page_list import examples
from tests.sites import World
from tests.web.conftest import HTML, Browser
from tests.web.markup import parse_page
from tests.web.shown import values_of
from tests.web.test_routes import Browsers, _id

GZIP = HTML | {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}
POSTS = 20
WORDS = ("tea", "bread", "river", "map", "garden", "code", "train", "letter", "window", "winter")


async def weight(browser: Browser, path: str) -> int:
    """Octets of an answer as they are sent."""
    answer = await browser.get(path, headers=GZIP)
    assert answer.status == 200, path
    return int(answer.headers["Content-Length"])


async def test_home_with_twenty_posts_is_light(world: World, browsers: Browsers) -> None:
    me, chance = await _id(world, "alice"), random.Random(6)
    for _ in range(POSTS):
        await world.post(me, " ".join(chance.choices(WORDS, k=40)))
    alice = await browsers("alice")
    page = await alice.page("/home")
    assert len(page.all("article")) == POSTS
    paths = [link.attributes["href"] for link in page.all("link", rel="stylesheet")]
    paths += [
        script.attributes["src"] for script in page.all("script") if "src" in script.attributes
    ]
    paths.append(page.one("link", rel="manifest").attributes["href"])
    sizes = {path: await weight(alice, path) for path in ("/home", *paths)}
    assert sum(sizes.values()) < MOST_OCTETS, sizes


async def test_every_page_has_one_style_sheet_and_little_script(
    world: World, stranger: Browser, browsers: Browsers
) -> None:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    values = await values_of(world, alice, bob)
    people = {"alice": await browsers("alice"), "": stranger}
    seen = 0
    for one in examples(values):
        answer = await people[one.who].get(one.path, headers=GZIP)
        if answer.status != 200:
            continue
        page = parse_page(await answer.text())
        assert len(page.all("link", rel="stylesheet")) <= MOST_STYLES, one
        scripts = [script.attributes.get("src") for script in page.all("script")]
        assert sum([await weight(stranger, path) for path in scripts if path]) <= MOST_SCRIPT, one
        assert int(answer.headers["Content-Length"]) < MOST_OCTETS, one
        seen += 1
    assert seen > 60
