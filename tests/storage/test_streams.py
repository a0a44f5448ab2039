"""What happened for the streams, and whom of many listeners it may concern."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import (
    AccessToken,
    Application,
    Block,
    Bookmark,
    Boost,
    Filter,
    Follow,
    HomeEntry,
    HostBlock,
    Like,
    ListMember,
    Mute,
    Poll,
    PollVote,
    PostAuthor,
    PostTag,
    ReaderList,
)
from storage.queries import actors, lists, oauth, relations, streams, threads, timelines
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    MALLORY,
    NOW,
    SERVICE,
    THERE,
    note_uri,
    raise_curtain,
    uri_of,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

NOTHING = {"post_id": None, "subject": None, "account_id": None, "readers": None}


async def test_events_are_read_in_order_and_forgotten(store: Store) -> None:
    stage = await raise_curtain(store)
    first, second = id_at(NOW, 1), id_at(NOW + 1_000, 2)
    for event_id in (second, first):
        await stage.do(streams.add, id=event_id, kind="posted", **NOTHING | {"readers": [BOB]})
    assert await stage.ask(streams.ids_after, 0) == [first, second]
    assert await stage.ask(streams.ids_after, first) == [second]
    found = await stage.ask(streams.events, [second, first])
    assert [(event.id, event.readers) for event in found] == [(first, [BOB]), (second, [BOB])]
    assert await stage.do(streams.forget, NOW + 500) == 1
    assert await stage.ask(streams.ids_after, 0) == [second]


async def test_tokens_hold_until_they_or_their_person_end(store: Store) -> None:
    stage = await raise_curtain(store)
    app = {"client_id": "c", "name": "App", "redirect_uris": [], "scopes": "read"}
    await stage.put(Application, {"id": 1, **app, "created_at": NOW})
    for number, (account_id, expires_at) in enumerate(
        ((ALICE, None), (BOB, NOW + 1), (BOB, NOW), (None, None), (SERVICE, None)), 1
    ):
        values = {"id": number, "token_hash": str(number), "application_id": 1, "scopes": "read"}
        values |= {"account_id": account_id, "expires_at": expires_at, "created_at": NOW}
        await stage.put(AccessToken, values)

    async def holding() -> set[int]:
        return await stage.ask(streams.holding, [1, 2, 3, 4, 5, 9], NOW)

    assert await holding() == {1, 2, 4, 5}
    await stage.do(oauth.revoke_token, 1, NOW)
    await stage.do(actors.set_suspended, BOB, NOW)
    await stage.do(actors.mark_gone, SERVICE, NOW)
    assert await holding() == {4}


async def test_who_has_a_post_and_through_whom(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(50, CAROL)
    home = {"post_id": 50, "via_id": CAROL}
    await stage.put(HomeEntry, {"account_id": ALICE, "sort_id": 50, **home})
    await stage.put(HomeEntry, {"account_id": BOB, "sort_id": 60, "boosted_by_id": MALLORY, **home})
    assert sorted(await stage.ask(streams.entries, 50, [ALICE, BOB, SERVICE])) == [
        (ALICE, 50, None),
        (BOB, 60, MALLORY),
    ]
    assert await stage.ask(streams.entries, 50, []) == []
    assert await stage.ask(streams.boost_entries, 50, 60) == [BOB]
    assert await stage.ask(streams.boost_entries, 50, 50) == []


async def test_on_which_lists_and_under_which_hashtags_it_stands(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(50, CAROL)
    row = {"post_id": 50, "actor_uri": uri_of(DAVE), "actor_id": DAVE, "position": 1}
    await stage.put(PostAuthor, {**row, "state": "verified"})
    for number, member in enumerate((CAROL, DAVE, MALLORY, BOB), 1):
        values = {"id": number, "account_id": ALICE, "title": "T", "created_at": NOW}
        await stage.put(ReaderList, values)
        await stage.put(ListMember, {"list_id": number, "actor_id": member})
    assert await stage.ask(streams.lists_with, [1, 2, 3, 4], 50, None) == {1: ALICE, 2: ALICE}
    assert set(await stage.ask(streams.lists_with, [1, 3, 4], 50, MALLORY)) == {1, 3}
    assert await stage.ask(streams.lists_with, [], 50, None) == {}
    await stage.put(PostTag, {"tag": "tea", "post_id": 50, "sort_id": 50})
    assert await stage.ask(streams.tags_of, 50) == ["tea"]
    await stage.post(51, MALLORY, in_reply_to_uri=note_uri(50))
    assert await stage.ask(streams.lists_with, [1, 2, 3], 51, None) == {}
    assert await stage.ask(streams.lists_with, [1, 2, 3], 51, MALLORY) == {3: ALICE}, "a boost"
    await stage.do(lists.add_member, 3, DAVE)
    assert await stage.ask(streams.lists_with, [1, 2, 3], 51, None) == {3: ALICE}
    await stage.do(lists.change_list, 3, replies_policy="none")
    assert await stage.ask(streams.lists_with, [1, 2, 3], 51, None) == {}
    await stage.do(lists.change_list, 3, replies_policy="followed")
    assert await stage.ask(streams.lists_with, [1, 2, 3], 51, None) == {3: ALICE}


async def test_what_home_leaves_to_a_list(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(50, CAROL)
    for account in (ALICE, BOB):
        row = {"account_id": account, "post_id": 50, "sort_id": 50, "via_id": CAROL}
        await stage.put(HomeEntry, row)
    values = {"id": 1, "account_id": ALICE, "title": "T", "created_at": NOW}
    await stage.put(ReaderList, values)
    await stage.put(ListMember, {"list_id": 1, "actor_id": CAROL})
    assert await stage.ask(streams.left_to_lists, 50, [ALICE, BOB]) == set()
    await stage.do(lists.change_list, 1, exclusive=True)
    assert await stage.ask(streams.left_to_lists, 50, [ALICE, BOB]) == {ALICE}
    assert await stage.ask(timelines.home, ALICE, Window(5)) == []
    whole = await stage.ask(timelines.home, ALICE, Window(5), with_lists=True)
    assert whole == [(50, 50, None)]


async def test_who_may_read_what_is_not_for_everybody(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(50, ALICE, visibility="followers")
    await stage.post(51, ALICE, visibility="local")
    follow = {"follower_id": BOB, "followed_id": ALICE, "state": "accepted", "created_at": NOW}
    await stage.put(Follow, {"id": 1, "uri": "https://x.example/1", **follow})
    everybody = [SERVICE, ALICE, BOB]
    assert await stage.ask(streams.readers_of, 50, everybody) == {ALICE, BOB}
    assert await stage.ask(streams.readers_of, 51, everybody) == set(everybody)


async def test_between_whom_and_some_people_anything_stands(store: Store) -> None:
    stage = await raise_curtain(store)

    async def peculiar(*people: int) -> set[int]:
        return await stage.ask(streams.peculiar, [SERVICE, ALICE, BOB], list(people))

    block = {"uri": None, "created_at": NOW}
    await stage.put(Block, {"id": 1, "actor_id": ALICE, "target_id": CAROL, **block})
    await stage.put(Block, {"id": 2, "actor_id": DAVE, "target_id": BOB, **block})
    mute = {"account_id": SERVICE, "target_id": MALLORY, "created_at": NOW}
    await stage.put(Mute, {**mute, "until": None})
    assert await peculiar(CAROL) == {ALICE}
    assert await peculiar(DAVE) == {BOB}
    assert await peculiar(MALLORY) == {SERVICE}
    follow: dict[str, object] = {"followed_id": ALICE, "state": "accepted", "created_at": NOW}
    wishes: list[tuple[int, dict[str, object]]] = [
        (BOB, {"languages": ["de"]}),
        (SERVICE, {"co_tweets": "none"}),
        (CAROL, {}),
    ]
    for number, (follower, more) in enumerate(wishes, 1):
        values: dict[str, object] = {
            "id": number,
            "follower_id": follower,
            "uri": f"https://x.example/{number}",
        }
        await stage.put(Follow, values | follow | more)
    assert await peculiar(ALICE) == {BOB, SERVICE}
    await stage.put(HostBlock, {"account_id": ALICE, "host": THERE, "created_at": NOW})
    assert await peculiar(SERVICE) == {ALICE}
    await stage.do(relations.set_wish, SERVICE, "none")
    held = {"id": 1, "account_id": BOB, "title": "Tea", "contexts": ["home"], "action": "warn"}
    await stage.put(Filter, held)
    assert await stage.ask(streams.filtering, [ALICE, BOB]) == {BOB}
    assert await peculiar(BOB) == {ALICE, BOB, SERVICE}


async def test_what_many_did_with_a_post(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(50, CAROL)
    made = {"post_id": 50, "created_at": NOW}
    await stage.put(Like, {"id": 1, "uri": "https://x.example/1", "actor_id": ALICE, **made})
    await stage.put(Bookmark, {"id": 2, "account_id": ALICE, "post_id": 50})
    boost = {"id": 3, "uri": "https://x.example/3", "post_id": 50, "published_at": NOW}
    await stage.put(Boost, {**boost, "actor_id": BOB})
    assert await stage.ask(streams.marks, 50, [ALICE, BOB, SERVICE]) == {
        ALICE: {"liked", "kept"},
        BOB: {"boosted"},
    }
    await stage.post(51, CAROL, in_reply_to_uri=note_uri(50))
    await stage.do(threads.mute, BOB, 50, NOW)
    assert await stage.ask(streams.marks, 51, [ALICE, BOB]) == {BOB: {"muted"}}
    await stage.put(Poll, {"post_id": 50, "options": []})
    await stage.put(PollVote, {"post_id": 50, "actor_id": BOB, "choice": 0, "created_at": NOW})
    assert await stage.ask(streams.voters, 50, [ALICE, BOB]) == {BOB}
