"""Polls on the pages: a form for whoever may vote, the results for everybody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services.words import PollWords
from storage.queries import actors, polls
from tests.sites import World
from tests.web.conftest import Browser

Browsers = Callable[[str], Awaitable[Browser]]


async def _asked(world: World, *, multiple: bool = False) -> int:
    """A poll of alice; its post."""
    alice = await world.site.read(lambda tx: actors.account_by_name(tx, "alice"))
    assert alice is not None
    poll = PollWords(("Tea", "<b>Coffee</b>"), multiple, world.clock.now + DAY)
    return await world.post(alice.id, "What?", poll=poll)


async def _votes(world: World, post_id: int) -> list[int]:
    poll = await world.site.read(lambda tx: polls.poll(tx, post_id))
    assert poll is not None
    return [option["votes"] for option in poll.options]


async def test_a_signed_in_reader_votes_once_and_sees_the_result(
    world: World, browsers: Browsers
) -> None:
    post_id = await _asked(world)
    bob = await browsers("bob")
    page = await bob.page(f"/@alice/{post_id}")
    [form] = [f for f in page.all("form") if f.attributes["action"].endswith("/votes")]
    assert [field.attributes["value"] for field in form.all("input", type="radio")] == ["0", "1"]
    assert "<b>Coffee</b>" in form.text
    fields = {
        field.attributes["name"]: field.attributes["value"]
        for field in form.all("input", type="hidden")
    }
    for choice in ("1", "0", "7", "x"):
        response = await bob.send(form.attributes["action"], fields | {"choice": choice})
        assert (response.status, response.headers["Location"]) == (303, f"/@alice/{post_id}")
    assert await _votes(world, post_id) == [0, 1]
    page = await bob.page(f"/@alice/{post_id}")
    shown = page.one("section", class_="poll").text
    assert "100 % your vote" in shown
    assert [f for f in page.all("form") if f.attributes["action"].endswith("/votes")] == []


async def test_nobody_votes_from_another_page(world: World, browsers: Browsers) -> None:
    post_id = await _asked(world)
    bob = await browsers("bob")
    response = await bob.send(f"/polls/{post_id}/votes", {"csrf": "wrong", "choice": "0"})
    assert response.status == 403
    assert await _votes(world, post_id) == [0, 0]


async def test_a_stranger_sees_the_results_and_no_form(world: World, stranger: Browser) -> None:
    post_id = await _asked(world, multiple=True)
    page = await stranger.page(f"/@alice/{post_id}")
    shown = page.one("section", class_="poll")
    assert shown.all("input") == []
    assert "Tea 0 %" in shown.text
    response = await stranger.send(f"/polls/{post_id}/votes", {"choice": "0"})
    assert response.status == 303
    assert "/auth/sign_in" in response.headers["Location"]
