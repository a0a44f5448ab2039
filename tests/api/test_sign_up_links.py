"""Sign-up links of whoever runs the server."""

from __future__ import annotations

from fedi_cotweet.services import sign_up_links
from tests.api.conftest import CONTROL, Api
from tests.sites import World

LINKS = f"{CONTROL}/sign-up-links"


async def test_the_operator_makes_links_sees_them_and_ends_them(world: World, api: Api) -> None:
    made = await api.ask("POST", LINKS, {"uses": None, "days": 30, "for_whom": "fair"}, status=201)
    code = made["url"].removeprefix("http://a.example/sign-up?link=")
    env = world.site.env
    opened = await world.site.read(lambda tx: sign_up_links.open_link(tx, env, code))
    assert str(opened.id) == made["link"]["id"]
    once = await api.ask("POST", LINKS, {}, status=201)
    assert (once["link"]["most_uses"], once["link"]["state"]) == (1, "open")
    found = (await api.ask("GET", LINKS))["sign_up_links"]
    assert [one["id"] for one in found] == [once["link"]["id"], made["link"]["id"]]
    assert found[1] == made["link"]
    assert code not in str(found), "it is shown once"
    await api.ask("DELETE", f"{LINKS}/{made['link']['id']}", status=204)
    states = [one["state"] for one in (await api.ask("GET", LINKS))["sign_up_links"]]
    assert states == ["open", "ended"]
    assert await api.refused("DELETE", f"{LINKS}/1") == (404, "not_found")
    assert await api.refused("POST", LINKS, {"uses": 0}) == (422, "bad_sign_up_link")
