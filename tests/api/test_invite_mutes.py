"""Mutes and refused invites over the API."""

from __future__ import annotations

import pytest

from storage.queries import hosts
from tests.api.conftest import CONTROL, COTWEETS, Api
from tests.sites import HOST, World

MUTES = f"{COTWEETS}/invite-mutes"


async def test_somebody_or_a_server_is_muted_and_taken_again(api: Api, world: World) -> None:
    alice = world.site.env.addresses.actor("alice")
    for who, subject in ((f"@alice@{HOST}", alice), ("Z.example", "z.example")):
        given = await api.ask("POST", MUTES, {"who": who}, account="bob")
        assert given == {"subject": subject}
    listed = await api.ask("GET", MUTES, account="bob")
    now = world.clock.now
    assert listed == {
        "invite_mutes": [
            {"subject": alice, "handle": f"alice@{HOST}", "created_at": now},
            {"subject": "z.example", "handle": "", "created_at": now},
        ]
    }
    assert await api.ask("GET", MUTES, account="alice") == {"invite_mutes": []}
    world.people.asked.clear()
    for who in (f"alice@{HOST}", "z.example", "z.example"):
        await api.ask("POST", f"{MUTES}/remove", {"who": who}, account="bob")
    assert await api.ask("GET", MUTES, account="bob") == {"invite_mutes": []}
    assert world.people.asked == [], "whoever is gone can be taken off the list"


@pytest.mark.parametrize("who", ["http:", "b..example", "b example.org", "b.example:port", "ü.de"])
async def test_what_is_no_server_is_not_muted(api: Api, who: str) -> None:
    assert await api.refused("POST", MUTES, {"who": who}) == (422, "bad_host")


async def test_the_operator_sees_whose_invites_were_too_many(api: Api, world: World) -> None:
    assert await api.ask("GET", f"{CONTROL}/refused-invites", account=None) == {"hosts": []}
    for host in ("z.example", "y.example", "z.example"):
        await world.site.write(lambda tx, host=host: hosts.count_refused_invite(tx, host))  # type: ignore[misc]
    assert await api.ask("GET", f"{CONTROL}/refused-invites", account=None) == {
        "hosts": [{"host": "z.example", "refused": 2}, {"host": "y.example", "refused": 1}]
    }
