"""What an app has pushed to it: one subscription for each access token."""

from __future__ import annotations

from typing import Any

import pytest

from fedi_cotweet.domain.notification_types import ALERTS, TYPES, WITH_INVITE, pushed_as
from fedi_cotweet.services import pushing
from tests.mastodon_api.conftest import Cast

PATH = "/api/v1/push/subscription"
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORc"
    "xaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
WANTED = {
    "subscription": {"endpoint": "https://push.example/1", "keys": KEYS},
    "data": {"alerts": {"mention": True, "poll": "false", "rain": True}, "policy": "followed"},
}


def _with(member: str, value: Any) -> dict[str, Any]:
    return {**WANTED, "subscription": {**WANTED["subscription"], member: value}}


async def test_a_subscription_is_made_shown_changed_and_ended(cast: Cast) -> None:
    assert await cast.alices.refused("GET", PATH) == 404
    assert await cast.alices.refused("PUT", PATH, {}) == 404
    made = await cast.alices.ask("POST", PATH, WANTED)
    instance = await cast.alices.ask("GET", "/api/v2/instance")
    assert made == {
        "id": made["id"],
        "endpoint": "https://push.example/1",
        "standard": False,
        "alerts": {name: name == "mention" for name in ALERTS},
        "policy": "followed",
        "server_key": instance["configuration"]["vapid"]["public_key"],
    }
    assert len(made["server_key"]) == 87
    assert await cast.alices.ask("GET", PATH) == made
    changed = await cast.alices.ask("PUT", PATH, {"data": {"alerts": {"follow": "1"}}})
    assert [name for name, on in changed["alerts"].items() if on] == ["follow"]
    assert (changed["id"], changed["policy"]) == (made["id"], "all")
    again = await cast.alices.ask("POST", PATH, _with("standard", "true"))
    assert (again["id"] != made["id"], again["standard"]) == (True, True)
    assert await cast.alices.ask("DELETE", PATH) == {}
    assert await cast.alices.ask("DELETE", PATH) == {}
    assert await cast.alices.refused("GET", PATH) == 404


async def test_a_form_does_as_well_and_each_token_has_its_own(cast: Cast) -> None:
    form = {
        "subscription[endpoint]": "https://push.example/2",
        "subscription[keys][p256dh]": f"{KEYS['p256dh']}=",
        "subscription[keys][auth]": f"{KEYS['auth']}==",
        "subscription[standard]": "true",
        "data[alerts][admin.sign_up]": "true",
        "data[policy]": "none",
    }
    response = await cast.alices.raw("POST", PATH, data=form)
    made = await response.json()
    assert (response.status, made["policy"], made["standard"]) == (200, "none", True)
    assert made["alerts"]["admin.sign_up"] is True
    assert await cast.bobs.refused("GET", PATH) == 404
    assert await (await cast.apps.of(cast.alice)).refused("GET", PATH) == 404


CANNOT_BE: tuple[dict[str, Any], ...] = (
    {},
    _with("endpoint", ""),
    _with("endpoint", "https:///1"),
    _with("endpoint", "https://[::"),
    _with("endpoint", "ftp://push.example/1"),
    _with("endpoint", "https://push.example/é"),
    _with("endpoint", "https://push.example/" + "x" * pushing.LONGEST_ENDPOINT),
    _with("endpoint", "http://a.example/inbox"),
    _with("keys", {**KEYS, "auth": "AAAA"}),
    _with("keys", {**KEYS, "p256dh": "AAAA"}),
    {**WANTED, "data": {"policy": "mutuals"}},
)


async def test_what_cannot_be_pushed_to_is_refused(cast: Cast) -> None:
    for wanted in CANNOT_BE:
        assert await cast.alices.refused("POST", PATH, wanted) == 422, wanted
    assert await cast.alices.refused("GET", PATH) == 404


async def test_it_takes_a_persons_token_with_the_scope(cast: Cast) -> None:
    reader = await cast.apps.of(cast.alice, "read write follow")
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert await reader.refused(method, PATH) == 403
        assert await cast.stranger.refused(method, PATH) == 401


async def test_of_too_many_the_oldest_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "MOST_SUBSCRIPTIONS", 2)
    phones = [cast.alices, await cast.apps.of(cast.alice), await cast.apps.of(cast.alice)]
    for phone in [*phones, phones[-1]]:
        await phone.ask("POST", PATH, WANTED)
    assert await phones[0].refused("GET", PATH) == 404
    assert await phones[1].ask("GET", PATH)


def test_there_are_words_for_everything_that_is_pushed() -> None:
    pushed = {kind for kind in TYPES.keys() | WITH_INVITE if pushed_as(kind) is not None}
    assert pushing.TITLES.keys() == pushed
