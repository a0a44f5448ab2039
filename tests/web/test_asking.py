"""Whom the form for a post names: looked up while somebody types, with roles and in an order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web import asking
from storage.queries import actors, post_authors, posts
from tests.sites import World
from tests.web.conftest import Browser
from tests.web.markup import parse_page
from tests.web.test_writing import form_fields, send_form, typed

Browsers = Callable[[str], Awaitable[Browser]]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({}, "a b c d"),
        ({"place-0": "1", "place-1": "2", "place-2": "3", "place-3": "4"}, "a b c d"),
        ({"place-3": "1"}, "d a b c"),
        ({"place-0": "4"}, "b c d a"),
        ({"place-0": "2", "place-1": "1"}, "b a c d"),
        ({"place-0": "x", "place-1": "999999", "place-2": "-1"}, "a b c d"),
    ],
)
def test_somebody_is_put_in_another_place(places: dict[str, str], expected: str) -> None:
    assert asking.in_order({"co_authors": "a, b c;d", **places}) == expected


def test_a_time_is_read_as_utc_or_refused() -> None:
    assert asking.moment("") is None
    assert asking.moment("2026-11-20T10:00") == 1_795_168_800_000
    with pytest.raises(ServiceError):
        asking.moment("tomorrow")


async def test_whoever_is_named_is_looked_up_and_nobody_is_asked(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    alice = await browsers("alice")
    page = await alice.page("/write/people?with=@bob+@nobody@nowhere.example")
    assert "takes invitations from other people only" in page.text
    assert "There is no @nobody@nowhere.example." in page.text
    assert (await stranger.get("/write/people?with=@bob")).status == 303


async def test_roles_and_order_are_seen_before_anybody_is_asked(
    world: World, browsers: Browsers
) -> None:
    bob = await world.site.read(lambda tx: actors.account_by_name(tx, "bob"))
    assert bob is not None
    await world.anyone_may_invite(bob.id)
    await world.anyone_may_invite(await world.account("carol", name="Carol"))
    alice = await browsers("alice")
    fields = await typed(alice, text="We like tea", co_authors="@bob @carol")
    page = parse_page(await (await send_form(alice, fields | {"step": "preview"})).text())
    assert page.all("select", name="role-bob@a.example")
    chosen = form_fields(page) | {"role-bob@a.example": "artist", "place-1": "1"}
    unseen = await send_form(alice, chosen | {"step": "send"})
    assert unseen.status == 200, "another order is another post: shown first"
    page = parse_page(await unseen.text())
    again = form_fields(page)
    assert again["co_authors"] == "@carol @bob"
    assert "art by Bob" in " ".join(page.text.split())
    again |= {
        f"role-{name}": next(
            option.attributes["value"]
            for option in page.one("select", name=f"role-{name}").all("option")
            if "selected" in option.attributes
        )
        for name in ("bob@a.example", "carol@a.example")
    }
    made = await send_form(alice, again | {"step": "send", "waits": "3d"})
    assert made.status == 303, await made.text()
    number = int(made.headers["Location"].rpartition("#p")[2])
    rows = await world.site.read(lambda tx: post_authors.authors_of(tx, [number])[number])
    assert [row.role for row in rows] == ["author", "artist"]
    post = await world.site.read(lambda tx: posts.post(tx, number))
    assert post is not None
    assert post.state == "draft"
