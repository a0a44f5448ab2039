"""Single people who are limited, from here and elsewhere, and their co-tweets."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.limits import MINUTE
from tests.federation.cast import Cast
from tests.federation.test_invitations import INVITES, published, stamp_status

CONTROL = "/api/v1/control"


async def _call(cast: Cast, path: str, **members: Any) -> Any:
    answer = await cast.here.api("POST", f"{CONTROL}/{path}", members)
    await cast.here.settle()
    return answer


async def _limit(cast: Cast) -> None:
    await _call(cast, "actors/limit", handle=cast.alice.handle)


async def test_a_limited_stranger_is_heard_once_one_wants_to(cast: Cast) -> None:
    """Of whom one follows one hears as ever; of others it is kept."""
    await cast.follow(cast.alice)
    await _limit(cast)
    for name in ("bob", "dave"):
        note = {
            "id": cast.alice.mint("notes"),
            "type": "Note",
            "attributedTo": cast.alice.id,
            "to": [PUBLIC],
            "cc": [cast.here.actor(name)],
            "tag": [{"type": "Mention", "href": cast.here.actor(name), "name": f"@{name}"}],
            "content": f"Look, {name}!",
        }
        await cast.deliver(cast.alice, cast.alice.activity("Create", note))
    assert "mention" not in await cast.told("bob")
    assert "mention" in await cast.told("dave")
    assert len(await cast.timeline("dave")) == 2, "followers have all of it"


@pytest.mark.parametrize("follows", [False, True])
async def test_an_invite_by_who_is_limited_is_held_back_of_strangers(
    cast: Cast, follows: bool
) -> None:
    if follows:
        await cast.follow(cast.alice, account="bob")
    await _limit(cast)
    post = cast.cotweet(cast.local("bob"))
    await cast.deliver(cast.alice, post.offer(cast.local("bob")))
    invite = await cast.invite()
    assert invite is not None
    assert invite["held_back"] == (not follows)
    assert ("cotweet.invite" in await cast.told("bob")) == follows
    # Held back or not: it can be agreed to, and is published as ever.
    answer = {"digest": invite["digest"]}
    path = f"{INVITES}/{invite['id']}/accept"
    await cast.here.api("POST", path, answer, account="bob")
    await cast.here.settle()
    agreed = await cast.invite()
    assert agreed is not None
    assert (agreed["state"], agreed["held_back"]) == ("accepted", False)


async def test_nothing_that_was_agreed_to_ends_and_changes_are_asked_about(cast: Cast) -> None:
    post = await published(cast)
    await _limit(cast)
    await _call(cast, "actors/limit", handle="bob")
    assert await stamp_status(cast, post) == 200
    assert await cast.shown(post.id) == post.authors
    cast.here.clock.advance(MINUTE)
    before = (await cast.told("bob")).count("cotweet.invite")
    changed = cast.cotweet(cast.local("bob"), id=post.id, content="<p>Better.</p>")
    await cast.deliver(cast.alice, changed.offer(cast.local("bob")))
    assert (await cast.told("bob")).count("cotweet.invite") == before + 1
    invite = await cast.invite()
    assert invite is not None
    assert (invite["state"], invite["held_back"]) == ("offered", False)


async def test_who_is_limited_here_is_heard_elsewhere_as_ever(cast: Cast) -> None:
    """What other servers show of them is for those to say."""
    await _call(cast, "actors/limit", handle="bob", text="Too loud.")
    assert "moderation_warning" in await cast.told("bob")
    erin = cast.c.person("erin")
    erin.serve()
    await cast.deliver(erin, erin.activity("Follow", cast.here.actor("bob")))
    await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Tea"}, account="bob")
    await cast.here.settle()
    assert len(cast.c.received_of("Create")) == 1
    await _call(cast, "actors/unlimit", handle="bob")
    assert "moderation.unlimited" in await cast.told("bob")
