"""Writing on the pages: posts, answers, and posts with others, who see exactly what was shown."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from PIL import Image

from fedi_cotweet.services import follows
from storage.engine import Tx
from storage.queries import actors, polls, post_media
from tests.sites import BASE, World
from tests.web.conftest import HTML, Browser
from tests.web.markup import Element, parse_page

Browsers = Callable[[str], Awaitable[Browser]]


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(out, "PNG")
    return out.getvalue()


def form_fields(page: Element) -> dict[str, str]:
    """What the form for a post holds."""
    [form] = [f for f in page.all("form") if f.attributes.get("id") == "write"]
    found = {
        field.attributes["name"]: field.attributes.get("value", "")
        for field in form.all("input")
        if field.attributes.get("type") not in ("checkbox", "file")
    }
    found |= {field.attributes["name"]: field.text for field in form.all("textarea")}
    for field in form.all("select"):
        options = field.all("option")
        chosen = [one for one in options if "selected" in one.attributes] or options
        found[field.attributes["name"]] = chosen[0].attributes["value"]
    return found


async def send_form(
    browser: Browser, fields: dict[str, str], path: str = "/write", **files: bytes
) -> ClientResponse:
    form = FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    for name, octets in files.items():
        form.add_field(name.replace("_", "-"), octets, filename="../../a.png")
    headers = HTML | {"Origin": BASE}
    return await browser.http.post(path, data=form, headers=headers, allow_redirects=False)


async def typed(browser: Browser, path: str = "/write", **fields: str) -> dict[str, str]:
    return form_fields(await browser.page(path)) | fields


async def test_a_post_is_written_previewed_and_published_once(
    world: World, browsers: Browsers
) -> None:
    alice = await browsers("alice")
    fields = await typed(alice, text="Tea & <b>cake</b> #tea", summary="Food", language="en")
    shown = await send_form(alice, fields | {"step": "preview"})
    page = parse_page(await shown.text())
    assert shown.status == 200
    assert "As readers will see it" in page.text
    assert "Tea & <b>cake</b>" in page.text
    assert form_fields(page)["text"] == "Tea & <b>cake</b> #tea"
    assert not [link for link in page.all("a") if link.attributes.get("href") == "/notes/0"]
    made = await send_form(alice, fields | {"step": "send"})
    assert made.status == 303
    address = made.headers["Location"]
    again = await send_form(alice, fields | {"step": "send"})
    assert again.headers["Location"] == address, "the same form makes one post"
    post = await alice.page(address)
    assert "Tea & <b>cake</b>" in post.text


def _buttons(page: Element) -> list[tuple[str, str, str]]:
    """Words, name and value of the buttons of the form, within it and elsewhere, as they stand."""
    [form] = [one for one in page.all("form") if one.attributes.get("id") == "write"]
    inside = form.all("button")
    return [
        (one.text, one.attributes["name"], one.attributes["value"])
        for one in page.all("button")
        if one in inside or one.attributes.get("form") == "write"
    ]


async def test_enter_in_a_field_publishes_nothing(world: World, browsers: Browsers) -> None:
    alice = await browsers("alice")
    me = await world.site.read(lambda tx: actors.account_by_name(tx, "alice"))
    assert me is not None
    number = await world.post(me.id, "Tea")
    for path in ("/write", f"/posts/{number}/edit"):
        page = await alice.page(path)
        assert _buttons(page)[0] == ("Preview", "step", "preview")
        filled = form_fields(page) | {"text": "Cake", "step": "preview"}
        shown = parse_page(await (await send_form(alice, filled, path)).text())
        assert "As readers will see it" in shown.text
        assert _buttons(shown)[0] == ("Preview", "step", "preview")
        send = [button for button in _buttons(shown) if button[2] == "send"]
        assert len(send) == 2, "beside the preview, and at the end of the long form"
        assert send[0] == send[1]


async def test_an_answer_names_and_is_for_whom_it_answers(world: World, browsers: Browsers) -> None:
    bob = await world.site.read(lambda tx: actors.account_by_name(tx, "bob"))
    assert bob is not None
    number = await world.post(bob.id, "Who is there?", summary="Door")
    alice = await browsers("alice")
    fields = await typed(alice, f"/write?reply={number}")
    assert (fields["text"], fields["summary"], fields["visibility"]) == ("@bob", "Door", "public")
    made = await send_form(alice, fields | {"text": "@bob me", "step": "send"})
    page = await alice.page(made.headers["Location"])
    assert "Who is there?" in page.text


async def test_pictures_and_polls_are_kept_over_a_preview(world: World, browsers: Browsers) -> None:
    alice = await browsers("alice")
    fields = await typed(alice, text="Look", **{"alt-0": "A lake"})
    page = parse_page(
        await (await send_form(alice, fields | {"step": "preview"}, file_0=_png())).text()
    )
    kept = form_fields(page)
    [name] = [name for name in kept if name.startswith("media-")]
    assert kept[name] == "A lake"
    made = await send_form(alice, kept | {name: "A teal lake", "step": "send"})
    post_id = int(made.headers["Location"].rpartition("/")[2])
    [held] = await world.site.read(lambda tx: post_media.media_of(tx, post_ids=[post_id]))
    assert held.alt == "A teal lake"
    fields = await typed(alice, text="Which?", lasts="3d", multiple="on")
    fields |= {"option-0": "Tea", "option-1": "Coffee"}
    shown = parse_page(await (await send_form(alice, fields | {"step": "preview"})).text())
    assert "until 23 Nov 2026" in shown.one("section", class_="poll").text
    made = await send_form(alice, fields | {"step": "send"})
    number = int(made.headers["Location"].rpartition("/")[2])
    poll = await world.site.read(lambda tx: polls.poll(tx, number))
    assert poll is not None
    assert [option["name"] for option in poll.options] == ["Tea", "Coffee"]


async def test_a_picture_is_left_out_again(world: World, browsers: Browsers) -> None:
    alice = await browsers("alice")
    fields = await typed(alice, text="Look")
    page = parse_page(
        await (await send_form(alice, fields | {"step": "preview"}, file_0=_png())).text()
    )
    kept = form_fields(page)
    [name] = [name for name in kept if name.startswith("media-")]
    made = await send_form(alice, kept | {name.replace("media", "drop"): "on", "step": "send"})
    post_id = int(made.headers["Location"].rpartition("/")[2])
    assert await world.site.read(lambda tx: post_media.media_of(tx, post_ids=[post_id])) == []


async def _befriend(world: World) -> None:
    """bob follows alice, so she may invite him."""

    def follow(tx: Any) -> None:
        ids = [actors.account_by_name(tx, name) for name in ("bob", "alice")]
        bob, alice = (actors.actor(tx, row.id) for row in ids if row is not None)
        assert bob is not None
        assert alice is not None
        follows.follow(tx, world.site.env, bob.id, alice)

    await world.site.write(follow)
    await world.settle_follows()


async def test_co_authors_are_invited_to_exactly_what_was_shown(
    world: World, browsers: Browsers
) -> None:
    await _befriend(world)
    alice, bob = await browsers("alice"), await browsers("bob")
    fields = await typed(alice, text="We like tea", co_authors="@bob")
    shown = await send_form(alice, fields | {"step": "send"})
    page = parse_page(await shown.text())
    assert shown.status == 200, "nobody is asked about what its author has not seen"
    assert "sees exactly this" in " ".join(page.text.split())
    assert "Nothing is sent yet." in page.text
    assert await _invited(bob) == 0
    seen = form_fields(page)
    changed = await send_form(alice, seen | {"text": "We like coffee", "step": "send"})
    assert changed.status == 200, "it is another post now: shown first"
    made = await send_form(alice, seen | {"step": "send"})
    assert made.headers["Location"].startswith("/drafts?done=invited#p")
    await world.deliver_offers(int(made.headers["Location"].rpartition("#p")[2]))
    assert await _invited(bob) == 1
    drafts = await alice.page(made.headers["Location"].partition("#")[0])
    assert "Asked. It waits here until they have answered." in drafts.text
    assert "invited, no answer yet" in " ".join(drafts.text.split())
    [discard] = [f for f in drafts.all("form") if f.attributes["action"].endswith("/discard")]
    token = {"csrf": discard.all("input")[0].attributes["value"]}
    assert (await bob.send(discard.attributes["action"], token)).status == 403
    assert (await alice.send(discard.attributes["action"], token)).status == 303
    assert "No drafts" in (await alice.page("/drafts")).text


async def _invited(bob: Browser) -> int:
    page = await bob.page("/invites")
    return len([f for f in page.all("form") if f.attributes["action"].endswith("/accept")])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "  "}, "The post is empty"),
        ({"text": "x", "co_authors": "@nobody"}, "nobody"),
        ({"text": "x", "co_authors": "not someone"}, "There is no @not"),
        ({"text": "x", "visibility": "secret"}, "secret"),
        ({"text": "x", "language": "<b>"}, "no language"),
        ({"text": "x", "option-0": "Only one"}, "poll"),
    ],
)
async def test_what_cannot_be_posted_is_said_and_nothing_is_lost(
    world: World, browsers: Browsers, fields: dict[str, str], said: str
) -> None:
    alice = await browsers("alice")
    sent = await typed(alice, **fields)
    refused = await send_form(alice, sent | {"step": "send"})
    page = parse_page(await refused.text())
    assert refused.status in (404, 422)
    [alert] = [one for one in page.walk() if one.attributes.get("role") == "alert"]
    assert said in alert.text
    assert form_fields(page)["text"].strip() == fields["text"].strip()


async def test_what_is_no_picture_is_refused_and_the_text_stays(
    world: World, browsers: Browsers
) -> None:
    alice = await browsers("alice")
    sent = await typed(alice, text="Look")
    refused = await send_form(alice, sent | {"step": "send"}, file_0=b"<script>alert(1)</script>")
    assert refused.status == 422
    assert form_fields(parse_page(await refused.text()))["text"] == "Look"


async def test_nobody_writes_for_somebody_else(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    alice = await browsers("alice")
    sent = await typed(alice, text="x", step="send")
    assert (await send_form(alice, sent | {"csrf": "wrong"})).status == 403
    assert (await send_form(stranger, sent)).headers["Location"] == "/auth/sign_in"
    assert (await stranger.get("/write")).status == 303
    plain = await alice.send("/write", sent)
    assert plain.status == 415


async def test_everything_that_is_wrong_with_the_names_is_said_at_once(
    world: World, browsers: Browsers
) -> None:
    await _befriend(world)
    alice = await browsers("alice")
    fields = await typed(alice, text="We like tea", co_authors="@alice @bob @bbo")
    page = parse_page(await (await send_form(alice, fields | {"step": "preview"})).text())
    told = [" ".join(item.text.split()) for item in page.one("div", id="named").all("li")]
    assert "You are the author already." in told[0]
    assert "gets an invite, sees exactly this, and agrees or not." in told[1]
    assert "@bbo" in told[2]
    assert "Check it." in told[2]
    assert form_fields(page)["co_authors"] == "@alice @bob @bbo"


async def test_a_form_that_is_too_old_sends_nothing_and_gives_back_what_was_typed(
    world: World, browsers: Browsers
) -> None:
    def ids(tx: Tx) -> list[int]:
        found = [actors.account_by_name(tx, name) for name in ("alice", "bob")]
        return [account.id for account in found if account is not None]

    alice_id, bob_id = await world.site.read(ids)
    own, others = await world.picture(alice_id), await world.picture(bob_id)
    alice, session_before = await browsers("alice"), await browsers("alice")
    form = await typed(session_before, text="A long story", summary="Tea", step="send")
    form |= {f"media-{own.id}": "A teapot", f"media-{others.id}": "Mine?"}
    response = await send_form(alice, form | {"seen": "anything"})
    assert response.status == 403
    page = parse_page(await response.text())
    assert "This form was too old, so nothing was sent." in page.one("p", role="alert").text
    again = form_fields(page)
    assert (again["text"], again["summary"], again["seen"]) == ("A long story", "Tea", "")
    assert {name: alt for name, alt in again.items() if name.startswith("media-")} == {
        f"media-{own.id}": "A teapot"
    }
    assert "Tea" not in (await alice.page("/@alice")).text
    assert (await send_form(alice, again | {"step": "send"})).status == 303
    assert "Tea" in (await alice.page("/@alice")).text
    assert (await alice.page("/@alice")).all("img", alt="A teapot") != []
