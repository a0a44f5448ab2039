"""One's own profile and defaults through the client API, and what is not offered."""

from __future__ import annotations

import io
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image

from fedi_cotweet.services import own_profile
from tests.mastodon_api.conftest import Cast

UPDATE = "/api/v1/accounts/update_credentials"


def _form(**texts: str) -> FormData:
    form = FormData(default_to_multipart=True, quote_fields=False)
    for name, value in texts.items():
        form.add_field(name, value)
    return form


async def test_a_profile_is_changed_as_apps_send_it(cast: Cast) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    form = _form(display_name="Alice A.", note="Makes #tea", bot="1", locked="true")
    form.add_field("fields_attributes[0][name]", "Tea")
    form.add_field("fields_attributes[0][value]", "Green")
    form.add_field("fields_attributes[1][name]", "")
    form.add_field("fields_attributes[1][value]", "")
    form.add_field("source[privacy]", "unlisted")
    form.add_field("source[sensitive]", "true")
    form.add_field("source[language]", "nl")
    form.add_field("avatar", out.getvalue(), filename="a.png", content_type="image/png")
    me = await cast.alices.ask("PATCH", UPDATE, data=form)
    assert (me["display_name"], me["bot"], me["locked"]) == ("Alice A.", True, True)
    assert [(one["name"], one["value"]) for one in me["fields"]] == [("Tea", "Green")]
    assert "/media/" in me["avatar"]
    assert (me["source"]["privacy"], me["source"]["sensitive"]) == ("unlisted", True)
    assert (me["source"]["language"], me["source"]["note"]) == ("nl", "Makes #tea")
    gone = await cast.alices.ask("DELETE", "/api/v1/profile/avatar")
    assert gone["avatar"].endswith("/avatars/original/missing.png")
    assert (await cast.alices.ask("DELETE", "/api/v1/profile/header"))["id"] == me["id"]
    preferences = await cast.alices.ask("GET", "/api/v1/preferences")
    assert preferences["posting:default:visibility"] == "unlisted"


async def test_a_form_in_which_no_file_was_chosen_leaves_the_pictures(cast: Cast) -> None:
    form = _form(display_name="Alice of Phanpy")
    for kind in ("avatar", "header"):
        form.add_field(kind, b"", filename="", content_type="application/octet-stream")
    me = await cast.alices.ask("PATCH", UPDATE, data=form)
    assert me["display_name"] == "Alice of Phanpy"


async def test_json_changes_only_what_it_names(cast: Cast) -> None:
    me = await cast.alices.ask(
        "PATCH",
        UPDATE,
        {
            "discoverable": True,
            "indexable": True,
            "hide_collections": True,
            "attribution_domains": ["news.example"],
            "fields_attributes": [{"name": "Tea", "value": "Black"}],
            "source": {"quote_policy": "nobody", "privacy": "private"},
        },
    )
    assert (me["display_name"], me["discoverable"], me["indexable"]) == ("Alice", True, True)
    source = me["source"]
    assert (source["hide_collections"], source["attribution_domains"]) == (True, ["news.example"])
    assert (source["quote_policy"], source["privacy"]) == ("nobody", "private")
    assert [one["value"] for one in me["fields"]] == ["Black"]
    made = await cast.alices.ask("POST", "/api/v1/statuses", {"status": "Hm"})
    assert made["visibility"] == "private"


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": "x" * 200},
        {"source": {"privacy": "everybody"}},
        {"source": {"language": "not a language"}},
        {"source": {"quote_policy": "sometimes"}},
        {"fields_attributes": [{"name": "Tea", "value": ""}]},
        {"avatar": "no file"},
        {"locked": "perhaps"},
    ],
)
async def test_what_cannot_be_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    assert await cast.alices.refused("PATCH", UPDATE, wrong) == 422


async def test_who_may_not_change_a_profile_is_told_so(cast: Cast) -> None:
    assert await cast.stranger.refused("PATCH", UPDATE, {"note": "x"}) == 401
    reader = await cast.apps.of(cast.alice, "read")
    assert await reader.refused("PATCH", UPDATE, {"note": "x"}) == 403


async def test_featured_hashtags_are_counted(cast: Cast) -> None:
    await cast.alices.ask("POST", "/api/v1/statuses", {"status": "#Tea is ready"})
    site, wanted = cast.world.site, own_profile.Wanted(featured_tags=["Tea", "Rain"])
    await site.write(lambda tx: own_profile.change(tx, site.env, cast.alice, wanted))
    found = await cast.stranger.ask("GET", f"/api/v1/accounts/{cast.alice}/featured_tags")
    assert [(one["name"], one["statuses_count"]) for one in found] == [("Tea", "1"), ("Rain", "0")]
    assert await cast.alices.ask("GET", "/api/v1/featured_tags") == found


async def test_hashtags_that_one_uses_are_suggested(cast: Cast) -> None:
    path = "/api/v1/featured_tags/suggestions"
    for text in ("#rain and #Tea", "#tea", "#snow"):
        await cast.alices.ask("POST", "/api/v1/statuses", {"status": text})
    quiet = {"status": "#secret", "visibility": "private"}
    await cast.alices.ask("POST", "/api/v1/statuses", quiet)
    assert [one["name"] for one in await cast.alices.ask("GET", path)] == ["tea", "snow", "rain"]
    await cast.alices.ask("POST", "/api/v1/tags/tea/feature")
    assert [one["name"] for one in await cast.alices.ask("GET", path)] == ["snow", "rain"]
    assert await cast.bobs.ask("GET", path) == []


async def test_hashtags_are_featured_and_no_more(cast: Cast) -> None:
    alices, bobs = cast.alices, cast.bobs
    made = await alices.ask("POST", "/api/v1/featured_tags", {"name": "#Tea"})
    assert made["name"] == "Tea"
    assert (await alices.ask("POST", "/api/v1/tags/rain/feature"))["featuring"] is True
    assert await alices.refused("POST", "/api/v1/featured_tags", {"name": "tea"}) == 422
    assert await alices.refused("POST", "/api/v1/featured_tags", {"name": "no tag"}) == 422
    names = [one["name"] for one in await alices.ask("GET", "/api/v1/featured_tags")]
    assert names == ["Tea", "rain"]
    assert (await alices.ask("GET", "/api/v1/tags/tea"))["featuring"] is True
    assert await bobs.refused("DELETE", f"/api/v1/featured_tags/{made['id']}") == 404
    assert await alices.ask("DELETE", f"/api/v1/featured_tags/{made['id']}") == {}
    assert (await alices.ask("POST", "/api/v1/tags/rain/unfeature"))["featuring"] is False
    assert await alices.ask("GET", "/api/v1/featured_tags") == []
    for number in range(own_profile.MOST_TAGS):
        await alices.ask("POST", f"/api/v1/tags/tag{number}/feature")
    assert await alices.refused("POST", "/api/v1/tags/more/feature") == 422


async def test_what_is_not_offered_is_empty(cast: Cast) -> None:
    for path in (
        "v1/trends",
        "v1/instance/peers",
        "v1/trends/tags",
        "v1/trends/statuses",
        "v1/trends/links",
        "v1/timelines/link?url=https://a.example",
    ):
        assert await cast.alices.ask("GET", f"/api/{path}") == []
    assert await cast.alices.ask("GET", "/api/v1/instance/translation_languages") == {}
    about = await cast.stranger.ask("GET", "/api/v1/instance/extended_description")
    assert about["content"] == "<p>Slow posts.</p>"
    for path in ("/health", "/api/v1/streaming/health"):
        assert await (await cast.stranger.raw("GET", path)).text() == "OK"
