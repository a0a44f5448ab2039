"""Invites on the pages: what is shown is what is agreed to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from fedi_cotweet.services import answers, drafts
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.words import Words
from storage.engine import Tx
from storage.models import Stamp
from storage.queries import actors, consents
from tests.sites import BASE, World
from tests.web.conftest import Browser
from tests.web.markup import Element, parse_page

Browsers = Callable[[str], Awaitable[Browser]]


async def _id(world: World, name: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, name))
    assert account is not None
    return account.id


async def _draft(world: World, text: str = "Ours") -> int:
    return await world.draft(await _id(world, "alice"), await _id(world, "bob"), text)


async def _stamps(world: World, post_id: int) -> list[Stamp]:
    uri = world.site.env.addresses.note(post_id)
    return await world.site.read(lambda tx: consents.live_stamps(tx, uri))


def _form(page: Element, end: str) -> tuple[str, dict[str, str]]:
    """Where a form goes and what it carries."""
    [form] = [f for f in page.all("form") if f.attributes["action"].endswith(end)]
    fields = {
        field.attributes["name"]: field.attributes["value"]
        for field in form.all("input", type="hidden")
    }
    return form.attributes["action"], fields


async def test_agreeing_on_the_page_makes_the_stamp(world: World, browsers: Browsers) -> None:
    post_id = await _draft(world)
    bob = await browsers("bob")
    page = await bob.page("/invites")
    assert "Ours" in page.text
    assert "1 open" in page.one("nav", class_="menu").text
    action, fields = _form(page, "/accept")
    response = await bob.send(action, fields)
    assert (response.status, response.headers["Location"]) == (303, "/invites")
    assert [stamp.digest for stamp in await _stamps(world, post_id)] == [fields["digest"]]
    assert "You agreed" in (await bob.page("/invites")).text


async def test_declining_carries_a_word_to_the_inviter(world: World, browsers: Browsers) -> None:
    post_id = await _draft(world)
    bob = await browsers("bob")
    action, fields = _form(await bob.page("/invites"), "/decline")
    assert (await bob.send(action, fields | {"reason": "Not\0 me"})).status == 303
    uri = world.site.env.addresses.note(post_id)
    [offer] = await world.site.read(lambda tx: consents.offers_for_object(tx, uri, "received"))
    assert (offer.state, offer.reason) == ("declined", "Not me")
    assert "No invites" in (await bob.page("/invites")).text


async def test_what_was_not_shown_is_not_agreed_to(world: World, browsers: Browsers) -> None:
    post_id = await _draft(world)
    bob = await browsers("bob")
    action, fields = _form(await bob.page("/invites"), "/accept")
    response = await bob.send(action, fields | {"digest": "zQmOther"})
    assert response.status == 409
    text = await response.text()
    assert "This is not the version that you were shown." in text
    assert "Ours" in text, "the invite is shown again"
    assert await _stamps(world, post_id) == []


@pytest.mark.parametrize(
    ("change", "origin"),
    [({"csrf": "x"}, BASE), ({"csrf": ""}, BASE), ({}, "https://evil.example"), ({}, "null")],
)
async def test_another_page_cannot_agree_for_anybody(
    world: World, browsers: Browsers, change: dict[str, str], origin: str
) -> None:
    post_id = await _draft(world)
    bob = await browsers("bob")
    for end in ("/accept", "/decline"):
        action, fields = _form(await bob.page("/invites"), end)
        response = await bob.send(action, fields | change, origin=origin)
        assert response.status == 403
    assert await _stamps(world, post_id) == []
    assert "Agree to exactly this" in (await bob.page("/invites")).text


async def test_an_invite_is_there_for_the_person_invited_only(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    post_id = await _draft(world)
    action, fields = _form(await (await browsers("bob")).page("/invites"), "/accept")
    alice = await browsers("alice")
    page = await alice.page("/invites")
    assert "Ours" not in page.text
    own = {"csrf": page.all("input", name="csrf")[0].attributes["value"]}
    for path in (action, "/invites/1/accept", "/invites/x/decline"):
        assert (await alice.send(path, fields | own)).status == 404
    assert (await stranger.send(action, fields)).status == 303
    assert await _stamps(world, post_id) == []


async def test_who_answers_an_older_version_is_shown_the_new_one_and_what_is_different(
    world: World, browsers: Browsers
) -> None:
    post_id = await _draft(world)
    bob = await browsers("bob")
    action, fields = _form(await bob.page("/invites"), "/accept")
    assert not (await bob.page("/invites")).all("ins"), "there is no version before the first"
    words, me = Words(compose("Ours, later", {}, BASE)), await _id(world, "alice")
    await world.site.write(lambda tx: drafts.edit_draft(tx, world.site.env, me, post_id, words))
    await world.deliver_offers(post_id)
    late = await bob.send(action, fields)
    page = parse_page(await late.text())
    assert late.status == 409
    assert "This is not the version that you were shown." in page.text
    assert "What is different from what you were asked before" in page.text
    assert [mark.text for mark in page.all("ins")] == ["+ Ours, later"]
    log = (await (await browsers("alice")).page(f"/together/{post_id}")).text
    assert "@alice@a.example changed the text: @bob@a.example is asked anew." in log
    assert "withdrew" not in log
    assert await _stamps(world, post_id) == []


async def test_a_draft_names_everybody_once_and_nobody_who_said_no(
    world: World, browsers: Browsers
) -> None:
    carol = await world.account("carol", name="Carol", password=True)
    alice = await browsers("alice")
    me, him = await _id(world, "alice"), await _id(world, "bob")
    post_id = await world.draft(me, him, "Ours", carol)
    await world.agree(post_id, only=him)

    async def named() -> list[str]:
        heads = [(await alice.page(path)).all("div", class_="names") for path in paths]
        return [" ".join(head[0].text.split()) for head in heads]

    paths = ("/drafts", f"/together/{post_id}")
    line = "Alice @alice@a.example, Bob @bob@a.example and Carol @carol@a.example"
    assert await named() == [line, line]

    def say_no(tx: Tx) -> None:
        uri, who = world.site.env.addresses.note(post_id), actors.actor(tx, carol)
        assert who is not None
        [offer] = [
            one for one in consents.offers_for_object(tx, uri, "sent") if one.target_id == carol
        ]
        answers.receive_rejection(tx, world.site.env, offer.uri, who, "")

    await world.site.write(say_no)
    line = "Alice @alice@a.example and Bob @bob@a.example"
    assert await named() == [line, line]


async def test_a_draft_is_not_discarded_by_one_press(world: World, browsers: Browsers) -> None:
    post_id, alice = await _draft(world), await browsers("alice")
    for path in ("/drafts", f"/together/{post_id}"):
        page = await alice.page(path)
        [fold] = [one for one in page.all("details") if "Discard" in one.text]
        assert [f for f in fold.all("form") if f.attributes["action"].endswith("/discard")]
        assert "go for good" in fold.text
