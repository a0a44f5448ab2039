"""What people on two servers do with each other: invite, agree, change, leave, answer side by side,
report. Each of them looks at the pages of their own server, in a window of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import browser, program
from tests.browser.looking import NARROW, WIDE, size
from tests.browser.people import Person, follow, join, somebody
from tests.servers import RealServer, eventually, start_server

pytestmark = pytest.mark.timeout(600)


@dataclass
class Two:
    """On ``a`` live alice, carol who follows her, and a judge; on ``b`` bob, dave and another."""

    a: RealServer
    b: RealServer
    home: Mapping[str, RealServer]
    """Where everybody lives, by user name, in the order above."""
    folder: Path
    scripts: bool

    def __post_init__(self) -> None:
        self.alice, self.carol, self.judge, self.bob, self.dave, self.other_judge = self.home

    @property
    def both(self) -> list[str]:
        """How the authors stand at the head of a post."""
        return [f"@{self.alice}@127.0.0.1:{self.a.port}", f"@{self.bob}@127.0.0.1:{self.b.port}"]

    @asynccontextmanager
    async def at(self, *names: str) -> AsyncIterator[list[Person]]:
        """Windows of these people, signed in: one browser for each server."""
        async with AsyncExitStack() as stack:
            browsers, found = dict[str, Any](), list[Person]()
            for name in names:
                server = self.home[name]
                if server.base not in browsers:
                    profile = self.folder / f"browser-{server.port}"
                    browsers[server.base] = await stack.enter_async_context(browser(profile))
                window = somebody(browsers[server.base], server, name, scripts=self.scripts)
                found.append(await stack.enter_async_context(window))
            yield found

    def published(self, text: str) -> str:
        """A post of alice and bob, to which both agreed; its id on ``a``."""
        made = self.a.call(
            "POST",
            "/api/v1/cotweets",
            {"text": text, "with": [self.b.handle(self.bob)]},
            account=self.alice,
        )

        def invite() -> Any:
            found = self.b.call("GET", "/api/v1/cotweets/invites", account=self.bob)["invites"]
            return next((one for one in found if one["text"] == text), None)

        one = eventually(invite, seconds=60, what="the invite")
        path = f"/api/v1/cotweets/invites/{one['id']}/accept"
        self.b.call("POST", path, {"digest": one["digest"]}, account=self.bob)
        number = str(made["post"]["id"])
        eventually(lambda: self._state(number) == "published", seconds=60, what="the publication")
        return number

    def _state(self, number: str) -> str:
        found = self.a.call("GET", f"/api/v1/cotweets/{number}", account=self.alice)
        return str(found["state"])


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealServer, RealServer]]:
    program()
    with (
        start_server(tmp_path_factory.mktemp("a")) as a,
        start_server(tmp_path_factory.mktemp("b")) as b,
    ):
        yield a, b


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def two(
    servers: tuple[RealServer, RealServer], tmp_path: Path, request: pytest.FixtureRequest
) -> Two:
    a, b = servers
    names = {"alice": a, "carol": a, "judge": a, "bob": b, "dave": b, "justice": b}
    home = {join(server, name): server for name, server in names.items()}
    one = Two(a, b, home, tmp_path, request.param)
    follow(a, one.alice, b.handle(one.bob))
    follow(a, one.carol, a.handle(one.alice))
    follow(b, one.bob, a.handle(one.alice))
    follow(b, one.dave, b.handle(one.bob))
    return one


async def test_alice_invites_bob_on_another_server_and_followers_of_both_read_it(two: Two) -> None:
    text = "We both say this, word for word."
    async with two.at(two.alice, two.bob, two.carol, two.dave) as (alice, bob, carol, dave):
        await _invites(alice, bob, text)
        await carol.go("/home")
        assert await carol.post(text) == "", "nobody reads what not everybody agreed to"

        await bob.looks_again("/home", "Somebody invites you to write a post together")
        await bob.press("Somebody invites you to write a post together", "p.notice")
        await _reads_the_invite(bob, alice, text)
        await bob.press("Agree to exactly this", "article.invite", "button")
        assert await bob.reads("p.outcome") in (
            "You agreed. It appears once everybody has.",
            "You agreed, and it is published.",
        )
        await bob.picture("invite-5-agreed")

        for person, what in ((carol, "carol"), (dave, "dave"), (alice, "alice"), (bob, "bob")):
            await person.looks_again("/home", text, "main article")
            await _both_are_named(two, person, text)
            await person.picture(f"invite-6-home-of-{what}")
        for person, path in (
            (carol, f"/@{alice.name}"),
            (carol, f"/{bob.handle}"),
            (dave, f"/@{bob.name}"),
            (dave, f"/{alice.handle}"),
        ):
            await person.looks_again(path, text, "main article")
            await _both_are_named(two, person, text)
        await dave.press("Both agreed to this", "main article")
        log = await dave.reads("#consent")
        assert all(handle in log for handle in two.both)
        assert f"Verified with 127.0.0.1:{two.a.port}" in log or "Verified" in log
        await dave.picture("invite-7-post")


async def _invites(alice: Person, bob: Person, text: str) -> None:
    await alice.press("Write", "nav.menu")
    await alice.fill("Text", text)
    await alice.fill("Together with", bob.handle)
    if alice.scripts:
        await alice.waits_for("#named", "gets an invite, sees exactly this, and agrees or not.")
        assert bob.shown in await alice.reads("#named")
        await alice.picture("invite-1-looked-up")
    await alice.press("Post" if alice.scripts else "Preview", "form.write")
    preview = await alice.reads("section.preview")
    assert text in preview
    assert "gets an invite, sees exactly this, and agrees or not." in preview
    assert await alice.byline(text) == f"{alice.shown} {alice.handle} and {bob.shown} {bob.handle}"
    await alice.picture("invite-2-preview")
    await alice.press("Invite them to agree to this", "section.preview")
    assert await alice.reads("main h1") == "Drafts"
    draft = await alice.post(text)
    assert "invited, no answer yet" in draft
    assert "It is published by itself as soon as all have agreed." in draft
    await alice.picture("invite-3-draft")


async def _reads_the_invite(bob: Person, alice: Person, text: str) -> None:
    card = await bob.post(text)
    assert f"{alice.shown} invites you to publish this together" in card
    assert text in await bob.reads("article.invite .preview .content")
    authors = await bob.all("article.invite ol.standing > li")
    assert [alice.handle in authors[0], bob.handle in authors[1]] == [True, True]
    for fact in (
        "Public: anyone can see it",
        "A draft: nobody but its authors has seen it",
        "who follows you",
        "Answer until",
    ):
        assert fact in card
    await bob.picture("invite-4-invite")


async def _both_are_named(two: Two, person: Person, text: str) -> None:
    names = await person.byline(text)
    assert all(handle in names for handle in two.both), names
    assert "Both agreed to this" in await person.post(text)


async def test_a_change_stands_once_bob_agreed_to_it_too(two: Two) -> None:
    old, new, last = (
        "Tea at four, at the lake.",
        "Tea at five, at the lake.",
        "Tea at six, indoors.",
    )
    number = await asyncio.to_thread(two.published, old)
    async with two.at(two.alice, two.bob) as (alice, bob):
        path = f"/@{alice.name}/{number}"
        await alice.go(path)
        await alice.touch("More", "article.focused")
        await alice.picture("change-1-menu")
        await alice.press("Edit", "article.focused")
        await alice.fill("Text", new)
        await alice.press("Preview")
        assert new in await alice.reads("section.preview article")
        assert "Until all have, the post stays as it is." in await alice.reads("section.preview")
        await alice.picture("change-2-preview")
        await alice.press("Ask everybody to agree to this", "section.preview")
        assert await alice.reads("[role=status]") == "Everybody is asked to agree to this."
        assert [f"- {old}", f"+ {new}"] == await alice.all("#who ~ .differences li")
        await alice.picture("change-3-asked")

        await _agrees_to_a_change(bob, alice, old, new)
        for person, where in ((alice, path), (bob, "/home")):
            await person.looks_again(where, new, "main article")
            shown = await person.post(new)
            assert old not in shown
            assert "edited" in shown
            await _both_are_named(two, person, new)
        await bob.picture("change-6-home")

        await bob.touch("More", "main article")
        await bob.press("Among the authors", "main article")
        await bob.press("Propose another text")
        await bob.fill("Text", last)
        await bob.fill("A word about why, if you like", "It rains.")
        await bob.press("Propose it")
        assert "Proposed." in await bob.reads("[role=status]")
        await bob.picture("change-7-proposed")
        await alice.looks_again(f"/together/{number}", "It rains.", "li.proposal")
        assert bob.handle in await alice.reads("li.proposal")
        marked = (await alice.all("li.proposal del"), await alice.all("li.proposal ins"))
        assert all(marked), "what bob would change is marked"
        await alice.picture("change-8-proposal")
        await alice.press("Take it over and ask everybody")
        await _agrees_to_a_change(bob, alice, new, last)
        for person, where in ((alice, path), (bob, "/home")):
            await person.looks_again(where, last, "main article")


async def _agrees_to_a_change(bob: Person, alice: Person, old: str, new: str) -> None:
    await bob.looks_again("/invites", new, "article.invite .preview .content")
    assert "agree to a change of a post you are an author of" in await bob.post(new)
    assert await bob.reads("article.invite .differences del") == f"- {old}"
    assert await bob.reads("article.invite .differences ins") == f"+ {new}"
    await bob.picture("change-4-invite")
    for person in (alice, bob):
        await person.go(f"/@{alice.name}" if person is alice else "/home")
        assert old in await person.post(old), "until then the old text stands"
        assert await person.post(new) == ""
    await bob.press("Invites 1 open", "nav.menu")
    await bob.press("Agree to exactly this", "article.invite", "button")
    assert "You agreed" in await bob.reads("p.outcome")


async def test_bob_takes_his_name_off_and_both_servers_say_so(two: Two) -> None:
    text = "Two names, until one of us minds."
    number = await asyncio.to_thread(two.published, text)
    async with two.at(two.alice, two.bob) as (alice, bob):
        await bob.looks_again(f"/@{bob.name}", text, "main article")
        await bob.touch("More", "main article")
        await bob.press("Among the authors", "main article")
        await bob.picture("leave-1-together")
        await bob.press("Take my name off…")
        assert await bob.reads("main h1") == "Take your name off this post?"
        await bob.picture("leave-2-question")
        await bob.press("Take my name off", "main", "button")
        assert await bob.reads("[role=status]") == "Your name is off this post."
        await bob.picture("leave-3-left")
        await bob.go(f"/@{bob.name}")
        assert await bob.post(text) == "", "it is no post of his any more"

        await alice.looks_again(
            f"/together/{number}", f"{bob.handle} took their name off.", "ol.log li"
        )
        await alice.picture("leave-4-alice")
        assert "Take off" not in await alice.reads("section[aria-labelledby=who]")
        for person, path in ((alice, f"/@{alice.name}/{number}"), (bob, "/home")):
            await person.go(path)
            if person is bob:
                await bob.open_post(text)
            assert await person.byline(text) == alice.shown
            assert bob.handle not in await person.post(text)
            assert "Both agreed to this" not in await person.post(text)
        await alice.picture("leave-5-post")


async def test_a_duet_stands_beside_what_it_answers_on_both_servers(two: Two) -> None:
    first, answer = "The lake is a mirror tonight.", "Until a duck lands on it."
    made = two.a.call("POST", "/api/v1/control/posts", {"text": first}, account=two.alice)
    async with two.at(two.alice, two.bob) as (alice, bob):
        await bob.looks_again("/home", first, "main article")
        await bob.touch("More", "main article")
        await bob.press("Quote it, side by side", "main article")
        assert first in await bob.reads("section.about-post")
        await bob.fill("Text", answer)
        await bob.picture("duet-1-write")
        await bob.press("Post", "form.write")
        assert made["id"]
        await _stand_side_by_side(bob, alice, bob, first, answer)
        await bob.picture("duet-2-bob")
        await alice.looks_again("/home", answer, "main article")
        assert first in await alice.post(answer)
        await alice.picture("duet-3-home")
        await alice.open_post(answer)
        await _stand_side_by_side(alice, alice, bob, first, answer)
        await alice.picture("duet-4-alice")


async def _stand_side_by_side(
    person: Person, alice: Person, bob: Person, first: str, answer: str
) -> None:
    left, right = ".duet > blockquote", ".duet > div"
    await person.looks_again(await person.address(), first, left)
    assert alice.shown in await person.reads(f"{left} .names")
    assert answer in await person.reads(f"{right} .content")
    assert bob.shown in await person.reads(f"{right} .names")
    one, other = await person.box(left), await person.box(right)
    date = await person.box("p.details")
    assert one.right <= date.x, "the date of the answer stands under the answer"
    assert one.y == other.y
    assert one.right <= other.x
    await size(person.page, NARROW)
    one, other = await person.box(left), await person.box(right)
    assert one.bottom <= other.y, "a narrow window shows one above the other"
    await size(person.page, WIDE)


async def test_a_report_reaches_the_moderators_of_both_servers(two: Two) -> None:
    text = "Everybody who drinks coffee is a fool."
    await asyncio.to_thread(two.published, text)
    for name in (two.judge, two.other_judge):
        await asyncio.to_thread(two.home[name].cli, "account", "role", name, "moderator")
    async with two.at(two.carol, two.judge, two.other_judge) as (carol, here, there):
        await carol.looks_again("/home", text, "main article")
        await carol.touch("More", "main article")
        await carol.press("Report…", "main article")
        assert text in await carol.reads("section.about-post")
        await carol.touch("Something else")
        comment = "I drink coffee, and I am no fool."
        await carol.fill("What should those who look after the server know?", comment)
        await carol.touch(f"Tell 127.0.0.1:{two.b.port} too, without your name")
        await carol.picture("report-1-form")
        await carol.press("Report", "form.panel", "button")
        assert await carol.reads("main h1") == "Thank you"
        assert "Those who look after this server have your report." in await carol.reads()
        await carol.picture("report-2-thanks")

        await _handles(two, here, comment, "carol")
        await there.looks_again("/admin/reports", comment, "ul.entries")
        await _handles(two, there, comment, "")


async def _handles(two: Two, judge: Person, comment: str, reporter: str) -> None:
    await judge.touch("Your account")
    await judge.press("Look after the server")
    await judge.press("Reports", "nav.parts")
    await judge.picture(f"report-3-list-{reporter}")
    await judge.press(", ".join(two.both), "ul.entries", "a")
    shown = await judge.reads()
    assert comment in await judge.reads("section:first-of-type > blockquote")
    assert "Everybody who drinks coffee" in await judge.reads("[aria-labelledby=posts] blockquote")
    people = await judge.reads("section[aria-labelledby=people]")
    assert all(handle in people for handle in two.both)
    assert (two.carol in shown) == bool(reporter), "the other server is not told who it was"
    await judge.picture(f"report-4-report-{reporter}")
    await judge.press("Close the report")
    assert await judge.reads("[role=status]") == "The report is closed."
    await judge.picture(f"report-5-closed-{reporter}")


async def test_who_is_limited_and_who_reported_them_are_told_and_strangers_see_a_word_first(
    two: Two,
) -> None:
    text = "Buy my tea. Buy it now."
    await asyncio.to_thread(two.home[two.judge].cli, "account", "role", two.judge, "moderator")
    await asyncio.to_thread(
        two.a.call, "POST", "/api/v1/control/posts", {"text": text}, account=two.alice
    )
    async with two.at(two.carol, two.judge, two.alice) as (carol, judge, alice):
        await carol.looks_again("/home", text, "main article")
        await carol.touch("More", "main article")
        await carol.press("Report…", "main article")
        await carol.touch("Something else")
        await carol.fill("What should those who look after the server know?", "Always tea.")
        await carol.press("Report", "form.panel", "button")

        await _limits(judge, alice, text)

        # Nothing changes for who follows.
        await carol.go("/notifications")
        told = await carol.reads("li.notice-line:first-of-type")
        assert f"Your report of {alice.handle} was looked at." in told
        assert "Thank you, we talked to them." in told
        assert "limited" not in told
        await carol.picture("limit-5-who-reported")
        await carol.go("/home")
        assert await carol.post(text) != ""
        await carol.go(f"/@{alice.name}")
        assert "This profile is hidden" not in await carol.reads()

        await alice.go("/notifications")
        assert "Less tea, please." in await alice.reads("li.notice-line:first-of-type")
        await alice.press("Read it", "li.notice-line:first-of-type")
        assert "Less tea, please." in await alice.reads("article blockquote")
        assert "Your account was limited" in await alice.reads("article h2")
        await alice.picture("limit-6-who-is-limited")


async def _limits(judge: Person, alice: Person, text: str) -> None:
    await judge.looks_again("/admin/reports", "Always tea.", "ul.entries")
    await judge.press(alice.handle, "ul.entries", "a")
    await judge.touch("Limit…", "[aria-labelledby=people]")
    await judge.fill("What they are told", "Less tea, please.", "details[open]")
    await judge.picture("limit-1-the-report")
    await judge.press("Limit", "details[open]", "button")
    assert "They are limited." in await judge.reads("[role=status]")
    await judge.fill("A word to who made the report, if you like", "Thank you, we talked to them.")
    await judge.picture("limit-2-the-answer")
    await judge.press("Close the report")
    assert await judge.reads("[role=status]") == "The report is closed."
    await judge.go("/")
    assert text not in await judge.reads(), "public timelines are without them"
    await judge.go(f"/@{alice.name}")
    assert await judge.reads("main h1") == "This profile is hidden"
    await judge.picture("limit-3-hidden")
    await judge.press("Show it all the same")
    assert text in await judge.reads()
    await judge.picture("limit-4-shown-all-the-same")
