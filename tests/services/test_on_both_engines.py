"""The use cases on SQLite and on PostgreSQL: the same story, the same views, the same rows."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import (
    answers,
    author_views,
    drafts,
    editing,
    follows,
    invitations,
    leaving,
    posts,
    publishing,
    reactions,
    reading,
    removals,
    threads,
)
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.words import Words
from storage.engine import Store, open_store
from storage.models import Base
from storage.queries import consents, outbox, post_authors
from storage.queries import follows as follow_queries
from storage.queries import posts as post_queries
from tests import migrated
from tests.services.story import Story, begin, document_of, names
from tests.sites import BASE

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

TEXT = "We wrote this together."


@pytest.fixture
async def story(store: Store, tmp_path: Path) -> Story:
    """Bob and carol follow alice, so she may invite them; dave follows bob."""
    return await opening(begin(store, tmp_path))


async def opening(story: Story) -> Story:
    await story.people_move_in()
    for follower, followed in (("bob", "alice"), ("carol", "alice"), ("dave", "bob")):
        assert await story.follow(follower, followed) == "accepted"
    return story


async def test_a_draft_is_nobodys_business_but_its_authors(story: Story) -> None:
    post_id = await story.draft("alice", "bob", "carol", text=TEXT)
    assert await story.world.deliver_offers(post_id) == ["invited", "invited"]
    assert await story.world.deliver_offers(post_id) == ["duplicate", "duplicate"]
    [draft] = await story.look(lambda tx: author_views.drafts(tx, story.env, story.ids["alice"]))
    assert (draft.state, draft.post.text, draft.post.summary) == ("draft", TEXT, "Tea")
    assert [(person.author.name, person.state) for person in draft.co_authors] == [
        ("Bob", "offered"),
        ("Carol", "offered"),
    ]
    post = await story.stored(post_id)
    assert (post.co_authored, post.sensitive, post.published_at) == (True, True, None)
    assert [tag["name"] for tag in post.tags] == ["@bob@a.example", "@carol@a.example"]
    for viewer in (story.ids["dave"], None):
        with pytest.raises(ServiceError, match="not_found"):
            await story.look(partial(reading.one_post, env=story.env, post=post, viewer_id=viewer))
    assert [await story.home(name) for name in ("alice", "bob", "dave")] == [[], [], []]
    assert await story.profile("alice") == []


async def test_consent_is_to_what_was_shown_and_given_once(story: Story) -> None:
    post_id = await story.draft("alice", "bob", text=TEXT)
    await story.world.deliver_offers(post_id)
    invite = await story.invite("bob")
    assert (invite.text, invite.sender.name, invite.refusal) == (TEXT, "Alice", None)
    assert [(author.author.name, author.standing) for author in invite.authors] == [
        ("Alice", "inviting"),
        ("Bob", "you"),
    ]
    assert (invite.sender_follows_you, invite.already_published) == (False, False)
    with pytest.raises(ServiceError, match="content_changed"):
        await story.accept("bob", "zQmSomethingElse")
    stamp = await story.accept("bob")
    assert await story.accept("bob") == stamp
    assert (await story.invite("bob")).state == "accepted"
    with pytest.raises(ServiceError, match="invite_over"):
        await story.do(
            lambda tx: invitations.decline(tx, story.env, story.ids["bob"], int(invite.id))
        )


async def test_the_last_consent_publishes(story: Story) -> None:
    post_id = await story.draft("alice", "bob", "carol", text=TEXT)
    await story.world.deliver_offers(post_id)
    await story.accept("bob")
    assert await story.stamp_arrives(post_id, "bob") == "accepted"
    assert (await story.stored(post_id)).state == "draft"
    await story.accept("carol")
    assert await story.stamp_arrives(post_id, "carol") == "accepted"
    post = await story.stored(post_id)
    assert (post.state, post.published_at) == ("published", story.clock.now)
    assert document_of(post)["published"]
    await story.verify(post_id)
    for name in ("alice", "bob", "carol", "dave"):
        [shown] = await story.home(name)
        assert (shown.uri, names(shown)) == (post.uri, ["alice", "bob", "carol"])
    for name in ("alice", "bob", "carol"):
        assert await story.profile(name) == [TEXT]
    assert await story.profile("dave") == []
    page = await story.look(lambda tx: reading.public_page(tx, story.env))
    assert [post.text for post in page.posts] == [TEXT]
    assert await story.told("alice") == ["cotweet.accepted", "cotweet.accepted", "follow", "follow"]
    assert await story.told("bob") == ["cotweet.published", "cotweet.invite", "follow"]


async def test_a_decline_holds_the_draft_until_its_author_decides(story: Story) -> None:
    post_id = await story.draft("alice", "bob", "carol", text=TEXT)
    await story.world.deliver_offers(post_id)
    invite = await story.invite("bob")
    bob, alice = await story.person("bob"), story.ids["alice"]
    await story.do(
        lambda tx: invitations.decline(tx, story.env, bob.id, int(invite.id), "not my words")
    )
    came = await story.do(
        lambda tx: answers.receive_rejection(tx, story.env, invite.offer, bob, "not my words")
    )
    assert came == "declined"
    await story.accept("carol")
    assert await story.stamp_arrives(post_id, "carol") == "accepted"
    assert (await story.stored(post_id)).state == "draft"
    draft = await story.look(lambda tx: author_views.draft(tx, story.env, alice, post_id))
    assert {(person.author.name, person.state, person.reason) for person in draft.co_authors} == {
        ("Bob", "declined", "not my words"),
        ("Carol", "accepted", ""),
    }
    assert await story.do(lambda tx: publishing.publish_anyway(tx, story.env, alice, post_id))
    [shown] = await story.home("carol")
    assert names(shown) == ["alice", "carol"]
    assert await story.home("dave") == []


async def test_an_invitation_ends_by_withdrawal_or_time(story: Story) -> None:
    alice = await story.person("alice")
    first = await story.draft("alice", "bob", text="One.")
    second = await story.draft("alice", "bob", text="Two.")
    for post_id in (first, second):
        await story.world.deliver_offers(post_id)
    assert (await story.do(lambda tx: drafts.withdraw(tx, story.env, alice.id, first))) == 1
    [offer] = await story.offers(first)
    assert offer.state == "withdrawn"
    came = await story.do(
        lambda tx: invitations.receive_withdrawal(tx, story.env, offer.uri, alice)
    )
    assert came == "withdrawn"
    [left] = await story.look(lambda tx: author_views.invitations(tx, story.env, story.ids["bob"]))
    assert left.text == "Two."
    story.clock.now += 8 * DAY
    due = await story.look(lambda tx: consents.offers_to_expire(tx, story.clock.now, 10))
    assert sorted(row.side for row in due) == ["received", "sent"]
    for row in due:
        await story.do(partial(answers.expire, env=story.env, offer=row))
    assert (
        await story.look(lambda tx: author_views.invitations(tx, story.env, story.ids["bob"])) == []
    )
    with pytest.raises(ServiceError, match="invite_over"):
        await story.do(
            lambda tx: invitations.accept(
                tx, story.env, story.ids["bob"], int(left.id), left.digest
            )
        )


async def test_who_leaves_is_off_the_post_everywhere(story: Story) -> None:
    post_id = await story.publish_together("bob", "carol", text=TEXT)
    before = await story.stored(post_id)
    stamp = await story.leave(post_id, "bob")
    uri, bob = before.uri, await story.person("bob")
    assert await story.do(lambda tx: leaving.leave(tx, story.env, bob.id, uri)) == stamp
    [shown] = await story.home("alice")
    assert names(shown) == ["alice", "carol"]
    assert await story.home("dave") == [], "dave had it through bob"
    assert await story.profile("bob") == []
    after = await story.stored(post_id)
    assert (after.updated_at or 0) > (before.published_at or 0)
    assert [tag["name"] for tag in after.tags] == ["@carol@a.example"]
    row = await story.look(lambda tx: post_authors.post_author(tx, post_id, bob.uri))
    assert row is not None
    assert (row.state, row.next_check_at) == ("revoked", None)
    assert "cotweet.left" in await story.told("alice")


async def test_what_is_deleted_is_gone_from_every_timeline(story: Story) -> None:
    post_id = await story.publish_together("bob", text=TEXT)
    alice = await story.person("alice")
    await story.do(lambda tx: posts.delete_post(tx, story.env, alice.id, post_id))
    for name in ("alice", "bob", "carol", "dave"):
        assert await story.home(name) == []
        assert await story.profile(name) == []
    uri = story.env.addresses.note(post_id)
    tombstone = await story.look(lambda tx: post_queries.buried(tx, uri, alice.uri))
    assert tombstone is not None
    with pytest.raises(ServiceError, match="not_found"):
        await story.do(lambda tx: posts.delete_post(tx, story.env, alice.id, post_id))


async def everyday(story: Story) -> int:
    """An ordinary post by alice with all that readers do; its id."""
    alice, bob, carol = [await story.person(name) for name in ("alice", "bob", "carol")]
    body = compose("Hello @bob, see #Tea", {"bob": bob}, BASE)
    post_id = await story.do(
        lambda tx: posts.create_post(tx, story.env, alice.id, Words(body, visibility="unlisted"))
    )
    post = await story.stored(post_id)
    answer = Words(compose("Well said.", {}, BASE), in_reply_to=post.uri)
    await story.do(lambda tx: posts.create_post(tx, story.env, bob.id, answer))
    like, boost = f"{carol.uri}/likes/1", f"{bob.uri}/announces/1"
    for expected in ("liked", "repeated"):
        liked = await story.do(lambda tx: reactions.receive_like(tx, story.env, post, carol, like))
        assert liked == expected
    share = partial(reactions.receive_boost, env=story.env, post=post, booster=bob, uri=boost)
    for expected in ("boosted", "repeated"):
        assert await story.do(partial(share, published_at=story.clock.now)) == expected
    return post_id


async def test_readers_like_boost_and_answer(story: Story) -> None:
    post_id = await everyday(story)
    post = await story.stored(post_id)
    shown = await story.look(lambda tx: reading.one_post(tx, story.env, post, None))
    assert (shown.likes, shown.boosts, shown.replies, shown.sensitive) == (1, 1, 1, False)
    assert [tag["type"] for tag in post.tags] == ["Mention", "Hashtag"]
    ancestors, replies = await story.look(lambda tx: threads.around(tx, story.env, post))
    assert ([view.text for view in ancestors], [view.text for view in replies]) == (
        [],
        ["Well said."],
    )
    boosted, answered = await story.home("dave")
    assert (boosted.uri, answered.text) == (post.uri, "Well said.")
    assert boosted.boosted_by is not None
    assert boosted.boosted_by.name == "Bob"
    assert [view.uri for view in await story.home("dave", int(answered.id))] == []
    carol, bob = await story.person("carol"), await story.person("bob")
    await story.do(lambda tx: reactions.receive_unlike(tx, story.env, carol, None, post.uri))
    await story.do(lambda tx: reactions.receive_unboost(tx, story.env, bob, None, post.uri))
    shown = await story.look(lambda tx: reading.one_post(tx, story.env, post, None))
    assert (shown.likes, shown.boosts, shown.replies) == (0, 0, 1)
    assert [view.text for view in await story.home("dave")] == ["Well said."]


async def test_an_edit_is_newer_than_what_it_changes(story: Story) -> None:
    post_id = await everyday(story)
    words = Words(compose("Good night.", {}, BASE), summary="Late", language="de")
    await story.do(lambda tx: editing.edit_post(tx, story.env, story.ids["alice"], post_id, words))
    post = await story.stored(post_id)
    assert (post.content, post.summary, post.sensitive, post.language, post.tags) == (
        "<p>Good night.</p>",
        "Late",
        True,
        "de",
        [],
    )
    assert (post.updated_at or 0) > (post.published_at or 0)


async def test_who_stops_following_loses_what_came_that_way(story: Story) -> None:
    await story.publish_together("bob", text=TEXT)
    assert len(await story.home("dave")) == 1
    bob, dave = await story.person("bob"), story.ids["dave"]
    assert await story.do(lambda tx: follows.unfollow(tx, story.env, dave, bob))
    assert not await story.do(lambda tx: follows.unfollow(tx, story.env, dave, bob))
    assert await story.home("dave") == []


async def from_afar(story: Story) -> list[str]:
    """Zoe's notes arrive in every way; the outcomes."""
    await story.zoe_is_met()
    zoe, dave = await story.person("zoe"), story.ids["dave"]
    assert await story.do(lambda tx: follows.follow(tx, story.env, dave, zoe)) == "requested"
    events = await story.look(lambda tx: outbox.due(tx, now=story.clock.now, limit=1000))
    assert events[-1].kind == "follow.requested"

    def accepted(tx: Connection) -> bool:
        held = follow_queries.follow_by_id(tx, events[-1].payload["follow_id"])
        assert held is not None
        return follows.receive_answer(tx, story.env, held.uri, zoe, accepted=True)

    assert await story.do(accepted)
    first = story.note(1, coAuthors=["https://y.example/users/yuri"])
    second = story.note(2, content="<p>Zero \u0000 and <script>alert(1)</script>☕</p>")
    story.clock.now += DAY
    updated = format_time(story.clock.now)
    newer = second | {"content": "<p>Newer.</p>", "attachment": [], "updated": updated}
    return [
        await story.arrives(first),
        await story.arrives(first),
        await story.arrives(second),
        await story.arrives(newer, update=True),
        await story.arrives(second, update=True),
        await story.do(
            lambda tx: removals.receive_delete(tx, story.env, "https://z.example/notes/1", zoe)
        ),
        await story.do(
            lambda tx: removals.receive_delete(tx, story.env, "https://z.example/notes/3", zoe)
        ),
        await story.arrives(story.note(3)),
    ]


async def test_notes_from_afar_come_change_and_go(story: Story) -> None:
    assert await from_afar(story) == [
        "created",
        "same",
        "created",
        "updated",
        "older",
        "deleted",
        "remembered",
        "deleted_before",
    ]
    [shown] = await story.home("dave")
    assert (shown.text, shown.sensitive, shown.local, shown.media) == ("Newer.", True, False, ())
    assert [author.handle for author in shown.authors] == ["Zoe@z.example"]


async def whole_story(store: Store, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every use case above in one life; all rows afterwards."""
    story = await opening(begin(store, folder))
    await everyday(story)
    kept = await story.publish_together("bob", "carol", text=TEXT)
    await story.leave(kept, "carol")
    gone = await story.publish_together("bob", text="Not for long.")
    await story.do(lambda tx: posts.delete_post(tx, story.env, story.ids["alice"], gone))
    await story.draft("alice", "carol", text="Not yet.", mode="publish_without_decliners")
    await from_afar(story)
    return await store.read(all_rows)


def all_rows(tx: Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = Base.metadata.sorted_tables
    return {
        table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
        for table in tables
    }


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[Store]:
    """SQLite besides the engine that the test is run with."""
    path = tmp_path / "other.db"
    migrated.put(path)
    opened = open_store(f"sqlite:///{path}")
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "engine_name", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
async def test_both_engines_hold_the_same_rows_in_the_end(
    store: Store, sqlite_store: Store, tmp_path: Path
) -> None:
    here, there = await whole_story(sqlite_store, tmp_path), await whole_story(store, tmp_path)
    assert len([name for name, rows in here.items() if rows]) >= 15
    for table, rows in here.items():
        assert rows == there[table], table
