"""Settings: going on elsewhere, and deleting an account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import archives, migration
from fedi_cotweet.services.accounts import find_actor
from storage.queries import actors, jobs
from storage.queries import archives as stored
from tests.sites import BASE, PASSWORD, World
from tests.web.conftest import Browser, csrf
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


async def test_other_accounts_are_named_and_somebody_moves_and_stays(
    world: World, browsers: Browsers
) -> None:
    alice, bob, me = await browsers("alice"), await browsers("bob"), await _id(world, "alice")
    refused = await _send(alice, "moving", "moving/move", who="@bob", password=PASSWORD)
    assert "does not say that it is yours" in refused.one("p", role="alert").text
    page = await _send(bob, "moving", "moving/alias", alias="@alice")
    assert "@alice@a.example" in page.text
    refused = await _send(alice, "moving", "moving/move", who="@bob", password="guessed")
    assert "another one" in refused.one("p", role="alert").text
    page = await _send(alice, "moving", "moving/move", who="@bob", password=PASSWORD)
    assert "You have moved" in page.text
    assert "@bob@a.example" in page.text
    page = await _send(alice, "moving", "moving/stay")
    assert (await world.site.read(lambda tx: find_actor(tx, me))).moved_to is None
    other = await _id(world, "bob")
    await _send(bob, "moving", "moving/unalias", uri=f"{BASE}/users/alice")
    assert await world.site.read(lambda tx: migration.aliases(tx, other)) == []
    again = await _send(bob, "moving", "moving/alias", alias="@bob")
    assert "this very account" in again.one("p", role="alert").text


async def test_an_account_is_deleted_by_whoever_knows_its_name_and_password(
    world: World, browsers: Browsers
) -> None:
    alice, other, me = await browsers("alice"), await browsers("alice"), await _id(world, "alice")
    page = await _send(alice, "delete", name="bob", password=PASSWORD)
    assert "not the name" in page.one("p", role="alert").text
    page = await _send(alice, "delete", name="alice", password="guessed")
    assert "another one" in page.one("p", role="alert").text
    assert (await world.site.read(lambda tx: find_actor(tx, me))).gone_at is None
    page = await _send(alice, "delete", name="@Alice", password=PASSWORD)
    assert page.one("h1").text == "Your account is deleted"
    assert (await world.site.read(lambda tx: find_actor(tx, me))).gone_at is not None
    assert await world.site.read(lambda tx: jobs.count_due(tx, world.clock.now, 9)) > 0
    for browser in (alice, other):
        assert (await browser.get("/home")).status == 303, "signed out"
    assert (await (await browsers("")).sign_in("alice")).status == 403


async def test_an_archive_is_asked_for_once_a_day_and_taken_by_its_owner(
    world: World, browsers: Browsers
) -> None:
    alice, bob, me = await browsers("alice"), await browsers("bob"), await _id(world, "alice")
    file, env = "/settings/archive/file", world.site.env
    assert (await alice.get(file)).status == 404
    assert "It is being made." in (await _send(alice, "archive")).text
    again = await bob.send("/settings/archive", {"csrf": csrf(await bob.page("/settings/archive"))})
    assert again.status == 303
    held = await world.site.read(lambda tx: stored.of_account(tx, me))
    assert held is not None
    until, path = env.now() + DAY, archives.path_of(world.site.settings, held.token)
    path.parent.mkdir()
    path.write_bytes(b"PK")
    assert (await alice.get(file)).status == 404, "it is not whole yet"
    await world.site.write(
        lambda tx: stored.end(tx, held.token, state="ready", size=2, expires_at=until)
    )
    page = await alice.page("/settings/archive")
    assert len(page.all("a", href=file)) == 1
    assert page.one("section", class_="panel").all("form") == []
    taken = await alice.get(file)
    assert (taken.status, await taken.read()) == (200, b"PK")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="alice.zip"'
    assert taken.headers["Cache-Control"] == "private, no-store"
    assert (await bob.get(file)).status == 404
    form = {"csrf": csrf(await alice.page("/settings/profile"))}
    refused = await alice.send("/settings/archive", form)
    assert (refused.status, "less than a day ago" in await refused.text()) == (409, True)
    world.clock.now = until
    assert (await alice.get(file)).status == 404
