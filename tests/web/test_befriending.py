"""What people do about each other from their pages: follow, mute, block, and take it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.sites import World
from tests.web.conftest import Browser, csrf
from tests.web.markup import Element

Browsers = Callable[[str], Awaitable[Browser]]


def _offered(page: Element) -> set[str]:
    """What can be done about the person of a page."""
    actions = [form.attributes["action"] for form in page.all("form")]
    return {action.rpartition("/")[2] for action in actions if action.startswith("/@")}


@pytest.mark.parametrize(
    ("do", "undo"), [("follow", "unfollow"), ("mute", "unmute"), ("block", "unblock")]
)
async def test_a_button_on_a_profile_does_something_and_takes_it_back(
    world: World, browsers: Browsers, do: str, undo: str
) -> None:
    bob = await browsers("bob")
    page = await bob.page("/@alice")
    assert do in _offered(page)
    assert undo not in _offered(page)
    fields = {"csrf": csrf(page), "back": "/@alice"}
    for what, now, then in ((do, undo, do), (undo, do, undo)):
        done = await bob.send(f"/@alice@a.example/{what}", fields)
        assert (done.status, done.headers["Location"]) == (303, "/@alice")
        offered = _offered(await bob.page("/@alice"))
        assert now in offered
        assert then not in offered


async def test_a_mute_may_end_by_itself_and_a_follow_may_leave_boosts_out(
    world: World, browsers: Browsers
) -> None:
    bob = await browsers("bob")
    token = csrf(await bob.page("/@alice"))
    await bob.send("/@alice/mute", {"csrf": token, "lasts": "hour"})
    assert "You have muted them until 20 Nov 2026, 11:00 UTC." in (await bob.page("/@alice")).text
    await bob.send("/@alice/follow", {"csrf": token})
    await bob.send("/@alice/choose", {"csrf": token, "notify": "on"})
    boxes = {
        box.attributes["name"]: "checked" in box.attributes
        for box in (await bob.page("/@alice")).all("input")
        if box.attributes.get("type") == "checkbox"
    }
    assert (boxes["boosts"], boxes["notify"]) == (False, True)


async def test_nobody_befriends_themselves_or_anybody_by_a_forged_form(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    alice = await browsers("alice")
    page = await alice.page("/@alice")
    assert not _offered(page)
    token = csrf(page)
    assert (await alice.send("/@alice/follow", {"csrf": token})).status == 422
    assert (await alice.send("/@bob/follow", {"csrf": "wrong"})).status == 403
    assert (await alice.send("/@bob/explode", {"csrf": token})).status == 404
    assert (await alice.send("/@nobody/follow", {"csrf": token})).status == 404
    assert (await stranger.send("/@bob/follow", {})).headers["Location"] == "/auth/sign_in"
    assert not _offered(await stranger.page("/@bob"))
    away = await alice.send("/@bob/follow", {"csrf": token, "back": "https://evil.example/"})
    assert away.headers["Location"] == "/@bob"
