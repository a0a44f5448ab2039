"""The pages of those who look after the server: who may see them, and what is done there."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from io import BytesIO

import pytest
from aiohttp import FormData
from PIL import Image

from fedi_cotweet.services import staff, staff_log
from fedi_cotweet.web.admin.routes import ADMIN
from storage.queries import actors, hosts, relations, reports
from storage.queries import staff as stored
from tests.sites import BASE, World
from tests.web.conftest import HTML, Browser, csrf
from tests.web.markup import parse_page

Browsers = Callable[[str], Awaitable[Browser]]
ADMINISTRATORS = {f"/admin/{name}" for name in ("servers", "relays", "emoji", "telling", "storage")}


async def _id(world: World, username: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, username))
    assert account is not None
    return account.id


async def _appoint(world: World, username: str, role: str) -> None:
    await world.site.write(lambda tx: staff.appoint(tx, world.site.env, username, role))


async def _do(browser: Browser, page: str, path: str, **fields: str) -> str:
    """Send a form from a page, and give what is said then."""
    token = csrf(await browser.page(page))
    done = await browser.send(path, {"csrf": token, **fields})
    if done.status != 303:
        return f"{done.status} {await done.text()}"
    return (await browser.page(done.headers["Location"])).text


async def _reported(world: World, browsers: Browsers) -> str:
    """bob reports a post of alice; the number of the report."""
    post = await world.post(await _id(world, "alice"), "Buy tea")
    bob = await browsers("bob")
    form = await bob.page(f"/report?post={post}")
    assert "Buy tea" in form.text
    fields = {"csrf": csrf(form), "post": str(post), "category": "spam", "comment": "Only ads"}
    sent = await bob.send("/report", fields)
    assert "Thank you" in (await bob.page(sent.headers["Location"])).text
    [made] = await world.site.read(lambda tx: reports.reports(tx, "open", None, 5))
    return str(made.id)


@pytest.mark.parametrize("role", ["", "moderator", "administrator"])
async def test_there_is_nothing_for_those_who_may_not(
    world: World, browsers: Browsers, stranger: Browser, role: str
) -> None:
    if role:
        await _appoint(world, "bob", role)
    bob = await browsers("bob")
    for method, path, _ in ADMIN:
        if method == "GET" and "{" not in path:
            may = role == "administrator" or (role and path not in ADMINISTRATORS)
            await bob.page(path, status=200 if may else 404)
            assert (await stranger.get(path)).headers["Location"].startswith("/auth/sign_in")
        elif method == "POST":
            sent = await bob.send(path.replace("{id}", "1").replace("{what}", "x"), {"csrf": "x"})
            assert sent.status in (403, 404, 415), path
    shown = "/admin" in [link.attributes["href"] for link in (await bob.page("/home")).all("a")]
    assert shown == bool(role)


async def test_a_report_is_read_acted_upon_and_closed(world: World, browsers: Browsers) -> None:
    number = await _reported(world, browsers)
    await world.account("mo", name="Mo", password=True)
    await _appoint(world, "mo", "moderator")
    mo = await browsers("mo")
    assert "Only ads" in (await mo.page("/admin/reports")).text
    page = f"/admin/reports/{number}"
    shown = await mo.page(page)
    assert "@alice@a.example" in shown.text
    assert "@bob@a.example" in shown.text
    person = shown.all("input", name="person")[0].attributes["value"]
    wrong = await _do(mo, page, f"{page}/suspend", person="http://a.example/users/bob")
    assert wrong.startswith("404"), "bob is not what the report is about"
    assert "shut out" in await _do(mo, page, f"{page}/suspend", person=person, why="Ads")
    alice = await world.site.read(lambda tx: actors.actor_by_handle(tx, "alice", "a.example"))
    assert alice is not None
    assert alice.suspended_at is not None
    assert "The report is closed." in await _do(mo, page, f"{page}/resolve")
    assert "Only ads" in (await mo.page("/admin/reports?state=resolved")).text
    book = " ".join((await mo.page("/admin/log")).text.split())
    assert "@mo@a.example shut out alice@a.example Ads" in book


async def test_the_log_has_words_for_everything_that_can_be_done(
    world: World, browsers: Browsers
) -> None:
    await _appoint(world, "alice", "moderator")
    env = world.site.env
    for act in staff_log.ACTS:
        await world.site.write(partial(staff_log.note, env=env, by="x@y", act=act, subject="Tea"))
    lines = [line.text for line in (await (await browsers("alice")).page("/admin/log")).all("li")]
    told = [line for line in lines if "@x@y" in line]
    assert len(told) == len(set(told)) == len(staff_log.ACTS)
    assert not [act for act in staff_log.ACTS if f"@x@y {act} " in " ".join(told)]


async def test_an_administrator_makes_no_link_for_another(world: World, browsers: Browsers) -> None:
    await _appoint(world, "alice", "administrator")
    await _appoint(world, "bob", "administrator")
    alice, people = await browsers("alice"), "/admin/people"
    said = await _do(alice, people, f"{people}/sign-in-link", handle="bob@a.example")
    assert "A link for another administrator is made on the server itself." in said
    assert "/auth/link/" not in said
    own = await _do(alice, people, f"{people}/sign-in-link", handle="alice@a.example")
    assert "/auth/link/" in own


async def test_people_are_shut_out_let_in_and_given_roles(world: World, browsers: Browsers) -> None:
    await _appoint(world, "alice", "administrator")
    alice = await browsers("alice")
    people, name = "/admin/people", "bob@a.example"
    assert "shut out" in await _do(alice, people, f"{people}/suspend", handle=name)
    assert "let in again" in await _do(alice, people, f"{people}/unsuspend", handle=name)
    assert "changed" in await _do(alice, people, f"{people}/role", handle=name, role="moderator")
    roles = await world.site.read(stored.roles)
    assert roles == {
        await _id(world, "alice"): "administrator",
        await _id(world, "bob"): "moderator",
    }
    staffed = await _do(alice, people, f"{people}/suspend", handle=name)
    assert "look after this server too" in staffed
    own = await _do(alice, people, f"{people}/role", handle="alice@a.example", role="nobody")
    assert "Nobody changes their own role." in own
    odd = await _do(alice, people, f"{people}/role", handle=name, role="king")
    assert "A role is one of" in odd
    link = await _do(alice, people, f"{people}/sign-in-link", handle=name)
    assert "/auth/link/" in link
    assert "Nobody was found." in (await alice.page(f"{people}?q=zzz")).text
    assert "@bob@a.example" in (await alice.page(f"{people}?q=bo")).text


async def test_a_rule_about_a_server_is_looked_at_before_it_is_made(
    world: World, browsers: Browsers
) -> None:
    await _appoint(world, "alice", "administrator")
    alice, page = await browsers("alice"), "/admin/servers"
    said = await _do(alice, page, page, host="bad.example", severity="suspend", reason="Spam")
    assert "That concerns:" in said
    assert await world.site.read(relations.all_host_rules) == {}
    seen = {"host": "bad.example", "severity": "suspend", "reason": "Spam"}
    made = await _do(alice, page, page, **seen, seen="bad.example suspend")
    assert "The rule holds from now on." in made
    assert await world.site.read(relations.all_host_rules) == {"bad.example": "suspend"}
    assert world.site.rules.suspended("bad.example")
    own = await _do(
        alice, page, page, host="a.example", severity="suspend", seen="a.example suspend"
    )
    assert "That is this very server." in own
    assert "taken back" in await _do(alice, page, f"{page}/remove", host="bad.example")
    assert not world.site.rules.suspended("bad.example")


async def test_rules_texts_and_announcements_are_laid_down(
    world: World, browsers: Browsers
) -> None:
    await _appoint(world, "alice", "administrator")
    alice, page = await browsers("alice"), "/admin/telling"
    assert "Be kind" in await _do(alice, page, f"{page}/add-rule", text="Be kind", hint="Always")
    told = await _do(
        alice, page, f"{page}/announce", text="Tea at five", ends_at="2026-12-01T10:00"
    )
    assert "Tea at five" in told
    assert "Ours" in await _do(alice, page, f"{page}/set-text", kind="terms", text="Ours")
    shown = await alice.page(page)
    ids = [one.attributes["value"] for one in shown.all("input", name="id")]
    assert len(ids) == 2
    assert "Be kind" not in await _do(alice, page, f"{page}/remove-rule", id=ids[0])
    assert "Tea at five" not in await _do(alice, page, f"{page}/unannounce", id=ids[1])
    assert "Ours" not in await _do(alice, page, f"{page}/set-text", kind="terms", text="")
    bad = await _do(alice, page, f"{page}/announce", text="x", ends_at="soon")
    assert "The time cannot be read." in bad


async def test_nobody_reports_what_they_cannot_see(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    draft = await world.draft(await _id(world, "alice"), await _id(world, "bob"), "Not yet")
    await world.account("carol", name="Carol", password=True)
    carol = await browsers("carol")
    await carol.page(f"/report?post={draft}", status=404)
    await carol.page("/report?person=nobody", status=404)
    await carol.page("/report", status=404)
    assert "Report" in (await carol.page("/report?person=alice")).text
    assert (await stranger.get("/report?person=alice")).headers["Location"].startswith("/auth/")
    fields = {"csrf": csrf(await carol.page("/home")), "person": "alice", "category": "odd"}
    assert (await carol.send("/report", fields)).status == 422


async def test_a_relay_is_asked_and_left(world: World, browsers: Browsers) -> None:
    await _appoint(world, "alice", "administrator")
    alice, page = await browsers("alice"), "/admin/relays"
    inbox = "https://relay.example/inbox"
    assert "was asked" in await _do(alice, page, page, address=inbox)
    assert "subscribes to that relay" in await _do(alice, page, page, address=inbox)
    assert "is not the address of a relay" in await _do(alice, page, page, address="ftp://x/inbox")
    key = (await alice.page(page)).one("input", name="id").attributes["value"]
    assert inbox not in await _do(alice, page, f"{page}/remove", id=str(key))
    assert (await _do(alice, page, f"{page}/remove", id="1")).startswith("404")
    assert "left the relay https://relay.example/inbox" in (await alice.page("/admin/log")).text


async def test_an_emoji_is_added_and_taken_away(world: World, browsers: Browsers) -> None:
    await _appoint(world, "alice", "administrator")
    alice, page = await browsers("alice"), "/admin/emoji"

    async def send(shortcode: str, octets: bytes) -> str:
        form = FormData({"csrf": csrf(await alice.page(page)), "shortcode": shortcode})
        form.add_field("file", octets, filename="tea.png", content_type="image/png")
        sent = await alice.http.post(
            page, data=form, headers=HTML | {"Origin": BASE}, allow_redirects=False
        )
        if sent.status != 303:
            return parse_page(await sent.text()).text
        return (await alice.page(sent.headers["Location"])).text

    file = BytesIO()
    Image.new("RGB", (20, 20), "teal").save(file, "PNG")
    assert ":tea:" in await send("tea", file.getvalue())
    assert "This is no name for an emoji." in await send("no name", file.getvalue())
    assert "Choose a picture first." in await send("none", b"")
    assert ":words:" not in await send("words", b"GIF89a of words")
    shown = await alice.page(page)
    names = [one.attributes["value"] for one in shown.all("input", name="shortcode", type="hidden")]
    assert names == ["tea"]
    assert ":tea:" not in await _do(alice, page, f"{page}/remove", shortcode="tea")
    assert "took away the emoji :tea:" in (await alice.page("/admin/log")).text


async def test_a_server_that_does_not_answer_is_tried_at_once(
    world: World, browsers: Browsers
) -> None:
    await _appoint(world, "alice", "moderator")
    alice, now = await browsers("alice"), world.clock()
    later = now + 3_600_000
    for _ in range(3):
        await world.site.write(
            lambda tx: hosts.note_failure(tx, "b.example", now=now, next_try_at=later)
        )
    assert "b.example 0 deliveries wait" in (await alice.page("/admin")).text
    assert "goes out now" in await _do(alice, "/admin", "/admin/try", host="b.example")
    assert "All of them answer." in (await alice.page("/admin")).text
    assert "It is well" in await _do(alice, "/admin", "/admin/try", host="b.example")


async def test_what_takes_how_much_room(world: World, browsers: Browsers) -> None:
    await _appoint(world, "alice", "administrator")
    shown = (await (await browsers("alice")).page("/admin/storage")).text
    assert re.search(r"Database *[0-9.]+ MiB", shown)
    assert "Posts of other servers are kept for good" in shown
