"""Posts through the client API: written, shown, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import FormData

from storage.engine import Tx
from storage.queries import posts, timelines
from tests.mastodon_api.conftest import Cast

STATUSES = "/api/v1/statuses"


async def test_a_post_is_written_shown_and_deleted(cast: Cast) -> None:
    made = await cast.alices.ask(
        "POST", STATUSES, {"status": "Hello #Tea", "visibility": "unlisted", "spoiler_text": "tea"}
    )
    assert made["account"]["acct"] == "alice"
    assert (made["visibility"], made["spoiler_text"], made["sensitive"]) == (
        "unlisted",
        "tea",
        True,
    )
    assert [tag["name"] for tag in made["tags"]] == ["tea"]
    path = f"{STATUSES}/{made['id']}"
    assert (await cast.stranger.ask("GET", path))["content"] == made["content"]
    assert await cast.bobs.refused("DELETE", path) == 404
    deleted = await cast.alices.ask("DELETE", path)
    assert deleted["text"] == "Hello #Tea"
    assert await cast.alices.refused("GET", path) == 404


@pytest.mark.parametrize("encoding", ["json", "form", "multipart"])
async def test_every_way_to_send_a_post_is_read(cast: Cast, encoding: str) -> None:
    options: dict[str, Any]
    if encoding == "json":
        options = {
            "json": {"status": "Tea?", "poll": {"options": ["yes", "no"], "expires_in": 3600}}
        }
    else:
        form = FormData(quote_fields=False)
        if encoding == "multipart":
            form = FormData(default_to_multipart=True, quote_fields=False)
        form.add_field("status", "Tea?")
        form.add_field("poll[options][]", "yes")
        form.add_field("poll[options][]", "no")
        form.add_field("poll[expires_in]", "3600")
        form.add_field("poll[multiple]", "false")
        options = {"data": form}
    made = await cast.alices.ask("POST", STATUSES, **options)
    assert [option["title"] for option in made["poll"]["options"]] == ["yes", "no"]
    assert made["poll"]["multiple"] is False


async def test_a_repeat_with_the_same_key_posts_nothing(cast: Cast) -> None:
    options: dict[str, Any] = {"headers": {"Idempotency-Key": "one"}}
    first = await cast.alices.ask("POST", STATUSES, {"status": "Once"}, **options)
    again = await cast.alices.ask("POST", STATUSES, {"status": "Once"}, **options)
    bobs = await cast.bobs.ask("POST", STATUSES, {"status": "Mine"}, **options)
    assert first["id"] == again["id"] != bobs["id"]
    cast.world.clock.now += 61 * 60_000
    later = await cast.alices.ask("POST", STATUSES, {"status": "Once"}, **options)
    assert later["id"] != first["id"]


async def test_nothing_cannot_be_posted(cast: Cast) -> None:
    assert await cast.alices.refused("POST", STATUSES, {"status": "  "}) == 422
    assert await cast.alices.refused("POST", STATUSES, {"status": 1, "poll": "x"}) == 422
    assert await cast.stranger.refused("POST", STATUSES, {"status": "Hi"}) == 401


async def test_a_token_without_the_scope_is_told_so(cast: Cast) -> None:
    reader = await cast.apps.of(cast.alice, "read")
    assert await reader.refused("POST", STATUSES, {"status": "Hi"}) == 403
    writer = await cast.apps.of(cast.alice, "write:statuses")
    made = await writer.ask("POST", STATUSES, {"status": "Hi"})
    assert await writer.refused("GET", f"{STATUSES}/{made['id']}") == 403


async def test_who_may_not_read_a_post_does_not_see_that_it_is_there(cast: Cast) -> None:
    direct = await cast.alices.ask(
        "POST", STATUSES, {"status": "@bob psst", "visibility": "direct"}
    )
    path = f"{STATUSES}/{direct['id']}"
    assert [one["acct"] for one in direct["mentions"]] == ["bob"]
    assert (await cast.bobs.ask("GET", path))["visibility"] == "direct"
    assert await cast.stranger.refused("GET", path) == 404
    listed = await cast.stranger.ask("GET", f"{STATUSES}?id[]={direct['id']}")
    assert listed == []


async def test_a_thread_has_what_is_above_and_below(cast: Cast) -> None:
    first = await cast.alices.ask("POST", STATUSES, {"status": "First"})
    second = await cast.bobs.ask(
        "POST", STATUSES, {"status": "Second", "in_reply_to_id": first["id"]}
    )
    third = await cast.alices.ask(
        "POST", STATUSES, {"status": "Third", "in_reply_to_id": second["id"]}
    )
    assert second["in_reply_to_account_id"] == first["account"]["id"]
    found = await cast.stranger.ask("GET", f"{STATUSES}/{second['id']}/context")
    assert [one["id"] for one in found["ancestors"]] == [first["id"]]
    assert [one["id"] for one in found["descendants"]] == [third["id"]]


async def test_an_id_that_is_none_is_not_found(cast: Cast) -> None:
    for strange in ("0", "abc", "9" * 30, "-1"):
        assert await cast.alices.refused("GET", f"{STATUSES}/{strange}") == 404


async def test_what_strangers_call_a_hashtag_is_no_markup(cast: Cast) -> None:
    made = await cast.alices.ask("POST", STATUSES, {"status": "#Tea"})
    strange = ['#"><script>x', "#..%2f..", "#Tee\u00fc", "#1"]
    tags = [{"type": "Hashtag", "name": name, "href": "javascript:5"} for name in strange]

    def write(tx: Tx) -> None:
        post = timelines.status(tx, int(made["id"]))
        assert post is not None
        posts.change_post(tx, post.id, tags=tags)

    await cast.world.site.write(write)
    shown = await cast.stranger.ask("GET", f"{STATUSES}/{made['id']}")
    assert shown["tags"] == [{"name": "tee\u00fc", "url": "http://a.example/tags/tee%C3%BC"}]
