"""``Create`` and ``Update`` of what is named by its id alone: nobody makes us ask for, or keep,
what we would not have kept had it come whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.cast import Cast
from tests.federation.origins import Person
from tests.federation.talk import asked, held, say


def named(by: Person, kind: str, uri: str, **members: Any) -> dict[str, Any]:
    return {**by.activity(kind, uri), **members}


def notes_asked(by: Person) -> list[str]:
    return [path for path in asked(by.origin) if "/notes/" in path]


@pytest.mark.parametrize("kind", ["Create", "Update"])
async def test_an_id_on_another_server_is_never_fetched(cast: Cast, kind: str) -> None:
    await cast.follow(cast.bob)
    uri = say(cast.carol, "Mine.")["id"]
    alice = cast.here.actor("alice")
    await cast.deliver(cast.bob, named(cast.bob, kind, uri, to=[alice]))
    inbox = f"{cast.here.base}/users/alice/inbox"
    await cast.bob.send(inbox, named(cast.bob, kind, uri))
    await cast.here.settle()
    assert notes_asked(cast.carol) == []
    assert await held(cast.here, [uri]) == 0


async def test_what_concerns_nobody_is_not_fetched(cast: Cast) -> None:
    uri = say(cast.mallory, "Hear me!")["id"]
    await cast.deliver(cast.mallory, named(cast.mallory, "Create", uri))
    assert notes_asked(cast.mallory) == []
    assert await held(cast.here, [uri]) == 0


@pytest.mark.parametrize("why", ["followed", "addressed", "own inbox"])
async def test_what_concerns_somebody_is_fetched_and_stored(cast: Cast, why: str) -> None:
    alice = cast.here.actor("alice")
    members: dict[str, Any] = {"cc": [alice]} if why == "addressed" else {}
    if why == "followed":
        await cast.follow(cast.bob)
    uri = say(cast.bob, "For you.", **members)["id"]
    inbox = f"{cast.here.base}/users/alice/inbox" if why == "own inbox" else cast.here.inbox
    reply = await cast.bob.send(inbox, named(cast.bob, "Create", uri, **members))
    assert reply.status == 202
    await cast.here.settle()
    assert await held(cast.here, [uri]) == 1


@pytest.mark.parametrize("why", ["addresses nobody", "followers", "a neighbour's"])
async def test_what_came_is_judged_anew(cast: Cast, why: str) -> None:
    """The activity says that it is for alice; the object does not."""
    by = cast.m.person("neighbour") if why == "a neighbour's" else cast.mallory
    members: dict[str, Any] = {"to": [by.followers], "cc": []} if why == "followers" else {}
    alice = cast.here.actor("alice")
    if why == "a neighbour's":
        members = {"cc": [alice]}
    uri = say(by, "Hear me!", **members)["id"]
    await cast.deliver(cast.mallory, named(cast.mallory, "Create", uri, to=[alice]))
    assert len(notes_asked(cast.mallory)) == 1
    assert await held(cast.here, [uri]) == 0


async def test_an_update_is_of_what_is_held_and_the_senders(cast: Cast) -> None:
    await cast.follow(cast.bob)
    note = say(cast.bob, "First.")
    uri = note["id"]
    await cast.deliver(cast.bob, cast.bob.activity("Create", note))
    newer = {**note, "content": "<p>Second.</p>", "updated": "2026-11-20T10:00:01Z"}
    cast.b.serve(newer)
    neighbour = cast.b.person("neighbour")
    await cast.deliver(neighbour, named(neighbour, "Update", uri))
    unknown = say(cast.bob, "Never told.")["id"]
    await cast.deliver(cast.bob, named(cast.bob, "Update", unknown))
    assert notes_asked(cast.bob) == []
    assert await held(cast.here, [unknown]) == 0
    await cast.deliver(cast.bob, named(cast.bob, "Update", uri))
    stored = await cast.here.post(uri)
    assert stored is not None
    assert stored.content == "<p>Second.</p>"


async def test_one_server_makes_us_fetch_only_so_often(cast: Cast) -> None:
    budgets = cast.here.server.context.budgets
    assert budgets.ids.most == 60
    budgets.ids.most = 2
    await cast.follow(cast.bob)
    alice = cast.here.actor("alice")
    for person, expected in ((cast.mallory, 2), (cast.bob, 4)):
        uris = [say(person, "For you.", cc=[alice])["id"] for _ in range(4)]
        for uri in uris:
            await cast.deliver(person, named(person, "Create", uri, cc=[alice]))
        assert await held(cast.here, uris) == expected
        assert len(notes_asked(person)) == expected
