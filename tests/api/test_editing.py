"""Ordinary posts are changed in all that a new post can have; each change is one version."""

from __future__ import annotations

from typing import Any

import pytest

from storage.queries import outbox
from tests.api.conftest import CONTROL, Api
from tests.api.test_uploads import MEDIA, form, sample
from tests.sites import World

POSTS = f"{CONTROL}/posts"


async def upload(api: Api, alt: str, kind: str = "PNG") -> str:
    made = await (await api.raw("POST", MEDIA, data=form(sample(kind), alt=alt))).json()
    return str(made["id"])


async def illustrated(api: Api) -> tuple[str, list[str]]:
    """A post with two pictures: its path and theirs."""
    ids = [await upload(api, "A wall"), await upload(api, "A door", "JPEG")]
    body = {"text": "Look at #walls", "language": "en", "media": ids}
    post = await api.ask("POST", POSTS, body, status=201)
    return f"{POSTS}/{post['id']}", ids


async def versions(api: Api, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.ask("GET", f"{path}/history"))["versions"]
    return found


async def updates(world: World) -> int:
    """How many are to be sent."""
    now = world.site.env.now()
    found = await world.site.read(lambda tx: outbox.due(tx, now=now, limit=100))
    return sum(row.kind == "post.updated" for row in found)


async def test_what_is_left_out_of_an_edit_stays(api: Api) -> None:
    path, ids = await illustrated(api)
    before = await api.ask("GET", path)
    assert before["sensitive"] is False
    after = await api.ask("PUT", path, {"sensitive": True})
    assert after["sensitive"] is True
    assert after["summary"] == ""
    assert [item["id"] for item in after["media"]] == ids
    changed = {"sensitive", "updated_at"}
    assert {k for k in after if after[k] != before[k]} <= changed
    assert [version["sensitive"] for version in await versions(api, path)] == [True, False]
    after = await api.ask("PUT", path, {"summary": "Walls", "text": "No more."})
    assert (after["summary"], after["text"], after["language"]) == ("Walls", "No more.", "en")


async def test_pictures_are_described_turned_round_taken_off_and_added(api: Api) -> None:
    path, (wall, door) = await illustrated(api)
    media = [{"id": door, "alt": "An open door", "focus": "0.5,-1"}, wall]
    after = await api.ask("PUT", path, {"media": media})
    assert [(item["alt"], item["focal"]) for item in after["media"]] == [
        ("An open door", [0.5, -1.0]),
        ("A wall", None),
    ]
    roof = await upload(api, "A roof")
    after = await api.ask("PUT", path, {"media": [roof, door]})
    assert [item["alt"] for item in after["media"]] == ["A roof", "An open door"]
    now, then, first = await versions(api, path)
    assert [item["alt"] for item in now["media"]] == ["A roof", "An open door"]
    assert [(item["alt"], item["url"] is None) for item in then["media"]] == [
        ("An open door", False),
        ("A wall", True),
    ]
    assert [item["alt"] for item in first["media"]] == ["A wall", "A door"]
    assert (await api.ask("PUT", path, {"media": []}))["media"] == []


async def test_an_edit_that_changes_nothing_is_none(api: Api, world: World) -> None:
    path, (wall, door) = await illustrated(api)
    await api.ask("PUT", path, {"media": [{"id": wall, "focus": "0,0"}, door]})
    assert await updates(world) == 1
    held = await api.ask("GET", path)
    for same in (
        {},
        {"text": "Look at #walls"},
        {"language": "en", "summary": "", "sensitive": False},
        {"media": [wall, {"id": door, "alt": "A door"}]},
        {"media": [{"id": wall, "focus": "-0,0.0"}, door]},
    ):
        assert await api.ask("PUT", path, same) == held
    assert await updates(world) == 1


async def test_limits_of_posting_are_those_of_edits(api: Api) -> None:
    path, (wall, door) = await illustrated(api)
    others, [theirs, _] = await illustrated(api)
    more = [await upload(api, "x") for _ in range(3)]
    for body, refusal in (
        ({"media": [wall, door, *more]}, "too_many_media"),
        ({"media": [wall, wall]}, "no_such_media"),
        ({"media": [theirs]}, "no_such_media"),
        ({"media": [{"id": wall, "alt": "x" * 1_501}]}, "bad_alt"),
        ({"media": [{"id": wall, "focus": "2,0"}]}, "bad_focus"),
        ({"media": [], "text": ""}, "empty_post"),
        ({"poll": {"options": ["a", "b"], "ends_in_seconds": 86_400}}, "not_a_poll"),
        ({"language": "?"}, "bad_language"),
    ):
        assert await api.refused("PUT", path, body) == (422, refusal)
    assert (await api.refused("PUT", path, {"text": "Mine"}, account="bob"))[0] in (403, 404, 409)
    assert len(await versions(api, path)) == len(await versions(api, others)) == 1
    body = {"text": "Again", "media": [theirs]}
    assert await api.refused("POST", POSTS, body) == (422, "no_such_media")


@pytest.mark.parametrize("other", [{"options": ["Tea", "Milk"]}, {"multiple": True}])
async def test_a_poll_that_asks_otherwise_begins_anew(api: Api, other: dict[str, Any]) -> None:
    poll = {"options": ["Tea", "Coffee"], "ends_in_seconds": 86_400}
    post = await api.ask("POST", POSTS, {"text": "Which?", "poll": poll}, status=201)
    path = f"{POSTS}/{post['id']}"
    voted = await api.ask("POST", f"{path}/votes", {"choices": [0]}, account="bob")
    assert voted["poll"]["voters"] == 1
    longer = await api.ask("PUT", path, {"poll": {"ends_in_seconds": 172_800}})
    assert longer["poll"]["voters"] == 1
    assert longer["poll"]["ends_at"] > voted["poll"]["ends_at"]
    anew = (await api.ask("PUT", path, {"poll": other}))["poll"]
    assert (anew["voters"], [option["votes"] for option in anew["options"]]) == (0, [0, 0])
    assert anew["ends_at"] == longer["poll"]["ends_at"]
    await api.ask("POST", f"{path}/votes", {"choices": [1]}, account="bob")
    assert len(await versions(api, path)) == 2
    picture = await upload(api, "x")
    assert await api.refused("PUT", path, {"media": [picture]}) == (422, "poll_with_media")
