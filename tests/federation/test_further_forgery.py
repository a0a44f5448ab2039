"""Further ways to get a name onto a post: by timing, by looks, by addresses, by other doors.

Each is a row of docs/explanation/threats.md.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from activitypub.documents.tombstone import build_tombstone
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import ACTIVITY_JSON, note_context
from fedi_cotweet.conformance.cotweets import CoTweet
from fedi_cotweet.domain.limits import MINUTE
from tests.federation.cast import Cast
from tests.federation.here import Here

INVITES = "/api/v1/cotweets/invites"


async def shown_by_alice(cast: Cast, post: CoTweet) -> None:
    """Dave got a post with consent."""
    await cast.follow(cast.alice)
    post.consent(post.signing_co_author)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors


async def test_a_version_that_comes_while_the_stamp_is_fetched_is_not_shown_with_it(
    cast: Cast,
) -> None:
    """The verdict is about the version it was asked for, whatever came meanwhile."""
    await cast.follow(cast.alice)
    post = cast.cotweet()
    url = post.consent(cast.bob)
    post.publish()
    stamp = post.stamp(cast.bob, id=url)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        asked.set()
        await go_on.wait()
        return web.Response(body=json.dumps(stamp), headers={"Content-Type": ACTIVITY_JSON})

    cast.b.routes[url.removeprefix(cast.b.base)] = slow
    await cast.alice.send(cast.here.inbox, post.create())
    await asyncio.wait_for(asked.wait(), 10)
    other = post.publish(content="<p>Hate.</p>", updated=format_time(cast.here.clock() + 1000))
    assert (await cast.alice.send(cast.here.inbox, post.update(other))).status == 202
    go_on.set()
    await cast.here.settle()
    held = await cast.here.post(post.id)
    assert held is not None
    assert "Hate" in held.content
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_deletion_that_comes_while_the_stamp_is_fetched_counts(cast: Cast) -> None:
    await cast.follow(cast.alice)
    post = cast.cotweet()
    url = post.consent(cast.bob)
    post.publish()
    stamp = post.stamp(cast.bob, id=url)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        asked.set()
        await go_on.wait()
        return web.Response(body=json.dumps(stamp), headers={"Content-Type": ACTIVITY_JSON})

    cast.b.routes[url.removeprefix(cast.b.base)] = slow
    await cast.alice.send(cast.here.inbox, post.create())
    await asyncio.wait_for(asked.wait(), 10)
    leaving = cast.bob.proven(post.deletion(cast.bob))
    assert (await cast.bob.send(cast.here.inbox, leaving)).status == 202
    go_on.set()
    await cast.here.settle()
    assert await cast.shown(post.id) == [cast.alice.id]


SPELLINGS: dict[str, Callable[[str], str]] = {
    "percent": lambda uri: uri.replace("/bob", "/%62ob"),
    "dots": lambda uri: uri.replace("/users/", "/users/./"),
    "empty segment": lambda uri: uri.replace("/users/", "//users/"),
    "user information": lambda uri: uri.replace("://", "://bob@"),
    "scheme in capitals": lambda uri: uri.replace("http:", "HTTP:"),
    "host with a dot": lambda uri: uri.replace("127.0.0.1:", "127.0.0.1.:"),
    "host as a number": lambda uri: uri.replace("127.0.0.1:", "2130706433:"),
    "mapped host": lambda uri: uri.replace("127.0.0.1:", "[::ffff:127.0.0.1]:"),
    "port with a zero": lambda uri: re.sub(r":(\d+)/", r":0\1/", uri),
    "space": lambda uri: f"{uri} ",
    "look-alike": lambda uri: uri.replace("/bob", "/b\N{CYRILLIC SMALL LETTER O}b"),
    "zero width": lambda uri: uri.replace("/bob", "/bo\N{ZERO WIDTH SPACE}b"),
}
"""Other ways to write bob's identifier. Identifiers are compared byte for byte."""


async def test_another_spelling_of_bob_is_not_bob(cast: Cast) -> None:
    await cast.follow(cast.alice)
    await cast.follow(cast.bob, account="carol")
    for what, respell in SPELLINGS.items():
        named = respell(cast.bob.id)
        assert named != cast.bob.id, what
        authors = [cast.alice.id, named]
        post = cast.cotweet()
        post.consent(cast.bob, consentedAuthors=authors)
        for stamp in (post.stamps[cast.bob.id], respell(post.stamps[cast.bob.id])):
            note = post.note(
                coAuthors=[named],
                attributedTo=[{"type": "Person", "id": uri} for uri in authors],
                coAuthorAuthorization=[stamp],
            )
            cast.a.serve(note)
            await cast.deliver(cast.alice, post.create(note))
            assert await cast.shown(post.id) in ([cast.alice.id], None), what
    assert await cast.timeline("carol") == []


async def test_another_spelling_of_the_post_borrows_no_stamp(cast: Cast) -> None:
    post = cast.cotweet()
    await shown_by_alice(cast, post)
    for spelling in (
        f"{post.id}/",
        f"{post.id}#2",
        f"{post.id}?",
        post.id.replace("notes", "./notes"),
    ):
        other = cast.cotweet(id=spelling)
        other.stamps = dict(post.stamps)
        cast.a.serve(other.note(), at=spelling)
        await cast.deliver(cast.alice, other.create())
        assert await cast.shown(spelling) in ([cast.alice.id], None), spelling


async def test_a_crowd_of_stamps_is_not_fetched(cast: Cast) -> None:
    """Nor does it make us a tool against bob's server."""
    await cast.follow(cast.alice)
    post = cast.cotweet()
    urls = [cast.b.serve(post.stamp(cast.bob)) for _ in range(50)]
    asked = len(cast.b.asked)
    await cast.deliver(cast.alice, post.create(post.note(coAuthorAuthorization=urls)))
    assert await cast.shown(post.id) == [cast.alice.id]
    assert len(cast.b.asked) == asked


async def test_nine_co_authors_of_one_server_cost_it_a_bounded_number_of_requests(
    cast: Cast,
) -> None:
    await cast.follow(cast.alice)
    people = [cast.b.person(f"bob{number}") for number in range(9)]
    post = cast.cotweet(*people)
    for person in people:
        # Every stamp is the first one's, so that each is tried for all.
        stamp = post.stamp(people[0])
        post.stamps[person.id] = cast.b.serve(stamp)
    cast.b.asked.clear()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) in (
        [cast.alice.id, people[0].id],
        [cast.alice.id],
    )
    stamps = [request for request in cast.b.asked if "coauthor" in request.path]
    assert len(stamps) <= 20


LOOKS = (
    '<p>Words.</p><p class="coauthors-inline">With <a href="{bob}" class="mention">@bob</a></p>',
    '<p>Words.</p><p class="byline"><a class="h-card p-author" href="{bob}">Bob</a></p>',
    '<p class="h-entry">Words <span class="p-author h-card">Bob</span></p>',
    '<p><a rel="author me" class="u-author h-card" href="{bob}">Bob</a> agreed to this.</p>',
)
"""Texts that look like what a page says of authors."""


@pytest.mark.parametrize("look", LOOKS, ids=["notice", "byline", "entry", "author"])
async def test_a_text_that_looks_like_a_byline_is_a_text(cast: Cast, look: str) -> None:
    await cast.follow(cast.alice)
    post = cast.cotweet()
    text = look.format(bob=cast.bob.id)
    note = post.note(
        content=text, coAuthors=None, coAuthorAuthorization=None, attributedTo=cast.alice.id
    )
    cast.a.serve(note)
    await cast.deliver(cast.alice, post.create(note))
    assert await cast.shown(post.id) == [cast.alice.id]
    held = await cast.here.post(post.id)
    assert held is not None
    _, page = await cast.here.get(f"/@alice@{cast.a.host}/{held.id}", Accept="text/html")
    assert "Words" in page or "agreed to this" in page
    # Neither the classes of our own pages nor those by which programs find a post's authors.
    inside = re.findall(r'<div class="content[^>]*>(.*?)</div>', page, re.DOTALL)
    assert inside
    classes = {name for text in inside for group in re.findall(r'class="([^"]*)"', text)
               for name in group.split()}  # fmt: skip
    assert classes & {"byline", "coauthors-inline", "p-author", "u-author", "h-entry"} == set()
    assert not re.search(r'rel="[^"]*(author|me)\b', "".join(inside))
    assert page.count("Both agreed to this") == 0
    linked = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert not any(cast.bob.id in text for text in linked)


async def test_a_display_name_that_names_others_stands_beside_its_own_handle(cast: Cast) -> None:
    await cast.follow(cast.alice)
    cast.alice.serve(name=f"Alice and @{cast.bob.handle} \N{WHITE HEAVY CHECK MARK}")
    await cast.deliver(cast.alice, cast.alice.activity("Update", cast.alice.document()))
    post = cast.cotweet()
    note = post.note(coAuthors=None, coAuthorAuthorization=None, attributedTo=cast.alice.id)
    await cast.deliver(cast.alice, post.create(note))
    held = await cast.here.post(post.id)
    assert held is not None
    view = await cast.here.api("GET", f"/api/v1/control/posts/{held.id}")
    assert [author["handle"] for author in view["authors"]] == [cast.alice.handle]
    _, page = await cast.here.get(f"/@alice@{cast.a.host}/{held.id}", Accept="text/html")
    assert f"@{cast.alice.handle}</bdi>" in page
    assert "agreed to this" not in page


async def test_reading_never_agrees(cast: Cast) -> None:
    """A preview, a prefetch or a crawler that follows every address changes nothing."""
    post = cast.cotweet(cast.local("bob"))
    await cast.deliver(cast.alice, post.offer(cast.local("bob")))
    invite = await cast.invite()
    assert invite is not None
    before = await cast.here.contents()
    headers = {
        "Authorization": f"Bearer {cast.here.server.operator_token}",
        "X-Account": "bob",
    }
    for resource in cast.here.web.router.resources():
        path = resource.canonical.replace("{id}", str(invite["id"]))
        path = re.sub(r"\{\w+\}", "bob", path)
        for method in ("GET", "HEAD", "OPTIONS"):
            async with cast.here.session.request(
                method, cast.here.base + path, headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                assert answer.status < 500, path
    await cast.here.settle()
    after = await cast.here.contents()
    assert {name: after[name] for name in ("offers", "stamps")} == {
        name: before[name] for name in ("offers", "stamps")
    }
    assert await cast.invite() == invite
    assert cast.a.received == []


async def test_nobody_answers_without_the_operators_token_or_a_session(cast: Cast) -> None:
    post = cast.cotweet(cast.local("bob"))
    await cast.deliver(cast.alice, post.offer(cast.local("bob")))
    invite = await cast.invite()
    assert invite is not None
    tries: list[tuple[str, dict[str, str], Any]] = [
        (f"{INVITES}/{invite['id']}/accept", {"X-Account": "bob"}, {"digest": post.digest}),
        (
            f"{INVITES}/{invite['id']}/accept",
            {"X-Account": "bob", "Authorization": "Bearer "},
            {"digest": post.digest},
        ),
        (f"/invites/{invite['id']}/accept", {}, None),
        (f"/invites/{invite['id']}/accept", {"Cookie": "session=bob"}, None),
        (f"/invites/{invite['id']}/accept", {"X-Account": "bob"}, None),
    ]
    for path, headers, document in tries:
        async with cast.here.session.post(
            cast.here.base + path, json=document, headers=headers, allow_redirects=False
        ) as answer:
            assert answer.status in (302, 303, 401, 403), path
    await cast.here.settle()
    assert await cast.invite() == invite
    assert cast.a.received == []


async def test_a_picture_of_ours_is_never_a_stamp(cast: Cast) -> None:
    """What somebody uploads here is not served as an ActivityPub document, whatever is in it."""
    here: Here = cast.here
    post = cast.cotweet(cast.local("bob"))
    stamp = {"@context": note_context(True), "type": "CoAuthorAuthorization", "attributedTo": "bob"}
    for name, media_type in (("stamp.json", "application/activity+json"), ("a.png", "image/png")):
        form = aiohttp.FormData()
        form.add_field("file", json.dumps(stamp), filename=name, content_type=media_type)
        async with here.session.post(
            f"{here.base}/api/v1/control/media",
            data=form,
            headers={"Authorization": f"Bearer {here.server.operator_token}", "X-Account": "bob"},
        ) as answer:
            assert answer.status == 422, post.id


async def test_a_copy_of_the_post_by_somebody_else_carries_no_name(cast: Cast) -> None:
    """The whole document, stamps included, as a post of mallory's, or quoted in hers."""
    await cast.follow(cast.alice, cast.mallory)
    await cast.follow(cast.bob, account="carol")
    post = cast.cotweet()
    post.consent(cast.bob)
    for members in (
        {"id": cast.mallory.mint("notes"), "attributedTo": cast.mallory.id},
        {
            "id": cast.mallory.mint("notes"),
            "attributedTo": [
                {"type": "Person", "id": uri} for uri in (cast.mallory.id, cast.bob.id)
            ],
        },
        {"id": cast.mallory.mint("notes"), "attributedTo": cast.mallory.id, "quoteUrl": post.id},
    ):
        copy = post.note(**members)
        cast.m.serve(copy)
        await cast.deliver(cast.mallory, cast.mallory.activity("Create", copy))
        assert await cast.shown(str(members["id"])) == [cast.mallory.id]
    assert await cast.timeline("carol") == []


async def test_an_actor_who_takes_bobs_name_and_picture_is_somebody_else(cast: Cast) -> None:
    """Mallory calls herself bob in every text of her document, and gives bob's handle and page."""
    await cast.follow(cast.alice)
    cast.mallory.serve(preferredUsername="bob", name="Bob", webfinger=cast.bob.handle)
    post = cast.cotweet(cast.mallory)
    post.consent(cast.mallory)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    held = await cast.here.post(post.id)
    assert held is not None
    view = await cast.here.api("GET", f"/api/v1/control/posts/{held.id}")
    shown = {author["handle"] for author in view["authors"]}
    assert cast.bob.handle not in shown
    assert len(shown) == 2


async def test_a_stamp_that_goes_and_comes_is_taken_for_what_it_is_now(cast: Cast) -> None:
    """Bob took it back while nobody told us; alice's server keeps listing it."""
    post = cast.cotweet()
    await shown_by_alice(cast, post)
    gone = build_tombstone(post.stamps[cast.bob.id], cast.here.clock(), "CoAuthorAuthorization")
    cast.b.serve(gone, status=410)
    cast.here.clock.advance(MINUTE)
    again = post.publish(updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, post.update(again))
    await cast.here.pass_time(25 * 60 * MINUTE)
    assert await cast.shown(post.id) == [cast.alice.id]
