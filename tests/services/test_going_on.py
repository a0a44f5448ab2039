from __future__ import annotations

from pathlib import Path

import pytest

from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.services import answers, author_list, drafts, invitations, upkeep
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.words import Words
from storage.engine import Store
from storage.queries import consents
from tests.services.story import Story, begin


@pytest.fixture
async def story(store: Store, tmp_path: Path) -> Story:
    """Four accounts; bob and carol follow alice."""
    made = begin(store, tmp_path)
    await made.people_move_in()
    await made.follow("bob", "alice")
    await made.follow("carol", "alice")
    return made


async def declined(story: Story, name: str, post_id: int) -> None:
    """Somebody says no, and the primary author's server hears of it."""
    person, invite = await story.person(name), await story.invite(name)
    await story.do(lambda tx: invitations.decline(tx, story.env, person.id, int(invite.id)))
    await story.do(lambda tx: answers.receive_rejection(tx, story.env, invite.offer, person, "no"))


async def test_whoever_declined_is_asked_again_only_for_another_text_and_only_on_purpose(
    story: Story,
) -> None:
    post_id = await story.draft("alice", "bob", "carol", text="Shall we?")
    await story.world.deliver_offers(post_id)
    await declined(story, "bob", post_id)
    alice, bob = story.ids["alice"], await story.person("bob")
    with pytest.raises(ServiceError, match="asked about exactly this text"):
        await story.do(lambda tx: author_list.add(tx, story.env, alice, post_id, bob, again=True))
    words = Words(compose("Shall we, like this?", {}, story.env.addresses.base), summary="Tea")
    await story.do(lambda tx: drafts.edit_draft(tx, story.env, alice, post_id, words))
    with pytest.raises(ServiceError, match="declined_before"):
        await story.do(lambda tx: author_list.add(tx, story.env, alice, post_id, bob))
    await story.do(lambda tx: author_list.add(tx, story.env, alice, post_id, bob, again=True))
    states = {(o.target_id, o.state) for o in await story.offers(post_id)}
    assert (bob.id, "offered") in states


async def test_who_has_not_answered_gets_the_final_list_when_its_author_goes_on(
    story: Story,
) -> None:
    post_id = await story.draft("alice", "bob", "carol", text="Shall we?")
    await story.world.deliver_offers(post_id)
    await declined(story, "bob", post_id)
    alice, bob = story.ids["alice"], await story.person("bob")
    await story.do(lambda tx: author_list.remove(tx, story.env, alice, post_id, bob))
    carols = [o for o in await story.offers(post_id) if o.target_id == story.ids["carol"]]
    assert [offer.state for offer in carols] == ["withdrawn", "offered"]
    assert [len(offer.authors) for offer in carols] == [3, 2]


async def test_another_takes_the_place_of_whoever_declined(story: Story) -> None:
    post_id = await story.draft("alice", "bob", "carol", text="Shall we?")
    await story.world.deliver_offers(post_id)
    await declined(story, "bob", post_id)
    await story.follow("dave", "alice")
    alice, bob = story.ids["alice"], await story.person("bob")
    dave = await story.person("dave")
    await story.do(lambda tx: author_list.add(tx, story.env, alice, post_id, dave, replaces=bob))
    newest = (await story.offers(post_id))[-1]
    names = [uri.rpartition("/")[2] for uri in newest.authors]
    assert names == ["alice", "dave", "carol"]


async def test_a_scheduled_post_waits_for_its_time(story: Story) -> None:
    at = story.clock.now + DAY
    post_id = await story.draft("alice", "bob", text="Tomorrow", publish_at=at)
    await story.world.deliver_offers(post_id)
    assert (await story.invite("bob")).publish_at == at // 1000 * 1000
    await story.accept("bob")
    await story.stamp_arrives(post_id, "bob")
    await story.do(lambda tx: upkeep.publish_scheduled(tx, story.env))
    assert (await story.stored(post_id)).state == "draft"
    story.clock.now = at + HOUR
    await story.do(lambda tx: upkeep.publish_scheduled(tx, story.env))
    [offer] = await story.offers(post_id)
    assert offer.stamp_uri is not None
    stamp = await story.look(lambda tx: consents.stamp_for_offer(tx, offer.uri))
    assert stamp is not None
    await story.do(
        lambda tx: answers.stamp_verified(
            tx, story.env, offer.id, stamp.uri, stamp.document, story.env.now()
        )
    )
    assert (await story.stored(post_id)).state == "published"


@pytest.mark.parametrize("away", [-HOUR, 0, 31 * DAY])
async def test_a_post_is_scheduled_for_the_next_thirty_days(story: Story, away: int) -> None:
    with pytest.raises(ServiceError, match="bad_time"):
        await story.draft("alice", "bob", text="When?", publish_at=story.clock.now + away)
