"""What somebody is told of invites, and by which words and ids they know which is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedi_cotweet.services import answers, drafts, invitations, notifications, publishing
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.notice_views import NotificationView
from fedi_cotweet.services.notifications import first_words
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


async def _told(story: Story, name: str) -> list[NotificationView]:
    found = await story.look(lambda tx: notifications.notifications(tx, story.env, story.ids[name]))
    return [item for item in found if item.kind.startswith("cotweet.")]


async def _edit(story: Story, post_id: int, text: str) -> None:
    words = Words(compose(text, {}, story.env.addresses.base))
    await story.do(lambda tx: drafts.edit_draft(tx, story.env, story.ids["alice"], post_id, words))


@pytest.mark.parametrize("agreed", [False, True])
@pytest.mark.parametrize("undo_first", [True, False])
async def test_an_edited_draft_is_one_notice_that_says_so_and_asks_again(
    story: Story, *, undo_first: bool, agreed: bool
) -> None:
    post_id = await story.draft("alice", "bob", text="We walked.")
    await story.world.deliver_offers(post_id)
    if agreed:
        await story.accept("bob")
    [first] = await story.offers(post_id)
    await _edit(story, post_id, "We walked the coast.")
    sender = await story.person("alice")

    async def undo() -> None:
        await story.do(lambda tx: invitations.receive_withdrawal(tx, story.env, first.uri, sender))

    if undo_first:
        await undo()
        assert (await _told(story, "bob"))[0].kind == "cotweet.withdrawn"
    await story.world.deliver_offers(post_id)
    if not undo_first:
        await undo()
    again, before = await _told(story, "bob")
    assert again.text == "@alice@a.example changed this post, and asks you again."
    assert (again.about, before.about) == ("We walked the coast.", "Tea")
    assert again.invite == (await story.invite("bob")).id
    assert before.invite is None


async def test_whoever_is_asked_because_of_others_is_told_that(story: Story) -> None:
    await story.follow("carol", "alice")
    post_id = await story.draft("alice", "bob", "carol", text="We walked.")
    await story.world.deliver_offers(post_id)
    bob = await story.person("bob")
    offer = next(o for o in await story.offers(post_id) if o.target_id == bob.id)
    await story.do(lambda tx: answers.receive_rejection(tx, story.env, offer.uri, bob, ""))
    author = story.ids["alice"]
    await story.do(lambda tx: publishing.go_on_without(tx, story.env, author, post_id, bob))
    await story.world.deliver_offers(post_id)
    assert (await _told(story, "carol"))[0].text == (
        "@alice@a.example changed who the authors of this post are, and asks you again."
    )


async def test_what_was_discarded_is_told_once_with_its_first_words(story: Story) -> None:
    post_id, alice = await story.draft("alice", "bob", text="We walked."), story.ids["alice"]
    await story.world.deliver_offers(post_id)
    [offer] = await story.offers(post_id)
    await story.do(lambda tx: drafts.discard_draft(tx, story.env, alice, post_id))
    sender = await story.person("alice")
    await story.do(lambda tx: invitations.receive_withdrawal(tx, story.env, offer.uri, sender))
    withdrawn, invited = await _told(story, "bob")
    assert (withdrawn.kind, withdrawn.about) == ("cotweet.withdrawn", "Tea")
    assert (invited.invite, withdrawn.invite) == (None, None)


async def test_the_author_is_told_of_which_draft_and_of_no_post_that_is_gone(story: Story) -> None:
    post_id, bob = await story.draft("alice", "bob", text="We walked."), await story.person("bob")
    [offer] = await story.offers(post_id)
    await story.do(lambda tx: answers.receive_rejection(tx, story.env, offer.uri, bob, ""))
    [no] = await _told(story, "alice")
    assert (no.post, no.draft, no.about) == (str(post_id), True, "Tea")
    alice = story.ids["alice"]
    await story.do(lambda tx: drafts.discard_draft(tx, story.env, alice, post_id))
    [no] = await _told(story, "alice")
    assert (no.post, no.draft, no.about) == (None, False, "")


def test_first_words_are_cut_between_words() -> None:
    assert first_words("  Two\n lines ") == "Two lines"
    cut = first_words("word " * 30)
    assert cut.endswith("word…")
    assert len(cut) <= 60
    assert len(first_words("x" * 100)) == 60
