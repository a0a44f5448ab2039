"""Mutes, limits, reminders and the rollout: what keeps invitations in order, on both engines."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from activitypub.coauthorship.verification import CoAuthorState, CoAuthorVerdict
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.domain.rollout import parse_rollout
from fedi_cotweet.services import (
    answers,
    author_views,
    drafts,
    invite_mutes,
    notifications,
    rechecks,
    upkeep,
)
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.offers import take_back
from storage.engine import Store
from storage.models import Actor, Job
from storage.queries import consents, hosts, jobs, post_authors
from storage.queries import posts as post_queries
from storage.queries.rows import change
from tests.services.story import Story, begin
from tests.sites import HOST

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def story(store: Store, tmp_path: Path) -> Story:
    """Bob follows alice, so she may invite him."""
    found = begin(store, tmp_path)
    await found.people_move_in()
    assert await found.follow("bob", "alice") == "accepted"
    return found


async def test_what_ended_meanwhile_in_the_same_transaction_does_not_end_again(
    story: Story,
) -> None:
    # So it is in a batch of what expired: the first one's end can be the end of the others.
    post_id = await story.draft("alice", "bob", text="Ours.")

    def twice(tx: Connection) -> list[str]:
        post = post_queries.post(tx, post_id)
        assert post is not None
        [offer] = consents.offers_for_object(tx, post.uri, "sent")
        assert take_back(tx, story.env, offer, "alice")
        answers.expire(tx, story.env, offer)
        assert not take_back(tx, story.env, offer, "alice")
        [after] = consents.offers_for_object(tx, post.uri, "sent")
        log = consents.log_of(tx, post.uri)
        return [after.state, *(entry.move for entry in log if entry.offer_uri == offer.uri)]

    assert await story.do(twice) == ["withdrawn", "offer", "withdraw"]


def limited(story: Story, **limits: object) -> None:
    """Other limits from now on."""
    site = story.world.site
    changed = replace(site.env.limits, **limits)  # type: ignore[arg-type]
    object.__setattr__(site.env, "limits", changed)


@pytest.mark.parametrize("whom", ["alice", "the server", "a server above it"])
async def test_whoever_is_muted_invites_in_vain(story: Story, whom: str) -> None:
    subject = {
        "alice": (await story.person("alice")).uri,
        "the server": HOST,
        "a server above it": HOST.partition(".")[2],
    }[whom]
    bob = story.ids["bob"]
    first = await story.draft("alice", "bob", text="Before.")
    assert await story.world.deliver_offers(first) == ["invited"]
    await story.do(lambda tx: invite_mutes.mute(tx, story.env, bob, subject))
    await story.do(lambda tx: invite_mutes.mute(tx, story.env, bob, subject))
    told = await story.told("bob")
    second = await story.draft("alice", "bob", text="After.")
    assert await story.world.deliver_offers(second) == ["muted"]
    assert await story.told("bob") == told
    assert await story.look(lambda tx: author_views.invitations(tx, story.env, bob)) == []
    [held] = await story.look(lambda tx: invite_mutes.listed(tx, bob))
    assert held.subject == subject
    assert held.handle == (f"alice@{HOST}" if whom == "alice" else "")
    await story.do(lambda tx: invite_mutes.unmute(tx, bob, subject))
    assert (await story.invite("bob")).text == "Before."
    assert await story.world.deliver_offers(second) == ["invited"]


async def test_what_was_agreed_to_stays_in_sight_of_who_mutes(story: Story) -> None:
    await story.world.deliver_offers(await story.draft("alice", "bob", text="Us."))
    await story.accept("bob")
    bob = story.ids["bob"]
    await story.do(lambda tx: invite_mutes.mute(tx, story.env, bob, HOST))
    assert (await story.invite("bob")).state == "accepted"


async def test_mutes_have_a_limit(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invite_mutes, "MOST", 2)
    bob = story.ids["bob"]
    for number in range(2):
        host = f"x{number}.example"
        await story.do(partial(invite_mutes.mute, env=story.env, account_id=bob, subject=host))
    with pytest.raises(ServiceError, match="too_many_mutes"):
        await story.do(lambda tx: invite_mutes.mute(tx, story.env, bob, "x.example"))


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        ("open_invites_per_sender", 1),
        ("open_invites_per_pair", 1),
        ("invites_per_day", 1),
    ],
)
async def test_one_invitation_too_many_is_dropped_and_counted(
    story: Story, limit: str, most: int
) -> None:
    first = await story.draft("alice", "bob", text="One.")
    second = await story.draft("alice", "bob", text="Two.")
    limited(story, **{limit: most})
    assert await story.world.deliver_offers(first) == ["invited"]
    assert await story.world.deliver_offers(second) == ["over_limit"]
    assert await story.world.deliver_offers(second) == ["over_limit"]
    assert (await story.told("bob")).count("cotweet.invite") == 1
    assert await story.look(lambda tx: hosts.refused_invites(tx, 10)) == [(HOST, 2)]
    if limit == "invites_per_day":
        story.clock.now += DAY + 1
        assert await story.world.deliver_offers(second) == ["invited"]


async def test_a_server_is_held_to_a_limit_whoever_sends_from_there(story: Story) -> None:
    first = await story.draft("alice", "bob", text="One.")
    second = await story.draft("alice", "bob", text="Two.")
    limited(story, invites_per_host_per_day=1)
    await story.do(lambda tx: _move_to(tx, story.ids["alice"], "z.example", local=False))
    assert await story.world.deliver_offers(first) == ["invited"]
    assert await story.world.deliver_offers(second) == ["over_limit"]
    assert await story.look(lambda tx: hosts.refused_invites(tx, 10)) == [("z.example", 1)]
    await story.do(lambda tx: _move_to(tx, story.ids["alice"], HOST, local=True))
    assert await story.world.deliver_offers(second) == ["invited"]


def _move_to(tx: Connection, actor_id: int, host: str, *, local: bool) -> None:
    change(tx, Actor, actor_id, host=host, local=local)


async def test_only_starting_is_held_back(story: Story) -> None:
    post_id = await story.draft("alice", "bob", text="Us.")
    limited(story, rollout=parse_rollout("off"))
    with pytest.raises(ServiceError, match="cotweets_off") as refused:
        await story.draft("alice", "bob", text="More.")
    assert (refused.value.status, refused.value.safe[-1]) == (403, ".")
    assert await story.world.deliver_offers(post_id) == ["invited"]
    await story.accept("bob")
    assert await story.stamp_arrives(post_id, "bob") == "accepted"
    await story.verify(post_id)
    await story.leave(post_id, "bob")
    limited(story, rollout=parse_rollout("allowlist", "alice"))
    draft = await story.draft("alice", "bob", text="More.")
    limited(story, rollout=parse_rollout("off"))
    await story.do(lambda tx: drafts.withdraw(tx, story.env, story.ids["alice"], draft))
    await story.do(lambda tx: drafts.discard_draft(tx, story.env, story.ids["alice"], draft))


async def test_one_reminder_a_day_before_the_end(story: Story) -> None:
    post_id = await story.draft("alice", "bob", text="Us.", expires_in=3 * DAY)
    short = await story.draft("alice", "bob", text="Quick!", expires_in=DAY - HOUR)
    for draft in (post_id, short):
        assert await story.world.deliver_offers(draft) == ["invited"]
    assert await story.do(lambda tx: upkeep.remind(tx, story.env)) is False
    assert "cotweet.reminder" not in await story.told("bob")
    story.clock.now += 2 * DAY + MINUTE
    for _ in range(3):
        assert await story.do(lambda tx: upkeep.remind(tx, story.env)) is False
    assert (await story.told("bob")).count("cotweet.reminder") == 1
    [reminder] = [
        item
        for item in await story.look(
            lambda tx: notifications.notifications(tx, story.env, story.ids["bob"])
        )
        if item.kind == "cotweet.reminder"
    ]
    offer = await story.look(lambda tx: consents.offer(tx, int(reminder.invite or 0)))
    assert offer is not None
    assert offer.object_uri == story.env.addresses.note(post_id)


async def test_nobody_is_reminded_of_what_is_answered_over_or_muted(story: Story) -> None:
    declined = await story.draft("alice", "bob", text="One.")
    assert await story.world.deliver_offers(declined) == ["invited"]
    await story.accept("bob")
    late = await story.draft("alice", "bob", text="Two.", expires_in=2 * DAY)
    assert await story.world.deliver_offers(late) == ["invited"]
    bob = story.ids["bob"]
    story.clock.now += 2 * DAY
    assert await story.do(lambda tx: upkeep.remind(tx, story.env)) is False
    muted = await story.draft("alice", "bob", text="Three.", expires_in=2 * DAY)
    assert await story.world.deliver_offers(muted) == ["invited"]
    await story.do(lambda tx: invite_mutes.mute(tx, story.env, bob, HOST))
    story.clock.now += DAY + HOUR
    await story.do(lambda tx: upkeep.remind(tx, story.env))
    assert "cotweet.reminder" not in await story.told("bob")


async def test_a_backlog_is_worked_off_in_batches(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for number in range(3):
        post_id = await story.draft("alice", "bob", text=f"{number}.")
        assert await story.world.deliver_offers(post_id) == ["invited"]
    story.clock.now += 8 * DAY
    batches = [await story.do(lambda tx: upkeep.expire(tx, story.env)) for _ in range(4)]
    assert batches == [True, True, True, False]
    bob = story.ids["bob"]
    assert await story.look(lambda tx: author_views.invitations(tx, story.env, bob)) == []


async def test_looks_at_stamps_are_begun_while_few_jobs_wait(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [await story.publish_together("bob", text=f"{n}.") for n in range(3)]
    monkeypatch.setattr(upkeep, "BATCH", 2)
    waiting = await story.look(lambda tx: _due_jobs(tx, story.clock.now + 2 * DAY))
    monkeypatch.setattr(upkeep, "MOST_WAITING", waiting + 1)
    story.clock.now += 2 * DAY
    due = await story.look(lambda tx: post_authors.authors_due(tx, story.clock.now, 10))
    assert sorted(due) == sorted(posts)
    await story.do(lambda tx: tx.execute(insert(Job), [_job(story, 1)]))
    assert await story.do(lambda tx: upkeep.recheck(tx, story.env)) is False
    monkeypatch.setattr(upkeep, "MOST_WAITING", 1_000)
    begun = [await story.do(lambda tx: upkeep.recheck(tx, story.env)) for _ in range(3)]
    assert begun == [True, True, False]


def _due_jobs(tx: Connection, now: int) -> int:
    return jobs.count_due(tx, now, 1_000)


def _job(story: Story, number: int) -> dict[str, object]:
    now = story.clock.now
    return {"id": number, "kind": "x", "payload": {}, "run_at": now, "created_at": now}


async def test_a_silent_server_is_asked_ever_more_seldom_and_then_no_more(story: Story) -> None:
    post = await story.stored(await story.publish_together("bob", text="Us."))
    published = post.published_at or 0
    silent = CoAuthorVerdict(
        actor="x", state=CoAuthorState.UNKNOWN, object_id=post.uri, reason="no_answer"
    )
    at, waits = published, []
    while (following := rechecks.next_check(post, silent, at)) is not None:
        waits.append(following - at)
        at = following
    assert waits[:6] == [HOUR, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR]
    assert set(waits[6:]) == {DAY}
    assert waits == sorted(waits)
    assert 30 * DAY <= at - published < 31 * DAY
    assert rechecks.soon_again(post, silent, published + HOUR - 1)
    assert not rechecks.soon_again(post, silent, published + HOUR)
    kept = replace(silent, state=CoAuthorState.VERIFIED, reason="kept", fetched_at=at - 3 * HOUR)
    assert rechecks.next_check(post, kept, at) == at + 3 * HOUR
    assert not rechecks.soon_again(post, kept, at)
