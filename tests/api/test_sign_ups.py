"""The operator's answer to people who ask for an account."""

from __future__ import annotations

from functools import partial

from fedi_cotweet.services import applications, sign_ups
from fedi_cotweet.services.sign_ups import Wish
from tests.api.conftest import CONTROL, Api
from tests.sites import World

SIGN_UPS = f"{CONTROL}/sign-ups"


async def test_the_operator_lets_people_in_or_not(world: World, api: Api) -> None:
    env = world.site.env
    app_id = await _app(world)
    for name in ("yan", "zoe"):
        wish = Wish(name, "h", f"I am {name}", app_id, ["read"])
        await world.site.write(partial(sign_ups.ask, env=env, wish=wish))
        world.clock.now += 1
    found = (await api.ask("GET", SIGN_UPS))["sign_ups"]
    assert [(one["username"], one["reason"]) for one in found] == [
        ("yan", "I am yan"),
        ("zoe", "I am zoe"),
    ]
    approved = await api.ask("POST", f"{SIGN_UPS}/approve", {"username": "@Yan"})
    assert approved == {"username": "yan", "handle": "@yan@a.example"}
    assert await api.ask("POST", f"{SIGN_UPS}/reject", {"username": "zoe"}) == {"username": "zoe"}
    assert (await api.ask("GET", SIGN_UPS))["sign_ups"] == []
    names = [one["username"] for one in (await api.ask("GET", f"{CONTROL}/accounts"))["accounts"]]
    assert "yan" in names
    assert "zoe" not in names
    for what in ("approve", "reject"):
        assert await api.refused("POST", f"{SIGN_UPS}/{what}", {"username": "zoe"}) == (
            404,
            "nobody_waits",
        )


async def _app(world: World) -> int:
    env = world.site.env
    view = await world.site.write(
        lambda tx: applications.register(
            tx, env, name="Notes", redirect_uris=[applications.OUT_OF_BAND]
        )
    )
    return view.id
