"""Inbox forwarding, both ways (ActivityPub 7.1.2): what others answer to a post of ours goes to
whoever follows it, and what was passed on to us counts if it is proven, or found at its origin.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.cast import Cast
from tests.federation.origins import Person
from tests.federation.talk import asked, held, say


async def written(cast: Cast) -> str:
    """Alice here writes a post, and carol elsewhere follows her."""
    follow = cast.carol.activity("Follow", cast.here.actor("alice"))
    await cast.deliver(cast.carol, follow)
    view = await cast.here.api(
        "POST", "/api/v1/control/posts", {"text": "Who has seen the fish?"}, account="alice"
    )
    await cast.here.settle()
    return str(view["uri"])


def answer(by: Person, post: str, **members: Any) -> dict[str, Any]:
    return by.activity("Create", say(by, "I have.", post, **members))


@pytest.mark.parametrize("how", ["proven", "ld_signed"])
async def test_an_answer_and_what_becomes_of_it_go_to_who_follows_the_post(
    cast: Cast, how: str
) -> None:
    post = await written(cast)
    create = getattr(cast.bob, how)(answer(cast.bob, post))
    for _ in range(2):
        await cast.deliver(cast.bob, create)
    assert cast.c.received_of("Create")[1:] == [create]
    newer = {**create["object"], "content": "<p>Not I.</p>", "updated": "2026-11-20T10:00:01Z"}
    update = getattr(cast.bob, how)(cast.bob.activity("Update", newer))
    delete = getattr(cast.bob, how)(cast.bob.activity("Delete", newer["id"]))
    for activity in (update, delete):
        await cast.deliver(cast.bob, activity)
        assert cast.c.received_of(activity["type"]) == [activity]
    assert cast.b.received_of("Create", "Update", "Delete") == []


@pytest.mark.parametrize("why", ["unproven", "private", "of another post", "blocked", "not ours"])
async def test_nothing_else_is_passed_on(cast: Cast, why: str) -> None:
    post = await written(cast)
    members: dict[str, Any] = {}
    if why == "private":
        members = {"to": [cast.here.actor("alice")], "cc": []}
    if why == "of another post":
        post = say(cast.bob, "There")["id"]
    if why == "blocked":
        await cast.here.api(
            "POST", "/api/v1/control/block", {"handle": cast.bob.handle}, account="alice"
        )
        await cast.here.settle()
    create = answer(cast.bob, post, **members)
    if why != "unproven":
        create = cast.bob.proven(create)
    sender = cast.mallory if why == "not ours" else cast.bob
    await cast.deliver(sender, create)
    passed_on = [one["actor"] for one in cast.c.received_of("Create")[1:]]
    # Passed on by somebody else it was passed on by them.
    assert passed_on == []


async def test_a_proven_answer_that_was_passed_on_to_us_is_taken(cast: Cast) -> None:
    post = await written(cast)
    create = cast.bob.proven(answer(cast.bob, post))
    cast.b.forget(create["object"]["id"])
    assert (await cast.deliver(cast.mallory, create)).status == 202
    assert await held(cast.here, [create["object"]["id"]]) == 1


async def test_an_unproven_one_is_only_what_its_origin_says(cast: Cast) -> None:
    post = await written(cast)
    true = answer(cast.bob, post)
    uri = true["object"]["id"]
    forged = {**true, "object": {**true["object"], "content": "<p>Buy my fish.</p>"}}
    assert (await cast.deliver(cast.mallory, forged)).status == 202
    stored = await cast.here.post(uri)
    assert stored is not None
    assert stored.content == "<p>I have.</p>"
    gone = answer(cast.bob, post)
    cast.b.forget(gone["object"]["id"])
    assert (await cast.deliver(cast.mallory, gone)).status == 202
    assert await held(cast.here, [gone["object"]["id"]]) == 0


async def test_nobody_makes_us_ask_for_what_is_no_business_of_ours(cast: Cast) -> None:
    post = await written(cast)
    elsewhere = answer(cast.bob, say(cast.carol, "Unknown here")["id"])
    foreign = answer(cast.bob, post)
    foreign = {**foreign, "object": {**foreign["object"], "id": f"{cast.c.base}/notes/x"}}
    for activity in (elsewhere, foreign, {**answer(cast.bob, post), "type": "Like"}):
        reply = await cast.deliver(cast.mallory, activity)
        assert (reply.status, reply.error) == (401, "not_the_actor")
    assert not any(path.startswith("/notes") for path in asked(cast.b) + asked(cast.c))


async def test_one_server_makes_us_ask_only_so_often(cast: Cast) -> None:
    post = await written(cast)
    budget = cast.here.server.context.budgets.hearsay
    budget.most = 2
    statuses = [(await cast.deliver(cast.mallory, answer(cast.bob, post))).status for _ in range(3)]
    assert statuses == [202, 202, 401]
