"""Posts that wait for their time: kept whole, published once, changed and given up."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.vocab.reading import parse_time
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services import shutting_out, upkeep
from storage.queries import actors, posts
from tests.mastodon_api.conftest import Cast

MINUTE = 60_000
TIMES = "/api/v1/scheduled_statuses"


def _later(cast: Cast, minutes: int) -> str:
    return moment(cast.world.clock.now + minutes * MINUTE)


async def _wait(cast: Cast, minutes: int) -> None:
    """Time passes, and what it makes due is done."""
    cast.world.clock.now += minutes * MINUTE
    env = cast.world.site.env
    await cast.world.site.write(lambda tx: upkeep.publish_scheduled_posts(tx, env))


async def _texts(cast: Cast) -> list[str]:
    found = await cast.alices.ask("GET", f"/api/v1/accounts/{cast.alice}/statuses")
    return [one["content"] for one in found]


async def test_a_post_waits_for_its_time_and_is_published_once(cast: Cast) -> None:
    alice = cast.alices
    body = {
        "status": "Hello @bob #later",
        "spoiler_text": "Soon",
        "visibility": "private",
        "language": "en",
        "scheduled_at": _later(cast, 10),
    }
    made = await alice.ask("POST", "/api/v1/statuses", body)
    assert made["params"]["text"] == "Hello @bob #later"
    assert made["params"]["visibility"] == "private"
    assert parse_time(made["scheduled_at"]) == cast.world.clock.now + 10 * MINUTE
    assert await alice.ask("GET", TIMES) == [made]
    assert await alice.ask("GET", f"{TIMES}/{made['id']}") == made
    await _wait(cast, 9)
    assert await _texts(cast) == []
    await _wait(cast, 1)
    await _wait(cast, 1)
    [post] = await alice.ask("GET", f"/api/v1/accounts/{cast.alice}/statuses")
    assert (post["spoiler_text"], post["visibility"], post["language"]) == ("Soon", "private", "en")
    assert [one["acct"] for one in post["mentions"]] == ["bob"]
    assert [one["name"] for one in post["tags"]] == ["later"]
    assert post["id"] != made["id"]
    assert await alice.ask("GET", TIMES) == []


async def test_another_time_is_chosen_and_it_is_given_up(cast: Cast) -> None:
    alice = cast.alices
    body = {"status": "Later", "scheduled_at": _later(cast, 10)}
    first = await alice.ask("POST", "/api/v1/statuses", body)
    second = await alice.ask("POST", "/api/v1/statuses", body)
    moved = await alice.ask("PUT", f"{TIMES}/{first['id']}", {"scheduled_at": _later(cast, 60)})
    assert moved["params"] == first["params"]
    assert await alice.ask("DELETE", f"{TIMES}/{second['id']}") == {}
    await _wait(cast, 30)
    assert await _texts(cast) == []
    await _wait(cast, 30)
    assert await _texts(cast) == ["<p>Later</p>"]


async def test_a_repeat_makes_nothing_new_before_and_after_it_is_published(cast: Cast) -> None:
    alice, headers = cast.alices, {"Idempotency-Key": "once"}
    body = {"status": "Later", "scheduled_at": _later(cast, 10)}
    first = await alice.ask("POST", "/api/v1/statuses", body, headers=headers)
    assert await alice.ask("POST", "/api/v1/statuses", body, headers=headers) == first
    await _wait(cast, 10)
    after = await alice.ask("POST", "/api/v1/statuses", body, headers=headers)
    assert after["content"] == "<p>Later</p>"
    assert await _texts(cast) == ["<p>Later</p>"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scheduled_at": "tomorrow"}, "Record invalid"),
        ({"scheduled_at": "2026-11-20T10:04:00Z"}, "five minutes"),
        ({"scheduled_at": "2001-01-01T00:00:00Z"}, "five minutes"),
        ({"status": ""}, "blank"),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_said(
    cast: Cast, changes: dict[str, Any], said: str
) -> None:
    body = {"status": "Later", "scheduled_at": _later(cast, 10)} | changes
    answer = await cast.alices.raw("POST", "/api/v1/statuses", json=body)
    assert answer.status == 422
    assert said in (await answer.json())["error"]
    assert await cast.alices.ask("GET", TIMES) == []


async def test_so_many_wait_and_no_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fedi_cotweet.services.scheduling.MOST_A_DAY", 2)
    body = {"status": "Later", "scheduled_at": _later(cast, 10)}
    made = [await cast.alices.ask("POST", "/api/v1/statuses", body) for _ in range(2)]
    assert await cast.alices.refused("POST", "/api/v1/statuses", body) == 422
    next_day = {"scheduled_at": _later(cast, 60 * 48)}
    await cast.alices.ask("POST", "/api/v1/statuses", body | next_day)
    same = {"scheduled_at": _later(cast, 11)}
    await cast.alices.ask("PUT", f"{TIMES}/{made[0]['id']}", same)
    monkeypatch.setattr("fedi_cotweet.services.scheduling.MOST", 3)
    assert await cast.alices.refused("POST", "/api/v1/statuses", body | next_day) == 422


async def test_what_cannot_be_published_any_more_stays_and_says_why(cast: Cast) -> None:
    alice, me = cast.alices, cast.alice
    picture = await cast.world.picture(me, alt="A lake")
    body = {"status": "Look", "media_ids": [str(picture.id)]}
    made = await alice.ask("POST", "/api/v1/statuses", body | {"scheduled_at": _later(cast, 10)})
    assert [one["description"] for one in made["media_attachments"]] == ["A lake"]
    await alice.ask("POST", "/api/v1/statuses", body)
    await _wait(cast, 10)
    [held] = await alice.ask("GET", TIMES)
    assert held["failure"] == "One of the pictures does not exist."
    assert held["params"]["text"] == "Look"
    assert len(await _texts(cast)) == 1
    await _wait(cast, 10)
    assert len(await _texts(cast)) == 1


async def test_whoever_is_shut_out_publishes_nothing(cast: Cast) -> None:
    alice, site = cast.alices, cast.world.site
    me = cast.alice
    await alice.ask("POST", "/api/v1/statuses", {"status": "No", "scheduled_at": _later(cast, 10)})
    person = await site.read(lambda tx: actors.actor(tx, me))
    assert person is not None
    await site.write(lambda tx: shutting_out.suspend(tx, site.env, person))
    await _wait(cast, 20)
    assert await site.read(lambda tx: posts.count_profile_posts(tx, me, 0)) == 0


async def test_they_are_for_their_author_alone(cast: Cast) -> None:
    body = {"status": "Later", "scheduled_at": _later(cast, 10)}
    made = await cast.alices.ask("POST", "/api/v1/statuses", body)
    path = f"{TIMES}/{made['id']}"
    assert await cast.bobs.ask("GET", TIMES) == []
    for method in ("GET", "DELETE"):
        assert await cast.bobs.refused(method, path) == 404
        assert await cast.stranger.refused(method, path) == 401
    assert await cast.bobs.refused("PUT", path, {"scheduled_at": _later(cast, 20)}) == 404
    assert await cast.alices.refused("PUT", path, {"scheduled_at": "never"}) == 422
    assert await cast.alices.refused("GET", f"{TIMES}/1") == 404
    reader = await cast.apps.of(cast.alice, "profile")
    assert await reader.refused("GET", TIMES) == 403


async def test_a_poll_may_hide_how_it_stands_until_it_is_over(cast: Cast) -> None:
    poll = {"options": ["Tea", "Coffee"], "expires_in": 600, "hide_totals": True}
    made = await cast.alices.ask("POST", "/api/v1/statuses", {"status": "Which?", "poll": poll})
    path = f"/api/v1/polls/{made['poll']['id']}"
    voted = await cast.bobs.ask("POST", f"{path}/votes", {"choices": [0]})
    assert [option["votes_count"] for option in voted["options"]] == [None, None]
    assert voted["own_votes"] == [0]
    assert voted["voters_count"] == 1
    cast.world.clock.now += 11 * MINUTE
    over = await cast.bobs.ask("GET", path)
    assert [option["votes_count"] for option in over["options"]] == [1, 0]


async def test_a_waiting_poll_lasts_from_its_publication_on(cast: Cast) -> None:
    poll = {"options": ["Tea", "Coffee"], "expires_in": 600, "multiple": True}
    body = {"status": "Which?", "poll": poll, "scheduled_at": _later(cast, 10)}
    made = await cast.alices.ask("POST", "/api/v1/statuses", body)
    assert made["params"]["poll"]["options"] == ["Tea", "Coffee"]
    await _wait(cast, 10)
    me = cast.alice
    [post] = await cast.alices.ask("GET", f"/api/v1/accounts/{me}/statuses")
    assert parse_time(post["poll"]["expires_at"]) == cast.world.clock.now + 10 * MINUTE
    assert post["poll"]["multiple"]
