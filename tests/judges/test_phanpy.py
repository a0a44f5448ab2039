"""Phanpy, a web app for Mastodon, in a real browser against a server of ours.

``PHANPY_BUILT`` names the folder of a built Phanpy, ``PHANPY_PICTURES`` one for pictures of what
it showed, to be looked at.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.federation.pictures import png
from tests.judges.phanpy_scene import HOST, Person, Scene, open_scene
from tests.servers import eventually

pytestmark = pytest.mark.timeout(600)

BUILT = os.environ.get("PHANPY_BUILT", "")
PICTURES = os.environ.get("PHANPY_PICTURES", "")
PROFILES_FORM = "input[name=display_name]"
COMPOSER = "#compose-container textarea"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """alice and bob follow each other; alice has Phanpy before her."""
    if not BUILT:
        pytest.skip("PHANPY_BUILT names no folder of a built Phanpy")
    pictures = Path(PICTURES) if PICTURES else None
    async with open_scene(tmp_path, Path(BUILT), pictures) as opened:
        yield opened


async def test_a_day_with_phanpy(scene: Scene, tmp_path: Path) -> None:
    bob = scene.person("bob")
    bob.post("Bob was here first. #tea")
    await _signs_in(scene)
    await _posts_a_picture(scene, tmp_path)
    await _reacts(scene, bob)
    await _searches_and_hears(scene, bob)
    await _changes_her_profile(scene)
    await _sees_what_is_new(scene, bob)
    await _agrees_to_a_co_tweet(scene, bob)
    assert "Traceback" not in scene.server.log


async def _signs_in(scene: Scene) -> None:
    await scene.tab.open(f"{scene.app}/#/login?instance={HOST}")
    await scene.click("button", "Continue")
    await scene.shows_selector("#user_email")
    await scene.type("#user_email", "alice")
    await scene.type("#user_password", "tea with lemon")
    await scene.click("button[type=submit]:not(.negative)")
    await scene.until("location.pathname.startsWith('/oauth/authorize')")
    await scene.picture("consent")
    await scene.click("button[type=submit]:not(.negative)")
    await scene.shows("Bob was here first")
    await scene.picture("home")


async def _posts_a_picture(scene: Scene, folder: Path) -> None:
    picture = folder / "green.png"
    picture.write_bytes(png((30, 140, 60)))
    await scene.click("#compose-button")
    await scene.type(COMPOSER, "A picture from Phanpy")
    await scene.choose_file("#compose-container input[type=file]", picture)
    await scene.type(".media-attachment textarea", "A green square")
    await asyncio.sleep(1)  # Phanpy takes a description over when nobody types any more
    await scene.picture("composer")
    await scene.click("#compose-container button", "Post")
    await scene.new_posts_shown("A picture from Phanpy")
    await scene.picture("posted")
    alice = scene.person("alice")
    [post] = await asyncio.to_thread(
        eventually, lambda: alice.posts_saying("A picture from Phanpy"), what="the post"
    )
    assert [media["alt"] for media in post["media"]] == ["A green square"]


async def _reacts(scene: Scene, bob: Person) -> None:
    [post] = scene.person("alice").posts_saying("here first")
    await scene.go(f"/{HOST}/s/{await scene.number_of('bob')}")
    await scene.click(".favourite-button")
    await scene.click(".reblog-button")
    await scene.click("[role=menuitem]", "Boost")
    await scene.click(".reply-button")
    await scene.type(COMPOSER, "An answer from Phanpy")
    await scene.click("#compose-container button", "Reply")
    await scene.shows("An answer from Phanpy")
    await scene.picture("thread")

    def counted() -> bool:
        now = bob.do("GET", f"/posts/{post['id']}")
        return [now[kind] for kind in ("likes", "boosts", "replies")] == [1, 1, 1]

    await asyncio.to_thread(eventually, counted, what="the reactions")


async def _searches_and_hears(scene: Scene, bob: Person) -> None:
    await scene.go(f"/{HOST}/search?q=bob")
    await scene.until("document.querySelector('#search-page')?.innerText.includes('@bob')")
    await scene.picture("search")
    bob.post("@alice a mention for you")
    await scene.go("/notifications")
    await scene.shows("a mention for you")
    await scene.picture("notifications")


async def _changes_her_profile(scene: Scene) -> None:
    await scene.go(f"/{HOST}/a/{await scene.account_number('alice')}")
    await scene.click("button", "Edit profile")
    await scene.shows_selector(PROFILES_FORM)
    await scene.evaluate(f"document.querySelector({PROFILES_FORM!r}).value = ''")
    await scene.type(PROFILES_FORM, "Alice of Phanpy")
    await scene.click("form button", "Save")
    await scene.until(f"!document.querySelector({PROFILES_FORM!r})")
    await scene.picture("profile")
    assert scene.person("alice").do("GET", "/profile")["name"] == "Alice of Phanpy"


async def _sees_what_is_new(scene: Scene, bob: Person) -> None:
    await scene.go("/")
    await scene.shows("Bob was here first")
    await asyncio.sleep(3)  # until it listens
    await scene.evaluate("window.neverLeft = true")
    bob.post("Streamed without reload")
    await scene.new_posts_shown("Streamed without reload")
    assert await scene.evaluate("window.neverLeft") is True
    await scene.picture("streamed")


async def _agrees_to_a_co_tweet(scene: Scene, bob: Person) -> None:
    scene.person("alice").do("POST", "/invite-policy", policy="anyone")
    wanted = {"text": "Two of us wrote this", "with": ["@alice"]}
    scene.server.call("POST", "/api/v1/cotweets", wanted, account="bob")
    await asyncio.to_thread(eventually, lambda: scene.person("alice").invites(), what="the invite")
    await scene.go("/notifications")
    await scene.evaluate("location.reload()")
    await scene.shows("Two of us wrote this")
    await scene.picture("invite")
    links = "[...document.querySelectorAll('a')].map(one => one.href)"
    link = await scene.evaluate(f"{links}.find(one => one.startsWith('https://{HOST}/invites'))")
    await scene.tab.open(str(link))
    await scene.picture("the page it leads to")
    await scene.click("button", "Agree to exactly this")
    await asyncio.to_thread(
        eventually, lambda: bob.posts_saying("Two of us wrote this"), what="the co-tweet"
    )
    await scene.picture("agreed")
    [post] = bob.posts_saying("Two of us wrote this")
    assert [author["handle"] for author in post["authors"]] == [f"bob@{HOST}", f"alice@{HOST}"]
    await scene.tab.open(f"{scene.app}/#/")
    await scene.new_posts_shown("Two of us wrote this")
    await scene.picture("co-tweet")
