"""What the operator lays down and publishes, as apps show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from fedi_cotweet.mastodon_api import setup
from fedi_cotweet.services import house
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.queries import relations
from tests.mastodon_api.conftest import App, Cast, MakeClient

INSTANCE = "/api/v1/instance"


async def _rule(cast: Cast, text: str, hint: str = "") -> str:
    env = cast.world.site.env
    return (await cast.world.site.write(lambda tx: house.add_rule(tx, env, text, hint))).id


async def test_rules_are_shown_and_reports_name_them(cast: Cast) -> None:
    kind = await _rule(cast, "Be  kind.", "Even when it is hard.")
    await _rule(cast, "No adverts.")
    shown = await cast.stranger.ask("GET", f"{INSTANCE}/rules")
    assert shown[0] == {
        "id": kind,
        "text": "Be kind.",
        "hint": "Even when it is hard.",
        "translations": {},
    }
    for version in ("v1", "v2"):
        assert (await cast.stranger.ask("GET", f"/api/{version}/instance"))["rules"] == shown
    body = {"account_id": str(cast.bob), "rule_ids": [kind], "category": "spam"}
    made = await cast.alices.ask("POST", "/api/v1/reports", body)
    assert (made["category"], made["rule_ids"]) == ("violation", [kind])
    body["rule_ids"] = [kind, "7"]
    assert await cast.alices.refused("POST", "/api/v1/reports", body) == 422


async def test_the_texts_are_what_the_operator_wrote(cast: Cast) -> None:
    env, site = cast.world.site.env, cast.world.site

    def write(tx: Tx) -> None:
        for kind in house.KINDS:
            house.set_text(tx, env, kind, f"About {kind}: <b>\n\nhttps://tea.example")

    assert await cast.stranger.refused("GET", f"{INSTANCE}/terms_of_service") == 404
    empty = await cast.stranger.ask("GET", f"{INSTANCE}/privacy_policy")
    assert empty["content"] == ""
    await site.write(write)
    for path in ("extended_description", "privacy_policy", "terms_of_service"):
        shown = await cast.stranger.ask("GET", f"{INSTANCE}/{path}")
        assert "&lt;b&gt;</p><p>" in shown["content"]
        assert 'href="https://tea.example"' in shown["content"]
    shown = await cast.stranger.ask("GET", f"{INSTANCE}/terms_of_service")
    today = datetime.fromtimestamp(cast.world.clock.now / 1000, UTC).date().isoformat()
    assert (shown["effective_date"], shown["effective"]) == (today, True)
    assert await cast.stranger.ask("GET", f"{INSTANCE}/terms_of_service/{today}") == shown
    assert await cast.stranger.refused("GET", f"{INSTANCE}/terms_of_service/2020-01-01") == 404


@pytest.mark.parametrize(("text", "hint"), [(" ", ""), ("x" * 301, ""), ("Be kind.", "x" * 2_001)])
async def test_what_is_no_rule_is_refused(cast: Cast, text: str, hint: str) -> None:
    with pytest.raises(ServiceError, match="A rule has"):
        await _rule(cast, text, hint)


@pytest.mark.parametrize(
    ("shown_to", "statuses"),
    [("nobody", (404, 404)), ("people", (404, 200)), ("everybody", (200, 200))],
)
async def test_blocked_servers_are_shown_to_whom_the_operator_says(
    cast: Cast, aiohttp_client: MakeClient, shown_to: str, statuses: tuple[int, int]
) -> None:
    world = cast.world
    changed = replace(world.site.settings, host_rules_shown_to=shown_to)
    app = web.Application()
    setup(app, replace(world.site, settings=changed))
    http = await aiohttp_client(app)

    def write(tx: Tx) -> None:
        for host, severity in (("a.example", "suspend"), ("b.example", "limit")):
            relations.set_host_rule(tx, host, severity, "For me", world.clock.now)

    await world.site.write(write)
    for asking, status in zip((App(http), App(http, cast.alices.token)), statuses, strict=True):
        shown = await asking.ask("GET", f"{INSTANCE}/domain_blocks", status=status)
        if status == 200:
            assert [(one["domain"], one["severity"], one["comment"]) for one in shown] == [
                ("a.example", "suspend", None),
                ("b.example", "silence", None),
            ]


async def test_activity_is_of_twelve_weeks(cast: Cast) -> None:
    await cast.alices.ask("POST", "/api/v1/statuses", {"status": "Here"})
    weeks = await cast.stranger.ask("GET", f"{INSTANCE}/activity")
    assert len(weeks) == 12
    assert (weeks[0]["statuses"], weeks[0]["registrations"]) == ("1", "2")
    assert datetime.fromtimestamp(int(weeks[0]["week"]), UTC).isoweekday() == 1
    assert all((one["statuses"], one["registrations"]) == ("0", "0") for one in weeks[1:])


async def test_languages_have_names(cast: Cast) -> None:
    found = await cast.stranger.ask("GET", f"{INSTANCE}/languages")
    assert {"code": "fr", "name": "French"} in found
    assert len({one["code"] for one in found}) == len(found) == 183
