"""What is done about one person on the pages of those who look after the server, and what the
person, strangers and who reported them see of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from fedi_cotweet.services import moderating, shutting_out, staff
from storage.engine import Tx
from storage.queries import actors
from tests.sites import PASSWORD, World
from tests.web.conftest import Browser, csrf

Browsers = Callable[[str], Awaitable[Browser]]
PEOPLE = "/admin/people"
BOB = f"{PEOPLE}/@bob@a.example"


@pytest.fixture
async def mo(world: World, browsers: Browsers) -> Browser:
    """A moderator."""
    await world.account("mo", name="Mo", password=True)
    await _appoint(world, "mo", "moderator")
    return await browsers("mo")


async def _appoint(world: World, name: str, role: str) -> None:
    await world.site.write(lambda tx: staff.appoint(tx, world.site.env, name, role))


async def _do(browser: Browser, path: str, page: str = BOB, **fields: str) -> str:
    """Send a form from a page, and give what is said then."""
    token = csrf(await browser.page(page))
    done = await browser.send(path, {"csrf": token, "handle": "bob@a.example", **fields})
    if done.status != 303:
        return f"{done.status} {await done.text()}"
    return (await browser.page(done.headers["Location"])).text


async def _limit(world: World, name: str = "bob") -> None:
    def write(tx: Tx) -> None:
        actor = actors.actor_by_handle(tx, name, "a.example")
        assert actor is not None
        moderating.limit(tx, world.site.env, actor)

    await world.site.write(write)


async def _log(browser: Browser) -> str:
    return " ".join((await browser.page("/admin/log")).text.split())


async def test_a_person_is_warned_and_reads_it(mo: Browser, browsers: Browsers) -> None:
    bob = await browsers("bob")
    assert "Should they ever write to you" in (await bob.page("/disputes/strikes")).text
    assert "They are told." in await _do(mo, f"{PEOPLE}/warn", text="Less <b>tea</b>, please.")
    news = await bob.page("/notifications")
    assert "write to you: “Less <b>tea</b>, please.”" in news.text
    [link] = [one.attributes["href"] for one in news.all("a") if one.text == "Read it"]
    assert "Less <b>tea</b>, please." in (await bob.page(link)).one("blockquote").text
    assert "Less <b>tea</b>" in (await bob.page("/disputes/strikes")).text
    await mo.page(link, status=404)
    assert (
        "Less <b>tea</b>" in (await mo.page(BOB)).one("section", **{"aria-labelledby": "told"}).text
    )
    assert "@mo@a.example warned bob@a.example" in await _log(mo)
    assert (await _do(mo, f"{PEOPLE}/warn", text=" ")).startswith("422")
    assert (await _do(mo, f"{PEOPLE}/warn", text="x" * 2_001)).startswith("422")


async def test_who_is_limited_is_shown_after_a_word_to_those_who_do_not_follow(
    world: World, mo: Browser, browsers: Browsers, stranger: Browser
) -> None:
    bob = await browsers("bob")
    said = await _do(mo, f"{PEOPLE}/limit", text="Too loud.", why="Three reports")
    assert "They are limited." in said
    assert "limited" in (await mo.page(PEOPLE)).text
    assert "mo@a.example limited bob@a.example Three reports" in await _log(mo)
    news = (await bob.page("/notifications")).text
    assert "They say: “Too loud.”" in news
    assert "Three reports" not in news, "the log is for moderators"
    for one in (stranger, await browsers("alice")):
        page = await one.page("/@bob")
        assert page.one("h1").text == "This profile is hidden"
        assert page.all("article") == []
        assert page.one("meta", name="robots").attributes["content"] == "noindex, noarchive"
        [anyway] = [link for link in page.all("a") if link.text == "Show it all the same"]
        whole = await one.page(anyway.attributes["href"])
        assert whole.one("h1").text == "Bob"
        assert "noindex" in whole.one("meta", name="robots").attributes["content"]
    assert (await bob.page("/@bob")).one("h1").text == "Bob", "of oneself one sees all"
    assert "They are limited no more." in await _do(mo, f"{PEOPLE}/unlimit")
    assert (await stranger.page("/@bob")).one("h1").text == "Bob"
    assert "not limited on this server any more" in (await bob.page("/notifications")).text


async def test_followers_see_the_profile_of_who_is_limited_at_once(
    world: World, browsers: Browsers
) -> None:
    alice = await browsers("alice")
    token = csrf(await alice.page("/@bob"))
    await alice.send("/@bob/follow", {"csrf": token})
    await world.settle_follows()
    await _limit(world)
    assert (await alice.page("/@bob")).one("h1").text == "Bob"


async def test_who_is_shut_out_reads_why_where_they_sign_in(
    mo: Browser, browsers: Browsers
) -> None:
    await _do(mo, f"{PEOPLE}/suspend", text="You sold tea.", why="Ads")
    visitor = await browsers("")
    said = await (await visitor.sign_in("bob")).text()
    assert "shut you out. They say: “You sold tea.”" in said
    assert "Ads" not in said
    wrong = await (await visitor.sign_in("bob", "guessed")).text()
    assert "The user name or the password is wrong." in wrong
    assert "tea" not in wrong
    await _do(mo, f"{PEOPLE}/unsuspend")
    assert (await visitor.sign_in("bob", PASSWORD)).status == 303
    assert "You were shut out" in (await visitor.page("/disputes/strikes")).text
    await _do(mo, f"{PEOPLE}/suspend")
    assert "shut you out." in await (await (await browsers("")).sign_in("bob")).text()


async def test_notes_are_for_those_who_look_after_the_server_alone(
    world: World, mo: Browser, browsers: Browsers
) -> None:
    await world.account("jo", name="Jo", password=True)
    await _appoint(world, "jo", "moderator")
    jo, bob = await browsers("jo"), await browsers("bob")
    assert "The note is kept." in await _do(mo, f"{PEOPLE}/note", text="Sells tea.")
    assert "Sells tea." in (await jo.page(BOB)).text
    assert "1 note" in (await jo.page(PEOPLE)).text
    for path in ("/@bob", "/notifications", "/disputes/strikes", "/settings"):
        assert "Sells tea." not in (await bob.page(path)).text
    await bob.page(BOB, status=404)
    number = (await mo.page(BOB)).all("input", name="note")[0].attributes["value"]
    assert (await jo.page(BOB)).all("input", name="note") == [], "only who wrote it removes it"
    refused = await _do(jo, f"{PEOPLE}/note/remove", note=number)
    assert refused.startswith("403")
    assert "Somebody else wrote this note" in refused
    assert (await _do(mo, f"{PEOPLE}/note", text=" ")).startswith("422")
    await _appoint(world, "jo", "administrator")
    assert "The note is forgotten." in await _do(jo, f"{PEOPLE}/note/remove", note=number)
    assert (await _do(jo, f"{PEOPLE}/note/remove", note=number)).startswith("404")
    log = await _log(mo)
    assert "mo@a.example wrote a note about bob@a.example" in log
    assert "jo@a.example removed a note about bob@a.example" in log
    assert "Sells tea." not in log


@pytest.mark.parametrize("what", ["warn", "limit", "suspend"])
async def test_nobody_does_so_to_who_does_the_same_work(
    world: World, mo: Browser, what: str
) -> None:
    await _appoint(world, "bob", "moderator")
    said = await _do(mo, f"{PEOPLE}/{what}", text="Hm")
    assert said.startswith("403")
    assert "look after this server too" in said


@pytest.mark.parametrize("role", ["moderator", "administrator"])
async def test_only_an_administrator_takes_back_what_was_done_to_who_does_the_same_work(
    world: World, mo: Browser, role: str
) -> None:
    await _limit(world)

    def shut_out(tx: Tx) -> None:
        bob = actors.actor_by_handle(tx, "bob", "a.example")
        assert bob is not None
        shutting_out.suspend(tx, world.site.env, bob)

    await _appoint(world, "bob", "administrator")
    await world.site.write(shut_out)  # as on the command line
    await _appoint(world, "mo", role)
    for what, offered in (("unsuspend", "Let in again…"), ("unlimit", "Limit no more…")):
        shown = {page: offered in (await mo.page(page)).text for page in (BOB, f"{PEOPLE}?q=bob")}
        said = await _do(mo, f"{PEOPLE}/{what}")
        if role == "moderator":
            assert said.startswith("403")
            assert "an administrator takes this back" in said
        assert set(shown.values()) == {role == "administrator"}
        assert said.startswith("403") == (role == "moderator")


async def test_what_is_written_to_who_is_limited_already_is_not_lost_silently(
    world: World, mo: Browser, browsers: Browsers
) -> None:
    await _do(mo, f"{PEOPLE}/limit", text="Less tea.")
    again = await _do(mo, f"{PEOPLE}/limit", text="Much less.")
    assert again.startswith("409")
    assert "limited already" in again
    strikes = (await (await browsers("bob")).page("/disputes/strikes")).text
    assert "Less tea." in strikes
    assert "Much less." not in strikes


async def test_a_text_may_be_as_long_as_its_field_says_however_many_lines_it_has(
    mo: Browser,
) -> None:
    for what in ("warn", "note"):
        longest = ("x" * 39 + "\r\n") * 50  # 2,000 characters for the browser, which counts \n
        assert not (await _do(mo, f"{PEOPLE}/{what}", text=longest)).startswith("422")
        longer = longest + "x" * 2
        assert (await _do(mo, f"{PEOPLE}/{what}", text=longer)).startswith("422")


async def test_what_somebody_was_told_is_not_in_the_log(mo: Browser) -> None:
    await _do(mo, f"{PEOPLE}/warn", text="Quite private.")
    log = await _log(mo)
    assert "mo@a.example warned bob@a.example" in log
    assert "Quite private." not in log


async def test_from_a_report_people_are_warned_and_who_made_it_is_told(
    world: World, mo: Browser, browsers: Browsers
) -> None:
    alice, bob = await browsers("alice"), await browsers("bob")
    fields = {"person": "bob@a.example", "category": "spam", "comment": "Only ads"}
    token = csrf(await alice.page("/report?person=bob@a.example"))
    await alice.send("/report", {"csrf": token, **fields})
    await _do(mo, f"{PEOPLE}/note", text="Asked nicely on Monday.")
    listed = await mo.page("/admin/reports")
    [page] = {
        link.attributes["href"]
        for link in listed.all("a")
        if link.attributes["href"].startswith("/admin/reports/")
    }
    shown = await mo.page(page)
    assert "Asked nicely on Monday." in shown.text
    person = shown.all("input", name="person")[0].attributes["value"]
    assert "They are told." in await _do(mo, f"{page}/warn", page, person=person, text="No ads.")
    assert "They are limited." in await _do(mo, f"{page}/limit", page, person=person)
    told = (await mo.page(BOB)).one("section", **{"aria-labelledby": "told"})
    assert [link.attributes["href"] for link in told.all("a")] == [page, page]
    assert (await _do(mo, f"{page}/resolve", page, answer="x" * 2_001)).startswith("422")
    said = await _do(mo, f"{page}/resolve", page, answer="Thank you, we looked.")
    assert "The report is closed." in said
    news = (await alice.page("/notifications")).text
    assert "Your report of @bob@a.example was looked at." in news
    assert "Thank you, we looked." in news
    assert "No ads." not in news, "never what was done with the other person"
    assert "Your report" not in (await bob.page("/notifications")).text
    assert "Thank you, we looked." in (await mo.page(page)).text


async def test_an_invite_by_who_is_limited_waits_apart(
    world: World, mo: Browser, browsers: Browsers
) -> None:
    def ids(tx: Tx) -> list[int]:
        found = [actors.account_by_name(tx, name) for name in ("alice", "bob")]
        return [account.id for account in found if account is not None]

    alice_id, bob_id = await world.site.read(ids)
    alice = await browsers("alice")
    await _limit(world)
    await world.draft(bob_id, alice_id, "Tea for two")
    page = await alice.page("/invites")
    held = page.one("details", class_="held-back")
    assert "1 invite held back" in held.text
    assert "Tea for two" in held.text
    assert page.text.count("Tea for two") == 1
    assert page.all("span", class_="badge") == [], "nobody is told that it came"
    accept = held.all("form")[0].attributes["action"]
    digest = held.all("input", name="digest")[0].attributes["value"]
    done = await alice.send(accept, {"csrf": csrf(page), "digest": digest})
    assert done.status == 303
    agreed = await alice.page("/invites")
    assert agreed.all("details", class_="held-back") == [], "what was agreed to stays in sight"
    assert "Tea for two" in agreed.text
