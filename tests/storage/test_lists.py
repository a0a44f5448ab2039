"""Lists of people, and what authors hide of their profiles, on both engines."""

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import Activity, Boost, HomeEntry
from storage.queries import consents, lists, post_authors, posts, profiles, timelines
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    MALLORY,
    NOW,
    Stage,
    note_uri,
    raise_curtain,
    uri_of,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

FRIENDS, WORK = 70, 71


@pytest.fixture
async def stage(store: Store) -> Stage:
    """Alice has two lists; carol and mallory are on the first."""
    found = await raise_curtain(store)
    for number, account in ((FRIENDS, ALICE), (WORK, ALICE), (72, BOB)):
        await found.do(
            lists.add_list, id=number, account_id=account, title=f"List {number}", created_at=NOW
        )
    for member in (CAROL, MALLORY, CAROL):
        await found.do(lists.add_member, FRIENDS, member)
    return found


async def entry(stage: Stage, number: int, by: int | None = None) -> None:
    row = {"account_id": ALICE, "post_id": number, "sort_id": number, "via_id": DAVE}
    await stage.put(HomeEntry, row | {"boosted_by_id": by})


async def test_a_list_holds_everybody_once_until_they_are_taken_off(stage: Stage) -> None:
    assert [one.id for one in await stage.ask(lists.lists_of, ALICE)] == [FRIENDS, WORK]
    assert await stage.ask(lists.members, [FRIENDS, WORK]) == {FRIENDS: [CAROL, MALLORY], WORK: []}
    assert await stage.ask(lists.count_members, FRIENDS) == 2
    await stage.do(lists.add_member, WORK, MALLORY)
    await stage.do(lists.add_member, 72, MALLORY)
    await stage.do(lists.remove_from_all, ALICE, MALLORY)
    assert await stage.ask(lists.members, [FRIENDS, WORK, 72]) == {
        FRIENDS: [CAROL],
        WORK: [],
        72: [MALLORY],
    }
    await stage.do(lists.remove_member, FRIENDS, CAROL)
    await stage.do(lists.change_list, FRIENDS, title="Strangers")
    renamed = await stage.ask(lists.reader_list, FRIENDS)
    assert renamed is not None
    assert renamed.title == "Strangers"
    await stage.do(lists.remove_list, 72)
    assert await stage.ask(lists.reader_list, 72) is None
    assert await stage.ask(lists.members, [72]) == {72: []}


async def test_a_lists_timeline_is_what_its_people_wrote_alone_or_not_or_boosted(
    stage: Stage,
) -> None:
    for number, author in ((10, CAROL), (11, DAVE), (12, DAVE), (13, DAVE), (14, DAVE)):
        await stage.post(number, author)
        await entry(stage, number, MALLORY if number == 13 else None)
    for number, state in ((11, "verified"), (12, "stale")):
        await stage.do(
            post_authors.set_author, number, uri_of(CAROL), position=1, actor_id=CAROL, state=state
        )
    await stage.post(15, CAROL)  # not in alice's home timeline
    page = await stage.ask(timelines.of_list, ALICE, FRIENDS, Window(10))
    assert page == [(13, 13, MALLORY), (11, 11, None), (10, 10, None)]
    assert await stage.ask(timelines.of_list, ALICE, FRIENDS, Window(1, before=13)) == [
        (11, 11, None)
    ]
    assert await stage.ask(timelines.of_list, ALICE, WORK, Window(10)) == []


async def test_what_an_author_hides_stands_on_no_list_of_theirs(stage: Stage) -> None:
    for number in (10, 11):
        await stage.post(number, DAVE)
        await stage.do(
            post_authors.set_author,
            number,
            uri_of(ALICE),
            position=1,
            actor_id=ALICE,
            state="verified",
            fetched_at=NOW,
        )
        said = {"kind": "Announce", "body": "{}", "public": True, "created_at": NOW}
        announce = {"id": number, "uri": f"a:{number}", "actor_id": ALICE, **said}
        await stage.put(Activity, announce | {"object_uri": f"a:{number}"})
        await stage.put(
            Boost,
            {
                "id": number,
                "uri": f"a:{number}",
                "actor_id": ALICE,
                "post_id": number,
                "published_at": NOW,
                "delivery": True,
            },
        )
        reply = {"id": number + 20, "uri": f"u:{number}", "actor_id": ALICE, **said}
        await stage.put(Activity, reply | {"object_uri": note_uri(number)})

    async def shown(actor: int) -> tuple[list[int], int, list[int], int]:
        page = await stage.ask(timelines.of_profile, actor, None, 0, Window(10))
        outbox = await stage.ask(consents.public_activities, actor, None, 10)
        return (
            [post.id for post in page],
            await stage.ask(posts.count_profile_posts, actor, 0),
            [activity.id for activity in outbox],
            await stage.ask(consents.count_public_activities, actor),
        )

    before = await shown(ALICE)
    assert before == ([11, 10], 2, [31, 30, 11, 10], 4)
    assert not await stage.do(profiles.is_hidden, ALICE, 11)
    await stage.do(profiles.hide, ALICE, 11)
    await stage.do(profiles.hide, ALICE, 11)
    assert await stage.do(profiles.is_hidden, ALICE, 11)
    assert await shown(ALICE) == ([10], 1, [30, 10], 2)
    assert (await shown(DAVE))[:2] == ([11, 10], 2)
    await stage.do(profiles.unhide, ALICE, 11)
    assert await shown(ALICE) == before
