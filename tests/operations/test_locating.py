"""From a page, or what else people paste, to the post."""

from __future__ import annotations

import json

import pytest

from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.operations.locating import NotFetchedError, alternates
from fedi_cotweet.operations.verify import verify_url
from tests.operations.world import NOW, World, only


async def test_a_page_that_answers_with_the_document_is_followed_to_its_id(world: World) -> None:
    world.publish()
    world.a.pages["/@alice/42"] = world.a.pages["/notes/42"]
    report = await world.verify(f"{world.a.base}/@alice/42")
    assert report.verified
    assert report.asked == (f"{world.a.base}/@alice/42", world.note_id)


async def test_what_a_page_says_counts_for_nothing_until_the_id_says_it(world: World) -> None:
    world.publish(note=world.note(content="<p>Something else.</p>"))
    world.a.says("/@alice/42", json.dumps(world.note()), ACTIVITY_JSON)
    report = await world.verify(f"{world.a.base}/@alice/42")
    assert only(report).state == "stale"


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="alternate" type="application/activity+json" href="/notes/42">',
        "<LINK href='/notes/42' type='application/activity+json; charset=utf-8' rel='x alternate'>",
        '<link rel=alternate type=application/activity+json href="{id}" />',
    ],
)
async def test_a_page_is_followed_to_its_post(world: World, tag: str) -> None:
    world.publish()
    html = f"<!doctype html><html><head><title>x</title>{tag}</head><body>hello".replace(
        "{id}", world.note_id
    )
    world.a.says("/@alice/42", html, "text/html; charset=utf-8")
    assert (await world.verify(f"{world.a.base}/@alice/42")).verified


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="alternate" type="application/activity+json" href="{b}/notes/42">',
        '<link rel="stylesheet" type="application/activity+json" href="/notes/42">',
        '<link rel="alternate" type="application/json" href="/notes/42">',
        '<link rel="alternate" type="application/activity+json" href="http://[">',
        '<link rel="alternate" type="application/activity+json">',
    ],
)
async def test_a_page_that_leads_elsewhere_or_nowhere_is_not_followed(
    world: World, tag: str
) -> None:
    world.publish()
    world.b.has(world.stamp())
    world.a.says("/page", f"<head>{tag.replace('{b}', world.b.base)}</head>", "text/html")
    with pytest.raises(NotFetchedError) as caught:
        await world.verify(f"{world.a.base}/page")
    assert caught.value.code == "media_type"
    assert world.a.asked == ["/page"]
    assert world.b.asked == []


async def test_pages_that_send_each_other_around_are_left(world: World) -> None:
    for here, there in ((1, 2), (2, 3), (3, 4), (4, 5)):
        tag = f'<link rel="alternate" type="application/activity+json" href="/{there}">'
        world.a.says(f"/{here}", tag, "text/html")
    with pytest.raises(NotFetchedError):
        await world.verify(f"{world.a.base}/1")
    assert world.a.asked == ["/1", "/2", "/3"]


@pytest.mark.parametrize("piece", ["<link ", "<link a", "<link a=", "<link/", "<", "<!--<link "])
def test_a_page_made_to_be_slow_costs_no_time(piece: str) -> None:
    text = (piece * 262_144)[:262_144]
    assert list(alternates(text + " application/activity+json>")) == []
    tag = f"<link application/activity+json {'a/' * 450}>"
    assert list(alternates(tag * 200)) == []


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "gone"), (410, "gone"), (401, "not_public"), (500, "bad_answer"), (204, "bad_answer")],
)
async def test_a_post_that_is_not_shown_is_not_judged(world: World, status: int, code: str) -> None:
    world.a.fails("/notes/42", status)
    with pytest.raises(NotFetchedError) as caught:
        await world.verify()
    assert caught.value.code == code


async def test_what_is_no_post_is_not_judged(world: World) -> None:
    with pytest.raises(NotFetchedError) as caught:
        await world.verify(world.alice)
    assert caught.value.code == "not_a_post"


async def test_a_document_that_names_another_servers_post_is_only_a_hint(world: World) -> None:
    world.publish()
    forged = world.note() | {"id": f"{world.b.base}/notes/1"}
    world.a.says("/forged", json.dumps(forged), ACTIVITY_JSON)
    with pytest.raises(NotFetchedError) as caught:
        await world.verify(f"{world.a.base}/forged")
    assert caught.value.code == "gone"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/notes/1", "https://localhost/notes/1", "https://a.example:444/"]
)
async def test_loopback_and_plain_http_are_for_development_only(url: str) -> None:
    with pytest.raises(NotFetchedError) as caught:
        await verify_url(url, development=False, ca_file=None, clock=lambda: NOW)
    assert caught.value.code == "bad_address"
