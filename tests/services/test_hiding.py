"""Who does not see what: any-author blocks and mutes, hosts, and the reader's filter (C31, C32)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Delete, Update, delete, update

from fedi_cotweet.domain.limits import HOUR
from fedi_cotweet.domain.windows import ROUNDS, Window
from fedi_cotweet.services import (
    distances,
    events,
    held_back,
    hiding,
    reactions,
    reading,
    threads,
)
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.hiding import Looking
from storage.engine import Store, Tx
from storage.models import Account, Actor, Block, Follow, HostBlock, HostRule, Mute, Post
from storage.models.base import Base
from storage.queries import held_back as stored_held_back
from storage.queries import post_authors, posts
from storage.queries.rows import add
from tests.services.story import ZOE, Story, begin

pytestmark = [
    pytest.mark.usefixtures("every_query_has_an_index"),
    # tests/storage/test_relations.py asks the same of both engines.
    pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True),
]

TOGETHER = "We wrote this together."
LIMITED = "for_limited_accounts"


@pytest.fixture
async def story(store: Store, tmp_path: Path) -> Story:
    """Alice and bob have written a post together, carol one alone; dave follows the three."""
    made = begin(store, tmp_path)
    await made.people_move_in()
    for follower, followed in (
        ("bob", "alice"),
        ("dave", "alice"),
        ("dave", "bob"),
        ("dave", "carol"),
    ):
        await made.follow(follower, followed)
    await made.publish_together("bob", text=TOGETHER)
    await made.world.post(made.ids["carol"], "Alone.")
    return made


async def put(story: Story, model: type[Base], **values: Any) -> None:
    await story.do(lambda tx: add(tx, model, **values, created_at=story.clock.now))


async def block(story: Story, who: str, whom: str) -> None:
    ids = story.ids
    await put(story, Block, id=story.env.new_id(), actor_id=ids[who], target_id=ids[whom])


async def mute(story: Story, who: str, whom: str, until: int | None = None) -> None:
    await put(story, Mute, account_id=story.ids[who], target_id=story.ids[whom], until=until)


async def texts(story: Story, name: str) -> list[str]:
    return [post.text for post in await story.home(name)]


async def together(story: Story) -> Any:
    [post] = [post for post in await story.home("alice") if post.text == TOGETHER]
    return await story.stored(int(post.id))


async def seen(story: Story, name: str | None) -> str:
    """What comes of looking at the post that alice and bob wrote."""
    post = await together(story)
    viewer = story.ids[name] if name else None
    try:
        await story.look(partial(reading.one_post, env=story.env, post=post, viewer_id=viewer))
    except ServiceError as error:
        return error.code
    return "shown"


async def test_blocking_any_author_hides_the_post_and_unblocking_brings_it_back(
    story: Story,
) -> None:
    for author in ("alice", "bob"):
        assert await texts(story, "dave") == ["Alone.", TOGETHER]
        await block(story, "dave", author)
        assert await texts(story, "dave") == ["Alone."]
        assert await seen(story, "dave") == "hidden_by_you"
        assert await seen(story, None) == "shown"
        await story.do(lambda tx: tx.execute(delete(Block)))
    assert await texts(story, "dave") == ["Alone.", TOGETHER]


async def test_whom_any_author_blocks_is_not_shown_it_nor_told_why(story: Story) -> None:
    for author in ("alice", "bob"):
        await block(story, author, "dave")
        assert await texts(story, "dave") == ["Alone."]
        assert await seen(story, "dave") == "not_found"
        await story.do(lambda tx: tx.execute(delete(Block)))


async def test_a_mute_holds_for_every_author_until_its_time_is_over(story: Story) -> None:
    await mute(story, "dave", "bob", story.clock.now + HOUR)
    assert await texts(story, "dave") == ["Alone."]
    story.clock.now += HOUR
    assert await texts(story, "dave") == ["Alone.", TOGETHER]


async def test_on_the_page_of_somebody_muted_one_sees_their_posts_but_not_on_others(
    story: Story,
) -> None:
    await mute(story, "dave", "bob")

    async def page(of: str, viewer: str) -> list[str]:
        person = await story.person(of)
        view = await story.look(
            lambda tx: reading.profile(tx, story.env, person, story.ids[viewer])
        )
        return [post.text for post in view.page.posts]

    assert await page("bob", "dave") == [TOGETHER]
    assert await page("alice", "dave") == []
    await block(story, "dave", "bob")
    assert await page("bob", "dave") == []
    assert await page("bob", "carol") == [TOGETHER]


async def test_authors_who_fell_out_keep_seeing_what_they_wrote(story: Story) -> None:
    await block(story, "alice", "bob")
    for author in ("alice", "bob"):
        assert await seen(story, author) == "shown"
        assert TOGETHER in await texts(story, author)


async def test_a_claim_to_be_its_author_does_not_bring_a_post_past_a_block(story: Story) -> None:
    """Else a hostile server names its victims, whose blocks would no longer count."""
    await story.zoe_is_met()
    dave = await story.person("dave")
    await block(story, "dave", "zoe")
    assert await story.arrives(story.note(1, coAuthors=[dave.uri], attachment=[])) == "created"
    found = await story.look(lambda tx: posts.post_by_uri(tx, "https://z.example/notes/1"))
    assert found is not None
    kept = await story.look(lambda tx: hiding.hidden(tx, story.env.now(), dave.id, [found]))
    assert kept == {found.id: distances.Why.BLOCKS}


async def test_an_author_who_is_only_claimed_counts_like_a_verified_one(story: Story) -> None:
    """FEP-af48: an object with a blocked author must not come through another one."""
    await story.zoe_is_met()
    stranger = "https://x.z.example:8443/users/nobody-met-them"
    post_id = await story.world.post(story.ids["carol"], "With somebody, I say.")
    for claimed, known in ((ZOE, story.ids["zoe"]), (stranger, None)):
        await story.do(partial(_claim, post_id=post_id, uri=claimed, actor_id=known))
        for kept_away in ("zoe", "z.example", "example"):
            if (claimed, kept_away) == (stranger, "zoe"):
                continue
            assert (await texts(story, "dave"))[0] == "With somebody, I say."
            if kept_away == "zoe":
                await block(story, "dave", "zoe")
            else:
                await put(story, HostBlock, account_id=story.ids["dave"], host=kept_away)
            assert await texts(story, "dave") == ["Alone.", TOGETHER]
            assert (await texts(story, "carol"))[0] == "With somebody, I say."
            await story.do(lambda tx: tx.execute(delete(Block)))
            await story.do(lambda tx: tx.execute(delete(HostBlock)))


def _claim(tx: Tx, post_id: int, uri: str, actor_id: int | None) -> None:
    for row in post_authors.authors_of(tx, [post_id])[post_id]:
        post_authors.remove_author(tx, post_id, row.actor_uri)
    post_authors.set_author(tx, post_id, uri, position=1, actor_id=actor_id, state="invalid")


async def test_what_somebody_muted_boosted_is_hidden_until_another_boosts_it(story: Story) -> None:
    await story.zoe_is_met()
    assert await story.arrives(story.note(1, attachment=[])) == "created"
    found = await story.look(lambda tx: posts.post_by_uri(tx, "https://z.example/notes/1"))
    assert found is not None

    async def boost(name: str) -> None:
        person = await story.person(name)
        came = await story.do(
            lambda tx: reactions.receive_boost(
                tx, story.env, found, person, f"https://a.example/{name}", story.clock.now
            )
        )
        assert came == "boosted"

    await mute(story, "dave", "bob")
    await boost("bob")
    assert await texts(story, "dave") == ["Alone."]
    await boost("carol")
    assert (await texts(story, "dave"))[0] == "From afar."


async def test_whom_the_operator_shuts_out_is_seen_by_nobody(story: Story) -> None:
    await story.zoe_is_met()
    await story.arrives(story.note(1, attachment=[]))
    found = await story.look(lambda tx: posts.post_by_uri(tx, "https://z.example/notes/1"))
    assert found is not None
    hers = update(Actor).where(Actor.uri == ZOE)
    for severity, is_seen in (("", False), ("suspend", False), ("limit", True)):
        await story.do(lambda tx: tx.execute(delete(HostRule).where(HostRule.host > "")))
        suspended_at = None if severity else 1
        await story.do(partial(_run, statement=hers.values(suspended_at=suspended_at)))
        if severity:
            await put(story, HostRule, host="z.example", severity=severity)
        for viewer in (None, story.ids["dave"]):
            look = partial(_visible, story=story, viewer=viewer, found=found)
            assert bool(await story.look(look)) is is_seen
            assert await story.look(partial(look, looking=hiding.PUBLIC)) == []


def _run(tx: Tx, statement: Update | Delete) -> None:
    tx.execute(statement)


def _visible(
    tx: Tx, story: Story, viewer: int | None, found: Post, looking: Looking = hiding.THREAD
) -> list[Post]:
    return hiding.visible(tx, story.env.now(), viewer, [found], looking=looking)


async def test_a_reader_filters_co_tweets_in_timelines_and_nowhere_else(story: Story) -> None:
    dave, alice, bob = (story.ids[name] for name in ("dave", "alice", "bob"))

    def choose(tx: Tx, of_all: str, of_bob: str | None) -> None:
        to_bob = (Follow.follower_id == dave, Follow.followed_id == bob)
        tx.execute(update(Account).where(Account.id == dave).values(co_tweets=of_all))
        tx.execute(update(Follow).where(*to_bob).values(co_tweets=of_bob))

    for follows_primary in (True, False):
        for wish, is_seen in (
            ("all", True),
            ("if_i_follow_primary", follows_primary),
            ("if_i_follow_all", follows_primary),
            ("none", False),
        ):
            for of_all, of_bob in ((wish, None), ("none", wish)):
                await story.do(partial(choose, of_all=of_all, of_bob=of_bob))
                assert (TOGETHER in await texts(story, "dave")) is is_seen, wish
                assert "Alone." in await texts(story, "dave")
                assert await seen(story, "dave") == "shown"
        unfollow = delete(Follow).where(Follow.follower_id == dave, Follow.followed_id == alice)
        await story.do(partial(_run, statement=unfollow))


async def test_nobody_filters_their_own_posts(story: Story) -> None:
    await story.do(lambda tx: tx.execute(update(Account).values(co_tweets="none")))
    for author in ("alice", "bob"):
        assert TOGETHER in await texts(story, author)


async def test_a_page_of_which_most_is_hidden_is_filled_from_older_ones(story: Story) -> None:
    await mute(story, "dave", "bob")
    for number in range(4):
        story.clock.now += 1_000
        await story.world.post(story.ids["bob"], f"Muted {number}.")
    page = await story.look(
        lambda tx: reading.home_page(tx, story.env, story.ids["dave"], window=Window(2))
    )
    assert [post.text for post in page.posts] == ["Alone."]
    assert page.next_before is None


async def test_a_page_ends_after_a_bounded_number_of_looks_and_says_where_to_go_on(
    story: Story,
) -> None:
    await mute(story, "dave", "bob")
    for number in range(ROUNDS):
        story.clock.now += 1_000
        await story.world.post(story.ids["bob"], f"Muted {number}.")
    dave = story.ids["dave"]
    page = await story.look(lambda tx: reading.home_page(tx, story.env, dave, window=Window(1)))
    assert (page.posts, page.next_before is None) == ((), False)
    before = int(page.next_before or 0)
    older = await story.look(
        lambda tx: reading.home_page(tx, story.env, dave, window=Window(1, before=before))
    )
    assert [post.text for post in older.posts] == ["Alone."]


async def test_nobody_hears_of_whom_they_keep_away(story: Story) -> None:
    """Neither of what was told before the block, nor of anything after it."""
    alice = story.ids["alice"]
    await story.world.post(story.ids["carol"], "Hello")
    carol = await story.person("carol")

    async def tell(number: int) -> bool:
        return await story.do(
            lambda tx: events.tell(
                tx, story.env, alice, "mention", str(number), actor_id=carol.id, text="Look."
            )
        )

    assert await tell(1)
    assert "mention" in await story.told("alice")
    await block(story, "alice", "carol")
    assert "mention" not in await story.told("alice")
    assert not await tell(2)
    await story.do(lambda tx: tx.execute(delete(Block)))
    assert (await story.told("alice")).count("mention") == 1


async def test_one_hears_of_ones_own_co_tweet_whoever_is_muted(story: Story) -> None:
    await mute(story, "alice", "bob")
    [post] = [post for post in await story.home("alice") if post.text == TOGETHER]
    await story.leave(int(post.id), "bob")
    assert "cotweet.left" in await story.told("alice")


async def test_strangers_from_a_limited_server_make_no_noise(story: Story) -> None:
    await story.zoe_is_met()
    zoe, dave = story.ids["zoe"], story.ids["dave"]
    await put(story, HostRule, host="z.example", severity="limit")

    async def is_quiet() -> bool:
        now = story.clock.now
        return bool(await story.look(lambda tx: distances.quiet(tx, now, dave, [zoe])))

    async def told(subject: str) -> str:
        def transaction(tx: Tx) -> str:
            heard = events.tell(tx, story.env, dave, "follow", subject, actor_id=zoe)
            held = stored_held_back.request(tx, dave, zoe) is not None
            return "nothing" if not heard else "held back" if held else "told"

        return await story.do(transaction)

    assert not await is_quiet()
    assert await told("one") == "held back"
    await story.do(lambda tx: stored_held_back.drop(tx, dave, zoe))
    # Dave may want to hear of them all the same, or nothing at all.
    for choice, expected in (("accept", "told"), ("filter", "held back")):
        await story.do(partial(held_back.choose, account_id=dave, wanted={LIMITED: choice}))
        assert not await is_quiet()
        assert await told(choice) == expected
    await story.do(partial(held_back.choose, account_id=dave, wanted={LIMITED: "drop"}))
    assert await is_quiet()
    await put(
        story,
        Follow,
        id=story.env.new_id(),
        follower_id=dave,
        followed_id=zoe,
        uri="https://a.example/follow",
        state="accepted",
    )
    assert not await is_quiet()


async def test_replies_and_ancestors_are_hidden_in_a_thread(story: Story) -> None:
    first = await story.stored(await story.world.post(story.ids["carol"], "First."))
    second = await story.stored(
        await story.world.post(story.ids["bob"], "Second.", in_reply_to=first.uri)
    )
    await story.world.post(story.ids["alice"], "Third.", in_reply_to=second.uri)

    async def around(viewer: str) -> list[str]:
        before, after = await story.look(
            lambda tx: threads.around(tx, story.env, second, story.ids[viewer])
        )
        return [post.text for post in (*before, *after)]

    assert await around("dave") == ["First.", "Third."]
    await mute(story, "dave", "carol")
    assert await around("dave") == ["Third."]
    await block(story, "alice", "dave")
    assert await around("dave") == []
