"""A day without a mouse and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import keyboard
from tests.browser.chromium import browser, program
from tests.browser.keyboard import ENTER, SPACE
from tests.browser.looking import size
from tests.browser.people import PASSWORD, Person, follow, join, somebody
from tests.servers import RealServer, start_server

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    program()
    settings = {"COTWEET_REGISTRATIONS": "open", "COTWEET_NAME": "Reading Room"}
    with start_server(tmp_path_factory.mktemp("a"), settings=settings) as one:
        yield one


async def test_bob_signs_in_posts_and_accepts_an_invite_with_keys_alone(
    server: RealServer, tmp_path: Path
) -> None:
    alice, bob_name = join(server, "alice"), join(server, "bob")
    follow(server, bob_name, server.handle(alice))
    text = "Both of us, by keyboard."
    invite = {"text": text, "with": [server.handle(bob_name)]}
    server.call("POST", "/api/v1/cotweets", invite, account=alice)
    async with browser(tmp_path / "one") as one, somebody(one, server, scripts=False) as bob:
        await _signs_in(bob, bob_name)
        await _posts(bob, "Typed, letter by letter.")

        await keyboard.tab_to(bob, "Invites 1 open")
        await keyboard.enter(bob)
        assert text in await bob.reads("article.invite .preview .content")
        await keyboard.tab_to(bob, "Agree to exactly this")
        await bob.picture("keys-1-agree")
        await keyboard.enter(bob, SPACE)
        assert "You agreed" in await bob.reads("p.outcome")
        await bob.looks_again("/home", text, "main article")
        assert server.handle(bob_name) in await bob.byline(text)
        assert server.handle(alice) in await bob.byline(text)


async def _signs_in(bob: Person, name: str) -> None:
    await bob.go("/")
    await keyboard.press(bob, keyboard.TAB)
    first = await keyboard.focus(bob)
    assert first is not None
    assert first.name == "Skip to the content"
    await bob.picture("keys-0-skip")
    await keyboard.tab_to(bob, "Sign in")
    await keyboard.enter(bob)
    assert (await keyboard.put_on(bob)).name == "User name"
    await keyboard.type_text(bob, name)
    await keyboard.tab_to(bob, "Password")
    await keyboard.type_text(bob, PASSWORD)
    await keyboard.enter(bob)
    assert await bob.reads("main h1") == "Home"


async def _posts(bob: Person, text: str) -> None:
    await keyboard.tab_to(bob, "Write")
    await keyboard.enter(bob)
    assert (await keyboard.put_on(bob)).name == "Text"
    await keyboard.type_text(bob, text)
    # What folds open does so by a key, and what is in it comes next.
    await keyboard.tab_to(bob, "Add a poll")
    await keyboard.press(bob, SPACE)
    await keyboard.tab_to(bob, "Answer 1")
    await bob.picture("keys-0-write")
    await keyboard.tab_to(bob, "Post")
    await keyboard.enter(bob, ENTER)
    assert text in await bob.reads("article.focused .content")


async def test_a_page_that_puts_the_focus_on_nothing_is_said_to_do_so(
    server: RealServer, tmp_path: Path
) -> None:
    async with browser(tmp_path / "one") as one, somebody(one, server, scripts=False) as visitor:
        await visitor.go("/")
        with pytest.raises(AssertionError, match="puts the focus on nothing"):
            await keyboard.put_on(visitor, seconds=1)


@pytest.mark.parametrize("width", [1280, 390])
async def test_tab_goes_through_pages_as_they_are_read(
    server: RealServer, tmp_path: Path, width: int
) -> None:
    alice, name = join(server, "alice"), join(server, "bob")
    follow(server, name, server.handle(alice))
    said = {"text": "A post to walk over, with a #tag."}
    post = server.call("POST", "/api/v1/control/posts", said, account=alice)
    made = {"text": "Both of us.", "with": [server.handle(name)]}
    server.call("POST", "/api/v1/cotweets", made, account=alice)
    pages = ["/home", "/write", "/invites", f"/@{alice}/{post['id']}", "/settings/profile"]
    async with (
        browser(tmp_path / "one") as one,
        somebody(one, server, scripts=False) as visitor,
        somebody(one, server, name, scripts=False) as bob,
    ):
        for person, path in [(visitor, "/"), *((bob, page) for page in pages)]:
            await size(person.page, width)
            stops = await keyboard.walk(person, path)
            reached = [stop.place for stop in stops]
            assert reached == await keyboard.every_stop(person), f"{path}: {stops}"
            assert keyboard.against_reading(stops) == [], path
