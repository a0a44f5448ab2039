"""Changing what is published, and its authors, over the API."""

from __future__ import annotations

import pytest

from storage.queries import actors, posts
from tests.api.conftest import COTWEETS, Api
from tests.sites import World


@pytest.fixture
async def path(api: Api, world: World) -> str:
    """The address of a published co-tweet of alice and bob."""
    alice, bob = await world.site.read(
        lambda tx: [actors.account_by_name(tx, name) for name in ("alice", "bob")]
    )
    assert alice is not None
    assert bob is not None
    post_id = await world.draft(alice.id, bob.id, "Ours")
    await world.agree(post_id)
    view = await api.ask("GET", f"{COTWEETS}/{post_id}")
    assert (view["state"], view["change"]) == ("published", None)
    return f"{COTWEETS}/{post_id}"


async def test_an_edit_waits_and_can_be_called_off(api: Api, path: str) -> None:
    changed = await api.ask("PUT", path, {"text": "Better"})
    assert changed["post"]["text"] == "Ours"
    assert changed["change"]["text"] == "Better"
    assert changed["change"]["differences"] == ["- Ours", "+ Better"]
    assert [entry["state"] for entry in changed["change"]["co_authors"]] == ["offered"]
    [listed] = (await api.ask("GET", f"{path}/changes"))["changes"]
    assert listed == changed["change"]
    assert await api.refused("PUT", path, {"text": "Ours"}) == (409, "nothing_changed")
    over = await api.ask("POST", f"{path}/changes/cancel")
    assert (over["change"], over["post"]["text"]) == (None, "Ours")
    [listed] = (await api.ask("GET", f"{path}/changes"))["changes"]
    assert listed["state"] == "cancelled"
    for what in ("cancel", "publish"):
        assert await api.refused("POST", f"{path}/changes/{what}") == (409, "no_change")


async def test_a_change_is_published_without_those_who_did_not_agree(api: Api, path: str) -> None:
    await api.ask("PUT", path, {"text": "Mine alone"})
    alone = await api.ask("POST", f"{path}/changes/publish")
    assert alone["post"]["text"] == "Mine alone"
    assert [author["name"] for author in alone["post"]["authors"]] == ["Alice"]
    found = await api.ask("GET", f"/api/v1/control/posts/{alone['post']['id']}/history")
    now, before = found["versions"]
    assert (now["text"], before["text"], before["others"]) == ("Mine alone", "Ours", 1)
    assert (now["digest"], before["digest"] is None) == (None, False)
    assert await api.refused("PUT", path, {"text": "Again"}) == (409, "ordinary_post")


async def test_authors_are_added_replaced_and_taken_off(api: Api, world: World, path: str) -> None:
    carol = await world.account("carol", name="Carol")
    assert carol
    await api.ask("POST", "/api/v1/control/invite-policy", {"policy": "anyone"}, account="carol")
    added = await api.ask("POST", f"{path}/authors", {"handle": "carol"})
    assert len(added["change"]["co_authors"]) == 2
    assert await api.refused("POST", f"{path}/authors", {"handle": "bob"}) == (422, "author_twice")
    swapped = await api.ask("POST", f"{path}/authors", {"handle": "carol", "replaces": "bob"})
    [only] = swapped["change"]["co_authors"]
    assert only["author"]["name"] == "Carol"
    await api.ask("DELETE", f"{path}/authors/carol")
    assert await api.refused("DELETE", f"{path}/authors/carol") == (404, "not_found")
    taken = await api.ask("DELETE", f"{path}/authors/bob")
    assert [author["name"] for author in taken["post"]["authors"]] == ["Alice"]
    for method, part in (("GET", "changes"), ("POST", "changes/cancel")):
        only_alice = (403, "not_the_primary")
        assert await api.refused(method, f"{path}/{part}", account="bob") == only_alice
        assert await api.refused(method, f"{path}/{part}", account="carol") == (404, "not_found")


async def test_what_is_sent_a_second_time_is_answered_in_the_same_way(
    api: Api, world: World, path: str
) -> None:
    before = await api.ask("GET", path)
    assert await api.ask("PUT", path, {"text": "Ours"}) == before
    first = await api.ask("PUT", path, {"text": "Better"})
    world.clock.now += 1_000
    assert await api.ask("PUT", path, {"text": "Better"}) == first
    assert len((await api.ask("GET", f"{path}/changes"))["changes"]) == 1


async def test_a_post_that_is_saved_again_as_it_is_was_not_edited(api: Api) -> None:
    post = await api.ask("POST", "/api/v1/control/posts", {"text": "Tea #green"}, status=201)
    path = f"/api/v1/control/posts/{post['id']}"
    same = await api.ask("PUT", path, {"text": "Tea #green"})
    assert same["updated_at"] is None
    edited = await api.ask("PUT", path, {"text": "Tea, #green"})
    assert edited["updated_at"] is not None
    assert await api.ask("PUT", path, {"text": "Tea, #green"}) == edited


async def test_an_edit_is_dated_when_it_was_made_and_never_later_than_now(
    api: Api, world: World
) -> None:
    post = await api.ask("POST", "/api/v1/control/posts", {"text": "Tea"}, status=201)
    path = f"/api/v1/control/posts/{post['id']}"
    world.clock.now += 5_900
    edited = await api.ask("PUT", path, {"text": "Tea 1"})
    assert edited["updated_at"] == world.clock.now // 1_000 * 1_000
    for number in (2, 3):  # within one second, and yet each later than the one before
        again = await api.ask("PUT", path, {"text": f"Tea {number}"})
        assert again["updated_at"] <= world.clock.now
    held = await world.site.read(lambda tx: posts.post(tx, int(post["id"])))
    assert held is not None
    assert held.updated_at == edited["updated_at"] + 2_000
    world.clock.now += 60_000
    assert (await api.ask("GET", path))["updated_at"] == edited["updated_at"] + 2_000
