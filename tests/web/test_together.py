"""What authors have among themselves on the pages: talk, proposals, who stands where, leaving."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from fedi_cotweet.services import changes, leaving
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.posts import delete_post
from fedi_cotweet.services.words import Words
from storage.engine import Tx
from storage.queries import actors, consents, posts
from tests.sites import BASE, World
from tests.web.conftest import Browser, csrf
from tests.web.markup import Element

Browsers = Callable[[str], Awaitable[Browser]]


async def _id(world: World, username: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, username))
    assert account is not None
    return account.id


async def _draft(world: World, text: str = "We like tea") -> tuple[int, int]:
    """A draft of alice with bob, who was asked: its id and that of his invite."""
    me, other = await _id(world, "alice"), await _id(world, "bob")
    number = await world.draft(me, other, text)
    [offer] = await world.site.read(lambda tx: consents.offers_to(tx, other, ["offered"], 10))
    return number, offer.id


async def _published(world: World) -> int:
    number, _ = await _draft(world)
    await world.agree(number)
    return number


async def _do(browser: Browser, number: int, what: str, **fields: str) -> str:
    """Do something from the page, and give what the page says then."""
    token = csrf(await browser.page(f"/together/{number}"))
    done = await browser.send(f"/together/{number}/{what}", {"csrf": token, **fields})
    if done.status != 303:
        return f"{done.status} {await done.text()}"
    return (await browser.page(done.headers["Location"])).text


def _forms(page: Element) -> set[str]:
    return {form.attributes["action"].rpartition("/")[2] for form in page.all("form")}


async def test_authors_talk_and_nobody_else_listens(world: World, browsers: Browsers) -> None:
    number, invite = await _draft(world)
    alice, bob = await browsers("alice"), await browsers("bob")
    assert "Said." in await _do(alice, number, "say", text="Shall we name <b>the tea</b>?")
    heard = await bob.page(f"/together/{invite}")
    assert "Shall we name <b>the tea</b>?" in heard.text
    assert "unsay" not in _forms(heard), "what another said is theirs to take back"
    remark = next(
        field.attributes["value"]
        for field in (await alice.page(f"/together/{number}")).all("input", name="comment")
    )
    assert "Taken back." in await _do(alice, number, "unsay", comment=remark)
    assert "Shall we" not in (await bob.page(f"/together/{invite}")).text
    assert "The comment is empty." in await _do(bob, invite, "say", text=" ")


async def test_a_proposal_is_seen_as_a_difference_taken_over_and_asked_about(
    world: World, browsers: Browsers
) -> None:
    number, invite = await _draft(world)
    alice, bob = await browsers("alice"), await browsers("bob")
    form = await bob.page(f"/together/{invite}/propose")
    assert form.all("textarea", name="text")[0].text == "We like tea"
    fields = {"csrf": csrf(form), "text": "We like cake", "comment": "Truer"}
    sent = await bob.send(f"/together/{invite}/propose", fields)
    assert sent.headers["Location"] == f"/together/{invite}?done=propose"
    page = await alice.page(f"/together/{number}")
    assert [mark.text for mark in page.all("del")] == ["tea"]
    assert [mark.text for mark in page.all("ins")] == ["cake"]
    assert "Truer" in page.text
    proposal = page.all("input", name="proposal")[0].attributes["value"]
    assert "asked to agree" in await _do(alice, number, "take", proposal=proposal)
    post = await world.site.read(lambda tx: posts.post(tx, number))
    assert post is not None
    assert "cake" in post.content
    same = await bob.send(f"/together/{invite}/propose", fields | {"text": ""})
    assert same.status == 422


async def test_whoever_publishes_sees_who_stands_where_and_may_publish_without_the_rest(
    world: World, browsers: Browsers
) -> None:
    number, _ = await _draft(world)
    alice = await browsers("alice")
    page = await alice.page(f"/together/{number}")
    assert "invited, no answer yet" in page.text
    assert "@bob@a.example" in page.text
    assert {"withdraw", "discard", "add", "remove", "say"} <= _forms(page)
    assert "publish" not in _forms(page), "nobody has agreed"
    assert "The invites are taken back." in await _do(alice, number, "withdraw")
    text = await _do(alice, number, "authors/add", handle="@nobody@nowhere.example")
    assert "There is no @nobody@nowhere.example." in text
    assert "Among the authors" in text


async def test_an_author_leaves_after_a_question_and_keeps_the_log(
    world: World, browsers: Browsers
) -> None:
    number = await _published(world)
    bob = await browsers("bob")
    assert f"/together/{number}/leave" in str(
        [a.attributes.get("href") for a in (await bob.page(f"/together/{number}")).all("a")]
    )
    asked = await bob.page(f"/together/{number}/leave")
    assert "Take your name off this post?" in asked.text
    left = await bob.send(f"/together/{number}/leave", {"csrf": csrf(asked)})
    page = await bob.page(left.headers["Location"])
    assert "Your name is off this post." in page.text
    assert "You are no author of this post any more." in page.text
    assert "took their name off" in page.text
    assert "leave" not in _forms(page)
    assert "We like tea" not in (await bob.page("/@bob")).text
    await _tell_the_primary_author(world, number, "bob")
    page = await (await browsers("alice")).page(f"/together/{number}")
    who = page.one("section", **{"aria-labelledby": "who"}).text
    assert "took their name off" in who
    assert "Take off" not in who, "who left cannot be taken off as well"
    log = page.one("section", **{"aria-labelledby": "log"}).text
    for told in ("asked @bob@a.example", "@bob@a.example agreed.", "took their name off"):
        assert log.count(told) == 1, "both of them live here, but it happened once"


async def test_a_change_is_published_with_some_only_once_some_agreed_and_after_a_question(
    world: World, browsers: Browsers
) -> None:
    number, alice = await _published(world), await browsers("alice")
    me, words = await _id(world, "alice"), Words(compose("We like cake", {}, BASE))
    await world.site.write(lambda tx: changes.offer_change(tx, world.site.env, me, number, words))
    page = await alice.page(f"/together/{number}")
    assert "A change is waiting for everybody" in page.text
    assert "publish-change" not in _forms(page), "nobody has agreed"

    def agreed(tx: Tx) -> None:
        uri = world.site.env.addresses.note(number)
        [asked] = [
            one for one in consents.offers_for_object(tx, uri, "sent") if one.state == "offered"
        ]
        consents.change_offer(tx, asked.id, state="accepted")

    await world.site.write(agreed)
    page = await alice.page(f"/together/{number}")
    [fold] = [one for one in page.all("details") if "publish-change" in _forms(one)]
    assert "whoever has not agreed is no author of the post any more" in fold.text


async def _tell_the_primary_author(world: World, number: int, username: str) -> None:
    """What the queue brings there: the stamp of a co-author is gone."""
    gone = await _id(world, username)

    def transaction(tx: Tx) -> None:
        post, person = posts.post(tx, number), actors.actor(tx, gone)
        assert post is not None
        assert person is not None
        [sent] = consents.offers_for_object(tx, post.uri, "sent")
        assert sent.stamp_uri is not None
        leaving.receive_stamp_deletion(tx, world.site.env, sent.stamp_uri, person, "{}")

    await world.site.write(transaction)


async def test_a_co_author_hides_it_on_their_profile_and_asks_for_deletion(
    world: World, browsers: Browsers
) -> None:
    number = await _published(world)
    alice, bob = await browsers("alice"), await browsers("bob")
    assert "does not stand on your profile" in await _do(bob, number, "hide")
    assert "We like tea" not in (await bob.page("/@bob")).text
    assert "stands on your profile again" in await _do(bob, number, "unhide")
    assert "We like tea" in (await bob.page("/@bob")).text
    assert "Asked." in await _do(bob, number, "ask-deletion", comment="Please")
    page = await alice.page(f"/together/{number}")
    assert "Asks to have the post deleted." in page.text
    proposal = page.all("input", name="proposal")[0].attributes["value"]
    assert "Declined." in await _do(alice, number, "refuse", proposal=proposal)


async def test_what_became_of_a_post_is_for_its_authors(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    number = await _published(world)
    bob = await browsers("bob")
    assert "Likes" in (await bob.page(f"/together/{number}/statistics")).text
    await world.account("carol", name="Carol", password=True)
    carol = await browsers("carol")
    for page in ("", "/leave", "/propose", "/statistics"):
        path = f"/together/{number}{page}"
        await carol.page(path, status=403 if page == "/statistics" else 404)
        assert (await stranger.get(path)).headers["Location"].startswith("/auth/sign_in")


@pytest.mark.parametrize(
    "what",
    [
        "say",
        "leave",
        "publish",
        "discard",
        "withdraw",
        "take",
        "propose",
        "authors/add",
        "authors/remove",
        "hide",
        "cancel",
        "publish-change",
        "ask-deletion",
        "explode",
    ],
)
async def test_nobody_does_anything_among_authors_whom_they_are_not(
    world: World, browsers: Browsers, stranger: Browser, what: str
) -> None:
    number, _ = await _draft(world)
    await world.account("carol", name="Carol", password=True)
    carol, path = await browsers("carol"), f"/together/{number}/{what}"
    token = csrf(await carol.page("/home"))
    fields = {"csrf": token, "text": "x", "handle": "@carol@a.example"}
    refused = await carol.send(path, fields)
    assert refused.status == 404, await refused.text()
    assert (await carol.send(path, fields | {"csrf": "wrong"})).status in (403, 404)
    assert (await stranger.send(path, fields)).headers["Location"] == "/auth/sign_in"
    post = await world.site.read(lambda tx: posts.post(tx, number))
    assert post is not None
    assert post.state == "draft"


async def test_a_quote_stands_beside_its_original_with_both_authors_named(
    world: World, stranger: Browser
) -> None:
    first = await world.post(await _id(world, "alice"), "Tea")
    quoted = await world.site.read(lambda tx: posts.post(tx, first))
    assert quoted is not None
    second = await world.post(await _id(world, "bob"), "Cake", quote=quoted.uri)
    page = await stranger.page(f"/@bob/{second}")
    [duet] = [one for one in page.all("div") if one.attributes.get("class") == "duet"]
    assert duet.text.index("Tea") < duet.text.index("Cake"), "the original first"
    assert "@alice@a.example" in duet.text
    assert "@bob@a.example" in duet.text
    dates = [link.attributes["href"] for link in duet.all("a", class_="u-uid")]
    assert dates == [f"http://a.example/@bob/{second}"], "its date stands in its own half"
    await world.site.write(lambda tx: delete_post(tx, world.site.env, quoted.author_id, quoted.id))
    alone = await stranger.page(f"/@bob/{second}")
    assert "Cake" in alone.text
    assert "Quotes a post that is deleted." in alone.text
    assert not [one for one in alone.all("div") if one.attributes.get("class") == "duet"]
