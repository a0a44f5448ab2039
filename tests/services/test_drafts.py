from __future__ import annotations

from pathlib import Path

import pytest

from fedi_cotweet.services import answers, drafts, invitations, notifications, publishing
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.words import Words
from storage.engine import Store
from tests.services.story import Story, begin


@pytest.fixture
async def story(store: Store, tmp_path: Path) -> Story:
    """Four accounts; bob follows alice."""
    made = begin(store, tmp_path)
    await made.people_move_in()
    await made.follow("bob", "alice")
    return made


async def test_a_draft_that_everybody_declined_can_still_be_edited_and_published(
    story: Story,
) -> None:
    post_id = await story.draft("alice", "bob", text="Shall we?")
    bob, alice = await story.person("bob"), await story.person("alice")
    (offer,) = await story.offers(post_id)
    await story.world.deliver_offers(post_id)
    invite = await story.invite("bob")
    await story.do(lambda tx: invitations.decline(tx, story.env, bob.id, int(invite.id)))
    await story.do(
        lambda tx: answers.receive_rejection(tx, story.env, offer.uri, bob, "not this time")
    )
    words = Words(compose("Then I say it alone.", {}, story.env.addresses.base))
    await story.do(lambda tx: drafts.edit_draft(tx, story.env, alice.id, post_id, words))
    assert await story.do(lambda tx: publishing.publish_anyway(tx, story.env, alice.id, post_id))
    post = await story.stored(post_id)
    assert (post.state, post.content) == ("published", "<p>Then I say it alone.</p>")


async def test_who_is_followed_is_told_so_in_words(story: Story) -> None:
    alice = await story.person("alice")
    told = await story.look(lambda tx: notifications.notifications(tx, story.env, alice.id))
    assert ["follows you" in item.text for item in told if item.kind == "follow"] == [True]


async def test_what_two_were_to_say_is_never_said_by_one_alone_by_itself(story: Story) -> None:
    post_id = await story.draft(
        "alice", "bob", text="We two agree.", mode="publish_without_decliners"
    )
    bob = await story.person("bob")
    (offer,) = await story.offers(post_id)
    await story.do(
        lambda tx: answers.receive_rejection(tx, story.env, offer.uri, bob, "not this time")
    )
    assert (await story.stored(post_id)).state == "draft"
